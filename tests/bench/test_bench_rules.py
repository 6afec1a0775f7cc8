"""The rule engine: nearly flat from 50 to 20,000 phrases, hundreds of times a loop of `re`, quick to load, small.

On real posts where NETRA_REAL_DATA names them, else on the shipped corpus. Times are processor time, best of
interleaved rounds; only ratios are asserted, besides the two bounds of load time and memory.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

from monitor.rules.automaton import Automaton
from monitor.rules.conditions import Entry
from monitor.rules.nodes import Gate
from monitor.rules.patterns import Vocabulary
from monitor.rules.view import View
from monitor.targets import Targets
from tests.bench.harness import OUT, ROOT
from tests.bench.many import corpus, phrases, write_phrases

FLAT = 3.0
AGAINST_RE = 500.0
LOAD_SECONDS = 2.0
LOAD_MB = 150.0
ROUNDS = 5


def posts() -> list[str]:
    """Read real posts; the corpus that comes with Netra where there are none."""
    folder = os.environ.get("NETRA_REAL_DATA", "")
    if folder:
        files = sorted(Path(folder).glob("*.jsonl"))
        return [json.loads(line)["text"] for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    return corpus()


def automaton(some: Iterable[str]) -> Automaton:
    vocabulary = Vocabulary({}, Targets(()))
    for phrase in some:
        vocabulary.node(Entry(phrase=phrase))
    return vocabulary.build()


def best(works: Sequence[Callable[[], object]]) -> list[float]:
    """Time works interleaved; the best round of each counts."""
    times = [float("inf")] * len(works)
    for _ in range(ROUNDS):
        for place, work in enumerate(works):
            began = time.process_time()
            work()
            times[place] = min(times[place], time.process_time() - began)
    return times


def keep(name: str, figures: dict[str, float | str]) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"{name}.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    print(f"\n{name}: {figures}")


@pytest.mark.bench
def test_cost_is_nearly_flat() -> None:
    texts = posts()[:3000]
    few, many = automaton(phrases(50)), automaton(phrases(20_000))
    assert len(many.literals) >= 15_000

    def screen(one: Automaton) -> Callable[[], object]:
        return lambda: [one.scan(View(text), Gate()) for text in texts]

    small, large = best([screen(few), screen(many)])
    keep(
        "aturan-datar",
        {"texts": len(texts), "phrases": len(many.literals), "us_50": small / len(texts) * 1e6,
         "us_20000": large / len(texts) * 1e6, "ratio": large / small},
    )  # fmt: skip
    assert large <= FLAT * small


@pytest.mark.bench
def test_against_a_loop_of_re() -> None:
    folded = [View(text).text for text in posts()[:3000]]
    some = phrases(1000)
    engine = automaton(some)
    loop = [(index, re.compile(rf"(?<!\w){re.escape(phrase)}(?!\w)")) for index, phrase in enumerate(engine.literals)]
    sample = folded[:100]

    def by_loop() -> list[list[tuple[int, int, int]]]:
        return [sorted((i, m.start(), m.end()) for i, one in loop for m in one.finditer(text)) for text in sample]

    assert [sorted(engine.raw_hits(text)) for text in sample] == by_loop()
    ours, theirs = best([lambda: [engine.raw_hits(text) for text in folded], by_loop])
    ratio = (theirs / len(sample)) / (ours / len(folded))
    keep("aturan-lawan-re", {"phrases": len(some), "ratio": ratio, "us": ours / len(folded) * 1e6})
    assert ratio >= AGAINST_RE


LOADING = """
import json, resource, sys, time
from pathlib import Path
from monitor.rules import RuleSet
from monitor.targets import Targets
folder = Path(sys.argv[1])
targets = Targets.load(folder / "targets")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.process_time()
rules = RuleSet.load(folder, targets)
seconds = time.process_time() - began
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
literals = len(rules.loaded.engine.automaton.literals)
print(json.dumps({"literals": literals, "seconds": seconds, "mb": after / 1024, "grown_mb": (after - before) / 1024}))
"""


@pytest.mark.bench
def test_loading_from_files(tmp_path: Path) -> None:
    """Twenty thousand phrases in lexicon files, read, checked, compiled and tried in a process of their own."""
    from tests.rules.world import own_folder  # noqa: PLC0415

    folder = own_folder(tmp_path)
    some = phrases(20_000)
    write_phrases(folder, some)
    command = [sys.executable, "-W", "ignore", "-c", LOADING, str(folder)]
    answers = [
        json.loads(subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout)
        for _ in range(3)
    ]
    figures = min(answers, key=lambda one: one["seconds"])
    keep("aturan-muat", figures)
    assert figures["literals"] >= 15_000
    assert figures["seconds"] < LOAD_SECONDS
    assert figures["mb"] < LOAD_MB
