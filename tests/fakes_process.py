"""Carries a made-up case along the road of fair process, through the doors that people use."""

from __future__ import annotations

from datetime import date

from monitor.models import Confidence, ReasonCode, Role, State, User
from monitor.store import EvidenceCheck, Plenary, Ruling, Store
from tests.fakes_store import PASSWORD

DAY = date(2025, 6, 1)
ROAD = (State.LEAD, State.TRACING, State.PLENARY)


def last(store: Store, flag_id: int) -> int | None:
    history = store.decisions.history(flag_id)
    return history[-1].decision_id if history else None


def newest(store: Store, flag_id: int) -> int:
    found = last(store, flag_id)
    assert found is not None
    return found


def other(store: Store, name: str = "peninjau.kedua") -> User:
    """A second reviewer, made when first needed."""
    found = next((one for one in store.users.list() if one.username == name), None)
    return found or store.users.create(name, "Peninjau Rekaan", PASSWORD, [Role.SECOND_REVIEWER])


def agree(store: Store, flag_id: int, user: User | None = None, reason: ReasonCode = ReasonCode.CALL) -> None:
    """Give the second look that a flag waits for."""
    due = store.reviews.waiting(flag_id)
    assert due is not None
    state = State.CLEARED if reason.clears else State.LEAD
    store.reviews.decide(due, (user or other(store)).user_id, state, reason, "")


def verify_account(store: Store, flag_id: int, user_id: int) -> None:
    account = store.flags.get(flag_id).actor.account
    assert account is not None
    store.roster.set_confidence(account.account_id, Confidence.VERIFIED, ["foto sama", "diakui atasan"], user_id)


def sound(store: Store, flag_id: int, at: object = None) -> EvidenceCheck:
    """A check of the evidence that found everything as it was."""
    return EvidenceCheck(flag_id, 1, store.decisions._clock())


def carry(store: Store, flag_id: int, user_id: int, target: State, reason: ReasonCode | None = None) -> None:
    """Take a new flag to a state of the road, each step whole: second look, verified account, plenary, evidence."""
    store.decisions.append(flag_id, user_id, State.LEAD, ReasonCode.CALL, "", expected=last(store, flag_id))
    if target is State.LEAD:
        return
    agree(store, flag_id)
    store.process.trace(flag_id, user_id, "Tim Uji", DAY, "", expected=newest(store, flag_id))
    if target is State.TRACING:
        return
    store.process.plenary(flag_id, user_id, Plenary("001/BA/2025", DAY), expected=newest(store, flag_id))
    if target is State.PLENARY:
        return
    why = (reason or ReasonCode.NOT_PROVEN) if target is State.STOPPED else None
    if target is not State.STOPPED:
        verify_account(store, flag_id, user_id)
    ruling = Ruling(target, why, "")
    store.process.rule(flag_id, user_id, ruling, evidence=sound(store, flag_id), expected=newest(store, flag_id))
