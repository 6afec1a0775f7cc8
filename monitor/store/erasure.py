# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""Lawful erasure: what was said goes, a tombstone stays, and the audit chain stays whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlite_utils import Database

from monitor.errors import NotAllowedError
from monitor.models import Item, ItemKind, Platform
from monitor.store.codec import dumps, encode
from monitor.store.connection import Connection
from monitor.store.guard import TABLES, Ledger

if TYPE_CHECKING:
    from monitor.store.audit import Audit

TOMBSTONE_TITLE = "(isi dihapus menurut ketentuan)"


def identity_digest(platform: str, native_id: str) -> str:
    """Name an erased item without saying which it was, so that it is not collected again."""
    return sha256(f"{platform}\n{native_id}".encode("utf-8", "surrogatepass")).hexdigest()


@contextmanager
def _erasing(connection: Connection, why: str) -> Iterator[Database]:
    """Overwrite freed pages and empty the log, so that the words do not live on in the file."""
    if not why.strip():
        raise NotAllowedError("penghapusan perlu alasan — sebutkan dasar atau jadwal retensinya")
    connection.db.execute("PRAGMA secure_delete=ON")
    try:
        with connection.transaction(durable=True) as db:
            yield db
        connection.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.db.execute("PRAGMA secure_delete=OFF")


def erase_item(connection: Connection, audit: Audit, item_id: int, why: str, user_id: int | None) -> None:
    """See `Audit.erase_item`."""
    with _erasing(connection, why) as db:
        ledger = Ledger()
        _erase_versions(db, ledger, item_id)
        _erase_flags(db, ledger, item_id)
        audit.append(
            db, ledger, action="hapus_item", subject=f"item:{item_id}", payload={"alasan": why}, user_id=user_id
        )


def erase_payload(connection: Connection, audit: Audit, seq: int, why: str, user_id: int | None) -> None:
    """See `Audit.erase_payload`."""
    with _erasing(connection, why) as db:
        if db.execute("DELETE FROM audit_payloads WHERE seq=?", (seq,)).rowcount == 0:
            raise NotAllowedError(f"isian entri {seq} tidak ada atau sudah dihapus — periksa nomornya")
        audit.append(
            db, Ledger(), action="hapus_isian", subject=f"audit:{seq}", payload={"alasan": why}, user_id=user_id
        )


def _erase_versions(db: Database, ledger: Ledger, item_id: int) -> None:
    row = db.execute("SELECT platform, native_id FROM items WHERE item_id=? AND erased=0", (item_id,)).fetchone()
    if row is None:
        raise NotAllowedError(f"item {item_id} tidak ada atau sudah dihapus — periksa nomornya")
    platform, native_id = row
    db.execute("INSERT OR IGNORE INTO erased_identities VALUES (?)", (identity_digest(platform, native_id),))
    name = f"hapus-{item_id}"
    db.execute("UPDATE items SET native_id=?, erased=1, screened_version=version WHERE item_id=?", (name, item_id))
    columns = TABLES["item_versions"][1]
    versions = db.execute(
        f"SELECT {','.join(columns)} FROM item_versions WHERE item_id=? AND erased=0",
        (item_id,),
    ).fetchall()
    for version in versions:
        cells = dict(zip(columns, version, strict=True))
        tomb = Item(
            source_id=cells["source_id"],
            platform=Platform(platform),
            native_id=name,
            kind=ItemKind.POST,
            author=None,
            text="",
            title=TOMBSTONE_TITLE,
        )
        cells |= {"payload": dumps(encode(Item, tomb)), "erased": 1}
        ledger.replace(db, "item_versions", list(cells.values()))


def _erase_flags(db: Database, ledger: Ledger, item_id: int) -> None:
    columns = TABLES["flag_opinions"][1]
    opinions = db.execute(
        f"SELECT {','.join(columns)} FROM flag_opinions WHERE item_id=? AND erased=0",
        (item_id,),
    ).fetchall()
    for opinion in opinions:
        cells = dict(zip(columns, opinion, strict=True)) | {"payload": "", "erased": 1}
        ledger.replace(db, "flag_opinions", list(cells.values()))
    mine = "(SELECT flag_id FROM flags WHERE item_id=?)"
    notes = db.execute(
        "SELECT n.decision_id FROM decision_notes n JOIN decisions d ON d.decision_id = n.decision_id "
        f"WHERE d.flag_id IN {mine} AND n.note <> ''",
        (item_id,),
    ).fetchall()
    for (decision_id,) in notes:
        ledger.replace(db, "decision_notes", (decision_id, ""))
    db.execute(f"DELETE FROM flag_words WHERE flag_id IN {mine}", (item_id,))
    db.execute("UPDATE flags SET person_id=NULL, region='', withdrawn=1 WHERE item_id=?", (item_id,))
