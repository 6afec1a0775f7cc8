"""Who is signed in, where, since when. The browser holds a random id; here stands only its SHA-256."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from sqlite_utils import Database

from monitor.store.audit import Audit
from monitor.store.codec import clean, moment, stamp
from monitor.store.connection import Connection
from monitor.store.guard import Ledger

SEEN_EVERY = timedelta(minutes=1)
CODE_WITHIN = timedelta(minutes=10)
_LONGEST_AGENT = 200


class Stage(StrEnum):
    """How far a session has come."""

    CODE = "kode"
    ENROL = "daftar"
    FULL = "penuh"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lives: from its beginning, and from its last request."""

    absolute: timedelta
    idle: timedelta


@dataclass(frozen=True, slots=True)
class Session:
    """A session that holds. `address` and `agent` are as the request told them."""

    session_id: int
    user_id: int
    stage: Stage
    made_at: datetime
    seen_at: datetime
    address: str
    agent: str


class Sessions:
    """The sessions of the office's staff. Beginning and end are in the audit."""

    def __init__(self, connection: Connection, audit: Audit, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock

    def begin(self, user_id: int, stage: Stage, *, address: str = "", agent: str = "", replaces: str = "") -> str:
        """Begin a session and give its id, which nobody else ever learns; the one it replaces ends."""
        token, now = secrets.token_urlsafe(32), stamp(self._clock())
        with self._connection.transaction(durable=True) as db:
            _end(db, now, "diganti", "digest=?", digest_of(replaces))
            db.execute(
                "INSERT INTO sessions (digest, user_id, stage, made_at, seen_at, address, agent, why) "
                "VALUES (?,?,?,?,?,?,?,'')",
                (digest_of(token), user_id, stage.value, now, now, clean(address), clean(agent[:_LONGEST_AGENT])),
            )
            if stage is not Stage.CODE:
                payload = {"alamat": address, "tahap": stage.value}
                self._audit.append(
                    db, Ledger(), action="masuk", subject=f"user:{user_id}", payload=payload, user_id=user_id
                )
        return token

    def find(self, token: str, limits: Limits) -> Session | None:
        """Give the session of an id if it holds, and note that it was used (at most once a minute)."""
        row = self._connection.db.execute(
            "SELECT s.session_id, s.user_id, s.stage, s.made_at, s.seen_at, s.address, s.agent FROM sessions s "
            "JOIN users u ON u.user_id = s.user_id AND u.active = 1 WHERE s.digest=? AND s.ended_at IS NULL",
            (digest_of(token),),
        ).fetchone()
        if row is None:
            return None
        found, now = _session(row), self._clock()
        longest = CODE_WITHIN if found.stage is Stage.CODE else limits.absolute
        if not timedelta(0) <= now - found.made_at < longest or now - found.seen_at >= limits.idle:
            self.end(found.session_id, found.user_id, "habis_waktu")
            return None
        if now - found.seen_at >= SEEN_EVERY:
            with self._connection.transaction() as db:
                db.execute("UPDATE sessions SET seen_at=? WHERE session_id=?", (stamp(now), found.session_id))
        return found

    def of(self, user_id: int, limits: Limits) -> list[Session]:
        """Give the sessions of a user that hold, the newest first."""
        now = self._clock()
        rows = self._connection.db.execute(
            "SELECT session_id, user_id, stage, made_at, seen_at, address, agent FROM sessions WHERE user_id=? "
            "AND ended_at IS NULL AND stage <> 'kode' AND made_at > ? AND seen_at > ? ORDER BY session_id DESC",
            (user_id, stamp(now - limits.absolute), stamp(now - limits.idle)),
        )
        return [_session(row) for row in rows]

    def end(self, session_id: int, user_id: int, why: str = "keluar") -> bool:
        """End one session of a user; gives whether it stood."""
        with self._connection.transaction(durable=True) as db:
            ended = _end(db, stamp(self._clock()), why, "session_id=? AND user_id=?", session_id, user_id)
            if ended and why != "habis_waktu":
                self._audit.append(
                    db, Ledger(), action="sesi_diakhiri", subject=f"user:{user_id}", payload={"sebab": why},
                    user_id=user_id,
                )  # fmt: skip
        return bool(ended)

    def end_others(self, user_id: int, keep: int, why: str = "diakhiri_sendiri") -> int:
        """End every session of a user but one; gives how many stood."""
        with self._connection.transaction(durable=True) as db:
            ended = end_all(db, self._clock(), user_id, why, keep=keep)
            payload = {"sebab": why, "jumlah": ended}
            self._audit.append(
                db, Ledger(), action="sesi_diakhiri", subject=f"user:{user_id}", payload=payload, user_id=user_id
            )
        return ended


def end_all(db: Database, now: datetime, user_id: int, why: str, *, keep: int = 0) -> int:
    """End the sessions of a user inside an open transaction, but `keep`; gives how many stood."""
    return _end(db, stamp(now), why, "user_id=? AND session_id<>?", user_id, keep)


def _end(db: Database, now: str, why: str, where: str, *values: str | int) -> int:
    sql = f"UPDATE sessions SET ended_at=?, why=? WHERE ended_at IS NULL AND {where}"  # noqa: S608 - our own words
    return int(db.execute(sql, (now, why, *values)).rowcount)


def digest_of(token: str) -> str:
    """Digest a random id; 256 bits of chance need no salt."""
    return sha256(clean(token).encode()).hexdigest()


def _session(row: tuple[int, int, str, str, str, str, str]) -> Session:
    session_id, user_id, stage, made, seen, address, agent = row
    return Session(session_id, user_id, Stage(stage), moment(made), moment(seen), address, agent)
