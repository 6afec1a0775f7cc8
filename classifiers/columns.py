"""Numbers of many things, in arrays that grow: one a thing, or some a thing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]


class Column:
    """A number a piece; grows."""

    def __init__(self) -> None:
        self._data = np.zeros(1024, np.int64)
        self._end = 0

    def extend(self, numbers: Sequence[int] | Ids) -> int:
        """Add numbers; gives where the first of them stands."""
        start = self.skip(len(numbers))
        self._data[start : self._end] = numbers
        return start

    def skip(self, count: int) -> int:
        """Add so many zeros; gives where the first of them stands."""
        start, self._end = self._end, self._end + count
        while self._end > len(self._data):
            self._data = np.concatenate((self._data, np.zeros_like(self._data)))
        return start

    def take(self, places: Ids) -> Ids:
        """Give the numbers of some pieces."""
        return self._data.take(places)


class Rows:
    """Some numbers a piece, one row after the other; grows."""

    def __init__(self) -> None:
        self._data, self._start, self._count = Column(), Column(), Column()

    def extend(self, numbers: Ids, counts: Ids) -> None:
        """Add rows: all their numbers, and how many each has."""
        first = self._data.extend(numbers)
        self._start.extend(first + np.cumsum(counts) - counts)
        self._count.extend(counts)

    def extend_ones(self, numbers: Ids) -> None:
        """Add rows of one number each."""
        first = self._data.extend(numbers)
        self._start.extend(np.arange(first, first + len(numbers)))
        self._count.extend(np.ones(len(numbers), np.int64))

    def skip(self, count: int) -> None:
        """Add so many empty rows."""
        self._start.skip(count)
        self._count.skip(count)

    def counts(self, rows: Ids) -> Ids:
        """Give how many numbers each row has."""
        return self._count.take(rows)

    def take(self, rows: Ids) -> tuple[Ids, Ids]:
        """Give the numbers of some rows in order, and how many each row has."""
        counts = self._count.take(rows)
        ends = np.cumsum(counts)
        total = int(ends[-1]) if len(ends) else 0
        return self._data.take(np.repeat(self._start.take(rows) - ends + counts, counts) + np.arange(total)), counts
