"""An item as it is stored: its JSON, and the digest of what it says. A new one has each text quoted once for both."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from hashlib import sha256
from operator import attrgetter, itemgetter

from monitor.models import Item
from monitor.store.codec import in_parts, quoted

_PARTS, _FORM = in_parts(Item)
_PLACES = {one.name: place for place, one in enumerate(fields(Item))}
_SAID = ("platform", "native_id", "kind", "text", "title", "happened_raw", "native_version")
_TEXTS, _TOLD = attrgetter(*_SAID), itemgetter(*(_PLACES[name] for name in _SAID))
_HAPPENED = _PLACES["happened_at"]


def content_sha256(item: Item) -> str:
    """Digest what an item says and who says it: a new address or display name of the same words is no edit."""
    happened = f'"{item.happened_at.isoformat()}"' if item.happened_at is not None else ""
    return _digest(item, map(quoted, _TEXTS(item)), happened)


def put_down(item: Item) -> tuple[str, str]:
    """Give the digest of what an item says, and the item as JSON."""
    parts = _PARTS(item)
    return _digest(item, _TOLD(parts), parts[_HAPPENED]), _FORM % tuple(parts)


def version_teller(source_id: str, run_id: int, evidence: str, at: str) -> Callable[[int, int, int, str, str], str]:
    """Give what writes rows of `item_versions` of one answer as JSON: version id, item, version, digest, payload.

    A payload is JSON in ASCII already: nothing but its quotes and backslashes needs another backslash.
    """
    where, proof, when = (quoted(one).replace("%", "%%") for one in (source_id, evidence, at))
    form = f'[%d,%d,%d,{where},{run_id},"%s",{proof},{when},"%s",0]'
    return lambda version_id, item_id, version, content, payload: form % (
        version_id, item_id, version, content, payload.replace("\\", "\\\\").replace('"', '\\"')
    )  # fmt: skip


def _digest(item: Item, said: Iterable[str], moment: str) -> str:
    """Digest the JSON of a list: stored digests rest on its every byte. `said` and `moment` are JSON already."""
    author, parent = item.author, item.parent
    platform, native_id, kind, text, title, happened, version = said
    if item.happened_at is not None:
        happened = moment
    who = quoted(author.native_id or author.handle) if author is not None else '""'
    above = '"","",""'
    if parent is not None:
        owner = quoted(parent.owner.native_id or parent.owner.handle) if parent.owner is not None else '""'
        above = f"{quoted(parent.native_id or parent.url)},{quoted(parent.text)},{owner}"
    marked = f",{version}" if item.native_version else ""
    whole = f"[{platform},{native_id},{kind},{who},{text},{title},{happened},{above}{marked}]"
    return sha256(whole.encode("ascii")).hexdigest()
