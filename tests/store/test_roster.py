from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from monitor.errors import NotAllowedError
from monitor.models import (
    AccountRow,
    Appointment,
    Change,
    Condition,
    Confidence,
    HandleSpan,
    Person,
    PersonKind,
    Platform,
    RosterChange,
    RosterRow,
)
from monitor.store import Store
from tests.fakes import START, FakeClock
from tests.fakes_store import a_row, add_people, add_user

TODAY = START.date()


def change(store: Store, kind: Change, row: RosterRow | None, person: Person | None = None) -> None:
    store.roster.apply([RosterChange(kind, row, person)])


def apply_to_first(store: Store, kind: Change, row: RosterRow | None) -> Person:
    change(store, kind, row, store.roster.persons()[0])
    return store.roster.persons()[0]


def test_a_new_person_comes_back_with_accounts(store: Store) -> None:
    row = a_row(spouse_of_candidate=True, leave_since=date(2025, 1, 1), leave_until=date(2025, 3, 1))
    counts = store.roster.apply([RosterChange(Change.NEW, row, None)], user_id=None)
    assert counts[Change.NEW] == 1
    [person] = store.roster.persons()
    assert (person.name, person.full_name) == (row.name, row.full_name)
    assert person.appointments == (row.appointment,)
    assert person.spouse_of_candidate
    assert person.on_unpaid_leave(date(2025, 2, 1))
    [account] = store.roster.accounts()
    assert (account.person_id, account.native_id, account.handle) == (person.person_id, "ig-1", "uji.rekaan.1")
    assert account.confidence is Confidence.MATCHED


def test_known_by_nip_and_by_name_and_office(store: Store) -> None:
    [person] = add_people(store)
    assert store.roster.known() == {
        "nip:198001012005010001": person,
        "nama:uji rekaan 1|dinas contoh": person,
    }
    assert set(store.roster.keys().values()) == {person.person_id}


def test_the_nip_is_in_no_person_and_no_audit_payload(store: Store) -> None:
    [person] = add_people(store)
    assert "19800101" not in repr(person)
    assert not any("19800101" in entry.payload + entry.subject for entry in store.audit.entries())


def test_applying_again_changes_nothing(store: Store) -> None:
    [person] = add_people(store)
    head = store.audit.head()
    change(store, Change.SAME, a_row(), person)
    change(store, Change.NEW, a_row())
    assert store.roster.persons() == [person]
    assert len(store.roster.accounts()) == 1
    assert store.audit.head() == head


def test_a_move_closes_the_old_appointment_the_day_before(store: Store) -> None:
    add_people(store)
    moved = Appointment(PersonKind.PNS, "Kecamatan Contoh", "Camat", "Kabupaten Misal", date(2025, 4, 1))
    person = apply_to_first(store, Change.MOVED, a_row(appointment=moved))
    assert person.appointments == (replace(a_row().appointment, until=date(2025, 3, 31)), moved)
    assert person.on(date(2025, 3, 31)).office == "Dinas Contoh"
    assert person.on(date(2025, 4, 1)).office == "Kecamatan Contoh"
    assert store.audit.verify().ok


def test_a_move_without_a_date_counts_from_today(store: Store) -> None:
    add_people(store)
    moved = replace(a_row().appointment, office="Badan Contoh", since=None)
    person = apply_to_first(store, Change.MOVED, a_row(appointment=moved))
    assert [(one.since, one.until) for one in person.appointments] == [
        (date(2020, 1, 1), TODAY - timedelta(days=1)),
        (TODAY, None),
    ]
    assert apply_to_first(store, Change.SAME, a_row(appointment=moved)) == person


def test_a_post_that_began_no_later_than_the_old_one_corrects_it(store: Store) -> None:
    add_people(store)
    right = replace(a_row().appointment, post="Sekretaris", since=date(2019, 5, 1))
    assert apply_to_first(store, Change.UPDATED, a_row(appointment=right)).appointments == (right,)


def test_a_pension_closes_and_a_gone_person_stays(store: Store) -> None:
    add_people(store, 2)
    person = apply_to_first(store, Change.RETIRED, a_row(retired_on=date(2025, 5, 1)))
    assert person.on(date(2025, 4, 30)) is not None
    assert person.on(date(2025, 5, 1)) is None
    gone = store.roster.persons()[1]
    change(store, Change.GONE, None, gone)
    change(store, Change.GONE, None, gone)
    assert store.roster.persons()[1] == gone
    sql = "SELECT missing_since FROM persons WHERE person_id=2"
    assert store._connection.db.execute(sql).fetchone()[0] == TODAY.isoformat()
    change(store, Change.SAME, a_row(2), gone)
    assert store._connection.db.execute(sql).fetchone()[0] is None


def test_a_new_handle_of_the_same_account_joins_its_history(store: Store, clock: FakeClock) -> None:
    add_people(store)
    clock.tick(days=10)
    apply_to_first(
        store,
        Change.UPDATED,
        a_row(accounts=(AccountRow(Platform.INSTAGRAM, "ig-1", "nama.baru", Confidence.MATCHED),)),
    )
    [account] = store.roster.accounts()
    assert account.handles == (
        HandleSpan("uji.rekaan.1", None, TODAY + timedelta(days=9)),
        HandleSpan("nama.baru", TODAY + timedelta(days=10), None),
    )
    assert account.handle == "nama.baru"


