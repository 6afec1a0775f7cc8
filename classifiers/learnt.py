"""What is told of new pieces of texts before it is kept: in few lists, as many small ones would cost more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import compress
from typing import NamedTuple

IS_STRANGER, IS_CUE, IS_SMALL, IS_BALLOT, IS_OFFICE, ONCE = 1, 2, 4, 8, 16, 32
"""Kinds of tokens, as bits below their number; `ONCE` is an office that stands once in a row."""
KINDS = 6
NO_TOKEN = IS_CUE | IS_BALLOT | IS_OFFICE
"""Stands for the last token of a piece that has none: what stands before it must be looked at."""
SEVERAL, NONE = 0, 1
"""Stand for the only word of a piece that has several, or none."""


class Flat(NamedTuple):
    """Some words a piece: all of them one after the other, and how many each piece has."""

    words: list[str]
    counts: list[int]

    def add(self, words: Collection[str]) -> None:
        """Add those of one piece."""
        self.words.extend(words)
        self.counts.append(len(words))


class Learnt:
    """What is known of new pieces, in their order; see `Pieces._forget` for the meaning of each.

    Many small lists, and numbers asked for one at a time, would cost more than they hold. `offices` are the places of
    pieces that are an office and nothing else.
    """

    def __init__(self) -> None:
        self.tokens, self.cut, self.names = Flat([], []), Flat([], []), Flat([], [])
        self.shape: list[int] = []
        self.guards: list[int] = []
        self.twisted: list[int] = []
        self.offices: list[int] = []

    def add(self, tokens: Collection[str]) -> None:
        """Add a piece in a context: only its tokens count."""
        self.tokens.add(tokens)
        self.cut.add(())
        self.names.add(())
        self.shape.append(0)
        self.guards.append(0)
        self.twisted.append(0)


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
