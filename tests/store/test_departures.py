"""Leaving: access ends at once, what was held goes on or back as events, history stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.errors import NotAllowedError
from monitor.models import Picture, Role, State
from monitor.store import QueueQuery, Store
from tests.fakes_store import a_case, add_user

PICTURE = Picture("a" * 64, "PNG", 9, 9, 99)


def test_packs_go_to_the_successor_and_back_to_the_queue_without_one(store: Store) -> None:
    a_case(store, 8)
    leaver, heir = add_user(store), add_user(store, "penerus")
    take = store.leases.take
    first = take(leaver.user_id, QueueQuery(), 2, timedelta(hours=2))
    assert first is not None
    left = store.departures.leave(leaver.user_id, heir.user_id, by=None)
    assert (left.handed_over, left.returned) == (1, 0)
    assert [one.pack_id for one in store.leases.held_by(heir.user_id)] == [first.pack_id]
    assert store.leases.held_by(leaver.user_id) == []
    left = store.departures.leave(heir.user_id, None, by=None)
    assert (left.handed_over, left.returned) == (0, 1)
    fresh = add_user(store, "baru")
    again = take(fresh.user_id, QueueQuery(), 2, timedelta(hours=2))
    assert again is not None
    assert again.flags == first.flags
    said = [one.action for one in store.audit.entries(limit=500)]
    assert said.count("pengguna_pergi") == 2
    assert {"paket_serah", "paket_kembali"} <= set(said)
    assert store.audit.verify().ok


def test_a_successor_who_cannot_decide_gets_no_pack(store: Store) -> None:
    a_case(store, 4)
    leaver, auditor = add_user(store), add_user(store, "auditor", roles=[Role.AUDITOR])
    assert store.leases.take(leaver.user_id, QueueQuery(), 2, timedelta(hours=2)) is not None
    left = store.departures.leave(leaver.user_id, auditor.user_id, by=None)
    assert (left.handed_over, left.returned) == (0, 1)


def test_unsent_pictures_go_on_and_decisions_stay(store: Store) -> None:
    flag_id = a_case(store, 2)[0]
    leaver, heir = add_user(store), add_user(store, "penerus")
    token = store.uploads.put(leaver.user_id, PICTURE, b"isi")
    store.decisions.append(flag_id, leaver.user_id, State.IN_REVIEW, None, "", expected=None)
    history = store.decisions.history(flag_id)
    left = store.departures.leave(leaver.user_id, heir.user_id, by=heir.user_id)
    assert left.things == 1
    assert store.uploads.get(heir.user_id, token) is not None
    assert store.uploads.get(leaver.user_id, token) is None
    assert store.decisions.history(flag_id) == history
    assert store.users.get(leaver.user_id) is not None


@pytest.mark.parametrize("heir", ["sendiri", "tidak aktif", "tidak ada"])
def test_a_successor_is_somebody_else_who_is_here(store: Store, heir: str) -> None:
    leaver, gone = add_user(store), add_user(store, "lama")
    store.users.deactivate(gone.user_id)
    chosen = {"sendiri": leaver.user_id, "tidak aktif": gone.user_id, "tidak ada": 99}[heir]
    with pytest.raises(NotAllowedError, match="penerus"):
        store.departures.leave(leaver.user_id, chosen, by=None)
    assert store.users.get(leaver.user_id).active  # type: ignore[union-attr]
