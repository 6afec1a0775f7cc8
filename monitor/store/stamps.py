"""Time stamps that were asked for: waiting, failed and to be tried again, or held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.store.codec import clean, moment, stamp
from monitor.store.connection import Connection

_FIRST_WAIT = timedelta(minutes=5)
_LONGEST_WAIT = timedelta(days=1)
_COLUMNS = "stamp_id, subject, message, asked_at, tries, next_at, error, token_sha256"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A time stamp that was asked for over `message`. `token_sha256` is "" while there is none."""

    stamp_id: int
    subject: str
    message: bytes
    asked_at: datetime
    tries: int
    next_at: datetime
    error: str
    token_sha256: str


class Stamps:
    """The queue of time stamps."""

    def __init__(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._clock = clock

    def want(self, subject: str, message: bytes, error: str = "") -> None:
        """Line a message up; a subject that is there already stays. `error` says why it did not work at once."""
        now = self._clock()
        tries, first = int(bool(error)), now + (_FIRST_WAIT if error else timedelta(0))
        with self._connection.transaction(durable=True) as db:
            db.execute(
                "INSERT OR IGNORE INTO stamp_queue (subject, message, asked_at, tries, next_at, error, token_sha256) "
                "VALUES (?,?,?,?,?,?,'')",
                (clean(subject), message, stamp(now), tries, stamp(first), clean(error)),
            )

    def due(self) -> list[Wanted]:
        """Give those to be tried now, oldest first."""
        return self._read("WHERE token_sha256 = '' AND next_at <= ? ORDER BY stamp_id", (stamp(self._clock()),))

    def waiting(self) -> list[Wanted]:
        """Give all that have no stamp yet, oldest first."""
        return self._read("WHERE token_sha256 = '' ORDER BY stamp_id")

    def held(self) -> list[Wanted]:
        """Give all that have their stamp, oldest first."""
        return self._read("WHERE token_sha256 <> '' ORDER BY stamp_id")

    def failed(self, stamp_id: int, error: str) -> None:
        """Note a failure; each one doubles the wait, up to a day."""
        with self._connection.transaction() as db:
            (tries,) = db.execute("SELECT tries FROM stamp_queue WHERE stamp_id=?", (stamp_id,)).fetchone()
            wait = min(_FIRST_WAIT * 2 ** min(tries, 20), _LONGEST_WAIT)
            db.execute(
                "UPDATE stamp_queue SET tries=tries + 1, next_at=?, error=? WHERE stamp_id=?",
                (stamp(self._clock() + wait), clean(error), stamp_id),
            )

    def got(self, stamp_id: int, token_sha256: str) -> None:
        """Note that the stamp is in the archive."""
        with self._connection.transaction(durable=True) as db:
            db.execute("UPDATE stamp_queue SET token_sha256=?, error='' WHERE stamp_id=?", (token_sha256, stamp_id))

    def _read(self, where: str, values: Sequence[str] = ()) -> list[Wanted]:
        rows = self._connection.db.execute(f"SELECT {_COLUMNS} FROM stamp_queue {where}", values)  # noqa: S608 - own
        return [Wanted(a, b, bytes(c), moment(d), e, moment(f), g, h) for a, b, c, d, e, f, g, h in rows]
