from __future__ import annotations

import threading

import pytest

from monitor.errors import ConflictError, NotAllowedError
from monitor.models import ReasonCode, State
from monitor.store import Store
from tests.fakes import START, FakeClock
from tests.fakes_process import carry, newest
from tests.fakes_store import a_case, add_user


def test_decisions_are_appended_with_their_user_and_audited(store: Store, clock: FakeClock) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    first = store.decisions.append(flag_id, user, State.IN_REVIEW, None, "", expected=None)
    clock.tick(minutes=1)
    second = store.decisions.append(
        flag_id, user, State.LEAD, ReasonCode.CALL, "ajakan jelas", expected=first.decision_id
    )
    assert store.decisions.history(flag_id) == [first, second]
    flag = store.flags.get(flag_id)
    assert (flag.state, flag.decisions) == (State.LEAD, (first, second))
    assert (second.user_id, second.note, second.reason) == (user, "ajakan jelas", ReasonCode.CALL)
    assert (second.decided_at - START).seconds == 60
    entry = store.audit.entries()[-1]
    assert (entry.action, entry.subject, entry.user_id) == ("keputusan", f"flag:{flag_id}", user)
    assert "ajakan jelas" not in entry.payload
    assert store.audit.verify().ok


def test_somebody_who_decided_first_wins(store: Store) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    first = store.decisions.append(flag_id, user, State.IN_REVIEW, None, "", expected=None)
    for expected in (None, first.decision_id + 1):
        with pytest.raises(ConflictError, match="tidak ada yang diubah"):
            store.decisions.append(flag_id, user, State.CLEARED, ReasonCode.PASSIVE, "", expected=expected)
    assert store.decisions.history(flag_id) == [first]


def test_two_reviewers_at_once(store: Store) -> None:
    flags = a_case(store, 8)
    users = [add_user(store, name).user_id for name in ("satu", "dua")]
    gate = threading.Barrier(2)
    won: list[int] = []
    lost: list[int] = []

    def review(user_id: int) -> None:
        for flag_id in flags:
            gate.wait()
            try:
                store.decisions.append(flag_id, user_id, State.CLEARED, ReasonCode.PASSIVE, "", expected=None)
                won.append(flag_id)
            except ConflictError:
                lost.append(flag_id)

    threads = [threading.Thread(target=review, args=(user_id,)) for user_id in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == sorted(lost) == flags
    assert all(len(store.decisions.history(flag_id)) == 1 for flag_id in flags)
    assert store.audit.verify().ok


def test_undo_restores_step_by_step(store: Store) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    one = store.decisions.append(flag_id, user, State.IN_REVIEW, None, "", expected=None)
    two = store.decisions.append(flag_id, user, State.CLEARED, ReasonCode.QUOTED_NEWS, "", expected=one.decision_id)
    back = store.decisions.undo(two.decision_id, user, two.decision_id)
    assert (back.state, back.undoes, store.flags.get(flag_id).state) == (
        State.IN_REVIEW, two.decision_id, State.IN_REVIEW,
    )  # fmt: skip
    with pytest.raises(ConflictError, match="terakhir"):
        store.decisions.undo(two.decision_id, user, back.decision_id)
    with pytest.raises(ConflictError, match="lebih dahulu"):
        store.decisions.undo(one.decision_id, user, two.decision_id)
    again = store.decisions.undo(one.decision_id, user, back.decision_id)
    assert store.flags.get(flag_id).state is State.NEW
    with pytest.raises(ConflictError):
        store.decisions.undo(back.decision_id, user, again.decision_id)
    store.decisions.append(flag_id, user, State.LEAD, ReasonCode.SUPPORT, "", expected=again.decision_id)
    assert len(store.decisions.history(flag_id)) == 5
    assert store.audit.verify().ok
    with pytest.raises(NotAllowedError, match="tidak ada"):
        store.decisions.undo(999, user, None)


LEGAL = {
    State.NEW: {State.IN_REVIEW, State.CLEARED, State.LEAD},
    State.IN_REVIEW: {State.CLEARED, State.LEAD},
    State.CLEARED: set(),
    State.LEAD: {State.TRACING},
    State.TRACING: {State.PLENARY},
    State.PLENARY: {State.STOPPED, State.FORWARDED, State.FINDING},
    State.STOPPED: set(),
    State.FORWARDED: set(),
    State.FINDING: set(),
}
REASONS = {
    State.CLEARED: ReasonCode.PASSIVE, State.LEAD: ReasonCode.CALL, State.STOPPED: ReasonCode.NOT_PROVEN,
}  # fmt: skip


@pytest.mark.parametrize("start", State)
@pytest.mark.parametrize("target", State)
def test_only_legal_steps(store: Store, start: State, target: State) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    seen = None
    if start in {State.IN_REVIEW, State.CLEARED}:
        seen = store.decisions.append(flag_id, user, start, REASONS.get(start), "", expected=None).decision_id
    elif start is not State.NEW:
        carry(store, flag_id, user, start)
        seen = newest(store, flag_id)
    if target in LEGAL[start] and target not in REASONS and target is not State.IN_REVIEW:
        with pytest.raises(NotAllowedError, match="Proses"):
            store.decisions.append(flag_id, user, target, None, "", expected=seen)
    elif target is State.STOPPED and target in LEGAL[start]:
        with pytest.raises(NotAllowedError, match="Proses"):
            store.decisions.append(flag_id, user, target, REASONS[target], "", expected=seen)
    elif target in LEGAL[start]:
        store.decisions.append(flag_id, user, target, REASONS.get(target), "", expected=seen)
    else:
        with pytest.raises(NotAllowedError, match="batalkan"):
            store.decisions.append(flag_id, user, target, REASONS.get(target), "", expected=seen)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (State.CLEARED, None),
        (State.CLEARED, ReasonCode.CALL),
        (State.CLEARED, ReasonCode.ACCIDENTAL_TOUCH),
        (State.LEAD, None),
        (State.LEAD, ReasonCode.SAME_NAME),
    ],
)
def test_the_reason_must_fit(store: Store, state: State, reason: ReasonCode | None) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    with pytest.raises(NotAllowedError, match="pilih salah satu"):
        store.decisions.append(flag_id, user, state, reason, "", expected=None)
    assert store.decisions.history(flag_id) == []


def test_an_unknown_flag_is_said_so(store: Store) -> None:
    with pytest.raises(NotAllowedError, match="muat ulang"):
        store.decisions.append(7, 1, State.IN_REVIEW, None, "", expected=None)
