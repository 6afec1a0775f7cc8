"""What was and was not seen of every rostered account by every source that could look at it. Pure.

The question is asked of the roster, never of the answers: an account that no source looks at, or that no run came to,
has a line like every other. Only a turn that ended in proof makes a line proved; the newest turn of the window counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

import numpy as np

from monitor.calendar import Calendar
from monitor.collectors import ACCOUNTS_OF
from monitor.collectors.gated import GATED_PLATFORMS
from monitor.config import SourceConfig
from monitor.models import Outcome, Phase, Platform
from monitor.store.alarms import Alarms
from monitor.store.coverage import NOT_TRIED, OUTCOMES, Standing, Subject

_LONGEST_PHASE = 1500
_EARLIER = 1000
_NOT_YET = "_"


class State(StrEnum):
    """How one account stands before one source. Only the first three are proof."""

    SEEN = "terlihat"
    EMPTY = "terbukti_kosong"
    NOT_MODIFIED = "tidak_berubah"
    BLOCKED = "ditolak"
    GONE = "tidak_ada_lagi"
    FAILED = "gagal"
    NOT_TRIED = "belum_dicoba"
    LEGALLY_OFF = "menunggu_keputusan"
    NO_ACCOUNT = "tanpa_akun"

    @property
    def proved(self) -> bool:
        """True where it is proved what was there."""
        return self in _PROVED

    @property
    def askable(self) -> bool:
        """False where nothing may be asked (legally off) or nobody knows whom to ask for (no account)."""
        return self not in {State.LEGALLY_OFF, State.NO_ACCOUNT}


WORDS: Mapping[State, str] = {
    State.SEEN: "terlihat", State.EMPTY: "terbukti kosong", State.NOT_MODIFIED: "tidak berubah",
    State.BLOCKED: "ditolak", State.GONE: "tidak ada lagi", State.FAILED: "gagal", State.NOT_TRIED: "belum dicoba",
    State.LEGALLY_OFF: "menunggu keputusan hukum", State.NO_ACCOUNT: "akun tidak diketahui",
}  # fmt: skip
"""Every state in Indonesian, for the terminal and for paper."""
_GATED = frozenset[Platform]().union(*GATED_PLATFORMS.values())
_PROVED = frozenset({State.SEEN, State.EMPTY, State.NOT_MODIFIED})
_STATES: Mapping[Outcome, State] = {
    Outcome.OK_ITEMS: State.SEEN,
    Outcome.OK_EMPTY_PROVED: State.EMPTY,
    Outcome.NOT_MODIFIED: State.NOT_MODIFIED,
    Outcome.BLOCKED: State.BLOCKED,
    Outcome.DENIED_BY_ROBOTS: State.BLOCKED,
    Outcome.AUTH: State.BLOCKED,
    Outcome.NOT_AVAILABLE: State.BLOCKED,
    Outcome.GONE: State.GONE,
    Outcome.LEGALLY_OFF: State.LEGALLY_OFF,
}


def state_of(outcome: Outcome) -> State:
    """Give the state that an outcome proves; whatever is not named is a failure, never a proof."""
    return _STATES.get(outcome, State.FAILED)


@dataclass(frozen=True, slots=True)
class Eye:
    """One source of the settings. Without `platforms` it stands for itself and looks at no account in particular."""

    config_id: str
    platforms: frozenset[Platform] = frozenset()
    gated: bool = False


def eyes(sources: Iterable[SourceConfig]) -> list[Eye]:
    """Say what every source of the settings looks at."""
    return [
        Eye(one.id, GATED_PLATFORMS[one.type], gated=True)
        if one.type in GATED_PLATFORMS
        else Eye(one.id, frozenset({ACCOUNTS_OF[one.type]}) if one.type in ACCOUNTS_OF else frozenset())
        for one in sources
    ]


@dataclass(frozen=True, slots=True)
class Cell:
    """One account before one source; without a subject the source itself.

    `source_id` is "" where nothing is asked, and `idle` and `why` (Indonesian) say how it stands then.
    """

    subject: Subject | None
    config_id: str
    source_id: str
    idle: State = State.NOT_TRIED
    why: str = "belum pernah dicoba"


@dataclass(frozen=True, slots=True)
class Line:
    """How one cell stands. `detail` is the reason (Indonesian) where it is not proved; `since` when that began."""

    subject: Subject | None
    config_id: str
    source_id: str
    state: State
    detail: str = ""
    at: datetime | None = None
    proved_at: datetime | None = None
    since: datetime | None = None


def cells(subjects: Iterable[Subject], watching: Sequence[Eye]) -> list[Cell]:
    """Give everything that ought to be seen: every subject before every source of its platform, then plain sources.

    A platform that no source may look at before a legal decision is said to be so, whether or not the settings name it.
    """
    looking: dict[Platform, list[Eye]] = {}
    for eye in watching:
        for platform in eye.platforms:
            looking.setdefault(platform, []).append(eye)
    found: list[Cell] = []
    for one in subjects:
        if one.platform is None:
            found.append(Cell(one, "", "", State.NO_ACCOUNT, "belum ada akun yang diketahui"))
        elif one.platform not in looking:
            found.append(_unwatched(one, closed=one.platform in _GATED))
        else:
            found += [_cell(one, eye) for eye in looking[one.platform]]
    return found + [Cell(None, eye.config_id, eye.config_id) for eye in watching if not eye.platforms]


def _unwatched(one: Subject, *, closed: bool) -> Cell:
    if closed:
        return Cell(one, "", "", State.LEGALLY_OFF, _CLOSED)
    why = "tidak ada sumber yang mengambil platform ini; rekaman petugas tidak membuktikan bahwa semuanya terlihat"
    return Cell(one, "", "", State.NOT_TRIED, why)


_CLOSED = "platform ini tidak diambil sebelum ada keputusan hukum yang dicatat"


def _cell(one: Subject, eye: Eye) -> Cell:
    if one.fake:
        return Cell(one, eye.config_id, "", State.NOT_TRIED, "akun ditandai palsu, jadi tidak dilihat")
    if not one.key:
        return Cell(one, eye.config_id, "", State.NOT_TRIED, "id dan nama akun tidak diketahui")
    source_id = f"{eye.config_id}/{one.key}"
    if eye.gated:
        return Cell(one, eye.config_id, source_id, State.LEGALLY_OFF, _CLOSED)
    return Cell(one, eye.config_id, source_id)


def assess(wanted: Iterable[Cell], standings: Mapping[str, Standing]) -> list[Line]:
    """Say how every cell stands: one line a cell, in their order."""
    lines = []
    for one in wanted:
        held = _held(one, standings)
        if held is None:
            lines.append(Line(one.subject, one.config_id, one.source_id, one.idle, one.why))
            continue
        state = state_of(held.outcome)
        detail = "" if state.proved else held.detail
        lines.append(
            Line(one.subject, one.config_id, one.source_id, state, detail, held.at, held.proved_at, held.since)
        )
    return lines


def _held(one: Cell, standings: Mapping[str, Standing]) -> Standing | None:
    """Find how a cell stands: by its id now, else by a name under which the account was asked for before."""
    if not one.source_id:
        return None
    found = standings.get(one.source_id)
    if found is None and one.subject is not None:
        names = (f"{one.config_id}/@{name}" for name in one.subject.formerly)
        found = next((standings[name] for name in names if name in standings), None)
    return found


@dataclass(frozen=True)
class Tally:
    """Counts of lines by state."""

    counts: Mapping[State, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Every line."""
        return sum(self.counts.values())

    @property
    def proved(self) -> int:
        """Lines with proof."""
        return sum(number for state, number in self.counts.items() if state.proved)

    @property
    def askable(self) -> int:
        """Lines that could be asked for; a line that was not tried is one of them."""
        return sum(number for state, number in self.counts.items() if state.askable)

    @property
    def share(self) -> float:
        """Proved of askable, 0..1; 1 where nothing could be asked."""
        return self.proved / self.askable if self.askable else 1.0

    @property
    def whole_share(self) -> float:
        """Proved of all, 0..1; 1 where there is nothing."""
        return self.proved / self.total if self.total else 1.0


