"""Lawful deletion of items with everything that belongs to them: answers, WARC files, pictures, copies, manifests.

The order lets a killed run go on: tombstones first, then the words in the database, then the files. What is shared with
an item that still stands is kept, unless somebody's request asks for it; what an open or forwarded case rests on is
kept in any case, and said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.evidence import Archive
from monitor.store import FileKind, Store


@dataclass(frozen=True, slots=True)
class Erased:
    """How many items and files went. `held` names the bodies that stay, with the flags that rest on them."""

    items: int
    files: int
    held: tuple[tuple[str, tuple[int, ...]], ...] = ()


def erase_items(
    store: Store, archive: Archive, item_ids: Sequence[int], why: str, user_id: int | None, *, shared: bool = False
) -> Erased:
    """Erase items and what belongs to them. `shared` also takes answers that other items were read from.

    Raises:
        NotAllowedError: no reason was given, or an item is not there.
    """
    files: dict[tuple[str, FileKind], None] = {}
    held: dict[str, tuple[int, ...]] = {}
    going = set(item_ids)
    for body in dict.fromkeys(body for item_id in item_ids for body in _bodies(store, item_id)):
        if store.burial.buried(body) and not archive.has(body):
            continue
        others = store.burial.read_from(body) - going
        if others and not shared:
            continue
        if flags := store.burial.holds(body, going):
            held[body] = tuple(flags)
            continue
        files[body, FileKind.BODY] = None
        for warc in store.burial.warcs_of(body):
            files[warc, FileKind.WARC] = None
    subject = f"item:{item_ids[0]}" if len(item_ids) == 1 else f"item:{min(item_ids)}-{max(item_ids)}"
    store.burial.bury(list(files), why, user_id, subject=subject)
    store.audit.erase_items(item_ids, why, user_id)
    sweep(store, archive)
    return Erased(len(item_ids), len(files), tuple(held.items()))


def erase_context(store: Store, archive: Archive, item_ids: Sequence[int], why: str, user_id: int | None) -> Erased:
    """Take other people's words out of items that stay, with the answers that hold them unless a case rests on them.

    Raises:
        NotAllowedError: no reason was given, or an item holds no such words.
    """
    store.audit.erase_context(item_ids, why, user_id)
    files: dict[tuple[str, FileKind], None] = {}
    held: dict[str, tuple[int, ...]] = {}
    for body in dict.fromkeys(body for item_id in item_ids for body in _bodies(store, item_id)):
        if flags := store.burial.holds(body):
            held[body] = tuple(flags)
            continue
        files[body, FileKind.BODY] = None
        files |= dict.fromkeys((warc, FileKind.WARC) for warc in store.burial.warcs_of(body))
    store.burial.bury(list(files), why, user_id, subject="konteks")
    sweep(store, archive)
    return Erased(len(item_ids), len(files), tuple(held.items()))


def _bodies(store: Store, item_id: int) -> list[str]:
    pictures = [picture.sha256 for one in store.captures.of_item(item_id) for picture in one.pictures]
    return [*store.burial.bodies_of(item_id), *pictures]


def bury_bodies(store: Store, archive: Archive, bodies: Sequence[str], why: str, user_id: int | None) -> int:
    """Erase answers from which no standing item was read; gives how many files went."""
    files: dict[tuple[str, FileKind], None] = {}
    for body in bodies:
        if not store.burial.read_from(body):
            files[body, FileKind.BODY] = None
            files |= dict.fromkeys((warc, FileKind.WARC) for warc in store.burial.warcs_of(body))
    store.burial.bury(list(files), why, user_id, subject="arsip")
    sweep(store, archive)
    return len(files)


def erase_captures(store: Store, archive: Archive, before: datetime, why: str, user_id: int | None) -> int:
    """Erase captures that nobody confirmed, with their pictures; gives how many files went."""
    files = 0
    while due := store.captures.lapsed(before):
        pictures = store.audit.erase_captures(due, why, user_id)
        files += bury_bodies(store, archive, pictures, why, user_id)
    return files


def sweep(store: Store, archive: Archive) -> int:
    """Remove the files that have a tombstone and still lie there, those of an interrupted run too; gives how many."""
    done = 0
    for sha256, kind in store.burial.pending():
        done += archive.remove(sha256, is_warc=kind is FileKind.WARC)
        store.burial.removed(sha256, kind)
    return done
