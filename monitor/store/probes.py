"""Items whose answer is known, mixed into the queue: answered like any other, no decision, told only to oneself."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.errors import ConflictError
from monitor.models import ReasonCode, State
from monitor.store import conflicts, due
from monitor.store.audit import Audit
from monitor.store.codec import stamp
from monitor.store.connection import Connection
from monitor.store.decisions import AHEAD, DISMISSED
from monitor.store.guard import Ledger, next_key

# Final: two independent verdicts agreed, or the plenary ruled; nothing about it is open; this user had no part in it.
_DECIDED = tuple(one.value for one in State if one not in {State.NEW, State.IN_REVIEW})
# The open flags are the many: without the index of the queue every one of them was looked at (22 ms at 100,000).
_KNOWN = f"""
SELECT f.flag_id, CASE WHEN f.state IN {DISMISSED} THEN 'bersih' ELSE 'informasi_awal' END
FROM flags f INDEXED BY flags_queue JOIN items i ON i.item_id = f.item_id AND i.erased = 0
WHERE f.withdrawn = 0 AND f.state IN {_DECIDED}
AND (f.state IN ('dihentikan', 'diteruskan', 'temuan') OR ((f.state IN {AHEAD} OR f.state = 'bersih')
  AND EXISTS (SELECT 1 FROM reviews r JOIN decisions d ON d.decision_id = r.first_id WHERE r.flag_id = f.flag_id
              AND r.stage = 2 AND r.state = d.state)))
AND NOT EXISTS (SELECT 1 FROM review_due u WHERE u.flag_id = f.flag_id)
AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.flag_id = f.flag_id AND d.user_id = :user)
AND NOT EXISTS (SELECT 1 FROM reviews r WHERE r.flag_id = f.flag_id AND r.user_id = :user)
AND NOT EXISTS (SELECT 1 FROM process_events e WHERE e.flag_id = f.flag_id AND e.user_id = :user)
AND NOT EXISTS (SELECT 1 FROM probes p WHERE p.flag_id = f.flag_id AND p.user_id = :user)
AND NOT EXISTS (SELECT 1 FROM custody c WHERE c.flag_id = f.flag_id AND c.user_id = :user)
AND (:regions = '[]' OR f.region IN (SELECT value FROM json_each(:regions)))
ORDER BY f.flag_id LIMIT 200
"""  # noqa: S608 - only names of states are put into it


@dataclass(frozen=True, slots=True)
class Turn:
    """A known item that waits for this user's answer: `known` is `bersih` or `informasi_awal`."""

    flag_id: int
    known: State
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a reviewer's answers stood to the known ones: equal, missed (cleared what was upheld), called too much."""

    asked: int
    same: int
    missed: int
    overcalled: int


class Probes:
    """Known items and the answers to them."""

    def __init__(self, connection: Connection, audit: Audit, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock

    def next(self, user_id: int, every: int, regions: frozenset[str] = frozenset()) -> int | None:
        """Give the known item that comes now, None for a real one: one at an unforeseeable place of each `every`.

        Call it after a decision of the user; `regions` empty = all.
        """
        with self._connection.transaction() as db:
            waiting = db.execute("SELECT flag_id FROM probe_turns WHERE user_id=?", (user_id,)).fetchone()
            if waiting is not None:
                return int(waiting[0])
            if every <= 0 or not _turn(db, user_id, every):
                return None
            found = [
                row
                for row in db.execute(_KNOWN, {"user": user_id, "regions": json.dumps(sorted(regions))}).fetchall()
                if not conflicts.bars(db, user_id, row[0])
            ]
            if not found:
                return None
            made = _decided(db, user_id)
            flag_id, known = found[int(due.lot(db, f"mana:{user_id}:{made}") * len(found))]
            db.execute("INSERT INTO probe_turns VALUES (?,?,?,?)", (user_id, flag_id, known, stamp(self._clock())))
            return int(flag_id)

    def waits(self, user_id: int, flag_id: int) -> bool:
        """Tell whether this flag is before this user as a known item."""
        row = self._connection.db.execute(
            "SELECT 1 FROM probe_turns WHERE user_id=? AND flag_id=?", (user_id, flag_id)
        ).fetchone()
        return row is not None

    def answer(self, user_id: int, flag_id: int, reason: ReasonCode) -> None:
        """Write down an answer; the flag itself is left as it is.

        Raises:
            ConflictError: it was answered already.
        """
        with self._connection.transaction(durable=True) as db:
            row = db.execute(
                "SELECT known FROM probe_turns WHERE user_id=? AND flag_id=?", (user_id, flag_id)
            ).fetchone()
            if row is None:
                raise ConflictError("butir ini sudah dijawab — lanjut ke tanda berikutnya")
            state = State.CLEARED if reason.clears else State.LEAD
            key, ledger = next_key(db, "probes"), Ledger()
            cells = (key, user_id, flag_id, row[0], state.value, reason.value, stamp(self._clock()))
            ledger.insert(db, "probes", [cells])
            db.execute("DELETE FROM probe_turns WHERE user_id=?", (user_id,))
            self._audit.append(
                db, ledger, action="butir_berjawaban", subject=f"pengguna:{user_id}",
                payload={"sama": row[0] == state.value}, user_id=user_id,
            )  # fmt: skip

    def calibration(self, user_id: int) -> Calibration:
        """Count one user's answers."""
        rows = self._connection.db.execute(
            "SELECT known, state, count(*) FROM probes WHERE user_id=? GROUP BY 1, 2", (user_id,)
        ).fetchall()
        counts = {(known, said): count for known, said, count in rows}
        lead, clear = State.LEAD.value, State.CLEARED.value
        return Calibration(
            sum(counts.values()),
            sum(count for (known, said), count in counts.items() if known == said),
            counts.get((lead, clear), 0),
            counts.get((clear, lead), 0),
        )


def _decided(db: Database, user_id: int) -> int:
    return int(
        db.execute("SELECT count(*) FROM decisions WHERE user_id=? AND undoes IS NULL", (user_id,)).fetchone()[0]
    )


def _turn(db: Database, user_id: int, every: int) -> bool:
    """Tell whether the known item of this stretch of decisions stands at this place."""
    made = _decided(db, user_id)
    stretch, place = divmod(made, every)
    return int(due.lot(db, f"giliran:{user_id}:{stretch}") * every) == place
