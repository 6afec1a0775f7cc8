"""What must lie in the archive by the word of the database, in order, a stretch at a time. Reads only."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from monitor.errors import StoreError
from monitor.store.connection import Connection

_BODIES = """
SELECT body_sha256 AS sha256 FROM recordings UNION SELECT evidence_sha256 FROM item_versions
UNION SELECT evidence_sha256 FROM fetches UNION SELECT sha256 FROM pieces
UNION SELECT first_evidence_sha256 FROM absences UNION SELECT last_evidence_sha256 FROM absences
UNION SELECT sha256 FROM capture_pictures
"""


@dataclass(frozen=True, slots=True)
class Held:
    """How much the database says there is."""

    bodies: int
    warcs: int
    manifests: int
    custody: int
    tombstones: int
    items: int
    flags: int


class Inventory:
    """The list of everything that is kept as evidence."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def bodies(self, after: str, limit: int) -> list[str]:
        """Give digests of bodies and pieces that follow `after`, in order."""
        rows = self._read(
            f"SELECT sha256 FROM ({_BODIES}) WHERE sha256 > ? ORDER BY sha256 LIMIT ?",  # noqa: S608 - own names
            (after, limit),
        )
        return [sha256 for (sha256,) in rows]

    def warcs(self, after: str, limit: int) -> list[str]:
        """Give digests of WARC files that follow `after`, in order."""
        rows = self._read(
            "SELECT DISTINCT warc_sha256 FROM recordings WHERE warc_sha256 > ? ORDER BY 1 LIMIT ?", (after, limit)
        )
        return [sha256 for (sha256,) in rows]

    def records_of(self, body_sha256: str) -> set[str]:
        """Give the digests of the records that must stand beside a body; none for what was archived before 0.2."""
        rows = self._read(
            "SELECT DISTINCT record_sha256 FROM recordings WHERE body_sha256=? AND record_sha256 <> ''", (body_sha256,)
        )
        return {digest for (digest,) in rows}

    def body_of(self, warc_sha256: str) -> str:
        """Give the body that a WARC file belongs to, "" if none."""
        rows = self._read("SELECT body_sha256 FROM recordings WHERE warc_sha256=? LIMIT 1", (warc_sha256,))
        return str(rows[0][0]) if rows else ""

    def buried(self, sha256: str) -> bool:
        """Tell whether a file may lawfully be missing."""
        return bool(self._read("SELECT 1 FROM tombstones WHERE sha256=? LIMIT 1", (sha256,)))

    def held(self) -> Held:
        """Count everything."""

        def count(sql: str) -> int:
            return int(self._read(sql)[0][0])

        return Held(
            bodies=count(f"SELECT count(*) FROM ({_BODIES}) WHERE sha256 <> ''"),  # noqa: S608 - own names
            warcs=count("SELECT count(DISTINCT warc_sha256) FROM recordings WHERE warc_sha256 <> ''"),
            manifests=count("SELECT count(*) FROM pieces WHERE kind = 'manifest'"),
            custody=count("SELECT count(*) FROM custody"),
            tombstones=count("SELECT count(*) FROM tombstones"),
            items=count("SELECT count(*) FROM items"),
            flags=count("SELECT count(*) FROM flags"),
        )

    def _read(self, sql: str, values: Sequence[str | int] = ()) -> list[tuple[Any, ...]]:
        """Ask, even of a damaged file.

        Raises:
            StoreError: the rows cannot be read.
        """
        try:
            with self._connection.snapshot() as db:
                return db.execute(sql, values).fetchall()
        except (sqlite3.Error, ValueError) as error:
            raise StoreError(f"basis data tidak dapat dibaca seluruhnya ({error}) — pulihkan dari cadangan") from error
