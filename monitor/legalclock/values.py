"""What the legal clock is made of. Times are aware UTC, days those of the region, `status` the mark 2, 1 or 0."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Regime(StrEnum):
    """By which law a contest's deadlines are counted."""

    GENERAL = "pemilu"
    REGIONAL = "pilkada"


class Step(StrEnum):
    """What has to be done in time."""

    REPORT = "laporan"
    FIRST_STUDY = "kajian_awal"
    FINDING = "temuan"
    HANDLING = "penanganan"
    HANDLING_LONGER = "penanganan_tambahan"
    SBT_CHECK = "sbt_verifikasi"
    SBT_STUDY = "sbt_kajian"


class Anchor(StrEnum):
    """From which moment the days of a step are counted."""

    HAPPENED = "kejadian"
    REPORTED = "laporan_diterima"
    KNOWN = "diketahui"
    FOUND = "temuan"
    FORWARDED = "diteruskan"
    CHECKED = "sbt_terverifikasi"


class Counting(StrEnum):
    """How days are counted: `WORKING_JOINT` takes cuti bersama for working days, as a strict reading does."""

    CALENDAR = "kalender"
    WORKING = "kerja"
    WORKING_JOINT = "kerja_cuti_dihitung"


class Standing(StrEnum):
    """How a deadline stands now. "Disputed": past by one way of counting, not (surely) by the other."""

    WAITING = "menunggu"
    UNKNOWN = "tidak_dihitung"
    RUNNING = "berjalan"
    DISPUTED = "diperselisihkan"
    OVERDUE = "lewat"
    DONE = "selesai"
    DONE_DISPUTED = "selesai_diperselisihkan"
    DONE_LATE = "selesai_lewat"


@dataclass(frozen=True, slots=True)
class Term:
    """What one law says of one step. `days` None = no source was found; `source` and `note` are Indonesian."""

    step: Step
    regime: Regime
    after: Anchor
    days: int | None
    counted: tuple[Counting, ...]
    status: int
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """The deadlines in force. `first_day_counts`: the day of the anchor is day one; `note` says how sure that is."""

    terms: tuple[Term, ...] = ()
    first_day_counts: bool = False
    note: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Times:
    """When things happened in a case; None = not (yet).

    `happened` the act, `captured` our evidence of it, `reported` a citizen's report came in, `known` the day that the
    plenary or the first information holds for "diketahui", `found` set down as a finding, `forwarded` handed over,
    `checked` verified by BKN, `closed` stopped, cleared or answered by the authority. `assumed_known`: nobody set
    `known` yet and the first information stands for it.
    """

    happened: datetime | None = None
    captured: datetime | None = None
    reported: datetime | None = None
    known: datetime | None = None
    found: datetime | None = None
    forwarded: datetime | None = None
    checked: datetime | None = None
    closed: datetime | None = None
    assumed_known: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """The last day by one way of counting. `unlisted` years have no holiday table: the true day is this or a later."""

    counting: Counting
    day: date
    unlisted: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Deadline:
    """One step of one case.

    `start` is the local day of the anchor (None: it has not come), `ends_at` the first instant after the earliest last
    day in the region's zone, `done_at` when the step was done. `projected`: the anchor is the latest day on which the
    step before may end. `readings` are earliest first.
    """

    term: Term
    start: date | None
    readings: tuple[Reading, ...]
    ends_at: datetime | None
    standing: Standing
    done_at: datetime | None = None
    projected: bool = False
    assumed: bool = False

    @property
    def due(self) -> date | None:
        """The day to work towards: the earliest of all readings."""
        return self.readings[0].day if self.readings else None

    @property
    def latest(self) -> date | None:
        """The latest reading; None where a missing holiday table leaves it open, or nothing is counted."""
        if not self.readings or any(one.unlisted for one in self.readings):
            return None
        return self.readings[-1].day

    @property
    def unlisted(self) -> tuple[int, ...]:
        """Years that were counted in without a holiday table."""
        return tuple(sorted({year for one in self.readings for year in one.unlisted}))

    @property
    def sure(self) -> bool:
        """Tell whether sources, counting, anchor and holidays all leave one day."""
        return (
            self.term.status == 2
            and not self.projected
            and not self.assumed
            and self.latest is not None
            and self.latest == self.due
        )

    @property
    def open(self) -> bool:
        """Tell whether the step can still be done or is owed."""
        return self.standing in {Standing.RUNNING, Standing.DISPUTED, Standing.OVERDUE}

    def days_left(self, today: date) -> int | None:
        """Count the days from `today` (of the region) to the day to work towards; negative when it is past."""
        return None if self.due is None else (self.due - today).days
