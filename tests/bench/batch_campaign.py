"""Phase runs at the size of a nation, in single runs that can be stopped and gone on with.

    python -m tests.bench.batch_campaign FOLDER [--items 1000000] [--rounds 5] [--kills 2]

Makes the office in FOLDER, then runs one worker, two workers, two processes over Parquet files and a Dask cluster of two
in turn, so many rounds; then runs in which a worker is killed at a random moment. Every single run is a process of its
own and one line of FOLDER/catatan.jsonl, with the load average before it; lines that stand there are not run again. At
the end it prints medians and ratios, keeps them as build/bench/jalan-tahapan-COUNT.{json,svg}, and ends with 1 if a
floor is missed or any byte differs.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.harness import OUT, ROOT, Comparison, Round

HOW = {"satu": "db:1", "dua": "db:2", "berkas": "files:2", "dask": "dask:2"}
TWO, DASK = 1.5, 1.6
"""Two workers at least so many times one worker; Dask at most so many times the wall time of the process pool."""
KILLED = ("dua", "berkas", "dask")

Line = dict[str, Any]


@dataclass(frozen=True)
class Campaign:
    """Where the office and the log lie, and what is to be run."""

    folder: Path
    items: int
    rounds: int
    kills: int

    @property
    def log(self) -> Path:
        return self.folder / "catatan.jsonl"

    def lines(self) -> list[Line]:
        """Read back the single runs that are done; a line that was cut off is none."""
        if not self.log.exists():
            return []
        found = list[Line]()
        for one in self.log.read_text(encoding="utf-8").splitlines():
            with suppress(json.JSONDecodeError):
                found.append(json.loads(one))
        return found

    def carry_on(self) -> list[Line]:
        """Do what is not done yet; gives all lines."""
        office = self.folder / "kantor"
        self.folder.mkdir(parents=True, exist_ok=True)
        made = _said("batch_office.py", str(office), str(self.items))
        assert made["items"] == self.items, f"{office} holds {made['items']} items: name another folder"
        done = {one["name"] for one in self.lines()}
        todo = [(f"{name}-{number}", name, False) for number in range(1, self.rounds + 1) for name in HOW]
        todo += [(f"{name}-mati-{number}", name, True) for number in range(1, self.kills + 1) for name in KILLED]
        for key, name, kill in todo:
            if key not in done:
                self._run(key, name, random.Random(key).uniform(0.05, 0.85) if kill else 0.0)
        return self.lines()

    def _run(self, key: str, name: str, moment: float) -> None:
        """Run once and write it down. `moment` is when a worker is killed, as a share of the parts; 0 = never."""
        after = round(moment, 3)
        load, at = os.getloadavg()[0], datetime.now(UTC)
        figures = _said("batch_speed.py", str(self.folder / "kantor"), HOW[name], *([str(after)] if after else []))
        line = {
            "name": key, "contender": name, "at": at.isoformat(timespec="seconds"), "load": round(load, 2),
            "kill_after": after, **figures,
        }  # fmt: skip
        print(f"{key}: {figures['seconds']} s, {figures['items_per_s']:,.0f}/s, load {load:.1f}", flush=True)
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"\n{json.dumps(line)}\n")  # begins anew below a line that was cut off
            log.flush()
            os.fsync(log.fileno())


def _said(script: str, *arguments: str) -> Line:
    command = [sys.executable, "-W", "ignore", str(ROOT / "tests" / "bench" / script), *arguments]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found: Line = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def compared(name: str, lines: Sequence[Line]) -> Comparison:
    """Put the undisturbed runs beside each other."""
    rounds = [
        Round(one["contender"], one["items_per_s"], one["peak_mb"], one["load"])
        for one in lines
        if not one["kill_after"]
    ]
    return Comparison(name, "satu", tuple(rounds))


def misses(lines: Sequence[Line]) -> list[str]:
    """Say what of the requirement does not hold; [] when all does."""
    found = compared("", lines)
    dask = found.rate("berkas") / found.rate("dask")
    said = [f"two workers are {found.ratio('dua'):.2f} times one"] if found.ratio("dua") < TWO else []
    said += [f"Dask takes {dask:.2f} times the pool's time"] if dask > DASK else []
    said += ["opinions differ between ways"] if len({one["digest"] for one in lines}) > 1 else []
    said += ["some items are missing"] if len({one["items"] for one in lines}) > 1 else []
    for name, ways in (("database", {"satu", "dua"}), ("files", {"berkas", "dask"})):
        if len({one["bytes"] for one in lines if one["contender"] in ways}) > 1:
            said.append(f"bytes differ between runs over the {name}")
    missed = [one["name"] for one in lines if one["kill_after"] and not one["killed"]]
    return said + [f"nobody was killed in {name}" for name in missed]


def report(lines: Sequence[Line], name: str) -> str:
    """Say it in some lines, and keep figures and plot."""
    found = compared(name, lines)
    found.save()
    (OUT / "jalan-tahapan.md").write_text(table(lines) + "\n", encoding="utf-8")
    shutil.copy(OUT / f"{name}.svg", OUT / "jalan-tahapan.svg")
    cpu = {
        one: median(line["cpu_seconds"] for line in lines if line["contender"] == one and not line["kill_after"])
        for one in HOW
    }
    said = [found.report(), "  CPU seconds: " + ", ".join(f"{one} {value:.1f}" for one, value in cpu.items())]
    killed = [one for one in lines if one["kill_after"]]
    said += [
        f"  {one['name']}: killed with {one['kill_after']:.0%} done, {one['seconds']} s in all, load {one['load']}"
        for one in killed
    ]
    dask = found.rate("berkas") / found.rate("dask")
    said.append(
        f"  two workers x{found.ratio('dua'):.2f} (at least {TWO}), Dask x{dask:.2f} of the pool's time (at most {DASK})"
    )
    said += [f"  MISSED: {one}" for one in misses(lines)] or ["  every run left the same bytes; all floors hold"]
    return "\n".join(said)


def table(lines: Sequence[Line]) -> str:
    """Write the campaign as a table of a page: medians of the undisturbed runs, then each run with a killed worker."""
    found, items = compared("", lines), lines[0]["items"]
    rows = ["| run | wall, s | items a second | times one worker | CPU an item | peak memory | load |"]
    rows.append("|---|--:|--:|--:|--:|--:|---|")
    for name, how in HOW.items():
        mine = [one for one in lines if one["contender"] == name and not one["kill_after"]]
        wall, cpu = (median(one[key] for one in mine) for key in ("seconds", "cpu_seconds"))
        loads = [one["load"] for one in mine]
        rows.append(
            f"| {how} ({len(mine)} runs) | {wall:,.1f} | {found.rate(name):,.0f} | ×{found.ratio(name):.2f} | "
            f"{cpu / items * 1e6:,.0f} µs | {found.peak_mb(name):,.0f} MB | {min(loads):.1f}–{max(loads):.1f} |"
        )
    rows += [
        f"| {HOW[one['contender']]}, a worker killed with {one['kill_after']:.0%} done | {one['seconds']:,.1f} | "
        f"{one['items_per_s']:,.0f} | – | {one['cpu_seconds'] / items * 1e6:,.0f} µs | {one['peak_mb']:,.0f} MB | "
        f"{one['load']:.1f} |"
        for one in lines
        if one["kill_after"]
    ]
    dask, missed = found.rate("berkas") / found.rate("dask"), misses(lines)
    rows.append(
        f"\n{items:,} items, {lines[0]['at'][:10]}; `db` reads the database, `files` and `dask` Parquet, the number is how many "
        f"processes judge. Two workers ×{found.ratio('dua'):.2f} (at least {TWO} is asked), Dask ×{dask:.2f} of the pool's wall "
        f"time (at most {DASK}). " + ("Missed: " + "; ".join(missed) if missed else "Every run left the same bytes.")
    )
    return "\n".join(rows)


def main() -> None:
    """Go on with the campaign, then report."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kills", type=int, default=2)
    args = parser.parse_args()
    lines = Campaign(args.folder.resolve(), args.items, args.rounds, args.kills).carry_on()
    print(report(lines, f"jalan-tahapan-{args.items}"))
    sys.exit(bool(misses(lines)))


if __name__ == "__main__":
    main()
