"""Judging the parts of a run, here or in several processes; a killed process costs the part it was at, nothing else.

Workers read the database beside whoever writes, judge by the frozen folder alone, and write the files of their part
themselves: what goes back is a summary.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Protocol

from monitor.batch.frozen import thaw
from monitor.batch.manifest import Manifest, span_of
from monitor.batch.parts import PartSummary, screen_part, write_part
from monitor.errors import ConflictError, NetraError
from monitor.governance.crew import settle
from monitor.judge import Judges
from monitor.store import Store
from monitor.upkeep import RUN_MANIFEST

FROZEN, PARTS, MANIFEST = "beku", "bagian", RUN_MANIFEST

Key = str
"""Names a part; what it stands for is the place's own."""
TRIES = 5
"""How often a run goes on after a worker was ended from outside."""


class Bench(Protocol):
    """A worker's own: what it built to judge with."""

    def part(self, key: Key) -> PartSummary:
        """Judge one part and write what came of it."""
        ...

    def close(self) -> None:
        """Let go of what is open."""
        ...


class Place(Protocol):
    """Where a run lives and its items are read; goes to other processes, so it is plain and small."""

    def bench(self) -> Bench:
        """Build what judges.

        Raises:
            NetraError: the manifest, the frozen folder or the items cannot be used.
        """
        ...


@dataclass(frozen=True, slots=True)
class DatabasePlace:
    """A run beside its database. Its parts are ranges of item ids."""

    folder: Path
    database: Path

    def bench(self) -> DatabaseBench:
        """Open what judging needs: the manifest, the database for reading alone, the frozen judges."""
        manifest = Manifest.read(self.folder / MANIFEST)
        store = Store.read_only(self.database, lambda: datetime.now(UTC))
        try:
            past = store.frozen.past(manifest.watermark)
            judges = thaw(self.folder / FROZEN, manifest.inside, manifest.judges, past)
        except BaseException:
            store.close()
            raise
        return DatabaseBench(self.folder / PARTS, manifest, store, judges)


@dataclass(frozen=True, slots=True)
class DatabaseBench:
    """Judges items of a database, read as they stood at the watermark."""

    parts: Path
    manifest: Manifest
    store: Store
    judges: Judges

    def part(self, key: Key) -> PartSummary:
        """Judge one range of item ids."""
        first, last = span_of(key)
        items = self.store.frozen.items(first, last, self.manifest.watermark)
        return write_part(self.parts, *screen_part(self.judges, items, self.manifest.seed, key))

    def close(self) -> None:
        """Close the database."""
        self.store.close()


def alone(place: Place, todo: Sequence[Key]) -> Iterator[PartSummary]:
    """Judge in this process, in order."""
    bench = place.bench()
    try:
        for key in todo:
            yield bench.part(key)
    finally:
        bench.close()


def together(place: Place, todo: Sequence[Key], workers: int) -> Iterator[PartSummary]:
    """Judge in so many other processes; parts come as they are finished, each once.

    Raises:
        ConflictError: a worker could not begin, or workers were ended from outside again and again.
    """
    left = dict.fromkeys(todo)
    for _ in range(TRIES):
        pool = ProcessPoolExecutor(workers, get_context("spawn"), _begin, (place,))
        try:
            under_way = {pool.submit(_work, one): one for one in left}
            for future in as_completed(under_way):
                summary = future.result()
                del left[under_way.pop(future)]
                yield summary
        except BrokenProcessPool:
            continue
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        return
    raise ConflictError(
        f"proses pembantu terhenti {TRIES} kali — periksa memori dan catatan sistem, lalu jalankan perintah yang sama"
    )


def lasting(place: Place) -> Bench:
    """Build what a helping process judges with until it ends.

    Its rules, roster and model are never garbage: the collector need not walk them again and again (5 % of the time).

    Raises:
        NetraError: see `Place.bench`.
    """
    bench = place.bench()
    gc.collect()
    gc.freeze()
    return bench


@dataclass(slots=True)
class _Desk:
    """What a worker process was given, and what it built from it at its first part."""

    place: Place | None = None
    bench: Bench | None = field(default=None)


_DESK = _Desk()


def _begin(place: Place) -> None:
    settle()
    _DESK.place = place


def _work(key: Key) -> PartSummary:
    place = _DESK.place
    assert place is not None
    try:
        if _DESK.bench is None:
            _DESK.bench = lasting(place)
        return _DESK.bench.part(key)
    except NetraError as error:
        # Errors that carry more than a text do not survive the way between processes.
        raise ConflictError(str(error)) from None
