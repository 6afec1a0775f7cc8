"""What people found out about whose account it is: an event a change, and what `terverifikasi` still lacks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlite_utils import Database

from monitor.models import Confidence, PersonKind, State
from monitor.store.acts import overtake
from monitor.store.codec import clean, moment, stamp
from monitor.store.guard import Cell, Ledger, next_key

CONFIDENCE = "keyakinan"
"""How a change of the confidence is named in `AccountCheck.what`; else it is the condition's name."""

FACTS_NEEDED = 2
_NUMBERED = (PersonKind.PNS.value, PersonKind.PPPK.value)


class Missing(StrEnum):
    """What an account still lacks to be `terverifikasi` (domain decision 4)."""

    OFFICE = "instansi"
    NIP = "nip"
    FACTS = "fakta"


@dataclass(frozen=True, slots=True)
class AccountCheck:
    """One change that a person made, with what was seen.

    `what` is "keyakinan" or a condition; `before` and `after` are confidences, or "ada" and "" of the condition;
    `user_id` is None where the program did it; `flag_id` is the case it was done from, 0 = none.
    """

    check_id: int
    account_id: int
    user_id: int | None
    flag_id: int
    what: str
    before: str
    after: str
    seen: str
    at: datetime

    @property
    def lowers(self) -> bool:
        """True where it was less sure afterwards, or something special was found."""
        if self.what != CONFIDENCE:
            return bool(self.after)
        return Confidence(self.after).rank < Confidence(self.before).rank


def said(texts: Sequence[str]) -> list[str]:
    """Give what was seen, one line each, without empty and repeated ones."""
    found: dict[str, str] = {}
    for text in texts:
        line = clean(" ".join(text.split()))
        found.setdefault(line.casefold(), line)
    return [line for line in found.values() if line]


def append(db: Database, ledger: Ledger, cells: Sequence[Cell], at: datetime) -> None:
    """Append one event: account, user, case, what, before, after, what was seen."""
    ledger.insert(db, "account_checks", [(next_key(db, "account_checks"), *cells, stamp(at))])


def checks(db: Database, account_id: int, limit: int) -> list[AccountCheck]:
    """Give the newest events of an account, newest first."""
    rows = db.execute(
        "SELECT check_id, account_id, user_id, flag_id, what, before, after, seen, at FROM account_checks "
        "WHERE account_id=? ORDER BY check_id DESC LIMIT ?",
        (account_id, limit),
    )
    return [
        AccountCheck(key, account, user, flag, what, before, after, seen, moment(at))
        for key, account, user, flag, what, before, after, seen, at in rows
    ]


def missing(db: Database, account_id: int, more: Sequence[str] = ()) -> tuple[Missing, ...]:
    """Give what an account lacks to be `terverifikasi`, `more` facts counted in; () = nothing, or no such account.

    Name, office, number of civil servants (only they have one), and two different facts of who uses it; verifier and
    date come with the change itself.
    """
    row = db.execute(
        "SELECT a.facts, n.nip, p.kind, coalesce(p.office, '') FROM accounts a "
        "LEFT JOIN person_nips n ON n.person_id = a.person_id "
        "LEFT JOIN appointments p ON p.appointment_id = (SELECT appointment_id FROM appointments q "
        "WHERE q.person_id = a.person_id ORDER BY q.until IS NULL DESC, coalesce(q.since, '') DESC LIMIT 1) "
        "WHERE a.account_id = ?",
        (account_id,),
    ).fetchone()
    if row is None:
        return ()
    facts, nip, kind, office = row
    lacks = []
    if not office:
        lacks.append(Missing.OFFICE)
    if kind in _NUMBERED and not nip:
        lacks.append(Missing.NIP)
    if len(said([*json.loads(facts), *more])) < FACTS_NEEDED:
        lacks.append(Missing.FACTS)
    return tuple(lacks)


def judge_again(db: Database, person_ids: Sequence[int]) -> None:
    """Have the next screening look at the open flags of these people once more, whoever changed what is known."""
    rows = db.execute(
        "SELECT DISTINCT item_id FROM flags WHERE person_id IN (SELECT value FROM json_each(?)) AND state IN (?,?)",
        (json.dumps(list(person_ids)), State.NEW.value, State.IN_REVIEW.value),
    ).fetchall()
    overtake(db, [row[0] for row in rows])
