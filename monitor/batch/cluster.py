"""The parts of a run on a Dask cluster: the same function as in local processes, on any number of machines.

Workers must reach the folders under the same paths. A part whose worker is lost is done anew by another; its files are
written whole under one name, so nothing is doubled.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from threading import Lock

from distributed import Client, as_completed

from monitor.batch.crew import TRIES, Bench, Key, Place, lasting
from monitor.batch.parts import PartSummary
from monitor.errors import ConflictError, NetraError

_SECONDS = 30
_BENCHES: dict[Place, Bench] = {}
_LOCK = Lock()


def on_cluster(scheduler: str, place: Place, todo: Sequence[Key]) -> Iterator[PartSummary]:
    """Judge on the workers of a scheduler (`tcp://host:port`); parts come as they are finished.

    Raises:
        ConflictError: nobody answers there, a worker could not judge, or workers were lost again and again.
    """
    try:
        client = Client(scheduler, timeout=_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise ConflictError(
            f"penjadwal Dask {scheduler} tidak menjawab ({error}) — periksa alamatnya dan `dask worker`"
        ) from error
    try:
        futures = client.map(_work, [(place, key) for key in todo], pure=False, retries=TRIES)
        for future in as_completed(futures, loop=client.loop):  # type: ignore[no-untyped-call]
            try:
                summary: PartSummary = future.result()
            except NetraError as error:
                raise ConflictError(str(error)) from error
            future.release()
            yield summary
    finally:
        client.close()  # type: ignore[no-untyped-call]


def _work(asked: tuple[Place, Key]) -> PartSummary:
    place, key = asked
    try:
        with _LOCK:  # threads of one worker share the judges, and do not build them twice
            bench = _BENCHES.get(place)
            if bench is None:
                _BENCHES.clear()
                gc.unfreeze()  # those of an earlier run go
                bench = _BENCHES[place] = lasting(place)
        return bench.part(key)
    except NetraError as error:
        raise ConflictError(str(error)) from None