def tally(lines: Iterable[Line]) -> Tally:
    """Count lines by state; every state is named, also those of which there is none."""
    counted = Counter(one.state for one in lines)
    return Tally({state: counted[state] for state in State})


def by(lines: Iterable[Line], key: Callable[[Line], str]) -> dict[str, Tally]:
    """Count lines by state in groups, by the name of the group."""
    counted: dict[str, Counter[State]] = {}
    for one in lines:
        counted.setdefault(key(one), Counter())[one.state] += 1
    return {name: Tally({state: counted[name][state] for state in State}) for name in sorted(counted)}


def missing(lines: Iterable[Line]) -> list[str]:
    """Give the sources to ask again: those of lines without proof that may be asked, each once, in order."""
    wanted = (one.source_id for one in lines if one.source_id and one.state.askable and not one.state.proved)
    return list(dict.fromkeys(wanted))


def heat(
    wanted: Iterable[Cell], days: Mapping[str, str], count: int, absent: Mapping[int, int] | None = None
) -> dict[str, list[Tally]]:
    """Count, for every source of the settings and each of `count` days, in which state its cells ended the day.

    Days are those of `Coverage.days`; a cell without a letter was not tried on that day. `absent` says of accounts, by
    `account_id`, for how many of the first days they were not in the roster yet: there they are not counted.
    """
    rows: dict[str, list[str]] = {}
    idle: dict[str, list[Counter[State]]] = {}
    blank, later = NOT_TRIED * count, absent or {}
    for one in wanted:
        if not one.config_id:
            continue
        letters = days.get(one.source_id, blank) if one.source_id else blank
        key = one.subject.account_id if one.subject is not None else None
        missing_days = min(count, later.get(key, 0)) if key is not None else 0
        rows.setdefault(one.config_id, [])
        if letters == blank and one.idle is not State.NOT_TRIED:
            counters = idle.setdefault(one.config_id, [Counter() for _ in range(count)])
            for day in range(missing_days, count):
                counters[day][one.idle] += 1
        else:
            rows[one.config_id].append(_NOT_YET * missing_days + letters[missing_days:])
    nothing = [Counter[State]()] * count
    return {config_id: _by_day(held, idle.get(config_id, nothing), count) for config_id, held in rows.items()}


