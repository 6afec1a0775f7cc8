"""The breaker: a freshly changed rule that flags more than its share is stopped, and its flags wait aside.

What counts as changed is all that a rule says. The first screening of an office settles what is there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlite_utils import Database

from monitor.errors import ConflictError, NotAllowedError
from monitor.models import Level, Screened, Standing, State
from monitor.store import standing
from monitor.store.audit import Audit
from monitor.store.codec import clean, moment, stamp
from monitor.store.connection import Connection
from monitor.store.guard import Ledger

_STOP = "stop_id, rule_id, digest, at, screened, flagged, allowed, outcome, user_id, note, ended_at"


@dataclass(frozen=True, slots=True)
class Share:
    """What a fresh rule may flag: for `days` at most `most` (0..1) of the items of rostered people.

    The days count from the first screening by it; it is judged from `least` such items on.
    """

    days: int
    most: float
    least: int


@dataclass(frozen=True, slots=True)
class Watch:
    """What the running rules say (rule id -> digest), the active ones alone, and what is allowed."""

    contents: Mapping[str, str]
    share: Share


class Ending(StrEnum):
    """What became of a stop."""

    OPEN = "terbuka"
    RELEASED = "dilepas"
    WITHDRAWN = "ditarik"


@dataclass(frozen=True, slots=True)
class Stop:
    """A stopped rule: it flagged `flagged` of `screened` items where `allowed` (share) was the most.

    `held` flags wait aside. `user_id`, `note` and `ended_at` belong to the ending.
    """

    stop_id: int
    rule_id: str
    digest: str
    at: datetime
    screened: int
    flagged: int
    allowed: float
    ending: Ending
    user_id: int | None
    note: str
    ended_at: datetime | None
    held: int

    def __str__(self) -> str:
        """Say it for the log, in Indonesian."""
        share, allowed = f"{self.flagged / max(self.screened, 1):.1%}", f"{self.allowed:.1%}"
        return (
            f"aturan `{self.rule_id}` dihentikan {self.at:%d-%m-%Y %H.%M} UTC: menandai {self.flagged} dari "
            f"{self.screened} butir ({share.replace('.', ',')}), paling banyak {allowed.replace('.', ',')}; "
            f"{self.held} tanda menunggu di samping"
        )


class Breaker:
    """Counts how fresh rules fare, stops those that run away, and ends a stop as a person decided."""

    def __init__(self, connection: Connection, audit: Audit, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock

    # ------------------------------------------------------------------ reading

    def stopped(self, contents: Mapping[str, str]) -> frozenset[str]:
        """Give the ids of those rules that are stopped as they stand."""
        rows = self._connection.db.execute(
            "SELECT rule_id, digest FROM rule_stops WHERE outcome <> ?", (Ending.RELEASED.value,)
        )
        return frozenset(rule_id for rule_id, digest in rows if contents.get(rule_id) == digest)

    def stops(self, *, open_only: bool = False) -> list[Stop]:
        """Give every stop, or those nobody has ended, newest first."""
        with self._connection.snapshot() as db:
            rows = db.execute(
                f"SELECT {_STOP} FROM rule_stops WHERE outcome = ? OR ? ORDER BY stop_id DESC",  # noqa: S608 - constants
                (Ending.OPEN.value, not open_only),
            ).fetchall()
            return [_stop(db, row) for row in rows]

    def stop(self, stop_id: int) -> Stop:
        """Give a stop.

        Raises:
            NotAllowedError: there is none of that number.
        """
        found = next((one for one in self.stops() if one.stop_id == stop_id), None)
        if found is None:
            raise NotAllowedError(f"penghentian {stop_id} tidak ada — lihat `netra rules stops`")
        return found

    # ------------------------------------------------------------------ counting

    def count_in(self, db: Database, results: Sequence[Screened], run_id: int, watch: Watch) -> tuple[str, ...]:
        """Count a batch inside a transaction that is open already; gives the rules that it stopped."""
        now = self._clock()
        self._meet(db, watch, now)
        fresh = self._fresh(db, watch, now)
        ours = [one for one in results if one.actors]
        if not fresh or not ours:
            return ()
        hits = Counter(rule_id for one in ours for rule_id in _flagging(one) & fresh.keys())
        db.conn.executemany(
            "UPDATE rule_watch SET screened = screened + ?, flagged = flagged + ? WHERE rule_id = ? AND digest = ?",
            [(len(ours), hits[rule_id], rule_id, watch.contents[rule_id]) for rule_id in fresh],
        )
        return tuple(sorted(one for one in fresh if self._trip(db, one, (run_id, now), watch)))

    def _meet(self, db: Database, watch: Watch, now: datetime) -> None:
        """Take note of contents never seen; the first ever seen are settled."""
        known = set(db.execute("SELECT rule_id, digest FROM rule_watch").fetchall())
        new = [one for one in watch.contents.items() if one not in known]
        db.conn.executemany(
            "INSERT INTO rule_watch VALUES (?,?,?,?,0,0)",
            [(rule_id, digest, stamp(now), int(not known)) for rule_id, digest in new],
        )

    def _fresh(self, db: Database, watch: Watch, now: datetime) -> dict[str, str]:
        """Give rule id and since when, for those that are watched."""
        db.execute(
            "UPDATE rule_watch SET settled = 1 WHERE settled = 0 AND since < ?",
            (stamp(now - timedelta(days=watch.share.days)),),
        )
        rows = db.execute(
            "SELECT w.rule_id, w.digest, w.since FROM rule_watch w WHERE w.settled = 0 AND NOT EXISTS "
            "(SELECT 1 FROM rule_stops s WHERE s.rule_id = w.rule_id AND s.digest = w.digest)"
        )
        return {rule_id: since for rule_id, digest, since in rows if watch.contents.get(rule_id) == digest}

    def _trip(self, db: Database, rule_id: str, when: tuple[int, datetime], watch: Watch) -> bool:
        digest, (run_id, now) = watch.contents[rule_id], when
        screened, flagged, since = db.execute(
            "SELECT screened, flagged, since FROM rule_watch WHERE rule_id = ? AND digest = ?", (rule_id, digest)
        ).fetchone()
        if screened < watch.share.least or flagged <= watch.share.most * screened:
            return False
        db.execute(
            "INSERT INTO rule_stops (rule_id, digest, run_id, at, screened, flagged, allowed, outcome, note) "
            "VALUES (?,?,?,?,?,?,?,?,'')",
            (rule_id, digest, run_id, stamp(now), screened, flagged, watch.share.most, Ending.OPEN.value),
        )
        # Flags made since it is in force are judged once more without it: those that rest on it alone then wait aside.
        db.execute(
            "INSERT OR IGNORE INTO overtaken SELECT DISTINCT f.item_id FROM flag_marks m "
            "JOIN flags f ON f.flag_id = m.flag_id JOIN flag_opinions o ON o.opinion_id = f.opinion_id "
            "WHERE m.kind = 'aturan' AND m.value = ? AND f.withdrawn = 0 AND f.state = ? AND o.at >= ?",
            (rule_id, State.NEW.value, since),
        )
        payload = {"diperiksa": screened, "ditandai": flagged, "paling_banyak": watch.share.most, "sidik": digest}
        self._audit.append(db, Ledger(), action="aturan_dihentikan", subject=f"aturan:{rule_id}", payload=payload)
        return True

    # ------------------------------------------------------------------ ending

    def end(self, stop_id: int, ending: Ending, user_id: int, note: str) -> Stop:
        """End a stop: release the rule (its flags are to be judged once more), or withdraw its flags with the note.

        Raises:
            ConflictError: somebody ended it first.
        """
        now, ledger = self._clock(), Ledger()
        with self._connection.transaction(durable=True) as db:
            done = db.execute(
                "UPDATE rule_stops SET outcome=?, user_id=?, note=?, ended_at=? WHERE stop_id=? AND outcome=?",
                (ending.value, user_id, clean(note), stamp(now), stop_id, Ending.OPEN.value),
            )
            if done.rowcount != 1:
                raise ConflictError("penghentian ini sudah diputuskan orang lain; tidak ada yang diubah — muat ulang")
            rule_id = db.execute("SELECT rule_id FROM rule_stops WHERE stop_id=?", (stop_id,)).fetchone()[0]
            held = _held(db, rule_id)
            if ending is Ending.RELEASED:
                db.execute(
                    "INSERT OR IGNORE INTO overtaken SELECT item_id FROM flags WHERE flag_id IN "
                    "(SELECT value FROM json_each(?))",
                    (str(held),),
                )
            else:
                why = standing.Why(rule_id, user_id, note, now)
                standing.put(db, ledger, held, Standing.WITHDRAWN, why)
            payload = {"penghentian": stop_id, "keputusan": ending.value, "alasan": note, "tanda": held}
            self._audit.append(
                db, ledger, action=f"henti_{ending.value}", subject=f"aturan:{rule_id}", payload=payload,
                user_id=user_id,
            )  # fmt: skip
        return self.stop(stop_id)


def _flagging(one: Screened) -> set[str]:
    """Give the rules that put this item before a human."""
    return {
        match.rule_id
        for _, opinion in one.opinions
        for match in opinion.matches
        if match.level.rank >= Level.MEDIUM.rank
    }


def _held(db: Database, rule_id: str) -> list[int]:
    rows = db.execute(
        "SELECT f.flag_id FROM flag_marks m JOIN flags f ON f.flag_id = m.flag_id WHERE m.kind = 'aturan' "
        "AND m.value = ? AND f.withdrawn = ? ORDER BY f.flag_id",
        (rule_id, Standing.HELD.value),
    )
    return [row[0] for row in rows]


def _stop(db: Database, row: Sequence[str | int | float | None]) -> Stop:
    stop_id, rule_id, digest, at, screened, flagged, allowed, outcome, user_id, note, ended = row
    return Stop(
        stop_id=int(stop_id or 0), rule_id=str(rule_id), digest=str(digest), at=moment(str(at)),
        screened=int(screened or 0), flagged=int(flagged or 0), allowed=float(allowed or 0.0),
        ending=Ending(str(outcome)), user_id=None if user_id is None else int(user_id), note=str(note),
        ended_at=None if ended is None else moment(str(ended)), held=len(_held(db, str(rule_id))),
    )  # fmt: skip
