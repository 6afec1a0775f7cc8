"""Near-duplicate flags are placed as they come: like all at once, after an edit, after an erasure, by an exact look."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor import alike
from monitor.grouping import group
from monitor.models import ItemKind
from monitor.store import QueueQuery
from tests.fakes_rules import RIGHT, WRONG, RuleOffice
from tests.fakes_web import NOW

Groups = dict[int, int]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RuleOffice]:
    made = RuleOffice(tmp_path / "kantor")
    yield made
    made.close()


def placed(office: RuleOffice) -> dict[str, str]:
    """Text -> text of its leader, read past Netra's code."""
    with sqlite3.connect(office.app.root / office.app.config.database) as db:
        rows = db.execute("SELECT flag_id, leader_id FROM flag_groups").fetchall()
    db.close()
    flags = office.app.store.groups.flags([flag for flag, _ in rows])
    return {flags[flag].stored.item.text: flags[leader].stored.item.text for flag, leader in rows}


def test_a_screening_puts_near_duplicates_together(office: RuleOffice) -> None:
    office.post(*WRONG, *RIGHT)
    office.screen()
    assert placed(office) == {**dict.fromkeys(WRONG, WRONG[0]), RIGHT[0]: RIGHT[0], RIGHT[1]: RIGHT[1]}


def test_what_comes_later_joins_the_group_that_is_there(office: RuleOffice) -> None:
    for text in WRONG:
        office.post(text)
        office.screen()
    assert set(placed(office).values()) == {WRONG[0]}
    flag = office.app.store.flags.queue(QueueQuery(limit=10)).flags[0]
    assert len(office.app.store.groups.members(flag.flag_id)) == len(WRONG) - 1
    assert office.app.store.groups.others([flag.flag_id])[flag.flag_id][1] == len(WRONG) - 1


def test_one_by_one_gives_what_all_at_once_gives(office: RuleOffice) -> None:
    chance, texts = random.Random(3), list[str]()
    for number in range(60):
        stem = (
            f"Warga {chance.choice(('Misal', 'Umpama', 'Andaikan'))} sepakat dukung Bu Citra pada acara ke-{number % 7}"
        )
        texts.append(
            f"{stem} {chance.choice(('', '!', ' ya', ' sampai menang bersama seluruh keluarga besar'))} {number // 50}"
        )
    texts = list(dict.fromkeys(texts))
    for start in range(0, len(texts), 7):
        office.post(*texts[start : start + 7])
        office.screen()
    leaders = group(texts)
    assert placed(office) == {text: texts[leaders[at]] for at, text in enumerate(texts)}
    assert len(set(leaders)) < len(texts)


def test_other_kinds_of_act_do_not_mix(office: RuleOffice) -> None:
    office.post(RIGHT[0])
    office.post(RIGHT[0] + " ya", kind=ItemKind.COMMENT)
    office.screen()
    assert placed(office) == {RIGHT[0]: RIGHT[0], RIGHT[0] + " ya": RIGHT[0] + " ya"}


def test_an_edited_leader_is_placed_anew_and_so_are_those_that_followed(office: RuleOffice) -> None:
    office.post(*WRONG[:3])
    office.screen()
    store = office.app.store
    first = store.items.find("facebook", "butir-0")
    assert first is not None
    edited = "Pokoknya semua keluarga kami dukung Bang Andi Mis dua periode"
    office.edit(first.item, edited)
    office.clock.tick(hours=1)
    office.screen()
    assert placed(office) == {edited: edited, WRONG[1]: WRONG[1], WRONG[2]: WRONG[1]}
    assert alike.place(store) == 0


def test_an_erased_leader_leads_nobody_new(office: RuleOffice) -> None:
    office.post(WRONG[0])
    office.screen()
    first = office.app.store.items.find("facebook", "butir-0")
    assert first is not None
    office.app.store.audit.erase_item(first.item_id, "jadwal retensi", None)
    office.post(WRONG[1])
    office.screen()
    flag = office.app.store.flags.queue(QueueQuery(limit=10)).flags[0]
    assert office.app.store.groups.members(flag.flag_id) == []
    assert office.app.store.audit.verify().ok


def test_decided_flags_and_other_regions_are_not_counted(office: RuleOffice) -> None:
    office.post(*WRONG, at=NOW - timedelta(days=3))
    office.screen()
    flags = office.app.store.flags.queue(QueueQuery(limit=10)).flags
    assert office.app.store.groups.others([flags[0].flag_id], frozenset({"Kabupaten Lain"})) == {}
    assert office.app.store.groups.members(flags[0].flag_id, frozenset({"Kabupaten Lain"})) == []
