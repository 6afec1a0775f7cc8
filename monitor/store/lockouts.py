"""Slowing down whoever guesses: failures are counted by name, by address and by both, and each more costs more time.

Nobody is shut out for good: every delay has an end, and a browser that its user has signed in from before is counted
by itself, so that a stranger who guesses at a name cannot keep its owner out. Names are kept as digests, since people
type passwords into the wrong field.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from monitor.store.audit import Audit
from monitor.store.codec import clean, moment, stamp
from monitor.store.connection import Connection
from monitor.store.guard import Ledger

FORGOTTEN_AFTER = timedelta(hours=24)
_MOST_DOUBLINGS = 20


@dataclass(frozen=True, slots=True)
class Meter:
    """What is counted: `free` failures cost nothing, each further one twice the time of the last, at most `longest`.

    `kind` is the word for it in the audit, `name` what is counted (kept as a digest only).
    """

    kind: str
    name: str
    free: int
    longest: timedelta

    @property
    def key(self) -> str:
        """What stands in the table."""
        return sha256(clean(f"{self.kind}\0{self.name}").encode()).hexdigest()

    def delay(self, failures: int) -> timedelta:
        """Give how long the next try has to wait after so many failures."""
        over = min(failures - self.free, _MOST_DOUBLINGS)
        return min(self.longest, timedelta(seconds=2**over)) if over > 0 else timedelta(0)


def of_name(username: str) -> Meter:
    """Count tries at a name from anywhere."""
    return Meter("nama", username, 10, timedelta(minutes=5))


def of_address(address: str) -> Meter:
    """Count tries from an address at any name."""
    return Meter("alamat", address, 30, timedelta(minutes=15))


def of_both(username: str, address: str) -> Meter:
    """Count tries at a name from one address."""
    return Meter("nama_dan_alamat", f"{username}\0{address}", 5, timedelta(minutes=15))


def of_browser(browser: str) -> Meter:
    """Count tries from a browser in which this user has signed in before."""
    return Meter("peramban", browser, 5, timedelta(minutes=15))


def of_code(user_id: int) -> Meter:
    """Count wrong second factors of a user whose password was right."""
    return Meter("kode", str(user_id), 5, timedelta(minutes=15))


@dataclass(frozen=True, slots=True)
class Pressure:
    """How hard the doors are tried: failures of the last day, and what has to wait now. `name` only if asked for."""

    failures: int
    waiting: int
    names: tuple[str, ...]


class Lockouts:
    """Counts failed tries; survives a restart."""

    def __init__(self, connection: Connection, audit: Audit, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock

    def charge(self, meters: Sequence[Meter], subject: str = "masuk") -> timedelta:
        """Count a try as failed before it is looked at, so that many at once gain nothing; `forgive` takes it back.

        Gives how long to wait first; zero = go on. A try that has to wait is not counted again.
        """
        now = self._clock()
        with self._connection.transaction() as db:
            old = stamp(now - FORGOTTEN_AFTER)
            db.execute("DELETE FROM login_failures WHERE last_at < ?", (old,))
            held = {
                one.key: db.execute("SELECT failures, until_at FROM login_failures WHERE key=?", (one.key,)).fetchone()
                for one in meters
            }
            wait = max((moment(row[1]) - now for row in held.values() if row), default=timedelta(0))
            if wait > timedelta(0):
                return wait
            for one in meters:
                failures = 1 + (held[one.key][0] if held[one.key] else 0)
                db.execute(
                    "INSERT INTO login_failures VALUES (?,?,?,?,?) ON CONFLICT (key) DO UPDATE SET failures = "
                    "excluded.failures, last_at = excluded.last_at, until_at = excluded.until_at",
                    (one.key, one.kind, failures, stamp(now), stamp(now + one.delay(failures))),
                )
                over = failures - one.free
                if over > 0 and over & (over - 1) == 0:
                    payload = {"dihitung": one.kind, "gagal": failures}
                    self._audit.append(db, Ledger(), action="masuk_ditahan", subject=subject, payload=payload)
        return timedelta(0)

    def forgive(self, meters: Sequence[Meter]) -> None:
        """Take the try back that was charged and succeeded; an address only loses this one, all else begins anew."""
        with self._connection.transaction() as db:
            for one in meters:
                if one.kind == "alamat":
                    db.execute(
                        "UPDATE login_failures SET failures = max(failures - 1, 0), until_at = last_at WHERE key=?",
                        (one.key,),
                    )
                else:
                    db.execute("DELETE FROM login_failures WHERE key=?", (one.key,))

    def pressure(self, usernames: Sequence[str] = ()) -> Pressure:
        """Tell how hard the doors are tried, and which of these names have been guessed at beyond what is free."""
        now, db = self._clock(), self._connection.db
        total, waiting = db.execute(
            "SELECT coalesce(sum(failures) FILTER (WHERE kind = 'alamat'), 0), count(*) FILTER (WHERE until_at > ?) "
            "FROM login_failures WHERE last_at >= ?",
            (stamp(now), stamp(now - FORGOTTEN_AFTER)),
        ).fetchone()
        tried = []
        for username in usernames:
            meter = of_name(username)
            row = db.execute("SELECT failures FROM login_failures WHERE key=?", (meter.key,)).fetchone()
            if row and row[0] > meter.free:
                tried.append(username)
        return Pressure(int(total), int(waiting), tuple(tried))
