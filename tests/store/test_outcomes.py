"""Answers of authorities: entered once whole, corrected by a new one, counted for rules and model, erasable."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date, timedelta

import pytest

from monitor.errors import ConflictError, NotAllowedError
from monitor.models import State
from monitor.store import Answer, OutcomeGround, Proof, Result, Store
from tests.fakes import START, FakeClock
from tests.fakes_process import carry
from tests.fakes_store import a_case, add_user

ANSWER = Answer(Result.PROVEN, START.date(), "Kantor Kepegawaian Contoh", "S-12/UJI/2025", sanction="Teguran rekaan")
FELL = replace(ANSWER, result=Result.NOT_PROVEN, sanction="", ground=OutcomeGround.WORDS)


def handed_on(store: Store, user_id: int, count: int = 1) -> list[int]:
    """Cases at the end of their way, each step by an event."""
    flags = a_case(store, count)
    for flag_id in flags:
        carry(store, flag_id, user_id, State.FORWARDED)
    return flags


def test_an_answer_is_entered_read_back_and_audited_without_its_words(store: Store, clock: FakeClock) -> None:
    user = add_user(store).user_id
    [flag_id] = handed_on(store, user)
    clock.tick(days=1)
    made = store.outcomes.append(flag_id, user, ANSWER, expected=None)
    assert store.outcomes.history(flag_id) == [made]
    assert (made.answer, made.user_id, made.at, made.replaces) == (ANSWER, user, clock(), None)
    entry = store.audit.entries()[-1]
    assert (entry.action, entry.subject, entry.user_id) == ("hasil", f"flag:{flag_id}", user)
    assert "Teguran" not in entry.payload
    assert "terbukti" in entry.payload
    assert store.audit.verify().ok


def test_only_cases_that_were_handed_on_can_be_answered(store: Store) -> None:
    user = add_user(store).user_id
    [flag_id] = a_case(store)
    for number in (flag_id, 999):
        with pytest.raises(NotAllowedError):
            store.outcomes.append(number, user, ANSWER, expected=None)
    assert store.outcomes.history(flag_id) == []


@pytest.mark.parametrize(
    "wrong",
    [
        replace(ANSWER, authority="  "),
        replace(ANSWER, document=""),
        replace(ANSWER, note="x" * 2001),
        replace(ANSWER, decided_on=START.date() + timedelta(days=2)),
        replace(FELL, sanction="Teguran rekaan"),
    ],
)
def test_an_answer_that_nobody_could_look_up_is_refused(store: Store, wrong: Answer) -> None:
    user = add_user(store).user_id
    [flag_id] = handed_on(store, user)
    with pytest.raises(NotAllowedError):
        store.outcomes.append(flag_id, user, wrong, expected=None)
    assert store.outcomes.history(flag_id) == []


def test_today_is_the_easternmost_today(store: Store, clock: FakeClock) -> None:
    user = add_user(store).user_id
    [flag_id] = handed_on(store, user)
    clock.now = clock.now.replace(hour=15, minute=0)  # midnight of the next day in WIT
    made = store.outcomes.append(flag_id, user, replace(ANSWER, decided_on=date(2025, 6, 2)), expected=None)
    assert made.answer.decided_on == date(2025, 6, 2)


def test_a_correction_is_a_new_answer_and_the_first_one_stays(store: Store) -> None:
    user = add_user(store).user_id
    [flag_id] = handed_on(store, user)
    first = store.outcomes.append(flag_id, user, ANSWER, expected=None)
    with pytest.raises(ConflictError, match="tidak ada yang diubah"):
        store.outcomes.append(flag_id, user, FELL, expected=None)
    second = store.outcomes.append(flag_id, user, FELL, expected=first.outcome_id)
    assert [one.outcome_id for one in store.outcomes.history(flag_id)] == [first.outcome_id, second.outcome_id]
    assert sum(proof.proven for proof in store.outcomes.proofs().values()) == 0
    for table in ("outcomes", "outcome_texts"):
        with pytest.raises(sqlite3.IntegrityError), store._connection.transaction() as db:
            db.execute(f"DELETE FROM {table}")
    with pytest.raises(sqlite3.IntegrityError), store._connection.transaction() as db:
        db.execute("UPDATE outcomes SET result='terbukti'")


def test_what_is_changed_behind_its_back_is_found(store: Store) -> None:
    user = add_user(store).user_id
    [flag_id] = handed_on(store, user)
    store.outcomes.append(flag_id, user, ANSWER, expected=None)
    with store._connection.transaction() as db:
        db.execute("DROP TRIGGER outcomes_fixed")
        db.execute("UPDATE outcomes SET result='tidak_terbukti'")
    assert not store.audit.verify().ok


def test_answers_are_counted_by_rule_and_by_model_and_what_is_not_of_the_words_stands_aside(store: Store) -> None:
    user = add_user(store).user_id
    flags = handed_on(store, user, 4)
    answers = [ANSWER, FELL, replace(FELL, ground=OutcomeGround.PERSON), replace(ANSWER, result=Result.PARTLY)]
    for flag_id, answer in zip(flags, answers, strict=True):
        store.outcomes.append(flag_id, user, answer, expected=None)
    counted = store.outcomes.proofs()
    assert set(counted.values()) == {Proof(2, 1, 1)}
    assert store.outcomes.proofs(frozenset({"Kabupaten Tiada"})) == {}
    above, below = store.outcomes.of_model(0.0)
    assert (above, below) == (Proof(2, 1, 1), Proof())
    assert store.outcomes.of_model(1.0)[1].answered == 4


def test_words_that_the_authority_held_for_neutral_are_taught_as_neutral(store: Store) -> None:
    user = add_user(store).user_id
    flags = handed_on(store, user, 3)
    for flag_id, ground in zip(flags[:2], (OutcomeGround.WORDS, OutcomeGround.PERSON), strict=True):
        store.outcomes.append(flag_id, user, replace(FELL, ground=ground), expected=None)
    assert sorted(lesson.partisan for lesson in store.learning.lessons()) == [False, True, True]


def test_erasing_the_item_empties_the_words_and_the_chain_stays_whole(store: Store) -> None:
    user = add_user(store).user_id
    [flag_id] = handed_on(store, user)
    store.outcomes.append(flag_id, user, ANSWER, expected=None)
    store.audit.erase_item(store.flags.get(flag_id).stored.item_id, "jadwal retensi rekaan", None)
    [left] = store.outcomes.history(flag_id)
    assert left.erased
    assert (left.answer.authority, left.answer.document, left.answer.sanction) == ("", "", "")
    assert left.answer.result is Result.PROVEN
    assert store.audit.verify().ok
