"""All rules in one pass over a text. Pure: the day, the setting and the actor come in with the act.

`Engine.match` folds each text of an act once, runs one automaton over it, and evaluates only the rules of which an
atom was found; rules that ask for no words (a like on a campaign account) are found by the kind of act.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from functools import cached_property
from itertools import chain

from monitor.models import Act, Ground, ItemKind, Level, Match, Phase, Span
from monitor.models import Field as TextField
from monitor.rules.automaton import Automaton
from monitor.rules.forms import forms_in
from monitor.rules.index import Index
from monitor.rules.nodes import HASHTAG, Gate, Hit, Scan
from monitor.rules.rule import Rule
from monitor.rules.schema import RuleFile
from monitor.rules.scope import ScopeAtoms
from monitor.rules.setting import Around, around_act, outside
from monitor.rules.sieve import Sieve
from monitor.rules.view import View

MAX_SPANS = 20


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one act."""

    own: str = ""
    title: str = ""
    parent: str = ""

    @classmethod
    def said(cls, act: Act) -> Texts:
        """Give the texts of an act."""
        item = act.stored.item
        return cls(item.text, item.title, item.parent.text if item.parent is not None else "")

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
    """The compiled set. `scopes` are the atoms that scopes need, `rare` those that few texts hold.

    `whole` is the set that this one is a part of: `parent_level` asks all its rules.
    """

    rules: tuple[Rule, ...]
    automaton: Automaton
    scopes: ScopeAtoms
    zone: tzinfo
    rare: frozenset[int] = frozenset()
    whole: Engine | None = field(default=None, repr=False, compare=False)
    _indexes: Mapping[ItemKind, Index] = field(init=False, repr=False, compare=False)
    _known: frozenset[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        running = [rule for rule in self.rules if rule.active or rule.shadow]
        object.__setattr__(self, "_indexes", {kind: Index.of(running, kind, self.rare) for kind in ItemKind})
        known = frozenset[int]().union(*(rule.needs() or () for rule in running if rule.active and rule.file.has_text))
        object.__setattr__(self, "_known", known - {HASHTAG})

    @cached_property
    def windows(self) -> Mapping[ItemKind, int]:
        """For every kind of act of which a running rule counts repetitions: over how many days at most."""
        days: dict[ItemKind, int] = {}
        for rule in self.rules:
            counted = rule.file.applies_to.repeated
            for kind in rule.file.applies_to.kinds if counted is not None and (rule.active or rule.shadow) else ():
                days[kind] = max(days.get(kind, 0), counted.days if counted is not None else 0)
        return days

    def part(self, rule_ids: frozenset[str]) -> Engine:
        """Give some of the rules alone: on every act they match exactly as they do among all."""
        rules = tuple(rule for rule in self.rules if rule.id in rule_ids)
        return replace(self, rules=rules, whole=self.whole or self)

    # ------------------------------------------------------------------ acts

    def match(self, act: Act) -> tuple[Match, ...]:
        """Give every active rule, and every rule on trial, that matches an act, strongest first."""
        return self.judge(around_act(act, self.zone), Texts.said(act))

    def judge(self, around: Around, texts: Texts) -> tuple[Match, ...]:
        """Give every active rule, and every rule on trial, that matches these texts in this setting."""
        return _strongest_first(self._found(self._indexes[around.kind], around, texts))

    def _found(self, index: Index, around: Around, texts: Texts) -> list[Match]:
        """Give what matches of an index's rules, in no order."""
        scans: dict[str, Scan] = {}
        candidates = set(index.wordless)
        for text in (texts.own, texts.title, texts.parent):
            if text and text not in scans:
                scans[text] = scan = self.scan(text, around.gate)
                candidates.update(index.always, index.reached(scan.places.keys()))
        return self._matching(candidates, around, texts, scans)

    def _matching(
        self, candidates: Iterable[Rule], around: Around, texts: Texts, scans: dict[str, Scan]
    ) -> list[Match]:
        """Give those of some rules that match, in no order."""
        found = [self.one(rule, around, texts, scans)[0] for rule in candidates]
        return [match for match in found if match is not None]

    def completed(self, act: Act, told: Iterable[Match]) -> tuple[Match, ...]:
        """Give what `match` gives of an act of which `telling` gave these."""
        around = around_act(act, self.zone)
        return _strongest_first([*told, *self._found(self._quiet[around.kind], around, Texts.said(act))])

    @cached_property
    def _quiet(self) -> Mapping[ItemKind, Index]:
        """The rules that `telling` leaves out."""
        quiet = [rule for rule in self.rules if rule.active and not rule.telling]
        return {kind: Index.of(quiet, kind, self.rare) for kind in ItemKind}

    def telling(self, acts: Sequence[Act], folded: Mapping[str, str]) -> list[tuple[Match, ...]]:
        """Give of each act the matches that `match` gives of rules that can put it before a human, or are on trial.

        `folded` holds the folded form of each text, where it is at hand.
        """
        said = [texts_of(act) for act in acts]
        texts = list(dict.fromkeys(chain.from_iterable(said)))
        plains = [folded[text] for text in texts] if all(text in folded for text in texts) else None
        sieve = self._sieve
        masks = dict(zip(texts, sieve.masks(texts, plains), strict=True))
        found: list[tuple[Match, ...]] = []
        for act, some in zip(acts, said, strict=True):
            kind = act.stored.item.kind
            rules = sieve.indexes[kind].wordless
            for text in some:
                rules += sieve.reached(kind, masks[text])
            found.append(self._told(act, rules) if rules else ())
        return found

    @cached_property
    def _sieve(self) -> Sieve:
        return Sieve([rule for rule in self.rules if rule.telling], self.automaton, self.rare)

    def _told(self, act: Act, rules: Iterable[Rule]) -> tuple[Match, ...]:
        return _strongest_first(self._matching(set(rules), around_act(act, self.zone), Texts.said(act), {}))

    def interesting(self, text: str) -> bool:
        """Tell whether any word of any active rule stands in the text."""
        return not self._known.isdisjoint(self.scan(text, Gate()).places)

    # ------------------------------------------------------------------ texts

    def scan(self, text: str, gate: Gate) -> Scan:
        """Find every atom in a text."""
        return self.automaton.scan(View(text), gate)

    def one(
        self, rule: Rule, around: Around, texts: Texts, scans: dict[str, Scan] | None = None
    ) -> tuple[Match | None, str]:
        """Judge one rule. Gives (match, "") or (None, why not, in Indonesian)."""
        scans = {} if scans is None else scans
        file = rule.file
        reason = outside(file, around) or self._outside_content(rule, around, texts)
        if reason:
            return None, reason
        if not file.has_text and not rule.none:
            return _matched(rule, around, (), file.level), ""
        reason = "tidak ada teks pada bidang yang dilihat"
        for place, text in texts.of(file.field):
            scan = scans.get(text) or scans.setdefault(text, self.scan(text, around.gate))
            hits, level, reason = rule.holds(scan, self.scopes)
            if not reason:
                return _matched(rule, around, spans_of(place, hits, scan.view), level), ""
        if not file.has_text and not any(text for _, text in texts.of(file.field)):
            return _matched(rule, around, (), file.level), ""
        return None, reason

    def _outside_content(self, rule: Rule, around: Around, texts: Texts) -> str:
        level = rule.file.parent_level
        if level is None or self._partisan(texts.parent, around, level):
            return ""
        return f"isi yang ditanggapi tidak memuat aturan tingkat {level} ke atas"

    def _partisan(self, text: str, around: Around, level: Level) -> bool:
        """Tell whether the post an act was done to would itself match a plain active rule of that level or higher."""
        if not text:
            return False
        scan = self.scan(text, around.gate)
        index = (self.whole or self)._indexes[ItemKind.POST]  # noqa: SLF001 - its own kind
        rules = {
            rule
            for rule in (*index.always, *index.reached(scan.places.keys()))
            if rule.plain and rule.active and rule.file.level.rank >= level.rank
        }
        as_post = replace(around, kind=ItemKind.POST)
        found = (self.one(rule, as_post, Texts(own=text), {text: scan})[0] for rule in rules)
        return any(match is not None and match.level.rank >= level.rank for match in found)


def _strongest_first(matches: Iterable[Match]) -> tuple[Match, ...]:
    return tuple(sorted(matches, key=lambda match: (-match.level.rank, match.rule_id)))


def texts_of(act: Act) -> list[str]:
    """Give the texts of an act that rules read."""
    item = act.stored.item
    if item.parent is None and not item.title:
        return [item.text] if item.text else []
    parent = item.parent.text if item.parent is not None else ""
    return [text for text in (item.text, item.title, parent) if text]


def _matched(rule: Rule, around: Around, spans: tuple[Span, ...], level: Level) -> Match:
    return Match(
        rule_id=rule.id,
        rule_digest=rule.digest,
        title=rule.file.title,
        level=level,
        forms=_forms(rule.file, around.phase),
        ground=_ground(rule.file),
        spans=spans,
        shadow=rule.shadow,
    )


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


def spans_of(place: TextField, hits: Iterable[Hit], view: View) -> tuple[Span, ...]:
    """Turn hits into raw spans, sorted, without repetition, at most `MAX_SPANS`."""
    raw = sorted({view.raw_span(start, end) for hit in hits for start, end in hit})[:MAX_SPANS]
    return tuple(Span(place, start, end, view.raw[start:end]) for start, end in raw)
