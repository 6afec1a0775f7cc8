"""The evidence card of a case: who touched it, and what this reader may take out."""

from __future__ import annotations

from dataclasses import dataclass

from monitor import custody
from monitor.models import Flag, User
from monitor.store import CustodyEntry
from monitor.web.safety import services

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Touched:
    """A line of the custody log as the page shows it."""

    entry: CustodyEntry
    by: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the evidence card of a case shows: the newest touches, and what this reader may take out."""

    touched: tuple[Touched, ...]
    older: int
    may_export: bool
    may_take_originals: bool


def shelf(flag: Flag, user: User) -> Shelf:
    """Read the custody log of a case."""
    store = services().store
    log = store.custody.log(flag.flag_id)
    names = {one.user_id: one.full_name for one in store.users.list()}
    newest = tuple(Touched(one, names.get(one.user_id or 0, "")) for one in reversed(log[-_SHOWN:]))
    return Shelf(newest, len(log) - len(newest), custody.may_export(user), custody.may_take_originals(user))
