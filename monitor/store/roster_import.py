# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""Carrying out the lines of an import inside one write transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sqlite_utils import Database

from monitor.models import (
    Account,
    AccountRow,
    Appointment,
    Change,
    Confidence,
    HandleSpan,
    PersonKind,
    RosterChange,
    RosterRow,
)
from monitor.store import people
from monitor.store.codec import clean, dumps, encode
from monitor.store.guard import TABLES, Cell, Ledger, next_key
from monitor.store.people import day_text

_DAY = timedelta(days=1)
_ACCOUNT = TABLES["accounts"][1]
_PERSON = TABLES["persons"][1]
_APPOINTMENT = TABLES["appointments"][1]


class RosterImport:
    """One import. Rows that already say the same are not written, so that the ledger holds only changes."""

    def __init__(self, db: Database, today: date) -> None:
        self._db = db
        self._today = today
        self.ledger = Ledger()
        self.touched: set[int] = set()

    def apply(self, change: RosterChange) -> None:
        """Carry out one line."""
        row, before = change.row, len(self.ledger.rows)
        person_id = change.person.person_id if change.person is not None else self._by_nip(row)
        if row is None or change.change is Change.GONE:
            if person_id is not None:
                self._missing(person_id)
            return
        if person_id is None:
            person_id = self._new(row)
        else:
            self._person(person_id, row)
        if row.retired_on is not None or change.change is Change.RETIRED:
            self._retire(person_id, row)
        else:
            self._appoint(person_id, row.appointment)
        for account in row.accounts:
            self._account(person_id, account)
        if len(self.ledger.rows) > before:
            self.touched.add(person_id)

    def claim(self, person_id: int, row: AccountRow) -> None:
        """Add an account that somebody saw this person use; one that the roster holds already stays as it is."""
        if self._find(person_id, row) is None:
            self._account(person_id, row)

    def _by_nip(self, row: RosterRow | None) -> int | None:
        """A person who came in meanwhile, by another import of the same list."""
        if row is None or not row.nip:
            return None
        found = self._db.execute("SELECT person_id FROM person_nips WHERE nip=?", (row.nip,)).fetchone()
        return int(found[0]) if found else None

    def _new(self, row: RosterRow) -> int:
        person_id = next_key(self._db, "persons")
        self.ledger.insert(self._db, "persons", [_person_row(person_id, row)])
        if row.nip:
            self.ledger.insert(self._db, "person_nips", [(person_id, row.nip)])
        return person_id

    def _person(self, person_id: int, row: RosterRow) -> None:
        held = self._db.execute(
            f"SELECT {','.join(_PERSON)} FROM persons WHERE person_id=?",
            (person_id,),
        ).fetchone()
        wanted = _person_row(person_id, row)
        if held is not None and tuple(held) != wanted:
            self.ledger.replace(self._db, "persons", wanted)
        nip = self._db.execute("SELECT nip FROM person_nips WHERE person_id=?", (person_id,)).fetchone()
        if row.nip and nip is None:
            self.ledger.insert(self._db, "person_nips", [(person_id, row.nip)])
        elif row.nip and nip[0] != row.nip:
            self.ledger.replace(self._db, "person_nips", (person_id, row.nip))

    def _missing(self, person_id: int) -> None:
        held = self._db.execute(
            f"SELECT {','.join(_PERSON)} FROM persons WHERE person_id=? AND missing_since IS NULL",
            (person_id,),
        ).fetchone()
        if held is not None:
            self.ledger.replace(self._db, "persons", (*held[:-1], day_text(self._today)))

    def _newest(self, person_id: int) -> tuple[int, Appointment] | None:
        """Give the newest appointment, open or closed; an open one stands before any closed one."""
        row = self._db.execute(
            "SELECT appointment_id, kind, office, post, region, since, until FROM appointments WHERE person_id=? "
            "ORDER BY until IS NULL DESC, coalesce(since, '') DESC, appointment_id DESC LIMIT 1",
            (person_id,),
        ).fetchone()
        if row is None:
            return None
        key, kind, office, post, region, since, until = row
        return int(key), Appointment(PersonKind(kind), office, post, region, people.day(since), people.day(until))

    def _appoint(self, person_id: int, wanted: Appointment) -> None:
        """Bring the appointments up to what the list says of today."""
        held = self._newest(person_id)
        if held is None:
            self._insert(person_id, wanted)
            return
        key, old = held
        if _same_post(old, wanted):
            merged = replace(wanted, since=wanted.since or old.since)
            if merged != old:
                self._replace(key, person_id, merged)
            return
        since = wanted.since or self._today
        if old.since is not None and since <= old.since:
            # The new post began no later than the old one: the old entry was a mistake of the list.
            self._replace(key, person_id, replace(wanted, since=since))
            return
        if old.until is None or since <= old.until:
            self._replace(key, person_id, replace(old, until=since - _DAY))
        self._insert(person_id, replace(wanted, since=since))

    def _retire(self, person_id: int, row: RosterRow) -> None:
        """Let the newest appointment end the day before the pension; one that ended earlier stays."""
        held = self._newest(person_id)
        last = (row.retired_on or self._today) - _DAY
        if held is None:
            self._insert(person_id, replace(row.appointment, until=last))
            return
        key, old = held
        if old.until is None or old.until > last:
            self._replace(key, person_id, replace(old, until=max(last, old.since or last)))

    def _insert(self, person_id: int, one: Appointment) -> None:
        key = next_key(self._db, "appointments")
        self.ledger.insert(self._db, "appointments", [_appointment_row(key, person_id, one)])

    def _replace(self, key: int, person_id: int, one: Appointment) -> None:
        self.ledger.replace(self._db, "appointments", _appointment_row(key, person_id, one))

    def _account(self, person_id: int, row: AccountRow) -> None:
        held = self._find(person_id, row)
        if held is None:
            spans = (HandleSpan(clean(row.handle), None, None),) if row.handle else ()
            facts = tuple(dict.fromkeys(row.facts))
            made = Account(
                next_key(self._db, "accounts"), person_id, row.platform, clean(row.native_id), spans,
                _ceiling(row.confidence, row.native_id, facts), row.conditions, facts, row.official,
            )  # fmt: skip
            self.ledger.insert(self._db, "accounts", [_account_row(made, by_person=False)])
            return
        account, by_person = held
        merged = self._merged(account, row, by_person=by_person)
        if merged != account:
            self.ledger.replace(self._db, "accounts", _account_row(merged, by_person=by_person))

    def _merged(self, account: Account, row: AccountRow, *, by_person: bool) -> Account:
        handles = account.handles
        if row.handle and clean(row.handle).casefold() != account.handle.casefold():
            if handles:
                handles = (*handles[:-1], replace(handles[-1], until=self._today - _DAY))
            handles = (*handles, HandleSpan(clean(row.handle), self._today, None))
        native_id = account.native_id or clean(row.native_id)
        facts = tuple(dict.fromkeys([*account.facts, *row.facts]))
        confidence = _ceiling(row.confidence, native_id, facts)
        conditions = row.conditions | account.conditions
        if by_person:
            confidence, conditions = account.confidence, account.conditions
        return replace(
            account,
            native_id=native_id,
            handles=handles,
            confidence=confidence,
            conditions=conditions,
            facts=facts,
            official=row.official,
        )

    def _find(self, person_id: int, row: AccountRow) -> tuple[Account, bool] | None:
        """Find the person's account by its immutable id, else by a handle where one side has no id."""
        mine = [one for one in people.accounts(self._db, [person_id]) if one.platform is row.platform]
        native_id, handle = clean(row.native_id), clean(row.handle).casefold()
        same = [one for one in mine if native_id and one.native_id == native_id] or [
            one
            for one in mine
            if handle
            and not (native_id and one.native_id)
            and handle in {span.handle.casefold() for span in one.handles}
        ]
        if not same:
            return None
        by_person = self._db.execute(
            "SELECT set_by_person FROM accounts WHERE account_id=?", (same[0].account_id,)
        ).fetchone()
        return same[0], bool(by_person[0])


