"""What of a long comparison is finished, a line a part, so that an interrupted one goes on where it stopped.

A file belongs to one question: its name digests both sets of judges, what is stored, the verdicts and what was asked.
It holds numbers of items, levels and counts, no text and no person.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.governance.comparison import Fate, Marks, Part
from monitor.models import Level
from monitor.store import Stretch

KEPT = 5
"""Files of unfinished comparisons that stay; older ones are of questions nobody asks any more."""


class Checkpoint:
    """One file; `key` names the question."""

    def __init__(self, folder: Path, key: str) -> None:
        self._folder = folder
        self.path = folder / f"{key}.jsonl"

    def finished(self) -> dict[Stretch, Part]:
        """Give the parts that were finished; a line torn by a killed process counts for nothing."""
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return {}
        return dict(_read(lines))

    def begin(self) -> None:
        """Make room: only the newest few files of other questions stay."""
        self._folder.mkdir(parents=True, exist_ok=True)
        others = sorted(self._folder.glob("*.jsonl"), key=lambda one: one.stat().st_mtime_ns, reverse=True)
        for path in [one for one in others if one != self.path][KEPT - 1 :]:
            path.unlink(missing_ok=True)

    def add(self, stretch: Stretch, part: Part) -> None:
        """Write a finished part."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([asdict(stretch), _plain(part)], separators=(",", ":")) + "\n")

    def done(self) -> None:
        """Forget a comparison that is complete."""
        self.path.unlink(missing_ok=True)


def _plain(part: Part) -> dict[str, Any]:
    times = {name: None if at is None else at.isoformat() for name, at in
             (("first_at", part.first_at), ("last_at", part.last_at))}  # fmt: skip
    return asdict(part) | times


def _read(lines: list[str]) -> Iterator[tuple[Stretch, Part]]:
    for line in lines:
        try:
            stretch, said = json.loads(line)
            part = Part(
                **said
                | {
                    "fates": tuple(_fate(one) for one in said["fates"]),
                    "marks": Marks(**said["marks"]),
                    "first_at": _moment(said["first_at"]),
                    "last_at": _moment(said["last_at"]),
                }
            )
            yield Stretch(**stretch), part
        except (ValueError, TypeError, KeyError):
            continue


def _fate(said: dict[str, Any]) -> Fate:
    levels = {name: None if said[name] is None else Level(said[name]) for name in ("before", "after")}
    return Fate(**said | levels)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
