"""When a phase is, in a region, and which runs its borders call for. Pure: days in the office's zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from monitor.calendar import Calendar
from monitor.models import Phase

_FAR = 1500
AHEAD = {Phase.ASPIRANT: (7, 1), Phase.CANDIDATE: (7, 1), Phase.CAMPAIGN: (7, 1), Phase.QUIET: (7, 1)}
"""Days before the first day of a phase on which a run is due (domain decision 16)."""
AFTER = {Phase.VOTING: (1,)}
"""Days after the last day of a phase on which a run is due."""


@dataclass(frozen=True, slots=True)
class Window:
    """First and last day of a stretch of a phase; `certainty` is the calendar's lowest mark for it, 0 to 2."""

    phase: Phase
    first: date
    last: date
    certainty: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """A run that the calendar calls for: on `day`, for the phase of `contest`; `why` is T-7, T-1 or T+1."""

    day: date
    contest: str
    window: Window
    why: str


def windows(calendar: Calendar, contest: str, region: str, near: date) -> list[Window]:
    """Give every stretch of every phase of a contest in a region, some four years around a day, in order."""
    found: list[Window] = []
    for offset in range(-_FAR, _FAR):
        day = near + timedelta(days=offset)
        at = calendar.phase(contest, region, day)
        if at is None:
            continue
        last = found[-1] if found else None
        if last is not None and last.phase is at.phase and last.last == day - timedelta(days=1):
            certainty = min(last.certainty, at.status)
            found[-1] = Window(at.phase, last.first, day, certainty, last.note or at.note)
        else:
            found.append(Window(at.phase, day, day, at.status, at.note))
    return found


def window(calendar: Calendar, contest: str, region: str, phase: Phase, near: date) -> Window | None:
    """Give the stretch of a phase that holds a day, else the next to come, else the last that was; None = none."""
    mine = [one for one in windows(calendar, contest, region, near) if one.phase is phase]
    now = [one for one in mine if one.first <= near <= one.last]
    ahead = [one for one in mine if one.first > near]
    return next(iter([*now, *ahead, *reversed(mine)]), None)


def due(calendar: Calendar, contests: Sequence[str], region: str, today: date, days: int = 30) -> list[Due]:
    """Give the runs that the calendar calls for from today on, as many days ahead, soonest first."""
    found = []
    for contest in contests:
        for one in windows(calendar, contest, region, today):
            found += [Due(one.first - timedelta(days=n), contest, one, f"T-{n}") for n in AHEAD.get(one.phase, ())]
            found += [Due(one.last + timedelta(days=n), contest, one, f"T+{n}") for n in AFTER.get(one.phase, ())]
    last = today + timedelta(days=days)
    return sorted((one for one in found if today <= one.day <= last), key=lambda one: (one.day, one.contest, one.why))