def _ceiling(confidence: Confidence, native_id: str, facts: tuple[str, ...]) -> Confidence:
    """A list alone verifies only what has an immutable id and two facts."""
    if confidence is Confidence.VERIFIED and (not native_id or len({one.casefold() for one in facts}) < 2):
        return Confidence.MATCHED
    return confidence


def _same_post(one: Appointment, other: Appointment) -> bool:
    return (one.kind, one.office, one.post, one.region) == (other.kind, other.office, other.post, other.region)


def _person_row(person_id: int, row: RosterRow) -> tuple[Cell, ...]:
    return (
        person_id, clean(row.name), clean(row.full_name), int(row.spouse_of_candidate), day_text(row.leave_since),
        day_text(row.leave_until), None,
    )  # fmt: skip


def _appointment_row(key: int, person_id: int, one: Appointment) -> tuple[Cell, ...]:
    return (
        key, person_id, one.kind.value, clean(one.office), clean(one.post), clean(one.region), day_text(one.since),
        day_text(one.until),
    )  # fmt: skip


def _account_row(one: Account, *, by_person: bool) -> tuple[Cell, ...]:
    handles = [encode(HandleSpan, span) for span in one.handles]
    return (
        one.account_id, one.person_id, one.platform.value, one.native_id, dumps(handles), one.confidence.value,
        dumps(sorted(condition.value for condition in one.conditions)), dumps(one.facts), int(one.official),
        int(by_person),
    )  # fmt: skip
