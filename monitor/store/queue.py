# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""The order of the queue, asked of an index that holds everything most filters look at.

A page begins after (or ends before) a flag, so a deep page costs what the first one does. What is searched by words,
rule, form or reason is looked up first: where few flags have it they alone are ordered, where many have it the walk
along the order meets them soon. Near-duplicates collapse to the first of their group that the same filters let through,
wherever in the queue the others stand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlite_utils import Database

from monitor.models import Flag, ItemKind, Level, Phase, Platform, ReasonCode, State
from monitor.store import conflicts, due
from monitor.store.codec import stamp
from monitor.store.orderkeys import fold
from monitor.store.search import asked, terms

Value = str | int | float

FEW = 2000
"""So many flags that have what was asked for are ordered by themselves; of more, the total is said as "more than"."""
COUNTED = 20_000
"""So many flags a page counts; only what asks for it is counted whole."""


class Order(StrEnum):
    """By what the queue is ordered."""

    URGENT = "mendesak"
    OLDEST = "terlama"
    HARDEST = "tersulit"
    SUREST = "terpasti"


class Mine(StrEnum):
    """What of the queue is the reader's own: held in packs, decided, put off until later, left out for themselves."""

    HELD = "pegangan"
    DECIDED = "putusan"
    POSTPONED = "tertunda"
    SKIPPED = "lewati"


@dataclass(frozen=True, slots=True)
class _Key:
    column: str
    index: str
    falling: bool


_KEYS = {
    Order.URGENT: _Key("haste", "flags_queue", falling=True),
    Order.OLDEST: _Key("happened_at", "flags_oldest", falling=False),
    Order.HARDEST: _Key("doubt", "flags_hardest", falling=False),
    Order.SUREST: _Key("probability", "flags_surest", falling=True),
}


@dataclass(frozen=True, slots=True)
class QueueQuery:
    """What is looked for. None, "" or an empty set = no limit; `regions` are those that the user may see.

    `text` is searched, folded, in the item's words, the person's name, office and post, and the names of rules. `since`
    and `before` bound the time of the act, `chance_from` and `chance_below` the model's probability; `why` is the code
    of a reason for flagging, `reason` that of the newest decision. `user_id` is the reader: what they skipped is left
    out, and with `free` what others hold. `now` hides what is postponed beyond it (None = hides nothing). `grouped`
    gives of near-duplicates the first only. A page starts after the flag `start`, or ends before it if `backwards`;
    `backwards` without a start gives the last page. Not `exact`: a total above `COUNTED` is said as "more than".
    """

    states: tuple[State, ...] = (State.NEW, State.IN_REVIEW)
    level: Level | None = None
    kind: ItemKind | None = None
    platform: Platform | None = None
    phase: Phase | None = None
    regions: frozenset[str] = frozenset()
    form: str = ""
    text: str = ""
    offset: int = 0
    limit: int = 50
    order: Order = Order.URGENT
    rule: str = ""
    why: str = ""
    reason: ReasonCode | None = None
    office: str = ""
    since: datetime | None = None
    before: datetime | None = None
    chance_from: float | None = None
    chance_below: float | None = None
    person_id: int | None = None
    mine: Mine | None = None
    user_id: int = 0
    free: bool = False
    now: datetime | None = None
    grouped: bool = False
    start: int | None = None
    backwards: bool = False
    exact: bool = True


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of flags and how many flags there are in all; `capped`: there are more than `total`.

    `more`: flags lie beyond the page, in the direction in which it was asked for.
    """

    flags: tuple[Flag, ...]
    total: int
    capped: bool = False
    more: bool = False


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Flag ids before and after a flag in the queue."""

    previous: int | None
    next: int | None


@dataclass(frozen=True, slots=True)
class _Where:
    """Conditions on `f`, and what is bound in them; `{f}` stands for the alias."""

    parts: tuple[str, ...]
    values: tuple[Value, ...]

    def on(self, alias: str) -> str:
        return " AND ".join(part.replace("{f}", alias) for part in self.parts)


