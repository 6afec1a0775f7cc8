# ruff: noqa: S608 -- only constants and question marks are put into SQL; every value is bound
"""Packages between offices: counting what an office may tell of its flags, keeping what others told it.

What was received lives in tables of its own and is never mixed with the office's flags. Of each sender only the newest
package is kept whole; an older one never comes over it, and the same one twice changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.errors import ConflictError
from monitor.store.audit import Audit
from monitor.store.codec import clean, moment, stamp
from monitor.store.connection import Connection
from monitor.store.guard import Ledger, next_key

_DERIVED = ("received_bodies", "received_figures", "received_runs", "received_flags")


@dataclass(frozen=True, slots=True)
class FlagFact:
    """What may be told of a standing flag. `forms` and `rules` are codes; times are aware UTC."""

    number: int
    region: str
    phase: str
    state: str
    level: str
    kind: str
    platform: str
    forms: tuple[str, ...]
    rules: tuple[str, ...]
    raised_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Parcel:
    """A package that was checked, ready to be kept; `body` and `signature` as they were signed.

    `figures` are (region key, region, phase, what, name, value), `runs` and `flags` rows of their tables without the
    package.
    """

    sender: str
    number: int
    sha256: str
    made_at: datetime
    office: str
    region: str
    fingerprint: str
    body: str
    signature: str
    figures: Sequence[tuple[str, str, str, str, str, float]]
    runs: Sequence[tuple[str, str, str, int, int, float, str]]
    flags: Sequence[tuple[int, str, str, str, str, str, str, str, str, str, str, str | None]]


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest package of a sender."""

    package_id: int
    sender: str
    number: int
    made_at: datetime
    received_at: datetime
    office: str
    region: str


@dataclass(frozen=True, slots=True)
class Told:
    """One number that a sender told of a region in a phase; `region_key` is its folded name."""

    package_id: int
    region_key: str
    region: str
    phase: str
    what: str
    name: str
    value: float


@dataclass(frozen=True, slots=True)
class ToldRun:
    """A phase run that a sender told of; `fingerprint` is that of the key of its report, "" = unsigned."""

    package_id: int
    name: str
    phase: str
    finished_at: datetime
    items: int
    flagged: int
    share: float
    fingerprint: str


