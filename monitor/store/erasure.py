# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""Lawful erasure: what was said goes, a tombstone stays, and the audit chain stays whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Any

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


def buried(db: Database, keys: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Give those keys (platform, native id) that were lawfully erased."""
    if db.execute("SELECT 1 FROM erased_identities LIMIT 1").fetchone() is None:
        return set()
    by_digest = {identity_digest(*key): key for key in keys}
    asked = "SELECT digest FROM erased_identities WHERE digest IN (SELECT value FROM json_each(?))"
    return {by_digest[digest] for (digest,) in db.execute(asked, [dumps(list(by_digest))])}


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
    erase_items(connection, audit, [item_id], why, user_id)


def erase_items(connection: Connection, audit: Audit, item_ids: Sequence[int], why: str, user_id: int | None) -> None:
    """See `Audit.erase_items`."""
    with _erasing(connection, why) as db:
        for item_id in item_ids:
            ledger = Ledger()
            _erase_versions(db, ledger, item_id)
            _erase_flags(db, ledger, item_id)
            _erase_captures(db, ledger, item_id)
            _erase_outcomes(db, ledger, item_id)
            _erase_drafts(db, ledger, item_id)
            audit.append(
                db, ledger, action="hapus_item", subject=f"item:{item_id}", payload={"alasan": why}, user_id=user_id
            )
        # Merged whole, so that words are gone from the index of the search, not only marked as gone.
        db.execute("INSERT INTO flag_search(flag_search) VALUES ('optimize')")


def erase_captures(
    connection: Connection, audit: Audit, capture_ids: Sequence[int], why: str, user_id: int | None
) -> list[str]:
    """See `Audit.erase_captures`."""
    pictures: list[str] = []
    with _erasing(connection, why) as db:
        for capture_id in capture_ids:
            ledger = Ledger()
            pictures += _empty_captures(db, ledger, "c.capture_id=? AND coalesce(v.item_id, 0)=0", capture_id)
            audit.append(
                db, ledger, action="hapus_tangkapan", subject=f"tangkapan:{capture_id}", payload={"alasan": why},
                user_id=user_id,
            )  # fmt: skip
        held = {row[0] for row in db.execute(
            "SELECT p.sha256 FROM capture_pictures p JOIN captures c ON c.capture_id = p.capture_id WHERE c.erased=0"
        )}  # fmt: skip
    return sorted(set(pictures) - held)


def context_of(connection: Connection, platform: str, account: str) -> list[int]:
    """See `Audit.context_of`."""
    wanted = account.removeprefix("@").casefold()
    rows = connection.db.execute(
        "SELECT DISTINCT v.item_id, json_extract(v.payload, '$.parent.owner.native_id'), "
        "json_extract(v.payload, '$.parent.owner.handle') FROM item_versions v JOIN items i ON i.item_id = v.item_id "
        "WHERE v.erased = 0 AND i.platform = ? AND json_extract(v.payload, '$.parent.owner') IS NOT NULL",
        (platform,),
    )
    return sorted(
        {
            item_id
            for item_id, native_id, handle in rows
            if account == native_id or (handle or "").removeprefix("@").casefold() == wanted
        }
    )


def erase_context(connection: Connection, audit: Audit, item_ids: Sequence[int], why: str, user_id: int | None) -> None:
    """See `Audit.erase_context`."""
    with _erasing(connection, why) as db:
        for item_id in item_ids:
            ledger = Ledger()
            _erase_parents(db, ledger, item_id)
            audit.append(
                db, ledger, action="hapus_konteks", subject=f"item:{item_id}", payload={"alasan": why}, user_id=user_id
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
        f"SELECT {','.join(columns)} FROM item_versions WHERE item_id=? AND erased<>1",
        (item_id,),
    ).fetchall()
    for version in versions:
        _entomb(db, ledger, dict(zip(columns, version, strict=True)), platform, name)


def _entomb(db: Database, ledger: Ledger, cells: dict[str, Any], platform: str, name: str) -> None:
    """Leave of a version its number, time and digests."""
    tomb = Item(
        source_id=cells["source_id"],
        platform=Platform(platform),
        native_id=name,
        kind=ItemKind.POST,
        author=None,
        text="",
        title=TOMBSTONE_TITLE,
    )
    ledger.replace(db, "item_versions", list((cells | {"payload": dumps(encode(Item, tomb)), "erased": 1}).values()))


def erase_versions(connection: Connection, audit: Audit, version_ids: Sequence[int], why: str) -> None:
    """See `ApiData.erase_versions`."""
    columns = TABLES["item_versions"][1]
    with _erasing(connection, why) as db:
        for version_id in version_ids:
            row = db.execute(
                f"SELECT {','.join(columns)} FROM item_versions WHERE version_id=? AND erased<>1", (version_id,)
            ).fetchone()
            if row is None:
                continue
            cells, ledger = dict(zip(columns, row, strict=True)), Ledger()
            item_id = cells["item_id"]
            (platform,) = db.execute("SELECT platform FROM items WHERE item_id=?", (item_id,)).fetchone()
            _entomb(db, ledger, cells, platform, f"hapus-{item_id}")
            payload = {"alasan": why, "versi": int(cells["version"])}
            audit.append(db, ledger, action="hapus_versi", subject=f"item:{item_id}", payload=payload)


def _erase_parents(db: Database, ledger: Ledger, item_id: int) -> None:
    """Keep the act, without what it was done to; `erased` 2 stands for that."""
    found = 0
    for table in ("item_versions", "flag_opinions"):
        columns = TABLES[table][1]
        rows = db.execute(f"SELECT {','.join(columns)} FROM {table} WHERE item_id=? AND erased=0", (item_id,))
        for row in rows.fetchall():
            cells = dict(zip(columns, row, strict=True))
            payload = json.loads(cells["payload"]) if cells["payload"] else {}
            if not payload.get("parent"):
                continue
            payload["parent"] = {"native_id": payload["parent"].get("native_id", "")}
            ledger.replace(db, table, list((cells | {"payload": dumps(payload), "erased": 2}).values()))
            found += 1
    if not found:
        raise NotAllowedError(f"item {item_id} tidak menyimpan kata orang lain — periksa nomornya")


def _erase_captures(db: Database, ledger: Ledger, item_id: int) -> None:
    """Erase what people recorded by hand of an item, and who reported it."""
    _empty_captures(db, ledger, "v.item_id=?", item_id)


def _empty_captures(db: Database, ledger: Ledger, which: str, key: int) -> list[str]:
    """Empty captures, what was read in their pictures and who reported them; gives the pictures."""
    columns = TABLES["captures"][1]
    rows = db.execute(
        f"SELECT {','.join('c.' + one for one in columns)} FROM captures c LEFT JOIN capture_verdicts v "
        f"ON v.capture_id = c.capture_id WHERE c.erased=0 AND {which}",
        (key,),
    ).fetchall()
    pictures: list[str] = []
    for row in rows:
        cells = dict(zip(columns, row, strict=True))
        capture_id = cells["capture_id"]
        said = {"person_id": None, "native_id": f"hapus-{capture_id}", "target_key": "", "payload": "{}"}
        ledger.replace(db, "captures", list((cells | said | {"erased": 1}).values()))
        reporter = "SELECT 1 FROM capture_reporters WHERE capture_id=? AND payload <> ''"
        if db.execute(reporter, (capture_id,)).fetchone() is not None:
            ledger.replace(db, "capture_reporters", (capture_id, ""))
        found = db.execute("SELECT sha256 FROM capture_pictures WHERE capture_id=?", (capture_id,)).fetchall()
        pictures += [sha256 for (sha256,) in found]
    db.conn.executemany("DELETE FROM picture_texts WHERE sha256=?", [(one,) for one in pictures])
    return pictures


def _erase_drafts(db: Database, ledger: Ledger, item_id: int) -> None:
    """Empty what people wrote into the documents of an item's cases; numbers stay: they are never given again."""
    columns = TABLES["case_drafts"][1]
    rows = db.execute(
        f"SELECT {','.join(columns)} FROM case_drafts WHERE erased=0 AND flag_id IN "
        "(SELECT flag_id FROM flags WHERE item_id=?)",
        (item_id,),
    ).fetchall()
    for row in rows:
        cells = dict(zip(columns, row, strict=True)) | {"payload": "{}", "erased": 1}
        ledger.replace(db, "case_drafts", list(cells.values()))


def _erase_process(db: Database, ledger: Ledger, item_id: int) -> None:
    """Take the words out of what happened to the item's cases; that it happened stays."""
    columns = TABLES["process_events"][1]
    mine = "flag_id IN (SELECT flag_id FROM flags WHERE item_id=?)"
    told = db.execute(
        f"SELECT {','.join(columns)} FROM process_events WHERE {mine} AND erased=0", (item_id,)
    ).fetchall()
    for row in told:
        ledger.replace(db, "process_events", [*row[:-2], "", 1])
    notes = f"SELECT n.review_id FROM review_notes n JOIN reviews r USING (review_id) WHERE r.{mine} AND n.note <> ''"
    for (review_id,) in db.execute(notes, (item_id,)).fetchall():
        ledger.replace(db, "review_notes", (review_id, ""))
    for waiting in ("review_due", "probe_turns"):
        db.execute(f"DELETE FROM {waiting} WHERE {mine}", (item_id,))


def _erase_outcomes(db: Database, ledger: Ledger, item_id: int) -> None:
    """Empty the words of the answers to an item's cases; that there was an answer, and which, stays."""
    rows = db.execute(
        "SELECT t.outcome_id FROM outcome_texts t JOIN outcomes o ON o.outcome_id = t.outcome_id "
        "JOIN flags f ON f.flag_id = o.flag_id WHERE f.item_id=? AND t.erased=0",
        (item_id,),
    ).fetchall()
    for (outcome_id,) in rows:
        ledger.replace(db, "outcome_texts", (outcome_id, "", "", "", "", 1))


def _erase_flags(db: Database, ledger: Ledger, item_id: int) -> None:
    columns = TABLES["flag_opinions"][1]
    opinions = db.execute(
        f"SELECT {','.join(columns)} FROM flag_opinions WHERE item_id=? AND erased<>1",
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
    _erase_process(db, ledger, item_id)
    db.execute(f"DELETE FROM flag_words WHERE flag_id IN {mine}", (item_id,))
    columns = TABLES["postponed"][1]
    put_off = f"SELECT {','.join(columns)} FROM postponed WHERE note <> '' AND flag_id IN {mine}"
    for row in db.execute(put_off, (item_id,)).fetchall():
        ledger.replace(db, "postponed", list((dict(zip(columns, row, strict=True)) | {"note": ""}).values()))
    db.execute("UPDATE flags SET person_id=NULL, region='', office='', withdrawn=1 WHERE item_id=?", (item_id,))
