from __future__ import annotations

import gzip
import hashlib
import json
import resource
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import ArchiveError
from monitor.evidence import Archive
from monitor.models import Request, Response

AT = datetime(2025, 6, 1, 3, 0, tzinfo=UTC)


def answer(body: bytes, url: str = "https://warta.example/rss", at: datetime = AT) -> Response:
    return Response(
        request=Request(url, "feed"),
        fetched_at=at,
        outcome=None,
        status=200,
        final_url=url,
        headers=(("Content-Type", "text/xml"), ("Set-Cookie", "rahasia=1")),
        body=body,
    )


def test_what_goes_in_comes_out_and_repeats_change_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    sha = archive.put(answer(b"<rss/>"), "0.1.0")
    before = sorted(tmp_path.glob("??/**/*"))
    assert archive.put(answer(b"<rss/>", at=AT.replace(hour=9)), "0.2.0") == sha
    assert sorted(tmp_path.glob("??/**/*")) == before
    assert archive.read(sha) == b"<rss/>"
    assert archive.verify_all() == ()
    assert list(archive.hashes()) == [sha]
    record = json.loads(next(tmp_path.rglob("*.json")).read_text())
    assert record["version"] == "0.1.0"
    assert record["fetched_at"] == "2025-06-01T03:00:00+00:00"
    assert "rahasia" not in json.dumps(record)


def test_the_same_bytes_from_two_addresses_keep_two_records(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.put(answer(b"x", "https://a.example/"), "1")
    archive.put(answer(b"x", "https://b.example/"), "1")
    assert len(list(tmp_path.rglob("*.json"))) == 2
    assert len(list(tmp_path.glob("??/??/*.gz"))) == 1


def test_the_newest_answer_is_found_again(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.put(answer(b"lama"), "1")
    archive.put(answer(b"baru", at=AT.replace(hour=9)), "1")
    found = archive.find(Request("https://warta.example/rss", "feed"))
    assert found is not None
    assert found.body == b"baru"
    assert found.content_type == "text/xml"
    assert archive.find(Request("https://lain.example/", "feed")) is None


@pytest.mark.parametrize(
    "damage", [gzip.compress(b"lain", mtime=0), b"bukan gzip", gzip.compress(b"<rss/>", mtime=0)[:-4], b""]
)
def test_changed_bytes_are_found(tmp_path: Path, damage: bytes) -> None:
    archive = Archive(tmp_path)
    sha = archive.put(answer(b"<rss/>"), "1")
    next(tmp_path.glob("??/??/*.gz")).write_bytes(damage)
    with pytest.raises(ArchiveError, match="pulihkan dari cadangan"):
        archive.read(sha)
    with pytest.raises(ArchiveError):
        archive.put(answer(b"<rss/>"), "1")
    assert len(archive.verify_all()) == 1


def test_an_archive_of_an_earlier_version_stays_readable(tmp_path: Path) -> None:
    """Bodies were written by `gzip.compress`, which names the system in the header; there was no WARC beside them."""
    archive, body = Archive(tmp_path), b"<rss>lama</rss>"
    sha256 = hashlib.sha256(body).hexdigest()
    folder = tmp_path / sha256[:2] / sha256[2:4]
    folder.mkdir(parents=True)
    (folder / f"{sha256}.gz").write_bytes(gzip.compress(body, 6, mtime=0))
    assert archive.read(sha256) == body
    assert archive.verify_all() == ()
    assert archive.put(answer(body), "2") == sha256


@pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", ""])
def test_missing_or_foreign_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArchiveError):
        Archive(tmp_path).read(name)


def test_a_full_disk_says_so_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8, hard))  # a file may not grow past 8 bytes
    try:
        with pytest.raises(ArchiveError, match="penuh"):
            archive.put(answer(b"a" * 1000), "1")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    archive.put(answer(b"a" * 1000), "1")
