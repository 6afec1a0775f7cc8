"""Growth measured: each stage at each size in fresh processes, the median kept, drawn as log-log curves.

`build/bench/tumbuh-STAGE.json` keeps every single measurement and `build/bench/tumbuh-*.svg` the curves. To renew the page and
its pictures from what was measured last: `python -m tests.bench.curves docs`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.growth import BESIDE, ITEMS
from tests.bench.harness import OUT, ROOT

ROUNDS, FEW = 3, 20_000
"""Sizes up to FEW are measured so often, larger ones once: an hour's run is its own average."""
MARK = "<!-- {} -->"
PICTURES = ("tumbuh-butir", "tumbuh-ingatan", "tumbuh-daftar", "jalan-tahapan")


@dataclass(frozen=True)
class Point:
    """One stage at one size: medians for each thing done; `loads` are the least and the most load average."""

    size: int
    cpu_us: float
    wall_us: float
    before_mb: float
    peak_mb: float
    disk_bytes: float
    loads: tuple[float, float]


@dataclass(frozen=True)
class Curve:
    """One stage over all sizes, smallest first."""

    stage: str
    points: tuple[Point, ...]
    day: str

    @property
    def steepness(self) -> float:
        """How many times the cost of one at the cheapest smaller size one costs at the largest."""
        return self.points[-1].cpu_us / min(one.cpu_us for one in self.points[:-1])

    @property
    def memory_bytes(self) -> float:
        """Bytes of memory that each thing more takes, from the smallest size to the largest.

        Of items what the stage itself grew by; of what stands beside them what the whole process did.
        """
        first, last = self.points[0], self.points[-1]
        grown = last.peak_mb - first.peak_mb
        if self.stage in ITEMS:
            grown -= last.before_mb - first.before_mb
        return max(0.0, grown) * 2**20 / (last.size - first.size)

    def report(self) -> str:
        costs = "  ".join(f"{one.size:,}: {one.cpu_us:,.1f} µs" for one in self.points)
        last = self.points[-1]
        loads = [load for one in self.points for load in one.loads]
        return (
            f"{self.stage:<9}{costs}  x{self.steepness:.2f}; memory {self.memory_bytes:,.0f} B each, peak {last.peak_mb:,.0f} MB; "
            f"disk {last.disk_bytes:,.0f} B each; load {min(loads):.1f}–{max(loads):.1f}"
        )

    def save(self) -> None:
        OUT.mkdir(parents=True, exist_ok=True)
        (OUT / f"tumbuh-{self.stage}.json").write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")


def grown(stage: str, sizes: Sequence[int]) -> Curve:
    """Measure a stage at every size, the rounds interleaved (small, large, small, large …)."""
    found: dict[int, list[dict[str, Any]]] = {size: [] for size in sizes}
    for number in range(ROUNDS):
        for size in sizes:
            if not number or size <= FEW:
                found[size].append(_measured(stage, size))
    curve = Curve(stage, tuple(_point(size, rounds) for size, rounds in found.items()), f"{datetime.now(UTC):%Y-%m-%d}")
    curve.save()
    return curve


def _measured(stage: str, size: int) -> dict[str, Any]:
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.growth", stage, str(size)]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _point(size: int, rounds: Sequence[dict[str, Any]]) -> Point:
    names = ("cpu_us", "wall_us", "before_mb", "peak_mb", "disk_bytes")
    loads = [one["load"] for one in rounds]
    return Point(size, *(median(one[name] for one in rounds) for name in names), (min(loads), max(loads)))


def kept(stage: str) -> Curve | None:
    """Read a curve that was measured before; None where there is none."""
    path = OUT / f"tumbuh-{stage}.json"
    if not path.exists():
        return None
    held = json.loads(path.read_text(encoding="utf-8"))
    points = tuple(Point(**one | {"loads": tuple(one["loads"])}) for one in held["points"])
    return Curve(held["stage"], points, held["day"])


