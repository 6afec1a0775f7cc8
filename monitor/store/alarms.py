"""What a person should hear of: silence against habit, a canary that was not found, shapes that no reader knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlite_utils import Database

from monitor.errors import ConflictError, NotAllowedError
from monitor.models import Outcome, Page
from monitor.store.audit import Audit
from monitor.store.codec import clean, moment, stamp
from monitor.store.connection import Connection
from monitor.store.guard import Ledger, next_key

MOST_SHAPES = 100
OTHER_SHAPES = "(bentuk lain)"
LONGEST_SHAPE = 160
HABIT_DAYS = 400
NEWEST_VERSIONS = 100_000
LONGEST_NOTE = 1000


@dataclass(frozen=True, slots=True)
class Silence:
    """A source that fell silent: nothing since `last_act`, where `longest` days are the most its habit explains."""

    silence_id: int
    source_id: str
    last_act: date
    longest: int
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class Canary:
    """The newest look for the known post of a source's canary; `blind` says (Indonesian) why the source is not trusted.

    `expected_at` is the moment at which the post was due, `since` when the source was first found blind.
    """

    config_id: str
    source_id: str
    expected_at: datetime
    checked_at: datetime
    blind: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """Something in answers that no reader knows: how often, since when, and the newest raw answer that holds it.

    What the very same answer tells again is not counted again.
    """

    config_id: str
    shape: str
    times: int
    first_at: datetime
    last_at: datetime
    source_id: str
    evidence_sha256: str


class Alarms:
    """Alarms that are repeated until somebody answers."""

    def __init__(self, connection: Connection, audit: Audit, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock

    # ------------------------------------------------------------------- silence

    def act_days(self, source_id: str, today: date) -> list[date]:
        """Give the days (UTC) of the last 400 on which something happened, as far as it was collected, oldest first."""
        rows = self._connection.db.execute(
            "SELECT day FROM act_days WHERE source_id=? AND day BETWEEN ? AND ? ORDER BY day",
            (clean(source_id), (today - timedelta(days=HABIT_DAYS)).isoformat(), today.isoformat()),
        )
        return [date.fromisoformat(row[0]) for row in rows]

    def fell_silent(self, source_id: str, last_act: date, longest: int) -> None:
        """Raise an alarm, unless that silence is known already."""
        with self._connection.transaction() as db:
            db.execute(
                "INSERT INTO silences (source_id, last_act, longest, raised_at) VALUES (?,?,?,?) "
                "ON CONFLICT (source_id) WHERE ended_at IS NULL DO NOTHING",
                (clean(source_id), last_act.isoformat(), longest, stamp(self._clock())),
            )

    def speaks(self, source_id: str) -> None:
        """End the silence of a source, answered or not: the next one is an alarm of its own."""
        with self._connection.transaction() as db:
            db.execute(
                "UPDATE silences SET ended_at=? WHERE source_id=? AND ended_at IS NULL",
                (stamp(self._clock()), clean(source_id)),
            )

    def silent(self) -> frozenset[str]:
        """Name every source whose silence lasts, answered or not."""
        return frozenset(
            row[0] for row in self._connection.db.execute("SELECT source_id FROM silences WHERE ended_at IS NULL")
        )

    def silences(self) -> list[Silence]:
        """Give every silence that lasts and that nobody has answered, oldest first."""
        rows = self._connection.db.execute(
            "SELECT silence_id, source_id, last_act, longest, raised_at FROM silences s WHERE ended_at IS NULL "
            "AND NOT EXISTS (SELECT 1 FROM silence_answers a WHERE a.silence_id = s.silence_id) ORDER BY silence_id"
        )
        return [Silence(a, b, date.fromisoformat(c), d, moment(e)) for a, b, c, d, e in rows]

    def answer(self, silence_id: int, user_id: int, note: str) -> None:
        """Answer a silence: it is repeated no more, until the habit is broken anew.

        Raises:
            NotAllowedError: no note, or no such silence. ConflictError: somebody was quicker.
        """
        said = clean(" ".join(note.split()))[:LONGEST_NOTE]
        if not said:
            raise NotAllowedError("tulis sebabnya, misalnya `akun memang libur` — jawaban tanpa catatan tidak disimpan")
        with self._connection.transaction(durable=True) as db:
            if db.execute("SELECT 1 FROM silences WHERE silence_id=?", (silence_id,)).fetchone() is None:
                raise NotAllowedError(f"kesunyian {silence_id} tidak ada — muat ulang halamannya")
            if db.execute("SELECT 1 FROM silence_answers WHERE silence_id=?", (silence_id,)).fetchone():
                raise ConflictError("orang lain sudah menjawab lebih dahulu; tidak ada yang diubah")
            ledger = Ledger()
            row = (next_key(db, "silence_answers"), silence_id, user_id, said, stamp(self._clock()))
            ledger.insert(db, "silence_answers", [row])
            self._audit.append(
                db, ledger, action="jawab_sunyi", subject=f"sunyi:{silence_id}", payload={"catatan": said},
                user_id=user_id,
            )  # fmt: skip

    # ------------------------------------------------------------------- canary

    def looked_for(self, config_id: str, source_id: str, expected_at: datetime, blind: str) -> None:
        """Note whether the known post was found; while `blind` is set no turn of the source proves anything."""
        now = stamp(self._clock())
        with self._connection.transaction() as db:
            db.execute(
                "INSERT INTO canaries VALUES (:config, :source, :due, :now, :blind, :since) ON CONFLICT (config_id) "
                "DO UPDATE SET source_id=excluded.source_id, expected_at=excluded.expected_at, checked_at=:now, "
                "blind=excluded.blind, since=CASE WHEN :blind = '' THEN NULL ELSE coalesce(since, :now) END",
                {"config": config_id, "source": clean(source_id), "due": stamp(expected_at), "now": now,
                 "blind": clean(blind), "since": now if blind else None},
            )  # fmt: skip

    def published(self, source_id: str, title: str, since: datetime, until: datetime) -> bool:
        """Tell whether a source has, among the newest stored, news of that time whose title holds these words."""
        rows = self._connection.db.execute(
            "SELECT json_extract(payload, '$.title') FROM item_versions WHERE source_id=? AND erased=0 "
            "AND version_id > (SELECT max(version_id) FROM item_versions) - ? "
            "AND json_extract(payload, '$.happened_at') BETWEEN ? AND ?",
            (clean(source_id), NEWEST_VERSIONS, *(one.astimezone(UTC).isoformat() for one in (since, until))),
        )
        return any(title.casefold() in str(row[0]).casefold() for row in rows)

    def forget_canaries(self, config_ids: Sequence[str]) -> None:
        """Drop what is known of canaries of all other sources: the settings no longer name one."""
        kept = set(config_ids)
        with self._connection.transaction() as db:
            gone = [row for row in db.execute("SELECT config_id FROM canaries").fetchall() if row[0] not in kept]
            db.conn.executemany("DELETE FROM canaries WHERE config_id=?", gone)

    def canaries(self) -> list[Canary]:
        """Give the newest look of every canary, by source."""
        rows = self._connection.db.execute(
            "SELECT config_id, source_id, expected_at, checked_at, blind, since FROM canaries ORDER BY config_id"
        )
        return [Canary(a, b, moment(c), moment(d), e, moment(f) if f else None) for a, b, c, d, e, f in rows]

    # ------------------------------------------------------------------- shapes

    def shapes(self) -> list[Shape]:
        """Give every shape that no reader knew, by source, the most frequent first."""
        rows = self._connection.db.execute(
            "SELECT config_id, shape, times, first_at, last_at, source_id, evidence_sha256 FROM strange_shapes "
            "ORDER BY config_id, times DESC, shape"
        )
        return [Shape(a, b, c, moment(d), moment(e), f, g) for a, b, c, d, e, f, g in rows]

    def shapes_read(self, config_id: str) -> None:
        """Begin to count anew: what was strange was read again with today's reader."""
        with self._connection.transaction() as db:
            db.execute("DELETE FROM strange_shapes WHERE config_id=?", (config_id,))


