"""Netra's whole path over a file of posts: save items, match to the roster, rules, classifier, triage, store.

    python tests/bench/netra_pipeline.py --posts posts.txt --limit 2000 --db FILE
    python tests/bench/netra_pipeline.py --made --limit 1000000 --phrases 10000 --people 100000 --db FILE
    python tests/bench/netra_pipeline.py --posts posts.txt --limit 20000 --two --db FILE

Every post is laid to one of the made-up office's people, so that nothing is skipped; a thousand are held at a time. Prints
one JSON line with items a second (wall, and by CPU time) from the first item saved to the last flag stored, the share of
each part, and peak memory. With `--two` a process of its own collects while this one screens, as the two jobs do where
both are due: two cores, one database. Building the office (rules, model, roster) and making the texts (`--made`: distinct ones, see
`posts.py`) are not counted, as the baseline does not count its training.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

from monitor.app import App
from monitor.judge import Judges, judge
from monitor.models import (
    AccountRef,
    Appointment,
    Change,
    Item,
    ItemKind,
    Outcome,
    Page,
    Person,
    PersonKind,
    Request,
    Response,
)
from monitor.pipeline import BATCH
from monitor.roster import Roster, diff, read_roster
from tests.bench.many import names, phrases, write_phrases
from tests.bench.meter import Meter
from tests.bench.posts import posts

ROOT = Path(__file__).resolve().parents[2]
READY = "siap"
PAUSE = 0.002  # seconds
DAY = datetime(2025, 5, 20, 3, 0, tzinfo=UTC)


def crowd(count: int) -> list[Person]:
    """Make up people without accounts; they are looked for by name."""
    post = Appointment(PersonKind.PNS, "Dinas Ukur", "Staf", "Kabupaten Contoh", date(2020, 1, 1))
    return [Person(1_000_000 + number, name, name, (post,)) for number, name in enumerate(names(count))]


def opened(database: Path) -> App:
    """Open the made-up office on a database."""
    app = App.build(ROOT / "config.yaml", clock=lambda: DAY + timedelta(days=30))
    app.config = app.config.model_copy(update={"database": str(database)})
    return app


def office(database: Path, many_phrases: int, people: int, *, telling: bool) -> tuple[App, Judges]:
    """Make the made-up office on a new database, with so many phrases and people more."""
    app = opened(database)
    if many_phrases:
        rules = database.parent / "rules"
        shutil.copytree(ROOT / "rules", rules)
        write_phrases(rules, phrases(many_phrases), telling=telling)
        app.config = app.config.model_copy(update={"rules": str(rules)})
    changes = diff(read_roster(ROOT / "demo" / "roster.csv"), app.store.roster.known(), app.store.roster.accounts())
    app.store.roster.apply([one for one in changes if one.change is not Change.SAME], user_id=None)
    judges = app.judges()
    if people:
        held = [*app.store.roster.persons(), *crowd(people)]
        judges = replace(judges, roster=Roster(held, app.store.roster.accounts(), app.config.zone))
    return app, judges


def pages(texts: Iterator[str], accounts: Sequence[AccountRef]) -> Iterator[tuple[Item, ...]]:
    """Lay texts to accounts in turn, as many at a time as a run stores."""
    number = 0
    while some := list(islice(texts, BATCH)):
        found = []
        for text in some:
            ref, at = accounts[number % len(accounts)], DAY + timedelta(seconds=number)
            found.append(Item("ukur", ref.platform, f"u{number}", ItemKind.POST, ref, text, happened_at=at))
            number += 1
        yield tuple(found)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--posts", type=Path)
    source.add_argument("--made", action="store_true", help="distinct texts, as many as asked for")
    parser.add_argument("--limit", type=int, default=2000)
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--phrases", type=int, default=0, help="so many phrases beside the shipped rules")
    parser.add_argument("--telling", action="store_true", help="rules of the phrases put things before people")
    parser.add_argument("--people", type=int, default=0, help="so many people beside the made-up office's")
    parser.add_argument("--two", action="store_true", help="save in a second process while this one screens")
    parser.add_argument("--saving", action="store_true", help="be that second process")
    args = parser.parse_args()

    meters = {part: Meter() for part in ("save", "read", "judge", "store")}
    figures: dict[str, object]
    with ExitStack() as stack:
        if args.made:
            texts = posts(args.limit)
        else:
            lines = stack.enter_context(args.posts.open(encoding="utf-8"))
            texts = (line.rstrip("\n") for line in islice(lines, args.limit))
        if args.saving:
            app = opened(args.db)
            print(READY, flush=True)
            sys.stdin.readline()
            save(app, meters, texts)
            figures = {"cpu": meters["save"].cpu}
        else:
            app, judges = office(args.db, args.phrases, args.people, telling=args.telling)
            figures = (beside if args.two else alone)(app, judges, meters, texts)
    app.close()
    print(json.dumps(figures))


Meters = Mapping[str, Meter]


def alone(app: App, judges: Judges, meters: Meters, texts: Iterator[str]) -> dict[str, object]:
    """Save, then screen; gives the figures."""
    save(app, meters, texts)
    flagged = screen(app, judges, meters, lambda _seconds: True)
    wall, cpu = (sum(getattr(one, what) for one in meters.values()) for what in ("wall", "cpu"))
    return told(meters, flagged, wall, cpu)


def save(app: App, meters: Meters, texts: Iterator[str]) -> None:
    """Save everything, as collecting does."""
    accounts = [AccountRef(one.platform, one.native_id) for one in app.store.roster.accounts() if one.native_id]
    gc.freeze()  # as `undisturbed` does around a screening
    run_id, saved = app.store.runs.begin("collect"), 0
    for some in pages(texts, accounts):
        with meters["save"].on(len(some)):
            response = Response(Request(f"ukur-{saved}", "file"), DAY, None)
            page = Page(Outcome.OK_ITEMS, some)
            app.store.items.save_page(source_id="ukur", run_id=run_id, response=response, page=page, evidence_sha256="")
        saved += len(some)


def screen(app: App, judges: Judges, meters: Meters, ended: Callable[[float], bool]) -> int:
    """Screen what is saved until there is no more and saving `ended` (asked: within so many seconds); gives the flags."""
    run_id, after, flagged = app.store.runs.begin("screen"), 0, 0
    while True:
        last = ended(0)
        if not last and app.store.items.last() - after < BATCH:
            ended(PAUSE)
            continue
        with meters["read"].on():
            batch = app.store.items.unscreened(BATCH, after)
        if not batch:
            return flagged
        with meters["judge"].on(len(batch)):
            results = judge(judges, batch)
        with meters["store"].on(len(batch)):
            app.store.flags.save(results, run_id, judges.digest)
        flagged += sum(bool(one.opinions) for one in results)
        after = batch[-1].item_id


def beside(app: App, judges: Judges, meters: Meters, _texts: Iterator[str]) -> dict[str, object]:
    """Screen while another process saves; gives the figures from its first item to the last flag stored."""
    gc.freeze()
    command = [sys.executable, *sys.orig_argv[1:], "--saving"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        if other.stdout.readline().strip() != READY:
            raise SystemExit("the process that saves did not start")
        began, spent = time.perf_counter(), time.process_time()
        print(READY, file=other.stdin, flush=True)

        def ended(seconds: float) -> bool:
            try:
                other.wait(seconds)
            except subprocess.TimeoutExpired:
                return False
            return True

        flagged = screen(app, judges, meters, ended)
        wall, cpu = time.perf_counter() - began, time.process_time() - spent
        cpu += json.loads(other.stdout.readline())["cpu"]
    return told(meters, flagged, wall, cpu)


def told(meters: Meters, flagged: int, wall: float, cpu: float) -> dict[str, object]:
    """Give the figures; `wall` and `cpu` are seconds."""
    items = meters["judge"].count
    return {
        "items": items,
        "items_per_s": round(items / wall, 1),
        "items_per_cpu_s": round(items / cpu, 1),
        "flagged": flagged,
        "share": {part: round(one.wall / wall, 3) for part, one in meters.items()},
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


if __name__ == "__main__":
    main()
