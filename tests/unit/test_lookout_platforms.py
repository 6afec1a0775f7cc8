"""A canary on every kind of source that can have one: what does not show it has seen nobody, and says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from monitor import demo
from monitor.app import App
from monitor.coverage import State
from monitor.doctor import examine
from monitor.fetch import Fetcher
from monitor.models import AccountRow, Change, Outcome, Platform, Request, Response, RosterChange
from tests.collectors.test_youtube import fetcher as youtube_fetcher
from tests.fakes import FakeClock
from tests.fakes_store import a_row
from tests.offices import make_office
from tests.server_loopback import WirelessFetcher, serve
from tests.server_mastodon import Fediverse
from tests.server_youtube import Youtube


class WiredApp(App):
    """The app, whose requests reach what stands for the network."""

    wire: Callable[[App], Fetcher]

    def fetcher(self) -> Fetcher:
        return type(self).wire(self)


@dataclass
class World:
    """An office with one rostered account, a canary, and how either posts."""

    app: App
    source_id: str
    config_id: str
    canary: Callable[[datetime], object]
    act: Callable[[], object]


def office(folder: Path, clock: FakeClock, source: str, wire: Callable[[App], Fetcher]) -> App:
    config = make_office(folder / "kantor")
    head, _, tail = config.read_text("utf-8").partition("\nsources:")
    config.write_text(f"{head}\nsources:\n  - {{{source}}}\n{tail[tail.index(chr(10) + 'schedule:') :]}", "utf-8")
    made = cast("type[App]", type("Wired", (WiredApp,), {"wire": staticmethod(wire)}))
    built = made.build(config, clock, clock.sleep)
    demo.prepare(built)
    return built


def rostered(app: App, platform: Platform, native_id: str, handle: str) -> None:
    row = a_row(77, accounts=(AccountRow(platform, native_id, handle),))
    app.store.roster.apply([RosterChange(Change.NEW, row, None)])


def mastodon(folder: Path, clock: FakeClock, _stack: ExitStack) -> World:
    fediverse = Fediverse(clock, port=80)
    kenari, sari = fediverse.account("kenari"), fediverse.account("sari", server=2)
    canary = f"canary: {{account: '{kenari.uri}', at: ['06:00'], grace: 1jam}}"
    source = f"id: fedi, type: mastodon, every: 6jam, scheme: http, {canary}"
    app = office(folder, clock, source, lambda _app: WirelessFetcher(fediverse, clock))
    rostered(app, Platform.MASTODON, sari.uri, sari.handle)
    return World(
        app, f"fedi/{sari.uri}", "fedi", lambda at: fediverse.post(kenari, "Selamat pagi", at=at),
        lambda: fediverse.post(sari, "kabar"),
    )  # fmt: skip


def youtube(folder: Path, clock: FakeClock, stack: ExitStack) -> World:
    tube = Youtube(clock)
    stack.enter_context(serve(tube, addresses=2))
    kenari, sari = tube.channel("kenari"), tube.channel("sari")
    canary = f"canary: {{account: {kenari.key}, at: ['06:00'], grace: 1jam}}"
    source = f"id: yt, type: youtube, every: 6jam, api: '{tube.origin}', {canary}"
    app = office(folder, clock, source, lambda app: youtube_fetcher(tube, app.store, folder))
    rostered(app, Platform.YOUTUBE, sari.key, sari.handle)
    return World(
        app, f"yt/{sari.key}", "yt", lambda at: tube.upload(kenari, "Selamat pagi", at=at),
        lambda: tube.upload(sari, "kabar"),
    )  # fmt: skip


def feed(folder: Path, clock: FakeClock, _stack: ExitStack) -> World:
    entries: list[tuple[str, datetime]] = []

    class Site:
        def fetch(self, request: Request) -> Response:
            items = "".join(
                f"<item><title>{title}</title><link>https://w.example/{number}</link><guid>{number}</guid>"
                f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
                for number, (title, at) in enumerate(entries)
            )
            body = f'<rss version="2.0"><channel><title>W</title><link>https://w.example/</link>{items}</channel></rss>'
            kind = "application/rss+xml"
            return Response(request, clock(), None, status=200, content_type=kind, body=body.encode())

    canary = "canary: {title: Prakiraan cuaca, at: ['06:00'], grace: 1jam}"
    source = f"id: warta, type: feed, url: 'https://w.example/feed', pages: none, {canary}"
    app = office(folder, clock, source, lambda _app: Site())
    return World(
        app, "warta", "warta", lambda at: entries.append(("Prakiraan Cuaca hari ini", at)),
        lambda: entries.append(("Berita lain", clock())),
    )  # fmt: skip


@pytest.fixture(params=[mastodon, youtube, feed], ids=["mastodon", "youtube", "feed"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        made = request.param(tmp_path, FakeClock(), stack)
        yield made
        made.app.close()


def state(world: World) -> State:
    return next(one.state for one in world.app.coverage() if one.source_id == world.source_id)


def test_a_source_whose_canary_is_not_found_has_seen_nobody(world: World) -> None:
    app, clock = world.app, world.app.clock
    assert isinstance(clock, FakeClock)
    clock.tick(hours=-2)  # 08.00 WIB
    world.canary(clock() - timedelta(hours=2))
    world.act()
    app.gather((), lambda _: None)
    assert state(world).proved
    assert app.alarms() == []
    proved = app.store.coverage.now()[world.source_id].proved_at
    clock.tick(days=1)  # the next morning's is kept from us, and everything else looks fine
    world.act()
    app.gather((), lambda _: None)
    assert state(world) is State.FAILED
    held = app.store.coverage.now()[world.source_id]
    assert (held.outcome, held.proved_at) == (Outcome.TRANSIENT, proved)
    [line] = app.alarms()
    assert f"sumber {world.config_id} buta" in line
    assert "02-06-2025 06.00 tidak ditemukan" in line
    assert next(one for one in examine(app) if one.what == f"kenari {world.config_id}").state == "gawat"
    assert world.source_id in app.missing()
    world.canary(clock() - timedelta(hours=2))
    app.gather(app.missing(), lambda _: None)
    assert state(world).proved
    assert app.alarms() == []
    assert app.store.audit.verify().ok


def test_what_was_collected_while_blind_is_kept(world: World) -> None:
    app = world.app
    world.act()
    app.gather((), lambda _: None)
    assert state(world) is State.FAILED
    assert len(app.store.items.newest(10)) == 1
