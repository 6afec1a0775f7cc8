# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""The office's staff: argon2id passwords, roles, regions. Every change is audited, no hash ever is shown."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlite_utils import Database

from monitor.errors import NotAllowedError
from monitor.models import Role, User
from monitor.store.audit import Audit
from monitor.store.codec import clean, dumps
from monitor.store.connection import Connection
from monitor.store.guard import TABLES, Cell, Ledger, next_key
from monitor.store.passwords import LONGEST_PASSWORD, strong
from monitor.store.sessions import end_all

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_COLUMNS = ",".join(TABLES["users"][1])
_Cells = dict[str, Cell]


class Users:
    """Who may use Netra, and as what."""

    def __init__(
        self, connection: Connection, audit: Audit, hasher: PasswordHasher, clock: Callable[[], datetime]
    ) -> None:
        self._connection = connection
        self._audit = audit
        self._hasher = hasher
        self._clock = clock
        self._nobody = ""

    def create(
        self,
        username: str,
        full_name: str,
        password: str | None,
        roles: Iterable[Role],
        regions: Iterable[str] = (),
        *,
        by: int | None = None,
    ) -> User:
        """Make a user; the name is kept in lower case. Without a password they set their own by an invitation.

        Raises:
            NotAllowedError: name taken or unfit, password too weak, or no role.
        """
        name = _name(username)
        if _USERNAME.fullmatch(name) is None:
            raise NotAllowedError(
                "nama pengguna terdiri atas 2 sampai 40 huruf kecil, angka, titik, garis bawah atau tanda hubung"
            )
        wanted = _roles(roles)
        secret = self._hasher.hash(secrets.token_urlsafe(32) if password is None else strong(password, name))
        places = dumps(sorted({clean(one) for one in regions}))
        with self._connection.transaction(durable=True) as db:
            if db.execute("SELECT 1 FROM users WHERE username=?", (name,)).fetchone():
                raise NotAllowedError(f"pengguna `{name}` sudah ada — pilih nama lain atau ubah sandinya")
            row = (next_key(db, "users"), name, clean(full_name.strip()), secret, wanted, places, 1)
            ledger = Ledger()
            ledger.insert(db, "users", [row])
            self._note(db, ledger, row[0], "pengguna_dibuat", {"peran": json.loads(wanted)}, by)
        return _user(dict(zip(TABLES["users"][1], row, strict=True)))

    def verify(self, username: str, password: str) -> User | None:
        """Give the active user if the password fits. An unknown name costs the same work as a wrong password."""
        cells = self._cells("username=?", _name(username))
        if not self._nobody:
            self._nobody = self._hasher.hash("tidak ada pengguna dengan nama ini")
        secret = str(cells["password_hash"]) if cells else self._nobody
        try:
            self._hasher.verify(secret, password[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return None
        if cells is None or not cells["active"]:
            return None
        if self._hasher.check_needs_rehash(secret):
            fresh = self._hasher.hash(password)
            self._change(int(cells["user_id"] or 0), {"password_hash": fresh}, "sandi_disegarkan", None)
        return _user(cells)

    def get(self, user_id: int) -> User | None:
        """Give a user, active or not."""
        cells = self._cells("user_id=?", user_id)
        return _user(cells) if cells else None

    def by_name(self, username: str) -> User | None:
        """Give a user by the name they log in with, active or not."""
        cells = self._cells("username=?", _name(username))
        return _user(cells) if cells else None

    def list(self) -> list[User]:
        """Give all users by name, inactive ones too."""
        rows = self._connection.db.execute(f"SELECT {_COLUMNS} FROM users ORDER BY username")
        return [_user(dict(zip(TABLES["users"][1], row, strict=True))) for row in rows]

    def check_password(self, user_id: int, password: str) -> bool:
        """Tell whether this is the password of a user who is signed in."""
        cells = self._cells("user_id=?", user_id)
        try:
            return cells is not None and self._hasher.verify(str(cells["password_hash"]), password[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return False

    def set_password(self, user_id: int, password: str, *, by: int | None = None) -> None:
        """Change the password; every session of the user ends.

        Raises:
            NotAllowedError: no such user, or the password is too weak.
        """
        cells = self._cells("user_id=?", user_id)
        fresh = self._hasher.hash(strong(password, str(cells["username"]) if cells else ""))
        self._change(user_id, {"password_hash": fresh}, "sandi_diubah", by)

    def set_roles(
        self, user_id: int, roles: Iterable[Role], regions: Iterable[str] | None = None, *, by: int | None = None
    ) -> None:
        """Change roles and, if given, regions; every session of the user ends.

        Raises:
            NotAllowedError: no such user, no role, or the office would be left without an admin.
        """
        cells: _Cells = {"roles": _roles(roles)}
        if regions is not None:
            cells["regions"] = dumps(sorted({clean(one) for one in regions}))
        self._change(user_id, cells, "peran_diubah", by)

    def deactivate(self, user_id: int, *, by: int | None = None) -> None:
        """Shut a user out at once, sessions too; what they decided stays under their name.

        Raises:
            NotAllowedError: no such user, or the office would be left without an admin.
        """
        self._change(user_id, {"active": 0}, "pengguna_dinonaktifkan", by)

    def reactivate(self, user_id: int, *, by: int | None = None) -> None:
        """Let somebody in again who had left; they set a new password by an invitation."""
        cells: _Cells = {"active": 1, "password_hash": self._hasher.hash(secrets.token_urlsafe(32))}
        self._change(user_id, cells, "pengguna_diaktifkan", by)

    def _cells(self, where: str, value: Cell) -> _Cells | None:
        row = self._connection.db.execute(f"SELECT {_COLUMNS} FROM users WHERE {where}", (value,)).fetchone()
        return dict(zip(TABLES["users"][1], row, strict=True)) if row else None

    def _others(self, user_id: int) -> Iterable[_Cells]:
        rows = self._connection.db.execute(f"SELECT {_COLUMNS} FROM users WHERE user_id <> ?", (user_id,))
        return [dict(zip(TABLES["users"][1], row, strict=True)) for row in rows]

    def _change(self, user_id: int, cells: _Cells, action: str, by: int | None) -> None:
        with self._connection.transaction(durable=True) as db:
            held = self._cells("user_id=?", user_id)
            if held is None:
                raise NotAllowedError(f"pengguna {user_id} tidak ada — lihat daftarnya dahulu")
            changed = held | cells
            if _rules(held) and not _rules(changed) and not any(map(_rules, self._others(user_id))):
                raise NotAllowedError("ia admin terakhir — jadikan orang lain admin dahulu")
            ledger = Ledger()
            ledger.replace(db, "users", list(changed.values()))
            if action != "sandi_disegarkan":
                end_all(db, self._clock(), user_id, action)
            shown = {name: value for name, value in cells.items() if name != "password_hash"}
            self._note(db, ledger, user_id, action, shown, by)

    def _note(
        self, db: Database, ledger: Ledger, user_id: int, action: str, payload: Mapping[str, object], by: int | None
    ) -> None:
        self._audit.append(db, ledger, action=action, subject=f"user:{user_id}", payload=payload, user_id=by)


def _name(username: str) -> str:
    return clean(username.strip().casefold())


def _rules(cells: _Cells) -> bool:
    """Tell whether this is an admin who may come in."""
    return bool(cells["active"]) and Role.ADMIN.value in json.loads(str(cells["roles"]))


def _roles(roles: Iterable[Role]) -> str:
    wanted = sorted({Role(one).value for one in roles})
    if not wanted:
        raise NotAllowedError("pengguna perlu paling sedikit satu peran")
    return dumps(wanted)


def _user(cells: Mapping[str, Cell]) -> User:
    return User(
        user_id=int(cells["user_id"] or 0),
        username=str(cells["username"]),
        full_name=str(cells["full_name"]),
        roles=frozenset(Role(one) for one in json.loads(str(cells["roles"]))),
        regions=frozenset(json.loads(str(cells["regions"]))),
        active=bool(cells["active"]),
    )
