"""Sessions, failed tries, second factors, invitations, outside identities and looks, as the store keeps them."""

from __future__ import annotations

import sqlite3
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import NotAllowedError
from monitor.models import Role
from monitor.store import Attempt, IdentityKind, Limits, Stage, Store
from monitor.store.identities import ATTEMPT_WITHIN
from monitor.store.lockouts import of_address, of_both, of_browser, of_name
from monitor.store.passwords import strong
from monitor.store.sessions import CODE_WITHIN
from tests.fakes import FakeClock
from tests.fakes_store import CHEAP, PASSWORD, a_case, add_user

LIMITS = Limits(timedelta(hours=12), timedelta(hours=2))


def everything_said(folder: Path) -> str:
    """Every text of every cell of the database."""
    conn = sqlite3.connect(folder / "netra.db")
    try:
        tables = [name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        return "\n".join(str(row) for table in tables for row in conn.execute(f"SELECT * FROM {table}"))
    finally:
        conn.close()


def test_a_session_lives_by_its_id_and_ends_by_time(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    user = add_user(store)
    token = store.sessions.begin(user.user_id, Stage.FULL, address="192.0.2.7", agent="Peramban Uji " + "x" * 900)
    found = store.sessions.find(token, LIMITS)
    assert found is not None
    assert (found.user_id, found.stage, found.address, len(found.agent)) == (user.user_id, Stage.FULL, "192.0.2.7", 200)
    assert token not in everything_said(tmp_path), "a stolen database opens no session"
    assert store.sessions.find(token + "x", LIMITS) is None
    assert store.sessions.find("", LIMITS) is None
    assert store.sessions.find("\ud800", LIMITS) is None
    clock.now += timedelta(hours=1, minutes=59)
    assert store.sessions.find(token, LIMITS) is not None
    clock.now += timedelta(hours=1, minutes=59)
    assert store.sessions.find(token, LIMITS) is not None, "each use keeps it alive"
    clock.now += timedelta(hours=2)
    assert store.sessions.find(token, LIMITS) is None
    clock.now -= timedelta(hours=2)
    assert store.sessions.find(token, LIMITS) is None, "what has ended does not come back with the clock"


def test_a_session_never_outlives_its_hours_however_busy(store: Store, clock: FakeClock) -> None:
    token = store.sessions.begin(add_user(store).user_id, Stage.FULL)
    for _hour in range(11):
        clock.now += timedelta(hours=1)
        assert store.sessions.find(token, LIMITS) is not None
    clock.now += timedelta(hours=1)
    assert store.sessions.find(token, LIMITS) is None


def test_a_session_that_waits_for_a_code_lives_ten_minutes(store: Store, clock: FakeClock) -> None:
    token = store.sessions.begin(add_user(store).user_id, Stage.CODE)
    assert store.sessions.find(token, LIMITS) is not None
    clock.now += CODE_WITHIN
    assert store.sessions.find(token, LIMITS) is None


def test_a_new_session_ends_the_one_it_replaces(store: Store) -> None:
    user = add_user(store)
    first = store.sessions.begin(user.user_id, Stage.CODE)
    second = store.sessions.begin(user.user_id, Stage.FULL, replaces=first)
    assert store.sessions.find(first, LIMITS) is None
    assert store.sessions.find(second, LIMITS) is not None


@pytest.mark.parametrize("what", ["sandi", "peran", "pergi", "faktor", "cabut"])
def test_every_change_of_power_ends_the_sessions_at_once(store: Store, what: str) -> None:
    user, other = add_user(store), add_user(store, "lain")
    store.factors.enrol(user.user_id, "lama", 1, [])
    token, theirs = (store.sessions.begin(one.user_id, Stage.FULL) for one in (user, other))
    {
        "sandi": lambda: store.users.set_password(user.user_id, "sandi lain yang panjang"),
        "peran": lambda: store.users.set_roles(user.user_id, [Role.AUDITOR]),
        "pergi": lambda: store.users.deactivate(user.user_id),
        "faktor": lambda: store.factors.enrol(user.user_id, "segel", 1, []),
        "cabut": lambda: store.factors.reset(user.user_id, by=other.user_id),
    }[what]()
    assert store.sessions.find(token, LIMITS) is None
    assert store.sessions.find(theirs, LIMITS) is not None


def test_one_ends_only_ones_own_sessions(store: Store) -> None:
    user, other = add_user(store), add_user(store, "lain")
    kept, gone = (store.sessions.begin(user.user_id, Stage.FULL) for _ in range(2))
    theirs = store.sessions.begin(other.user_id, Stage.FULL)
    foreign = store.sessions.find(theirs, LIMITS)
    mine = store.sessions.find(kept, LIMITS)
    assert foreign is not None
    assert mine is not None
    assert not store.sessions.end(foreign.session_id, user.user_id)
    assert [one.session_id for one in store.sessions.of(user.user_id, LIMITS)] == [mine.session_id + 1, mine.session_id]
    assert store.sessions.end_others(user.user_id, mine.session_id) == 1
    assert store.sessions.find(gone, LIMITS) is None
    assert store.sessions.find(kept, LIMITS) is not None
    assert store.sessions.find(theirs, LIMITS) is not None
    actions = [one.action for one in store.audit.entries()]
    assert actions.count("masuk") == 3
    assert "sesi_diakhiri" in actions


def test_each_more_failure_costs_twice_the_time_up_to_a_limit(store: Store, clock: FakeClock) -> None:
    meter, waits = of_both("sinta", "192.0.2.1"), []
    for _try in range(20):
        waited = store.lockouts.charge([meter])
        waits.append(round(waited.total_seconds()))
        clock.now += waited
        if waited:
            assert store.lockouts.charge([meter]) == timedelta(0), "after the wait the next try is let through"
    assert waits[:5] == [0] * 5
    assert waits[6:12] == [2, 4, 8, 16, 32, 64]
    assert max(waits) == 900, "never longer than a quarter of an hour"
    clock.now += timedelta(hours=25)
    assert store.lockouts.charge([meter]) == timedelta(0)
    assert store.lockouts.pressure().failures == 0
    assert store.audit.verify().ok


def test_guessing_elsewhere_does_not_keep_a_known_browser_out(store: Store) -> None:
    for number in range(200):
        store.lockouts.charge([of_name("sinta"), of_address(f"192.0.2.{number}")])
    assert store.lockouts.charge([of_name("sinta"), of_address("198.51.100.1")]) > timedelta(0)
    assert store.lockouts.charge([of_browser("peramban-sinta")]) == timedelta(0)
    assert store.lockouts.pressure(["sinta", "tomo"]).names == ("sinta",)


def test_success_clears_the_name_but_an_address_only_loses_its_one(store: Store) -> None:
    meters = [of_name("sinta"), of_address("192.0.2.1")]
    for _try in range(30):
        store.lockouts.charge([of_address("192.0.2.1")])
    for _own in range(3):
        assert store.lockouts.charge(meters) == timedelta(0)
        store.lockouts.forgive(meters)
    store.lockouts.charge([of_address("192.0.2.1")])
    assert store.lockouts.charge(meters) > timedelta(0), "signing in as oneself buys no tries at others"


def test_failures_outlive_a_restart_and_name_nobody(tmp_path: Path) -> None:
    clock = FakeClock()
    with Store.open(tmp_path / "netra.db", clock, CHEAP) as store:
        for _try in range(7):
            store.lockouts.charge([of_name("namarahasia"), of_both("namarahasia", "192.0.2.1")])
    with Store.open(tmp_path / "netra.db", clock, CHEAP) as store:
        assert store.lockouts.charge([of_both("namarahasia", "192.0.2.1")]) > timedelta(0)
    assert "namarahasia" not in everything_said(tmp_path)


def test_tries_at_the_same_moment_gain_nothing(store: Store) -> None:
    meter, passed = of_both("sinta", "192.0.2.1"), []

    def attempt() -> None:
        if store.lockouts.charge([meter]) == timedelta(0):
            passed.append(1)

    threads = [threading.Thread(target=attempt) for _ in range(24)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(passed) == meter.free + 1


def test_a_code_is_used_once_and_never_after_a_later_one(store: Store, tmp_path: Path) -> None:
    user, other = add_user(store), add_user(store, "lain")
    store.factors.enrol(user.user_id, "segel", 100, ["satu-dua", "tiga-empat"])
    assert [store.factors.use_step(user.user_id, step) for step in (100, 99, 101, 101, 100, 102)] == [
        False, False, True, False, False, True,
    ]  # fmt: skip
    assert not store.factors.use_code(other.user_id, "satu-dua")
    assert store.factors.use_code(user.user_id, "satu-dua")
    assert not store.factors.use_code(user.user_id, "satu-dua")
    assert store.factors.codes_left(user.user_id) == 1
    assert "tiga-empat" not in everything_said(tmp_path)
    assert store.factors.holders() == {user.user_id}
    assert store.factors.reset(user.user_id, by=other.user_id)
    assert not store.factors.reset(user.user_id, by=other.user_id)
    assert store.factors.secret(user.user_id) == ""
    assert not store.factors.use_code(user.user_id, "tiga-empat")
    last = store.audit.entries(after_seq=store.audit.head().seq - 1)[0]
    assert (last.action, last.user_id, last.subject) == ("faktor_kedua_dicabut", other.user_id, f"user:{user.user_id}")
    store.factors.enrol(user.user_id, "segel baru", 200, ["lima"])
    assert store.factors.codes_left(user.user_id) == 1
    assert store.audit.verify().ok


def test_an_invitation_works_once_and_for_a_while(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    admin = add_user(store, "kepala", roles=[Role.ADMIN])
    user = store.users.create("baru", "Orang Baru", None, [Role.MONITOR], by=admin.user_id)
    first = store.invitations.make(user.user_id, timedelta(hours=72), by=admin.user_id)
    token = store.invitations.make(user.user_id, timedelta(hours=72), by=admin.user_id)
    assert store.invitations.whose(first) is None, "the newer link replaces the older"
    assert store.invitations.whose(token) == user.user_id
    assert set(store.invitations.open_until()) == {user.user_id}
    assert token not in everything_said(tmp_path)
    with pytest.raises(NotAllowedError, match="terlalu pendek"):
        store.invitations.accept(token, "pendek")
    assert store.invitations.accept(token, "empat kata acak sekali") == user.user_id
    assert store.users.verify("baru", "empat kata acak sekali") is not None
    with pytest.raises(NotAllowedError, match="sudah dipakai"):
        store.invitations.accept(token, "sandi pencuri tautan")
    late = store.invitations.make(user.user_id, timedelta(hours=72), by=admin.user_id)
    clock.now += timedelta(hours=72)
    assert store.invitations.whose(late) is None
    store.users.deactivate(user.user_id, by=admin.user_id)
    with pytest.raises(NotAllowedError, match="tidak aktif"):
        store.invitations.make(user.user_id, timedelta(hours=1), by=admin.user_id)
    assert store.audit.verify().ok


def test_an_invitation_of_somebody_who_left_is_worth_nothing(store: Store) -> None:
    user = store.users.create("baru", "Orang Baru", None, [Role.MONITOR])
    token = store.invitations.make(user.user_id, timedelta(hours=1), by=None)
    store.users.deactivate(user.user_id)
    assert store.invitations.whose(token) is None
    store.users.reactivate(user.user_id)
    assert store.users.get(user.user_id) == user


def test_the_last_admin_stays(store: Store) -> None:
    admin = add_user(store, "kepala", roles=[Role.ADMIN])
    for take in (
        lambda: store.users.deactivate(admin.user_id),
        lambda: store.users.set_roles(admin.user_id, [Role.AUDITOR]),
    ):
        with pytest.raises(NotAllowedError, match="admin terakhir"):
            take()
    second = add_user(store, "wakil", roles=[Role.ADMIN])
    store.users.deactivate(admin.user_id)
    with pytest.raises(NotAllowedError, match="admin terakhir"):
        store.users.deactivate(second.user_id)


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("pendek", "terlalu pendek"),
        ("x" * 1001, "terlalu panjang"),
        ("Bawaslu2024!!", "paling dahulu ditebak"),
        ("Password123!", "paling dahulu ditebak"),
        ("1234567890", "paling dahulu ditebak"),
        ("qwertyuiop", "paling dahulu ditebak"),
        ("rahasia-2029", "paling dahulu ditebak"),
        ("aaaaaaaaaaaa", "sedikit huruf"),
        ("sinta.contoh", "nama pengguna"),
        ("Sinta.Contoh2025", "nama pengguna"),
    ],
)
def test_passwords_that_are_guessed_first_are_refused(password: str, said: str) -> None:
    with pytest.raises(NotAllowedError, match=said):
        strong(password, "sinta.contoh")


@pytest.mark.parametrize(
    "password", [PASSWORD, "kuda baterai benar jepit", "Xk2-9qLm-77tz", "sandi baru sekali", "日本語のパスワード文字列"]
)
def test_other_passwords_are_fine(password: str) -> None:
    assert strong(password, "sinta.contoh") == password


def test_the_own_password_is_checked_without_a_new_sign_in(store: Store) -> None:
    user = add_user(store)
    assert store.users.check_password(user.user_id, PASSWORD)
    assert not store.users.check_password(user.user_id, PASSWORD + "x")
    assert not store.users.check_password(99, PASSWORD)


def test_an_outside_identity_belongs_to_one_user(store: Store) -> None:
    one, two, issuer = add_user(store), add_user(store, "lain"), "https://masuk.contoh.invalid"
    store.identities.link(one.user_id, issuer, IdentityKind.EMAIL, " Sinta@Contoh.invalid ")
    store.identities.link(two.user_id, issuer, IdentityKind.SUBJECT, "S-2")
    whose = store.identities.whose
    assert whose(issuer, {IdentityKind.EMAIL: "sinta@contoh.invalid"}) == one.user_id
    assert whose(issuer, {IdentityKind.SUBJECT: "s-2"}) is None, "subjects differ by case"
    assert whose("https://lain.invalid", {IdentityKind.EMAIL: "sinta@contoh.invalid"}) is None
    both = {IdentityKind.EMAIL: "sinta@contoh.invalid", IdentityKind.SUBJECT: "S-2"}
    assert whose(issuer, both) is None, "two different users are no user"
    with pytest.raises(NotAllowedError, match="sudah milik"):
        store.identities.link(two.user_id, issuer, IdentityKind.EMAIL, "SINTA@contoh.invalid")
    with pytest.raises(NotAllowedError, match="isi subjek"):
        store.identities.link(two.user_id, issuer, IdentityKind.SUBJECT, "  ")
    assert store.identities.unlink(one.user_id) == 1
    assert whose(issuer, {IdentityKind.EMAIL: "sinta@contoh.invalid"}) is None
    assert store.audit.verify().ok


def test_a_walk_to_the_provider_is_answered_once_and_in_time(store: Store, clock: FakeClock) -> None:
    store.identities.depart("negara-satu", Attempt("sekali", "penguji"))
    assert store.identities.arrive("lain") is None
    assert store.identities.arrive("negara-satu") == Attempt("sekali", "penguji")
    assert store.identities.arrive("negara-satu") is None
    store.identities.depart("negara-dua", Attempt("sekali", "penguji"))
    clock.now += ATTEMPT_WITHIN + timedelta(seconds=1)
    assert store.identities.arrive("negara-dua") is None


def test_looks_say_who_saw_whom_when(store: Store, clock: FakeClock) -> None:
    one, two = a_case(store, 4)[:2]
    user, other = add_user(store), add_user(store, "lain")
    start = clock.now
    store.views.note(user.user_id, "antrean", flags=[one, two], detail="cari=contoh")
    clock.now += timedelta(minutes=1)
    store.views.note(other.user_id, "orang", persons=[2, 2])
    clock.now += timedelta(minutes=1)
    persons = {store.flags.get(flag).actor.person.person_id for flag in (one, two)}
    looks = list(store.views.between(start, clock.now))
    assert [(look.user_id, look.page, look.detail, look.persons) for look in looks] == [
        (user.user_id, "antrean", "cari=contoh", frozenset(persons)),
        (other.user_id, "orang", "", frozenset({2})),
    ]
    assert list(store.views.between(start, clock.now, other.user_id)) == looks[1:]
    assert list(store.views.between(clock.now, clock.now + timedelta(days=1))) == []


def test_looks_cannot_be_changed_unseen(store: Store, tmp_path: Path) -> None:
    user = add_user(store)
    for number in range(3):
        store.views.note(user.user_id, "antrean", flags=[number])
    store.seals.seal()
    assert store.audit.verify().ok
    conn = sqlite3.connect(tmp_path / "netra.db", isolation_level=None)
    conn.execute("UPDATE views SET user_id = 9 WHERE view_id = 2")
    conn.close()
    report = store.audit.verify()
    assert any("views" in line for line in report.problems)
