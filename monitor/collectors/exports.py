"""CSV that other tools export: 4CAT, YouTube Data Tools, Facepager. The columns tell which. Pure.

| tool | told by | id | words | who | when |
|---|---|---|---|---|---|
| 4CAT, TikTok comments | `is_liked_by_post_author` | `id` | `body` | `author` | `unix_timestamp`, `timestamp` (UTC) |
| 4CAT, TikTok | `tiktok_url` | `id` | `body` | `author` | the same |
| 4CAT, X | `retweet_count`, `is_retweet` | `id` | `body` | `author_id`, `author` | the same |
| 4CAT, Threads | `reposts`, `author_is_verified` | `id` | `body` | `author` | the same |
| 4CAT, Instagram | `num_likes`, `likes_hidden` or `usertags` | `id` | `body` | `author_id`, `author` | the same |
| 4CAT, Facebook | `is_in_group` | `id` | `body` | `author` | the same; posts of groups are not read |
| YouTube Data Tools, comments | `isReplyTo`, `authorName` | `id` | `text` | `authorChannelId` | `publishedAt` |
| YouTube Data Tools, videos | `channelId` | `videoId` | `videoTitle`, … | `channelId` | `publishedAt` |
| Facepager, Facebook pages | `created_time` | `object_id` | `message` | `from.id`, `from.name` | `created_time` |

Any other table goes through a source of the type `csv`, whose `columns` map it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from monitor.collectors import loose, shapes, tables
from monitor.collectors.seen import LONGEST_NAME, Act, Reading, words
from monitor.models import AccountRef, ItemKind, Parent, Platform

Row = Mapping[str, str]
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?[eE][+]?[0-9]{1,3}\Z")
_GROUP = "unggahan grup, tidak dibaca"
_COLUMNS = frozenset(
    ["id", "thread_id", "author", "body", "timestamp", "unix_timestamp", "collected_from_url", "author_full",
     "likes", "author_avatar_url", "replies", "post_id", "post_url", "post_body", "comment_url",
     "is_liked_by_post_author", "is_sticky", "is_comment_on_comment", "language_guess", "author_followers",
     "author_likes", "author_videos", "comments", "shares", "plays", "hashtags", "tiktok_url", "subject", "link",
     "author_fullname", "author_id", "author_avatar", "author_banner", "verified", "source", "possibly_sensitive",
     "retweet_count", "reply_count", "like_count", "quote_count", "impression_count", "is_retweet", "retweeted_user",
     "is_quote_tweet", "quoted_user", "quote_tweet_id", "quote_author", "quote_body", "quote_images", "quote_videos",
     "is_quote_withheld", "is_reply", "is_withheld", "replied_author", "urls", "images", "videos", "mentions",
     "long_lat", "place_name", "withheld_scope", "url", "author_is_verified", "reposts", "quotes", "image_url",
     "video_url", "parent_id", "post_source_domain", "author_name", "media_type", "media_urls", "media_url",
     "likes_hidden", "num_likes", "num_comments", "num_media", "usertags", "usertags_fullname", "coauthors",
     "coauthor_fullnames", "coauthor_ids", "location_name", "location_id", "location_latlong", "location_city",
     "partial_item", "type", "author_url", "is_in_group", "group_name", "group_url", "group_id", "isReplyTo", "isReply",
     "isReplyToName", "authorName", "text", "replyCount", "likeCount", "publishedAt", "authorChannelId",
     "authorChannelUrl", "videoId", "position", "channelId", "channelTitle", "videoTitle", "dimension",
     "videoDescription", "tags", "videoCategoryId", "videoCategoryLabel", "duration", "durationSec", "definition",
     "caption", "defaultLanguage", "defaultLAudioLanguage", "thumbnail_maxres", "licensedContent",
     "locationDescription", "latitude", "longitude", "viewCount", "dislikeCount", "favoriteCount", "commentCount",
     "level", "object_id", "object_type", "object_key", "query_status", "query_time", "query_type", "created_time",
     "message", "from.name", "from.id", "path", "shares.count", "comments.summary.total_count",
     "reactions.summary.total_count", "stickers", "music_name", "music_id", "music_url", "music_thumbnail",
     "music_author", "effects", "warning", "is_ad", "challenges", "allow_stitch", "allow_duet", "location_created",
     "diversification_labels", "thumbnail_url", "video_direct_url"]
)  # fmt: skip
"""Every column that the tools are documented to write; none says anything but what is read above, or counts."""
_IDS = ("id", "author_id", "thread_id", "parent_id", "post_id", "object_id", "videoId", "from.id")


@dataclass(frozen=True, slots=True)
class _Profile:
    """One tool's table: told by these columns, read by this function."""

    name: str
    columns: frozenset[str]
    read: Callable[[Row, int], Act | str]


