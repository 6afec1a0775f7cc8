"""Platforms whose terms speak against this use: legally off until a named decision is recorded. Nothing is asked."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.config import GatedSource
from monitor.models import Outcome, Page, Platform, Request, Response

GATED_PLATFORMS: dict[str, frozenset[Platform]] = {
    "x": frozenset({Platform.X}),
    "meta": frozenset({Platform.FACEBOOK, Platform.INSTAGRAM, Platform.THREADS}),
    "tiktok": frozenset({Platform.TIKTOK}),
    "telegram": frozenset({Platform.TELEGRAM}),
}
"""Types of sources that stay off before a legal decision, and the platforms that only they could look at."""

_TERMS = {
    "x": (
        "X",
        "ketentuannya melarang pemantauan orang dan penyimpulan sikap politik; instansi memerlukan paket Enterprise",
    ),
    "meta": (
        "Facebook, Instagram dan Threads",
        "ketentuan platform Meta melarang pembuatan alat pengawasan dari datanya",
    ),
    "tiktok": (
        "TikTok",
        "API penelitiannya hanya untuk peneliti yang disetujui, dan ketentuannya melarang pengambilan otomatis",
    ),
    "telegram": (
        "Telegram",
        "ketentuannya melarang pengambilan otomatis dan pengumpulan data untuk sistem pembelajaran mesin",
    ),
}


class GatedCollector:
    """Answers `LEGALLY_OFF`, with the decision that would be needed."""

    def __init__(self, config: GatedSource) -> None:
        self.source_id = config.id
        self._type = config.type

    @property
    def reason(self) -> str:
        """Say why it is off and what would be needed (Indonesian)."""
        name, terms = _TERMS[self._type]
        return (
            f"{name} tidak diambil: {terms}. Diperlukan keputusan hukum yang dicatat (siapa yang memutuskan, tanggal, "
            "dasar, dan masa berlaku). Sementara itu, masukkan temuan lewat berkas CSV atau JSONL."
        )

    def start(self, cursor: str) -> Sequence[Request]:
        """Ask for nothing that leaves the machine: the request only carries the source to its outcome."""
        del cursor
        return (Request(f"tertutup:{self._type}", "gated"),)

    def read(self, response: Response) -> Page:
        """Say that it is off, whatever came."""
        del response
        return Page(Outcome.LEGALLY_OFF, detail=self.reason)
