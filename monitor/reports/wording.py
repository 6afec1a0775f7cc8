"""How the documents speak: Indonesian days and times, "Nihil" where nothing is, outside text made harmless."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitor.custody.report import MONTHS
from monitor.custody.viewer import visible

NOTHING = "Nihil"
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
LONGEST_QUOTE = 600
_NO_XML = re.compile("[\ufffe\uffff]")
_MANY_BREAKS = re.compile(r"\n{3,}")


def safe(text: str) -> str:
    """Make outside text fit for any document: unseen characters become marks, nothing that XML cannot hold."""
    return _MANY_BREAKS.sub("\n\n", _NO_XML.sub("\ufffd", visible(text)).replace("\t", " ")).strip()


def said(text: str) -> str:
    """Give what somebody wrote, "Nihil" where nothing is."""
    return safe(text) or NOTHING


def short(text: str) -> str:
    """Cut a text that would drown a field; the whole of it stands in the evidence list."""
    made = safe(text)
    if len(made) <= LONGEST_QUOTE:
        return made
    return made[:LONGEST_QUOTE].rsplit(" ", 1)[0].rstrip() + " … (selengkapnya dalam daftar bukti)"


def day(value: date) -> str:
    """Write a day: `Senin, 9 Maret 2026`."""
    return f"{DAYS[value.weekday()]}, {value.day} {MONTHS[value.month - 1]} {value.year}"


def plain_day(value: date) -> str:
    """Write a day without its name: `9 Maret 2026`."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def iso_day(text: str, write: Callable[[date], str] = day) -> str:
    """Write an ISO day in words, "Nihil" where there is none or it is no day."""
    try:
        return write(date.fromisoformat(text))
    except ValueError:
        return NOTHING


def moment(at: datetime | None, zone: ZoneInfo, mark: str) -> str:
    """Write a time in the office's zone: `Senin, 9 Maret 2026, pukul 14.05 WIB`; "Nihil" for none."""
    if at is None:
        return NOTHING
    local = at.astimezone(zone)
    return f"{day(local.date())}, pukul {local:%H.%M} {mark}"


def number(value: int) -> str:
    """Write a whole number: 12.345."""
    return f"{value:,}".replace(",", ".")


_PARTS = {
    "bebas": r"[^/\s][^/]*",
    "angka": r"[0-9]+",
    "romawi": r"(?:" + "|".join(sorted(ROMAN, key=len, reverse=True)) + ")",
    "tahun": r"20[0-9]{2}",
}


def fits(pattern: str, value: str) -> bool:
    """Tell whether a number of a document looks as the pattern of the settings says; every number fits ""."""
    if not pattern:
        return True
    made = "".join(
        _PARTS.get(part[1:-1], re.escape(part)) if part.startswith("{") else re.escape(part)
        for part in re.split(r"(\{[a-z]+\})", pattern)
    )
    return re.fullmatch(made, value) is not None
