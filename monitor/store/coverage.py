# ruff: noqa: S608 -- only constants and question marks are put into SQL; every value is bound
"""What was seen of each source: turn by turn, day by day, and how it stands now.

A turn is one source in one run. It is open from its first answer until every answer that it leads to was stored, and an
open turn proves nothing. Of several answers the worst counts; of several turns of a day the newest. A year of days is
one text of 366 letters a source, so that a year of 100,000 accounts is read in one pass.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo

from sqlite_utils import Database

from monitor.models import Condition, Outcome, Page, Platform
from monitor.store import alarms, past_roster
from monitor.store.codec import clean, moment, stamp
from monitor.store.connection import Connection
from monitor.store.past_roster import Subject as Subject  # noqa: PLC0414 - whoever asks for coverage asks for these

LETTERS: Mapping[Outcome, str] = {
    Outcome.OK_ITEMS: "i", Outcome.OK_EMPTY_PROVED: "e", Outcome.NOT_MODIFIED: "n", Outcome.BLOCKED: "b",
    Outcome.RATE_LIMITED: "r", Outcome.AUTH: "a", Outcome.NOT_AVAILABLE: "v", Outcome.GONE: "g",
    Outcome.INVALID_REQUEST: "q", Outcome.SCHEMA_DRIFT: "s", Outcome.TRANSIENT: "t", Outcome.DENIED_BY_ROBOTS: "d",
    Outcome.LEGALLY_OFF: "l", Outcome.BUDGET_REACHED: "u",
}  # fmt: skip
"""One letter a day: how the newest turn of the day ended. Stored: never change one."""
OUTCOMES: Mapping[str, Outcome] = {letter: outcome for outcome, letter in LETTERS.items()}
NOT_TRIED = "."
UNFINISHED = "belum selesai: sedang berjalan, atau terputus di tengah jalan"
CUT_SHORT = "terputus di tengah jalan; yang terlihat sebelumnya tersimpan, sisanya belum dilihat"
_YEAR = NOT_TRIED * 366
# The order is forced: without statistics the planner would look up every source's turns for open ones.
_OPEN_TURNS = "turns t INDEXED BY turns_open CROSS JOIN looks l USING (look_id) WHERE t.open=1"
PROVING = ", ".join(f"'{one.value}'" for one in Outcome if one.proved)
_BY_VALUE = {one.value: one for one in Outcome}


@dataclass(frozen=True, slots=True)
class Standing:
    """How the newest turn within a window ended. `proved_at` is the last proof within it.

    `since`: from when on every turn failed, None where the newest proved something or that is not known.
    """

    outcome: Outcome
    at: datetime
    proved_at: datetime | None = None
    detail: str = ""
    run_id: int = 0
    since: datetime | None = None


class Coverage:
    """What was and was not seen. `zone` says where a day begins."""

    def __init__(self, connection: Connection, clock: Callable[[], datetime], zone: tzinfo = UTC) -> None:
        self._connection = connection
        self._clock = clock
        self._zone = zone

    # ------------------------------------------------------------------- written by a run

    def settle(self) -> int:
        """Close what earlier runs left open, as failed; gives how many. Only for whoever may collect now."""
        rows = self._connection.db.execute(f"SELECT l.source_id, t.run_id FROM {_OPEN_TURNS}").fetchall()
        for source_id, run_id in rows:
            self.finish(source_id, run_id, CUT_SHORT)
        return len(rows)

    def finish(self, source_id: str, run_id: int, doubt: str = "") -> None:
        """Close a source's turn: everything it leads to was stored.

        With a `doubt` (Indonesian), or while the source's canary is not found, it proves nothing.
        """
        with self._connection.transaction() as db:
            row = db.execute(
                "SELECT t.look_id, t.outcome, t.detail, t.at, l.proved_at, l.unproved_since, l.run_id FROM turns t "
                "JOIN looks l USING (look_id) WHERE l.source_id=? AND t.run_id=? AND t.open=1",
                (clean(source_id), run_id),
            ).fetchone()
            if row is None:
                return
            look_id, said, detail, at, proved_at, since, newest = row
            outcome = Outcome(said) if said else Outcome.TRANSIENT
            doubt = doubt or alarms.blindness(db, clean(source_id))
            if doubt and (outcome.proved or not said):
                outcome, detail = Outcome.TRANSIENT, clean(doubt)
                _distrust(db, clean(source_id), detail, proved_at)
            db.execute(
                "UPDATE turns SET open=0, outcome=?, detail=? WHERE look_id=? AND run_id=?",
                (outcome.value, detail, look_id, run_id),
            )
            if newest > run_id:
                return
            db.execute(
                "UPDATE looks SET outcome=?, detail=?, at=?, run_id=?, proved_at=?, unproved_since=? WHERE look_id=?",
                (outcome.value, detail, at, run_id, at if outcome.proved else proved_at,
                 None if outcome.proved else since or at, look_id),
            )  # fmt: skip
            _write_day(db, look_id, moment(at).astimezone(self._zone).date(), LETTERS[outcome])

    def take_back(self, source_id: str, doubt: str) -> None:
        """Say of a source's newest turn, closed already, that it proves nothing, for the reason given (Indonesian)."""
        with self._connection.transaction() as db:
            row = db.execute(
                "SELECT look_id, run_id, (SELECT max(t.at) FROM turns t WHERE t.look_id = l.look_id AND "
                f"t.run_id < l.run_id AND t.outcome IN ({PROVING})) FROM looks l WHERE source_id=? AND run_id > 0",
                (clean(source_id),),
            ).fetchone()
            if row is None:
                return
            look_id, run_id, before = row
            db.execute("UPDATE looks SET proved_at=? WHERE look_id=?", (before, look_id))
            db.execute("UPDATE turns SET open=1 WHERE look_id=? AND run_id=?", (look_id, run_id))
        self.finish(source_id, run_id, doubt)

    # ------------------------------------------------------------------- read

    def subjects(self, regions: frozenset[str] = frozenset(), on: date | None = None) -> list[Subject]:
        """Give every account of the roster, and every person without one, by person; `regions` empty = all.

        With a day (of the office's zone) as the roster stood then: who was in it by then, in the office of that day.
        """
        rows = self._connection.db.execute(
            "SELECT p.person_id, p.full_name, coalesce(a.office, ''), coalesce(a.region, ''), c.account_id, "
            "c.platform, coalesce(c.native_id, ''), coalesce(c.handles, '[]'), "
            "coalesce(c.conditions, '[]') FROM persons p LEFT JOIN accounts c USING (person_id) "
            "LEFT JOIN appointments a ON a.appointment_id = (SELECT x.appointment_id FROM appointments x "
            "WHERE x.person_id = p.person_id ORDER BY x.until IS NULL DESC, coalesce(x.since, '') DESC, "
            "x.appointment_id DESC LIMIT 1) ORDER BY p.person_id, c.account_id"
        )
        found = []
        for a, b, c, d, e, f, native_id, handles, conditions in rows:
            fake = conditions != "[]" and Condition.FAKE in json.loads(conditions)
            handle, ever = past_roster.names(handles, on)
            found.append(Subject(a, b, c, d, e, Platform(f) if f else None, native_id, handle, fake, formerly=ever))
        if on is not None:
            found = past_roster.as_of(self._connection.db, found, on, self._zone)
        return [one for one in found if not regions or one.region in regions]

    def entered(self) -> dict[int, date]:
        """Give the day on which each account came into the roster, by `account_id`."""
        return past_roster.entered(self._connection.db, past_roster.ACCOUNTS, self._zone)

    def erased_since(self, on: date) -> past_roster.Erased:
        """Count who and which accounts stood in the roster of a day and were erased since."""
        return past_roster.erased(self._connection.db, on, self._zone)

    def now(self) -> dict[str, Standing]:
        """Give how every source that was ever asked stands, by `source_id`; an open turn proves nothing."""
        found = {
            source_id: Standing(_BY_VALUE[outcome], moment(at), _when(proved), detail, run_id, _when(since))
            for source_id, outcome, detail, at, run_id, proved, since in self._connection.db.execute(
                "SELECT source_id, outcome, detail, at, run_id, proved_at, unproved_since FROM looks WHERE outcome<>''"
            )
        }
        for source_id, run_id, at in self._connection.db.execute(
            f"SELECT l.source_id, t.run_id, t.at FROM {_OPEN_TURNS}"
        ):
            before = found.get(source_id)
            proved = before.proved_at if before else None
            found[source_id] = Standing(Outcome.TRANSIENT, moment(at), proved, UNFINISHED, run_id, moment(at))
        return found

    def of_run(self, run_id: int) -> dict[str, Standing]:
        """Give how every source that the run asked ended, by `source_id`."""
        return {
            source_id: _standing(outcome, detail, at, run_id, is_open)
            for source_id, outcome, detail, at, is_open in self._connection.db.execute(
                "SELECT l.source_id, t.outcome, t.detail, t.at, t.open FROM turns t CROSS JOIN looks l USING (look_id) "
                "WHERE t.run_id=?",
                (run_id,),
            )
        }

    def days(self, first: date, last: date) -> dict[str, str]:
        """Give one letter (`LETTERS`, `NOT_TRIED`) for every day from `first` to `last`, by `source_id`."""
        found: dict[str, str] = {}
        for year in range(first.year, last.year + 1):
            start = max(first, date(year, 1, 1)).timetuple().tm_yday
            count = min(last, date(year, 12, 31)).timetuple().tm_yday - start + 1
            before = (max(first, date(year, 1, 1)) - first).days
            for source_id, part in self._connection.db.execute(
                "SELECT l.source_id, substr(y.days, ?, ?) FROM look_years y JOIN looks l USING (look_id) "
                "WHERE y.year=?",
                (start, count, year),
            ):
                found[source_id] = found.get(source_id, "").ljust(before, NOT_TRIED) + part
        whole = (last - first).days + 1
        return {source_id: letters.ljust(whole, NOT_TRIED) for source_id, letters in found.items()}

    def between(self, first: date, last: date) -> dict[str, Standing]:
        """Give how the newest turn from `first` to `last` (days of the office's zone) ended, to the day.

        `explain` tells the moment and the reason of those that are shown.
        """
        found = {}
        noons = [self._noon(one) for one in range(first.toordinal(), last.toordinal() + 1)]
        for source_id, letters in self.days(first, last).items():
            told = letters.rstrip(NOT_TRIED)
            if told:
                newest = len(told) - 1
                proved = max(told.rfind("i"), told.rfind("e"), told.rfind("n"))
                since = None
                if proved < newest:
                    after = told[proved + 1 :]
                    since = noons[len(told) - len(after.lstrip(NOT_TRIED))]
                found[source_id] = Standing(
                    OUTCOMES[told[newest]], noons[newest], noons[proved] if proved >= 0 else None, since=since
                )
        return found

    def explain(self, source_ids: Sequence[str], until: datetime | None = None) -> dict[str, Standing]:
        """Give the newest closed turn of each source (before `until`), with moment and reason."""
        before = stamp(until) if until is not None else "9"
        found = {}
        for source_id in dict.fromkeys(source_ids):
            row = self._connection.db.execute(
                "SELECT t.outcome, t.detail, t.at, t.run_id FROM turns t WHERE t.look_id = (SELECT look_id FROM looks "
                "WHERE source_id=?) AND t.open=0 AND t.at<? ORDER BY t.run_id DESC LIMIT 1",
                (clean(source_id), before),
            ).fetchone()
            if row is not None:
                found[source_id] = _standing(row[0], row[1], row[2], row[3], 0)
        return found

    def progress(self, run_id: int) -> tuple[int, int]:
        """Count the sources that a run has finished, and those that it is at."""
        row = self._connection.db.execute(
            "SELECT count(*) - coalesce(sum(open), 0), coalesce(sum(open), 0) FROM turns WHERE run_id=?", (run_id,)
        ).fetchone()
        return int(row[0]), int(row[1])

    def newest_run(self) -> int:
        """Give the newest run that asked anything, 0 before the first."""
        return int(self._connection.db.execute("SELECT coalesce(max(run_id), 0) FROM turns").fetchone()[0])

    def version(self) -> tuple[int, int, int]:
        """Give a mark that changes with everything coverage is made of: roster, turns, answers."""
        row = self._connection.db.execute(
            "SELECT (SELECT coalesce(max(seq), 0) FROM audit_chain), (SELECT coalesce(max(fetch_id), 0) FROM fetches), "
            "(SELECT count(*) FROM turns INDEXED BY turns_open WHERE open=1)"
        ).fetchone()
        return int(row[0]), int(row[1]), int(row[2])

    def _noon(self, ordinal: int) -> datetime:
        return datetime.combine(date.fromordinal(ordinal), time(12), self._zone).astimezone(UTC)


