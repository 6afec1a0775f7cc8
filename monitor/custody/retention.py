"""Retention: what is due by the office's own schedule, counted before anything is erased; resumable at any point."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from monitor.calendar import Calendar
from monitor.config import Config, Retention
from monitor.custody.erase import bury_bodies, erase_captures, erase_items, sweep
from monitor.errors import NetraError
from monitor.evidence import Archive
from monitor.models import Phase
from monitor.store import Holding, Store
from monitor.store.retention import Kept
from monitor.store.runs import FINISHED

AT_ONCE = 100
KIND = "retention"
WHY = "masa simpan habis menurut jadwal retensi"
PhaseOf = Callable[[date], str]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the preview: items of one state, source and phase, and how many of them are due."""

    holding: Holding
    source_id: str
    phase: str
    days: int
    items: int
    due: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a run would do. `overdue` counts forwarded items past their days: people decide on those, no schedule."""

    lines: tuple[Line, ...]
    idle: int
    overdue: int

    @property
    def due(self) -> int:
        """Count the items that a run would erase."""
        return sum(one.due for one in self.lines)


@dataclass(frozen=True, slots=True)
class Policy:
    """The office's days by state, narrowed by phase and, before that, by source."""

    retention: Retention
    phase_of: PhaseOf

    def phase(self, kept: Kept) -> str:
        """Give the phase of an item: its flag's, else that of the day on which it happened or was captured."""
        return kept.phase or self.phase_of((kept.happened_at or kept.since).date())

    def days(self, holding: Holding, source_id: str, phase: str) -> int:
        """Give the days that an item is kept."""
        name = {
            Holding.UNFLAGGED: "unflagged_days",
            Holding.CLEARED: "cleared_days",
            Holding.FORWARDED: "forwarded_days",
            Holding.OPEN: "forwarded_days",
        }[holding]
        by_phase = self.retention.by_phase.get(Phase(phase)) if phase else None
        for part in (self.retention.by_source.get(source_id.partition("/")[0]), by_phase):
            found = getattr(part, name) if part is not None else None
            if found is not None:
                return int(found)
        return int(getattr(self.retention, name))

    def due(self, kept: Kept, now: datetime) -> bool:
        """Tell whether a schedule may erase an item now. Never one of an open or forwarded case."""
        return not kept.holding.held and self._over(kept, now)

    def overdue(self, kept: Kept, now: datetime) -> bool:
        """Tell whether a forwarded item is past its days."""
        return kept.holding is Holding.FORWARDED and self._over(kept, now)

    def _over(self, kept: Kept, now: datetime) -> bool:
        return now - kept.since >= timedelta(days=self.days(kept.holding, kept.source_id, self.phase(kept)))


def policy(retention: Retention | None, phase_of: PhaseOf) -> Policy:
    """Give the office's policy.

    Raises:
        NetraError: the settings have none.
    """
    if retention is None:
        raise NetraError(
            "belum ada masa simpan — isi `retention` di config.yaml menurut jadwal retensi arsip lembaga; "
            "lihat docs/privasi.md"
        )
    return Policy(retention, phase_of)


def office_policy(config: Config, calendar: Calendar) -> Policy:
    """Give the policy of an office, with the phases of its contests.

    Raises:
        NetraError: the settings have none.
    """

    def phase_of(day: date) -> str:
        found = (calendar.phase(contest, config.office.region, day) for contest in config.contests)
        return next((one.phase.value for one in found if one is not None and one.phase is not None), "")

    return policy(config.retention, phase_of)


def is_due(store: Store, config: Config, now: datetime) -> bool:
    """Tell whether the schedule's own turn has come: once a day, and only where the office switched it on."""
    last = store.runs.last(KIND)
    wanted = config.retention is not None and config.retention.automatic
    return wanted and (last is None or now - last.started_at >= timedelta(days=1))


def daily(store: Store, archive: Archive, wanted: Policy, clock: Callable[[], datetime]) -> list[str]:
    """Erase what yesterday's turn announced, and announce what is due now; gives lines for the log (Indonesian).

    So nothing goes that was not counted and told a day before. With other settings than yesterday's, and on the first
    day, it only announces.

    Raises:
        BusyError: somebody erases by hand at this moment.
    """
    with store.runs.exclusive(KIND):
        last, mark = store.runs.last(KIND), _mark(wanted)
        run_id, lines = store.runs.begin(KIND), list[str]()
        items = files = 0
        if last is not None and last.status == FINISHED and last.summary.get("setelan") == mark:
            items, files = run(store, archive, wanted, lambda: last.started_at, None)
            if items or files:
                lines.append(f"masa simpan: {items} butir dan {files} berkas yang kemarin diumumkan dihapus, bernisan")
        outlook = preview(store, wanted, clock())
        if outlook.due or outlook.idle:
            lines.append(
                f"masa simpan: {outlook.due} butir dan {outlook.idle} jawaban habis masanya dan dihapus besok; "
                "lihat `netra retention preview`"
            )
        if outlook.overdue:
            lines.append(f"masa simpan: {outlook.overdue} butir yang diteruskan lewat masanya — putuskan sendiri")
        store.runs.finish(
            run_id,
            {"setelan": mark, "butir": items, "berkas": files, "besok": outlook.due, "jawaban": outlook.idle},
        )
    return lines


def _mark(wanted: Policy) -> str:
    return sha256(wanted.retention.model_dump_json().encode()).hexdigest()[:16]


def preview(store: Store, wanted: Policy, now: datetime) -> Outlook:
    """Count what is due, by state, source and phase; erases nothing."""
    items: Counter[tuple[Holding, str, str]] = Counter()
    due: Counter[tuple[Holding, str, str]] = Counter()
    overdue = 0
    for one in store.retention.kept():
        key = (one.holding, one.source_id.partition("/")[0], wanted.phase(one))
        items[key] += 1
        due[key] += wanted.due(one, now)
        overdue += wanted.overdue(one, now)
    lines = [
        Line(holding, source, phase, wanted.days(holding, source, phase), count, due[holding, source, phase])
        for (holding, source, phase), count in sorted(items.items())
    ]
    return Outlook(tuple(lines), len(store.burial.idle(_idle_before(wanted, now), 1_000_000)), overdue)


def run(
    store: Store,
    archive: Archive,
    wanted: Policy,
    clock: Callable[[], datetime],
    user_id: int | None,
    tell: Callable[[int], None] = lambda _: None,
) -> tuple[int, int]:
    """Erase what is due, a hundred items at a time; gives how many items and files went.

    Each batch is looked at once more just before it goes, so that a case opened meanwhile keeps its evidence.
    """
    now = clock()
    sweep(store, archive)
    erased = files = 0
    due = [one.item_id for one in store.retention.kept() if wanted.due(one, now)]
    for batch in _batches(due):
        still = [one for one in batch if (held := store.retention.holding(one)) is not None and not held.held]
        if still:
            done = erase_items(store, archive, still, WHY, user_id)
            erased, files = erased + done.items, files + done.files
        tell(len(batch))
    while bodies := store.burial.idle(_idle_before(wanted, now), AT_ONCE):
        gone = bury_bodies(store, archive, bodies, WHY, user_id)
        files += gone
        if not gone:
            break
    return erased, files + erase_captures(store, archive, _idle_before(wanted, now), WHY, user_id)


def _idle_before(wanted: Policy, now: datetime) -> datetime:
    return now - timedelta(days=wanted.retention.unflagged_days)


def _batches(item_ids: list[int]) -> Iterable[list[int]]:
    for start in range(0, len(item_ids), AT_ONCE):
        yield item_ids[start : start + AT_ONCE]
