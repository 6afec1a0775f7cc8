"""Archived answers read again: what an older reader missed is found, nothing is doubled, nothing older wins."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from monitor.collectors import Source, Watching, build_accounts, build_source
from monitor.config import FeedSource, MastodonSource
from monitor.errors import BusyError
from monitor.evidence import Archive
from monitor.models import Item, ItemKind, Outcome, Page, Platform, Request, Response
from monitor.pipeline import collect
from monitor.reread import Reread, reread
from monitor.store import Store
from monitor.store.erasure import erase_item
from tests.collectors.bluesky_office import Office
from tests.collectors.mastodon_office import Office as FediverseOffice
from tests.collectors.test_bluesky import settings
from tests.fakes import FakeClock
from tests.fakes_fetch import polite_client
from tests.server.scenario import PAGE, item, rss
from tests.server_bluesky import POST, DirectFetcher, Network
from tests.server_loopback import serve as serve_fediverse
from tests.server_mastodon import Fediverse


@dataclass
class LineSource:
    """Reads "id=text" lines; an older reader (`skips`) passed over some ids."""

    source_id: str = "garis"
    skips: frozenset[str] = frozenset()
    loud: bool = False

    def start(self, cursor: str) -> Sequence[Request]:
        return [Request("http://garis.example/a", "halaman")]

    def read(self, response: Response) -> Page:
        pairs = [line.partition("=") for line in response.body.decode().splitlines()]
        items = [
            Item(self.source_id, Platform.NEWS, name, ItemKind.ARTICLE, None, text.upper() if self.loud else text)
            for name, _, text in pairs
            if name not in self.skips
        ]
        return Page(Outcome.OK_ITEMS, tuple(items), strange=tuple(one for one in self.skips))


@dataclass
class Bodies:
    clock: FakeClock
    body: str = ""

    def fetch(self, request: Request) -> Response:
        return Response(request, self.clock(), None, status=200, body=self.body.encode())


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    with Store.open(tmp_path / "a.db", clock) as opened:
        yield opened


def texts(store: Store, name: str) -> list[str]:
    held = store.items.find(Platform.NEWS, name)
    return [] if held is None else [one.item.text for one in store.items.versions(held.item_id)]


def again(source: Source, archive: Archive, store: Store) -> Reread:
    [done] = reread([source], archive, store, lambda _: None)
    return done


def test_what_an_older_reader_missed_is_found_once(tmp_path: Path, store: Store, clock: FakeClock) -> None:
    archive, bodies = Archive(tmp_path / "arsip"), Bodies(clock)
    old = LineSource(skips=frozenset({"b"}))
    for body in ("a=satu\nb=dua", "a=satu lagi\nb=dua", "a=satu lagi\nc=tiga"):
        bodies.body = body
        collect([old], bodies, archive, store, lambda _: None)
        clock.tick(hours=1)
    assert [(one.shape, one.times) for one in store.alarms.shapes()] == [("b", 3)]
    assert (texts(store, "a"), texts(store, "b")) == (["satu", "satu lagi"], [])
    before = store.coverage.now()
    first = again(LineSource(), archive, store)
    assert (first.answers, first.new, first.edited, first.lost) == (3, 1, 0, 0)
    assert (texts(store, "a"), texts(store, "b"), texts(store, "c")) == (["satu", "satu lagi"], ["dua"], ["tiga"])
    found = store.items.find(Platform.NEWS, "b")
    assert found is not None
    assert archive.read(found.evidence_sha256) == b"a=satu\nb=dua"
    assert store.alarms.shapes() == []
    second = again(LineSource(), archive, store)
    assert (second.new, second.edited) == (0, 0)
    assert store.coverage.now() == before
    assert store.audit.verify().ok


def test_a_better_reading_becomes_a_version_and_older_words_never_win(
    tmp_path: Path, store: Store, clock: FakeClock
) -> None:
    archive, bodies = Archive(tmp_path / "arsip"), Bodies(clock)
    for body in ("a=satu\nb=dua", "a=ubah\nb=dua"):
        bodies.body = body
        collect([LineSource()], bodies, archive, store, lambda _: None)
        clock.tick(hours=1)
    for _ in range(3):
        again(LineSource(loud=True), archive, store)
        assert texts(store, "a") == ["satu", "ubah", "UBAH"]
        assert texts(store, "b") == ["dua", "DUA"]


def test_a_lost_answer_is_counted_and_the_rest_is_read(tmp_path: Path, store: Store, clock: FakeClock) -> None:
    archive, bodies = Archive(tmp_path / "arsip"), Bodies(clock)
    for body in ("a=satu", "b=dua"):
        bodies.body = body
        collect([LineSource(skips=frozenset("ab"))], bodies, archive, store, lambda _: None)
    gone = next(iter(sorted(archive.folder.glob("??/??/*.gz"))))
    gone.unlink()
    done = again(LineSource(), archive, store)
    assert (done.lost, done.new) == (1, 1)


def test_never_beside_a_collecting(tmp_path: Path, store: Store) -> None:
    with store.runs.exclusive("collect"), pytest.raises(BusyError):
        again(LineSource(), Archive(tmp_path / "arsip"), store)


def test_a_feed_is_read_again_with_its_articles(tmp_path: Path, store: Store, clock: FakeClock) -> None:

    class Site:
        def fetch(self, request: Request) -> Response:
            body = rss(item(1)) if request.purpose == "feed" else PAGE
            kind = "application/rss+xml" if request.purpose == "feed" else "text/html"
            headers = (("Content-Type", kind),)
            return Response(request, clock(), None, status=200, content_type=kind, headers=headers, body=body.encode())

    config = {"type": "feed", "id": "warta", "url": "http://warta.example/f", "pages": "all"}

    def feed() -> Source:
        return build_source(FeedSource.model_validate(config), wanted=lambda _: True, list_files=lambda _: [])

    archive = Archive(tmp_path / "arsip")
    collect([feed()], Site(), archive, store, lambda _: None)
    [held] = store.items.newest(10)
    assert "rapat koordinasi" in held.item.text
    done = again(feed(), archive, store)
    assert (done.answers, done.new, done.edited) == (2, 0, 0)
    assert [one.version for one in store.items.versions(held.item_id)] == [1]


def test_bluesky_read_again_finds_what_was_unreadable_and_keeps_the_words_around_it(
    tmp_path: Path, store: Store, clock: FakeClock
) -> None:
    network = Network(clock, port=80)
    sari, paslon = network.account("sari"), network.account("paslon", server=3)
    call = network.post(paslon, "Ayo dukung nomor 2")
    like, post = network.like(sari, call), network.post(sari, "kabar")
    held = network.post(sari, "dahulu tidak terbaca")
    odd = sari.records[POST][held.rpartition("/")[2]]["value"]
    odd["medanBaru"] = {"x": 1}
    good = odd.pop("text")
    odd["text"] = 7
    office = Office(store, Archive(tmp_path / "arsip"), DirectFetcher(network, clock), settings(network))
    office.watch(sari.did, sari.handle)
    office.collect()
    assert sorted(office.ids()) == sorted([like, post])
    assert [(one.config_id, one.shape, one.times) for one in store.alarms.shapes()] == [
        ("bsky", "app.bsky.feed.post: medanBaru", 1)
    ]
    # Today's reader, as if it had learnt the shape: the archive holds the raw record, with a number for a text.
    [source] = build_accounts(office.config, Watching(office.accounts, store.items.held))
    learnt = _Learnt(source, good)
    for _ in range(2):
        reread([learnt], office.archive, store, lambda _: None)
        assert sorted(office.ids()) == sorted([like, post, held])
        assert office.versions(held) == [good]
        stored = store.items.find(Platform.BLUESKY, like)
        assert stored is not None
        assert stored.version == 1
        assert stored.item.parent is not None
        assert stored.item.parent.text == "Ayo dukung nomor 2"


class _Learnt:
    """The shipped reader, behind one that understands the odd text."""

    def __init__(self, source: Source, text: str) -> None:
        self.source_id, self._source, self._text = source.source_id, source, text

    def start(self, cursor: str) -> Sequence[Request]:
        return self._source.start(cursor)

    def read(self, response: Response) -> Page:
        return self._source.read(response)

    def reread(self, response: Response) -> Page:
        body = response.body.replace(b'"text": 7', b'"text": ' + json.dumps(self._text).encode())
        page: Page = self._source.reread(replace(response, body=body))  # type: ignore[attr-defined]
        return page


def test_what_was_lawfully_erased_does_not_come_back(tmp_path: Path, store: Store, clock: FakeClock) -> None:
    archive, bodies = Archive(tmp_path / "arsip"), Bodies(clock, "a=satu\nb=dua")
    collect([LineSource()], bodies, archive, store, lambda _: None)
    held = store.items.find(Platform.NEWS, "a")
    assert held is not None
    erase_item(store._connection, store.audit, held.item_id, "permintaan rekaan", None)
    done = again(LineSource(loud=True), archive, store)
    assert (done.new, done.edited) == (0, 1)
    assert texts(store, "b") == ["dua", "DUA"]
    assert [one.item.native_id for one in store.items.newest(10)] == ["b"]
    assert store.audit.verify().ok


def test_a_source_whose_way_begins_with_a_sealed_answer_is_left_as_it_is(tmp_path: Path) -> None:
    fediverse = Fediverse(FakeClock())
    with serve_fediverse(fediverse), Store.open(tmp_path / "a.db", fediverse.clock) as store:
        client = polite_client(hosts=fediverse.hosts(), clock=fediverse.clock, max_requests_per_run=1000)
        masto = MastodonSource.model_validate({"type": "mastodon", "id": "masto", "scheme": "http"})
        office = FediverseOffice(store, Archive(tmp_path / "arsip"), client, masto, Platform.MASTODON)
        sari, paslon = fediverse.account("sari"), fediverse.account("paslon", server=2)
        office.watch(sari.uri, sari.handle)
        office.watch(paslon.uri, paslon.handle, campaign=True)
        call = fediverse.post(paslon, "Ayo dukung nomor 2")
        fediverse.boost(sari, call)
        fediverse.post(sari, "kabar")
        office.collect()
        before, standing = office.ids(), store.coverage.now()
        assert len(before) >= 3
        sources = build_accounts(masto, Watching(office.accounts, store.items.held))
        done = reread(sources, office.archive, store, lambda _: None)
        assert (sum(one.new for one in done), sum(one.edited for one in done)) == (0, 0)
        assert office.ids() == before
        assert store.coverage.now() == standing
