"""Collecting: CPU an item against the loop that one writes first, memory over a million items, five hundred hosts."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.bench.harness import OUT, ROOT, compare
from tests.server.many_hosts import ManyHosts, serve

# Pinned: Netra may cost this many times the bare loop's CPU an item. It asks robots.txt, keeps evidence with its hash
# and WARC record, reads dates by zone, keeps versions and writes the audit chain; the loop does none of it.
COST = 3.0
GROWTH_MB = 40.0
HOSTS, GAP = 500, 1.0
# Side by side at least so many times as quick as one host after the other could be within the same gaps.
SIDE_BY_SIDE = 8.0


def ran(*arguments: object, timeout: float = 3600) -> dict[str, Any]:
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.collecting", *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=timeout, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


@pytest.mark.bench
def test_cpu_an_item_against_the_bare_loop(tmp_path: Path) -> None:
    with serve(ManyHosts(entries=100)) as many:
        base = [sys.executable, "-W", "ignore", "-m", "tests.bench.collecting"]
        ways = {way: [*base, way, str(tmp_path), str(many.port), "30"] for way in ("naive", "netra")}
        found = compare("kumpul", ways, baseline="naive", rounds=5, rate_key=dict.fromkeys(ways, "rate"))
    print("\n" + found.report())
    assert found.ratio("netra") >= 1 / COST


def flat(folder: Path, rounds: int, name: str) -> dict[str, Any]:
    """Collect `rounds` times ten thousand items; the second half must not grow."""
    with serve(ManyHosts(entries=1000)) as many:
        found = ran("memory", folder, many.port, 10, rounds, timeout=6 * 3600)
    points = found["points"]
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"{name}.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    plot(points, OUT / f"{name}.svg", f"Resident memory over {found['items']:,} items")
    half = [mb for _, mb in points[len(points) // 2 :]]
    first = max(mb for _, mb in points[1 : max(2, len(points) // 5)])
    print(
        f"\n{name}: {found['items']:,} items, {found['us_an_item']:.0f} µs CPU an item, resident {points[0][1]:.0f} MB at the "
        f"start, at most {first:.0f} MB in the first fifth and {max(half):.0f} MB in the second half"
    )
    assert found["items"] == rounds * 10_000
    assert max(half) - first < GROWTH_MB
    return found


@pytest.mark.bench
def test_memory_is_flat_over_a_hundred_thousand_items(tmp_path: Path) -> None:
    flat(tmp_path, 10, "kumpul-ingatan")


@pytest.mark.long
def test_memory_is_flat_over_a_million_items(tmp_path: Path) -> None:
    flat(tmp_path, 100, "kumpul-ingatan-sejuta")


@pytest.mark.bench
def test_five_hundred_hosts_side_by_side_within_politeness(tmp_path: Path) -> None:
    """The baseline is exact, not run: one host after the other needs a gap between its two requests, for each host."""
    with serve(ManyHosts(entries=5)) as many:
        found = ran("polite", tmp_path, many.port, HOSTS, GAP)
        gaps = [b - a for times in many.times.values() for a, b in itertools.pairwise(times)]
        a_host = many.most_a_host
    ratio = HOSTS * GAP / found["wall"]
    print(
        f"\n{HOSTS} hosts, gap {GAP:g} s: {found['wall']:.1f} s ({found['cpu']:.1f} s CPU), x{ratio:.0f} against one after "
        f"the other; shortest gap {min(gaps):.2f} s, peak {found['peak_mb']:.0f} MB"
    )
    OUT.mkdir(parents=True, exist_ok=True)
    kept = {**found, "ratio": ratio, "shortest_gap": min(gaps)}
    (OUT / "kumpul-berdampingan.json").write_text(json.dumps(kept, indent=1), encoding="utf-8")
    plot(
        sorted(enumerate(sorted(gaps))),
        OUT / "kumpul-berdampingan.svg",
        f"Gaps between requests to one host ({HOSTS} hosts)",
    )
    assert found["items"] == HOSTS * 5
    assert len(gaps) == HOSTS
    assert min(gaps) >= GAP * 0.9, "politeness: the gap is measured at the server"
    assert a_host == 1
    assert ratio >= SIDE_BY_SIDE


def plot(points: Sequence[Sequence[float]], path: Path, title: str) -> None:
    import matplotlib as mpl  # noqa: PLC0415 - heavy, and only drawing needs it

    mpl.use("svg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
    axes.plot([one[0] for one in points], [one[1] for one in points], color="#1f5f8b")
    axes.set_ylim(bottom=0)
    axes.set_title(title)
    figure.savefig(path)
    plt.close(figure)
