"""The certificate of a run for printing: one page of HTML that needs nothing else, in Indonesian."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.coverage import State

CERTIFICATE = "sertifikat.html"
STATES: Mapping[str, str] = {
    State.SEEN: "terlihat", State.EMPTY: "terbukti kosong", State.NOT_MODIFIED: "tidak berubah",
    State.BLOCKED: "ditolak", State.GONE: "tidak ada lagi", State.FAILED: "gagal", State.NOT_TRIED: "belum dicoba",
    State.LEGALLY_OFF: "menunggu keputusan hukum", State.NO_ACCOUNT: "akun tidak diketahui",
}  # fmt: skip
PHASES: Mapping[str, str] = {
    "pra": "pra", "bakal_calon": "bakal calon", "calon_pra_kampanye": "calon pra-kampanye", "kampanye": "kampanye",
    "tenang": "masa tenang", "pungut": "pemungutan suara", "pasca": "pasca",
}  # fmt: skip
_MONTHS = (
    "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()  # noqa: SIM905
)


def write_certificate(folder: Path, said: Mapping[str, Any], fingerprint: str, zone: ZoneInfo, zone_name: str) -> Path:
    """Write the certificate of a report; `fingerprint` is that of the key that signed it, "" for none."""

    def moment(text: str) -> str:
        at = datetime.fromisoformat(text).astimezone(zone)
        return f"{at.day} {_MONTHS[at.month - 1]} {at.year}, {at:%H.%M} {zone_name}"

    def day(text: str) -> str:
        at = datetime.fromisoformat(text)
        return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"

    page = Environment(loader=PackageLoader("monitor.batch"), autoescape=True, undefined=StrictUndefined)
    page.filters.update(moment=moment, day=day, number=_number, percent=_percent)
    states = [(name, said["coverage"]["states"][state]) for state, name in STATES.items()]
    text = page.get_template(CERTIFICATE).render(
        said=said, fingerprint=fingerprint, states=states, phases=PHASES, top=_top, digest=_grouped
    )
    path = folder / CERTIFICATE
    path.write_text(text, encoding="utf-8")
    return path


def _number(value: float) -> str:
    return f"{value:,.0f}".replace(",", ".")


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %".replace(".", ",")


def _grouped(digest: str) -> str:
    """Break a digest so that it fits a printed line."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))


def _top(pairs: list[list[Any]], most: int = 12) -> list[tuple[str, int]]:
    """Give the largest groups, the rest together."""
    ordered = sorted(((str(name) or "(tidak diketahui)", int(count)) for name, count in pairs), key=lambda one: -one[1])
    rest = sum(count for _, count in ordered[most:])
    return [*ordered[:most], *([("lainnya", rest)] if rest else [])]
