# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""Second looks, which are blind, and third ones, which see both verdicts and no names. Appended, never changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.errors import ConflictError, NotAllowedError
from monitor.models import ReasonCode, Role, State
from monitor.store import conflicts
from monitor.store.audit import Audit
from monitor.store.codec import clean, moment, stamp
from monitor.store.connection import Connection
from monitor.store.custody import Touch
from monitor.store.decisions import Decisions, Move
from monitor.store.due import Due, Stage
from monitor.store.due import of as due_of
from monitor.store.due import read as read_due
from monitor.store.guard import Ledger, next_key

PAGE_SUBJECT = "halaman"
"""What the custody log calls a look at the ordinary page of a case, which shows the first verdict."""
_ROLES = {
    Stage.SECOND: frozenset({Role.SECOND_REVIEWER, Role.COORDINATOR}),
    Stage.THIRD: frozenset({Role.SECOND_REVIEWER, Role.COORDINATOR}),
}
_GONE = "tanda ini tidak lagi menunggu tinjauan Anda — kembali ke daftar; tidak ada yang diubah"


@dataclass(frozen=True, slots=True)
class Review:
    """A second or third verdict. `state` is `bersih` or `informasi_awal`; `first_id` names the decision."""

    review_id: int
    flag_id: int
    first_id: int
    stage: Stage
    user_id: int
    state: State
    reason: ReasonCode
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """What a third reviewer sees of an earlier verdict: everything but who gave it."""

    state: State
    reason: ReasonCode | None
    note: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a review: whether it agreed with the first, and whether the flag waits for a third."""

    agreed: bool
    third: bool


@dataclass(frozen=True, slots=True)
class Rating:
    """One independent verdict for the measures of agreement: first and second verdicts, not the third's.

    `unit` is the decision that was looked at twice; `rules` are the ids of the rules that matched.
    """

    unit: int
    flag_id: int
    user_id: int
    stage: int
    state: State
    reason: str
    at: datetime
    rules: tuple[str, ...]


class Reviews:
    """The second and third looks."""

    def __init__(
        self, connection: Connection, audit: Audit, clock: Callable[[], datetime], decisions: Decisions
    ) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock
        self._decisions = decisions

    def due(self, user_id: int, regions: frozenset[str] = frozenset(), limit: int = 200) -> list[Due]:
        """Give what waits and this user may look at, oldest first: not their own, nobody's they are tied to."""
        rows = self._connection.db.execute(
            "SELECT r.flag_id, r.first_id, r.stage, r.why, r.since FROM review_due r "
            "JOIN flags f ON f.flag_id = r.flag_id JOIN decisions d ON d.decision_id = r.first_id "
            "WHERE d.user_id <> :user AND NOT EXISTS (SELECT 1 FROM reviews v WHERE v.first_id = r.first_id "
            "AND v.user_id = :user) AND (:regions = '[]' OR f.region IN (SELECT value FROM json_each(:regions))) "
            "ORDER BY r.since, r.flag_id LIMIT :limit",
            {"user": user_id, "regions": json.dumps(sorted(regions)), "limit": limit},
        ).fetchall()
        db = self._connection.db
        return [one for row in rows if _why_not(db, one := read_due(row), user_id) is None]

    def waiting(self, flag_id: int) -> Due | None:
        """Give what a flag waits for, None for nothing."""
        return due_of(self._connection.db, flag_id)

    def may_look(self, flag_id: int, user_id: int) -> bool:
        """Tell whether a user may give the verdict that a flag waits for."""
        due = due_of(self._connection.db, flag_id)
        return due is not None and _why_not(self._connection.db, due, user_id) is None

    def counts(self, regions: frozenset[str] = frozenset()) -> dict[Stage, int]:
        """Count what waits by stage."""
        rows = self._connection.db.execute(
            "SELECT r.stage, count(*) FROM review_due r JOIN flags f ON f.flag_id = r.flag_id "
            "WHERE (:regions = '[]' OR f.region IN (SELECT value FROM json_each(:regions))) GROUP BY 1",
            {"regions": json.dumps(sorted(regions))},
        )
        return {Stage(stage): count for stage, count in rows}

    def verdicts(self, first_id: int) -> tuple[Said, ...]:
        """Give the first and second verdict as a third reviewer sees them: no names, in an order that tells nothing."""
        row = self._connection.db.execute(
            "SELECT d.state, d.reason, coalesce(n.note, '') FROM decisions d LEFT JOIN decision_notes n "
            "ON n.decision_id = d.decision_id WHERE d.decision_id=?",
            (first_id,),
        ).fetchone()
        said = [Said(State(row[0]), ReasonCode(row[1]) if row[1] else None, row[2])] if row else []
        said += [Said(one.state, one.reason, one.note) for one in self._of("first_id", first_id)]
        return tuple(sorted(said, key=lambda one: (one.state.value, one.reason or "", one.note)))

    def of(self, flag_id: int) -> list[Review]:
        """Give the reviews of a flag, oldest first."""
        return list(self._of("flag_id", flag_id))

    def settled(self, flag_id: int) -> bool:
        """Tell whether two different people put a flag forward and nothing about it is open; see `settled`."""
        return settled(self._connection.db, flag_id)

    def decide(self, due: Due, user_id: int, state: State, reason: ReasonCode, note: str) -> Outcome:
        """Give the verdict that `due` asks for.

        Raises:
            ConflictError: somebody looked first, or the flag no longer waits.
            NotAllowedError: this user may not, or the verdict and its reason do not fit.
        """
        if state not in {State.CLEARED, State.LEAD} or reason.clears is not (state is State.CLEARED):
            raise NotAllowedError("pilih satu alasan dari daftar; alasan menentukan bersih atau informasi awal")
        if reason is ReasonCode.NOT_PROVEN:
            raise NotAllowedError("`tidak_cukup_bukti` hanya putusan pleno — pilih alasan lain yang membersihkan")
        with self._connection.transaction(durable=True) as db:
            if due_of(db, due.flag_id) != due:
                raise ConflictError(_GONE)
            if (why := _why_not(db, due, user_id)) is not None:
                raise NotAllowedError(why)
            held = State(db.execute("SELECT state FROM flags WHERE flag_id=?", (due.flag_id,)).fetchone()[0])
            agreed = state.ahead is held.ahead
            self._write(db, due, user_id, (state, reason, note), agreed=agreed)
            if due.stage is Stage.SECOND and not agreed:
                db.execute("UPDATE review_due SET stage=? WHERE flag_id=?", (Stage.THIRD, due.flag_id))
                return Outcome(agreed=False, third=True)
            if not agreed:
                self._decisions.write_in(db, Move(due.flag_id, user_id, held, state, reason, note))
            db.execute("DELETE FROM review_due WHERE flag_id=?", (due.flag_id,))
            return Outcome(agreed=agreed, third=False)

    def _write(
        self, db: Database, due: Due, user_id: int, said: tuple[State, ReasonCode, str], *, agreed: bool
    ) -> None:
        key, ledger, (state, reason, note) = next_key(db, "reviews"), Ledger(), said
        row = (
            key, due.flag_id, due.first_id, int(due.stage), user_id, state.value, reason.value, stamp(self._clock()),
        )  # fmt: skip
        ledger.insert(db, "reviews", [row])
        ledger.insert(db, "review_notes", [(key, clean(note))])
        self._audit.append(
            db, ledger, action=f"tinjauan_{int(due.stage)}", subject=f"flag:{due.flag_id}",
            payload={"putusan": state.value, "alasan": reason.value, "sepakat": agreed}, user_id=user_id,
        )  # fmt: skip

    def _of(self, column: str, value: int) -> Iterator[Review]:
        rows = self._connection.db.execute(
            "SELECT r.review_id, r.flag_id, r.first_id, r.stage, r.user_id, r.state, r.reason, coalesce(n.note, ''), "
            f"r.at FROM reviews r LEFT JOIN review_notes n ON n.review_id = r.review_id WHERE r.{column}=? "
            "ORDER BY r.review_id",
            (value,),
        )
        return map(review, rows)

    def ratings(self, regions: frozenset[str] = frozenset()) -> list[Rating]:
        """Give the independent verdicts of everything that was looked at twice, by decision, the first one first."""
        rows = self._connection.db.execute(
            "SELECT u.unit, u.flag_id, u.user_id, u.stage, u.state, u.reason, u.at, coalesce((SELECT group_concat("
            "m.value, char(10)) FROM flag_marks m WHERE m.flag_id = u.flag_id AND m.kind = 'aturan'), '') FROM ("
            "SELECT r.first_id AS unit, r.flag_id, d.user_id, 1 AS stage, d.state, d.reason, d.decided_at AS at "
            "FROM reviews r JOIN decisions d ON d.decision_id = r.first_id WHERE r.stage = 2 UNION ALL "
            "SELECT first_id, flag_id, user_id, stage, state, reason, at FROM reviews WHERE stage = 2) u "
            "JOIN flags f ON f.flag_id = u.flag_id "
            "WHERE (:regions = '[]' OR f.region IN (SELECT value FROM json_each(:regions))) ORDER BY u.unit, u.stage",
            {"regions": json.dumps(sorted(regions))},
        )
        return [
            Rating(unit, flag, user, stage, State(state), reason or "", moment(at), tuple(sorted(rules.split())))
            for unit, flag, user, stage, state, reason, at, rules in rows
        ]  # fmt: skip


