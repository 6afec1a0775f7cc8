"""Videos and comments of the YouTube Data API as items. Pure.

| object | item | `native_id` | what it was done to |
|---|---|---|---|
| video | unggahan | video id | |
| top-level comment | komentar | comment id | the video |
| reply | komentar | comment id | the comment that it answers |

Who wrote a comment is its `authorChannelId`, never the name it shows. `native_version` of a comment is `updatedAt`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.collectors import dates, loose, shapes
from monitor.collectors import youtube_api as api
from monitor.models import AccountRef, Item, ItemKind, Parent, Platform, Response

WATCH = "https://www.youtube.com/watch?v="
ANSWERED = "catatan_dijawab"
"""Beside an archived comment: id and address of what it was found under, as it was collected."""
Json = Mapping[str, object]
_KEPT = ("channelId", "title", "description", "publishedAt", "updatedAt", "textOriginal", "textDisplay", "videoId",
         "parentId", "authorChannelId")  # fmt: skip
_THING = frozenset(["kind", "etag", "id", "snippet"])
_FIELDS = {
    "channel": {
        "": _THING | {"contentDetails", "statistics"},
        "snippet": {"title", "description", "customUrl", "publishedAt", "thumbnails", "localized", "country",
                    "defaultLanguage"},
        "contentDetails": {"relatedPlaylists", "googlePlusUserId"},
        "statistics": {"viewCount", "commentCount", "subscriberCount", "hiddenSubscriberCount", "videoCount"},
    },
    "playlistItem": {
        "": _THING | {"contentDetails"},
        "snippet": {"publishedAt", "channelId", "title", "description", "thumbnails", "channelTitle", "position",
                    "videoOwnerChannelTitle", "videoOwnerChannelId", "playlistId", "resourceId"},
        "contentDetails": {"videoId", "startAt", "endAt", "note", "videoPublishedAt"},
    },
    "video": {
        "": _THING | {"status"},
        "snippet": {"publishedAt", "channelId", "title", "description", "thumbnails", "channelTitle", "tags",
                    "localized", "categoryId", "liveBroadcastContent", "defaultLanguage", "defaultAudioLanguage"},
        "status": {"uploadStatus", "failureReason", "rejectionReason", "privacyStatus", "publishAt", "license",
                   "embeddable", "publicStatsViewable", "madeForKids", "selfDeclaredMadeForKids",
                   "containsSyntheticMedia"},
    },
    "commentThread": {
        "": _THING | {"replies"},
        "snippet": {"channelId", "videoId", "topLevelComment", "canReply", "totalReplyCount", "isPublic"},
        "replies": {"comments"},
    },
    "comment": {
        "": _THING | {ANSWERED},
        "snippet": {"authorDisplayName", "authorProfileImageUrl", "authorChannelUrl", "authorChannelId", "channelId",
                    "videoId", "textDisplay", "textOriginal", "parentId", "canRate", "viewerRating", "likeCount",
                    "moderationStatus", "publishedAt", "updatedAt"},
    },
}  # fmt: skip


def video(found: Json, source_id: str, author: AccountRef, response: Response) -> Item | str:
    """Make an item of a video of `videos.list`; a text says (Indonesian) why that is not possible."""
    key, snippet = api.text(found, "id"), api.part(found, "snippet")
    if not api.VIDEO.match(key) or not snippet:
        return "video tanpa id atau isi"
    if api.text(snippet, "channelId") != author.native_id:
        return f"video {key} milik kanal lain"
    raw = api.text(snippet, "publishedAt")
    stamp = dates.parse(raw, seen_at=response.fetched_at)
    return Item(
        source_id=source_id, platform=Platform.YOUTUBE, native_id=key, kind=ItemKind.POST, author=author,
        text=api.text(snippet, "description"), title=api.text(snippet, "title"), url=f"{WATCH}{key}",
        happened_at=stamp.at, happened_raw=raw[: dates.MAX_RAW], happened_rule="publishedAt" if stamp.at else "",
    )  # fmt: skip


def comment(found: Json, source_id: str, author: AccountRef, about: Parent, response: Response) -> Item | str:
    """Make an item of a comment of `comments.list`; a text says (Indonesian) why that is not possible."""
    key, snippet = api.text(found, "id"), api.part(found, "snippet")
    if not api.COMMENT.match(key) or not snippet:
        return "komentar tanpa id atau isi"
    if api.author(found) != author.native_id:
        return f"komentar {key[:40]} milik orang lain"
    words = api.text(snippet, "textOriginal") or api.text(snippet, "textDisplay")
    raw = api.text(snippet, "publishedAt")
    stamp = dates.parse(raw, seen_at=response.fetched_at)
    return Item(
        source_id=source_id, platform=Platform.YOUTUBE, native_id=key, kind=ItemKind.COMMENT, author=author, text=words,
        url=f"{about.url.partition('&')[0]}&lc={key}" if about.url else "", happened_at=stamp.at,
        happened_raw=raw[: dates.MAX_RAW], happened_rule="publishedAt" if stamp.at else "", parent=about,
        native_version=version(found),
    )  # fmt: skip


def answered(found: Json) -> Parent:
    """Give what an archived comment was found under, as far as it was noted beside it."""
    noted = found.get(ANSWERED)
    above, url = noted if isinstance(noted, list) and len(noted) == 2 else (api.text(found, "snippet", "parentId"), "")
    return Parent(loose.text(above), loose.text(url))


def version(found: Json) -> str:
    """Give the platform's mark of a comment's wording."""
    return api.text(found, "snippet", "updatedAt")


def kept(found: Json, own: str = "") -> dict[str, object]:
    """Give what may be archived of a video or comment: what it says and whose it is, no counts and pictures."""
    snippet, fields = api.part(found, "snippet"), _FIELDS["comment" if is_comment(found) else "video"]
    words = {name: snippet[name] for name in _KEPT if name in snippet}
    return {
        **shapes.raw(found, fields[""], own),
        "id": found.get("id"),
        "snippet": {**shapes.raw(snippet, fields["snippet"], own), **words},
    }


def strange(kind: str, found: Sequence[Json]) -> tuple[str, ...]:
    """Name every field of these objects that the reader does not know, and every object of another kind."""
    named: list[str] = []
    for one in found:
        said = one.get("kind", f"youtube#{kind}")
        if said != f"youtube#{kind}":
            word = said if isinstance(said, str) else "bukan kata"
            named.append(f"{kind}: jenis {word[:40]}")
        for part, known in _FIELDS[kind].items():
            inner = api.part(one, part) if part else one
            named += shapes.unknown(f"{kind}.{part}" if part else kind, inner, known)
    return tuple(named)


def is_comment(found: Json) -> bool:
    """Tell a comment from a video: somebody wrote it under something."""
    return found.get("kind") == "youtube#comment" or "authorChannelId" in api.part(found, "snippet")