def _where(db: Database, query: QueueQuery) -> _Where:
    """Give the conditions that the index of each order can look at."""
    parts, values = ["{f}.withdrawn = 0"], list[Value]()

    def need(part: str, *bound: Value) -> None:
        parts.append(part)
        values.extend(bound)

    regions = json.dumps(sorted(query.regions)) if query.regions else None
    for part, wanted in (
        ("{f}.level = ?", query.level.value if query.level else None),
        ("{f}.kind = ?", query.kind.value if query.kind else None),
        ("{f}.platform = ?", query.platform.value if query.platform else None),
        ("{f}.phase = ?", query.phase.value if query.phase else None),
        ("{f}.region IN (SELECT value FROM json_each(?))", regions),
        ("instr({f}.office, ?) > 0", fold(query.office) or None),
        ("{f}.happened_at >= ?", stamp(query.since) if query.since else None),
        ("{f}.happened_at < ?", stamp(query.before) if query.before else None),
        ("{f}.probability >= ?", query.chance_from),
        ("{f}.probability < ?", query.chance_below),
    ):
        if wanted is not None:
            need(part, wanted)
    if query.now is not None and query.mine is Mine.POSTPONED:
        need("{f}.until > ?", stamp(query.now))
    elif query.now is not None and query.mine is None:
        need("{f}.until <= ?", stamp(query.now))
    if query.user_id and query.mine is None and _skips(db, query.user_id):
        need("{f}.flag_id NOT IN (SELECT s.flag_id FROM skipped s WHERE s.user_id = ?)", query.user_id)
    if query.user_id and (barred := conflicts.persons(db, query.user_id)):
        need("coalesce({f}.person_id, 0) NOT IN (SELECT value FROM json_each(?))", json.dumps(sorted(barred)))
    if query.user_id and (untold := due.hidden(db, query.user_id, query.states)):
        need(untold)
    if query.free and query.now is not None:
        need(
            "NOT EXISTS (SELECT 1 FROM flag_leases l WHERE l.flag_id = {f}.flag_id AND l.until > ? AND l.user_id <> ?)",
            stamp(query.now), query.user_id,
        )  # fmt: skip
    return _Where(tuple(parts), tuple(values))


def _skips(db: Database, user_id: int) -> bool:
    return db.execute("SELECT 1 FROM skipped WHERE user_id = ? LIMIT 1", (user_id,)).fetchone() is not None


def _sought(query: QueueQuery) -> list[tuple[str, str, tuple[Value, ...]]]:
    """Give what is kept outside the flags: where it is looked up, the condition there, and the values of it."""
    found: list[tuple[str, str, tuple[Value, ...]]] = []
    if wanted := terms(query.text):
        found.append(
            ("flag_search d CROSS JOIN flags f ON f.flag_id = d.rowid", "d.flag_search MATCH ?", (asked(wanted),))
        )
    elif query.text.strip():
        found.append(("flags f", "0 = 1", ()))  # nothing but signs: no word to find
    for kind, value in (("aturan", query.rule), ("bentuk", query.form), ("sebab", query.why)):
        if value:
            mark = "d.kind = ? AND d.value = ?"
            found.append(("flag_marks d CROSS JOIN flags f ON f.flag_id = d.flag_id", mark, (kind, value)))
    if query.mine is Mine.HELD and query.now is not None:
        held = "d.user_id = ? AND d.until > ?"
        source = "flag_leases d CROSS JOIN flags f ON f.flag_id = d.flag_id"
        found.append((source, held, (query.user_id, stamp(query.now))))
    if query.mine is Mine.DECIDED:
        source = "decisions d CROSS JOIN flags f ON f.flag_id = d.flag_id"
        found.append((source, "d.user_id = ?", (query.user_id,)))
    if query.mine is Mine.SKIPPED:
        found.append(("skipped d CROSS JOIN flags f ON f.flag_id = d.flag_id", "d.user_id = ?", (query.user_id,)))
    if query.person_id is not None:
        found.append(("flags f INDEXED BY flags_person", "f.person_id = ?", (query.person_id,)))
    if query.reason is not None:
        source = "decisions d CROSS JOIN flags f ON f.decision_id = d.decision_id"
        found.append((source, "d.reason = ?", (query.reason.value,)))
    return found


