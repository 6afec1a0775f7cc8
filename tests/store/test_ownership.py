"""Raising and lowering how sure it is that an account is somebody's: grounds, events, rules, and the next screening."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.errors import ConflictError, NotAllowedError
from monitor.models import AccountRow, Change, Condition, Confidence, PersonKind, Platform, RosterChange, State
from monitor.store import Store
from tests.fakes_store import a_row
from tests.fakes_web import SEEDS, World


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.flag(SEEDS[1])
    return made


def test_a_change_is_an_event_that_names_user_case_grounds_and_date(world: World) -> None:
    roster = world.store.roster
    account = roster.set_confidence(
        1, Confidence.VERIFIED, [" Kartu  pegawai di foto ", "kartu pegawai di foto", "nomor telepon sama"],
        world.monitor.user_id, flag_id=1,
    )  # fmt: skip
    assert account.confidence is Confidence.VERIFIED
    assert account.facts[-2:] == ("Kartu pegawai di foto", "nomor telepon sama")
    roster.set_condition(1, Condition.SHARED, world.second.user_id, present=True, seen="istri ikut membalas", flag_id=1)
    shared, raised = roster.checks(1)
    assert (raised.what, raised.before, raised.after, raised.lowers) == ("keyakinan", "cocok", "terverifikasi", False)
    assert (raised.user_id, raised.flag_id, raised.at) == (world.monitor.user_id, 1, world.clock())
    assert raised.seen == "Kartu pegawai di foto\nnomor telepon sama"
    assert (shared.what, shared.before, shared.after, shared.lowers) == ("bersama", "", "ada", True)
    assert [one.check_id for one in roster.checks(1, limit=1)] == [shared.check_id]
    assert [one.action for one in world.store.audit.entries()][-2:] == ["keyakinan_akun", "keadaan_akun"]
    assert world.store.audit.verify().ok


def test_what_lowered_it_never_speaks_for_it_later(world: World) -> None:
    roster = world.store.roster
    before = roster.accounts()[0].facts
    lowered = roster.set_confidence(1, Confidence.CLAIMED, ["tetangga bilang bukan dia"], world.monitor.user_id)
    assert (lowered.confidence, lowered.facts) == (Confidence.CLAIMED, before)
    assert roster.checks(1)[0].lowers
    assert roster.set_confidence(1, Confidence.MATCHED, ["ia mengaku"], world.monitor.user_id).facts == (
        *before, "ia mengaku",
    )  # fmt: skip


@pytest.mark.parametrize("seen", [[], ["  "]])
def test_nothing_changes_without_something_seen(world: World, seen: list[str]) -> None:
    with pytest.raises(NotAllowedError, match="apa yang dilihat"):
        world.store.roster.set_confidence(1, Confidence.CLAIMED, seen, world.monitor.user_id)
    with pytest.raises(NotAllowedError, match="apa yang dilihat"):
        world.store.roster.set_condition(1, Condition.FAKE, world.monitor.user_id, present=True, seen="".join(seen))
    assert world.store.roster.checks(1) == []


def _person(store: Store, nip: str, kind: PersonKind, office: str = "Dinas Contoh") -> int:

    account = AccountRow(Platform.X, f"x-{nip}-{kind}", "uji", Confidence.MATCHED)
    row = a_row(accounts=(account,))
    held = replace(row.appointment, kind=kind, office=office)
    store.roster.apply([RosterChange(Change.NEW, replace(row, nip=nip, appointment=held), None)])
    return max(one.account_id for one in store.roster.accounts())


@pytest.mark.parametrize(
    ("nip", "kind", "office", "lacks"),
    [
        ("", PersonKind.PNS, "Dinas Contoh", "NIP"),
        ("", PersonKind.PPPK, "Dinas Contoh", "NIP"),
        ("198001012005010777", PersonKind.PNS, "", "instansi"),
        ("", PersonKind.VILLAGE, "Desa Misal", ""),
        ("198001012005010777", PersonKind.PNS, "Dinas Contoh", ""),
    ],
)
def test_verified_needs_name_office_number_two_facts_and_a_person(
    world: World, nip: str, kind: PersonKind, office: str, lacks: str
) -> None:
    roster, facts = world.store.roster, ["pengakuan tertulis", "kartu pegawai"]
    account_id = _person(world.store, nip, kind, office)
    with pytest.raises(NotAllowedError, match="dua fakta"):
        roster.set_confidence(account_id, Confidence.VERIFIED, facts[:1], world.monitor.user_id)
    with pytest.raises(NotAllowedError, match="petugas"):
        roster.set_confidence(account_id, Confidence.VERIFIED, facts, None)
    if lacks:
        assert [one.value for one in roster.missing(account_id, facts)] == [lacks.lower()]
        with pytest.raises(NotAllowedError, match=lacks):
            roster.set_confidence(account_id, Confidence.VERIFIED, facts, world.monitor.user_id)
    else:
        assert roster.missing(account_id, facts) == ()
        roster.set_confidence(account_id, Confidence.VERIFIED, facts, world.monitor.user_id)
        assert roster.missing(account_id) == ()
    assert roster.missing(999) == ()


def test_two_who_look_at_the_same_time_do_not_overwrite_each_other(world: World) -> None:
    roster = world.store.roster
    roster.set_confidence(1, Confidence.CLAIMED, ["ragu"], world.monitor.user_id, expected=Confidence.MATCHED)
    with pytest.raises(ConflictError):
        roster.set_confidence(1, Confidence.VERIFIED, ["a", "b"], world.second.user_id, expected=Confidence.MATCHED)
    assert len(roster.checks(1)) == 1


def test_open_flags_are_judged_again_as_after_an_import_and_decided_ones_are_left_alone(world: World) -> None:
    store = world.store
    store.roster.set_confidence(1, Confidence.CLAIMED, ["ragu"], world.monitor.user_id)
    assert store.acts.overtaken(10) == [1]
    store.decisions.append(1, world.monitor.user_id, State.IN_REVIEW, None, "", expected=None)
    other = world.flag(SEEDS[2], 1)
    person = store.flags.get(other).actor.person
    held = person.appointments[0]

    row = replace(a_row(), nip="198001012005010002", appointment=replace(held, post="Pindah Meja"))
    store.roster.apply([RosterChange(Change.UPDATED, row, person)])
    assert store.acts.overtaken(10) == [1, 2]
