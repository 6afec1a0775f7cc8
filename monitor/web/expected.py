"""What a threshold costs and finds, from the screenings' counts and from what people said. Pure.

An item stands in the queue by a rule, whatever the threshold, or by the model alone from the threshold upwards. How
many of either take a side is estimated apart, in ten bands of probability: the model's own claim counts like `PRIOR`
people's words, so where people have spoken they decide, and where nobody has, the interval is wide.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from monitor.store import Bin, Lesson

DAYS = 28
PRIOR = 4.0
_BANDS = 10
_BINS = 100
_Z95 = 1.959963984540054
_MIDDLE = 0.5


@dataclass(frozen=True, slots=True)
class Amount:
    """So many a day, with a 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Expected:
    """At one threshold: items in the queue a day, those that take a side among them, and those left out."""

    threshold: float
    items: float
    found: Amount
    missed: Amount


class Outlook:
    """Answers for any threshold. `days` counts the days looked at, at most `DAYS`, quiet ones included."""

    def __init__(self, bins: Sequence[Bin], lessons: Sequence[Lesson]) -> None:
        newest = max((date.fromisoformat(one.day) for one in bins), default=date.min)
        self._bins = [one for one in bins if (newest - date.fromisoformat(one.day)).days < DAYS]
        oldest = min((date.fromisoformat(one.day) for one in self._bins), default=newest)
        self.days = (newest - oldest).days + 1 if self._bins else 0
        self.said = sum(one.probability is not None for one in lessons)
        self._ruled: defaultdict[int, int] = defaultdict(int)
        self._others: defaultdict[int, int] = defaultdict(int)
        for one in self._bins:
            self._ruled[one.number] += one.ruled
            self._others[one.number] += one.items - one.ruled
        self._share = {ruled: _shares([one for one in lessons if one.ruled is ruled]) for ruled in (True, False)}

    @property
    def threshold(self) -> float:
        """The threshold at work: the lowest probability at which the model alone put something into the queue."""
        return min((one.number for one in self._bins if one.flagged > one.ruled), default=50) / _BINS

    def at(self, threshold: float) -> Expected:
        """Give what to expect a day from this threshold (0..1)."""
        first = math.ceil(threshold * _BINS - 1e-9)
        above = {number: count for number, count in self._others.items() if number >= first}
        below = {number: count for number, count in self._others.items() if number < first}
        ruled, days = dict(self._ruled), max(1, self.days)
        items = (sum(ruled.values()) + sum(above.values())) / days
        return Expected(threshold, items, self._amount([(ruled, True), (above, False)]), self._amount([(below, False)]))

    def _amount(self, parts: Sequence[tuple[dict[int, int], bool]]) -> Amount:
        mean = variance = most = 0.0
        for counts, ruled in parts:
            of_band: defaultdict[int, int] = defaultdict(int)
            for number, count in counts.items():
                of_band[number * _BANDS // _BINS] += count
            for band, count in of_band.items():
                share, spread = self._share[ruled][band]
                mean += count * share
                variance += (count * spread) ** 2
                most += count
        days, half = max(1, self.days), _Z95 * math.sqrt(variance)
        return Amount(mean / days, max(0.0, mean - half) / days, min(most, mean + half) / days)


def _shares(lessons: Sequence[Lesson]) -> list[tuple[float, float]]:
    """Give the share that takes a side and its standard error, band by band."""
    said: defaultdict[int, list[bool]] = defaultdict(list)
    for one in lessons:
        if one.probability is not None:
            said[min(_BANDS - 1, int(one.probability * _BANDS))].append(one.partisan)
    out = []
    for band in range(_BANDS):
        claimed = (band + _MIDDLE) / _BANDS
        count = len(said[band]) + PRIOR
        share = (sum(said[band]) + PRIOR * claimed) / count
        out.append((share, math.sqrt(share * (1 - share) / (count + 1))))
    return out
