"""What a case says to other programs: `kasus.json`, by a documented and numbered schema.

The schema goes out with every package (`kasus.skema.json`). A field is never renamed or given another meaning: that is
the next `bentuk`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

import monitor
from monitor.reports.content import ELECTIONS, Content, Source
from monitor.reports.wording import NOTHING
from monitor.store import Draft

FORM = 1


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PersonPart(_Part):
    """Orang dalam daftar pegawai, menurut jabatannya pada hari perbuatan. NIP tidak disertakan."""

    nama: str
    status: str
    jabatan: str
    instansi: str
    wilayah: str


class AccountPart(_Part):
    """Akun yang bertindak, dan seberapa yakin kantor bahwa akun itu milik orangnya."""

    platform: str
    id: str
    nama: str
    keyakinan: str = Field(description="diduga, cocok, atau terverifikasi; hanya terverifikasi yang diserahkan")


class ActPart(_Part):
    """Perbuatan seperti direkam. Teks sudah disunting bila ada salinan suntingan."""

    jenis: str
    tautan: str
    terjadi: str = Field(description="ISO 8601 dengan zona, atau kosong bila tidak diketahui")
    tertulis: str = Field(description="waktu seperti tertulis di sumber")
    direkam: str
    judul: str
    isi: str
    isi_induk: str
    tautan_induk: str
    hubungan: str


class ProvisionPart(_Part):
    """Ketentuan yang relevan dan kepastian rujukannya: 2, 1, atau 0."""

    teks: str
    kepastian: int
    catatan: str


class PlenaryPart(_Part):
    """Rapat pleno yang memutuskan."""

    nomor: str
    tanggal: str


class RecipientPart(_Part):
    """Kepada siapa berkas diserahkan."""

    id: str
    nama: str


class CaseRecord(_Part):
    """Berkas kasus Netra. Tanda dibuat oleh mesin dan bukan putusan; yang memutuskan adalah orang."""

    jenis: str = "berkas kasus Netra"
    bentuk: int = Field(default=FORM, description="nomor bentuk skema ini")
    netra: str
    kantor: str
    wilayah: str
    dibuat: str
    tanda: int
    keadaan: str
    pemilihan: str
    kontestasi: str
    tahapan: str
    penerima: RecipientPart
    pleno: PlenaryPart
    orang: PersonPart
    akun: AccountPart
    perbuatan: ActPart
    bentuk_perbuatan: list[str] = Field(description="kode bentuk perbuatan, misalnya DIS-2")
    dasar_hukum: list[ProvisionPart]
    isian: dict[str, object] = Field(description="yang ditulis petugas, menurut nama kolomnya")
    isian_versi: int
    keputusan: list[dict[str, str]]
    aturan: list[dict[str, str]]
    alat: list[dict[str, str]]
    bukti: list[dict[str, str]] = Field(description="setiap potongan bukti dengan sidik SHA-256-nya")
    dokumen: dict[str, str] = Field(description="nama berkas dokumen: sidik SHA-256")


def record(source: Source, content: Content, recipient: tuple[str, str], papers: Mapping[str, str]) -> bytes:
    """Write a case as JSON, equal for equal input. `papers` gives the SHA-256 of each document by its file name."""
    values, case = {name: _plainly(said) for name, said in content.values.items()}, source.case
    item, held = case.flag.stored.item, case.flag.actor.appointment
    law = source.law.of(source.forms, source.election, held.kind if held is not None else None)
    made = CaseRecord(
        netra=monitor.__version__,
        kantor=source.config.office.name,
        wilayah=source.config.office.region,
        dibuat=source.made_at.isoformat(),
        tanda=case.flag.flag_id,
        keadaan=case.flag.state.value,
        pemilihan=ELECTIONS[source.election],
        kontestasi=values["kontestasi"],
        tahapan=values["tahapan"],
        penerima=RecipientPart(id=recipient[0], nama=recipient[1]),
        pleno=PlenaryPart(
            nomor=source.course.plenary_number,
            tanggal=source.course.plenary_on.isoformat() if source.course.plenary_on is not None else "",
        ),
        orang=PersonPart(**{name: values[f"pelaku_{name}"] for name in PersonPart.model_fields}),
        akun=AccountPart(
            platform=item.platform.value, id=values["akun_id"], nama=values["akun"], keyakinan=values["akun_keyakinan"]
        ),
        perbuatan=ActPart(
            jenis=item.kind.value,
            tautan=item.url,
            terjadi=_iso(item.happened_at),
            tertulis=item.happened_raw,
            direkam=_iso(case.flag.stored.captured_at),
            judul=values["judul_unggahan"],
            isi=values["isi_unggahan"],
            isi_induk=values["isi_induk"],
            tautan_induk=values["tautan_induk"],
            hubungan=case.flag.opinion.setting.relation.value,
        ),
        bentuk_perbuatan=list(source.forms),
        dasar_hukum=[ProvisionPart(teks=one.text, kepastian=one.certainty, catatan=one.note) for one in law],
        isian=_written(source.draft),
        isian_versi=source.version,
        keputusan=_plain(content, "keputusan"),
        aturan=_plain(content, "aturan"),
        alat=_plain(content, "alat"),
        bukti=_plain(content, "bukti"),
        dokumen=dict(sorted(papers.items())),
    )
    return (made.model_dump_json(indent=1) + "\n").encode()


def schema() -> bytes:
    """Write the JSON schema of `kasus.json`."""
    return (json.dumps(CaseRecord.model_json_schema(), ensure_ascii=False, indent=1) + "\n").encode()


def _plain(content: Content, name: str) -> list[dict[str, str]]:
    return [
        {key: _plainly(value) for key, value in row.items() if key not in {"no", "huruf"}} for row in content.rows[name]
    ]


def _plainly(said: str) -> str:
    """Say nothing where a paper says "Nihil"."""
    return "" if said == NOTHING else said


def _written(draft: Draft) -> dict[str, object]:
    return {name: value for name, value in asdict(draft).items() if value}


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at is not None else ""
