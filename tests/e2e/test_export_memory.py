"""A table of a hundred thousand rows holds no more memory than one of ten thousand, measured in processes of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes_web import World

pytestmark = pytest.mark.long
ROOT = Path(__file__).resolve().parents[2]
_CLONED = ("items", "item_versions", "flag_opinions", "flags")
_KEYS = frozenset({"item_id", "version_id", "opinion_id", "flag_id"})
_WRITE = """
import resource, sys
from pathlib import Path
from zoneinfo import ZoneInfo
from monitor.export import Sheet, Written, csv_lines, write_xlsx
from monitor.store import QueueQuery, Store
from tests.fakes import FakeClock
folder, kind = Path(sys.argv[1]), sys.argv[2]
store, written = Store.open(folder / "netra.sqlite", FakeClock()), Written()
total = store.flags.queue(QueueQuery(limit=0)).total
flags, sheet = store.flags.each(QueueQuery()), Sheet(ZoneInfo("Asia/Jakarta"))
if kind == "csv":
    with (folder / "a.csv").open("wb") as file:
        file.writelines(csv_lines(flags, sheet, written))
else:
    write_xlsx(folder / "a.xlsx", flags, sheet, written, ["uji"])
assert written.rows == total, (written.rows, total)
print(written.rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def multiplied(folder: Path, times: int) -> None:
    """Copy every flag of a small office so often, each with an item of its own."""
    folder.mkdir()
    world = World(folder)
    world.seed()
    db = world.store._connection.db
    db.execute("PRAGMA foreign_keys=OFF")
    with world.store._connection.transaction() as db:
        for table in _CLONED:
            columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})").fetchall()]
            taken = [
                f"{name} + n * 1000" if name in _KEYS else "native_id || '-' || n" if name == "native_id" else name
                for name in columns
            ]
            db.execute(
                f"INSERT INTO {table} ({','.join(columns)}) WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL "
                f"SELECT n + 1 FROM many WHERE n < ?) SELECT {','.join(taken)} FROM {table}, many "
                f"WHERE {columns[0]} < 1000",
                (times,),
            )
    world.close()


def measured(folder: Path, kind: str) -> tuple[int, int]:
    """Give the rows of a table and the most memory (MB) that a process needed to write it."""
    done = subprocess.run(
        [sys.executable, "-c", _WRITE, str(folder), kind], cwd=ROOT, check=True, capture_output=True, text=True
    )
    rows, most = map(int, done.stdout.split())
    return rows, most


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    multiplied(tmp_path / "kecil", 800)
    multiplied(tmp_path / "besar", 8000)
    for kind in ("csv", "xlsx"):
        few, little = measured(tmp_path / "kecil", kind)
        many, much = measured(tmp_path / "besar", kind)
        print(f"{kind}: {few} rows in {little} MB, {many} rows in {much} MB")
        assert (few, many) == (13 * 801, 13 * 8001)
        assert much - little < 25
