"""Runs, what is remembered of each source, and the pace of each host."""

from __future__ import annotations

import fcntl
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.errors import BusyError
from monitor.models import Outcome
from monitor.store.codec import clean, dumps, moment, stamp
from monitor.store.connection import Connection

RUNNING, FINISHED, BROKEN = "berjalan", "selesai", "terputus"
_KIND = re.compile(r"[a-z][a-z_-]{0,30}")


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `status` is berjalan, selesai or terputus; `summary` as the run gave it."""

    run_id: int
    kind: str
    status: str
    started_at: datetime
    finished_at: datetime | None
    summary: Mapping[str, int | str]


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How a source stands: its newest outcome and how many fetches failed in a row."""

    source_id: str
    outcome: Outcome
    detail: str
    failures: int
    last_try: datetime
    last_proved: datetime | None


class Runs:
    """What ran, when, and what it learned of the outside."""

    def __init__(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._clock = clock

    @contextmanager
    def exclusive(self, kind: str) -> Iterator[None]:
        """Hold the right to run this kind; the system frees it even after kill -9.

        Raises:
            BusyError: another live run of this kind.
        """
        if _KIND.fullmatch(kind) is None:
            raise ValueError(f"not a kind of run: {kind!r}")
        path = self._connection.path
        with path.with_name(f"{path.name}.{kind}.lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise BusyError(
                    f"proses `{kind}` lain masih berjalan pada basis data ini — tunggu sampai selesai"
                ) from error
            with self._connection.transaction() as db:
                db.execute(
                    "UPDATE runs SET status=?, finished_at=? WHERE kind=? AND status=?",
                    (BROKEN, stamp(self._clock()), kind, RUNNING),
                )
            yield

    def held(self, kind: str) -> bool:
        """Tell whether a live process has the right to run this kind; changes nothing."""
        path = self._connection.path
        try:
            with path.with_name(f"{path.name}.{kind}.lock").open("r") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False

    def begin(self, kind: str) -> int:
        """Record the start of a run and give its id."""
        with self._connection.transaction() as db:
            done = db.execute(
                "INSERT INTO runs (kind, started_at, status, summary) VALUES (?,?,?,'{}')",
                (kind, stamp(self._clock()), RUNNING),
            )
            assert done.lastrowid is not None
            return done.lastrowid

    def finish(self, run_id: int, summary: Mapping[str, int | str]) -> None:
        """Record the end of a run."""
        with self._connection.transaction() as db:
            db.execute(
                "UPDATE runs SET status=?, finished_at=?, summary=? WHERE run_id=?",
                (FINISHED, stamp(self._clock()), dumps(dict(summary)), run_id),
            )

    def kind(self, run_id: int) -> str:
        """Give the kind of a run, "" where there is none of that number."""
        row = self._connection.db.execute("SELECT kind FROM runs WHERE run_id=?", (run_id,)).fetchone()
        return str(row[0]) if row else ""

    def last(self, kind: str) -> Run | None:
        """Give the newest run of a kind, however it ended."""
        row = self._connection.db.execute(
            "SELECT run_id, kind, status, started_at, finished_at, summary FROM runs WHERE kind=? "
            "ORDER BY run_id DESC LIMIT 1",
            (kind,),
        ).fetchone()
        if row is None:
            return None
        finished = moment(row[4]) if row[4] else None
        return Run(row[0], row[1], row[2], moment(row[3]), finished, json.loads(row[5]))

    def cursor(self, source_id: str) -> str:
        """Give the source's cursor, "" before the first proved success."""
        return self._one("SELECT cursor FROM sources WHERE source_id=?", source_id) or ""

    def validators(self, url: str) -> tuple[str, str]:
        """Give (etag, last_modified) of the newest proved answer for this address, "" where unknown."""
        row = self._connection.db.execute(
            "SELECT etag, last_modified FROM validators WHERE url=?", (clean(url),)
        ).fetchone()
        return (row[0], row[1]) if row else ("", "")

    def moved(self, url: str) -> str:
        """Give where the address moved for good, "" if it did not."""
        return self._one("SELECT moved_to FROM moves WHERE url=?", url) or ""

    def last_proved(self, source_id: str) -> datetime | None:
        """Give when the source last proved what was there."""
        return _when(self._one("SELECT last_proved_at FROM sources WHERE source_id=?", source_id))

    def last_try(self, source_id: str) -> datetime | None:
        """Give when the source was last asked."""
        return _when(self._one("SELECT last_try_at FROM sources WHERE source_id=?", source_id))

    def due(self, every: Mapping[str, timedelta], now: datetime) -> list[str]:
        """Give the sources (id -> how often) to ask now: never asked, interrupted last time, or long enough ago."""
        due = []
        for source_id, gap in every.items():
            row = self._connection.db.execute(
                "SELECT s.last_try_at, r.status FROM sources s LEFT JOIN runs r ON r.run_id = s.last_run_id "
                "WHERE s.source_id=?",
                (clean(source_id),),
            ).fetchone()
            if row is None or row[1] == BROKEN or now - moment(row[0]) >= gap:
                due.append(source_id)
        return due

    def sources(self) -> list[SourceStatus]:
        """Give how every source stands, by id."""
        rows = self._connection.db.execute(
            "SELECT source_id, outcome, detail, failures, last_try_at, last_proved_at FROM sources ORDER BY source_id"
        )
        return [SourceStatus(a, Outcome(b), c, d, moment(e), _when(f)) for a, b, c, d, e, f in rows]

    def failures(self, source_id: str) -> int:
        """Count the fetches of a source that failed in a row."""
        return int(self._one("SELECT failures FROM sources WHERE source_id=?", source_id) or 0)

    def next_allowed(self, host: str) -> datetime | None:
        """Give when the host may be asked again, None if at once; kept across restarts."""
        return _when(self._one("SELECT next_at FROM pace WHERE host=?", host))

    def set_next_allowed(self, host: str, at: datetime) -> None:
        """Remember when the host may be asked again."""
        with self._connection.transaction() as db:
            db.execute("INSERT OR REPLACE INTO pace VALUES (?,?)", (clean(host), stamp(at)))

    def robots(self, site: str) -> tuple[datetime, str] | None:
        """Give when a site's robots.txt was read and what it said, None where it never gave an answer."""
        row = self._connection.db.execute("SELECT known_at, rules FROM robots WHERE site=?", (clean(site),)).fetchone()
        return (moment(row[0]), row[1]) if row else None

    def set_robots(self, site: str, at: datetime, rules: str) -> None:
        """Remember what a site's robots.txt said ("": it has none)."""
        with self._connection.transaction() as db:
            db.execute("INSERT OR REPLACE INTO robots VALUES (?,?,?)", (clean(site), stamp(at), clean(rules)))

    def _one(self, sql: str, key: str) -> str | None:
        row = self._connection.db.execute(sql, (clean(key),)).fetchone()
        return row[0] if row else None


def _when(text: str | None) -> datetime | None:
    return moment(text) if text else None
