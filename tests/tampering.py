"""A database changed by another tool, a cell at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

Cell = tuple[str, str, int]
"""Table, column, row."""


def cells(folder: Path, tables: Iterable[str], without: Iterable[tuple[str, str]] = ()) -> list[Cell]:
    """Give every cell of the tables of an office's database but those of the columns `without`."""
    with closing(sqlite3.connect(folder / "netra.db")) as conn:
        return [
            (table, name, rowid)
            for table in tables
            for _place, name, *_rest in conn.execute(f"PRAGMA table_info({table})").fetchall()
            if (table, name) not in set(without)
            for (rowid,) in conn.execute(f"SELECT rowid FROM {table}").fetchall()
        ]


def change(data: st.DataObject, folder: Path, cell: Cell) -> tuple[Any, Any]:
    """Put something else of its kind into a cell, past every trigger; gives what was and what is there.

    Both are equal where the same was drawn, or where the database itself refuses the other.
    """
    table, column, rowid = cell
    with closing(sqlite3.connect(folder / "netra.db", isolation_level=None)) as conn:
        for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            conn.execute(f"DROP TRIGGER {name}")
        conn.execute("PRAGMA foreign_keys=OFF")
        (kind,) = conn.execute("SELECT type FROM pragma_table_info(?) WHERE name=?", (table, column)).fetchone()
        (old,) = conn.execute(f"SELECT {column} FROM {table} WHERE rowid=?", (rowid,)).fetchone()
        values = {"INTEGER": st.integers(0, 10**9), "REAL": st.floats(0, 1), "BLOB": st.binary(max_size=40)}
        new = data.draw(values.get(kind, st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)))
        try:
            conn.execute(f"UPDATE {table} SET {column}=? WHERE rowid=?", (new, rowid))
        except sqlite3.IntegrityError:
            return old, old
    return old, new
