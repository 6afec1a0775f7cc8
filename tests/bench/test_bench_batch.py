"""Phase runs: two processes against one, files against the database, a Dask cluster against processes; one digest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.harness import ROOT, compare

ITEMS = int(os.environ.get("NETRA_BENCH_ITEMS", "60000"))
ROUNDS = int(os.environ.get("NETRA_BENCH_ROUNDS", "5"))
TWO, DASK = 1.5, 1 / 1.6


@pytest.mark.bench
def test_phase_runs_grow_with_processes(tmp_path: Path) -> None:
    env = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    posts = []
    if naive := os.environ.get("NETRA_BENCH", ""):
        script = (ROOT / naive).resolve() / "prepare.py"
        subprocess.run([sys.executable, str(script), str(tmp_path), "--posts", str(ITEMS)], check=True)
        posts = [str(tmp_path / "posts.txt")]
    office = [sys.executable, str(ROOT / "tests/bench/batch_office.py"), str(tmp_path / "kantor"), str(ITEMS), *posts]
    subprocess.run(office, check=True, env=env)
    config = str(tmp_path / "kantor" / "config.yaml")
    script = str(ROOT / "tests/bench/batch_speed.py")
    run = ["env", f"PYTHONPATH={ROOT}", "PYTHONWARNINGS=ignore", sys.executable, script, config]
    found = compare(
        "jalan-tahapan",
        {"satu": [*run, "db:1"], "dua": [*run, "db:2"], "berkas": [*run, "files:2"], "dask": [*run, "dask:2"]},
        baseline="satu",
        rounds=ROUNDS,
        rate_key=dict.fromkeys(("satu", "dua", "berkas", "dask"), "items_per_s"),
    )
    print("\n" + found.report())
    digests = {
        json.loads(subprocess.run([*run, how], check=True, capture_output=True, text=True).stdout)["digest"]
        for how in ("db:1", "files:2")
    }
    assert len(digests) == 1
    assert found.ratio("dua") >= TWO
    assert found.rate("dask") >= found.rate("berkas") * DASK
