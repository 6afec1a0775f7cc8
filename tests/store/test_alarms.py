"""Silences are answered once and come back anew; a blind canary takes proofs away; strange shapes are counted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from monitor.errors import ConflictError, NotAllowedError
from monitor.models import Outcome, Page
from monitor.store import Store
from monitor.store.alarms import MOST_SHAPES, OTHER_SHAPES
from tests.fakes import START, FakeClock
from tests.fakes_store import a_response, add_user, an_item


def page(store: Store, source_id: str, run_id: int = 1, evidence: str = "", **more: object) -> None:
    found = Page(more.pop("outcome", Outcome.OK_ITEMS), **more)  # type: ignore[arg-type]
    store.items.save_page(
        source_id=source_id, run_id=run_id, response=a_response(), page=found, evidence_sha256=evidence
    )
    store.coverage.finish(source_id, run_id)


def test_days_of_activity_are_kept_of_the_account_and_of_its_source(store: Store) -> None:
    items = tuple(
        an_item(f"p{number}", happened_at=START - timedelta(days=back))
        for number, back in enumerate([0, 1, 1, 30, 5000, -3])
    )
    page(store, "bsky/a", items=items)
    page(store, "bsky/b", items=(an_item("q", happened_at=START - timedelta(days=2)),))
    today = START.date()
    assert store.alarms.act_days("bsky/a", today) == [date(2025, 5, 2), date(2025, 5, 31), date(2025, 6, 1)]
    assert date(2025, 5, 30) in store.alarms.act_days("bsky", today)
    assert store.alarms.act_days("lain", today) == []


def test_a_silence_is_repeated_until_answered_and_returns_anew(store: Store, clock: FakeClock) -> None:
    user = add_user(store)
    for _ in range(2):
        store.alarms.fell_silent("bsky/a", date(2025, 5, 1), 9)
    [silence] = store.alarms.silences()
    assert (silence.source_id, silence.last_act, silence.longest, silence.raised_at) == (
        "bsky/a", date(2025, 5, 1), 9, START,
    )  # fmt: skip
    with pytest.raises(NotAllowedError):
        store.alarms.answer(silence.silence_id, user.user_id, "  \n ")
    with pytest.raises(NotAllowedError):
        store.alarms.answer(99, user.user_id, "libur")
    store.alarms.answer(silence.silence_id, user.user_id, "akun memang libur")
    with pytest.raises(ConflictError):
        store.alarms.answer(silence.silence_id, user.user_id, "lagi")
    store.alarms.fell_silent("bsky/a", date(2025, 5, 1), 9)
    assert store.alarms.silences() == []
    assert store.alarms.silent() == {"bsky/a"}
    assert [one.action for one in store.audit.entries(limit=100)][-1] == "jawab_sunyi"
    assert store.audit.verify().ok
    store.alarms.speaks("bsky/a")
    assert store.alarms.silent() == frozenset()
    clock.tick(days=30)
    store.alarms.fell_silent("bsky/a", date(2025, 6, 10), 9)
    assert [one.silence_id for one in store.alarms.silences()] == [silence.silence_id + 1]


def test_while_the_canary_is_not_found_nothing_of_its_source_is_proved(store: Store, clock: FakeClock) -> None:
    page(store, "bsky/a", 1)
    store.alarms.looked_for("bsky", "bsky/kenari", START, "buta: tidak ditemukan")
    clock.tick(hours=1)
    store.alarms.looked_for("bsky", "bsky/kenari", START, "buta: masih tidak ditemukan")
    [canary] = store.alarms.canaries()
    assert (canary.since, canary.checked_at) == (START, START + timedelta(hours=1))
    for source_id in ("bsky/a", "bsky/kenari", "warta", "bskyx/a"):
        page(store, source_id, 2)
    now = store.coverage.now()
    assert now["bsky/a"].outcome is Outcome.TRANSIENT
    assert now["bsky/a"].detail == "buta: masih tidak ditemukan"
    assert now["bsky/a"].proved_at == START
    assert all(now[one].outcome.proved for one in ("bsky/kenari", "warta", "bskyx/a"))
    store.alarms.looked_for("bsky", "bsky/kenari", START, "")
    page(store, "bsky/a", 3)
    assert store.coverage.now()["bsky/a"].outcome.proved
    store.alarms.forget_canaries([])
    assert store.alarms.canaries() == []


def test_strange_shapes_are_counted_with_the_newest_raw_answer(store: Store) -> None:
    page(store, "bsky/a", strange=("post.baru", "post.baru", "like.aneh"), evidence="a" * 64)
    page(store, "bsky/b", strange=("post.baru",), evidence="b" * 64)
    page(store, "warta", outcome=Outcome.SCHEMA_DRIFT, detail="jawaban bukan RSS")
    page(store, "warta2", outcome=Outcome.BLOCKED, detail="ditolak")
    found = [
        (one.config_id, one.shape, one.times, one.source_id, one.evidence_sha256[:1]) for one in store.alarms.shapes()
    ]
    assert found == [
        ("bsky", "post.baru", 3, "bsky/b", "b"), ("bsky", "like.aneh", 1, "bsky/a", "a"),
        ("warta", "jawaban bukan RSS", 1, "warta", ""),
    ]  # fmt: skip
    for _ in range(3):  # the very same answer tells nothing new
        page(store, "bsky/b", 2, strange=("post.baru", "post.lain"), evidence="b" * 64)
    assert [(one.shape, one.times) for one in store.alarms.shapes()][:2] == [("post.baru", 3), ("like.aneh", 1)]
    store.alarms.shapes_read("bsky")
    assert [one.config_id for one in store.alarms.shapes()] == ["warta"]


def test_a_hostile_answer_cannot_fill_the_table(store: Store) -> None:
    page(store, "bsky/a", strange=tuple(f"x{number}" * 1000 for number in range(3 * MOST_SHAPES)), evidence="a" * 64)
    shapes = store.alarms.shapes()
    assert len(shapes) == MOST_SHAPES + 1
    assert next(one.times for one in shapes if one.shape == OTHER_SHAPES) == 2 * MOST_SHAPES
    assert max(len(one.shape) for one in shapes) <= 160
