"""Data of the YouTube Data API: confirmed anew or erased within 30 days, as its developer policies ask.

What the daily collecting sees again counts as confirmed. What it no longer looks at is asked for by id from the 25th
day on, fifty for one unit. What is older than 30 days unconfirmed is erased with its evidence; old wordings too. What
an open or forwarded case rests on is never erased by a machine: it is named, for a person to decide.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from monitor.collectors import youtube_api as api
from monitor.collectors import youtube_items as things
from monitor.config import YoutubeSource
from monitor.custody.erase import bury_bodies, erase_items
from monitor.evidence import Archive
from monitor.fetch import Fetcher
from monitor.models import AccountRef, Item, ItemKind, Listed, Outcome, Page, Parent, Platform, Response
from monitor.store import ASK_AFTER, ERASE_AFTER, Aging, Store

AT_ONCE = 50
WHY = "data API YouTube lebih tua dari 30 hari tanpa terbukti masih ada (kebijakan pengembang YouTube III.E.4)"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a run did. `failed` answers proved nothing; `held` items are due, but a case rests on them."""

    asked: int = 0
    seen: int = 0
    edited: int = 0
    gone: int = 0
    failed: int = 0
    erased: int = 0
    versions: int = 0
    held: tuple[int, ...] = ()

    def lines(self) -> list[str]:
        """Say it in Indonesian."""
        said = [
            f"data API: {self.asked} ditanyakan, {self.seen} masih ada, {self.edited} berubah, {self.gone} tidak ada",
            f"dihapus menurut ketentuan 30 hari: {self.erased} butir, {self.versions} versi lama",
        ]
        if self.failed:
            said.append(f"{self.failed} tidak terjawab; dicoba lagi besok")
        if self.held:
            numbers = ", ".join(str(one) for one in self.held[:10])
            said.append(
                f"PERHATIAN {len(self.held)} butir lewat 30 hari dipakai perkara yang berjalan (butir {numbers}): "
                "buat catatan sendiri (tangkapan layar lewat halaman tangkapan), lalu hapus dengan `netra erase`"
            )
        return said


def overdue(store: Store, sources: Sequence[YoutubeSource], now: datetime) -> list[Aging]:
    """Give what should be erased by now."""
    return store.api_data.aging(Platform.YOUTUBE, [one.id for one in sources], now - ERASE_AFTER)


def refresh(
    store: Store, archive: Archive, fetcher: Fetcher, sources: Sequence[YoutubeSource], clock: Callable[[], datetime]
) -> Refreshed:
    """Confirm what grows old, then erase what could not be confirmed; gives what was done, which the run records."""
    with store.runs.exclusive("refresh"):
        run_id, done = store.runs.begin("refresh"), Refreshed()
        for source in sources:
            aging = store.api_data.aging(Platform.YOUTUBE, [source.id], clock() - ASK_AFTER)
            for method, some in _batches(aging):
                done = _confirm(_Desk(store, archive, fetcher, source, run_id), method, some, done)
        done = _erase(store, archive, sources, clock(), done)
        counts = {name: value for name, value in asdict(done).items() if name != "held"} | {"held": len(done.held)}
        store.runs.finish(run_id, counts)
        return done


@dataclass(frozen=True, slots=True)
class _Desk:
    """Everything one request needs."""

    store: Store
    archive: Archive
    fetcher: Fetcher
    source: YoutubeSource
    run_id: int


def _batches(aging: Sequence[Aging]) -> Iterable[tuple[str, Sequence[Aging]]]:
    for method, kind in (("videos", ItemKind.POST), ("comments", ItemKind.COMMENT)):
        some = [one for one in aging if one.item.kind is kind]
        for start in range(0, len(some), AT_ONCE):
            yield method, some[start : start + AT_ONCE]


def _confirm(desk: _Desk, method: str, some: Sequence[Aging], done: Refreshed) -> Refreshed:
    ids = [one.item.native_id for one in some]
    more = (("textFormat", "plainText"),) if method == "comments" else ()
    where = (("part", "snippet"), ("id", ",".join(ids)), *more)
    request = api.ask(desk.source.api, method, "penyegaran", desk.source.gap_seconds, *where)
    response = desk.fetcher.fetch(request)
    body = api.answer(response, "videoListResponse" if method == "videos" else "commentListResponse")
    found = None if isinstance(body, Page) else api.items(body)
    done = replace(done, asked=done.asked + len(ids))
    if found is None:
        return replace(done, failed=done.failed + len(ids))
    by_id = {api.text(one, "id"): one for one in found}
    present = [one for one in ids if one in by_id]
    gone = tuple(one for one in ids if one not in by_id)
    edited = sum(
        _edited(desk, one.item, by_id[one.item.native_id], response) for one in some if one.item.native_id in by_id
    )
    listed = Listed(Platform.YOUTUBE, "", "", tuple(present), gone)
    desk.store.api_data.confirm(listed, desk.run_id, "", response.fetched_at)
    return replace(done, seen=done.seen + len(present), gone=done.gone + len(gone), edited=done.edited + edited)


def _edited(desk: _Desk, item: Item, found: dict[str, object], response: Response) -> bool:
    """Store the new wording of what was edited, with evidence of its own."""
    author = item.author or AccountRef(Platform.YOUTUBE)
    if item.kind is ItemKind.POST:
        now = things.video(found, item.source_id, author, response)
    else:
        now = things.comment(found, item.source_id, author, item.parent or Parent(), response)
    same = ("title", "text", "native_version")
    if isinstance(now, str) or all(getattr(now, name) == getattr(item, name) for name in same):
        return False
    kept = desk.archive.capture(
        replace(response, body=json.dumps(things.kept(found, author.native_id)).encode()), partial=True
    )
    desk.store.recordings.record(kept, item.source_id, desk.run_id, response, Outcome.OK_ITEMS)
    saved = desk.store.items.save_page(
        source_id=item.source_id, run_id=desk.run_id, response=response, page=Page(Outcome.OK_ITEMS, (now,)),
        evidence_sha256=kept.body_sha256, whole=False,
    )  # fmt: skip
    return bool(saved.edited)


def _erase(
    store: Store, archive: Archive, sources: Sequence[YoutubeSource], now: datetime, done: Refreshed
) -> Refreshed:
    due = overdue(store, sources, now)
    held = [one.item_id for one in due if (holding := store.retention.holding(one.item_id)) is None or holding.held]
    going = [one for one in due if one.item_id not in held]
    for start in range(0, len(going), AT_ONCE):
        some = going[start : start + AT_ONCE]
        erase_items(store, archive, [one.item_id for one in some], WHY, None)
        store.api_data.may_return([one.item for one in some])
    old = store.api_data.superseded(Platform.YOUTUBE, [one.id for one in sources], now - ERASE_AFTER)
    if old:
        store.api_data.erase_versions([version for version, _ in old], WHY)
        bury_bodies(store, archive, list(dict.fromkeys(body for _, body in old if body)), WHY, None)
    # What no reader could make an item of was kept to be read again: it grows old like everything else.
    for one in sources:
        while bodies := store.burial.idle(now - ERASE_AFTER, AT_ONCE, one.id):
            if not bury_bodies(store, archive, bodies, WHY, None):
                break
    return replace(done, erased=len(going), versions=len(old), held=tuple(held))
