"""Netra's whole path over a file of posts: save items, match to the roster, rules, classifier, triage, store.

    python tests/bench/netra_pipeline.py --posts posts.txt --limit 2000 --db FILE

Every post is laid to one of the made-up office's people, so that nothing is skipped. Prints one JSON line with items a
second (wall, and by CPU time) from the first item saved to the last flag stored, the share of each part, and peak memory. Building the
office (rules, model, roster) is not counted, as the baseline does not count its training.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import shutil
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

from monitor.app import App
from monitor.judge import judge
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

ROOT = Path(__file__).resolve().parents[2]
DAY = datetime(2025, 5, 20, 3, 0, tzinfo=UTC)


def crowd(count: int) -> list[Person]:
    """Make up people without accounts; they are looked for by name."""
    post = Appointment(PersonKind.PNS, "Dinas Ukur", "Staf", "Kabupaten Contoh", date(2020, 1, 1))
    return [Person(1_000_000 + number, name, name, (post,)) for number, name in enumerate(names(count))]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--posts", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=2000)
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--phrases", type=int, default=0, help="so many phrases beside the shipped rules")
    parser.add_argument("--telling", action="store_true", help="rules of the phrases put things before people")
    parser.add_argument("--people", type=int, default=0, help="so many people beside the made-up office's")
    args = parser.parse_args()

    app = App.build(ROOT / "config.yaml", clock=lambda: DAY + timedelta(days=30))
    app.config = app.config.model_copy(update={"database": str(args.db)})
    if args.phrases:
        rules = args.db.parent / "rules"
        shutil.copytree(ROOT / "rules", rules)
        write_phrases(rules, phrases(args.phrases), telling=args.telling)
        app.config = app.config.model_copy(update={"rules": str(rules)})
    changes = diff(read_roster(ROOT / "demo" / "roster.csv"), app.store.roster.known(), app.store.roster.accounts())
    app.store.roster.apply([one for one in changes if one.change is not Change.SAME], user_id=None)
    accounts = [account for account in app.store.roster.accounts() if account.native_id]
    judges = app.judges()
    if args.people:
        held = [*app.store.roster.persons(), *crowd(args.people)]
        judges = replace(judges, roster=Roster(held, app.store.roster.accounts(), app.config.zone))

    gc.freeze()  # as `undisturbed` does around a screening
    with args.posts.open(encoding="utf-8") as lines:
        posts = [line.rstrip("\n") for line in islice(lines, args.limit)]
    items = []
    for number, text in enumerate(posts):
        account = accounts[number % len(accounts)]
        ref = AccountRef(account.platform, account.native_id)
        items.append(
            Item(
                "ukur",
                account.platform,
                f"u{number}",
                ItemKind.POST,
                ref,
                text,
                happened_at=DAY + timedelta(seconds=number),
            )
        )

    spent = dict.fromkeys(("save", "read", "judge", "store"), 0.0)
    clock = time.perf_counter
    cpu, began, flagged, after = time.process_time(), clock(), 0, 0
    run_id = app.store.runs.begin("collect")
    for start in range(0, len(items), BATCH):
        response = Response(Request(f"ukur-{start}", "file"), DAY, None)
        page = Page(Outcome.OK_ITEMS, tuple(items[start : start + BATCH]))
        app.store.items.save_page(source_id="ukur", run_id=run_id, response=response, page=page, evidence_sha256="")
    spent["save"] = clock() - began
    while True:
        mark = clock()
        batch = app.store.items.unscreened(BATCH, after)
        if not batch:
            break
        read = clock()
        results = judge(judges, batch)
        judged = clock()
        app.store.flags.save(results, run_id, judges.digest)
        spent["read"] += read - mark
        spent["judge"] += judged - read
        spent["store"] += clock() - judged
        flagged += sum(bool(one.opinions) for one in results)
        after = batch[-1].item_id
    wall, cpu = clock() - began, time.process_time() - cpu
    app.close()
    print(
        json.dumps(
            {
                "items": len(items),
                "items_per_s": round(len(items) / wall, 1),
                "items_per_cpu_s": round(len(items) / cpu, 1),
                "flagged": flagged,
                "share": {part: round(seconds / wall, 3) for part, seconds in spent.items()},
                "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            }
        )
    )


if __name__ == "__main__":
    main()
