"""APScheduler as a bell: every minute it rings, and what is due is asked of the store.

So a night in which the computer was off is made up at the first ring, and nothing is due twice. A misfire is never
dropped (the library's default would drop what is one second late), and a ring that lasts longer than a minute is not
rung over.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from apscheduler.schedulers.blocking import BlockingScheduler

from monitor import custody, digest
from monitor.app import App
from monitor.config import YoutubeSource, seconds
from monitor.custody import retention, snapshots
from monitor.custody.refresh import refresh
from monitor.digest import brief
from monitor.errors import BusyError, NetraError
from monitor.evidence import read_clock
from monitor.governance.regression import refresh as refresh_verdicts
from monitor.models import Outcome
from monitor.pipeline import BATCH, screen
from monitor.postbox import PASSWORD
from monitor.rules.regression import FILE

RING_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be done now."""

    sources: tuple[str, ...]
    screen: bool
    head: bool
    refresh: bool = False
    retention: bool = False
    digest: tuple[str, ...] | None = None
    """Who is to get the word on deadlines; () = only the calendar file is due, None = nothing."""


def due(app: App) -> Due:
    """Ask the store what is due by the clock."""
    now = app.clock()
    every = app.intervals()
    last = app.store.runs.last("screen")
    screen_every = timedelta(seconds=seconds(app.config.schedule.screen_every))
    sources = tuple(app.store.runs.due(every, now))
    rested = last is None or last.finished_at is None or now - last.started_at >= screen_every
    return Due(
        sources=sources,
        screen=rested and (bool(sources) or app.store.items.count_unscreened() > 0),
        head=_head_is_due(app, now),
        refresh=_refresh_is_due(app, now),
        retention=retention.is_due(app.store, app.config, now),
        digest=digest.due(app),
    )


def _refresh_is_due(app: App, now: datetime) -> bool:
    """Data of an API that must be confirmed or erased: looked at once a day, before the day's quota is spent."""
    last = app.store.runs.last("refresh")
    return bool(youtube_of(app)) and (last is None or now - last.started_at >= timedelta(days=1))


def youtube_of(app: App) -> list[YoutubeSource]:
    """Give the settings of sources whose data grow old."""
    return [one for one in app.config.sources if isinstance(one, YoutubeSource)]


def _head_is_due(app: App, now: datetime) -> bool:
    local = now.astimezone(app.config.zone)
    hour, minute = app.config.schedule.audit_head_at.split(":")
    last = app.store.runs.last("head")
    written_today = last is not None and last.started_at.astimezone(app.config.zone).date() == local.date()
    return local.time() >= time(int(hour), int(minute)) and not written_today


def _gather(app: App, sources: Sequence[str], tell: Callable[[str], None]) -> None:
    collected = app.gather(sources, lambda _: None)
    tell(f"dikumpulkan: {sum(one.new for one in collected)} butir baru dari {len(collected)} sumber")
    for one in collected:
        if not one.outcome.proved:
            mark = "GAWAT kunci atau izin masuk ditolak:" if one.outcome is Outcome.AUTH else "PERHATIAN"
            tell(f"{mark} sumber {one.source_id}: {one.outcome}; lihat `netra doctor`")
    for alarm in app.alarms():
        tell(f"PERHATIAN {alarm}")


def _remind(app: App, to: tuple[str, ...] | None, tell: Callable[[str], None]) -> None:
    """Give the morning's word on deadlines; before all else, because no broken source may hold it up, nor it them."""
    if to is None or app.config.digest is None:
        return
    try:
        handed = digest.morning(app, app.config.digest, to, os.environ.get(PASSWORD, ""))
    except NetraError as error:
        tell(f"GAGAL kabar tenggat: {error}")
        return
    for line in digest.said_of(handed):
        tell(line)


def _keep(app: App, now_due: Due, tell: Callable[[str], None]) -> None:
    """Write the head of the chain, get the stamps that are due, and erase what the office's schedule lets go."""
    if now_due.head:
        run_id = app.store.runs.begin("head")
        tell(f"kepala rantai audit ditulis: {app.store.audit.write_head(app.heads)}")
        refresh_verdicts(app.store, (app.root / app.config.database).parent / FILE)
        app.store.runs.finish(run_id, {})
        if app.stamper is not None:
            app.stamper.want_head(app.store.audit.head())
    for line in app.stamper.due().failed if app.stamper is not None else ():
        tell(f"PERHATIAN {line}")
    if now_due.retention:
        wanted = retention.office_policy(app.config, app.calendar)
        for line in retention.daily(app.store, app.archive, wanted, app.clock):
            tell(line)


def ring(app: App, tell: Callable[[str], None]) -> Due:
    """Do what is due. A run of another process that is under way is left alone; its turn comes with the next ring."""
    now_due = due(app)
    _remind(app, now_due.digest, tell)
    for line in brief.warn(app, os.environ.get(PASSWORD, "")):
        tell(line)
    try:
        if now_due.refresh:
            done = refresh(app.store, app.archive, app.fetcher(), youtube_of(app), app.clock)
            for line in done.lines():
                tell(line)
        if now_due.sources:
            _gather(app, now_due.sources, tell)
        if now_due.screen and app.store.items.count_unscreened():
            for line in app.rule_notes():
                tell(line)
            tell(f"disaring: {screen(app.judges(), app.store, lambda _: None)} butir")
            custody.seal(app.store, app.archive, app.clock, read_clock)
        if app.config.evidence.snapshot_sources:
            shoot = snapshots.camera_of(app.config, app.clock, app.sleep)
            for line in snapshots.take_new(app.store, app.archive, app.config, shoot, app.fetcher().fetch):
                tell(line)
        _keep(app, now_due, tell)
        app.store.seals.seal_waiting(BATCH)
    except BusyError as error:
        tell(str(error))
    return now_due


def run(app: App, tell: Callable[[str], None], bell: BlockingScheduler | None = None) -> None:
    """Ring until stopped. A mendable error is told and tried again; any other ends the process loudly."""
    bell = bell or BlockingScheduler(timezone=app.config.zone)
    failures: list[BaseException] = []

    def once() -> None:
        try:
            ring(app, tell)
        except NetraError as error:
            tell(f"GAGAL: {error}")
        except BaseException as error:
            failures.append(error)
            bell.shutdown(wait=False)
            raise

    bell.add_job(
        once,
        "interval",
        seconds=RING_SECONDS,
        next_run_time=datetime.now(app.config.zone),
        misfire_grace_time=None,
        coalesce=True,
        max_instances=1,
    )
    tell("Netra berjalan menurut jadwal; hentikan dengan Ctrl+C.")
    try:
        bell.start()
    except (KeyboardInterrupt, SystemExit):
        tell("Dihentikan; yang terlewat akan disusul.")
    if failures:
        raise failures[0]
