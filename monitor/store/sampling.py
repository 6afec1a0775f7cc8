"""Drawing at random so that anyone can repeat it, and what a sample says of the whole. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from classifiers.evaluate import wilson


def lot(seed: str, item_id: int) -> str:
    """Give an item's lot: the same for the same seed, and as good as chance for everything an item says."""
    return sha256(f"{seed}:{item_id}".encode()).hexdigest()


def drawn(seed: str, item_ids: Iterable[int], size: int) -> list[int]:
    """Draw `size` items (all, where there are fewer): those with the smallest lots, smallest first.

    Drawing from parts and again from what was drawn gives the same as drawing from the whole at once.
    """
    return sorted(item_ids, key=lambda one: lot(seed, one))[:size]


@dataclass(frozen=True, slots=True)
class Stratum:
    """One run: how many unflagged items it had, how many of them were judged, how many of those took a side."""

    population: int
    judged: int
    partisan: int


@dataclass(frozen=True, slots=True)
class Missed:
    """What the judged sample says of all unflagged items: a share in 0..1 with its 95 % interval."""

    judged: int
    partisan: int
    population: int
    share: float
    low: float
    high: float


def estimate(strata: Sequence[Stratum]) -> Missed:
    """Weigh every run by its size; Wilson's interval over the effective number of judged items (Kish).

    Where nothing is judged the interval is open: 0 to 1.
    """
    population = sum(one.population for one in strata)
    judged = [one for one in strata if one.judged]
    count, hits = sum(one.judged for one in judged), sum(one.partisan for one in judged)
    if not count:
        return Missed(0, 0, population, 0.0, 0.0, 1.0)
    weight = [one.population / one.judged for one in judged]
    total = sum(value * one.judged for value, one in zip(weight, judged, strict=True))
    share = sum(value * one.partisan for value, one in zip(weight, judged, strict=True)) / total
    effective = total**2 / sum(value**2 * one.judged for value, one in zip(weight, judged, strict=True))
    interval = wilson(share * effective, effective)
    return Missed(count, hits, population, share, interval.low, interval.high)
