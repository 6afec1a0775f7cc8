"""Records of a Bluesky repository as items, and the posts around them. Pure.

| collection | item | what it was done to |
|---|---|---|
| `app.bsky.feed.post` | unggahan; komentar where it replies | the post replied to, or quoted |
| `app.bsky.feed.like` | suka | the post liked |
| `app.bsky.feed.repost` | bagikan | the post shared |

`native_id` is the record's `at://` address by DID, `native_version` its cid: the same address with another cid is an
edit. The moment is the client's `createdAt`; where the record key tells another one, `happened_rule` says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.collectors import dates, loose, shapes, xrpc
from monitor.models import AccountRef, Item, ItemKind, Parent, Platform, Response

POST, LIKE, REPOST = "app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.feed.repost"
SITE = "https://bsky.app/profile"
_APART = timedelta(hours=1)
_FIELDS = {
    POST: {"$type", "text", "createdAt", "facets", "entities", "reply", "embed", "langs", "labels", "tags", "via"},
    LIKE: {"$type", "subject", "createdAt", "via"},
    REPOST: {"$type", "subject", "createdAt", "via"},
}
_KINDS = {POST: ItemKind.POST, LIKE: ItemKind.LIKE, REPOST: ItemKind.SHARE}


def strange(collection: str, found: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
    """Name every field of these records that the reader does not know, and every record that is none."""
    named = []
    for one in found:
        value = one.get("value")
        if not isinstance(value, dict):
            named.append(f"{collection}: catatan tanpa isi")
            continue
        named += shapes.unknown(collection, value, _FIELDS[collection])
    return tuple(named)


def page_url(uri: str) -> str:
    """Give where people read a post, "" for what has no page."""
    parts = xrpc.split(uri)
    return f"{SITE}/{parts[0]}/post/{parts[2]}" if parts and parts[1] == POST else ""


def to_item(
    record: Mapping[str, object], source_id: str, author: AccountRef, pds: str, response: Response
) -> Item | str:
    """Make an item of a record; a text says (Indonesian) why that is not possible."""
    uri, cid, value = record.get("uri"), record.get("cid"), record.get("value")
    parts = xrpc.split(uri)
    if parts is None or not isinstance(uri, str) or parts[0] != author.native_id:
        return "bukan milik akun ini"
    if parts[1] not in _KINDS or not isinstance(cid, str) or not cid or not isinstance(value, dict):
        return f"{uri[-80:]}: tanpa cid atau isi"
    words, kind = value.get("text", ""), _KINDS[parts[1]]
    if not isinstance(words, str):
        return f"{uri[-80:]}: teks bukan tulisan"
    about = _about(value, parts[1])
    if kind is not ItemKind.POST and about is None:
        return f"{uri[-80:]}: tidak menyebut apa yang dituju"
    if kind is ItemKind.POST and "reply" in value:
        kind = ItemKind.COMMENT
    raw = value.get("createdAt")
    at, rule = _moment(raw if isinstance(raw, str) else "", parts[2], response)
    own = page_url(uri) or xrpc.url(
        pds, "com.atproto.repo.getRecord", ("repo", parts[0]), ("collection", parts[1]), ("rkey", parts[2])
    )
    return Item(
        source_id=source_id,
        platform=Platform.BLUESKY,
        native_id=uri,
        kind=kind,
        author=author,
        text=words,
        url=own,
        happened_at=at,
        happened_raw=raw[: dates.MAX_RAW] if isinstance(raw, str) else "",
        happened_rule=rule,
        parent=None if about is None else _parent(about),
        native_version=cid,
    )  # fmt: skip


def _moment(raw: str, key: str, response: Response) -> tuple[datetime | None, str]:
    """Give when it happened and by which rule; the record key speaks where the client's own time cannot be used."""
    stamp, written = dates.parse(raw, seen_at=response.fetched_at), xrpc.tid_time(key)
    if written is not None and written > response.fetched_at + _APART:
        written = None
    if stamp.at is None:
        return written, "rkey" if written else ""
    if written is not None and abs(written - stamp.at) > _APART:
        return stamp.at, f"createdAt; rkey {written:%Y-%m-%dT%H:%M:%SZ}"
    return stamp.at, "createdAt"


def _about(value: Mapping[str, object], collection: str) -> str | None:
    """Give the address of what a record was done to: its subject, the post replied to, or the post quoted."""
    if collection != POST:
        return _uri(value.get("subject"))
    reply = value.get("reply")
    if isinstance(reply, dict):
        return _uri(reply.get("parent"))
    embed = value.get("embed")
    if not isinstance(embed, dict):
        return None
    quoted = embed.get("record")
    if isinstance(quoted, dict) and isinstance(quoted.get("record"), dict):
        quoted = quoted["record"]
    return _uri(quoted)


def _uri(reference: object) -> str | None:
    uri = reference.get("uri") if isinstance(reference, dict) else None
    return uri if isinstance(uri, str) and xrpc.split(uri) else None


def _parent(uri: str) -> Parent:
    parts = xrpc.split(uri)
    assert parts is not None
    return Parent(uri, page_url(uri), "", AccountRef(Platform.BLUESKY, parts[0]))


def lacks_context(item: Item) -> bool:
    """Tell whether the words of the post that an act was done to are still to be asked for."""
    parent = item.parent
    return parent is not None and not parent.text and bool(parent.url)


def from_stored(item: Item, known: Mapping[str, Item]) -> Item:
    """Fill what an act was done to from a stored post, where there is one."""
    parent = item.parent
    post = known.get(parent.native_id) if parent else None
    if parent is None or post is None or not post.text:
        return item
    return replace(item, parent=replace(parent, text=post.text, owner=post.author or parent.owner))


def with_parent(item: Item, parent: Parent | None) -> Item:
    """Put the words of a post beside the act that was done to it, where they were found."""
    return item if parent is None else replace(item, parent=parent)


def posts(answered: object, asked: Collection[str], named: Collection[str]) -> tuple[dict[str, Parent], list[str]]:
    """Read posts of `getPosts`: what may be kept of each, and what was refused (Indonesian).

    Handle and display name are kept of watched accounts (`named`, DIDs) alone; nothing of an author who asks not to
    be shown to strangers.
    """
    found: dict[str, Parent] = {}
    problems: list[str] = []
    for one in xrpc.objects(answered) or ():
        uri, author, record = one.get("uri"), one.get("author"), one.get("record")
        parts = xrpc.split(uri)
        if parts is None or not isinstance(uri, str) or not isinstance(author, dict) or not isinstance(record, dict):
            problems.append("unggahan sekitar tanpa alamat, pemilik atau isi; dilewati")
            continue
        if uri not in asked or author.get("did") != parts[0]:
            problems.append(f"unggahan sekitar milik akun lain daripada yang ditanyakan; dilewati: {uri[-80:]}")
            continue
        text = record.get("text", "")
        if not isinstance(text, str) or xrpc.labelled_private(author.get("labels")):
            continue
        owner = AccountRef(Platform.BLUESKY, parts[0])
        if parts[0] in named:
            owner = replace(
                owner, handle=loose.text(author.get("handle")), display_name=loose.text(author.get("displayName"))
            )
        found[uri] = Parent(uri, page_url(uri), text, owner)
    return found, problems
