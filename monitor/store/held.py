"""Whether somebody else holds a flag: asked inside the transaction that decides it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from monitor.errors import HeldError
from monitor.models import Role
from monitor.store.codec import stamp


def refuse(db: Database, flag_id: int, user_id: int, at: datetime) -> None:
    """Let nobody decide what somebody else holds, but a coordinator.

    Raises:
        HeldError: somebody else holds the flag.
    """
    row = db.execute(
        "SELECT u.full_name, l.until FROM flag_leases l JOIN users u ON u.user_id = l.user_id "
        "WHERE l.flag_id = ? AND l.until > ? AND l.user_id <> ?",
        (flag_id, stamp(at), user_id),
    ).fetchone()
    if row is not None and not coordinates(db, user_id):
        raise HeldError(
            f"tanda {flag_id} sedang dipegang {row[0]} dalam paketnya; tidak ada yang diubah — "
            "tunggu paketnya kembali, minta ia menyerahkannya, atau minta koordinator"
        )


def coordinates(db: Database, user_id: int) -> bool:
    """Tell whether a user is a coordinator."""
    return _has_role(db, user_id, [Role.COORDINATOR])


def may_hold(db: Database, user_id: int) -> bool:
    """Tell whether a user may decide flags, and so hold them."""
    return _has_role(db, user_id, [Role.MONITOR, Role.SECOND_REVIEWER, Role.COORDINATOR])


def _has_role(db: Database, user_id: int, roles: Iterable[Role]) -> bool:
    row = db.execute("SELECT roles FROM users WHERE user_id = ? AND active = 1", (user_id,)).fetchone()
    return row is not None and bool({role.value for role in roles} & set(json.loads(row[0])))
