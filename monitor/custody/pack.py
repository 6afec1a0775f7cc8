"""A portable pack of evidence: a ZIP that can be checked without Netra, with standard tools alone.

Equal input gives equal bytes. What speaks of other people stays out by default: where a working copy exists it goes in
the original's place, and raw files that hold many people's acts are only named by their digest.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

import monitor
from monitor.custody import viewer
from monitor.custody.case import Case, PackOffice, manifest
from monitor.custody.copies import masked_words, newest_copy, picture_suffix
from monitor.errors import ArchiveError
from monitor.evidence import Archive
from monitor.models import StoredItem
from monitor.store import PieceKind

SUMS = "SHA256SUMS"
TOKEN, AUTHORITY = "cap-waktu/SHA256SUMS.tsr", "cap-waktu/tsa.pem"
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP can say: the time stands in the manifest
_PACKED = (".gz", ".png", ".jpg", ".webp")


@dataclass(frozen=True, slots=True)
class Choice:
    """What goes in. `many` tells of a source id whether one raw answer of it speaks of many people."""

    many: Callable[[str], bool]
    originals: bool = False


@dataclass(slots=True)
class Packed:
    """What went in: digests by name, and what was left out with the reason (Indonesian)."""

    sums: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stamp:
    """An RFC 3161 answer over the bytes of SHA256SUMS, and the certificates to check it with (PEM, b"" = none)."""

    token: bytes
    authority: bytes = b""


def no_stamp(_listing: bytes) -> Stamp | None:
    """Give no time stamp: where no authority is set."""
    return None


def write_pack(
    target: BinaryIO,
    cases: Sequence[Case],
    archive: Archive,
    office: PackOffice,
    choice: Choice,
    stamp: Callable[[bytes], Stamp | None] = no_stamp,
) -> Packed:
    """Write the ZIP; a piece is held in memory one at a time.

    Raises:
        ArchiveError: a piece that must go in is missing or damaged.
    """
    packed = Packed()
    with zipfile.ZipFile(target, "w") as file:

        def put(name: str, content: bytes) -> None:
            if name not in packed.sums:
                _put(file, name, content)
                packed.sums[name] = hashlib.sha256(content).hexdigest()

        for case in cases:
            for name, content in _pieces(case, archive, office, choice, packed.left_out):
                put(name, content)
        put("CARA-MEMERIKSA.txt", viewer.guide(office.name).encode())
        put("index.html", viewer.page(cases, archive, office, packed.sums, packed.left_out, choice.originals).encode())
        put("manifest.json", _manifest(cases, office, packed))
        listing = "".join(f"{digest}  {name}\n" for name, digest in sorted(packed.sums.items())).encode()
        _put(file, SUMS, listing)
        token = stamp(listing)
        if token is not None:
            _put(file, TOKEN, token.token)
            if token.authority:
                _put(file, AUTHORITY, token.authority)
    return packed


def _put(file: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, _FIRST_DAY)
    info.create_system, info.external_attr = 3, 0o100644 << 16
    info.compress_type = zipfile.ZIP_STORED if name.endswith(_PACKED) else zipfile.ZIP_DEFLATED
    file.writestr(info, content, compresslevel=6)


def _pieces(
    case: Case, archive: Archive, office: PackOffice, choice: Choice, left_out: dict[str, str]
) -> Iterator[tuple[str, bytes]]:
    folder = f"kasus/{case.flag.flag_id}"
    yield f"{folder}/manifest.json", manifest(case, office.made_at, office.clock, office.head)
    yield f"{folder}/butir.json", _json(_words(case, archive, originals=choice.originals))
    yield from _raw(case, archive, choice, left_out)
    shown = [
        *case.pictures,
        *(one.sha256 for one in case.pieces if one.kind is PieceKind.SCREENSHOT and not one.erased),
    ]
    for sha256 in shown:
        copy = newest_copy(case, PieceKind.PICTURE_COPY, sha256)
        if copy is not None:
            yield f"gambar/{copy.sha256}.png", archive.read(copy.sha256)
        if copy is not None and not choice.originals:
            left_out[sha256] = "gambar asli; salinan suntingannya yang disertakan"
        else:
            content = archive.read(sha256)
            yield f"gambar/{sha256}{picture_suffix(content)}", content


def _raw(case: Case, archive: Archive, choice: Choice, left_out: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """Give raw answers and their WARC files, or say why they stay at the office."""
    masked = newest_copy(case, PieceKind.TEXT_COPY) is not None
    sources = {one.evidence_sha256: one.item.source_id for one in case.versions if one.evidence_sha256}
    reasons: dict[str, str] = {}
    for sha256, source_id in sources.items():
        reason = ""
        if masked:
            reason = "jawaban mentah; teksnya disunting, salinannya yang disertakan"
        elif choice.many(source_id):
            reason = "berkas mentah memuat tindakan orang lain juga"
        if reason and not choice.originals:
            reasons[sha256] = left_out[sha256] = reason
            continue
        if not archive.has(sha256):
            left_out[sha256] = "sudah dihapus menurut ketentuan"
            continue
        yield f"bukti/{sha256}.bin", archive.read(sha256)
    for one in case.recordings:
        warc = one.kept.warc_sha256
        if not warc:
            continue
        if one.kept.body_sha256 in reasons:
            left_out[warc] = reasons[one.kept.body_sha256]
        elif archive.has_warc(warc):
            yield f"warc/{warc}.warc.gz", archive.read_warc(warc)


def _words(case: Case, archive: Archive, *, originals: bool) -> dict[str, object]:
    """Give what the item says, masked where a masked copy exists."""
    item = case.flag.stored.item
    said = masked_words(case, archive) if not originals else None
    words = {
        "judul": item.title,
        "isi": item.text,
        "isi_induk": item.parent.text if item.parent is not None else "",
        "alamat_induk": item.parent.url if item.parent is not None else "",
    }
    return {
        "butir": case.flag.stored.item_id,
        "platform": item.platform.value,
        "jenis": item.kind.value,
        "alamat": item.url,
        "terjadi": item.happened_at.isoformat() if item.happened_at else "",
        "terjadi_tertulis": item.happened_raw,
        "disunting": said is not None,
        **(words if said is None else {**words, **said}),
        "versi": [_version(one) for one in case.versions],
    }


def _version(one: StoredItem) -> dict[str, object]:
    return {"versi": one.version, "direkam": one.captured_at.isoformat(), "isi_sha256": one.content_sha256}


def _manifest(cases: Sequence[Case], office: PackOffice, packed: Packed) -> bytes:
    return _json(
        {
            "jenis": "berkas bukti Netra",
            "bentuk": 1,
            "netra": monitor.__version__,
            "kantor": office.name,
            "dibuat": office.made_at.isoformat(),
            "oleh": office.made_by,
            "alasan": office.why,
            "jam_komputer": {"keadaan": office.clock.words(), "selisih_monotonik_detik": office.clock.offset},
            "rantai_audit": {"nomor": office.head.seq, "sidik": office.head.hash, "waktu": office.head.at.isoformat()},
            "kasus": [
                {
                    "tanda": case.flag.flag_id,
                    "butir": case.flag.stored.item_id,
                    "buku_bukti": [
                        {
                            "nomor": one.entry_id,
                            "waktu": one.at.isoformat(),
                            "siapa": case.names.get(one.user_id or 0, "Netra" if one.user_id is None else "?"),
                            "apa": one.act.value,
                            "mengapa": one.why,
                        }
                        for one in case.log
                    ],
                }
                for case in cases
            ],
            "berkas": dict(sorted(packed.sums.items())),
            "tidak_disertakan": dict(sorted(packed.left_out.items())),
        }
    )


def _json(value: Mapping[str, object]) -> bytes:
    return (json.dumps(value, ensure_ascii=True, indent=1) + "\n").encode()


def check_pieces(cases: Sequence[Case], archive: Archive) -> list[str]:
    """Say which pieces of the cases cannot go into a pack because they are damaged; none = all are sound."""
    problems = []
    for case in cases:
        for sha256 in dict.fromkeys([*(one.evidence_sha256 for one in case.versions), *case.pictures]):
            if sha256 and archive.has(sha256):
                try:
                    archive.verify(sha256)
                except ArchiveError as error:
                    problems.append(str(error))
    return problems
