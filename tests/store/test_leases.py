"""Packs under a lease: nobody else gets them, they return by themselves, and groups stay together."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import HeldError, NotAllowedError
from monitor.models import ReasonCode, Role, State
from monitor.store import Mine, Placed, QueueQuery, Store
from tests.fakes import START, FakeClock
from tests.fakes_store import CHEAP, a_case, add_user

HALF = timedelta(minutes=30)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def office(tmp_path: Path, clock: FakeClock) -> Store:
    with Store.open(tmp_path / "netra.db", clock, CHEAP) as store:
        a_case(store, 10)
        yield store


def people(store: Store) -> tuple[int, int, int]:
    coordinator = add_user(store, "koordinator", roles=[Role.COORDINATOR])
    return add_user(store).user_id, add_user(store, "kedua").user_id, coordinator.user_id


def clear(store: Store, flag_id: int, user_id: int) -> None:
    store.decisions.append(flag_id, user_id, State.CLEARED, ReasonCode.PASSIVE, "", expected=None)


def test_two_packs_never_share_a_flag_and_follow_the_order(office: Store) -> None:
    one, two, _ = people(office)
    first = office.leases.take(one, QueueQuery(), 4, HALF)
    second = office.leases.take(two, QueueQuery(), 4, HALF)
    third = office.leases.take(one, QueueQuery(), 4, HALF)
    assert first is not None
    assert second is not None
    assert third is not None
    assert (first.flags, second.flags, third.flags) == ((1, 2, 3, 4), (5, 6, 7, 8), (9, 10))
    assert office.leases.take(two, QueueQuery(), 4, HALF) is None
    assert [pack.pack_id for pack in office.leases.held_by(one)] == [1, 3]
    held = [flag.flag_id for flag in office.flags.queue(
        QueueQuery(mine=Mine.HELD, user_id=two, now=START, limit=99)).flags]  # fmt: skip
    assert held == [5, 6, 7, 8]
    assert office.audit.verify().ok


def test_what_somebody_holds_only_they_and_a_coordinator_decide(office: Store) -> None:
    one, two, coordinator = people(office)
    office.leases.take(one, QueueQuery(), 3, HALF)
    with pytest.raises(HeldError, match="dipegang Pemantau Contoh"):
        clear(office, 1, two)
    clear(office, 1, one)
    clear(office, 2, coordinator)
    clear(office, 4, two)
    [pack] = office.leases.held_by(one)
    assert (pack.flags, pack.open) == ((1, 2, 3), 1)
    free = QueueQuery(free=True, user_id=two, now=START, limit=99)
    assert [flag.flag_id for flag in office.flags.queue(free).flags] == [5, 6, 7, 8, 9, 10]
    assert office.flags.next_open(free) == 5


def test_a_pack_returns_by_itself(office: Store, clock: FakeClock) -> None:
    one, two, _ = people(office)
    pack = office.leases.take(one, QueueQuery(), 3, HALF)
    assert pack is not None
    clock.now = START + HALF - timedelta(seconds=1)
    assert office.leases.of_flags([1, 4])[1].user_id == one
    clock.now = START + HALF
    assert office.leases.of_flags([1, 4]) == {}
    assert office.leases.held_by(one) == []
    with pytest.raises(NotAllowedError, match="sudah kembali"):
        office.leases.extend(pack.pack_id, one, HALF)
    clear(office, 1, two)
    again = office.leases.take(two, QueueQuery(), 2, HALF)
    assert again is not None
    assert again.flags == (2, 3)


def test_extend_hand_over_ask_for_help_and_give_back(office: Store, clock: FakeClock) -> None:
    one, two, coordinator = people(office)
    pack = office.leases.take(one, QueueQuery(), 3, HALF)
    assert pack is not None
    clock.now = START + timedelta(minutes=20)
    assert office.leases.extend(pack.pack_id, one, HALF).until == clock.now + HALF
    with pytest.raises(NotAllowedError, match="dipegang orang lain"):
        office.leases.extend(pack.pack_id, two, HALF)
    with pytest.raises(NotAllowedError, match="12 jam"):
        office.leases.extend(pack.pack_id, one, timedelta(hours=13))
    office.leases.ask_help(pack.pack_id, one, "tiga terakhir sulit")
    assert [call.help for call in office.leases.calls(two)] == ["tiga terakhir sulit"]
    assert office.leases.calls(one) == []
    auditor = add_user(office, "auditor", roles=[Role.AUDITOR]).user_id
    with pytest.raises(NotAllowedError, match="pilih rekan lain"):
        office.leases.hand_over(pack.pack_id, one, auditor)
    moved = office.leases.hand_over(pack.pack_id, one, two)
    assert (moved.user_id, moved.until, moved.help) == (two, clock.now + HALF, "")
    with pytest.raises(HeldError):
        clear(office, 1, one)
    clear(office, 1, two)
    office.leases.give_back(pack.pack_id, coordinator)
    assert office.leases.held_by(two) == []
    clear(office, 2, one)
    with pytest.raises(NotAllowedError, match="sudah kembali"):
        office.leases.give_back(pack.pack_id, two)
    actions = [entry.action for entry in office.audit.entries(limit=999) if entry.subject == f"paket:{pack.pack_id}"]
    assert actions == ["paket_ambil", "paket_perpanjang", "paket_bantuan", "paket_serah", "paket_kembali"]


def test_near_duplicates_come_in_one_pack_and_are_left_to_who_holds_a_part(office: Store) -> None:
    one, two, _ = people(office)
    places = [Placed(1, 1, 1, 1.0), *(Placed(n, 1, 1, 0.9) for n in (7, 9)), Placed(2, 2, 1, 1.0), Placed(8, 2, 1, 0.9)]
    office.groups.place(places)
    first = office.leases.take(one, QueueQuery(), 2, HALF)
    assert first is not None
    assert sorted(first.flags) == [1, 2, 7, 8, 9]
    second = office.leases.take(two, QueueQuery(), 9, HALF)
    assert second is not None
    assert second.flags == (3, 4, 5, 6, 10)
    office.leases.give_back(second.pack_id, two)
    office.groups.place([Placed(10, 1, 1, 0.9)])
    third = office.leases.take(two, QueueQuery(), 9, HALF)
    assert third is not None
    assert third.flags == (3, 4, 5, 6), "what joined a group that is held waits with it"


def test_regions_limit_what_is_taken_even_in_a_group(office: Store) -> None:
    one, *_ = people(office)
    office.groups.place([Placed(1, 1, 1, 1.0), Placed(2, 1, 1, 0.9), Placed(3, 1, 1, 0.9)])
    query = QueueQuery(regions=frozenset({"Kabupaten Contoh"}))
    pack = office.leases.take(one, query, 1, HALF)
    assert pack is not None
    assert pack.flags == (1, 3)


@pytest.mark.parametrize(("size", "lasting"), [(0, HALF), (101, HALF), (3, timedelta(0)), (3, timedelta(days=1))])
def test_odd_sizes_are_refused(office: Store, size: int, lasting: timedelta) -> None:
    with pytest.raises(NotAllowedError, match="ukuran paket"):
        office.leases.take(people(office)[0], QueueQuery(), size, lasting)


def test_many_at_once_share_nothing(office: Store) -> None:
    users = [add_user(office, f"pemantau{number}").user_id for number in range(8)]
    taken: list[tuple[int, ...]] = []
    lock = threading.Lock()

    def take(user_id: int) -> None:
        pack = office.leases.take(user_id, QueueQuery(), 2, HALF)
        with lock:
            taken.append(pack.flags if pack is not None else ())

    threads = [threading.Thread(target=take, args=(user_id,)) for user_id in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one for flags in taken for one in flags) == list(range(1, 11))
