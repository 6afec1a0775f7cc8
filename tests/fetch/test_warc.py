"""WARC records: readable by a WARC tool, with everything that was said and no secret, equal for equal input."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from monitor.errors import ArchiveError
from monitor.evidence import Archive, ClockState, public_url, read_clock
from monitor.evidence import warc as records
from monitor.models import Request, Response
from tests.fakes_fetch import polite_client
from tests.server.scenario import serve

AT = datetime(2025, 6, 1, 3, 0, 0, 123456, tzinfo=UTC)
SECRET = "sangat-rahasia-123"
URL = "https://warta.contoh.example/cari?q=calon+satu&key=" + SECRET


def answer(body: bytes = b"<p>Selamat pagi</p>") -> Response:
    return Response(
        request=Request(URL, "page"),
        fetched_at=AT,
        outcome=None,
        status=200,
        final_url=URL,
        content_type="text/html",
        headers=(
            ("Content-Type", "text/html"),
            ("Content-Encoding", "gzip"),
            ("Content-Length", "7"),
            ("Set-Cookie", SECRET),
            ("X-Aneh", "baris\r\nX-Sisipan: 1"),
        ),
        body=body,
        sent=(("User-Agent", "Netra/0.1.0"), ("Authorization", f"Bearer {SECRET}"), ("Cookie", SECRET)),
        remote="192.0.2.7",
    )


def test_another_tool_reads_request_and_answer(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    kept = archive.capture(answer())
    content = archive.read_warc(kept.warc_sha256)
    assert SECRET.encode() not in gzip.decompress(content)
    path = tmp_path / "contoh.warc.gz"
    path.write_bytes(content)
    checked = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", str(path)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
    found = {
        record.rec_type: (record, record.content_stream().read()) for record in ArchiveIterator(io.BytesIO(content))
    }
    assert list(found) == ["warcinfo", "request", "response"]
    response, body = found["response"]
    assert body == b"<p>Selamat pagi</p>"
    assert response.rec_headers.get_header("WARC-Date") == "2025-06-01T03:00:00.123456Z"
    assert response.rec_headers.get_header("WARC-IP-Address") == "192.0.2.7"
    assert response.rec_headers.get_header("WARC-Target-URI").endswith("key=DISEMBUNYIKAN")
    assert response.http_headers.statusline == "200 OK"
    assert response.http_headers.get_header("X-Archive-Orig-Content-Encoding") == "gzip"
    assert response.http_headers.get_header("Content-Length") == "19"
    assert response.http_headers.get_header("X-Sisipan") is None
    assert found["request"][0].http_headers.get_header("User-Agent") == "Netra/0.1.0"


def test_equal_input_gives_equal_bytes_and_the_same_again_a_short_record(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    one = archive.capture(answer())
    assert Archive(tmp_path / "lain").capture(answer()).warc_sha256 == one.warc_sha256
    later = archive.capture(replace(answer(), fetched_at=AT.replace(hour=9)))
    assert later.body_sha256 == one.body_sha256
    assert later.record_sha256 == one.record_sha256
    [_info, _asked, again] = records.read(archive.read_warc(later.warc_sha256))
    assert (again.kind, again.payload) == ("revisit", b"")
    assert sorted(archive.warcs()) == sorted({one.warc_sha256, later.warc_sha256})
    assert list(archive.hashes()) == [one.body_sha256]


def test_a_part_of_an_answer_never_passes_for_the_whole(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    kept = archive.capture(answer(b"hanya bagian ini"), partial=True)
    [_info, _asked, part] = records.read(archive.read_warc(kept.warc_sha256))
    assert (part.kind, part.payload, part.status_line) == ("conversion", b"hanya bagian ini", "200 OK")
    assert kept.partial


def test_a_file_that_people_brought_has_no_warc(tmp_path: Path) -> None:
    brought = Response(Request("masuk/a.csv", "file"), AT, None, body=b"id\n1\n", final_url="masuk/a.csv")
    kept = Archive(tmp_path).capture(brought)
    assert kept.warc_sha256 == ""
    assert list(Archive(tmp_path).warcs()) == []


def test_the_real_client_says_who_answered(tmp_path: Path) -> None:
    with serve() as server:
        client = polite_client(hosts=[server.host])
        response = client.fetch(Request(server.url("gzip"), "feed"))
        kept = Archive(tmp_path).capture(response)
    [_info, asked, got] = records.read(Archive(tmp_path).read_warc(kept.warc_sha256))
    assert got.remote == "127.0.0.1"
    assert got.payload == response.body
    assert b"<rss" in got.payload
    assert dict(asked.headers)["User-Agent"].startswith("Netra/")


def warcio_agrees(folder: Path, content: bytes) -> None:
    """Another reader of WARC files finds every digest right."""
    path = folder / "diperiksa.warc.gz"
    path.write_bytes(content)
    command = [sys.executable, "-m", "warcio.cli", "check", "-v", str(path)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_every_redirect_on_the_way_is_a_record_of_its_own(tmp_path: Path) -> None:
    with serve() as server:
        response = polite_client(hosts=[server.host]).fetch(Request(server.url("308-302"), "feed"))
        kept = Archive(tmp_path).capture(response)
    content = Archive(tmp_path).read_warc(kept.warc_sha256)
    found = records.read(content)
    assert [(one.kind, one.url.rpartition("/")[2], one.status_line[:4], one.hop) for one in found[1:]] == [
        ("request", "308-302", "/s/3", False), ("response", "308-302", "308 ", True),
        ("request", "302", "/s/3", False), ("response", "302", "302 ", True),
        ("request", "ok", "/s/o", False), ("response", "ok", "200 ", False),
    ]  # fmt: skip
    assert {name.lower(): value for name, value in found[2].headers}["location"] == "/s/302"
    assert [one.payload for one in found if one.hop] == [b"", b""]
    assert found[-1].payload == response.body
    names = [one.rec_headers.get_header("WARC-Record-ID") for one in ArchiveIterator(io.BytesIO(content))]
    assert len(set(names)) == len(names)
    warcio_agrees(tmp_path, content)


@pytest.mark.parametrize("scenario", ["to-private", "to-file", "loop", "to-user"])
def test_a_redirect_that_is_not_followed_is_kept(tmp_path: Path, scenario: str) -> None:
    archive = Archive(tmp_path)
    with serve() as server:
        response = polite_client(hosts=[server.host]).fetch(Request(server.url(scenario), "feed"))
        assert response.proves
        kept = archive.capture(response)
    found = records.read(archive.read_warc(kept.warc_sha256))
    assert {one.hop for one in found if one.kind == "response"} == {True}
    assert b'"redirects"' in archive.read(kept.body_sha256)
    assert (kept.size, kept.record_sha256) == (0, "")
    assert archive.find(response.request) is None, "it never passes for a body of this address"
    warcio_agrees(tmp_path, archive.read_warc(kept.warc_sha256))


def test_not_modified_is_a_revisit_that_holds_what_was_asked_and_said(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with serve() as server:
        client = polite_client(hosts=[server.host])
        first = client.fetch(Request(server.url("ok"), "feed"))
        whole = archive.capture(first)
        again = client.fetch(Request(server.url("ok"), "feed", etag=first.etag))
    assert (again.status, again.body) == (304, b"")
    kept = archive.capture(again)
    content = archive.read_warc(kept.warc_sha256)
    [_info, asked, said] = records.read(content)
    assert (said.kind, said.status_line, said.hop) == ("revisit", "304 Not Modified", False)
    assert dict(asked.headers)["If-None-Match"] == first.etag
    [*_, record] = ArchiveIterator(io.BytesIO(content))
    assert record.rec_headers.get_header("WARC-Profile") == records.NOT_MODIFIED
    assert kept.body_sha256 != whole.body_sha256
    assert archive.find(Request(server.url("ok"), "feed")) is not None
    warcio_agrees(tmp_path, content)


def test_where_a_redirect_points_is_told_without_secrets(tmp_path: Path) -> None:
    hop = replace(answer(b""), status=302, headers=(("Location", f"/lain?a=1&token={SECRET}"),))
    kept = Archive(tmp_path).capture(replace(answer(), hops=(hop, hop)))
    content = gzip.decompress(Archive(tmp_path).read_warc(kept.warc_sha256))
    assert SECRET.encode() not in content
    assert content.count(b"Location: /lain?a=1&token=DISEMBUNYIKAN") == 2


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/?key=x&q=1", "https://a.example/?key=DISEMBUNYIKAN&q=1"),
        ("https://a.example/?access_token=x", "https://a.example/?access_token=DISEMBUNYIKAN"),
        ("https://a.example/?q=kunci&page=2", "https://a.example/?q=kunci&page=2"),
        ("https://a.example/jalan%20x?a%3Db", "https://a.example/jalan%20x?a%3Db"),
        ("berkas/a=b.csv", "berkas/a=b.csv"),
        ("http://[rusak", "http://[rusak"),
    ],
)
def test_secrets_in_addresses_are_hidden(url: str, shown: str) -> None:
    assert public_url(url) == shown


@given(place=st.integers(min_value=0), change=st.integers(1, 255))
def test_any_changed_byte_of_a_warc_is_found(tmp_path_factory: pytest.TempPathFactory, place: int, change: int) -> None:
    archive = Archive(tmp_path_factory.mktemp("warc"))
    sha256 = archive.capture(answer()).warc_sha256
    path = next(archive.folder.glob("warc/??/??/*"))
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= change
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match="berbeda dari sidiknya"):
        archive.read_warc(sha256)


@given(body=st.binary(max_size=300), status=st.integers(100, 999), header=st.text(max_size=40))
def test_whatever_a_server_says_can_be_recorded_and_read(body: bytes, status: int, header: str) -> None:
    said = replace(answer(body), status=status, headers=(("X-Apa", header), ("Content-Type", header)))
    [_info, _asked, got] = records.read(records.write(said, "https://a.example/", "1"))
    assert got.payload == body
    assert got.status_line.startswith(str(status))


@pytest.mark.parametrize("content", [b"", b"bukan warc", gzip.compress(b"WARC/1.1\r\n", mtime=0)])
def test_broken_files_are_refused(content: bytes) -> None:
    with pytest.raises(records.BrokenWarcError):
        records.read(content)


def test_the_state_of_the_clock_is_read(tmp_path: Path) -> None:
    assert read_clock(lambda: 1000.5, lambda: 400.25).offset == 600.25
    kept = Archive(tmp_path, lambda: ClockState(None, 5.0)).capture(answer())
    assert (kept.clock_synchronised, kept.clock_offset) == (None, 5.0)
    assert {one: ClockState(one, 0).words() for one in (True, False, None)}[None] == "tidak diketahui"