def _walked(query: QueueQuery) -> _Where:
    """Give the same as conditions on each flag that a walk meets."""
    parts, values = list[str](), list[Value]()
    for term in terms(query.text):
        parts.append("EXISTS (SELECT 1 FROM flag_words w WHERE w.flag_id = {f}.flag_id AND instr(w.words, ?) > 0)")
        values.append(term)
    for kind, value in (("aturan", query.rule), ("bentuk", query.form), ("sebab", query.why)):
        if value:
            parts.append(
                "EXISTS (SELECT 1 FROM flag_marks m WHERE m.flag_id = {f}.flag_id AND m.kind = ? AND m.value = ?)"
            )
            values += [kind, value]
    if query.mine is Mine.HELD and query.now is not None:
        parts.append(
            "EXISTS (SELECT 1 FROM flag_leases l WHERE l.flag_id = {f}.flag_id AND l.user_id = ? AND l.until > ?)"
        )
        values += [query.user_id, stamp(query.now)]
    if query.mine is Mine.DECIDED:
        parts.append("EXISTS (SELECT 1 FROM decisions d WHERE d.flag_id = {f}.flag_id AND d.user_id = ?)")
        values.append(query.user_id)
    if query.mine is Mine.SKIPPED:
        parts.append("EXISTS (SELECT 1 FROM skipped s WHERE s.user_id = ? AND s.flag_id = {f}.flag_id)")
        values.append(query.user_id)
    if query.person_id is not None:
        parts.append("{f}.person_id = ?")
        values.append(query.person_id)
    if query.reason is not None:
        parts.append("EXISTS (SELECT 1 FROM decisions d WHERE d.decision_id = {f}.decision_id AND d.reason = ?)")
        values.append(query.reason.value)
    return _Where(tuple(parts), tuple(values))


def narrowed(db: Database, query: QueueQuery) -> tuple[_Where, int | None, bool]:
    """Give the conditions of a query, how many flags it has where that is known already, and whether there are more."""
    where, sought = _where(db, query), _sought(query)
    if not sought:
        return where, None, False
    walked = _walked(query)
    both = _Where((*where.parts, *walked.parts), (*where.values, *walked.values))
    source, condition, bound = sought[0]
    rest = both if len(sought) > 1 else where
    rows = db.execute(
        f"SELECT DISTINCT f.flag_id FROM {source} WHERE {condition} AND f.state IN ({_marks(query)}) "
        f"AND {rest.on('f')} LIMIT ?",
        [*bound, *(state.value for state in query.states), *rest.values, FEW + 1],
    ).fetchall()
    if len(rows) > FEW:
        return both, FEW, True
    ids = json.dumps([row[0] for row in rows])
    few = _Where(("{f}.flag_id IN (SELECT value FROM json_each(?))", "{f}.withdrawn = 0"), (ids,))
    return few, len(rows), False


def _marks(query: QueueQuery) -> str:
    return ",".join("?" * len(query.states))


def _walk(query: QueueQuery, where: _Where, place: tuple[Value, int] | None) -> tuple[str, list[Value]]:
    """Give the ids in order. One SELECT a state, merged: each then runs along the index and stops at the limit."""
    key, back = _KEYS[query.order], query.backwards
    down = key.falling is not back  # do the keys fall along the walk?
    more, more_values = "", list[Value]()
    if place is not None:
        far, id_far = ("<" if down else ">"), ("<" if back else ">")
        more = f" AND f.{key.column} {far}= ? AND (f.{key.column} {far} ? OR f.flag_id {id_far} ?)"
        more_values = [place[0], place[0], place[1]]
    twin, twin_values = _no_earlier_twin(query, where, key) if query.grouped else ("", [])
    states = list(dict.fromkeys(query.states))
    few = "json_each" in where.parts[0]  # then looked up one by one, whatever the index of states promises
    index = "" if few else f" INDEXED BY {key.index}"
    one = (
        f"SELECT f.flag_id, f.{key.column} AS place FROM flags f{index} "
        f"WHERE {'+' if few else ''}f.state = ? AND {where.on('f')}{more}{twin}"
    )
    order = f"place {'DESC' if down else 'ASC'}, flag_id {'DESC' if back else 'ASC'}"
    bound: list[Value] = []
    for state in states:
        bound += [state.value, *where.values, *more_values, *twin_values]
    return " UNION ALL ".join([one] * len(states)) + f" ORDER BY {order}", bound


def _no_earlier_twin(query: QueueQuery, where: _Where, key: _Key) -> tuple[str, list[Value]]:
    """Leave out a flag before which another of its group stands that the same filters let through."""
    sooner = ">" if key.falling else "<"
    sql = (
        " AND NOT EXISTS (SELECT 1 FROM flag_groups a CROSS JOIN flag_groups b ON b.leader_id = a.leader_id "
        "CROSS JOIN flags g ON g.flag_id = b.flag_id WHERE a.flag_id = f.flag_id AND b.flag_id <> f.flag_id "
        f"AND g.state IN ({_marks(query)}) AND {where.on('g')} AND (g.{key.column} {sooner} f.{key.column} "
        f"OR (g.{key.column} = f.{key.column} AND g.flag_id < f.flag_id)))"
    )
    return sql, [*(state.value for state in query.states), *where.values]


