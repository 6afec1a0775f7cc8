"""Turns are open until everything was stored; the worst answer, the newest turn, the local day."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.models import Account, Change, Condition, Outcome, Page, Platform, RosterChange
from monitor.store import Store
from monitor.store.coverage import CUT_SHORT, LETTERS, UNFINISHED
from tests.fakes import START, FakeClock
from tests.fakes_store import CHEAP, a_response, a_row, add_people

WIB = ZoneInfo("Asia/Jakarta")


def answer(store: Store, outcome: Outcome, run_id: int, source: str = "s", at: datetime = START, **more: bool) -> None:
    page = Page(outcome, detail="" if outcome.proved else f"sebab {outcome}")
    store.items.save_page(
        source_id=source, run_id=run_id, response=a_response(fetched_at=at), page=page, evidence_sha256="", **more
    )


def look(store: Store, outcome: Outcome, run_id: int, source: str = "s", at: datetime = START) -> None:
    answer(store, outcome, run_id, source, at)
    store.coverage.finish(source, run_id)


def test_an_open_turn_proves_nothing_and_a_finished_one_does(store: Store) -> None:
    answer(store, Outcome.OK_ITEMS, 1)
    assert store.coverage.now()["s"].outcome is Outcome.TRANSIENT
    assert store.coverage.now()["s"].detail == UNFINISHED
    assert store.coverage.of_run(1)["s"].outcome is Outcome.TRANSIENT
    assert store.coverage.progress(1) == (0, 1)
    store.coverage.finish("s", 1)
    assert store.coverage.now()["s"].outcome is Outcome.OK_ITEMS
    assert store.coverage.of_run(1)["s"].proved_at == START
    assert store.coverage.progress(1) == (1, 0)
    assert store.coverage.of_run(2) == {}


def test_what_a_killed_run_left_open_is_closed_as_failed(store: Store) -> None:
    look(store, Outcome.OK_ITEMS, 1)
    answer(store, Outcome.OK_ITEMS, 2, at=START + timedelta(days=1))
    answer(store, Outcome.OK_ITEMS, 2, "lain", at=START + timedelta(days=1), whole=False)
    assert store.coverage.settle() == 2
    assert store.coverage.settle() == 0
    for source in ("s", "lain"):
        held = store.coverage.now()[source]
        assert (held.outcome, held.detail) == (Outcome.TRANSIENT, CUT_SHORT)
    assert store.coverage.now()["s"].proved_at == START
    assert store.runs.last_proved("s") == START
    assert store.coverage.days(date(2025, 6, 1), date(2025, 6, 3))["s"] == "it."


def test_a_run_that_is_no_collecting_neither_proves_nor_fails_a_source(store: Store) -> None:
    collecting, other = store.runs.begin("collect"), store.runs.begin("refresh")
    look(store, Outcome.OK_ITEMS, collecting)
    answer(store, Outcome.OK_ITEMS, other, at=START + timedelta(hours=1), whole=False)
    answer(store, Outcome.OK_ITEMS, other, "lain", at=START + timedelta(hours=1), whole=False)
    assert store.coverage.now()["s"].outcome is Outcome.OK_ITEMS
    assert "lain" not in store.coverage.now()
    assert store.coverage.settle() == 0


def test_a_doubt_takes_the_proof_back(store: Store) -> None:
    look(store, Outcome.OK_ITEMS, 1)
    answer(store, Outcome.OK_EMPTY_PROVED, 2, at=START + timedelta(hours=6))
    store.coverage.finish("s", 2, "buta: unggahan kenari tidak ditemukan")
    held = store.coverage.now()["s"]
    assert held.outcome is Outcome.TRANSIENT
    assert held.detail.startswith("buta")
    assert held.proved_at == START
    assert held.since == START + timedelta(hours=6)
    [status] = store.runs.sources()
    assert (status.outcome, status.failures, status.last_proved) == (Outcome.TRANSIENT, 1, START)


def test_of_several_answers_the_worst_counts(store: Store) -> None:
    for outcome in (Outcome.OK_ITEMS, Outcome.BLOCKED, Outcome.OK_EMPTY_PROVED, Outcome.GONE):
        answer(store, outcome, 1)
    store.coverage.finish("s", 1)
    held = store.coverage.now()["s"]
    assert (held.outcome, held.detail) == (Outcome.BLOCKED, "sebab blocked")
    for outcome in (Outcome.OK_ITEMS, Outcome.NOT_MODIFIED):
        answer(store, outcome, 2)
    store.coverage.finish("s", 2)
    assert store.coverage.now()["s"].outcome is Outcome.OK_ITEMS


def test_a_listing_of_which_something_is_owed_is_not_proved(store: Store) -> None:
    answer(store, Outcome.OK_ITEMS, 1, whole=False)
    store.items.conclude("s", Outcome.OK_ITEMS, "", [], (Outcome.RATE_LIMITED, "sebagian belum terbaca"))
    store.coverage.finish("s", 1)
    assert store.coverage.now()["s"].outcome is Outcome.RATE_LIMITED
    assert store.runs.sources()[0].outcome is Outcome.OK_ITEMS


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 400), st.sampled_from(Outcome)), min_size=1, max_size=12),
    st.integers(0, 400),
    st.integers(0, 40),
)
def test_days_say_what_the_newest_turn_of_each_local_day_said(
    turns: list[tuple[int, Outcome]], start: int, length: int
) -> None:
    turns = sorted(turns, key=lambda one: one[0])
    begin = datetime(2024, 12, 1, 16, 59, tzinfo=UTC)  # 23.59 WIB: the next minute is another day
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(Path(folder) / "netra.db", FakeClock(), CHEAP, WIB) as store,
    ):
        truth: dict[date, Outcome] = {}
        for run_id, (day, outcome) in enumerate(turns, start=1):
            at = begin + timedelta(days=day, minutes=run_id % 3)
            look(store, outcome, run_id, at=at)
            truth[at.astimezone(WIB).date()] = outcome
        first = date(2024, 12, 1) + timedelta(days=start)
        last = first + timedelta(days=length)
        days = [first + timedelta(days=one) for one in range(length + 1)]
        letters = "".join(LETTERS[truth[day]] if day in truth else "." for day in days)
        assert store.coverage.days(first, last).get("s", "." * len(days)) == letters
        inside = [day for day in days if day in truth]
        held = store.coverage.between(first, last).get("s")
        assert (held is None) == (not inside)
        if held is not None:
            assert held.outcome is truth[inside[-1]]
            proved = [day for day in inside if truth[day].proved]
            assert (held.proved_at.astimezone(WIB).date() if held.proved_at else None) == (
                proved[-1] if proved else None
            )
            failing = [day for day in inside if not proved or day > proved[-1]]
            assert (held.since.astimezone(WIB).date() if held.since else None) == (failing[0] if failing else None)


def test_reasons_of_what_is_shown(store: Store) -> None:
    look(store, Outcome.BLOCKED, 1)
    look(store, Outcome.GONE, 2, at=START + timedelta(days=2))
    assert store.coverage.explain(["s", "tak-ada"])["s"].detail == "sebab gone"
    assert store.coverage.explain(["s"], START + timedelta(days=1))["s"].detail == "sebab blocked"
    assert store.coverage.newest_run() == 2


def test_everybody_on_the_roster_is_a_subject(store: Store) -> None:
    people = add_people(store, 2)
    store.roster.apply([RosterChange(Change.NEW, a_row(9, accounts=()), None)])
    account: Account = store.roster.accounts()[0]
    store.roster.set_condition(account.account_id, Condition.FAKE, None, present=True, seen="foto curian")
    found = store.coverage.subjects()
    assert [(one.platform, one.key, one.fake) for one in found] == [
        (Platform.INSTAGRAM, "ig-1", True), (Platform.INSTAGRAM, "ig-2", False), (None, "", False),
    ]  # fmt: skip
    assert found[0].office == "Dinas Contoh"
    assert [one.person_id for one in store.coverage.subjects(frozenset({"Kabupaten Misal"}))] == [people[1].person_id]


def test_every_change_moves_the_mark(store: Store) -> None:
    marks = [store.coverage.version()]
    add_people(store, 1)
    marks.append(store.coverage.version())
    answer(store, Outcome.OK_ITEMS, 1)
    marks.append(store.coverage.version())
    store.coverage.finish("s", 1)
    marks.append(store.coverage.version())
    assert len(set(marks)) == 4


def test_no_question_walks_through_all_turns(store: Store) -> None:
    """With 100,000 accounts and a year of runs the table holds tens of millions: every look must be by an index."""
    add_people(store, 2)
    look(store, Outcome.OK_ITEMS, 1)
    asked: list[str] = []
    connection = store._connection.db.conn
    connection.set_trace_callback(asked.append)
    coverage = store.coverage
    coverage.now(), coverage.of_run(1), coverage.progress(1), coverage.newest_run(), coverage.version()
    coverage.explain(["s"]), coverage.explain(["s"], START), coverage.between(date(2025, 5, 1), date(2025, 6, 2))
    coverage.settle(), coverage.finish("s", 1), answer(store, Outcome.OK_ITEMS, 2), coverage.finish("s", 2)
    connection.set_trace_callback(None)
    plans = 0
    for sql in asked:
        if "turns" in sql and sql.lstrip().startswith(("SELECT", "UPDATE", "INSERT")):
            plan = [str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
            walked = [one for one in plan if one.startswith(("SCAN t", "SCAN turns")) and "turns_open" not in one]
            assert walked == [] or "max(run_id)" in sql, (sql, plan)
            plans += 1
    assert plans > 10


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_a_letter_of_its_own(outcome: Outcome) -> None:
    assert list(LETTERS.values()).count(LETTERS[outcome]) == 1
