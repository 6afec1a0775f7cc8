"""The one polite HTTP client: honest name, robots.txt, pace, conditional GET, limits of time, size and number.

Every hop of a redirect is checked anew (form, robots, address). A fetch ends in one typed outcome; `outcome=None` means
that the transport succeeded and the source must judge the body.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import httpx

from monitor.config import Fetching
from monitor.fetch import answers, body, robots
from monitor.fetch.addresses import host_port, objection
from monitor.fetch.base import PaceMemory, Surroundings
from monitor.fetch.pace import LONGEST_WAIT, Pace
from monitor.fetch.robots import Robots
from monitor.fetch.transport import BROKEN, CheckedTransport, DeadlineError, PrivateAddressError
from monitor.models import Outcome, Request, Response

MAX_REDIRECTS = 5
MAX_RETRIES = 3
FIRST_RETRY_SECONDS = 2.0
_ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/html;q=0.9, */*;q=0.5"


@dataclass(frozen=True, slots=True)
class _Ask:
    """One address to be asked for a request: how far apart, how large at most, with validators or without."""

    request: Request
    url: str
    gap: float
    limit: int


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer, and whether asking again soon may help."""

    response: Response
    again: bool = False
    location: str = ""


class PoliteClient:
    """Asks the web. One instance serves all threads; each host is asked by one at a time."""

    def __init__(
        self,
        settings: Fetching,
        user_agent: str,
        pace: PaceMemory,
        around: Surroundings,
        keys: Mapping[str, str] | None = None,
    ) -> None:
        self._settings, self._around, self._keys = settings, around, dict(keys or {})
        self._user_agent = user_agent.encode("ascii", "replace").decode().replace("\r", " ").replace("\n", " ")
        self._pace, self._memory = Pace(pace, around), pace
        self._wire = CheckedTransport(settings.allow_private_hosts, around, settings.deadline_seconds)
        self._robots: dict[str, robots.Robots] = {}
        self._denied: dict[str, robots.Robots] = {}
        self._spent = 0
        self._guard = threading.Lock()

    def begin_run(self) -> None:
        """Start a run: its budget is whole, and hosts whose robots.txt gave no answer are asked for it again."""
        with self._guard:
            self._spent = 0
            self._denied.clear()

    def fetch(self, request: Request) -> Response:
        """Get an address, following at most five redirects; never raises for what a server does."""
        hops: list[Response] = []
        return replace(self._follow(request, hops), hops=tuple(hops))

    def _follow(self, request: Request, hops: list[Response]) -> Response:
        url, permanent, moved = request.url, True, ""
        for _ in range(MAX_REDIRECTS + 1):
            if reason := objection(url):
                return self._failed(request, url, Outcome.INVALID_REQUEST, reason)
            # What is asked with a key of the office's own is allowed by that contract, not by robots.txt.
            rules = Robots(self._around.clock()) if request.meter else self._rules(url)
            if isinstance(rules, Response):
                return replace(rules, request=request)
            if reason := rules.objection(url):
                return self._failed(request, url, Outcome.DENIED_BY_ROBOTS, reason)
            least = self._settings.min_gap_seconds if request.gap_seconds is None else request.gap_seconds
            gap = max(least, rules.crawl_delay)
            answer = self._patiently(_Ask(request, url, gap, self._settings.max_bytes))
            if not answer.location:
                good = answer.response.outcome in (None, Outcome.NOT_MODIFIED)
                return replace(answer.response, moved_to=moved if good else "")
            hops.append(answer.response)
            permanent = permanent and answer.response.status in answers.PERMANENT
            url = answer.location
            moved = url if permanent else moved
        return self._failed(request, url, Outcome.SCHEMA_DRIFT, "situs mengalihkan berputar-putar")

    def _rules(self, url: str) -> robots.Robots | Response:
        """Give the rules of the URL's host; a Response when asking for them was cut short by budget or pace."""
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc.lower()}"
        with self._guard:
            known = self._robots.get(site) or self._denied.get(site)
        if known is None and (held := self._memory.robots(site)) is not None:
            known = robots.remembered(*held)
            with self._guard:
                self._robots[site] = known
        if known is not None and (known.denial or known.fresh(self._around.clock())):
            return known
        answer = self._ask_for_robots(f"{site}/robots.txt")
        if answer.outcome in (Outcome.BUDGET_REACHED, Outcome.INVALID_REQUEST) and answer.status == 0:
            return answer
        if answer.retry_at is not None and answer.status == 0:
            return answer
        rules = robots.judge(answer)
        with self._guard:
            self._robots.pop(site, None)
            (self._denied if rules.denial else self._robots)[site] = rules
        if not rules.denial:
            self._memory.set_robots(site, rules.known_at, rules.text)
        return rules

    def _ask_for_robots(self, address: str) -> Response:
        request, url = Request(address, "robots"), address
        for _ in range(MAX_REDIRECTS + 1):
            if reason := objection(url):
                return self._failed(request, url, Outcome.INVALID_REQUEST, reason)
            answer = self._patiently(_Ask(request, url, self._settings.min_gap_seconds, robots.MAX_BYTES))
            if not answer.location:
                return answer.response
            url = answer.location
        return self._failed(request, url, Outcome.SCHEMA_DRIFT, "dialihkan berputar-putar")

    def _patiently(self, ask: _Ask) -> _Answer:
        """Ask, and ask again at most three times where that may help; waiting is the pace's business."""
        host, waited, wait = urlsplit(ask.url).netloc.lower(), 0.0, FIRST_RETRY_SECONDS
        for attempt in range(MAX_RETRIES + 1):
            answer = self._in_turn(ask, host)
            if not answer.again or ask.request.meter:  # each try would cost units of the quota
                return answer
            now, retry_at = self._around.clock(), answer.response.retry_at
            span = self._pace.spread(wait)
            if retry_at is not None:
                span = max(span, retry_at - now)
            waited += span.total_seconds()
            if attempt == MAX_RETRIES or waited > LONGEST_WAIT:
                if retry_at is not None:
                    self._pace.leave_alone(host, retry_at)
                break
            self._pace.leave_alone(host, now + span)
            wait *= 2
        return answer

    def _in_turn(self, ask: _Ask, host: str) -> _Answer:
        with self._pace.turn(host, ask.gap) as until:
            if until is not None:
                return _Answer(self._waits(ask, until))
            with self._guard:
                if self._spent >= self._settings.max_requests_per_run:
                    reason = f"batas {self._settings.max_requests_per_run} permintaan sekali jalan tercapai"
                    return _Answer(self._failed(ask.request, ask.url, Outcome.BUDGET_REACHED, reason))
                self._spent += 1
            answer = self._ask(ask)
            spent_until = answer.response.rate_limited_until
            if spent_until is not None and not answer.again:
                self._pace.leave_alone(host, spent_until)
            return answer

    def _waits(self, ask: _Ask, until: datetime) -> Response:
        minutes = max(1, round((until - self._around.clock()) / timedelta(minutes=1)))
        reason = f"situs minta jeda; coba lagi sekitar {minutes} menit lagi"
        return replace(self._failed(ask.request, ask.url, Outcome.RATE_LIMITED, reason), retry_at=until)

    def _ask(self, ask: _Ask) -> _Answer:
        """Make one request and read its answer within the limits."""

        def failed(outcome: Outcome, reason: str, *, again: bool = False) -> _Answer:
            return _Answer(self._failed(ask.request, ask.url, outcome, reason), again)

        try:
            return self._exchange(ask)
        except PrivateAddressError:
            return failed(Outcome.INVALID_REQUEST, "alamat menunjuk ke jaringan dalam, jadi tidak diambil")
        except (httpx.InvalidURL, UnicodeError):
            return failed(Outcome.INVALID_REQUEST, "bentuk alamat keliru")
        except DeadlineError:
            return failed(
                Outcome.TRANSIENT, f"situs tidak selesai menjawab dalam {self._settings.deadline_seconds:g} s"
            )
        except body.TooLargeError:
            return failed(Outcome.SCHEMA_DRIFT, f"jawaban lebih besar dari {ask.limit:,} bita".replace(",", "."))
        except body.EncodingError as error:
            return failed(Outcome.SCHEMA_DRIFT, str(error))
        except body.CutOffError:
            return failed(Outcome.TRANSIENT, "jawaban terputus di tengah", again=True)
        except BROKEN as error:
            return failed(Outcome.TRANSIENT, f"sambungan gagal ({type(error).__name__})", again=True)

    def _exchange(self, ask: _Ask) -> _Answer:
        raw = self._wire.handle_request(
            httpx.Request("GET", ask.url, headers={**self._headers(ask.request), **self._key(ask)})
        )
        try:
            status, headers = raw.status_code, raw.headers
            if status in answers.REDIRECTS and headers.get("location"):
                location = answers.target(ask.url, headers["location"])
                return _Answer(self._response(ask, raw, None, b""), location=location)
            content = b""
            if status != 304:
                content = body.read(raw.iter_raw(), headers.get("content-encoding", ""), ask.limit)
        finally:
            raw.close()
        outcome, reason = answers.judge_status(status)
        if outcome is None and answers.is_wall(content):
            outcome, reason = Outcome.BLOCKED, "situs menampilkan halaman penghalang (captcha atau penolakan)"
        if outcome is Outcome.NOT_MODIFIED and not (ask.request.etag or ask.request.last_modified):
            outcome, reason = Outcome.SCHEMA_DRIFT, "situs menjawab 304 tanpa ditanya"
        response = self._response(ask, raw, outcome, content)
        response = replace(response, detail=_place(ask.url, reason) if reason else "")
        again = outcome is Outcome.RATE_LIMITED or status >= 500
        return _Answer(response, again=again)

    def _key(self, ask: _Ask) -> dict[str, str]:
        """Give the header with the office's key, for the host that was asked and for no other it redirects to."""
        key = self._keys.get(ask.request.meter, "")
        return {"X-Goog-Api-Key": key} if key and host_port(ask.url) == host_port(ask.request.url) else {}

    def _headers(self, request: Request) -> dict[str, str]:
        headers = {
            "User-Agent": self._user_agent,
            "Accept": _ACCEPT,
            "Accept-Language": "id, en;q=0.5",
            "Accept-Encoding": "gzip, deflate",
            "Connection": "close",
        }
        if request.etag and request.etag.isascii():
            headers["If-None-Match"] = request.etag
        if request.last_modified and request.last_modified.isascii():
            headers["If-Modified-Since"] = request.last_modified
        return headers

    def _response(self, ask: _Ask, raw: httpx.Response, outcome: Outcome | None, content: bytes) -> Response:
        now, headers = self._around.clock(), raw.headers
        asked_to_wait = raw.status_code == 429 or raw.status_code >= 500
        limits = [
            answers.used_up(headers.get(f"{name}-remaining", ""), headers.get(f"{name}-reset", ""), now)
            for name in ("ratelimit", "x-ratelimit")
        ]
        limit = limits[0] or limits[1]
        return Response(
            request=ask.request,
            fetched_at=now,
            outcome=outcome,
            status=raw.status_code,
            final_url=ask.url,
            content_type=headers.get("content-type", ""),
            headers=tuple(headers.multi_items()),
            body=content,
            etag=headers.get("etag", ""),
            last_modified=headers.get("last-modified", ""),
            retry_at=(answers.retry_after(headers.get("retry-after", ""), now) or limit) if asked_to_wait else None,
            rate_limited_until=limit,
            sent=tuple(self._headers(ask.request).items()),
            remote=str(raw.extensions.get("remote", "")),
        )

    def _failed(self, request: Request, url: str, outcome: Outcome, reason: str) -> Response:
        return Response(request, self._around.clock(), outcome, _place(url, reason), final_url=url)


def _place(url: str, reason: str) -> str:
    return f"{url[:150]}: {reason}"
