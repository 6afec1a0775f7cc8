"""Second looks are blind, by others, and for all that is put forward; a third decides a dispute; ties bar everywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from monitor.errors import ConflictError, NotAllowedError
from monitor.models import Decision, ReasonCode, Role, State, User
from monitor.store import Due, Plenary, ReviewStage, Said, Store, Tie, Touch
from monitor.store.due import drawn
from tests.fakes import FakeClock
from tests.fakes_process import DAY, carry, newest, other
from tests.fakes_store import a_case, add_people, add_user, open_store


def lead(store: Store, flag_id: int, user: User, reason: ReasonCode = ReasonCode.CALL) -> Decision:
    state = State.CLEARED if reason.clears else State.LEAD
    return store.decisions.append(flag_id, user.user_id, state, reason, "", expected=None)


def due(store: Store, flag_id: int) -> Due:
    found = store.reviews.waiting(flag_id)
    assert found is not None
    return found


def look(store: Store, flag_id: int, user: User, reason: ReasonCode, note: str = "") -> tuple[bool, bool]:
    state = State.CLEARED if reason.clears else State.LEAD
    outcome = store.reviews.decide(due(store, flag_id), user.user_id, state, reason, note)
    return outcome.agreed, outcome.third


def third(store: Store) -> User:
    return add_user(store, "koordinator", roles=[Role.COORDINATOR])


def test_what_is_put_forward_waits_for_a_second_look_and_a_clear_dismissal_does_not(store: Store) -> None:
    one, two = a_case(store, 2)
    user = add_user(store)
    made = lead(store, one, user)
    lead(store, two, user, ReasonCode.QUOTED_NEWS)
    assert store.reviews.due(other(store).user_id) == [due(store, one)]
    assert (due(store, one).first_id, due(store, one).stage) == (made.decision_id, ReviewStage.SECOND)
    assert store.reviews.waiting(two) is None
    assert store.reviews.counts() == {ReviewStage.SECOND: 1}
    assert store.reviews.counts(frozenset({"Kabupaten Lain"})) == {}
    assert store.reviews.due(other(store).user_id, frozenset({"Kabupaten Lain"})) == []


def test_agreement_settles_it_and_nothing_moves_by_itself(store: Store) -> None:
    [flag_id] = a_case(store)
    lead(store, flag_id, add_user(store))
    assert not store.reviews.settled(flag_id)
    assert look(store, flag_id, other(store), ReasonCode.SUPPORT, "jelas") == (True, False)
    assert store.reviews.settled(flag_id)
    assert store.flags.get(flag_id).state is State.LEAD
    assert store.reviews.waiting(flag_id) is None
    [review] = store.reviews.of(flag_id)
    assert (review.state, review.reason, review.note) == (State.LEAD, ReasonCode.SUPPORT, "jelas")
    assert store.audit.verify().ok


@pytest.mark.parametrize(
    ("first", "second", "last", "state", "settled"),
    [
        (ReasonCode.CALL, ReasonCode.PASSIVE, ReasonCode.CALL, State.LEAD, True),
        (ReasonCode.CALL, ReasonCode.PASSIVE, ReasonCode.PASSIVE, State.CLEARED, False),
    ],
)
def test_a_third_decides_where_two_disagree(
    store: Store, first: ReasonCode, second: ReasonCode, last: ReasonCode, state: State, settled: bool
) -> None:
    [flag_id] = a_case(store)
    user, peer, boss = add_user(store, roles=[Role.MONITOR, Role.SECOND_REVIEWER]), other(store), third(store)
    lead(store, flag_id, user, first)
    assert look(store, flag_id, peer, second) == (False, True)
    assert store.flags.get(flag_id).state is State.LEAD
    for again in (user, peer):
        assert store.reviews.due(again.user_id) == []
        with pytest.raises(NotAllowedError, match="orang lain"):
            look(store, flag_id, again, last)
    said = store.reviews.verdicts(due(store, flag_id).first_id)
    assert said == (Said(State.CLEARED, second, ""), Said(State.LEAD, first, ""))
    look(store, flag_id, boss, last)
    assert store.flags.get(flag_id).state is state
    assert store.reviews.settled(flag_id) is settled
    assert store.reviews.waiting(flag_id) is None
    assert store.audit.verify().ok


def test_nobody_looks_twice_at_their_own(store: Store) -> None:
    [flag_id] = a_case(store)
    both = add_user(store, roles=[Role.MONITOR, Role.SECOND_REVIEWER, Role.COORDINATOR])
    lead(store, flag_id, both)
    assert store.reviews.due(both.user_id) == []
    assert not store.reviews.may_look(flag_id, both.user_id)
    with pytest.raises(NotAllowedError, match="orang lain"):
        look(store, flag_id, both, ReasonCode.CALL)
    assert store.reviews.of(flag_id) == []


def test_who_saw_the_first_verdict_is_not_blind_any_more(store: Store, clock: FakeClock) -> None:
    [flag_id] = a_case(store)
    peer = other(store)
    store.custody.note(Touch.VIEW, user_id=peer.user_id, flag_id=flag_id, subject="halaman")
    clock.tick(minutes=1)
    lead(store, flag_id, add_user(store))
    assert store.reviews.may_look(flag_id, peer.user_id)
    store.custody.note(Touch.VIEW, user_id=peer.user_id, flag_id=flag_id, subject="tinjauan buta")
    assert store.reviews.may_look(flag_id, peer.user_id)
    clock.tick(minutes=1)
    store.custody.note(Touch.VIEW, user_id=peer.user_id, flag_id=flag_id, subject="halaman")
    with pytest.raises(NotAllowedError, match="tidak lagi buta"):
        look(store, flag_id, peer, ReasonCode.CALL)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (State.CLEARED, ReasonCode.CALL), (State.LEAD, ReasonCode.PASSIVE), (State.CLEARED, ReasonCode.NOT_PROVEN),
        (State.FORWARDED, ReasonCode.CALL), (State.IN_REVIEW, ReasonCode.CALL),
    ],
)  # fmt: skip
def test_verdict_and_reason_fit(store: Store, state: State, reason: ReasonCode) -> None:
    [flag_id] = a_case(store)
    lead(store, flag_id, add_user(store))
    with pytest.raises(NotAllowedError):
        store.reviews.decide(due(store, flag_id), other(store).user_id, state, reason, "")


def test_two_second_looks_at_once_are_one(store: Store) -> None:
    [flag_id] = a_case(store)
    lead(store, flag_id, add_user(store))
    waiting = due(store, flag_id)
    look(store, flag_id, other(store), ReasonCode.CALL)
    with pytest.raises(ConflictError):
        store.reviews.decide(waiting, other(store, "lain").user_id, State.LEAD, ReasonCode.CALL, "")


def test_many_reviewers_at_once_give_one_second_verdict(store: Store) -> None:
    flags = a_case(store, 6)
    user = add_user(store)
    peers = [other(store, f"peninjau.{number}") for number in range(6)]
    for flag_id in flags:
        lead(store, flag_id, user)
    waiting = [due(store, flag_id) for flag_id in flags]
    won: list[int] = []
    late: list[int] = []

    def work(peer: User) -> None:
        for one in waiting:
            try:
                store.reviews.decide(one, peer.user_id, State.LEAD, ReasonCode.CALL, "")
                won.append(one.flag_id)
            except ConflictError:
                late.append(one.flag_id)

    threads = [Thread(target=work, args=(peer,)) for peer in peers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == flags
    assert len(late) == len(flags) * (len(peers) - 1)
    assert all(store.reviews.settled(flag_id) for flag_id in flags)
    assert store.audit.verify().ok


def test_undo_before_the_second_look_takes_it_off_the_list_and_after_it_there_is_none(store: Store) -> None:
    [flag_id] = a_case(store)
    user = add_user(store)
    made = lead(store, flag_id, user)
    store.decisions.undo(made.decision_id, user.user_id, made.decision_id)
    assert store.reviews.waiting(flag_id) is None
    again = store.decisions.append(
        flag_id, user.user_id, State.LEAD, ReasonCode.CALL, "", expected=newest(store, flag_id)
    )
    look(store, flag_id, other(store), ReasonCode.PASSIVE)
    with pytest.raises(NotAllowedError, match="orang kedua"):
        store.decisions.undo(again.decision_id, user.user_id, again.decision_id)


def test_a_removed_line_of_the_list_moves_nothing_on(store: Store) -> None:
    [flag_id] = a_case(store)
    lead(store, flag_id, add_user(store))
    with store._connection.transaction() as db:
        db.execute("DELETE FROM review_due")
    assert not store.reviews.settled(flag_id)


def test_the_draw_is_a_share_that_nobody_chooses(store: Store) -> None:
    db = store._connection.db
    said = [drawn(db, number, 0.2) for number in range(4000)]
    assert 0.17 < sum(said) / len(said) < 0.23
    assert said == [drawn(db, number, 0.2) for number in range(4000)]
    assert not any(drawn(db, number, 0.0) for number in range(500))
    assert all(drawn(db, number, 1.0) for number in range(500))


def test_another_office_draws_another_lot(tmp_path_factory: pytest.TempPathFactory, store: Store) -> None:
    with open_store(tmp_path_factory.mktemp("lain")) as elsewhere:
        one, two = store._connection.db, elsewhere._connection.db
        assert [drawn(one, number, 0.5) for number in range(100)] != [drawn(two, number, 0.5) for number in range(100)]


def test_drawn_dismissals_are_looked_at_and_a_third_can_put_them_forward(tmp_path: Path) -> None:
    with Store.open(tmp_path / "n.db", FakeClock(), second_share=1.0) as store:
        [flag_id] = a_case(store)
        user = add_user(store)
        made = lead(store, flag_id, user, ReasonCode.QUOTED_NEWS)
        assert due(store, flag_id).why == "acak"
        store.decisions.undo(made.decision_id, user.user_id, made.decision_id)
        store.decisions.append(
            flag_id, user.user_id, State.CLEARED, ReasonCode.PASSIVE, "", expected=newest(store, flag_id)
        )
        assert due(store, flag_id).why == "acak"
        look(store, flag_id, other(store), ReasonCode.CALL)
        look(store, flag_id, third(store), ReasonCode.SUPPORT)
        assert store.flags.get(flag_id).state is State.LEAD
        assert store.reviews.settled(flag_id)
        store.process.trace(flag_id, user.user_id, "Tim", FakeClock()().date(), "", expected=newest(store, flag_id))


def test_ratings_hold_first_and_second_verdicts_and_not_the_third(store: Store) -> None:
    one, two, three = a_case(store, 3)
    user, peer = add_user(store), other(store)
    for flag_id in (one, two, three):
        lead(store, flag_id, user)
    look(store, one, peer, ReasonCode.PASSIVE)
    look(store, one, third(store), ReasonCode.CALL)
    look(store, two, peer, ReasonCode.CALL)
    found = [(one.flag_id, one.user_id, one.stage, one.state) for one in store.reviews.ratings()]
    assert found == [
        (one, user.user_id, 1, State.LEAD), (one, peer.user_id, 2, State.CLEARED),
        (two, user.user_id, 1, State.LEAD), (two, peer.user_id, 2, State.LEAD),
    ]  # fmt: skip
    assert store.reviews.ratings()[0].rules == ("ajakan-nomor",)
    assert store.reviews.ratings(frozenset({"Kabupaten Lain"})) == []


# ------------------------------------------------------------------ ties


def _by_office(store: Store, user: User) -> None:
    store.conflicts.declare(user.user_id, Tie.OFFICE, "  dinas   CONTOH ", user.user_id)


def _by_name(store: Store, user: User) -> None:
    store.conflicts.declare(user.user_id, Tie.RELATIVE, "uji rekaan 1", user.user_id)


def _by_full_name(store: Store, user: User) -> None:
    store.conflicts.declare(user.user_id, Tie.RELATIVE, "dr. Uji Rekaan 1, M.Si.", user.user_id)


def _by_person(store: Store, user: User) -> None:
    store.conflicts.declare(user.user_id, Tie.RELATIVE, "", user.user_id, person_id=1)


@pytest.mark.parametrize("tie", [_by_office, _by_name, _by_full_name, _by_person])
def test_a_tie_bars_every_door_of_the_store(store: Store, tie: Callable[[Store, User], None]) -> None:
    [flag_id] = a_case(store)
    near, far = add_user(store), add_user(store, "jauh")
    tie(store, near)
    assert store.conflicts.persons(near.user_id) == {1}
    assert store.conflicts.bars(near.user_id, flag_id)
    assert not store.conflicts.bars(far.user_id, flag_id)
    with pytest.raises(NotAllowedError, match="rekan lain"):
        lead(store, flag_id, near)
    made = lead(store, flag_id, far)
    with pytest.raises(NotAllowedError, match="rekan lain"):
        store.decisions.undo(made.decision_id, near.user_id, made.decision_id)
    with pytest.raises(NotAllowedError, match="rekan lain"):
        store.process.note(flag_id, near.user_id, "catatan")
    peer = other(store)
    tie(store, peer)
    assert store.reviews.due(peer.user_id) == []
    with pytest.raises(NotAllowedError, match="rekan lain"):
        look(store, flag_id, peer, ReasonCode.CALL)
    assert store.audit.verify().ok


def test_a_tie_that_ended_bars_nothing_and_its_name_is_gone(store: Store) -> None:
    [flag_id] = a_case(store)
    user = add_user(store)
    made = store.conflicts.declare(user.user_id, Tie.RELATIVE, "Uji Rekaan 1", user.user_id)
    with pytest.raises(NotAllowedError, match="dua kali"):
        store.conflicts.declare(user.user_id, Tie.RELATIVE, "uji REKAAN 1", user.user_id)
    store.conflicts.end(made.conflict_id, user.user_id)
    assert store.conflicts.of(user.user_id) == store.conflicts.everybody() == []
    lead(store, flag_id, user)
    held = store._connection.db.execute("SELECT value FROM conflicts").fetchone()
    assert held == ("",)
    with pytest.raises(NotAllowedError, match="sudah berakhir"):
        store.conflicts.end(made.conflict_id, user.user_id)
    assert store.audit.verify().ok


@pytest.mark.parametrize(("value", "person"), [("", None), ("  ", None), ("x" * 201, None), ("", 99)])
def test_a_tie_names_somebody(store: Store, value: str, person: int | None) -> None:
    user = add_user(store)
    with pytest.raises(NotAllowedError):
        store.conflicts.declare(user.user_id, Tie.RELATIVE, value, user.user_id, person_id=person)
    with pytest.raises(NotAllowedError):
        store.conflicts.declare(999, Tie.OFFICE, "Dinas", user.user_id)


def test_a_namesake_is_barred_too_rather_than_guessed_about(store: Store) -> None:
    """A name alone cannot tell people apart: everybody of that name is handed to others."""
    a_case(store, 4)
    user = add_user(store)
    store.conflicts.declare(user.user_id, Tie.RELATIVE, "Uji Rekaan 2", user.user_id)
    assert store.conflicts.persons(user.user_id) == {2}


def test_the_plenary_step_is_barred_too(store: Store) -> None:
    [flag_id] = a_case(store)
    user = add_user(store)
    carry(store, flag_id, user.user_id, State.TRACING)
    _by_office(store, user)
    with pytest.raises(NotAllowedError, match="rekan lain"):
        store.process.plenary(flag_id, user.user_id, Plenary("1/BA", DAY), expected=newest(store, flag_id))


def test_whom_a_user_may_not_see_follows_the_roster(store: Store) -> None:
    user = add_user(store)
    store.conflicts.declare(user.user_id, Tie.OFFICE, "Dinas Contoh", user.user_id)
    assert store.conflicts.persons(user.user_id) == frozenset()
    people = add_people(store, 3)
    assert store.conflicts.persons(user.user_id) == {one.person_id for one in people}
    tie = store.conflicts.declare(user.user_id, Tie.RELATIVE, "Siapa Pun", user.user_id)
    store.conflicts.end(tie.conflict_id - 1, user.user_id)
    assert store.conflicts.persons(user.user_id) == frozenset()
