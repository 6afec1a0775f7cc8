"""Walking through the store by stretches; a door that only reads; what people said of what stands now."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.models import ReasonCode, State
from monitor.store import Looked, QueueQuery, Store, Stretch, Verdict
from tests.fakes import FakeClock
from tests.fakes_rules import RIGHT, WRONG, RuleOffice


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RuleOffice]:
    made = RuleOffice(tmp_path / "kantor")
    made.post(*WRONG, *RIGHT)
    yield made
    made.close()


def test_stretches_cover_every_item_once_newest_first(office: RuleOffice) -> None:
    reading = office.app.store.reading
    assert reading.stretches(3) == [Stretch(5, 7, 3), Stretch(2, 4, 3), Stretch(1, 1, 1)]
    assert [[one.item_id for one in reading.items(part)] for part in reading.stretches(3)] == [
        [5, 6, 7],
        [2, 3, 4],
        [1],
    ]
    assert reading.stretches(3, newest=4) == [Stretch(5, 7, 3), Stretch(4, 4, 1)]
    later = office.clock() + timedelta(seconds=1)
    assert reading.stretches(3, since=later) == []
    assert reading.items(Stretch(1, 7, 7), since=later) == []
    assert [one.item_id for one in reading.some([7, 2, 99])] == [2, 7]


def test_the_state_changes_with_every_new_item(office: RuleOffice) -> None:
    before = office.app.store.reading.state()
    assert office.app.store.reading.state() == before
    office.post("Besok kerja bakti")
    assert office.app.store.reading.state() != before


def test_verdicts_are_those_on_the_words(office: RuleOffice) -> None:
    office.screen()
    store, user = office.app.store, office.monitor.user_id
    flags = sorted(store.flags.queue(QueueQuery(limit=100)).flags, key=lambda flag: flag.flag_id)
    person = flags[0].actor.person.person_id
    digest = office.app.judges().digest
    assert store.reading.looked(digest) == Looked(7, 7)
    assert store.reading.looked(digest, since=office.clock() + timedelta(days=1)) == Looked(0, 0)
    said = [
        (State.CLEARED, ReasonCode.NOT_PARTISAN), (State.CLEARED, ReasonCode.HIJACKED), (State.LEAD, ReasonCode.SUPPORT),
    ]  # fmt: skip
    for flag, (state, reason) in zip(flags, said, strict=False):
        store.decisions.append(flag.flag_id, user, state, reason, "", expected=None)
    assert store.reading.verdicts() == [
        Verdict(flags[0].stored.item_id, person, upheld=False), Verdict(flags[2].stored.item_id, person, upheld=True),
    ]  # fmt: skip


def test_a_read_only_store_reads_beside_a_writer_and_writes_nothing(office: RuleOffice, tmp_path: Path) -> None:
    path = office.folder / "var" / "netra.db"
    with Store.read_only(path, FakeClock()) as store:
        assert store.items.count() == 7
        office.post("Besok kerja bakti")
        assert store.items.count() == 8
        with pytest.raises((sqlite3.Error, StoreError), match="ditulis"):
            store.items.mark_unscreened([1])
    with pytest.raises(StoreError):
        Store.read_only(tmp_path / "tidak-ada.db", FakeClock())
    sqlite3.connect(tmp_path / "kosong.db").close()
    with pytest.raises(StoreError, match="lebih lama"):
        Store.read_only(tmp_path / "kosong.db", FakeClock())
    assert (tmp_path / "kosong.db").stat().st_size == 0
