"""Videos and comments of the YouTube Data API as items. Pure.

| object | item | `native_id` | what it was done to |
|---|---|---|---|
| video | unggahan | video id | |
| top-level comment | komentar | comment id | the video |
| reply | komentar | comment id | the comment that it answers |

Who wrote a comment is its `authorChannelId`, never the name it shows. `native_version` of a comment is `updatedAt`.
"""

from __future__ import annotations

from collections.abc import Mapping

from monitor.collectors import dates
from monitor.collectors import youtube_api as api
from monitor.models import AccountRef, Item, ItemKind, Parent, Platform, Response

WATCH = "https://www.youtube.com/watch?v="
Json = Mapping[str, object]


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
        url=f"{about.url.partition('&')[0]}&lc={key}", happened_at=stamp.at, happened_raw=raw[: dates.MAX_RAW],
        happened_rule="publishedAt" if stamp.at else "", parent=about, native_version=version(found),
    )  # fmt: skip


def version(found: Json) -> str:
    """Give the platform's mark of a comment's wording."""
    return api.text(found, "snippet", "updatedAt")


def kept(found: Json) -> dict[str, object]:
    """Give what may be archived of a video or comment: what it says and whose it is, no counts and pictures."""
    snippet = api.part(found, "snippet")
    names = ("channelId", "title", "description", "publishedAt", "updatedAt", "textOriginal", "textDisplay", "videoId",
             "parentId", "authorChannelId")  # fmt: skip
    return {"id": found.get("id"), "snippet": {name: snippet[name] for name in names if name in snippet}}
