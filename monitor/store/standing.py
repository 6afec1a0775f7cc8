# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""Flags outside the queue: held back with a stopped rule, or withdrawn by a person; nothing of them goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.models import Flag, Standing, State
from monitor.store import cases
from monitor.store.acts import overtake
from monitor.store.audit import Audit
from monitor.store.codec import clean, moment, stamp
from monitor.store.connection import Connection
from monitor.store.guard import Cell, Ledger, next_key

_OPEN = (State.NEW.value, State.IN_REVIEW.value)


@dataclass(frozen=True, slots=True)
class Why:
    """Why flags were put aside: which rule or file, by whom (None = the machine), with which note, when."""

    rule: str
    user_id: int | None
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Aside:
    """A flag that stands aside, and why."""

    flag: Flag
    standing: Standing
    why: Why


@dataclass(frozen=True, slots=True)
class OpenFlag:
    """A flag nobody has decided. `reviewed`: somebody is on it."""

    flag_id: int
    item_id: int
    person_id: int
    reviewed: bool


def put(db: Database, ledger: Ledger, flag_ids: Sequence[int], standing: Standing, why: Why) -> None:
    """Append to each flag an opinion like its newest, standing otherwise; the caller ends with an audit entry."""
    key, rows, moved = next_key(db, "flag_opinions"), list[tuple[Cell, ...]](), list[tuple[int, int, int]]()
    for place, flag_id in enumerate(flag_ids):
        number, item_id, version, run_id, payload = db.execute(
            "SELECT (SELECT max(number) FROM flag_opinions n WHERE n.flag_id = f.flag_id), o.item_id, o.version, "
            "o.run_id, o.payload FROM flags f JOIN flag_opinions o ON o.opinion_id = f.opinion_id WHERE f.flag_id = ?",
            (flag_id,),
        ).fetchone()
        rows.append(
            (key + place, flag_id, number + 1, item_id, version, run_id, standing.value, payload, stamp(why.at), 0)
        )
        moved.append((key + place, standing.value, flag_id))
    ledger.insert(db, "flag_opinions", rows)
    db.conn.executemany("UPDATE flags SET opinion_id=?, withdrawn=? WHERE flag_id=?", moved)
    explain(db, [(flag_id, standing, why.rule) for flag_id in flag_ids], why)


def explain(db: Database, flags: Iterable[tuple[int, Standing, str]], why: Why) -> None:
    """Say why flags stand where they do (flag, standing, rule); one that stands in the queue needs no reason."""
    some = list(flags)
    db.conn.executemany("DELETE FROM flag_asides WHERE flag_id = ?", [(flag_id,) for flag_id, _, _ in some])
    db.conn.executemany(
        "INSERT INTO flag_asides VALUES (?,?,?,?,?,?)",
        [
            (flag_id, standing.value, clean(rule), why.user_id, clean(why.note), stamp(why.at))
            for flag_id, standing, rule in some
            if standing in {Standing.HELD, Standing.WITHDRAWN}
        ],
    )


class Asides:
    """Reads flags that stand aside, and moves open ones as an approver chose."""

    def __init__(self, connection: Connection, audit: Audit, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock

    def of_rule(self, rule: str, limit: int = 50) -> list[Aside]:
        """Give flags that stand aside because of a rule (its id) or a file (its path), newest first; "" = of all."""
        with self._connection.snapshot() as db:
            rows = db.execute(
                "SELECT a.flag_id, a.standing, a.rule, a.user_id, a.note, a.at FROM flag_asides a "
                "WHERE a.rule = ?1 OR ?1 = '' ORDER BY a.flag_id DESC LIMIT ?2",
                (rule, limit),
            ).fetchall()
            flags = {one.flag_id: one for one in cases.load(db, [row[0] for row in rows])}
        return [
            Aside(flags[flag_id], Standing(standing), Why(of, user_id, note, moment(at)))
            for flag_id, standing, of, user_id, note, at in rows
            if flag_id in flags
        ]

    def why(self, flag_id: int) -> tuple[Standing, Why] | None:
        """Give why a flag stands aside, None where it does not."""
        row = self._connection.db.execute(
            "SELECT standing, rule, user_id, note, at FROM flag_asides WHERE flag_id = ?", (flag_id,)
        ).fetchone()
        return None if row is None else (Standing(row[0]), Why(row[1], row[2], row[3], moment(row[4])))

    def counts(self) -> dict[Standing, int]:
        """Count flags that are held back, and those withdrawn by people."""
        rows = self._connection.db.execute("SELECT withdrawn, count(*) FROM flags WHERE withdrawn > 1 GROUP BY 1")
        return {Standing(value): count for value, count in rows}

    def open(self, rules: Iterable[str] | None) -> list[OpenFlag]:
        """Give the flags of the queue in which any of these rules has a part, in order; None = every flag of it."""
        more, values = "", list[str]()
        if rules is not None:
            values = sorted(rules)
            more = (
                " AND EXISTS (SELECT 1 FROM flag_marks m WHERE m.flag_id = f.flag_id AND m.kind = 'aturan' "
                f"AND m.value IN ({','.join('?' * len(values))}))"
            )
        rows = self._connection.db.execute(
            "SELECT f.flag_id, f.item_id, f.person_id, f.state FROM flags f "
            f"WHERE f.withdrawn = 0 AND f.state IN (?,?) AND f.person_id IS NOT NULL{more} ORDER BY f.flag_id",
            [*_OPEN, *values],
        )
        return [OpenFlag(flag, item, person, state == State.IN_REVIEW) for flag, item, person, state in rows]

    def choose(self, path: str, choice: str, user_id: int, note: str, *, withdraw: Sequence[int] = ()) -> None:
        """Write down what an approver chose for the open flags, and withdraw those flags with the note.

        Flags that left the queue meanwhile, or that somebody is on, stay as they are.
        """
        with self._connection.transaction(durable=True) as db:
            ledger = Ledger()
            rows = db.execute(
                "SELECT flag_id FROM flags WHERE flag_id IN (SELECT value FROM json_each(?)) AND withdrawn = 0 "
                "AND state = ? ORDER BY flag_id",
                (str(list(withdraw)), State.NEW.value),
            )
            flags = [row[0] for row in rows]
            put(db, ledger, flags, Standing.WITHDRAWN, Why(path, user_id, note, self._clock()))
            payload = {"pilihan": choice, "alasan": note, "tanda": flags}
            self._audit.append(
                db, ledger, action="tanda_terbuka", subject=f"aturan:{path}", payload=payload, user_id=user_id
            )

    def look_again(self, rules: Iterable[str] | None) -> int:
        """Put before the machine again what open, held back, withdrawn and dropped flags rest on; gives how many items.

        None = of all rules; else flags in which any of these has a part. Decided flags are left alone.
        """
        with self._connection.transaction() as db:
            more, values = "", list[str]()
            if rules is not None:
                values = sorted(rules)
                more = (
                    " AND EXISTS (SELECT 1 FROM flag_marks m WHERE m.flag_id = f.flag_id AND m.kind = 'aturan' "
                    f"AND m.value IN ({','.join('?' * len(values))}))"
                )
            rows = db.execute(
                f"SELECT DISTINCT f.item_id FROM flags f WHERE f.state IN (?,?) AND f.person_id IS NOT NULL{more}",
                [*_OPEN, *values],
            ).fetchall()
            overtake(db, [row[0] for row in rows])
            return len(rows)
