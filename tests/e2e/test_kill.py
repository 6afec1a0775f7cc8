"""kill -9 at random moments of collect and of screen, then resume: nothing lost, nothing doubled, the chain whole."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitor import demo
from monitor.app import App
from monitor.store import QueueQuery
from tests.offices import make_office

ROOT = Path(__file__).resolve().parents[2]
WORKER = Path(__file__).with_name("kill_worker.py")
SHORT, LONG = 6, 20  # copies of the demo's items


def office(folder: Path, copies: int) -> Path:
    """A made-up office of its own, with the demo's items many times over so that the work takes a while."""
    config = make_office(folder)
    for path in sorted((folder / "demo" / "items").glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        for copy in range(1, copies):
            more = [json.dumps(row | {"id": f"{row['id']}-{copy}"}, ensure_ascii=False) for row in rows]
            (path.parent / f"{path.stem}-{copy}.jsonl").write_text("\n".join(more), encoding="utf-8")
    app = App.build(config)
    demo.prepare(app)
    app.close()
    return config


@dataclass(frozen=True)
class Held:
    """All that an undisturbed run would hold."""

    items: list[tuple[str, str, int, str]]
    flags: list[tuple[str, str, str, str, tuple[str, ...]]]
    counted: int


def held(config: Path) -> Held:
    app = App.build(config)
    try:
        assert app.store.audit.verify().ok
        assert not app.archive.verify_all()
        stored, after = [], 0
        while batch := app.store.items.unscreened(500, after, digest="of no judges"):
            stored += batch
            after = batch[-1].item_id
        items = sorted((str(one.item.platform), one.item.native_id, one.version, one.content_sha256) for one in stored)
        page = app.store.flags.queue(QueueQuery(limit=100_000))
        assert page.total == len(page.flags)
        flags = sorted(
            (
                str(flag.stored.item.platform),
                flag.stored.item.native_id,
                flag.actor.person.name,
                str(flag.opinion.level),
                tuple(match.rule_id for match in flag.opinion.matches),
            )
            for flag in page.flags
        )
        return Held(items, flags, sum(one.items for one in app.store.samples.bins()))
    finally:
        app.close()


def claimed(config: Path) -> tuple[int, int]:
    """Hold what a killed collecting claims to have seen against what it stored; gives (proved, not proved)."""
    app = App.build(config)
    try:
        run_id = app.store.coverage.newest_run()
        said = app.store.coverage.of_run(run_id)
        for source_id, standing in said.items():
            files = {request.url for source in app.sources([source_id]) for request in source.start("")}
            rows = app.store._connection.db.execute(
                "SELECT DISTINCT url FROM fetches WHERE source_id=? AND run_id=?", (source_id, run_id)
            )
            asked = {url for (url,) in rows}
            assert not standing.outcome.proved or asked == files, source_id
        proved = sum(one.outcome.proved for one in said.values())
        return proved, len(said) - proved
    finally:
        app.close()


def start(config: Path, job: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    process = subprocess.Popen(
        [sys.executable, str(WORKER), str(config), job], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def whole(config: Path, job: str) -> float:
    """Run a job to its end; gives the seconds of the work itself."""
    process = start(config, job)
    began = time.perf_counter()
    process.communicate(timeout=300)
    assert process.returncode == 0
    return time.perf_counter() - began


def kill_once(config: Path, job: str, after: float) -> bool:
    """Kill a job; tells whether it was still at work."""
    process = start(config, job)
    try:
        process.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return True
    return False


def campaign(folder: Path, kills: int, copies: int, seed: int) -> tuple[int, int]:
    """Kill each job until it was hit `kills` times (a job that ends before its kill starts over on a new office)."""
    calm = office(folder / "calm", copies)
    seconds = {job: whole(calm, job) for job in ("collect", "screen")}
    truth = held(calm)
    assert len(truth.items) > 400 * copies // 2
    assert truth.flags

    dice, hits, offices = random.Random(seed), {"collect": 0, "screen": 0}, 0
    while min(hits.values()) < kills:
        offices += 1
        config = office(folder / f"struck-{offices}", copies)
        for job in ("collect", "screen"):
            while hits[job] < kills and kill_once(config, job, dice.uniform(0, seconds[job])):
                hits[job] += 1
                if job == "collect":
                    claimed(config)
            whole(config, job)
            if job == "collect":
                assert claimed(config) == (3, 0)
        assert held(config) == truth
        shutil.rmtree(config.parent)
    return hits["collect"], hits["screen"]


def test_killed_and_resumed(tmp_path: Path) -> None:
    assert campaign(tmp_path, kills=3, copies=SHORT, seed=1) >= (3, 3)


@pytest.mark.long
def test_killed_a_hundred_times(tmp_path: Path) -> None:
    collect_hits, screen_hits = campaign(tmp_path, kills=100, copies=LONG, seed=2)
    print(
        f"\nkilled {collect_hits} times in collect and {screen_hits} times in screen: items and flags equal, chain whole"
    )
    assert min(collect_hits, screen_hits) >= 100
