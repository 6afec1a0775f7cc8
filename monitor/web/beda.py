"""Two contents of a file side by side in one column: what went, what came, and a little of what stayed. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

AROUND = 3
"""Equal lines that are shown before and after a change."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line. `kind`: tambah, hapus, tetap, or jeda for `skipped` equal lines; numbers from 1, None = not there."""

    kind: str
    old: int | None
    new: int | None
    text: str
    skipped: int = 0

    @property
    def sign(self) -> str:
        """What stands before the line, so that nobody needs the colour."""
        return {"tambah": "+", "hapus": "-"}.get(self.kind, " ")


def rows(old: str, new: str) -> tuple[Row, ...]:
    """Compare two contents by lines; () where they are equal."""
    before, after = old.splitlines(), new.splitlines()
    if before == after:
        return ()
    found: list[Row] = []
    for tag, low, high, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found += _kept(before[low:high], low, start, first=not low, last=high == len(before))
        else:
            found += [Row("hapus", low + place + 1, None, line) for place, line in enumerate(before[low:high])]
            found += [Row("tambah", None, start + place + 1, line) for place, line in enumerate(after[start:end])]
    return tuple(found)


def _kept(lines: list[str], low: int, start: int, *, first: bool, last: bool) -> Iterator[Row]:
    """Give the equal lines beside a change; what is farther becomes one row that says how many."""
    head, tail = (0 if first else AROUND), (0 if last else AROUND)
    skip = range(head, len(lines) - tail) if len(lines) > head + tail + 1 else range(0)
    for place, line in enumerate(lines):
        if place not in skip:
            yield Row("tetap", low + place + 1, start + place + 1, line)
        elif place == skip.start:
            yield Row("jeda", None, None, "", len(skip))
