"""Whose cases somebody may neither see nor decide: those of the own office, and of declared relatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from weakref import WeakKeyDictionary

from sqlite_utils import Database

from monitor.errors import NotAllowedError
from monitor.store.audit import Audit
from monitor.store.codec import clean, folded, moment, stamp
from monitor.store.connection import Connection
from monitor.store.guard import Ledger, next_key

LONGEST_VALUE = 200
_COLUMNS = "conflict_id, user_id, kind, value, person_id, by_user, at, ended_by, ended_at"
_REFUSED = (
    "tanda ini menyangkut kantor atau keluarga yang dinyatakan, jadi tidak dapat diputuskan pengguna ini — serahkan "
    "kepada rekan lain"
)


_AsOf = tuple[tuple[int, ...], int]
_BARRED: WeakKeyDictionary[Database, dict[int, tuple[_AsOf, frozenset[int]]]] = WeakKeyDictionary()
"""Whom a user may not see, by connection: each thread has its own."""


class Tie(StrEnum):
    """What ties a user to somebody in the roster."""

    OFFICE = "kantor"
    RELATIVE = "keluarga"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A declaration. `value` is an office or a name, "" once it ended; `person_id` is set where a person was chosen."""

    conflict_id: int
    user_id: int
    kind: Tie
    value: str
    person_id: int | None
    by_user: int
    at: datetime
    ended_by: int | None = None
    ended_at: datetime | None = None


