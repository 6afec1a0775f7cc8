"""What was captured: one guarded row an archived answer, with its digests, outcome and the state of the clock."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.models import Captured, Outcome, Response
from monitor.store.audit import Audit
from monitor.store.codec import clean, dumps, moment, stamp
from monitor.store.connection import Connection
from monitor.store.guard import Ledger, next_key

_COLUMNS = (
    "recording_id, run_id, source_id, url, fetched_at, outcome, status, body_sha256, record_sha256, warc_sha256, size, "
    "version, clock, partial, erased"
)


@dataclass(frozen=True, slots=True)
class Recording:
    """One archived answer. `erased`: lawfully erased; its digests stay."""

    recording_id: int
    run_id: int
    source_id: str
    fetched_at: datetime
    outcome: Outcome
    status: int
    kept: Captured
    erased: bool


class Recordings:
    """Every answer that was archived."""

    def __init__(self, connection: Connection, audit: Audit) -> None:
        self._connection = connection
        self._audit = audit

    def record(self, kept: Captured, source_id: str, run_id: int, response: Response, outcome: Outcome) -> None:
        """Record one archived answer, before its items are stored.

        Raises:
            StoreFullError: the disk is full; nothing was stored.
        """
        clock = dumps({"disinkronkan": kept.clock_synchronised, "selisih": kept.clock_offset})
        with self._connection.transaction() as db:
            ledger, key = Ledger(), next_key(db, "recordings")
            row = (
                key, run_id, clean(source_id), clean(kept.url), stamp(response.fetched_at), outcome.value,
                response.status, kept.body_sha256, kept.record_sha256, kept.warc_sha256, kept.size, kept.version, clock,
                int(kept.partial), 0,
            )  # fmt: skip
            ledger.insert(db, "recordings", [row])
            payload = {"sumber": source_id, "bukti": kept.body_sha256, "warc": kept.warc_sha256}
            self._audit.append(db, ledger, action="rekam", subject=f"run:{run_id}", payload=payload)

    def of(self, body_sha256: str) -> list[Recording]:
        """Give the recordings of one body, oldest first."""
        rows = self._connection.db.execute(
            f"SELECT {_COLUMNS} FROM recordings WHERE body_sha256=? ORDER BY recording_id",  # noqa: S608 - own columns
            (body_sha256,),
        )
        return [_recording(row) for row in rows]

    def all(self) -> Iterator[Recording]:
        """Give every recording, oldest first, in a stream."""
        rows = self._connection.db.conn.execute(f"SELECT {_COLUMNS} FROM recordings ORDER BY recording_id")  # noqa: S608
        for row in rows:
            yield _recording(row)


def _recording(row: Sequence[str | int]) -> Recording:
    key, run, source, url, at, outcome, status, body, record, warc, size, version, clock, partial, erased = row
    state = json.loads(str(clock)) if clock else {}
    kept = Captured(
        str(url), str(body), str(record), str(warc), int(size), str(version), state.get("disinkronkan"),
        float(state.get("selisih", 0.0)), partial=bool(partial),
    )  # fmt: skip
    return Recording(
        int(key), int(run), str(source), moment(str(at)), Outcome(str(outcome)), int(status), kept, bool(erased)
    )
