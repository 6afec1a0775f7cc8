"""The order in which one source's requests are asked, and what keeps a listing from running for ever. Pure.

Pages are asked one after the other, never by recursion: an account's likes may fill hundreds. A listing ends by itself,
or it is stopped (address asked before, nothing new three pages long, budget of the account) and the page says why.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from monitor.collectors.base import Source
from monitor.models import Outcome, Page, Request, Response

MOST_REQUESTS = 100_000
STALE_PAGES = 3
# A page that will not be different tomorrow need not be asked again before its feed may count as read.
_SETTLED = frozenset(["gone", "not_available", "denied_by_robots", "legally_off", "invalid_request", "schema_drift"])


class Turn:
    """One thing a source asks first, and everything that it leads to.

    A source may carry `max_requests`: how many one turn of it may ask. `owed` says how a page that the listing led to
    failed for now: the source was not seen whole.
    """

    def __init__(self, source: Source, first: Request) -> None:
        self._source, self._waiting = source, deque([first])
        self._asked = {first.url}
        self._budget = int(getattr(source, "max_requests", MOST_REQUESTS))
        self._planned = 1
        self._ids: dict[str, set[str]] = {}
        self._stale: Counter[str] = Counter()
        self._pages: list[tuple[Response, Page]] = []
        self._settled = True
        self.owed: tuple[Outcome, str] | None = None
        self._outcome, self.detail = Outcome.OK_EMPTY_PROVED, ""

    def next(self) -> Request | None:
        """Give what to ask now, None at the end."""
        return self._waiting.popleft() if self._waiting else None

    @property
    def alone(self) -> bool:
        """True where the one page that was read is all there is: it may be stored and concluded in one go."""
        return len(self._pages) == 1 and not self._waiting

    @property
    def outcome(self) -> Outcome:
        """How the source ended: the worst of its first page and of the pages of its listing."""
        return self._outcome

    def read(self, response: Response) -> Page:
        """Let the source read an answer, and queue what is to be asked after it."""
        page, first = self._source.read(response), not self._pages
        page = self._guarded(page, response.request.purpose)
        if first or response.request.paging:
            if not page.outcome.proved and self._outcome.proved:
                self.detail = page.detail
            if not (page.outcome.proved and _leads_on(response.request, page)):
                self._outcome = worse(self._outcome, page.outcome)
        else:
            settled = page.outcome.proved or page.outcome.value in _SETTLED
            if not settled and self.owed is None:
                self.owed = (page.outcome, f"sebagian belum terbaca: {page.detail or response.request.url}")
            self._settled = self._settled and settled
        bare = replace(page, items=(), follow=(), kept=b"", listed=None)
        self._pages.append((replace(response, body=b"", headers=()), bare))
        return page

    def moves(self) -> list[tuple[Response, Page]]:
        """Give the proved pages; where one that they lead to is still owed, without what would pass over it."""
        proved = [(response, page) for response, page in self._pages if page.outcome.proved]
        if self._settled and self._outcome.proved:
            return proved
        return [(replace(response, etag="", last_modified=""), replace(page, cursor="")) for response, page in proved]

    def _guarded(self, page: Page, purpose: str) -> Page:
        follow = tuple(one for one in page.follow if one.paging or one.url not in self._asked)
        stop, outcome = "", page.outcome
        if any(one.paging and one.url in self._asked for one in follow):
            stop, outcome = "penunjuk halaman berulang", Outcome.SCHEMA_DRIFT
        elif any(one.paging and one.purpose == purpose for one in follow) and self._is_stale(page, purpose):
            stop, outcome = f"{STALE_PAGES} halaman berturut-turut tanpa hal baru", Outcome.SCHEMA_DRIFT
        elif any(one.paging for one in follow) and self._planned + len(follow) > self._budget:
            stop, outcome = f"batas {self._budget} permintaan sekali jalan tercapai", Outcome.BUDGET_REACHED
        if stop:
            follow = tuple(one for one in follow if not one.paging)
            page = replace(
                page, outcome=outcome if page.outcome.proved else page.outcome, stop=stop, detail=page.detail or stop,
                resume=page.resume if outcome is Outcome.BUDGET_REACHED else "",
            )  # fmt: skip
        self._asked.update(one.url for one in follow)
        self._planned += len(follow)
        self._waiting.extend(follow)
        return replace(page, follow=follow)

    def _is_stale(self, page: Page, purpose: str) -> bool:
        ids = set(page.listed.present) if page.listed else {one.native_id for one in page.items}
        known = self._ids.setdefault(purpose, set())
        self._stale[purpose] = 0 if ids - known else self._stale[purpose] + 1
        known |= ids
        return self._stale[purpose] >= STALE_PAGES


def _leads_on(request: Request, page: Page) -> bool:
    """Tell whether a page only shows the way (an identity, a profile): it says nothing of what there is to see."""
    return request.paging and bool(page.follow) and not page.items and page.listed is None


def home(source: Source, asked: Sequence[Request]) -> str:
    """Name the host that a source asks most: its `host` where it knows one, else that of its first request."""
    return str(getattr(source, "host", "")) or (urlsplit(asked[0].url).netloc if asked else "")


def worse(one: Outcome, other: Outcome) -> Outcome:
    """Give the outcome that says more of what went wrong; the first of two failures."""
    if not one.proved:
        return one
    return Outcome.OK_ITEMS if other.proved and Outcome.OK_ITEMS in (one, other) else other
