"""A person's earlier acts reach the rules: through the real store, screening and backtest, late arrivals included."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli import main
from monitor.governance.backtest import Scope, backtest
from monitor.judge import acts_of
from monitor.models import (
    AccountRef,
    AccountRow,
    Appointment,
    Change,
    Confidence,
    Item,
    ItemKind,
    Outcome,
    Page,
    Parent,
    PersonKind,
    Platform,
    Request,
    Response,
    RosterChange,
    RosterRow,
    StoredItem,
)
from monitor.pipeline import screen
from monitor.store import QueueQuery, Store
from tests.fakes_rules import RuleOffice, rule
from tests.fakes_web import NOW

OFTEN = "asn/uji-sering.yaml"
ROUTINE = rule(
    "uji-sering", "dukung {kandidat}", more="applies_to:\n  kinds: [unggahan, suka]\n  repeated: {count: 3, days: 7}\n",
    example="Ayo dukung Bu Citra",
)  # fmt: skip
FAN = """\
id: uji-penggemar
title: Berulang menyukai akun pemenangan
status: aktif
level: sedang
forms: [KE-2, DIS-2]
applies_to:
  kinds: [suka]
  relations: [akun_pemenangan]
  repeated: {count: 3, days: 7}
legal_basis:
  - {text: "PP 94/2021 pasal 5 huruf n", certainty: 2}
author: pengawas contoh
date: 2025-01-06
examples:
  match:
    - {text: ""}
  no_match:
    - {text: "", repeats: 2}
