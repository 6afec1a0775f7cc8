"""What means harm is refused, said in Indonesian, and survived with little memory and time."""

from __future__ import annotations

import gzip
import json
import os
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl
import pytest

from monitor.collectors import build_source
from monitor.config import FeedSource, FileSource
from monitor.errors import ImportRefusedError
from monitor.models import Item, ItemKind, Outcome, Page, Platform, Request, Response
from monitor.roster import read_roster
from tests.collectors.fuzzing import AT
from tests.fakes_fetch import polite_client
from tests.server.hostile import FEED, Hostile, bomb, laughs, serve, xxe

ROOT = Path(__file__).resolve().parents[2]
GROWTH_MB = 60.0
"""How much the process may grow over gigabytes: a body of 5 MB, held a few times."""


@pytest.fixture
def server() -> Iterator[Hostile]:
    with serve() as running:
        yield running


ENDS = [
    ("gigabyte", Outcome.SCHEMA_DRIFT, "lebih besar"),
    ("gigabyte-chunked", Outcome.SCHEMA_DRIFT, "lebih besar"),
    ("bomb-gzip", Outcome.SCHEMA_DRIFT, "lebih besar"),
    ("bomb-deflate", Outcome.SCHEMA_DRIFT, "lebih besar"),
    ("bomb-members", Outcome.SCHEMA_DRIFT, "lebih besar"),
    ("bomb-nested", Outcome.SCHEMA_DRIFT, "tidak diminta"),
    ("br", Outcome.SCHEMA_DRIFT, "tidak diminta"),
    ("zstd", Outcome.SCHEMA_DRIFT, "tidak diminta"),
    ("headers-for-ever", Outcome.TRANSIENT, "sambungan gagal"),
    ("header-of-a-megabyte", Outcome.TRANSIENT, "sambungan gagal"),
    ("many-headers", Outcome.TRANSIENT, "sambungan gagal"),
    ("nonsense", Outcome.TRANSIENT, "sambungan gagal"),
    ("two-lengths", Outcome.TRANSIENT, "sambungan gagal"),
    ("gigabyte-said", Outcome.TRANSIENT, "sambungan gagal"),
    ("negative-length", Outcome.TRANSIENT, "sambungan gagal"),
    ("chain", Outcome.SCHEMA_DRIFT, "berputar-putar"),
]


def test_gigabytes_bombs_and_headers_without_end_are_survived_in_little_memory(server: Hostile) -> None:
    bomb()
    command = [sys.executable, "-W", "ignore", str(Path(__file__).with_name("hostile_worker.py")), server.host]
    names = [name for name, _, _ in ENDS]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [*command, *names, "members"], check=True, capture_output=True, text=True, env=environment, timeout=300
    )
    found = json.loads(ran.stdout)
    for name, outcome, said in ENDS:
        ended, detail, held = found["ended"][name]
        assert ended == outcome, (name, detail)
        assert said in detail, (name, detail)
        assert held == 0
    assert found["ended"]["members"] == ["ok_empty_proved", "", len(FEED)]
    print(f"\npeak {found['peak']:.0f} MB, {found['peak'] - found['before']:.0f} MB above one small feed")
    assert found["peak"] - found["before"] < GROWTH_MB
    assert server.asked["/chain"] == 1
    assert sum(count for path, count in server.asked.items() if path.startswith("/chain/")) == 5


@pytest.mark.parametrize("name", ["dribbled-status", "dribbled-body", "dribbled-chunks", "silence"])
def test_what_dribbles_ends_with_the_deadline(server: Hostile, name: str) -> None:
    began = time.monotonic()
    response = polite_client(hosts=[server.host], deadline_seconds=0.5).fetch(Request(server.url(name), "feed"))
    assert response.outcome is Outcome.TRANSIENT
    assert time.monotonic() - began < 20
    assert "s" in response.detail


def test_crooked_redirects(server: Hostile) -> None:
    client = polite_client(hosts=[server.host])
    for name in ("long-location", "split-location"):
        client.fetch(Request(server.url(name), "feed"))
    assert not any("\r" in path or "Set-Cookie" in path for path in server.asked)


# ----------------------------------------------------------------------- addresses

