"""Flags put off until a day, which come back by themselves; flags that one reader leaves out for themselves alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from monitor.errors import NotAllowedError
from monitor.models import State
from monitor.store import held
from monitor.store.audit import Audit
from monitor.store.codec import clean, dumps, moment, stamp
from monitor.store.connection import Connection
from monitor.store.guard import Ledger, next_key

_OPEN = (State.NEW.value, State.IN_REVIEW.value)


@dataclass(frozen=True, slots=True)
class PutOff:
    """Until when somebody put a flag off, and their own note. `waiting`: it has not come back yet."""

    until: datetime
    user_id: int
    note: str
    at: datetime
    waiting: bool


class Postponed:
    """Puts flags off and brings them back. A new version of the item brings a flag back too (see `screening`)."""

    def __init__(self, connection: Connection, audit: Audit, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock

    def put_off(self, flag_id: int, user_id: int, until: datetime, note: str) -> None:
        """Hide an open flag from every queue until `until`.

        Raises:
            NotAllowedError: the flag is not open, or `until` is not ahead. HeldError: somebody else holds it.
        """
        now = self._clock()
        if until <= now:
            raise NotAllowedError("tanggal tunda harus sesudah hari ini — pilih tanggal lain")
        self._write(flag_id, user_id, (stamp(until), note), "tunda")

    def bring_back(self, flag_id: int, user_id: int) -> None:
        """Let a flag that was put off come back at once. See `put_off` for errors."""
        self._write(flag_id, user_id, ("", ""), "tunda_cabut")

    def _write(self, flag_id: int, user_id: int, what: tuple[str, str], action: str) -> None:
        until, note = what
        now = self._clock()
        with self._connection.transaction(durable=True) as db:
            row = db.execute(
                "SELECT until FROM flags WHERE flag_id = ? AND withdrawn = 0 AND state IN (?,?)", (flag_id, *_OPEN)
            ).fetchone()
            if row is None or (not until and row[0] <= stamp(now)):
                raise NotAllowedError(f"tanda {flag_id} tidak lagi menunggu keputusan — muat ulang halamannya")
            held.refuse(db, flag_id, user_id, now)
            ledger, key = Ledger(), next_key(db, "postponed")
            ledger.insert(db, "postponed", [(key, flag_id, user_id, until, clean(note), stamp(now))])
            db.execute("UPDATE flags SET until = ? WHERE flag_id = ?", (until, flag_id))
            payload = {"sampai": until, "catatan": clean(note)}
            self._audit.append(db, ledger, action=action, subject=f"flag:{flag_id}", payload=payload, user_id=user_id)

    def of(self, flag_id: int) -> PutOff | None:
        """Give the newest time a flag was put off, None where it never was or was called back."""
        row = self._connection.db.execute(
            "SELECT p.until, p.user_id, p.note, p.at, f.until FROM postponed p JOIN flags f ON f.flag_id = p.flag_id "
            "WHERE p.flag_id = ? ORDER BY p.postponed_id DESC LIMIT 1",
            (flag_id,),
        ).fetchone()
        if row is None or not row[0]:
            return None
        return PutOff(moment(row[0]), row[1], row[2], moment(row[3]), waiting=row[4] > stamp(self._clock()))

    def skip(self, flag_id: int, user_id: int) -> None:
        """Leave a flag out of this user's own queue; everybody else sees it as before."""
        with self._connection.transaction() as db:
            db.execute("INSERT OR IGNORE INTO skipped VALUES (?,?)", (user_id, flag_id))

    def unskip(self, flag_id: int, user_id: int) -> None:
        """Show a flag in this user's queue again."""
        with self._connection.transaction() as db:
            db.execute("DELETE FROM skipped WHERE user_id = ? AND flag_id = ?", (user_id, flag_id))

    def skips(self, flag_id: int, user_id: int) -> bool:
        """Tell whether a user leaves this flag out."""
        row = self._connection.db.execute(
            "SELECT 1 FROM skipped WHERE user_id = ? AND flag_id = ?", (user_id, flag_id)
        ).fetchone()
        return row is not None

    def keep_time(self, mark: str, weigh: Callable[[], Mapping[int, tuple[date, float]]]) -> bool:
        """Weigh every legal day anew when `mark` (the hour of the day) is another than last time; tells whether it was.

        `weigh` gives the day by which the law wants an end, and what that adds to the urgency, by flag.
        """
        row = self._connection.db.execute("SELECT day FROM clock_day").fetchone()
        if row is not None and row[0] == mark:
            return False
        found = weigh()
        with self._connection.transaction() as db:
            db.execute("UPDATE flags SET due = '', haste = urgency WHERE due <> ''")
            db.conn.executemany(
                "UPDATE flags SET due = ?, haste = urgency + ? WHERE flag_id = ?",
                [(day.isoformat(), points, flag_id) for flag_id, (day, points) in found.items()],
            )
            db.execute("INSERT OR REPLACE INTO clock_day VALUES (1, ?)", (mark,))
        return True

    def dues(self, flag_ids: Sequence[int]) -> dict[int, date]:
        """Give the day by which the law wants an end, of those of these flags that have one."""
        rows = self._connection.db.execute(
            "SELECT flag_id, due FROM flags WHERE due <> '' AND flag_id IN (SELECT value FROM json_each(?))",
            (dumps(list(flag_ids)),),
        )
        return {int(flag_id): date.fromisoformat(due) for flag_id, due in rows}
