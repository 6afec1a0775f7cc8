"""Which phase a contest is in, in a region, on a day; and working days. Pure after loading.

Every date carries a certainty mark: 2 = two or more independent sources, 1 = one, 0 = inferred or not confirmed. All
dates are inclusive days in the office's zone: `local_day` turns an instant into such a day.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from monitor.calendar import files
from monitor.calendar.values import Holiday, Nomination, PhaseAt, Schedule, Stages, WorkingDay
from monitor.errors import RulesError
from monitor.models import Phase

__all__ = [
    "Calendar",
    "Holiday",
    "Nomination",
    "PhaseAt",
    "Schedule",
    "Stages",
    "WorkingDay",
    "local_day",
]


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """Give the calendar day of an instant in the office's zone: 23:30 UTC is already tomorrow in Indonesia.

    Raises:
        ValueError: `at` carries no zone.
    """
    if at.tzinfo is None:
        raise ValueError("a time without zone has no day")
    return at.astimezone(zone).date()


@dataclass(frozen=True)
class Calendar:
    """The phases of all contests and the public holidays. Build it with `load`."""

    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    holidays: Mapping[date, Holiday] = field(default_factory=dict)
    holiday_years: frozenset[int] = frozenset()

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read every *.yaml of a folder but tenggat.yaml; libur.yaml holds the public holidays.

        Raises:
            RulesError: every mistake of every file.
        """
        schedules, holidays, years, problems = files.read_folder(folder)
        if problems:
            raise RulesError(problems)
        return cls(schedules, holidays, years)

    def phase(self, contest_id: str, region: str, day: date, body: str = "") -> PhaseAt | None:
        """Tell the phase of a contest in a region on a day, None where the contest does not cover region or day.

        `region` "" asks for the contest's common dates. `body` names what is elected (for instance "presiden") where
        candidates are fixed on different days; without it, days on which the bodies differ are marked less certain.
        """
        schedule = self.schedules.get(contest_id)
        if schedule is None or not schedule.holds_in(region) or not schedule.covers(day):
            return None
        stages, note = schedule.stages_in(region)
        found = _phase_of(stages, day, body)
        said = " ".join(part for part in (found.note, note, schedule.warning) if part)
        return PhaseAt(found.phase, 0 if schedule.warning else found.status, said)

    def regime(self, contest_id: str) -> str:
        """Tell by which law the deadlines of a contest are counted: pemilu, pilkada, "" where nobody said."""
        schedule = self.schedules.get(contest_id)
        return schedule.regime if schedule is not None else ""

    def working_day(self, start: date, count: int, *, joint_leave: bool = True) -> WorkingDay:
        """Give the day that is `count` working days after `start` (start itself not counted).

        Saturdays, Sundays, public holidays and, unless told otherwise, cuti bersama do not count. The note names the
        years whose holidays are not known.

        Raises:
            ValueError: `count` is negative.
        """
        if count < 0:
            raise ValueError("count must not be negative")
        day, left, passed = start, count, {start.year}
        while left:
            day += timedelta(days=1)
            passed.add(day.year)
            left -= self.works(day, joint_leave=joint_leave)
        unknown = sorted(passed - self.holiday_years)
        note = (
            f"Hari libur tahun {', '.join(map(str, unknown))} belum ada di rules/calendar/libur.yaml; tanggal ini "
            "hanya melewati Sabtu dan Minggu. Lengkapi dahulu."
            if unknown
            else ""
        )
        return WorkingDay(day, note)

    def working_days(self, start: date, end: date, *, joint_leave: bool = True) -> int:
        """Count the working days after `start` up to and including `end`; 0 where `end` is not later."""
        return sum(
            self.works(start + timedelta(days=step), joint_leave=joint_leave)
            for step in range(1, (end - start).days + 1)
        )

    def works(self, day: date, *, joint_leave: bool = True) -> bool:
        """Tell whether offices work on that day."""
        if day.weekday() >= 5:
            return False
        holiday = self.holidays.get(day)
        return holiday is None or (holiday.joint_leave and not joint_leave)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What an operator must confirm before relying on it, in Indonesian; one line a contest."""
        return tuple(_warnings(self.schedules))

    @property
    def digest(self) -> str:
        """SHA-256 over every date: equal calendars have equal digests."""
        plain = {
            "schedules": {key: asdict(one) for key, one in self.schedules.items()},
            "holidays": [asdict(self.holidays[day]) for day in sorted(self.holidays)],
            "years": sorted(self.holiday_years),
        }
        text = json.dumps(plain, sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _phase_of(stages: Stages, day: date, body: str) -> PhaseAt:
    later = _later_phase(stages, day)
    if later is not None:
        return later
    bodies = [one for one in stages.nominations if one.body == body] or list(stages.nominations)
    if not bodies:
        return PhaseAt(Phase.PRE, 0, "Tanggal penetapan calon belum ada.")
    phases = [_early_phase(one, day) for one in bodies]
    first = phases[0]
    if all(one.phase is first.phase for one in phases):
        return min(phases, key=lambda one: one.status)
    fixed = ", ".join(f"{one.body} {one.fixed_on:%d-%m-%Y}" for one in bodies)
    return PhaseAt(
        Phase.ASPIRANT,
        min(1, *(one.status for one in phases)),
        f"Penetapan berbeda menurut jenis pemilihan ({fixed}); periksa jenisnya sebelum memilih bentuk KE atau DIS.",
    )


def _early_phase(nomination: Nomination, day: date) -> PhaseAt:
    note = nomination.note
    if day >= nomination.fixed_on:
        return PhaseAt(Phase.CANDIDATE, nomination.status, note)
    if nomination.aspirants_from is not None and day >= nomination.aspirants_from:
        return PhaseAt(Phase.ASPIRANT, nomination.status, note)
    return PhaseAt(Phase.PRE, nomination.status, note)


def _later_phase(stages: Stages, day: date) -> PhaseAt | None:
    """Phases from the campaign on; None before it. The stages are contiguous (checked at load)."""
    voting, campaign, quiet = stages.voting, stages.campaign, stages.quiet
    if voting is not None and day >= voting.since:
        counted = stages.counted
        if counted is None and day > voting.since:
            return PhaseAt(Phase.POST, 0, "Akhir rekapitulasi belum diketahui.")
        if counted is None or day <= counted.since:
            return PhaseAt(Phase.VOTING, voting.status, voting.note)
        return PhaseAt(Phase.POST, counted.status, counted.note)
    if quiet is not None and day >= quiet.since:
        return PhaseAt(Phase.QUIET, quiet.status, quiet.note)
    if campaign is not None and day >= campaign.since:
        return PhaseAt(Phase.CAMPAIGN, campaign.status, campaign.note)
    return None


def _warnings(schedules: Mapping[str, Schedule]) -> Iterator[str]:
    for schedule in schedules.values():
        if schedule.warning:
            yield f"PERINGATAN {schedule.contest_id}: {schedule.warning}"
            continue
        doubtful = sorted({name for stages in schedule.every_stages() for name, status in stages.marks() if not status})
        if doubtful:
            yield f"{schedule.contest_id}: belum dipastikan: {', '.join(doubtful)}. Cocokkan dengan PKPU yang berlaku."
