"""Make an office with many acts, change a rule, backtest, screen everything again; one JSON line of what it took.

    python tests/bench/big_backtest.py FOLDER COUNT [WORKERS]

Prints seconds and counts of the backtest (the command itself, in a process of its own, start included) and of the full
screening by one process that follows. `equal` tells whether the two counted the same.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from tests.fakes_backtest import BigOffice
from tests.governance.test_backtest_equal import BASE, happened

ROOT = Path(__file__).resolve().parents[2]
CHANGED = "asn/uji-berita.yaml"


def main() -> None:
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    workers = sys.argv[3] if len(sys.argv) > 3 else "2"
    clock = time.perf_counter
    began = clock()
    office = BigOffice.make(folder, count)
    for path, text in BASE.items():
        (office.rules / path).write_text(text, encoding="utf-8")
    filled = clock() - began
    began = clock()
    office.screen()
    first = clock() - began
    before = office.queue()
    file = office.rules / CHANGED
    file.write_text(
        re.sub("kinds: .*}", "kinds: [artikel, komentar, bagikan]}", file.read_text(encoding="utf-8")), encoding="utf-8"
    )
    load = os.getloadavg()[0]
    command = [sys.executable, "-m", "monitor", "--config", str(office.settings), "rules", "backtest", "--json"]
    began = clock()
    said = json.loads(
        subprocess.run([*command, "--workers", workers], check=True, capture_output=True, text=True, cwd=ROOT).stdout
    )
    took = clock() - began
    office.adopt()
    began = clock()
    office.screen()
    again = clock() - began
    counted = happened(before, office.queue())
    office.close()
    mine = {
        "items newly": said["newly"], "items gone": said["gone"], "flags new": said["flags"]["new"],
        "flags gone": said["flags"]["gone"], "flags altered": said["flags"]["altered"],
    }  # fmt: skip
    figures = {
        "items": said["items"], "workers": said["workers"], "seconds": round(took, 2),
        "rate": round(count / took, 1), "screening_seconds": round(again, 2), "screening_rate": round(count / again, 1),
        "first_screening_seconds": round(first, 2), "filling_seconds": round(filled, 2), "judged": said["judged"],
        "counts": mine, "equal": all(counted[name] == value for name, value in mine.items()), "load": load,
        "database_mb": round((folder / "var" / "demo" / "netra.db").stat().st_size / 2**20, 1),
    }  # fmt: skip
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