def read(body: bytes) -> Reading:
    """Read a file."""
    text, note = tables.decode(body)
    known = {column for one in PROFILES for column in one.columns} | {"id", "body", "author", "timestamp"}
    table = tables.read_csv(text, known)
    found = Reading(problems=[*([note] if note else []), *table.problems])
    if not table.columns:
        return found if table.problems else Reading(refused="berkas kosong")
    profile = next((one for one in PROFILES if one.columns <= set(table.columns)), None)
    if profile is None:
        listed = ", ".join(table.columns[:15])
        return Reading(refused=f"susunan kolom belum dikenal ({listed}) — pakai sumber `csv` dengan `columns:`")
    for column in _IDS:
        broken = [line for line, cells in table.rows if _SCIENTIFIC.match(cells.get(column, "").strip())]
        if broken:
            return Reading(
                refused=f"kolom `{column}` berisi angka bergaya 1.99E+18 (baris {broken[0]}); digit id sudah hilang — "
                "ekspor ulang, dan di Excel jadikan kolom itu Teks sebelum menyimpan"
            )
    found.strange += shapes.unknown(profile.name, dict.fromkeys(table.columns), _COLUMNS)
    for line, cells in table.rows:
        _add(found, profile, {name: words(cell).strip() for name, cell in cells.items()}, line)
    return found


def read_archived(body: bytes) -> Reading:
    """Read rows as they are archived: an object of JSON a line."""
    found = Reading()
    for number, line in enumerate(body.decode("utf-8", "replace").splitlines(), start=1):
        row = {name: words(cell) for name, cell in loose.table(loose.value(line)).items()}
        profile = next((one for one in PROFILES if one.columns <= set(row)), None)
        if profile is None:
            found.problems.append(f"catatan {number} dalam arsip tidak dikenali")
        else:
            _add(found, profile, row, number)
    return found


def _add(found: Reading, profile: _Profile, row: Row, line: int) -> None:
    act = profile.read(row, line)
    if isinstance(act, Act):
        found.acts.append(replace(act, raw=json.dumps(dict(row), ensure_ascii=False)))
        return
    found.problems.append(f"baris {line}: {act}; dilewati")
    if act != _GROUP:
        found.strange.append(f"{profile.name}: {act}")
        found.unread.append(json.dumps(dict(row), ensure_ascii=False))


def _act(
    row: Row, line: int, platform: Platform, kind: ItemKind, author: AccountRef, parent: Parent | None = None
) -> Act | str:
    """Make an act of a row with 4CAT's common columns."""
    if not row.get("id"):
        return "tanpa id"
    if not (author.native_id or author.handle):
        return "tanpa pelaku"
    when = row.get("unix_timestamp", "")
    if not when and row.get("timestamp"):
        when = f"{row['timestamp']} UTC"
    link = next((row[one] for one in ("comment_url", "tiktok_url", "url", "link", "post_url") if row.get(one)), "")
    return Act(
        platform, row["id"][:200], kind, author, row.get("body", ""), when,
        json.dumps(dict(row), ensure_ascii=False), line,
        link[:2000] if link.startswith(("https://", "http://")) else "", parent=parent,
    )  # fmt: skip


def _who(row: Row, platform: Platform, native: str = "author_id", shown: str = "author_fullname") -> AccountRef:
    handle = row.get("author", "").lstrip("@")
    return AccountRef(
        platform, row.get(native, "")[:LONGEST_NAME], handle[:LONGEST_NAME], row.get(shown, "")[:LONGEST_NAME]
    )


def _tiktok_comment(row: Row, line: int) -> Act | str:
    video = row.get("post_id", "") or row.get("thread_id", "")
    page = row.get("post_url", "") or row.get("collected_from_url", "")
    on_comment = row.get("is_comment_on_comment", "").casefold() in {"yes", "true", "1"}
    owner = page.partition("tiktok.com/@")[2].partition("/")[0]
    top = Parent(video, page, row.get("post_body", ""), AccountRef(Platform.TIKTOK, "", owner) if owner else None)
    parent = Parent(row.get("thread_id", ""), page) if on_comment else top
    author = _who(row, Platform.TIKTOK, shown="author_full")
    return _act(row, line, Platform.TIKTOK, ItemKind.COMMENT, author, parent)


def _tiktok(row: Row, line: int) -> Act | str:
    return _act(row, line, Platform.TIKTOK, ItemKind.POST, _who(row, Platform.TIKTOK))


