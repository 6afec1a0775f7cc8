"""Scoring against scikit-learn's own pipeline, on texts neither has seen, in one run and on one core."""

from __future__ import annotations

import json
import os
import random
import sys
from pathlib import Path

import pytest

from tests.bench.harness import ROOT, compare

ROUNDS = int(os.environ.get("NETRA_BENCH_ROUNDS", "3"))
# Floors: what serving must keep over the text-book pipeline.
FLOOR = {1000: 6.0, 1: 25.0}
MOST_MB = 400


def unseen(path: Path) -> Path:
    """Write texts that no contender was fitted on: real ones where they are at hand, else mixed from the corpus.

    A mixed text joins halves of two sentences and a word with changed letters, so that no text was seen whole.
    """
    folder = os.environ.get("NETRA_REAL_DATA", "")
    if folder:
        names = ("dev_posts.jsonl", "everyday.jsonl")
        lines = [line for name in names for line in (Path(folder) / name).read_text("utf-8").splitlines()]
        texts = [json.loads(line)["text"] for line in lines]
    else:
        from classifiers.dataset import load_corpus  # noqa: PLC0415 - slow, and only here
        from classifiers.names import fill, strangers  # noqa: PLC0415

        dice = random.Random(7)
        halves = [fill(one.text, strangers(dice), dice).split() for one in load_corpus()]
        texts = []
        for _ in range(4000):
            one, two = dice.choice(halves), dice.choice(halves)
            odd = "".join(dice.sample("abdeghiklmnoprstu", 7))
            texts.append(" ".join([*one[: len(one) // 2 + 1], odd, *two[len(two) // 2 :]]))
    random.Random(3).shuffle(texts)
    path.write_text("\n".join(" ".join(text.split()) for text in texts if text.strip()) + "\n", "utf-8")
    return path


@pytest.mark.bench
@pytest.mark.parametrize("batch", [1000, 1])
def test_scoring_against_scikit_learn(batch: int, tmp_path: Path) -> None:
    texts = str(unseen(tmp_path / "unseen.txt"))
    script = str(ROOT / "tests" / "bench" / "classify_speed.py")
    found = compare(
        f"penilaian-{batch}",
        {name: [sys.executable, script, name, str(batch), texts] for name in ("sklearn", "netra")},
        baseline="sklearn",
        rounds=ROUNDS,
        rate_key={"sklearn": "texts_per_s", "netra": "texts_per_s"},
    )
    print("\n" + found.report())
    assert found.ratio("netra") >= FLOOR[batch]
    assert found.peak_mb("netra") < MOST_MB
