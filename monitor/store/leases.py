# ruff: noqa: S608 -- only question marks and fixed words are put into SQL; every value is bound
"""Packs of flags that somebody has taken for a while: nobody else is given them, and they return by themselves.

A lease is a row with an end: past it nobody holds the flag, and nothing has to run for that. Near-duplicates go into a
pack together. Taking happens in one write transaction, so two people never get the same flag.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.errors import NotAllowedError
from monitor.models import State
from monitor.store import held
from monitor.store.audit import Audit
from monitor.store.codec import clean, moment, stamp
from monitor.store.connection import Connection
from monitor.store.guard import Ledger
from monitor.store.items import chunks, marks
from monitor.store.queue import QueueQuery, page_ids

MOST = 100
"""Flags (with their near-duplicates: three times as many) in one pack."""
LONGEST = timedelta(hours=12)
_OPEN = (State.NEW.value, State.IN_REVIEW.value)
_GONE = "paket ini sudah kembali ke antrean — ambil paket baru"


@dataclass(frozen=True, slots=True)
class Pack:
    """What somebody holds until `until`: its flags, how many of them are `open` still; `help` as it was asked for."""

    pack_id: int
    user_id: int
    taken_at: datetime
    until: datetime
    help: str
    flags: tuple[int, ...]
    open: int


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds a flag, in which pack, until when."""

    flag_id: int
    pack_id: int
    user_id: int
    until: datetime


@dataclass(frozen=True, slots=True)
class _New:
    """What changes of a pack; None = it stays."""

    until: str | None = None
    holder: int | None = None
    help: str | None = None
    returned_at: str | None = None


