"""The made-up office is whole: counts, balance between the tickets, ids, times, addresses, names."""

import csv
import json
from collections import Counter
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import re2

from monitor.collectors.articles import ArticlesSource
from monitor.collectors.base import Source
from monitor.collectors.records import RecordsSource
from monitor.config import ArticleSource, FileSource
from monitor.models import Condition, Confidence, Item, ItemKind, Outcome, PersonKind, Request, Response
from monitor.roster.importer import read_roster

DEMO = Path(__file__).resolve().parents[2] / "demo"
KINDS = {"unggahan", "komentar", "suka", "bagikan"}
TICKETS = ("1", "2", "3")


def _read_items() -> list[dict[str, str]]:
    items = [
        json.loads(line)
        for path in sorted((DEMO / "items").glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    for path in sorted((DEMO / "items").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            items += list(csv.DictReader(file, delimiter=";"))
    return items


def _read_csv(name: str) -> list[dict[str, str]]:
    with (DEMO / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ITEMS = {item["id"]: item for item in _read_items()}
EXPECTED = {row["id"]: row for row in _read_csv("expected.csv")}
ROSTER = _read_csv("roster.csv")
ACCOUNTS = {
    (column.removesuffix("_ID").lower(), value): row
    for row in ROSTER
    for column, value in row.items()
    if column.endswith("_ID") and value
}


def test_every_item_has_its_own_id_and_its_truth() -> None:
    ids = [item["id"] for item in _read_items()]
    assert len(ids) == len(set(ids))
    assert set(ids) == set(EXPECTED)
    assert 400 <= len(ids) <= 460


def test_most_is_nothing_some_is_partisan_and_some_is_cruel() -> None:
    partisan = [row for row in EXPECTED.values() if row["partisan"] == "1"]
    assert 25 <= len(partisan) <= 35
    assert len(partisan) / len(EXPECTED) <= 0.12
    assert sum(row["hard_case"] != "" for row in EXPECTED.values()) >= 25
    assert {row["flag"] for row in EXPECTED.values()} == {"ya", "tidak", "boleh"}
    assert all((row["partisan"] == "1") == (row["ticket"] != "0") for row in EXPECTED.values())


def test_tickets_are_treated_alike() -> None:
    seen = {ticket: Counter[tuple[str, ...]]() for ticket in TICKETS}
    for row in EXPECTED.values():
        if row["ticket"] != "0":
            item = ITEMS[row["id"]]
            seen[row["ticket"]][row["form"], item["kind"], item["platform"], row["flag"]] += 1
    assert seen["1"] == seen["2"] == seen["3"]
    assert {form for form, *_ in seen["1"]} >= {"dukungan", "ajakan", "promosi", "serangan", "suka", "bagikan"}


def test_campaign_accounts_of_all_tickets_post_equally_often() -> None:
    owners = Counter(item["author_id"][:10] for item in ITEMS.values() if item["author_id"].startswith("kampanye-"))
    assert len(owners) == 3
    assert len(set(owners.values())) == 1


def test_times_parse_and_lie_in_the_year_of_the_contest() -> None:
    for item in ITEMS.values():
        if item["platform"] == "tiktok":
            at = datetime.strptime(item["time"] + " +0700", "%d/%m/%Y %H:%M %z")
        else:
            at = datetime.fromisoformat(item["time"])
        assert at.utcoffset() is not None
        assert at.year == 2025, item["id"]


def test_only_addresses_that_cannot_exist() -> None:
    links = re2.compile(r"https?://[^\s\"'<>]+")
    addresses = [item[key] for item in ITEMS.values() for key in ("url", "parent_url") if item.get(key)]
    texts = chain(
        (item[key] for item in ITEMS.values() for key in ("text", "parent_text") if item.get(key)),
        (path.read_text("utf-8") for path in (DEMO / "berita").iterdir()),
    )
    addresses += [found for text in texts for found in links.findall(text)]
    assert addresses
    for address in addresses:
        assert (urlsplit(address).hostname or "").endswith(".example"), address


def test_partisan_acts_come_from_rostered_accounts() -> None:
    for row in EXPECTED.values():
        item = ITEMS[row["id"]]
        rostered = (item["platform"], item["author_id"]) in ACCOUNTS
        assert rostered or row["partisan"] == "0", row["id"]
        outside = row["hard_case"] in {"nama_sama", "ditandai_orang", "orang_lain", "akun_pemenangan_sendiri"}
        assert rostered or outside, row["id"]


def test_handles_in_items_are_those_of_the_roster() -> None:
    for item in ITEMS.values():
        person = ACCOUNTS.get((item["platform"], item["author_id"]))
        if person is not None:
            columns = {column.lower(): value for column, value in person.items()}
            assert columns[item["platform"]] == item["author_handle"], item["id"]


def test_an_act_without_words_says_what_it_was_done_to() -> None:
    for item in ITEMS.values():
        assert item["kind"] in KINDS
        if item["kind"] in {"suka", "bagikan", "komentar"}:
            assert item["parent_id"]
            assert item["parent_text"]
            assert item["parent_author_id"]
        assert item["text"] or item["kind"] in {"suka", "bagikan"}, item["id"]


def test_texts_are_written_one_by_one() -> None:
    texts = [item["text"] for item in ITEMS.values() if item["text"]]
    assert len(texts) == len(set(texts))


def test_roster_holds_the_treacherous_people() -> None:
    assert len(ROSTER) == 40
    names = Counter(row["Nama Lengkap"].split(",")[0] for row in ROSTER)
    assert sorted(names.values())[-2:] == [1, 2]
    assert {row["Jenis"] for row in ROSTER} == {"PNS", "PPPK", "PPNPN", "TNI", "Polri", "perangkat desa"}
    assert sum(row["Pasangan Calon"] == "ya" for row in ROSTER) == 1
    assert sum(row["Sampai"] != "" for row in ROSTER) == 1
    conditions = {value for row in ROSTER for column, value in row.items() if column.endswith("_Kondisi") and value}
    assert conditions == {"dagang", "diretas"}
    assert sum(value == "ya" for row in ROSTER for column, value in row.items() if column.endswith("_Resmi")) == 1
    confidences = {value for row in ROSTER for column, value in row.items() if column.endswith("_Keyakinan") and value}
    assert confidences == {"diduga", "cocok", "terverifikasi"}


def test_roster_is_imported_whole() -> None:
    draft = read_roster(DEMO / "roster.csv")
    assert draft.rejected == ()
    assert draft.notes == ()
    assert len(draft.rows) == len(ROSTER)
    accounts = [account for row in draft.rows for account in row.accounts]
    assert len(accounts) == len(ACCOUNTS)
    assert {row.appointment.kind for row in draft.rows} == set(PersonKind)
    assert {account.confidence for account in accounts} == set(Confidence)
    assert {one for account in accounts for one in account.conditions} == {Condition.TRADE, Condition.HIJACKED}
    assert sum(account.official for account in accounts) == 1
    assert sum(row.spouse_of_candidate and row.leave_since is not None for row in draft.rows) == 1


def test_nips_have_a_valid_shape() -> None:
    nips = [row["NIP"] for row in ROSTER if row["NIP"]]
    assert len(nips) == len(set(nips))
    for nip in nips:
        assert len(nip) == 18
        assert nip.isascii()
        assert nip.isdigit()
        datetime.strptime(nip[:8] + "+0700", "%Y%m%d%z")
        assert nip[12:14] == "21" or 1 <= int(nip[12:14]) <= 12
        assert nip[14] in "12"


def _collected(source: Source, path: Path) -> tuple[Item, ...]:
    seen_at = datetime(2025, 8, 1, tzinfo=UTC)
    kind = "text/html" if path.suffix == ".html" else "text/plain"
    page = source.read(Response(Request(path.name, "file"), seen_at, None, body=path.read_bytes(), content_type=kind))
    assert page.outcome is Outcome.OK_ITEMS
    assert [one for one in page.problems if "tanpa tanggal" not in one] == []
    return page.items


def test_collectors_read_every_record_without_a_complaint() -> None:
    lines = RecordsSource(FileSource(type="jsonl", id="a", path="a", zone="WIB"), lambda _: ())
    sheet = RecordsSource(FileSource(type="csv", id="b", path="b", zone="WIB"), lambda _: ())
    items = [
        item
        for path in sorted((DEMO / "items").iterdir())
        for item in _collected(sheet if path.suffix == ".csv" else lines, path)
    ]
    assert {item.native_id for item in items} == set(ITEMS)
    assert all(item.happened_at is not None and item.happened_at.year == 2025 for item in items)
    assert {item.happened_rule for item in items} == {"offset", "sumber:WIB"}


@pytest.mark.parametrize("path", sorted((DEMO / "berita").iterdir()), ids=lambda path: path.name)
def test_collectors_read_every_article(path: Path) -> None:
    (item,) = _collected(
        ArticlesSource(ArticleSource(type="articles", id="c", path="c", zone="WIB"), lambda _: ()), path
    )
    assert item.kind is ItemKind.ARTICLE
    assert item.title
    assert "Baca juga" not in item.text
    assert "Terpopuler" not in item.text
    assert (item.happened_at is not None) == (path.suffix == ".html")


@pytest.mark.parametrize("path", sorted((DEMO / "berita").iterdir()), ids=lambda path: path.name)
def test_articles_carry_a_title_and_a_local_date(path: Path) -> None:
    text = path.read_text("utf-8")
    assert " WIB" in text
    assert "WARTA CONTOH" in text
    if path.suffix == ".txt":
        assert 10 < len(text.splitlines()[0]) < 120
    else:
        assert "<h1" in text
        assert "Baca juga" in text


def test_news_leads_are_spread_over_the_tickets() -> None:
    leads = [path.read_text("utf-8") for path in (DEMO / "berita").iterdir() if "di-deklarasi" in path.name]
    assert len(leads) == 3
    for ticket in TICKETS:
        assert sum(f"pasangan nomor urut {ticket}" in text for text in leads) == 1
