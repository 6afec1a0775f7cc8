"""A worker killed at a random moment, in its start as likely as in its work: the same files, byte for byte."""

from __future__ import annotations

import os
import random
import signal
import threading
from multiprocessing import active_children
from pathlib import Path

from monitor.app import App
from monitor.batch import crew, run
from monitor.batch.parts import put, sweep
from tests.batch.phase_office import CONTEST, QUIET, STRETCH, silent


def files(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in (folder / crew.PARTS).iterdir()}


def test_a_worker_killed_at_a_random_moment_leaves_the_same_bytes(app: App) -> None:
    folder = run.begin(app, QUIET, CONTEST, stretch=STRETCH)
    other = run.again(app, folder)
    whole = run.carry_on(app, folder, 1, silent)
    moment = random.uniform(0.2, 4.0)
    print(f"killed after {moment:.2f} s")
    timer = threading.Timer(
        moment, lambda: [os.kill(one.pid, signal.SIGKILL) for one in active_children()[:1] if one.pid]
    )
    timer.start()
    try:
        assert run.carry_on(app, other, 2, silent) == whole
    finally:
        timer.cancel()
    assert files(other) == files(folder)


def test_what_a_killed_writer_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    put(tmp_path / "a.json", b"{}")
    put(tmp_path / "a.json", b"[]")
    (tmp_path / ".b.json.0123.setengah").write_bytes(b"{")
    sweep(tmp_path)
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == {"a.json": b"[]"}
