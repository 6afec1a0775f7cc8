"""The tables of a case file: evidence with its digests, what the machine looked with, who decided, which law."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from monitor.custody import Case
from monitor.custody.copies import newest_copy
from monitor.legalbasis import LegalBasis, Provision
from monitor.models import State
from monitor.reports import wording
from monitor.store import PieceKind

Row = Mapping[str, str]
Rows = tuple[Row, ...]

CERTAINTY = {
    2: "[2] dua sumber atau lebih",
    1: "[1] satu sumber, pastikan dahulu",
    0: "[0] belum dipastikan",
}
_PIECES = {
    PieceKind.SCREENSHOT: "Tangkapan layar",
    PieceKind.MEDIA: "Gambar yang dimuat halaman",
    PieceKind.PAGE: "Halaman yang ditangkap",
    PieceKind.PICTURE_COPY: "Salinan suntingan gambar",
    PieceKind.TEXT_COPY: "Salinan suntingan teks",
    PieceKind.STAMP: "Cap waktu",
}
_DIGESTS = {
    "aturan": "Sidik kumpulan aturan",
    "model": "Model bahasa",
    "daftar": "Sidik daftar pegawai",
    "sasaran": "Sidik daftar peserta pemilihan",
    "kalender": "Sidik kalender tahapan",
    "ambang": "Ambang model",
    "netra": "Versi Netra",
}
STATES = {
    State.NEW: "baru",
    State.IN_REVIEW: "ditinjau",
    State.CLEARED: "bersih",
    State.LEAD: "informasi awal",
    State.TRACING: "penelusuran",
    State.PLENARY: "rapat pleno",
    State.STOPPED: "dihentikan",
    State.FORWARDED: "diteruskan",
    State.FINDING: "temuan",
}


@dataclass(frozen=True, slots=True)
class Place:
    """The zone whose times are written, and its mark."""

    zone: ZoneInfo
    mark: str


def evidence(case: Case, at: Place) -> Rows:
    """List every piece that is held of a case, with its SHA-256: answers, recordings, pictures, copies."""
    return numbered(_held(case, at))


def _held(case: Case, at: Place) -> Iterator[dict[str, str]]:
    spoken = set()
    for one in case.recordings:
        if one.erased:
            continue
        kept = one.kept
        spoken.add(kept.body_sha256)
        when = wording.moment(one.fetched_at, at.zone, at.mark)
        note = f"jawaban server, status {one.status}" if one.status else "berkas yang dibawa petugas"
        yield _piece("Jawaban mentah", note, kept.url, when, kept.body_sha256, wording.number(kept.size))
        if kept.warc_sha256:
            yield _piece("Rekaman WARC", "permintaan dan jawaban (ISO 28500)", kept.url, when, kept.warc_sha256)
    for stored in case.versions:
        if stored.evidence_sha256 and stored.evidence_sha256 not in spoken:
            spoken.add(stored.evidence_sha256)
            when = wording.moment(stored.captured_at, at.zone, at.mark)
            yield _piece("Jawaban mentah", f"versi {stored.version}", stored.item.url, when, stored.evidence_sha256)
    recorded = {one.sha256: one for one in case.pieces}
    for sha256 in case.pictures:
        if sha256 not in recorded:
            yield _piece("Tangkapan layar", "dibawa petugas", "", "", sha256)
    for piece in case.pieces:
        if piece.erased or piece.kind not in _PIECES:
            continue
        when = wording.moment(piece.made_at, at.zone, at.mark)
        copied = piece.kind in {PieceKind.PICTURE_COPY, PieceKind.TEXT_COPY}
        taken = "diambil alat" if piece.user_id is None else "disimpan petugas"
        note = f"dari {piece.origin_sha256}" if copied else taken
        yield _piece(_PIECES[piece.kind], note, "", when, piece.sha256, wording.number(piece.size))


def _piece(kind: str, note: str, link: str, when: str, sha256: str, size: str = "") -> dict[str, str]:
    return {
        "jenis": kind,
        "keterangan": wording.said(note),
        "tautan": wording.said(link),
        "waktu": when or wording.NOTHING,
        "sidik": sha256,
        "ukuran": f"{size} bita" if size else wording.NOTHING,
    }


def goods(case: Case) -> Rows:
    """List the files that a form names as exhibits: the answer the flagged version was read from, and the pictures."""
    stored = case.flag.stored
    found = []
    if stored.evidence_sha256:
        found.append({"berkas": "Jawaban mentah yang memuat perbuatan", "sidik": stored.evidence_sha256})
    for place, sha256 in enumerate(case.shown, 1):
        copy = newest_copy(case, PieceKind.PICTURE_COPY, sha256)
        note = f" (salinan suntingan {copy.sha256})" if copy is not None else ""
        found.append({"berkas": f"Gambar {place}{note}", "sidik": sha256})
    return numbered(found)


def versions(case: Case, at: Place) -> Rows:
    """List the wordings of the item as they were collected, with the digest of each."""
    return numbered(
        {
            "waktu": wording.moment(one.captured_at, at.zone, at.mark),
            "sidik": one.content_sha256,
            "bukti": one.evidence_sha256 or wording.NOTHING,
        }
        for one in case.versions
    )


def decisions(case: Case, at: Place) -> Rows:
    """List who decided what when; what was taken back says so."""
    undone = {one.undoes for one in case.flag.decisions if one.undoes is not None}
    return numbered(
        {
            "waktu": wording.moment(one.decided_at, at.zone, at.mark),
            "siapa": wording.safe(case.names.get(one.user_id, "?")),
            "keputusan": (
                f"membatalkan keputusan {one.undoes}; kembali ke {STATES[one.state]}"
                if one.undoes is not None
                else STATES[one.state] + (" (dibatalkan kemudian)" if one.decision_id in undone else "")
            ),
            "alasan": one.reason.value.replace("_", " ") if one.reason is not None else wording.NOTHING,
            "catatan": wording.said(one.note),
        }
        for one in case.flag.decisions
    )


def rules(case: Case) -> Rows:
    """List the rules that spoke, with the digest of each and the words they found."""
    return numbered(
        {
            "kode": wording.safe(one.rule_id),
            "judul": wording.safe(one.title),
            "sidik": one.rule_digest,
            "kata": "; ".join(dict.fromkeys(wording.safe(span.words) for span in one.spans)) or wording.NOTHING,
        }
        for one in case.flag.opinion.matches
    )


def tools(case: Case) -> Rows:
    """List what the machine looked with: digests of rules and model, version of the program."""
    return numbered({"nama": _DIGESTS.get(name, name), "nilai": value} for name, value in case.flag.opinion.digests)


def forms(codes: Sequence[str], law: LegalBasis) -> Rows:
    """List the forms that were chosen, with their number in the joint decree."""
    return numbered(
        {"kode": code, "nomor": law.forms[code].number or wording.NOTHING, "uraian": law.forms[code].text}
        for code in codes
        if code in law.forms
    )


def provisions(found: Sequence[Provision]) -> Rows:
    """List provisions with their certainty marks."""
    return numbered(
        {"teks": one.text, "kepastian": CERTAINTY[one.certainty] + (f"; {one.note}" if one.note else "")}
        for one in found
    )


def numbered(rows: Sequence[Row] | Iterator[dict[str, str]]) -> Rows:
    """Give every row its number, from 1, and the letter that forms use."""
    return tuple(
        {"no": str(place), "huruf": "abcdefghijklmnopqrstuvwxyz"[(place - 1) % 26], **row}
        for place, row in enumerate(rows, 1)
    )
