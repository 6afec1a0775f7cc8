# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""Checks that the chain and every guarded row are as they were written. Reads only, in streams."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from pathlib import Path

from sqlite_utils import Database

from monitor.store import sealed
from monitor.store.codec import dumps
from monitor.store.guard import TABLES, Cell, row_digest, rows_digest
from monitor.store.orderkeys import keys_written, moment_written, told

START_HASH = "0" * 64
MOST_PROBLEMS = 1000
_HEAD = re.compile(r"kepala seq=([0-9]{1,18}) hash=([0-9a-f]{64}) waktu=\S+")


# The columns by which the queue sorts and filters are copies; a changed one would hide a flag from its reviewer.
_SHOWN_OTHERWISE = """
SELECT f.flag_id FROM flags f JOIN flag_opinions o ON o.opinion_id = f.opinion_id AND o.erased <> 1
JOIN items i ON i.item_id = f.item_id
WHERE f.urgency IS NOT json_extract(o.payload, '$.opinion.urgency')
   OR f.level IS NOT json_extract(o.payload, '$.opinion.level')
   OR f.phase IS NOT coalesce(json_extract(o.payload, '$.opinion.setting.phase'), '')
   OR f.region IS NOT coalesce(json_extract(o.payload, '$.actor.appointment.region'), '')
   OR f.person_id IS NOT json_extract(o.payload, '$.actor.person_id')
   OR f.platform IS NOT i.platform
   OR f.probability IS NOT coalesce(json_extract(o.payload, '$.opinion.probability'), -1)
   OR f.haste < f.urgency - 1e-6 OR (f.due = '' AND f.haste > f.urgency + 1e-6)
   OR (f.until <> '' AND f.until IS NOT
      (SELECT p.until FROM postponed p WHERE p.flag_id = f.flag_id ORDER BY p.postponed_id DESC LIMIT 1))
   OR f.withdrawn IS NOT
      (SELECT w.withdrawn FROM flag_opinions w WHERE w.flag_id = f.flag_id ORDER BY w.number DESC LIMIT 1)
"""