"""
START = NOW - timedelta(days=20)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RuleOffice]:
    made = RuleOffice(tmp_path / "kantor")
    made.write("asn/uji-dukung.yaml", ROUTINE.replace("uji-sering", "uji-dukung"))
    made.write("asn/uji-penggemar.yaml", FAN)
    yield made
    made.close()


def queue(office: RuleOffice) -> set[str]:
    found = office.app.store.flags.queue(QueueQuery(limit=1000)).flags
    return {flag.stored.item.text or flag.stored.item.native_id for flag in found}


def said(number: int) -> str:
    return f"Hari ke-{number} tetap dukung Bu Citra"


def test_the_third_act_within_the_days_is_flagged_whatever_the_order_of_arrival(office: RuleOffice) -> None:
    for number in (5, 3, 1):  # newest first, as feeds list them
        office.post(said(number), at=START + timedelta(days=number))
    office.screen()
    assert queue(office) == {said(5)}


def test_acts_further_apart_than_the_days_never_add_up(office: RuleOffice) -> None:
    for number in range(5):
        office.post(said(number), at=START + timedelta(days=4 * number))
    office.screen()
    assert queue(office) == set()


def test_in_one_second_the_one_stored_first_is_the_earlier(office: RuleOffice) -> None:
    office.post(said(1), said(2), said(3), at=START)
    office.screen()
    assert queue(office) == {said(3)}


def plain(office: RuleOffice) -> int:
    return screen(office.app.judges(), office.app.store, lambda _: None)


def test_an_act_that_comes_in_late_has_the_acts_after_it_judged_once_more(office: RuleOffice) -> None:
    office.post(said(3), at=START + timedelta(days=3))
    office.post(said(5), at=START + timedelta(days=5))
    assert plain(office) == 2
    assert queue(office) == set()
    office.post(said(1), at=START + timedelta(days=1))
    totals = office.app.store.samples.bins()
    assert plain(office) == 1, "the later act is judged once more without being counted again"
    assert queue(office) == {said(5)}
    assert sum(one.items for one in office.app.store.samples.bins()) == sum(one.items for one in totals) + 1
    assert office.app.store.acts.overtaken(10) == []
    assert office.app.store.audit.verify().ok


def test_a_killed_run_leaves_the_later_acts_to_the_next(office: RuleOffice) -> None:
    office.post(said(3), at=START + timedelta(days=3))
    office.post(said(5), at=START + timedelta(days=5))
    plain(office)
    office.post(said(1), at=START + timedelta(days=1))
    with pytest.raises(KeyboardInterrupt):
        screen(office.app.judges(), office.app.store, lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    assert queue(office) == set()
    plain(office)
    assert queue(office) == {said(5)}


def likes(office: RuleOffice, *owners: AccountRef | None, first: int = 0) -> None:
    """Let the person like posts of these owners, one a day; None = the owner must be read off the stored post."""
    office.post()
    author, items = AccountRef(Platform.FACEBOOK, "akun-uji-1"), []
    for place, owner in enumerate(owners, first):
        parent = Parent(f"induk-{place}", owner=owner)
        if owner is None:
            items.append(
                Item(
                    "uji",
                    Platform.FACEBOOK,
                    f"induk-{place}",
                    ItemKind.POST,
                    CAMPAIGN,
                    "Jadwal kegiatan",
                    happened_at=START,
                )
            )
        items.append(
            Item("uji", Platform.FACEBOOK, f"suka-{place}", ItemKind.LIKE, author, "", parent=parent,
                 happened_at=START + timedelta(days=place))
        )  # fmt: skip
    save(office.app.store, items)


CAMPAIGN = AccountRef(Platform.FACEBOOK, "kampanye-1-fb", "")


def save(store: Store, items: list[Item]) -> None:
    response = Response(Request("suka.jsonl", "file"), NOW, None, status=200, body=b"{}")
    store.items.save_page(
        source_id="uji", run_id=1, response=response, page=Page(Outcome.OK_ITEMS, tuple(items)), evidence_sha256=""
    )


def campaign(office: RuleOffice) -> AccountRef:
    """Give a registered campaign account of the invented contest."""
    found = next(
        one for contest in office.app.targets.contests for one in contest.accounts if str(one.role) == "akun_pemenangan"
    )
    return AccountRef(found.platform, found.native_id, found.handle)


def test_only_acts_of_the_same_relation_count(office: RuleOffice) -> None:
    there = campaign(office)
    stranger = AccountRef(Platform.FACEBOOK, "orang-lain")
    likes(office, there, stranger, there, stranger, there)
    office.screen()
    assert queue(office) == {"suka-4"}


def test_an_owner_is_read_off_the_stored_post_for_earlier_acts_as_for_the_act_itself(office: RuleOffice) -> None:
    owner, items = campaign(office), list[Item]()
    office.post()
    author = AccountRef(owner.platform, "akun-uji-9", "warga.kedua")
    store = office.app.store
    held = Appointment(PersonKind.PNS, "Dinas Contoh", "Analis", "Kabupaten Contoh")
    account = AccountRow(owner.platform, "akun-uji-9", "warga.kedua", Confidence.VERIFIED)
    store.roster.apply(
        [RosterChange(Change.NEW, RosterRow(1, "", "Zaki Umpama", "Zaki Umpama", held, (account,)), None)]
    )
    for place in range(3):
        post, like = f"induk-{place}", f"suka-{place}"
        items.append(Item("uji", owner.platform, post, ItemKind.POST, owner, "Jadwal kegiatan"))
        items.append(
            Item("uji", owner.platform, like, ItemKind.LIKE, author, "", parent=Parent(post),
                 happened_at=START + timedelta(days=place))
        )  # fmt: skip
    save(store, items)
    office.screen()
    assert queue(office) == {"suka-2"}


def test_all_accounts_of_a_person_count_and_nobody_elses(office: RuleOffice) -> None:
    store = office.app.store
    held = Appointment(PersonKind.PNS, "Dinas Contoh", "Analis", "Kabupaten Contoh")
    two = (AccountRow(Platform.X, "x-1", "andai", Confidence.VERIFIED), AccountRow(Platform.FACEBOOK, "", "andai.fb"))
    store.roster.apply([RosterChange(Change.NEW, RosterRow(1, "", "Andai Umpama", "Andai Umpama", held, two), None)])
    other = AccountRow(Platform.X, "x-2", "misal", Confidence.VERIFIED)
    row = RosterRow(2, "", "Misal Umpama", "Misal Umpama", held, (other,))
    store.roster.apply([RosterChange(Change.NEW, row, None)])
    refs = [
        AccountRef(Platform.X, "x-1", "andai"), AccountRef(Platform.X, "x-2", "misal"),
        AccountRef(Platform.FACEBOOK, "", "@Andai.FB"), AccountRef(Platform.X, "x-1", "nama.baru"),
    ]  # fmt: skip
    save(
        store,
        [
            Item("uji", ref.platform, f"butir-{place}", ItemKind.POST, ref, said(place), happened_at=START + timedelta(days=place))
            for place, ref in enumerate(refs)
        ],
    )  # fmt: skip
    office.screen()
    assert queue(office) == {said(3)}


def test_erased_acts_no_longer_count(office: RuleOffice) -> None:
    for number in (1, 2, 3):
        office.post(said(number), at=START + timedelta(days=number))
    first = office.app.store.items.find("facebook", "butir-0")
    assert first is not None
    office.app.store.audit.erase_item(first.item_id, "jadwal retensi", None)
    office.screen()
    assert queue(office) == set()
    assert (
        office.app.store.acts.near([AccountRef(Platform.FACEBOOK, "akun-uji-1")], [ItemKind.POST], START, NOW)[
            0
        ].item_id
        > first.item_id
    )


def test_a_backtest_counts_what_a_screening_would(office: RuleOffice) -> None:
    chance = random.Random(7)
    for number in range(60):
        office.post(said(number), at=START - timedelta(hours=chance.randrange(24 * 40)))
    old = office.app.judges()
    office.screen()
    before = queue(office)
    looser = ROUTINE.replace("uji-sering", "uji-dukung").replace("{count: 3, days: 7}", "{count: 2, days: 20}")
    with office.app.governance.laid("asn/uji-dukung.yaml", looser) as folder:
        new = office.app.judges_of(folder)
        scope = Scope(office.folder / "uji-balik")
        found = backtest(office.app.store, (old, new), scope, None, time.perf_counter, lambda *_: None)
    office.change("asn/uji-dukung.yaml", looser)
    office.screen()
    after = queue(office)
    assert before < after
    assert (found.found.newly, found.found.gone) == (len(after - before), 0)


def test_rules_try_supposes_repetition_and_hours(office: RuleOffice) -> None:
    office.app.judges()

    def tried(*more: str) -> str:
        done = CliRunner().invoke(
            main, ["--config", str(office.settings), "rules", "try", "Ayo dukung Bu Citra", *more]
        )
        assert done.exit_code == 0, done.output
        return done.output

    assert "uji-dukung" in tried().split("Hampir")[0], "unknown holds nothing back"
    assert "uji-dukung" in tried("--repeats", "3").split("Hampir")[0]
    assert "Tidak ada aturan yang kena" in tried("--repeats", "2")


def test_lookups_go_by_index(office: RuleOffice) -> None:
    office.post(said(1), at=START)
    with sqlite3.connect(office.app.root / office.app.config.database) as db:
        plans = [
            " ".join(
                str(row[3])
                for row in db.execute(
                    f"EXPLAIN QUERY PLAN SELECT item_id FROM item_acts a WHERE a.platform='x' AND a.{column}='y' "
                    f"AND a.{column} <> '' AND a.kind IN ('suka') AND a.happened_at BETWEEN 1 AND 2"
                )
            )
            for column in ("author_id", "author_handle")
        ]
    db.close()
    assert "item_acts_id" in plans[0]
    assert "item_acts_handle" in plans[1]


def test_office_hours_leave_out_public_holidays(office: RuleOffice) -> None:
    """29 May 2025 was a public holiday, a Thursday; 30 May joint leave; 28 May an ordinary Wednesday."""
    office.post()
    times = {day: datetime(2025, 5, day, 3, 0, tzinfo=UTC) for day in (28, 29, 30, 31)}  # 10.00 in the office
    judges, found = office.app.judges(), {}
    for day, at in times.items():
        author = AccountRef(Platform.FACEBOOK, "akun-uji-1")
        item = Item("uji", Platform.FACEBOOK, f"b-{day}", ItemKind.POST, author, "Selamat", happened_at=at)
        [(_, act)] = acts_of(judges, [StoredItem(day, 1, item, "", "", NOW)])
        found[day] = act.workday
    assert found == {28: True, 29: False, 30: False, 31: False}
    late = datetime(2031, 5, 28, 3, 0, tzinfo=UTC)
    item = Item(
        "uji", Platform.FACEBOOK, "b", ItemKind.POST, AccountRef(Platform.FACEBOOK, "akun-uji-1"), "", happened_at=late
    )
    assert acts_of(judges, [StoredItem(1, 1, item, "", "", NOW)])[0][1].workday is None, "holidays not known"


def test_a_rule_on_office_hours_knows_the_calendar(office: RuleOffice) -> None:
    hours = rule(
        "uji-jam", "dukung {kandidat}", more="applies_to:\n  office_hours: true\n", example="Ayo dukung Bu Citra"
    )
    office.write("asn/uji-jam.yaml", hours)
    office.write(
        "asn/uji-dukung.yaml", ROUTINE.replace("uji-sering", "uji-dukung").replace("status: aktif", "status: draf")
    )
    office.post("Rabu kerja, dukung Bu Citra", at=datetime(2025, 5, 28, 3, 0, tzinfo=UTC))
    office.post("Kamis libur, dukung Bu Citra", at=datetime(2025, 5, 29, 3, 0, tzinfo=UTC))
    office.post("Rabu malam, dukung Bu Citra", at=datetime(2025, 5, 28, 12, 0, tzinfo=UTC))
    office.screen()
    assert queue(office) == {"Rabu kerja, dukung Bu Citra"}
