"""Habit and silence: regular rhythms, bursts, holidays; how often a gap of an unbroken habit is taken for silence."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.silence import LEAST_DAYS, LEAST_GAPS, habit, newest_due

BEGIN = date(2025, 1, 1)
WIB = ZoneInfo("Asia/Jakarta")


def days(gaps: list[int]) -> list[date]:
    return [BEGIN + timedelta(days=one) for one in accumulate(gaps, initial=0)]


@given(st.lists(st.integers(1, 60), max_size=120), st.integers(1, 400))
def test_a_longer_silence_is_never_less_silent_and_the_habit_covers_nine_of_ten(gaps: list[int], more: int) -> None:
    known = habit(days(gaps))
    if known is None:
        assert len(gaps) < LEAST_GAPS
        return
    newest = gaps[-100:]
    assert sum(one <= known.longest for one in newest) >= 0.9 * len(newest)
    assert known.longest >= LEAST_DAYS
    assert not known.broken(known.last_act + timedelta(days=known.longest))
    assert known.broken(known.last_act + timedelta(days=known.longest + more))


def test_one_long_holiday_does_not_deafen() -> None:
    known = habit(days([1] * 30 + [21] + [1] * 30))
    assert known is not None
    assert known.longest == LEAST_DAYS


def _daily(_dice: random.Random) -> int:
    return 1


def _weekdays(dice: random.Random) -> int:
    return 3 if dice.random() < 0.2 else 1


def _memoryless(dice: random.Random) -> int:
    return max(1, round(dice.expovariate(1 / 5)))


def _lognormal(dice: random.Random) -> int:
    return max(1, round(2 * dice.lognormvariate(0, 1)))


def _pareto(dice: random.Random) -> int:
    return max(1, round(dice.paretovariate(1.5)))


@pytest.mark.parametrize(
    ("rhythm", "most"),
    [(_daily, 0.0), (_weekdays, 0.002), (_memoryless, 0.01), (_lognormal, 0.03), (_pareto, 0.03)],
)
def test_share_of_false_alarms(rhythm: Callable[[random.Random], int], most: float) -> None:
    """Each gap of an unbroken habit, judged by the gaps before it, from the first habit on."""
    dice, judged, alarms = random.Random(7), 0, 0
    for _account in range(120):
        gaps = [rhythm(dice) for _ in range(60)]
        moments = days(gaps)
        for place in range(LEAST_GAPS, len(gaps)):
            known = habit(moments[: place + 1])
            assert known is not None
            judged += 1
            alarms += known.broken(moments[place + 1])
    print(f"\n{rhythm.__name__}: {alarms} of {judged} gaps, {100 * alarms / judged:.2f} %")
    assert alarms <= most * judged


@pytest.mark.parametrize(("rhythm", "within"), [(_daily, 4), (_weekdays, 10), (_memoryless, 60)])
def test_who_stops_is_noticed(rhythm: Callable[[random.Random], int], within: int) -> None:
    dice, late = random.Random(3), 0
    for _account in range(200):
        known = habit(days([rhythm(dice) for _ in range(40)]))
        assert known is not None
        late += not known.broken(known.last_act + timedelta(days=within))
    assert late <= 4


def test_the_newest_due_moment() -> None:
    def due(now: str, *hours: str) -> datetime:
        return newest_due(hours, timedelta(hours=2), datetime.fromisoformat(now).replace(tzinfo=UTC), WIB)

    assert due("2025-06-10T00:30", "06:00") == datetime(2025, 6, 9, 6, 0, tzinfo=WIB)
    assert due("2025-06-10T01:00", "06:00") == datetime(2025, 6, 10, 6, 0, tzinfo=WIB)
    assert due("2025-06-10T12:00", "06:00", "15:00") == datetime(2025, 6, 10, 15, 0, tzinfo=WIB)
