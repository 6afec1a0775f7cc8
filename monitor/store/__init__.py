"""The database of one office: `Store.open(path, clock)`, then one part a table family."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from argon2 import PasswordHasher

from monitor.models import Screened
from monitor.store import backup
from monitor.store.absences import Absences, Withdrawn
from monitor.store.audit import Audit, AuditReport, Entry, Head
from monitor.store.cases import OpinionVersion
from monitor.store.connection import Connection
from monitor.store.decisions import Decisions
from monitor.store.flags import Counts, Flags
from monitor.store.items import Items, Saved
from monitor.store.learning import Learning, Lesson
from monitor.store.queue import Neighbours, QueuePage, QueueQuery
from monitor.store.reading import Looked, Reading, Stretch, Verdict
from monitor.store.roster import RosterTable
from monitor.store.rulebook import Event, Happening, Origin, Rulebook, Tally, Version
from monitor.store.runs import Run, Runs, SourceStatus
from monitor.store.samples import Bin, Drawn, Judged, Samples
from monitor.store.sampling import Missed
from monitor.store.screening import SavedFlags
from monitor.store.users import Users
from monitor.store.wording import Wording

__all__ = [
    "AuditReport",
    "Bin",
    "Counts",
    "Drawn",
    "Entry",
    "Event",
    "Happening",
    "Head",
    "Judged",
    "Learning",
    "Lesson",
    "Looked",
    "Missed",
    "Neighbours",
    "OpinionVersion",
    "Origin",
    "QueuePage",
    "QueueQuery",
    "Reading",
    "Rulebook",
    "Run",
    "Samples",
    "Saved",
    "SavedFlags",
    "SourceStatus",
    "Store",
    "Stretch",
    "Tally",
    "Verdict",
    "Version",
    "Withdrawn",
]


class Store:
    """One SQLite file; safe to use from many threads and beside other processes."""

    def __init__(
        self, connection: Connection, clock: Callable[[], datetime], hasher: PasswordHasher | None = None
    ) -> None:
        self._connection = connection
        self.audit = Audit(connection, clock)
        self.items = Items(connection, self.audit, clock)
        self.absences = Absences(connection)
        self.runs = Runs(connection, clock)
        self.roster = RosterTable(connection, self.audit, clock)
        self.flags = Flags(connection, self.audit, clock)
        self.decisions = Decisions(connection, self.audit, clock)
        self.rulebook = Rulebook(connection, self.audit, clock)
        self.samples = Samples(connection, self.audit, clock)
        self.learning = Learning(connection, self.samples)
        self.reading = Reading(connection)
        self.wording = Wording(connection)
        self.users = Users(connection, self.audit, hasher or PasswordHasher())

    @classmethod
    def open(cls, path: Path, clock: Callable[[], datetime], hasher: PasswordHasher | None = None) -> Self:
        """Open the database, made if it is not there, brought up to date if it is older.

        `hasher` sets the cost of passwords (argon2id).

        Raises:
            StoreError: another program's database, a newer Netra's, or a folder that cannot be written.
        """
        store = cls(Connection(path), clock, hasher)
        try:
            if not store.audit.started:
                store.audit.start(path.name)
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def read_only(cls, path: Path, clock: Callable[[], datetime]) -> Self:
        """Open a database that is there and up to date, for reading alone, beside whoever writes.

        Raises:
            StoreError: no database of this Netra.
        """
        return cls(Connection(path, read_only=True), clock)

    def save_screening(self, results: Sequence[Screened], run_id: int, digest: str, *, again: bool) -> SavedFlags:
        """Store a batch of a screening whole: flags, what was looked at, counts and sample. All or nothing.

        A process killed between two of them would leave items that no count and no sample ever knew of.

        Raises:
            StoreFullError: the disk is full; nothing of the batch was stored.
        """
        with self._connection.transaction() as db:
            saved = self.flags.save_in(db, results, run_id, digest)
            self.samples.record_in(db, results, run_id, digest, again=again)
        return saved

    def backup(self, target: Path) -> None:
        """Copy the database, consistently, while it is in use; see `backup.backup`."""
        backup.backup(self._connection, target)

    def integrity(self) -> tuple[str, ...]:
        """Let SQLite check pages, indexes and references; one line a fault, none = whole."""
        db = self._connection.db
        faults = [str(row[0]) for row in db.execute("PRAGMA quick_check(20)") if row[0] != "ok"]
        faults += [
            f"baris {row[1]} tabel {row[0]} merujuk yang tidak ada" for row in db.execute("PRAGMA foreign_key_check")
        ]
        return tuple(faults)

    def tables(self) -> tuple[str, ...]:
        """Name every table, in order."""
        return tuple(sorted(name for name in self._connection.db.table_names() if not name.startswith("sqlite_")))

    def close(self) -> None:
        """Close the connections of every thread."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
