"""Zeeschuimer NDJSON: one record a line of what a browser loaded. Pure.

Two wrappings are read: `{"item_id", "source_platform", "timestamp_collected" (ms), "data": {…}}` as the extension
writes it, and `{…data…, "__import_meta": {…the rest…}}` as 4CAT passes it on.

| `source_platform` | id | words | who | when |
|---|---|---|---|---|
| `tiktok`, `tiktok.com` | `id` | `desc` | `author.id`, `author.uniqueId` | `createTime` |
| `tiktok-comments` | `cid` | `text` | `user.uid`, `user.unique_id` | `create_time` |
| `twitter`, `x`, `twitter-comments` | `rest_id`, `id` | `legacy.full_text` | `core…result` | `legacy.created_at` |
| `threads`, `threads.net` | `code` | `caption.text` | `user` | `taken_at` |
| `instagram`, `instagram.com` | `code`, `shortcode` | `caption.text`, edge caption | `user`, `owner` | `taken_at` |
| the same, a story (`product_type` or `expiring_at`) | `pk` | `caption.text` | `user` | `taken_at` |
| `instagram-comments` | `comment_id`, `pk` | `text` | `user` | `created_at` |
| `facebook`, `facebook.com` | `…story.post_id` | `…message.text` | `…actors.0` | `creation_time` |
| `facebook-comments` | `…node.legacy_fbid` | `…body.text` | `…author` | `created_time` |

What is answered: `reply_id`, else the video `aweme_id` (TikTok); `in_reply_to_status_id_str`, or the post shared (X);
`reply_to_author` (Threads); `parent_comment_id`, else the post (Instagram).

Closed places are not read: posts of Facebook groups and of private accounts are passed over and counted. A record that
cannot be mapped is named and counted; it is kept raw where a watched account stands in it as the one who acted, and the
file itself stays where it was brought, so that a later reader may map it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

from monitor.collectors import shapes
from monitor.collectors import zeeschuimer_facebook as facebook
from monitor.collectors.seen import LONGEST_NAME, Act, Reading, UnmappedError, dig, first, plain, web, words
from monitor.models import AccountRef, ItemKind, Parent, Platform

Record = Mapping[str, object]
_WRAPPING = frozenset(
    ["id", "nav_index", "item_id", "timestamp_collected", "last_updated", "source_platform", "source_platform_url",
     "source_url", "user_agent", "data"]
)  # fmt: skip


def read(body: bytes) -> Reading:
    """Read a file."""
    found = Reading()
    text = body.decode("utf-8-sig", "replace")
    for number, raw in enumerate(text.split("\n"), start=1):
        if not raw.strip():
            continue
        try:
            record = json.loads(raw, parse_float=str, parse_constant=str)
        except (ValueError, RecursionError):
            found.problems.append(f"baris {number}: bukan JSON yang utuh; dilewati")
            continue
        if not isinstance(record, dict):
            found.problems.append(f"baris {number}: bukan objek JSON; dilewati")
            continue
        try:
            found.acts += _acts(record, raw.strip(), number, found)
        except UnmappedError as error:
            _passed_over(found, error, raw.strip(), number)
    return found


def _passed_over(found: Reading, why: UnmappedError, raw: str, number: int) -> None:
    found.problems.append(f"baris {number}: {why}; dilewati")
    if not why.closed:
        found.strange.append(f"zeeschuimer: {why}")
        found.unread.append(raw)


def _acts(record: Record, raw: str, number: int, found: Reading) -> list[Act]:
    meta = record.get("__import_meta")
    meta = meta if isinstance(meta, dict) else record
    data = record.get("data") if meta is record else record
    found.strange += shapes.unknown("zeeschuimer", meta, _WRAPPING)
    if not isinstance(data, dict):
        raise UnmappedError("tanpa `data`")
    platform = words(meta.get("source_platform"), 60).casefold().removesuffix(".com").removesuffix(".net")
    if platform == "facebook-comments":
        pairs = facebook.comments(data, meta)
    elif platform in _MAPPERS:
        pairs = [(_MAPPERS[platform](data, meta), raw)]
    else:
        raise UnmappedError(f"asal {platform[:40]!r} belum dikenal")
    seen = words(meta.get("timestamp_collected"), 20)
    seen = seen if seen.isascii() and seen.isdigit() else ""
    made = []
    for act, own in pairs:
        if lacks := "id" if not act.native_id else "" if act.author.native_id or act.author.handle else "pelaku":
            _passed_over(found, UnmappedError(f"{platform} tanpa {lacks}"), own, number)
            continue
        if "/stories/" in act.url and not act.text:
            found.problems.append(f"baris {number}: cerita tanpa tulisan; periksa gambarnya dengan mata sendiri")
        made.append(replace(act, raw=own, line=number, seen_at=seen))
    return made


def _account(platform: Platform, user: object, ids: tuple[str, ...], names: tuple[str, ...], shown: str) -> AccountRef:
    return AccountRef(
        platform,
        first(user, *((one,) for one in ids), longest=LONGEST_NAME),
        first(user, *((one,) for one in names), longest=LONGEST_NAME).lstrip("@"),
        first(user, (shown,), longest=LONGEST_NAME),
    )


def _open(user: object, platform: str) -> None:
    """Refuse what an account keeps for those it lets in."""
    if dig(user, "is_private") is True or dig(user, "privateAccount") is True or dig(user, "protected") is True:
        raise UnmappedError(f"{platform}: akun tertutup, tidak dibaca", closed=True)


def _tiktok(data: Record, _meta: Record) -> Act:
    _open(data.get("author"), "tiktok")
    author = _account(Platform.TIKTOK, data.get("author"), ("id",), ("uniqueId", "unique_id"), "nickname")
    if not author.handle and isinstance(data.get("author"), str):
        author = AccountRef(Platform.TIKTOK, "", words(data["author"], LONGEST_NAME))
    native_id = first(data, ("id",), longest=200)
    url = f"https://www.tiktok.com/@{author.handle}/video/{native_id}" if plain(author.handle, native_id) else ""
    return Act(
        Platform.TIKTOK, native_id, ItemKind.POST, author, first(data, ("desc",)), first(data, ("createTime",)), "",
        url=url,
    )  # fmt: skip


def _tiktok_comment(data: Record, meta: Record) -> Act:
    author = _account(Platform.TIKTOK, data.get("user"), ("uid", "id"), ("unique_id", "uniqueId"), "nickname")
    reply, video = first(data, ("reply_id",), longest=200), first(data, ("aweme_id",), longest=200)
    page = web(first(meta, ("source_platform_url",)))
    owner = _tiktok_owner(page) if reply in {"", "0"} else None
    parent = Parent(reply if reply not in {"", "0"} else video, page if reply in {"", "0"} else "", "", owner)
    return Act(
        Platform.TIKTOK, first(data, ("cid",), longest=200), ItemKind.COMMENT, author, first(data, ("text",)),
        first(data, ("create_time",)), "", url=page, parent=parent,
    )  # fmt: skip


def _tiktok_owner(url: str) -> AccountRef | None:
    name = url.partition("tiktok.com/@")[2].partition("/")[0]
    return AccountRef(Platform.TIKTOK, "", name) if plain(name) else None


def _x(data: Record, _meta: Record) -> Act:
    if isinstance(data.get("tweet"), dict):
        data = data["tweet"]  # type: ignore[assignment]
    user = dig(data, "core", "user_results", "result")
    _open(dig(user, "legacy"), "x")
    _open(dig(user, "privacy"), "x")
    author = AccountRef(
        Platform.X,
        first(user, ("rest_id",), ("legacy", "id_str"), longest=LONGEST_NAME)
        or first(data, ("legacy", "user_id_str"), longest=LONGEST_NAME),
        first(user, ("legacy", "screen_name"), ("core", "screen_name"), ("screen_name",), longest=LONGEST_NAME),
        first(user, ("legacy", "name"), ("core", "name"), ("name",), longest=LONGEST_NAME),
    )
    native_id = first(data, ("rest_id",), ("legacy", "id_str"), ("id_str",), ("id",), longest=200)
    shared = dig(data, "legacy", "retweeted_status_result", "result")
    kind, parent = ItemKind.POST, None
    text = first(data, ("note_tweet", "note_tweet_results", "result", "text"), ("legacy", "full_text"), ("full_text",))
    if isinstance(shared, dict):
        kind, text, parent = ItemKind.SHARE, "", _x_parent(shared)
    elif reply := first(data, ("legacy", "in_reply_to_status_id_str"), ("in_reply_to_status_id_str",), longest=200):
        kind = ItemKind.COMMENT
        owner = AccountRef(
            Platform.X,
            first(data, ("legacy", "in_reply_to_user_id_str"), longest=LONGEST_NAME),
            first(data, ("legacy", "in_reply_to_screen_name"), longest=LONGEST_NAME),
        )
        parent = Parent(reply, "", "", owner if owner.native_id or owner.handle else None)
    url = f"https://x.com/{author.handle}/status/{native_id}" if plain(author.handle, native_id) else ""
    when = first(data, ("legacy", "created_at"), ("created_at",), longest=120)
    return Act(Platform.X, native_id, kind, author, text, _x_time(when), "", url=url, parent=parent)


def _x_parent(shared: Record) -> Parent:
    inner = _x({**shared, "legacy": {**_dict(shared.get("legacy")), "retweeted_status_result": None}}, {})
    return Parent(inner.native_id, inner.url, inner.text, inner.author if inner.author.native_id else None)


def _dict(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _x_time(text: str) -> str:
    """Turn `Fri Nov 20 02:15:00 +0000 2026` round to what is read everywhere else."""
    parts = text.split()
    return f"{parts[2]} {parts[1]} {parts[5]} {parts[3]} {parts[4]}" if len(parts) == 6 else text


def _threads(data: Record, _meta: Record) -> Act:
    _open(data.get("user"), "threads")
    author = _account(Platform.THREADS, data.get("user"), ("pk", "id"), ("username",), "full_name")
    native_id = first(data, ("code",), longest=200)
    above = dig(data, "text_post_app_info", "reply_to_author")
    owner = _account(Platform.THREADS, above, ("pk", "id"), ("username",), "full_name")
    answers = bool(owner.native_id or owner.handle)
    url = f"https://www.threads.com/@{author.handle}/post/{native_id}" if plain(author.handle, native_id) else ""
    return Act(
        Platform.THREADS, native_id, ItemKind.COMMENT if answers else ItemKind.POST, author,
        first(data, ("caption", "text"), ("caption",)), first(data, ("taken_at",)), "", url=url,
        parent=Parent("", "", "", owner) if answers else None,
    )  # fmt: skip


def _instagram(data: Record, _meta: Record) -> Act:
    user = data.get("user") if isinstance(data.get("user"), dict) else data.get("owner")
    _open(user, "instagram")
    author = _account(Platform.INSTAGRAM, user, ("pk", "id", "pk_id"), ("username",), "full_name")
    story = data.get("product_type") == "story" or data.get("expiring_at") is not None
    everybody = (None, "", "default")  # a tuple: what stands there may be a list, which no set can be asked for
    if story and data.get("audience") not in everybody:
        raise UnmappedError("instagram: cerita untuk kalangan sendiri, tidak dibaca", closed=True)
    native_id = first(data, ("code",), ("shortcode",), longest=200)
    if story:
        native_id = first(data, ("pk",), longest=200) or first(data, ("id",), longest=200).partition("_")[0]
    text = first(
        data, ("caption", "text"), ("edge_media_to_caption", "edges", 0, "node", "text"), ("caption",)
    )  # fmt: skip
    when = first(data, ("taken_at",), ("taken_at_timestamp",), ("device_timestamp_seconds",))
    url = f"https://www.instagram.com/p/{native_id}/" if plain(native_id) else ""
    if story:
        url = (
            f"https://www.instagram.com/stories/{author.handle}/{native_id}/" if plain(author.handle, native_id) else ""
        )
    return Act(Platform.INSTAGRAM, native_id, ItemKind.POST, author, text, when, "", url=url)


def _instagram_comment(data: Record, _meta: Record) -> Act:
    _open(data.get("user"), "instagram")
    author = _account(Platform.INSTAGRAM, data.get("user"), ("pk", "id"), ("unique_id", "username"), "nickname")
    above, post = first(data, ("parent_comment_id",), longest=200), first(data, ("post_shortcode",), longest=200)
    parent = Parent(above or post, "" if above else web(first(data, ("post_url",))))
    return Act(
        Platform.INSTAGRAM, first(data, ("comment_id",), ("pk",), ("id",), longest=200), ItemKind.COMMENT, author,
        first(data, ("text",)), first(data, ("created_at",), ("created_at_utc",)), "", parent=parent,
        url=web(first(data, ("post_url",))),
    )  # fmt: skip


_MAPPERS: dict[str, Callable[[Record, Record], Act]] = {
    "tiktok": _tiktok,
    "tiktok-comments": _tiktok_comment,
    "twitter": _x,
    "twitter-comments": _x,
    "x": _x,
    "threads": _threads,
    "instagram": _instagram,
    "instagram-comments": _instagram_comment,
    "facebook": facebook.post,
}
