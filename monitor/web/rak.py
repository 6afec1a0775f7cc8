"""The evidence card of a case: who touched it, and what this reader may take out."""

from __future__ import annotations

from dataclasses import dataclass

from monitor import custody
from monitor.custody.copies import newest_copy
from monitor.models import Flag, User
from monitor.store import CustodyEntry, PieceKind
from monitor.web.safety import services

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Touched:
    """A line of the custody log as the page shows it."""

    entry: CustodyEntry
    by: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of the case: whether it has a working copy, and whether children were marked in it."""

    sha256: str
    copied: bool
    children: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the evidence card of a case shows: the newest touches, and what this reader may take out."""

    touched: tuple[Touched, ...]
    older: int
    may_export: bool
    may_take_originals: bool
    masked: bool
    pictures: tuple[Shown, ...]


def shelf(flag: Flag, user: User) -> Shelf:
    """Read the custody log and the working copies of a case."""
    case = custody.gather(services().store, flag.flag_id)
    newest = tuple(Touched(one, case.names.get(one.user_id or 0, "")) for one in reversed(case.log[-_SHOWN:]))
    copied = {sha256: newest_copy(case, PieceKind.PICTURE_COPY, sha256) for sha256 in case.shown}
    return Shelf(
        newest,
        len(case.log) - len(newest),
        custody.may_export(user),
        custody.may_take_originals(user),
        newest_copy(case, PieceKind.TEXT_COPY) is not None,
        tuple(
            Shown(sha256, copy is not None, copy is not None and copy.detail.get("anak") is True)
            for sha256, copy in copied.items()
        ),
    )
