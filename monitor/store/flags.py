# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""Flags: cases of one item by one person, with every opinion the machine ever had of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlite_utils import Database

from monitor.errors import NotAllowedError
from monitor.models import Flag, Screened, State
from monitor.store import cases
from monitor.store.audit import Audit
from monitor.store.codec import stamp
from monitor.store.connection import Connection
from monitor.store.queue import (
    Neighbours,
    QueuePage,
    QueueQuery,
    after,
    all_ids,
    each_id,
    page_ids,
    previous,
    values_of,
)
from monitor.store.screening import SavedFlags, Screening

_HELD = 500


@dataclass(frozen=True, slots=True)
class Counts:
    """Standing flags (not withdrawn) by state and level, open ones by rule, for the first page."""

    by_state: dict[str, int]
    by_level: dict[str, int]
    by_rule: dict[str, int]


class Flags:
    """What is put before a human."""

    def __init__(self, connection: Connection, audit: Audit, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock

    def save(self, results: Sequence[Screened], run_id: int, digest: str) -> SavedFlags:
        """Store a batch of results, those with nothing found too; all or nothing. Saving it again doubles nothing.

        `digest` names the rules, model, roster and targets that judged. An opinion that is gone withdraws its flag
        only while nobody has touched it.

        Raises:
            StoreFullError: the disk is full; nothing of the batch was stored.
        """
        with self._connection.transaction() as db:
            return self.save_in(db, results, run_id, digest)

    def save_in(self, db: Database, results: Sequence[Screened], run_id: int, digest: str) -> SavedFlags:
        """Do what `save` does inside a transaction that is open already."""
        return Screening(db, self._audit, stamp(self._clock()), run_id).save(results, digest)

    def queue(self, query: QueueQuery) -> QueuePage:
        """Give one page of the queue in its order."""
        with self._connection.snapshot() as db:
            ids, total, capped, more = page_ids(db, query)
            return QueuePage(tuple(cases.load(db, ids)), total, capped, more)

    def ids(self, query: QueueQuery, most: int) -> list[int]:
        """Give the ids of every flag of a query, in order, at most `most`; near-duplicates are not collapsed."""
        with self._connection.snapshot() as db:
            return all_ids(db, query, most)

    def values_of(self, kind: str) -> Sequence[str]:
        """Give every value that flags carry of a kind of mark: `aturan`, `bentuk` or `sebab`."""
        return values_of(self._connection.db, kind)

    def get(self, flag_id: int) -> Flag:
        """Give a flag with its decisions.

        Raises:
            NotAllowedError: there is no such flag.
        """
        with self._connection.snapshot() as db:
            found = cases.load(db, [flag_id])
        if not found:
            raise NotAllowedError(f"tanda {flag_id} tidak ada — kembali ke antrean")
        return found[0]

    def of_item(self, item_id: int) -> list[Flag]:
        """Give the flags of an item that stand, oldest first."""
        with self._connection.snapshot() as db:
            rows = db.execute("SELECT flag_id FROM flags WHERE item_id=? AND withdrawn=0 ORDER BY flag_id", (item_id,))
            return cases.load(db, [row[0] for row in rows.fetchall()])

    def decided_of(
        self, person_id: int, but: int, regions: frozenset[str] = frozenset(), limit: int = 10
    ) -> tuple[Flag, ...]:
        """Give decided flags of a person, the newest decision first, without the one called `but`."""
        within = " AND region IN (SELECT value FROM json_each(?))" if regions else ""
        with self._connection.snapshot() as db:
            rows = db.execute(
                "SELECT flag_id FROM flags WHERE person_id=? AND flag_id<>? AND decision_id IS NOT NULL "
                f"AND state NOT IN ('{State.NEW.value}', '{State.IN_REVIEW.value}'){within} "
                "ORDER BY decision_id DESC LIMIT ?",
                (person_id, but, *((json.dumps(sorted(regions)),) if regions else ()), limit),
            ).fetchall()
            return tuple(cases.load(db, [row[0] for row in rows]))

    def opinions(self, flag_id: int) -> list[cases.OpinionVersion]:
        """Give every opinion of a flag, oldest first; a withdrawal has no opinion."""
        return cases.opinions(self._connection.db, flag_id)

    def each(self, query: QueueQuery) -> Generator[Flag]:
        """Give every flag in the queue's order, near-duplicates one by one; limit and start of the query do not count.

        One moment of the database is read to the end: until the iterator is exhausted or closed the thread that reads
        can write nothing. No more than a few hundred flags are held at a time.
        """
        with self._connection.snapshot() as db:
            ids = each_id(db, query)
            while part := list(islice(ids, _HELD)):
                yield from cases.load(db, part)

    def neighbours(self, flag_id: int, query: QueueQuery) -> Neighbours:
        """Give the flags before and after this one in the queue, None at its ends."""
        with self._connection.snapshot() as db:
            return Neighbours(previous(db, flag_id, query), after(db, flag_id, query))

    def next_open(self, query: QueueQuery, after_flag: int | None = None) -> int | None:
        """Give the flag that follows in the queue, from its start when `after_flag` is None."""
        with self._connection.snapshot() as db:
            return after(db, after_flag, query)

    def counts(self, regions: frozenset[str] = frozenset()) -> Counts:
        """Count for the dashboard; `regions` as in the query, empty = all."""
        with self._connection.snapshot() as db:
            return Counts(
                _counted(db, "state", "", regions),
                _counted(db, "level", "", regions),
                _counted(
                    db,
                    "m.value",
                    "CROSS JOIN flag_marks m ON m.flag_id = f.flag_id AND m.kind = 'aturan'",
                    regions,
                    open_only=True,
                ),
            )


def _counted(
    db: Database, column: str, join: str, regions: frozenset[str], *, open_only: bool = False
) -> dict[str, int]:
    where = "f.withdrawn = 0"
    if open_only:
        where += f" AND f.state IN ('{State.NEW.value}', '{State.IN_REVIEW.value}')"
    if regions:
        where += " AND f.region IN (SELECT value FROM json_each(?))"
    # The narrow index first, then the marks: left alone, SQLite reads every whole flag (5 times slower at 100,000).
    rows = db.execute(
        f"SELECT {column}, count(*) FROM flags f INDEXED BY flags_queue {join} WHERE {where} "
        "GROUP BY 1 ORDER BY 2 DESC, 1",
        (json.dumps(sorted(regions)),) if regions else (),
    )
    return dict(rows.fetchall())
