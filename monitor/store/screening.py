# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""Saving what the machine says: screenings of every item, flags, and their opinions as appended versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

from sqlite_utils import Database

from monitor.models import Actor, Opinion, Screened, Standing, State
from monitor.store.audit import Audit
from monitor.store.cases import opinion_payload
from monitor.store.codec import dumps, moment
from monitor.store.guard import Cell, Ledger, next_key
from monitor.store.items import chunks, marks
from monitor.store.search import keys_of, why_marks, words_of
from monitor.store.standing import Why, explain

RULE, FORM, WHY = "aturan", "bentuk", "sebab"


@dataclass(frozen=True, slots=True)
class SavedFlags:
    """What a batch changed: items looked at, new flags, changed opinions, withdrawn flags; rules stopped by it."""

    screened: int
    new: int
    changed: int
    withdrawn: int
    stopped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Held:
    flag_id: int
    state: str
    standing: Standing
    number: int
    said: bytes


class Screening:
    """One batch inside one write transaction."""

    def __init__(self, db: Database, audit: Audit, at: str, run_id: int) -> None:
        self._db = db
        self._audit = audit
        self._at = at
        self._run_id = run_id
        self._next_flag = int(db.execute("SELECT coalesce(max(flag_id), 0) + 1 FROM flags").fetchone()[0])
        self._next_opinion = next_key(db, "flag_opinions")
        self._opinions: list[tuple[Cell, ...]] = []
        self._new: list[tuple[Cell, ...]] = []
        self._changed: list[tuple[Cell, ...]] = []
        self._withdrawn: list[tuple[int]] = []
        self._stands: list[tuple[int, Standing, str]] = []
        self._marks: list[tuple[int, str, str]] = []
        self._words: list[tuple[int, str]] = []

    def save(self, results: Sequence[Screened], digest: str) -> SavedFlags:
        """See `Flags.save`."""
        self._record(results, self._digest_id(digest))
        held = self._held([one.stored.item_id for one in results])
        for result in results:
            before = held.get(result.stored.item_id)
            if result.opinions or before:
                self._weigh(result, before or {})
        self._write()
        if self._opinions:
            ledger = Ledger()
            ledger.insert(self._db, "flag_opinions", self._opinions)
            payload = {
                "diperiksa": len(results), "baru": len(self._new), "berubah": len(self._changed),
                "ditarik": len(self._withdrawn), "sidik": digest,
            }  # fmt: skip
            self._audit.append(self._db, ledger, action="saring", subject=f"run:{self._run_id}", payload=payload)
        return SavedFlags(len(results), len(self._new), len(self._changed), len(self._withdrawn))

    def _digest_id(self, digest: str) -> int:
        self._db.execute("INSERT OR IGNORE INTO screen_digests (digest) VALUES (?)", (digest,))
        return int(self._db.execute("SELECT digest_id FROM screen_digests WHERE digest=?", (digest,)).fetchone()[0])

    def _record(self, results: Sequence[Screened], digest_id: int) -> None:
        """Note of every item that this version of it was looked at: by stretches, as most lie side by side."""
        many, said = self._db.conn.executemany, (digest_id, self._run_id, self._at)
        flagged = [
            (one.stored.item_id, one.stored.version, *said, len(one.opinions)) for one in results if one.opinions
        ]
        many("INSERT OR IGNORE INTO screenings VALUES (?,?,?,?,?,?)", flagged)
        stretches = _stretches(results)
        # What has opinions stands there by now, and is passed by.
        many(
            "INSERT OR IGNORE INTO screenings SELECT item_id, ?,?,?,?,0 FROM items WHERE item_id BETWEEN ? AND ?",
            [(version, *said, first, last) for version, first, last in stretches],
        )
        many(
            "UPDATE items SET screened_version=?1, digest_id=?2 WHERE item_id BETWEEN ?3 AND ?4 "
            "AND screened_version <= ?1",
            [(version, digest_id, first, last) for version, first, last in stretches],
        )

    def _held(self, item_ids: Sequence[int]) -> dict[int, dict[int, _Held]]:
        found: dict[int, dict[int, _Held]] = {}
        for part in chunks(item_ids):
            rows = self._db.execute(
                "SELECT f.item_id, f.person_id, f.flag_id, f.state, f.withdrawn, "
                "(SELECT max(number) FROM flag_opinions n WHERE n.flag_id = f.flag_id), o.version, o.payload "
                "FROM flags f JOIN flag_opinions o ON o.opinion_id = f.opinion_id "
                f"WHERE f.person_id IS NOT NULL AND f.item_id IN ({marks(part)})",
                list(part),
            )
            for item_id, person_id, flag_id, state, withdrawn, number, version, payload in rows:
                one = _Held(flag_id, state, Standing(withdrawn), number, _said(version, payload))
                found.setdefault(item_id, {})[person_id] = one
        return found

    def _weigh(self, result: Screened, held: dict[int, _Held]) -> None:
        """Compare one item's opinions with the flags it has."""
        said: dict[int, tuple[Actor, Opinion]] = {}
        for actor, opinion in result.opinions:
            person_id = actor.person.person_id
            if person_id not in said or opinion.urgency > said[person_id][1].urgency:
                said[person_id] = (actor, opinion)
        for person_id, (actor, opinion) in said.items():
            payload = opinion_payload(result.stored, actor, opinion)
            before = held.get(person_id)
            stands = _stands(before, held=person_id in result.held)
            if before is None:
                self._open(result, actor, opinion, payload, stands)
            elif before.standing is not stands or before.said != _said(result.stored.version, payload):
                self._revise(before, result, actor, opinion, payload, stands)
        for person_id, before in held.items():
            if person_id not in said and before.state == State.NEW.value and before.standing in _MAY_DROP:
                self._append(before.flag_id, before.number + 1, result, "", withdrawn=Standing.DROPPED)
                self._withdrawn.append((before.flag_id,))
                self._stands.append((before.flag_id, Standing.DROPPED, ""))

    def _open(self, result: Screened, actor: Actor, opinion: Opinion, payload: str, stands: Standing) -> None:
        flag_id, item = self._next_flag, result.stored.item
        self._next_flag += 1
        opinion_id = self._append(flag_id, 1, result, payload, withdrawn=stands)
        self._explain(flag_id, stands, opinion)
        self._new.append(
            (flag_id, result.stored.item_id, actor.person.person_id, State.NEW.value,
             *_sorted_by(result, actor, opinion), item.kind.value, item.platform.value, opinion_id, self._at,
             stands.value, float(opinion.urgency))
        )  # fmt: skip
        self._describe(flag_id, result, actor, opinion)

    def _revise(
        self, before: _Held, result: Screened, actor: Actor, opinion: Opinion, payload: str, stands: Standing
    ) -> None:
        opinion_id = self._append(before.flag_id, before.number + 1, result, payload, withdrawn=stands)
        self._changed.append(
            (*_sorted_by(result, actor, opinion), float(opinion.urgency), result.stored.version, opinion_id,
             stands.value, before.flag_id)
        )  # fmt: skip
        if before.standing is not stands:
            self._explain(before.flag_id, stands, opinion)
        self._describe(before.flag_id, result, actor, opinion)

    def _explain(self, flag_id: int, stands: Standing, opinion: Opinion) -> None:
        self._stands.append((flag_id, stands, opinion.matches[0].rule_id if opinion.matches else ""))

    def _append(self, flag_id: int, number: int, result: Screened, payload: str, *, withdrawn: Standing) -> int:
        opinion_id, stored = self._next_opinion, result.stored
        self._next_opinion += 1
        self._opinions.append(
            (
                opinion_id,
                flag_id,
                number,
                stored.item_id,
                stored.version,
                self._run_id,
                withdrawn.value,
                payload,
                self._at,
                0,
            )
        )
        return opinion_id

    def _describe(self, flag_id: int, result: Screened, actor: Actor, opinion: Opinion) -> None:
        item = result.stored.item
        rules = {(RULE, match.rule_id) for match in opinion.matches}
        forms = {(FORM, form) for form in opinion.forms}
        why = {(WHY, code) for code in why_marks(opinion)}
        self._marks += [(flag_id, kind, value) for kind, value in sorted(rules | forms | why)]
        self._words.append((flag_id, words_of(item, actor, opinion)))

    def _write(self) -> None:
        many = self._db.conn.executemany
        many(
            "INSERT INTO flags (flag_id, item_id, person_id, state, urgency, level, phase, region, doubt, probability, "
            "happened_at, office, kind, platform, opinion_id, created_at, withdrawn, haste) "
            "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            self._new,
        )
        # The share of the legal clock stays; a postponed flag comes back when it rests on another version than before.
        many(
            "UPDATE flags SET urgency=?, level=?, phase=?, region=?, doubt=?, probability=?, happened_at=?, office=?, "
            "haste = ? + haste - urgency, until = CASE WHEN (SELECT o.version FROM flag_opinions o "
            "WHERE o.opinion_id = flags.opinion_id) = ? THEN until ELSE '' END, opinion_id=?, withdrawn=? "
            "WHERE flag_id=?",
            self._changed,
        )
        many("UPDATE flags SET withdrawn=1 WHERE flag_id=?", self._withdrawn)
        many("DELETE FROM flag_marks WHERE flag_id=?", [(row[-1],) for row in self._changed])
        many("INSERT INTO flag_marks VALUES (?,?,?)", self._marks)
        # No REPLACE: it would pass by the triggers that keep the index of the words.
        many(
            "INSERT INTO flag_words (flag_id, words, stale) VALUES (?,?,0) "
            "ON CONFLICT (flag_id) DO UPDATE SET words = excluded.words, stale = 0",
            self._words,
        )
        explain(self._db, self._stands, Why("", None, "", moment(self._at)))


