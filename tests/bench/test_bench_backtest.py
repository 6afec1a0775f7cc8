"""A changed rule over many stored items: seconds on two cores, equal counts, and how many times a full screening.

NETRA_BENCH_BACKTEST sets how many items (60,000; the requirement speaks of 200,000, where the ratio is the greater the
less starting costs). The named baseline is the full screening of the same items by one process, in the same run: what
an office would have to do to learn the same.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.harness import OUT, ROOT

COUNT = int(os.environ.get("NETRA_BENCH_BACKTEST", "60000"))
# Pinned floors. At 200,000 items 2.6 was measured; starting three processes weighs on fewer.
FLOOR, FLOOR_FULL = 1.3, 2.0
FULL, SECONDS = 200_000, 60.0


@pytest.mark.bench
def test_a_changed_rule_over_all_stored_items(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "tests" / "bench" / "big_backtest.py"), str(tmp_path / "kantor"), str(COUNT)]
    answer = subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ).stdout
    figures = json.loads(answer.strip().splitlines()[-1])
    figures["ratio"] = round(figures["screening_seconds"] / figures["seconds"], 2)
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "uji-balik.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    print(f"\nbacktest (baseline: full screening by one process): {figures}")
    assert figures["equal"]
    assert figures["items"] == COUNT
    assert figures["ratio"] >= (FLOOR_FULL if COUNT >= FULL else FLOOR)
    # The bound of the requirement is for 200,000; a smaller run may take its share of it, and the start.
    assert figures["seconds"] <= max(SECONDS * COUNT / FULL, 10.0)
