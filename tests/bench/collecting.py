"""What collecting costs: one contender or one campaign in a process of its own, one JSON line at the end.

    python -m tests.bench.collecting naive|netra FOLDER PORT HOSTS ENTRIES     rate: items a second of CPU
    python -m tests.bench.collecting memory FOLDER PORT HOSTS ENTRIES ROUNDS   resident memory as items come in
    python -m tests.bench.collecting polite FOLDER PORT HOSTS ENTRIES GAP      wall time within politeness

The hosts are loopback addresses served by another process (`tests/server/many_hosts.py`).
"""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

import feedparser
import httpx

from monitor.app import real_sleep, utc_now
from monitor.collectors import Source, build_source
from monitor.config import FeedSource, Fetching
from monitor.evidence import Archive
from monitor.fetch import PoliteClient, Surroundings
from monitor.pipeline import collect
from monitor.store import Store
from tests.server.many_hosts import address

KNOWN = {"naive", "netra", "memory", "polite"}


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000


def naive(folder: Path, hosts: list[str]) -> dict[str, Any]:
    """The loop that one writes first: httpx, feedparser, a table with a key. No robots, no evidence, no audit."""
    db = sqlite3.connect(folder / "naif.db")
    db.execute("CREATE TABLE items (id TEXT PRIMARY KEY, title TEXT, body TEXT, url TEXT, at TEXT)")
    began, count = time.process_time(), 0
    for host in hosts:
        parsed = feedparser.parse(httpx.get(f"http://{host}/feed").content)
        for entry in parsed.entries:
            row = (f"{host}:{entry.id}", entry.title, entry.summary, entry.link, entry.published)
            db.execute("INSERT OR REPLACE INTO items VALUES (?,?,?,?,?)", row)
            count += 1
        db.commit()
    return {"rate": count / (time.process_time() - began), "items": count, "peak_mb": peak_mb()}


class Office:
    """The real thing on a folder of its own: client, archive, store."""

    def __init__(self, folder: Path, hosts: list[str], gap: float = 0) -> None:
        settings = {"min_gap_seconds": gap, "allow_private_hosts": tuple(hosts), "max_requests_per_run": 10_000_000}
        self.store = Store.open(folder / "netra.db", utc_now)
        self.archive = Archive(folder / "arsip")
        around = Surroundings(clock=utc_now, sleep=real_sleep, jitter=lambda: 0.5)
        self.client = PoliteClient(
            Fetching.model_validate(settings), "Netra/ukur (+uji@contoh.example)", self.store.runs, around
        )

    def source(self, number: int, url: str, **more: Any) -> Source:
        given = {"type": "feed", "id": f"warta-{number}", "url": url, "pages": "none", **more}
        return build_source(FeedSource.model_validate(given), wanted=bool, list_files=lambda _: [])

    def collect(self, sources: list[Source]) -> int:
        self.client.begin_run()
        done = collect(sources, self.client, self.archive, self.store, lambda _: None)
        assert all(one.outcome.proved for one in done), [one for one in done if not one.outcome.proved][:3]
        return sum(one.new for one in done)


def netra(folder: Path, hosts: list[str]) -> dict[str, Any]:
    office = Office(folder, hosts)
    sources = [office.source(number, f"http://{host}/feed") for number, host in enumerate(hosts)]
    began = time.process_time()
    count = office.collect(sources)
    return {"rate": count / (time.process_time() - began), "items": count, "peak_mb": peak_mb()}


def memory(folder: Path, hosts: list[str], rounds: int) -> dict[str, Any]:
    """Collect round after round of new entries: nine sitemaps to one feed."""
    office = Office(folder, hosts)
    count, began, points = 0, time.process_time(), [(0, resident_mb())]
    for edition in range(rounds):
        sources = [
            office.source(number, f"http://{host}/feed?{edition}")
            if number % 10 == 0
            else office.source(number, f"http://{host}/peta/{edition}", sitemap=True)
            for number, host in enumerate(hosts)
        ]
        count += office.collect(sources)
        points.append((count, resident_mb()))
    spent = time.process_time() - began
    return {"items": count, "points": points, "peak_mb": peak_mb(), "us_an_item": spent / count * 1e6}


def polite(folder: Path, hosts: list[str], gap: float) -> dict[str, Any]:
    office = Office(folder, hosts, gap)
    sources = [office.source(number, f"http://{host}/feed") for number, host in enumerate(hosts)]
    began, cpu = time.monotonic(), time.process_time()
    count = office.collect(sources)
    return {
        "items": count,
        "wall": time.monotonic() - began,
        "cpu": time.process_time() - cpu,
        "peak_mb": peak_mb(),
        "rate": len(hosts) / (time.monotonic() - began),
    }


def main() -> None:
    way, base, port, count, *rest = sys.argv[1:]
    assert way in KNOWN
    folder = Path(base) / f"{way}-{time.time_ns()}"
    folder.mkdir(parents=True)
    hosts = [f"{address(number)}:{port}" for number in range(int(count))]
    if way == "memory":
        figures = memory(folder, hosts, int(rest[0]))
    elif way == "polite":
        figures = polite(folder, hosts, float(rest[0]))
    else:
        figures = (naive if way == "naive" else netra)(folder, hosts)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
