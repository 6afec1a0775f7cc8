"""yt-dlp `info.json`: one video or post with the comments under it. Pure.

| act | id | words | who | when |
|---|---|---|---|---|
| the video | `id` | `title`, `description` | `channel_id`, `uploader_id`, `channel` | `timestamp`, `upload_date` |
| a comment | `comments[].id` | `text` | `author_id`, `author` | `timestamp` (a guess from "2 days ago") |

`comments[].parent` is the comment answered, `root` the video. Where it happened is told by `extractor_key`. The times
of comments are what yt-dlp computed from words like "2 days ago", so their rule says that they are a guess.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from monitor.collectors import loose, shapes
from monitor.collectors.seen import LONGEST_NAME, Act, Reading, first
from monitor.models import AccountRef, ItemKind, Parent, Platform

_PLACES = {
    "youtube": Platform.YOUTUBE,
    "tiktok": Platform.TIKTOK,
    "instagram": Platform.INSTAGRAM,
    "facebook": Platform.FACEBOOK,
    "twitter": Platform.X,
    "threads": Platform.THREADS,
    "bluesky": Platform.BLUESKY,
}
GUESSED = "perkiraan yt-dlp"
UNDER = "catatan_video"
"""Beside an archived comment: under which video it was found, and where."""
_FIELDS = frozenset(
    ["id", "parent", "text", "html", "timestamp", "author", "author_id", "author_url", "author_is_uploader",
     "_time_text", "author_is_verified", "author_thumbnail", "like_count", "dislike_count", "is_favorited",
     "is_pinned", "time_text", UNDER]
)  # fmt: skip


def read(body: bytes) -> Reading:
    """Read a file."""
    try:
        info = json.loads(body.decode("utf-8-sig", "replace"), parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return Reading(refused="bukan JSON yang utuh")
    if not isinstance(info, dict):
        return Reading(refused="bukan info.json dari yt-dlp")
    platform = _place(info)
    if platform is None:
        key = first(info, ("extractor_key",), ("extractor",), longest=40).casefold()
        return Reading(refused=f"asal {key!r} belum dikenal; `extractor_key` yang dibaca: {', '.join(_PLACES)}")
    video = _video(info, platform)
    if not video.native_id:
        return Reading(refused="tanpa `id`")
    found = Reading()
    if video.author.native_id or video.author.handle:
        found.acts.append(video)
    else:
        found.problems.append("video tanpa pelaku; dilewati")
    comments = info.get("comments")
    for number, comment in enumerate(comments if isinstance(comments, list) else (), start=1):
        _add(found, comment, video, number)
    return found


def _add(found: Reading, comment: object, video: Act, number: int) -> None:
    table = loose.table(comment)
    act = _comment(table, video, number)
    found.strange += shapes.unknown("yt-dlp komentar", table, _FIELDS)
    if act is None:
        found.problems.append(f"komentar ke-{number}: tanpa id atau pelaku; dilewati")
        found.strange.append("yt-dlp komentar tanpa id atau pelaku")
        found.unread.append(_raw(table, video))
    else:
        found.acts.append(act)


def read_archived(body: bytes) -> Reading:
    """Read records as they are archived: a video, or a comment with what it was found under, one a line."""
    found = Reading()
    for number, line in enumerate(body.decode("utf-8", "replace").splitlines(), start=1):
        record = loose.an_object(line)
        if record is None:
            found.problems.append(f"catatan {number} dalam arsip tidak terbaca")
            continue
        under = loose.table(record.pop(UNDER, record))
        platform = _place(under)
        if platform is None:
            found.problems.append(f"catatan {number} dalam arsip tidak menyebut dari mana asalnya")
        elif under is record:
            found.acts.append(_video(record, platform))
        else:
            _add(found, record, _video(under, platform), number)
    return found


def _place(info: Mapping[str, object]) -> Platform | None:
    key = first(info, ("extractor_key",), ("extractor",), longest=60).casefold()
    return next((place for name, place in _PLACES.items() if key.startswith(name)), None)


def _video(info: Mapping[str, object], platform: Platform) -> Act:
    handle = first(info, ("uploader_id",), longest=LONGEST_NAME)
    channel = first(info, ("channel_id",), longest=LONGEST_NAME)
    named = handle.startswith("@") or platform is not Platform.YOUTUBE
    author = AccountRef(
        platform,
        channel if platform is Platform.YOUTUBE or channel.isdigit() else "",
        handle.lstrip("@") if named else "",
        first(info, ("channel",), ("uploader",), longest=LONGEST_NAME),
    )
    url = first(info, ("webpage_url",), ("original_url",), longest=2000)
    day = first(info, ("upload_date",), longest=8)
    when = first(info, ("timestamp",), ("release_timestamp",), longest=40)
    if not when and len(day) == 8 and day.isascii() and day.isdigit():
        when = f"{day[:4]}-{day[4:6]}-{day[6:]} 00:00 UTC"
    kept = {name: info.get(name) for name in ("id", "title", "description", "channel_id", "uploader_id", "webpage_url")}
    kept["timestamp"] = info.get("timestamp")
    kept["extractor_key"] = info.get("extractor_key")
    return Act(
        platform, first(info, ("id",), longest=200), ItemKind.POST, author, first(info, ("description",)), when,
        json.dumps(kept, ensure_ascii=False), url=url if url.startswith(("https://", "http://")) else "",
        title=first(info, ("title",), longest=2000),
    )  # fmt: skip


def _comment(comment: Mapping[str, object], video: Act, number: int) -> Act | None:
    native_id = first(comment, ("id",), longest=200)
    name = first(comment, ("author",), longest=LONGEST_NAME)
    author = AccountRef(
        video.platform,
        first(comment, ("author_id",), longest=LONGEST_NAME),
        name.lstrip("@") if name.startswith("@") or video.platform is not Platform.YOUTUBE else "",
        name,
    )
    if not native_id or not (author.native_id or author.handle):
        return None
    above = first(comment, ("parent",), longest=200)
    if above in {"", "root"}:
        parent = Parent(
            video.native_id, video.url, "\n".join(one for one in (video.title, video.text) if one),
            video.author if video.author.native_id or video.author.handle else None,
        )  # fmt: skip
    else:
        parent = Parent(above, video.url)
    return Act(
        video.platform, native_id, ItemKind.COMMENT, author, first(comment, ("text",)),
        first(comment, ("timestamp",), longest=40), _raw(comment, video), number, video.url,
        parent=parent, rule=GUESSED,
    )  # fmt: skip


def _raw(comment: Mapping[str, object], video: Act) -> str:
    place = next(name for name, one in _PLACES.items() if one is video.platform)
    under = {"extractor_key": place, "id": video.native_id, "webpage_url": video.url}
    return json.dumps({**comment, UNDER: under}, ensure_ascii=False)
