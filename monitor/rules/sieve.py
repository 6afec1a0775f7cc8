"""Which rules may hold in which of many texts, told cheaply: all texts in one pass, by the literals that rules demand.

Lets through too much rather than too little: what it names is judged in full, what it does not name cannot match.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from ahocorasick_rs import AhoCorasick, Implementation

from classifiers.text import fold_many
from monitor.models import ItemKind
from monitor.rules.automaton import Automaton
from monitor.rules.index import Index
from monitor.rules.nodes import HASHTAG, Gate, Node, Tag, Together, tags_of
from monitor.rules.rule import Rule
from monitor.rules.view import View, is_word

_DFA_LIMIT = 5_000
_END = "\n"
_BLANKS = bytes(code if chr(code).isalnum() or chr(code) in "_\n" or code > 127 else 32 for code in range(256))
_MEMO = 50_000


class Sieve:
    """The literals that some rules cannot do without, in an automaton of their own."""

    def __init__(self, rules: Sequence[Rule], automaton: Automaton, rare: frozenset[int]) -> None:
        self._automaton = automaton
        self.indexes = {kind: Index.of(rules, kind, rare) for kind in ItemKind}
        self._asked = frozenset[int]().union(*(rule.asked(rare) for rule in rules))
        self._tags = tuple(node for rule in rules for node in _tags(rule.nodes))
        self._tagged: dict[str, bool] = {}
        self._bits = {atom: 1 << place for place, atom in enumerate(sorted(self._asked | {HASHTAG}))}
        self._reached: dict[tuple[ItemKind, int], tuple[Rule, ...]] = {}
        patterns: defaultdict[str, set[int]] = defaultdict(set)
        everywhere: set[int] = set()
        for literal, owners in zip(automaton.literals, automaton.owners, strict=True):
            atoms = {owner.atom for owner in owners} & self._asked
            if atoms and literal.isascii():
                pattern = _bounded(literal)
                (patterns[pattern] if pattern.strip() else everywhere).update(atoms)
        self._masks = [self._mask(atoms) for atoms in patterns.values()]
        self._everywhere = self._mask(everywhere)
        implementation = Implementation.DFA if len(patterns) <= _DFA_LIMIT else Implementation.ContiguousNFA
        self._find = AhoCorasick(list(patterns), implementation=implementation) if patterns else None

    def _mask(self, atoms: Iterable[int]) -> int:
        bits = self._bits
        return sum(bits[atom] for atom in atoms)

    def masks(self, texts: Sequence[str], plains: Sequence[str] | None = None) -> list[int]:
        """Give the atoms that may stand in each text, one bit an atom; `plains` are the folded texts, if at hand."""
        plain = [_spaced(text, one) for text, one in zip(texts, plains or fold_many(texts), strict=True)]
        found = [self._everywhere] * len(texts)
        if self._find is not None:
            easy = [place for place, one in enumerate(plain) if one.isascii()]
            joined = _END + _END.join([f" {plain[place]} " for place in easy])
            starts = list(accumulate((len(plain[place]) + 3 for place in easy), initial=0))
            blank = joined.encode("ascii").translate(_BLANKS).decode("ascii")
            masks, first, last, place, held = self._masks, 0, 0, -1, 0
            for pattern, start, _ in self._find.find_matches_as_indexes(blank, overlapping=True):
                if start >= last or start < first:
                    if place >= 0:
                        found[easy[place]] |= held
                    place, held = bisect_right(starts, start) - 1, 0
                    first, last = starts[place], starts[place + 1]
                held |= masks[pattern]
            if place >= 0:
                found[easy[place]] |= held
        for place, one in enumerate(plain):
            if not one.isascii():
                found[place] = self._mask(self._automaton.atoms(one) & self._asked)
            if "#" in one and self._tagged_in(one):
                found[place] |= self._bits[HASHTAG]
        return found

    def reached(self, kind: ItemKind, mask: int) -> tuple[Rule, ...]:
        """Give the rules for a kind of act that may hold in a text with these atoms, without those that need no text.

        Remembered: texts differ more than the sets of atoms that they hold.
        """
        known = self._reached.get((kind, mask))
        if known is None:
            if len(self._reached) >= _MEMO:
                self._reached.clear()
            index, atoms = self.indexes[kind], frozenset(atom for atom, bit in self._bits.items() if mask & bit)
            known = self._reached[kind, mask] = (*index.always, *index.reached(atoms))
        return known

    def _tagged_in(self, plain: str) -> bool:
        """Tell whether a hashtag stands there that any of the rules may want, in whatever contest."""
        for tag in tags_of(plain):
            known = self._tagged.get(tag)
            if known is None:
                if len(self._tagged) >= _MEMO:
                    self._tagged.clear()
                known = self._tagged[tag] = any(node.wants(tag, Gate()) for node in self._tags)
            if known:
                return True
        return False


def _spaced(text: str, plain: str) -> str:
    """Give the text as `View` has it, white space made single."""
    return plain if plain.isprintable() and "  " not in plain else View(text).text


def _bounded(literal: str) -> str:
    """Give a literal with a blank where a word must begin or end, and for every sign."""
    text = literal.removesuffix("*")
    left = " " if is_word(text[0]) else ""
    right = " " if is_word(text[-1]) and text == literal else ""
    return left + re.sub(r"[^\w]", " ", text) + right


def _tags(nodes: Iterable[Node]) -> Iterator[Tag]:
    for node in nodes:
        if isinstance(node, Tag):
            yield node
        elif isinstance(node, Together):
            yield from _tags(node.nodes)
