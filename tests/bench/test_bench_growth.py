"""How cost grows: each stage over items, matching over phrases, rules and names. Ratios within one run alone.

NETRA_BENCH_TOP sets the largest number of items (100,000; the long form takes 1,000,000). Every point is measured in a
process of its own; the figures of the day stand in docs/ukuran.md.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from tests.bench.curves import draw, grown
from tests.bench.growth import BESIDE, ITEMS

SIZES = (1_000, 10_000, 100_000, 1_000_000)
TOP, MILLION = int(os.environ.get("NETRA_BENCH_TOP", "100000")), 1_000_000
# Pinned: one item among very many may cost so many times the cheapest one among fewer (1 = exactly linear).
LINEAR = 1.5
# A page shows fifty flags however many there are; counting what is open is cheap and not free.
PAGE = 2.0
# Pinned: matching one item beside a hundred thousand names, ten thousand rules, a hundred thousand phrases, against a
# hundred of each.
FLAT = {"names": 2.0, "rules": 3.0, "phrases": 3.0}
BESIDES = {
    "names": (100, 1_000, 10_000, 100_000),
    "rules": (100, 1_000, 10_000),
    "phrases": (100, 1_000, 10_000, 100_000),
}
# Most bytes of memory that one item more may take; what is kept of each item lies on the disk.
MEMORY = 600.0


def held(stage: str, sizes: Sequence[int]) -> None:
    curve = grown(stage, sizes)
    draw()
    print("\n" + curve.report())
    assert curve.steepness <= (PAGE if stage == "queue" else LINEAR)
    assert curve.memory_bytes <= MEMORY or curve.points[-1].size <= SIZES[1]


@pytest.mark.bench
@pytest.mark.parametrize("stage", ITEMS)
def test_cost_is_linear_in_items(stage: str) -> None:
    held(stage, [size for size in SIZES if size <= TOP])


@pytest.mark.long
@pytest.mark.parametrize("stage", ITEMS)
def test_cost_is_linear_up_to_a_million_items(stage: str) -> None:
    held(stage, [size for size in SIZES if size <= MILLION])


@pytest.mark.bench
@pytest.mark.parametrize("beside", BESIDE)
def test_cost_is_nearly_flat_in_what_stands_beside(beside: str) -> None:
    flat(beside, BESIDES[beside])


@pytest.mark.long
def test_cost_is_nearly_flat_up_to_a_hundred_thousand_rules() -> None:
    flat("rules", (*BESIDES["rules"], 100_000))


def flat(beside: str, sizes: Sequence[int]) -> None:
    curve = grown(beside, sizes)
    draw()
    print("\n" + curve.report())
    assert curve.steepness <= FLAT[beside]
