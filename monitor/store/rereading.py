"""Archived answers given again to today's reader: versions are added where it reads more, nothing is ever doubled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from monitor.models import Item, Page, StoredItem
from monitor.store import alarms
from monitor.store.codec import clean, moment, stamp
from monitor.store.connection import Connection
from monitor.store.items import COLUMNS, Items, Saved, content_sha256, stored_item


@dataclass(frozen=True, slots=True)
class Answered:
    """One archived answer as it was fetched."""

    source_id: str
    run_id: int
    url: str
    purpose: str
    status: int
    fetched_at: datetime
    evidence_sha256: str


class Rereading:
    """Reads what was fetched, and stores what today's reader makes of it."""

    def __init__(self, connection: Connection, items: Items) -> None:
        self._connection = connection
        self._items = items

    def answers(self, source_id: str) -> Iterator[list[Answered]]:
        """Give the archived answers of a source, one list a run, oldest run first."""
        runs = self._connection.db.execute(
            "SELECT DISTINCT run_id FROM fetches WHERE source_id=? AND evidence_sha256<>'' ORDER BY run_id",
            (clean(source_id),),
        ).fetchall()
        for (run_id,) in runs:
            rows = self._connection.db.execute(
                "SELECT source_id, run_id, url, purpose, status, fetched_at, evidence_sha256 FROM fetches "
                "WHERE source_id=? AND run_id=? AND evidence_sha256<>'' ORDER BY fetch_id",
                (clean(source_id), run_id),
            ).fetchall()
            yield [Answered(a, b, c, d, e, moment(f), g) for a, b, c, d, e, f, g in rows]

    def save(self, answer: Answered, page: Page, run_id: int) -> Saved:
        """Store what a page holds that is not stored yet; no cursor, proof or absence moves.

        An item that a later answer showed otherwise stays as that answer showed it.
        """
        with self._connection.transaction() as db:
            fresh = [item for one in page.items if (item := _wanted(db, answer, one)) is not None]
            at = stamp(answer.fetched_at)
            alarms.noted(db, (answer.source_id, answer.evidence_sha256, at), page)
            return self._items.put_in(db, (answer.source_id, run_id, answer.evidence_sha256, at), fresh)


def _wanted(db: Database, answer: Answered, item: Item) -> Item | None:
    row = db.execute(
        "SELECT i.item_id, v.captured_at FROM items i JOIN item_versions v ON v.version_id = i.version_id "
        "WHERE i.platform=? AND i.native_id=?",
        (item.platform.value, clean(item.native_id)),
    ).fetchone()
    if row is None:
        return item
    item_id, captured = row
    if moment(captured) > answer.fetched_at:
        return None
    whole = _with_words(item, [one.item for one in _versions(db, item_id)])
    held = db.execute(
        "SELECT 1 FROM item_versions WHERE item_id=? AND content_sha256=?", (item_id, content_sha256(whole))
    ).fetchone()
    return None if held else whole


def _versions(db: Database, item_id: int) -> Sequence[StoredItem]:
    rows = db.execute(f"SELECT {COLUMNS} FROM item_versions v WHERE v.item_id=? AND v.erased=0", (item_id,))  # noqa: S608
    return [stored_item(row) for row in rows.fetchall()]


def _with_words(item: Item, versions: Sequence[Item]) -> Item:
    """Put what was known of the post that an act was done to beside it, where this answer does not tell it."""
    parent = item.parent
    if parent is None:
        return item
    held = [one.parent for one in reversed(versions) if one.parent is not None]
    same = [one for one in held if one.native_id == parent.native_id]
    known = next((one for one in same if one.text), same[0] if same else parent)
    owner = parent.owner or known.owner if parent.text else known.owner or parent.owner
    whole = replace(parent, url=parent.url or known.url, text=parent.text or known.text, owner=owner)
    return replace(item, parent=whole)
