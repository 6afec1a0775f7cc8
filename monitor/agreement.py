"""How far people agree beyond chance: percent, Cohen's kappa, Krippendorff's alpha, with intervals.

Pure: verdicts in, figures out. A unit is what was judged, by any number of raters; who did not judge it is not in it.
Sources, whose worked examples are tests:

* J. Cohen, A Coefficient of Agreement for Nominal Scales, Educational and Psychological Measurement 20 (1960) 37-46.
* J. L. Fleiss, J. Cohen, B. S. Everitt, Large Sample Standard Errors of Kappa and Weighted Kappa, Psychological
  Bulletin 72 (1969) 323-327.
* K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), https://repository.upenn.edu/asc_papers/43.
* Intervals of alpha by drawing anew instead of by a formula: A. F. Hayes, K. Krippendorff, Answering the Call for a
  Standard Reliability Measure for Coding Data, Communication Methods and Measures 1 (2007) 77-89.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Unit = Mapping[Hashable, str]
"""One judged thing: rater -> value."""

Z95 = 1.959963984540054
DRAWS = 2000
FEWEST = 2
FEWEST_RECENT = 20
"""With fewer units than these a fall is not called one."""
_Counts = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure with its 95 % interval. `value` is None where it cannot be told: too few units, or only one value used.

    `units` counts those with two verdicts or more; the interval is None where too little stands behind it.
    """

    value: float | None
    low: float | None
    high: float | None
    units: int


def pairable(units: Sequence[Unit]) -> list[Unit]:
    """Give the units that at least two judged; the others say nothing of agreement."""
    return [one for one in units if len(one) > 1]


def percent(units: Sequence[Unit]) -> Figure:
    """Give the share of equal verdicts: in each unit that of its pairs, then the mean; Wilson's interval."""
    known = pairable(units)
    if not known:
        return Figure(None, None, None, 0)
    shares = []
    for unit in known:
        size, counts = len(unit), Counter(unit.values())
        shares.append(sum(one * (one - 1) for one in counts.values()) / (size * (size - 1)))
    share, count = sum(shares) / len(shares), len(shares)
    middle = (share + Z95**2 / (2 * count)) / (1 + Z95**2 / count)
    half = Z95 / (1 + Z95**2 / count) * sqrt(share * (1 - share) / count + Z95**2 / (4 * count**2))
    return Figure(share, max(0.0, middle - half), min(1.0, middle + half), count)


def cohen(pairs: Sequence[tuple[str, str]]) -> Figure:
    """Give Cohen's kappa of two raters, with the large-sample interval of Fleiss, Cohen and Everitt (1969)."""
    values, count = sorted({value for pair in pairs for value in pair}), len(pairs)
    if count < FEWEST:
        return Figure(None, None, None, count)
    table = np.zeros((len(values), len(values)))
    place = {value: index for index, value in enumerate(values)}
    for one, other in pairs:
        table[place[one], place[other]] += 1 / count
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    seen, expected = float(np.trace(table)), float(rows @ columns)
    if expected >= 1:
        return Figure(None, None, None, count)
    kappa = (seen - expected) / (1 - expected)
    half = Z95 * sqrt(_kappa_variance(table, kappa, expected) / count)
    return Figure(kappa, max(-1.0, kappa - half), min(1.0, kappa + half), count)


def _kappa_variance(table: _Counts, kappa: float, expected: float) -> float:
    """Variance of kappa times the number of units, equation 13 of Fleiss, Cohen and Everitt (1969)."""
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    sums = columns[:, None] + rows[None, :]  # column of the first rater's value, row of the second's
    diagonal = float((np.diag(table) * (1 - (rows + columns) * (1 - kappa)) ** 2).sum())
    off = table * sums**2
    rest = (1 - kappa) ** 2 * float(off.sum() - np.trace(off))
    return max(0.0, (diagonal + rest - (kappa - expected * (1 - kappa)) ** 2) / (1 - expected) ** 2)


def alpha(units: Sequence[Unit], random: np.random.Generator, draws: int = DRAWS) -> Figure:
    """Give Krippendorff's alpha for nominal values, with an interval by drawing units anew.

    Any number of raters, and not everybody has to have judged everything. `random` decides the draws alone.
    """
    known = pairable(units)
    if not known:
        return Figure(None, None, None, 0)
    patterns = Counter(tuple(sorted(Counter(unit.values()).items())) for unit in known)
    kinds = [dict(one) for one in patterns]
    values = sorted({value for one in kinds for value in one})
    counts = np.array([[one.get(value, 0) for value in values] for one in kinds], dtype=float)
    weights = np.array(list(patterns.values()), dtype=float)
    sizes = counts.sum(axis=1)
    equal = (counts * (counts - 1)).sum(axis=1) / (sizes - 1)
    value = _alpha(weights, counts, equal)
    if value is None or len(known) < FEWEST:
        return Figure(value, None, None, len(known))
    drawn = random.multinomial(len(known), weights / weights.sum(), size=draws).astype(float)
    # A draw in which everybody said one thing tells nothing of disagreement; Krippendorff's programs count it as 1.
    told = [1.0 if one is None else one for one in (_alpha(row, counts, equal) for row in drawn)]
    low, high = np.quantile(told, [0.025, 0.975])
    return Figure(value, float(low), float(high), len(known))


def _alpha(weights: _Counts, counts: _Counts, equal: _Counts) -> float | None:
    """1 - observed / expected disagreement over the coincidences of units that count `weights` times each."""
    of_value = weights @ counts
    total = float(of_value.sum())
    seen = total - float(weights @ equal)
    expected = total * (total - 1) - float((of_value * (of_value - 1)).sum())
    return None if expected <= 0 else 1 - (total - 1) * seen / expected


def _counted(units: Sequence[Unit]) -> _Counts:
    values = sorted({value for unit in units for value in unit.values()})
    return np.array([[sum(said == value for said in unit.values()) for value in values] for unit in units], dtype=float)


def one_against_rest(units: Sequence[Unit], value: str) -> list[Unit]:
    """Reduce every verdict to whether it was this value: agreement on one reason, whatever the others were."""
    return [{rater: "ya" if said == value else "tidak" for rater, said in unit.items()} for unit in units]


def fell(earlier: Figure, recent: Figure) -> bool:
    """Tell whether agreement fell: enough recent units, and all of their interval below what it was before."""
    return (
        earlier.value is not None
        and recent.high is not None
        and recent.units >= FEWEST_RECENT
        and recent.high < earlier.value
    )
