"""The road after the first information: every guard says what is missing, every step is an event, nothing is unseen."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from pathlib import Path

import pytest

from monitor.errors import ConflictError, NotAllowedError
from monitor.models import Basis, Condition, Outcome, Page, ReasonCode, Role, Screened, State
from monitor.store import EvidenceCheck, Happened, Objection, Plenary, Ruling, Store
from tests.fakes import START, FakeClock
from tests.fakes_process import DAY, agree, carry, newest, other, sound, verify_account
from tests.fakes_store import a_case, a_response, add_people, add_user, an_actor, an_item, an_opinion, save

SENT = (State.FORWARDED, State.FINDING)


def rule(store: Store, flag_id: int, user: int, state: State = State.FORWARDED, **changes: object) -> None:
    evidence = changes.get("evidence", sound(store, flag_id))
    assert evidence is None or isinstance(evidence, EvidenceCheck)
    reason = ReasonCode.NOT_PROVEN if state is State.STOPPED else None
    store.process.rule(flag_id, user, Ruling(state, reason), evidence=evidence, expected=newest(store, flag_id))


@pytest.mark.parametrize("target", [State.TRACING, State.PLENARY, State.STOPPED, *SENT])
def test_the_whole_road_is_events_and_the_audit_is_whole(store: Store, target: State) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    carry(store, flag_id, user, target)
    assert store.flags.get(flag_id).state is target
    kinds = [one.kind for one in store.process.events(flag_id)]
    road = [Happened.TRACING, Happened.PLENARY, Happened.RULING]
    assert kinds == road[: len(kinds)]
    steps = [one.decision_id for one in store.process.events(flag_id)]
    assert steps == [one.decision_id for one in store.decisions.history(flag_id)[1:]]
    assert store.audit.verify().ok


@pytest.mark.parametrize("state", SENT)
def test_everything_that_is_missing_is_said_at_once(store: Store, state: State) -> None:
    """A case pushed to the plenary by an older program: no second look, no minutes, no account, no evidence."""
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    carry(store, flag_id, user, State.PLENARY)
    account = store.flags.get(flag_id).actor.account
    assert account is not None
    store.roster.set_condition(account.account_id, Condition.SHARED, user, present=True, seen="dipakai berdua")
    with pytest.raises(NotAllowedError) as refused:
        rule(store, flag_id, user, state, evidence=None)
    said = str(refused.value)
    for word in ("cocok", "terverifikasi", "bersama", "bukti belum diperiksa"):
        assert word in said
    assert {one.code for one in store.process.lacking(flag_id)} == {"akun", "kondisi", "bukti"}
    assert store.flags.get(flag_id).state is State.PLENARY


@pytest.mark.parametrize("condition", Condition)
def test_no_condition_of_the_account_is_passed_over(store: Store, condition: Condition) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    carry(store, flag_id, user, State.PLENARY)
    verify_account(store, flag_id, user)
    account = store.flags.get(flag_id).actor.account
    assert account is not None
    store.roster.set_condition(account.account_id, condition, user, present=True, seen="terlihat")
    with pytest.raises(NotAllowedError, match=condition.value):
        rule(store, flag_id, user)
    store.roster.set_condition(account.account_id, condition, user, present=False, seen="sudah jernih")
    rule(store, flag_id, user)
    assert store.flags.get(flag_id).state is State.FORWARDED


def test_a_name_alone_is_sent_nowhere_before_the_person_is_identified(store: Store) -> None:
    [person] = add_people(store)
    save(store, an_item("artikel"))
    [stored] = store.items.unscreened(5)
    actor = an_actor(store, person)
    named = type(actor)(person, Basis.NAME, 0.4, None, actor.appointment, (), 2)
    store.flags.save([Screened(stored, ((named, an_opinion()),))], 1, "d")
    user = add_user(store).user_id
    carry(store, 1, user, State.PLENARY)
    with pytest.raises(NotAllowedError, match="hanya namanya"):
        rule(store, 1, user)
    store.process.identify(1, user, "kartu pegawai diperlihatkan atasan")
    rule(store, 1, user, State.FINDING)
    assert store.flags.get(1).state is State.FINDING


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        (EvidenceCheck(1, 0, START), "tidak ada bukti"),
        (EvidenceCheck(1, 3, START, ("bukti abc rusak",)), "bukti abc rusak"),
        (EvidenceCheck(2, 3, START), "belum diperiksa"),
        (EvidenceCheck(1, 3, START - timedelta(hours=2)), "belum diperiksa"),
        (EvidenceCheck(1, 3, START + timedelta(minutes=5)), "belum diperiksa"),
    ],
)
def test_evidence_is_checked_anew_for_this_case(store: Store, evidence: EvidenceCheck, said: str) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    carry(store, flag_id, user, State.PLENARY)
    verify_account(store, flag_id, user)
    with pytest.raises(NotAllowedError, match=said):
        rule(store, flag_id, user, evidence=evidence)


def test_stopping_needs_none_of_it_but_a_reason(store: Store) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    carry(store, flag_id, user, State.PLENARY)
    with pytest.raises(NotAllowedError, match="alasan"):
        store.process.rule(flag_id, user, Ruling(State.STOPPED), evidence=None, expected=newest(store, flag_id))
    rule(store, flag_id, user, State.STOPPED, evidence=None)
    assert store.flags.get(flag_id).state is State.STOPPED


@pytest.mark.parametrize("state", [State.TRACING, State.PLENARY, State.STOPPED, *SENT])
def test_no_later_step_has_a_side_door(store: Store, state: State) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    carry(store, flag_id, user, {State.TRACING: State.LEAD, State.PLENARY: State.TRACING}.get(state, State.PLENARY))
    with pytest.raises(NotAllowedError, match="Proses"):
        store.decisions.append(
            flag_id, user, state, ReasonCode.NOT_PROVEN if state is State.STOPPED else None, "",
            expected=newest(store, flag_id),
        )  # fmt: skip


def test_tracing_waits_for_the_second_look(store: Store) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    carry(store, flag_id, user, State.LEAD)
    with pytest.raises(NotAllowedError, match="tinjauan kedua belum selesai"):
        store.process.trace(flag_id, user, "Tim", DAY, "", expected=newest(store, flag_id))
    agree(store, flag_id, reason=ReasonCode.QUOTED_NEWS)
    with pytest.raises(NotAllowedError, match="peninjau ketiga"):
        store.process.trace(flag_id, user, "Tim", DAY, "", expected=newest(store, flag_id))


@pytest.mark.parametrize("plenary", [Plenary("", DAY), Plenary("  ", DAY), Plenary("1/BA", date(2031, 1, 1))])
def test_a_plenary_has_a_number_and_a_day_that_was(store: Store, plenary: Plenary) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    carry(store, flag_id, user, State.TRACING)
    with pytest.raises(NotAllowedError, match=r"nomor berita acara|masa depan"):
        store.process.plenary(flag_id, user, plenary, expected=newest(store, flag_id))


def test_two_people_at_once_do_not_both_move_a_case(store: Store) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    carry(store, flag_id, user, State.LEAD)
    agree(store, flag_id)
    seen = newest(store, flag_id)
    store.process.trace(flag_id, user, "Tim", DAY, "", expected=seen)
    with pytest.raises(ConflictError):
        store.process.trace(flag_id, user, "Tim", DAY, "", expected=seen)


def test_the_clock_starts_where_a_plenary_says_and_not_at_the_first_word(store: Store, clock: FakeClock) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    before = store.process.times(flag_id)
    assert (before.event_at, before.captured_at, before.lead_at, before.known_at, before.known_by) == (
        START - timedelta(days=1), START, None, None, "",
    )  # fmt: skip
    carry(store, flag_id, user, State.LEAD)
    led = store.process.times(flag_id)
    assert (led.lead_at, led.known_at) == (clock(), None)
    clock.tick(days=3)
    with pytest.raises(NotAllowedError, match="nomor"):
        store.process.know(flag_id, user, clock(), "")
    with pytest.raises(NotAllowedError, match="masa depan"):
        store.process.know(flag_id, user, clock() + timedelta(hours=1), "1/BA")
    store.process.know(flag_id, user, clock(), "1/BA")
    first = store.process.times(flag_id)
    assert (first.known_at, first.known_by) == (START + timedelta(days=3), "informasi_awal")
    agree(store, flag_id)
    store.process.trace(flag_id, user, "Tim", DAY, "", expected=newest(store, flag_id))
    clock.tick(days=7)
    held = Plenary("2/BA", clock().date(), known_at=clock())
    store.process.plenary(flag_id, user, held, expected=newest(store, flag_id))
    then = store.process.times(flag_id)
    assert (then.known_at, then.known_by) == (START + timedelta(days=10), "pleno")
    with pytest.raises(NotAllowedError, match="tidak ada"):
        store.process.times(99)


def test_the_form_may_be_switched_and_says_why(store: Store) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    assert store.process.form(flag_id) is None
    for form, why in (("DIS-99", "karena"), ("DIS-6", " ")):
        with pytest.raises(NotAllowedError):
            store.process.switch_form(flag_id, user, form, why)
    store.process.switch_form(flag_id, user, "KE-4", "terjadi sebelum penetapan")
    store.process.switch_form(flag_id, user, "DIS-6", "penetapan lebih awal")
    assert store.process.form(flag_id) == ("DIS-6", "penetapan lebih awal")


OBJECTION = Objection(DAY, "surat", "Akun itu dipakai anak saya.", "a" * 64)


@pytest.mark.parametrize("ended", [State.STOPPED, *SENT, State.CLEARED])
def test_an_objection_opens_an_ended_case_again(store: Store, ended: State) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    if ended is State.CLEARED:
        store.decisions.append(flag_id, user, State.CLEARED, ReasonCode.PASSIVE, "", expected=None)
    else:
        carry(store, flag_id, user, ended)
    made = store.process.object(flag_id, user, OBJECTION, expected=newest(store, flag_id))
    flag = store.flags.get(flag_id)
    assert (flag.state, made.kind, made.detail["saluran"]) == (State.IN_REVIEW, Happened.OBJECTION, "surat")
    assert made.decision_id == flag.decisions[-1].decision_id
    with pytest.raises(NotAllowedError, match="tidak dapat dibatalkan"):
        store.decisions.undo(flag.decisions[-1].decision_id, user, flag.decisions[-1].decision_id)
    assert store.process.lacking(flag_id)[0].code in {"akun", "tinjauan"}
    assert store.audit.verify().ok


@pytest.mark.parametrize("running", [State.LEAD, State.TRACING, State.PLENARY])
def test_an_objection_to_a_running_case_is_written_down_and_moves_nothing(store: Store, running: State) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    carry(store, flag_id, user, running)
    store.process.object(flag_id, user, OBJECTION, expected=newest(store, flag_id))
    assert store.flags.get(flag_id).state is running
    assert store.process.events(flag_id)[-1].kind is Happened.OBJECTION


def test_a_note_opens_nothing_again_and_new_evidence_does(store: Store, clock: FakeClock) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    store.decisions.append(flag_id, user, State.CLEARED, ReasonCode.QUOTED_NEWS, "", expected=None)
    store.process.note(flag_id, user, "dibicarakan lagi")
    assert store.flags.get(flag_id).state is State.CLEARED
    with pytest.raises(NotAllowedError, match="tidak ada versi"):
        store.process.new_evidence(flag_id, user, "katanya ada", expected=newest(store, flag_id))
    clock.tick(hours=1)
    page = Page(Outcome.OK_ITEMS, (an_item("p0", "Ayo nomor satu, disunting"),))
    answer = a_response(fetched_at=clock())
    store.items.save_page(source_id="contoh", run_id=1, response=answer, page=page, evidence_sha256="f" * 64)
    assert store.process.fresh_evidence(flag_id) != []
    store.process.new_evidence(flag_id, user, "kata-katanya berubah", expected=newest(store, flag_id))
    assert store.flags.get(flag_id).state is State.IN_REVIEW
    with pytest.raises(NotAllowedError, match="masih terbuka"):
        store.process.new_evidence(flag_id, user, "lagi", expected=newest(store, flag_id))


def test_a_case_opened_again_needs_everything_anew(store: Store) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    carry(store, flag_id, user, State.FORWARDED)
    store.process.object(flag_id, user, OBJECTION, expected=newest(store, flag_id))
    assert not store.reviews.settled(flag_id)
    assert {"tinjauan", "pleno"} <= {one.code for one in store.process.lacking(flag_id)}


def test_a_question_waits_with_its_day_and_stops_nothing(store: Store) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    asked = store.process.ask(flag_id, user, "apakah akun dipakai bersama?", "Dinas Contoh", date(2025, 6, 5))
    store.process.ask(flag_id, user, "siapa yang memotret?", "pelapor", date(2025, 6, 3))
    assert [one.whom for one in store.process.questions(flag_id)] == ["pelapor", "Dinas Contoh"]
    assert [one.whom for one in store.process.questions(regions=frozenset({"Kabupaten Lain"}))] == []
    assert store.flags.get(flag_id).state is State.NEW
    store.process.answer(flag_id, user, asked.event_id, "tidak, miliknya sendiri")
    assert [one.whom for one in store.process.questions()] == ["pelapor"]
    with pytest.raises(NotAllowedError, match="sudah dijawab"):
        store.process.answer(flag_id, user, asked.event_id, "lagi")


@pytest.mark.parametrize("empty", ["", "   "])
def test_nothing_empty_is_written(store: Store, empty: str) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    process = store.process
    for write in (
        lambda: process.note(flag_id, user, empty),
        lambda: process.identify(flag_id, user, empty),
        lambda: process.ask(flag_id, user, empty, "siapa", DAY),
        lambda: process.ask(flag_id, user, "apa", empty, DAY),
        lambda: process.object(flag_id, user, Objection(DAY, empty, "isi"), expected=None),
        lambda: process.object(flag_id, user, Objection(DAY, "surat", empty), expected=None),
        lambda: process.note(flag_id, user, "x" * 5000),
        lambda: process.note(999, user, "tidak ada"),
    ):
        with pytest.raises(NotAllowedError):
            write()
    assert process.events(flag_id) == []


def test_any_change_of_any_row_is_found(store: Store, tmp_path: Path) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    carry(store, flag_id, user, State.FORWARDED)
    assert store.audit.verify().ok
    tampering = (
        ("process_events", "payload='{}'"), ("process_events", "user_id=2"), ("reviews", "state='bersih'"),
        ("reviews", "user_id=1"), ("review_notes", "note='lain'"),
    )  # fmt: skip
    for table, change in tampering:
        copy = tmp_path / f"{table}.db"
        copy.unlink(missing_ok=True)
        store.backup(copy)
        with sqlite3.connect(copy) as plain:
            plain.execute(f"DROP TRIGGER IF EXISTS {table}_fixed")
            plain.execute(f"UPDATE {table} SET {change}")
        plain.close()
        with Store.open(copy, FakeClock()) as opened:
            report = opened.audit.verify()
        assert not report.ok, (table, change)
        assert any(table in one for one in report.problems)


def test_an_erased_item_takes_the_words_of_its_case_with_it(store: Store, tmp_path: Path) -> None:
    [flag_id] = a_case(store)
    user = add_user(store).user_id
    secret = "saksi bernama Uji Rahasia"
    store.process.note(flag_id, user, secret)
    store.decisions.append(flag_id, user, State.LEAD, ReasonCode.CALL, "", expected=None)
    due = store.reviews.waiting(flag_id)
    assert due is not None
    store.reviews.decide(due, other(store).user_id, State.LEAD, ReasonCode.CALL, secret)
    store.audit.erase_item(1, "permintaan subjek data", user)
    assert all(one.erased and one.detail == {} for one in store.process.events(flag_id))
    assert store.reviews.of(flag_id)[0].note == ""
    assert store.reviews.waiting(flag_id) is None
    assert store.audit.verify().ok
    assert secret.encode() not in (tmp_path / "netra.db").read_bytes()


def test_a_role_alone_makes_no_second_look(store: Store) -> None:
    [flag_id] = a_case(store)
    carry(store, flag_id, add_user(store).user_id, State.LEAD)
    auditor = add_user(store, "auditor", roles=[Role.AUDITOR])
    assert store.reviews.due(auditor.user_id) == []
    with pytest.raises(NotAllowedError, match="peran"):
        agree(store, flag_id, auditor)
