"""Recording by hand and the second person's word: pictures and manifest into the archive, then one stored event.

form + pictures -> record -> waits -> confirm by somebody else -> item -> screened -> queue
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from monitor.capture.form import to_item
from monitor.errors import BusyError
from monitor.evidence import Archive
from monitor.judge import Judges, judge
from monitor.models import Capture, Item, Picture, Request, Response, User
from monitor.store import Becoming, Store, StoredCapture


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What confirming led to. `screened` is False where another screening was under way: the next one takes it up."""

    item_id: int
    screened: bool


def record(
    store: Store,
    archive: Archive,
    capture: Capture,
    pictures: Sequence[tuple[Picture, bytes]],
    user: User,
    now: datetime,
    reporter: str = "",
) -> int:
    """Keep the originals under their SHA-256, then store the capture; gives its id.

    Raises:
        ArchiveError: the disk is full; nothing was stored.
    """
    for picture, content in pictures:
        keep_picture(archive, picture, content, now)
    return store.captures.record(capture, [one for one, _ in pictures], user.user_id, reporter)


def keep_picture(archive: Archive, picture: Picture, content: bytes, now: datetime) -> None:
    """Keep the original of a picture under its SHA-256.

    Raises:
        ArchiveError: the disk is full.
    """
    _keep(archive, f"tangkapan:gambar/{picture.sha256}", content, f"image/{picture.format.lower()}", now)


def confirm(
    store: Store,
    archive: Archive,
    stored: StoredCapture,
    texts: tuple[str, str],
    user: User,
    now: datetime,
    judges: Callable[[], Judges] | None = None,
) -> Confirmed:
    """Let a capture become an item and screen it at once.

    Args:
        store: the office's database.
        archive: where the manifest of the capture goes: what was recorded, by whom, with which pictures.
        stored: the capture.
        texts: the person's own words and those of the post acted upon, as the second person read them.
        user: the second person.
        now: aware UTC.
        judges: gives those in force; without it the next screening takes the item up.

    Raises:
        ConflictError: somebody decided first. NotAllowedError: the user's own capture.
    """
    item = _beside(store, to_item(stored.capture_id, stored.capture, *texts))
    manifest = _manifest(stored, texts, user, now)
    evidence = _keep(archive, f"tangkapan:{stored.capture_id}", manifest, "application/json", now)
    run_id = store.runs.begin("capture")
    item_id = store.captures.confirm(stored.capture_id, user.user_id, Becoming(item, evidence, run_id))
    store.runs.finish(run_id, {"new": 1})
    return Confirmed(item_id, judges is not None and _screen(store, judges(), item_id))


def _beside(store: Store, item: Item) -> Item:
    """Keep the words that were collected of the same act before, where nobody typed any."""
    found = store.items.find(item.platform, item.native_id)
    if found is None:
        return item
    parent, known = item.parent, found.item.parent
    if parent is not None and known is not None and not parent.text:
        parent = replace(parent, text=known.text, owner=parent.owner or known.owner)
    happened = item.happened_at or found.item.happened_at
    return replace(item, text=item.text or found.item.text, parent=parent, happened_at=happened)


def _screen(store: Store, judges: Judges, item_id: int) -> bool:
    """Judge one item now; False where a screening is under way."""
    try:
        with store.runs.exclusive("screen"):
            item = store.items.get(item_id)
            if item is None:
                return False
            run_id = store.runs.begin("screen")
            store.save_screening(judge(judges, [item]), run_id, judges.digest, again=False)
            store.runs.finish(run_id, {"items": 1})
    except BusyError:
        return False
    return True


def _manifest(stored: StoredCapture, texts: tuple[str, str], user: User, now: datetime) -> bytes:
    """Write what stands behind the item as plain JSON; users are named by their number, reporters not at all."""
    capture = stored.capture
    account, owner = capture.account, capture.owner
    record = {
        "tangkapan": stored.capture_id,
        "pintu": capture.door.value,
        "jenis": capture.act.value,
        "tempat": account.platform.value,
        "tautan": capture.link,
        "akun": {"id": account.native_id, "nama": account.handle},
        "pemilik_unggahan": None if owner is None else {"id": owner.native_id, "nama": owner.handle},
        "kata": texts[0],
        "isi_yang_dituju": texts[1],
        "kata_menurut_perekam": capture.words,
        "isi_menurut_perekam": capture.about,
        "terlihat": _utc(capture.seen_at),
        "terjadi": None if capture.happened_at is None else _utc(capture.happened_at),
        "akun_dikenali_dari": capture.known_by,
        "catatan": capture.note,
        "gambar": [
            {"sha256": one.sha256, "jenis": one.format, "lebar": one.width, "tinggi": one.height, "bita": one.bytes}
            for one in stored.pictures
        ],
        "direkam": {"pengguna": stored.user_id, "waktu": _utc(stored.recorded_at)},
        "dibenarkan": {"pengguna": user.user_id, "waktu": _utc(now)},
    }
    return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _keep(archive: Archive, name: str, content: bytes, kind: str, now: datetime) -> str:
    headers = (("Content-Type", kind),)
    return archive.put(
        Response(Request(name, "capture"), now, None, final_url=name, content_type=kind, headers=headers, body=content)
    )