def _place(db: Database, query: QueueQuery, flag_id: int) -> tuple[Value, int] | None:
    """Give where a flag stands in the order, even if it has left the queue meanwhile."""
    column = _KEYS[query.order].column
    row = db.execute(f"SELECT {column} FROM flags WHERE flag_id = ?", (flag_id,)).fetchone()
    return None if row is None else (row[0], flag_id)


def page_ids(db: Database, query: QueueQuery) -> tuple[list[int], int, bool, bool]:
    """Give the ids of one page, in order; the number of all flags, whether there are more than that, and beyond."""
    if not query.states:
        return [], 0, False, False
    where, total, capped = narrowed(db, query)
    if total is None:
        total, capped = _count(db, query, where)
    place = None if query.start is None else _place(db, query, query.start)
    if query.start is not None and place is None:
        return [], total, capped, False
    sql, bound = _walk(query, where, place)
    limit = max(query.limit, 0)
    rows = db.execute(f"{sql} LIMIT ? OFFSET ?", [*bound, limit + 1, max(query.offset, 0)])
    ids = [int(row[0]) for row in rows]
    found = ids[:limit]
    return (found[::-1] if query.backwards else found), total, capped, len(ids) > limit


def _count(db: Database, query: QueueQuery, where: _Where) -> tuple[int, bool]:
    limit = "" if query.exact else f" LIMIT {COUNTED + 1}"
    row = db.execute(
        "SELECT count(*) FROM (SELECT 1 FROM flags f INDEXED BY flags_queue "
        f"WHERE f.state IN ({_marks(query)}) AND {where.on('f')}{limit})",
        [*(state.value for state in query.states), *where.values],
    ).fetchone()
    found = int(row[0])
    return (found, False) if query.exact or found <= COUNTED else (COUNTED, True)


def after(db: Database, flag_id: int | None, query: QueueQuery) -> int | None:
    """Give the flag after this one; where this one stands counts, even if it has left the queue meanwhile."""
    return _beside(db, flag_id, replace(query, backwards=False))


def previous(db: Database, flag_id: int, query: QueueQuery) -> int | None:
    """Give the flag before this one."""
    return _beside(db, flag_id, replace(query, backwards=True))


def _beside(db: Database, flag_id: int | None, query: QueueQuery) -> int | None:
    place = None if flag_id is None else _place(db, query, flag_id)
    if not query.states or (flag_id is not None and place is None):
        return None
    sql, bound = _walk(query, narrowed(db, query)[0], place)
    found = db.execute(f"{sql} LIMIT 1", bound).fetchone()
    return int(found[0]) if found else None


def each_id(db: Database, query: QueueQuery) -> Iterator[int]:
    """Give the ids of every flag that the query lets through, in order, one by one; groups are not collapsed."""
    if query.states:
        whole = replace(query, grouped=False, backwards=False)
        sql, bound = _walk(whole, narrowed(db, whole)[0], None)
        for row in db.execute(sql, bound):
            yield int(row[0])


def all_ids(db: Database, query: QueueQuery, most: int) -> list[int]:
    """Give the ids of every flag that the query lets through, in order, at most `most`; groups are not collapsed."""
    if not query.states:
        return []
    sql, bound = _walk(replace(query, grouped=False), narrowed(db, query)[0], None)
    return [int(row[0]) for row in db.execute(f"{sql} LIMIT ?", [*bound, most])]


def values_of(db: Database, kind: str) -> Sequence[str]:
    """Give every value that flags carry of a kind of mark, in order: one step along the index each."""
    rows = db.execute(
        "WITH RECURSIVE seen(value) AS (SELECT min(value) FROM flag_marks WHERE kind = :kind UNION ALL "
        "SELECT (SELECT min(m.value) FROM flag_marks m WHERE m.kind = :kind AND m.value > seen.value) "
        "FROM seen WHERE seen.value IS NOT NULL) SELECT value FROM seen WHERE value IS NOT NULL",
        {"kind": kind},
    )
    return [str(row[0]) for row in rows]
