# ruff: noqa: S608 -- only whole numbers are put into SQL; every other value is bound
"""Which decisions wait for a second or third pair of eyes, worked out in the transaction of the decision itself.

Everything that puts forward is looked at twice, and a share of the dismissals that nobody can choose: the draw is a
digest of the flag's number and a salt that only the database knows, so that deciding anew draws the same lot.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from hashlib import sha256

from sqlite_utils import Database

from monitor.errors import NotAllowedError
from monitor.models import Decision, Role, State
from monitor.store.codec import moment, stamp

_FIRST = 8
_WHOLE = 1 << (8 * _FIRST)


class Stage(IntEnum):
    """Which pair of eyes is asked for."""

    SECOND = 2
    THIRD = 3


class DueWhy(StrEnum):
    """Why another look is asked for."""

    FORWARD = "naik"
    DRAWN = "acak"


@dataclass(frozen=True, slots=True)
class Due:
    """A flag that waits. `first_id` is the decision that is looked at again."""

    flag_id: int
    first_id: int
    stage: Stage
    why: DueWhy
    since: datetime


def of(db: Database, flag_id: int) -> Due | None:
    """Give what a flag waits for, None for nothing."""
    row = db.execute(
        "SELECT flag_id, first_id, stage, why, since FROM review_due WHERE flag_id=?", (flag_id,)
    ).fetchone()
    return read(row) if row is not None else None


def read(row: tuple[int, int, int, str, str]) -> Due:
    """Read a row of `review_due`."""
    flag_id, first_id, stage, why, since = row
    return Due(flag_id, first_id, Stage(stage), DueWhy(why), moment(since))


def follow(db: Database, made: Decision, share: float) -> None:
    """Ask for a second look where a decision needs one; whatever was asked for before falls away with it."""
    db.execute("DELETE FROM review_due WHERE flag_id=?", (made.flag_id,))
    if made.undoes is not None:
        return
    why = None
    if made.state is State.LEAD:
        why = DueWhy.FORWARD
    elif made.state is State.CLEARED and drawn(db, made.flag_id, share):
        why = DueWhy.DRAWN
    if why is not None:
        db.execute(
            "INSERT INTO review_due VALUES (?,?,?,?,?)",
            (made.flag_id, made.decision_id, Stage.SECOND, why.value, stamp(made.decided_at)),
        )


def drawn(db: Database, flag_id: int, share: float) -> bool:
    """Tell whether the dismissal of a flag is among the share that is looked at again."""
    return lot(db, f"tinjau:{flag_id}") < share


def lot(db: Database, of_what: str) -> float:
    """Draw a number in 0..1 that is equal for equal words and that nobody outside can foresee."""
    salt = str(db.execute("SELECT salt FROM review_salt").fetchone()[0])
    return int.from_bytes(sha256(f"{salt}\n{of_what}".encode()).digest()[:_FIRST]) / _WHOLE


def hidden(db: Database, user_id: int, states: Collection[State]) -> str:
    """Give a condition on a flag `{f}` that leaves out what would tell a reviewer the verdict they are not to know.

    Open flags tell nothing; "" where nothing has to be left out. Coordinators see everything: they decide disputes.
    """
    told = any(one not in {State.NEW, State.IN_REVIEW} for one in states)
    if not told or db.execute("SELECT 1 FROM review_due LIMIT 1").fetchone() is None:
        return ""
    row = db.execute("SELECT roles FROM users WHERE user_id=?", (user_id,)).fetchone()
    roles = json.loads(row[0]) if row is not None else []
    if Role.SECOND_REVIEWER not in roles or Role.COORDINATOR in roles:
        return ""
    return (
        "{f}.flag_id NOT IN (SELECT r.flag_id FROM review_due r JOIN decisions d ON d.decision_id = r.first_id "
        f"WHERE d.user_id <> {int(user_id)} AND r.first_id NOT IN "
        f"(SELECT v.first_id FROM reviews v WHERE v.user_id = {int(user_id)}))"
    )


def may_undo(db: Database, flag_id: int, decision_id: int) -> None:
    """Check that nothing rests on a decision that is to be taken back.

    Raises:
        NotAllowedError: a second person has judged already, or the decision re-opened the case.
    """
    if db.execute("SELECT 1 FROM reviews WHERE first_id=?", (decision_id,)).fetchone():
        raise NotAllowedError(
            "keputusan ini sudah ditinjau orang kedua, jadi tidak dapat dibatalkan — koreksi lewat peninjau ketiga, "
            "atau buka kembali dengan bukti baru"
        )
    opened = "SELECT 1 FROM process_events WHERE flag_id=? AND decision_id=? AND kind IN ('keberatan', 'bukti_baru')"
    if db.execute(opened, (flag_id, decision_id)).fetchone():
        raise NotAllowedError("pembukaan kembali tidak dapat dibatalkan — putuskan lagi kasusnya")
