"""Phase runs: two processes against one, a Dask cluster against processes, killed workers; one output byte for byte."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.bench.batch_campaign import Campaign, misses, report

# Fewer are judged in the time that two processes take to start.
ITEMS = int(os.environ.get("NETRA_BENCH_ITEMS", "300000"))
ROUNDS = int(os.environ.get("NETRA_BENCH_ROUNDS", "3"))
MILLION = 1_000_000


def held(folder: Path, items: int, rounds: int, kills: int) -> None:
    lines = Campaign(folder, items, rounds, kills).carry_on()
    print("\n" + report(lines, f"jalan-tahapan-{items}"))
    assert misses(lines) == []


@pytest.mark.bench
def test_phase_runs_grow_with_processes(tmp_path: Path) -> None:
    held(tmp_path, ITEMS, ROUNDS, 1)


@pytest.mark.long
def test_a_million_items(tmp_path: Path) -> None:
    """About an hour; NETRA_BENCH_FOLDER names a folder in which an interrupted campaign is gone on with."""
    named = os.environ.get("NETRA_BENCH_FOLDER", "")
    held(Path(named).resolve() if named else tmp_path, MILLION, ROUNDS, 2)
