# ruff: noqa: S608 -- only names of states are put into SQL; every value is bound
"""Data of an API whose terms ask that each object be confirmed or erased within some days."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.models import Item, Listed, Platform
from monitor.store import absences, erasure
from monitor.store.audit import Audit
from monitor.store.codec import decode, moment, stamp
from monitor.store.connection import Connection
from monitor.store.decisions import HOLD

ASK_AFTER, ERASE_AFTER = timedelta(days=25), timedelta(days=30)
"""From when data are asked for again, and when they are erased where nothing confirmed them."""


@dataclass(frozen=True, slots=True)
class Aging:
    """A standing item, and when a server last proved that it still exists."""

    item_id: int
    item: Item
    seen_at: datetime


class ApiData:
    """What grows old, what was seen again, what is erased because nobody confirmed it."""

    def __init__(self, connection: Connection, audit: Audit) -> None:
        self._connection, self._audit = connection, audit

    def aging(self, platform: Platform, config_ids: Sequence[str], before: datetime) -> list[Aging]:
        """Give the items of these sources that were last seen before a moment, the oldest first."""
        rows = self._connection.db.execute(
            "SELECT i.item_id, v.payload, i.last_seen_at, v.source_id FROM items i JOIN item_versions v "
            "ON v.version_id = i.version_id WHERE i.platform=? AND i.erased=0 AND i.last_seen_at<? "
            "ORDER BY i.last_seen_at, i.item_id",
            (platform.value, stamp(before)),
        )
        return [
            Aging(item_id, decode(Item, json.loads(payload)), moment(seen))
            for item_id, payload, seen, source in rows
            if source.partition("/")[0] in config_ids
        ]

    def confirm(self, listed: Listed, run_id: int, evidence_sha256: str, at: datetime) -> None:
        """Note what a server said still exists, and what not."""
        with self._connection.transaction() as db:
            absences.record(db, listed, run_id, evidence_sha256, at)

    def superseded(self, platform: Platform, config_ids: Sequence[str], before: datetime) -> list[tuple[int, str]]:
        """Give (version id, body) of wordings captured before a moment that are no longer the newest."""
        rows = self._connection.db.execute(
            "SELECT v.version_id, v.evidence_sha256, v.source_id, i.item_id FROM items i JOIN item_versions v "
            "ON v.item_id = i.item_id WHERE i.platform=? AND i.erased=0 AND v.erased<>1 AND v.version<i.version "
            f"AND v.captured_at<? AND NOT EXISTS (SELECT 1 FROM flags f WHERE f.item_id = i.item_id AND ({HOLD})) "
            "ORDER BY 1",
            (platform.value, stamp(before)),
        )
        return [(version, body) for version, body, source, _ in rows if source.partition("/")[0] in config_ids]

    def erase_versions(self, version_ids: Sequence[int], why: str) -> None:
        """Erase old wordings; the newest stays.

        Raises:
            NotAllowedError: no reason was given.
        """
        erasure.erase_versions(self._connection, self._audit, version_ids, why)

    def may_return(self, items: Sequence[Item]) -> None:
        """Let items be collected again that were erased only because nobody could confirm them."""
        with self._connection.transaction() as db:
            db.conn.executemany(
                "DELETE FROM erased_identities WHERE digest=?",
                [(erasure.identity_digest(one.platform.value, one.native_id),) for one in items],
            )
