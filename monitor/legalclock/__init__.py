"""The legal clock: when what must be done, by which law, and how sure that is. Pure; the days come from the calendar.

Nothing is guessed. Where sources leave open how days are counted, every reading is given, and the earliest is worked
towards. Where a year has no holiday table, working days are counted over weekends alone, which gives the earliest day
it can be, and the deadline says so; by that count it is never called overdue. A day begins at the region's midnight.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.calendar import Calendar, local_day
from monitor.legalclock.files import load
from monitor.legalclock.values import (
    Anchor,
    Counting,
    Deadline,
    Reading,
    Regime,
    Standing,
    Step,
    Term,
    Terms,
    Times,
)

__all__ = [
    "Anchor",
    "Counting",
    "Deadline",
    "Reading",
    "Regime",
    "Standing",
    "Step",
    "Term",
    "Terms",
    "Times",
    "days_left",
    "deadlines",
    "load",
    "next_due",
    "readings",
]

_BEFORE = {Anchor.FOUND: Step.FINDING, Anchor.CHECKED: Step.SBT_CHECK}
"""Which step ends with the moment that another one is counted from."""


def readings(start: date, term: Term, calendar: Calendar, *, first_day_counts: bool = False) -> tuple[Reading, ...]:
    """Give the last day of a term by every way of counting that its sources leave open, the earliest first.

    Readings that give the same day and know the same of it are one: the first way of counting stands for them.
    """
    if term.days is None:
        return ()
    begin = start - timedelta(days=1) if first_day_counts else start
    found: list[Reading] = []
    for counting in term.counted:
        one = _reading(begin, term.days, counting, calendar)
        if all((one.day, one.unlisted) != (other.day, other.unlisted) for other in found):
            found.append(one)
    return tuple(sorted(found, key=lambda one: one.day))


def _reading(begin: date, days: int, counting: Counting, calendar: Calendar) -> Reading:
    if counting is Counting.CALENDAR:
        return Reading(counting, begin + timedelta(days=days))
    day = calendar.working_day(begin, days, joint_leave=counting is Counting.WORKING).day
    years = set(range((begin + timedelta(days=1)).year, day.year + 1))
    return Reading(counting, day, tuple(sorted(years - calendar.holiday_years)))


def deadlines(
    times: Times, regime: Regime | None, terms: Terms, calendar: Calendar, zone: ZoneInfo, now: datetime
) -> tuple[Deadline, ...]:
    """Give every deadline of a case, in the order of the law's file; of both laws where the regime is not known.

    `zone` is that of the region where the case is handled, `now` aware UTC.
    """
    return tuple(
        one
        for law in ([regime] if regime is not None else list(Regime))
        for one in _of_law(times, law, terms, calendar, (zone, now))
    )


def _of_law(
    times: Times, law: Regime, terms: Terms, calendar: Calendar, place: tuple[ZoneInfo, datetime]
) -> Iterable[Deadline]:
    made: dict[Step, Deadline] = {}
    for term in terms.terms:
        if term.regime is law and (times.reported is not None or term.step not in {Step.REPORT, Step.FIRST_STUDY}):
            made[term.step] = _deadline(times, term, (terms, calendar), place, made)
    # What never began and will not begin any more is no deadline: the case went another way.
    return [one for one in made.values() if one.start is not None or one.done_at is None]


def _deadline(
    times: Times,
    term: Term,
    law: tuple[Terms, Calendar],
    place: tuple[ZoneInfo, datetime],
    before: Mapping[Step, Deadline],
) -> Deadline:
    (terms, calendar), (zone, now) = law, place
    moment, projected = _anchors(times)[term.after], False
    start = local_day(moment, zone) if moment is not None else None
    earlier = before.get(_BEFORE[term.after]) if term.after in _BEFORE else None
    if start is None and earlier is not None and earlier.due is not None and not _over(times, term.step):
        start, projected = earlier.due, True
    done = _done(times)[term.step]
    if start is None:
        return Deadline(term, None, (), None, Standing.WAITING, done)
    found = readings(start, term, calendar, first_day_counts=terms.first_day_counts)
    ends = _midnight_after(found[0].day, zone) if found else None
    last = None if not found or any(one.unlisted for one in found) else _midnight_after(found[-1].day, zone)
    assumed = times.assumed_known and term.after in {Anchor.KNOWN, Anchor.FOUND} and times.found is None
    standing = _standing(done, now, ends, None if assumed else last, projected=projected)
    return Deadline(term, start, found, ends, standing, done, projected, assumed)


def _anchors(times: Times) -> dict[Anchor, datetime | None]:
    return {
        Anchor.HAPPENED: times.happened,
        Anchor.REPORTED: times.reported,
        Anchor.KNOWN: times.known,
        Anchor.FOUND: times.found,
        Anchor.FORWARDED: times.forwarded,
        Anchor.CHECKED: times.checked,
    }


def _done(times: Times) -> dict[Step, datetime | None]:
    """What ends each step: the next moment of the case, or its end."""
    handled = _first(times.forwarded, times.closed)
    found = _first(times.found, handled)
    return {
        Step.REPORT: times.reported,
        Step.FIRST_STUDY: _first(times.known, found),
        Step.FINDING: found,
        Step.HANDLING: handled,
        Step.HANDLING_LONGER: handled,
        Step.SBT_CHECK: _first(times.checked, times.closed),
        Step.SBT_STUDY: times.closed,
    }


def _over(times: Times, step: Step) -> bool:
    """Tell whether a step that never began will not begin: the case went another way."""
    return _done(times)[step] is not None


def _first(*moments: datetime | None) -> datetime | None:
    known = [one for one in moments if one is not None]
    return min(known) if known else None


def _standing(
    done: datetime | None, now: datetime, ends: datetime | None, last: datetime | None, *, projected: bool
) -> Standing:
    """`ends` by the earliest reading, `last` by the latest; None = open, so that nothing is late for sure.

    A projected deadline is never late.
    """
    if ends is None:
        return Standing.UNKNOWN
    if done is not None:
        late = last is not None and done >= last
        return Standing.DONE_LATE if late else Standing.DONE if done < ends else Standing.DONE_DISPUTED
    if projected:
        return Standing.WAITING
    if now < ends:
        return Standing.RUNNING
    return Standing.OVERDUE if last is not None and now >= last else Standing.DISPUTED


def _midnight_after(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), zone)


def next_due(found: Iterable[Deadline]) -> Deadline | None:
    """Give the open deadline to work towards first, None where none runs."""
    running = [one for one in found if one.open and one.due is not None]
    return min(running, key=lambda one: (one.due or date.max, list(Step).index(one.term.step)), default=None)


def days_left(found: Iterable[Deadline], today: date) -> int | None:
    """Count the days until the next open deadline, negative when it is past; None where no clock runs.

    `today` is the region's day. This is what urgency is drawn from.
    """
    first = next_due(found)
    return None if first is None else first.days_left(today)
