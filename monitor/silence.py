"""When a source or an account falls silent against its own habit. Pure.

The habit is made of the gaps, in whole days, between days on which something happened. Silence is a present gap longer
than three times the ninetieth percentile of the past ones (the upper one: it never lies below nine of ten), and never
shorter than three days; with fewer than eight gaps there is no habit yet. A quantile forgets the one long holiday that
a mean or the longest gap would remember; the factor keeps false alarms rare (measured in `tests/unit/test_silence.py`:
below one gap in a hundred for regular, weekday and memoryless rhythms, below three for heavy-tailed ones).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

LEAST_GAPS = 8
NEWEST_GAPS = 100
QUANTILE = 0.9
FACTOR = 3
LEAST_DAYS = 3


@dataclass(frozen=True, slots=True)
class Habit:
    """`longest`: the most days of silence that past gaps explain; `last_act`: the newest day of activity."""

    last_act: date
    longest: int

    def broken(self, today: date) -> bool:
        """Tell whether the silence until today is longer."""
        return (today - self.last_act).days > self.longest


def habit(days: Sequence[date]) -> Habit | None:
    """Learn from days of activity, oldest first, each once; None where they are too few."""
    gaps = sorted((later - before).days for before, later in pairwise(days[-NEWEST_GAPS - 1 :]))
    if len(gaps) < LEAST_GAPS:
        return None
    upper = gaps[math.ceil(QUANTILE * len(gaps)) - 1]
    return Habit(days[-1], max(LEAST_DAYS, FACTOR * upper))


def newest_due(hours: Sequence[str], grace: timedelta, now: datetime, zone: ZoneInfo) -> datetime:
    """Give the newest of the daily times ("HH:MM" in `zone`) at which a post must be there by `now`, with grace."""
    today = now.astimezone(zone).date()
    moments = [
        datetime.combine(today - timedelta(days=back), time.fromisoformat(hour), zone)
        for back in range(9)
        for hour in hours
    ]
    return max(one for one in moments if one + grace <= now)