def opened(db: Database, where: tuple[str, int, str, str], page: Page, new: int) -> None:
    """Note an answer (source, run, evidence, moment) of a source's turn; the turn is open until `Coverage.finish`.

    A run of another kind (a refreshing of single items) is no turn: it neither proves a source nor leaves it open.
    """
    source, run_id, evidence, at = where
    alarms.noted(db, (source, evidence, at), page)
    db.execute(
        "INSERT OR IGNORE INTO looks (source_id, outcome, detail, at, run_id) VALUES (?,'','',?,?)",
        (source, at, run_id),
    )
    db.execute(
        "INSERT INTO turns (look_id, run_id, at, outcome, detail, open, fetches, new) "
        "SELECT look_id, :run, :at, '', '', 1, 1, :new FROM looks WHERE source_id=:source "
        "AND NOT EXISTS (SELECT 1 FROM runs WHERE run_id=:run AND kind<>'collect') "
        "ON CONFLICT (look_id, run_id) DO UPDATE SET at=excluded.at, open=1, fetches=fetches + 1, "
        "new=new + excluded.new",
        {"run": run_id, "at": at, "new": new, "source": source},
    )


def ended(db: Database, source_id: str, outcome: Outcome, detail: str) -> None:
    """Note how one of the things a source asks ended; of several the worst counts."""
    row = db.execute(
        "SELECT t.look_id, t.run_id, t.outcome FROM turns t JOIN looks l USING (look_id) WHERE l.source_id=? "
        "ORDER BY t.run_id DESC LIMIT 1",
        (clean(source_id),),
    ).fetchone()
    if row is None:
        return
    look_id, run_id, before = row
    if before and not Outcome(before).proved:
        return
    if before == Outcome.OK_ITEMS.value and outcome.proved:
        outcome, detail = Outcome.OK_ITEMS, ""
    db.execute(
        "UPDATE turns SET outcome=?, detail=? WHERE look_id=? AND run_id=?",
        (outcome.value, "" if outcome.proved else clean(detail), look_id, run_id),
    )


