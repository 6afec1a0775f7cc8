"""How far the listing of one collection has come: newest first, interrupted and gone on with, never passed over. Pure.

Between runs two marks are kept of a collection: `head`, the newest record key at the last whole reading, and, of a
listing that was cut short, where it goes on. A later run reads from the top down to `head`, then goes on from there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitor.models import Listed, Platform


@dataclass(frozen=True, slots=True)
class Step:
    """One page to be asked: from which cursor ("" = the newest), and the lowest record key read above it."""

    cursor: str = ""
    above: str = ""


class Walk:
    """The listing of one collection of one repository in one run."""

    def __init__(self, prefix: str, marks: Mapping[str, str]) -> None:
        self.prefix = prefix
        self._marks = dict(marks)
        self._owed = Step(marks.get("resume", ""), marks.get("above", ""))
        self._newest = ""

    @property
    def marks(self) -> dict[str, str]:
        """What is to be kept: safe as soon as every page before the newest step was stored."""
        return dict(self._marks)

    def listed(self, step: Step, keys: Sequence[str], *, ended: bool) -> Listed | None:
        """Say what a page proves of its range, None where it proves nothing (no keys and not the end)."""
        present = tuple(f"{self.prefix}{key}" for key in keys)
        sorted_down = all(one > other for one, other in pairwise(keys))
        if not sorted_down or (keys and step.above and keys[0] >= step.above):
            return Listed(Platform.BLUESKY, "", "", present)
        if not (keys or ended):
            return None
        low = self.prefix if ended else f"{self.prefix}{keys[-1]}"
        high = f"{self.prefix}{step.above}" if step.above else f"{self.prefix[:-1]}0"
        return Listed(Platform.BLUESKY, low, high, present)

    def after(self, step: Step, keys: Sequence[str], cursor: str) -> Step | None:
        """Take a page in; give the next one, None at the end of the collection."""
        if not step.cursor and keys:
            self._newest = keys[0]
        head = self._newest or self._marks.get("head", "")
        owed = self._owed.cursor and self._owed != step
        if not cursor:
            self._marks, self._owed = {"head": head}, Step()
            return None
        if not owed and step.cursor:
            self._marks = {"head": head, "resume": step.cursor, "above": step.above}
            self._owed = Step()
        if owed and keys and keys[-1] <= self._marks.get("head", ""):
            return self._owed
        return Step(cursor, keys[-1] if keys else step.above)
