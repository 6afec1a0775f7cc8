"""What a package says, version 1. Everything is checked before anything is believed; nothing names a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from monitor.calendar.values import fold_region
from monitor.config import Identifier
from monitor.coverage import State as Seen
from monitor.exchange.agreement import Part
from monitor.models import ItemKind, Level, Phase, Platform, State

SCHEMA = 1
MOST_FLAGS, MOST_ROWS, MOST_RUNS = 100_000, 20_000, 50
LONGEST_REPORT = 4_000_000
_PLAIN = r"^[^\x00-\x1f\x7f\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]*$"

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_PLAIN)]
Region = Annotated[str, StringConstraints(max_length=200, pattern=_PLAIN)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[A-Za-z0-9][A-Za-z0-9_./-]*$")]
Count = Annotated[int, Field(ge=0, le=10**12)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


PhaseName = Phase | Literal[""]
"""A phase, or "" for none."""


def phase_name(text: str) -> PhaseName:
    """Read a stored phase."""
    return Phase(text) if text else ""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Scope(_Strict):
    """What the receiver may see, as it was declared when the package was made."""

    regions: tuple[Name, ...]
    phases: tuple[Phase, ...]
    states: tuple[State, ...]
    parts: tuple[Part, ...]


class CoverageRow(_Strict):
    """Lines of the roster of a region by state, in a phase so far; phase "" = as things stand now."""

    region: Region
    phase: PhaseName
    first_day: date | None
    last_day: date | None
    states: dict[Seen, Count]


class CountsRow(_Strict):
    """Standing flags of a region in a phase ("" = none). `seconds`: median a decision, None where it tells of a person.

    `timed` counts the decisions behind it.
    """

    region: Region
    phase: PhaseName
    flags: Count
    open: Count
    dismissed: Count
    levels: dict[Level, Count]
    states: dict[State, Count]
    kinds: dict[ItemKind, Count]
    forms: dict[Code, Count]
    seconds: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)] | None
    timed: Count


class MissedRow(_Strict):
    """What the sample of unflagged items says of the whole office: a share with its 95 % interval."""

    judged: Count
    partisan: Count
    population: Count
    share: Share
    low: Share
    high: Share


class RunRow(_Strict):
    """A finished phase run: its report as it was signed, and that signature ("" = unsigned)."""

    name: Code
    report: Annotated[str, StringConstraints(max_length=LONGEST_REPORT)]
    signature: Annotated[str, StringConstraints(max_length=2_000)]


class FlagRow(_Strict):
    """The machine-readable facts of a flag: no person, no office of a person, no words."""

    number: Annotated[int, Field(ge=1, le=2**53)]
    region: Region
    phase: PhaseName
    state: State
    level: Level
    kind: ItemKind
    platform: Platform
    forms: tuple[Code, ...] = Field(max_length=40)
    rules: tuple[Code, ...] = Field(max_length=200)
    raised_on: date
    decided_on: date | None


class Body(_Strict):
    """A whole package. `number` rises with every package of a sender; `left_out` counts runs that reach further."""

    schema_version: Literal[1]
    netra: Annotated[str, StringConstraints(max_length=40, pattern=_PLAIN)]
    sender: Identifier
    receiver: Identifier
    office: Name
    region: Name
    number: Annotated[int, Field(ge=1, le=2**53)]
    made_at: AwareDatetime
    rehearsal: bool
    scope: Scope
    coverage: tuple[CoverageRow, ...] = Field(max_length=MOST_ROWS)
    counts: tuple[CountsRow, ...] = Field(max_length=MOST_ROWS)
    missed: MissedRow | None
    runs: tuple[RunRow, ...] = Field(max_length=MOST_RUNS)
    flags: tuple[FlagRow, ...] = Field(max_length=MOST_FLAGS)
    left_out: Count

    def regions(self) -> frozenset[str]:
        """Give the keys of every region that the package speaks of."""
        named = {one.region for one in self.coverage} | {one.region for one in self.counts}
        named |= {one.region for one in self.flags}
        return frozenset(fold_region(one) for one in named if one)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number about a region in a phase: what is counted, of which kind, how much."""

    region: str
    phase: str
    what: str
    name: str
    value: float


def figures(body: Body) -> Iterator[Figure]:
    """Take a package apart into single numbers, for keeping and for putting offices beside each other."""
    for cover in body.coverage:
        for seen, count in cover.states.items():
            yield Figure(cover.region, cover.phase, "cakupan", seen, count)
    for row in body.counts:
        plain = {"tanda": row.flags, "terbuka": row.open, "bersih": row.dismissed, "berwaktu": row.timed}
        if row.seconds is not None:
            plain["detik"] = row.seconds  # type: ignore[assignment]
        for name, value in plain.items():
            yield Figure(row.region, row.phase, name, "", value)
        for what, counted in (("tingkat", row.levels), ("keadaan", row.states), ("jenis", row.kinds)):
            for kind, count in counted.items():
                yield Figure(row.region, row.phase, what, str(kind), count)
        for form, count in row.forms.items():
            yield Figure(row.region, row.phase, "bentuk", form, count)
    if body.missed is not None and body.missed.judged:
        for name in ("share", "low", "high", "judged"):
            yield Figure("", "", "terlewat", name, float(getattr(body.missed, name)))
