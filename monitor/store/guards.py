"""What must be there before a case is sent on: each lack by name, with what to do about it. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.errors import NotAllowedError
from monitor.models import Basis, Confidence, Flag, State
from monitor.store import cases
from monitor.store.codec import moment
from monitor.store.due import Stage
from monitor.store.due import of as due_of
from monitor.store.reviews import settled

FRESH = timedelta(hours=1)
"""How old a check of the evidence may be when the ruling is written."""
FORMS = frozenset([f"KE-{n}" for n in range(1, 8)] + [f"DIS-{n}" for n in range(1, 14)] + ["TNI-1", "POL-1"])


@dataclass(frozen=True, slots=True)
class EvidenceCheck:
    """Every piece of a case, hashed again: how many, when, and what is wrong (Indonesian; () = all are sound)."""

    flag_id: int
    pieces: int
    at: datetime
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that is missing. `code` is stable for machines, `text` says what it is and what to do (Indonesian)."""

    code: str
    text: str


def refuse(lacks: Sequence[Lack]) -> None:
    """Stop where something is missing.

    Raises:
        NotAllowedError: one line a lack.
    """
    if lacks:
        raise NotAllowedError("\n".join(one.text for one in lacks))


def lacking(db: Database, flag_id: int, evidence: EvidenceCheck | None, now: datetime) -> list[Lack]:
    """Say everything that is missing before a case may be sent on or become a finding."""
    found = cases.load(db, [flag_id])
    if not found:
        raise NotAllowedError(f"tanda {flag_id} tidak ada — muat ulang antrean")
    [flag] = found
    return [
        *_account(db, flag),
        *reviewed(db, flag_id),
        *_minutes(db, flag),
        *_evidence(flag, evidence, now),
    ]


def reviewed(db: Database, flag_id: int) -> list[Lack]:
    """Say whether the second look is missing or a third is outstanding."""
    due = due_of(db, flag_id)
    if due is not None and due.stage is Stage.THIRD:
        return [
            Lack("tinjauan", "kedua peninjau berbeda pendapat — tunggu putusan peninjau ketiga di halaman Tinjauan")
        ]
    if not settled(db, flag_id):
        return [Lack("tinjauan", "tinjauan kedua belum selesai — minta rekan lain meninjau di halaman Tinjauan")]
    return []


def _account(db: Database, flag: Flag) -> list[Lack]:
    account = flag.actor.account
    if flag.actor.basis is Basis.NAME or account is None:
        known = db.execute(
            "SELECT 1 FROM process_events WHERE flag_id=? AND kind='identitas' AND erased=0", (flag.flag_id,)
        ).fetchone()
        if known is None:
            said = "hanya namanya yang cocok — pastikan dahulu identitas orangnya dan catat dengan apa dipastikan"
            return [Lack("identitas", said)]
        return []
    lacks = []
    if account.confidence is not Confidence.VERIFIED:
        lacks.append(
            Lack(
                "akun",
                f"akun ini baru `{account.confidence}`, belum `terverifikasi` — pastikan pemiliknya dan naikkan "
                "keyakinannya di bagian Akun, dengan apa yang terlihat",
            )
        )
    lacks += [
        Lack("kondisi", f"akun ditandai `{one}` — jernihkan dahulu keadaan akun itu di daftar")
        for one in sorted(account.conditions)
    ]
    return lacks


def _minutes(db: Database, flag: Flag) -> list[Lack]:
    row = db.execute(
        "SELECT 1 FROM process_events e WHERE e.flag_id=? AND e.kind='pleno' AND e.erased=0 "
        "AND json_extract(e.payload, '$.nomor') <> '' AND json_extract(e.payload, '$.tanggal') <> '' "
        "AND e.decision_id > (SELECT coalesce(max(decision_id), 0) FROM decisions WHERE flag_id=e.flag_id "
        "AND state IN ('baru', 'ditinjau'))",
        (flag.flag_id,),
    ).fetchone()
    said = "belum ada pleno dengan nomor dan tanggal berita acara — catat plenonya di bagian Proses"
    return [] if row is not None and flag.state is State.PLENARY else [Lack("pleno", said)]


def _evidence(flag: Flag, evidence: EvidenceCheck | None, now: datetime) -> list[Lack]:
    if evidence is None or evidence.flag_id != flag.flag_id or not timedelta(0) <= now - evidence.at <= FRESH:
        return [Lack("bukti", "bukti belum diperiksa ulang — pemeriksaan dilakukan saat putusan disimpan")]
    if not evidence.pieces:
        return [Lack("bukti", "tidak ada bukti yang tersimpan untuk kasus ini — lampirkan bukti lewat halaman Catat")]
    return [Lack("bukti", f"bukti tidak cocok dengan sidiknya: {one}") for one in evidence.problems]


def fresh(db: Database, flag_id: int) -> list[str]:
    """Say which versions of the item and pieces of the case came after the newest decision."""
    row = db.execute(
        "SELECT f.item_id, d.decided_at FROM flags f JOIN decisions d ON d.decision_id = f.decision_id "
        "WHERE f.flag_id=?",
        (flag_id,),
    ).fetchone()
    if row is None:
        return []
    item_id, decided = row
    said = [
        f"versi {version} direkam {moment(at):%Y-%m-%d %H.%M} UTC"
        for version, at in db.execute(
            "SELECT version, captured_at FROM item_versions WHERE item_id=? AND captured_at > ? AND erased <> 1",
            (item_id, decided),
        )
    ]
    said += [
        f"{kind} dibuat {moment(at):%Y-%m-%d %H.%M} UTC"
        for kind, at in db.execute(
            "SELECT kind, made_at FROM pieces WHERE (flag_id=? OR (item_id=? AND item_id > 0)) AND made_at > ? "
            "AND erased = 0 AND kind IN ('tangkapan_layar', 'media', 'halaman')",
            (flag_id, item_id, decided),
        )
    ]
    return said
