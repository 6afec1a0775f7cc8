"""What measures is itself looked at: texts are distinct and long enough, torn lines count as none, misses are said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from statistics import mean

import pytest

from tests.bench.batch_campaign import HOW, Campaign, Line, misses, table
from tests.bench.curves import Curve, Point
from tests.bench.posts import own_word, posts


def test_texts_are_distinct_and_of_real_length_and_the_same_again() -> None:
    some = list(posts(5_000))
    assert len(set(some)) == 5_000
    assert 110 < mean(map(len, some)) < 170
    assert list(posts(10, first=4_990)) == some[-10:]
    assert len({own_word(number) for number in range(20_000)}) == 20_000


def lines() -> list[Line]:
    seconds = {"satu": 100.0, "dua": 55.0, "berkas": 56.0, "dask": 60.0}
    plain = [
        {
            "contender": name,
            "seconds": seconds[name],
            "items_per_s": 1e5 / seconds[name],
            "kill_after": 0.0,
            "killed": 0,
        }
        for name in HOW
    ]
    killed = {"contender": "dua", "seconds": 70.0, "items_per_s": 1e5 / 70, "kill_after": 20.0, "killed": 1}
    same = {
        "items": 100_000,
        "cpu_seconds": 90.0,
        "peak_mb": 250.0,
        "load": 0.1,
        "digest": "d",
        "at": "2025-06-01T00:00",
    }
    return [
        {
            **same,
            **one,
            "name": f"{one['contender']}-{number}",
            "bytes": "b" if one["contender"] in {"satu", "dua"} else "f",
        }
        for number, one in enumerate([*plain, killed])
    ]


def test_a_campaign_in_which_all_holds() -> None:
    assert misses(lines()) == []
    assert "two workers ×1.82" in table(lines()).lower()


@pytest.mark.parametrize(
    ("place", "change", "said"),
    [
        (1, {"items_per_s": 1400.0}, "two workers are 1.40 times one"),
        (3, {"items_per_s": 1000.0}, "Dask takes 1.79 times"),
        (3, {"bytes": "x"}, "bytes differ between runs over the files"),
        (4, {"bytes": "x"}, "bytes differ between runs over the database"),
        (2, {"digest": "x"}, "opinions differ"),
        (0, {"items": 99_999}, "some items are missing"),
        (4, {"killed": 0}, "nobody was killed in dua-4"),
    ],
)
def test_what_does_not_hold_is_said(place: int, change: Line, said: str) -> None:
    found = lines()
    found[place] |= change
    [miss] = misses(found)
    assert miss.startswith(said)


def test_a_torn_line_is_run_again(tmp_path: Path) -> None:
    campaign = Campaign(tmp_path, 10, 1, 0)
    assert campaign.lines() == []
    campaign.log.write_text('{"name": "satu-1"}\n{"name": "du', encoding="utf-8")
    assert [one["name"] for one in campaign.lines()] == ["satu-1"]


def test_steepness_is_against_the_cheapest_smaller_size() -> None:
    point = Point(1_000, 9.0, 9.0, 100.0, 110.0, 0.0, (0.1, 0.2))
    points = (point, replace(point, size=10_000, cpu_us=4.0), replace(point, size=101_000, cpu_us=6.0, peak_mb=210.0))
    curve = Curve("fold", points, "2025-06-01")
    assert curve.steepness == 1.5
    assert curve.memory_bytes == 100 * 2**20 / 100_000
