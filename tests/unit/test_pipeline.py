"""The main path: evidence first, cursors only on proof, one broken source never stops the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from monitor.errors import BusyError
from monitor.evidence import Archive
from monitor.models import Item, ItemKind, Outcome, Page, Platform, Request, Response
from monitor.pipeline import Collected, collect
from monitor.store import Store
from tests.fakes import FakeClock

Answer = Callable[[Request], Response]


@dataclass
class FakeFetcher:
    """Answers by URL; remembers what it was asked. A URL without an answer is TRANSIENT."""

    clock: FakeClock
    bodies: dict[str, bytes] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)

    def fetch(self, request: Request) -> Response:
        self.asked.append(request)
        if request.url in self.outcomes:
            return Response(request, self.clock(), self.outcomes[request.url], detail="kata situs")
        if request.url not in self.bodies:
            return Response(request, self.clock(), Outcome.TRANSIENT, detail="terputus")
        body = self.bodies[request.url]
        etag = f"e{len(body)}"
        if request.etag == etag:
            return Response(request, self.clock(), Outcome.NOT_MODIFIED, etag=etag)
        return Response(request, self.clock(), None, body=body, etag=etag)


@dataclass
class FakeSource:
    """Reads "name>next" lines: an item a line, and a page to follow where there is a `>`."""

    source_id: str
    url: str

    def start(self, cursor: str) -> Sequence[Request]:
        return [Request(self.url, "feed")]

    def read(self, response: Response) -> Page:
        if response.outcome is not None:
            return Page(response.outcome, detail=response.detail)
        text = response.body.decode()
        if text == "aneh":
            return Page(Outcome.SCHEMA_DRIFT, detail="bukan feed")
        items, follow = [], []
        for line in text.split():
            name, _, further = line.partition(">")
            items.append(Item(self.source_id, Platform.NEWS, name, ItemKind.ARTICLE, None, name))
            follow += [Request(further, "article")] if further else []
        return Page(
            Outcome.OK_ITEMS if items else Outcome.OK_EMPTY_PROVED, tuple(items), tuple(follow), cursor=text[:5]
        )


@dataclass
class Office:
    store: Store
    archive: Archive
    fetcher: FakeFetcher
    told: list[Collected] = field(default_factory=list)

    def collect(self, *sources: FakeSource) -> dict[str, Collected]:
        done = collect(sources, self.fetcher, self.archive, self.store, self.told.append)
        return {one.source_id: one for one in done}

    def names(self) -> list[str]:
        return [one.item.native_id for one in self.store.items.unscreened(100)]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    clock = FakeClock()
    store = Store.open(tmp_path / "a.db", clock)
    yield Office(store, Archive(tmp_path / "arsip"), FakeFetcher(clock))
    store.close()


FEED = FakeSource("warta", "https://a.example/feed")


def test_items_are_stored_with_their_evidence(office: Office) -> None:
    office.fetcher.bodies[FEED.url] = b"satu dua"
    assert office.collect(FEED)["warta"] == Collected("warta", Outcome.OK_ITEMS, 1, 2, 0, ())
    [first, _] = office.store.items.unscreened(100)
    assert office.archive.read(first.evidence_sha256) == b"satu dua"
    assert office.told[0].new == 2


def test_a_second_run_asks_conditionally_and_doubles_nothing(office: Office) -> None:
    office.fetcher.bodies[FEED.url] = b"satu"
    office.collect(FEED)
    again = office.collect(FEED)["warta"]
    assert (again.outcome, again.new) == (Outcome.NOT_MODIFIED, 0)
    assert office.fetcher.asked[-1].etag == "e4"
    assert office.names() == ["satu"]


@pytest.mark.parametrize("bad", [outcome for outcome in Outcome if not outcome.proved])
def test_no_failed_fetch_is_ever_nothing_new(office: Office, bad: Outcome) -> None:
    office.fetcher.outcomes[FEED.url] = bad
    done = office.collect(FEED)["warta"]
    assert done.outcome is bad
    assert done.problems == ("kata situs",)
    assert office.store.runs.last_proved("warta") is None
    assert office.store.runs.cursor("warta") == ""


def test_an_answer_that_cannot_be_read_keeps_its_evidence(office: Office) -> None:
    office.fetcher.bodies[FEED.url] = b"aneh"
    assert office.collect(FEED)["warta"].outcome is Outcome.SCHEMA_DRIFT
    assert len(list(office.archive.hashes())) == 1
    assert office.store.runs.validators(FEED.url) == ("", "")


def test_a_page_that_leads_to_an_unanswered_page_is_asked_again(office: Office) -> None:
    office.fetcher.bodies[FEED.url] = b"satu>https://a.example/1"
    assert office.collect(FEED)["warta"].outcome is Outcome.TRANSIENT
    assert office.names() == ["satu"]
    assert office.store.runs.validators(FEED.url) == ("", "")
    office.fetcher.bodies["https://a.example/1"] = b"isi"
    assert office.collect(FEED)["warta"].outcome is Outcome.OK_ITEMS
    assert office.names() == ["satu", "isi"]
    assert office.store.runs.validators(FEED.url)[0] != ""


def test_a_page_that_is_gone_for_good_does_not_hold_its_feed_back(office: Office) -> None:
    office.fetcher.bodies[FEED.url] = b"satu>https://a.example/1"
    office.fetcher.outcomes["https://a.example/1"] = Outcome.GONE
    assert office.collect(FEED)["warta"].outcome is Outcome.GONE
    assert office.store.runs.validators(FEED.url)[0] != ""


def test_one_broken_source_never_stops_the_rest(office: Office) -> None:
    other = FakeSource("lain", "https://b.example/feed")
    office.fetcher.bodies[other.url] = b"dua"
    done = office.collect(FEED, other)
    assert done["warta"].outcome is Outcome.TRANSIENT
    assert done["lain"].outcome is Outcome.OK_ITEMS
    assert office.names() == ["dua"]


def test_two_collections_never_overlap(office: Office) -> None:
    with office.store.runs.exclusive("collect"), pytest.raises(BusyError):
        office.collect(FEED)


def test_an_unexpected_error_stops_loudly(office: Office) -> None:
    office.fetcher.bodies[FEED.url] = b"\xff\xfe"
    with pytest.raises(UnicodeDecodeError):
        office.collect(FEED)
    assert office.store.runs.last_proved("warta") is None
