"""Times as Indonesian sources write them: raw text -> aware UTC and the rule that gave the zone.

Zones are decided here and nowhere else: feed libraries read `WIB` as UTC, seven hours wrong, and some sites print the
local clock with the label GMT. Only what is left, the wall clock without zone, may go to dateparser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

import dateparser

WIB, WITA, WIT = (timezone(timedelta(hours=hours)) for hours in (7, 8, 9))
ZONES = {"WIB": WIB, "WITA": WITA, "WIT": WIT}
MAX_RAW = 120
_FUTURE = timedelta(minutes=10)
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januari",
            "feb february februari peb pebruari",
            "mar march maret mrt",
            "apr april",
            "may mei",
            "jun june juni",
            "jul july juli",
            "aug august agu agt ags agst agustus",
            "sep sept september",
            "oct october okt oktober",
            "nov november nop nopember",
            "dec december des desember",
        ),
        start=1,
    )
    for name in names.split()
}
_ZONE = re.compile(
    r"[\s,(]*(?<![A-Za-z])(WIB|WITA|WIT|GMT|UTC|UT|Z)\)?$|(?<=[0-9 ])([+-])([01][0-9]):?([0-5][0-9])$", re.IGNORECASE
)
_CLOCK = r"(?:[ ,|T-]{1,4}(?:(?:pukul|jam|at) )?(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?)?"
_WORDED = re.compile(r"(?<![0-9])(\d{1,2})[ -]([A-Za-z]{3,9})\.?[ -](\d{4})" + _CLOCK)
_DAY_FIRST = re.compile(r"(?<![0-9])(\d{1,2})[/-](\d{1,2})[/-](\d{4})" + _CLOCK)
_OTHER_ZONE = re.compile(r"[0-9] (?!AM$|PM$)[A-Z]{2,5}$")
_UNIX = re.compile(r"[0-9]{10}(?:[0-9]{3})?\Z")
_DATEPARSER = {
    "DATE_ORDER": "DMY",
    "RETURN_AS_TIMEZONE_AWARE": False,
    "PARSERS": ["absolute-time"],
    "REQUIRE_PARTS": ["day", "month", "year"],
    "STRICT_PARSING": True,
}


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time in aware UTC, or None with an Indonesian reason; `rule` says what gave the zone."""

    at: datetime | None
    rule: str = ""
    problem: str = ""


def parse(raw: str, *, seen_at: datetime, zone: str = "", gmt_means: str = "") -> Stamp:
    """Read a time.

    Args:
        raw: as the source wrote it.
        seen_at: when it was fetched (aware); a time more than 10 minutes later is not believed.
        zone: WIB, WITA or WIT for times that name none.
        gmt_means: WIB, WITA or WIT where the source prints its local clock with the label GMT.
    """
    text = " ".join(raw.split())
    if not text:
        return Stamp(None, problem="tanpa tanggal")
    if len(text) > MAX_RAW:
        return Stamp(None, problem="tanggal terlalu panjang untuk dibaca")
    if _UNIX.match(text):
        return _believable(datetime.fromtimestamp(int(text[:10]), UTC), "unix", text, seen_at)
    if _OTHER_ZONE.search(text) and not _ZONE.search(text):
        return Stamp(None, problem=f"zona waktu tidak dikenal: {text!r}")
    naive, offset, rule = _split_zone(text)
    wall = _wall_clock(naive)
    if wall is None:
        return Stamp(None, problem=f"tanggal tidak terbaca: {text!r}")
    if gmt_means and offset is not None and offset == UTC.utcoffset(None):
        offset, rule = ZONES[gmt_means].utcoffset(None), f"sumber:gmt={gmt_means.lower()}"
    if offset is None:
        if not zone:
            return Stamp(None, problem=f"waktu tanpa zona: {text!r} — isi `zone: WIB`, `WITA` atau `WIT`")
        offset, rule = ZONES[zone].utcoffset(None), f"sumber:{zone}"
    try:
        at = wall.replace(tzinfo=timezone(offset)).astimezone(UTC)
    except (OverflowError, ValueError):
        return Stamp(None, problem=f"tanggal di luar jangkauan: {text!r}")
    return _believable(at, rule, text, seen_at)


def lacks_zone(raw: str) -> bool:
    """Tell whether a time can be read but for its zone."""
    text = " ".join(raw.split())
    if not text or len(text) > MAX_RAW or _UNIX.match(text) or _OTHER_ZONE.search(text):
        return False
    naive, offset, _ = _split_zone(text)
    return offset is None and _wall_clock(naive) is not None


def _believable(at: datetime, rule: str, text: str, seen_at: datetime) -> Stamp:
    if at > seen_at + _FUTURE:
        return Stamp(None, rule, f"tanggal di masa depan: {text!r}")
    if at < _OLDEST:
        return Stamp(None, rule, f"tanggal terlalu lama: {text!r}")
    return Stamp(at, rule)


def _split_zone(text: str) -> tuple[str, timedelta | None, str]:
    """Give the text without its zone, the zone's offset (None: it names none) and the rule."""
    found = _ZONE.search(text)
    if found is None:
        return text, None, ""
    rest = text[: found.start()].rstrip(" ,(")
    if found[1]:
        name = found[1].upper()
        if name in ZONES:
            return rest, ZONES[name].utcoffset(None), name
        return rest, timedelta(), "UTC"
    if ":" not in rest and "." not in rest:
        return text, None, ""  # 20-11-2026 ends like an offset
    offset = timedelta(hours=int(found[3]), minutes=int(found[4]))
    return rest, -offset if found[2] == "-" else offset, "offset"


def _wall_clock(text: str) -> datetime | None:
    """Read date and time of day without zone; midnight where no time of day is given."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        pass
    if (found := _WORDED.search(text)) and found[2].lower() in _MONTHS:
        return _build(found[3], _MONTHS[found[2].lower()], found[1], found.group(4, 5, 6))
    if found := _DAY_FIRST.search(text):
        return _build(found[3], int(found[2]), found[1], found.group(4, 5, 6))
    try:
        parsed = dateparser.parse(text.replace("|", " "), languages=["id", "en"], settings=_DATEPARSER)
    except (ValueError, OverflowError):
        return None
    return parsed.replace(tzinfo=None) if parsed else None


def _build(year: str, month: int, day: str, clock: tuple[str | None, ...]) -> datetime | None:
    hour, minute, second = (int(part or 0) for part in clock)
    try:
        start = date(int(year), month, int(day))
        return datetime(start.year, start.month, start.day, hour, minute, second)  # noqa: DTZ001 - the zone follows
    except ValueError:
        return None
