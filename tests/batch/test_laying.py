"""Rows laid into folders by region and month: each once, no file too long, no more held than may be."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from monitor.batch import parquet

REGIONS = ("Kabupaten Contoh", "Kota Uji/Misal 100%", "-", "..")


@pytest.mark.parametrize("seed", range(5))
def test_every_row_lies_once_in_the_folder_of_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(parquet, "STRETCH", 7)
    monkeypatch.setattr(parquet, "MOST_WAITING", 20)
    chance = random.Random(seed)
    rows = [
        (number, 1, "a", "b", "c", "{}", chance.choice(REGIONS), chance.choice(("2025-06", "2025-07", "-")))
        for number in range(chance.randint(0, 300))
    ]
    with parquet._Laying(tmp_path / "butir") as laying:
        for row in rows:
            laying.add(row)
            assert laying._count == sum(map(len, laying._waiting.values())) < 20
    files = sorted((tmp_path / "butir").rglob("*"))
    found = []
    for path in (one for one in files if one.suffix == ".parquet"):
        ids = [row["item_id"] for row in pq.ParquetFile(path).read().to_pylist()]
        assert 0 < len(ids) <= 7
        assert ids == sorted(ids)
        place = {(rows[one][-2], rows[one][-1]) for one in ids}
        assert len(place) == 1
        assert len(path.relative_to(tmp_path / "butir").parts) == 3
        found += ids
    assert sorted(found) == [row[0] for row in rows]


def test_a_laying_that_failed_leaves_what_waits_unwritten(tmp_path: Path) -> None:
    def broken() -> None:
        with parquet._Laying(tmp_path / "butir") as laying:
            laying.add((1, 1, "a", "b", "c", "{}", "-", "-"))
            raise ValueError("putus")

    with pytest.raises(ValueError, match="putus"):
        broken()
    assert not (tmp_path / "butir").exists()
