# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""Reading items as they stood at a watermark: what came, was edited or was answered later is not seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.models import AccountRef, ItemKind, PastAct, StoredItem
from monitor.store.acts import Acts
from monitor.store.codec import stamp
from monitor.store.connection import Connection
from monitor.store.items import COLUMNS, chunks, marks, stored_item, with_parents

_THEN = (
    "items JOIN item_versions v ON v.version_id = CASE WHEN items.version_id <= ?1 THEN items.version_id ELSE "
    "(SELECT max(w.version_id) FROM item_versions w WHERE w.item_id = items.item_id AND w.version_id <= ?1) END"
)


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far the database had come: ids of the newest version and the newest item, and how many items stood."""

    version_id: int
    item_id: int
    items: int


@dataclass(frozen=True, slots=True)
class LateItem:
    """An item version that came after the watermark, of an act done (or, without a time, captured) before it."""

    item_id: int
    version: int
    captured_at: str


class Frozen:
    """The items up to a watermark."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def watermark(self) -> Watermark:
        """Give how far the database has come."""
        row = self._connection.db.execute(
            "SELECT (SELECT coalesce(max(version_id), 0) FROM item_versions), coalesce(max(item_id), 0), "
            "count(*) FILTER (WHERE erased = 0) FROM items"
        ).fetchone()
        return Watermark(*map(int, row))

    def items(self, first: int, last: int, watermark: Watermark) -> list[StoredItem]:
        """Give the items from `first` to `last` (ids, both included) as they stood then, by id; none erased."""
        with self._connection.snapshot() as db:
            rows = db.execute(
                f"SELECT {COLUMNS} FROM {_THEN} WHERE items.item_id BETWEEN ?2 AND ?3 AND items.erased = 0 "
                "ORDER BY items.item_id",
                (watermark.version_id, first, last),
            )
            return with_parents(db, [stored_item(row) for row in rows], until=watermark.version_id)

    def erased(self, first: int, last: int) -> list[int]:
        """Give the ids of lawfully erased items from `first` to `last`."""
        rows = self._connection.db.execute(
            "SELECT item_id FROM items WHERE item_id BETWEEN ? AND ? AND erased <> 0 ORDER BY item_id", (first, last)
        )
        return [int(row[0]) for row in rows]

    def passed(self, item_ids: Sequence[int], watermark: Watermark) -> set[int]:
        """Give those items that have a newer version by now, or were erased, or are not there."""
        standing = set[int]()
        for part in chunks(item_ids):
            rows = self._connection.db.execute(
                f"SELECT item_id FROM items WHERE item_id IN ({marks(part)}) AND version_id <= ? AND erased = 0",
                [*part, watermark.version_id],
            )
            standing.update(int(row[0]) for row in rows)
        return set(item_ids) - standing

    def late(self, watermark: Watermark, until: datetime) -> Iterator[LateItem]:
        """Give what came after the watermark of acts done up to `until`, oldest first."""
        rows = self._connection.db.execute(
            "SELECT i.item_id, i.version, v.captured_at FROM items i "
            "JOIN item_versions v ON v.version_id = i.version_id "
            "LEFT JOIN item_acts a ON a.item_id = i.item_id WHERE i.version_id > ? AND i.erased = 0 "
            "AND coalesce(a.happened_at, CAST(strftime('%s', v.captured_at) AS INTEGER)) <= CAST(strftime('%s', ?) AS "
            "INTEGER) ORDER BY i.item_id",
            (watermark.version_id, stamp(until)),
        )
        return (LateItem(int(item_id), int(version), str(at)) for item_id, version, at in rows)

    def past(self, watermark: Watermark) -> PastThen:
        """Give the acts known at the watermark, for rules that ask for repeated acts."""
        return PastThen(Acts(self._connection), watermark.item_id)


class PastThen:
    """Looks up earlier acts among the items of a watermark."""

    def __init__(self, acts: Acts, last: int) -> None:
        self._acts = acts
        self._last = last

    def near(
        self, refs: Sequence[AccountRef], kinds: Sequence[ItemKind], since: datetime, until: datetime
    ) -> list[PastAct]:
        """See `Acts.near`."""
        return [one for one in self._acts.near(refs, kinds, since, until) if one.item_id <= self._last]
