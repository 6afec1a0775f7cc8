"""Whole conversations with servers of accounts: one answer is changed, the walk goes on with sound ones."""

from __future__ import annotations

import copy
import json
import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from monitor.collectors import Source, Watched, Watching, build_accounts
from monitor.config import BlueskySource, MastodonSource, YoutubeSource
from monitor.models import Item, ItemKind, Outcome, Page, Platform, Request, Response
from tests.collectors.fuzzing import Reader
from tests.fakes import START

AFTER = 5
"""Answers that are still read after the changed one."""
LONGEST = 30
LINKS = ("", '<https://jahat.example/x?max_id=5>; rel="next"', "<<>;rel=next", "<a?max_id=%00>;rel=next")


class Anybody(frozenset[str]):
    """The walk itself judges who may be named: by a name that the server resolves it may be anyone."""

    def __contains__(self, name: object) -> bool:
        return bool(name)


@dataclass(frozen=True)
class Talk:
    """A server that answers by purpose, and what must hold of every page.

    `judge` is told which purpose was changed, and by which id the account is watched ("" = by its name alone).
    """

    build: Callable[[str], Source]
    ids: tuple[str, ...]
    states: tuple[str, ...]
    answers: dict[str, Any]
    judge: Callable[[str, str, Page], None]
    refused: Outcome | None = None
    links: bool = False

    def kind(self, request: Request) -> str:
        return request.purpose if request.purpose in self.answers else request.purpose.partition(" ")[0]

    def sound(self, request: Request) -> bytes:
        found = self.answers.get(self.kind(request), {})
        return json.dumps(found(request) if callable(found) else found).encode()

    def before(self, kind: str) -> Iterator[tuple[str, Source, list[Request]]]:
        """Give every way to come before a request of a kind."""
        for native_id in self.ids:
            for state in self.states:
                source = self.build(native_id)
                waiting = list(source.start(state))
                for _ in range(LONGEST):
                    if waiting and self.kind(waiting[0]) == kind:
                        yield native_id, source, waiting
                        break
                    if waiting:
                        request = waiting.pop(0)
                        waiting += source.read(Response(request, START, None, 200, body=self.sound(request))).follow


def walking(name: str, talk: Talk, own: tuple[bytes, ...]) -> Reader:
    """Make a reader of a conversation: a seed for every kind of answer that it comes to."""
    reached = cache(lambda kind: list(talk.before(kind)))
    kinds = [kind for kind in talk.answers if reached(kind)]
    assert len(kinds) == len(talk.answers), set(talk.answers) - set(kinds)

    def read(body: bytes, place: int) -> list[Page]:
        kind, dice, pages = kinds[place], random.Random(zlib.crc32(body)), []
        native_id, source, waiting = copy.deepcopy(dice.choice(reached(kind)))
        for _ in range(1 + AFTER):
            if not waiting:
                break
            request = waiting.pop(0)
            changed = talk.kind(request) == kind
            page = source.read(_answer(talk, request, body if changed else talk.sound(request), dice, plain=not pages))
            talk.judge(kind, native_id, page)
            json.loads(page.resume or "{}")
            assert all(one.url.startswith(("https:", "http:")) for one in page.follow)
            pages.append(page)
            waiting += page.follow
        return pages

    seeds = tuple(talk.sound(reached(kind)[0][2][0]) for kind in kinds)
    return Reader(name, seeds, read, authors=Anybody({"siapa pun"}), structured=True, markup=talk.links, own=own)


def _answer(talk: Talk, request: Request, body: bytes, dice: random.Random, *, plain: bool) -> Response:
    """Give an answer; those after the changed one are at times refused."""
    outcome = None if plain else dice.choice([None] * 4 + [Outcome.AUTH, Outcome.GONE, Outcome.BLOCKED])
    status = 200
    if talk.refused is not None and dice.random() < 0.1:
        outcome, status = talk.refused, 400
    link = dice.choice(LINKS) if talk.links else ""
    return Response(request, START, outcome, status=status, body=body, headers=(("Link", link),) if link else ())


def _acts(page: Page, *kinds: ItemKind) -> Iterator[tuple[Item, str]]:
    """Give what was found with the id of who did it, after what holds of every server."""
    for item in page.items:
        assert item.author is not None
        assert item.kind in kinds
        assert item.happened_at is None or item.happened_at <= START + timedelta(hours=2)
        yield item, item.author.native_id


# ----------------------------------------------------------------------------- Bluesky

DID, OTHER = "did:plc:sari", "did:plc:lain"
POST = f"at://{OTHER}/app.bsky.feed.post/3lqjbfx3v2222"
OWN_POST = f"at://{DID}/app.bsky.feed.post/3lqjbfx3v2222"
DOCUMENT = {
    "id": DID, "alsoKnownAs": ["at://sari.example"],
    "service": [{"type": "AtprotoPersonalDataServer", "serviceEndpoint": "https://pds.example"}],
}  # fmt: skip


