"""One phase run, timed: `python batch_speed.py FOLDER HOW [KILL]`, FOLDER made by batch_office.py.

HOW = db:N | files:N | dask:N, N processes judge what stands in the database or in the Parquet files. With KILL, one of
them is killed when such a share of the parts is written. Prints one JSON line: `items_per_s` and `seconds` from the start of
the helping processes (a Dask cluster's too) to the last part and the result written; CPU seconds and peak memory of this
process and its children; `digest` of all opinions, and `bytes`, one digest over every file that the run left.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import active_children
from pathlib import Path
from tempfile import mkdtemp

from distributed import LocalCluster

from monitor.batch import cluster, crew, parquet, run
from monitor.batch.manifest import Manifest
from tests.bench.batch_office import EXPORTED, FROZEN, opened, silent

Pids = Callable[[], list[int]]


@contextmanager
def killing(share: float, folder: Path, pids: Pids) -> Iterator[list[int]]:
    """Kill one of some processes when such a share of the parts is written (0 = never); gives the list of the killed."""
    killed, over = list[int](), threading.Event()

    def watch() -> None:
        wanted = share * len(Manifest.read(folder / crew.MANIFEST).parts())
        while not over.wait(0.1):
            if len(list((folder / crew.PARTS).glob("*.json"))) >= wanted and (found := pids()):
                os.kill(found[0], signal.SIGKILL)
                killed.append(found[0])
                return

    watcher = threading.Thread(target=watch, daemon=True)
    if share:
        watcher.start()
    try:
        yield killed
    finally:
        over.set()


def from_database(office: Path, folder: Path, workers: int, share: float) -> tuple[run.Result, list[int]]:
    """Judge what stands in the database, alone or by several processes."""
    shutil.copytree(office / FROZEN, folder)
    app = opened(office)
    with killing(share, folder, _helpers) as killed:
        result = run.carry_on(app, folder, workers, silent)
    app.close()
    return result, killed


def from_files(office: Path, folder: Path, workers: int, share: float) -> tuple[run.Result, list[int]]:
    """Judge the Parquet files by several processes."""
    place = _place(office, folder)
    with killing(share, folder, _helpers) as killed:
        run.judge_all(folder, lambda todo: crew.together(place, todo, workers), silent)
    return run.conclude(folder, ()), killed


def on_dask(office: Path, folder: Path, workers: int, share: float) -> tuple[run.Result, list[int]]:
    """Judge the Parquet files on a Dask cluster of this machine."""
    place = _place(office, folder)
    made = LocalCluster(
        n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
    )
    with made, killing(share, folder, lambda: [one.pid for one in made.workers.values()]) as killed:
        run.judge_all(folder, lambda todo: cluster.on_cluster(made.scheduler_address, place, todo), silent)
    return run.conclude(folder, ()), killed


def _place(office: Path, folder: Path) -> parquet.ParquetPlace:
    parquet.lay_out(office / EXPORTED, folder)
    return parquet.ParquetPlace(office / EXPORTED, folder)


def _helpers() -> list[int]:
    return [one.pid for one in active_children() if one.pid is not None]


WAYS = {"db": from_database, "files": from_files, "dask": on_dask}


def _bytes(folder: Path) -> tuple[str, int]:
    """Digest names and contents of all files of a finished run; gives (digest, how many bytes they hold)."""
    found, size = hashlib.sha256(), 0
    for path in sorted([*(folder / crew.PARTS).iterdir(), folder / run.RESULT]):
        content = path.read_bytes()
        size += len(content)
        found.update(f"{path.name}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return found.hexdigest(), size


def main() -> None:
    """Run, and print the figures."""
    office, (way, _, workers) = Path(sys.argv[1]), sys.argv[2].partition(":")
    share = float(sys.argv[3]) if len(sys.argv) > 3 else 0.0
    base = Path(mkdtemp(dir=office, prefix="jalan-"))
    try:
        began = time.perf_counter()
        result, killed = WAYS[way](office, base / "hasil", int(workers), share)
        seconds, spent = time.perf_counter() - began, os.times()
        whole, size = _bytes(base / "hasil")
    finally:
        shutil.rmtree(base)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    figures = {
        "items": result.items,
        "items_per_s": round(result.items / seconds, 1),
        "seconds": round(seconds, 2),
        "cpu_seconds": round(sum(spent[:4]), 2),
        "peak_mb": round(peak, 1),
        "flagged": result.flagged,
        "written_bytes": size,
        "killed": len(killed),
        "digest": result.flags_digest,
        "bytes": whole,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