def _distrust(db: Database, source_id: str, detail: str, proved_at: str | None) -> None:
    """Take back what the turn had said of the source: its answers are kept, but prove nothing."""
    db.execute(
        "UPDATE sources SET outcome=?, detail=?, failures=failures + 1, last_proved_at=? WHERE source_id=?",
        (Outcome.TRANSIENT.value, detail, proved_at, source_id),
    )


def _write_day(db: Database, look_id: int, day: date, letter: str) -> None:
    place = day.timetuple().tm_yday
    db.execute(
        "INSERT INTO look_years VALUES "
        "(:look, :year, substr(:blank, 1, :at - 1) || :letter || substr(:blank, :at + 1)) "
        "ON CONFLICT (look_id, year) DO UPDATE SET days = substr(days, 1, :at - 1) || :letter || substr(days, :at + 1)",
        {"look": look_id, "year": day.year, "blank": _YEAR, "at": place, "letter": letter},
    )


def _standing(outcome: str, detail: str, at: str, run_id: int, is_open: int) -> Standing:
    if is_open or not outcome:
        return Standing(Outcome.TRANSIENT, moment(at), None, UNFINISHED, run_id, moment(at))
    said, when = Outcome(outcome), moment(at)
    return Standing(said, when, when if said.proved else None, detail, run_id, None if said.proved else when)


def _when(text: str | None) -> datetime | None:
    return moment(text) if text else None
