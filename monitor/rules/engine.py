"""All rules in one pass over a text. Pure: the day, the setting and the actor come in with the act.

`Engine.match` folds each text of an act once, runs one automaton over it, and evaluates only the rules of which an
atom was found; rules that ask for no words (a like on a campaign account) are found by the kind of act.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo

from monitor.models import Act, Ground, ItemKind, Level, Match, PersonKind, Phase, Platform, Relation, Span
from monitor.models import Field as TextField
from monitor.rules.forms import forms_in
from monitor.rules.nodes import Gate, Hit, Node, Owner, Scan
from monitor.rules.patterns import Automaton
from monitor.rules.schema import RuleFile, Scope, Status
from monitor.rules.scope import ScopeAtoms, headline, kept
from monitor.rules.view import View

MAX_SPANS = 20
_NUMBER_JOINS = "-/.:,+'%"
# fmt: off
_ADDRESS = frozenset((
    "rt", "rw", "jam", "pukul", "tgl", "tanggal", "tahun", "thn", "bulan", "gang", "gg", "blok",
    "sd", "sdn", "smp", "smpn", "sma", "sman", "smk", "smkn", "tps", "jl", "jalan", "km",
    "hp", "wa", "telp", "rp", "kelas", "grade", "ke", "versi", "seri", "tipe", "type", "ruang",
    "lantai", "lt", "kav", "pos", "kodepos", "dusun",
))
# fmt: on


@dataclass(frozen=True)
class Rule:
    """A compiled rule: its file, its digest, where it stands, and its conditions as nodes."""

    file: RuleFile
    digest: str
    path: str
    any: tuple[Node, ...]
    all: tuple[Node, ...]
    none: tuple[Node, ...]

    @property
    def id(self) -> str:
        """The rule's id."""
        return self.file.id

    @property
    def active(self) -> bool:
        """True where the rule may reach a flag."""
        return self.file.status is Status.ACTIVE

    @property
    def plain(self) -> bool:
        """True where words alone decide: such a rule can also judge the post an act was done to."""
        to = self.file.applies_to
        return (
            self.file.has_text
            and self.file.field is TextField.TEXT
            and self.file.parent_level is None
            and not to.relations
            and not to.person_kinds
            and to.spouse is None
            and ItemKind.POST in to.kinds
        )

    def needs(self) -> frozenset[int] | None:
        """Give atoms one of which must be there for the rule to match; None where each text must be read."""
        groups = [_union(self.any)] if self.any else [node.atoms() for node in self.all]
        known = [group for group in groups if group is not None]
        return min(known, key=len) if known else None


def _union(nodes: Sequence[Node]) -> frozenset[int] | None:
    needs = [node.atoms() for node in nodes]
    if any(need is None for need in needs):
        return None
    return frozenset().union(*(need for need in needs if need is not None))


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a text. None = unknown; `lenient` lets unknown things pass (trying a text by hand)."""

    kind: ItemKind
    gate: Gate
    relation: Relation = Relation.NONE
    phase: Phase | None = None
    platform: Platform | None = None
    person_kind: PersonKind | None = None
    spouse: bool | None = None
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one act."""

    own: str = ""
    title: str = ""
    parent: str = ""

    def of(self, place: TextField) -> Iterator[tuple[TextField, str]]:
        """Give the texts a rule looks at; a rule on the text reads the title too."""
        if place is TextField.PARENT:
            yield TextField.PARENT, self.parent
            return
        if self.title:
            yield TextField.TITLE, self.title
        if place is TextField.TEXT and self.own:
            yield TextField.TEXT, self.own


