"""The database of one office: `Store.open(path, clock)`, then one part a table family."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from types import TracebackType
from typing import Self

from argon2 import PasswordHasher

from monitor.models import Screened
from monitor.store import acts as past
from monitor.store import backup
from monitor.store.absences import Absences, Withdrawn
from monitor.store.acts import Acts
from monitor.store.alarms import Alarms, Canary, Shape, Silence
from monitor.store.apidata import ASK_AFTER, ERASE_AFTER, Aging, ApiData
from monitor.store.audit import Audit, AuditReport, Entry, Head
from monitor.store.breaker import Breaker, Ending, Share, Stop, Watch
from monitor.store.bulk import Bulk
from monitor.store.burial import Burial, FileKind
from monitor.store.captures import Becoming, Captures, StoredCapture
from monitor.store.cases import OpinionVersion, said_of, said_to
from monitor.store.codec import decode as thawed_as
from monitor.store.codec import encode as written_as
from monitor.store.conflicts import Conflict, Conflicts, Tie
from monitor.store.connection import Connection
from monitor.store.coverage import Coverage, Standing, Subject
from monitor.store.custody import Custody, CustodyEntry, NewPiece, Piece, PieceKind, Touch
from monitor.store.dashboard import Dashboard
from monitor.store.day import Days, Explained, bounds
from monitor.store.deadlines import CaseTimes, Deadlines
from monitor.store.decisions import Decisions
from monitor.store.departures import Departures, Left
from monitor.store.documents import Documents, Draft, Witness
from monitor.store.due import Due, DueWhy
from monitor.store.due import Stage as ReviewStage
from monitor.store.factors import Factors
from monitor.store.flags import Counts, Flags
from monitor.store.frozen import Frozen, LateItem, Watermark
from monitor.store.groups import Groups, Member, Placed
from monitor.store.guards import FORMS, EvidenceCheck, Lack
from monitor.store.identities import Attempt, Identities, IdentityKind
from monitor.store.inventory import Held, Inventory
from monitor.store.invitations import Invitations
from monitor.store.items import Items, Saved
from monitor.store.learning import Learning, Lesson
from monitor.store.leases import Leases
from monitor.store.lockouts import Lockouts, Pressure
from monitor.store.lookup import Found, Lookup
from monitor.store.outcomes import HANDED_ON, Answer, Outcome, OutcomeGround, Outcomes, Proof, Result
from monitor.store.packages import Packages
from monitor.store.postponed import Postponed
from monitor.store.probes import Probes
from monitor.store.process import Process
from monitor.store.queue import Mine, Neighbours, Order, QueuePage, QueueQuery
from monitor.store.quota import Quota
from monitor.store.reading import Looked, Reading, Stretch, Verdict
from monitor.store.recordings import Recording, Recordings
from monitor.store.rereading import Rereading
from monitor.store.retention import Holding, RetentionView
from monitor.store.reviews import Rating, Reviews, Said
from monitor.store.roster import RosterTable
from monitor.store.rulebook import NOT_OF_THE_TEXT, Event, Happening, Origin, Rulebook, Tally, Version
from monitor.store.runs import Run, Runs, SourceStatus
from monitor.store.samples import Bin, Drawn, Judged, Samples
from monitor.store.sampling import Missed, drawn, lot
from monitor.store.saved_filters import SavedFilters
from monitor.store.screening import SavedFlags
from monitor.store.seals import Sealed, Seals
from monitor.store.search import Search
from monitor.store.sessions import Limits, Session, Sessions, Stage
from monitor.store.shadows import Shadow, Shadows
from monitor.store.stamps import Stamps, Wanted
from monitor.store.standing import Aside, Asides, OpenFlag, Why
from monitor.store.steps import Happened, Objection, Plenary, ProcessEvent, Question, Ruling, Times
from monitor.store.uploads import PictureText, Upload, Uploads
from monitor.store.users import Users
from monitor.store.views import Look, Views
from monitor.store.wording import Wording

__all__ = [
    "ASK_AFTER",
    "ERASE_AFTER",
    "FORMS",
    "HANDED_ON",
    "NOT_OF_THE_TEXT",
    "Aging",
    "Alarms",
    "Answer",
    "Aside",
    "Attempt",
    "AuditReport",
    "Becoming",
    "Bin",
    "Burial",
    "Canary",
    "Captures",
    "CaseTimes",
    "Conflict",
    "Counts",
    "Coverage",
    "Custody",
    "CustodyEntry",
    "Draft",
    "Drawn",
    "Due",
    "DueWhy",
    "Ending",
    "Entry",
    "Event",
    "EvidenceCheck",
    "Explained",
    "FileKind",
    "Found",
    "Frozen",
    "Happened",
    "Happening",
    "Head",
    "Held",
    "Holding",
    "IdentityKind",
    "Inventory",
    "Judged",
    "Lack",
    "LateItem",
    "Learning",
    "Left",
    "Lesson",
    "Limits",
    "Look",
    "Looked",
    "Lookup",
    "Member",
    "Mine",
    "Missed",
    "Neighbours",
    "NewPiece",
    "Objection",
    "OpenFlag",
    "OpinionVersion",
    "Order",
    "Origin",
    "Outcome",
    "OutcomeGround",
    "PictureText",
    "Piece",
    "PieceKind",
    "Placed",
    "Plenary",
    "Pressure",
    "ProcessEvent",
    "Proof",
    "Question",
    "QueuePage",
    "QueueQuery",
    "Rating",
    "Reading",
    "Recording",
    "Recordings",
    "Result",
    "RetentionView",
    "ReviewStage",
    "Rulebook",
    "Ruling",
    "Run",
    "Said",
    "Samples",
    "Saved",
    "SavedFlags",
    "Sealed",
    "Seals",
    "Session",
    "Shadow",
    "Shape",
    "Share",
    "Silence",
    "SourceStatus",
    "Stage",
    "Stamps",
    "Standing",
    "Stop",
    "Store",
    "StoredCapture",
    "Stretch",
    "Subject",
    "Tally",
    "Tie",
    "Times",
    "Touch",
    "Upload",
    "Uploads",
    "Verdict",
    "Version",
    "Wanted",
    "Watch",
    "Watermark",
    "Why",
    "Withdrawn",
    "Witness",
    "bounds",
    "drawn",
    "lot",
    "said_of",
    "said_to",
    "thawed_as",
    "written_as",
]


class Store:
    """One SQLite file; safe to use from many threads and beside other processes."""

    def __init__(
        self,
        connection: Connection,
        clock: Callable[[], datetime],
        hasher: PasswordHasher | None = None,
        zone: tzinfo = UTC,
        second_share: float = 0.0,
    ) -> None:
        self._connection = connection
        self.audit = Audit(connection, clock)
        self._lay_out_evidence(connection, clock)
        self.items = Items(connection, self.audit, clock)
        self.absences = Absences(connection)
        self.acts = Acts(connection)
        self.coverage = Coverage(connection, clock, zone)
        self.alarms = Alarms(connection, self.audit, clock)
        self.rereading = Rereading(connection, self.items)
        self.runs = Runs(connection, clock)
        self.roster = RosterTable(connection, self.audit, clock)
        self.flags = Flags(connection, self.audit, clock)
        self.asides = Asides(connection, self.audit, clock)
        self.breaker = Breaker(connection, self.audit, clock)
        self.shadows = Shadows(connection)
        self.groups = Groups(connection)
        self.decisions = Decisions(connection, self.audit, clock, second_share)
        self._lay_out_queue(connection, clock)
        self.conflicts = Conflicts(connection, self.audit, clock)
        self.reviews = Reviews(connection, self.audit, clock, self.decisions)
        self.process = Process(connection, self.audit, clock, self.decisions)
        self.probes = Probes(connection, self.audit, clock)
        self._lay_out_answers(connection, clock)
        self.rulebook = Rulebook(connection, self.audit, clock)
        self.samples = Samples(connection, self.audit, clock)
        self.learning = Learning(connection, self.samples)
        self.reading = Reading(connection)
        self.frozen = Frozen(connection)
        self.documents = Documents(connection, self.audit, clock)
        self.wording = Wording(connection)
        self.captures = Captures(connection, self.audit, self.items, clock)
        self.uploads = Uploads(connection, clock)
        self.lookup = Lookup(connection)
        hashing = hasher or PasswordHasher()
        self.users = Users(connection, self.audit, hashing, clock)
        self.invitations = Invitations(connection, self.audit, hashing, clock)
        self.sessions = Sessions(connection, self.audit, clock)
        self.departures = Departures(connection, self.audit, self.users, self.leases)
        self.factors = Factors(connection, self.audit, clock)
        self.identities = Identities(connection, self.audit, clock)
        self.lockouts = Lockouts(connection, self.audit, clock)
        self.views = Views(connection, clock)

    def _lay_out_answers(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        """Add what becomes of cases: the answers to them, the times they run by, and the counts of all of them."""
        self.outcomes = Outcomes(connection, self.audit, clock)
        self.deadlines = Deadlines(connection)
        self.dashboard = Dashboard(connection)
        self.days = Days(connection)
        self.packages = Packages(connection, self.audit, clock)

    def _lay_out_evidence(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        """Add the parts that keep, count and erase what was brought in."""
        self.recordings = Recordings(connection, self.audit)
        self.custody = Custody(connection, self.audit, clock)
        self.retention = RetentionView(connection)
        self.seals = Seals(connection, self.audit, clock)
        self.stamps = Stamps(connection, clock)
        self.burial = Burial(connection, self.audit, clock)
        self.quota = Quota(connection)
        self.api_data = ApiData(connection, self.audit)
        self.inventory = Inventory(connection)

    def _lay_out_queue(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        """Add the parts with which people work through the queue."""
        self.search = Search(connection)
        self.leases = Leases(connection, self.audit, clock)
        self.postponed = Postponed(connection, self.audit, clock)
        self.saved_filters = SavedFilters(connection)
        self.bulk = Bulk(connection, self.audit, clock, self.decisions)

    @classmethod
    def open(
        cls, path: Path, clock: Callable[[], datetime], hasher: PasswordHasher | None = None, zone: tzinfo = UTC,
        second_share: float = 0.0,
    ) -> Self:  # fmt: skip
        """Open the database, made if it is not there, brought up to date if it is older.

        `hasher` sets the cost of passwords (argon2id), `zone` where a day of the coverage begins, `second_share` which
        part (0 to 1) of the dismissals a second person looks at.

        Raises:
            StoreError: another program's database, a newer Netra's, or a folder that cannot be written.
        """
        store = cls(Connection(path), clock, hasher, zone, second_share)
        try:
            if not store.audit.started:
                store.audit.start(path.name)
            if store.search.behind:
                store.search.catch_up()
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def read_only(cls, path: Path, clock: Callable[[], datetime], zone: tzinfo = UTC) -> Self:
        """Open a database that is there and up to date, for reading alone, beside whoever writes.

        Raises:
            StoreError: no database of this Netra.
        """
        return cls(Connection(path, read_only=True), clock, zone=zone)

    def save_screening(
        self, results: Sequence[Screened], run_id: int, digest: str, *, again: bool, late: Collection[int] = (),
        watch: Watch | None = None,
    ) -> SavedFlags:  # fmt: skip
        """Store a batch of a screening whole: flags, what was looked at, counts and sample. All or nothing.

        A process killed between two of them would leave items that no count and no sample ever knew of. `late` are
        items judged before, to be judged once more because the batch holds earlier acts; `watch` has fresh rules
        counted, and stopped where they flag more than their share.

        Raises:
            StoreFullError: the disk is full; nothing of the batch was stored.
        """
        with self._connection.transaction() as db:
            saved = self.flags.save_in(db, results, run_id, digest)
            self.samples.record_in(db, results, run_id, digest, again=again)
            past.overtake(db, late)
            stopped: tuple[str, ...] = ()
            if watch is not None:
                self.shadows.save_in(db, results, watch.contents)
                stopped = self.breaker.count_in(db, results, run_id, watch)
        return replace(saved, stopped=stopped)

    def save_another_look(
        self, item_ids: Sequence[int], results: Sequence[Screened], run_id: int, digest: str, watch: Watch | None = None
    ) -> SavedFlags:
        """Store what judging items once more said; they were counted and drawn from when first screened.

        Raises:
            StoreFullError: the disk is full; nothing was stored.
        """
        with self._connection.transaction() as db:
            past.caught_up(db, item_ids)
            if watch is not None:
                self.shadows.save_in(db, results, watch.contents)
            return self.flags.save_in(db, results, run_id, digest)

    def backup(self, target: Path) -> None:
        """Copy the database, consistently, while it is in use; see `backup.backup`."""
        backup.backup(self._connection, target)

    def integrity(self, *, whole: bool = False) -> tuple[str, ...]:
        """Let SQLite check pages and references (`whole`: every index against its table too); one line a fault."""
        db = self._connection.db
        check = "integrity_check" if whole else "quick_check"
        try:
            faults = [str(row[0]) for row in db.execute(f"PRAGMA {check}(20)") if row[0] != "ok"]
            faults += [
                f"baris {row[1]} tabel {row[0]} merujuk yang tidak ada"
                for row in db.execute("PRAGMA foreign_key_check")
            ]
        except sqlite3.DatabaseError as error:
            faults = [f"berkas basis data rusak ({error})"]
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
