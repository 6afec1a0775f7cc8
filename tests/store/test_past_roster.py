"""Coverage of a past day counts the roster of that day; what was erased since is said to be not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from monitor.coverage import Eye, State, assess, cells, heat, tally
from monitor.models import (
    AccountRow,
    Appointment,
    Change,
    Condition,
    Outcome,
    PersonKind,
    Platform,
    RosterChange,
    RosterRow,
)
from monitor.store import Store
from monitor.store.coverage import Standing
from tests.fakes import FakeClock
from tests.fakes_store import a_row

FIRST = date(2025, 6, 1)
EYES = [Eye("bsky", frozenset({Platform.BLUESKY}))]


def bring(store: Store, *rows: RosterRow) -> None:
    """Import rows, known people as themselves."""
    known = {one.full_name: one for one in store.roster.persons()}
    changes = [
        RosterChange(Change.UPDATED if row.full_name in known else Change.NEW, row, known.get(row.full_name))
        for row in rows
    ]
    store.roster.apply(changes)


def on_bluesky(number: int, native_id: str = "", handle: str = "") -> RosterRow:
    name = handle or f"uji{number}.example"
    return a_row(number, accounts=(AccountRow(Platform.BLUESKY, native_id or f"did:plc:{number}", name),))


def keys(store: Store, on: date | None = None) -> list[str]:
    return sorted(one.key for one in store.coverage.subjects(on=on))


def test_who_came_later_is_not_counted_on_a_day_before(store: Store, clock: FakeClock) -> None:
    bring(store, on_bluesky(1), a_row(2, accounts=()))
    clock.tick(days=10)
    bring(store, a_row(2, accounts=on_bluesky(2).accounts), on_bluesky(3))
    assert keys(store) == ["did:plc:1", "did:plc:2", "did:plc:3"]
    # Until its account was known the second person stands there without one; the third not at all; before, nobody.
    then = store.coverage.subjects(on=FIRST + timedelta(days=5))
    assert [(one.person_id, one.platform, one.since) for one in then] == [
        (1, Platform.BLUESKY, FIRST), (2, None, FIRST),
    ]  # fmt: skip
    assert keys(store, FIRST + timedelta(days=10)) == ["did:plc:1", "did:plc:2", "did:plc:3"]
    assert store.coverage.subjects(on=FIRST - timedelta(days=1)) == []
    standings = {"bsky/did:plc:1": Standing(Outcome.OK_ITEMS, clock())}
    assert tally(assess(cells(then, EYES), standings)).counts[State.SEEN] == 1
    assert tally(assess(cells(then, EYES), standings)).whole_share == 0.5
    assert tally(assess(cells(store.coverage.subjects(), EYES), standings)).whole_share == 1 / 3


def test_the_day_is_that_of_the_office(store: Store, clock: FakeClock) -> None:
    clock.tick(hours=15)  # 18.00 UTC: the next day has begun in the office
    bring(store, on_bluesky(1))
    store.coverage._zone = ZoneInfo("Asia/Jakarta")
    assert keys(store, FIRST) == []
    assert keys(store, FIRST + timedelta(days=1)) == ["did:plc:1"]


def test_the_office_is_that_of_the_day(store: Store) -> None:
    row = on_bluesky(1)
    old = Appointment(PersonKind.PNS, "Dinas Lama", "Analis", "Kabupaten Misal", date(2019, 1, 1))
    bring(store, replace(row, appointment=old))
    bring(store, replace(row, appointment=replace(old, office="Dinas Baru", region="Kabupaten Contoh", since=FIRST)))
    assert [one.office for one in store.coverage.subjects()] == ["Dinas Baru"]
    assert [one.office for one in store.coverage.subjects(on=FIRST)] == ["Dinas Baru"]
    before = FIRST - timedelta(days=1)
    everyone = store.coverage.subjects(on=FIRST + timedelta(days=400))
    assert [one.office for one in everyone] == ["Dinas Baru"]
    # The office of a day before the roster itself begins is told too, where the appointments tell it.
    assert store.coverage.subjects(on=before) == []
    assert store.coverage.subjects(frozenset({"Kabupaten Misal"}), on=FIRST) == []


def test_whose_account_it_was_held_to_be_is_that_of_the_day(store: Store, clock: FakeClock) -> None:
    bring(store, on_bluesky(1))
    [account] = store.roster.accounts()
    clock.tick(days=5)
    store.roster.set_condition(account.account_id, Condition.FAKE, None, present=True, seen="foto curian")
    clock.tick(days=5)
    store.roster.set_condition(account.account_id, Condition.FAKE, None, present=False, seen="ternyata miliknya")
    fake = [
        store.coverage.subjects(on=FIRST + timedelta(days=days))[0].fake for days in (0, 4, 5, 9, 10, 30)
    ]  # fmt: skip
    assert fake == [False, False, True, True, False, False]


def test_an_account_asked_for_by_name_then_and_by_id_now_is_found_again(store: Store, clock: FakeClock) -> None:
    bring(store, a_row(1, accounts=(AccountRow(Platform.BLUESKY, "", "uji.example"),)))
    clock.tick(days=10)
    bring(store, on_bluesky(1, "did:plc:satu", "uji.example"))
    assert keys(store) == ["did:plc:satu"]
    then = {"bsky/@uji.example": Standing(Outcome.OK_EMPTY_PROVED, clock())}
    [line] = assess(cells(store.coverage.subjects(on=FIRST), EYES), then)
    assert line.state is State.EMPTY


def test_what_was_erased_since_is_said_to_be_not_known(store: Store, clock: FakeClock) -> None:
    bring(store, on_bluesky(1), on_bluesky(2))
    clock.tick(days=3)
    assert store.coverage.erased_since(FIRST) == type(store.coverage.erased_since(FIRST))()
    with store._connection.transaction() as db:
        db.execute("DELETE FROM accounts WHERE account_id=2")
    gone = store.coverage.erased_since(FIRST)
    assert (gone.persons, gone.accounts) == (0, 1)
    assert store.coverage.erased_since(FIRST - timedelta(days=1)).accounts == 0


def test_the_map_counts_an_account_from_the_day_it_came(store: Store, clock: FakeClock) -> None:
    bring(store, on_bluesky(1))
    clock.tick(days=2)
    bring(store, on_bluesky(2))
    entered = store.coverage.entered()
    assert entered == {1: FIRST, 2: FIRST + timedelta(days=2)}
    absent = {key: (day - FIRST).days for key, day in entered.items() if day > FIRST}
    drawn = heat(cells(store.coverage.subjects(), EYES), {"bsky/did:plc:1": "iii"}, 3, absent)["bsky"]
    assert [(one.total, one.proved) for one in drawn] == [(1, 1), (1, 1), (2, 1)]
    closed = [Eye("bsky", frozenset({Platform.BLUESKY}), gated=True)]
    drawn = heat(cells(store.coverage.subjects(), closed), {}, 3, absent)["bsky"]
    assert [one.counts[State.LEGALLY_OFF] for one in drawn] == [1, 1, 2]


def test_when_each_came_is_looked_up_by_index(store: Store) -> None:
    plan = store._connection.db.execute(
        "EXPLAIN QUERY PLAN SELECT pk, min(seq) FROM row_ledger WHERE tbl=9 AND tbl IN (6, 9) GROUP BY pk"
    ).fetchall()
    assert "row_ledger_roster" in str(plan)
