"""The YouTube Data API v3: addresses, answers, and what its error reasons mean. Pure.

No address ever holds the key: it travels in a header. Each call costs one unit of the daily quota.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from monitor.collectors import loose
from monitor.collectors.base import drift
from monitor.models import Outcome, Page, Request, Response

METER = "youtube"
CHANNEL = re.compile(r"UC[A-Za-z0-9_-]{1,40}\Z")
VIDEO = re.compile(r"[A-Za-z0-9_-]{5,20}\Z")
COMMENT = re.compile(r"[A-Za-z0-9_.-]{5,100}\Z")
_TOKEN = re.compile(r"[A-Za-z0-9_=%+/.-]{1,2000}\Z")

Json = Mapping[str, object]

_REASONS = {
    "quotaExceeded": (Outcome.RATE_LIMITED, "jatah harian YouTube habis; pulih tengah malam waktu Pasifik"),
    "dailyLimitExceeded": (Outcome.RATE_LIMITED, "jatah harian YouTube habis; pulih tengah malam waktu Pasifik"),
    "rateLimitExceeded": (Outcome.RATE_LIMITED, "YouTube meminta jeda"),
    "userRateLimitExceeded": (Outcome.RATE_LIMITED, "YouTube meminta jeda"),
    "commentsDisabled": (Outcome.OK_EMPTY_PROVED, "komentar video ini ditutup pemiliknya"),
    "videoNotFound": (Outcome.GONE, "video ini tidak ada lagi"),
    "channelNotFound": (Outcome.GONE, "kanal ini tidak ada lagi"),
    "playlistNotFound": (Outcome.GONE, "daftar unggahan kanal ini tidak ada"),
    "commentThreadNotFound": (Outcome.GONE, "komentar ini tidak ada lagi"),
    "commentNotFound": (Outcome.GONE, "komentar ini tidak ada lagi"),
    "parentCommentNotFound": (Outcome.GONE, "komentar yang dibalas tidak ada lagi"),
    "channelClosed": (Outcome.GONE, "kanal ini ditutup"),
    "channelSuspended": (Outcome.GONE, "kanal ini ditangguhkan"),
    "forbidden": (Outcome.NOT_AVAILABLE, "tidak terbuka untuk umum"),
    "channelForbidden": (Outcome.NOT_AVAILABLE, "tidak terbuka untuk umum"),
    "playlistItemsNotAccessible": (Outcome.NOT_AVAILABLE, "tidak terbuka untuk umum"),
    "keyInvalid": (Outcome.AUTH, "kunci API ditolak — periksa NETRA_YOUTUBE_KEY"),
    "keyExpired": (Outcome.AUTH, "kunci API kedaluwarsa — buat yang baru, isi NETRA_YOUTUBE_KEY"),
    "API_KEY_INVALID": (Outcome.AUTH, "kunci API ditolak — periksa NETRA_YOUTUBE_KEY"),
    "API_KEY_EXPIRED": (Outcome.AUTH, "kunci API kedaluwarsa — buat yang baru, isi NETRA_YOUTUBE_KEY"),
    "accessNotConfigured": (Outcome.AUTH, "YouTube Data API belum dinyalakan pada proyek kunci ini"),
    "authError": (Outcome.AUTH, "kunci API ditolak — periksa NETRA_YOUTUBE_KEY"),
    "required": (Outcome.AUTH, "server meminta kunci API"),
    "invalidPageToken": (Outcome.TRANSIENT, "penunjuk halaman kedaluwarsa; daftar dibaca ulang giliran berikut"),
    "processingFailure": (Outcome.TRANSIENT, "YouTube gagal mengolah permintaan; dicoba lagi"),
    "backendError": (Outcome.TRANSIENT, "gangguan sementara pada YouTube"),
}


def ask(api: str, method: str, purpose: str, gap: float, *parameters: tuple[str, str]) -> Request:
    """Give the request for a method; listings of other people's comments are sealed, as everything here is."""
    query = "&".join(f"{name}={quote(value, safe=',', errors='replace')}" for name, value in parameters)
    url = f"{api}/youtube/v3/{method}?{query}"
    paging = not purpose.startswith(("komentar", "video"))
    return Request(url, purpose, paging=paging, sealed=True, gap_seconds=gap, meter=METER, units=1)


def answer(response: Response, kind: str) -> dict[str, object] | Page:
    """Give a good answer of this `kind`, or the page of one that is none."""
    body = loose.an_object(response.body)
    reasons = _named(body) if body is not None else []
    for reason in reasons:
        if reason in _REASONS:
            outcome, said = _REASONS[reason]
            return Page(outcome, detail=f"{said} ({reason})")
    if response.outcome is not None:
        more = f" ({reasons[0]})" if reasons else ""
        return Page(response.outcome, detail=f"{response.detail}{more}")
    if body is None:
        return drift("jawaban bukan JSON yang utuh — dicoba lagi pada giliran berikut")
    if body.get("kind") != f"youtube#{kind}" or not isinstance(body.get("pageInfo", {}), dict):
        return drift(f"jawaban bukan `youtube#{kind}`; bentuknya berubah")
    return body


def items(body: Json) -> list[dict[str, object]] | None:
    """Give the entries of an answer; one without `items` holds none only where it says so itself. None: unreadable."""
    value = body.get("items")
    if value is None:
        info = body.get("pageInfo")
        return [] if isinstance(info, dict) and info.get("totalResults") == 0 else None
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        return None
    return value


def next_page(body: Json) -> str:
    """Give the token of the next page, "" at the end."""
    value = body.get("nextPageToken")
    return value if isinstance(value, str) and _TOKEN.match(value) else ""


def part(value: Json, *names: str) -> dict[str, object]:
    """Give a nested object, an empty one where there is none."""
    found: object = value
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def text(value: Json, *names: str) -> str:
    """Give a nested text, "" where there is none."""
    found = part(value, *names[:-1]).get(names[-1])
    return found if isinstance(found, str) else ""


def author(comment: Json) -> str:
    """Give the channel id of who wrote a comment, "" where the answer names none."""
    return text(comment, "snippet", "authorChannelId", "value")


def count(value: Json, *names: str) -> int | None:
    """Give a nested number, also one written as text (statistics are); None where it is hidden."""
    found = part(value, *names[:-1]).get(names[-1])
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < 16:
        return int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _named(body: Json) -> Sequence[str]:
    error = body.get("error")
    if not isinstance(error, dict):
        return []
    found = []
    for name in ("details", "errors"):
        entries = error.get(name)
        for one in entries if isinstance(entries, list) else ():
            reason = one.get("reason") if isinstance(one, dict) else None
            found += [reason[:60]] if isinstance(reason, str) else []
    return found
