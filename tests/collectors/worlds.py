"""Each kind of source in a world of its own: three acts were collected once, then something goes wrong there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.collectors import Source, Watched, Watching, build_accounts, build_source
from monitor.config import ArticleSource, BlueskySource, FeedSource, MastodonSource, SourceConfig, YoutubeSource
from monitor.evidence import Archive
from monitor.fetch import Fetcher, FileFetcher, Meter, MeteredFetcher
from monitor.models import Platform
from monitor.pipeline import Collected, collect
from monitor.store import Store
from tests.fakes import FakeClock
from tests.fakes_fetch import polite_client
from tests.server import scenario
from tests.server_bluesky import POST, Answer, Network
from tests.server_loopback import serve
from tests.server_mastodon import Fediverse
from tests.server_youtube import KEY, Youtube

Given = dict[str, list[str]]
DEADLINE, LARGEST = 0.7, 150_000


@dataclass
class World:
    """One subject of one source. `change` does by name what people or servers do; `wrong` answers its listing."""

    store: Store
    archive: Archive
    clock: FakeClock
    fetcher: Fetcher
    build: Callable[[], list[Source]]
    wrong: Callable[[Answer | Callable[[Given], Answer | None] | None], None]
    listing: Callable[[Given], Answer]
    change: dict[str, Callable[[], None]]
    made: set[str] = field(default_factory=set)

    def collect(self) -> Collected:
        self.clock.tick(hours=12)
        [done] = collect(self.build(), self.fetcher, self.archive, self.store, lambda _: None)
        return done

    @property
    def source_id(self) -> str:
        return self.build()[0].source_id

    def state(self) -> tuple[str, Any, list[tuple[str, int]], list[int]]:
        """What a failure may not change: cursor, last proof, items with their versions, what is noted as gone."""
        items = self.store.items.unscreened(1000)
        versions = sorted((one.item.native_id, one.version) for one in items)
        gone = [one.item_id for one in self.store.absences.all()]
        cursor = self.store.runs.cursor(self.source_id)
        return cursor, self.store.runs.last_proved(self.source_id), versions, gone


def _account(platform: Platform, native_id: str, handle: str, config: SourceConfig, store: Store) -> list[Source]:
    one = Watched(platform, native_id, handle, rostered=True)
    return build_accounts(config, Watching((one,), store.items.held))


@contextmanager
def bluesky(store: Store, folder: Path, clock: FakeClock) -> Iterator[World]:
    network = Network(clock)
    with serve(_Hosted(network)):
        sari = network.account("sari", server=2)
        made = [network.post(sari, f"kabar {number}") for number in range(3)]
        home = network.origin()
        config = BlueskySource.model_validate({"type": "bluesky", "id": "bsky", "appview": home, "directory": home})
        faults: list[Any] = [None]
        network.fault = lambda path, given: (
            _given(faults[0], given) if path.endswith("listRecords") and given["collection"] == [POST] else None
        )
        yield World(
            store, Archive(folder / "arsip"), clock, _client(clock, network.hosts()),
            lambda: _account(Platform.BLUESKY, sari.did, sari.handle, config, store),
            lambda answer: faults.__setitem__(0, answer),
            lambda given: _body(network._list(given)),
            {
                "edited": lambda: network.edit(made[1], "diperbaiki"),
                "deleted": lambda: network.delete(made[1]),
                "moved": lambda: setattr(sari, "handle", "sari.baru.example"),
                "emptied": lambda: [network.delete(one) for one in made] and None,
                "suspended": lambda: setattr(sari, "state", "RepoTakendown"),
                "short": lambda: setattr(network, "page", 1),
            },
            set(made),
        )  # fmt: skip


@contextmanager
def mastodon(store: Store, folder: Path, clock: FakeClock) -> Iterator[World]:
    fediverse = Fediverse(clock)
    with serve(fediverse):
        sari = fediverse.account("sari")
        made = [fediverse.post(sari, f"kabar {number}") for number in range(3)]
        config = MastodonSource(type="mastodon", id="masto", scheme="http")
        faults: list[Any] = [None]
        fediverse.fault = lambda path, given: _given(faults[0], given) if path.endswith("/100/statuses") else None
        yield World(
            store, Archive(folder / "arsip"), clock, _client(clock, fediverse.hosts()),
            lambda: _account(Platform.MASTODON, sari.uri, sari.handle, config, store),
            lambda answer: faults.__setitem__(0, answer),
            lambda given: fediverse._accounts(["accounts", "100", "statuses"], given, {"sari": sari}, sari.home),
            {
                "edited": lambda: fediverse.edit(made[1], "diperbaiki"),
                "deleted": lambda: fediverse.delete(made[1]),
                "moved": lambda: sari.more.update(moved={"uri": "https://baru.example/users/sari"}),
                "emptied": lambda: [fediverse.delete(one) for one in made] and None,
                "suspended": lambda: sari.more.update(suspended=True),
                "short": lambda: setattr(fediverse, "page", 1),
            },
            set(made),
        )  # fmt: skip


@contextmanager
def youtube(store: Store, folder: Path, clock: FakeClock) -> Iterator[World]:
    service = Youtube(clock)
    with serve(service, addresses=1):
        sari = service.channel("sari")
        made = [service.upload(sari, f"video {number}") for number in range(3)]
        config = YoutubeSource.model_validate({"type": "youtube", "id": "yt", "api": service.origin})
        faults: list[Any] = [None]
        service.fault = lambda method, given: _given(faults[0], given) if method == "playlistItems" else None
        web = _client(clock, [f"127.0.0.1:{service.port}"])
        web._keys = {"youtube": KEY}
        meters = {"youtube": Meter("NETRA_YOUTUBE_KEY", 10_000, KEY)}
        yield World(
            store, Archive(folder / "arsip"), clock, MeteredFetcher(web, meters, store.quota, clock),
            lambda: _account(Platform.YOUTUBE, sari.key, sari.handle, config, store),
            lambda answer: faults.__setitem__(0, answer),
            service._playlist,
            {
                "edited": lambda: service.edit(made[1], "diperbaiki"),
                "deleted": lambda: service.delete(made[1]),
                "moved": lambda: setattr(sari, "handle", "@baru"),
                "emptied": lambda: [service.delete(one) for one in made] and None,
                "suspended": lambda: setattr(sari, "closed", True),
                "short": lambda: setattr(service, "page", 1),
            },
            set(made),
        )  # fmt: skip


@contextmanager
def feed(store: Store, folder: Path, clock: FakeClock) -> Iterator[World]:
    shelf = _Shelf()
    with serve(shelf, addresses=1):
        config = FeedSource(type="feed", id="warta", url=f"http://127.0.0.1:{shelf.port}/umpan", pages="none")
        yield World(
            store, Archive(folder / "arsip"), clock, _client(clock, [f"127.0.0.1:{shelf.port}"]),
            lambda: [build_source(config, wanted=lambda _: False, list_files=lambda _: [])],
            lambda answer: setattr(shelf, "wrong", answer),
            lambda _given: shelf.good(),
            {
                "edited": lambda: shelf.entries.__setitem__(1, scenario.item(1, title="Judul yang diperbaiki")),
                "deleted": lambda: shelf.entries.pop(1),
                "moved": lambda: setattr(shelf, "moved", True),
                "emptied": shelf.entries.clear,
            },
            set("012"),
        )  # fmt: skip


@contextmanager
def articles(store: Store, folder: Path, clock: FakeClock) -> Iterator[World]:
    shelf = folder / "kliping"
    shelf.mkdir()
    path = shelf / "a.txt"
    path.write_text("Judul contoh\nIsi berita contoh.\n", "utf-8")
    config = ArticleSource(type="articles", id="kliping", path="kliping/*.txt")
    files = FileFetcher(folder, [config.path], clock, max_bytes=LARGEST)

    def build() -> list[Source]:
        files._listed.clear()
        names = sorted(str(one.relative_to(folder)) for one in shelf.glob("*.txt"))
        return [build_source(config, wanted=bool, list_files=lambda _: names)]

    def wrong(answer: Any) -> None:
        if isinstance(answer, Answer):
            path.write_bytes(answer.body)

    yield World(
        store, Archive(folder / "arsip"), clock, files, build, wrong, lambda _given: Answer(200, path.read_bytes()),
        {"edited": lambda: path.write_text("Judul contoh\nIsi yang diperbaiki.\n", "utf-8") and None,
         "deleted": path.unlink, "emptied": path.unlink},
        {"a"},
    )  # fmt: skip


WORLDS = {"feed": feed, "articles": articles, "bluesky": bluesky, "mastodon": mastodon, "youtube": youtube}


class _Hosted:
    """The Bluesky network as a server that is told who asks."""

    def __init__(self, network: Network) -> None:
        self._network = network

    @property
    def port(self) -> int:
        return self._network.port

    @port.setter
    def port(self, value: int) -> None:
        self._network.port = value

    def answer(self, path: str, given: Given, home: str, headers: Any) -> Answer:
        return self._network.answer(path, given)


class _Shelf:
    """One feed of three entries."""

    def __init__(self) -> None:
        self.port = 0
        self.entries = [scenario.item(number) for number in range(3)]
        self.moved = False
        self.wrong: Any = None

    def good(self) -> Answer:
        return Answer(200, scenario.rss(*self.entries).encode(), {"Content-Type": "application/rss+xml"})

    def answer(self, path: str, given: Given, home: str, headers: Any) -> Answer:
        if path == "/robots.txt":
            return Answer(404)
        if self.moved and path == "/umpan":
            return Answer(301, b"", {"Location": "/baru"})
        return _given(self.wrong, given) or self.good()


def _client(clock: FakeClock, hosts: list[str]) -> Any:
    return polite_client(
        hosts=hosts, clock=clock, max_requests_per_run=100_000, deadline_seconds=DEADLINE, max_bytes=LARGEST
    )


def _given(fault: Any, given: Given) -> Answer | None:
    return fault(given) if callable(fault) else fault


def _body(value: Any) -> Answer:
    return value if isinstance(value, Answer) else Answer(200, json.dumps(value).encode())
