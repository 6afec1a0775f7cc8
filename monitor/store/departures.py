"""Somebody leaves the office: their access ends, then what they held goes back or on. History stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from monitor.errors import NotAllowedError
from monitor.store.audit import Audit
from monitor.store.connection import Connection
from monitor.store.guard import Ledger
from monitor.store.users import Users

_HANDED_ON = (
    "UPDATE capture_uploads SET user_id=? WHERE user_id=?",
    "UPDATE OR IGNORE saved_filters SET user_id=? WHERE user_id=? AND shared=1",
)


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
    """What became of what somebody held: packs handed over or returned, things that the successor got.

    Things are pictures that were not sent yet and filters that all share.
    """

    handed_over: int
    returned: int
    things: int


class Departures:
    """Lets people go. What they decided, wrote and saw is untouched."""

    def __init__(self, connection: Connection, audit: Audit, users: Users, packs: Packs) -> None:
        self._connection = connection
        self._audit = audit
        self._users = users
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
        for pack in self._packs.held_by(user_id):
            if heir is not None and self._handed(pack.pack_id, user_id, heir):
                over += 1
            else:
                self._packs.give_back(pack.pack_id, user_id)
                back += 1
        with self._connection.transaction(durable=True) as db:
            moved = 0
            if heir is not None:
                for sql in _HANDED_ON:
                    moved += int(db.execute(sql, (heir, user_id)).rowcount)
            payload = {"paket_diserahkan": over, "paket_kembali": back, "titipan": moved, "penerus": heir}
            self._audit.append(
                db, Ledger(), action="pengguna_pergi", subject=f"user:{user_id}", payload=payload, user_id=by
            )
        return Left(over, back, moved)

    def _handed(self, pack_id: int, user_id: int, heir: int) -> bool:
        """Hand a pack over; one that the successor may not hold goes back to the queue instead."""
        try:
            self._packs.hand_over(pack_id, user_id, heir)
        except NotAllowedError:
            return False
        return True
