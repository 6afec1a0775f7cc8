# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""Walking through everything that is stored, a stretch at a time, and what people said of it. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlite_utils import Database

from monitor.models import ReasonCode, State, StoredItem
from monitor.store.codec import stamp
from monitor.store.connection import Connection
from monitor.store.decisions import AHEAD, DISMISSED
from monitor.store.items import COLUMNS, chunks, marks, stored_item, with_parents
from monitor.store.rulebook import NOT_OF_THE_TEXT

_ITEMS = "items JOIN item_versions v ON v.version_id = items.version_id"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Items from `first` to `last` (both included) that were not erased; `items` counts them."""

    first: int
    last: int
    items: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person said of an item as it stands now. `person_id` is None for a sampled item that nobody flagged."""

    item_id: int
    person_id: int | None
    upheld: bool


@dataclass(frozen=True, slots=True)
class Looked:
    """What a screening by certain judges left: newest item versions looked at, and those with a flag among them."""

    items: int
    flagged: int


class Reading:
    """Reads a database from end to end without holding it in memory."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def state(self) -> str:
        """Digest what a walk would read: it changes with every new, edited or erased item."""
        row = self._connection.db.execute(
            "SELECT count(*), coalesce(max(item_id), 0), coalesce(max(version_id), 0), coalesce(sum(erased), 0) "
            "FROM items"
        ).fetchone()
        return sha256(repr(tuple(row)).encode()).hexdigest()

    def stretches(self, size: int, *, since: datetime | None = None, newest: int | None = None) -> list[Stretch]:
        """Cut the stored items into stretches of `size`, newest first.

        `since` leaves out what was first collected before; `newest` takes only so many of the items collected last.
        """
        rows = self._connection.db.execute(
            "SELECT item_id FROM items WHERE erased = 0 AND first_seen_at >= ? ORDER BY item_id DESC LIMIT ?",
            ("" if since is None else stamp(since), -1 if newest is None else newest),
        )
        found: list[Stretch] = []
        first = last = count = 0
        for (item_id,) in rows:
            last, first, count = (item_id if not count else last), item_id, count + 1
            if count == size:
                found.append(Stretch(first, last, count))
                count = 0
        return [*found, Stretch(first, last, count)] if count else found

    def items(self, stretch: Stretch, *, since: datetime | None = None) -> list[StoredItem]:
        """Give the newest versions of a stretch's items, oldest first, with what they borrow of stored parents."""
        with self._connection.snapshot() as db:
            rows = db.execute(
                f"SELECT {COLUMNS} FROM {_ITEMS} WHERE items.item_id BETWEEN ? AND ? AND items.erased = 0 "
                "AND items.first_seen_at >= ? ORDER BY items.item_id",
                (stretch.first, stretch.last, "" if since is None else stamp(since)),
            )
            return with_parents(db, [stored_item(row) for row in rows])

    def some(self, item_ids: list[int]) -> list[StoredItem]:
        """Give the newest versions of certain items, in the order of their ids; erased ones are left out."""
        found: list[StoredItem] = []
        with self._connection.snapshot() as db:
            for part in chunks(sorted(item_ids)):
                rows = db.execute(
                    f"SELECT {COLUMNS} FROM {_ITEMS} WHERE items.item_id IN ({marks(part)}) AND items.erased = 0 "
                    "ORDER BY items.item_id",
                    list(part),
                )
                found += with_parents(db, [stored_item(row) for row in rows])
        return found

    def looked(self, digest: str, *, since: datetime | None = None) -> Looked:
        """Count what judges of this digest have looked at."""
        row = self._connection.db.execute(
            "SELECT count(*), coalesce(sum(s.opinions > 0), 0) FROM screen_digests d "
            "JOIN screenings s ON s.digest_id = d.digest_id "
            "JOIN items i ON i.item_id = s.item_id AND i.version = s.version AND i.erased = 0 "
            "WHERE d.digest = ? AND i.first_seen_at >= ?",
            (digest, "" if since is None else stamp(since)),
        ).fetchone()
        return Looked(int(row[0]), int(row[1]))

    def verdicts(self) -> list[Verdict]:
        """Give every verdict on the words of an item that still stands as it was judged, by item.

        A flag cleared because the account was not the person's says nothing of the words and is left out. Words on
        sampled items count too: among them are those that nothing had found.
        """
        with self._connection.snapshot() as db:
            return sorted([*_decided(db), *_sampled(db)], key=lambda one: (one.item_id, one.person_id or 0))


def _decided(db: Database) -> Iterator[Verdict]:
    says_nothing = (*NOT_OF_THE_TEXT, ReasonCode.NOT_PROVEN.value)
    rows = db.execute(
        "SELECT f.item_id, f.person_id, f.state FROM flags f "
        "JOIN flag_opinions o ON o.opinion_id = f.opinion_id "
        "JOIN items i ON i.item_id = f.item_id AND i.version = o.version AND i.erased = 0 "
        "JOIN decisions d ON d.decision_id = f.decision_id "
        "WHERE f.person_id IS NOT NULL AND "
        f"(f.state IN {AHEAD} OR (f.state IN {DISMISSED} AND d.reason NOT IN ({marks(says_nothing)})))",
        says_nothing,
    )
    for item_id, person_id, state in rows:
        yield Verdict(item_id, person_id, State(state).ahead)


def _sampled(db: Database) -> Iterator[Verdict]:
    rows = db.execute(
        "SELECT s.item_id, s.partisan FROM sample_verdicts s "
        "JOIN items i ON i.item_id = s.item_id AND i.version = s.version AND i.erased = 0 "
        f"WHERE NOT EXISTS (SELECT 1 FROM flags f WHERE f.item_id = s.item_id AND "
        f"(f.state IN {AHEAD} OR f.state IN {DISMISSED}))"
    )
    for item_id, partisan in rows:
        yield Verdict(item_id, None, bool(partisan))
