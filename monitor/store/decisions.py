# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""What people decide: appended events, never changed; an undo is an event of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.errors import ConflictError, NotAllowedError
from monitor.models import Decision, ReasonCode, State
from monitor.store import conflicts, due, held
from monitor.store.audit import Audit
from monitor.store.codec import clean, moment, stamp
from monitor.store.connection import Connection
from monitor.store.guard import Ledger, next_key

# Domain decision 10; who decides at once has looked. Back leads only the undo.
LEGAL: dict[State, frozenset[State]] = {
    State.NEW: frozenset({State.IN_REVIEW, State.CLEARED, State.LEAD}),
    State.IN_REVIEW: frozenset({State.CLEARED, State.LEAD}),
    State.CLEARED: frozenset(),
    State.LEAD: frozenset({State.TRACING}),
    State.TRACING: frozenset({State.PLENARY}),
    State.PLENARY: frozenset({State.STOPPED, State.FORWARDED, State.FINDING}),
    State.STOPPED: frozenset(),
    State.FORWARDED: frozenset(),
    State.FINDING: frozenset(),
}
DECIDED_ALONE = frozenset({State.IN_REVIEW, State.CLEARED, State.LEAD})
"""What one person decides; everything after it goes through `store.process`, which guards it."""
AHEAD: str = "(" + ", ".join(f"'{one.value}'" for one in State if one.ahead) + ")"
DISMISSED: str = "(" + ", ".join(f"'{one.value}'" for one in State if one.dismissed) + ")"
HOLD = f"f.state IN {AHEAD} OR f.state = 'ditinjau' OR (f.state = 'baru' AND f.withdrawn IN (0, 2))"
"""SQL on a flag `f`: whether what it rests on must be kept, because nobody has decided it or it is a case."""
COLUMNS = "d.decision_id, d.flag_id, d.user_id, d.state, d.reason, coalesce(n.note, ''), d.decided_at, d.undoes"
SELECT = f"SELECT {COLUMNS} FROM decisions d LEFT JOIN decision_notes n ON n.decision_id = d.decision_id "
_CONFLICT = "orang lain sudah memutuskan tanda ini lebih dahulu; tidak ada yang diubah — muat ulang lalu periksa lagi"


def decision(row: Sequence[str | int | None]) -> Decision:
    """Read a row of COLUMNS."""
    key, flag, user, state, reason, note, at, undoes = row
    return Decision(
        decision_id=int(key or 0),
        flag_id=int(flag or 0),
        user_id=int(user or 0),
        state=State(str(state)),
        reason=ReasonCode(str(reason)) if reason else None,
        note=str(note),
        decided_at=moment(str(at)),
        undoes=None if undoes is None else int(undoes),
    )


def standing(decisions: Sequence[Decision]) -> list[Decision]:
    """Give the decisions that were not taken back, oldest first, without the events that took others back."""
    taken = {one.undoes for one in decisions}
    return [one for one in decisions if one.undoes is None and one.decision_id not in taken]


@dataclass(frozen=True, slots=True)
class Move:
    """One step of a flag as it is to be written."""

    flag_id: int
    user_id: int
    before: State
    state: State
    reason: ReasonCode | None = None
    note: str = ""
    undoes: int | None = None


