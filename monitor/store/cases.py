# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""Reading flags back whole: item version, actor, newest opinion, decisions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from math import isfinite
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlite_utils import Database

from monitor.models import (
    Account,
    Actor,
    Appointment,
    Basis,
    Decision,
    Flag,
    Ground,
    Level,
    Opinion,
    Parent,
    Person,
    Reason,
    Screened,
    Setting,
    State,
    StoredItem,
)
from monitor.store import items, people
from monitor.store.codec import decode, dumps, encode, moment
from monitor.store.decisions import SELECT as DECISIONS
from monitor.store.decisions import decision
from monitor.store.items import marks

T = TypeVar("T")
_NOBODY = Person(0, "(dihapus)", "(dihapus)", ())
_ERASED = Opinion(
    level=Level.INFO,
    reasons=(Reason("dihapus", "isi dan pendapat dihapus menurut ketentuan"),),
    forms=(),
    matches=(),
    probability=None,
    words=(),
    ground=Ground.OWN_TEXT,
    setting=Setting(),
    urgency=0.0,
)


@dataclass(frozen=True, slots=True)
class _Act:
    """What an opinion keeps of its actor: ids, and what held on the day of the act."""

    person_id: int
    basis: Basis
    strength: float
    account_id: int | None
    appointment: Appointment | None
    spans: tuple[tuple[int, int], ...]
    same_name: int
    why: str


@dataclass(frozen=True, slots=True)
class OpinionVersion:
    """One opinion in the history of a flag. `opinion` is None where the machine withdrew it."""

    number: int
    item_version: int
    run_id: int
    at: datetime
    opinion: Opinion | None


def opinion_payload(stored: StoredItem, actor: Actor, opinion: Opinion) -> str:
    """Write an opinion with its actor and the parent as it was judged."""
    account_id = actor.account.account_id if actor.account is not None else None
    act = _Act(
        actor.person.person_id, actor.basis, actor.strength, account_id, actor.appointment, actor.spans,
        actor.same_name, actor.why,
    )  # fmt: skip
    parent = stored.item.parent
    return dumps(
        {
            "actor": encode(_Act, act),
            "opinion": encode(Opinion, opinion),
            "parent": encode(Parent, parent) if parent is not None else None,
        }
    )


def said_of(one: Screened, actor: Actor, opinion: Opinion) -> str:
    """Write an opinion on a line of its own, with the item version it speaks of; `said_to` reads it back."""
    stored, held = one.stored, actor.person.person_id in one.held
    head = dumps(
        {"item_id": stored.item_id, "version": stored.version, "content_sha256": stored.content_sha256, "held": held}
    )
    return f'{head[:-1]},"said":{opinion_payload(stored, actor, opinion)}}}'


def said_to(
    line: Mapping[str, Any], persons: dict[int, Person], accounts: dict[int, Account]
) -> tuple[Actor, Opinion, bool]:
    """Read what `said_of` wrote: actor, opinion, and whether it rests on stopped rules alone.

    The line may come from another machine: what is not of its kind, or no number, raises ValueError.
    """
    said = line["said"]
    act, opinion = _checked(_Act).validate_python(said["actor"]), _checked(Opinion).validate_python(said["opinion"])
    if not all(map(isfinite, (act.strength, opinion.urgency, opinion.probability or 0.0))):
        raise ValueError("angkanya tidak masuk akal")
    return _actor(act, persons, accounts), opinion, bool(line["held"])


@cache
def _checked(kind: type[T]) -> TypeAdapter[T]:
    return TypeAdapter(kind)


def opinions(db: Database, flag_id: int) -> list[OpinionVersion]:
    """Give every opinion of a flag, oldest first."""
    rows = db.execute(
        "SELECT number, version, run_id, at, payload FROM flag_opinions WHERE flag_id=? ORDER BY number", (flag_id,)
    )
    return [
        OpinionVersion(
            number, version, run_id, moment(at), decode(Opinion, json.loads(payload)["opinion"]) if payload else None
        )
        for number, version, run_id, at, payload in rows
    ]


def load(db: Database, flag_ids: Sequence[int]) -> list[Flag]:
    """Give flags in the order asked for; unknown ids are left out. Person and account are as they stand today."""
    found: dict[int, Flag] = {}
    for part in items.chunks(list(flag_ids)):
        found |= _load(db, part)
    return [found[one] for one in flag_ids if one in found]


def _load(db: Database, part: Sequence[object]) -> dict[int, Flag]:
    rows = db.execute(
        f"SELECT f.flag_id, f.state, f.created_at, f.person_id, o.payload, {items.COLUMNS} FROM flags f "
        "JOIN flag_opinions o ON o.opinion_id = f.opinion_id "
        "JOIN item_versions v ON v.item_id = o.item_id AND v.version = o.version "
        f"WHERE f.flag_id IN ({marks(part)})",
        list(part),
    ).fetchall()
    wanted = sorted({row[3] for row in rows if row[3] is not None})
    persons = {one.person_id: one for one in people.persons(db, wanted)}
    accounts = {one.account_id: one for one in people.accounts(db, wanted)}
    decided = _decisions(db, part)
    flags = {}
    for flag_id, state, created, _person, payload, *item in rows:
        stored = items.stored_item(item)
        actor, opinion = Actor(_NOBODY, Basis.NAME, 0.0), _ERASED
        if payload:
            data = json.loads(payload)
            actor = _actor(decode(_Act, data["actor"]), persons, accounts)
            opinion = decode(Opinion, data["opinion"])
            if data["parent"] is not None:
                stored = replace(stored, item=replace(stored.item, parent=decode(Parent, data["parent"])))
        flags[flag_id] = Flag(
            flag_id, stored, actor, opinion, State(state), moment(created), tuple(decided.get(flag_id, ()))
        )
    return flags


def _actor(act: _Act, persons: dict[int, Person], accounts: dict[int, Account]) -> Actor:
    return Actor(
        person=persons.get(act.person_id, _NOBODY),
        basis=act.basis,
        strength=act.strength,
        account=accounts.get(act.account_id) if act.account_id is not None else None,
        appointment=act.appointment,
        spans=act.spans,
        same_name=act.same_name,
        why=act.why,
    )


def _decisions(db: Database, flag_ids: Sequence[object]) -> dict[int, list[Decision]]:
    found: dict[int, list[Decision]] = {}
    rows = db.execute(
        DECISIONS + f"WHERE d.flag_id IN ({marks(flag_ids)}) ORDER BY d.decision_id",
        list(flag_ids),
    )
    for row in rows:
        one = decision(row)
        found.setdefault(one.flag_id, []).append(one)
    return found
