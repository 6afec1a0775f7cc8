"""The audit: an append-only hash chain, one entry a transaction, whose heads are written out daily.

Personal values and salts stand in `audit_payloads`, apart from the chain, which holds only their digest; so a lawful
erasure removes them and the chain stays whole.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from sqlite_utils import Database

from monitor.errors import AuditError
from monitor.store import erasure, verify
from monitor.store.codec import canonical, moment, stamp
from monitor.store.connection import Connection
from monitor.store.guard import SALT_BYTES, Cell, Ledger, rows_digest
from monitor.store.verify import START_HASH, AuditReport, chain_hash, read_heads

__all__ = ["Audit", "AuditReport", "Entry", "Head"]

_GUIDE = """# Kepala rantai audit Netra, {day} (UTC)
#
# Setiap baris di bawah mengunci seluruh riwayat sampai nomor itu. Simpan berkas ini (atau cetakannya) di tempat yang
# tidak dapat diubah oleh pengelola basis data. Memeriksa: netra audit verify
# Bila riwayat dipotong atau ditulis ulang, baris ini tidak lagi cocok dan pemeriksaan menyebutkannya.
"""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of the chain: its number from 1, its SHA-256 in hex, its time."""

    seq: int
    hash: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the audit as people read it. `payload` is "" where it was lawfully erased."""

    seq: int
    at: datetime
    user_id: int | None
    action: str
    subject: str
    payload: str


class Audit:
    """The chain of everything that was written into guarded tables."""

    def __init__(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._clock = clock

    def append(
        self,
        db: Database,
        ledger: Ledger,
        *,
        action: str,
        subject: str,
        payload: Mapping[str, object],
        user_id: int | None = None,
    ) -> int:
        """Append the one entry of the open write transaction and give its number.

        `subject` ("flag:12") is no personal value: it is kept for ever. `payload` can be erased.
        """
        last = db.execute("SELECT seq, hash FROM audit_chain ORDER BY seq DESC LIMIT 1").fetchone()
        seq, prev = (last[0] + 1, last[1]) if last else (1, START_HASH)
        salt, text = os.urandom(SALT_BYTES), canonical(dict(payload))
        digest = sha256(salt + text).hexdigest()
        row: tuple[Cell, ...] = (
            seq, stamp(self._clock()), user_id, action, subject, digest, rows_digest(ledger.rows), prev,
        )  # fmt: skip
        db.execute("INSERT INTO audit_chain VALUES (?,?,?,?,?,?,?,?,?)", (*row, chain_hash(row)))
        db.execute("INSERT INTO audit_payloads VALUES (?,?,?)", (seq, salt, text.decode("ascii")))
        if ledger.rows:
            db.conn.executemany(
                "INSERT INTO row_ledger (seq, tbl, pk, digest) VALUES (?,?,?,?)",
                [(seq, *one) for one in ledger.rows],
            )
        return int(seq)

    def start(self, name: str) -> None:
        """Write the first entry of a new database, unless another process was quicker."""
        with self._connection.transaction(durable=True) as db:
            if db.execute("SELECT 1 FROM audit_chain").fetchone() is None:
                self.append(db, Ledger(), action="mulai", subject="basis_data", payload={"berkas": name})

    def note(self, action: str, subject: str, payload: Mapping[str, object], user_id: int | None = None) -> int:
        """Record an event that changes no guarded row: an export, a look at a person, a change of settings."""
        with self._connection.transaction(durable=True) as db:
            return self.append(db, Ledger(), action=action, subject=subject, payload=payload, user_id=user_id)

    def entries(self, *, after_seq: int = 0, limit: int = 100) -> list[Entry]:
        """Give the entries after `after_seq`, oldest first."""
        rows = self._connection.db.execute(
            "SELECT c.seq, c.at, c.user_id, c.action, c.subject, coalesce(p.payload, '') FROM audit_chain c "
            "LEFT JOIN audit_payloads p ON p.seq = c.seq WHERE c.seq > ? ORDER BY c.seq LIMIT ?",
            (after_seq, limit),
        )
        return [Entry(seq, moment(at), *rest) for seq, at, *rest in rows]

    def told(self, action: str, subject: str) -> list[str]:
        """Give the payloads (JSON) of what was noted of a subject, oldest first; "" where one was lawfully erased."""
        rows = self._connection.db.execute(
            "SELECT coalesce(p.payload, '') FROM audit_chain c LEFT JOIN audit_payloads p ON p.seq = c.seq "
            "WHERE c.action = ? AND c.subject = ? ORDER BY c.seq",
            (action, subject),
        )
        return [payload for (payload,) in rows]

    @property
    def started(self) -> bool:
        """Tell whether the chain has an entry; reads nothing of it, so that a damaged one can still be verified."""
        return self._connection.db.execute("SELECT 1 FROM audit_chain LIMIT 1").fetchone() is not None

    def head(self) -> Head:
        """Give the newest entry; a chain without one has number 0.

        Raises:
            AuditError: its time was changed into something that is none.
        """
        row = self._connection.db.execute("SELECT seq, hash, at FROM audit_chain ORDER BY seq DESC LIMIT 1").fetchone()
        try:
            return Head(row[0], row[1], moment(row[2])) if row else Head(0, START_HASH, self._clock())
        except ValueError as error:
            raise AuditError(f"catatan audit {row[0]} rusak — jalankan `netra audit verify`") from error

    def write_head(self, folder: Path) -> Path:
        """Append the head to the day's text file (UTC); heads written before are never touched.

        Raises:
            AuditError: a head written before no longer fits the chain.
        """
        folder.mkdir(parents=True, exist_ok=True)
        with self._connection.snapshot() as db:
            head = self.head()
            written, problems = read_heads(folder)
            problems += verify.against_heads(db, written)
        if problems:
            raise AuditError("\n".join(problems))
        day = stamp(self._clock())[:10]
        path = folder / f"kepala-{day}.txt"
        if head.seq in written:
            return written[head.seq].path
        text = "" if path.exists() else _GUIDE.format(day=day)
        text += f"kepala seq={head.seq} hash={head.hash} waktu={stamp(head.at)}\n"
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        return path

    def verify(self, heads_folder: Path | None = None) -> AuditReport:
        """Check chain, payloads, every guarded row and, given the folder, every head written out.

        Streams: the memory it needs does not grow with the number of rows. Problems are Indonesian, at most 1,000.
        """
        with self._connection.snapshot() as db:
            return verify.whole(db, heads_folder)

    def erase_item(self, item_id: int, why: str, user_id: int | None) -> None:
        """Erase what an item says, its flags' opinions and the notes on them; tombstones keep the chain whole.

        Raises:
            NotAllowedError: no reason was given, or there is no such item.
        """
        erasure.erase_item(self._connection, self, item_id, why, user_id)

    def erase_items(self, item_ids: Sequence[int], why: str, user_id: int | None) -> None:
        """Erase several items as `erase_item` does, all or none.

        Raises:
            NotAllowedError: no reason was given, or one of them is not there.
        """
        erasure.erase_items(self._connection, self, item_ids, why, user_id)

    def erase_captures(self, capture_ids: Sequence[int], why: str, user_id: int | None) -> list[str]:
        """Erase captures that never became an item; gives the SHA-256 of pictures that no other capture shows.

        Raises:
            NotAllowedError: no reason was given.
        """
        return erasure.erase_captures(self._connection, self, capture_ids, why, user_id)

    def context_of(self, platform: str, account: str) -> list[int]:
        """Give the items that hold words of this account (id or handle) as what was liked, shared or answered."""
        return erasure.context_of(self._connection, platform, account)

    def erase_context(self, item_ids: Sequence[int], why: str, user_id: int | None) -> None:
        """Take other people's words out of items that stay: the text, address and owner of what was acted on.

        Raises:
            NotAllowedError: no reason was given, or one of them is not there.
        """
        erasure.erase_context(self._connection, self, item_ids, why, user_id)

    def erase_payload(self, seq: int, why: str, user_id: int | None) -> None:
        """Erase what an entry says, by an entry that says so.

        Raises:
            NotAllowedError: no reason was given, or nothing is left to erase.
        """
        erasure.erase_payload(self._connection, self, seq, why, user_id)
