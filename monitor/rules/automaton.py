"""One automaton for every literal of every rule: a single pass over a text gives the places of all atoms.

DFA up to 5,000 literals, a contiguous NFA above: the first is faster, the second stays small and quick to build.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from monitor.rules.nodes import HASHTAG, Gate, Owner, Scan
from monitor.rules.view import Span, View, is_word

_DFA_LIMIT = 5_000
_NUMBER_JOINS = "-/.:,+'%"
# fmt: off
_ADDRESS = frozenset((
    "rt", "rw", "jam", "pukul", "tgl", "tanggal", "tahun", "thn", "bulan", "gang", "gg", "blok",
    "sd", "sdn", "smp", "smpn", "sma", "sman", "smk", "smkn", "tps", "jl", "jalan", "km",
    "hp", "wa", "telp", "rp", "kelas", "grade", "ke", "versi", "seri", "tipe", "type", "ruang",
    "lantai", "lt", "kav", "pos", "kodepos", "dusun",
))
# fmt: on

Literal = tuple[str, bool]
"""A folded text and whether it only begins a word ("dukung*")."""


@dataclass(frozen=True)
class Automaton:
    """All literals in one automaton, with what belongs to each. `literals` are folded; a prefix ends with a star."""

    literals: tuple[str, ...]
    owners: tuple[tuple[Owner, ...], ...]
    _left: tuple[bool, ...] = field(repr=False)
    _right: tuple[bool, ...] = field(repr=False)
    _prefix: frozenset[int] = field(repr=False)
    _plain: tuple[int, ...] = field(repr=False)
    _engine: AhoCorasick | None = field(repr=False)

    @classmethod
    def build(cls, literals: Mapping[Literal, Mapping[Owner, None]]) -> Automaton:
        """Put all literals into one automaton."""
        texts = [text for text, _ in literals]
        kind = Implementation.DFA if len(texts) <= _DFA_LIMIT else Implementation.ContiguousNFA
        owners = tuple(tuple(some) for some in literals.values())
        return cls(
            literals=tuple(text + "*" if prefix else text for text, prefix in literals),
            owners=owners,
            _left=tuple(is_word(text[0]) for text in texts),
            _right=tuple(not prefix and is_word(text[-1]) for text, prefix in literals),
            _prefix=frozenset(index for index, (_, prefix) in enumerate(literals) if prefix),
            _plain=tuple(some[0].atom if len(some) == 1 and some[0].plain else -1 for some in owners),
            _engine=AhoCorasick(texts, matchkind=MatchKind.Standard, implementation=kind) if texts else None,
        )

    def raw_hits(self, text: str) -> list[tuple[int, int, int]]:
        """Give (literal, start, end) of every whole-word occurrence, overlaps included."""
        if self._engine is None:
            return []
        left, right, length = self._left, self._right, len(text)
        hits = [
            (index, start, end)
            for index, start, end in self._engine.find_matches_as_indexes(text, overlapping=True)
            if (end == length or not right[index] or not ((char := text[end]).isalnum() or char == "_"))
            and (not start or not left[index] or not ((char := text[start - 1]).isalnum() or char == "_"))
        ]
        if not self._prefix:
            return hits
        return [(i, start, _word_end(text, end)) if i in self._prefix else (i, start, end) for i, start, end in hits]

    def atoms(self, text: str) -> set[int]:
        """Give the atoms that may stand in a text, in whatever contest and however written."""
        return {owner.atom for index, _, _ in self.raw_hits(text) for owner in self.owners[index]}

    def scan(self, view: View, gate: Gate) -> Scan:
        """Find every atom in a text."""
        places: dict[int, list[Span]] = {HASHTAG: []} if "#" in view.text else {}
        plain = self._plain
        for index, start, end in self.raw_hits(view.text):
            atom = plain[index]
            if atom in places:
                places[atom].append((start, end))
                continue
            if atom >= 0:
                places[atom] = [(start, end)]
                continue
            for owner in self.owners[index]:
                if owner.plain or (gate.lets(owner.contest, owner.since) and _written_so(owner, view, start, end)):
                    places.setdefault(owner.atom, []).append((start, end))
        for spans in places.values():
            if len(spans) > 1:
                spans.sort()
        return Scan(view, places, gate)


def _word_end(text: str, end: int) -> int:
    while end < len(text) and is_word(text[end]):
        end += 1
    return end


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
