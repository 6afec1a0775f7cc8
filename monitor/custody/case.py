"""One case with everything that is held of it, and its manifest: the SHA-256 of every piece, and how it came about."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import monitor
from monitor.evidence import Archive, ClockState
from monitor.models import Flag, StoredItem
from monitor.store import CustodyEntry, Head, NewPiece, Piece, PieceKind, Recording, Store, Touch

SEALED_AT_ONCE = 200
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Case:
    """A flag, its item's versions, the answers they were read from, what was made of them, who touched them.

    `pictures` are the SHA-256 of pictures that people brought; `names` gives full names of users by id.
    """

    flag: Flag
    opinion_id: int
    versions: tuple[StoredItem, ...]
    recordings: tuple[Recording, ...]
    pieces: tuple[Piece, ...]
    pictures: tuple[str, ...]
    log: tuple[CustodyEntry, ...]
    names: Mapping[int, str]

    @property
    def shown(self) -> tuple[str, ...]:
        """Name every picture of the case: those that people brought, screenshots, media. Not its working copies."""
        kinds = {PieceKind.SCREENSHOT, PieceKind.MEDIA}
        made = [one.sha256 for one in self.pieces if one.kind in kinds and not one.erased]
        return tuple(dict.fromkeys([*self.pictures, *made]))


@dataclass(frozen=True, slots=True)
class PackOffice:
    """Who makes the pack, when, and the state of chain and clock."""

    name: str
    zone: ZoneInfo
    mark: str
    made_at: datetime
    clock: ClockState
    head: Head
    made_by: str = ""
    why: str = ""


def gather(store: Store, flag_id: int) -> Case:
    """Put a case together.

    Raises:
        NotAllowedError: there is no such flag.
    """
    flag = store.flags.get(flag_id)
    item_id = flag.stored.item_id
    versions = store.items.versions(item_id)
    bodies = list(dict.fromkeys(one.evidence_sha256 for one in versions if one.evidence_sha256))
    pictures = [picture.sha256 for one in store.captures.of_item(item_id) for picture in one.pictures]
    pieces = {one.piece_id: one for one in store.custody.pieces(flag_id=flag_id)}
    pieces |= {one.piece_id: one for one in store.custody.pieces(item_id=item_id)}
    return Case(
        flag=flag,
        opinion_id=store.custody.opinion_of(flag_id),
        versions=tuple(versions),
        recordings=tuple(one for body in bodies for one in store.recordings.of(body)),
        pieces=tuple(pieces[key] for key in sorted(pieces)),
        pictures=tuple(dict.fromkeys(pictures)),
        log=tuple(store.custody.log(flag_id)),
        names={one.user_id: one.full_name for one in store.users.list()},
    )


def manifest(case: Case, made_at: datetime, clock: ClockState, head: Head) -> bytes:
    """Write the manifest of a case: plain JSON, equal for equal input."""
    item = case.flag.stored.item
    said = {
        "jenis": "manifest kasus Netra",
        "bentuk": FORMAT,
        "netra": monitor.__version__,
        "tanda": case.flag.flag_id,
        "dibuat": made_at.isoformat(),
        "jam_komputer": {"keadaan": clock.words(), "selisih_monotonik_detik": clock.offset},
        "rantai_audit": {"nomor": head.seq, "sidik": head.hash},
        "butir": {
            "nomor": case.flag.stored.item_id,
            "platform": item.platform.value,
            "id": item.native_id,
            "jenis": item.kind.value,
            "alamat": item.url,
            "terjadi": item.happened_at.isoformat() if item.happened_at else "",
            "versi": [
                {
                    "versi": one.version,
                    "direkam": one.captured_at.isoformat(),
                    "isi_sha256": one.content_sha256,
                    "bukti_sha256": one.evidence_sha256,
                }
                for one in case.versions
            ],
        },
        "pengambilan": [_fetched(one) for one in case.recordings if not one.erased],
        "gambar": list(case.pictures),
        "potongan": [
            {"jenis": one.kind.value, "sha256": one.sha256, "ukuran": one.size, "dari": one.origin_sha256}
            for one in case.pieces
            if not one.erased and one.kind is not PieceKind.MANIFEST
        ],
        "pendapat": {"nomor": case.opinion_id, "sidik": dict(case.flag.opinion.digests)},
        "keputusan": [
            {
                "nomor": one.decision_id,
                "keadaan": one.state.value,
                "alasan": one.reason.value if one.reason else "",
                "waktu": one.decided_at.isoformat(),
                "pengguna": one.user_id,
                "membatalkan": one.undoes,
            }
            for one in case.flag.decisions
        ],
    }
    return (json.dumps(said, ensure_ascii=True, indent=1, sort_keys=True) + "\n").encode()


def _fetched(one: Recording) -> dict[str, object]:
    kept = one.kept
    return {
        "alamat": kept.url,
        "waktu": one.fetched_at.isoformat(),
        "sumber": one.source_id,
        "hasil": one.outcome.value,
        "status": one.status,
        "badan_sha256": kept.body_sha256,
        "catatan_sha256": kept.record_sha256,
        "warc_sha256": kept.warc_sha256,
        "ukuran": kept.size,
        "pengumpul": kept.version,
        "sebagian": kept.partial,
        "jam_komputer": {"disinkronkan": kept.clock_synchronised, "selisih_monotonik_detik": kept.clock_offset},
    }


def seal(store: Store, archive: Archive, clock: Callable[[], datetime], state: Callable[[], ClockState]) -> int:
    """Write a manifest for every flag whose newest opinion has none yet; gives how many. May be interrupted.

    Fetches and runs since the last time are sealed with it.
    """
    done = 0
    store.seals.seal()
    while flag_ids := store.custody.unsealed(SEALED_AT_ONCE):
        pieces = seal_these(store, archive, flag_ids, clock(), state())
        store.custody.note(
            Touch.SEAL, user_id=None, subject=f"flag:{flag_ids[0]}-{flag_ids[-1]}", detail=f"{len(pieces)} manifest",
            pieces=pieces,
        )  # fmt: skip
        done += len(pieces)
    return done


def seal_these(
    store: Store, archive: Archive, flag_ids: Sequence[int], now: datetime, clock: ClockState
) -> list[NewPiece]:
    """Write the manifests of flags into the archive; the caller records the pieces."""
    head, pieces = store.audit.head(), []
    for flag_id in flag_ids:
        case = gather(store, flag_id)
        content = manifest(case, now, clock, head)
        pieces.append(
            NewPiece(
                PieceKind.MANIFEST, archive.put_bytes(content), len(content), flag_id, case.flag.stored.item_id,
                detail={"pendapat": case.opinion_id},
            )
        )  # fmt: skip
    return pieces
