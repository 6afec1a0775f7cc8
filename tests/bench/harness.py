"""The one harness of every measurement: ratios in one run, never absolute times.

A contender is a command that prints one JSON line holding its rate (higher is better) and `peak_mb`. Contenders run
interleaved (A B A B …) so that a noisy neighbour hits all alike; the median of the rounds counts; the load average
before each round is written beside it. `build/bench/NAME.json` keeps every round, `build/bench/NAME.svg` draws them.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "build" / "bench"


@dataclass(frozen=True)
class Round:
    """One contender's turn: `rate` in its own unit a second, `peak_mb` resident, `load` before it began.

    `cpu_rate` is the rate by its own CPU time, 0 where it does not say so: a busy machine distorts it far less.
    """

    contender: str
    rate: float
    peak_mb: float
    load: float
    cpu_rate: float = 0.0


@dataclass(frozen=True)
class Comparison:
    """All rounds of one measurement against its named baseline."""

    name: str
    baseline: str
    rounds: tuple[Round, ...]

    def rate(self, contender: str) -> float:
        return median(one.rate for one in self.rounds if one.contender == contender)

    def peak_mb(self, contender: str) -> float:
        return median(one.peak_mb for one in self.rounds if one.contender == contender)

    def ratio(self, contender: str) -> float:
        """How many times the baseline's rate."""
        return self.rate(contender) / self.rate(self.baseline)

    def cpu_rate(self, contender: str) -> float:
        return median(one.cpu_rate for one in self.rounds if one.contender == contender)

    def cpu_ratio(self, contender: str) -> float:
        """How many times the baseline's rate, by the CPU time of each."""
        return self.cpu_rate(contender) / self.cpu_rate(self.baseline)

    def report(self) -> str:
        names = list(dict.fromkeys(one.contender for one in self.rounds))
        lines = [
            f"{self.name} (baseline: {self.baseline}; median of {len(self.rounds) // len(names)} interleaved rounds)"
        ]
        for name in names:
            loads = [one.load for one in self.rounds if one.contender == name]
            lines.append(
                f"  {name:<14}{self.rate(name):>12,.0f}/s  x{self.ratio(name):<8.1f}"
                f"peak {self.peak_mb(name):>6.0f} MB  load {min(loads):.1f}–{max(loads):.1f}"
                + (
                    f"  by CPU x{self.cpu_ratio(name):.1f}"
                    if self.cpu_rate(name) and self.cpu_rate(self.baseline)
                    else ""
                )
            )
        return "\n".join(lines)

    def save(self) -> None:
        """Write figures and plot."""
        OUT.mkdir(parents=True, exist_ok=True)
        content = {"name": self.name, "baseline": self.baseline, "rounds": [asdict(one) for one in self.rounds]}
        (OUT / f"{self.name}.json").write_text(json.dumps(content, indent=1), encoding="utf-8")
        _plot(self, OUT / f"{self.name}.svg")


def compare(
    name: str, commands: Mapping[str, Sequence[str]], *, baseline: str, rounds: int, rate_key: Mapping[str, str]
) -> Comparison:
    """Run every command `rounds` times, interleaved. Raises CalledProcessError with the output where one fails."""
    done: list[Round] = []
    for _ in range(rounds):
        for contender, command in commands.items():
            load = os.getloadavg()[0]
            answer = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
            figures = json.loads(answer.strip().splitlines()[-1])
            key = rate_key[contender]
            by_cpu = figures.get(key.replace("_per_s", "_per_cpu_s"), 0.0) if "_per_s" in key else 0.0
            done.append(Round(contender, figures[key], figures["peak_mb"], load, by_cpu))
    comparison = Comparison(name, baseline, tuple(done))
    comparison.save()
    return comparison


def _plot(comparison: Comparison, path: Path) -> None:
    import matplotlib as mpl  # noqa: PLC0415 - heavy, and only drawing needs it

    mpl.use("svg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    names = list(dict.fromkeys(one.contender for one in comparison.rounds))
    figure, axes = plt.subplots(figsize=(6, 1.2 + 0.6 * len(names)), layout="constrained")
    for place, name in enumerate(names):
        rates = [one.rate for one in comparison.rounds if one.contender == name]
        axes.barh(place, median(rates), color="#1f5f8b" if name != comparison.baseline else "#9aa7b1")
        axes.plot(rates, [place] * len(rates), "k|", markersize=12)
        axes.annotate(f" x{comparison.ratio(name):.1f}", (median(rates), place), va="center")
    axes.set_yticks(range(len(names)), names)
    medians = [comparison.rate(name) for name in names]
    log = max(medians) > 10 * min(medians)
    axes.set_xscale("log" if log else "linear")
    axes.margins(x=0.12)
    if not log:
        axes.set_xlim(left=0)
    axes.set_xlabel(f"a second{' (log)' if log else ''}; ticks are single rounds")
    axes.set_title(comparison.name)
    figure.savefig(path)
    plt.close(figure)