def blindness(db: Database, source_id: str) -> str:
    """Say why a source's turns prove nothing now, "" where they do; the canary itself is always believed."""
    row = db.execute(
        "SELECT blind FROM canaries WHERE config_id=? AND blind<>'' AND source_id<>?",
        (source_id.partition("/")[0], source_id),
    ).fetchone()
    return str(row[0]) if row else ""


def noted(db: Database, where: tuple[str, str, str], page: Page) -> None:
    """Note of a page (source, evidence, moment as stamped) on which days something happened, and what was strange."""
    source_id, evidence, at = where
    config_id = source_id.partition("/")[0]
    newest = moment(at)
    oldest = newest - timedelta(days=HABIT_DAYS)
    happened = [one.happened_at for one in page.items if one.happened_at is not None]
    days = {one.isoformat() for one in {each.date() for each in happened if oldest <= each <= newest}}
    db.conn.executemany(
        "INSERT OR IGNORE INTO act_days VALUES (?,?)",
        [(name, day) for name in dict.fromkeys((source_id, config_id)) for day in sorted(days)],
    )
    for shape, times in _strange(page).items():
        _count(db, (config_id, source_id, evidence, at), shape, times)


def _strange(page: Page) -> Mapping[str, int]:
    found = Counter(clean(one)[:LONGEST_SHAPE] for one in page.strange)
    if page.outcome is Outcome.SCHEMA_DRIFT and page.detail:
        found[clean(page.detail)[:LONGEST_SHAPE]] += 1
    return found


def _count(db: Database, where: tuple[str, str, str, str], shape: str, times: int) -> None:
    config_id, source_id, evidence, at = where
    known = db.execute("SELECT 1 FROM strange_shapes WHERE config_id=? AND shape=?", (config_id, shape)).fetchone()
    held = db.execute("SELECT count(*) FROM strange_shapes WHERE config_id=?", (config_id,)).fetchone()[0]
    name = shape if known or held < MOST_SHAPES else OTHER_SHAPES
    # A file that is read every hour, or a list that did not change, tells nothing new.
    again = "SELECT 1 FROM strange_shapes WHERE config_id=? AND shape=? AND evidence_sha256=? AND ?<>'' AND shape<>?"
    if db.execute(again, (config_id, name, evidence, evidence, OTHER_SHAPES)).fetchone():
        times = 0
    db.execute(
        "INSERT INTO strange_shapes VALUES (?,?,?,?,?,?,?) ON CONFLICT (config_id, shape) DO UPDATE SET "
        "times=times + excluded.times, last_at=excluded.last_at, source_id=excluded.source_id, "
        "evidence_sha256=CASE WHEN excluded.evidence_sha256='' THEN evidence_sha256 ELSE excluded.evidence_sha256 END",
        (config_id, name, times, at, at, source_id, evidence),
    )
