# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""The roster as it stands, and what changes it: imports, and what people find out about accounts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlite_utils import Database

from monitor.errors import ConflictError, NotAllowedError
from monitor.models import Account, Change, Condition, Confidence, Person, RosterChange
from monitor.store import ownership, people
from monitor.store.audit import Audit
from monitor.store.codec import dumps
from monitor.store.connection import Connection
from monitor.store.guard import TABLES, Cell, Ledger
from monitor.store.ownership import AccountCheck, Missing
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
                ownership.judge_again(db, sorted(work.touched))
                payload = {one.value: number for one, number in counts.items()}
                self._audit.append(
                    db, work.ledger, action="impor_daftar", subject="daftar", payload=payload, user_id=user_id
                )
        return counts

    def set_confidence(
        self,
        account_id: int,
        confidence: Confidence,
        seen: Sequence[str],
        user_id: int | None,
        *,
        flag_id: int = 0,
        expected: Confidence | None = None,
    ) -> Account:
        """Record how sure a person is, with what was seen; a later import never lowers it.

        What speaks for the account joins its facts; what lowered the confidence stands in the event alone. The open
        flags of the person are judged again by the next screening. `expected` is what the user saw, None = whatever.

        Raises:
            ConflictError: somebody changed it meanwhile.
            NotAllowedError: nothing was seen; `terverifikasi` lacks something (`missing`); no such account.
        """
        with self._connection.transaction(durable=True) as db:
            cells, facts = _cells(db, account_id), ownership.said(seen)
            before = Confidence(str(cells["confidence"]))
            if expected is not None and expected is not before:
                raise ConflictError("orang lain sudah mengubah keyakinan akun ini — muat ulang halamannya")
            joined = ownership.said([*json.loads(str(cells["facts"])), *facts])
            if confidence is Confidence.VERIFIED:
                _check_verified(ownership.missing(db, account_id, facts), user_id)
            if not facts:
                raise NotAllowedError("sebutkan apa yang dilihat — perubahan keyakinan tanpa dasar tidak disimpan")
            kept = joined if confidence.rank >= before.rank else json.loads(str(cells["facts"]))
            cells |= {"confidence": confidence.value, "facts": dumps(kept), "set_by_person": 1}
            event = (ownership.CONFIDENCE, before.value, confidence.value, "\n".join(facts))
            payload = {"keyakinan": confidence.value, "dari": before.value, "jumlah_fakta": len(kept)}
            return self._write(db, cells, "keyakinan_akun", payload, (user_id, flag_id, event))

    def set_condition(
        self,
        account_id: int,
        condition: Condition,
        user_id: int | None,
        *,
        present: bool,
        seen: str,
        flag_id: int = 0,
    ) -> Account:
        """Set or clear what is special about an account; each condition blocks forwarding while it stands.

        Raises:
            NotAllowedError: nothing was seen, or no such account.
        """
        with self._connection.transaction(durable=True) as db:
            cells, facts = _cells(db, account_id), ownership.said([seen])
            if not facts:
                raise NotAllowedError("sebutkan apa yang dilihat — perubahan keadaan tanpa dasar tidak disimpan")
            held = set(json.loads(str(cells["conditions"])))
            stays = held - {condition.value} | ({condition.value} if present else set())
            cells |= {"conditions": dumps(sorted(stays)), "set_by_person": 1}
            event = (condition.value, "ada" if condition.value in held else "", "ada" if present else "", facts[0])
            payload = {"keadaan": condition.value, "ada": present}
            return self._write(db, cells, "keadaan_akun", payload, (user_id, flag_id, event))

    def checks(self, account_id: int, limit: int = 50) -> list[AccountCheck]:
        """Give what people changed on an account, newest first."""
        return ownership.checks(self._connection.db, account_id, limit)

    def missing(self, account_id: int, more: Sequence[str] = ()) -> tuple[Missing, ...]:
        """Give what an account lacks to be `terverifikasi`, `more` facts counted in."""
        return ownership.missing(self._connection.db, account_id, more)

    def _write(
        self,
        db: Database,
        cells: dict[str, Cell],
        action: str,
        payload: Mapping[str, object],
        event: tuple[int | None, int, tuple[str, str, str, str]],
    ) -> Account:
        (user_id, flag_id, change), ledger = event, Ledger()
        account = people.account(list(cells.values())[:-1])
        ledger.replace(db, "accounts", list(cells.values()))
        ownership.append(db, ledger, (account.account_id, user_id, flag_id, *change), self._clock())
        ownership.judge_again(db, [account.person_id])
        subject = f"akun:{account.account_id}"
        self._audit.append(db, ledger, action=action, subject=subject, payload=payload, user_id=user_id)
        return account


_LACKING = {
    Missing.FACTS: "dua fakta yang berbeda, misalnya pengakuan tertulis dan kartu pegawai",
    Missing.NIP: "NIP orangnya di daftar",
    Missing.OFFICE: "instansi orangnya di daftar",
}


def _check_verified(lacks: Sequence[Missing], user_id: int | None) -> None:
    wanted = [_LACKING[one] for one in lacks] + ([] if user_id is not None else ["petugas yang memastikannya"])
    if wanted:
        raise NotAllowedError(f"`terverifikasi` masih perlu {'; '.join(wanted)} — lengkapi dahulu atau pilih `cocok`")


def folded(text: str) -> str:
    """Casefold and keep letters and digits, as the import's keys do; all else is one space."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text.casefold()).split())


def _cells(db: Database, account_id: int) -> dict[str, Cell]:
    row = db.execute(f"SELECT {','.join(_COLUMNS)} FROM accounts WHERE account_id=?", (account_id,)).fetchone()
    if row is None:
        raise NotAllowedError(f"akun {account_id} tidak ada — muat ulang halamannya")
    return dict(zip(_COLUMNS, row, strict=True))
