"""Reading the words in a picture with tesseract, as a subprocess that may cost so much and no more.

What comes out is a proposal. A word or number that is missing proves nothing: it loses the digit in a circle that every
eye sees, so the picture itself always goes to the reviewer.
"""

from __future__ import annotations

import os
import queue
import shutil
import subprocess
import threading
from collections.abc import Callable, Sequence

from monitor.capture.pictures import grey
from monitor.errors import ArchiveError, ImportRefusedError
from monitor.evidence import Archive
from monitor.store import PictureText, Store

SECONDS = 25
MEMORY = 1_500_000_000
LONGEST = 20_000
SIDE = 2200
"""Pictures are read at most this large: a phone's screenshot is 1080 x 2340."""
_WAITING = 64
_READ, _EMPTY, _LATE, _FAILED = "terbaca", "kosong", "terlalu_lama", "gagal"


def missing() -> str:
    """Say (Indonesian) what is not installed for reading pictures, "" where all is there."""
    program = shutil.which("tesseract")
    if program is None:
        return "tesseract belum terpasang: sudo apt-get install -y tesseract-ocr tesseract-ocr-ind"
    listed = subprocess.run([program, "--list-langs"], capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
    if b"ind" not in listed.stdout.split():
        return "bahasa Indonesia untuk tesseract belum terpasang: sudo apt-get install -y tesseract-ocr-ind"
    return ""


def read(content: bytes, seconds: int = SECONDS) -> PictureText:
    """Read a picture within so many seconds; never raises for what it holds."""
    program = shutil.which("tesseract")
    if program is None:
        return PictureText("", _FAILED, "")
    try:
        page = grey(content, SIDE)
        done = subprocess.run(  # noqa: S603
            [*_limits(), program, "stdin", "stdout", "-l", "ind", "--psm", "3"],
            input=page,
            capture_output=True,
            timeout=seconds,
            check=False,
            env={"PATH": os.environ.get("PATH", ""), "OMP_THREAD_LIMIT": "1"},
        )
    except subprocess.TimeoutExpired:
        return PictureText("tesseract", _LATE, "")
    except (ImportRefusedError, OSError):
        return PictureText("tesseract", _FAILED, "")
    if done.returncode != 0:
        return PictureText("tesseract", _FAILED, "")
    text = tidy(done.stdout.decode("utf-8", "replace"))
    return PictureText("tesseract", _READ if text else _EMPTY, text)


def tidy(text: str) -> str:
    """Drop what is no text, and blank lines; cut at `LONGEST`."""
    lines = ("".join(one for one in line if one.isprintable()).strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)[:LONGEST]


def _limits() -> list[str]:
    """Bound memory and processor time where the system has `prlimit`."""
    bound = shutil.which("prlimit")
    return [bound, f"--as={MEMORY}", f"--cpu={SECONDS}"] if bound else []


class Reader:
    """Reads pictures of the archive one after another, beside everything else. Safe to ask from many threads."""

    def __init__(self, store: Store, archive: Archive, read_picture: Callable[[bytes], PictureText] = read) -> None:
        self._store, self._archive, self._read = store, archive, read_picture
        self._asked: queue.Queue[str | None] = queue.Queue(_WAITING)
        self._lock = threading.Lock()
        self._open: set[str] = set()
        self._worker: threading.Thread | None = None

    def ask(self, digests: Sequence[str]) -> None:
        """Put pictures in line and return at once. With a full line the next look at them asks again."""
        with self._lock:
            if self._worker is None or not self._worker.is_alive():
                self._worker = threading.Thread(target=self._work, name="baca-gambar", daemon=True)
                self._worker.start()
            for one in digests:
                if one in self._open:
                    continue
                try:
                    self._asked.put_nowait(one)
                except queue.Full:
                    return
                self._open.add(one)

    def close(self) -> None:
        """Finish what is being read and stop."""
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is not None:
            self._asked.put(None)
            worker.join(2 * SECONDS)

    def _work(self) -> None:
        while (digest := self._asked.get()) is not None:
            try:
                if self._store.uploads.text(digest) is None:
                    self._store.uploads.set_text(digest, self._read(self._archive.read(digest)))
            except ArchiveError:
                self._store.uploads.set_text(digest, PictureText("", _FAILED, ""))
            finally:
                with self._lock:
                    self._open.discard(digest)
