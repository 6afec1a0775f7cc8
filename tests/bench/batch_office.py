"""An office with so many collected items, frozen and exported for phase runs: `python batch_office.py FOLDER COUNT`.

FOLDER/config.yaml is the office, FOLDER/beku a run frozen beside its database, FOLDER/ekspor the same items as Parquet
files. Prints one JSON line of what it took; a folder that was finished once is left as it is.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from monitor import demo
from monitor.app import App
from monitor.batch import parquet, run
from monitor.models import AccountRef, Item, ItemKind, Outcome, Page, Phase, Request, Response
from monitor.pipeline import BATCH
from tests.bench.posts import posts
from tests.offices import make_office

DAY = datetime(2025, 6, 20, 3, 0, tzinfo=UTC)
CONTEST = "pilkada-contoh-2025"
FROZEN, EXPORTED, READY = "beku", "ekspor", "siap.json"


def silent(_done: int, _total: int) -> None:
    """Hear of progress and say nothing."""


def opened(folder: Path) -> App:
    """Open the office six days after the last of its acts."""
    return App.build(folder / "config.yaml", clock=lambda: DAY + timedelta(days=6))


def fill(app: App, count: int) -> None:
    """Store so many posts, laid in turn to the accounts of the roster."""
    accounts = [one for one in app.store.roster.accounts() if one.native_id]
    run_id = app.store.runs.begin("collect")

    def items() -> Iterator[Item]:
        for number, text in enumerate(posts(count)):
            one = accounts[number % len(accounts)]
            yield Item(
                "ukur", one.platform, f"u{number}", ItemKind.POST, AccountRef(one.platform, one.native_id), text,
                happened_at=DAY - timedelta(minutes=number % 60_000),
            )  # fmt: skip

    left = items()
    while some := tuple(islice(left, BATCH)):
        app.store.items.save_page(
            source_id="ukur", run_id=run_id, response=Response(Request(f"{some[0].native_id}.jsonl", "file"), DAY, None),
            page=Page(Outcome.OK_ITEMS, some), evidence_sha256="",
        )  # fmt: skip
    app.store.runs.finish(run_id, {"new": count})


def make(folder: Path, count: int) -> dict[str, float]:
    """Build the office, freeze a run and export it; gives seconds of each and sizes in bytes."""
    app, clock = App.build(make_office(folder), clock=lambda: DAY + timedelta(days=6)), time.perf_counter
    demo.prepare(app)
    marks = [clock()]
    fill(app, count)
    marks.append(clock())
    run.begin(app, Phase.QUIET, CONTEST).rename(folder / FROZEN)
    source = run.begin(app, Phase.QUIET, CONTEST, exported=True)
    parquet.export(app, source, folder / EXPORTED, silent)
    shutil.rmtree(source)
    marks.append(clock())
    app.close()
    database = folder / app.config.database
    return {
        "items": count,
        "filling_seconds": round(marks[1] - marks[0], 1),
        "exporting_seconds": round(marks[2] - marks[1], 1),
        "database_bytes": sum(one.stat().st_size for one in database.parent.glob(f"{database.name}*")),
        "parquet_bytes": sum(one.stat().st_size for one in (folder / EXPORTED).rglob("*.parquet")),
    }


def main() -> None:
    """Make the office unless it stands already."""
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    if not (folder / READY).exists():
        shutil.rmtree(folder, ignore_errors=True)
        (folder / READY).write_text(json.dumps(make(folder, count)), encoding="utf-8")
    print((folder / READY).read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
