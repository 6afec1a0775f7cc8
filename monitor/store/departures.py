"""Somebody leaves the office: their access ends, then what they held goes back or on. History stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from monitor.errors import NotAllowedError
from monitor.store.audit import Audit
from monitor.store.connection import Connection
from monitor.store.guard import Ledger
from monitor.store.users import Users


class _Pack(Protocol):
    @property
    def pack_id(self) -> int: ...


class Packs(Protocol):
    """Who holds what: packs of flags under a lease."""

    def held_by(self, user_id: int) -> Sequence[_Pack]:
        """Give the packs that a user holds."""
        ...

    def hand_over(self, pack_id: int, user_id: int, to_user: int) -> object:
        """Give a pack to somebody else, or raise NotAllowedError."""
        ...

    def give_back(self, pack_id: int, user_id: int) -> object:
        """Return a pack to the queue."""
        ...


@dataclass(frozen=True, slots=True)
class Left:
    """What became of what somebody held: packs handed over or returned, unsent pictures handed on."""

    handed_over: int
    returned: int
    pictures: int


class Departures:
    """Lets people go. What they decided, wrote and saw is untouched."""

    def __init__(
        self, connection: Connection, audit: Audit, users: Users, clock: Callable[[], datetime], packs: Packs | None
    ) -> None:
        self._connection = connection
        self._audit = audit
        self._users = users
        self._clock = clock
        self._packs = packs

    def leave(self, user_id: int, heir: int | None, *, by: int | None) -> Left:
        """End a user's access at once, sessions too; then give back what they held, or hand it on to `heir`.

        Raises:
            NotAllowedError: no such user, the last admin, or a successor who is not here.
        """
        if heir is not None:
            named = self._users.get(heir)
            if named is None or not named.active or heir == user_id:
                raise NotAllowedError("penerus harus pengguna lain yang masih aktif — pilih orang lain")
        self._users.deactivate(user_id, by=by)
        over = back = 0
        for pack in self._packs.held_by(user_id) if self._packs is not None else ():
            if heir is not None and self._handed(pack.pack_id, user_id, heir):
                over += 1
            elif self._packs is not None:
                self._packs.give_back(pack.pack_id, user_id)
                back += 1
        with self._connection.transaction(durable=True) as db:
            moved = 0
            if heir is not None:
                sql = "UPDATE capture_uploads SET user_id=? WHERE user_id=?"
                moved = int(db.execute(sql, (heir, user_id)).rowcount)
            payload = {"paket_diserahkan": over, "paket_kembali": back, "gambar": moved, "penerus": heir}
            self._audit.append(
                db, Ledger(), action="pengguna_pergi", subject=f"user:{user_id}", payload=payload, user_id=by
            )
        return Left(over, back, moved)

    def _handed(self, pack_id: int, user_id: int, heir: int) -> bool:
        """Hand a pack over; one that the successor may not hold goes back to the queue instead."""
        assert self._packs is not None
        try:
            self._packs.hand_over(pack_id, user_id, heir)
        except NotAllowedError:
            return False
        return True
