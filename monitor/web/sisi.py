"""Of which side an act speaks, found from the targets, held in memory and written nowhere; and the test by exchange.

A side belongs to the words of an act, never to the person: nothing here takes, gives or keeps a person.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from ahocorasick_rs import AhoCorasick

from classifiers.labels import Classifier
from classifiers.swap import known
from monitor.evaluation import sides_of
from monitor.models import State, StoredItem
from monitor.store import Store
from monitor.store.dashboard import Spoken
from monitor.targets import Contest, Targets, Ticket

NONE, SEVERAL = "", "*"
"""How it is written that an act speaks of no side, or of more than one."""

_STRETCH = 2_000
_NUMBERED = (
    "nomor {}",
    "nomor urut {}",
    "no {}",
    "no. {}",
    "paslon {}",
    "nomor 0{}",
    "paslon 0{}",
    "no 0{}",
    "no. 0{}",
)
_SHORTEST = 4
_EXCHANGED = 200


@dataclass(frozen=True, slots=True)
class SideLine:
    """What happened to acts that speak of one side: flags, dismissed ones, put forward ones; undecided is the rest."""

    side: str
    region: str
    flags: int = 0
    dismissed: int = 0
    ahead: int = 0


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the model says once the sides are exchanged: texts tried, largest and mean difference of probability."""

    texts: int
    largest: float
    mean: float


class Finder:
    """Finds sides in words and by the account that an act was done to."""

    def __init__(self, targets: Targets) -> None:
        self._targets = targets
        forms: dict[str, set[str]] = {}
        for contest in targets.contests:
            for ticket in contest.tickets:
                for form in _forms(ticket):
                    forms.setdefault(form.casefold(), set()).add(side_id(contest, ticket))
        self._sides = [frozenset(one) for one in forms.values()]
        self._search = AhoCorasick(list(forms)) if forms else None

    def side(self, stored: StoredItem) -> str:
        """Give the side that an act speaks of, NONE or SEVERAL. The account it was done to decides before the words."""
        item = stored.item
        owner = item.parent.owner if item.parent is not None else None
        account = self._targets.account(owner, (item.happened_at or stored.captured_at).date())
        if account is not None and account.ticket_id:
            return next(
                (f"{one.contest_id}/{account.ticket_id}" for one in self._targets.contests if account in one.accounts),
                NONE,
            )
        said = f"{item.title}\n{item.text}\n{item.parent.text if item.parent is not None else ''}".casefold()
        said = said.encode("utf-8", "replace").decode()  # the search takes no lone surrogate
        found = frozenset[str]().union(*self._found(said))
        return SEVERAL if len(found) > 1 else next(iter(found), NONE)

    def _found(self, said: str) -> Iterable[frozenset[str]]:
        if self._search is None:
            return
        for place, start, end in self._search.find_matches_as_indexes(said, overlapping=True):
            if not (said[start - 1 : start].isalnum() or said[end : end + 1].isalnum()):
                yield self._sides[place]


@dataclass
class Tallies:
    """Counts by side, brought up to date a stretch of flags at a time; safe to ask from several threads."""

    finder: Finder
    _side: dict[int, str] = field(default_factory=dict)
    _after: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def catch_up(self, spoken: Callable[[int, int], Sequence[Spoken]], most: int) -> bool:
        """Look at flags that are new, at most `most` of them; True once every flag was looked at."""
        with self._lock:
            while most > 0:
                batch = spoken(self._after, min(_STRETCH, most))
                if not batch:
                    return True
                self._side |= {one.flag_id: self.finder.side(one.stored) for one in batch}
                self._after = batch[-1].opinion_id
                most -= len(batch)
            return not spoken(self._after, 1)

    def lines(self, standing: Iterable[tuple[int, str, str]]) -> list[SideLine]:
        """Count flags by side and region. What was not looked at yet is left out."""
        counts: dict[tuple[str, str], list[int]] = {}
        for flag_id, state, region in standing:
            side = self._side.get(flag_id)
            if side is None:
                continue
            row = counts.setdefault((side, region), [0, 0, 0])
            row[0] += 1
            row[1] += State(state).dismissed
            row[2] += State(state).ahead
        return [SideLine(side, region, *row) for (side, region), row in sorted(counts.items())]


def side_id(contest: Contest, ticket: Ticket) -> str:
    """Name a side, unlike that of any other contest."""
    return f"{contest.contest_id}/{ticket.ticket_id}"


def names(targets: Targets) -> dict[str, str]:
    """Give what each side is called: its number and its people, or its parties."""
    found = {}
    for contest in targets.contests:
        for ticket in contest.tickets:
            who = " – ".join(one.name for one in ticket.people) or ", ".join(ticket.parties) or ticket.ticket_id
            found[side_id(contest, ticket)] = f"{ticket.number}. {who}" if ticket.number is not None else who
    return found


def exchange(store: Store, targets: Targets, classifier: Classifier) -> Exchange | None:
    """Exchange the sides in the newest flagged texts and score them again; None where no text names a side."""
    newest = store.dashboard.newest()[0]
    held = store.dashboard.spoken(max(0, newest - 3 * _EXCHANGED), 3 * _EXCHANGED)
    texts = [one.stored.item.judged_words for one in held if one.stored.item.judged_words][-_EXCHANGED:]
    contests = [sides_of(one) for one in targets.contests if len(one.tickets) > 1]
    if not texts or not contests:
        return None
    changed, largest, _at, mean = known(classifier.score, [""] * len(texts), texts, [None] * len(texts), contests)
    return Exchange(changed, largest, mean) if changed else None


def _forms(ticket: Ticket) -> list[str]:
    named = [form for one in ticket.people for form in (one.name, *one.aliases)]
    numbered = [form.format(ticket.number) for form in _NUMBERED] if ticket.number is not None else []
    tags = [tag.lstrip("#") for tag in ticket.hashtags]
    return [form for form in [*named, *ticket.slogans, *tags, *numbered] if len(form) >= _SHORTEST]
