"""What every screening leaves behind for measuring itself.

Counts of probabilities by day, and a random sample of what was not flagged, with what reviewers say of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlite_utils import Database

from monitor.errors import ConflictError, NotAllowedError
from monitor.models import Level, Screened, StoredItem
from monitor.store.audit import Audit
from monitor.store.codec import stamp
from monitor.store.connection import Connection
from monitor.store.guard import Ledger, next_key
from monitor.store.items import COLUMNS, stored_item
from monitor.store.sampling import Missed, Stratum, drawn, estimate, lot

BINS = 100
SIZE = 20
"""Unflagged items drawn in every run."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Items of rostered people that arrived on one day (UTC) with a probability of `number`/100 and up to 0.01 more.

    `flagged` of them stand in the queue, `ruled` of those by a rule, whatever the threshold.
    """

    day: str
    number: int
    items: int
    flagged: int
    ruled: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sampled item that waits for a reviewer's word."""

    run_id: int
    stored: StoredItem
    probability: float


@dataclass(frozen=True, slots=True)
class Judged:
    """A reviewer's word on a sampled item."""

    stored: StoredItem
    user_id: int
    partisan: bool
    probability: float


class Samples:
    """Counts and samples of the screenings."""

    def __init__(self, connection: Connection, audit: Audit, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock

    def record(self, results: Sequence[Screened], run_id: int, digest: str, *, again: bool) -> None:
        """Count a batch of a run, and draw from what it did not flag; only items of rostered people count."""
        with self._connection.transaction() as db:
            self.record_in(db, results, run_id, digest, again=again)

    def record_in(self, db: Database, results: Sequence[Screened], run_id: int, digest: str, *, again: bool) -> None:
        """Do what `record` does inside a transaction that is open already."""
        ours = [one for one in results if one.actors]
        unflagged = {one.stored.item_id: one for one in ours if not one.opinions}
        db.execute(
            "INSERT INTO screen_totals VALUES (?,?,?,?) ON CONFLICT (run_id) "
            "DO UPDATE SET unflagged = unflagged + excluded.unflagged",
            (run_id, digest, int(again), len(unflagged)),
        )
        db.conn.executemany(
            "INSERT INTO screen_bins VALUES (?,?,?,?,?,?) ON CONFLICT (run_id, day, bin) DO UPDATE SET "
            "items = items + excluded.items, flagged = flagged + excluded.flagged, ruled = ruled + excluded.ruled",
            _bins(ours, run_id),
        )
        seed = f"run:{run_id}"
        db.conn.executemany(
            "INSERT OR IGNORE INTO samples VALUES (?,?,?,?,?,?)",
            [
                (run_id, one, unflagged[one].stored.version, lot(seed, one), unflagged[one].region,
                 unflagged[one].probability or 0.0)
                for one in drawn(seed, unflagged, SIZE)
            ],
        )  # fmt: skip
        db.execute(
            "DELETE FROM samples WHERE run_id=?1 AND item_id NOT IN "
            "(SELECT item_id FROM samples WHERE run_id=?1 ORDER BY lot LIMIT ?2)",
            (run_id, SIZE),
        )

    def count_anew(self, run_id: int) -> None:
        """Forget what a run that was interrupted had counted: it looks at everything once more, under its number."""
        with self._connection.transaction() as db:
            for table in ("screen_bins", "screen_totals"):
                db.execute(f"DELETE FROM {table} WHERE run_id=?", (run_id,))  # noqa: S608 - two names of our own

    def bins(self) -> list[Bin]:
        """Give the counts by day, each item once: a later screening of everything replaces what it looked at again."""
        rows = self._connection.db.execute(
            "SELECT b.day, t.run_id, t.digest, t.again, b.bin, b.items, b.flagged, b.ruled FROM screen_bins b "
            "JOIN screen_totals t ON t.run_id = b.run_id ORDER BY b.day, t.run_id, b.bin"
        )
        out: list[Bin] = []
        for day, group in groupby(rows.fetchall(), key=lambda row: row[0]):
            of_day = list(group)
            last = max((row[1] for row in of_day if row[3]), default=0)
            digest = next((row[2] for row in of_day if row[1] == last), "")
            items, flagged, ruled = Counter[int](), Counter[int](), Counter[int]()
            for _day, run_id, by, _again, number, one, two, three in of_day:
                if run_id > last or by == digest:
                    items[number] += one
                    flagged[number] += two
                    ruled[number] += three
            out += [Bin(day, number, items[number], flagged[number], ruled[number]) for number in sorted(items)]
        return out

    def waiting(self, regions: frozenset[str] = frozenset(), limit: int = 20) -> list[Drawn]:
        """Give sampled items that nobody judged, in the order of their lots; `regions` empty = all.

        An item whose text changed or was erased since is left out.
        """
        rows = self._connection.db.execute(
            f"SELECT min(s.run_id), s.probability, s.region, {COLUMNS} FROM samples s "  # noqa: S608 - constants
            "JOIN items i ON i.item_id = s.item_id AND i.version = s.version AND i.erased = 0 "
            "JOIN item_versions v ON v.item_id = s.item_id AND v.version = s.version "
            "WHERE NOT EXISTS (SELECT 1 FROM sample_verdicts d WHERE d.item_id = s.item_id AND d.version = s.version) "
            "AND NOT EXISTS (SELECT 1 FROM flags f WHERE f.item_id = s.item_id AND f.withdrawn = 0) "
            "GROUP BY s.item_id, s.version ORDER BY min(s.lot)"
        )
        found = [
            Drawn(run_id, stored_item(item), probability)
            for run_id, probability, region, *item in rows
            if not regions or region in regions
        ]
        return found[:limit]

    def judge(self, item_id: int, version: int, user_id: int, *, partisan: bool) -> None:
        """Write a reviewer's word on a sampled item.

        Raises:
            ConflictError: somebody was quicker.
            NotAllowedError: the item was not drawn.
        """
        with self._connection.transaction(durable=True) as db:
            if db.execute("SELECT 1 FROM samples WHERE item_id=? AND version=?", (item_id, version)).fetchone() is None:
                raise NotAllowedError("butir ini tidak termasuk sampel — muat ulang halaman sampel")
            if _verdict(db, item_id, version):
                raise ConflictError("orang lain sudah menilai butir ini lebih dahulu; tidak ada yang diubah")
            key, ledger = next_key(db, "sample_verdicts"), Ledger()
            row = (key, item_id, version, user_id, int(partisan), stamp(self._clock()))
            ledger.insert(db, "sample_verdicts", [row])
            self._audit.append(
                db, ledger, action="sampel", subject=f"item:{item_id}", payload={"memihak": partisan}, user_id=user_id
            )

    def judged(self) -> list[Judged]:
        """Give every word on a sampled item that still stands, oldest first."""
        rows = self._connection.db.execute(
            f"SELECT d.user_id, d.partisan, (SELECT max(s.probability) FROM samples s WHERE s.item_id = d.item_id "  # noqa: S608
            f"AND s.version = d.version), {COLUMNS} FROM sample_verdicts d "
            "JOIN item_versions v ON v.item_id = d.item_id AND v.version = d.version AND v.erased = 0 "
            "ORDER BY d.verdict_id"
        )
        return [Judged(stored_item(item), user, bool(said), chance) for user, said, chance, *item in rows]

    def missed(self) -> Missed:
        """Estimate how many of the unflagged items take a side, from what reviewers said of the sample."""
        rows = self._connection.db.execute(
            "SELECT t.unflagged, count(d.verdict_id), coalesce(sum(d.partisan), 0) FROM screen_totals t "
            "LEFT JOIN samples s ON s.run_id = t.run_id "
            "LEFT JOIN sample_verdicts d ON d.item_id = s.item_id AND d.version = s.version GROUP BY t.run_id"
        )
        return estimate([Stratum(*row) for row in rows])


def _verdict(db: Database, item_id: int, version: int) -> bool:
    row = db.execute("SELECT 1 FROM sample_verdicts WHERE item_id=? AND version=?", (item_id, version)).fetchone()
    return row is not None


def _bins(ours: Sequence[Screened], run_id: int) -> list[tuple[int, str, int, int, int, int]]:
    items: Counter[tuple[str, int]] = Counter()
    flagged: Counter[tuple[str, int]] = Counter()
    ruled: Counter[tuple[str, int]] = Counter()
    days: dict[datetime, str] = {}  # what came with one answer has one time
    for one in ours:
        captured = one.stored.captured_at
        day = days.get(captured) or days.setdefault(captured, stamp(captured)[:10])
        place = (day, min(BINS - 1, int((one.probability or 0.0) * BINS)))
        items[place] += 1
        if one.opinions:
            flagged[place] += 1
            ruled[place] += any(
                match.level.rank >= Level.MEDIUM.rank for _, opinion in one.opinions for match in opinion.matches
            )
    return [
        (run_id, day, number, items[day, number], flagged[day, number], ruled[day, number]) for day, number in items
    ]
