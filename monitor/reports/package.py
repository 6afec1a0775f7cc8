"""The package that hands a case over: documents, evidence pack, the case for machines, and the SHA-256 of all of it.

Equal input gives equal bytes. It is in the custody log, with who receives it, before a byte is given away.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

import monitor
from monitor.custody.case import PackOffice
from monitor.custody.handover import LONGEST_WHY, many_people
from monitor.custody.pack import SUMS, Choice, write_pack
from monitor.errors import NotAllowedError
from monitor.evidence import ClockState, read_clock
from monitor.models import User
from monitor.recipients import Recipient
from monitor.reports import desk, papers, ready, record
from monitor.reports.content import Source
from monitor.reports.desk import Bureau
from monitor.reports.papers import Format
from monitor.reports.steadiness import FIRST_DAY
from monitor.store import Head, Touch

FORM = 1


@dataclass(frozen=True, slots=True)
class Moment:
    """The state of chain and clock when a package is made."""

    clock: ClockState
    head: Head


@dataclass(frozen=True, slots=True)
class Handed:
    """A package that was made and logged: its SHA-256, size in bytes, and the digest of each file in it."""

    sha256: str
    size: int
    sums: Mapping[str, str]
    recipient: Recipient


def hand_over(bureau: Bureau, flag_id: int, target: BinaryIO, user: User, why: str) -> Handed:
    """Write the package of a case to `target`.

    Raises:
        NotAllowedError: this user may not, no reason is given, or the case is not ready; every obstacle at once.
        ConfigError, RulesError, ArchiveError: templates, legal basis or evidence cannot be used.
    """
    if not desk.may_hand(user):
        raise NotAllowedError("menyerahkan berkas kasus perlu peran koordinator atau peninjau_kedua")
    if not why.strip() or len(why) > LONGEST_WHY:
        raise NotAllowedError(f"tulis alasan menyerahkan berkas, paling panjang {LONGEST_WHY} karakter")
    desk.stay_clear(bureau, flag_id, user)
    source = bureau.source(flag_id)
    if found := desk.obstacles(bureau, source):
        raise NotAllowedError("\n".join([*found, "Tidak ada yang diserahkan."]))
    recipient = ready.receiver(source.draft, bureau.config.reports)
    if recipient is None:
        raise NotAllowedError("penerima belum dipilih")
    content, sums = build(bureau, source, recipient, user, why.strip(), Moment(read_clock(), bureau.store.audit.head()))
    digest = hashlib.sha256(content).hexdigest()
    bureau.store.custody.note(
        Touch.EXPORT, user_id=user.user_id, flag_id=flag_id, subject="paket serah terima", sha256=digest,
        why=why.strip(), detail=f"kepada {recipient.name} ({recipient.id}); isian versi {source.version}",
    )  # fmt: skip
    target.write(content)
    return Handed(digest, len(content), sums, recipient)


def build(
    bureau: Bureau, source: Source, recipient: Recipient, user: User, why: str, moment: Moment
) -> tuple[bytes, dict[str, str]]:
    """Make the bytes of a package; gives them with the digest of every file in it."""
    filled = papers.fill(source, bureau.archive)
    wanted = [(name, form) for name in papers.names_of(source.election) for form in Format]
    made = papers.make(filled, bureau.templates(), source.made_at, wanted)
    files = {f"dokumen/{name}": body for name, body in made.items()}
    digests = {name: hashlib.sha256(body).hexdigest() for name, body in made.items()}
    files["kasus.json"] = record.record(source, filled.content, (recipient.id, recipient.name), digests)
    files["kasus.skema.json"] = record.schema()
    files[f"bukti/berkas-bukti-tanda-{source.case.flag.flag_id}.zip"] = _evidence(bureau, source, user, why, moment)
    files["CARA-MEMERIKSA.txt"] = _GUIDE.format(office=source.config.office.name).encode()
    files["manifest.json"] = _manifest(source, recipient, user, why, files)
    sums = {name: hashlib.sha256(body).hexdigest() for name, body in files.items()}
    files[SUMS] = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())).encode()
    return _zipped(files), sums


def _evidence(bureau: Bureau, source: Source, user: User, why: str, moment: Moment) -> bytes:
    config = bureau.config
    office = PackOffice(
        config.office.name, config.zone, config.office.timezone, source.made_at, moment.clock, moment.head,
        user.full_name, why,
    )  # fmt: skip
    out = io.BytesIO()
    write_pack(out, [source.case], bureau.archive, office, Choice(many_people(config)), bureau.stamp)
    return out.getvalue()


def _manifest(source: Source, recipient: Recipient, user: User, why: str, files: Mapping[str, bytes]) -> bytes:
    said = {
        "jenis": "paket serah terima Netra",
        "bentuk": FORM,
        "netra": monitor.__version__,
        "kantor": source.config.office.name,
        "tanda": source.case.flag.flag_id,
        "dibuat": source.made_at.isoformat(),
        "oleh": user.full_name,
        "alasan": why,
        "penerima": {"id": recipient.id, "nama": recipient.name},
        "berkas": {
            name: {"sha256": hashlib.sha256(body).hexdigest(), "ukuran": len(body)}
            for name, body in sorted(files.items())
        },
    }
    return (json.dumps(said, ensure_ascii=True, indent=1) + "\n").encode()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, body in sorted(files.items()):
            info = zipfile.ZipInfo(name, FIRST_DAY)
            info.create_system, info.external_attr = 3, 0o100644 << 16
            packed = name.endswith((".zip", ".docx", ".pdf"))
            info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            file.writestr(info, body, compresslevel=6)
    return out.getvalue()


_GUIDE = """CARA MEMERIKSA PAKET INI
Dibuat oleh {office} dengan Netra. Netra tidak diperlukan untuk memeriksanya.

1. KEUTUHAN PAKET
   Buka ZIP ini ke sebuah folder, lalu jalankan di folder itu:
     Linux    : sha256sum -c SHA256SUMS
     macOS    : shasum -a 256 -c SHA256SUMS
     Windows  : Get-FileHash NAMA-BERKAS   (PowerShell), bandingkan dengan barisnya di SHA256SUMS
   Setiap baris harus berakhir "OK".

2. KEUTUHAN BUKTI
   Buka juga ZIP di folder bukti/ dan ikuti CARA-MEMERIKSA.txt di dalamnya.

3. PAKET INI SAMA DENGAN YANG DISERAHKAN KANTOR
   Hitung SHA-256 dari ZIP ini dan tanyakan kepada kantor: setiap paket tercatat di buku buktinya bersama sidiknya,
   siapa yang menyerahkan, kepada siapa, kapan, dan mengapa.

4. ISI
   dokumen/          Formulir Model A, rancangan B.2, surat pengantar, daftar bukti, cara kerja (PDF dan Word)
   bukti/            berkas bukti yang dapat diperiksa sendiri
   kasus.json        isi yang sama untuk dibaca program lain, menurut kasus.skema.json
   manifest.json     penerima, pembuat, dan sidik setiap berkas
"""
