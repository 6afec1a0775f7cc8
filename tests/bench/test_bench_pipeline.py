"""End to end against the pipeline that a typical developer would write, in one run on one file system."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.harness import ROOT, compare

POSTS = int(os.environ.get("NETRA_BENCH_POSTS", "2000"))
ROUNDS = int(os.environ.get("NETRA_BENCH_ROUNDS", "5"))
# Pinned floors, by wall and by CPU time, re-pinned upward as the parts grow faster.
FLOOR, CPU_FLOOR = 10.0, 12.0
# Phrases of level info are looked for only in what else is put before somebody; "netra-frasa" has them in rules of level
# sedang, which must be looked for in every text.
# Ten thousand phrases and a hundred thousand names beside the shipped rules and the demo's people may cost so much more.
PHRASES, PEOPLE, STEEP = 10_000, 100_000, 2.5


@pytest.mark.bench
def test_whole_path_against_the_naive_pipeline(tmp_path: Path) -> None:
    naive = os.environ.get("NETRA_BENCH", "")
    if not naive:
        pytest.skip("NETRA_BENCH is unset: it names the folder of naive_pipeline.py and prepare.py")
    folder = (ROOT / naive).resolve()
    subprocess.run([sys.executable, str(folder / "prepare.py"), str(tmp_path), "--posts", str(POSTS)], check=True)
    script = str(ROOT / "tests" / "bench" / "run_fresh.py")
    ours = [
        sys.executable, script, str(ROOT / "tests/bench/netra_pipeline.py"), str(tmp_path),
        "--posts", f"{tmp_path}/posts.txt", "--limit", str(POSTS),
    ]  # fmt: skip
    found = compare(
        "ujung-ke-ujung",
        {
            "naive": [
                sys.executable, script, str(folder / "naive_pipeline.py"), str(tmp_path),
                "--train", f"{tmp_path}/train.tsv", "--posts", f"{tmp_path}/posts.txt",
                "--rules", f"{tmp_path}/rules.yaml", "--limit", str(POSTS),
            ],
            "netra": ours,
            "netra-besar": [*ours, "--phrases", str(PHRASES), "--people", str(PEOPLE)],
            "netra-frasa": [*ours, "--phrases", str(PHRASES), "--people", str(PEOPLE), "--telling"],
        },
        baseline="naive",
        rounds=ROUNDS,
        rate_key={"naive": "posts_per_s", "netra": "items_per_s", "netra-besar": "items_per_s",
                  "netra-frasa": "items_per_s"},
    )  # fmt: skip
    print("\n" + found.report())
    for contender in ("netra", "netra-besar", "netra-frasa"):
        assert found.ratio(contender) >= FLOOR
        assert found.cpu_ratio(contender) >= CPU_FLOOR
    assert found.rate("netra-besar") >= found.rate("netra") / STEEP
