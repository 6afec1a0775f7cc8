"""How a condition finds its places in one text. Every node gives hits; a hit is one or more spans that belong together.

All nodes are linear in the text and in the number of hits: `Together` keeps, for each hit of its first part, the
nearest hit of every other part, looked for only within its reach, and gives at most `MAX_HITS` hits.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from ahocorasick_rs import AhoCorasick, MatchKind

from monitor.rules.view import Span, View

Hit = tuple[Span, ...]
MAX_HITS = 500
HASHTAG = -2
"""The atom of "a hashtag stands in the text": what conditions on hashtags need before anything is read."""
_TAGS = 10_000
_TAG = re.compile(r"#(\w+)")


@dataclass(frozen=True, slots=True)
class Owner:
    """Why a literal is looked for: for which atom, in which contest ("" = any), from which day, written how.

    `cased`: the raw text must stand exactly so, for a term that is also a common word. `bare`: a number without a
    marker, which must not stand in a date, a time or an address. `prefix`: a word that begins so ("dukung*").
    """

    atom: int
    contest: str = ""
    since: date | None = None
    cased: str = ""
    bare: bool = False
    prefix: bool = False

    @property
    def plain(self) -> bool:
        """True where the literal alone decides."""
        return not (self.contest or self.since or self.cased or self.bare)


@dataclass(frozen=True, slots=True)
class Gate:
    """For which contest ("" = all) and on which day (None = unknown, nothing is held back) terms count."""

    contest: str = ""
    day: date | None = None

    def lets(self, contest: str, since: date | None) -> bool:
        """Tell whether a term of that contest, valid from that day, counts here."""
        if contest and self.contest and contest != self.contest:
            return False
        return since is None or self.day is None or self.day >= since


@dataclass(frozen=True, slots=True)
class Scan:
    """One text with the places of every atom found in it, sorted. `known` keeps what scopes have read in it already."""

    view: View
    places: Mapping[int, Sequence[Span]]
    gate: Gate
    known: dict[str, Sequence[Span]] = field(default_factory=dict, compare=False)


class Node(Protocol):
    """A compiled condition."""

    def hits(self, scan: Scan) -> Sequence[Hit]:
        """Give the places where the condition holds."""
        ...

    def atoms(self) -> frozenset[int] | None:
        """Give atoms one of which must be present for any hit; None where the text itself must be read."""
        ...

    def demands(self) -> tuple[frozenset[int], ...]:
        """Give groups of atoms; of every group one must be present for any hit. Empty where nothing is known."""
        ...

    @property
    def label(self) -> str:
        """What is looked for, as a rule file says it."""
        ...


@dataclass(frozen=True, slots=True)
class Nothing:
    """A condition whose placeholders resolve to nothing."""

    label: str = ""

    def hits(self, scan: Scan) -> Sequence[Hit]:  # noqa: ARG002 - a node's signature
        """Give nothing."""
        return []

    def atoms(self) -> frozenset[int] | None:
        """Need what is never there."""
        return frozenset()

    def demands(self) -> tuple[frozenset[int], ...]:
        """Need what is never there."""
        return (frozenset(),)


@dataclass(frozen=True, slots=True)
class Atom:
    """A phrase, a word in its forms, a lexicon or a kind of target term."""

    number: int
    label: str = field(default="", compare=False)

    def hits(self, scan: Scan) -> Sequence[Hit]:
        """Give every place of the atom."""
        return [(span,) for span in scan.places.get(self.number, ())]

    def atoms(self) -> frozenset[int] | None:
        """Need itself."""
        return frozenset((self.number,))

    def demands(self) -> tuple[frozenset[int], ...]:
        """Need itself."""
        return (frozenset((self.number,)),)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A linear-time regular expression over the folded text."""

    compiled: Any
    label: str = ""

    def hits(self, scan: Scan) -> Sequence[Hit]:
        """Give every non-empty match."""
        found = (match.span() for match in self.compiled.finditer(scan.view.text))
        return [((start, end),) for start, end in found if end > start][:MAX_HITS]

    def atoms(self) -> frozenset[int] | None:
        """Read the text itself."""
        return None

    def demands(self) -> tuple[frozenset[int], ...]:
        """Read the text itself."""
        return ()


def tags_of(text: str) -> list[str]:
    """Give the hashtags of a folded text."""
    found: list[str] = _TAG.findall(text)
    return found


class TagPart:
    """Words of which a hashtag must contain one; found inside the tag, a number only whole."""

    def __init__(self, words: Sequence[tuple[str, Owner]]) -> None:
        self._owners: dict[str, list[Owner]] = {}
        for word, owner in words:
            self._owners.setdefault(word, []).append(owner)
        self._words = tuple(self._owners)
        self._engine = AhoCorasick(self._words, matchkind=MatchKind.Standard)
        self._known: dict[str, Sequence[Owner]] = {}

    def within(self, tag: str, gate: Gate) -> bool:
        """Tell whether a word of this part that counts here stands in the tag."""
        return any(gate.lets(one.contest, one.since) for one in self._standing(tag))

    def _standing(self, tag: str) -> Sequence[Owner]:
        """Give why the words are looked for that stand in a tag; remembered, since tags are written again and again."""
        known = self._known.get(tag)
        if known is None:
            if len(self._known) >= _TAGS:
                self._known.clear()
            found = self._engine.find_matches_as_indexes(tag, overlapping=True)
            words = dict.fromkeys(self._words[index] for index, a, b in found if _whole_number(tag, a, b))
            known = self._known[tag] = tuple(owner for word in words for owner in self._owners[word])
        return known


