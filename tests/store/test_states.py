"""Every later state counts as what it is: a case ahead is kept and upholds its rules, one that the plenary stopped not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.errors import NotAllowedError
from monitor.models import Platform, ReasonCode, State
from monitor.store import Holding, Ruling, Store
from tests.fakes import START
from tests.fakes_process import carry, newest
from tests.fakes_store import a_case, add_user, an_item, save

AHEAD = (State.LEAD, State.TRACING, State.PLENARY, State.FORWARDED, State.FINDING)


def step(store: Store, flag_id: int, user_id: int, target: State, reason: ReasonCode | None = None) -> None:
    """Take a case to a state; the last step carries the reason where the state needs one."""
    if target is State.CLEARED:
        store.decisions.append(flag_id, user_id, target, reason, "", expected=None)
    else:
        carry(store, flag_id, user_id, target, reason)


@pytest.mark.parametrize("state", AHEAD)
def test_a_case_ahead_is_kept_upholds_its_rules_and_teaches(store: Store, state: State) -> None:
    [flag_id] = a_case(store)
    step(store, flag_id, add_user(store).user_id, state)
    [kept] = store.retention.kept()
    assert kept.holding is Holding.FORWARDED
    tally = store.rulebook.tallies()["ajakan-nomor"]
    assert (tally.upheld, tally.dismissed, tally.aside, tally.open) == (1, 0, 0, 0)
    assert [(one.item_id, one.upheld) for one in store.reading.verdicts()] == [(1, True)]
    assert [one.partisan for one in store.learning.lessons()] == [True]


@pytest.mark.parametrize(
    ("reason", "tally", "verdicts"),
    [
        (ReasonCode.NOT_PARTISAN, (0, 1, 0), [False]),
        (ReasonCode.NOT_PROVEN, (0, 1, 0), []),
        (ReasonCode.SAME_NAME, (0, 0, 1), []),
    ],
)
def test_what_the_plenary_stopped_counts_as_cleared(
    store: Store, reason: ReasonCode, tally: tuple[int, int, int], verdicts: list[bool]
) -> None:
    [flag_id] = a_case(store)
    step(store, flag_id, add_user(store).user_id, State.STOPPED, reason)
    [kept] = store.retention.kept()
    assert kept.holding is Holding.CLEARED
    found = store.rulebook.tallies()["ajakan-nomor"]
    assert (found.upheld, found.dismissed, found.aside) == tally
    assert [one.upheld for one in store.reading.verdicts()] == verdicts
    assert [one.partisan for one in store.learning.lessons()] == verdicts


@pytest.mark.parametrize(("state", "held"), [*((one, True) for one in AHEAD), (State.CLEARED, False)])
def test_old_wordings_under_a_case_ahead_stay(store: Store, state: State, held: bool) -> None:
    [flag_id] = a_case(store)
    save(store, an_item("p0", "Ayo nomor satu, disunting"))
    why = ReasonCode.PASSIVE if state is State.CLEARED else None
    step(store, flag_id, add_user(store).user_id, state, why)
    old = store.api_data.superseded(Platform.INSTAGRAM, ["contoh"], START + timedelta(days=900))
    assert bool(old) is not held


@pytest.mark.parametrize("reason", [None, ReasonCode.CALL])
def test_a_plenary_stops_only_with_a_reason_that_clears(store: Store, reason: ReasonCode | None) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    step(store, flag_id, user, State.PLENARY)
    with pytest.raises(NotAllowedError, match="alasan"):
        store.process.rule(flag_id, user, Ruling(State.STOPPED, reason), evidence=None, expected=newest(store, flag_id))


def test_no_reviewer_clears_for_want_of_proof(store: Store) -> None:
    [flag_id] = a_case(store)
    with pytest.raises(NotAllowedError, match="pleno"):
        step(store, flag_id, add_user(store).user_id, State.CLEARED, ReasonCode.NOT_PROVEN)


@pytest.mark.parametrize(("state", "held"), [*((one, True) for one in AHEAD), (State.CLEARED, False)])
def test_the_body_under_a_case_ahead_is_held(store: Store, state: State, held: bool) -> None:
    [flag_id] = a_case(store)
    step(store, flag_id, add_user(store).user_id, state, ReasonCode.PASSIVE if state is State.CLEARED else None)
    assert store.burial.holds("e" * 64) == ([flag_id] if held else [])
