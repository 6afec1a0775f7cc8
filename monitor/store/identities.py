"""Who somebody is elsewhere: which subject or address of an identity provider signs in as which user."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.errors import NotAllowedError
from monitor.store.audit import Audit
from monitor.store.codec import clean, moment, stamp
from monitor.store.connection import Connection
from monitor.store.guard import Ledger, next_key
from monitor.store.sessions import digest_of

ATTEMPT_WITHIN = timedelta(minutes=10)


class IdentityKind(StrEnum):
    """By what a user is known to the provider."""

    SUBJECT = "subjek"
    EMAIL = "surel"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One walk to the provider: what its answer must hold."""

    nonce: str
    verifier: str


class Identities:
    """Outside identities of the office's staff, and the walks to the provider that are under way."""

    def __init__(self, connection: Connection, audit: Audit, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock

    def link(self, user_id: int, issuer: str, kind: IdentityKind, value: str, *, by: int | None = None) -> None:
        """Let an identity sign in as a user.

        Raises:
            NotAllowedError: it is another user's already, or there is nothing to link.
        """
        held, folded = self.whose(issuer, {kind: value}), _folded(kind, value)
        if not folded:
            raise NotAllowedError("isi subjek atau surel yang dipakai pada penyedia identitas")
        if held is not None:
            raise NotAllowedError(f"identitas itu sudah milik pengguna nomor {held} — lepaskan dahulu")
        with self._connection.transaction(durable=True) as db:
            ledger, key = Ledger(), next_key(db, "identities")
            row = (key, user_id, clean(issuer), kind.value, folded, 1, stamp(self._clock()))
            ledger.insert(db, "identities", [row])
            self._audit.append(
                db, ledger, action="identitas_ditautkan", subject=f"user:{user_id}", payload={"jenis": kind.value},
                user_id=by,
            )  # fmt: skip

    def unlink(self, user_id: int, *, by: int | None = None) -> int:
        """Let no outside identity sign in as a user any more; gives how many could."""
        with self._connection.transaction(durable=True) as db:
            ledger = Ledger()
            rows = db.execute(
                "SELECT identity_id, user_id, issuer, kind, value, at FROM identities WHERE user_id=? AND active=1",
                (user_id,),
            ).fetchall()
            for *cells, at in rows:
                ledger.replace(db, "identities", (*cells, 0, at))
            self._audit.append(
                db, ledger, action="identitas_dilepas", subject=f"user:{user_id}", payload={"jumlah": len(rows)},
                user_id=by,
            )  # fmt: skip
        return len(rows)

    def whose(self, issuer: str, known: dict[IdentityKind, str]) -> int | None:
        """Give the one user whom these marks of an identity belong to, None for none or for two different ones."""
        found = set()
        for kind, value in known.items():
            rows = self._connection.db.execute(
                "SELECT user_id FROM identities WHERE issuer=? AND kind=? AND value=? AND active=1",
                (clean(issuer), kind.value, _folded(kind, value)),
            )
            found |= {user_id for (user_id,) in rows}
        return found.pop() if len(found) == 1 else None

    def depart(self, state: str, attempt: Attempt) -> None:
        """Remember a walk to the provider until its answer comes."""
        now = self._clock()
        with self._connection.transaction() as db:
            db.execute("DELETE FROM oidc_attempts WHERE at < ?", (stamp(now - ATTEMPT_WITHIN),))
            db.execute(
                "INSERT INTO oidc_attempts VALUES (?,?,?,?)",
                (digest_of(state), attempt.nonce, attempt.verifier, stamp(now)),
            )

    def arrive(self, state: str) -> Attempt | None:
        """Take up the walk of an answer; a second answer to the same walk finds none."""
        with self._connection.transaction() as db:
            row = db.execute(
                "DELETE FROM oidc_attempts WHERE state=? RETURNING nonce, verifier, at", (digest_of(state),)
            ).fetchone()
        if row is None or self._clock() - moment(row[2]) > ATTEMPT_WITHIN:
            return None
        return Attempt(row[0], row[1])


def _folded(kind: IdentityKind, value: str) -> str:
    return clean(value.strip().casefold() if kind is IdentityKind.EMAIL else value.strip())