class Conflicts:
    """The declarations, and what follows from them."""

    def __init__(self, connection: Connection, audit: Audit, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock

    def declare(self, user_id: int, kind: Tie, value: str, by_user: int, person_id: int | None = None) -> Conflict:
        """Write a tie down: an office by its name, a relative by name or, surer, by the number of the person.

        Raises:
            NotAllowedError: nothing was named, it is too long, the user is unknown, or it was declared already.
        """
        said = " ".join(clean(value).split())
        if not said and person_id is None:
            raise NotAllowedError("sebutkan nama kantor atau nama keluarga yang dinyatakan")
        if len(said) > LONGEST_VALUE:
            raise NotAllowedError(f"nama paling panjang {LONGEST_VALUE} karakter — singkatkan")
        with self._connection.transaction(durable=True) as db:
            if db.execute("SELECT 1 FROM users WHERE user_id=?", (user_id,)).fetchone() is None:
                raise NotAllowedError(f"pengguna {user_id} tidak ada — periksa namanya")
            if person_id is not None:
                said = said or _name_of(db, person_id)
            held = [one for one in _standing(db, user_id) if one.kind is kind]
            if any((one.person_id, folded(one.value)) == (person_id, folded(said)) for one in held):
                raise NotAllowedError("hubungan itu sudah dinyatakan — tidak perlu dua kali")
            key, at, ledger = next_key(db, "conflicts"), self._clock(), Ledger()
            row = (key, user_id, kind.value, said, person_id, by_user, stamp(at), None, None)
            ledger.insert(db, "conflicts", [row])
            self._audit.append(
                db, ledger, action="konflik_dinyatakan", subject=f"pengguna:{user_id}",
                payload={"jenis": kind.value}, user_id=by_user,
            )  # fmt: skip
        return Conflict(key, user_id, kind, said, person_id, by_user, at)

    def end(self, conflict_id: int, by_user: int) -> None:
        """End a tie; the name goes with it, that there was one stays.

        Raises:
            NotAllowedError: there is no such tie, or it ended already.
        """
        with self._connection.transaction(durable=True) as db:
            row = db.execute(f"SELECT {_COLUMNS} FROM conflicts WHERE conflict_id=?", (conflict_id,)).fetchone()  # noqa: S608
            if row is None or row[8] is not None:
                raise NotAllowedError(f"pernyataan {conflict_id} tidak ada atau sudah berakhir — muat ulang")
            ledger = Ledger()
            ledger.replace(db, "conflicts", [*row[:3], "", *row[4:7], by_user, stamp(self._clock())])
            self._audit.append(
                db, ledger, action="konflik_berakhir", subject=f"pengguna:{row[1]}", payload={"jenis": row[2]},
                user_id=by_user,
            )  # fmt: skip

    def of(self, user_id: int) -> list[Conflict]:
        """Give the ties that stand, oldest first."""
        return _standing(self._connection.db, user_id)

    def everybody(self) -> list[Conflict]:
        """Give every tie that stands, by user."""
        rows = self._connection.db.execute(
            f"SELECT {_COLUMNS} FROM conflicts WHERE ended_at IS NULL ORDER BY user_id, conflict_id"  # noqa: S608
        )
        return [_conflict(row) for row in rows]

    def persons(self, user_id: int) -> frozenset[int]:
        """Give everybody in the roster whose cases this user may not see; cheap where nothing is declared."""
        with self._connection.snapshot() as db:
            return persons(db, user_id)

    def bars(self, user_id: int, flag_id: int) -> bool:
        """Tell whether a user is too near to the person of a flag."""
        return bars(self._connection.db, user_id, flag_id)


def persons(db: Database, user_id: int) -> frozenset[int]:
    """Give everybody in the roster whose cases this user may not see, as seen from inside a transaction."""
    ties = _standing(db, user_id)
    if not ties:
        return frozenset()
    # Reading a large roster takes longer than a page may; it is read again when ties or roster changed.
    as_of = (tuple(one.conflict_id for one in ties), _roster_seq(db))
    held = _BARRED.setdefault(db, {})
    if user_id not in held or held[user_id][0] != as_of:
        held[user_id] = (as_of, _look_up(db, ties))
    return held[user_id][1]


def _roster_seq(db: Database) -> int:
    row = db.execute("SELECT coalesce(max(seq), 0) FROM audit_chain WHERE subject = 'daftar'").fetchone()
    return int(row[0])


def _look_up(db: Database, ties: Sequence[Conflict]) -> frozenset[int]:
    found = {one.person_id for one in ties if one.person_id is not None}
    names = {folded(one.value) for one in ties if one.kind is Tie.RELATIVE and one.person_id is None}
    offices = {folded(one.value) for one in ties if one.kind is Tie.OFFICE}
    if names:
        rows = db.execute("SELECT person_id, name, full_name FROM persons")
        found |= {row[0] for row in rows if {folded(row[1]), folded(row[2])} & names}
    if offices:
        rows = db.execute("SELECT DISTINCT person_id, office FROM appointments")
        found |= {row[0] for row in rows if folded(row[1]) in offices}
    return frozenset(found)


def bars(db: Database, user_id: int, flag_id: int) -> bool:
    """Tell whether a user is too near to the person of a flag, as seen from inside a transaction."""
    ties = _standing(db, user_id)
    if not ties:
        return False
    row = db.execute(
        "SELECT p.person_id, p.name, p.full_name FROM flags f JOIN persons p ON p.person_id = f.person_id "
        "WHERE f.flag_id=?",
        (flag_id,),
    ).fetchone()
    if row is None:
        return False
    names = {folded(row[1]), folded(row[2])}
    places = {folded(one[0]) for one in db.execute("SELECT office FROM appointments WHERE person_id=?", (row[0],))}
    return any(
        one.person_id == row[0]
        or (one.kind is Tie.RELATIVE and one.person_id is None and folded(one.value) in names)
        or (one.kind is Tie.OFFICE and folded(one.value) in places)
        for one in ties
    )


def refuse_person(db: Database, user_id: int, person_id: int) -> None:
    """Stop a step about a person whom a user is too near to.

    Raises:
        NotAllowedError: the user declared, or was declared to have, a tie to the person or the person's office.
    """
    if person_id in persons(db, user_id):
        raise NotAllowedError(_REFUSED)


def refuse(db: Database, user_id: int, flag_id: int) -> None:
    """Stop a step by somebody who is too near.

    Raises:
        NotAllowedError: the user declared, or was declared to have, a tie to the person's office or to the person.
    """
    if bars(db, user_id, flag_id):
        raise NotAllowedError(_REFUSED)


def _standing(db: Database, user_id: int) -> list[Conflict]:
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM conflicts WHERE user_id=? AND ended_at IS NULL ORDER BY conflict_id",  # noqa: S608
        (user_id,),
    )
    return [_conflict(row) for row in rows]


def _conflict(row: tuple[int, int, str, str, int | None, int, str, int | None, str | None]) -> Conflict:
    key, user_id, kind, value, person_id, by_user, at, ended_by, ended_at = row
    return Conflict(
        key, user_id, Tie(kind), value, person_id, by_user, moment(at), ended_by, moment(ended_at) if ended_at else None
    )


def _name_of(db: Database, person_id: int) -> str:
    row = db.execute("SELECT name FROM persons WHERE person_id=?", (person_id,)).fetchone()
    if row is None:
        raise NotAllowedError(f"orang {person_id} tidak ada di daftar — pilih dari hasil pencarian")
    return str(row[0])
