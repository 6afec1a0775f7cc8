"""What is owed and when: the cases of an office laid beside the legal clock. Pure over what the store gives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitor import legalclock
from monitor.calendar import Calendar, local_day
from monitor.config import ZONES, Config
from monitor.legalclock import Deadline, Regime, Standing, Terms
from monitor.store import CaseTimes

SOON_DAYS = 3


@dataclass(frozen=True, slots=True)
class Law:
    """What deadlines are counted with."""

    terms: Terms
    calendar: Calendar
    config: Config

    def regime(self, contest_id: str) -> Regime | None:
        """Tell by which law a contest is counted; an office with contests of one law alone counts by that one."""
        said = self.calendar.regime(contest_id)
        if not said:
            own = {self.calendar.regime(one) for one in self.config.contests} - {""}
            said = own.pop() if len(own) == 1 else ""
        return Regime(said) if said else None

    def zone(self, region: str) -> ZoneInfo:
        """Give the time zone in whose days a region's deadlines run."""
        return ZoneInfo(ZONES[self.config.office.zone_name(region)])


@dataclass(frozen=True, slots=True)
class Duty:
    """One case with its deadlines; `first` is the open one to work towards, None where no clock runs.

    `today` and `zone_name` (WIB, WITA, WIT) are the region's; `days_left` is negative when `first` is past.
    """

    case: CaseTimes
    regime: Regime | None
    deadlines: tuple[Deadline, ...]
    first: Deadline | None
    today: date
    zone_name: str

    @property
    def days_left(self) -> int | None:
        """Days from today to the day to work towards."""
        return None if self.first is None else self.first.days_left(self.today)

    @property
    def unlisted(self) -> tuple[int, ...]:
        """Years that were counted in without a holiday table."""
        return tuple(sorted({year for one in self.deadlines if one.open for year in one.unlisted}))


@dataclass(frozen=True, slots=True)
class Docket:
    """All duties by how pressing they are; `idle` ones have no open deadline."""

    overdue: tuple[Duty, ...]
    disputed: tuple[Duty, ...]
    soon: tuple[Duty, ...]
    later: tuple[Duty, ...]
    idle: tuple[Duty, ...]

    @property
    def pressing(self) -> tuple[Duty, ...]:
        """What a morning should begin with."""
        return (*self.overdue, *self.disputed, *self.soon)

    @property
    def running(self) -> tuple[Duty, ...]:
        """Everything with an open deadline, the most pressing first."""
        return (*self.pressing, *self.later)

    @property
    def unlisted(self) -> tuple[int, ...]:
        """Years without a holiday table in which some open deadline was counted."""
        return tuple(sorted({year for duty in self.running for year in duty.unlisted}))

    @property
    def unset(self) -> tuple[Duty, ...]:
        """Cases in whose open deadline the first information stands for the day that a plenary has to fix."""
        return tuple(duty for duty in self.running if duty.case.times.assumed_known)


def duty(case: CaseTimes, law: Law, now: datetime) -> Duty:
    """Lay one case beside the clock. `now` is aware UTC."""
    regime, zone = law.regime(case.contest_id), law.zone(case.region)
    found = legalclock.deadlines(case.times, regime, law.terms, law.calendar, zone, now)
    name = law.config.office.zone_name(case.region)
    return Duty(case, regime, found, legalclock.next_due(found), local_day(now, zone), name)


def docket(cases: Iterable[CaseTimes], law: Law, now: datetime) -> Docket:
    """Lay every case beside the clock and sort it, most pressing first."""
    return sorted_by_need(duty(case, law, now) for case in cases)


def sorted_by_need(found: Iterable[Duty]) -> Docket:
    """Sort cases that were laid beside the clock, most pressing first."""
    duties = sorted(found, key=_order)

    def those(standing: Standing) -> tuple[Duty, ...]:
        return tuple(one for one in duties if one.first is not None and one.first.standing is standing)

    running = those(Standing.RUNNING)
    return Docket(
        overdue=those(Standing.OVERDUE),
        disputed=those(Standing.DISPUTED),
        soon=tuple(one for one in running if (one.days_left or 0) <= SOON_DAYS),
        later=tuple(one for one in running if (one.days_left or 0) > SOON_DAYS),
        idle=tuple(one for one in duties if one.first is None),
    )


def _order(one: Duty) -> tuple[int, int]:
    left = one.days_left
    return (left if left is not None else 1_000_000, one.case.flag_id)
