# ruff: noqa: S608 -- only names of tables and columns of this module are put into SQL; every value is bound
"""Digests over stretches of rows that are only ever added. The columns are named: a later one does not break a seal."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from sqlite_utils import Database

from monitor.store.codec import dumps

# The first column is the primary key.
SEALED = {
    "fetches": (
        "fetch_id", "source_id", "run_id", "url", "purpose", "outcome", "status", "detail", "evidence_sha256", "new",
        "edited", "unchanged", "problems", "fetched_at", "stop",
    ),
    "runs": ("run_id", "kind", "started_at", "finished_at", "status", "summary"),
    "views": ("view_id", "at", "user_id", "page", "detail", "flags", "persons"),
}  # fmt: skip


def digest_of(db: Database, table: str, low: int, high: int) -> tuple[str, int]:
    """Digest the rows of a table with `low` < key <= `high`, in order; gives it and how many rows there are."""
    whole, count, columns = sha256(), 0, SEALED[table]
    key = columns[0]
    rows = db.conn.execute(
        f"SELECT {','.join(columns)} FROM {table} WHERE {key} > ? AND {key} <= ? ORDER BY {key}", (low, high)
    )
    for row in rows:
        whole.update(dumps(list(row)).encode("ascii") + b"\n")
        count += 1
    return whole.hexdigest(), count


def broken(db: Database) -> Iterator[str]:
    """Say which seals no longer fit their rows."""
    for table, low, high, digest in db.execute("SELECT tbl, low, high, digest FROM seals ORDER BY seal_id").fetchall():
        if table not in SEALED or digest_of(db, table, low, high)[0] != digest:
            yield f"{table}: baris {low + 1} sampai {high} berubah, bertambah, atau berkurang sejak disegel"
