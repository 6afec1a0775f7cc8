"""A whole office around Bluesky: its canary, what goes silent, what is asked again, and where it is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from monitor import demo, lookout, scheduler
from monitor.app import App
from monitor.coverage import State
from monitor.doctor import examine
from monitor.fetch import Fetcher
from monitor.models import Change, Platform, RosterChange
from tests.fakes import FakeClock
from tests.fakes_store import a_row
from tests.offices import make_office
from tests.server_bluesky import POST, Answer, DirectFetcher, Network, Repo, error

SARI = "did:plc:contoh1014"


class WiredApp(App):
    """The app, whose requests reach the network in this process."""

    network: Network

    def fetcher(self) -> Fetcher:
        assert isinstance(self.clock, FakeClock)
        return DirectFetcher(self.network, self.clock)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def network(clock: FakeClock) -> Network:
    return Network(clock, port=80)


@pytest.fixture
def kenari(network: Network) -> Repo:
    return network.account("kenari", server=2)


@pytest.fixture
def app(tmp_path: Path, clock: FakeClock, network: Network, kenari: Repo) -> Iterator[App]:
    config = make_office(tmp_path / "kantor")
    canary = f"{{account: '{kenari.did}', at: ['06:00'], grace: 1jam}}"
    home = "http://127.0.0.1"
    bsky = f"  - {{id: bsky, type: bluesky, every: 6jam, appview: '{home}', directory: '{home}', canary: {canary}}}\n"
    head, _, tail = config.read_text("utf-8").partition("\nsources:")
    rest = tail[tail.index("\nschedule:") :]
    config.write_text(f"{head}\nsources:\n{bsky}{rest}", "utf-8")
    built = WiredApp.build(config, clock, clock.sleep)
    built.network = network
    demo.prepare(built)
    network.account("contoh1014", server=2)
    yield built
    built.close()


def sari(app: App) -> State:
    return next(one.state for one in app.coverage() if one.source_id == f"bsky/{SARI}")


def test_a_source_whose_canary_is_not_found_has_seen_nobody(
    app: App, clock: FakeClock, network: Network, kenari: Repo
) -> None:
    assert f"bsky/{kenari.did}" in app.intervals()
    clock.tick(hours=-2)  # 08.00 WIB
    network.post(kenari, "Selamat pagi dari kenari", at=clock() - timedelta(hours=2))
    app.gather((), lambda _: None)
    assert sari(app) is State.EMPTY
    assert app.alarms() == []
    clock.tick(days=1)  # the post of the next morning is kept from us, and everything else looks fine
    said: list[str] = []
    scheduler.ring(app, said.append)
    assert sari(app) is State.FAILED
    [line] = app.alarms()
    assert "buta: unggahan kenari yang mestinya ada 02-06-2025 06.00 tidak ditemukan" in line
    assert f"PERHATIAN {line}" in said
    finding = next(one for one in examine(app) if one.what == "kenari bsky")
    assert finding.state == "gawat"
    assert f"bsky/{SARI}" in app.missing()
    network.post(kenari, "Selamat pagi lagi", at=clock() - timedelta(hours=2))
    app.gather(app.missing(), lambda _: None)
    assert sari(app) is State.EMPTY
    assert app.alarms() == []


def test_a_canary_that_cannot_be_read_is_not_found_either(
    app: App, clock: FakeClock, network: Network, kenari: Repo
) -> None:
    kenari.state = "RepoTakendown"
    app.gather([f"bsky/{SARI}"], lambda _: None)
    assert sari(app) is State.FAILED
    assert "akun kenari sendiri gone" in app.alarms()[0]


def test_what_is_missing_is_asked_again_and_nothing_else(app: App, clock: FakeClock, network: Network) -> None:
    network.post(network.repos["did:plc:kenari"], "pagi", at=clock() - timedelta(hours=4))
    app.store.roster.apply([RosterChange(Change.NEW, a_row(77, accounts=()), None)])

    def fault(_path: str, given: dict[str, list[str]]) -> Answer | None:
        return error("ServerError", status=400) if given.get("repo") == [SARI] else None

    network.fault = fault
    app.gather((), lambda _: None)
    assert f"bsky/{SARI}" in app.missing()
    network.fault = lambda _path, _given: None
    asked = app.missing()
    done = {one.source_id for one in app.gather(asked, lambda _: None)}
    assert done == {*asked, "bsky/did:plc:kenari"}
    assert sari(app) is State.EMPTY
    states = {one.state for one in app.coverage() if one.subject and one.subject.platform is None}
    assert states == {State.NO_ACCOUNT}
    shut = [one for one in app.coverage() if one.subject and one.subject.platform is Platform.FACEBOOK]
    assert {one.state for one in shut} == {State.LEGALLY_OFF}


def test_who_stops_against_habit_is_told_until_somebody_answers(app: App, clock: FakeClock, network: Network) -> None:
    repo, canary = network.repos[SARI], network.repos["did:plc:kenari"]
    network.post(canary, "pagi", at=clock() - timedelta(hours=4))
    for back in range(12):
        network.post(repo, "kabar harian", at=clock() - timedelta(days=back))
    app.gather((), lambda _: None)
    assert app.store.alarms.silences() == []
    clock.tick(days=5)
    network.post(canary, "pagi", at=clock() - timedelta(hours=4))
    for _ in range(2):
        app.gather((), lambda _: None)
    silent = app.store.alarms.silences()
    assert [(one.source_id, one.last_act, one.longest) for one in silent] == [
        (f"bsky/{SARI}", date(2025, 6, 1), 3), ("bsky", date(2025, 6, 1), 3),
    ][: len(silent)]  # fmt: skip
    assert any("sunyi sejak 01-06-2025" in one for one in app.alarms())
    assert any(one.what == "kesunyian" for one in examine(app))
    user = app.store.users.list()[0]
    for one in silent:
        app.store.alarms.answer(one.silence_id, user.user_id, "akun memang libur")
    app.gather((), lambda _: None)
    assert app.alarms() == []
    network.post(repo, "kembali")
    app.gather((), lambda _: None)
    assert app.store.alarms.silent() == frozenset()
    clock.tick(days=20)
    network.post(canary, "pagi", at=clock() - timedelta(hours=4))
    app.gather((), lambda _: None)
    assert f"bsky/{SARI}" in {one.source_id for one in app.store.alarms.silences()}


def test_what_the_feed_shows_otherwise_than_the_server_is_a_matter_for_eyes_not_for_an_update(
    app: App, clock: FakeClock, network: Network
) -> None:
    network.post(network.repos["did:plc:kenari"], "pagi", at=clock() - timedelta(hours=4))
    hidden = network.post(network.repos[SARI], "disembunyikan", at=clock() - timedelta(hours=9))
    network.hidden_by_appview.add(hidden.rpartition("/")[2])
    network.repos[SARI].records[POST][hidden.rpartition("/")[2]]["value"]["medanBaru"] = 1
    path = app.root / "config.yaml"
    path.write_text(path.read_text("utf-8").replace("type: bluesky,", "type: bluesky, author_feed: true,"), "utf-8")
    again = WiredApp.build(path, clock, clock.sleep)
    again.network = network
    again.gather((), lambda _: None)
    said = {one.what: one for one in examine(again)}
    assert "1 kali" in said["umpan bsky"].said
    assert "mata sendiri" in said["umpan bsky"].advice
    assert said["bentuk bsky"].said.endswith("misalnya app.bsky.feed.post: medanBaru")
    again.close()


def test_a_failed_look_is_no_silence(app: App, clock: FakeClock, network: Network) -> None:
    repo = network.repos[SARI]
    for back in range(12):
        network.post(repo, "kabar harian", at=clock() - timedelta(days=back))
    network.post(network.repos["did:plc:kenari"], "pagi", at=clock() - timedelta(hours=4))
    app.gather((), lambda _: None)
    clock.tick(days=5)
    repo.state = "RepoDeactivated"
    network.post(network.repos["did:plc:kenari"], "pagi", at=clock() - timedelta(hours=4))
    app.gather((), lambda _: None)
    assert f"bsky/{SARI}" not in app.store.alarms.silent()
    lookout.listen(app, ["tak-dikenal"])
