"""The certificate of a run for printing: one page of HTML that needs nothing else, in Indonesian."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.coverage import WORDS, percent
from monitor.reports.wording import plain_day

CERTIFICATE = "sertifikat.html"
PHASES: Mapping[str, str] = {
    "pra": "pra", "bakal_calon": "bakal calon", "calon_pra_kampanye": "calon pra-kampanye", "kampanye": "kampanye",
    "tenang": "masa tenang", "pungut": "pemungutan suara", "pasca": "pasca",
}  # fmt: skip


def write_certificate(folder: Path, said: Mapping[str, Any], fingerprint: str, zone: ZoneInfo, zone_name: str) -> Path:
    """Write the certificate of a report; `fingerprint` is that of the key that signed it, "" for none."""

    def moment(text: str) -> str:
        at = datetime.fromisoformat(text).astimezone(zone)
        return f"{plain_day(at)}, {at:%H.%M} {zone_name}"

    def day(text: str) -> str:
        return plain_day(date.fromisoformat(text))

    page = Environment(loader=PackageLoader("monitor.batch"), autoescape=True, undefined=StrictUndefined)
    page.filters.update(moment=moment, day=day, number=_number, percent=percent)
    states = [(name, said["coverage"]["states"][state]) for state, name in WORDS.items()]
    text = page.get_template(CERTIFICATE).render(
        said=said, fingerprint=fingerprint, states=states, phases=PHASES, top=_top, digest=_grouped
    )
    path = folder / CERTIFICATE
    path.write_text(text, encoding="utf-8")
    return path


def _number(value: float) -> str:
    return f"{value:,.0f}".replace(",", ".")


def _grouped(digest: str) -> str:
    """Break a digest so that it fits a printed line."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))


def _top(pairs: list[list[Any]], most: int = 12) -> list[tuple[str, int]]:
    """Give the largest groups, the rest together."""
    ordered = sorted(((str(name) or "(tidak diketahui)", int(count)) for name, count in pairs), key=lambda one: -one[1])
    rest = sum(count for _, count in ordered[most:])
    return [*ordered[:most], *([("lainnya", rest)] if rest else [])]