# What is loaded in bulk gets these keys only with the index of words.
_ORDERED_OTHERWISE = """
SELECT f.flag_id FROM flags f JOIN flag_words w ON w.flag_id = f.flag_id AND w.stale = 0
JOIN flag_opinions o ON o.opinion_id = f.opinion_id AND o.erased <> 1
JOIN item_versions v ON v.item_id = o.item_id AND v.version = o.version AND v.erased <> 1
WHERE netra_keys(o.payload) IS NOT netra_told(f.doubt, f.office)
   OR f.happened_at IS NOT netra_moment(json_extract(v.payload, '$.happened_at'), v.captured_at)
   OR f.kind IS NOT json_extract(v.payload, '$.kind')
   OR f.created_at IS NOT (SELECT p.at FROM flag_opinions p WHERE p.flag_id = f.flag_id AND p.number = 1)
"""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What the check found. `entries` counts the chain; `problems` are Indonesian lines, one a place."""

    ok: bool
    entries: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WrittenHead:
    """A head that stands in a file."""

    hash: str
    path: Path


@dataclass(slots=True)
class _Findings:
    lines: list[str] = field(default_factory=list)

    def add(self, line: str) -> None:
        if len(self.lines) < MOST_PROBLEMS:
            self.lines.append(line)


def chain_hash(row: Sequence[Cell]) -> str:
    """Hash an entry: every column before `hash`, the previous hash among them."""
    return sha256(dumps(list(row)).encode("ascii")).hexdigest()


def read_heads(folder: Path) -> tuple[dict[int, WrittenHead], list[str]]:
    """Read every written head; the problems are lines that contradict each other or cannot be read."""
    heads: dict[int, WrittenHead] = {}
    problems = []
    for path in sorted(folder.glob("kepala-*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            if not line.strip() or line.startswith("#"):
                continue
            found = _HEAD.fullmatch(line.strip())
            if found is None:
                problems.append(f"{path.name}:{number}: baris kepala tidak terbaca — bandingkan dengan cetakannya")
                continue
            seq, value = int(found[1]), found[2]
            if seq in heads and heads[seq].hash != value:
                problems.append(f"{path.name}:{number}: kepala nomor {seq} berbeda dari {heads[seq].path.name}")
            heads.setdefault(seq, WrittenHead(value, path))
    return heads, problems


def against_heads(db: Database, heads: Mapping[int, WrittenHead]) -> list[str]:
    """Compare written heads with the chain."""
    problems = []
    for seq, head in sorted(heads.items()):
        row = db.execute("SELECT hash FROM audit_chain WHERE seq=?", (seq,)).fetchone()
        if row is None:
            problems.append(f"rantai audit terpotong: entri {seq} yang tertulis di {head.path.name} tidak ada lagi")
        elif row[0] != head.hash:
            problems.append(f"rantai audit ditulis ulang: entri {seq} berbeda dari yang tertulis di {head.path.name}")
    return problems


def whole(db: Database, heads_folder: Path | None) -> AuditReport:
    """Check everything, inside one snapshot."""
    found = _Findings()
    entries = 0
    try:
        entries = _chain(db, found)
        _payloads(db, found)
        _rows(db, found)
        _states(db, found)
        for line in sealed.broken(db):
            found.add(line)
        if heads_folder is not None:
            heads, problems = read_heads(heads_folder)
            for line in [*problems, *against_heads(db, heads)]:
                found.add(line)
    except (sqlite3.DatabaseError, TypeError, ValueError) as error:
        # Another tool can leave cells of a kind that this program never writes, or text that is no UTF-8.
        found.add(f"basis data tidak dapat dibaca seluruhnya ({error}) — pulihkan dari cadangan")
    return AuditReport(not found.lines, entries, tuple(found.lines))


def _chain(db: Database, found: _Findings) -> int:
    """Check the links and, beside them, the digest over each entry's ledger rows."""
    ledger = groupby(
        db.conn.execute("SELECT seq, tbl, pk, digest FROM row_ledger ORDER BY ledger_id"), key=lambda row: row[0]
    )
    waiting = next(ledger, None)
    prev, expected, entries = START_HASH, 1, 0
    for *row, stored in db.conn.execute("SELECT * FROM audit_chain ORDER BY seq"):
        seq = row[0]
        entries += 1
        if seq != expected:
            found.add(f"rantai audit: entri {expected} sampai {seq - 1} hilang")
        if row[-1] != prev:
            found.add(f"rantai audit: entri {seq} tidak menyambung ke entri sebelumnya")
        if chain_hash(row) != stored:
            found.add(f"rantai audit: isi entri {seq} berubah")
        while waiting is not None and waiting[0] < seq:
            found.add(f"buku baris: baris milik entri {waiting[0]} disisipkan atau dipindah")
            waiting = next(ledger, None)
        rows: list[tuple[int, int, bytes]] = []
        if waiting is not None and waiting[0] == seq:
            rows = [one[1:] for one in waiting[1]]
            waiting = next(ledger, None)
        if rows_digest(rows) != row[6]:
            found.add(f"buku baris: catatan entri {seq} berubah, bertambah atau berkurang")
        prev, expected = stored, seq + 1
    if waiting is not None:
        found.add(f"buku baris: ada baris milik entri {waiting[0]} yang tidak ada di rantai")
    if not entries:
        found.add("rantai audit kosong — seluruh riwayat dihapus")
    return entries


def _payloads(db: Database, found: _Findings) -> None:
    """Check each payload against its digest; one is missing lawfully only if a later entry says so."""
    rows = db.conn.execute(
        "SELECT c.seq, c.payload_digest, p.salt, p.payload, "
        "EXISTS (SELECT 1 FROM audit_chain e WHERE e.subject = 'audit:' || c.seq AND e.action = 'hapus_isian') "
        "FROM audit_chain c LEFT JOIN audit_payloads p ON p.seq = c.seq ORDER BY c.seq"
    )
    for seq, digest, salt, payload, erased in rows:
        if salt is None:
            if not erased:
                found.add(f"isian audit: isian entri {seq} dihapus tanpa catatan penghapusan")
        elif sha256(salt + payload.encode("utf-8", "surrogatepass")).hexdigest() != digest:
            found.add(f"isian audit: isian entri {seq} berubah")
    strays = "SELECT seq FROM audit_payloads WHERE seq NOT IN (SELECT seq FROM audit_chain)"
    for (seq,) in db.conn.execute(strays):
        found.add(f"isian audit: isian {seq} tidak punya entri di rantai")


