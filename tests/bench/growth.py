"""What one stage costs at one size, in a process of its own: `python -m tests.bench.growth STAGE SIZE`.

Prints one JSON line: `count` things done, CPU and wall microseconds each, peak memory (of which `before_mb` was held
before the first of them), bytes left on the disk for each, load average at the beginning.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.meter import Meter, peak_mb

Stage = Callable[[Path, int, Meter], None]
JUDGING, KEEPING = "tests.bench.growth_judging", "tests.bench.growth_office"
ITEMS = {
    "fold": (JUDGING, "fold"),
    "match": (JUDGING, "match"),
    "score": (JUDGING, "score"),
    "triage": (JUDGING, "triage_"),
    "store": (KEEPING, "store"),
    "queue": (KEEPING, "queue"),
    "collect": (KEEPING, "collect"),
    "backtest": (KEEPING, "backtest_"),
    "batch": (KEEPING, "batch"),
}
"""Stages over a number of items: where each is written. Only that module is loaded, so that memory is the stage's own."""
BESIDE = {
    "phrases": (JUDGING, "over_phrases"),
    "rules": (JUDGING, "over_rules"),
    "names": (JUDGING, "over_names"),
}
"""The cost of matching an item over what stands beside it."""


def main() -> None:
    """Run one stage."""
    stage, size = sys.argv[1], int(sys.argv[2])
    module, name = (ITEMS | BESIDE)[stage]
    work: Stage = getattr(import_module(module), name)
    meter, load = Meter(), os.getloadavg()[0]
    with TemporaryDirectory(prefix="ukur-") as folder:
        work(Path(folder), size, meter)
    figures = {
        "stage": stage,
        "size": size,
        "count": meter.count,
        "cpu_us": round(meter.cpu / meter.count * 1e6, 2),
        "wall_us": round(meter.wall / meter.count * 1e6, 2),
        "before_mb": round(meter.before_mb, 1),
        "peak_mb": round(peak_mb(), 1),
        "disk_bytes": round(meter.disk / size, 1),
        "load": round(load, 2),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