def records(collection: str, subject: str = POST, *, cursor: bool = True) -> dict[str, Any]:
    value = {
        "$type": collection, "createdAt": "2025-06-01T00:00:00Z", "subject": {"uri": subject, "cid": "b"}, "text": "x",
        "reply": {"parent": {"uri": POST, "cid": "b"}, "root": {"uri": POST, "cid": "b"}},
        "embed": {"$type": "app.bsky.embed.record", "record": {"uri": POST, "cid": "b"}},
        "facets": [{"features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://a.example"}]}],
    }  # fmt: skip
    found = {"records": [{"uri": f"at://{DID}/{collection}/3lqjbfx3v2222", "cid": "b", "value": value}]}
    return {**found, "cursor": "3lqjbfx3v2222"} if cursor else found


BLUESKY: dict[str, Any] = {
    "nama akun": {"did": DID},
    "identitas": DOCUMENT,
    "profil": {
        "uri": f"at://{DID}/app.bsky.actor.profile/self", "cid": "b", "value": {"labels": {"values": [{"val": "x"}]}},
    },
    "app.bsky.feed.post": records("app.bsky.feed.post"),
    "app.bsky.feed.like": records("app.bsky.feed.like"),
    "app.bsky.feed.repost": records("app.bsky.feed.repost"),
    "konteks": {"posts": [{"uri": POST, "cid": "b", "author": {"did": OTHER, "labels": []}, "record": {"text": "t"}}]},
    "penyuka": {
        "uri": OWN_POST, "cursor": "c",
        "likes": [{"createdAt": "2025-06-01T00:00:00Z", "actor": {"did": DID, "labels": []}}],
    },
    "penyuka:identitas": DOCUMENT,
    "penyuka:catatan": records("app.bsky.feed.like", OWN_POST, cursor=False),
}  # fmt: skip


def bluesky(native_id: str) -> Source:
    both = Watched(Platform.BLUESKY, native_id, "sari.example", rostered=True, campaign=True)
    also = Watched(Platform.BLUESKY, DID, "sari.example", rostered=True)
    config = BlueskySource(type="bluesky", id="bsky")
    return build_accounts(config, Watching((both, also), lambda _platform, _ids: {}))[0]


def _bluesky(kind: str, _native_id: str, page: Page) -> None:
    for item, author in _acts(page, ItemKind.POST, ItemKind.COMMENT, ItemKind.LIKE, ItemKind.SHARE):
        assert item.native_id.startswith(f"at://{author}/")
        assert author == DID or kind == "nama akun"


# ----------------------------------------------------------------------------- Mastodon

HOME, ELSEWHERE = "https://fedi.example", "https://lain.example/users/orang"
ACTOR = f"{HOME}/users/sari"
ACCOUNT = {
    "id": "109", "acct": "sari", "username": "sari", "uri": ACTOR, "url": f"{HOME}/@sari", "note": "<p>a</p>",
    "fields": [{"name": "a", "value": "b"}], "discoverable": True, "statuses_count": 3,
}  # fmt: skip
STRANGER = {
    **ACCOUNT, "id": "7", "acct": "orang@lain.example", "username": "orang", "uri": ELSEWHERE,
    "url": "https://lain.example/@orang",
}  # fmt: skip
OWN = {ACTOR, ACCOUNT["url"]}
"""A server that names no `uri` is taken by the page's address."""


def status(key: str, account: dict[str, Any], uri: str, **more: Any) -> dict[str, Any]:
    return {
        "id": key, "uri": uri, "url": uri, "created_at": "2025-06-01T00:00:00.000Z", "edited_at": None,
        "content": "<p>halo <script>x</script></p>", "visibility": "public", "account": account, "reblog": None,
        "in_reply_to_id": None, "spoiler_text": "", **more,
    }  # fmt: skip


FOREIGN = status("9", STRANGER, f"{ELSEWHERE}/statuses/9")
MASTODON: dict[str, Any] = {
    "nama akun": {"subject": "acct:sari@fedi.example", "links": [{"rel": "self", "href": ACTOR}]},
    "akun": ACCOUNT,
    "status": [
        status("114605870284865530", ACCOUNT, f"{ACTOR}/statuses/114605870284865530"),
        status("114605870284865529", ACCOUNT, f"{ACTOR}/statuses/114605870284865529", in_reply_to_id="9"),
        status("114605870284865528", ACCOUNT, f"{ACTOR}/statuses/114605870284865528/activity", reblog=FOREIGN),
    ],
    "konteks": FOREIGN,
    "penyuka": [ACCOUNT, STRANGER],
    "pembagi": [ACCOUNT, STRANGER],
}


def mastodon(native_id: str) -> Source:
    both = Watched(Platform.MASTODON, native_id, "sari@fedi.example", rostered=True, campaign=True)
    config = MastodonSource(type="mastodon", id="masto")
    return build_accounts(config, Watching((both,), lambda _platform, _ids: {}))[0]


