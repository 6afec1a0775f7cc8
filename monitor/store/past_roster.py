# ruff: noqa: S608 -- only names and numbers of our own tables are put into SQL; every value is bound
"""The roster as it stood on a past day: who and which accounts were in it by then, in which office, under which name.

When a person or an account came into the roster is told by the first entry of the audit that names its row. What was
lawfully erased since has no row any more: it is counted, and what was seen of it is not known. Which sources the
settings named then is kept nowhere.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, tzinfo

from sqlite_utils import Database

from monitor.models import Condition, Platform
from monitor.store.codec import moment
from monitor.store.guard import TABLES

PERSONS, ACCOUNTS = TABLES["persons"][0], TABLES["accounts"][0]


@dataclass(frozen=True, slots=True)
class Subject:
    """One account of a rostered person, or a person of whom none is known (`account_id` None, `platform` None).

    `office` and `region` are those of the appointment that holds, or held last. `fake`: a person said that the account
    is not this person's. `since`: the day it came into the roster, None where that is not known, or was not asked for.
    `formerly` are the names that it ever carried.
    """

    person_id: int
    name: str
    office: str
    region: str
    account_id: int | None = None
    platform: Platform | None = None
    native_id: str = ""
    handle: str = ""
    fake: bool = False
    since: date | None = None
    formerly: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What follows the id of the settings in the account's `source_id`; "" where it cannot be asked for."""
        return self.native_id or (f"@{self.handle}" if self.handle else "")


@dataclass(frozen=True, slots=True)
class Erased:
    """Persons and accounts that stood in the roster of a day and were erased since: nothing is known of them."""

    persons: int = 0
    accounts: int = 0


def entered(db: Database, table: int, zone: tzinfo) -> dict[int, date]:
    """Give the day (of `zone`) on which each row of a table came into the roster, by its key, erased rows too."""
    rows = db.execute(
        "SELECT l.pk, c.at FROM (SELECT pk, min(seq) AS seq FROM row_ledger WHERE tbl=? "
        f"AND tbl IN ({PERSONS}, {ACCOUNTS}) GROUP BY pk) l JOIN audit_chain c ON c.seq = l.seq",
        (table,),
    )
    return {pk: moment(at).astimezone(zone).date() for pk, at in rows}


def erased(db: Database, day: date, zone: tzinfo) -> Erased:
    """Count what stood in the roster by a day and has no row any more."""
    counts = []
    for table, column, number in (("persons", "person_id", PERSONS), ("accounts", "account_id", ACCOUNTS)):
        standing = {row[0] for row in db.execute(f"SELECT {column} FROM {table}")}
        counts.append(sum(at <= day and key not in standing for key, at in entered(db, number, zone).items()))
    return Erased(*counts)


def as_of(db: Database, now: Sequence[Subject], day: date, zone: tzinfo) -> list[Subject]:
    """Give the roster of today as it stood on a day: without what came later, in the offices of that day."""
    persons, accounts = entered(db, PERSONS, zone), entered(db, ACCOUNTS, zone)
    where, fake = offices(db, day), said_fake(db, day, zone)
    found: dict[int, list[Subject]] = {}
    for one in now:
        if persons.get(one.person_id, day) > day:
            continue
        office, region = where.get(one.person_id, ("", ""))
        bare = Subject(one.person_id, one.name, office, region, since=persons.get(one.person_id))
        held = found.setdefault(one.person_id, [])
        if one.account_id is None or accounts.get(one.account_id, day) > day:
            held.append(bare)
            continue
        is_fake = fake.get(one.account_id, one.fake)
        held.append(replace(one, office=office, region=region, fake=is_fake, since=accounts.get(one.account_id)))
    return [one for held in found.values() for one in _without_blanks(held)]


def _without_blanks(held: Sequence[Subject]) -> Sequence[Subject]:
    """Give the accounts of a person; the person alone where none was known."""
    return [one for one in held if one.account_id is not None] or held[:1]


def offices(db: Database, day: date) -> dict[int, tuple[str, str]]:
    """Give office and region of every person on a day: of the appointment that held, else of the last one before."""
    found: dict[int, tuple[str, str]] = {}
    rows = db.execute(
        "SELECT person_id, office, region FROM appointments WHERE since IS NULL OR since <= ? "
        "ORDER BY person_id, (until IS NULL OR until >= ?), coalesce(since, ''), appointment_id",
        (day.isoformat(), day.isoformat()),
    )
    for person_id, office, region in rows:
        found[person_id] = (office, region)
    return found


def said_fake(db: Database, day: date, zone: tzinfo) -> dict[int, bool]:
    """Say of accounts that were ever called somebody else's, or were no longer, whether they were so on a day."""
    found: dict[int, bool] = {}
    later: dict[int, bool] = {}
    rows = db.execute(
        "SELECT account_id, before, after, at FROM account_checks WHERE what=? ORDER BY check_id",
        (Condition.FAKE.value,),
    )
    for account_id, before, after, at in rows:
        if moment(at).astimezone(zone).date() <= day:
            found[account_id] = bool(after)
        else:
            later.setdefault(account_id, bool(before))
    return {**later, **found}


def names(handles: str, day: date | None) -> tuple[str, tuple[str, ...]]:
    """Give the name an account carried on a day (None: today), and all names that it ever carried."""
    spans = [one for one in json.loads(handles) if one.get("handle")]
    ever = tuple(dict.fromkeys(str(one["handle"]) for one in spans))
    if not spans or day is None:
        return (ever[-1] if ever else ""), ever
    text = day.isoformat()
    then = [one for one in spans if (one.get("since") or "") <= text <= (one.get("until") or "9")]
    return str((then or spans)[-1]["handle"]), ever
