"""Statuses of a Mastodon-compatible server as items, and the posts around them. Pure.

| status | item | `native_id` |
|---|---|---|
| own | unggahan; komentar where it replies | its `uri` |
| with `reblog` | bagikan | `<uri of what was boosted>#bagikan=<actor>` |
| found in `favourited_by` | suka | `<uri of what was favourited>#suka=<actor>` |

Boosts and favourites have no address that every server knows, but an account can give each only once: so whoever finds
it first, here or at the home of the post, stores the same act. `native_version` is `edited_at`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from monitor.collectors import dates, loose, shapes
from monitor.collectors import mastodon_api as api
from monitor.models import AccountRef, Item, ItemKind, Parent, Platform, Response

Json = Mapping[str, object]
_ADDRESS = re.compile(r"https?://[^\s<>\"\x00-\x1f]+")
_KEPT = (
    "id", "uri", "url", "created_at", "edited_at", "in_reply_to_id", "visibility", "language", "spoiler_text",
    "content", "favourites_count", "reblogs_count", "replies_count",
)  # fmt: skip
_STATUS = frozenset(
    [*_KEPT, "account", "reblog", "sensitive", "media_attachments", "application", "mentions", "tags", "emojis",
     "quotes_count", "in_reply_to_account_id", "poll", "card", "text", "quote", "quote_approval",
     "quote_approval_policy", "favourited",
     "reblogged", "muted", "bookmarked", "pinned", "filtered", "pleroma", "akkoma", "emoji_reactions", "reactions",
     "local_only", "interaction_policy", "content_type", "friendica"]
)  # fmt: skip
_ACCOUNT = frozenset(
    ["id", "username", "acct", "url", "uri", "display_name", "note", "avatar", "avatar_static", "avatar_description",
     "header", "header_static", "header_description", "locked", "fields", "emojis", "bot", "group", "discoverable",
     "indexable", "noindex", "moved", "suspended", "limited", "memorial", "created_at", "last_status_at",
     "statuses_count", "followers_count", "following_count", "hide_collections", "source", "roles", "role",
     "mute_expires_at", "pleroma", "akkoma", "fqn", "enable_rss", "theme", "custom_css", "other_settings",
     "feature_approval", "show_featured",
     "show_media", "show_media_replies", "attribution_domains", "tanda"]
)  # fmt: skip
_VISIBILITIES = frozenset(["public", "unlisted", "private", "direct", "local", "mutuals_only", "list"])
Named = Callable[[Json, str], AccountRef]
"""Gives whose an account is: with handle and name for watched accounts, else its address alone."""


def boost_id(uri: str, actor: str) -> str:
    """Name the boost of a status by an actor."""
    return f"{uri}#bagikan={actor}"


def favourite_id(uri: str, actor: str) -> str:
    """Name the favourite of a status by an actor."""
    return f"{uri}#suka={actor}"


def native_id(status: Json, actor: str) -> str:
    """Give the identity of an own status, "" where it tells none."""
    boosted = status.get("reblog")
    if isinstance(boosted, dict):
        uri = loose.text(boosted.get("uri"))
        return boost_id(uri, actor) if api.ACTOR.match(uri) else ""
    uri = loose.text(status.get("uri"))
    return uri if api.ACTOR.match(uri) else ""


def to_item(
    status: Json, source_id: str, author: AccountRef, home: str, response: Response, named: Named
) -> Item | str:
    """Make an item of an own status; a text says (Indonesian) why that is not possible."""
    key, boosted = native_id(status, author.native_id), api.an_account(status.get("reblog"))
    if not key:
        return "unggahan tanpa `uri`; dilewati"
    if boosted is None and api.origin(key) != api.origin(author.native_id):
        return f"{key[-80:]}: alamatnya milik server lain; dilewati"
    words = "" if boosted is not None else api.text_of(status)
    if words is None:
        return f"{key[-80:]}: `content` bukan tulisan; dilewati"
    raw = loose.text(status.get("created_at"))
    stamp = dates.parse(raw, seen_at=response.fetched_at)
    kind, parent = ItemKind.POST, None
    if boosted is not None:
        kind, parent = ItemKind.SHARE, to_parent(boosted, home, named)
    elif status.get("in_reply_to_id") is not None:
        about = api.identifier({"id": status.get("in_reply_to_id")})
        kind = ItemKind.COMMENT
        parent = Parent("", api.url(home, f"/api/v1/statuses/{about}")) if about else Parent()
    elif (quoted := _quoted(status)) is not None:
        parent = to_parent(quoted, home, named)
    return Item(
        source_id=source_id,
        platform=Platform.MASTODON,
        native_id=key,
        kind=kind,
        author=author,
        text=words,
        title="" if boosted is not None else api.warning_of(status),
        url=page_of(status) or (key if boosted is None else ""),
        happened_at=stamp.at,
        happened_raw=raw[: dates.MAX_RAW],
        happened_rule="created_at" if stamp.at else "",
        parent=parent,
        native_version=loose.text(status.get("edited_at")),
    )


def favourite(post: Parent, author: AccountRef, source_id: str, rule: str) -> Item:
    """Make the item of a favourite: when it was given no server tells; `rule` says between which looks."""
    return Item(
        source_id=source_id, platform=Platform.MASTODON, native_id=favourite_id(post.native_id, author.native_id),
        kind=ItemKind.LIKE, author=author, text="", url=post.url, happened_rule=rule, parent=post,
    )  # fmt: skip


def boost(post: Parent, author: AccountRef, source_id: str, rule: str) -> Item:
    """Make the item of a boost that was seen at the post, where its own status is not known."""
    found = favourite(post, author, source_id, rule)
    return replace(found, native_id=boost_id(post.native_id, author.native_id), kind=ItemKind.SHARE)


def to_parent(status: Json, home: str, named: Named) -> Parent | None:
    """Read the post that an act was done to; the words of one who asks not to be shown are left out."""
    uri, account = loose.text(status.get("uri")), api.an_account(status.get("account"))
    if not api.ACTOR.match(uri) or account is None:
        return None
    owner = named(account, home)
    open_to_all = api.is_public(status) and not api.asks_not_to_be_shown(account)
    words = api.text_of(status) if open_to_all else ""
    return Parent(uri, page_of(status) or uri, words or "", owner)


def page_of(status: Json) -> str:
    """Give the address of a status's page; "" for what is no address of the web, whatever stands there."""
    found = status.get("url")
    if not isinstance(found, str) or _ADDRESS.fullmatch(found) is None:
        return ""
    try:
        urlsplit(found)
    except ValueError:  # `http://[::1` and its like
        return ""
    return found


