"""A link as somebody pasted it -> whose post it is, and the key under which equal links meet. Pure; nothing is opened.

Identities are those that exports of the same platform give (shortcode, status number, video number), so that a post
recorded by hand and the same post out of an import are one item.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from monitor.collectors import urls
from monitor.models import Platform

LONGEST = 2000
_MOST_ASKED = 50
_PLACES: tuple[tuple[str, Platform], ...] = (
    ("instagram.com", Platform.INSTAGRAM),
    ("facebook.com", Platform.FACEBOOK),
    ("fb.com", Platform.FACEBOOK),
    ("fb.watch", Platform.FACEBOOK),
    ("tiktok.com", Platform.TIKTOK),
    ("x.com", Platform.X),
    ("twitter.com", Platform.X),
    ("threads.net", Platform.THREADS),
    ("threads.com", Platform.THREADS),
    ("youtube.com", Platform.YOUTUBE),
    ("youtu.be", Platform.YOUTUBE),
    ("bsky.app", Platform.BLUESKY),
    ("t.me", Platform.TELEGRAM),
)
# Folding a word first would move every place in it: some letters fold into two.
_SCHEME = re.compile(r"https?://", re.IGNORECASE | re.ASCII)
_ID = re.compile(r"[A-Za-z0-9_-]{1,200}\Z")
_HANDLE = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
_NUMBER = re.compile(r"[0-9]{1,25}\Z")
# First parts of a path that are no account.
_ROOMS = frozenset(
    [
        "p",
        "reel",
        "reels",
        "tv",
        "stories",
        "explore",
        "share",
        "photo",
        "photos",
        "videos",
        "watch",
        "video",
        "posts",
        "groups",
        "permalink.php",
        "story.php",
        "hashtag",
        "i",
        "search",
        "status",
        "post",
        "shorts",
        "live",
        "embed",
        "channel",
        "c",
        "user",
        "playlist",
        "results",
        "login",
        "marketplace",
        "events",
        "pages",
    ]
)


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says. `url` as it can be opened, `key` for comparing; `post_id`, `comment_id`, `handle` may be ""."""

    url: str
    key: str
    platform: Platform
    post_id: str = ""
    comment_id: str = ""
    handle: str = ""


def read_link(text: str) -> Link | None:
    """Read a link, also out of a sentence that an app shares; None where there is none."""
    url = _first(text)
    if not url:
        return None
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").casefold()
    except ValueError:
        return None
    if "." not in host or not url.isprintable():
        return None
    platform = next((one for name, one in _PLACES if host == name or host.endswith(f".{name}")), Platform.OTHER)
    path = [unquote(one) for one in parts.path.split("/") if one]
    # No link of any platform asks so much; what comes behind is not read, but the link stays the one it is.
    asked = "&".join(parts.query.split("&")[:_MOST_ASKED])
    query = {name: values[0] for name, values in parse_qs(asked).items()}
    handle, post, comment = _read(platform, host, path, query)
    if platform is Platform.OTHER and len(path) == 2 and path[0].startswith("@") and _NUMBER.match(path[1]):
        platform, handle, post = Platform.MASTODON, f"{path[0][1:]}@{host}", url
    post = post if _ID.match(post) or "://" in post else ""
    comment = comment if _ID.match(comment) else ""
    key = f"{platform}:{post}" if post and "://" not in post else urls.canonical(_secure(url))
    return Link(url, key, platform, post, comment, handle if _HANDLE.match(handle.partition("@")[0]) else "")


def _first(text: str) -> str:
    """Give the first address in a text; a bare `instagram.com/…` counts."""
    for word in text.strip()[: 4 * LONGEST].split():
        starts = [one.start() for one in _SCHEME.finditer(word)]
        if starts and len(word) - starts[-1] <= LONGEST:
            return word[starts[-1] :]
        if "/" in word and len(word) <= LONGEST and any(name in word.casefold() for name, _ in _PLACES):
            return f"https://{word}"
    return ""


def _secure(url: str) -> str:
    return f"https://{url[7:]}" if url.casefold().startswith("http://") else url


def _read(platform: Platform, host: str, path: list[str], query: dict[str, str]) -> tuple[str, str, str]:
    """Give (handle, id of the post, id of the comment), "" where the link does not say."""
    if platform is Platform.YOUTUBE:
        return _youtube(host, path, query)
    if platform is Platform.FACEBOOK:
        return _facebook(path, query)
    if platform is Platform.BLUESKY and len(path) >= 4 and path[0] == "profile" and path[2] == "post":
        at = f"at://{path[1]}/app.bsky.feed.post/{path[3]}" if path[1].startswith("did:") else ""
        return ("" if at else path[1]), at, ""
    if platform is Platform.OTHER:
        return "", "", ""
    first = path[0].removeprefix("@") if path and path[0].casefold() not in _ROOMS else ""
    if path[:1] == ["stories"] and len(path) >= 2:
        return path[1], (path[2] if len(path) > 2 else ""), ""
    for room in ("p", "reel", "reels", "tv", "status", "video", "photo", "post"):
        if room in path[:-1]:
            place = path.index(room)
            comment = path[place + 3] if path[place + 2 : place + 3] == ["c"] and len(path) > place + 3 else ""
            return first, path[place + 1], comment
    return first, "", ""


def _youtube(host: str, path: list[str], query: dict[str, str]) -> tuple[str, str, str]:
    handle = path[0][1:] if path and path[0].startswith("@") else ""
    video = query.get("v", "")
    if host.endswith("youtu.be"):
        video = path[0] if path else ""
    elif len(path) >= 2 and path[0] in {"shorts", "live", "embed"}:
        video = path[1]
    return handle, video, query.get("lc", "").partition(".")[0]


def _facebook(path: list[str], query: dict[str, str]) -> tuple[str, str, str]:
    post = query.get("story_fbid", "") or query.get("fbid", "") or query.get("v", "")
    for room in ("posts", "videos", "reel", "permalink"):
        if room in path[:-1]:
            post = path[-1]
    handle = path[0] if path and path[0].casefold() not in _ROOMS and not path[0].endswith(".php") else ""
    return handle, post, query.get("comment_id", "")