def _by_day(rows: Sequence[str], idle: Sequence[Mapping[State, int]], count: int) -> list[Tally]:
    table = np.frombuffer("".join(rows).encode("ascii"), dtype=np.uint8).reshape(len(rows), count)
    sums = {letter: (table == ord(letter)).sum(axis=0) for letter in (*OUTCOMES, NOT_TRIED)}
    found = []
    for day in range(count):
        counts = dict.fromkeys(State, 0)
        for letter, columns in sums.items():
            state = State.NOT_TRIED if letter == NOT_TRIED else state_of(OUTCOMES[letter])
            counts[state] += int(columns[day])
        for state, number in idle[day].items():
            counts[state] += number
        found.append(Tally(counts))
    return found


def percent(share: float) -> str:
    """Write a share (0..1) as Indonesian does: 97,5 %."""
    return f"{100 * share:.1f} %".replace(".", ",")


def alarm_lines(alarms: Alarms) -> list[str]:
    """Put everything that nobody has answered yet into Indonesian lines, the gravest first."""
    said = [
        f"sumber {one.config_id} {one.blind}; tidak ada yang dianggap terlihat"
        for one in alarms.canaries()
        if one.blind
    ]
    said += [
        f"{one.source_id} sunyi sejak {one.last_act:%d-%m-%Y}; kebiasaannya paling lama {one.longest} hari"
        for one in alarms.silences()
    ]
    return said


def phase_spans(
    calendar: Calendar, contests: Sequence[str], region: str, today: date
) -> dict[Phase, tuple[date, date]]:
    """Give first and last day of the newest stretch that has begun of every phase that a calendar names."""
    found: dict[Phase, tuple[date, date]] = {}
    before: Phase | None = None
    for offset in range(-_EARLIER, _LONGEST_PHASE - _EARLIER):
        day = today + timedelta(days=offset)
        phase = _phase_on(calendar, contests, region, day)
        if phase is not None and phase is before:
            found[phase] = (found[phase][0], day)
        elif phase is not None and day <= today:
            found[phase] = (day, day)
        before = phase if phase in found else None
    return found


def _phase_on(calendar: Calendar, contests: Sequence[str], region: str, day: date) -> Phase | None:
    found = (calendar.phase(contest, region, day) for contest in contests)
    return next((one.phase for one in found if one is not None), None)
