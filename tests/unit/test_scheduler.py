"""The bell: what is due is asked of the store, a missed night is made up, nothing runs twice or over itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from apscheduler.schedulers.blocking import BlockingScheduler

from monitor import demo, scheduler
from monitor.app import App
from tests.fakes import FakeClock
from tests.offices import make_office

MORNING = datetime(2025, 7, 1, 1, 0, tzinfo=UTC)  # 08.00 WIB


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(MORNING)


@pytest.fixture
def app(tmp_path: Path, clock: FakeClock) -> Iterator[App]:
    built = App.build(make_office(tmp_path / "kantor"), clock, clock.sleep)
    demo.prepare(built)
    yield built
    built.close()


def test_everything_is_due_at_first_and_nothing_right_after(app: App) -> None:
    told: list[str] = []
    first = scheduler.ring(app, told.append)
    assert sorted(first.sources) == ["impor-lembar-kerja", "impor-rekaman", "warta-contoh"]
    assert first.screen
    assert first.head
    assert any("453 butir baru" in line for line in told)
    assert any("disaring: 453" in line for line in told)
    assert scheduler.due(app) == scheduler.Due((), screen=False, head=False)


def test_each_source_is_due_by_its_own_interval(app: App, clock: FakeClock) -> None:
    scheduler.ring(app, lambda _: None)
    clock.tick(hours=1, seconds=1)
    assert sorted(scheduler.due(app).sources) == ["impor-lembar-kerja", "impor-rekaman"]


def test_a_missed_night_is_made_up_once(app: App, clock: FakeClock) -> None:
    scheduler.ring(app, lambda _: None)
    clock.tick(days=3)
    assert len(scheduler.ring(app, lambda _: None).sources) == 3
    assert scheduler.due(app) == scheduler.Due((), screen=False, head=False)


def test_the_head_waits_for_its_hour(app: App, clock: FakeClock) -> None:
    scheduler.ring(app, lambda _: None)
    clock.tick(hours=21)  # 05.00 WIB the next day
    assert not scheduler.due(app).head
    clock.tick(hours=1, minutes=1)
    assert scheduler.due(app).head
    assert len(list(app.heads.glob("kepala-*.txt"))) == 1


def test_retention_runs_by_itself_only_where_the_office_says_so(tmp_path: Path, clock: FakeClock) -> None:
    settings = make_office(tmp_path / "kantor")
    plain = settings.read_text("utf-8")
    days = "retention: {unflagged_days: 1, cleared_days: 1, forwarded_days: 1%s}\ndatabase:"
    for extra, wanted in (("", False), (", automatic: false", False), (", automatic: true", True)):
        settings.write_text(plain.replace("database:", days % extra, 1), "utf-8")
        built = App.build(settings, clock, clock.sleep)
        assert scheduler.due(built).retention is wanted
        built.close()
    built = App.build(settings, clock, clock.sleep)
    demo.prepare(built)
    try:
        scheduler.ring(built, lambda _: None)
        items = built.store.items.count()
        assert not scheduler.due(built).retention
        clock.tick(days=2)
        told: list[str] = []
        scheduler.ring(built, told.append)
        assert any("dihapus besok" in line for line in told)
        assert built.store.items.count() == items
        clock.tick(days=1)
        scheduler.ring(built, told.append)
        assert any("kemarin diumumkan dihapus" in line for line in told)
        assert built.store.audit.verify(built.heads).ok
    finally:
        built.close()


def test_a_run_of_another_process_is_left_alone(app: App) -> None:
    told: list[str] = []
    with app.store.runs.exclusive("collect"):
        scheduler.ring(app, told.append)
    assert app.store.items.count() == 0
    assert len(told) == 1


def test_the_real_bell_rings_and_stops(app: App) -> None:
    bell, rung, told = BlockingScheduler(timezone=app.config.zone), threading.Event(), list[str]()

    def tell(line: str) -> None:
        told.append(line)
        if "kepala rantai" in line:
            rung.set()

    thread = threading.Thread(target=scheduler.run, args=(app, tell, bell))
    thread.start()
    assert rung.wait(60)
    [job] = bell.get_jobs()
    assert job.misfire_grace_time is None
    assert job.coalesce
    assert job.max_instances == 1
    bell.shutdown()
    thread.join(60)
    assert not thread.is_alive()


def test_an_unexpected_error_ends_the_bell_loudly(app: App) -> None:
    def broken(line: str) -> None:
        if "dikumpulkan" in line:
            raise RuntimeError(line)

    with pytest.raises(RuntimeError, match="dikumpulkan"):
        scheduler.run(app, broken, BlockingScheduler(timezone=app.config.zone))
