# ruff: noqa: S608 -- only question marks and fixed words are put into SQL; every value is bound
"""Clearing many flags with one reason: a snapshot first, then one event and one line of the audit each.

What a job holds is settled when it is made: nothing that comes later slips in. Each flag is decided in a transaction of
its own together with its line of the job, so a killed job goes on where it stood and no flag is done twice. Nothing is
ever put forward in bulk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlite_utils import Database

from monitor.errors import ConflictError, NotAllowedError
from monitor.models import Flag, ReasonCode, State
from monitor.store import cases, held
from monitor.store.audit import Audit
from monitor.store.codec import clean, moment, stamp
from monitor.store.connection import Connection
from monitor.store.decisions import Decisions, Move, check_step, current
from monitor.store.guard import Ledger
from monitor.store.queue import QueueQuery, all_ids

MOST = 20_000
_SAMPLE = 12


class JobStatus(StrEnum):
    """Where a job stands."""

    READY = "siap"
    RUNNING = "berjalan"
    DONE = "selesai"
    UNDOING = "mengurungkan"
    UNDONE = "diurungkan"


class Fate(StrEnum):
    """What became of one flag of a job."""

    WAITING = ""
    EXCEPTED = "kecuali"
    DECIDED = "diputus"
    PASSED = "lewat"
    """Somebody decided first, holds it, or it left the queue: nothing was changed."""
    UNDONE = "urung"
    KEPT = "tetap"
    """It could not be undone: something was built on the decision meanwhile."""


@dataclass(frozen=True, slots=True)
class Job:
    """A bulk job with how many of its flags came to which fate. `query` is the filter as an address writes it."""

    job_id: int
    user_id: int
    made_at: datetime
    query: str
    reason: ReasonCode | None
    note: str
    status: JobStatus
    counts: dict[Fate, int]

    @property
    def total(self) -> int:
        """How many flags the snapshot holds."""
        return sum(self.counts.values())

    @property
    def settled(self) -> int:
        """How many flags the present pass is through with."""
        ahead = Fate.DECIDED if self.status is JobStatus.UNDOING else Fate.WAITING
        return self.total - self.counts.get(ahead, 0)


class Bulk:
    """Makes jobs and carries them out, a few flags at a time."""

    def __init__(
        self, connection: Connection, audit: Audit, clock: Callable[[], datetime], decisions: Decisions
    ) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock
        self._decisions = decisions

    def prepare(self, user_id: int, query: QueueQuery, address: str) -> int | None:
        """Take a snapshot of the open flags that a query lets through now; None where there is none.

        Raises:
            NotAllowedError: there are more than `MOST`.
        """
        if not set(query.states) <= {State.NEW, State.IN_REVIEW}:
            raise NotAllowedError("hanya tanda yang belum diputus dapat diputus sekaligus — ubah saringan keadaannya")
        with self._connection.transaction(durable=True) as db:
            ids = all_ids(db, query, MOST + 1)
            if len(ids) > MOST:
                raise NotAllowedError(f"lebih dari {MOST} tanda — persempit saringannya")
            if not ids:
                return None
            job = int(db.execute("SELECT coalesce(max(job_id), 0) + 1 FROM bulk_jobs").fetchone()[0])
            row = (job, user_id, stamp(self._clock()), clean(address), "", "", JobStatus.READY.value)
            db.execute("INSERT INTO bulk_jobs VALUES (?,?,?,?,?,?,?)", row)
            db.conn.executemany(
                "INSERT INTO bulk_flags SELECT ?, flag_id, decision_id, '', NULL FROM flags WHERE flag_id = ?",
                [(job, one) for one in ids],
            )
        return job

    def get(self, job_id: int) -> Job | None:
        """Give a job as it stands."""
        with self._connection.snapshot() as db:
            found = _jobs(db, "job_id = ?", (job_id,))
        return found[0] if found else None

    def of(self, user_id: int, limit: int = 20) -> list[Job]:
        """Give the newest jobs of a user that were begun."""
        with self._connection.snapshot() as db:
            return _jobs(db, "user_id = ? AND status <> 'siap' ORDER BY job_id DESC LIMIT ?", (user_id, limit))

    def sample(self, job_id: int, count: int = _SAMPLE) -> list[Flag]:
        """Give some flags of a job, drawn by a hash that nobody chose: the same at every look."""
        with self._connection.snapshot() as db:
            ids = [row[0] for row in db.execute("SELECT flag_id FROM bulk_flags WHERE job_id = ?", (job_id,))]
            drawn = sorted(ids, key=lambda one: (one * 2_654_435_761 + job_id * 40_503) % 4_294_967_296)
            return cases.load(db, sorted(drawn[:count]))

    def begin(self, job_id: int, user_id: int, reason: ReasonCode, note: str, excepted: Sequence[int] = ()) -> None:
        """Settle reason, note and exceptions; flags that are not in the snapshot are no exceptions of it.

        Raises:
            NotAllowedError: the reason does not clear, there is no note, or the job is not this user's to begin.
        """
        if not reason.clears:
            raise NotAllowedError("sekaligus banyak hanya dapat menyatakan bersih — yang lain diputus satu per satu")
        if not note.strip():
            raise NotAllowedError("tuliskan mengapa semua tanda ini bersih — catatan itu ikut setiap tanda")
        with self._connection.transaction(durable=True) as db:
            moved = db.execute(
                "UPDATE bulk_jobs SET reason = ?, note = ?, status = ? WHERE job_id = ? AND user_id = ? AND status = ?",
                (reason.value, clean(note), JobStatus.RUNNING.value, job_id, user_id, JobStatus.READY.value),
            )
            if not moved.rowcount:
                raise NotAllowedError("pekerjaan ini sudah dimulai atau bukan milik Anda — muat ulang halamannya")
            db.conn.executemany(
                "UPDATE bulk_flags SET outcome = ? WHERE job_id = ? AND flag_id = ?",
                [(Fate.EXCEPTED.value, job_id, one) for one in excepted],
            )
            job = _jobs(db, "job_id = ?", (job_id,))[0]
            said = {
                "saringan": job.query, "alasan": reason.value, "tanda": job.counts.get(Fate.WAITING, 0),
                "kecuali": job.counts.get(Fate.EXCEPTED, 0),
            }  # fmt: skip
            self._say(db, "borongan_mulai", job_id, user_id, said)

    def begin_undo(self, job_id: int, user_id: int) -> None:
        """Begin to take a finished or interrupted job back.

        Raises:
            NotAllowedError: there is nothing of it to take back, or it is somebody else's and the user no coordinator.
        """
        with self._connection.transaction(durable=True) as db:
            found = _jobs(db, "job_id = ?", (job_id,))
            if not found or found[0].status not in {JobStatus.RUNNING, JobStatus.DONE}:
                raise NotAllowedError("pekerjaan ini tidak dapat diurungkan — muat ulang halamannya")
            if found[0].user_id != user_id and not held.coordinates(db, user_id):
                raise NotAllowedError("hanya pembuatnya atau koordinator dapat mengurungkan pekerjaan ini")
            db.execute("UPDATE bulk_jobs SET status = ? WHERE job_id = ?", (JobStatus.UNDOING.value, job_id))
            self._say(db, "borongan_urung", job_id, user_id, {"tanda": found[0].counts.get(Fate.DECIDED, 0)})

    def work(self, job_id: int, count: int) -> int:
        """Carry on with at most `count` flags of a job, each in its own transaction; gives how many are left."""
        job = self.get(job_id)
        if job is None or job.status not in {JobStatus.RUNNING, JobStatus.UNDOING}:
            return 0
        undoing = job.status is JobStatus.UNDOING
        waits = Fate.DECIDED if undoing else Fate.WAITING
        rows = self._connection.db.execute(
            "SELECT flag_id FROM bulk_flags WHERE job_id = ? AND outcome = ? ORDER BY flag_id LIMIT ?",
            (job_id, waits.value, count),
        ).fetchall()
        for (flag_id,) in rows:
            (self._undo_one if undoing else self._decide_one)(job, flag_id)
        left = self._left(job_id, waits)
        if not left:
            self._finish(job_id, JobStatus.UNDONE if undoing else JobStatus.DONE)
        return left

    def _left(self, job_id: int, waits: Fate) -> int:
        sql = "SELECT count(*) FROM bulk_flags WHERE job_id = ? AND outcome = ?"
        return int(self._connection.db.execute(sql, (job_id, waits.value)).fetchone()[0])

    def _finish(self, job_id: int, status: JobStatus) -> None:
        running = JobStatus.UNDOING if status is JobStatus.UNDONE else JobStatus.RUNNING
        with self._connection.transaction(durable=True) as db:
            sql = "UPDATE bulk_jobs SET status = ? WHERE job_id = ? AND status = ?"
            if db.execute(sql, (status.value, job_id, running.value)).rowcount:
                job = _jobs(db, "job_id = ?", (job_id,))[0]
                counts = {fate.value or "menunggu": count for fate, count in job.counts.items()}
                self._say(db, "borongan_selesai", job_id, job.user_id, {"keadaan": status.value, **counts})

    def _decide_one(self, job: Job, flag_id: int) -> None:
        reason = job.reason
        assert reason is not None
        try:
            with self._connection.transaction(durable=True) as db:
                expected = _waiting(db, job, flag_id, Fate.WAITING)
                if expected is None:
                    return
                before = current(db, flag_id, expected[0])
                check_step(before, State.CLEARED, reason)
                held.refuse(db, flag_id, job.user_id, self._clock())
                _still_there(db, flag_id)
                move = Move(flag_id, job.user_id, before, State.CLEARED, reason, job.note)
                made = self._decisions.write_in(db, move)
                _settle(db, job, flag_id, Fate.DECIDED, made.decision_id)
        except (ConflictError, NotAllowedError):
            self._pass(job, flag_id, Fate.WAITING, Fate.PASSED)

    def _undo_one(self, job: Job, flag_id: int) -> None:
        row = self._connection.db.execute(
            "SELECT decision_id FROM bulk_flags WHERE job_id = ? AND flag_id = ?", (job.job_id, flag_id)
        ).fetchone()
        taken = self._connection.db.execute("SELECT 1 FROM decisions WHERE undoes = ?", (row[0],)).fetchone()
        if taken is None:
            try:
                self._decisions.undo(row[0], job.user_id, row[0])
            except (ConflictError, NotAllowedError):
                self._pass(job, flag_id, Fate.DECIDED, Fate.KEPT)
                return
        self._pass(job, flag_id, Fate.DECIDED, Fate.UNDONE)

    def _pass(self, job: Job, flag_id: int, before: Fate, fate: Fate) -> None:
        with self._connection.transaction() as db:
            if _waiting(db, job, flag_id, before) is not None:
                db.execute(
                    "UPDATE bulk_flags SET outcome = ? WHERE job_id = ? AND flag_id = ?",
                    (fate.value, job.job_id, flag_id),
                )

    def fates(self, job_id: int, fate: Fate, limit: int = 100) -> list[int]:
        """Give flags of a job that came to a fate."""
        rows = self._connection.db.execute(
            "SELECT flag_id FROM bulk_flags WHERE job_id = ? AND outcome = ? ORDER BY flag_id LIMIT ?",
            (job_id, fate.value, limit),
        )
        return [int(row[0]) for row in rows]

    def _say(self, db: Database, action: str, job_id: int, user_id: int, said: Mapping[str, object]) -> None:
        self._audit.append(db, Ledger(), action=action, subject=f"borongan:{job_id}", payload=said, user_id=user_id)


def _waiting(db: Database, job: Job, flag_id: int, fate: Fate) -> tuple[int | None] | None:
    """Give what was the flag's newest decision at the snapshot, in a tuple; None where the flag is done already."""
    row: tuple[int | None] | None = db.execute(
        "SELECT expected FROM bulk_flags WHERE job_id = ? AND flag_id = ? AND outcome = ?",
        (job.job_id, flag_id, fate.value),
    ).fetchone()
    return row


def _still_there(db: Database, flag_id: int) -> None:
    if db.execute("SELECT 1 FROM flags WHERE flag_id = ? AND withdrawn <> 0", (flag_id,)).fetchone():
        raise ConflictError(f"tanda {flag_id} sudah keluar dari antrean — tidak ada yang diubah")


def _settle(db: Database, job: Job, flag_id: int, fate: Fate, decision_id: int) -> None:
    db.execute(
        "UPDATE bulk_flags SET outcome = ?, decision_id = ? WHERE job_id = ? AND flag_id = ?",
        (fate.value, decision_id, job.job_id, flag_id),
    )


def _jobs(db: Database, where: str, values: Sequence[object]) -> list[Job]:
    rows = db.execute(
        f"SELECT job_id, user_id, made_at, query, reason, note, status FROM bulk_jobs WHERE {where}", list(values)
    ).fetchall()
    return [
        Job(
            key, user_id, moment(made), query, ReasonCode(reason) if reason else None, note, JobStatus(status),
            {Fate(fate): count for fate, count in db.execute(
                "SELECT outcome, count(*) FROM bulk_flags WHERE job_id = ? GROUP BY 1", (key,)
            )},
        )
        for key, user_id, made, query, reason, note, status in rows
    ]  # fmt: skip
