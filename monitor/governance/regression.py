"""Reviewers' final verdicts as the regression set of the rules, by the reader that teaches the model too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from monitor.rules.regression import Case, write
from monitor.store import Lesson, Store


def cases_of(lessons: Sequence[Lesson]) -> list[Case]:
    """Turn lessons into cases, one a text and setting, in a stable order; texts judged both ways are left out."""
    found: dict[Case, Case | None] = {}
    for lesson in lessons:
        case = Case(
            lesson.own, upheld=lesson.partisan, ruled=lesson.ruled, title=lesson.title, parent_text=lesson.parent_text,
            kind=lesson.kind, relation=lesson.relation, phase=lesson.phase, contest_id=lesson.contest_id,
        )  # fmt: skip
        key = replace(case, upheld=False, ruled=False)
        held = found.setdefault(key, case)
        if held is not None and held.upheld is not case.upheld:
            found[key] = None
    return sorted((one for one in found.values() if one is not None), key=repr)


def refresh(store: Store, path: Path) -> bool:
    """Write the regression set anew from what stands decided; tells whether it changed.

    What was erased, undone or judged both ways is not in it.
    """
    return write(path, cases_of(store.learning.lessons()))
