"""The files of the calendar: their schema, and the checks that no schema can say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from monitor import strictyaml
from monitor.calendar.values import Holiday, Nomination, Regional, Schedule, Stage, Stages
from monitor.errors import Problem
from monitor.strictyaml import Key

HOLIDAYS = "libur.yaml"
TERMS = "tenggat.yaml"
"""Deadlines of the law stand beside the days they are counted in; `monitor.legalclock` reads them."""

_Text = Annotated[str, Field(min_length=1, max_length=300)]
_Mark = Annotated[int, Field(ge=0, le=2)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _SpanFile(_Strict):
    since: date
    until: date
    status: _Mark
    note: str = ""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.until < self.since:
            msg = "`until` lebih awal dari `since` — tukar atau perbaiki tanggalnya"
            raise ValueError(msg)
        return self

    def built(self) -> Stage:
        return Stage(self.since, self.until, self.status, self.note)


class _DayFile(_Strict):
    on: date
    status: _Mark
    note: str = ""

    def built(self) -> Stage:
        return Stage(self.on, self.on, self.status, self.note)


def _built(stage: _SpanFile | _DayFile | None) -> Stage | None:
    return None if stage is None else stage.built()


class _NominationFile(_Strict):
    body: str = ""
    aspirants_from: date | None = None
    fixed_on: date
    status: _Mark
    note: str = ""


class _StagesFile(_Strict):
    nominations: tuple[_NominationFile, ...] = ()
    campaign: _SpanFile | None = None
    quiet: _SpanFile | None = None
    voting: _DayFile | None = None
    counted: _DayFile | None = None

    def stages(self) -> Stages:
        return Stages(
            tuple(
                Nomination(one.body, one.fixed_on, one.status, one.aspirants_from, one.note) for one in self.nominations
            ),
            _built(self.campaign),
            _built(self.quiet),
            _built(self.voting),
            _built(self.counted),
        )


class _RegionalFile(_StagesFile):
    regions: tuple[_Text, ...] = Field(min_length=1)
    note: str = ""


class _ScheduleFile(_StagesFile):
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
    title: _Text
    legal_basis: str = ""
    regime: Literal["pemilu", "pilkada"] | None = None
    regions: tuple[_Text, ...] = Field(min_length=1)
    since: date | None = None
    until: date | None = None
    warning: str = ""
    overrides: tuple[_RegionalFile, ...] = ()

    def built(self) -> Schedule:
        return Schedule(
            contest_id=self.id,
            title=self.title,
            regions=self.regions,
            stages=self.stages(),
            legal_basis=self.legal_basis,
            overrides=tuple(Regional(one.regions, one.stages(), one.note) for one in self.overrides),
            since=self.since,
            until=self.until,
            warning=self.warning,
            regime=self.regime or "",
        )


class _HolidayFile(_Strict):
    on: date
    name: _Text
    joint_leave: bool = False


class _HolidaysFile(_Strict):
    years: tuple[int, ...] = Field(min_length=1)
    holidays: tuple[_HolidayFile, ...] = ()


_Read = tuple[dict[str, Schedule], dict[date, Holiday], frozenset[int], list[Problem]]


def read_folder(folder: Path) -> _Read:
    """Read all files. Gives (schedules by contest id, holidays by day, years whose holidays are listed, problems)."""
    schedules: dict[str, Schedule] = {}
    holidays: dict[date, Holiday] = {}
    years: frozenset[int] = frozenset()
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        shown_as = f"{folder.name}/{path.name}"
        if path.name == TERMS:
            continue
        if path.name == HOLIDAYS:
            holidays, years, more = _read_holidays(path, shown_as)
        else:
            schedule, more = _read_schedule(path, shown_as, schedules)
            if schedule is not None:
                schedules.setdefault(schedule.contest_id, schedule)
        problems += more
    return schedules, holidays, years, problems


def _read_schedule(path: Path, shown_as: str, seen: dict[str, Schedule]) -> tuple[Schedule | None, list[Problem]]:
    document, problems = strictyaml.read(path, shown_as)
    if document is None:
        return None, problems
    if not isinstance(document.data, dict):
        return None, [*problems, document.problem((), "berkas kosong atau bukan kalender", "mulai dengan `id: …`")]
    schedule, more = strictyaml.validate(_ScheduleFile, document)
    problems += more
    if schedule is None:
        return None, problems
    if schedule.id in seen:
        problems.append(document.problem(("id",), f"id `{schedule.id}` sudah dipakai berkas lain", "beri id yang lain"))
    problems += [document.problem(key, message, advice) for key, message, advice in _doubts(schedule)]
    return schedule.built(), problems


def _read_holidays(path: Path, shown_as: str) -> tuple[dict[date, Holiday], frozenset[int], list[Problem]]:
    document, problems = strictyaml.read(path, shown_as)
    if document is None:
        return {}, frozenset(), problems
    read, more = strictyaml.validate(_HolidaysFile, document)
    problems += more
    if read is None:
        return {}, frozenset(), problems
    holidays: dict[date, Holiday] = {}
    for index, one in enumerate(read.holidays):
        if one.on in holidays:
            problems.append(document.problem(("holidays", index), f"{one.on} ditulis dua kali", "hapus salah satu"))
        if one.on.year not in read.years:
            problems.append(
                document.problem(("holidays", index), f"tahun {one.on.year} tidak ada di `years`", "tambahkan tahunnya")
            )
        holidays[one.on] = Holiday(one.on, one.name, one.joint_leave)
    return holidays, frozenset(read.years), problems


_Doubt = tuple[Key, str, str]


def _doubts(schedule: _ScheduleFile) -> Iterator[_Doubt]:
    if schedule.since and schedule.until and schedule.until < schedule.since:
        yield ("until",), "`until` lebih awal dari `since`", "tukar atau perbaiki tanggalnya"
    yield from _gaps((), schedule)
    for index, one in enumerate(schedule.overrides):
        yield from _gaps(("overrides", index), one)


def _gaps(key: Key, stages: _StagesFile) -> Iterator[_Doubt]:
    """Stages follow each other day by day, so that every day has exactly one phase."""
    fixed = [one.fixed_on for one in stages.nominations]
    for index, one in enumerate(stages.nominations):
        if one.aspirants_from and one.aspirants_from >= one.fixed_on:
            yield (
                (*key, "nominations", index, "aspirants_from"),
                "bakal calon mulai sesudah penetapan",
                "perbaiki tanggalnya",
            )
    if fixed and stages.campaign and max(fixed) >= stages.campaign.since:
        yield (*key, "campaign"), "kampanye mulai sebelum penetapan calon", "perbaiki tanggalnya"
    if stages.campaign and not stages.quiet:
        yield (*key, "campaign"), "kampanye tanpa masa tenang", "tambahkan `quiet:` (status 0 bila belum pasti)"
    if stages.quiet and not stages.voting:
        yield (*key, "quiet"), "masa tenang tanpa hari pemungutan", "tambahkan `voting:`"
    if stages.campaign and stages.quiet and stages.quiet.since != stages.campaign.until + timedelta(days=1):
        yield (*key, "quiet"), "masa tenang tidak tepat sesudah kampanye", "setiap hari harus punya satu tahapan"
    if stages.quiet and stages.voting and stages.voting.on != stages.quiet.until + timedelta(days=1):
        yield (
            (*key, "voting"),
            "hari pemungutan tidak tepat sesudah masa tenang",
            "setiap hari harus punya satu tahapan",
        )
    if stages.voting and stages.counted and stages.counted.on < stages.voting.on:
        yield (*key, "counted"), "rekapitulasi berakhir sebelum pemungutan", "perbaiki tanggalnya"