def _rows(db: Database, found: _Findings) -> None:
    """Walk ledger and tables side by side, both in the order of table and primary key."""
    newest = db.conn.execute("SELECT tbl, pk, digest, max(ledger_id) FROM row_ledger GROUP BY tbl, pk ORDER BY tbl, pk")
    ledger = ((row[0], row[1], row[2]) for row in newest)
    standing = _standing(db)
    left, right = next(ledger, None), next(standing, None)
    names = {number: name for name, (number, _columns) in TABLES.items()}
    while left is not None or right is not None:
        place = None if right is None else right[:2]
        if left is not None and (place is None or left[:2] < place):
            found.add(f"{names.get(left[0], left[0])}: baris {left[1]} hilang")
            left = next(ledger, None)
        elif right is not None and (left is None or right[:2] < left[:2]):
            found.add(f"{names[right[0]]}: baris {right[1]} disisipkan di luar program")
            right = next(standing, None)
        elif left is not None and right is not None:
            if row_digest(right[2], right[3]) != left[2]:
                found.add(f"{names[right[0]]}: baris {right[1]} berubah")
            left, right = next(ledger, None), next(standing, None)


def _standing(db: Database) -> Iterator[tuple[int, int, bytes, tuple[Cell, ...]]]:
    for table, (number, columns) in sorted(TABLES.items(), key=lambda one: one[1][0]):  # as the ledger is ordered
        for *row, salt in db.conn.execute(f"SELECT {','.join(columns)}, salt FROM {table} ORDER BY {columns[0]}"):
            yield number, row[0], salt, tuple(row)


def _states(db: Database, found: _Findings) -> None:
    """Check that what the queue shows of a flag follows from its guarded rows."""
    wrong = db.conn.execute(
        "SELECT f.flag_id FROM flags f LEFT JOIN decisions d ON d.decision_id = "
        "(SELECT max(decision_id) FROM decisions WHERE flag_id = f.flag_id) "
        "LEFT JOIN flag_opinions o ON o.opinion_id = f.opinion_id "
        "WHERE f.state IS NOT coalesce(d.state, 'baru') OR f.decision_id IS NOT d.decision_id "
        "OR o.flag_id IS NOT f.flag_id OR o.item_id IS NOT f.item_id"
    )
    for (flag_id,) in wrong:
        found.add(f"flags: keadaan tanda {flag_id} tidak sesuai dengan keputusan atau pendapatnya")
    for name, count, function in (("keys", 1, keys_written), ("told", 2, told), ("moment", 2, moment_written)):
        db.conn.create_function(f"netra_{name}", count, function, deterministic=True)
    for (flag_id,) in (*db.conn.execute(_SHOWN_OTHERWISE), *db.conn.execute(_ORDERED_OTHERWISE)):
        found.add(f"flags: urutan, tingkat, wilayah atau penarikan tanda {flag_id} tidak sesuai dengan pendapatnya")
    behind = db.conn.execute(
        "SELECT i.item_id FROM items i LEFT JOIN item_versions v ON v.version_id = i.version_id "
        "WHERE v.item_id IS NOT i.item_id OR v.version IS NOT i.version OR EXISTS "
        "(SELECT 1 FROM item_versions w WHERE w.item_id = i.item_id AND w.version > i.version)"
    )
    for (item_id,) in behind:
        found.add(f"items: item {item_id} tidak menunjuk versi terbarunya")
    lost = db.conn.execute(
        "SELECT v.version_id FROM item_versions v LEFT JOIN items i ON i.item_id = v.item_id "
        "WHERE i.item_id IS NULL UNION ALL SELECT o.opinion_id FROM flag_opinions o "
        "LEFT JOIN flags f ON f.flag_id = o.flag_id WHERE f.flag_id IS NULL"
    )
    for (key,) in lost:
        found.add(f"baris induk dari {key} di item_versions atau flag_opinions hilang")
