"""What people recorded: one decides, an erased act stays erased, what nobody confirmed goes in time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.capture import confirm, pictures, record, to_item
from monitor.config import Retention
from monitor.custody import retention
from monitor.custody.erase import erase_captures
from monitor.errors import ConflictError, NotAllowedError
from monitor.evidence import Archive
from monitor.models import CaptureState, Door, User
from monitor.store import Becoming, PictureText, Store
from tests.fakes import FakeClock
from tests.fakes_capture import png
from tests.fakes_store import a_capture, add_people, add_user


@pytest.fixture
def users(store: Store) -> tuple[User, User]:
    add_people(store, 2)
    return add_user(store), add_user(store, "peninjau")


def becoming(number: int) -> Becoming:
    return Becoming(to_item(number, a_capture(), "", "Satu barisan"), "e" * 64, 1)


def test_only_somebody_else_confirms_and_only_once(store: Store, users: tuple[User, User]) -> None:
    first, second = users
    number = store.captures.record(a_capture(), (), first.user_id)
    with pytest.raises(NotAllowedError, match="orang kedua"):
        store.captures.confirm(number, first.user_id, becoming(number))
    item_id = store.captures.confirm(number, second.user_id, becoming(number))
    with pytest.raises(ConflictError):
        store.captures.reject(number, first.user_id, "terlambat")
    stored = store.captures.get(number)
    assert (stored.state, stored.item_id, stored.decided_by) == (CaptureState.CONFIRMED, item_id, second.user_id)
    assert store.audit.verify().ok


def test_what_fails_while_confirming_leaves_nothing_behind(store: Store, users: tuple[User, User]) -> None:
    number = store.captures.record(a_capture(), (), users[0].user_id)
    item_id = store.captures.confirm(number, users[1].user_id, becoming(number))
    store.audit.erase_item(item_id, "permintaan", None)
    again = store.captures.record(a_capture(), (), users[0].user_id)
    with pytest.raises(NotAllowedError, match="dihapus"):
        store.captures.confirm(again, users[1].user_id, becoming(again))
    assert store.captures.get(again).state is CaptureState.WAITING
    assert store.items.count() == 1
    with pytest.raises(NotAllowedError, match="dihapus"):
        store.captures.get(number)
    assert store.audit.verify().ok


def test_regions_see_their_own(store: Store, users: tuple[User, User]) -> None:
    store.captures.record(a_capture(), (), users[0].user_id)
    store.captures.record(a_capture(region="Kabupaten Misal"), (), users[0].user_id)
    waiting = [CaptureState.WAITING]
    assert len(store.captures.listed(waiting)) == 2
    assert [one.region for one in store.captures.listed(waiting, frozenset({"Kabupaten Misal"}))] == ["Kabupaten Misal"]
    assert store.captures.waiting(frozenset({"Kabupaten Contoh"}), users[1].user_id) == 1
    assert store.captures.waiting(not_by=users[0].user_id) == 0


def test_what_nobody_confirmed_goes_in_time_with_its_pictures_and_its_reporter(
    store: Store, users: tuple[User, User], clock: FakeClock, tmp_path: Path
) -> None:
    archive = Archive(tmp_path / "arsip")
    first, second = users

    def taken(colour: str, **changes: object) -> int:
        content = png(20, 20, colour)
        found = [(pictures.verify(content), content)]
        return record(store, archive, a_capture(**changes), found, first, clock(), "Pelapor Rekaan")

    gone, kept = taken("red", door=Door.CITIZEN), taken("blue", native_id="tangkapan:lain")
    store.captures.reject(gone, second.user_id, "tidak terbaca")
    confirm(store, archive, store.captures.get(kept), ("", "isi"), second, clock())
    clock.tick(days=20)
    stays = taken("green", native_id="tangkapan:baru")
    sha256 = {number: store.captures.get(number).pictures[0].sha256 for number in (gone, kept, stays)}
    for one in sha256.values():
        store.uploads.set_text(one, PictureText("uji", "terbaca", "kata rahasia"))
    clock.tick(days=11)
    assert store.captures.lapsed(clock() - timedelta(days=30)) == [gone]
    assert erase_captures(store, archive, clock() - timedelta(days=30), "masa simpan habis", None) == 1
    assert not archive.has(sha256[gone])
    with pytest.raises(NotAllowedError):
        store.captures.get(gone)
    assert store.uploads.text(sha256[gone]) is None
    for number in (kept, stays):
        assert store.captures.get(number).pictures[0].sha256 == sha256[number]
        assert archive.read(sha256[number])
        assert store.uploads.text(sha256[number]) is not None
    assert store.audit.verify().ok


def test_the_schedule_erases_them(store: Store, users: tuple[User, User], clock: FakeClock, tmp_path: Path) -> None:
    archive, content = Archive(tmp_path / "arsip"), png(20, 20)
    found = pictures.verify(content)
    number = record(store, archive, a_capture(), [(found, content)], users[0], clock(), "Pelapor Rekaan")
    clock.tick(days=31)
    days = {"unflagged_days": 30, "cleared_days": 90, "forwarded_days": 90}
    wanted = retention.policy(Retention.model_validate(days), lambda _day: "")
    retention.run(store, archive, wanted, clock, None)
    with pytest.raises(NotAllowedError):
        store.captures.get(number)
    assert not archive.has(found.sha256)
    assert store.audit.verify().ok
