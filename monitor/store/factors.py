"""Second factors: a sealed secret a user, codes for emergencies as digests, and the last step that was used.

The secret is opaque here: whoever has the key of the page seals and opens it, so that a stolen database opens nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlite_utils import Database

from monitor.store.audit import Audit
from monitor.store.codec import stamp
from monitor.store.connection import Connection
from monitor.store.guard import Ledger, next_key
from monitor.store.sessions import digest_of, end_all


class Factors:
    """Second factors of the office's staff."""

    def __init__(self, connection: Connection, audit: Audit, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock

    def secret(self, user_id: int) -> str:
        """Give the sealed secret of a user, "" for none."""
        row = self._connection.db.execute("SELECT secret FROM user_factors WHERE user_id=?", (user_id,)).fetchone()
        return str(row[0]) if row else ""

    def holders(self) -> frozenset[int]:
        """Give the users who have one."""
        rows = self._connection.db.execute("SELECT user_id FROM user_factors WHERE secret <> ''")
        return frozenset(user_id for (user_id,) in rows)

    def codes_left(self, user_id: int) -> int:
        """Count the codes for emergencies that were not spent yet."""
        sql = "SELECT count(*) FROM recovery_codes WHERE user_id=? AND spent_at=''"
        return int(self._connection.db.execute(sql, (user_id,)).fetchone()[0])

    def enrol(self, user_id: int, secret: str, step: int, codes: Sequence[str]) -> None:
        """Keep a confirmed secret, the step of the code that confirmed it, and new codes; the user's sessions end."""
        with self._connection.transaction(durable=True) as db:
            ledger, now = Ledger(), stamp(self._clock())
            _put(db, ledger, user_id, secret, now)
            db.execute("INSERT OR REPLACE INTO factor_steps VALUES (?,?)", (user_id, step))
            _retire(db, ledger, user_id, now)
            first = next_key(db, "recovery_codes")
            rows = [(first + place, user_id, digest_of(code), "") for place, code in enumerate(codes)]
            ledger.insert(db, "recovery_codes", rows)
            end_all(db, self._clock(), user_id, "faktor_kedua_dipasang")
            self._audit.append(
                db, ledger, action="faktor_kedua_dipasang", subject=f"user:{user_id}", payload={"kode": len(rows)},
                user_id=user_id,
            )  # fmt: skip

    def use_step(self, user_id: int, step: int) -> bool:
        """Use the code of a step; False where it or a later one was used before."""
        with self._connection.transaction(durable=True) as db:
            row = db.execute("SELECT step FROM factor_steps WHERE user_id=?", (user_id,)).fetchone()
            if row is not None and row[0] >= step:
                return False
            db.execute("INSERT OR REPLACE INTO factor_steps VALUES (?,?)", (user_id, step))
        return True

    def use_code(self, user_id: int, code: str) -> bool:
        """Spend a code for emergencies; False where it is none of theirs, or spent."""
        with self._connection.transaction(durable=True) as db:
            row = db.execute(
                "SELECT code_id, user_id, digest FROM recovery_codes WHERE user_id=? AND digest=? AND spent_at=''",
                (user_id, digest_of(code)),
            ).fetchone()
            if row is None:
                return False
            ledger = Ledger()
            ledger.replace(db, "recovery_codes", (*row, stamp(self._clock())))
            self._audit.append(
                db, ledger, action="kode_darurat_dipakai", subject=f"user:{user_id}", payload={"kode": row[0]},
                user_id=user_id,
            )  # fmt: skip
        return True

    def reset(self, user_id: int, *, by: int | None) -> bool:
        """Take the second factor of a user away and end their sessions; False where there was none."""
        with self._connection.transaction(durable=True) as db:
            held = db.execute("SELECT 1 FROM user_factors WHERE user_id=? AND secret <> ''", (user_id,)).fetchone()
            if held is None:
                return False
            ledger, now = Ledger(), stamp(self._clock())
            _put(db, ledger, user_id, "", now)
            _retire(db, ledger, user_id, now)
            end_all(db, self._clock(), user_id, "faktor_kedua_dicabut")
            self._audit.append(
                db, ledger, action="faktor_kedua_dicabut", subject=f"user:{user_id}", payload={}, user_id=by
            )
        return True


def _put(db: Database, ledger: Ledger, user_id: int, secret: str, now: str) -> None:
    if db.execute("SELECT 1 FROM user_factors WHERE user_id=?", (user_id,)).fetchone():
        ledger.replace(db, "user_factors", (user_id, secret, now))
    else:
        ledger.insert(db, "user_factors", [(user_id, secret, now)])


def _retire(db: Database, ledger: Ledger, user_id: int, now: str) -> None:
    """Make what is left of a user's codes worthless."""
    rows = db.execute(
        "SELECT code_id, user_id, digest FROM recovery_codes WHERE user_id=? AND spent_at=''", (user_id,)
    ).fetchall()
    for row in rows:
        ledger.replace(db, "recovery_codes", (*row, now))
