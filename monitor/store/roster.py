# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""The roster as it stands, and what changes it: imports, and what people find out about accounts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlite_utils import Database

from monitor.errors import NotAllowedError
from monitor.models import Account, Change, Condition, Confidence, Person, RosterChange
from monitor.store import people
from monitor.store.audit import Audit
from monitor.store.codec import clean, dumps
from monitor.store.connection import Connection
from monitor.store.guard import TABLES, Cell, Ledger
from monitor.store.roster_import import RosterImport

_COLUMNS = TABLES["accounts"][1]


class RosterTable:
    """Persons, appointments, accounts. The NIP stands in a table of its own and leaves it only as a key."""

    def __init__(self, connection: Connection, audit: Audit, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock

    def persons(self) -> list[Person]:
        """Give every person with all appointments."""
        with self._connection.snapshot() as db:
            return people.persons(db)

    def accounts(self) -> list[Account]:
        """Give every account with its handles."""
        return people.accounts(self._connection.db)

    def known(self) -> dict[str, Person]:
        """Give persons by "nip:<18 digits>" where known and by "nama:<name>|<office>"; never shown or logged."""
        with self._connection.snapshot() as db:
            persons = {one.person_id: one for one in people.persons(db)}
            nips = db.execute("SELECT nip, person_id FROM person_nips").fetchall()
        found = {f"nip:{nip}": persons[person_id] for nip, person_id in nips}
        for person in persons.values():
            for one in person.appointments:
                if one.until is None:
                    found.setdefault(f"nama:{folded(person.name)}|{folded(one.office)}", person)
        return found

    def keys(self) -> dict[str, int]:
        """Give person ids by the keys of `known`."""
        return {key: person.person_id for key, person in self.known().items()}

    def apply(self, changes: Sequence[RosterChange], *, user_id: int | None = None) -> Mapping[Change, int]:
        """Carry out what an import showed, all or nothing; gives how many of each change.

        A move closes the old appointment the day before the new one; a person who is gone from the list stays, marked.
        What a person set on an account is never lowered. Applying the same list again changes nothing.
        """
        counts = dict.fromkeys(Change, 0)
        today = self._clock().date()
        with self._connection.transaction(durable=True) as db:
            work = RosterImport(db, today)
            for change in changes:
                work.apply(change)
                counts[change.change] += 1
            if work.ledger.rows:
                payload = {one.value: number for one, number in counts.items()}
                self._audit.append(
                    db, work.ledger, action="impor_daftar", subject="daftar", payload=payload, user_id=user_id
                )
        return counts

    def set_confidence(
        self, account_id: int, confidence: Confidence, facts: Sequence[str], user_id: int | None
    ) -> Account:
        """Record how sure a person is; `facts` join those known. A later import never lowers it.

        Raises:
            NotAllowedError: `terverifikasi` with fewer than two different facts, or no such account.
        """
        with self._connection.transaction(durable=True) as db:
            cells = _cells(db, account_id)
            named = [clean(" ".join(fact.split())) for fact in facts]
            joined = list(dict.fromkeys([*json.loads(str(cells["facts"])), *(one for one in named if one)]))
            if confidence is Confidence.VERIFIED and len({one.casefold() for one in joined}) < 2:
                raise NotAllowedError(
                    "`terverifikasi` perlu dua fakta yang berbeda, misalnya pengakuan tertulis dan kartu pegawai — "
                    "tambahkan faktanya atau pilih `cocok`"
                )
            cells |= {"confidence": confidence.value, "facts": dumps(joined), "set_by_person": 1}
            payload = {"keyakinan": confidence.value, "jumlah_fakta": len(joined)}
            return self._write(db, cells, "keyakinan_akun", payload, user_id)

    def set_condition(self, account_id: int, condition: Condition, user_id: int | None, *, present: bool) -> Account:
        """Set or clear what is special about an account; each condition blocks forwarding while it stands."""
        with self._connection.transaction(durable=True) as db:
            cells = _cells(db, account_id)
            held = set(json.loads(str(cells["conditions"]))) - {condition.value}
            cells["conditions"] = dumps(sorted(held | ({condition.value} if present else set())))
            cells["set_by_person"] = 1
            payload = {"keadaan": condition.value, "ada": present}
            return self._write(db, cells, "keadaan_akun", payload, user_id)

    def _write(
        self, db: Database, cells: dict[str, Cell], action: str, payload: Mapping[str, object], user_id: int | None
    ) -> Account:
        ledger = Ledger()
        ledger.replace(db, "accounts", list(cells.values()))
        subject = f"akun:{cells['account_id']}"
        self._audit.append(db, ledger, action=action, subject=subject, payload=payload, user_id=user_id)
        return people.account(list(cells.values())[:-1])


def folded(text: str) -> str:
    """Casefold and keep letters and digits, as the import's keys do; all else is one space."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text.casefold()).split())


def _cells(db: Database, account_id: int) -> dict[str, Cell]:
    row = db.execute(f"SELECT {','.join(_COLUMNS)} FROM accounts WHERE account_id=?", (account_id,)).fetchone()
    if row is None:
        raise NotAllowedError(f"akun {account_id} tidak ada — muat ulang halamannya")
    return dict(zip(_COLUMNS, row, strict=True))
