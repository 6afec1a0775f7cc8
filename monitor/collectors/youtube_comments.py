"""Comments under a campaign's videos: rostered people's alone, by channel id; all others are dropped unread. Pure.

commentThreads -> (replies that do not fit in the thread: comments by parentId) -> each act of a rostered person is
asked for once more by its own id, so that its evidence holds nobody else and can be erased alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from monitor.collectors import loose
from monitor.collectors import youtube_api as api
from monitor.collectors import youtube_items as things
from monitor.collectors.base import drift
from monitor.collectors.cursor import digest
from monitor.config import YoutubeSource
from monitor.models import AccountRef, Item, Listed, Outcome, Page, Parent, Platform, Request, Response

LIMIT = "100"
Json = Mapping[str, object]


@dataclass
class _Video:
    """One video whose comments are being read: how many lists are open, whether all were proved, whose were found."""

    about: Parent
    open: int = 1
    sound: bool = True
    found: list[str] = field(default_factory=list)


class Comments:
    """The comments of rostered people under one campaign channel's videos."""

    PURPOSES = ("utas ", "balasan ", "komentar ")

    def __init__(self, config: YoutubeSource, source_id: str, rostered: Mapping[str, AccountRef]) -> None:
        self._config, self._source_id, self._rostered = config, source_id, rostered
        self._before: dict[str, list[str]] = {}
        self._videos: dict[str, _Video] = {}
        self._threads: dict[str, tuple[str, Parent]] = {}
        self._wanted: dict[str, tuple[AccountRef, Parent]] = {}

    def load(self, state: Mapping[str, object]) -> None:
        """Take up whose comments were found under which video in earlier runs."""
        for key, value in state.items():
            if isinstance(value, list) and all(isinstance(one, str) for one in value):
                self._before[key] = value

    def state(self) -> dict[str, object]:
        """Give the ids of rostered people's comments by video."""
        return dict(list(self._before.items())[-300:])

    def of_video(self, key: str, about: Parent) -> list[Request]:
        """Ask for the comments of a video."""
        if not self._rostered or key in self._videos:
            return []
        self._videos[key] = _Video(about)
        return [self._threads_of(key, "")]

    def _threads_of(self, key: str, token: str) -> Request:
        more = (("pageToken", token),) if token else ()
        where = (("part", "snippet,replies"), ("videoId", key), ("order", "time"), ("textFormat", "plainText"))
        return self._ask("commentThreads", f"utas {key}", *where, ("maxResults", LIMIT), *more)

    def _replies_of(self, parent: str, token: str) -> Request:
        more = (("pageToken", token),) if token else ()
        where = (("part", "snippet"), ("parentId", parent), ("textFormat", "plainText"), ("maxResults", LIMIT))
        return self._ask("comments", f"balasan {parent}", *where, *more)

    def _ask(self, method: str, purpose: str, *parameters: tuple[str, str]) -> Request:
        return api.ask(self._config.api, method, purpose, self._config.gap_seconds, *parameters)

    def read(self, response: Response, held: Mapping[str, Item]) -> Page:
        """Read a page of threads or replies, or one comment; `held` are the comments that are stored already."""
        kind, _, key = response.request.purpose.partition(" ")
        if kind == "komentar":
            return self._one(key, response)
        video = key if kind == "utas" else self._threads[key][0]
        page = self._listing(kind, key, response, held)
        now = self._videos[video]
        now.open += sum(one.paging for one in page.follow) - 1
        now.sound = now.sound and page.outcome.proved and page.listed is not None  # closed comments prove nothing
        if now.open or not now.sound or page.listed is None:
            return page
        gone = tuple(one for one in self._before.get(video, []) if one not in now.found)
        self._before[video] = list(dict.fromkeys([*self._before.get(video, []), *now.found]))
        listed = Listed(Platform.YOUTUBE, "", "", page.listed.present, gone)
        return replace(page, stop="daftar habis", listed=listed)

    def identities(self, response: Response) -> list[str]:
        """Name the rostered people's comments in an answer, so that what is stored of them can be looked up."""
        body = api.answer(response, _kind(response))
        found = [] if isinstance(body, Page) else api.items(body) or []
        comments = [inner for one in found for inner in _comments(one)]
        return [api.text(one, "id") for one in comments if api.author(one) in self._rostered]

    def _listing(self, kind: str, key: str, response: Response, held: Mapping[str, Item]) -> Page:
        body = api.answer(response, _kind(response))
        if isinstance(body, Page):
            note = (body.detail,) if body.outcome.proved else ()
            return Page(body.outcome, problems=note, detail=body.detail)
        found = api.items(body)
        if found is None:
            return drift("`items` bukan daftar; bentuk jawaban berubah")
        video = key if kind == "utas" else self._threads[key][0]
        follow: list[Request] = []
        ids: list[str] = []
        for one in found:
            if kind == "utas":
                if api.text(one, "snippet", "videoId") != video:
                    return drift("daftar memuat komentar video lain; seluruh halaman ditolak")
                follow += self._thread(one, video, ids, held)
            else:
                follow += self._consider(one, video, self._threads[key][1], ids, held)
        token = api.next_page(body)
        if token:
            follow.append(self._threads_of(key, token) if kind == "utas" else self._replies_of(key, token))
        return Page(
            Outcome.OK_ITEMS if found else Outcome.OK_EMPTY_PROVED,
            follow=tuple(follow),
            listed=Listed(Platform.YOUTUBE, "", "", tuple(ids)),
            strange=_strange(kind, found),
        )

    def _thread(self, thread: Json, video: str, ids: list[str], held: Mapping[str, Item]) -> list[Request]:
        """Read a thread: its first comment, the replies beside it, and whether there are more."""
        top, about = api.part(thread, "snippet", "topLevelComment"), self._videos[video].about
        follow = self._consider(top, video, about, ids, held)
        key, owner = api.text(top, "id"), api.author(top)
        named = about.owner if about.owner is not None and owner == about.owner.native_id else self._rostered.get(owner)
        words = api.text(top, "snippet", "textOriginal") or api.text(top, "snippet", "textDisplay")
        answered = Parent(key, f"{about.url}&lc={key}", words, named or AccountRef(Platform.YOUTUBE))
        inline = [one for one in _comments(thread) if one is not top]
        total = api.count(thread, "snippet", "totalReplyCount") or 0
        if key in self._threads:
            return follow  # new comments push threads down while pages are turned
        if total > len(inline) and api.COMMENT.match(key):
            self._threads[key] = (video, answered)
            return [*follow, self._replies_of(key, "")]
        for one in inline:
            follow += self._consider(one, video, answered, ids, held)
        return follow

    def _consider(
        self, comment: Json, video: str, about: Parent, ids: list[str], held: Mapping[str, Item]
    ) -> list[Request]:
        """Ask for a rostered person's comment by its id where it is new or was edited; drop anybody else's."""
        key, who = api.text(comment, "id"), self._rostered.get(api.author(comment))
        if who is None or not api.COMMENT.match(key):
            ids.append(digest(key, video))
            return []
        ids.append(key)
        self._videos[video].found.append(key)
        before = held.get(key)
        if before is not None and before.native_version == things.version(comment):
            return []
        self._wanted[key] = (who, about)
        return [self._ask("comments", f"komentar {key}", ("part", "snippet"), ("id", key), ("textFormat", "plainText"))]

    def _one(self, key: str, response: Response) -> Page:
        body = api.answer(response, "commentListResponse")
        if isinstance(body, Page):
            return body
        found, (who, about) = api.items(body), self._wanted[key]
        if not found:
            return Page(Outcome.GONE, detail="komentar ini dihapus sebelum sempat disimpan")
        item = things.comment(found[0], self._source_id, who, about, response)
        strange = things.strange("comment", found[:1])
        kept = loose.dump(
            {**things.kept(found[0], who.native_id), things.ANSWERED: [about.native_id, about.url]}
        ).encode()
        if isinstance(item, str) or item.native_id != key:
            own = api.text(found[0], "id") == key and api.author(found[0]) in {"", who.native_id}
            said = item if isinstance(item, str) else "server memberi komentar lain"
            return Page(Outcome.SCHEMA_DRIFT, detail=said, strange=strange, kept=kept if own else b"")
        return Page(Outcome.OK_ITEMS, (item,), kept=kept, strange=strange)

    def again(self, found: Json, response: Response, held: Mapping[str, Item]) -> Page:
        """Make the item of an archived comment again; what it answers is taken over from what is stored."""
        who, before = self._rostered.get(api.author(found)), held.get(api.text(found, "id"))
        if who is None:
            return Page(Outcome.OK_EMPTY_PROVED)  # whoever left the roster is not looked at
        about = before.parent if before is not None and before.parent is not None else things.answered(found)
        item = things.comment(found, self._source_id, who, about, response)
        strange = things.strange("comment", [found])
        if isinstance(item, str):
            return Page(Outcome.SCHEMA_DRIFT, detail=item, strange=strange)
        return Page(Outcome.OK_ITEMS, (item,), strange=strange)


def _strange(kind: str, found: Sequence[Json]) -> tuple[str, ...]:
    if kind != "utas":
        return things.strange("comment", found)
    return (
        *things.strange("commentThread", found),
        *things.strange("comment", [c for t in found for c in _comments(t)]),
    )


def _kind(response: Response) -> str:
    return "commentThreadListResponse" if response.request.purpose.startswith("utas ") else "commentListResponse"


def _comments(entry: Json) -> Sequence[dict[str, object]]:
    """Give the comments of an entry: itself, or, of a thread, its first one and the replies beside it."""
    if "topLevelComment" not in api.part(entry, "snippet"):
        return [dict(entry)]
    replies = api.part(entry, "replies").get("comments")
    inline = [one for one in (replies if isinstance(replies, list) else ()) if isinstance(one, dict)]
    return [api.part(entry, "snippet", "topLevelComment"), *inline]
