"""The ledger of daily quotas: booked before an API is asked, kept across restarts, shared by all processes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from monitor.store.connection import Connection


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent on a day. `spent_out`: the API itself said that nothing is left, whatever the ledger says."""

    units: int
    spent_out: bool


class Quota:
    """Units by API and day."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, meter: str, day: date, units: int, limit: int) -> bool:
        """Book units where that many are left of the day's limit; False where not, and nothing is booked."""
        with self._connection.transaction() as db:
            key = (meter, day.isoformat())
            db.execute("INSERT OR IGNORE INTO quota VALUES (?,?,0,0)", key)
            done = db.execute(
                "UPDATE quota SET units=units+? WHERE meter=? AND day=? AND spent_out=0 AND units+?<=?",
                (units, *key, units, limit),
            )
            return bool(done.rowcount)

    def exhaust(self, meter: str, day: date) -> None:
        """Note that the API says nothing is left today: others may use the same key."""
        with self._connection.transaction() as db:
            key = (meter, day.isoformat())
            db.execute("INSERT OR IGNORE INTO quota VALUES (?,?,0,0)", key)
            db.execute("UPDATE quota SET spent_out=1 WHERE meter=? AND day=?", key)

    def spent(self, meter: str, day: date) -> Spent:
        """Say what was spent on a day."""
        row = self._connection.db.execute(
            "SELECT units, spent_out FROM quota WHERE meter=? AND day=?", (meter, day.isoformat())
        ).fetchone()
        return Spent(row[0], bool(row[1])) if row else Spent(0, spent_out=False)
