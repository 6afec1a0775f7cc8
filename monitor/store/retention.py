# ruff: noqa: S608 -- only names of states are put into SQL; every value is bound
"""How every stored item stands towards its retention: one row an item, in a stream. Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.store.codec import moment
from monitor.store.connection import Connection
from monitor.store.decisions import AHEAD, DISMISSED


class Holding(StrEnum):
    """Why an item is kept. The first two are never erased by a schedule."""

    OPEN = "belum diputus"
    FORWARDED = "diteruskan"
    CLEARED = "bersih"
    """A reviewer cleared it or the plenary stopped it: both ended in the person's favour."""
    UNFLAGGED = "tidak ditandai"

    @property
    def held(self) -> bool:
        """True where no schedule may erase it."""
        return self in {Holding.OPEN, Holding.FORWARDED}


@dataclass(frozen=True, slots=True)
class Kept:
    """An item and since when its retention runs: since the last decision where it was cleared, else since its capture.

    `phase` is that of its flag, "" where it has none; `happened_at` is None where unknown.
    """

    item_id: int
    source_id: str
    holding: Holding
    since: datetime
    phase: str
    happened_at: datetime | None


class RetentionView:
    """Reads what a retention policy decides on."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def kept(self, after_item: int = 0) -> Iterator[Kept]:
        """Give every standing item after `after_item`, by id."""
        rows = self._connection.db.conn.execute(
            "SELECT i.item_id, v.source_id, i.first_seen_at, json_extract(v.payload, '$.happened_at'), "
            "max(coalesce(f.state = 'ditinjau' OR (f.state = 'baru' AND f.withdrawn IN (0, 2)), 0)), "
            f"max(coalesce(f.state IN {AHEAD}, 0)), max(coalesce(f.state IN {DISMISSED}, 0)), "
            "max(d.decided_at), coalesce(max(f.phase), '') FROM items i "
            "JOIN item_versions v ON v.version_id = i.version_id LEFT JOIN flags f ON f.item_id = i.item_id "
            "LEFT JOIN decisions d ON d.decision_id = f.decision_id "
            "WHERE i.erased = 0 AND i.item_id > ? GROUP BY i.item_id ORDER BY i.item_id",
            (after_item,),
        )
        for item_id, source_id, first_seen, happened, is_open, forwarded, cleared, decided, phase in rows:
            holding = (
                Holding.OPEN if is_open else Holding.FORWARDED if forwarded
                else Holding.CLEARED if cleared else Holding.UNFLAGGED
            )  # fmt: skip
            since = decided if holding in {Holding.CLEARED, Holding.FORWARDED} and decided else first_seen
            yield Kept(item_id, source_id, holding, moment(since), phase, _time(happened))

    def holding(self, item_id: int) -> Holding | None:
        """Tell how one item stands now, None where it is erased or unknown."""
        found = next(self.kept(item_id - 1), None)
        return found.holding if found is not None and found.item_id == item_id else None


def _time(text: str | None) -> datetime | None:
    try:
        return moment(text) if text else None
    except ValueError:
        return None
