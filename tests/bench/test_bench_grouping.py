"""Grouping near-duplicates against comparing every pair, on the same invented posts in one run."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.bench.harness import ROOT, compare

# At 2,000 posts; the gap grows with the number of posts, because one side is quadratic.
POSTS, FLOOR = 2000, 20.0


@pytest.mark.bench
def test_grouping_against_every_pair() -> None:
    command = [sys.executable, "-m", "tests.bench.grouping_rate"]
    ways = {way: [*command, way, str(POSTS)] for way in ("semua", "netra")}
    found = compare("kelompok", ways, baseline="semua", rounds=3, rate_key=dict.fromkeys(ways, "rate"))
    print("\n" + found.report())
    assert found.ratio("netra") >= FLOOR
    groups = {
        way: json.loads(subprocess.run(one, check=True, capture_output=True, text=True, cwd=ROOT).stdout)["groups"]
        for way, one in ways.items()
    }
    assert abs(groups["netra"] - groups["semua"]) <= POSTS // 200, "nearly all pairs that are alike are found"
