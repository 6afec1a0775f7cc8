"""Where to begin among many rules: those that may hold in a text, by the atoms that were found in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from monitor.models import ItemKind
from monitor.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class Index:
    """Rules for a kind of act: by an atom they need, those that read each text, those without words."""

    by_atom: Mapping[int, tuple[Rule, ...]]
    always: tuple[Rule, ...]
    wordless: tuple[Rule, ...]

    @classmethod
    def of(cls, rules: Iterable[Rule], kind: ItemKind, rare: frozenset[int]) -> Index:
        """Sort the rules that apply to a kind of act; `rare` are the atoms that few texts hold."""
        by_atom: defaultdict[int, list[Rule]] = defaultdict(list)
        always: list[Rule] = []
        wordless: list[Rule] = []
        for rule in rules:
            if kind not in rule.file.applies_to.kinds:
                continue
            if not rule.file.has_text:
                wordless.append(rule)
                continue
            atoms = rule.index(rare)
            if atoms is None:
                always.append(rule)
            for atom in atoms or ():
                by_atom[atom].append(rule)
        return cls({atom: tuple(some) for atom, some in by_atom.items()}, tuple(always), tuple(wordless))

    def reached(self, atoms: AbstractSet[int]) -> list[Rule]:
        """Give the rules by atom that may hold in a text with these atoms."""
        met = {rule for atom in atoms if atom in self.by_atom for rule in self.by_atom[atom]}
        return [rule for rule in met if rule.possible(atoms)]
