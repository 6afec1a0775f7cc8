"""Stages that keep and show: store, queue page, collect, backtest, phase run, each at a number of items."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from monitor.batch import crew, run
from monitor.governance.backtest import Scope, backtest
from monitor.models import Item, Outcome, Page, Request, Response, Screened
from monitor.store import Store
from tests.bench import batch_office, collecting
from tests.bench.big_queue import build
from tests.bench.growth_judging import AT_ONCE, bench, chunks
from tests.bench.meter import Meter, size_of
from tests.bench.test_bench_queue import Reader
from tests.fakes_backtest import BigOffice
from tests.fakes_store import an_actor, an_opinion
from tests.governance.test_backtest_equal import BASE
from tests.server.many_hosts import ManyHosts, address, serve

PAGES = 60
FLAGGED_EVERY = 20
HOSTS, ENTRIES = 10, 100
CHANGED = "asn/uji-berita.yaml"


def _database(store: Store) -> int:
    """Give the bytes of a database, with what its log holds written into it."""
    store._connection.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return size_of(Path(store._connection.path))


def store(folder: Path, count: int, meter: Meter) -> None:
    """Store so many posts, read them back, store what a screening says: every twentieth is flagged."""
    made = bench(folder)
    kept = made.app.store
    run_id, empty = kept.runs.begin("collect"), _database(kept)
    [actor] = [an_actor(kept, person) for person in kept.roster.persons()[:1]]
    opinion, after = an_opinion(), 0
    for some in chunks(count):
        items = tuple(made.post(number) for number in some)
        with meter.on(len(items)):
            _save(kept, run_id, items)
            waiting = kept.items.unscreened(AT_ONCE, after)
            results = [
                Screened(
                    one, ((actor, opinion),) if one.item_id % FLAGGED_EVERY == 0 else (), 1, "Kabupaten Contoh", 0.1
                )
                for one in waiting
            ]
            kept.save_screening(results, run_id, "d", again=False)
        after = waiting[-1].item_id
    with meter.on():
        kept.seals.seal()
    meter.disk = _database(kept) - empty
    made.app.close()


def _save(kept: Store, run_id: int, items: tuple[Item, ...]) -> None:
    response = Response(Request(f"{items[0].native_id}.jsonl", "file"), batch_office.DAY, None)
    page = Page(Outcome.OK_ITEMS, items)
    kept.items.save_page(source_id="ukur", run_id=run_id, response=response, page=page, evidence_sha256="")


def queue(folder: Path, count: int, meter: Meter) -> None:
    """Show the most urgent page, sixty times, to one who has so many items and a tenth as many open flags."""
    world = build(folder / "kantor", count, max(100, count // 10))
    reader = Reader(world)
    for _ in range(3):
        reader.page("")
    for _ in range(PAGES):
        with meter.on(1):
            reader.page("")
    meter.disk = _database(world.store)
    world.close()


def _serve(pipe: Connection) -> None:
    with serve(ManyHosts(entries=ENTRIES)) as many:
        pipe.send(many.port)
        pipe.recv()


@contextmanager
def _hosts() -> Iterator[list[str]]:
    """Let another process answer for ten hosts, so that its work is not counted."""
    spawn = get_context("spawn")
    here, there = spawn.Pipe()
    other = spawn.Process(target=_serve, args=(there,))
    other.start()
    port = here.recv()
    try:
        yield [f"{address(number)}:{port}" for number in range(HOSTS)]
    finally:
        here.send(None)
        other.join()


def collect(folder: Path, count: int, meter: Meter) -> None:
    """Collect so many entries: nine sitemaps to one feed, a hundred entries each, with evidence and audit."""
    office, rounds = folder / "kantor", max(1, count // (HOSTS * ENTRIES))
    office.mkdir()
    with _hosts() as hosts, meter.on():
        meter.count = int(collecting.memory(office, hosts, rounds)["items"])
    meter.disk = size_of(office)


def backtest_(folder: Path, count: int, meter: Meter) -> None:
    """Compare a changed rule with the one in force on so many stored acts, by this one process."""
    office = BigOffice.make(folder / "kantor", count)
    for path, text in BASE.items():
        (office.rules / path).write_text(text, encoding="utf-8")
    office.screen()
    file = office.rules / CHANGED
    changed = re.sub("kinds: .*}", "kinds: [artikel, komentar, bagikan]}", file.read_text(encoding="utf-8"))
    file.write_text(changed, encoding="utf-8")
    pair = (office.app.judges(), office.app.judges_of(office.rules))
    scope = Scope(office.app.backtests, workers=1)
    with meter.on(count):
        found = backtest(office.app.store, pair, scope, None, time.perf_counter, batch_office.silent)
    assert found.found.items == count
    meter.disk = size_of(office.app.backtests) if office.app.backtests.exists() else 0
    office.close()


def batch(folder: Path, count: int, meter: Meter) -> None:
    """Run a phase over so many posts, by this one process: from the frozen folder to the result."""
    office = folder / "kantor"
    batch_office.make(office, count)
    app = batch_office.opened(office)
    with meter.on(count):
        result = run.carry_on(app, office / batch_office.FROZEN, 1, batch_office.silent)
    assert result.items == count
    meter.disk = size_of(office / batch_office.FROZEN / crew.PARTS)
    app.close()
