"""Who touched which evidence, when and why; and the pieces that were made for a case. Append only, in the audit."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.store.audit import Audit
from monitor.store.codec import clean, dumps, moment, stamp
from monitor.store.connection import Connection
from monitor.store.guard import Ledger, next_key


class Touch(StrEnum):
    """What was done with evidence."""

    VIEW = "lihat"
    DOWNLOAD = "unduh"
    COPY = "salin"
    EXPORT = "ekspor"
    REDACT = "sunting"
    SEAL = "segel"
    SNAPSHOT = "tangkap"
    STAMP = "cap_waktu"
    VERIFY = "periksa"
    ERASE = "hapus"


class PieceKind(StrEnum):
    """What a piece made for a case is."""

    MANIFEST = "manifest"
    PICTURE_COPY = "salinan_gambar"
    TEXT_COPY = "salinan_teks"
    PAGE = "halaman"
    SCREENSHOT = "tangkapan_layar"
    MEDIA = "media"
    STAMP = "cap_waktu"
    DOCUMENT = "dokumen"
    """What somebody handed in with an objection."""


@dataclass(frozen=True, slots=True)
class CustodyEntry:
    """One touch. `user_id` is None for the program itself; `flag_id` is 0 where no single case was meant."""

    entry_id: int
    at: datetime
    user_id: int | None
    act: Touch
    flag_id: int
    subject: str
    sha256: str
    why: str
    detail: str


@dataclass(frozen=True, slots=True)
class NewPiece:
    """A piece to be recorded; its bytes lie in the archive under `sha256`. 0 = belongs to no flag or item."""

    kind: PieceKind
    sha256: str
    size: int
    flag_id: int = 0
    item_id: int = 0
    origin_sha256: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Piece:
    """A recorded piece. `detail` is {} where it was erased."""

    piece_id: int
    kind: PieceKind
    sha256: str
    size: int
    flag_id: int
    item_id: int
    origin_sha256: str
    made_at: datetime
    user_id: int | None
    detail: Mapping[str, object]
    erased: bool


class Custody:
    """The custody log and the pieces of cases."""

    def __init__(self, connection: Connection, audit: Audit, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock

    def note(  # noqa: PLR0913 - who, what, on what, why: each is one cell of the log
        self,
        act: Touch,
        *,
        user_id: int | None,
        flag_id: int = 0,
        subject: str = "",
        sha256: str = "",
        why: str = "",
        detail: str = "",
        pieces: Sequence[NewPiece] = (),
    ) -> None:
        """Write down a touch, together with the pieces that it made: all or nothing, and on the disk when this returns.

        Raises:
            StoreFullError: the disk is full; nothing was stored.
        """
        with self._connection.transaction(durable=True) as db:
            ledger, at, key = Ledger(), stamp(self._clock()), next_key(db, "custody")
            entry = (key, at, user_id, act.value, flag_id, clean(subject), sha256, clean(why), clean(detail))
            ledger.insert(db, "custody", [entry])
            first = next_key(db, "pieces")
            rows = [
                (first + place, one.kind.value, one.sha256, one.size, one.flag_id, one.item_id, one.origin_sha256, at,
                 user_id, dumps(dict(one.detail)), 0)
                for place, one in enumerate(pieces)
            ]  # fmt: skip
            if rows:
                ledger.insert(db, "pieces", rows)
            self._audit.append(
                db,
                ledger,
                action=f"bukti_{act.value}",
                subject=f"flag:{flag_id}" if flag_id else "bukti",
                payload={"bukti": sha256, "hal": subject, "alasan": why},
                user_id=user_id,
            )

    def log(self, flag_id: int, limit: int = 1000) -> list[CustodyEntry]:
        """Give who touched the evidence of a case, oldest first; of many only the newest `limit`."""
        rows = self._connection.db.execute(
            "SELECT * FROM (SELECT entry_id, at, user_id, act, flag_id, subject, sha256, why, detail FROM custody "
            "WHERE flag_id=? ORDER BY entry_id DESC LIMIT ?) ORDER BY entry_id",
            (flag_id, limit),
        )
        return [CustodyEntry(a, moment(b), c, Touch(d), *rest) for a, b, c, d, *rest in rows]

    def last(self, subject: str) -> datetime | None:
        """Give when something of this name was touched last; None for never."""
        row = self._connection.db.execute("SELECT max(at) FROM custody WHERE subject = ?", (subject,)).fetchone()
        return moment(row[0]) if row[0] else None

    def entries(self) -> int:
        """Count the entries of the log."""
        return int(self._connection.db.execute("SELECT count(*) FROM custody").fetchone()[0])

    def pieces(self, *, flag_id: int = 0, item_id: int = 0, kind: PieceKind | None = None) -> list[Piece]:
        """Give the pieces of a flag or of an item (of all where neither is named), oldest first, erased ones too."""
        rows = self._connection.db.execute(
            "SELECT piece_id, kind, sha256, size, flag_id, item_id, origin_sha256, made_at, user_id, detail, erased "
            "FROM pieces WHERE (flag_id=:flag OR :flag=0) AND (item_id=:item OR :item=0) "
            "AND (kind=:kind OR :kind='') ORDER BY piece_id",
            {"flag": flag_id, "item": item_id, "kind": kind.value if kind is not None else ""},
        )
        return [_piece(row) for row in rows]

    def unsealed(self, limit: int) -> list[int]:
        """Give flags whose newest opinion has no manifest yet, oldest first."""
        rows = self._connection.db.execute(
            "SELECT f.flag_id FROM flags f JOIN items i ON i.item_id = f.item_id AND i.erased = 0 "
            "WHERE NOT EXISTS (SELECT 1 FROM pieces p WHERE p.flag_id = f.flag_id AND p.kind = 'manifest' "
            "AND json_extract(p.detail, '$.pendapat') = f.opinion_id) ORDER BY f.flag_id LIMIT ?",
            (limit,),
        )
        return [flag_id for (flag_id,) in rows]

    def unpictured(self, source_ids: Collection[str], limit: int) -> list[int]:
        """Give standing flags of these sources (ids of the settings) whose page nobody tried to take, oldest first."""
        rows = self._connection.db.execute(
            "SELECT f.flag_id FROM flags f JOIN items i ON i.item_id = f.item_id AND i.erased = 0 "
            "JOIN item_versions v ON v.version_id = i.version_id WHERE f.withdrawn = 0 AND "
            "substr(v.source_id, 1, instr(v.source_id || '/', '/') - 1) IN (SELECT value FROM json_each(?)) "
            "AND json_extract(v.payload, '$.url') LIKE 'http%' AND NOT EXISTS "
            "(SELECT 1 FROM custody c WHERE c.flag_id = f.flag_id AND c.act = 'tangkap') ORDER BY f.flag_id LIMIT ?",
            (json.dumps(sorted(source_ids)), limit),
        )
        return [flag_id for (flag_id,) in rows]

    def opinion_of(self, flag_id: int) -> int:
        """Give the number of a flag's newest opinion; 0 where there is no such flag."""
        row = self._connection.db.execute("SELECT opinion_id FROM flags WHERE flag_id=?", (flag_id,)).fetchone()
        return int(row[0]) if row else 0


def _piece(row: Sequence[str | int | None]) -> Piece:
    key, kind, sha256, size, flag_id, item_id, origin, at, user_id, detail, erased = row
    return Piece(
        int(key or 0), PieceKind(str(kind)), str(sha256), int(size or 0), int(flag_id or 0), int(item_id or 0),
        str(origin), moment(str(at)), None if user_id is None else int(user_id), json.loads(str(detail) or "{}"),
        bool(erased),
    )  # fmt: skip