INSIDE = [
    "127.0.0.1:9", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "2130706433", "127.1", "0", "0.0.0.0", "[::]", "[::1]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:a00:1]", "[64:ff9b::a00:1]", "[2002:7f00:1::]", "[fe80::1]",
    "[fc00::1]", "[ff02::1]", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "192.0.2.1",
    "224.0.0.1", "255.255.255.255", "localhost", "LOCALHOST.", "①②⑦.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("inside", INSIDE)
def test_no_way_of_writing_an_inner_address_is_asked(server: Hostile, inside: str) -> None:
    refused = polite_client(hosts=[server.host]).fetch(Request(f"http://{inside}/", "feed"))
    assert refused.outcome in (Outcome.INVALID_REQUEST, Outcome.DENIED_BY_ROBOTS), refused
    assert refused.status == 0
    assert refused.detail


@pytest.mark.parametrize("inside", [one for one in INSIDE if one.isascii()])
def test_nor_by_a_redirect(server: Hostile, inside: str) -> None:
    refused = polite_client(hosts=[server.host]).fetch(Request(server.url(f"to/{inside}/feed"), "feed"))
    assert refused.outcome in (Outcome.INVALID_REQUEST, Outcome.DENIED_BY_ROBOTS), refused
    assert server.asked["/feed"] == 0


def test_a_name_that_turns_inside_between_two_look_ups_is_refused(server: Hostile) -> None:
    """The first look-up is public and its connection fails; whatever a later one says is checked anew, and pinned."""
    answers = [["203.0.114.9"], ["127.0.0.1"]]
    looked_up: list[str] = []

    def rebinding(host: str, _port: int) -> Sequence[str]:
        looked_up.append(host)
        return answers[min(len(looked_up), len(answers)) - 1]

    client = polite_client(resolve=rebinding, deadline_seconds=0.3)
    first = client.fetch(Request(f"http://warta.example:{server.port}/feed", "feed"))
    client.begin_run()
    second = client.fetch(Request(f"http://warta.example:{server.port}/feed", "feed"))
    assert {first.outcome, second.outcome} <= {Outcome.DENIED_BY_ROBOTS, Outcome.INVALID_REQUEST}
    assert "jaringan dalam" in second.detail
    assert server.asked.total() == 0


def test_a_redirect_to_a_name_that_leads_inside_is_refused(server: Hostile) -> None:
    def resolve(host: str, _port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    client = polite_client(hosts=[server.host], resolve=resolve)
    response = client.fetch(Request(server.url(f"to/lain.example:{server.port}/feed"), "feed"))
    assert response.outcome is Outcome.INVALID_REQUEST
    assert "jaringan dalam" in response.detail
    assert server.asked["/feed"] == 0


# ----------------------------------------------------------------------- documents


def read(body: bytes, purpose: str = "feed", content_type: str = "application/xml") -> Page:
    given = {"type": "feed", "id": "warta", "url": "https://warta.example/x", "pages": "all", "site": "jawapos"}
    config = FeedSource.model_validate({**given, "sitemap": purpose == "sitemap", "index": purpose == "index"})
    source = build_source(config, wanted=bool, list_files=lambda _: [])
    known = Item("warta", Platform.NEWS, "1", ItemKind.ARTICLE, None, "Ringkasan", "Judul", "https://warta.example/1")
    request = Request(config.url, purpose, item=known if purpose == "article" else None)
    return source.read(
        Response(request, AT, None, status=200, final_url=config.url, content_type=content_type, body=body)
    )


def within(seconds: float, megabytes: float, body: bytes, purpose: str, content_type: str = "text/html") -> Page:
    """Read within a limit of CPU time and of growth."""
    began, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    page = read(body, purpose, content_type)
    assert time.process_time() - began < seconds
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < megabytes
    return page


@pytest.mark.parametrize("purpose", ["feed", "sitemap"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "utf-16-be"])
def test_billion_laughs_are_not_laughed(purpose: str, codec: str) -> None:
    root = b"rss" if purpose == "feed" else b"urlset"
    body = laughs(root).decode().encode(codec)
    for one in (body, b" " * 200_000 + body, b"<!--" + b"x" * 200_000 + b"-->" + laughs(root)):
        page = within(5, 100, one, purpose, "application/xml")
        assert page.outcome is Outcome.SCHEMA_DRIFT
        assert page.detail


@pytest.mark.parametrize("purpose", ["feed", "sitemap", "article", "index"])
def test_entities_of_outside_are_never_read(purpose: str, tmp_path: Path, server: Hostile) -> None:
    secret = tmp_path / "rahasia.txt"
    secret.write_text("RAHASIA-NEGARA")
    for target in (secret.as_uri().encode(), server.url("feed").encode()):
        page = read(xxe(b"rss" if purpose == "feed" else b"urlset", target), purpose)
        assert "RAHASIA" not in repr(page)
    assert server.asked.total() == 0


DEEP = 100_000


@pytest.mark.parametrize(
    ("purpose", "body"),
    [
        ("article", b"<html><body>" + b"<div>" * DEEP),
        ("article", b"<html><body>" + b"<b>" * DEEP + b"x"),
        ("article", b"<html><body>" + b"<li><p>" * DEEP),
        ("article", b"<html><body>" + b"<table><tr><td>" * (DEEP // 3)),
        ("article", b"<html><body>" + b"<x" * DEEP),
        ("article", b"<html><body><p>" + b"Baca juga: " * DEEP),
        ("article", b"<html><body><p>" + b"baca juga" + b" " * 2_000_000),
        ("article", b"<html>" + b"<!--" * DEEP + b"<p>x"),
        ("article", b"<html><body><p " + b"a='b' " * DEEP + b">x"),
        ("article", b"<html><script id='__NEXT_DATA__' type='application/json'>" + b'{"props":' * DEEP + b"</script>"),
        ("article", b"<html><script type='application/ld+json'>" + b"[" * DEEP + b"</script><p>x"),
        ("article", b"<html><script type='application/ld+json'>" + b"9" * 1_000_000 + b"</script><p>x"),
        ("index", b"<html><body class='latest__wrap'>" + b"<div class='latest__item'>" * DEEP),
        ("sitemap", b"<urlset>" + b"<url>" * DEEP),
        ("feed", b"<rss version='2.0'><channel>" + b"<item>" * DEEP),
        ("feed", b"<rss version='2.0'><channel><item><title>a</title><description>" + b"&lt;div&gt;" * DEEP),
        ("feed", b"<rss version='2.0'><channel>" + b"<x>" * DEEP),
        ("feed", b"<rss version='2.0'><channel>" + b"<item/>" * DEEP + b"</channel></rss>"),
    ],
    ids=range(18),
)
def test_what_is_nested_or_repeated_without_end_is_survived(purpose: str, body: bytes) -> None:
    page = within(20, 250, body, purpose)
    assert all(len(item.text) < 5_000_000 for item in page.items)


@pytest.mark.parametrize("codec", ["punycode", "idna", "unicode_escape", "zlib", "rot13", "a\x00b", "undefined"])
@pytest.mark.parametrize("purpose", ["feed", "article", "index"])
def test_encodings_that_no_page_has_are_not_tried(codec: str, purpose: str) -> None:
    body = (
        b"<?xml version='1.0' encoding='"
        + codec.encode()
        + b"'?><meta charset='"
        + codec.encode()
        + b"'>"
        + b"a" * 500_000
    )
    page = within(10, 100, body, purpose, f"text/html; charset={codec}")
    assert page.outcome is not Outcome.OK_EMPTY_PROVED


def test_a_sitemap_that_unpacks_for_ever() -> None:
    assert within(20, 150, bomb(), "sitemap").outcome is Outcome.SCHEMA_DRIFT
    assert read(gzip.compress(gzip.compress(b"<urlset/>")), "sitemap").outcome is Outcome.SCHEMA_DRIFT


def test_lines_of_json_nested_without_end() -> None:
    config = FileSource.model_validate({"type": "jsonl", "id": "b", "path": "x", "platform": "x", "kind": "unggahan"})
    source = build_source(config, wanted=bool, list_files=lambda _: ["x"])
    for body in (b"[" * DEEP, b'{"id":' * DEEP, b'{"a":"' + b"\\" * DEEP):
        page = source.read(Response(Request("x", "file"), AT, None, body=body))
        assert page.outcome is Outcome.SCHEMA_DRIFT


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"])
def test_a_spreadsheet_that_laughs(tmp_path: Path, part: str) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["Nama Lengkap", "Instansi", "Jabatan"])
    book.active.append(["Sari Contoh", "Dinas Uji", "Staf"])
    good, bad = tmp_path / "baik.xlsx", tmp_path / "buruk.xlsx"
    book.save(good)
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, laughs(b"worksheet") if name == part else source.read(name))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        draft = read_roster(bad)
    except ImportRefusedError:
        draft = None
    assert draft is None or len(draft.rows) <= 1
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 200
