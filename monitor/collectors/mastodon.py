"""One account of a Mastodon-compatible server: what it posted, answered and boosted, read at its home without a key.

[webfinger: which actor is this name] -> account (asks not to be shown? gone? limited?) -> statuses, newest first
                                                            -> the posts that replies answer
Of a campaign's account also who favourited and boosted its posts (`mastodon_fans`). The actor's address is the
identity, the server's own id is compared in every run and status. A page with somebody else's status is refused whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from urllib.parse import parse_qs, urlsplit

from monitor.collectors import dates, loose
from monitor.collectors import mastodon_api as api
from monitor.collectors import mastodon_records as records
from monitor.collectors.accounts import Watched, Watching
from monitor.collectors.base import drift
from monitor.collectors.mastodon_again import again
from monitor.collectors.mastodon_fans import Fans, Rostered
from monitor.collectors.mastodon_past import Look, Noticed, Past
from monitor.collectors.mastodon_walk import Entry, Taken, Walk
from monitor.config import MastodonSource
from monitor.models import AccountRef, Item, ItemKind, Listed, Outcome, Page, Parent, Platform, Request, Response

LIMIT, MANY = 40, 10
_CLOSED = "pemilik akun meminta agar tidak ditampilkan kepada umum ({}); isinya tidak diambil, periksa sendiri"


class MastodonAccount:
    """One watched account as a source."""

    def __init__(self, config: MastodonSource, account: Watched, watching: Watching) -> None:
        self.source_id = f"{config.id}/{account.key}"
        self.max_requests = config.max_requests
        self._config, self._account, self._held = config, account, watching.held
        everyone = watching.on(Platform.MASTODON)
        refs = {one.key: AccountRef(Platform.MASTODON, one.native_id, one.handle) for one in everyone}
        self._named_refs = Rostered(list(refs.values()))
        rostered = [refs[one.key] for one in everyone if one.rostered]
        self._fans = Fans(config, self.source_id, Rostered(rostered if account.campaign else []))
        self._author = AccountRef(Platform.MASTODON, account.native_id, account.handle)
        self._own: dict[str, str] = {}
        self._state: dict[str, object] = {}
        self._walk: Walk | None = None
        kinds = {ItemKind.POST, ItemKind.COMMENT} | ({ItemKind.SHARE} if account.rostered else set())
        self._new_past = partial(Past, stored=watching.stored, most=config.check_statuses, kinds=kinds)
        self._past = self._new_past({}, "")
        self._looks: dict[str, Look] = {}
        self._counted = 0
        self._committed: dict[str, object] = {}
        self._seen: set[str] = set()
        self._waiting: dict[str, list[Item]] = {}
        self._answered: dict[str, Parent | None] = {}

    @property
    def host(self) -> str:
        """The server that is asked, for taking turns."""
        name = api.split_handle(self._account.handle)
        return urlsplit(self._author.native_id).netloc or (name[1] if name else "")

    def start(self, cursor: str) -> Sequence[Request]:
        """Ask who the account is; each run anew, for accounts are suspended, moved and made again."""
        self._state = loose.state(cursor)
        self._own = {name: loose.text(one) for name, one in loose.table(self._state.get("own")).items()}
        self._fans.load(loose.table(self._state.get("fans")))
        actor = self._account.native_id or self._own.get("uri", "")
        name = api.split_handle(self._account.handle)
        if api.ACTOR.match(actor):
            self._author = replace(self._author, native_id=actor)
            return (self._account_request(actor),)
        if not actor and name is not None:
            return (self._ask(api.webfinger_url(*name, self._config.scheme), "nama akun"),)
        return (self._ask(f"mastodon:{self._account.key}", "akun"),)

    def _account_request(self, actor: str) -> Request:
        home, own_id = api.origin(actor), self._own.get("id", "")
        if own_id and self._own.get("uri") == actor:
            return self._ask(api.url(home, f"/api/v1/accounts/{own_id}"), "akun")
        name = api.split_handle(self._account.handle)
        who = name[0] if name else actor.rstrip("/").rpartition("/")[2].lstrip("@")
        return self._ask(api.url(home, "/api/v1/accounts/lookup", ("acct", who)), "akun")

    def read(self, response: Response) -> Page:
        """Say what an answer means."""
        purpose = response.request.purpose
        if purpose.startswith(Fans.PURPOSES):
            held = self._held(Platform.MASTODON, self._fans.identities(response))
            page = self._fans.read(response, held)
            return replace(page, resume=self._resume()) if page.outcome.proved else page
        if response.request.url in self._looks:
            return self._looked(response, self._looks[response.request.url])
        readers = {"nama akun": self._name, "akun": self._profile, "status": self._statuses, "konteks": self._context}
        return readers[purpose](response)

    def reread(self, response: Response) -> Page:
        """Make items of an archived listing again; what a reply answered stays as it was found then."""
        return again(response, self.source_id, self._author, self._whose, self._held)

    # ------------------------------------------------------------------- who it is

    def _name(self, response: Response) -> Page:
        body = api.an_object(response)
        if isinstance(body, Page):
            return body
        links = body.get("links")
        found = [
            one.get("href")
            for one in (links if isinstance(links, list) else ())
            if isinstance(one, dict) and one.get("rel") == "self"
        ]
        actor = next((one for one in found if isinstance(one, str) and api.ACTOR.match(one)), "")
        if not actor:
            return drift("server tidak menyebut alamat aktor bagi nama akun ini")
        self._author = replace(self._author, native_id=actor)
        return Page(Outcome.OK_ITEMS, follow=(self._account_request(actor),))

    def _profile(self, response: Response) -> Page:
        if response.request.url.startswith("mastodon:"):
            advice = "isi id akun dengan alamat aktornya (https://server/users/nama) atau nama akun nama@server"
            return Page(Outcome.INVALID_REQUEST, detail=f"`{self._account.key[:80]}` tidak dapat dicari — {advice}")
        account = api.an_object(response)
        if isinstance(account, Page):
            return self._other_door(response) or account
        own_id, actor = api.identifier(account), self._author.native_id
        if objection := self._objection(account, own_id, actor):
            return objection
        count = account.get("statuses_count")
        self._counted = count if isinstance(count, int) else 0
        before = self._own.get("count", "") if self._own.get("uri") == actor else ""
        self._own = {"id": own_id, "uri": actor, "acct": api.acct_of(account, api.origin(actor)), "count": before}
        self._author = AccountRef(Platform.MASTODON, actor, self._account.handle or self._own["acct"])
        self._walk = Walk(
            loose.table(self._state.get("walk")), response.fetched_at,
            recheck_days=self._config.recheck_days, whole_days=self._config.whole_days,
        )  # fmt: skip
        self._past = self._new_past(loose.table(self._state.get("past")), actor)
        self._commit()
        kept = loose.dump(records.redacted_account(account, actor, self._counted)).encode()
        return Page(
            Outcome.OK_ITEMS, follow=(self._page(""),), problems=api.notes(account), kept=kept,
            resume=self._resume(), strange=records.strange_account(account),
        )  # fmt: skip

    def _objection(self, account: Mapping[str, object], own_id: str, actor: str) -> Page | None:
        """Say why an account may not be read: another's, gone, or its owner asks not to be shown."""
        if not own_id:
            return drift("akun tanpa `id`; bentuk jawaban berubah")
        if self._own.get("uri") == actor and self._own.get("id", own_id) != own_id:
            return Page(
                Outcome.GONE, detail="akun lama sudah tidak ada; nama itu kini dipakai akun lain — periksa daftar"
            )
        address = api.actor_of(account)
        if address != actor and account.get("url") == actor:
            reason = f"id akun dalam daftar adalah alamat halamannya; alamat aktornya {address} — betulkan daftarnya"
            return Page(Outcome.INVALID_REQUEST, detail=reason)
        named = bool(self._own.get("id")) or api.is_named(account, actor, self._account.handle)
        if not api.same_actor(account, actor, "") or not named:
            return drift("server menjawab dengan akun lain daripada yang ditanyakan")
        if account.get("suspended") is True:
            return Page(Outcome.GONE, detail="akun ditangguhkan oleh servernya")
        if mark := api.asks_not_to_be_shown(account):
            kept = loose.dump({"id": own_id, "uri": actor, "tanda": mark}).encode()
            return Page(Outcome.NOT_AVAILABLE, detail=_CLOSED.format(mark), kept=kept)
        return None

    def _other_door(self, response: Response) -> Page | None:
        """Ask by name where a server has no look-up; only where it said that there is no such page."""
        if response.outcome is not Outcome.GONE or "/lookup?" not in response.request.url:
            return None
        home, name = api.origin(self._author.native_id), response.request.url.rpartition("acct=")[2]
        return Page(Outcome.OK_ITEMS, follow=(self._ask(api.url(home, f"/api/v1/accounts/{name}"), "akun"),))

    # ------------------------------------------------------------------- what it did

    def _page(self, after: str) -> Request:
        more = [("max_id", after)] if after else []
        if not self._account.rostered:
            more.append(("exclude_reblogs", "true"))
        path = f"/api/v1/accounts/{self._own['id']}/statuses"
        address = api.url(api.origin(self._author.native_id), path, ("limit", str(LIMIT)), *more)
        gap = self._config.gap_seconds * (3 if after else 1)
        return Request(address, "status", paging=True, sealed=True, gap_seconds=gap)

    def _statuses(self, response: Response) -> Page:
        walk = self._walk
        assert walk is not None
        found = api.objects(response)
        if isinstance(found, Page):
            return found
        if any(self._foreign(one) for one in found):
            return drift("daftar memuat unggahan milik akun lain; seluruh halaman ditolak")
        if not found and not self._seen and self._counted > 0:
            reason = f"server menyebut {self._counted} unggahan tetapi tidak memperlihatkan satu pun kepada umum"
            return Page(Outcome.NOT_AVAILABLE, detail=reason)
        shown = [one for one in found if api.is_public(one)]
        items, problems = self._items(shown, response)
        if shown and len(problems) == len(shown):
            kept = loose.dump([records.redacted(one, self._author.native_id) for one in shown]).encode()
            said, strange = "tidak satu pun unggahan terbaca", records.strange(found)
            return Page(Outcome.SCHEMA_DRIFT, problems=tuple(problems), detail=said, kept=kept, strange=strange)
        entries = self._entries(shown, response)
        after, blind = self._after(response, found)
        stamps = [loose.text(one.get("created_at")) for one in shown]
        sound = api.newest_first(stamps) and not blind
        taken = self._believed(walk.take(entries, after, sorted_down=sound), problems)
        noticed = self._noticed(entries, shown, (_asked_with(response), after), sound=sound)
        ready, contexts = self._with_context(items)
        self._commit()
        follow = [*contexts, *([self._page(taken.after)] if taken.after else []), *map(self._look, noticed.looks)]
        if self._account.campaign:
            follow += self._fans.of_posts(shown, self._author, response)
        ids = tuple(one.native_id for one in entries)
        return Page(
            Outcome.OK_ITEMS if found else Outcome.OK_EMPTY_PROVED,
            tuple(ready),
            tuple(follow),
            tuple(problems),
            resume=self._resume(),
            stop=taken.stop,
            kept=loose.dump([records.redacted(one, self._author.native_id) for one in shown]).encode()
            if shown
            else b"",
            listed=Listed(Platform.MASTODON, "", "", ids, (*taken.gone, *noticed.gone)),
            strange=records.strange(found),
        )

    def _believed(self, taken: Taken, problems: list[str]) -> Taken:
        """Doubt that very many posts vanished at once while the server still counts them."""
        before = int(self._own["count"]) if self._own["count"].isdigit() else self._counted + len(taken.gone)
        if len(taken.gone) >= MANY and self._counted > before - len(taken.gone) // 2:
            many = len(taken.gone)
            problems.append(f"{many} unggahan tidak diperlihatkan lagi tetapi masih dihitung; belum dianggap ditarik")
            return replace(taken, gone=())
        if not taken.gone:
            self._own["count"] = str(self._counted)
        return taken

    def _foreign(self, status: Mapping[str, object]) -> bool:
        account = api.an_account(status.get("account"))
        return account is None or not api.same_actor(account, self._author.native_id, self._own["id"])

    def _entries(self, shown: Sequence[Mapping[str, object]], response: Response) -> list[Entry]:
        entries = []
        for one in shown:
            key = records.native_id(one, self._author.native_id)
            at = dates.parse(loose.text(one.get("created_at")), seen_at=response.fetched_at).at
            if key:
                entries.append(Entry(key, api.identifier(one), at))
        return entries

    def _after(self, response: Response, found: Sequence[Mapping[str, object]]) -> tuple[str, bool]:
        """Give the `max_id` of the page below, and whether the server pages blindly: then nothing proves an absence."""
        ids = [api.identifier(one) for one in found]
        fresh = [one for one in ids if one not in self._seen]
        self._seen.update(ids)
        after = api.next_id(response)
        if after is not None:
            return after, False
        if len(found) < LIMIT:
            return "", False
        return (ids[-1] if fresh else ""), True

    def _items(self, shown: Sequence[Mapping[str, object]], response: Response) -> tuple[list[Item], list[str]]:
        """Make items of what is new, was edited, or still lacks the words around it."""
        home = api.origin(self._author.native_id)
        known = self._held(Platform.MASTODON, [records.native_id(one, self._author.native_id) for one in shown])
        items: list[Item] = []
        problems: list[str] = []
        for status in shown:
            item = records.to_item(status, self.source_id, self._author, home, response, self._whose)
            if isinstance(item, str):
                problems.append(item)
                continue
            before = known.get(item.native_id)
            whole = before is not None and not records.lacks_context(before) and before.happened_at is not None
            if whole and before is not None and (before.native_version, before.text, before.title) == (
                item.native_version, item.text, item.title
            ):  # fmt: skip
                continue
            if before is not None and records.lacks_context(item) and not records.lacks_context(before):
                item = replace(item, parent=before.parent)
            items.append(item)
        return items, problems

    def _whose(self, account: Mapping[str, object], home: str) -> AccountRef:
        """Give handle and name of watched accounts alone; of all others the address."""
        if (named := self._named_refs.find(account, home)) is not None:
            return replace(named, display_name=loose.text(account.get("display_name"))[:200])
        return AccountRef(Platform.MASTODON, api.actor_of(account))

    # ------------------------------------------------------------------- what it took away long ago

    def _noticed(
        self, entries: Sequence[Entry], shown: Sequence[Mapping[str, object]], turn: tuple[str, str], *, sound: bool
    ) -> Noticed:
        assert self._walk is not None
        urls = {records.native_id(one, self._author.native_id): records.page_of(one) for one in shown}
        return self._past.page(entries, urls, self._walk.names, turn, sound=sound)

    def _look(self, look: Look) -> Request:
        # The mark keeps it apart from a request for the same status as the context of a reply.
        address = f"{api.url(api.origin(self._author.native_id), f'/api/v1/statuses/{look.server_id}')}#periksa"
        self._looks[address] = look
        return self._ask(address, "periksa", paging=False)

    def _looked(self, response: Response, look: Look) -> Page:
        """Read the answer about one older status: it is there, was edited, or is not there any more."""
        status, actor = api.an_object(response), self._author.native_id
        failed = status if isinstance(status, Page) else None
        found = {} if isinstance(status, Page) else status
        there = not self._foreign(found) and records.native_id(found, actor) == look.native_id
        if self._past.is_control(look):
            self._past.control(look, shown=there)
            said = "" if there else "server tidak memperlihatkan unggahan satu per satu; yang lama tidak diperiksa"
            outcome = Outcome.OK_EMPTY_PROVED if there else Outcome.NOT_AVAILABLE
            return Page(outcome, detail=said, resume=self._resume())
        if there:
            self._past.done(look, missing=False)
            items, problems = self._items([found], response)
            kept = loose.dump([records.redacted(found, actor)]).encode() if items else b""
            listed = Listed(Platform.MASTODON, "", "", (look.native_id,))
            return Page(
                Outcome.OK_ITEMS, tuple(items), problems=tuple(problems), kept=kept, listed=listed,
                resume=self._resume(),
            )  # fmt: skip
        if failed is not None and failed.outcome is Outcome.GONE and self._past.trusts(look):
            self._past.done(look, missing=True)
            kept = loose.dump({"diperiksa": look.native_id, "status": response.status}).encode()
            listed = Listed(Platform.MASTODON, "", "", (), (look.native_id,))
            return Page(Outcome.OK_EMPTY_PROVED, kept=kept, listed=listed, resume=self._resume())
        self._past.done(look, missing=None)
        return replace(failed or drift("server memberi unggahan lain"), resume=self._resume())

    # ------------------------------------------------------------------- what it answered

    def _with_context(self, items: Sequence[Item]) -> tuple[list[Item], list[Request]]:
        """Split into items that are whole, and requests for the posts that replies answer (of rostered people)."""
        ready: list[Item] = []
        requests = []
        for one in items:
            address = one.parent.url if one.parent is not None and records.lacks_context(one) else ""
            if not (self._account.rostered and address):
                ready.append(one)
            elif address in self._answered:
                ready.append(_with_parent(one, self._answered[address]))
            else:
                if address not in self._waiting:
                    requests.append(self._ask(address, "konteks", paging=False))
                self._waiting.setdefault(address, []).append(one)
        return ready, requests

    def _context(self, response: Response) -> Page:
        """Store the waiting replies with the words that they answer; without, where these cannot be had."""
        address = response.request.url
        waiting = self._waiting.pop(address)
        status, kept = api.an_object(response), b""
        notes: tuple[str, ...] = (f"{len(waiting)} balasan disimpan tanpa isi unggahan yang dijawab",)
        outcome, detail = Outcome.OK_ITEMS, ""
        if not isinstance(status, Page):
            parent = records.to_parent(status, api.origin(address), self._whose)
            if parent is None or api.identifier(status) != address.rpartition("/")[2]:
                outcome, detail, parent = Outcome.SCHEMA_DRIFT, "server memberi unggahan lain", None
            else:
                notes, kept = (), loose.dump(records.around(status)).encode()
        elif status.outcome in {Outcome.GONE, Outcome.NOT_AVAILABLE, Outcome.AUTH}:
            parent = Parent()  # that it is gone, or not for everybody, is an answer: it is not asked for again
        else:
            outcome, detail, parent = status.outcome, status.detail, None
        self._answered[address] = parent
        items = tuple(_with_parent(one, parent) for one in waiting)
        return Page(outcome, items, problems=notes, detail=detail, kept=kept, resume=self._resume())

    # ------------------------------------------------------------------- both

    def _ask(self, url: str, purpose: str, *, paging: bool = True) -> Request:
        return Request(url, purpose, paging=paging, sealed=True, gap_seconds=self._config.gap_seconds)

    def _commit(self) -> None:
        """Note how far was read; it is kept with a page only once no reply of it waits for what it answers."""
        assert self._walk is not None
        self._committed = {"own": dict(self._own), "walk": self._walk.state()}

    def _resume(self) -> str:
        if self._waiting:
            return ""
        return loose.dump({**self._committed, "fans": self._fans.state(), "past": self._past.state()})


def _asked_with(response: Response) -> str:
    return parse_qs(urlsplit(response.request.url).query).get("max_id", [""])[0]


def _with_parent(item: Item, parent: Parent | None) -> Item:
    return item if parent is None else replace(item, parent=parent)