def _x(row: Row, line: int) -> Act | str:
    author = _who(row, Platform.X)
    if row.get("is_retweet", "").casefold() in {"yes", "true", "1"}:
        whose = row.get("retweeted_user", "").lstrip("@")
        owner = AccountRef(Platform.X, "", whose) if whose else None
        return _act(
            {**row, "body": ""}, line, Platform.X, ItemKind.SHARE, author, Parent("", "", row.get("body", ""), owner)
        )
    if row.get("is_reply", "").casefold() in {"yes", "true", "1"}:
        whose = row.get("replied_author", "").lstrip("@")
        above = row.get("thread_id", "")
        owner = AccountRef(Platform.X, "", whose) if whose else None
        parent = Parent(above if above != row.get("id") else "", "", "", owner)
        return _act(row, line, Platform.X, ItemKind.COMMENT, author, parent)
    return _act(row, line, Platform.X, ItemKind.POST, author)


def _threads(row: Row, line: int) -> Act | str:
    return _act(row, line, Platform.THREADS, ItemKind.POST, _who(row, Platform.THREADS))


def _instagram(row: Row, line: int) -> Act | str:
    author, above = _who(row, Platform.INSTAGRAM), row.get("parent_id", "")
    if above and above != row.get("id"):
        return _act(row, line, Platform.INSTAGRAM, ItemKind.COMMENT, author, Parent(above))
    return _act(row, line, Platform.INSTAGRAM, ItemKind.POST, author)


def _facebook(row: Row, line: int) -> Act | str:
    if row.get("is_in_group", "").casefold() in {"yes", "true", "1"} or "/groups/" in row.get("url", ""):
        return _GROUP
    return _act(row, line, Platform.FACEBOOK, ItemKind.POST, _who(row, Platform.FACEBOOK, shown="author_name"))


def _youtube_comment(row: Row, line: int) -> Act | str:
    name = row.get("authorName", "")
    author = AccountRef(
        Platform.YOUTUBE, row.get("authorChannelId", ""), name[1:] if name.startswith("@") else "", name
    )
    above = row.get("isReplyTo", "")
    parent = Parent(above) if above else Parent(row.get("videoId", ""))
    made = {**row, "body": row.get("text", ""), "timestamp": "", "unix_timestamp": _zoned(row.get("publishedAt", ""))}
    return _act(made, line, Platform.YOUTUBE, ItemKind.COMMENT, author, parent if parent.native_id else None)


def _youtube_video(row: Row, line: int) -> Act | str:
    author = AccountRef(Platform.YOUTUBE, row.get("channelId", ""), "", row.get("channelTitle", ""))
    body = "\n".join(one for one in (row.get("videoTitle", ""), row.get("videoDescription", "")) if one)
    made = {**row, "id": row.get("videoId", ""), "body": body, "unix_timestamp": _zoned(row.get("publishedAt", ""))}
    return _act(made, line, Platform.YOUTUBE, ItemKind.POST, author)


def _facepager(row: Row, line: int) -> Act | str:
    author = AccountRef(Platform.FACEBOOK, row.get("from.id", ""), "", row.get("from.name", ""))
    when = row.get("created_time", "").replace("T", " ").replace("+0000", " UTC")
    made = {**row, "id": row.get("object_id", ""), "body": row.get("message", ""), "unix_timestamp": when}
    return _act(made, line, Platform.FACEBOOK, ItemKind.POST, author)


def _zoned(text: str) -> str:
    """YouTube Data Tools writes UTC, mostly with its Z and sometimes without."""
    return f"{text} UTC" if text and not text.endswith(("Z", "UTC")) and "+" not in text else text


PROFILES = (
    _Profile("4CAT TikTok, komentar", frozenset({"id", "body", "author", "is_liked_by_post_author"}), _tiktok_comment),
    _Profile("4CAT TikTok", frozenset({"id", "body", "author", "tiktok_url"}), _tiktok),
    _Profile("4CAT X", frozenset({"id", "body", "author", "retweet_count", "is_retweet"}), _x),
    _Profile("4CAT Threads", frozenset({"id", "body", "author", "reposts", "author_is_verified"}), _threads),
    _Profile("4CAT Instagram", frozenset({"id", "body", "author", "num_likes", "num_comments"}), _instagram),
    _Profile("4CAT Facebook", frozenset({"id", "body", "author", "is_in_group"}), _facebook),
    _Profile("YouTube Data Tools, komentar", frozenset({"id", "isReplyTo", "authorName", "text"}), _youtube_comment),
    _Profile("YouTube Data Tools, video", frozenset({"videoId", "channelId", "publishedAt"}), _youtube_video),
    _Profile("Facepager", frozenset({"object_id", "created_time", "message"}), _facepager),
)
