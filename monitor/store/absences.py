# ruff: noqa: S608 -- only question marks are put into SQL; every value is bound
"""What was seen once and is no longer listed: said only after two complete looks of two runs proved it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.models import Listed
from monitor.store.codec import clean, moment, stamp
from monitor.store.connection import Connection

PROOFS = 2
_IN_ONE_QUERY = 500


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """An act that was taken away, or hidden, at some moment after `seen_at` and not later than `missed_at`.

    `times` counts the runs that proved it. The act happened all the same: nothing of it is deleted.
    """

    item_id: int
    seen_at: datetime
    missed_at: datetime
    last_missed_at: datetime
    times: int
    evidence_sha256: tuple[str, str]


class Absences:
    """What is no longer visible."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def withdrawn(self, item_id: int) -> Withdrawn | None:
        """Say since when an item is no longer visible, None where that is not proved twice."""
        return next(iter(self._read("AND item_id=?", [item_id])), None)

    def all(self) -> list[Withdrawn]:
        """Give every item that is no longer visible, by item."""
        return self._read("", [])

    def _read(self, which: str, values: Sequence[int]) -> list[Withdrawn]:
        rows = self._connection.db.execute(
            "SELECT item_id, last_seen_at, first_missed_at, last_missed_at, times, first_evidence_sha256, "
            f"last_evidence_sha256 FROM absences WHERE returned_at IS NULL AND times>=? {which} ORDER BY item_id",
            [PROOFS, *values],
        )
        return [Withdrawn(a, moment(b), moment(c), moment(d), e, (f, g)) for a, b, c, d, e, f, g in rows]


def record(db: Database, listed: Listed, run_id: int, evidence: str, fetched_at: datetime) -> None:
    """Note what a listing proves: what is there was seen now; what was there before and is not, was missed."""
    at, present = stamp(fetched_at), [clean(one) for one in dict.fromkeys(listed.present)]
    seen: list[int] = []
    for start in range(0, len(present), _IN_ONE_QUERY):
        part = present[start : start + _IN_ONE_QUERY]
        marks = ",".join("?" * len(part))
        seen += [
            row[0]
            for row in db.execute(
                f"SELECT item_id FROM items WHERE platform=? AND native_id IN ({marks})", [listed.platform.value, *part]
            )
        ]
    db.conn.executemany(
        "UPDATE items SET last_seen_at=max(last_seen_at, ?) WHERE item_id=?", [(at, one) for one in seen]
    )
    db.conn.executemany(
        "UPDATE absences SET returned_at=? WHERE item_id=? AND returned_at IS NULL", [(at, one) for one in seen]
    )
    there = set(present)
    rows = db.execute(
        "SELECT item_id, native_id, last_seen_at FROM items WHERE platform=? AND native_id>=? AND native_id<? "
        "AND erased=0",
        (listed.platform.value, clean(listed.low), clean(listed.high)),
    ).fetchall()
    for start in range(0, len(listed.gone), _IN_ONE_QUERY):
        named = [clean(one) for one in listed.gone[start : start + _IN_ONE_QUERY]]
        rows += db.execute(
            "SELECT item_id, native_id, last_seen_at FROM items WHERE erased=0 AND platform=? AND native_id IN "
            f"({','.join('?' * len(named))})",
            [listed.platform.value, *named],
        ).fetchall()
    for item_id, native_id, last_seen in rows:
        if native_id not in there:
            db.execute(
                "INSERT INTO absences (item_id, last_seen_at, first_missed_at, first_run_id, first_evidence_sha256, "
                "last_missed_at, last_run_id, last_evidence_sha256, times) VALUES (:item, :seen, :at, :run, :proof, "
                ":at, :run, :proof, 1) ON CONFLICT (item_id) WHERE returned_at IS NULL DO UPDATE SET "
                "last_missed_at=excluded.last_missed_at, last_evidence_sha256=excluded.last_evidence_sha256, "
                "times=times + (last_run_id <> excluded.last_run_id), last_run_id=excluded.last_run_id",
                {"item": item_id, "seen": last_seen, "at": at, "run": run_id, "proof": evidence},
            )
