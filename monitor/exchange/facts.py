"""Counting what an office may tell: coverage, flags, seconds a decision, the share that is missed, its phase runs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from statistics import median
from typing import Any, Protocol

import monitor
from monitor.calendar import Calendar
from monitor.calendar.values import fold_region
from monitor.config import Config
from monitor.coverage import Line, by, phase_spans
from monitor.exchange.agreement import Network, Part, Receiver
from monitor.exchange.body import (
    LONGEST_REPORT,
    MOST_FLAGS,
    MOST_RUNS,
    Body,
    CountsRow,
    CoverageRow,
    FlagRow,
    MissedRow,
    PhaseName,
    RunRow,
    Scope,
    phase_name,
)
from monitor.models import ItemKind, Level, Phase, Platform, State
from monitor.office import Office as Core
from monitor.store import Standing, Store
from monitor.store.dashboard import FEWEST_REVIEWERS, NEWEST, Took
from monitor.store.packages import FlagFact
from monitor.upkeep import RUN_REPORT, RUN_SIGNATURE, own, runs_of

_OPEN = (State.NEW, State.IN_REVIEW)
_PHASES = ("", *Phase)


class Office(Core, Protocol):
    """What is counted: the parts of an app."""

    # ruff: noqa: D102 - the names say it; App documents them
    @property
    def calendar(self) -> Calendar: ...
    def coverage(self, standings: Mapping[str, Standing] | None = None, on: date | None = None) -> list[Line]: ...


def gather(office: Office, network: Network, receiver: Receiver, number: int, made_at: datetime) -> Body:
    """Put together what a receiver may see of an office, as things stand now."""
    told = _Telling(office, network.within(receiver.regions))
    parts, config = receiver.parts, office.config
    facts = list(
        office.store.packages.facts(told.regions, [*receiver.phases, *told.no_phase(receiver)], receiver.states)
    )
    runs, left_out = told.runs(receiver) if Part.RUNS in parts else ((), 0)
    took = office.store.dashboard.took(NEWEST, frozenset(told.regions)) if told.regions else []
    counts = counted(facts, took, told.name)
    return Body(
        schema_version=1, netra=monitor.__version__, sender=network.id, receiver=receiver.id,
        office=config.office.name, region=config.office.region, number=number, made_at=made_at,
        rehearsal=config.mode == "demo",
        scope=Scope(regions=receiver.regions, phases=receiver.phases, states=receiver.states, parts=parts),
        coverage=tuple(told.covered(receiver.phases)) if Part.COVERAGE in parts else (),
        counts=counts if Part.COUNTS in parts else (),
        missed=missed_of(office.store) if Part.COUNTS in parts and told.whole else None,
        runs=tuple(runs),
        flags=tuple(_told_flag(one, config, told.name) for one in facts[:MOST_FLAGS]) if Part.FLAGS in parts else (),
        left_out=left_out,
    )  # fmt: skip


def everything(network: Network) -> Receiver:
    """Give the scope of an office that looks at itself: every region, phase and state, no single flag."""
    return Receiver(id=network.id, name="kantor ini", regions=("*",), parts=(Part.COVERAGE, Part.COUNTS))


class _Telling:
    """One telling of an office: which of its regions are in scope, under one spelling each."""

    def __init__(self, office: Office, allowed: frozenset[str]) -> None:
        self._office = office
        self._every = "*" in allowed
        self._allowed = allowed
        self._lines = office.coverage()
        spelled = [*office.store.packages.regions(), *(one.subject.region for one in self._lines if one.subject)]
        known = dict.fromkeys(one for one in spelled if one or self._every)
        self._names: dict[str, str] = {}
        for one in known:
            self._names.setdefault(fold_region(one), one)
        self.regions = [one for one in known if self._inside(one)]
        self.whole = len(self.regions) == len(dict.fromkeys(spelled))

    def _inside(self, region: str) -> bool:
        return self._every or fold_region(region) in self._allowed

    def name(self, region: str) -> str:
        """Give the one spelling of a region."""
        return self._names.get(fold_region(region), region)

    def no_phase(self, receiver: Receiver) -> tuple[str, ...]:
        """Flags of no phase belong to whoever may see every phase."""
        return ("",) if set(receiver.phases) == set(Phase) else ()

    def covered(self, phases: Sequence[Phase]) -> Iterator[CoverageRow]:
        """Count the lines of each region by state: now, and over each phase that has begun, so far."""
        today = self._office.clock().astimezone(self._office.config.zone).date()
        yield from self._rows(self._lines, self.regions, "", None)
        windows = dict[tuple[Phase, date, date], list[str]]()
        for region in self.regions:
            spans = phase_spans(self._office.calendar, self._office.config.contests, region, today)
            for phase in phases:
                if phase in spans:
                    windows.setdefault((phase, *spans[phase]), []).append(region)
        for (phase, first, last), regions in windows.items():
            lines = self._office.coverage(self._office.store.coverage.between(first, min(last, today)))
            yield from self._rows(lines, regions, phase, (first, last))

    def _rows(
        self, lines: Iterable[Line], regions: Sequence[str], phase: PhaseName, days: tuple[date, date] | None
    ) -> Iterator[CoverageRow]:
        wanted = {fold_region(one) for one in regions}
        mine = [one for one in lines if one.subject is not None and fold_region(one.subject.region) in wanted]
        for name, found in by(mine, lambda one: self.name(one.subject.region) if one.subject else "").items():
            yield CoverageRow(
                region=name, phase=phase, first_day=days[0] if days else None, last_day=days[1] if days else None,
                states=dict(found.counts),
            )  # fmt: skip

    def runs(self, receiver: Receiver) -> tuple[list[RunRow], int]:
        """Give the newest finished phase runs that lie wholly within the scope, and how many of them do not."""
        found, left_out = list[RunRow](), 0
        mine = (one for one in runs_of(self._office).glob("*/") if own(one))
        folders = sorted(mine, key=lambda one: one.name.rpartition("-")[2])
        for folder in reversed(folders):
            row = _run(folder, receiver.phases, self._inside) if (folder / RUN_REPORT).exists() else None
            if row is not None and len(found) < MOST_RUNS:
                found.append(row)
            left_out += row is None and (folder / RUN_REPORT).exists()
        return found, left_out


def _run(folder: Path, phases: Sequence[Phase], inside: Callable[[str], bool]) -> RunRow | None:
    """Give a report as it was signed; None where it speaks of more than may be seen, or cannot be read."""
    try:
        text = (folder / RUN_REPORT).read_text(encoding="utf-8")
        said: dict[str, Any] = json.loads(text)
        regions = [*said["manifest"]["regions"], *(name for name, _ in said["result"]["regions"] if name)]
        if said["manifest"]["phase"] not in phases or not all(inside(one) for one in regions):
            return None
        signature = folder / RUN_SIGNATURE
        signed = signature.read_text(encoding="ascii") if signature.exists() else ""
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return RunRow(name=folder.name, report=text, signature=signed) if len(text) <= LONGEST_REPORT else None


def counted(
    facts: Iterable[FlagFact], took: Iterable[Took], name: Callable[[str], str]
) -> tuple[CountsRow, ...]:  # fmt: skip
    """Count flags by region and phase, with the median of the seconds that decisions of the same took."""
    groups = dict[tuple[str, str], list[FlagFact]]()
    for one in facts:
        groups.setdefault((name(one.region), one.phase), []).append(one)
    times = dict[tuple[str, str], list[Took]]()
    for each in took:
        times.setdefault((name(each.region), each.phase), []).append(each)
    return tuple(_counts(key, some, times.get(key, [])) for key, some in sorted(groups.items()))


def _counts(key: tuple[str, str], facts: Sequence[FlagFact], took: Sequence[Took]) -> CountsRow:
    many = len({one.user_id for one in took}) >= FEWEST_REVIEWERS
    states = Counter(State(one.state) for one in facts)
    return CountsRow(
        region=key[0], phase=phase_name(key[1]), flags=len(facts), open=sum(states[one] for one in _OPEN),
        dismissed=sum(count for state, count in states.items() if state.dismissed),
        levels=dict(Counter(Level(one.level) for one in facts)), states=dict(states),
        kinds=dict(Counter(ItemKind(one.kind) for one in facts)),
        forms=dict(Counter(form for one in facts for form in one.forms)),
        seconds=round(median(one.seconds for one in took), 1) if many else None, timed=len(took) if many else 0,
    )  # fmt: skip


def missed_of(store: Store) -> MissedRow:
    """Say what the office's sample of unflagged items says of all of them."""
    return MissedRow(**asdict(store.samples.missed()))


def _told_flag(one: FlagFact, config: Config, name: Callable[[str], str]) -> FlagRow:
    return FlagRow(
        number=one.number, region=name(one.region), phase=phase_name(one.phase), state=State(one.state),
        level=Level(one.level), kind=ItemKind(one.kind), platform=Platform(one.platform), forms=one.forms,
        rules=one.rules,
        raised_on=one.raised_at.astimezone(config.zone).date(),
        decided_on=one.decided_at.astimezone(config.zone).date() if one.decided_at else None,
    )  # fmt: skip