def test_an_id_learnt_later_joins_the_account_known_by_handle(store: Store) -> None:
    plain = AccountRow(Platform.X, "", "Uji_Rekaan", Confidence.VERIFIED, ("a", "b"))
    change(store, Change.NEW, a_row(accounts=(plain,)))
    assert store.roster.accounts()[0].confidence is Confidence.MATCHED
    apply_to_first(store, Change.UPDATED, a_row(accounts=(replace(plain, native_id="x-1", handle="uji_rekaan"),)))
    [account] = store.roster.accounts()
    assert (account.native_id, account.confidence) == ("x-1", Confidence.VERIFIED)
    apply_to_first(store, Change.UPDATED, a_row(accounts=(replace(plain, native_id="x-2"),)))
    assert len(store.roster.accounts()) == 2


def test_a_list_never_lowers_what_a_person_set(store: Store) -> None:
    add_people(store)
    user = add_user(store).user_id
    store.roster.set_confidence(1, Confidence.VERIFIED, ["pengakuan", "kartu"], user)
    store.roster.set_condition(1, Condition.SHARED, user, present=True, seen="dua orang membalas pesan")
    store.roster.set_condition(1, Condition.SHARED, user, present=False, seen="hanya satu orang, menurut surat")
    listed = AccountRow(
        Platform.INSTAGRAM, "ig-1", "uji.rekaan.1", Confidence.CLAIMED, ("dari daftar",), frozenset({Condition.SHARED})
    )
    apply_to_first(store, Change.UPDATED, a_row(accounts=(listed,)))
    [account] = store.roster.accounts()
    assert account.confidence is Confidence.VERIFIED
    assert account.conditions == frozenset()
    assert account.facts == ("pengakuan", "kartu", "dari daftar")
    assert store.audit.verify().ok


def test_a_list_may_lower_what_only_a_list_said(store: Store) -> None:
    add_people(store)
    listed = AccountRow(Platform.INSTAGRAM, "ig-1", "uji.rekaan.1", Confidence.CLAIMED)
    apply_to_first(store, Change.UPDATED, a_row(accounts=(listed,)))
    assert store.roster.accounts()[0].confidence is Confidence.CLAIMED


@pytest.mark.parametrize("facts", [[], ["kartu"], ["kartu", " Kartu "], ["kartu", "  "]])
def test_verified_needs_two_facts(store: Store, facts: list[str]) -> None:
    add_people(store)
    with pytest.raises(NotAllowedError, match="dua fakta"):
        store.roster.set_confidence(1, Confidence.VERIFIED, facts, None)
    assert store.roster.accounts()[0].confidence is Confidence.MATCHED


def test_a_person_may_verify_an_account_without_an_id(store: Store) -> None:
    change(store, Change.NEW, a_row(accounts=(AccountRow(Platform.X, "", "uji"),)))
    user = add_user(store).user_id
    assert store.roster.set_confidence(1, Confidence.VERIFIED, ["a", "b"], user).confidence is Confidence.VERIFIED
    hijacked = store.roster.set_condition(1, Condition.HIJACKED, user, present=True, seen="laporan kehilangan")
    assert hijacked.conditions == {Condition.HIJACKED}
    assert [one.action for one in store.audit.entries()][-2:] == ["keyakinan_akun", "keadaan_akun"]
    with pytest.raises(NotAllowedError, match="tidak ada"):
        store.roster.set_confidence(9, Confidence.CLAIMED, [], user)


def test_nothing_of_a_list_is_applied_when_one_line_fails(store: Store) -> None:
    twin = a_row(2, nip=a_row(1).nip)
    add_people(store)
    person = store.roster.persons()[0]
    change(store, Change.NEW, a_row(2))
    with pytest.raises(Exception, match="UNIQUE"):
        store.roster.apply(
            [RosterChange(Change.NEW, a_row(3), None), RosterChange(Change.UPDATED, twin, store.roster.persons()[1])]
        )
    assert [one.person_id for one in store.roster.persons()] == [person.person_id, 2]


def test_a_list_that_shows_a_pensioner_in_office_opens_the_post_again(store: Store) -> None:
    add_people(store)
    retired = apply_to_first(store, Change.RETIRED, a_row(retired_on=date(2025, 5, 1)))
    assert apply_to_first(store, Change.RETIRED, a_row(retired_on=date(2025, 5, 1))) == retired
    assert apply_to_first(store, Change.SAME, a_row()).appointments == (a_row().appointment,)


def test_a_new_post_after_an_ended_one_leaves_the_gap(store: Store) -> None:
    ended = replace(a_row().appointment, until=date(2024, 12, 31))
    change(store, Change.NEW, a_row(appointment=ended))
    new = Appointment(PersonKind.PPPK, "Badan Contoh", "Analis", "Kabupaten Contoh", date(2025, 3, 1))
    person = apply_to_first(store, Change.MOVED, a_row(appointment=new))
    assert person.appointments == (ended, new)
    assert person.on(date(2025, 2, 1)) is None
    assert apply_to_first(store, Change.SAME, a_row(appointment=new)) == person


def test_somebody_first_seen_as_a_pensioner_is_kept_as_one(store: Store) -> None:
    change(store, Change.NEW, a_row(retired_on=date(2025, 2, 1)))
    assert store.roster.persons()[0].on(date(2025, 2, 1)) is None
    assert store.roster.persons()[0].on(date(2025, 1, 31)) is not None
