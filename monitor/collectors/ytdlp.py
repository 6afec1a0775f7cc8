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


def read(body: bytes) -> Reading:
    """Read a file."""
    try:
        info = json.loads(body.decode("utf-8-sig", "replace"), parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return Reading(refused="bukan JSON yang utuh")
    if not isinstance(info, dict):
        return Reading(refused="bukan info.json dari yt-dlp")
    key = first(info, ("extractor_key",), ("extractor",), longest=60).casefold()
    platform = next((place for name, place in _PLACES.items() if key.startswith(name)), None)
    if platform is None:
        return Reading(refused=f"asal {key[:40]!r} belum dikenal; `extractor_key` yang dibaca: {', '.join(_PLACES)}")
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
        act = _comment(comment, video, number) if isinstance(comment, dict) else None
        if act is None:
            found.problems.append(f"komentar ke-{number}: tanpa id atau pelaku; dilewati")
        else:
            found.acts.append(act)
    return found


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
            video.native_id, video.url, "\n".join(one for one in (video.title, video.text) if one), video.author
        )
    else:
        parent = Parent(above, video.url)
    return Act(
        video.platform, native_id, ItemKind.COMMENT, author, first(comment, ("text",)),
        first(comment, ("timestamp",), longest=40), json.dumps(comment, ensure_ascii=False), number, video.url,
        parent=parent, rule=GUESSED,
    )  # fmt: skip
