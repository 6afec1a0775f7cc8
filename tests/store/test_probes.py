"""Known items: drawn at unforeseeable places, from what is final and unseen, answered once, counted as no decision."""

from __future__ import annotations

import pytest

from monitor.errors import ConflictError
from monitor.models import ReasonCode, State, User
from monitor.store import Store, Tie, Touch
from monitor.store.probes import Calibration
from tests.fakes_process import agree, carry
from tests.fakes_store import a_case, add_user, an_item, flag_all, save


def final(store: Store, count: int = 1) -> list[int]:
    """Flags that two people put forward alike."""
    flags, first = a_case(store, count), add_user(store, "pertama")
    for flag_id in flags:
        carry(store, flag_id, first.user_id, State.LEAD)
        agree(store, flag_id)
    return flags


@pytest.fixture
def user(store: Store) -> User:
    return add_user(store, "dinilai")


def test_a_final_item_comes_once_and_waits_until_it_is_answered(store: Store, user: User) -> None:
    [flag_id] = final(store)
    assert store.probes.next(user.user_id, 1) == flag_id
    assert store.probes.next(user.user_id, 1000) == flag_id
    assert store.probes.waits(user.user_id, flag_id)
    before = store.decisions.history(flag_id), store.flags.get(flag_id).state, store.reviews.ratings()
    store.probes.answer(user.user_id, flag_id, ReasonCode.SUPPORT)
    assert before == (store.decisions.history(flag_id), store.flags.get(flag_id).state, store.reviews.ratings())
    assert store.probes.calibration(user.user_id) == Calibration(1, 1, 0, 0)
    assert store.probes.next(user.user_id, 1) is None
    with pytest.raises(ConflictError):
        store.probes.answer(user.user_id, flag_id, ReasonCode.SUPPORT)
    assert store.audit.verify().ok


def test_calibration_tells_missed_from_called_too_much(store: Store, user: User) -> None:
    one, two = a_case(store, 2)
    first = add_user(store, "pertama")
    carry(store, one, first.user_id, State.LEAD)
    agree(store, one)
    carry(store, two, first.user_id, State.STOPPED)
    for _ in (one, two):
        flag_id = store.probes.next(user.user_id, 1)
        assert flag_id is not None
        store.probes.answer(user.user_id, flag_id, ReasonCode.PASSIVE if flag_id == one else ReasonCode.CALL)
    assert store.probes.calibration(user.user_id) == Calibration(2, 0, 1, 1)
    assert store.probes.calibration(first.user_id) == Calibration(0, 0, 0, 0)


def _undecided(store: Store, user: User) -> None:
    a_case(store)


def _one_verdict(store: Store, user: User) -> None:
    [flag_id] = a_case(store)
    carry(store, flag_id, add_user(store, "pertama").user_id, State.LEAD)


def _disputed(store: Store, user: User) -> None:
    [flag_id] = a_case(store)
    carry(store, flag_id, add_user(store, "pertama").user_id, State.LEAD)
    agree(store, flag_id, reason=ReasonCode.PASSIVE)


def _seen(store: Store, user: User) -> None:
    [flag_id] = final(store)
    store.custody.note(Touch.VIEW, user_id=user.user_id, flag_id=flag_id, subject="halaman")


def _too_near(store: Store, user: User) -> None:
    final(store)
    store.conflicts.declare(user.user_id, Tie.OFFICE, "Dinas Contoh", user.user_id)


def _erased(store: Store, user: User) -> None:
    final(store)
    store.audit.erase_item(1, "permintaan", user.user_id)


@pytest.mark.parametrize("made", [_undecided, _one_verdict, _disputed, _seen, _too_near, _erased])
def test_what_is_not_final_or_not_unknown_never_comes(store: Store, user: User, made: object) -> None:
    assert callable(made)
    made(store, user)
    assert store.probes.next(user.user_id, 1) is None


def test_another_region_gives_none(store: Store, user: User) -> None:
    final(store)
    assert store.probes.next(user.user_id, 1, frozenset({"Kabupaten Lain"})) is None


def test_one_comes_in_each_stretch_of_decisions_at_a_place_of_its_own(store: Store, user: User) -> None:
    final(store, 12)
    places = []
    for stretch in range(6):
        asked = []
        for place in range(5):
            flag_id = store.probes.next(user.user_id, 5)
            if flag_id is not None:
                asked.append(place)
                store.probes.answer(user.user_id, flag_id, ReasonCode.CALL)
            _decide_something(store, user, stretch * 5 + place)
        assert len(asked) == 1, asked
        places += asked
    assert len(set(places)) > 1


def _decide_something(store: Store, user: User, number: int) -> None:
    """Count one more decision of the user, by an undecided flag of another item."""
    save(store, an_item(f"lain-{number}", f"Kerja bakti {number}"))
    made = flag_all(store, store.roster.persons(), store.items.unscreened(5), f"digest-{number}")[-1]
    store.decisions.append(made, user.user_id, State.CLEARED, ReasonCode.PASSIVE, "", expected=None)
