"""Platforms whose terms speak against this use: legally off until a named decision is recorded. Nothing is asked.

No collector for them is written, so that a recorded decision alone starts nothing either: it says one may be built.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.collectors.registry import Entry, entry
from monitor.config import GatedSource
from monitor.models import Outcome, Page, Platform, Request, Response
from monitor.permits import NEEDED, Recorded

OTHER_ROAD = "Sementara itu, catat temuan lewat halaman tangkapan, atau masukkan berkas yang direkam petugas."
GATED_PLATFORMS: dict[str, frozenset[Platform]] = {
    "x": frozenset({Platform.X}),
    "meta": frozenset({Platform.FACEBOOK, Platform.INSTAGRAM, Platform.THREADS}),
    "facebook": frozenset({Platform.FACEBOOK}),
    "instagram": frozenset({Platform.INSTAGRAM}),
    "threads": frozenset({Platform.THREADS}),
    "tiktok": frozenset({Platform.TIKTOK}),
    "telegram": frozenset({Platform.TELEGRAM}),
}
"""Types of sources that stay off before a legal decision, and the platforms that only they could look at."""


def reason(found: Entry, recorded: Recorded) -> str:
    """Say why a platform is off, what its terms say, and exactly which decision would be needed (Indonesian)."""
    terms = "; ".join(one.cited for one in found.terms)
    return f"{found.name} tidak diambil; ketentuannya: {terms}. {_standing(found, recorded)} {OTHER_ROAD}"


def _standing(found: Entry, recorded: Recorded) -> str:
    mine = [one for one in recorded.permits if one.platform == found.type]
    if in_force := next((one for one in mine if one.holds(recorded.today)), None):
        return (
            f"Keputusan {in_force.decided_by} ({in_force.position}) tanggal {in_force.decided_on:%d-%m-%Y} berlaku "
            f"sampai {in_force.expires_on:%d-%m-%Y}, tetapi Netra tidak memuat pengambil untuk platform ini."
        )
    if mine:
        last = max(mine, key=lambda one: one.expires_on)
        return f"Keputusan {last.decided_by} sudah berakhir pada {last.expires_on:%d-%m-%Y}; diperlukan yang baru."
    return f"Diperlukan keputusan hukum yang dicatat pada `legal_decisions`: {NEEDED}. Dari platform: {found.needs}."


class GatedCollector:
    """Answers `LEGALLY_OFF`, with the decision that would be needed."""

    def __init__(self, config: GatedSource, recorded: Recorded) -> None:
        self.source_id = config.id
        self._type, self._recorded = config.type, recorded

    @property
    def reason(self) -> str:
        """Say why it is off and what would be needed (Indonesian)."""
        found = [one for one in map(entry, sorted(GATED_PLATFORMS[self._type])) if one is not None]
        return " ".join(reason(one, self._recorded) for one in found)

    def start(self, cursor: str) -> Sequence[Request]:
        """Ask for nothing that leaves the machine: the request only carries the source to its outcome."""
        del cursor
        return (Request(f"tertutup:{self._type}", "gated"),)

    def read(self, response: Response) -> Page:
        """Say that it is off, whatever came."""
        del response
        return Page(Outcome.LEGALLY_OFF, detail=self.reason)