def review(row: tuple[int, int, int, int, int, str, str, str, str]) -> Review:
    """Read a row of a review with its note."""
    key, flag_id, first_id, stage, user_id, state, reason, note, at = row
    return Review(key, flag_id, first_id, Stage(stage), user_id, State(state), ReasonCode(reason), note, moment(at))


def settled(db: Database, flag_id: int) -> bool:
    """Tell whether two different people put a flag forward since it was last opened, and no look is outstanding.

    Read from guarded rows: the list of what is due says only who is asked next.
    """
    since = db.execute(
        "SELECT coalesce(max(decision_id), 0) FROM decisions WHERE flag_id=? AND state IN ('baru', 'ditinjau')",
        (flag_id,),
    ).fetchone()[0]
    said = {
        row[0]
        for row in db.execute(
            "SELECT user_id FROM decisions WHERE flag_id=:flag AND decision_id > :since AND state='informasi_awal' "
            "AND undoes IS NULL UNION SELECT user_id FROM reviews WHERE flag_id=:flag AND first_id > :since "
            "AND state='informasi_awal'",
            {"flag": flag_id, "since": since},
        )
    }
    return len(said) > 1 and due_of(db, flag_id) is None


def _why_not(db: Database, due: Due, user_id: int) -> str | None:
    """Say why a user may not give a verdict, None where they may."""
    row = db.execute("SELECT roles, active FROM users WHERE user_id=?", (user_id,)).fetchone()
    roles = {Role(one) for one in json.loads(row[0])} if row is not None and row[1] else set()
    if not roles & _ROLES[due.stage]:
        return "meninjau untuk kedua kali perlu peran peninjau_kedua atau koordinator — mintakan kepada mereka"
    first = db.execute("SELECT user_id, decided_at FROM decisions WHERE decision_id=?", (due.first_id,)).fetchone()
    earlier = {row[0] for row in db.execute("SELECT user_id FROM reviews WHERE first_id=?", (due.first_id,))}
    if first is None or user_id == first[0] or user_id in earlier:
        return "tinjauan kedua dan ketiga harus oleh orang lain — biarkan rekan Anda yang meninjau"
    if conflicts.bars(db, user_id, due.flag_id):
        return "tanda ini menyangkut kantor atau keluarga yang dinyatakan — biarkan rekan lain yang meninjau"
    seen = db.execute(
        "SELECT 1 FROM custody WHERE flag_id=? AND user_id=? AND act=? AND subject=? AND at >= ? LIMIT 1",
        (due.flag_id, user_id, Touch.VIEW.value, PAGE_SUBJECT, first[1]),
    ).fetchone()
    if due.stage is Stage.SECOND and seen:
        return "Anda sudah membuka kasus ini sesudah putusan pertama, jadi tinjauan Anda tidak lagi buta"
    return None
