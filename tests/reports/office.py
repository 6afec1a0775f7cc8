"""An office whose cases went the whole road, and eyes for the papers it makes."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from docx import Document
from flask import Flask

from monitor import legalbasis
from monitor.config import Config
from monitor.models import State
from monitor.recipients import Recipient
from monitor.reports.desk import Bureau
from monitor.reports.papers import Format, fill, make, names_of
from monitor.store import Draft, Witness
from monitor.targets import Targets
from monitor.web import create_app
from tests.custody.office import Kept
from tests.custody.office import fill as fill_office
from tests.fakes_process import carry
from tests.fakes_web import World

ROOT = Path(__file__).resolve().parents[2]
NEEDS_POPPLER = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) tidak terpasang"
)
SANCTIONS = re.compile(
    r"\b(sanksi\w*|hukum(an|kan)\w*|dihukum|(di|pem)?berhenti(an|kan)|dipecat|pemecatan|tegur(an)?|penurunan (jabatan|pangkat)"
    r"|(di|pem)bebas(kan|an) (dari )?jabatan|pemotongan|kurungan|denda|penjara|pidana|pemutusan hubungan|skors\w*)\b",
    re.IGNORECASE,
)
RECIPIENTS = [
    {"id": "kepegawaian", "name": "Kantor Kepegawaian Rekaan", "address": "Jalan Misal 2; Kota Contoh", "since": "2024-01-01"},
    {"id": "lama", "name": "Komisi Rekaan Lama", "since": "2020-01-01", "until": "2024-08-24"},
    {"id": "nanti", "name": "Badan Rekaan Baru", "since": "2027-01-01"},
]  # fmt: skip


def config(folder: Path, **reports: object) -> Config:
    return Config.model_validate(
        {
            "mode": "demo",
            "office": {"name": "Bawaslu Kabupaten <Contoh> & Rekaan", "region": "Kabupaten Contoh", "timezone": "WIB",
                       "contact": "a@b.example", "zones": {"Kabupaten Misal": "WIT"}},
            "processing": {"purpose": "mencoba berkas kasus dengan data rekaan", "legal_basis": "data rekaan"},
            "database": str(folder / "netra.db"), "archive": "arsip", "heads": "kepala",
            "sources": [{"type": "feed", "id": "warta", "url": "https://warta.contoh.example/feed"}],
            "reports": {"place": "Contoh", "office_address": "Jalan Rekaan 1", "recipients": RECIPIENTS, **reports},
        }
    )  # fmt: skip


@dataclass
class Desk:
    """A bureau over an office with evidence, and its first case's number."""

    kept: Kept
    bureau: Bureau

    @property
    def case(self) -> int:
        return self.kept.flags[0]

    def write(self, flag_id: int = 0, **fields: object) -> Draft:
        """Save a draft as the office's user, on top of what stands."""
        number = flag_id or self.case
        held = self.kept.store.documents.newest(number)
        draft = Draft(**fields)  # type: ignore[arg-type]
        self.kept.store.documents.save(number, draft, self.kept.user.user_id, expected=held.number if held else 0)
        return draft

    def papers(self, flag_id: int = 0, *forms: Format) -> dict[str, bytes]:
        source = self.bureau.source(flag_id or self.case)
        wanted = [(name, form) for name in names_of(source.election) for form in forms or tuple(Format)]
        return make(fill(source, self.kept.archive), self.bureau.templates(), source.made_at, wanted)


def open_desk(
    folder: Path, texts: tuple[str, ...] = ("Ayo nomor satu", "Pilih nomor dua", "Jadwal"), **reports: object
) -> Desk:
    kept = fill_office(folder / "kantor", texts)
    kept.clock.now = datetime(2025, 6, 26, 2, 5, 0, 123456, tzinfo=UTC)
    rules = ROOT / "rules"
    bureau = Bureau(
        config(kept.folder, **reports), kept.store, kept.archive, kept.clock, kept.folder,
        lambda: legalbasis.load(rules), lambda: Targets.load(rules / "targets", only=("pilkada-contoh-2025",)),
    )  # fmt: skip
    carry(kept.store, kept.flags[0], kept.user.user_id, State.FORWARDED)
    return Desk(kept, bureau)


FULL = {
    "form_number": "017/LHP/PM.01.02/CONTOH/VI/2025",
    "letter_number": "021/REKAAN/VI/2025",
    "officer": "Petugas Rekaan",
    "officer_post": "Staf Rekaan",
    "witnesses": (Witness("Saksi Satu", "Jalan Uji 4"), Witness("Saksi Dua", "Jalan Uji 5")),
    "suspicion": "Uraian yang ditulis petugas.",
    "analysis": "Analisa yang ditulis petugas.",
    "statement": "Yang bersangkutan menyatakan akunnya dipakai sendiri.",
    "statement_on": "2025-06-20",
    "recipient": "kepegawaian",
    "signed_on": "2025-06-26",
}


def word_text(content: bytes) -> str:
    """Everything that a Word document says, tables and foot included."""
    sheet = Document(io.BytesIO(content))
    places = [sheet.element, *(section.footer._element for section in sheet.sections)]
    said = [
        (node.text or "") if node.tag.endswith("}t") else "\n"
        for place in places
        for node in place.iter()
        if node.tag.endswith(("}t", "}br", "}p"))
    ]
    return "".join(said)


def pdf_text(content: bytes, folder: Path) -> str:
    path = folder / "dilihat.pdf"
    path.write_bytes(content)
    return subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, text=True, check=True).stdout


def squeezed(text: str) -> str:
    """Without white space: lines break elsewhere in every kind of paper."""
    return re.sub(r"\s+", "", text)


def page_of(world: World, state: State = State.FORWARDED, place: int = 0) -> tuple[Flask, int]:
    """Give the page of an invented office with case files, and a case that went to this state."""
    flag_id = world.seed()[place]
    carry(world.store, flag_id, world.monitor.user_id, state)
    recipients = [Recipient.model_validate(one) for one in RECIPIENTS]
    settings = world.config.reports.model_copy(update={"place": "Contoh", "recipients": tuple(recipients)})
    set_up = world.config.model_copy(update={"reports": settings})
    rules = ROOT / "rules"
    bureau = Bureau(
        set_up, world.store, world.archive, world.clock, world.archive.folder, lambda: legalbasis.load(rules),
        lambda: Targets.load(rules / "targets", only=("pilkada-contoh-2025",)),
    )  # fmt: skip
    return create_app(replace(world.services(), config=set_up, bureau=bureau)), flag_id
