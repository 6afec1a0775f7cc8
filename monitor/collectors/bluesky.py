"""One Bluesky account: what it posted, answered, shared and liked, read from its own server without a key.

identity (DID document) -> profile (asks not to be shown?) -> listRecords of each collection, newest first, to the end
                                                               -> getPosts: words of what was liked, shared, answered
Of a campaign's account the posts are listed, and who liked them (`bluesky_likes`). The DID is the identity, compared in
every record; the handle is a label. An answer that holds somebody else's record is refused whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from monitor.collectors import bluesky_records as records
from monitor.collectors import loose, xrpc
from monitor.collectors.accounts import Watched, Watching
from monitor.collectors.base import drift
from monitor.collectors.bluesky_feed import AuthorFeed
from monitor.collectors.bluesky_likes import Likers
from monitor.collectors.bluesky_walk import Step, Walk
from monitor.config import BlueskySource
from monitor.models import AccountRef, Item, Outcome, Page, Platform, Request, Response

LIMIT, BATCH = 100, 25
_FOR_NOW = frozenset([Outcome.TRANSIENT, Outcome.BLOCKED, Outcome.RATE_LIMITED, Outcome.AUTH])
_OWN = (records.POST, records.LIKE, records.REPOST)


class BlueskyAccount:
    """One watched account as a source."""

    def __init__(self, config: BlueskySource, account: Watched, watching: Watching) -> None:
        self.source_id = f"{config.id}/{account.key}"
        self.max_requests = config.max_requests
        self.host = ""
        self._config, self._account, self._held = config, account, watching.held
        self._stored = watching.held
        self._named = watching.ids(Platform.BLUESKY)
        self._likers = Likers(config, self.source_id, watching.rostered(Platform.BLUESKY))
        self._feed = AuthorFeed(config, self.source_id)
        self._author = AccountRef(Platform.BLUESKY, account.native_id, account.handle)
        self._seen_handle = ""
        self._marks: dict[str, dict[str, str]] = {}
        self._walks: dict[str, Walk] = {}
        self._steps: dict[str, tuple[str, Step]] = {}
        self._waiting: dict[str, list[Item]] = {}
        self._done: set[str] = set()
        self._cut: set[str] = set()

    def start(self, cursor: str) -> Sequence[Request]:
        """Ask who the account is; each run anew, for accounts move between servers and change their handle."""
        state = _load(cursor)
        own = state.get("own", {})
        self._marks = {name: state.get(name, {}) for name in _OWN}
        self._cut = {name for name in _OWN if self._marks[name].get("resume")}
        self._likers.load(state.get("likes", {}))
        self.host = own.get("pds", "")
        self._seen_handle = own.get("handle", "")
        did = self._account.native_id or own.get("did", "")
        self._author = AccountRef(Platform.BLUESKY, did, self._account.handle)
        if xrpc.DID.match(did):
            return (self._ask(xrpc.document_url(did, self._config.directory), "identitas"),)
        if not self._account.native_id and xrpc.is_handle(self._account.handle):
            where = ("handle", self._account.handle)
            return (
                self._ask(xrpc.url(self._config.appview, "com.atproto.identity.resolveHandle", where), "nama akun"),
            )
        return (self._ask(f"bluesky:{self._account.key}", "identitas"),)

    def read(self, response: Response) -> Page:
        """Say what an answer means."""
        purpose = response.request.purpose
        if purpose in self._walks:
            return self._listing(response)
        if purpose.startswith(Likers.PURPOSES):
            page = self._likers.read(response)
            return replace(page, items=self._filled(page.items), resume=self._state() if page.items else "")
        readers = {
            "nama akun": self._handle,
            "identitas": self._identity,
            "profil": self._profile,
            "konteks": self._context,
            AuthorFeed.PURPOSE: self._shown,
        }
        return readers[purpose](response)

    def reread(self, response: Response) -> Page:
        """Make items of an archived listing again, as if nothing were stored; other answers hold none."""
        if response.request.purpose == AuthorFeed.PURPOSE:
            return self._feed.again(response, self._account.handle, self._stored)
        parts = urlsplit(response.request.url)
        repo, collection = parse_qs(parts.query).get("repo", [""])[0], response.request.purpose
        if collection not in _OWN or not xrpc.DID.match(repo):
            return Page(Outcome.OK_EMPTY_PROVED)
        body = xrpc.answer(response, "records")
        if isinstance(body, Page):
            return body
        self._author = AccountRef(Platform.BLUESKY, repo, self._account.handle)
        self.host, self._held = f"{parts.scheme}://{parts.netloc}", _nothing_held
        found = xrpc.objects(body["records"]) or ()
        uris = [str(one.get("uri", "")) for one in found]
        items, problems = self._items(found, uris, response)
        return Page(
            Outcome.OK_ITEMS, tuple(items), problems=tuple(problems), strange=records.strange(collection, found)
        )

    # ------------------------------------------------------------------- who it is

    def _handle(self, response: Response) -> Page:
        body = xrpc.answer(response, "did")
        if isinstance(body, Page):
            return body
        did = body["did"]
        if not isinstance(did, str) or not xrpc.DID.match(did):
            return drift("nama akun menunjuk ke sesuatu yang bukan DID")
        self._author = AccountRef(Platform.BLUESKY, did, self._account.handle)
        return Page(Outcome.OK_ITEMS, follow=(self._ask(xrpc.document_url(did, self._config.directory), "identitas"),))

    def _identity(self, response: Response) -> Page:
        did = self._author.native_id
        if response.request.url.startswith("bluesky:"):
            return Page(Outcome.INVALID_REQUEST, detail=f"`{did}` bukan DID — betulkan id akun ini di daftar")
        document = xrpc.answer(response, "id")
        if isinstance(document, Page):
            return document
        if document["id"] != did:
            return drift("dokumen identitas ini milik DID lain")
        pds, handle = xrpc.server(document), xrpc.handle(document)
        if not pds:
            return Page(Outcome.GONE, detail="dokumen identitas tidak menyebut server akun; akun sudah ditutup")
        problems = []
        known = self._seen_handle or self._account.handle
        if known and handle and known.casefold() != handle.casefold():
            problems.append(f"nama akun berubah dari {known} menjadi {handle}; pastikan akun ini masih milik orangnya")
        if self.host and self.host != pds:
            problems.append(f"akun pindah server, dari {self.host} ke {pds}")
        self.host, self._seen_handle = pds, handle
        self._author = AccountRef(Platform.BLUESKY, did, handle or self._account.handle)
        where = (("repo", did), ("collection", "app.bsky.actor.profile"), ("rkey", "self"))
        profile = self._ask(xrpc.url(pds, "com.atproto.repo.getRecord", *where), "profil", sealed=True)
        return Page(Outcome.OK_ITEMS, follow=(profile,), problems=tuple(problems))

    def _profile(self, response: Response) -> Page:
        if xrpc.error_name(response) != "RecordNotFound":
            body = xrpc.answer(response, "uri", "value")
            if isinstance(body, Page):
                return self._or_feed(body)
            parts, value = xrpc.split(body["uri"]), body["value"]
            if parts is None or parts[0] != self._author.native_id or not isinstance(value, dict):
                return drift("profil ini milik akun lain")
            kept = loose.dump({"uri": body["uri"], "cid": body.get("cid"), "labels": value.get("labels")}).encode()
            if xrpc.labelled_private(value.get("labels")):
                reason = (
                    "pemilik akun meminta agar tidak ditampilkan kepada umum; isinya tidak diambil, periksa sendiri"
                )
                return Page(Outcome.NOT_AVAILABLE, detail=reason, kept=kept)
        else:
            kept = b""
        prefix = f"at://{self._author.native_id}/"
        wanted = _OWN if self._account.rostered else (records.POST,)
        self._walks = {name: Walk(f"{prefix}{name}/", self._marks.get(name, {})) for name in wanted}
        follow = tuple(self._page(name, Step()) for name in wanted)
        return Page(Outcome.OK_ITEMS, follow=follow, kept=kept, resume=self._state())

    # ------------------------------------------------------------------- what it did

    def _page(self, collection: str, step: Step) -> Request:
        more = (("cursor", step.cursor),) if step.cursor else ()
        where = (("repo", self._author.native_id), ("collection", collection), ("limit", str(LIMIT)), *more)
        request = self._ask(xrpc.url(self.host, "com.atproto.repo.listRecords", *where), collection)
        self._steps[request.url] = (collection, step)
        return request

    def _listing(self, response: Response) -> Page:
        body, (collection, step) = xrpc.answer(response, "records"), self._steps[response.request.url]
        if isinstance(body, Page):
            return self._or_feed(body) if collection == records.POST else body
        found, walk = xrpc.objects(body["records"]), self._walks[collection]
        if found is None:
            return drift("`records` bukan daftar catatan; bentuk jawaban berubah")
        uris = [str(one.get("uri", "")) for one in found]
        if any(xrpc.split(uri) is None or not uri.startswith(walk.prefix) for uri in uris):
            return drift("daftar memuat catatan milik akun lain; seluruh halaman ditolak")
        items, problems = self._items(found, uris, response)
        if found and len(problems) == len(found):
            return Page(Outcome.SCHEMA_DRIFT, problems=tuple(problems), detail="tidak satu pun catatan terbaca")
        cursor = body.get("cursor")
        more = cursor if isinstance(cursor, str) else ""
        keys = [uri.removeprefix(walk.prefix) for uri in uris]
        following = walk.after(step, keys, more)
        self._marks[collection] = walk.marks
        ready, contexts = self._with_context(items)
        follow = [*contexts, *([self._page(collection, following)] if following else [])]
        if self._account.campaign and collection == records.POST:
            follow += self._likers.of_posts(found, response.fetched_at)
        self._feed.listed(collection, uris, whole=following is None and collection not in self._cut)
        if following is None and self._config.author_feed and set(self._walks) == self._ended(collection):
            follow.append(self._feed.ask(self._author.native_id))
        return Page(
            Outcome.OK_ITEMS if found else Outcome.OK_EMPTY_PROVED,
            tuple(ready),
            tuple(follow),
            tuple(problems),
            resume=self._state(),
            stop="" if following else "daftar habis",
            listed=walk.listed(step, keys, ended=following is None),
            strange=records.strange(collection, found),
        )

    def _items(
        self, found: Sequence[Mapping[str, object]], uris: Sequence[str], response: Response
    ) -> tuple[list[Item], list[str]]:
        """Make items of what is new, was edited, or still lacks the words around it."""
        known = self._held(Platform.BLUESKY, uris)
        items: list[Item] = []
        problems: list[str] = []
        for record, uri in zip(found, uris, strict=True):
            before = known.get(uri)
            complete = before is not None and not (self._account.rostered and records.lacks_context(before))
            if complete and before is not None and before.native_version == record.get("cid"):
                continue
            item = records.to_item(record, self.source_id, self._author, self.host, response)
            if isinstance(item, str):
                problems.append(item)
            else:
                items.append(item)
        return items, problems

    def _ended(self, collection: str) -> set[str]:
        self._done.add(collection)
        return self._done

    def _or_feed(self, page: Page) -> Page:
        """Where the account's own server does not answer for now, look at what others are shown; it proves nothing."""
        if not self._config.author_feed or page.outcome not in _FOR_NOW:
            return page
        return replace(page, follow=(self._feed.ask(self._author.native_id),))

    def _shown(self, response: Response) -> Page:
        """Hold what others are shown against what the account's server listed."""
        uris = self._feed.uris(response)
        known = self._held(Platform.BLUESKY, uris) if uris else {}
        page = self._feed.read(response, self._author, self.host, known)
        ready, contexts = self._with_context(page.items)
        return replace(page, items=tuple(ready), follow=(*contexts, *page.follow))

    # ------------------------------------------------------------------- what it was done to

    def _with_context(self, items: Sequence[Item]) -> tuple[list[Item], list[Request]]:
        """Split into items that are whole, and requests for the posts that the others were done to."""
        filled = self._filled(items)
        if not self._account.rostered:
            return list(filled), []
        lacking = [one for one in filled if records.lacks_context(one)]
        uris = list(dict.fromkeys(one.parent.native_id for one in lacking if one.parent is not None))
        requests = []
        for at in range(0, len(uris), BATCH):
            part = uris[at : at + BATCH]
            address = xrpc.url(self._config.appview, "app.bsky.feed.getPosts", *(("uris", uri) for uri in part))
            waiting = [one for one in lacking if one.parent is not None and one.parent.native_id in part]
            if address in self._waiting:
                self._waiting[address] += waiting
                continue
            self._waiting[address] = waiting
            requests.append(self._ask(address, "konteks", paging=False, sealed=True))
        return [one for one in filled if not records.lacks_context(one)], requests

    def _filled(self, items: Sequence[Item]) -> tuple[Item, ...]:
        """Put beside acts the words of posts that are stored already."""
        about = {one.parent.native_id for one in items if one.parent is not None}
        known = self._held(Platform.BLUESKY, sorted(about)) if about else {}
        return tuple(records.from_stored(one, known) for one in items)

    def _context(self, response: Response) -> Page:
        """Store the waiting acts with the words of what they were done to; without, where these cannot be had."""
        waiting = self._waiting.pop(response.request.url)
        asked = {one.parent.native_id for one in waiting if one.parent is not None}
        body = xrpc.answer(response, "posts")
        if isinstance(body, Page):
            note = f"{len(waiting)} butir disimpan tanpa isi unggahan yang dituju; dicoba lagi pada giliran berikut"
            return Page(body.outcome, tuple(waiting), problems=(note,), detail=body.detail)
        if xrpc.objects(body["posts"]) is None:
            return Page(Outcome.SCHEMA_DRIFT, tuple(waiting), detail="`posts` bukan daftar; bentuk jawaban berubah")
        found, problems = records.posts(body["posts"], asked, self._named)
        whole = [records.with_parent(one, found.get(one.parent.native_id)) for one in waiting if one.parent is not None]
        kept = loose.dump([{"uri": uri, "text": one.text} for uri, one in found.items()]).encode()
        return Page(Outcome.OK_ITEMS, tuple(whole), problems=tuple(problems), kept=kept)

    # ------------------------------------------------------------------- both

    def _ask(self, url: str, purpose: str, *, paging: bool = True, sealed: bool = False) -> Request:
        return Request(url, purpose, paging=paging, sealed=sealed, gap_seconds=self._config.gap_seconds)

    def _state(self) -> str:
        own = {"did": self._author.native_id, "pds": self.host, "handle": self._seen_handle}
        return loose.dump({"own": own, **self._marks, "likes": self._likers.seen})


def _nothing_held(_platform: Platform, _ids: Sequence[str]) -> dict[str, Item]:
    return {}


def _load(cursor: str) -> dict[str, dict[str, str]]:
    """Read the cursor: tables of texts alone."""
    tables = ((key, one) for key, one in loose.state(cursor).items() if isinstance(one, dict))
    return {key: {name: value for name, value in one.items() if isinstance(value, str)} for key, one in tables}
