"""A compiled rule, and whether its conditions on words hold in a text: quickly, or with every reason why not."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from monitor.models import Field as TextField
from monitor.models import ItemKind, Level
from monitor.rules.nodes import Hit, Node, Scan
from monitor.rules.schema import RuleFile, Scope, Status
from monitor.rules.scope import ScopeAtoms, headline, kept

Demands = tuple[frozenset[int], ...]
LEFT_OUT = "ditemukan, tetapi gugur oleh `not_when`"


@dataclass(frozen=True, eq=False)
class Rule:
    """A compiled rule: its file, its digest, where it stands, and its conditions as nodes. Equal only to itself.

    `file` is what runs: with what `overlay` ("" = nothing), a file of the office, lays over the shipped one.
    `at_least` and `weights` follow the order of the file.
    """

    file: RuleFile
    digest: str
    path: str
    any: tuple[Node, ...] = ()
    all: tuple[Node, ...] = ()
    none: tuple[Node, ...] = ()
    at_least: tuple[Node, ...] = ()
    weights: tuple[Node, ...] = ()
    overlay: str = ""
    _must: Demands = field(init=False, repr=False, compare=False)
    _either: tuple[Demands, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_must", tuple(group for node in self.all for group in node.demands()))
        object.__setattr__(self, "_either", tuple(node.demands() for node in self.any))

    @property
    def id(self) -> str:
        """The rule's id."""
        return self.file.id

    @property
    def active(self) -> bool:
        """True where the rule may reach a flag."""
        return self.file.status is Status.ACTIVE

    @property
    def shadow(self) -> bool:
        """True where the rule is on trial: it runs, and no reviewer sees it."""
        return self.file.status is Status.SHADOW

    @property
    def plain(self) -> bool:
        """True where words alone decide: such a rule can also judge the post an act was done to."""
        to = self.file.applies_to
        return (
            self.file.has_text
            and self.file.field is TextField.TEXT
            and self.file.parent_level is None
            and not (to.relations or to.person_kinds or to.account_kinds or to.posts or to.regions or to.repeated)
            and to.spouse is None
            and to.office_hours is None
            and ItemKind.POST in to.kinds
        )

    @property
    def _groups(self) -> list[Sequence[Node]]:
        """Groups of conditions; of each at least one must hold."""
        groups: list[Sequence[Node]] = [(node,) for node in self.all]
        groups += [self.any] if self.any else []
        groups += [self.at_least] if self.at_least else []
        heavy = tuple(node for node, one in zip(self.weights, self.file.weights, strict=True) if one.weight > 0)
        return [*groups, heavy] if heavy else groups

    def needs(self) -> frozenset[int] | None:
        """Give atoms one of which must be there for the rule to match; None where each text must be read."""
        known = [group for group in map(_union, self._groups) if group is not None]
        return min(known, key=len) if known else None

    def index(self, rare: frozenset[int]) -> frozenset[int] | None:
        """Like `needs`, by the atoms that the fewest texts hold: those of target terms first."""

        def cost(group: frozenset[int]) -> tuple[int, int]:
            return len(group - rare), len(group)

        best: list[frozenset[int]] = []
        for group in self._groups:
            options = [min(node.demands(), key=cost, default=None) for node in group]
            if all(option is not None for option in options):
                best.append(frozenset().union(*(option for option in options if option is not None)))
        return min(best, key=cost) if best else None

    @property
    def telling(self) -> bool:
        """True where the rule alone can put an act before a human, or is on trial: its matches are always wanted."""
        levels = (self.file.level, *self.file.score)
        return self.shadow or (self.active and any(level.rank >= Level.MEDIUM.rank for level in levels))

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Every condition."""
        return (*self.any, *self.all, *self.none, *self.at_least, *self.weights)

    def asked(self, rare: frozenset[int]) -> frozenset[int]:
        """Give the atoms that `index` and `possible` look at."""
        groups = (*self._must, *(group for groups in self._either for group in groups))
        return frozenset().union(*groups, self.index(rare) or frozenset())

    def possible(self, places: AbstractSet[int]) -> bool:
        """Tell cheaply whether the rule may hold among these atoms: none that it cannot do without is missing."""
        for group in self._must:
            if group.isdisjoint(places):
                return False
        if not self._either:
            return True
        for groups in self._either:
            for group in groups:
                if group.isdisjoint(places):
                    break
            else:
                return True
        return False

    # ------------------------------------------------------------------ holding

    def holds(self, scan: Scan, atoms: ScopeAtoms) -> tuple[list[Hit], Level, str]:
        """Give (hits, level, "") where all conditions hold in the text, or ([], level, the first that fails)."""
        groups: list[tuple[str, Sequence[Hit]]] = []
        level = self.file.level
        for number, node in enumerate(self.all, 1):
            groups.append((f"syarat `all` ke-{number}", node.hits(scan)))
            if not groups[-1][1]:
                return [], level, f"{groups[-1][0]} tidak ditemukan"
        if self.any:
            groups.append(("tidak satu pun syarat `any`", [hit for node in self.any for hit in node.hits(scan)]))
            if not groups[-1][1]:
                return [], level, "tidak satu pun syarat `any` ditemukan"
        counted = [kept(found, self.file.not_when, scan, atoms) for _, found in groups]
        for (name, _), hits in zip(groups, counted, strict=True):
            if not hits:
                return [], level, f"{name}: {LEFT_OUT}"
        more, level, reason = self._counted(scan, atoms)
        if reason:
            return [], level, reason
        for number, node in enumerate(self.none, 1):
            if node.hits(scan):
                return [], level, f"syarat `none` ke-{number} justru ditemukan"
        found = [hit for _, hits in groups for hit in hits]
        if Scope.HEADLINE in self.file.not_when and headline([*found, *more], scan):
            return [], level, "teks ini tampak sebagai judul berita (`not_when: judul_berita`)"
        return [*(hit for hits in counted for hit in hits), *more], level, ""

    def _counted(self, scan: Scan, atoms: ScopeAtoms) -> tuple[list[Hit], Level, str]:
        """Judge what is counted: `at_least` and `weights`."""
        file, found = self.file, list[Hit]()
        if file.at_least is not None:
            there = [hits for hits in (kept(n.hits(scan), file.not_when, scan, atoms) for n in self.at_least) if hits]
            if len(there) < file.at_least.n:
                return [], file.level, f"`at_least`: {len(there)} dari sedikitnya {file.at_least.n} syarat ditemukan"
            found += [hit for hits in there for hit in hits]
        if not file.weights:
            return found, file.level, ""
        points = 0
        for node, entry in zip(self.weights, file.weights, strict=True):
            hits = kept(node.hits(scan), file.not_when, scan, atoms)
            if hits:
                points += entry.weight
                found += hits if entry.weight > 0 else []
        reached = [level for level, needed in file.score.items() if points >= needed]
        if not reached:
            return [], file.level, f"`weights`: nilainya {points}, paling sedikit {min(file.score.values())}"
        return found, max(reached, key=lambda level: level.rank), ""


def _union(nodes: Sequence[Node]) -> frozenset[int] | None:
    needs = [node.atoms() for node in nodes]
    if any(need is None for need in needs):
        return None
    return frozenset().union(*(need for need in needs if need is not None))
