"""What is written down of a stretch of work: processor time of this process and the ended ones it started, and space."""

from __future__ import annotations

import gc
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Meter:
    """Adds up the stretches that are measured; what lies between them (making texts, opening offices) costs nothing.

    `cpu` and `wall` are seconds, `count` whatever the stage counts, `disk` bytes that it left, `before_mb` the
    memory that was held when the first stretch began.
    """

    cpu: float = 0.0
    wall: float = 0.0
    count: int = 0
    disk: int = 0
    before_mb: float = 0.0

    @contextmanager
    def on(self, count: int = 0) -> Iterator[None]:
        """Measure the body of a `with`, in which so many things are done."""
        self.before_mb = self.before_mb or _forget()
        cpu, wall = _spent(), time.perf_counter()
        yield
        self.cpu += _spent() - cpu
        self.wall += time.perf_counter() - wall
        self.count += count


def _spent() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def _forget() -> float:
    """Let the peak of memory begin anew, so that making the office is not in it; gives MB held now."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return peak_mb()


def peak_mb() -> float:
    """Give the most that this process held since the first stretch began."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def size_of(*places: Path) -> int:
    """Give the bytes of files and of all files in folders."""
    files = [one for place in places for one in ([place] if place.is_file() else place.rglob("*"))]
    return sum(one.stat().st_size for one in files if one.is_file())
