"""What a status, a header or a page of a server means; pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urldefrag, urljoin

from monitor.models import Outcome

REDIRECTS = {301, 302, 303, 307, 308}
PERMANENT = {301, 308}

_BY_STATUS = {
    304: (Outcome.NOT_MODIFIED, "belum berubah"),
    401: (Outcome.AUTH, "situs meminta masuk (401)"),
    403: (Outcome.BLOCKED, "situs menolak (403) — jangan diulang-ulang; hubungi pengelolanya"),
    404: (Outcome.GONE, "halaman tidak ada (404) — periksa alamatnya"),
    408: (Outcome.TRANSIENT, "situs lelah menunggu (408)"),
    410: (Outcome.GONE, "halaman sudah dihapus (410) — hapus dari pengaturan"),
    425: (Outcome.TRANSIENT, "situs belum siap (425)"),
    429: (Outcome.RATE_LIMITED, "situs meminta jeda (429)"),
    451: (Outcome.NOT_AVAILABLE, "ditutup karena alasan hukum (451)"),
}

# Whole pages that stand in front of a site; technical marks are those of the wall itself, not of its sensors.
_WALL_MARKS = (b"_cf_chl_opt", b"captcha-delivery.com", b'id="px-captcha"', b'src="/_incapsula_resource')
_WALL_TITLES = (
    "just a moment",
    "attention required! | cloudflare",
    "access denied",
    "403 forbidden",
    "akses ditolak",
    "pardon our interruption",
    "you have been blocked",
    "verifying you are human",
    "verify you are human",
    "are you a robot",
    "robot or human",
    "request rejected",
    "request blocked",
    "one more step",
    "security check",
    "ddos-guard",
)
_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{0,300})", re.IGNORECASE)


def judge_status(status: int) -> tuple[Outcome | None, str]:
    """Give the outcome (None: a body to be read) and an Indonesian word on it."""
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if 200 <= status < 300 and status != 206:
        return None, ""
    if status >= 500:
        return Outcome.TRANSIENT, f"situs sedang bermasalah ({status})"
    if status >= 400:
        return Outcome.INVALID_REQUEST, f"permintaan ditolak ({status}) — periksa alamatnya"
    return Outcome.SCHEMA_DRIFT, f"jawaban di luar kebiasaan ({status})"


def is_wall(body: bytes) -> bool:
    """Tell whether a page with status 200 is a captcha or a refusal in front of the site."""
    start = body[:60_000].lower()
    if b"<html" not in start[:5000] and b"<title" not in start[:5000]:
        return False
    if any(mark in start for mark in _WALL_MARKS):
        return True
    found = _TITLE.search(start)
    title = " ".join(found[1].decode("utf-8", "replace").split()) if found else ""
    return any(title.startswith(one) for one in _WALL_TITLES)


def retry_after(value: str, now: datetime) -> datetime | None:
    """Read a Retry-After header (seconds or HTTP date); None if there is none or it makes no sense."""
    text = value.strip()
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return now + timedelta(seconds=int(text))
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return max(now, at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC))


def used_up(remaining: str, reset: str, now: datetime) -> datetime | None:
    """Give when a spent limit is whole again, None if it is not spent. Reset: epoch seconds, a span, or an ISO time."""
    left, text = remaining.strip(), reset.strip()
    if left != "0" or not text.isascii():
        return None
    if text.isdigit() and len(text) <= 10:
        seconds = int(text)
        at = datetime.fromtimestamp(seconds, UTC) if seconds > 1_000_000_000 else now + timedelta(seconds=seconds)
        return max(now, at)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return max(now, at.astimezone(UTC)) if at.tzinfo is not None else None


def target(url: str, location: str) -> str:
    """Give the address a redirect leads to; one that cannot be read is given back as it is, to be refused later."""
    try:
        return urldefrag(urljoin(url, location.strip()))[0]
    except ValueError:
        return location.strip()
