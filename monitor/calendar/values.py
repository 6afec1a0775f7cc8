"""What a calendar is made of. Days are inclusive and local to the office; `status` is the certainty mark 2, 1 or 0."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from monitor.models import Phase

NATIONAL = "*"


def fold_region(region: str) -> str:
    """Fold a region's name for comparing: "Kab. Contoh" is "kabupaten contoh"."""
    words = region.casefold().replace(".", " ").split()
    spelt = {"kab": "kabupaten", "prov": "provinsi", "propinsi": "provinsi"}
    return " ".join(spelt.get(word, word) for word in words)


@dataclass(frozen=True, slots=True)
class PhaseAt:
    """The phase on a day, how certain it is, and what a reviewer should know about that date (Indonesian)."""

    phase: Phase
    status: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """A day counted in working days; `note` says which years' holidays were not known, "" if all were."""

    day: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day on which offices are closed; `joint_leave` marks cuti bersama."""

    day: date
    name: str
    joint_leave: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage from `since` to `until`, both inclusive."""

    since: date
    until: date
    status: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Nomination:
    """When aspirants appear and candidates are fixed (penetapan) for one body. `body` "" = the only one."""

    body: str
    fixed_on: date
    status: int
    aspirants_from: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stages:
    """The stages of a contest; None = not known. `counted` holds only the last day of the recapitulation."""

    nominations: tuple[Nomination, ...] = ()
    campaign: Stage | None = None
    quiet: Stage | None = None
    voting: Stage | None = None
    counted: Stage | None = None

    def marks(self) -> Iterator[tuple[str, int]]:
        """Every stage's Indonesian name with its certainty mark; 0 where it is missing."""
        if not self.nominations:
            yield "penetapan", 0
        for one in self.nominations:
            yield f"penetapan {one.body}".strip(), one.status
        named = (
            ("kampanye", self.campaign),
            ("masa tenang", self.quiet),
            ("pemungutan suara", self.voting),
            ("akhir rekapitulasi", self.counted),
        )
        for name, stage in named:
            yield name, stage.status if stage else 0


@dataclass(frozen=True, slots=True)
class Regional:
    """Stages that differ in some regions; they replace the common ones there."""

    regions: tuple[str, ...]
    stages: Stages
    note: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """One contest: where it is held, its days, and a `warning` where no date may be relied on.

    `regime` is pemilu or pilkada, whose law sets the deadlines; "" = not said.
    """

    contest_id: str
    title: str
    regions: tuple[str, ...]
    stages: Stages
    legal_basis: str = ""
    overrides: tuple[Regional, ...] = ()
    since: date | None = None
    until: date | None = None
    warning: str = ""
    regime: str = ""

    def holds_in(self, region: str) -> bool:
        """Tell whether the contest is held in that region; "" asks for the contest as such."""
        folded = fold_region(region)
        return not folded or any(one == NATIONAL or fold_region(one) == folded for one in self.regions)

    def covers(self, day: date) -> bool:
        """Tell whether the contest reaches over that day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def stages_in(self, region: str) -> tuple[Stages, str]:
        """Give the stages that hold in a region and the note on why they differ there."""
        folded = fold_region(region)
        for one in self.overrides:
            if folded in map(fold_region, one.regions):
                return one.stages, one.note
        return self.stages, ""

    def every_stages(self) -> Iterator[Stages]:
        """All stages, the common ones first."""
        yield self.stages
        yield from (one.stages for one in self.overrides)
