"""One phase run over an office, timed: `python batch_speed.py CONFIG HOW`, HOW = db:N | files:N | dask:N.

N is how many processes judge. Prints one JSON line with items a second (judging alone, from the first part asked for to
the last one written), peak memory of this process and its children, and the digest of all opinions.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import time
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

from distributed import LocalCluster

from monitor.app import App
from monitor.batch import cluster, crew, parquet, run
from monitor.models import Phase
from tests.bench.batch_office import DAY

CONTEST = "pilkada-contoh-2025"


def silent(_done: int, _total: int) -> None:
    """Hear of progress and say nothing."""


def main() -> None:
    """Run, and print the figures."""
    app = App.build(Path(sys.argv[1]), clock=lambda: DAY + timedelta(days=6))
    how, _, number = sys.argv[2].partition(":")
    workers = int(number)
    folder = run.begin(app, Phase.QUIET, CONTEST, exported=how != "db")
    folder = folder.rename(Path(mkdtemp(dir=folder.parent)) / folder.name)
    if how == "db":
        began = time.perf_counter()
        result = run.carry_on(app, folder, workers, silent)
        seconds = time.perf_counter() - began
    else:
        seconds, result = _elsewhere(app, folder, how, workers)
    app.close()
    shutil.rmtree(folder.parent)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    print(
        json.dumps(
            {
                "items_per_s": round(result.items / seconds, 1),
                "seconds": round(seconds, 2),
                "peak_mb": round(peak, 1),
                "digest": result.flags_digest,
            }
        )
    )


def _elsewhere(app: App, folder: Path, how: str, workers: int) -> tuple[float, run.Result]:
    source, target = folder.parent / "ekspor", folder.parent / "hasil"
    parquet.export(app, folder, source, silent)
    parquet.lay_out(source, target)
    place = parquet.ParquetPlace(source, target)
    if how == "files":
        began = time.perf_counter()
        run.judge_all(target, lambda todo: crew.together(place, todo, workers), silent)
        return time.perf_counter() - began, run.conclude(target, ())
    with LocalCluster(
        n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as made:  # fmt: skip
        began = time.perf_counter()
        run.judge_all(target, lambda todo: cluster.on_cluster(made.scheduler_address, place, todo), silent)
        return time.perf_counter() - began, run.conclude(target, ())


if __name__ == "__main__":
    main()
