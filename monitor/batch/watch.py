"""Headway of a phase run, noted where other processes see it; and waiting beside one until it ends or stands still."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from monitor.app import App, Clock
from monitor.batch.parts import put
from monitor.batch.run import Tell, duration
from monitor.digest import brief
from monitor.upkeep import HEADWAY, RUN_REPORT, Headway, headway, runs_of, standstills, unfinished

_EVERY = timedelta(seconds=5)
LOOK_SECONDS = 60.0


def noting(folder: Path, doing: str, clock: Clock, tell: Tell) -> Tell:
    """Give a `tell` that also writes into the run's folder how far it has come, every few seconds and at both ends."""
    last: list[Headway] = []

    def told(done: int, of: int) -> None:
        tell(done, of)
        now = clock()
        if not last or done >= of or not timedelta(0) <= now - last[-1].at < _EVERY:
            last[:] = [Headway(now, doing, done, of)]
            held = {"at": now.isoformat(), "doing": doing, "done": done, "of": of}
            with suppress(OSError):  # a full disk ends the run where something is lost by it, not here
                put(folder / HEADWAY, json.dumps(held).encode() + b"\n")

    return told


def watch(app: App, say: Callable[[str], None], password: str) -> bool:
    """Look at unfinished runs every minute until none is left; False as soon as one stands still.

    Says how far each has come and how long the rest takes at the rate seen; sends the letter of a standstill.
    """
    seen = dict[Path, Headway]()
    while waiting := unfinished(runs_of(app)):
        for folder in waiting:
            found = headway(folder)
            if found is not None and seen.get(folder) != found:
                say(_line(folder, found, seen.get(folder)))
                seen[folder] = found
        if any(standstills(app)):
            for line in brief.warn(app, password):
                say(line)
            for one in standstills(app):
                say(f"{one.folder.name} {one.said()}. {one.advice()}")
            return False
        app.sleep(LOOK_SECONDS)
    for folder in seen:
        if (folder / RUN_REPORT).exists():
            say(f"{folder.name} selesai.")
    if not seen:
        say("Tidak ada jalan tahapan yang belum selesai.")
    return True


def _line(folder: Path, now: Headway, before: Headway | None) -> str:
    said = f"{folder.name}: {now.doing}, {now.done} dari {now.of} bagian"
    if before is not None and before.doing == now.doing and now.done > before.done:
        rate = (now.done - before.done) / max((now.at - before.at).total_seconds(), 1.0)
        said += f", sisa kira-kira {duration((now.of - now.done) / rate)}"
    return said
