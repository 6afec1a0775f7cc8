from __future__ import annotations

import os
from pathlib import Path

import pytest

from monitor.evidence import Archive
from monitor.fetch import DispatchingFetcher, FileFetcher, ReplayFetcher
from monitor.models import Outcome, Request
from tests.fakes import FakeClock
from tests.fakes_fetch import polite_client

CLOCK = FakeClock()


def ask(folder: Path, url: str, *patterns: str, etag: str = "", max_bytes: int = 1000) -> tuple[Outcome | None, bytes]:
    fetcher = FileFetcher(folder, patterns or ("masuk/*.csv",), CLOCK, max_bytes)
    response = fetcher.fetch(Request(url, "file", etag=etag))
    assert response.outcome is None or response.detail or response.outcome is Outcome.NOT_MODIFIED
    return response.outcome, response.body


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "masuk").mkdir()
    (tmp_path / "masuk" / "a.csv").write_bytes(b"id\n1\n")
    (tmp_path / "rahasia.csv").write_bytes(b"rahasia")
    return tmp_path


def test_a_named_file_is_read_and_unchanged_is_not_modified(folder: Path) -> None:
    fetcher = FileFetcher(folder, ["masuk/*.csv"], CLOCK)
    first = fetcher.fetch(Request("masuk/a.csv", "file"))
    assert (first.outcome, first.body, first.content_type) == (None, b"id\n1\n", "text/csv")
    assert fetcher.fetch(Request("masuk/a.csv", "file", etag=first.etag)).outcome is Outcome.NOT_MODIFIED
    (folder / "masuk" / "a.csv").write_bytes(b"id\n2\n")
    assert fetcher.fetch(Request("masuk/a.csv", "file", etag=first.etag)).body == b"id\n2\n"


@pytest.mark.parametrize(
    "url", ["rahasia.csv", "masuk/../rahasia.csv", "/etc/passwd", "../x", "masuk/a.csv\0", "masuk", "masuk/b.txt/.."]
)
def test_nothing_outside_the_pattern_is_read(folder: Path, url: str) -> None:
    assert ask(folder, url) == (Outcome.INVALID_REQUEST, b"")


def test_links_that_lead_out_are_refused(folder: Path) -> None:
    (folder / "masuk" / "l.csv").symlink_to(folder / "rahasia.csv")
    (folder / "masuk" / "baik.csv").symlink_to(folder / "masuk" / "a.csv")
    assert ask(folder, "masuk/l.csv")[0] is Outcome.INVALID_REQUEST
    assert ask(folder, "masuk/baik.csv") == (None, b"id\n1\n")


def test_missing_large_and_strange_files(folder: Path) -> None:
    (folder / "masuk" / "besar.csv").write_bytes(b"x" * 1001)
    os.mkfifo(folder / "masuk" / "pipa.csv")
    assert ask(folder, "masuk/tiada.csv")[0] is Outcome.GONE
    assert ask(folder, "masuk/*.csv")[0] is Outcome.NOT_AVAILABLE
    assert ask(folder, "masuk/besar.csv")[0] is Outcome.SCHEMA_DRIFT
    assert ask(folder, "masuk/pipa.csv")[0] is Outcome.SCHEMA_DRIFT


def test_an_unreadable_file_is_reported(folder: Path) -> None:
    (folder / "masuk" / "folder.csv").mkdir()
    assert ask(folder, "masuk/folder.csv")[0] in {Outcome.NOT_AVAILABLE, Outcome.SCHEMA_DRIFT}


def test_dispatch_sends_each_request_to_its_fetcher(folder: Path) -> None:
    fetcher = DispatchingFetcher(polite_client(), FileFetcher(folder, ["masuk/*.csv"], CLOCK), CLOCK)
    fetcher.begin_run()
    assert fetcher.fetch(Request("masuk/a.csv", "file")).body == b"id\n1\n"
    assert fetcher.fetch(Request("http://127.0.0.1:1/", "feed")).outcome is Outcome.INVALID_REQUEST
    assert fetcher.fetch(Request("tertutup:x", "gated")).outcome is Outcome.LEGALLY_OFF
    assert fetcher.fetch(Request("file:///etc/passwd", "file")).body == b""


def test_replay_answers_from_the_archive(folder: Path) -> None:
    archive = Archive(folder / "bukti")
    archive.put(FileFetcher(folder, ["masuk/*.csv"], CLOCK).fetch(Request("masuk/a.csv", "file")), "0.1.0")
    replay = ReplayFetcher(archive.find, CLOCK)
    assert replay.fetch(Request("masuk/a.csv", "file")).body == b"id\n1\n"
    assert replay.fetch(Request("masuk/b.csv", "file")).outcome is Outcome.NOT_AVAILABLE
