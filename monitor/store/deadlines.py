"""The times by which the legal clock runs, of one case or of all that were put forward. Reads; writes nothing."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.legalclock import Times
from monitor.models import State
from monitor.store.codec import moment
from monitor.store.connection import Connection
from monitor.store.decisions import AHEAD

_CASE = (
    "SELECT f.flag_id, f.item_id, f.state, f.region, json_extract(v.payload, '$.happened_at'), "
    "CASE WHEN o.payload <> '' THEN json_extract(o.payload, '$.opinion.setting.contest_id') END "
    "FROM flags f JOIN flag_opinions o ON o.opinion_id = f.opinion_id JOIN items i ON i.item_id = f.item_id "
    "JOIN item_versions v ON v.version_id = i.version_id "
)
_ENDED = frozenset({State.STOPPED, State.CLEARED})


@dataclass(frozen=True, slots=True)
class CaseTimes:
    """One case and its times. `region` and `contest_id` are "" where unknown or erased."""

    flag_id: int
    state: State
    region: str
    contest_id: str
    times: Times


class Deadlines:
    """Looks the times of cases up."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, flag_id: int) -> CaseTimes | None:
        """Give the times of one case, None where there is no such flag."""
        with self._connection.snapshot() as db:
            found = _cases(db, db.execute(_CASE + "WHERE f.flag_id=?", (flag_id,)).fetchall())
        return found[0] if found else None

    def all(self, regions: frozenset[str] = frozenset(), barred: frozenset[int] = frozenset()) -> list[CaseTimes]:
        """Give every case that was put forward and not stopped, by number, but those of the persons `barred`.

        `regions` empty = all.
        """
        where, values = "", list[str]()
        if regions:
            where, values = " AND f.region IN (SELECT value FROM json_each(?))", [json.dumps(sorted(regions))]
        if barred:
            where += " AND coalesce(f.person_id, 0) NOT IN (SELECT value FROM json_each(?))"
            values.append(json.dumps(sorted(barred)))
        with self._connection.snapshot() as db:
            rows = db.execute(f"{_CASE}WHERE f.state IN {AHEAD}{where} ORDER BY f.flag_id", values).fetchall()
            return _cases(db, rows)


def _cases(db: Database, rows: Sequence[tuple[int, int, str, str, str | None, str | None]]) -> list[CaseTimes]:
    flags, items = json.dumps([row[0] for row in rows]), json.dumps([row[1] for row in rows])
    steps, known, answered = _steps(db, flags), _known(db, flags), _answered(db, flags)
    captured, reported = _captured(db, items), _reported(db, items)
    return [
        CaseTimes(
            flag_id,
            State(state),
            region,
            contest or "",
            _times(
                State(state),
                steps.get(flag_id, {}),
                Times(
                    happened=moment(happened) if happened else None,
                    captured=captured.get(item_id),
                    reported=reported.get(item_id),
                    known=known.get(flag_id),
                ),
                answered.get(flag_id, []),
            ),
        )
        for flag_id, item_id, state, region, happened, contest in rows
    ]


def _times(state: State, steps: Mapping[State, datetime], base: Times, answers: Sequence[datetime]) -> Times:
    """Put the steps of a case beside what is known of it. The first information stands in for an unset `known`.

    An answer closes a case; one from before it was opened again no longer does.
    """
    opened = steps.get(State.IN_REVIEW)
    closed = next((at for at in answers if opened is None or at > opened), None)
    assumed = base.known is None and State.LEAD in steps and state.ahead
    ended = closed if state not in _ENDED else steps.get(state, closed)
    return Times(
        happened=base.happened,
        captured=base.captured,
        reported=base.reported,
        known=steps[State.LEAD] if assumed else base.known,
        found=steps.get(State.FINDING),
        forwarded=steps.get(State.FORWARDED),
        closed=ended,
        assumed_known=assumed,
    )


def _steps(db: Database, flags: str) -> dict[int, dict[State, datetime]]:
    """Give, by flag, when each state was reached by a decision that stands; of several the newest."""
    rows = db.execute(
        "SELECT d.flag_id, d.state, d.decided_at FROM decisions d WHERE d.flag_id IN (SELECT value FROM json_each(?)) "
        "AND d.undoes IS NULL AND NOT EXISTS (SELECT 1 FROM decisions u WHERE u.flag_id = d.flag_id "
        "AND u.undoes = d.decision_id) ORDER BY d.decision_id",
        (flags,),
    )
    found: dict[int, dict[State, datetime]] = defaultdict(dict)
    for flag_id, state, at in rows:
        if State(state) is State.IN_REVIEW:  # opened again: what came before no longer counts
            found[flag_id].clear()
        found[flag_id][State(state)] = moment(at)
    return found


def _known(db: Database, flags: str) -> dict[int, datetime]:
    """Give, by flag, what a plenary or the minutes of a first information fixed as known; the newest stands."""
    rows = db.execute(
        "SELECT flag_id, json_extract(payload, '$.diketahui') FROM process_events WHERE erased = 0 "
        "AND kind IN ('diketahui', 'pleno') AND flag_id IN (SELECT value FROM json_each(?)) ORDER BY event_id",
        (flags,),
    )
    return {flag_id: moment(at) for flag_id, at in rows if at}


def _answered(db: Database, flags: str) -> dict[int, list[datetime]]:
    """Give, by flag, when authorities' answers were entered, oldest first."""
    rows = db.execute(
        "SELECT flag_id, at FROM outcomes WHERE flag_id IN (SELECT value FROM json_each(?)) ORDER BY outcome_id",
        (flags,),
    )
    found: dict[int, list[datetime]] = defaultdict(list)
    for flag_id, at in rows:
        found[flag_id].append(moment(at))
    return found


def _captured(db: Database, items: str) -> dict[int, datetime]:
    rows = db.execute(
        "SELECT item_id, min(captured_at) FROM item_versions WHERE item_id IN (SELECT value FROM json_each(?)) "
        "GROUP BY 1",
        (items,),
    )
    return _moments(rows)


def _reported(db: Database, items: str) -> dict[int, datetime]:
    """Give, by item, when a citizen's report of it was written down."""
    rows = db.execute(
        "SELECT v.item_id, min(c.recorded_at) FROM capture_verdicts v JOIN captures c ON c.capture_id = v.capture_id "
        "WHERE c.door = 'warga' AND v.item_id IN (SELECT value FROM json_each(?)) GROUP BY 1",
        (items,),
    )
    return _moments(rows)


def _moments(rows: Iterable[tuple[int, str]]) -> dict[int, datetime]:
    return {key: moment(at) for key, at in rows}
