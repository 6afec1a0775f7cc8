"""Links by which somebody sets a password that nobody else ever knows: once, and only for a while."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from sqlite_utils import Database

from monitor.errors import NotAllowedError
from monitor.store.audit import Audit
from monitor.store.codec import moment, stamp
from monitor.store.connection import Connection
from monitor.store.guard import TABLES, Cell, Ledger, next_key
from monitor.store.passwords import strong
from monitor.store.sessions import digest_of, end_all

_OPEN, _USED, _REPLACED = "", "dipakai", "diganti"
_COLUMNS = TABLES["users"][1]


class Invitations:
    """Invitations of the office's staff. The link is given once; here stands only its digest."""

    def __init__(
        self, connection: Connection, audit: Audit, hasher: PasswordHasher, clock: Callable[[], datetime]
    ) -> None:
        self._connection = connection
        self._audit = audit
        self._hasher = hasher
        self._clock = clock

    def make(self, user_id: int, lasts: timedelta, *, by: int | None) -> str:
        """Make the one invitation of a user that holds; an older one ends. Gives the secret part of the link.

        Raises:
            NotAllowedError: no such user, or one who left.
        """
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._connection.transaction(durable=True) as db:
            row = db.execute("SELECT active FROM users WHERE user_id=?", (user_id,)).fetchone()
            if row is None or not row[0]:
                raise NotAllowedError(f"pengguna {user_id} tidak ada atau sudah tidak aktif — lihat daftarnya dahulu")
            ledger = Ledger()
            _close(db, ledger, user_id, _REPLACED)
            key = next_key(db, "invitations")
            entry = (key, user_id, digest_of(token), by, stamp(now), stamp(now + lasts), _OPEN)
            ledger.insert(db, "invitations", [entry])
            self._audit.append(
                db, ledger, action="undangan_dibuat", subject=f"user:{user_id}",
                payload={"sampai": stamp(now + lasts)}, user_id=by,
            )  # fmt: skip
        return token

    def whose(self, token: str) -> int | None:
        """Give the user whom an invitation that holds is for, None for every other text."""
        row = self._connection.db.execute(
            "SELECT i.user_id, i.expires_at FROM invitations i JOIN users u ON u.user_id = i.user_id AND u.active = 1 "
            "WHERE i.digest=? AND i.ended=''",
            (digest_of(token),),
        ).fetchone()
        return int(row[0]) if row and moment(row[1]) > self._clock() else None

    def open_until(self) -> dict[int, datetime]:
        """Give the users who have an invitation that holds, and until when."""
        rows = self._connection.db.execute(
            "SELECT user_id, expires_at FROM invitations WHERE ended='' AND expires_at > ?", (stamp(self._clock()),)
        )
        return {user_id: moment(until) for user_id, until in rows}

    def accept(self, token: str, password: str) -> int:
        """Set the password of the invited user and use the invitation up; gives the user.

        Raises:
            NotAllowedError: the link is used, replaced, expired or wrong; or the password is too weak.
        """
        user_id = self.whose(token)
        if user_id is None:
            raise NotAllowedError("tautan undangan sudah dipakai, diganti, atau lewat waktunya — minta yang baru")
        row = self._connection.db.execute("SELECT username FROM users WHERE user_id=?", (user_id,)).fetchone()
        fresh = self._hasher.hash(strong(password, str(row[0])))
        with self._connection.transaction(durable=True) as db:
            if self.whose(token) != user_id:
                raise NotAllowedError("tautan undangan sudah dipakai — minta yang baru")
            ledger = Ledger()
            cells = db.execute(f"SELECT {','.join(_COLUMNS)} FROM users WHERE user_id=?", (user_id,)).fetchone()  # noqa: S608
            held: dict[str, Cell] = dict(zip(_COLUMNS, cells, strict=True))
            ledger.replace(db, "users", list((held | {"password_hash": fresh}).values()))
            _close(db, ledger, user_id, _USED)
            end_all(db, self._clock(), user_id, "sandi_diubah")
            self._audit.append(
                db, ledger, action="undangan_dipakai", subject=f"user:{user_id}", payload={}, user_id=user_id
            )
        return user_id


def _close(db: Database, ledger: Ledger, user_id: int, why: str) -> None:
    rows = db.execute(
        "SELECT invitation_id, user_id, digest, made_by, made_at, expires_at FROM invitations "
        "WHERE user_id=? AND ended=''",
        (user_id,),
    ).fetchall()
    for row in rows:
        ledger.replace(db, "invitations", (*row, why))
