"""What is told of new pieces of texts before it is kept: in few lists, as many small ones would cost more."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

IS_STRANGER, IS_CUE, IS_SMALL, IS_BALLOT, IS_OFFICE, ONCE = 1, 2, 4, 8, 16, 32
"""Kinds of tokens, as bits below their number; `ONCE` is an office that stands once in a row."""
KINDS = 6
NO_TOKEN = IS_CUE | IS_BALLOT | IS_OFFICE
"""Stands for the last token of a piece that has none: what stands before it must be looked at."""
SEVERAL, NONE = 0, 1
"""Stand for the only word of a piece that has several, or none."""


class Learnt:
    """What is known of new pieces, in their order; see `Pieces._forget` for the meaning of each.

    Rows are kept as one list of all numbers and one of how many each piece has: many small lists cost more than they
    hold.
    """

    def __init__(self) -> None:
        self.tokens, self.cut, self.names = _flat(), _flat(), _flat()
        self.shape: list[int] = []
        self.guards: list[int] = []
        self.last: list[int] = []
        self.twisted: list[int] = []
        self.only: list[int] = []

    def add(
        self,
        codes: Sequence[int],
        cut: Sequence[int] = (),
        names: Sequence[int] = (),
        shape: int = 0,
        guard: int = 0,
        twisted: int = 0,
    ) -> None:
        """Add one piece; in a context only the tokens count."""
        for (numbers, counts), more in ((self.tokens, codes), (self.cut, cut), (self.names, names)):
            numbers.extend(more)
            counts.append(len(more))
        self.shape.append(shape)
        self.guards.append(guard)
        self.last.append(codes[-1] & NO_TOKEN if codes else NO_TOKEN)
        self.twisted.append(twisted)
        self.only.append(NONE if not cut else cut[0] if len(cut) == 1 else SEVERAL)


def _flat() -> tuple[list[int], list[int]]:
    return [], []


class Words:
    """Words of plain letters: the pieces they stand in, the words in small letters, and the shapes of the pieces."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.words: list[str] = []
        self.shapes: list[int] = []

    def add(self, piece: str, word: str, shape: int) -> None:
        """Add one."""
        self.pieces.append(piece)
        self.words.append(word)
        self.shapes.append(shape)

    def taken(self, out: Sequence[bool]) -> list[str]:
        """Take some out; gives their pieces."""
        taken, stay = list(compress(self.pieces, out)), [not one for one in out]
        self.pieces, self.words = list(compress(self.pieces, stay)), list(compress(self.words, stay))
        self.shapes = list(compress(self.shapes, stay))
        return taken
