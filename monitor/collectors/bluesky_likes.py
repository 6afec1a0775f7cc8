"""Who liked a campaign's posts: of the answer only rostered people are looked at, all others dropped unread. Pure.

The AppView tells that somebody liked a post, not the like's own address. So the like is looked up in that person's own
repository, near the time it was given: there it has the address under which it is stored once, whoever finds it first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from monitor.collectors import bluesky_records as records
from monitor.collectors import dates, xrpc
from monitor.collectors.base import drift
from monitor.collectors.cursor import digest
from monitor.config import BlueskySource
from monitor.models import AccountRef, Listed, Outcome, Page, Platform, Request, Response

_SLACK = timedelta(minutes=10)
_MOST = 5000


class Likers:
    """The likes of one campaign account's posts by rostered people."""

    PURPOSES = ("penyuka ", "penyuka:")

    def __init__(self, config: BlueskySource, source_id: str, rostered: frozenset[str]) -> None:
        self._config, self._source_id, self._rostered = config, source_id, rostered
        self._seen: dict[str, str] = {}
        self._wanted: dict[str, tuple[str, str, datetime]] = {}

    def load(self, seen: Mapping[str, str]) -> None:
        """Take up which likes were found in earlier runs."""
        self._seen = dict(seen)

    @property
    def seen(self) -> dict[str, str]:
        """Digests of the likes that were found: nobody's name."""
        return dict(list(self._seen.items())[-_MOST:])

    def of_posts(self, found: Sequence[Mapping[str, object]], now: datetime) -> list[Request]:
        """Ask who liked those posts that are young enough."""
        requests = []
        for one in found:
            uri = str(one.get("uri", ""))
            parts = xrpc.split(uri)
            at = xrpc.tid_time(parts[2]) if parts else None
            if self._rostered and at is not None and now - at <= timedelta(days=self._config.campaign_days):
                requests.append(self._likes(uri, ""))
        return requests

    def read(self, response: Response) -> Page:
        """Read who liked a post, who such a person is, or that person's likes."""
        purpose = response.request.purpose
        if purpose == "penyuka:identitas":
            return self._identity(response)
        if purpose == "penyuka:catatan":
            return self._record(response)
        return self._likers(response)

    def _likes(self, uri: str, cursor: str) -> Request:
        more = (("cursor", cursor),) if cursor else ()
        address = xrpc.url(self._config.appview, "app.bsky.feed.getLikes", ("uri", uri), ("limit", "100"), *more)
        gap = self._config.gap_seconds
        return Request(address, f"penyuka {uri}", paging=True, sealed=True, gap_seconds=gap)

    def _likers(self, response: Response) -> Page:
        body = xrpc.answer(response, "uri", "likes")
        if isinstance(body, Page):
            return body
        uri, likes = response.request.purpose.removeprefix("penyuka "), xrpc.objects(body["likes"])
        if body["uri"] != uri or likes is None:
            return drift("daftar penyuka ini milik unggahan lain, atau bentuknya berubah")
        follow: list[Request] = []
        everyone: list[str] = []
        for like in likes:
            actor = like.get("actor")
            did = str(actor.get("did", "")) if isinstance(actor, dict) else ""
            everyone.append(digest(did, uri))
            if did not in self._rostered or not isinstance(actor, dict) or everyone[-1] in self._seen:
                continue
            stamp = dates.parse(str(like.get("createdAt", "")), seen_at=response.fetched_at)
            if xrpc.labelled_private(actor.get("labels")):
                continue
            address = f"{xrpc.document_url(did, self._config.directory)}#{digest(uri)}"
            self._wanted[address] = (did, uri, stamp.at or response.fetched_at)
            follow.append(Request(address, "penyuka:identitas", gap_seconds=self._config.gap_seconds))
        cursor = body.get("cursor")
        if isinstance(cursor, str) and cursor:
            follow.append(self._likes(uri, cursor))
        outcome = Outcome.OK_ITEMS if follow else Outcome.OK_EMPTY_PROVED
        # Digests alone, to see whether a page brings anything new; an empty range proves no absence.
        return Page(outcome, follow=tuple(follow), listed=Listed(Platform.BLUESKY, "", "", tuple(everyone)))

    def _identity(self, response: Response) -> Page:
        did, uri, at = self._wanted[response.request.url]
        document = xrpc.answer(response, "id")
        if isinstance(document, Page):
            return document
        pds = xrpc.server(document)
        if document["id"] != did or not pds:
            return drift("dokumen identitas ini milik DID lain, atau tanpa server")
        where = (("repo", did), ("collection", records.LIKE), ("limit", "100"), ("cursor", xrpc.tid(at + _SLACK)))
        address = f"{xrpc.url(pds, 'com.atproto.repo.listRecords', *where)}#{digest(uri)}"
        self._wanted[address] = (did, uri, at)
        return Page(
            Outcome.OK_ITEMS,
            follow=(Request(address, "penyuka:catatan", sealed=True, gap_seconds=self._config.gap_seconds),),
        )

    def _record(self, response: Response) -> Page:
        did, uri, _ = self._wanted[response.request.url]
        body = xrpc.answer(response, "records")
        if isinstance(body, Page):
            return body
        for one in xrpc.objects(body["records"]) or ():
            value = one.get("value")
            subject = value.get("subject") if isinstance(value, dict) else None
            if not isinstance(subject, dict) or subject.get("uri") != uri:
                continue
            pds = response.request.url.partition("/xrpc/")[0]
            item = records.to_item(one, self._source_id, AccountRef(Platform.BLUESKY, did), pds, response)
            if isinstance(item, str):
                return drift(f"catatan suka tidak terbaca: {item}")
            self._seen[digest(did, uri)] = "1"
            return Page(Outcome.OK_ITEMS, (item,))
        note = f"suka atas {uri[-80:]} terlihat, tetapi belum ditemukan pada pemiliknya; dicoba lagi"
        return Page(Outcome.OK_EMPTY_PROVED, problems=(note,))
