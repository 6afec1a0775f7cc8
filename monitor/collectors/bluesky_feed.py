"""What others are shown of an account: its feed at the AppView, held against the records on its own server. Pure.

The records are what the account wrote; the feed is what the AppView makes of them. Both should tell the same. A post in
the feed that the server does not list is stored as it is shown; one that is listed and not shown is counted. Neither
proves an absence: the AppView leaves out what it hides, and may skip posts while pages are turned.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.collectors import bluesky_records as records
from monitor.collectors import loose, shapes, xrpc
from monitor.collectors.accounts import Held
from monitor.collectors.base import drift
from monitor.config import BlueskySource
from monitor.models import AccountRef, Item, Outcome, Page, Platform, Request, Response

LIMIT, STALE_PAGES = 100, 3
SLOW = timedelta(hours=1)
"""How long the AppView may take to show what was written."""
UNLISTED = "umpan AppView: unggahan yang tidak tercatat di server akun"
UNSHOWN = "umpan AppView: unggahan di server akun yang tidak ditampilkan"
DIFFERENCES = frozenset([UNLISTED, UNSHOWN])
"""What is counted because two places tell different things, not because a reader does not know it."""
_CLOSED = "pemilik akun meminta agar tidak ditampilkan kepada umum; umpannya tidak diambil"
_REPOST, _PIN = "app.bsky.feed.defs#reasonRepost", "app.bsky.feed.defs#reasonPin"
_ENTRY = frozenset(["post", "reply", "reason", "feedContext", "reqId"])
_POST = frozenset(
    ["$type", "uri", "cid", "author", "record", "embed", "bookmarkCount", "replyCount", "repostCount", "likeCount",
     "quoteCount", "indexedAt", "viewer", "labels", "threadgate", "debug"]
)  # fmt: skip
_COUNTS = ("replyCount", "repostCount", "likeCount", "quoteCount", "indexedAt", "labels")


@dataclass
class _Seen:
    """What was shown so far in this run."""

    posts: set[str] = field(default_factory=set)
    shares: set[str] = field(default_factory=set)
    cursors: set[str] = field(default_factory=set)
    stale: int = 0
    pages: int = 0


class AuthorFeed:
    """The feed of one account in one run."""

    PURPOSE = "umpan"

    def __init__(self, config: BlueskySource, source_id: str) -> None:
        self._config, self._source_id = config, source_id
        self._seen = _Seen()
        self._listed: dict[str, set[str]] = {records.POST: set(), records.REPOST: set()}
        self._walked: set[str] = set()
        self._whole: set[str] = set()

    def listed(self, collection: str, uris: Collection[str], *, whole: bool) -> None:
        """Note what the account's server listed; `whole`: that was the last of it, and nothing was passed over."""
        if collection in self._listed:
            self._listed[collection] |= set(uris)
        self._walked.add(collection)
        if whole:
            self._whole.add(collection)

    def ask(self, did: str, cursor: str = "") -> Request:
        """Ask for a page of the feed."""
        more = (("cursor", cursor),) if cursor else ()
        where = (("actor", did), ("filter", "posts_with_replies"), ("limit", str(LIMIT)), *more)
        address = xrpc.url(self._config.appview, "app.bsky.feed.getAuthorFeed", *where)
        return Request(address, self.PURPOSE, sealed=True, gap_seconds=self._config.gap_seconds)

    def uris(self, response: Response) -> list[str]:
        """Name the own records that an answer tells of, so that what is stored of them can be looked up."""
        body = xrpc.answer(response, "feed")
        found = [] if isinstance(body, Page) else xrpc.objects(body["feed"]) or []
        places = [loose.table(one.get("reason")).get("uri") or loose.table(one.get("post")).get("uri") for one in found]
        return [one for one in places if isinstance(one, str)]

    def read(self, response: Response, author: AccountRef, pds: str, held: Collection[str]) -> Page:
        """Read a page; `held` are the records in it that are stored already."""
        body = xrpc.answer(response, "feed")
        if isinstance(body, Page):
            return body
        found = xrpc.objects(body["feed"])
        if found is None:
            return drift("`feed` bukan daftar; bentuk jawaban berubah")
        own, shares, refused = self._sorted(found, author.native_id)
        if refused:
            return refused
        before = len(self._seen.posts) + len(self._seen.shares)
        self._seen.posts |= {str(one["uri"]) for one in own}
        self._seen.shares |= shares
        fresh = len(self._seen.posts) + len(self._seen.shares) > before
        items, problems = self._items(own, author, pds, held, response)
        strange = [name for one in found for name in _unknown(one)]
        unlisted = [one for one in (*(str(post["uri"]) for post in own), *shares) if self._is_unlisted(one, held)]
        follow, stop = self._onward(body, author.native_id, fresh=fresh)
        if stop == "umpan habis":
            unshown = self._unshown(response.fetched_at)
            problems += [f"tercatat di server akun tetapi tidak ditampilkan kepada umum: {one}" for one in unshown[:5]]
            strange += [UNSHOWN] * len(unshown)
        problems += [f"ditampilkan kepada umum tetapi tidak tercatat di server akun: {one}" for one in unlisted[:5]]
        strange += [UNLISTED] * len(unlisted)
        kept = loose.dump([_kept(one, author.native_id) for one in own]).encode() if own else b""
        return Page(
            Outcome.OK_ITEMS if found else Outcome.OK_EMPTY_PROVED, tuple(items), follow, tuple(problems), stop=stop,
            kept=kept, strange=tuple(strange),
        )  # fmt: skip

    def again(self, response: Response, handle: str, held: Held) -> Page:
        """Make items of an archived page again, of what is stored nowhere: the listing is the better text."""
        found = xrpc.objects(loose.value(response.body))
        if found is None:
            return drift("arsip umpan bukan daftar; seluruhnya dilewati")
        known = held(Platform.BLUESKY, [loose.text(one.get("uri")) for one in found])
        items: list[Item] = []
        problems: list[str] = []
        for one in found:
            uri = loose.text(one.get("uri"))
            author = AccountRef(Platform.BLUESKY, loose.text(loose.table(one.get("author")).get("did")), handle)
            record = {"uri": uri, "cid": one.get("cid"), "value": one.get("record")}
            item = records.to_item(record, self._source_id, author, "", response)
            if isinstance(item, str):
                problems.append(f"umpan: {item}")
            elif uri not in known:
                items.append(item)
        strange = [name for one in found for name in shapes.unknown("umpan AppView post", one, _POST)]
        return Page(Outcome.OK_ITEMS, tuple(items), problems=tuple(problems), strange=tuple(strange))

    def _sorted(
        self, found: Sequence[Mapping[str, object]], did: str
    ) -> tuple[list[dict[str, object]], set[str], Page | None]:
        """Part a page into own posts and own shares of others'; a page says why it is refused whole."""
        own: list[dict[str, object]] = []
        shares: set[str] = set()
        for entry in found:
            post, reason = loose.table(entry.get("post")), loose.table(entry.get("reason"))
            parts, writer = xrpc.split(post.get("uri")), loose.table(post.get("author"))
            if parts is None or writer.get("did") != parts[0]:
                return [], set(), drift("umpan memuat unggahan tanpa alamat atau pemilik")
            if reason.get("$type") == _REPOST:
                if loose.table(reason.get("by")).get("did") != did:
                    return [], set(), drift("umpan memuat bagikan ulang oleh akun lain; seluruh halaman ditolak")
                share = xrpc.split(reason.get("uri"))
                if share is not None and share[:2] == (did, records.REPOST):
                    shares.add(str(reason["uri"]))
            elif parts[0] != did:
                return [], set(), drift("umpan memuat unggahan akun lain; seluruh halaman ditolak")
            elif xrpc.labelled_private(writer.get("labels")):
                return [], set(), Page(Outcome.NOT_AVAILABLE, detail=_CLOSED)
            else:
                own.append(post)
        return own, shares, None

    def _items(
        self,
        own: Sequence[Mapping[str, object]],
        author: AccountRef,
        pds: str,
        held: Collection[str],
        response: Response,
    ) -> tuple[list[Item], list[str]]:
        """Make items of posts that are shown, and that neither the server lists nor the store holds."""
        items: list[Item] = []
        problems: list[str] = []
        for one in own:
            uri = str(one["uri"])
            if uri in held or uri in self._listed[records.POST]:
                continue
            record = {"uri": uri, "cid": one.get("cid"), "value": one.get("record")}
            item = records.to_item(record, self._source_id, author, pds, response)
            if isinstance(item, str):
                problems.append(f"umpan: {item}")
            else:
                items.append(item)
        return items, problems

    def _is_unlisted(self, uri: str, held: Collection[str]) -> bool:
        collection = uri.split("/")[3]
        if collection not in self._walked or uri in self._listed[collection]:
            return False
        return collection in self._whole or uri not in held

    def _unshown(self, now: datetime) -> list[str]:
        """Name posts that the server lists and the feed did not show, but for those too young to be shown."""
        missing = sorted(self._listed[records.POST] - self._seen.posts)
        moments = {uri: xrpc.tid_time(uri.rpartition("/")[2]) for uri in missing}
        return [uri for uri in missing if (at := moments[uri]) is None or now - at > SLOW]

    def _onward(self, body: Mapping[str, object], did: str, *, fresh: bool) -> tuple[tuple[Request, ...], str]:
        """Give the next page, or why there is none."""
        seen, cursor = self._seen, body.get("cursor")
        seen.pages += 1
        seen.stale = 0 if fresh else seen.stale + 1
        if not isinstance(cursor, str) or not cursor:
            return (), "umpan habis"
        if cursor in seen.cursors:
            return (), "penunjuk halaman umpan berulang"
        if seen.stale >= STALE_PAGES:
            return (), f"umpan: {STALE_PAGES} halaman berturut-turut tanpa hal baru"
        if seen.pages >= max(1, self._config.max_requests // 2):
            return (), f"umpan: batas {self._config.max_requests // 2} halaman sekali jalan"
        seen.cursors.add(cursor)
        return (self.ask(did, cursor),), ""


def _unknown(entry: Mapping[str, object]) -> tuple[str, ...]:
    reason = loose.table(entry.get("reason")).get("$type", _PIN)
    odd = () if reason in {_REPOST, _PIN} else ("umpan AppView: alasan yang belum dikenal",)
    post = loose.table(entry.get("post"))
    return (*odd, *shapes.unknown("umpan AppView", entry, _ENTRY), *shapes.unknown("umpan AppView post", post, _POST))


def _kept(post: Mapping[str, object], did: str) -> dict[str, object]:
    """Give what may be archived of an own post as it is shown: its record, counts, labels; nobody who answered."""
    shown = {name: post.get(name) for name in ("uri", "cid", "record", *_COUNTS) if name in post}
    return {**shapes.raw(post, _POST, did), **shown, "author": {"did": did}}
