"""One YouTube channel through the Data API: its newest uploads, and rostered people's comments under a campaign's.

channels -> playlistItems of its uploads -> videos, one by one where new or edited
                                         -> of a campaign: the comments (`youtube_comments`)
The channel id is the identity. A page that holds another channel's upload is refused whole. Whatever is asked is
sealed: evidence is kept an object at a time, because the terms ask that each be refreshed or erased within 30 days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.collectors import dates, loose
from monitor.collectors import youtube_api as api
from monitor.collectors import youtube_items as things
from monitor.collectors.accounts import Watched, Watching
from monitor.collectors.base import drift
from monitor.collectors.youtube_comments import Comments
from monitor.config import YoutubeSource
from monitor.models import AccountRef, Listed, Outcome, Page, Parent, Platform, Request, Response

LIMIT = "50"
_UNSEEN = frozenset(["Private video", "Deleted video"])
Json = Mapping[str, object]


class YoutubeChannel:
    """One watched channel as a source."""

    def __init__(self, config: YoutubeSource, account: Watched, watching: Watching) -> None:
        self.source_id = f"{config.id}/{account.key}"
        self.max_requests = config.max_requests
        self.host = urlsplit(config.api).netloc
        self._config, self._account, self._held = config, account, watching.held
        people = {
            one.native_id: AccountRef(Platform.YOUTUBE, one.native_id, one.handle)
            for one in watching.on(Platform.YOUTUBE)
            if one.rostered and one.native_id
        }
        self._comments = Comments(config, self.source_id, people if account.campaign else {})
        self._author = AccountRef(Platform.YOUTUBE, account.native_id, account.handle)
        self._own: dict[str, object] = {}
        self._known: dict[str, str] = {}
        self._found: dict[str, str] = {}
        self._uploads, self._counted = "", 0

    def start(self, cursor: str) -> Sequence[Request]:
        """Ask what the channel is; each run anew."""
        state = loose.state(cursor)
        self._own = loose.table(state.get("own"))
        self._known = {key: str(one) for key, one in loose.table(state.get("videos")).items()}
        self._comments.load(loose.table(state.get("comments")))
        channel = self._account.native_id or api.text(self._own, "id")
        handle = self._account.handle.strip().lstrip("@")
        parts = ("part", "snippet,contentDetails,statistics")
        if api.CHANNEL.match(channel):
            self._author = replace(self._author, native_id=channel)
            return (self._ask("channels", "kanal", parts, ("id", channel)),)
        if not self._account.native_id and handle:
            return (self._ask("channels", "kanal", parts, ("forHandle", f"@{handle}")),)
        return (Request(f"youtube:{self._account.key}", "kanal", paging=True, sealed=True),)

    def read(self, response: Response) -> Page:
        """Say what an answer means."""
        purpose = response.request.purpose
        if purpose.startswith(Comments.PURPOSES):
            held = self._held(Platform.YOUTUBE, self._comments.identities(response))
            page = self._comments.read(response, held)
            return replace(page, resume=self._dump()) if page.outcome.proved else page
        if purpose.startswith("video "):
            return self._video(response)
        return self._channel(response) if purpose == "kanal" else self._playlist(response)

    # ------------------------------------------------------------------- which channel

    def _channel(self, response: Response) -> Page:
        if response.request.url.startswith("youtube:"):
            advice = "isi id akun dengan id kanal (UC…), atau nama akun dengan @nama kanalnya"
            return Page(Outcome.INVALID_REQUEST, detail=f"`{self._account.key[:80]}` bukan id kanal — {advice}")
        body = api.answer(response, "channelListResponse")
        if isinstance(body, Page):
            return body
        found = api.items(body)
        if found is None:
            return drift("`items` tidak ada; bentuk jawaban berubah")
        if not found:
            return Page(Outcome.GONE, detail="kanal ini tidak ada lagi, atau ditutup")
        channel, key = found[0], api.text(found[0], "id")
        if not api.CHANNEL.match(key) or key != (self._author.native_id or key):
            return drift("server memberi kanal lain daripada yang ditanyakan")
        problems = []
        name = api.text(channel, "snippet", "customUrl")
        before = api.text(self._own, "handle")
        if name and before and name.casefold() != before.casefold():
            problems.append(f"nama kanal berubah dari {before} menjadi {name}; pastikan masih milik orangnya")
        self._own = {"id": key, "handle": name or before}
        self._author = AccountRef(Platform.YOUTUBE, key, self._account.handle or name)
        self._uploads = api.text(channel, "contentDetails", "relatedPlaylists", "uploads")
        if not self._uploads:
            return drift("kanal tanpa daftar unggahan; bentuk jawaban berubah")
        self._counted = api.count(channel, "statistics", "videoCount") or 0
        kept = loose.dump({"id": key, "customUrl": name, "videoCount": self._counted}).encode()
        strange = things.strange("channel", found[:1])
        if self._counted == 0 and not self._known:
            empty = Page(Outcome.OK_EMPTY_PROVED, problems=tuple(problems), kept=kept, cursor=self._dump())
            return replace(empty, strange=strange)
        return Page(
            Outcome.OK_ITEMS, follow=(self._page(""),), problems=tuple(problems), kept=kept, resume=self._dump(),
            strange=strange,
        )  # fmt: skip

    # ------------------------------------------------------------------- what it uploaded

    def _page(self, token: str) -> Request:
        more = (("pageToken", token),) if token else ()
        where = (("part", "snippet,contentDetails"), ("playlistId", self._uploads), ("maxResults", LIMIT))
        return self._ask("playlistItems", "daftar", *where, *more)

    def _playlist(self, response: Response) -> Page:
        body = api.answer(response, "playlistItemListResponse")
        if isinstance(body, Page):
            return body
        found = api.items(body)
        if found is None:
            return drift("`items` tidak ada; bentuk jawaban berubah")
        if not found and not self._found and self._counted > 0:
            reason = f"YouTube menyebut {self._counted} video tetapi tidak memperlihatkan satu pun"
            return Page(Outcome.NOT_AVAILABLE, detail=reason)
        owners = [api.text(one, "snippet", "videoOwnerChannelId") or self._author.native_id for one in found]
        if any(one != self._author.native_id for one in owners):
            return drift("daftar memuat unggahan kanal lain; seluruh halaman ditolak")
        shown = [one for one in found if api.text(one, "snippet", "title") not in _UNSEEN]
        dated = [(one, _published(one, response)) for one in shown]
        if shown and all(at is None for _, at in dated):
            return drift("tidak satu pun unggahan memuat `videoPublishedAt`; bentuk jawaban berubah")
        since = response.fetched_at - timedelta(days=self._config.upload_days)
        young = [(one, at) for one, at in dated if at is not None and at >= since]
        self._found |= {api.text(one, "contentDetails", "videoId"): at.isoformat() for one, at in young}
        follow = self._wanted([one for one, _ in young])
        if self._account.campaign:
            follow += self._discussed(young, response.fetched_at)
        token = api.next_page(body)
        older = any(at is not None and at < since for _, at in dated)
        gone: tuple[str, ...] = ()
        if token and not older:
            follow.append(self._page(token))
        else:
            gone = self._ended(since)
        ids = tuple(api.text(one, "contentDetails", "videoId") for one in shown)
        return Page(
            Outcome.OK_ITEMS if found else Outcome.OK_EMPTY_PROVED,
            follow=tuple(follow),
            resume=self._dump(),
            stop="" if token and not older else ("umur video tercapai" if older else "daftar habis"),
            listed=Listed(Platform.YOUTUBE, "", "", ids, gone),
            strange=things.strange("playlistItem", found),
        )

    def _ended(self, since: datetime) -> tuple[str, ...]:
        """Note what the whole listing showed; give what was listed before, is young enough, and is no more."""
        gone = [key for key, at in self._known.items() if at >= since.isoformat() and key not in self._found]
        still = {key: at for key, at in self._known.items() if key in gone}
        self._known = dict(list({**still, **self._found}.items())[-500:])
        return tuple(gone)

    def _wanted(self, videos: Sequence[Json]) -> list[Request]:
        """Ask for those videos that are new or whose words changed."""
        keys = [api.text(one, "contentDetails", "videoId") for one in videos]
        held = self._held(Platform.YOUTUBE, [one for one in keys if one])
        follow = []
        for key, one in zip(keys, videos, strict=True):
            before, snippet = held.get(key), api.part(one, "snippet")
            words = (api.text(snippet, "title"), api.text(snippet, "description"))
            if api.VIDEO.match(key) and (before is None or (before.title, before.text) != words):
                follow.append(self._ask("videos", f"video {key}", ("part", "snippet,status"), ("id", key)))
        return follow

    def _discussed(self, videos: Sequence[tuple[Json, datetime]], now: datetime) -> list[Request]:
        follow: list[Request] = []
        for one, at in videos:
            key = api.text(one, "contentDetails", "videoId")
            if now - at <= timedelta(days=self._config.campaign_days) and api.VIDEO.match(key):
                about = Parent(key, f"{things.WATCH}{key}", api.text(one, "snippet", "title"), self._author)
                follow += self._comments.of_video(key, about)
        return follow

    def _video(self, response: Response) -> Page:
        body = api.answer(response, "videoListResponse")
        if isinstance(body, Page):
            return body
        found, key = api.items(body), response.request.purpose.partition(" ")[2]
        if not found:
            return Page(Outcome.GONE, detail="video ini dihapus atau ditutup sebelum sempat disimpan")
        item = things.video(found[0], self.source_id, self._author, response)
        strange, kept = (
            things.strange("video", found[:1]),
            loose.dump(things.kept(found[0], self._author.native_id)).encode(),
        )
        if isinstance(item, str) or item.native_id != key:
            whose = api.text(found[0], "snippet", "channelId")
            own = api.text(found[0], "id") == key and whose in {"", self._author.native_id}
            said = item if isinstance(item, str) else "server memberi video lain"
            return Page(Outcome.SCHEMA_DRIFT, detail=said, strange=strange, kept=kept if own else b"")
        return Page(Outcome.OK_ITEMS, (item,), kept=kept, strange=strange)

    # ------------------------------------------------------------------- again

    def reread(self, response: Response) -> Page:
        """Make the item of an archived video or comment again; other answers hold none."""
        found = loose.an_object(response.body)
        if found is None:
            return drift("arsip bukan objek JSON yang utuh")
        if response.request.purpose == "kanal":
            self._author = replace(self._author, native_id=self._author.native_id or api.text(found, "id"))
            return Page(Outcome.OK_EMPTY_PROVED)
        if things.is_comment(found):
            return self._comments.again(found, response, self._held(Platform.YOUTUBE, [api.text(found, "id")]))
        item = things.video(found, self.source_id, self._author, response)
        strange = things.strange("video", [found])
        if isinstance(item, str):
            return Page(Outcome.SCHEMA_DRIFT, detail=item, strange=strange)
        return Page(Outcome.OK_ITEMS, (item,), strange=strange)

    # ------------------------------------------------------------------- both

    def _ask(self, method: str, purpose: str, *parameters: tuple[str, str]) -> Request:
        return api.ask(self._config.api, method, purpose, self._config.gap_seconds, *parameters)

    def _dump(self) -> str:
        state = {"own": self._own, "videos": self._known, "comments": self._comments.state()}
        return loose.dump(state)


def _published(entry: Json, response: Response) -> datetime | None:
    raw = api.text(entry, "contentDetails", "videoPublishedAt")
    return dates.parse(raw, seen_at=response.fetched_at).at
