"""The YouTube Data API v3 as documented, with channels, uploads, comments and replies of its own.

Threads newest first, at most five replies beside a thread, numbers as text, errors with their documented reasons.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.fakes import FakeClock
from tests.server_bluesky import Answer

Json = dict[str, Any]
Given = dict[str, list[str]]
KEY = "AIza-kunci-rahasia-uji"
_STATUS = {"quotaExceeded": 403, "rateLimitExceeded": 403, "commentsDisabled": 403, "forbidden": 403,
           "accessNotConfigured": 403, "keyInvalid": 400, "keyExpired": 400, "invalidPageToken": 400,
           "processingFailure": 400, "backendError": 503}  # fmt: skip


def error(reason: str, status: int = 0, message: str = "") -> Answer:
    status = status or _STATUS.get(reason, 404)
    one = {"message": message or reason, "domain": "youtube.x", "reason": reason, "location": "x"}
    return Answer(status, json.dumps({"error": {"code": status, "message": one["message"], "errors": [one]}}).encode())


@dataclass
class Channel:
    key: str
    handle: str
    title: str
    closed: bool = False


@dataclass
class Video:
    key: str
    channel: Channel
    title: str
    text: str
    at: datetime
    disabled: bool = False
    threads: dict[str, Json] = field(default_factory=dict)


@dataclass
class Youtube:
    """Channels and what they did. `fault` may answer instead, given method and parameters."""

    clock: FakeClock
    port: int = 0
    page: int = 100
    key: str = KEY
    channels: dict[str, Channel] = field(default_factory=dict)
    videos: dict[str, Video] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    urls: list[str] = field(default_factory=list)
    fault: Callable[[str, Given], Answer | None] = lambda _path, _given: None
    _written: int = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def channel(self, name: str) -> Channel:
        made = Channel(f"UC{name}", f"@{name}", f"Kanal {name}")
        self.channels[made.key] = made
        return made

    def upload(self, channel: Channel, title: str, text: str = "", at: datetime | None = None) -> str:
        self._written += 1
        key = f"vid{self._written:08}"
        self.videos[key] = Video(key, channel, title, text, (at or self.clock()) + timedelta(seconds=self._written / 9))
        return key

    def comment(self, channel: Channel, video: str, text: str, reply_to: str = "") -> str:
        self._written += 1
        thread = f"Ugx{self._written:08}"
        key = f"{reply_to}.{self._written:05}" if reply_to else thread
        at = _stamp(self.clock() + timedelta(seconds=self._written / 9))
        snippet = {
            "authorDisplayName": f"Nama {channel.handle}", "authorProfileImageUrl": "https://yt.example/p.jpg",
            "authorChannelUrl": f"http://www.youtube.com/{channel.handle}", "authorChannelId": {"value": channel.key},
            "textDisplay": text, "textOriginal": text, "canRate": True, "viewerRating": "none", "likeCount": 3,
            "publishedAt": at, "updatedAt": at, **({"parentId": reply_to} if reply_to else {}),
        }  # fmt: skip
        made = {"kind": "youtube#comment", "etag": "inv", "id": key, "snippet": snippet}
        threads = self.videos[video].threads
        if reply_to:
            threads[reply_to]["replies"].append(made)
        else:
            threads[key] = {"top": made, "replies": []}
        return key

    def edit(self, key: str, text: str) -> None:
        if key in self.videos:
            self.videos[key].text = text
            return
        self._comment(key)["snippet"].update(textDisplay=text, textOriginal=text, updatedAt=_stamp(self.clock()))

    def delete(self, key: str) -> None:
        if key in self.videos:
            del self.videos[key]
            return
        for video in self.videos.values():
            video.threads.pop(key, None)
            for thread in video.threads.values():
                thread["replies"] = [one for one in thread["replies"] if one["id"] != key]

    def _comment(self, key: str) -> Json:
        return next(one for one in self._comments() if one["id"] == key)

    def _comments(self) -> list[Json]:
        threads = [one for video in self.videos.values() for one in video.threads.values()]
        return [inner for one in threads for inner in (one["top"], *one["replies"])]

    # ------------------------------------------------------------------- answers

    def answer(self, path: str, given: Given, home: str, headers: Mapping[str, str]) -> Answer:
        method = path.removeprefix("/youtube/v3/")
        self.asked[method] += 1
        self.urls.append(f"{home}{path}?{given}")
        if "key" in given or headers.get("x-goog-api-key") != self.key:
            details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]
            body = {
                "code": 400,
                "message": "API key not valid.",
                "errors": [{"reason": "badRequest"}],
                "details": details,
            }
            return Answer(400, json.dumps({"error": body}).encode())
        if faulty := self.fault(method, given):
            return faulty
        table = {"channels": self._channels, "playlistItems": self._playlist, "videos": self._videos,
                 "commentThreads": self._threads, "comments": self._comment_list}  # fmt: skip
        return table[method](given)

    def _channels(self, given: Given) -> Answer:
        found = [
            one for one in self.channels.values()
            if not one.closed and (one.key in given.get("id", [""])[0].split(",") or [one.handle] == given.get("forHandle"))
        ]  # fmt: skip
        return _list("channelListResponse", [
            {"kind": "youtube#channel", "id": one.key, "snippet": {"title": one.title, "customUrl": one.handle},
             "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": f"UU{one.key[2:]}"}},
             "statistics": {"videoCount": str(sum(video.channel is one for video in self.videos.values()))}}
            for one in found
        ])  # fmt: skip

    def _playlist(self, given: Given) -> Answer:
        owner = self.channels.get(f"UC{given['playlistId'][0][2:]}")
        if owner is None:
            return error("playlistNotFound")
        found = sorted(
            (one for one in self.videos.values() if one.channel is owner), key=lambda one: one.at, reverse=True
        )
        return self._paged("playlistItemListResponse", [
            {"kind": "youtube#playlistItem", "id": f"UU.{one.key}",
             "snippet": {"title": one.title, "description": one.text, "publishedAt": _stamp(one.at), "channelId": owner.key,
                         "videoOwnerChannelId": owner.key, "resourceId": {"videoId": one.key}},
             "contentDetails": {"videoId": one.key, "videoPublishedAt": _stamp(one.at)}}
            for one in found
        ], given)  # fmt: skip

    def _videos(self, given: Given) -> Answer:
        found = [self.videos[one] for one in given["id"][0].split(",") if one in self.videos]
        return _list("videoListResponse", [
            {"kind": "youtube#video", "id": one.key, "status": {"privacyStatus": "public"},
             "snippet": {"channelId": one.channel.key, "title": one.title, "description": one.text,
                         "publishedAt": _stamp(one.at), "channelTitle": one.channel.title}}
            for one in found
        ])  # fmt: skip

    def _threads(self, given: Given) -> Answer:
        video = self.videos.get(given["videoId"][0])
        if video is None:
            return error("videoNotFound")
        if video.disabled:
            return error("commentsDisabled")
        newest = sorted(video.threads.values(), key=lambda one: one["top"]["snippet"]["publishedAt"], reverse=True)
        found = []
        for one in newest:
            snippet = {"channelId": video.channel.key, "videoId": video.key, "topLevelComment": one["top"],
                       "canReply": True, "totalReplyCount": len(one["replies"]), "isPublic": True}  # fmt: skip
            beside = {"replies": {"comments": one["replies"][-5:]}} if one["replies"] else {}
            found.append({"kind": "youtube#commentThread", "id": one["top"]["id"], "snippet": snippet, **beside})
        return self._paged("commentThreadListResponse", found, given)

    def _comment_list(self, given: Given) -> Answer:
        if "id" in given:
            wanted = given["id"][0].split(",")
            return _list("commentListResponse", [one for one in self._comments() if one["id"] in wanted])
        parent = given["parentId"][0]
        threads = [one.threads[parent] for one in self.videos.values() if parent in one.threads]
        return self._paged("commentListResponse", threads[0]["replies"] if threads else [], given)

    def _paged(self, kind: str, found: list[Json], given: Given) -> Answer:
        limit, start = min(int(given["maxResults"][0]), self.page), 0
        token = given.get("pageToken", [""])[0]
        if token:
            if not token.startswith("hal"):
                return error("invalidPageToken")
            start = int(token[3:])
        more = {"nextPageToken": f"hal{start + limit}"} if len(found) > start + limit else {}
        return _list(kind, found[start : start + limit], **more)


def _list(kind: str, found: list[Json], **more: str) -> Answer:
    info = {"totalResults": len(found), "resultsPerPage": len(found)}
    return Answer(
        200, json.dumps({"kind": f"youtube#{kind}", "etag": "inv", "pageInfo": info, "items": found, **more}).encode()
    )


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
