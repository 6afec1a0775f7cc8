"""APIs asked with the office's own key and a daily quota: booked before asking, the key kept out of everything.

The key travels in a header to the host that was asked, and nowhere else. Should a server ever echo it, it is blanked in
what comes back, before anything is archived.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from monitor.config import SourceConfig, YoutubeSource
from monitor.fetch.base import Fetcher
from monitor.models import Outcome, Request, Response

YOUTUBE_KEY = "NETRA_YOUTUBE_KEY"
PACIFIC = ZoneInfo("America/Los_Angeles")
_SPENT = frozenset(["quotaExceeded", "dailyLimitExceeded"])
_BLANK = b"[kunci]"


class QuotaMemory(Protocol):
    """Remembers across restarts what was spent of a quota on a day."""

    def take(self, meter: str, day: date, units: int, limit: int) -> bool:
        """Book units where that many are left, else book nothing."""
        ...

    def exhaust(self, meter: str, day: date) -> None:
        """Note that the API says nothing is left today."""
        ...


@dataclass(frozen=True, slots=True)
class Meter:
    """How an API is paid for. `variable` names where the key comes from; `daily_units` is a Pacific day's quota."""

    variable: str
    daily_units: int
    key: str = field(default="", repr=False)


def meters_of(sources: Sequence[SourceConfig], environment: Mapping[str, str]) -> dict[str, Meter]:
    """Give the meters that the settings need, with the keys of the environment: they stand nowhere else."""
    units = max((one.daily_units for one in sources if isinstance(one, YoutubeSource)), default=0)
    return {"youtube": Meter(YOUTUBE_KEY, units, environment.get(YOUTUBE_KEY, "").strip())} if units else {}


def quota_day(now: datetime) -> date:
    """Give the day whose quota a moment spends: it is renewed at midnight Pacific time."""
    return now.astimezone(PACIFIC).date()


def renewed_at(now: datetime) -> datetime:
    """Give when the quota is whole again (aware UTC)."""
    tomorrow = quota_day(now) + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=PACIFIC).astimezone(now.tzinfo)


class MeteredFetcher:
    """Books, asks, and keeps the key to itself."""

    def __init__(
        self, web: Fetcher, meters: Mapping[str, Meter], ledger: QuotaMemory, clock: Callable[[], datetime]
    ) -> None:
        self._web, self._meters, self._ledger, self._clock = web, meters, ledger, clock

    def fetch(self, request: Request) -> Response:
        """Answer a request, or say why it was not even asked."""
        meter, now = self._meters.get(request.meter), self._clock()
        if meter is None or not meter.key:
            name = meter.variable if meter else request.meter
            reason = f"kunci API tidak ada — isi variabel lingkungan {name}, lalu jalankan ulang"
            return Response(request, now, Outcome.AUTH, reason, final_url=request.url)
        if not self._ledger.take(request.meter, quota_day(now), request.units, meter.daily_units):
            return self._spent(request, now)
        response = _without(self._web.fetch(request), meter.key)
        if response.status == 403 and _reason(response.body) in _SPENT:
            self._ledger.exhaust(request.meter, quota_day(now))
        return response

    def _spent(self, request: Request, now: datetime) -> Response:
        again = renewed_at(now)
        reason = f"jatah harian API habis; pulih {again:%d-%m-%Y %H.%M} UTC"
        return Response(request, now, Outcome.RATE_LIMITED, reason, final_url=request.url, retry_at=again)


def _without(response: Response, key: str) -> Response:
    """Blank the key wherever a server may have put it."""
    blank = _BLANK.decode()
    return replace(
        response,
        body=response.body.replace(key.encode(), _BLANK),
        headers=tuple((name, value.replace(key, blank)) for name, value in response.headers),
        detail=response.detail.replace(key, blank),
        final_url=response.final_url.replace(key, blank),
    )


def _reason(body: bytes) -> str:
    try:
        value = json.loads(body)
        return str(value["error"]["errors"][0]["reason"])
    except (ValueError, RecursionError, LookupError, TypeError):
        return ""
