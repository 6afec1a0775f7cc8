"""Comparing stretch by stretch, by one process or several; each reads the database for itself and writes nothing.

Workers are started afresh (spawn), build the judges themselves and answer only where these are the very judges that
were asked for. What they send back is plain and small.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import connection, get_context, parent_process

from monitor.errors import ConflictError, NetraError
from monitor.governance.comparison import Comparison, Part
from monitor.judge import Judges
from monitor.store import Store, Stretch, Verdict

Opener = Callable[[], tuple[Store, Judges, Judges]]
"""Opens the database for reading and builds the judges, old and new; goes to other processes, so a plain function."""


@dataclass(frozen=True, slots=True)
class Order:
    """What every worker is told. `digests` are those of the judges that are compared, old and new."""

    opener: Opener
    digests: tuple[str, str]
    verdicts: tuple[Verdict, ...]
    since: datetime | None


@dataclass(slots=True)
class _Bench:
    """A worker's own: its order, and what it built from it at the first stretch."""

    order: Order | None = None
    tools: tuple[Store, Comparison] | None = field(default=None)


_BENCH = _Bench()


def alone(
    store: Store, comparison: Comparison, since: datetime | None, todo: Sequence[Stretch]
) -> Iterator[tuple[Stretch, Part]]:
    """Compare in this process, in order."""
    for stretch in todo:
        yield stretch, comparison.part(store.reading.items(stretch, since=since))


def together(order: Order, workers: int, todo: Sequence[Stretch]) -> Iterator[tuple[Stretch, Part]]:
    """Compare in so many other processes; parts come as they are finished.

    Raises:
        ConflictError: what judges, or what is stored, changed under way; or a worker was ended from outside.
    """
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _begin, (order,))
    try:
        under_way = {pool.submit(_work, stretch): stretch for stretch in todo}
        for future in as_completed(under_way):
            yield under_way.pop(future), future.result()
    except BrokenProcessPool as error:
        raise ConflictError(
            "salah satu proses penguji terhenti — jalankan perintah yang sama; yang sudah selesai tidak diulang"
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def settle() -> None:
    """Set up a helping process: its parent alone answers Ctrl+C, and it does not outlive that parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    assert parent is not None
    threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _begin(order: Order) -> None:
    settle()
    _BENCH.order = order


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


def _work(stretch: Stretch) -> Part:
    order = _BENCH.order
    assert order is not None
    try:
        if _BENCH.tools is None:
            _BENCH.tools = _built(order)
        store, comparison = _BENCH.tools
        return comparison.part(store.reading.items(stretch, since=order.since))
    except NetraError as error:
        # Errors that carry more than a text do not survive the way between processes.
        raise ConflictError(str(error)) from None


def _built(order: Order) -> tuple[Store, Comparison]:
    store, old, new = order.opener()
    if (old.digest, new.digest) != order.digests:
        store.close()
        raise ConflictError("aturan, daftar, atau pengaturan berubah selagi diuji — jalankan lagi")
    return store, Comparison(old, new, order.verdicts)
