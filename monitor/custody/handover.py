"""Handing evidence over: make a pack, write into the custody log who took it and why, and only then give it away."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, TypeVar

from monitor.config import Config
from monitor.custody.case import PackOffice, gather
from monitor.custody.pack import Choice, Packed, Stamp, check_pieces, no_stamp, write_pack
from monitor.errors import ArchiveError, NotAllowedError
from monitor.evidence import Archive, read_clock
from monitor.models import CAPTURED, Role, User
from monitor.store import Store, Touch

Made = TypeVar("Made")
MOST_FLAGS = 500
EXPORTERS = frozenset({Role.COORDINATOR, Role.SECOND_REVIEWER, Role.AUDITOR})
LONGEST_WHY = 500


@dataclass(frozen=True, slots=True)
class Desk:
    """What handing over works with. `stamp` asks for a time stamp over bytes, and gives None where there is none."""

    config: Config
    store: Store
    archive: Archive
    clock: Callable[[], datetime]
    stamp: Callable[[bytes], Stamp | None] = no_stamp


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A pack that was made and logged: its SHA-256, its size in bytes, and what is in it."""

    sha256: str
    size: int
    packed: Packed


def may_export(user: User) -> bool:
    """Tell whether one of the user's roles may take evidence out of the house."""
    return bool(user.roles & EXPORTERS)


def may_take_originals(user: User) -> bool:
    """Tell whether one of the user's roles may take originals that show other people."""
    return Role.COORDINATOR in user.roles


def many_people(config: Config) -> Callable[[str], bool]:
    """Tell of a source whether one raw answer of it speaks of many people: files that people brought, unknown ones."""
    single = {one.id for one in config.sources if one.type == "articles" or not hasattr(one, "path")}

    def many(source_id: str) -> bool:
        return not source_id.startswith(CAPTURED) and source_id.partition("/")[0] not in single

    return many


def hand_over(
    desk: Desk, flag_ids: Sequence[int], target: BinaryIO, user: User, why: str, *, originals: bool = False
) -> HandedOver:
    """Write the pack of some cases to `target`; it is in the custody log before a byte of it is written there.

    Raises:
        NotAllowedError: no reason, too many cases, a case that is not there, or a role that may not.
        ArchiveError: a piece is damaged; nothing was handed over.
    """
    _check(user, flag_ids, why, originals=originals)
    cases = [gather(desk.store, flag_id) for flag_id in dict.fromkeys(flag_ids)]
    if problems := check_pieces(cases, desk.archive):
        raise ArchiveError("\n".join([*problems, "Tidak ada yang diserahkan. Jalankan `netra evidence verify`."]))
    config = desk.config
    office = PackOffice(
        config.office.name, config.zone, config.office.timezone, desk.clock(), read_clock(), desk.store.audit.head(),
        user.full_name, why.strip(),
    )  # fmt: skip
    with tempfile.TemporaryFile() as file:
        choice = Choice(many_people(config), originals)
        packed = write_pack(file, cases, desk.archive, office, choice, desk.stamp)
        size = file.tell()
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        detail = f"{len(packed.sums)} berkas{', termasuk yang asli' if originals else ''}"
        for case in cases:
            desk.store.custody.note(
                Touch.EXPORT, user_id=user.user_id, flag_id=case.flag.flag_id, subject="berkas bukti", sha256=digest,
                why=why.strip(), detail=detail,
            )  # fmt: skip
        file.seek(0)
        while part := file.read(1 << 20):
            target.write(part)
    return HandedOver(digest, size, packed)


def _check(user: User, flag_ids: Sequence[int], why: str, *, originals: bool) -> None:
    if not may_export(user):
        raise NotAllowedError(
            "mengeluarkan bukti perlu peran koordinator, peninjau_kedua, atau auditor — mintakan kepada mereka"
        )
    if originals and not may_take_originals(user):
        raise NotAllowedError("yang asli hanya dapat dikeluarkan oleh koordinator")
    if not why.strip() or len(why) > LONGEST_WHY:
        raise NotAllowedError(f"tulis alasan mengeluarkan bukti, paling panjang {LONGEST_WHY} karakter")
    if not flag_ids or len(flag_ids) > MOST_FLAGS:
        raise NotAllowedError(f"sebutkan 1 sampai {MOST_FLAGS} nomor tanda")


def write_file(path: Path, make: Callable[[BinaryIO], Made]) -> Made:
    """Write a pack to a file that appears whole or not at all."""
    beside = path.with_name(f".{path.name}.baru")
    try:
        with beside.open("wb") as file:
            done = make(file)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return done
