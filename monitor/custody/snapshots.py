"""Pictures of pages and the media that a page names, for cases of sources whose terms allow it. Off unless set."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin

from bs4 import BeautifulSoup

from monitor.config import Config
from monitor.custody.case import Case, gather
from monitor.custody.copies import picture_suffix
from monitor.errors import NotAllowedError
from monitor.evidence import Archive, public_url
from monitor.fetch import Camera, Shot, Surroundings
from monitor.models import Outcome, Request, Response
from monitor.store import NewPiece, PieceKind, Store, Touch

MOST_MEDIA = 5
AT_ONCE = 10
_MARKS = ("og:image", "og:image:url", "twitter:image")


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken for a case: how many pieces, and Indonesian lines about what could not be had."""

    pieces: int
    problems: tuple[str, ...]


def take(
    store: Store,
    archive: Archive,
    config: Config,
    flag_id: int,
    camera: Callable[[str], Shot],
    fetch: Callable[[Request], Response],
) -> Taken:
    """Take the page of a case and the media it names, into the archive and the custody log.

    Raises:
        NotAllowedError: there is no such case, or nobody decided that this source allows it.
    """
    case = gather(store, flag_id)
    url = _allowed(case, config)
    shot = camera(url)
    problems = [f"{url[:150]}: {shot.error}"] if shot.error else []
    problems += [f"halaman meminta {one}; tidak diambil" for one in shot.refused[:5]]
    said = {"alamat": public_url(shot.final_url or url)}
    pieces = [
        NewPiece(kind, archive.put_bytes(content), len(content), flag_id, case.flag.stored.item_id, "", said)
        for kind, content in ((PieceKind.SCREENSHOT, shot.picture), (PieceKind.PAGE, shot.snapshot))
        if content
    ]
    for address in media_of(case, archive):
        piece, problem = _media(store, archive, fetch(Request(address, "media")), case)
        pieces += [piece] if piece is not None else []
        problems += [problem] if problem else []
    store.custody.note(
        Touch.SNAPSHOT, user_id=None, flag_id=flag_id, subject=url, sha256=pieces[0].sha256 if pieces else "",
        why=config.evidence.snapshot_basis, detail=f"{len(pieces)} berkas", pieces=pieces,
    )  # fmt: skip
    return Taken(len(pieces), tuple(problems))


def take_new(
    store: Store, archive: Archive, config: Config, shoot: Callable[[str], Shot], fetch: Callable[[Request], Response]
) -> list[str]:
    """Take the pages of flags that nobody tried to take yet, a few at a time; gives lines about what went wrong."""
    lines: list[str] = []
    for flag_id in store.custody.unpictured(config.evidence.snapshot_sources, AT_ONCE):
        done = take(store, archive, config, flag_id, shoot, fetch)
        lines += [f"tangkapan tanda {flag_id}: {one}" for one in done.problems]
    return lines


def camera_of(config: Config, clock: Callable[[], datetime], sleep: Callable[[float], None]) -> Callable[[str], Shot]:
    """Give what takes pages by the settings."""
    chosen = config.evidence
    around = Surroundings(clock=clock, sleep=sleep, jitter=lambda: 0.0)
    allowed = config.fetching.allow_private_hosts
    return Camera(Path(chosen.chromium), around, allowed=allowed, sandbox=chosen.chromium_sandbox).take


def _allowed(case: Case, config: Config) -> str:
    item = case.flag.stored.item
    if item.source_id.partition("/")[0] not in config.evidence.snapshot_sources:
        raise NotAllowedError(
            f"sumber {item.source_id} tidak termasuk `evidence.snapshot_sources` — periksa dahulu ketentuan "
            "layanannya, lalu catat keputusannya di `evidence.snapshot_basis`"
        )
    if not item.url.lower().startswith(("http://", "https://")):
        raise NotAllowedError("butir ini tidak punya alamat web yang dapat ditangkap")
    return item.url


def media_of(case: Case, archive: Archive) -> list[str]:
    """Give the addresses of pictures that the archived page of a case names as its own, at most five."""
    found: dict[str, None] = {}
    for one in case.recordings:
        if one.erased or not one.kept.warc_sha256 or not archive.has(one.kept.body_sha256):
            continue
        page = BeautifulSoup(archive.read(one.kept.body_sha256)[:2_000_000], "lxml")
        for mark in page.find_all("meta"):
            name = str(mark.get("property") or mark.get("name") or "").lower()
            address = urljoin(one.kept.url, str(mark.get("content") or "")) if name in _MARKS else ""
            if address.lower().startswith(("http://", "https://")):
                found[address] = None
    return list(found)[:MOST_MEDIA]


def _media(store: Store, archive: Archive, answer: Response, case: Case) -> tuple[NewPiece | None, str]:
    """Keep a medium with its WARC record if it is a picture; everything else is named and left."""
    address = public_url(answer.request.url)
    if answer.outcome is not None:
        return None, f"{address[:150]}: {answer.outcome.value}"
    if picture_suffix(answer.body) == ".bin":
        return None, f"{address[:150]}: bukan gambar PNG, JPEG, atau WEBP"
    known = hashlib.sha256(answer.body).hexdigest()
    if any(one.sha256 == known for one in case.pieces):
        return None, ""
    kept = archive.capture(answer)
    store.recordings.record(kept, case.flag.stored.item.source_id, 0, answer, Outcome.OK_ITEMS)
    item_id, flag_id = case.flag.stored.item_id, case.flag.flag_id
    return NewPiece(PieceKind.MEDIA, known, kept.size, flag_id, item_id, "", {"alamat": address}), ""