@dataclass(frozen=True)
class Engine:
    """The compiled set. `scopes` are the atoms that scopes need."""

    rules: tuple[Rule, ...]
    automaton: Automaton
    scopes: ScopeAtoms
    zone: tzinfo
    _by_atom: Mapping[int, tuple[Rule, ...]] = field(init=False, repr=False, compare=False)
    _always: tuple[Rule, ...] = field(init=False, repr=False, compare=False)
    _wordless: Mapping[ItemKind, tuple[Rule, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_atom: defaultdict[int, list[Rule]] = defaultdict(list)
        always: list[Rule] = []
        wordless: defaultdict[ItemKind, list[Rule]] = defaultdict(list)
        for rule in self.rules:
            if not rule.active:
                continue
            if not rule.file.has_text:
                for kind in dict.fromkeys(rule.file.applies_to.kinds):
                    wordless[kind].append(rule)
                continue
            needs = rule.needs()
            if needs is None:
                always.append(rule)
            for atom in needs or ():
                by_atom[atom].append(rule)
        object.__setattr__(self, "_by_atom", {atom: tuple(rules) for atom, rules in by_atom.items()})
        object.__setattr__(self, "_always", tuple(always))
        object.__setattr__(self, "_wordless", {kind: tuple(rules) for kind, rules in wordless.items()})

    # ------------------------------------------------------------------ acts

    def around(self, act: Act) -> Around:
        """Read the setting of an act."""
        stored, actor = act.stored, act.actor
        day = (stored.item.happened_at or stored.captured_at).astimezone(self.zone).date()
        appointment = actor.appointment if actor is not None else None
        return Around(
            kind=stored.item.kind,
            gate=Gate(act.setting.contest_id, day),
            relation=act.setting.relation,
            phase=act.setting.phase,
            platform=stored.item.platform,
            person_kind=appointment.kind if appointment is not None else None,
            spouse=actor.person.spouse_of_candidate if actor is not None else None,
        )

    def match(self, act: Act) -> tuple[Match, ...]:
        """Give every active rule that matches an act, strongest first."""
        item = act.stored.item
        parent = item.parent.text if item.parent is not None else ""
        return self.judge(self.around(act), Texts(item.text, item.title, parent))

    def judge(self, around: Around, texts: Texts) -> tuple[Match, ...]:
        """Give every active rule that matches these texts in this setting, strongest first."""
        scans: dict[str, Scan] = {}
        candidates: dict[str, Rule] = {rule.id: rule for rule in self._wordless.get(around.kind, ())}
        for text in (texts.own, texts.title, texts.parent):
            if text and text not in scans:
                scans[text] = scan = self.scan(text, around.gate)
                candidates.update((rule.id, rule) for rule in self._always)
                for atom in scan.places:
                    candidates.update((rule.id, rule) for rule in self._by_atom.get(atom, ()))
        found = [self.one(rule, around, texts, scans)[0] for rule in candidates.values()]
        matches = [match for match in found if match is not None]
        return tuple(sorted(matches, key=lambda match: (-match.level.rank, match.rule_id)))

    def interesting(self, text: str) -> bool:
        """Tell whether any word of any active rule stands in the text."""
        return any(atom in self._by_atom for atom in self.scan(text, Gate()).places)

    # ------------------------------------------------------------------ texts

    def scan(self, text: str, gate: Gate) -> Scan:
        """Find every atom in a text."""
        view = View(text)
        places: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for index, start, end in self.automaton.raw_hits(view.text):
            for owner in self.automaton.owners[index]:
                if gate.lets(owner.contest, owner.since) and _written_so(owner, view, start, end):
                    places[owner.atom].append((start, end))
        for spans in places.values():
            spans.sort()
        return Scan(view, places, gate)

    def one(
        self, rule: Rule, around: Around, texts: Texts, scans: dict[str, Scan] | None = None
    ) -> tuple[Match | None, str]:
        """Judge one rule. Gives (match, "") or (None, why not, in Indonesian)."""
        scans = {} if scans is None else scans
        reason = _outside(rule.file, around)
        if reason:
            return None, reason
        if rule.file.parent_level is not None and not self._partisan(texts.parent, around, rule.file.parent_level):
            return None, f"isi yang ditanggapi tidak memuat aturan tingkat {rule.file.parent_level} ke atas"
        if not rule.file.has_text and not rule.none:
            return self._matched(rule, around, ()), ""
        reason = "tidak ada teks pada bidang yang dilihat"
        for place, text in texts.of(rule.file.field):
            scan = scans.get(text) or scans.setdefault(text, self.scan(text, around.gate))
            hits, reason = self._holds(rule, scan)
            if not reason:
                return self._matched(rule, around, _spans(place, hits, scan.view)), ""
        if not rule.file.has_text and not any(text for _, text in texts.of(rule.file.field)):
            return self._matched(rule, around, ()), ""
        return None, reason

    def _holds(self, rule: Rule, scan: Scan) -> tuple[list[Hit], str]:
        """Give (hits, "") where all conditions hold in the text, or ([], the first condition that fails)."""
        scopes = rule.file.not_when
        groups: list[tuple[str, Sequence[Hit]]] = []
        for number, node in enumerate(rule.all, 1):
            groups.append((f"syarat `all` ke-{number}", node.hits(scan)))
            if not groups[-1][1]:
                return [], f"{groups[-1][0]} tidak ditemukan"
        if rule.any:
            groups.append(("tidak satu pun syarat `any`", [hit for node in rule.any for hit in node.hits(scan)]))
            if not groups[-1][1]:
                return [], "tidak satu pun syarat `any` ditemukan"
        counted = [kept(found, scopes, scan, self.scopes) for _, found in groups]
        for (name, _), hits in zip(groups, counted, strict=True):
            if not hits:
                return [], f"{name}: ditemukan, tetapi gugur oleh `not_when`"
        for number, node in enumerate(rule.none, 1):
            if node.hits(scan):
                return [], f"syarat `none` ke-{number} justru ditemukan"
        if Scope.HEADLINE in scopes and headline([hit for _, found in groups for hit in found], scan):
            return [], "teks ini tampak sebagai judul berita (`not_when: judul_berita`)"
        return [hit for hits in counted for hit in hits], ""

    def _partisan(self, text: str, around: Around, level: Level) -> bool:
        """Tell whether the post an act was done to would itself match a plain rule of that level or higher."""
        if not text:
            return False
        scan = self.scan(text, around.gate)
        rules: Iterable[Rule] = {
            rule.id: rule
            for rule in (*self._always, *(rule for atom in scan.places for rule in self._by_atom.get(atom, ())))
            if rule.plain and rule.file.level.rank >= level.rank
        }.values()
        as_post = replace(around, kind=ItemKind.POST)
        return any(self.one(rule, as_post, Texts(own=text), {text: scan})[0] is not None for rule in rules)

    def _matched(self, rule: Rule, around: Around, spans: tuple[Span, ...]) -> Match:
        return Match(
            rule_id=rule.id,
            rule_digest=rule.digest,
            title=rule.file.title,
            level=rule.file.level,
            forms=_forms(rule.file, around.phase),
            ground=_ground(rule.file),
            spans=spans,
        )


def _written_so(owner: Owner, view: View, start: int, end: int) -> bool:
    """Check what a literal alone cannot say: capitals of an ambiguous term, the surroundings of a bare number."""
    if owner.cased:
        a, b = view.raw_span(start, end)
        return view.raw[a:b] == owner.cased and view.raw.upper() != view.raw
    if not owner.bare:
        return True
    text = view.text
    before, after = text[start - 1 : start], text[end : end + 1]
    if (before and before in _NUMBER_JOINS) or before == "(":
        return False
    if after and after in _NUMBER_JOINS and text[end + 1 : end + 2].isdigit():
        return False
    neighbour = view.word_before(start)
    return neighbour not in _ADDRESS and not neighbour.isdigit() and not text[end : end + 2].lstrip().isdigit()


def _outside(file: RuleFile, around: Around) -> str:
    """Give why a rule does not apply in a setting, "" where it does."""
    to = file.applies_to
    if around.kind not in to.kinds:
        return f"tidak berlaku untuk `{around.kind}`"
    if to.relations and around.relation not in to.relations:
        return f"hubungan `{around.relation}` tidak termasuk"
    if to.person_kinds and around.person_kind not in to.person_kinds:
        return "status orangnya tidak termasuk"
    if to.spouse is not None and around.spouse is not to.spouse:
        return "bukan suami/istri calon" if to.spouse else "suami/istri calon"
    if around.lenient:
        return ""
    if to.platforms and around.platform not in to.platforms:
        return f"tidak berlaku di `{around.platform}`"
    if file.phases and around.phase not in file.phases:
        return f"tidak berlaku pada tahap `{around.phase or 'tidak diketahui'}`"
    return ""


def _forms(file: RuleFile, phase: Phase | None) -> tuple[str, ...]:
    if not isinstance(file.forms, dict):
        return forms_in(phase, file.forms)
    if phase is not None:
        return file.forms.get(phase, ())
    return tuple(dict.fromkeys(code for codes in file.forms.values() for code in codes))


def _ground(file: RuleFile) -> Ground:
    if file.applies_to.relations:
        return Ground.CAMPAIGN_ACCOUNT
    if file.field is TextField.PARENT or file.parent_level is not None:
        return Ground.PARTISAN_CONTENT
    return Ground.OWN_TEXT


def _spans(place: TextField, hits: Iterable[Hit], view: View) -> tuple[Span, ...]:
    """Turn hits into raw spans, sorted, without repetition, at most `MAX_SPANS`."""
    raw = sorted({view.raw_span(start, end) for hit in hits for start, end in hit})[:MAX_SPANS]
    return tuple(Span(place, start, end, view.raw[start:end]) for start, end in raw)
