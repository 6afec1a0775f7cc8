"""End to end against the pipeline that a typical developer would write, in one run on one file system."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.harness import ROOT, compare
from tests.bench.many import phrases

POSTS = int(os.environ.get("NETRA_BENCH_POSTS", "20000"))
ROUNDS = int(os.environ.get("NETRA_BENCH_ROUNDS", "5"))
# The naive pipeline reads the first of the same posts: so many with its own 200 rules, fewer with all the phrases.
NAIVE, NAIVE_PHRASES = 2000, 500
# Ten thousand phrases and a hundred thousand names beside the shipped rules and the demo's people may cost so much more.
PHRASES, PEOPLE, STEEP = 10_000, 100_000, 2.5
# Pinned floors, re-pinned upward as the parts grow faster. Against the naive pipeline with its own 200 rules, whatever
# Netra looks for, by wall and by CPU time; and where both look for the same phrases (Netra for the names too), by wall
# time on one core and on two.
FLOOR, CPU_FLOOR = 18.0, 18.0
SAME_FLOOR, SAME_FLOOR_OF_TWO = 160.0, 200.0


def naive_rules(path: Path) -> None:
    """Write the phrases as rules of the naive pipeline."""
    rules = [
        {"id": f"f{number}", "pattern": re.escape(one), "weight": 1} for number, one in enumerate(phrases(PHRASES))
    ]
    path.write_text("".join(f"- {json.dumps(rule)}\n" for rule in rules), encoding="utf-8")


@pytest.mark.bench
def test_whole_path_against_the_naive_pipeline(tmp_path: Path) -> None:
    naive = os.environ.get("NETRA_BENCH", "")
    if not naive:
        pytest.skip("NETRA_BENCH is unset: it names the folder of naive_pipeline.py and prepare.py")
    folder = (ROOT / naive).resolve()
    subprocess.run([sys.executable, str(folder / "prepare.py"), str(tmp_path), "--posts", str(POSTS)], check=True)
    naive_rules(tmp_path / "phrases.yaml")

    def fresh(script: Path, *arguments: str) -> list[str]:
        return [sys.executable, str(ROOT / "tests/bench/run_fresh.py"), str(script), str(tmp_path), *arguments]

    posts = ("--posts", f"{tmp_path}/posts.txt")
    theirs = (folder / "naive_pipeline.py", "--train", f"{tmp_path}/train.tsv", *posts)
    ours = (ROOT / "tests/bench/netra_pipeline.py", *posts, "--limit", str(POSTS))
    many = ("--phrases", str(PHRASES), "--people", str(PEOPLE))
    found = compare(
        "ujung-ke-ujung",
        {
            "naive": fresh(*theirs, "--rules", f"{tmp_path}/rules.yaml", "--limit", str(NAIVE)),
            "naive-frasa": fresh(*theirs, "--rules", f"{tmp_path}/phrases.yaml", "--limit", str(NAIVE_PHRASES)),
            "netra": fresh(*ours),
            "netra-besar": fresh(*ours, *many),
            "netra-frasa": fresh(*ours, *many, "--telling"),
            "netra-dua": fresh(*ours, *many, "--telling", "--two"),
        },
        baseline="naive",
        rounds=ROUNDS,
        rate_key={
            contender: "posts_per_s" if contender.startswith("naive") else "items_per_s"
            for contender in ("naive", "naive-frasa", "netra", "netra-besar", "netra-frasa", "netra-dua")
        },
    )
    print("\n" + found.report())
    for contender in ("netra", "netra-besar", "netra-frasa"):
        assert found.ratio(contender) >= FLOOR
        assert found.cpu_ratio(contender) >= CPU_FLOOR
    same, of_two = (found.rate(one) / found.rate("naive-frasa") for one in ("netra-frasa", "netra-dua"))
    print(f"the same phrases on both sides: x{same:.0f} on one core, x{of_two:.0f} on two")
    assert same >= SAME_FLOOR
    assert of_two >= SAME_FLOOR_OF_TWO
    assert found.rate("netra-besar") >= found.rate("netra") / STEEP