@dataclass(frozen=True, slots=True)
class Tag:
    """One hashtag that contains a word of every part."""

    parts: tuple[TagPart, ...]
    label: str = ""

    def hits(self, scan: Scan) -> Sequence[Hit]:
        """Give the hashtags that contain them all."""
        if HASHTAG not in scan.places:
            return []
        found = [match.span() for match in _TAG.finditer(scan.view.text)][:MAX_HITS]
        text, gate = scan.view.text, scan.gate
        return [((a, b),) for a, b in found if self.wants(text[a + 1 : b], gate)]

    def wants(self, tag: str, gate: Gate) -> bool:
        """Tell whether a hashtag holds a word of every part."""
        return all(part.within(tag, gate) for part in self.parts)

    def atoms(self) -> frozenset[int] | None:
        """Need any hashtag."""
        return frozenset((HASHTAG,))

    def demands(self) -> tuple[frozenset[int], ...]:
        """Need any hashtag."""
        return (frozenset((HASHTAG,)),)


@dataclass(frozen=True, slots=True)
class Together:
    """Parts at most `within` words apart, in order or not; `within` -1 means one of the parts is enough."""

    nodes: tuple[Node, ...]
    within: int
    ordered: bool

    def hits(self, scan: Scan) -> Sequence[Hit]:
        """Give the places where all parts stand together (or any part, for -1)."""
        if self.within < 0:
            return [hit for node in self.nodes for hit in node.hits(scan)][:MAX_HITS]
        found: list[Sequence[Hit]] = []
        for node in self.nodes:
            hits = node.hits(scan)
            if not hits:
                return []
            found.append(hits)
        rest = [_Options(options[:MAX_HITS]) for options in found[1:]]
        grown = (self._grow(scan.view, first, rest) for first in found[0][:MAX_HITS])
        return [hit for hit in grown if hit is not None]

    def _grow(self, view: View, first: Hit, rest: Sequence[_Options]) -> Hit | None:
        hit = first
        for options in rest:
            near = [(self._gap(view, hit, one), one) for one in options.about(view, hit, self.within)]
            fitting = [(gap, one) for gap, one in near if gap is not None and gap <= self.within]
            if not fitting:
                return None
            hit = hit + min(fitting)[1]
        return hit

    def _gap(self, view: View, before: Hit, after: Hit) -> int | None:
        """Count the words between two hits; None where they overlap or are out of order."""
        start, end = min(before)[0], max(span[1] for span in before)
        other_start, other_end = min(after)[0], max(span[1] for span in after)
        if other_start >= end:
            left, right = end, other_start
        elif not self.ordered and other_end <= start:
            left, right = other_end, start
        elif not self.ordered and other_start >= start and not _overlap(before, after):
            return 0
        else:
            return None
        if self.within == 0 and right - left > _LOOSE:
            return None
        return view.words_between(left, right)

    def atoms(self) -> frozenset[int] | None:
        """Need one atom of the first part (of any part, for -1)."""
        needs = [node.atoms() for node in (self.nodes if self.within < 0 else self.nodes[:1])]
        if any(need is None for need in needs):
            return None
        return frozenset().union(*(need for need in needs if need is not None))

    def demands(self) -> tuple[frozenset[int], ...]:
        """Need what every part needs (for -1: one atom of any part)."""
        if self.within >= 0:
            return tuple(group for node in self.nodes for group in node.demands())
        atoms = self.atoms()
        return () if atoms is None else (atoms,)

    @property
    def label(self) -> str:
        """Name the parts."""
        if self.within < 0:
            return " / ".join(node.label for node in self.nodes)
        if not self.within:
            return " ".join(node.label for node in self.nodes)
        return " + ".join(node.label for node in self.nodes) + f" (paling jauh {self.within} kata)"


class _Options:
    """The hits of one part, sorted, so that only those within reach of a place are looked at."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        self._hits = sorted(hits, key=_begin)
        self._starts = [_begin(hit) for hit in self._hits]
        self._longest = max(max(span[1] for span in hit) - _begin(hit) for hit in self._hits)

    def about(self, view: View, hit: Hit, within: int) -> Sequence[Hit]:
        """Give the hits that begin or end at most `within` words from a hit, and maybe a few more."""
        if len(self._hits) <= _FEW:
            return self._hits
        left = view.back(_begin(hit), within + 1) - self._longest
        right = view.ahead(max(span[1] for span in hit), within + 1)
        return self._hits[bisect_left(self._starts, left) : bisect_right(self._starts, right)]


_FEW = 4


def _begin(hit: Hit) -> int:
    return min(hit)[0]


def _whole_number(tag: str, start: int, end: int) -> bool:
    """Tell whether a number found in a tag is not part of a longer one: "02" does not stand in "2024"."""
    if tag[start].isdigit() and start and tag[start - 1].isdigit():
        return False
    return not (tag[end - 1].isdigit() and tag[end : end + 1].isdigit())


_LOOSE = 3
"""Characters of white space and punctuation that may stand between parts of one phrase."""


def _overlap(one: Hit, other: Hit) -> bool:
    return any(a < d and c < b for a, b in one for c, d in other)