def lacks_context(item: Item) -> bool:
    """Tell whether the post that a reply answers is still to be asked for."""
    return item.parent is not None and not item.parent.native_id and bool(item.parent.url)


def redacted(status: Json, actor: str) -> dict[str, object]:
    """Give what may be archived of an own status: nobody else's names, counts and pictures."""
    kept = {name: status.get(name) for name in _KEPT}
    boosted, quoted = api.an_account(status.get("reblog")), _quoted(status)
    return {
        **shapes.raw(status, _STATUS, actor), **kept, "account": {"uri": actor},
        "reblog": around(boosted) if boosted is not None else None,
        "quote": around(quoted) if quoted is not None else None,
    }  # fmt: skip


def redacted_account(account: Json, actor: str, count: int) -> dict[str, object]:
    """Give what may be archived of the account itself: who it is, and fields that no reader knows yet."""
    return {
        **shapes.raw(account, _ACCOUNT, actor),
        "id": api.identifier(account),
        "uri": actor,
        "statuses_count": count,
    }


def strange_account(account: Json) -> tuple[str, ...]:
    """Name every field of an account that the reader does not know."""
    return shapes.unknown("akun", account, _ACCOUNT)


def strange(found: Sequence[Json]) -> tuple[str, ...]:
    """Name every field of these statuses that the reader does not know, and every visibility that it does not."""
    named: list[str] = []
    for one in found:
        named += shapes.unknown("status", one, _STATUS)
        shown = one.get("visibility", "public")
        if not isinstance(shown, str) or shown not in _VISIBILITIES:
            word = shown if isinstance(shown, str) and shown.isidentifier() else "bukan kata"
            named.append(f"status: visibility {word[:40]}")
    return tuple(named)


def around(status: Json) -> dict[str, object]:
    """Give what may be archived of somebody else's post: its address, its words, its author's address."""
    account = api.an_account(status.get("account")) or {}
    open_to_all = api.is_public(status) and not api.asks_not_to_be_shown(account)
    words = status.get("content") if open_to_all else None
    return {"uri": status.get("uri"), "url": status.get("url"), "content": words,
            "account": {"uri": api.actor_of(account)}}  # fmt: skip


def _quoted(status: Json) -> Json | None:
    quote = status.get("quote")
    if not isinstance(quote, dict):
        return None
    inner = quote.get("quoted_status", quote)
    return inner if isinstance(inner, dict) and "uri" in inner else None
