# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""Flags that say nearly the same, kept as they come; what is alike is told by `monitor.alike`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from monitor.models import Flag, State
from monitor.store import cases
from monitor.store.connection import Connection
from monitor.store.items import chunks, marks

MOST_LEADERS = 64
"""Leaders of one band that are compared; the oldest."""
SHOWN = 200
_OPEN = (State.NEW.value, State.IN_REVIEW.value)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a flag belongs: it leads (its own leader) with its bands, or follows a leader (`bands` is empty)."""

    flag_id: int
    leader_id: int
    version: int
    likeness: float
    bands: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """An open flag of a group beside the one that is looked at; `likeness` is that to the group's first text."""

    flag: Flag
    likeness: float


class Groups:
    """The groups of an office's flags."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def pending(self, after: int, limit: int) -> list[Flag]:
        """Give flags from `after` on that were never placed, or whose text changed since, by id; erased ones never."""
        with self._connection.snapshot() as db:
            rows = db.execute(
                "SELECT f.flag_id FROM flags f JOIN flag_opinions o ON o.opinion_id = f.opinion_id AND o.erased = 0 "
                "LEFT JOIN flag_groups g ON g.flag_id = f.flag_id "
                "WHERE f.flag_id > ? AND f.person_id IS NOT NULL AND (g.flag_id IS NULL OR g.version <> o.version) "
                "ORDER BY f.flag_id LIMIT ?",
                (after, limit),
            )
            return cases.load(db, [row[0] for row in rows])

    def leaders(self, bands: Sequence[int]) -> dict[int, list[int]]:
        """Give the leaders that stand in each of these bands."""
        found: dict[int, list[int]] = {}
        with self._connection.snapshot() as db:
            for part in chunks(list(dict.fromkeys(bands))):
                rows = db.execute(
                    f"SELECT band, leader_id FROM flag_bands WHERE band IN ({marks(part)}) ORDER BY band, leader_id",
                    list(part),
                )
                for band, leader_id in rows:
                    some = found.setdefault(band, [])
                    if len(some) < MOST_LEADERS:
                        some.append(leader_id)
        return found

    def flags(self, flag_ids: Sequence[int]) -> dict[int, Flag]:
        """Give flags by id."""
        with self._connection.snapshot() as db:
            return {one.flag_id: one for one in cases.load(db, list(flag_ids))}

    def place(self, placed: Sequence[Placed]) -> None:
        """Write where flags belong. One that led before lets its followers go: they are pending again."""
        with self._connection.transaction() as db:
            for one in placed:
                _leave(db, one.flag_id)
            db.conn.executemany(
                "INSERT OR REPLACE INTO flag_groups VALUES (?,?,?,?)",
                [(one.flag_id, one.leader_id, one.version, one.likeness) for one in placed],
            )
            db.conn.executemany(
                "INSERT OR IGNORE INTO flag_bands VALUES (?,?)",
                [(band, one.leader_id) for one in placed for band in one.bands],
            )

    def others(self, flag_ids: Sequence[int], regions: frozenset[str] = frozenset()) -> dict[int, tuple[int, int]]:
        """Give, for each of these flags, its leader and how many other open flags its group has; 0 is left out."""
        found: dict[int, tuple[int, int]] = {}
        where, values = _seen(regions)
        for part in chunks(list(flag_ids)):
            rows = self._connection.db.execute(
                # The order is forced: left alone, SQLite walks every open flag (20 ms a page at 10,000).
                "SELECT g.flag_id, g.leader_id, count(*) FROM flag_groups g "
                "CROSS JOIN flag_groups h ON h.leader_id = g.leader_id AND h.flag_id <> g.flag_id "
                "CROSS JOIN flags f ON f.flag_id = h.flag_id "
                f"WHERE g.flag_id IN ({marks(part)}) AND {where} GROUP BY 1, 2",
                [*part, *values],
            )
            found |= {flag_id: (leader_id, count) for flag_id, leader_id, count in rows}
        return found

    def members(self, flag_id: int, regions: frozenset[str] = frozenset()) -> list[Member]:
        """Give the other open flags of a flag's group, in order, at most `SHOWN`."""
        where, values = _seen(regions)
        with self._connection.snapshot() as db:
            rows = db.execute(
                "SELECT h.flag_id, h.likeness FROM flag_groups g CROSS JOIN flag_groups h "
                "ON h.leader_id = g.leader_id CROSS JOIN flags f ON f.flag_id = h.flag_id "
                f"WHERE g.flag_id = ? AND h.flag_id <> g.flag_id AND {where} "
                "ORDER BY h.flag_id LIMIT ?",
                [flag_id, *values, SHOWN],
            )
            alike = dict(rows.fetchall())
            return [Member(one, alike[one.flag_id]) for one in cases.load(db, list(alike))]


def _leave(db: Database, flag_id: int) -> None:
    db.execute("DELETE FROM flag_groups WHERE leader_id = ? OR flag_id = ?", (flag_id, flag_id))
    db.execute("DELETE FROM flag_bands WHERE leader_id = ?", (flag_id,))


def _seen(regions: frozenset[str]) -> tuple[str, list[str]]:
    wanted = sorted(regions)
    more = f" AND f.region IN ({marks(wanted)})" if wanted else ""
    return f"f.withdrawn = 0 AND f.state IN (?,?){more}", [*_OPEN, *wanted]
