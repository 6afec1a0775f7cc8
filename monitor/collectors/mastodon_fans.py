"""Who favourited or boosted a campaign's posts: of the answer only rostered people are looked at, others dropped. Pure.

Asked at the home server of the post, the only one that knows of all. Counts are never believed: some servers leave them
at 0. A server that does not show the list to strangers has not shown an empty one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from monitor.collectors import dates, loose
from monitor.collectors import mastodon_api as api
from monitor.collectors import mastodon_records as records
from monitor.collectors.cursor import digest
from monitor.config import MastodonSource
from monitor.models import AccountRef, Item, Listed, Outcome, Page, Parent, Platform, Request, Response

LIMIT = 80
_LISTS = {"penyuka": "favourited_by", "pembagi": "reblogged_by"}
_ITEMS = {"penyuka": records.favourite, "pembagi": records.boost}
_IDS = {"penyuka": records.favourite_id, "pembagi": records.boost_id}


class Rostered:
    """The rostered accounts of a platform, found by the actor's address, or by name where no address is known."""

    def __init__(self, accounts: Sequence[AccountRef]) -> None:
        self._by_id = {one.native_id: one for one in accounts if one.native_id}
        self._by_name = {one.handle.casefold().lstrip("@"): one for one in accounts if one.handle}

    def __bool__(self) -> bool:
        return bool(self._by_id or self._by_name)

    def find(self, account: Mapping[str, object], home: str) -> AccountRef | None:
        """Give the rostered account that this is, None for anybody else."""
        uri = account.get("uri")
        if isinstance(uri, str) and uri in self._by_id:
            return self._by_id[uri]
        named = self._by_name.get(api.acct_of(account, home))
        if named is None:
            url = account.get("url")
            return self._by_id.get(url) if isinstance(url, str) and not uri else None
        if not named.native_id:
            address = api.actor_of(account)
            return AccountRef(Platform.MASTODON, address, named.handle) if address else None
        # A name that now belongs to another address is another account.
        return named if not uri else None


@dataclass
class _List:
    """One list of one post, as far as it was read in this run."""

    post: Parent
    found: list[str] = field(default_factory=list)


class Fans:
    """The favourites and boosts of one campaign account's posts by rostered people."""

    PURPOSES = ("penyuka ", "pembagi ")

    def __init__(self, config: MastodonSource, source_id: str, rostered: Rostered) -> None:
        self._config, self._source_id, self._rostered = config, source_id, rostered
        self._before: dict[str, list[str]] = {}
        self._looked: dict[str, str] = {}
        self._lists: dict[str, _List] = {}

    def load(self, state: Mapping[str, object]) -> None:
        """Take up who was found in earlier runs, and when each list was last read whole."""
        for key, value in state.items():
            if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
                self._looked[key], self._before[key] = value[0], value[1:]

    def state(self) -> dict[str, object]:
        """Give, by list, when it was last read whole and which rostered people's acts were in it."""
        return {key: [at, *self._before.get(key, [])] for key, at in list(self._looked.items())[-500:]}

    def of_posts(
        self, statuses: Sequence[Mapping[str, object]], author: AccountRef, response: Response
    ) -> list[Request]:
        """Ask for both lists of those own posts that are young enough."""
        home, requests = api.origin(author.native_id), []
        for one in statuses:
            at = dates.parse(loose.text(one.get("created_at")), seen_at=response.fetched_at).at
            young = at is not None and response.fetched_at - at <= timedelta(days=self._config.campaign_days)
            key, uri = api.identifier(one), loose.text(one.get("uri"))
            if not (self._rostered and young and key and api.ACTOR.match(uri)) or isinstance(one.get("reblog"), dict):
                continue
            if f"penyuka {key}" in self._lists:
                continue  # a server that pages blindly shows a post twice
            post = Parent(uri, records.page_of(one) or uri, api.text_of(one) or "", author)
            for kind in _LISTS:
                self._lists[f"{kind} {key}"] = _List(post)
                requests.append(self._ask(home, kind, key, ""))
        return requests

    def _ask(self, home: str, kind: str, key: str, after: str) -> Request:
        more = (("max_id", after),) if after else ()
        address = api.url(home, f"/api/v1/statuses/{key}/{_LISTS[kind]}", ("limit", str(LIMIT)), *more)
        gap = self._config.gap_seconds * (3 if after else 1)
        return Request(address, f"{kind} {key}", paging=True, sealed=True, gap_seconds=gap)

    def read(self, response: Response, held: Mapping[str, Item]) -> Page:
        """Read one page of a list; `held` are the boosts that are stored already."""
        purpose = response.request.purpose
        kind = purpose.partition(" ")[0]
        if response.outcome is Outcome.AUTH:
            reason = "daftar ini tidak dibuka server untuk yang tidak masuk; bukan berarti kosong"
            return Page(Outcome.NOT_AVAILABLE, detail=reason)
        accounts = api.objects(response)
        if isinstance(accounts, Page):
            return accounts
        now, home = self._lists[purpose], api.origin(response.request.url)
        if any(not api.identifier(one) for one in accounts):
            return Page(Outcome.SCHEMA_DRIFT, detail="daftar memuat akun tanpa id; bentuknya berubah")
        since = self._looked.get(purpose, "")
        rule = f"terlihat; pada {since[:16]} UTC belum" if since else "terlihat"
        ids, items = [], []
        for one in accounts:
            who = self._rostered.find(one, home)
            if who is None or api.asks_not_to_be_shown(one):
                ids.append(digest(api.identifier(one), purpose))
                continue
            native_id = _IDS[kind](now.post.native_id, who.native_id)
            ids.append(native_id)
            now.found.append(native_id)
            if native_id not in held:
                items.append(_ITEMS[kind](now.post, who, self._source_id, rule))
        return self._page(response, tuple(items), tuple(ids))

    def _page(self, response: Response, items: tuple[Item, ...], ids: tuple[str, ...]) -> Page:
        purpose, home = response.request.purpose, api.origin(response.request.url)
        kind, _, key = purpose.partition(" ")
        after, before, found = api.next_id(response) or "", self._before.get(purpose, []), self._lists[purpose].found
        gone: tuple[str, ...] = ()
        if not after:
            gone = tuple(one for one in before if one not in found)
            self._looked[purpose] = response.fetched_at.isoformat()
            self._before[purpose] = list(dict.fromkeys([*before, *found]))
        kept = loose.dump({"daftar": purpose, "dari": len(ids), "aparatur": found}).encode() if before or found else b""
        return Page(
            Outcome.OK_ITEMS if items or found else Outcome.OK_EMPTY_PROVED,
            items,
            (self._ask(home, kind, key, after),) if after else (),
            stop="" if after else "daftar habis",
            kept=kept,
            listed=Listed(Platform.MASTODON, "", "", ids, gone),
        )

    def identities(self, response: Response) -> list[str]:
        """Name the acts that an answer would tell of, so that what is stored of them can be looked up."""
        kind, accounts = response.request.purpose.partition(" ")[0], api.objects(response)
        post = self._lists[response.request.purpose].post
        found = [] if isinstance(accounts, Page) else accounts
        people = [self._rostered.find(one, api.origin(response.request.url)) for one in found]
        return [_IDS[kind](post.native_id, one.native_id) for one in people if one is not None]
