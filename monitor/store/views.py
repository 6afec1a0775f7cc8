"""Who was shown whose data on which page, when: one light row a page, sealed in stretches like fetches and runs.

A case has its custody log besides. Here stand lists, searches, persons, exports: what a breach is measured by.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.store.codec import clean, dumps, moment, stamp
from monitor.store.connection import Connection

_LONGEST_DETAIL = 300


@dataclass(frozen=True, slots=True)
class Look:
    """One page that somebody was shown. `page` is its short name, `detail` what was asked for (a search, a filter)."""

    at: datetime
    user_id: int
    page: str
    detail: str
    persons: frozenset[int]


class Views:
    """The log of looks; append only."""

    def __init__(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._clock = clock

    def note(
        self, user_id: int, page: str, *, flags: Collection[int] = (), persons: Collection[int] = (), detail: str = ""
    ) -> None:
        """Write down that somebody was shown these flags and persons. Not waited for by the disk: one row, no audit."""
        row = (
            stamp(self._clock()), user_id, page, clean(detail[:_LONGEST_DETAIL]), dumps(sorted(set(flags))),
            dumps(sorted(set(persons))),
        )  # fmt: skip
        with self._connection.transaction() as db:
            db.execute("INSERT INTO views (at, user_id, page, detail, flags, persons) VALUES (?,?,?,?,?,?)", row)

    def between(self, since: datetime, until: datetime, user_id: int | None = None) -> Iterator[Look]:
        """Give every look of a time, `until` not included, from lists and from the custody of cases; of one or all.

        A flag stands for its person; flags of people who are not in the roster any more are counted by none.
        """
        times, db = (stamp(since), stamp(until)), self._connection.db
        whose = dict(db.execute("SELECT flag_id, person_id FROM flags WHERE person_id IS NOT NULL").fetchall())
        rows = db.execute(
            "SELECT at, user_id, page, detail, flags, persons FROM views WHERE at >= ? AND at < ? ORDER BY view_id",
            times,
        )
        for at, who, page, detail, flags, persons in rows:
            if user_id in {None, who}:
                shown = {whose[one] for one in json.loads(flags) if one in whose} | set(json.loads(persons))
                yield Look(moment(at), who, page, detail, frozenset(shown))
        touched = db.execute(
            "SELECT c.at, c.user_id, c.act, c.subject, c.flag_id FROM custody c WHERE c.at >= ? AND c.at < ? "
            "AND c.user_id IS NOT NULL ORDER BY c.entry_id",
            times,
        )
        for at, who, act, subject, flag_id in touched:
            if user_id in {None, who}:
                yield Look(
                    moment(at), who, f"bukti.{act}", subject, frozenset({whose[flag_id]} if flag_id in whose else ())
                )
