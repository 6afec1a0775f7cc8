"""What was decided on a day, and everything that stood behind it: who saw what when, what spoke, who looked again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sqlite_utils import Database

from monitor.models import Decision, Opinion, State
from monitor.store.codec import decode, moment, stamp
from monitor.store.connection import Connection
from monitor.store.custody import CustodyEntry, Touch
from monitor.store.decisions import COLUMNS, decision
from monitor.store.guard import TABLES
from monitor.store.reviews import Review, review
from monitor.store.rulebook import Event
from monitor.store.steps import ProcessEvent, event


@dataclass(frozen=True, slots=True)
class RuleSaid:
    """A rule that had matched when it was decided. `version` is its number in the book of rules, None = as shipped."""

    rule_id: str
    title: str
    digest: str
    version: int | None


@dataclass(frozen=True, slots=True)
class MachineSaid:
    """What the machine said at the time: which opinion of which item version, by which digests and rules."""

    number: int
    item_version: int
    at: datetime
    digests: tuple[tuple[str, str], ...]
    rules: tuple[RuleSaid, ...]
    probability: float | None


@dataclass(frozen=True, slots=True)
class Sealed:
    """Where an event stands in the audit chain: the number of its entry and that entry's SHA-256."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Explained:
    """One decision with what stood behind it.

    `machine` is None where its words were erased; `looks` are the touches of the case's evidence until the end of the
    time asked for; `reviews` those of this decision, `steps` the events of the road that it made.
    """

    decision: Decision
    before: State
    machine: MachineSaid | None
    looks: tuple[CustodyEntry, ...]
    reviews: tuple[Review, ...]
    steps: tuple[ProcessEvent, ...]
    sealed: Sealed | None


def bounds(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """Give the beginning of a day of an office and that of the next, in UTC."""
    since, until = (datetime.combine(one, time(), zone) for one in (day, day + timedelta(days=1)))
    return since.astimezone(UTC), until.astimezone(UTC)


class Days:
    """Explains days; writes nothing."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def explain(
        self,
        since: datetime,
        until: datetime,
        regions: frozenset[str] = frozenset(),
        limit: int = 1000,
        offset: int = 0,
    ) -> list[Explained]:
        """Explain the decisions of a time, `until` not included, in their order; `regions` empty = all."""
        with self._connection.snapshot() as db:
            rows = db.execute(
                f"SELECT {COLUMNS}, d.before FROM decisions d LEFT JOIN decision_notes n "  # noqa: S608 - own columns
                "ON n.decision_id = d.decision_id JOIN flags f ON f.flag_id = d.flag_id "
                "WHERE d.decided_at >= ? AND d.decided_at < ? "
                "AND (? = '[]' OR f.region IN (SELECT value FROM json_each(?))) "
                "ORDER BY d.decision_id LIMIT ? OFFSET ?",
                (stamp(since), stamp(until), *2 * (json.dumps(sorted(regions)),), limit, offset),
            ).fetchall()
            return [_explained(db, decision(row[:-1]), State(row[-1]), until) for row in rows]

    def count(self, since: datetime, until: datetime, regions: frozenset[str] = frozenset()) -> int:
        """Count the decisions of a time."""
        row = self._connection.db.execute(
            "SELECT count(*) FROM decisions d JOIN flags f ON f.flag_id = d.flag_id "
            "WHERE d.decided_at >= ? AND d.decided_at < ? "
            "AND (? = '[]' OR f.region IN (SELECT value FROM json_each(?)))",
            (stamp(since), stamp(until), *2 * (json.dumps(sorted(regions)),)),
        ).fetchone()
        return int(row[0])


def _explained(db: Database, made: Decision, before: State, until: datetime) -> Explained:
    looks = db.execute(
        "SELECT entry_id, at, user_id, act, flag_id, subject, sha256, why, detail FROM custody "
        "WHERE flag_id=? AND at < ? ORDER BY entry_id",
        (made.flag_id, stamp(until)),
    )
    reviews = db.execute(
        "SELECT r.review_id, r.flag_id, r.first_id, r.stage, r.user_id, r.state, r.reason, coalesce(n.note, ''), r.at "
        "FROM reviews r LEFT JOIN review_notes n ON n.review_id = r.review_id WHERE r.first_id=? ORDER BY r.review_id",
        (made.decision_id,),
    )
    steps = db.execute(
        "SELECT event_id, flag_id, kind, decision_id, user_id, at, payload, erased FROM process_events "
        "WHERE decision_id=? ORDER BY event_id",
        (made.decision_id,),
    )
    return Explained(
        decision=made,
        before=before,
        machine=_machine(db, made),
        looks=tuple(CustodyEntry(a, moment(b), c, Touch(d), *rest) for a, b, c, d, *rest in looks),
        reviews=tuple(review(row) for row in reviews),
        steps=tuple(event(row) for row in steps),
        sealed=_sealed(db, made.decision_id),
    )


def _machine(db: Database, made: Decision) -> MachineSaid | None:
    row = db.execute(
        "SELECT number, version, at, payload FROM flag_opinions WHERE flag_id=? AND at <= ? AND erased = 0 "
        "AND payload <> '' ORDER BY number DESC LIMIT 1",
        (made.flag_id, stamp(made.decided_at)),
    ).fetchone()
    if row is None:
        return None
    number, version, at, payload = row
    opinion = decode(Opinion, json.loads(payload)["opinion"])
    rules = [
        RuleSaid(one.rule_id, one.title, one.rule_digest, _version(db, one.rule_id, at)) for one in opinion.matches
    ]
    return MachineSaid(number, version, moment(at), opinion.digests, tuple(rules), opinion.probability)


def _version(db: Database, rule_id: str, at: str) -> int | None:
    """Give the number of the rule's version that had been approved last at a time."""
    row = db.execute(
        "SELECT v.number FROM rule_versions v JOIN rule_events e ON e.version_id = v.version_id "
        "WHERE v.path LIKE ? ESCAPE '\\' AND e.event = ? AND e.at <= ? ORDER BY e.event_id DESC LIMIT 1",
        (f"%/{_escaped(rule_id)}.yaml", Event.APPROVED.value, at),
    ).fetchone()
    return int(row[0]) if row is not None else None


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _sealed(db: Database, decision_id: int) -> Sealed | None:
    row = db.execute(
        "SELECT c.seq, c.hash FROM row_ledger l JOIN audit_chain c ON c.seq = l.seq "  # noqa: S608 - our own number
        f"WHERE l.tbl = {TABLES['decisions'][0]} AND l.pk = ? ORDER BY l.ledger_id LIMIT 1",
        (decision_id,),
    ).fetchone()
    return Sealed(row[0], row[1]) if row is not None else None
