# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""The order of the queue, asked of an index that holds everything most filters look at."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlite_utils import Database

from monitor.models import Flag, ItemKind, Level, Phase, Platform, State
from monitor.store.codec import folded

Value = str | int | float


@dataclass(frozen=True, slots=True)
class QueueQuery:
    """What is looked for. None, "" or an empty set = no limit; `regions` are those that the user may see.

    `text` is searched, folded, in the item's text and title and in the person's name.
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


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of flags and how many there are in all."""

    flags: tuple[Flag, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Flag ids before and after a flag in the queue."""

    previous: int | None
    next: int | None


def _conditions(query: QueueQuery) -> tuple[str, list[Value]]:
    parts, values = ["withdrawn = 0"], list[Value]()
    for column, wanted in (
        ("level", query.level),
        ("kind", query.kind),
        ("platform", query.platform),
        ("phase", query.phase),
    ):
        if wanted is not None:
            parts.append(f"{column} = ?")
            values.append(wanted.value)
    if query.regions:
        parts.append("region IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(sorted(query.regions)))
    if query.form:
        parts.append(
            "EXISTS (SELECT 1 FROM flag_marks m WHERE m.flag_id = flags.flag_id AND m.kind = 'bentuk' AND m.value = ?)"
        )
        values.append(query.form)
    if words := folded(query.text):
        parts.append(
            "EXISTS (SELECT 1 FROM flag_words w WHERE w.flag_id = flags.flag_id AND w.words LIKE ? ESCAPE '\\')"
        )
        escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        values.append(f"%{escaped}%")
    return " AND ".join(parts), values


def _ordered(
    query: QueueQuery, more: str, more_values: list[Value], *, backwards: bool = False
) -> tuple[str, list[Value]]:
    """Give the ids in order. One SELECT a state, merged: each then runs along the index and stops at the limit."""
    where, values = _conditions(query)
    order = "urgency ASC, flag_id DESC" if backwards else "urgency DESC, flag_id ASC"
    states = list(dict.fromkeys(query.states))
    one = f"SELECT flag_id, urgency FROM flags WHERE state = ? AND {where}{more}"
    sql = " UNION ALL ".join([one] * len(states)) + f" ORDER BY {order}"
    bound: list[Value] = []
    for state in states:
        bound += [state.value, *values, *more_values]
    return sql, bound


def page_ids(db: Database, query: QueueQuery) -> tuple[list[int], int]:
    """Give the ids of one page and the number of all."""
    if not query.states:
        return [], 0
    where, values = _conditions(query)
    marks = ",".join("?" * len(query.states))
    total = db.execute(
        f"SELECT count(*) FROM flags WHERE state IN ({marks}) AND {where}",
        [*(state.value for state in query.states), *values],
    ).fetchone()[0]
    sql, bound = _ordered(query, "", [])
    rows = db.execute(f"{sql} LIMIT ? OFFSET ?", [*bound, max(query.limit, 0), max(query.offset, 0)])
    return [row[0] for row in rows], int(total)


def after(db: Database, flag_id: int | None, query: QueueQuery) -> int | None:
    """Give the flag after this one; where this one stands counts, even if it has left the queue meanwhile."""
    return _beside(db, flag_id, query, backwards=False)


def previous(db: Database, flag_id: int, query: QueueQuery) -> int | None:
    """Give the flag before this one."""
    return _beside(db, flag_id, query, backwards=True)


def _beside(db: Database, flag_id: int | None, query: QueueQuery, *, backwards: bool) -> int | None:
    more, values = "", list[Value]()
    if not query.states:
        return None
    if flag_id is not None:
        row = db.execute("SELECT urgency FROM flags WHERE flag_id = ?", (flag_id,)).fetchone()
        if row is None:
            return None
        more = " AND urgency >= ? AND (urgency > ? OR flag_id < ?)" if backwards else (
            " AND urgency <= ? AND (urgency < ? OR flag_id > ?)"
        )  # fmt: skip
        values = [row[0], row[0], flag_id]
    sql, bound = _ordered(query, more, values, backwards=backwards)
    found = db.execute(f"{sql} LIMIT 1", bound).fetchone()
    return int(found[0]) if found else None
