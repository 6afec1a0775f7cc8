"""Many sources due at once: all run, side by side, one at a time a host; a killed run loses and doubles nothing."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor import scheduler
from monitor.app import App
from monitor.errors import BusyError
from monitor.models import Outcome
from monitor.pipeline import collect
from tests.e2e.news_office import news_office
from tests.e2e.test_kill import kill_once, whole
from tests.fakes import FakeClock
from tests.server.many_hosts import ManyHosts, serve

HOSTS = 100


@pytest.fixture
def many() -> Iterator[ManyHosts]:
    with serve(ManyHosts()) as running:
        yield running


def built(config: Path, clock: FakeClock) -> App:
    return App.build(config, clock, clock.sleep)


def clock() -> FakeClock:
    return FakeClock(datetime(2025, 7, 1, 1, 0, tzinfo=UTC))


def test_a_hundred_sources_due_at_once_all_run_side_by_side(many: ManyHosts, tmp_path: Path) -> None:
    """Every host holds its robots.txt back until all hundred have asked: one that waited its turn would never end."""
    gate = threading.Barrier(HOSTS)

    def hold(_host: str, path: str) -> None:
        if path == "/robots.txt":
            gate.wait(timeout=60)

    many.before = hold
    hosts = many.hosts(HOSTS)
    app = built(news_office(tmp_path / "kantor", [f"{host}/feed" for host in hosts], hosts), clock())
    told: list[str] = []
    due = scheduler.ring(app, told.append)
    assert len(due.sources) == HOSTS
    assert f"dikumpulkan: {HOSTS * many.entries} butir baru dari {HOSTS} sumber" in told
    stands = app.store.runs.sources()
    assert len(stands) == HOSTS
    assert {one.outcome for one in stands} == {Outcome.OK_ITEMS}
    assert set(many.asked.values()) == {1}
    assert many.most_at_once >= HOSTS
    assert many.most_a_host == 1
    assert scheduler.due(app).sources == ()
    app.close()


def test_sources_of_one_host_take_turns(many: ManyHosts, tmp_path: Path) -> None:
    (host,) = many.hosts(1)
    app = built(news_office(tmp_path / "kantor", [f"{host}/feed?{number}" for number in range(12)], [host]), clock())
    done = collect(app.sources(), app.fetcher(), app.archive, app.store, lambda _: None)
    assert len(done) == 12
    assert many.most_a_host == 1
    app.close()


def test_broken_hosts_stop_nobody_else_and_are_due_again(many: ManyHosts, tmp_path: Path) -> None:
    hosts = many.hosts(20)
    many.broken = frozenset(hosts[::4])
    still = clock()
    app = built(news_office(tmp_path / "kantor", [f"{host}/feed" for host in hosts], hosts), still)
    scheduler.ring(app, lambda _: None)
    ended = Counter(one.outcome for one in app.store.runs.sources())
    assert ended == {Outcome.OK_ITEMS: 15, Outcome.TRANSIENT: 5}
    many.broken = frozenset()
    still.tick(hours=1, seconds=1)
    scheduler.ring(app, lambda _: None)
    assert all(one.outcome.proved for one in app.store.runs.sources())
    assert app.store.items.count() == 20 * many.entries
    app.close()


def test_two_runs_never_overlap(many: ManyHosts, tmp_path: Path) -> None:
    inside, release = threading.Event(), threading.Event()

    def hold(_host: str, _path: str) -> None:
        inside.set()
        release.wait(60)

    many.before = hold
    hosts = many.hosts(2)
    config = news_office(tmp_path / "kantor", [f"{host}/feed" for host in hosts], hosts)
    first, second = built(config, clock()), built(config, clock())
    told: list[str] = []
    thread = threading.Thread(target=scheduler.ring, args=(first, told.append))
    thread.start()
    try:
        assert inside.wait(60)
        with pytest.raises(BusyError, match="masih berjalan"):
            collect(second.sources(), second.fetcher(), second.archive, second.store, lambda _: None)
        beside: list[str] = []
        scheduler.ring(second, beside.append)
        assert any("masih berjalan" in line for line in beside)
    finally:
        release.set()
        thread.join()
    assert first.store.items.count() == 2 * many.entries
    assert set(many.asked.values()) == {1}
    first.close()
    second.close()


def held(config: Path) -> list[tuple[str, int, str]]:
    app = App.build(config)
    try:
        assert app.store.audit.verify().ok
        assert not app.archive.verify_all()
        stored = app.store.items.unscreened(100_000)
        assert all(one.evidence_sha256 for one in stored)
        return sorted((one.item.native_id, one.version, one.item.text) for one in stored)
    finally:
        app.close()


def killed(folder: Path, kills: int, hosts: int, seed: int) -> int:
    """Kill collecting from many hosts until it was hit `kills` times; each time what is left is collected after."""
    with serve(ManyHosts(entries=6)) as many:
        names = many.hosts(hosts)
        feeds = [f"{name}/feed" for name in names]
        calm = news_office(folder / "tenang", feeds, names, pages="all")
        seconds = whole(calm, "collect")
        truth = held(calm)
        assert len(truth) == hosts * many.entries
        assert len({name for name, _, _ in truth}) == len(truth)
        assert all(version == 1 for _, version, _ in truth)
        dice, hits, offices = random.Random(seed), 0, 0
        while hits < kills:
            offices += 1
            config = news_office(folder / f"kena-{offices}", feeds, names, pages="all")
            while hits < kills and kill_once(config, "collect", dice.uniform(0, seconds)):
                hits += 1
            whole(config, "collect")
            assert held(config) == truth
    return hits


def test_killed_amid_many_hosts_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    assert killed(tmp_path, kills=3, hosts=12, seed=5) == 3


@pytest.mark.long
def test_killed_a_hundred_times_amid_many_hosts(tmp_path: Path) -> None:
    hits = killed(tmp_path, kills=100, hosts=40, seed=6)
    print(f"\nkilled {hits} times amid 40 hosts: items, versions and evidence equal to an undisturbed run")
    assert hits == 100


def test_robots_and_pace_outlive_a_restart(many: ManyHosts, tmp_path: Path) -> None:
    hosts = many.hosts(3)
    config = news_office(tmp_path / "kantor", [f"{host}/feed" for host in hosts], hosts, gap=7)
    still = clock()
    for turn in range(3):
        app = built(config, still)
        scheduler.ring(app, lambda _: None)
        app.close()
        still.tick(hours=1, seconds=1)
        feeds = {many.asked[host, "/feed"] for host in hosts}
        assert feeds == {turn + 1}
    assert {many.asked[host, "/robots.txt"] for host in hosts} == {1}
    still.tick(days=1)
    app = built(config, still)
    scheduler.ring(app, lambda _: None)
    assert {many.asked[host, "/robots.txt"] for host in hosts} == {2}
    before = len(still.slept)
    app.close()
    again = built(config, still)
    collect(again.sources(), again.fetcher(), again.archive, again.store, lambda _: None)
    assert sum(still.slept[before:]) > 0, "the gap counts across a restart"
    assert {many.asked[host, "/feed"] for host in hosts} == {5}
    again.close()
