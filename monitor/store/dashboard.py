# ruff: noqa: S608 -- only question marks are put into SQL; every value is bound
"""What the plots of the dashboard are drawn from: counts by index, and the words of flags for a count by side.

No figure of a person or of a reviewer leaves here, except to reviewers of themselves. Which side an act speaks of is
found in memory from the targets and stored nowhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.models import StoredItem
from monitor.store import items
from monitor.store.codec import moment, stamp
from monitor.store.connection import Connection

FEWEST_REVIEWERS = 3
"""Below this many reviewers the office's seconds would tell of a person."""
NEWEST = 5_000
"""How many of the newest decisions seconds are taken from."""
LONGEST_LOOK = 1800
"""Seconds after which somebody who had a case open was doing something else; such a decision is not timed."""


@dataclass(frozen=True, slots=True)
class Hour:
    """Flags raised within one hour (aware UTC) in one phase ("" = none)."""

    at: datetime
    phase: str
    count: int


@dataclass(frozen=True, slots=True)
class Took:
    """One decision and how many seconds its case had been open to whoever decided; where and in which phase it was."""

    user_id: int
    seconds: float
    region: str = ""
    phase: str = ""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A standing flag's words as they are judged, to be looked through for sides."""

    flag_id: int
    opinion_id: int
    stored: StoredItem


class Dashboard:
    """Counts for the plots. `regions` empty = all."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hours(self, since: datetime, regions: frozenset[str] = frozenset()) -> list[Hour]:
        """Count standing flags by the hour in which they were raised and by phase, from `since` on, oldest first."""
        where, values = _within(regions)
        rows = self._connection.db.execute(
            "SELECT substr(f.created_at, 1, 13), f.phase, count(*) FROM flags f INDEXED BY flags_day "
            f"WHERE f.withdrawn = 0 AND f.created_at >= ?{where} GROUP BY 1, 2 ORDER BY 1, 2",
            (stamp(since), *values),
        )
        return [Hour(moment(f"{hour}:00:00+00:00"), phase, count) for hour, phase, count in rows]

    def reasons(self, regions: frozenset[str] = frozenset()) -> dict[str, int]:
        """Count decisions that stand by reason code, the most frequent first."""
        where, values = _within(regions)
        rows = self._connection.db.execute(
            "SELECT d.reason, count(*) FROM decisions d JOIN flags f ON f.flag_id = d.flag_id "
            "WHERE d.reason IS NOT NULL AND NOT EXISTS (SELECT 1 FROM decisions u WHERE u.undoes = d.decision_id)"
            f"{where} GROUP BY 1 ORDER BY 2 DESC, 1",
            values,
        )
        return dict(rows.fetchall())

    def took(self, newest: int, regions: frozenset[str] = frozenset()) -> list[Took]:
        """Time the newest decisions: from the first look at the case since the same person's decision before.

        Decisions without a look of their own (groups, bulk) and looks longer than LONGEST_LOOK are left out.
        """
        where, values = _within(regions)
        rows = self._connection.db.execute(
            "WITH newest AS (SELECT d.decision_id, d.flag_id, d.user_id, d.decided_at, f.region, f.phase "
            f"FROM decisions d JOIN flags f ON f.flag_id = d.flag_id WHERE d.undoes IS NULL{where} "
            "ORDER BY d.decision_id DESC LIMIT ?), "
            "timed AS (SELECT *, "
            "coalesce(lag(decided_at) OVER (PARTITION BY user_id ORDER BY decision_id), '') AS past FROM newest) "
            "SELECT t.user_id, (julianday(t.decided_at) - julianday((SELECT min(c.at) FROM custody c "
            "WHERE c.flag_id = t.flag_id AND c.user_id = t.user_id AND c.act = 'lihat' AND c.at >= t.past "
            "AND c.at <= t.decided_at))) * 86400 AS seconds, t.region, t.phase FROM timed t",
            (*values, newest),
        )
        return [Took(who, *rest) for who, *rest in rows if rest[0] is not None and rest[0] <= LONGEST_LOOK]

    def spoken(self, after: int, limit: int) -> list[Spoken]:
        """Give standing flags whose newest opinion is younger than `after`, by opinion."""
        rows = self._connection.db.execute(
            f"SELECT f.flag_id, f.opinion_id, {items.COLUMNS} FROM flags f INDEXED BY flags_opinion "
            "JOIN flag_opinions o ON o.opinion_id = f.opinion_id "
            "JOIN item_versions v ON v.item_id = o.item_id AND v.version = o.version "
            "WHERE f.opinion_id > ? ORDER BY f.opinion_id LIMIT ?",
            (after, limit),
        )
        return [Spoken(flag_id, opinion_id, items.stored_item(rest)) for flag_id, opinion_id, *rest in rows]

    def standing(self, regions: frozenset[str] = frozenset()) -> Iterator[tuple[int, str, str]]:
        """Give every standing flag: id, state, region."""
        where, values = _within(regions)
        yield from self._connection.db.execute(
            f"SELECT f.flag_id, f.state, f.region FROM flags f WHERE f.withdrawn = 0{where}", values
        )

    def newest(self) -> tuple[int, int]:
        """Give a mark that changes with flags and decisions: the newest opinion and the newest decision."""
        row = self._connection.db.execute(
            "SELECT (SELECT coalesce(max(opinion_id), 0) FROM flag_opinions), "
            "(SELECT coalesce(max(decision_id), 0) FROM decisions)"
        ).fetchone()
        return int(row[0]), int(row[1])


def _within(regions: frozenset[str]) -> tuple[str, tuple[str, ...]]:
    if not regions:
        return "", ()
    return " AND f.region IN (SELECT value FROM json_each(?))", (json.dumps(sorted(regions)),)
