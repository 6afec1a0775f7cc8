"""Judging the parts of a run, here or in several processes; a killed process costs the part it was at, nothing else.

Workers read the database beside whoever writes, judge by the frozen folder alone, and write the files of their part
themselves: what goes back is a summary.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from monitor.batch.frozen import thaw
from monitor.batch.manifest import Manifest
from monitor.batch.parts import PartSummary, part_name, screen_part, write_part
from monitor.errors import ConflictError, NetraError
from monitor.governance.crew import settle
from monitor.judge import Judges
from monitor.store import Store

FROZEN, PARTS, MANIFEST = "beku", "bagian", "manifes.json"
TRIES = 5
"""How often a run goes on after a worker was ended from outside."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run lives and where its items are read."""

    folder: Path
    database: Path


@dataclass(slots=True)
class _Bench:
    """A worker's own: what it built at its first part."""

    place: Place | None = None
    tools: tuple[Manifest, Store, Judges] | None = field(default=None)


_BENCH = _Bench()


def tools(place: Place) -> tuple[Manifest, Store, Judges]:
    """Open what judging needs: the manifest, the database for reading alone, the frozen judges.

    Raises:
        NetraError: the manifest, the frozen folder or the database cannot be used.
    """
    manifest = Manifest.read(place.folder / MANIFEST)
    store = Store.read_only(place.database, lambda: datetime.now(UTC))
    try:
        past = store.frozen.past(manifest.watermark)
        return manifest, store, thaw(place.folder / FROZEN, manifest.inside, manifest.judges, past)
    except BaseException:
        store.close()
        raise


def one_part(place: Place, built: tuple[Manifest, Store, Judges], first: int, last: int) -> PartSummary:
    """Judge one range of item ids and write what came of it."""
    manifest, store, judges = built
    items = store.frozen.items(first, last, manifest.watermark)
    summary, told, seen = screen_part(judges, items, manifest.digest, part_name(first, last))
    write_part(place.folder / PARTS, summary, told, seen)
    return summary


def alone(place: Place, todo: Sequence[tuple[int, int]]) -> Iterator[PartSummary]:
    """Judge in this process, in order."""
    built = tools(place)
    try:
        for first, last in todo:
            yield one_part(place, built, first, last)
    finally:
        built[1].close()


def together(place: Place, todo: Sequence[tuple[int, int]], workers: int) -> Iterator[PartSummary]:
    """Judge in so many other processes; parts come as they are finished, each once.

    Raises:
        ConflictError: a worker could not begin, or workers were ended from outside again and again.
    """
    left = dict.fromkeys(todo)
    for _ in range(TRIES):
        pool = ProcessPoolExecutor(workers, get_context("spawn"), _begin, (place,))
        try:
            under_way = {pool.submit(_work, *one): one for one in left}
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


def _begin(place: Place) -> None:
    settle()
    _BENCH.place = place


def _work(first: int, last: int) -> PartSummary:
    place = _BENCH.place
    assert place is not None
    try:
        if _BENCH.tools is None:
            _BENCH.tools = tools(place)
        return one_part(place, _BENCH.tools, first, last)
    except NetraError as error:
        # Errors that carry more than a text do not survive the way between processes.
        raise ConflictError(str(error)) from None
