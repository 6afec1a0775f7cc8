"""Flags put off, left out, kept filters, and the share of the legal clock in the order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from monitor.errors import HeldError, NotAllowedError
from monitor.models import ReasonCode, Screened, State
from monitor.store import Mine, QueueQuery, Store
from tests.fakes import START, FakeClock
from tests.fakes_store import CHEAP, a_case, add_user, an_item, save

LATER = START + timedelta(days=3)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def office(tmp_path: Path, clock: FakeClock) -> Store:
    with Store.open(tmp_path / "netra.db", clock, CHEAP) as store:
        a_case(store, 4)
        yield store


def seen(store: Store, clock: FakeClock, **query: object) -> list[int]:
    found = store.flags.queue(QueueQuery(now=clock(), limit=99, **query))
    assert found.total == len(found.flags)
    return [flag.flag_id for flag in found.flags]


def test_a_flag_put_off_comes_back_by_itself_with_its_note(office: Store, clock: FakeClock) -> None:
    user = add_user(office).user_id
    office.postponed.put_off(2, user, LATER, "menunggu jawaban dinas")
    assert seen(office, clock) == [1, 3, 4]
    assert seen(office, clock, mine=Mine.POSTPONED, user_id=user) == [2]
    put_off = office.postponed.of(2)
    assert put_off is not None
    assert (put_off.until, put_off.note, put_off.waiting) == (LATER, "menunggu jawaban dinas", True)
    clock.now = LATER
    assert seen(office, clock) == [1, 2, 3, 4]
    again = office.postponed.of(2)
    assert again is not None
    assert not again.waiting
    assert office.postponed.of(1) is None
    assert office.audit.verify().ok


def test_it_can_be_called_back_and_put_off_anew(office: Store, clock: FakeClock) -> None:
    user = add_user(office).user_id
    office.postponed.put_off(2, user, LATER, "")
    office.postponed.put_off(2, user, LATER + timedelta(days=1), "lagi")
    office.postponed.bring_back(2, user)
    assert seen(office, clock) == [1, 2, 3, 4]
    assert office.postponed.of(2) is None
    with pytest.raises(NotAllowedError, match="tidak lagi menunggu"):
        office.postponed.bring_back(2, user)
    actions = [entry.action for entry in office.audit.entries(limit=999) if entry.subject == "flag:2"]
    assert actions == ["tunda", "tunda", "tunda_cabut"]


def test_new_evidence_brings_it_back_a_new_look_of_the_machine_does_not(office: Store, clock: FakeClock) -> None:
    user = add_user(office).user_id
    office.postponed.put_off(2, user, LATER, "")
    flag = office.flags.get(2)
    changed = [Screened(flag.stored, ((flag.actor, replace(flag.opinion, digests=(("aturan", "b" * 64),))),))]
    assert office.flags.save(changed, 2, "d2").changed == 1
    assert 2 not in seen(office, clock)
    save(office, an_item("p1", "disunting: ayo pilih nomor satu"))
    stored = office.items.get(flag.stored.item_id)
    assert stored is not None
    office.flags.save([Screened(stored, ((flag.actor, flag.opinion),))], 3, "d3")
    assert 2 in seen(office, clock)
    assert office.audit.verify().ok


def test_what_is_decided_held_or_past_cannot_be_put_off(office: Store, clock: FakeClock) -> None:
    one, two = add_user(office).user_id, add_user(office, "kedua").user_id
    with pytest.raises(NotAllowedError, match="tanggal tunda"):
        office.postponed.put_off(1, one, START, "")
    office.decisions.append(1, one, State.CLEARED, ReasonCode.PASSIVE, "", expected=None)
    with pytest.raises(NotAllowedError, match="tidak lagi menunggu"):
        office.postponed.put_off(1, one, LATER, "")
    office.leases.take(one, QueueQuery(), 1, timedelta(minutes=5))
    with pytest.raises(HeldError):
        office.postponed.put_off(2, two, LATER, "")
    office.postponed.put_off(2, one, LATER, "")


def test_a_row_changed_behind_the_back_is_found(office: Store) -> None:
    user = add_user(office).user_id
    office.postponed.put_off(2, user, LATER, "")
    db = office._connection.db
    db.execute("UPDATE flags SET until = '9999' WHERE flag_id = 3")
    assert not office.audit.verify().ok
    db.execute("UPDATE flags SET until = '', haste = haste - 1 WHERE flag_id = 3")
    assert not office.audit.verify().ok
    db.execute("UPDATE flags SET haste = urgency")
    assert office.audit.verify().ok


def test_skipping_is_for_one_reader_alone(office: Store, clock: FakeClock) -> None:
    one, two = add_user(office).user_id, add_user(office, "kedua").user_id
    office.postponed.skip(1, one)
    office.postponed.skip(1, one)
    assert seen(office, clock, user_id=one) == [2, 3, 4]
    assert seen(office, clock, user_id=two) == [1, 2, 3, 4]
    assert seen(office, clock, user_id=one, mine=Mine.SKIPPED) == [1]
    assert office.postponed.skips(1, one)
    office.postponed.unskip(1, one)
    assert not office.postponed.skips(1, one)
    assert seen(office, clock, user_id=one) == [1, 2, 3, 4]


def test_the_legal_day_lifts_a_flag_and_is_weighed_anew_when_the_hour_turns(office: Store, clock: FakeClock) -> None:
    dues = {4: (date(2025, 6, 3), 20.0)}
    assert office.postponed.keep_time("2025-06-01 08", lambda: dues)
    assert seen(office, clock) == [4, 1, 2, 3]
    assert office.postponed.dues([4, 1]) == {4: date(2025, 6, 3)}
    dues = {4: (date(2025, 6, 3), 20.0), 3: (date(2025, 6, 2), 40.0)}
    assert not office.postponed.keep_time("2025-06-01 08", lambda: dues)
    assert office.postponed.keep_time("2025-06-01 09", lambda: dues)
    assert seen(office, clock) == [3, 4, 1, 2]
    del dues[3]
    assert office.postponed.keep_time("2025-06-01 10", lambda: dues)
    assert seen(office, clock) == [4, 1, 2, 3]
    flag = office.flags.get(4)
    raised = Screened(flag.stored, ((flag.actor, replace(flag.opinion, urgency=99.5)),))
    office.flags.save([raised], 2, "d2")
    assert seen(office, clock) == [4, 1, 2, 3], "what the clock adds stays when the machine looks anew"
    assert office.postponed.keep_time("2025-06-02 09", dict)
    assert seen(office, clock) == [1, 4, 2, 3]
    assert office.audit.verify().ok


def test_filters_are_kept_by_name_and_shared(office: Store) -> None:
    one, two = add_user(office).user_id, add_user(office, "kedua").user_id
    kept = office.saved_filters
    kept.keep(one, "  Hari  tenang ", "tahapan=tenang", shared=False)
    kept.keep(one, "Kelas", "cari=guru", shared=True)
    kept.keep(one, "Hari tenang", "tahapan=tenang&jenis=suka", shared=False)
    assert [(x.name, x.query, x.shared) for x in kept.of(one)] == [
        ("Hari tenang", "tahapan=tenang&jenis=suka", False), ("Kelas", "cari=guru", True),
    ]  # fmt: skip
    [shared] = kept.of(two)
    assert shared.name == "Kelas"
    assert not kept.drop(two, shared.filter_id)
    assert kept.drop(one, shared.filter_id)
    assert kept.of(two) == []
    for name in ("", "  ", "x" * 61):
        with pytest.raises(NotAllowedError, match="beri nama"):
            kept.keep(one, name, "", shared=False)
    for number in range(49):
        kept.keep(two, f"saringan {number}", "", shared=False)
    kept.keep(two, "yang kelima puluh", "", shared=False)
    with pytest.raises(NotAllowedError, match="sudah ada 50"):
        kept.keep(two, "satu lagi", "", shared=False)