class Packages:
    """What goes out to other offices, and what came from them."""

    def __init__(self, connection: Connection, audit: Audit, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock

    # ------------------------------------------------------------------- out

    def facts(self, regions: Sequence[str], phases: Sequence[str], states: Sequence[str]) -> Iterator[FlagFact]:
        """Give what may be told of every standing flag of these regions, phases and states, by number."""
        rows = self._connection.db.execute(
            "SELECT f.flag_id, f.region, f.phase, f.state, f.level, f.kind, f.platform, f.created_at, d.decided_at, "
            "(SELECT json_group_array(m.value) FROM flag_marks m WHERE m.flag_id = f.flag_id AND m.kind = 'bentuk'), "
            "(SELECT json_group_array(m.value) FROM flag_marks m WHERE m.flag_id = f.flag_id AND m.kind = 'aturan') "
            "FROM flags f LEFT JOIN decisions d ON d.decision_id = f.decision_id WHERE f.withdrawn = 0 "
            "AND f.region IN (SELECT value FROM json_each(?)) AND f.phase IN (SELECT value FROM json_each(?)) "
            "AND f.state IN (SELECT value FROM json_each(?)) ORDER BY f.flag_id",
            tuple(json.dumps(list(some)) for some in (regions, phases, states)),
        )
        for number, region, phase, state, level, kind, platform, raised, decided, forms, rules in rows:
            yield FlagFact(
                number, region, phase, state, level, kind, platform, tuple(sorted(json.loads(forms))),
                tuple(sorted(json.loads(rules))), moment(raised), moment(decided) if decided else None,
            )  # fmt: skip

    def regions(self) -> list[str]:
        """Name every region that a standing flag lies in."""
        rows = self._connection.db.execute("SELECT DISTINCT region FROM flags WHERE withdrawn = 0 ORDER BY region")
        return [row[0] for row in rows]

    def last_sent(self, receiver: str) -> int:
        """Give the number of the newest package for a receiver, 0 for none."""
        row = self._connection.db.execute(
            "SELECT coalesce(max(number), 0) FROM packages_sent WHERE receiver = ?", (clean(receiver),)
        ).fetchone()
        return int(row[0])

    def note_sent(self, receiver: str, number: int, sha256: str, made_at: datetime, scope: str) -> None:
        """Write down that a package was made, with the digest of its body and what the receiver may see (JSON)."""
        with self._connection.transaction(durable=True) as db:
            ledger, key = Ledger(), next_key(db, "packages_sent")
            ledger.insert(db, "packages_sent", [(key, clean(receiver), number, sha256, stamp(made_at), scope)])
            self._audit.append(
                db, ledger, action="paket_kirim", subject=f"paket_kantor:{number}",
                payload={"penerima": receiver, "sidik": sha256, "lingkup": json.loads(scope)},
            )  # fmt: skip

    # ------------------------------------------------------------------- in

    def receive(self, parcel: Parcel) -> bool:
        """Keep a package that was checked; False where this very one was kept before: nothing changes then.

        Raises:
            ConflictError: a newer one of the sender is here, or another one of the same number.
        """
        with self._connection.transaction(durable=True) as db:
            held = db.execute(
                "SELECT sha256 FROM packages_received WHERE sender = ? AND number = ?", (parcel.sender, parcel.number)
            ).fetchone()
            if held is not None and held[0] == parcel.sha256:
                return False
            if held is not None:
                raise ConflictError(
                    f"paket nomor {parcel.number} dari {parcel.sender} sudah diterima dengan isi lain — tanyakan "
                    "kepada kantor pengirim; tidak ada yang diubah"
                )
            newest = db.execute(
                "SELECT coalesce(max(number), 0), max(made_at) FROM packages_received WHERE sender = ?",
                (parcel.sender,),
            ).fetchone()
            if newest[0] > parcel.number:
                raise ConflictError(
                    f"paket ini lebih lama daripada yang sudah diterima dari {parcel.sender} "
                    f"({moment(newest[1]):%d-%m-%Y}) — tidak ada yang diubah"
                )
            self._write(db, parcel)
        return True

    def _write(self, db: Database, one: Parcel) -> None:
        ledger, key = Ledger(), next_key(db, "packages_received")
        row = (key, one.sender, one.number, one.sha256, stamp(one.made_at), stamp(self._clock()), one.office,
               one.region, one.fingerprint)  # fmt: skip
        ledger.insert(db, "packages_received", [row])
        for table in _DERIVED:
            db.execute(
                f"DELETE FROM {table} WHERE package_id IN (SELECT package_id FROM packages_received WHERE sender = ?)",
                (one.sender,),
            )
        db.execute("INSERT INTO received_bodies VALUES (?,?,?)", (key, one.body, one.signature))
        for table, rows in (("figures", one.figures), ("runs", one.runs), ("flags", one.flags)):
            width = {"figures": 7, "runs": 8, "flags": 13}[table]
            db.conn.executemany(
                f"INSERT INTO received_{table} VALUES ({','.join('?' * width)})",
                ((key, *cells) for cells in rows),
            )
        self._audit.append(
            db, ledger, action="paket_terima", subject=f"paket_kantor:{one.number}",
            payload={"pengirim": one.sender, "sidik": one.sha256, "kunci": one.fingerprint},
        )  # fmt: skip

    # ------------------------------------------------------------------- reading

    def newest(self) -> list[Newest]:
        """Give the newest package of every sender, by sender."""
        rows = self._connection.db.execute(
            "SELECT p.package_id, p.sender, p.number, p.made_at, p.received_at, p.office, p.region "
            "FROM packages_received p JOIN received_bodies b ON b.package_id = p.package_id ORDER BY p.sender"
        )
        return [Newest(a, b, c, moment(d), moment(e), f, g) for a, b, c, d, e, f, g in rows]

    def told(self) -> list[Told]:
        """Give every number of the newest packages."""
        rows = self._connection.db.execute(
            "SELECT package_id, region_key, region, phase, what, name, value FROM received_figures "
            "ORDER BY package_id, region_key, phase, what, name"
        )
        return [Told(*row) for row in rows]

    def runs(self) -> list[ToldRun]:
        """Give every phase run of the newest packages, the youngest first."""
        rows = self._connection.db.execute(
            "SELECT package_id, name, phase, finished_at, items, flagged, share, fingerprint FROM received_runs "
            "ORDER BY finished_at DESC, name"
        )
        return [ToldRun(a, b, c, moment(d), e, f, g, h) for a, b, c, d, e, f, g, h in rows]

    def body(self, sender: str) -> tuple[str, str] | None:
        """Give body and signature of a sender's newest package as they were signed; None where there is none."""
        row = self._connection.db.execute(
            "SELECT b.body, b.signature FROM received_bodies b JOIN packages_received p USING (package_id) "
            "WHERE p.sender = ?",
            (sender,),
        ).fetchone()
        return (row[0], row[1]) if row is not None else None

    def version(self) -> int:
        """Give a mark that changes with every package that comes in."""
        return int(self._connection.db.execute("SELECT count(*) FROM packages_received").fetchone()[0])
