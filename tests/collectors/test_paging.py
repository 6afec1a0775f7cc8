"""Turns: pages one after another, stopped with a reason where a server leads in circles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.collectors import Watched, Watching, urls, youtube_api
from monitor.evidence import Archive
from monitor.models import Item, ItemKind, Listed, Outcome, Page, Platform, Request, Response
from monitor.pipeline import Collected, collect
from monitor.store import Store
from tests.fakes import FakeClock

HERE = "https://pds.example/daftar?"


@dataclass
class Shelf:
    """A listing of names, two a page; page n is asked as `…?n`. Broken pages answer TRANSIENT."""

    pages: list[list[str]]
    clock: FakeClock
    broken: set[int] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def fetch(self, request: Request) -> Response:
        self.asked.append(request.url)
        number = int(request.url.rpartition("?")[2])
        outcome = Outcome.TRANSIENT if number in self.broken else None
        return Response(request, self.clock(), outcome, body=b"" if outcome else b"{}", etag="e")


@dataclass
class Lister:
    """Reads a shelf; `jumps` leads from a page elsewhere than to the next."""

    shelf: Shelf
    source_id: str = "uji/did:plc:contoh"
    max_requests: int = 1000
    jumps: dict[int, int] = field(default_factory=dict)
    ended: bool = False

    def start(self, cursor: str) -> Sequence[Request]:
        return [Request(f"{HERE}{cursor or 0}", "daftar", paging=True)]

    def read(self, response: Response) -> Page:
        if response.outcome is not None:
            return Page(response.outcome, detail="terputus")
        number = int(response.request.url.rpartition("?")[2])
        pages = self.shelf.pages
        items = tuple(
            Item(self.source_id, Platform.BLUESKY, f"at://a/{name}", ItemKind.POST, None, name)
            for name in pages[number]
        )
        after = self.jumps.get(number, number + 1)
        low = f"at://a/{pages[number][-1]}" if after < len(pages) and pages[number] else "at://a/"
        above = [name for page in pages[:number] for name in page]
        high = f"at://a/{above[-1]}" if above else "at://a0"
        more = (Request(f"{HERE}{after}", "daftar", paging=True),) if after < len(pages) else ()
        listed = Listed(Platform.BLUESKY, low, high, tuple(one.native_id for one in items))
        outcome = Outcome.OK_ITEMS if items else Outcome.OK_EMPTY_PROVED
        return Page(outcome, items, more, resume=str(number) if more else "0", listed=listed)


@dataclass
class Desk:
    store: Store
    archive: Archive
    clock: FakeClock

    def collect(self, lister: Lister) -> Collected:
        self.clock.tick(hours=1)
        return collect([lister], lister.shelf, self.archive, self.store, lambda _: None)[0]

    def stops(self) -> list[str]:
        rows = self.store._connection.db.execute("SELECT stop FROM fetches WHERE stop<>'' ORDER BY fetch_id")
        return [row[0] for row in rows]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = FakeClock()
    with Store.open(tmp_path / "a.db", clock) as store:
        yield Desk(store, Archive(tmp_path / "arsip"), clock)


def names(count: int, start: int = 9999) -> list[str]:
    return [f"{start - number:04}" for number in range(count)]


def paged(values: Sequence[str], size: int = 2) -> list[list[str]]:
    return [list(values[at : at + size]) for at in range(0, len(values), size)]


def test_two_thousand_pages_are_walked_without_recursion(desk: Desk) -> None:
    lister = Lister(Shelf(paged(names(4000)), desk.clock), max_requests=5000)
    done = desk.collect(lister)
    assert (done.outcome, done.fetches, done.new) == (Outcome.OK_ITEMS, 2000, 4000)
    assert desk.store.runs.validators(f"{HERE}0") == ("", "")


def test_a_failed_page_leaves_the_rest_stored_and_the_source_unproved(desk: Desk) -> None:
    lister = Lister(Shelf(paged(names(10)), desk.clock, broken={3}))
    assert desk.collect(lister).outcome is Outcome.TRANSIENT
    [status] = desk.store.runs.sources()
    assert (status.outcome, status.last_proved, status.failures) == (Outcome.TRANSIENT, None, 1)
    assert desk.store.runs.cursor(lister.source_id) == "2"
    assert desk.collect(lister).outcome is Outcome.TRANSIENT
    assert desk.store.runs.failures(lister.source_id) == 2
    lister.shelf.broken.clear()
    assert desk.collect(lister).outcome is Outcome.OK_ITEMS
    assert desk.store.items.count() == 10
    assert desk.store.runs.last_proved(lister.source_id) is not None


def test_the_budget_of_an_account_is_a_reported_stop_and_the_next_run_goes_on(desk: Desk) -> None:
    lister = Lister(Shelf(paged(names(16)), desk.clock), max_requests=3)
    first = desk.collect(lister)
    assert (first.outcome, first.new) == (Outcome.BUDGET_REACHED, 6)
    assert desk.stops() == ["batas 3 permintaan sekali jalan tercapai"]
    for _ in range(3):
        last = desk.collect(lister)
    assert last.outcome is Outcome.OK_ITEMS
    assert desk.store.items.count() == 16


def test_a_page_that_leads_back_is_a_loop(desk: Desk) -> None:
    lister = Lister(Shelf(paged(names(10)), desk.clock), jumps={2: 0})
    done = desk.collect(lister)
    assert (done.outcome, done.fetches) == (Outcome.SCHEMA_DRIFT, 3)
    assert desk.stops() == ["penunjuk halaman berulang"]
    assert desk.store.runs.last_proved(lister.source_id) is None


def test_pages_without_anything_new_are_left_after_three(desk: Desk) -> None:
    pages = [["b", "a"]] + [[] for _ in range(50)]
    done = desk.collect(Lister(Shelf(pages, desk.clock)))
    assert (done.outcome, done.fetches) == (Outcome.SCHEMA_DRIFT, 4)
    assert desk.stops() == ["3 halaman berturut-turut tanpa hal baru"]


def test_no_longer_visible_needs_two_proved_looks_of_two_runs(desk: Desk) -> None:
    shelf = Shelf(paged(["d", "c", "b", "a"]), desk.clock)
    lister = Lister(shelf)
    desk.collect(lister)
    seen_at = desk.clock()
    shelf.pages = paged(["d", "b", "a"])
    desk.collect(lister)
    missed_at = desk.clock()
    assert desk.store.absences.all() == []
    desk.collect(lister)
    [gone] = desk.store.absences.all()
    item = desk.store.items.get(gone.item_id)
    assert item is not None
    assert item.item.native_id == "at://a/c"
    assert (gone.seen_at, gone.missed_at, gone.times) == (seen_at, missed_at, 2)
    assert desk.store.absences.withdrawn(gone.item_id) == gone
    assert gone.last_missed_at - gone.missed_at >= timedelta(hours=1)
    shelf.pages = paged(["d", "c", "b", "a"])
    desk.collect(lister)
    assert desk.store.absences.all() == []


def test_a_failed_look_proves_no_absence(desk: Desk) -> None:
    shelf = Shelf(paged(["d", "c", "b", "a"]), desk.clock)
    lister = Lister(shelf)
    desk.collect(lister)
    shelf.pages, shelf.broken = [["d", "c"], []], {0, 1}
    for _ in range(3):
        desk.collect(lister)
    assert desk.store.absences.all() == []
    assert desk.store.items.count() == 4


def test_an_account_of_two_lists_is_one_source() -> None:
    twice = (
        Watched(Platform.BLUESKY, "did:plc:b", "b.example", rostered=True),
        Watched(Platform.BLUESKY, "did:plc:b", campaign=True),
        Watched(Platform.BLUESKY, "", "a.example", rostered=True),
        Watched(Platform.MASTODON, "1", "c", rostered=True),
    )
    on = Watching(twice, lambda _platform, _ids: {}).on(Platform.BLUESKY)
    assert [one.key for one in on] == ["@a.example", "did:plc:b"]
    assert on[1] == Watched(Platform.BLUESKY, "did:plc:b", "b.example", rostered=True, campaign=True)


def test_half_a_letter_in_what_a_server_said_is_asked_for_without_ending_the_run() -> None:
    """Found by fuzzing: a page token of YouTube with half a surrogate pair."""
    letter = "\ud800"
    asked = youtube_api.ask("https://yt.contoh.invalid", "playlistItems", "daftar", 0.0, ("pageToken", f"a{letter}b"))
    assert asked.url.endswith("pageToken=a%3Fb")
    assert urls.canonical(f"https://warta.contoh.invalid/x?q={letter}")
