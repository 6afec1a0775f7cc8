# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""Reading persons and accounts of the roster."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from sqlite_utils import Database

from monitor.models import (
    Account,
    Appointment,
    Condition,
    Confidence,
    HandleSpan,
    Person,
    PersonKind,
    Platform,
)
from monitor.store.codec import decode
from monitor.store.guard import Cell

_PERSON = "person_id, name, full_name, spouse_of_candidate, leave_since, leave_until"
_APPOINTMENT = "person_id, kind, office, post, region, since, until"
_ACCOUNT = "account_id, person_id, platform, native_id, handles, confidence, conditions, facts, official"


def day(text: Cell) -> date | None:
    """Read a date column."""
    return date.fromisoformat(str(text)) if text else None


def day_text(value: date | None) -> str | None:
    """Write a date column."""
    return value.isoformat() if value is not None else None


def persons(db: Database, only: Sequence[int] | None = None) -> list[Person]:
    """Give persons with their appointments, oldest first; `only` limits to these ids."""
    where, values = _limited(only)
    held: dict[int, list[Appointment]] = {}
    for person_id, kind, office, post, region, since, until in db.execute(
        f"SELECT {_APPOINTMENT} FROM appointments{where} ORDER BY person_id, coalesce(since, ''), appointment_id",
        values,
    ):
        one = Appointment(PersonKind(kind), office, post, region, day(since), day(until))
        held.setdefault(person_id, []).append(one)
    rows = db.execute(f"SELECT {_PERSON} FROM persons{where} ORDER BY person_id", values)
    return [
        Person(key, name, full, tuple(held.get(key, ())), bool(spouse), day(leave_since), day(leave_until))
        for key, name, full, spouse, leave_since, leave_until in rows
    ]


def accounts(db: Database, only: Sequence[int] | None = None) -> list[Account]:
    """Give accounts by id; `only` limits to those of these persons."""
    where, values = _limited(only)
    rows = db.execute(f"SELECT {_ACCOUNT} FROM accounts{where} ORDER BY account_id", values)
    return [account(row) for row in rows]


def account(row: Sequence[Cell]) -> Account:
    """Read the columns of _ACCOUNT."""
    key, person_id, platform, native_id, handles, confidence, conditions, facts, official = row
    return Account(
        account_id=int(key or 0),
        person_id=int(person_id or 0),
        platform=Platform(str(platform)),
        native_id=str(native_id),
        handles=decode(tuple[HandleSpan, ...], json.loads(str(handles))),
        confidence=Confidence(str(confidence)),
        conditions=frozenset(Condition(one) for one in json.loads(str(conditions))),
        facts=tuple(json.loads(str(facts))),
        official=bool(official),
    )


def _limited(only: Sequence[int] | None) -> tuple[str, list[str]]:
    if only is None:
        return "", []
    return " WHERE person_id IN (SELECT value FROM json_each(?))", [json.dumps(list(only))]
