# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""What rules on trial (status `bayangan`) would have found: a row a rule and item, for their authors alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from monitor.models import Level, Screened, StoredItem
from monitor.store.codec import stamp
from monitor.store.connection import Connection
from monitor.store.items import COLUMNS, chunks, marks, stored_item, with_parents


@dataclass(frozen=True, slots=True)
class Shadow:
    """What a rule on trial found as it stands: items, over how many days (first to last arrival, UTC), already flagged.

    `flagged` of the items stand in the queue, or were decided, without this rule.
    """

    rule_id: str
    items: int
    days: int
    flagged: int

    @property
    def per_day(self) -> float:
        """Items a day."""
        return self.items / max(self.days, 1)


class Shadows:
    """Keeps what rules on trial find. Bounded by the stored items: erasing one takes its rows along."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save_in(self, db: Database, results: Sequence[Screened], contents: Mapping[str, str]) -> None:
        """Keep what a batch showed, inside a transaction that is open already; what it no longer shows goes.

        `contents` are the digests of the running rules, by id.
        """
        for part in chunks([one.stored.item_id for one in results]):
            db.execute(f"DELETE FROM shadow_hits WHERE item_id IN ({marks(part)})", list(part))
        rows = [
            (rule_id, one.stored.item_id, contents.get(rule_id, ""), level.value, stamp(one.stored.captured_at)[:10])
            for one in results
            for rule_id, level in one.shadows
        ]
        db.conn.executemany("INSERT OR REPLACE INTO shadow_hits VALUES (?,?,?,?,?)", rows)

    def tidy(self, contents: Mapping[str, str]) -> None:
        """Drop what rules found that say something else by now, or are no longer on trial."""
        with self._connection.transaction() as db:
            held = db.execute("SELECT DISTINCT rule_id, digest FROM shadow_hits").fetchall()
            stale = [(one, digest) for one, digest in held if contents.get(one) != digest]
            db.conn.executemany("DELETE FROM shadow_hits WHERE rule_id = ? AND digest = ?", stale)

    def of(self, rule_id: str) -> Shadow:
        """Give what a rule found."""
        return self.all().get(rule_id, Shadow(rule_id, 0, 0, 0))

    def all(self) -> dict[str, Shadow]:
        """Give what every rule on trial found, by rule."""
        rows = self._connection.db.execute(
            "SELECT h.rule_id, count(*), CAST(julianday(max(h.day)) - julianday(min(h.day)) AS INTEGER) + 1, "
            "sum(EXISTS (SELECT 1 FROM flags f WHERE f.item_id = h.item_id "
            "AND (f.withdrawn = 0 OR f.state <> 'baru'))) FROM shadow_hits h GROUP BY h.rule_id"
        )
        return {row[0]: Shadow(row[0], row[1], row[2], row[3]) for row in rows}

    def examples(self, rule_id: str, limit: int = 20) -> list[tuple[StoredItem, Level]]:
        """Give the newest items that a rule found, with the level it would have given."""
        with self._connection.snapshot() as db:
            rows = db.execute(
                f"SELECT h.level, {COLUMNS} FROM shadow_hits h JOIN items i ON i.item_id = h.item_id AND i.erased = 0 "
                "JOIN item_versions v ON v.version_id = i.version_id WHERE h.rule_id = ? "
                "ORDER BY h.item_id DESC LIMIT ?",
                (rule_id, limit),
            ).fetchall()
            items = with_parents(db, [stored_item(row[1:]) for row in rows])
        return [(item, Level(row[0])) for item, row in zip(items, rows, strict=True)]
