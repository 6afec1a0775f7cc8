"""An office with so many collected items, for measuring phase runs: `python batch_office.py FOLDER COUNT [POSTS]`."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

from monitor import demo
from monitor.app import App
from monitor.models import AccountRef, Item, ItemKind, Outcome, Page, Request, Response
from monitor.pipeline import BATCH
from tests.bench.many import corpus
from tests.offices import make_office

DAY = datetime(2025, 6, 20, 3, 0, tzinfo=UTC)


def texts(count: int, posts: Path | None) -> list[str]:
    """Give distinct texts: posts of a file, else those of the shipped corpus, each with its number."""
    if posts is not None:
        with posts.open(encoding="utf-8") as lines:
            return [line.rstrip("\n") for line in islice(lines, count)]
    return [f"{text} {number}" for number, text in enumerate(islice(cycle(corpus()), count))]


def main() -> None:
    """Build the office and say how many items it holds."""
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    posts = Path(sys.argv[3]) if len(sys.argv) > 3 else None
    app = App.build(make_office(folder), clock=lambda: DAY + timedelta(days=6))
    demo.prepare(app)
    accounts = [one for one in app.store.roster.accounts() if one.native_id]
    run_id = app.store.runs.begin("collect")
    items = [
        Item("ukur", one.platform, f"u{number}", ItemKind.POST, AccountRef(one.platform, one.native_id), text,
             happened_at=DAY - timedelta(minutes=number % 60_000))
        for number, (text, one) in enumerate(zip(texts(count, posts), cycle(accounts), strict=False))
    ]  # fmt: skip
    for start in range(0, len(items), BATCH):
        app.store.items.save_page(
            source_id="ukur", run_id=run_id, response=Response(Request(f"ukur-{start}", "file"), DAY, None),
            page=Page(Outcome.OK_ITEMS, tuple(items[start : start + BATCH])), evidence_sha256="",
        )  # fmt: skip
    print(json.dumps({"items": app.store.items.count()}))
    app.close()


if __name__ == "__main__":
    main()