def draw() -> None:
    """Draw all kept curves: cost over items, memory over items, cost over what stands beside."""
    items = [one for name in ITEMS if (one := kept(name))]
    beside = [one for name in BESIDE if (one := kept(name))]
    cpu = [(one, [point.cpu_us for point in one.points]) for one in items]
    held = [(one, [point.peak_mb for point in one.points]) for one in items]
    cost = [(one, [point.cpu_us for point in one.points]) for one in beside]
    _plot(cpu, "tumbuh-butir", "CPU for each item (queue: for each page)", "items", "µs, log")
    _plot(held, "tumbuh-ingatan", "Peak memory", "items", "MB, log")
    _plot(cost, "tumbuh-daftar", "CPU to match one item", "phrases, rules or names beside it", "µs, log")


def _plot(curves: Sequence[tuple[Curve, list[float]]], name: str, title: str, along: str, up: str) -> None:
    if not curves:
        return
    import matplotlib as mpl  # noqa: PLC0415 - heavy, and only drawing needs it

    mpl.use("svg")
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "netra", "font.family": "sans-serif"})
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figure, axes = plt.subplots(figsize=(7, 4.6), layout="constrained")
    for (curve, values), mark in zip(curves, "osD^vP*Xd<>h", strict=False):
        axes.plot([one.size for one in curve.points], values, marker=mark, markersize=5, label=curve.stage)
    axes.set(xscale="log", yscale="log", title=title, xlabel=along, ylabel=up)
    least, most = (pick(value for _, values in curves for value in values) for pick in (min, max))
    if most < 30 * least:  # a gentle slope must not look steep
        axes.set_ylim(least / 4, most * 4)
    axes.grid(which="major", color="#d5dbe0", linewidth=0.6)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    OUT.mkdir(parents=True, exist_ok=True)
    figure.savefig(OUT / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)


def table(names: Sequence[str], label: str) -> str:
    """Write kept curves as a table of a page."""
    curves = [one for name in names if (one := kept(name))]
    sizes = sorted({point.size for one in curves for point in one.points})
    head = ["stage", *(f"{label} {size:,}" for size in sizes), "steepness", "peak memory", "memory each", "disk each",
            "load", "measured"]  # fmt: skip
    lines = [head, ["---", *["--:"] * (len(head) - 2), "---"], *([*_cells(one, sizes)] for one in curves)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(curve: Curve, sizes: Sequence[int]) -> list[str]:
    cost = {one.size: f"{one.cpu_us:,.1f} µs" for one in curve.points}
    last, loads = curve.points[-1], [load for one in curve.points for load in one.loads]
    return [
        curve.stage, *(cost.get(size, "–") for size in sizes), f"×{curve.steepness:.2f}", f"{last.peak_mb:,.0f} MB",
        f"{curve.memory_bytes:,.0f} B", f"{last.disk_bytes:,.0f} B" if last.disk_bytes else "–",
        f"{min(loads):.1f}–{max(loads):.1f}", curve.day,
    ]  # fmt: skip


def renew(docs: Path) -> None:
    """Put the tables of what was measured last into the page, and the pictures beside it."""
    draw()
    page = docs / "ukuran.md"
    text = page.read_text(encoding="utf-8")
    for mark, names, label in (("items", list(ITEMS), "at"), ("beside", list(BESIDE), "with")):
        text = _between(text, mark, table(names, label))
    runs = OUT / "jalan-tahapan.md"
    if runs.exists():
        text = _between(text, "runs", runs.read_text(encoding="utf-8").strip())
    page.write_text(text, encoding="utf-8")
    for name in PICTURES:
        if (OUT / f"{name}.svg").exists():
            shutil.copy(OUT / f"{name}.svg", docs / "gambar" / f"{name}.svg")


def _between(text: str, mark: str, new: str) -> str:
    begin, end = MARK.format(mark), MARK.format(f"/{mark}")
    head, _, rest = text.partition(begin)
    return f"{head}{begin}\n{new}\n{end}{rest.partition(end)[2]}"


if __name__ == "__main__":
    renew(Path(sys.argv[1]))
