"""A day explains itself: who saw what when, what spoke, who looked again; and no row of it can be changed unseen."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.models import ReasonCode, Screened, State
from monitor.store import ReviewStage, Store, Tie, Touch, bounds
from tests.fakes import START, FakeClock
from tests.fakes_process import agree, carry, newest, other
from tests.fakes_store import a_case, add_user, an_actor, an_opinion

DAY = (START - timedelta(hours=1), START + timedelta(days=1))


def test_a_decision_is_explained_whole(store: Store, clock: FakeClock) -> None:
    [flag_id] = a_case(store)
    user, peer = add_user(store), other(store)
    store.custody.note(Touch.VIEW, user_id=user.user_id, flag_id=flag_id, subject="halaman")
    clock.tick(minutes=1)
    made = store.decisions.append(flag_id, user.user_id, State.LEAD, ReasonCode.CALL, "ajakan jelas", expected=None)
    clock.tick(minutes=5)
    agree(store, flag_id, peer)
    [found] = store.days.explain(*DAY)
    assert (found.decision, found.before) == (made, State.NEW)
    assert [(one.user_id, one.act, one.at) for one in found.looks] == [(user.user_id, Touch.VIEW, START)]
    assert found.machine is not None
    assert found.machine.digests == (("aturan", "a" * 64),)
    assert [(one.rule_id, one.digest, one.version) for one in found.machine.rules] == [("ajakan-nomor", "d" * 64, None)]
    assert (found.machine.number, found.machine.item_version, found.machine.probability) == (1, 1, 0.875)
    [again] = found.reviews
    assert (again.user_id, again.stage, again.state) == (peer.user_id, ReviewStage.SECOND, State.LEAD)
    assert found.sealed is not None
    entry = next(one for one in store.audit.entries(limit=1000) if one.seq == found.sealed.seq)
    assert (entry.action, entry.subject, entry.user_id) == ("keputusan", f"flag:{flag_id}", user.user_id)


def test_the_steps_of_the_road_stand_beside_their_decisions(store: Store) -> None:
    [flag_id] = a_case(store)
    carry(store, flag_id, add_user(store).user_id, State.FORWARDED)
    found = store.days.explain(*DAY)
    assert [one.decision.state for one in found] == [State.LEAD, State.TRACING, State.PLENARY, State.FORWARDED]
    assert [[step.kind.value for step in one.steps] for one in found] == [[], ["penelusuran"], ["pleno"], ["putusan"]]
    assert store.days.count(*DAY) == 4
    assert [one.decision.decision_id for one in store.days.explain(*DAY, limit=2, offset=1)] == [2, 3]


def test_only_the_day_and_the_region_asked_for(store: Store, clock: FakeClock) -> None:
    one, two = a_case(store, 2)
    user = add_user(store).user_id
    store.decisions.append(one, user, State.CLEARED, ReasonCode.PASSIVE, "", expected=None)
    clock.tick(days=2)
    store.decisions.append(two, user, State.CLEARED, ReasonCode.PASSIVE, "", expected=None)
    assert [found.decision.flag_id for found in store.days.explain(*DAY)] == [one]
    assert store.days.explain(*DAY, frozenset({"Kabupaten Lain"})) == []
    assert store.days.count(*DAY, frozenset({"Kabupaten Lain"})) == 0


def test_what_spoke_is_what_spoke_then_and_not_what_speaks_now(store: Store, clock: FakeClock) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    store.decisions.append(flag_id, user, State.CLEARED, ReasonCode.PASSIVE, "", expected=None)
    clock.tick(hours=1)
    flag = store.flags.get(flag_id)
    newer = an_opinion(digests=(("aturan", "b" * 64),), probability=0.1)
    store.flags.save([Screened(flag.stored, ((an_actor(store, flag.actor.person), newer),))], 2, "d2")
    [found] = store.days.explain(*DAY)
    assert found.machine is not None
    assert found.machine.digests == (("aturan", "a" * 64),)


def test_an_undo_is_an_event_of_its_own(store: Store) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    made = store.decisions.append(flag_id, user, State.CLEARED, ReasonCode.PASSIVE, "", expected=None)
    store.decisions.undo(made.decision_id, user, newest(store, flag_id))
    assert [one.decision.undoes for one in store.days.explain(*DAY)] == [None, made.decision_id]


def test_erased_words_are_said_to_be_erased(store: Store) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    store.decisions.append(flag_id, user, State.CLEARED, ReasonCode.PASSIVE, "rahasia", expected=None)
    store.audit.erase_item(1, "permintaan", user)
    [found] = store.days.explain(*DAY)
    assert (found.machine, found.decision.note) == (None, "")


@pytest.mark.parametrize(("zone", "hours"), [("Asia/Jakarta", 17), ("Asia/Makassar", 16), ("Asia/Jayapura", 15)])
def test_a_day_is_the_offices(zone: str, hours: int) -> None:
    since, until = bounds(date(2025, 6, 26), ZoneInfo(zone))
    assert since == datetime(2025, 6, 25, hours, tzinfo=UTC)
    assert until - since == timedelta(days=1)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("decisions", "reason='sosialisasi'"), ("decisions", "user_id=2"), ("decisions", "state='bersih'"),
        ("decisions", "decided_at='2025-05-01T00:00:00.000000+00:00'"), ("decision_notes", "note='lain'"),
        ("reviews", "state='bersih'"), ("reviews", "user_id=1"), ("reviews", "at=''"), ("review_notes", "note='lain'"),
        ("process_events", "payload='{}'"), ("process_events", "kind='catatan'"), ("process_events", "at=''"),
        ("custody", "user_id=2"), ("custody", "at='2025-05-01T00:00:00.000000+00:00'"),
        ("flag_opinions", "payload=replace(payload, '0.875', '0.125')"),
        ("conflicts", "value='lain'"), ("conflicts", "ended_at='2025'"), ("probes", "known='bersih'"),
        ("audit_chain", "at='2025-05-01T00:00:00.000000+00:00'"), ("audit_payloads", "payload='{}'"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("way", ["change", "remove"])
def test_nothing_of_a_day_changes_unseen(store: Store, tmp_path: Path, table: str, change: str, way: str) -> None:
    [flag_id] = a_case(store)
    user = add_user(store)
    store.custody.note(Touch.VIEW, user_id=user.user_id, flag_id=flag_id, subject="halaman")
    carry(store, flag_id, user.user_id, State.FORWARDED)
    _declare_and_probe(store, flag_id)
    copy = tmp_path / "salinan.db"
    store.backup(copy)
    with Store.open(copy, FakeClock()) as whole:
        assert whole.audit.verify().ok
    with sqlite3.connect(copy) as plain:
        plain.execute("PRAGMA foreign_keys=OFF")
        for (name,) in plain.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            plain.execute(f"DROP TRIGGER {name}")
        key = plain.execute(f"SELECT min(rowid) FROM {table}").fetchone()[0]
        if way == "remove":
            plain.execute(f"DELETE FROM {table} WHERE rowid=?", (key,))
        else:
            plain.execute(f"UPDATE {table} SET {change} WHERE rowid=?", (key,))
    plain.close()
    with Store.open(copy, FakeClock()) as opened:
        assert not opened.audit.verify().ok


def _declare_and_probe(store: Store, flag_id: int) -> None:
    """A tie that stands, and an answer to a known item."""
    third = add_user(store, "ketiga")
    store.conflicts.declare(third.user_id, Tie.OFFICE, "Dinas Lain", third.user_id)
    for _ in range(3):
        if store.probes.next(third.user_id, 1) == flag_id:
            store.probes.answer(third.user_id, flag_id, ReasonCode.CALL)
            return
    raise AssertionError("no known item came")