class Leases:
    """Takes, extends, hands over and gives back packs."""

    def __init__(self, connection: Connection, audit: Audit, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock

    def take(self, user_id: int, query: QueueQuery, size: int, lasting: timedelta) -> Pack | None:
        """Take the first `size` flags of a query that nobody holds, each with its group; None where there is none.

        A group of which somebody else holds a part is left to them.
        """
        if not 0 < size <= MOST or not timedelta(0) < lasting <= LONGEST:
            raise NotAllowedError(f"ukuran paket 1 sampai {MOST}, lamanya paling panjang 12 jam — ubah lalu ulangi")
        now = self._clock()
        with self._connection.transaction(durable=True) as db:
            chosen = _free(db, replace(query, now=now, user_id=user_id), size, stamp(now))
            if not chosen:
                return None
            key = int(db.execute("SELECT coalesce(max(pack_id), 0) + 1 FROM packs").fetchone()[0])
            until = stamp(now + lasting)
            db.execute("INSERT INTO packs VALUES (?,?,?,?,NULL,'')", (key, user_id, stamp(now), until))
            db.conn.executemany("INSERT INTO pack_flags VALUES (?,?)", [(key, one) for one in chosen])
            db.conn.executemany(
                "INSERT OR REPLACE INTO flag_leases VALUES (?,?,?,?)", [(one, key, user_id, until) for one in chosen]
            )
            self._say(db, "paket_ambil", key, user_id, {"tanda": chosen, "sampai": until})
            return _packs(db, "p.pack_id = ?", (key,))[0]

    def held_by(self, user_id: int) -> list[Pack]:
        """Give the packs that a user holds now, the first to return first."""
        with self._connection.snapshot() as db:
            return _packs(db, "p.user_id = ? AND p.until > ? AND p.returned_at IS NULL", self._user_now(user_id))

    def calls(self, user_id: int) -> list[Pack]:
        """Give the packs whose holders ask for help, other than this user's own."""
        with self._connection.snapshot() as db:
            standing = "p.user_id <> ? AND p.until > ? AND p.returned_at IS NULL AND p.help <> ''"
            return _packs(db, standing, self._user_now(user_id))

    def _user_now(self, user_id: int) -> tuple[int, str]:
        return user_id, stamp(self._clock())

    def of_flags(self, flag_ids: Sequence[int]) -> dict[int, Lease]:
        """Give who holds each of these flags now; a flag that nobody holds is left out."""
        found: dict[int, Lease] = {}
        now = stamp(self._clock())
        for part in chunks(list(flag_ids)):
            rows = self._connection.db.execute(
                "SELECT flag_id, pack_id, user_id, until FROM flag_leases "
                f"WHERE until > ? AND flag_id IN ({marks(part)})",
                [now, *part],
            )
            found |= {row[0]: Lease(row[0], row[1], row[2], moment(row[3])) for row in rows}
        return found

    def extend(self, pack_id: int, user_id: int, lasting: timedelta) -> Pack:
        """Let a pack last `lasting` from now on.

        Raises:
            NotAllowedError: it returned already, or is somebody else's and the user no coordinator.
        """
        if not timedelta(0) < lasting <= LONGEST:
            raise NotAllowedError("lamanya paling panjang 12 jam — ubah lalu ulangi")
        until = stamp(self._clock() + lasting)
        return self._change(pack_id, user_id, "paket_perpanjang", {"sampai": until}, _New(until=until))

    def hand_over(self, pack_id: int, user_id: int, to_user: int) -> Pack:
        """Give a pack to a colleague; its end stays. See `extend` for errors."""
        return self._change(pack_id, user_id, "paket_serah", {"kepada": to_user}, _New(holder=to_user, help=""))

    def ask_help(self, pack_id: int, user_id: int, note: str) -> Pack:
        """Say that somebody should help with a pack; "" takes it back. See `extend` for errors."""
        return self._change(pack_id, user_id, "paket_bantuan", {"catatan": clean(note)}, _New(help=clean(note)))

    def give_back(self, pack_id: int, user_id: int) -> Pack:
        """Return a pack before its end. See `extend` for errors."""
        now = stamp(self._clock())
        return self._change(pack_id, user_id, "paket_kembali", {}, _New(until=now, returned_at=now))

    def _change(self, pack_id: int, user_id: int, action: str, said: dict[str, object], new: _New) -> Pack:
        now = stamp(self._clock())
        with self._connection.transaction(durable=True) as db:
            row = db.execute(
                "SELECT user_id FROM packs WHERE pack_id = ? AND until > ? AND returned_at IS NULL", (pack_id, now)
            ).fetchone()
            if row is None:
                raise NotAllowedError(_GONE)
            if row[0] != user_id and not held.coordinates(db, user_id):
                raise NotAllowedError("paket ini dipegang orang lain — mintalah kepada pemegangnya atau koordinator")
            if new.holder is not None and not held.may_hold(db, new.holder):
                raise NotAllowedError("orang itu tidak dapat memutuskan tanda — pilih rekan lain")
            db.execute(
                "UPDATE packs SET until = coalesce(?, until), user_id = coalesce(?, user_id), "
                "help = coalesce(?, help), returned_at = ? WHERE pack_id = ?",
                (new.until, new.holder, new.help, new.returned_at, pack_id),
            )
            db.execute(
                "UPDATE flag_leases SET until = coalesce(?, until), user_id = coalesce(?, user_id) WHERE pack_id = ?",
                (new.until, new.holder, pack_id),
            )
            self._say(db, action, pack_id, user_id, said)
            return _packs(db, "p.pack_id = ?", (pack_id,))[0]

    def _say(self, db: Database, action: str, pack_id: int, user_id: int, said: dict[str, object]) -> None:
        subject = f"paket:{pack_id}"
        self._audit.append(db, Ledger(), action=action, subject=subject, payload=said, user_id=user_id)


def _free(db: Database, query: QueueQuery, size: int, now: str) -> list[int]:
    """Give the first flags of a query that nobody holds, each followed by the open ones of its group."""
    chosen: dict[int, None] = {}
    heads, start = 0, None
    while heads < size:
        page = replace(query, grouped=True, limit=size, offset=0, start=start, backwards=False)
        ids, _, _, more = page_ids(db, page)
        for one in ids:
            group = [one, *_mates(db, one, query.regions)]
            if _held(db, group, now) or len(chosen) + len(group) > 3 * MOST:
                continue
            chosen |= dict.fromkeys(group)
            heads += 1
            if heads == size:
                break
        if not more or not ids:
            break
        start = ids[-1]
    return list(chosen)


def _mates(db: Database, flag_id: int, regions: frozenset[str]) -> list[int]:
    more = " AND f.region IN (SELECT value FROM json_each(?))" if regions else ""
    rows = db.execute(
        "SELECT f.flag_id FROM flag_groups a CROSS JOIN flag_groups b ON b.leader_id = a.leader_id "
        "CROSS JOIN flags f ON f.flag_id = b.flag_id WHERE a.flag_id = ? AND f.flag_id <> a.flag_id "
        f"AND f.withdrawn = 0 AND f.state IN (?,?){more} ORDER BY f.flag_id LIMIT ?",
        [flag_id, *_OPEN, *([json.dumps(sorted(regions))] if regions else []), MOST],
    )
    return [int(row[0]) for row in rows]


def _held(db: Database, flag_ids: Sequence[int], now: str) -> bool:
    row = db.execute(
        f"SELECT 1 FROM flag_leases WHERE until > ? AND flag_id IN ({marks(flag_ids)}) LIMIT 1", [now, *flag_ids]
    ).fetchone()
    return row is not None


def _packs(db: Database, where: str, values: Sequence[object]) -> list[Pack]:
    rows = db.execute(
        "SELECT p.pack_id, p.user_id, p.taken_at, p.until, p.help FROM packs p "
        f"WHERE {where} ORDER BY p.until, p.pack_id",
        list(values),
    ).fetchall()
    found = []
    for pack_id, user_id, taken_at, until, asked in rows:
        flags = db.execute(
            "SELECT g.flag_id, f.withdrawn = 0 AND f.state IN (?,?) FROM pack_flags g "
            "JOIN flags f ON f.flag_id = g.flag_id WHERE g.pack_id = ? ORDER BY f.haste DESC, f.flag_id",
            (*_OPEN, pack_id),
        ).fetchall()
        found.append(
            Pack(
                pack_id, user_id, moment(taken_at), moment(until), asked,
                tuple(int(row[0]) for row in flags), sum(int(row[1]) for row in flags),
            )
        )  # fmt: skip
    return found
