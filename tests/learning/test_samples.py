"""The random sample of what was not flagged, and the counts of probabilities, on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConflictError, NotAllowedError
from monitor.models import ReasonCode, Screened, State, StoredItem
from monitor.store import Store
from monitor.store.samples import SIZE
from monitor.store.sampling import Stratum, drawn, estimate
from tests.fakes import FakeClock
from tests.fakes_store import add_people, add_user, an_actor, an_item, an_opinion, open_store, save


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path, FakeClock()) as opened:
        yield opened


def items(store: Store, count: int) -> list[StoredItem]:
    add_people(store, 1)
    save(store, *[an_item(f"p{number}", f"Teks {number}") for number in range(count)])
    return store.items.unscreened(count)


def unflagged(stored: StoredItem, probability: float = 0.1, region: str = "Kabupaten Contoh") -> Screened:
    return Screened(stored, (), 1, region, probability)


@given(st.sets(st.integers(1, 10_000), max_size=200), st.integers(0, 30), st.integers(0, 200))
def test_drawing_in_parts_is_drawing_from_the_whole(ids: set[int], size: int, cut: int) -> None:
    whole = drawn("a", ids, size)
    one, two = sorted(ids)[:cut], sorted(ids)[cut:]
    assert drawn("a", [*drawn("a", one, size), *drawn("a", two, size)], size) == whole
    assert len(whole) == min(size, len(ids))
    assert set(whole) <= ids


def test_another_seed_draws_others() -> None:
    assert drawn("a", range(1000), 20) != drawn("b", range(1000), 20)


def test_the_estimate_weighs_runs_by_their_size() -> None:
    found = estimate([Stratum(1000, 10, 0), Stratum(100, 10, 10)])
    assert found.share == pytest.approx(100 / 1100)
    assert found.low < found.share < found.high
    assert (found.judged, found.partisan, found.population) == (20, 10, 1100)
    nothing = estimate([Stratum(50, 0, 0)])
    assert (nothing.low, nothing.high) == (0.0, 1.0)
    one = estimate([Stratum(500, 100, 3)])
    assert one.low == pytest.approx(0.01025, abs=1e-4)
    assert one.high == pytest.approx(0.0845, abs=1e-3)


@given(st.lists(st.tuples(st.integers(20, 500), st.integers(0, 20), st.integers(0, 20)), max_size=8))
def test_the_interval_always_holds_the_share(rows: list[tuple[int, int, int]]) -> None:
    found = estimate([Stratum(population, judged, min(judged, hits)) for population, judged, hits in rows])
    assert 0.0 <= found.low <= found.share + 1e-9
    assert found.share - 1e-9 <= found.high <= 1.0


def test_a_run_keeps_the_same_sample_however_it_is_batched(store: Store) -> None:
    stored = items(store, 100)
    for start in range(0, 100, 30):
        store.samples.record([unflagged(one) for one in stored[start : start + 30]], 7, "d", again=False)
    store.samples.record([unflagged(one) for one in stored], 7, "d", again=False)
    waiting = store.samples.waiting(limit=100)
    assert [one.stored.item_id for one in waiting] == drawn("run:7", [one.item_id for one in stored], SIZE)


def test_flagged_items_and_those_of_nobody_are_not_drawn(store: Store) -> None:
    first, second, third = items(store, 3)
    actor = an_actor(store, store.roster.persons()[0])
    flagged = Screened(first, ((actor, an_opinion()),), 1, "Kabupaten Contoh", 0.9)
    store.samples.record([flagged, replace(unflagged(second), actors=0), unflagged(third)], 1, "d", again=False)
    assert [one.stored.item_id for one in store.samples.waiting()] == [third.item_id]
    assert [(one.number, one.items, one.flagged, one.ruled) for one in store.samples.bins()] == [
        (10, 1, 0, 0),
        (90, 1, 1, 1),
    ]


def test_screening_everything_again_counts_nothing_twice(store: Store) -> None:
    stored = items(store, 10)
    store.samples.record([unflagged(one, 0.2) for one in stored[:6]], 1, "lama", again=False)
    store.samples.record([unflagged(one, 0.3) for one in stored[6:]], 2, "baru", again=False)
    assert sum(one.items for one in store.samples.bins()) == 10
    store.samples.record([unflagged(one, 0.4) for one in stored[:6]], 3, "baru", again=True)
    counted = {one.number: one.items for one in store.samples.bins()}
    assert counted == {30: 4, 40: 6}


def test_a_word_on_a_sampled_item_is_written_once_and_kept_in_the_audit(store: Store) -> None:
    stored = items(store, 2)
    user = add_user(store)
    store.samples.record([unflagged(one) for one in stored], 1, "d", again=False)
    store.samples.judge(stored[0].item_id, 1, user.user_id, partisan=True)
    with pytest.raises(ConflictError):
        store.samples.judge(stored[0].item_id, 1, user.user_id, partisan=False)
    with pytest.raises(NotAllowedError):
        store.samples.judge(999, 1, user.user_id, partisan=False)
    assert [one.stored.item_id for one in store.samples.waiting()] == [stored[1].item_id]
    found = store.samples.missed()
    assert (found.judged, found.partisan, found.population) == (1, 1, 2)
    assert store.audit.verify().ok
    assert store.audit.entries(limit=1000)[-1].action == "sampel"


def test_a_reader_sees_only_the_sample_of_the_own_regions(store: Store) -> None:
    one, two = items(store, 2)
    store.samples.record([unflagged(one), unflagged(two, region="Kabupaten Misal")], 1, "d", again=False)
    seen = store.samples.waiting(frozenset({"Kabupaten Misal"}))
    assert [each.stored.item_id for each in seen] == [two.item_id]


def test_an_erased_item_leaves_the_sample(store: Store) -> None:
    [one] = items(store, 1)
    store.samples.record([unflagged(one)], 1, "d", again=False)
    store.audit.erase_item(one.item_id, "jadwal retensi", None)
    assert store.samples.waiting() == []


def test_only_reasons_about_the_words_teach(store: Store) -> None:
    stored = items(store, 4)
    user = add_user(store)
    actor = an_actor(store, store.roster.persons()[0])
    store.flags.save([Screened(one, ((actor, an_opinion()),), 1) for one in stored[:3]], 1, "d")
    steps = (
        (State.CLEARED, ReasonCode.NOT_PARTISAN),
        (State.CLEARED, ReasonCode.HIJACKED),
        (State.LEAD, ReasonCode.CALL),
    )
    for flag_id, (state, reason) in enumerate(steps, 1):
        store.decisions.append(flag_id, user.user_id, state, reason, "", expected=None)
    store.samples.record([unflagged(stored[3])], 1, "d", again=False)
    store.samples.judge(stored[3].item_id, 1, user.user_id, partisan=False)
    lessons = {one.text: (one.partisan, one.reason) for one in store.learning.lessons()}
    assert lessons == {
        "Teks 0": (False, "tidak_memihak"),
        "Teks 2": (True, "ajakan"),
        "Teks 3": (False, "sampel"),
    }


def test_a_decision_that_was_taken_back_teaches_nothing(store: Store) -> None:
    [one] = items(store, 1)
    user = add_user(store)
    store.flags.save([Screened(one, ((an_actor(store, store.roster.persons()[0]), an_opinion()),), 1)], 1, "d")
    made = store.decisions.append(1, user.user_id, State.LEAD, ReasonCode.CALL, "", expected=None)
    store.decisions.undo(made.decision_id, user.user_id, made.decision_id)
    assert store.learning.lessons() == []