class Decisions:
    """The reviews."""

    def __init__(
        self, connection: Connection, audit: Audit, clock: Callable[[], datetime], second_share: float = 0.0
    ) -> None:
        """Write reviews; `second_share` (0 to 1) of the dismissals is drawn for a second look."""
        self._connection = connection
        self._audit = audit
        self._clock = clock
        self._second_share = second_share

    def append(
        self, flag_id: int, user_id: int, state: State, reason: ReasonCode | None, note: str, *, expected: int | None
    ) -> Decision:
        """Decide whether something is cleared or first information; later steps are those of `store.process`.

        `expected` is the newest decision the reviewer saw, None = none.

        Raises:
            ConflictError: somebody decided first, or holds the flag (HeldError); nothing was changed.
            NotAllowedError: the step or the reason does not fit, or the user is too near to the person.
        """
        with self._connection.transaction(durable=True) as db:
            before = current(db, flag_id, expected)
            check_step(before, state, reason)
            if state not in DECIDED_ALONE:
                raise NotAllowedError(f"langkah ke `{state}` dicatat di bagian Proses kasus, dengan syarat-syaratnya")
            held.refuse(db, flag_id, user_id, self._clock())
            return self.write_in(db, Move(flag_id, user_id, before, state, reason, note))

    def undo(self, decision_id: int, user_id: int, expected: int | None) -> Decision:
        """Take back the newest standing decision of its flag by an event that restores the state before it.

        Raises:
            ConflictError: somebody decided first, or the decision was taken back already.
            NotAllowedError: there is no such decision.
        """
        with self._connection.transaction(durable=True) as db:
            row = db.execute("SELECT flag_id, before FROM decisions WHERE decision_id=?", (decision_id,)).fetchone()
            if row is None:
                raise NotAllowedError(f"keputusan {decision_id} tidak ada — muat ulang halamannya")
            flag_id, restored = row
            before = current(db, flag_id, expected)
            newest = db.execute(
                "SELECT max(decision_id) FROM decisions WHERE flag_id=? AND undoes IS NULL AND decision_id NOT IN "
                "(SELECT undoes FROM decisions WHERE flag_id=? AND undoes IS NOT NULL)",
                (flag_id, flag_id),
            ).fetchone()[0]
            if newest != decision_id:
                raise ConflictError(
                    "hanya keputusan terakhir yang masih berlaku dapat dibatalkan; tidak ada yang diubah — muat ulang"
                )
            due.may_undo(db, flag_id, decision_id)
            return self.write_in(db, Move(flag_id, user_id, before, State(restored), undoes=decision_id))

    def history(self, flag_id: int) -> list[Decision]:
        """Give every event of a flag, oldest first."""
        rows = self._connection.db.execute(SELECT + "WHERE d.flag_id=? ORDER BY d.decision_id", (flag_id,))
        return [decision(row) for row in rows]

    def write_in(self, db: Database, move: Move, ledger: Ledger | None = None) -> Decision:
        """Append one event inside a write transaction, with guarded rows that belong to it; legality is the caller's.

        Raises:
            NotAllowedError: the user is too near to the person of the flag.
        """
        conflicts.refuse(db, move.user_id, move.flag_id)
        at, key, ledger = self._clock(), next_key(db, "decisions"), ledger or Ledger()
        code = move.reason.value if move.reason is not None else None
        row = (key, move.flag_id, move.user_id, move.before.value, move.state.value, code, stamp(at), move.undoes)
        ledger.insert(db, "decisions", [row])
        ledger.insert(db, "decision_notes", [(key, clean(move.note))])
        db.execute("UPDATE flags SET state=?, decision_id=? WHERE flag_id=?", (move.state.value, key, move.flag_id))
        self._audit.append(
            db,
            ledger,
            action="batal" if move.undoes is not None else "keputusan",
            subject=f"flag:{move.flag_id}",
            payload={"dari": move.before.value, "ke": move.state.value, "alasan": code, "membatalkan": move.undoes},
            user_id=move.user_id,
        )
        made = Decision(key, move.flag_id, move.user_id, move.state, move.reason, clean(move.note), at, move.undoes)
        due.follow(db, made, self._second_share)
        return made


def check_step(before: State, state: State, reason: ReasonCode | None) -> None:
    """Check that a step is one of the law and its reason fits.

    Raises:
        NotAllowedError: it is not, or does not.
    """
    if state not in LEGAL[before]:
        raise NotAllowedError(
            f"dari keadaan `{before}` tidak dapat langsung ke `{state}` — batalkan keputusan terakhir dahulu"
        )
    _check_reason(state, reason)


def current(db: Database, flag_id: int, expected: int | None) -> State:
    """Give the state of a flag if `expected` is still its newest decision.

    Raises:
        ConflictError: somebody decided first. NotAllowedError: there is no such flag.
    """
    row = db.execute("SELECT state, decision_id FROM flags WHERE flag_id=?", (flag_id,)).fetchone()
    if row is None:
        raise NotAllowedError(f"tanda {flag_id} tidak ada — muat ulang antrean")
    if row[1] != expected:
        raise ConflictError(_CONFLICT)
    return State(row[0])


def _check_reason(state: State, reason: ReasonCode | None) -> None:
    if state.dismissed and (reason is None or not reason.clears):
        raise NotAllowedError(f"keputusan `{state}` perlu alasan yang membersihkan — pilih salah satu dari daftar")
    if state is State.CLEARED and reason is ReasonCode.NOT_PROVEN:
        raise NotAllowedError("`tidak_cukup_bukti` hanya putusan pleno — pilih alasan lain yang membersihkan")
    if state is State.LEAD and (reason is None or reason.clears):
        raise NotAllowedError("`informasi_awal` perlu alasan mengapa patut ditelusuri — pilih salah satu dari daftar")
