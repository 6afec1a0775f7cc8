"""Seals over rows that are only ever added and are written too often to be guarded one by one: fetches, runs and looks.

A seal is a guarded row that holds one digest over a stretch of rows; changing, adding or removing one of them is found.
Rows after the last seal are sealed with the next one: at the end of every run, within a long one after a thousand rows,
and within a quarter of an hour where only pages are looked at. `standing` says how far that has come.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.store.audit import Audit
from monitor.store.codec import moment, stamp
from monitor.store.connection import Connection
from monitor.store.guard import Cell, Ledger, next_key
from monitor.store.sealed import SEALED, digest_of

_LAST = {
    "fetches": "SELECT coalesce(max(fetch_id), 0) FROM fetches",
    # a run that is under way will still change: nothing from it on is sealed
    "runs": "SELECT coalesce((SELECT min(run_id) - 1 FROM runs WHERE status = 'berjalan'), "
    "(SELECT max(run_id) FROM runs), 0)",
    "views": "SELECT coalesce(max(view_id), 0) FROM views",
}


SOONEST = timedelta(minutes=15)
"""How long rows may wait for their seal while nothing but the page is at work."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """How far seals reach: when the last one was set (None = never), and how many rows of each table came since."""

    at: datetime | None
    waiting: Mapping[str, int]

    @property
    def left(self) -> int:
        """Count the rows that no seal guards yet."""
        return sum(self.waiting.values())


class Seals:
    """Seals what was added since the last seal."""

    def __init__(self, connection: Connection, audit: Audit, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock

    def standing(self) -> Sealed:
        """Tell how far the seals reach."""
        with self._connection.snapshot() as db:
            (at,) = db.execute("SELECT max(at) FROM seals").fetchone()
            waiting = {
                table: int(db.execute(
                    f"SELECT count(*) FROM {table} WHERE {SEALED[table][0]} > "  # noqa: S608 - own names
                    "(SELECT coalesce(max(high), 0) FROM seals WHERE tbl=?)", (table,),
                ).fetchone()[0])
                for table in SEALED
            }  # fmt: skip
        return Sealed(moment(at) if at else None, waiting)

    def seal_waiting(self, rows: int) -> int:
        """Seal where at least so many rows wait, or some wait longer than `SOONEST`; gives how many were sealed."""
        found = self.standing()
        late = found.at is None or self._clock() - found.at >= SOONEST
        return self.seal() if found.left >= rows or (found.left and late) else 0

    def seal(self) -> int:
        """Seal new rows of every table; gives how many."""
        with self._connection.transaction(durable=True) as db:
            ledger, count = Ledger(), 0
            rows: list[tuple[Cell, ...]] = []
            key, at = next_key(db, "seals"), stamp(self._clock())
            for table in SEALED:
                low = int(db.execute("SELECT coalesce(max(high), 0) FROM seals WHERE tbl=?", (table,)).fetchone()[0])
                high = int(db.execute(_LAST[table]).fetchone()[0])
                if high > low:
                    digest, found = digest_of(db, table, low, high)
                    rows.append((key + len(rows), table, low, high, digest, at))
                    count += found
            if rows:
                ledger.insert(db, "seals", rows)
                self._audit.append(db, ledger, action="segel_baris", subject="basis_data", payload={"baris": count})
        return count
