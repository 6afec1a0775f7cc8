# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""Lawful deletion of files of evidence: first a tombstone in the audit, then the file, so that a killed run goes on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlite_utils import Database

from monitor.errors import NotAllowedError
from monitor.store.audit import Audit
from monitor.store.codec import clean, dumps, stamp
from monitor.store.connection import Connection
from monitor.store.custody import Touch
from monitor.store.decisions import HOLD
from monitor.store.guard import TABLES, Ledger, next_key


class FileKind(StrEnum):
    """What a deleted file was."""

    BODY = "badan"
    WARC = "warc"


class Burial:
    """Tombstones, and files that still have to be removed."""

    def __init__(self, connection: Connection, audit: Audit, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock

    def bury(
        self,
        files: Sequence[tuple[str, FileKind]],
        why: str,
        user_id: int | None,
        *,
        subject: str = "",
        flag_id: int = 0,
    ) -> None:
        """Set a tombstone for each file, erase what its rows say of people, and line it up for removal.

        Raises:
            NotAllowedError: no reason was given.
        """
        if not why.strip():
            raise NotAllowedError("penghapusan perlu alasan — sebutkan dasar atau jadwal retensinya")
        if not files:
            return
        with self._connection.transaction(durable=True) as db:
            ledger, at, first = Ledger(), stamp(self._clock()), next_key(db, "tombstones")
            ledger.insert(
                db,
                "tombstones",
                [(first + place, sha256, kind.value, at, clean(why)) for place, (sha256, kind) in enumerate(files)],
            )
            for sha256, kind in files:
                db.execute("INSERT OR IGNORE INTO removals VALUES (?,?)", (sha256, kind.value))
                if kind is FileKind.BODY:
                    _blank(db, ledger, "recordings", "body_sha256", sha256, {"url": ""})
                    _blank(db, ledger, "pieces", "sha256", sha256, {"detail": ""})
            entry = (
                next_key(db, "custody"), at, user_id, Touch.ERASE.value, flag_id, clean(subject), files[0][0],
                clean(why), f"{len(files)} berkas",
            )  # fmt: skip
            ledger.insert(db, "custody", [entry])
            payload = {"alasan": why, "berkas": dumps([one[0] for one in files])}
            self._audit.append(
                db, ledger, action="bukti_hapus", subject=subject or "bukti", payload=payload, user_id=user_id
            )

    def pending(self) -> list[tuple[str, FileKind]]:
        """Give the files that have a tombstone and must still be removed."""
        rows = self._connection.db.execute("SELECT sha256, kind FROM removals ORDER BY sha256, kind")
        return [(sha256, FileKind(kind)) for sha256, kind in rows]

    def removed(self, sha256: str, kind: FileKind) -> None:
        """Note that a file is gone from the disk."""
        with self._connection.transaction() as db:
            db.execute("DELETE FROM removals WHERE sha256=? AND kind=?", (sha256, kind.value))

    def buried(self, sha256: str) -> bool:
        """Tell whether a file may lawfully be missing."""
        row = self._connection.db.execute("SELECT 1 FROM tombstones WHERE sha256=? LIMIT 1", (sha256,)).fetchone()
        return row is not None

    def holds(self, body_sha256: str, without: Collection[int] = ()) -> list[int]:
        """Give the open and forwarded flags of items read from this body; `without` leaves items out."""
        rows = self._connection.db.execute(
            "SELECT DISTINCT f.flag_id, f.item_id FROM item_versions v JOIN flags f ON f.item_id = v.item_id "
            f"WHERE v.evidence_sha256=? AND v.erased <> 1 AND ({HOLD}) ORDER BY 1",
            (body_sha256,),
        )
        return [flag_id for flag_id, item_id in rows if item_id not in without]

    def bodies_of(self, item_id: int) -> list[str]:
        """Give the bodies from which the versions of an item were read, and those of its own pieces."""
        rows = self._connection.db.execute(
            "SELECT evidence_sha256 FROM item_versions WHERE item_id=:item AND evidence_sha256 <> '' UNION "
            "SELECT p.sha256 FROM pieces p LEFT JOIN flags f ON f.flag_id = p.flag_id "
            "WHERE (p.item_id=:item OR f.item_id=:item) AND p.kind <> 'cap_waktu' AND p.erased = 0 ORDER BY 1",
            {"item": item_id},
        )
        return [sha256 for (sha256,) in rows]

    def read_from(self, body_sha256: str) -> set[int]:
        """Give the items that still stand and were read from this body."""
        rows = self._connection.db.execute(
            "SELECT DISTINCT item_id FROM item_versions WHERE evidence_sha256=? AND erased <> 1", (body_sha256,)
        )
        return {item_id for (item_id,) in rows}

    def warcs_of(self, body_sha256: str) -> list[str]:
        """Give the WARC files that hold this body or refer to it."""
        rows = self._connection.db.execute(
            "SELECT DISTINCT warc_sha256 FROM recordings WHERE body_sha256=? AND warc_sha256 <> '' ORDER BY 1",
            (body_sha256,),
        )
        return [sha256 for (sha256,) in rows]

    def idle(self, before: datetime, limit: int, config_id: str = "") -> list[str]:
        """Give bodies recorded last before `before` from which no standing item was read, with no tombstone yet.

        With `config_id` those of this source of the settings alone.
        """
        rows = self._connection.db.execute(
            "SELECT r.body_sha256 FROM recordings r WHERE NOT EXISTS (SELECT 1 FROM item_versions v "
            "WHERE v.evidence_sha256 = r.body_sha256 AND v.erased <> 1) AND NOT EXISTS (SELECT 1 FROM tombstones t "
            "WHERE t.sha256 = r.body_sha256) AND (:config = '' OR r.source_id = :config "
            "OR substr(r.source_id, 1, length(:config) + 1) = :config || '/') "
            "GROUP BY r.body_sha256 HAVING max(r.fetched_at) < :before ORDER BY min(r.recording_id) LIMIT :most",
            {"config": config_id, "before": stamp(before), "most": limit},
        )
        return [sha256 for (sha256,) in rows]


def _blank(db: Database, ledger: Ledger, table: str, column: str, sha256: str, said: dict[str, str]) -> None:
    """Take what a row says of people; its digests stay."""
    columns = TABLES[table][1]
    rows = db.execute(f"SELECT {','.join(columns)} FROM {table} WHERE {column}=? AND erased=0", (sha256,)).fetchall()
    for row in rows:
        ledger.replace(db, table, list((dict(zip(columns, row, strict=True)) | said | {"erased": 1}).values()))