_MAY_DROP = (Standing.IN_QUEUE, Standing.HELD)


def _stretches(results: Sequence[Screened]) -> list[tuple[int, int, int]]:
    """Give what was looked at as version, first and last item of a stretch: every item of it, and no other."""
    by_version: dict[int, set[int]] = {}
    for one in results:
        stored = one.stored
        by_version.setdefault(stored.version, set()).add(stored.item_id)
    found = []
    for version, item_ids in by_version.items():
        first, end = min(item_ids), max(item_ids)
        if end - first >= len(item_ids):
            for last, following in pairwise(sorted(item_ids)):
                if following > last + 1:
                    found.append((version, first, last))
                    first = following
        found.append((version, first, end))
    return found


def _stands(before: _Held | None, *, held: bool) -> Standing:
    """Give where a flag stands now that it is put before a human, or held back with a stopped rule."""
    if not held:
        return Standing.IN_QUEUE
    if before is not None and before.standing is Standing.WITHDRAWN:
        return Standing.WITHDRAWN
    if before is not None and before.state != State.NEW.value:
        return before.standing
    return Standing.HELD


def _said(version: int, payload: str) -> bytes:
    return sha256(dumps([version, payload]).encode("ascii")).digest()


def _sorted_by(result: Screened, actor: Actor, opinion: Opinion) -> tuple[float, str, str, str, float, float, str, str]:
    """Give urgency, level, phase, region and the keys of the other orders: what the queue orders and filters by."""
    phase = opinion.setting.phase
    region = actor.appointment.region if actor.appointment is not None else ""
    keys = keys_of(result.stored, actor, opinion)
    return (
        float(opinion.urgency), opinion.level.value, phase.value if phase is not None else "", region,
        keys.doubt, keys.probability, keys.happened_at, keys.office,
    )  # fmt: skip
