"""Reading posters: name and number are found and proposed; slow, broken and missing readers stop nothing."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.capture import ocr
from monitor.evidence import Archive
from monitor.models import Request, Response
from monitor.store import PictureText, Store
from tests.fakes import START, FakeClock
from tests.fakes_capture import bomb, png, poster
from tests.fakes_store import open_store

installed = pytest.mark.skipif(
    bool(ocr.missing()) and os.environ.get("CI") != "true", reason="tesseract with `ind` is not installed"
)
POSTERS = [("Andi Misalkan", "Contoh Bersinar", 1), ("Citra Andaikan", "Maju Bareng Contoh", 2), ("Eka Percobaan", "Contoh Guyub", 3)]  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path, FakeClock()) as opened:
        yield opened


def kept(archive: Archive, content: bytes) -> str:
    return archive.put(Response(Request(f"gambar:{len(content)}", "capture"), START, None, body=content))


@installed
@pytest.mark.parametrize(("name", "slogan", "number"), POSTERS)
def test_a_poster_gives_its_candidate_and_its_number(name: str, slogan: str, number: int) -> None:
    found = ocr.read(poster((f"COBLOS NOMOR {number}", name, slogan)))
    assert (found.engine, found.outcome) == ("tesseract", "terbaca")
    assert name in found.text
    assert slogan in found.text
    assert f"NOMOR {number}" in found.text


@installed
def test_an_empty_picture_says_so_and_a_broken_one_too() -> None:
    assert ocr.read(png()).outcome == "kosong"
    assert ocr.read(b"bukan gambar").outcome == "gagal"
    assert ocr.read(bomb()).outcome == "gagal"


def test_a_reader_that_is_too_slow_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = tmp_path / "tesseract"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert ocr.read(png(), seconds=1).outcome == "terlalu_lama"


def test_a_reader_that_fails_or_floods_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "tesseract"
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    fake.write_text("#!/bin/sh\nexit 3\n")
    fake.chmod(0o755)
    assert ocr.read(png()).outcome == "gagal"
    fake.write_text("#!/bin/sh\nyes 'kata kata' | head -c 3000000\n")
    assert len(ocr.read(png()).text) <= ocr.LONGEST


def test_what_is_missing_is_said_with_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "apt-get install" in ocr.missing()
    assert ocr.read(png()).outcome == "gagal"


def test_unseen_characters_are_dropped() -> None:
    assert ocr.tidy("  Pilih\u202e \x0c\n\n\x00nomor 2 \n") == "Pilih\nnomor 2"


def test_pictures_are_read_one_after_another_each_once(store: Store, tmp_path: Path) -> None:
    archive, seen, most, lock = Archive(tmp_path / "arsip"), list[bytes](), list[int](), threading.Lock()
    running = 0

    def read(content: bytes) -> PictureText:
        nonlocal running
        with lock:
            running += 1
            most.append(running)
        seen.append(content)
        with lock:
            running -= 1
        return PictureText("uji", "terbaca", f"{len(content)} bita")

    digests = [kept(archive, png(10 + place, 10)) for place in range(12)]
    reader = ocr.Reader(store, archive, read)
    threads = [threading.Thread(target=reader.ask, args=(digests,)) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    reader.close()
    assert sorted(seen) == sorted(archive.read(one) for one in digests)
    assert max(most) == 1
    assert all(store.uploads.text(one) is not None for one in digests)


def test_a_picture_that_is_gone_is_said_and_reading_goes_on(store: Store, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "arsip")
    sound = kept(archive, png())
    reader = ocr.Reader(store, archive, lambda _content: PictureText("uji", "kosong", ""))
    reader.ask(["f" * 64, sound])
    reader.close()
    assert store.uploads.text("f" * 64).outcome == "gagal"  # type: ignore[union-attr]
    assert store.uploads.text(sound).outcome == "kosong"  # type: ignore[union-attr]


def test_a_full_line_never_blocks_who_asks(store: Store, tmp_path: Path) -> None:
    archive, gate = Archive(tmp_path / "arsip"), threading.Event()
    first = kept(archive, png())

    def read(_content: bytes) -> PictureText:
        gate.wait(20)
        return PictureText("uji", "kosong", "")

    reader = ocr.Reader(store, archive, read)
    reader.ask([first, *(f"{place:064x}" for place in range(500))])
    gate.set()
    reader.close()
    assert store.uploads.text(first) is not None