def _mastodon(kind: str, native_id: str, page: Page) -> None:
    for item, author in _acts(page, ItemKind.POST, ItemKind.COMMENT, ItemKind.LIKE, ItemKind.SHARE):
        assert "<script" not in item.text
        if kind == "nama akun":
            continue
        assert item.native_id.startswith(HOME) or item.native_id.endswith(f"={author}")
        # Whom only a name is known of is whoever bears it at that server.
        fan = not native_id and kind in {"penyuka", "pembagi"} and item.native_id.endswith(f"={author}")
        assert author in OWN or (fan and item.author is not None and item.author.handle == "sari@fedi.example")
    assert kind == "nama akun" or all(one.url.startswith(HOME) for one in page.follow)


# ----------------------------------------------------------------------------- YouTube

CHANNEL, FOREIGN_CHANNEL, VIDEO = "UCsari", "UClain", "vid00000001"
AT = "2025-05-30T00:00:00Z"


def comment(key: str, author: str, **more: str) -> dict[str, Any]:
    snippet = {
        "authorDisplayName": "@x", "authorChannelId": {"value": author}, "textDisplay": "t", "textOriginal": "t",
        "publishedAt": AT, "updatedAt": AT, **more,
    }  # fmt: skip
    return {"kind": "youtube#comment", "id": key, "snippet": snippet}


def listed(kind: str, *items: Any) -> dict[str, Any]:
    return {"kind": f"youtube#{kind}", "pageInfo": {"totalResults": len(items)}, "items": list(items)}


REPLY = comment("Ugx000001.1", CHANNEL, parentId="Ugx000001")
THREAD = {
    "id": "Ugx000001", "replies": {"comments": [REPLY]},
    "snippet": {"videoId": VIDEO, "totalReplyCount": 7, "topLevelComment": comment("Ugx000001", FOREIGN_CHANNEL)},
}  # fmt: skip
OWN_THREAD = {
    "id": "Ugx000002",
    "snippet": {"videoId": VIDEO, "totalReplyCount": 0, "topLevelComment": comment("Ugx000002", CHANNEL)},
}
YOUTUBE: dict[str, Any] = {
    "kanal": listed("channelListResponse", {
        "id": CHANNEL, "snippet": {"customUrl": "@sari"}, "statistics": {"videoCount": "3"},
        "contentDetails": {"relatedPlaylists": {"uploads": "UUsari"}},
    }),
    "daftar": listed("playlistItemListResponse", {
        "snippet": {"title": "a", "description": "b", "videoOwnerChannelId": CHANNEL},
        "contentDetails": {"videoId": VIDEO, "videoPublishedAt": AT},
    }),
    "video": listed("videoListResponse", {
        "id": VIDEO, "snippet": {"channelId": CHANNEL, "title": "a", "description": "b", "publishedAt": AT},
    }),
    "utas": listed("commentThreadListResponse", THREAD, OWN_THREAD),
    "balasan": listed("commentListResponse", REPLY),
    "komentar": lambda request: listed("commentListResponse", comment(request.purpose.partition(" ")[2], CHANNEL)),
}  # fmt: skip


def youtube(native_id: str) -> Source:
    both = Watched(Platform.YOUTUBE, native_id, "sari", rostered=True, campaign=True)
    also = Watched(Platform.YOUTUBE, CHANNEL, "sari", rostered=True, campaign=True)
    config = YoutubeSource(type="youtube", id="yt")
    return build_accounts(config, Watching((both, also), lambda _platform, _ids: {}))[0]


def _youtube(kind: str, _native_id: str, page: Page) -> None:
    for item, author in _acts(page, ItemKind.POST, ItemKind.COMMENT):
        assert author == CHANNEL or (kind == "kanal" and item.kind is ItemKind.POST)
    assert all(one.url.startswith("https://youtube.googleapis.com/youtube/v3/") for one in page.follow)
    assert all((one.meter, one.units, one.sealed) == ("youtube", 1, True) for one in page.follow)


READERS = [
    walking("bluesky-jalan", Talk(
        bluesky, (DID, ""), ("", "{", '{"own":{"pds":"https://pds.example"}}'), BLUESKY, _bluesky, Outcome.INVALID_REQUEST,
    ), (DID.encode(), OTHER.encode(), b"at://")),
    walking("mastodon-jalan", Talk(
        mastodon, (ACTOR, ""),
        ("", "{", "[]", '{"own":{"id":"109","uri":"https://fedi.example/users/sari"},"walk":{"known":[["a","b"],1]}}'),
        MASTODON, _mastodon, links=True,
    ), (ACTOR.encode(), ELSEWHERE.encode())),
    walking("youtube-jalan", Talk(
        youtube, (CHANNEL, ""),
        ("", "{", "[]", '{"own":{"id":"UCsari","handle":"@lama"},"videos":{"x":1},"comments":{"vid00000001":["a"]}}'),
        YOUTUBE, _youtube,
    ), (CHANNEL.encode(), FOREIGN_CHANNEL.encode())),
]  # fmt: skip
