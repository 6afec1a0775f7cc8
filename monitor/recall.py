"""What a person did before an act, for rules that ask for repeated acts; and what a late arrival changes afterwards.

Looked up by the accounts that the roster ascribes to a person now. Two acts are of one sort where kind and relation are
the same; of two in the same second the one stored first is the earlier. What is known when an act is judged decides: an
earlier act that comes in later has the acts after it judged once more.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Protocol

from monitor.context import Context
from monitor.models import AccountRef, Act, Basis, ItemKind, PastAct, Relation
from monitor.roster import Roster

MOST = 50
"""No rule asks for more repetitions than this."""
_YEAR = timedelta(days=366)
_Sort = tuple[ItemKind, Relation]

Windows = Mapping[ItemKind, int]
"""Days to look back by kind of act."""


class Past(Protocol):
    """Where acts are looked up; see `monitor.store.acts`."""

    def near(
        self, refs: Sequence[AccountRef], kinds: Sequence[ItemKind], since: datetime, until: datetime
    ) -> Sequence[PastAct]:
        """Give what these accounts did from `since` to `until`, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class Recall:
    """Looks up the acts around given ones."""

    past: Past
    roster: Roster
    context: Context

    def remembered(self, acts: Sequence[Act], windows: Windows) -> list[Act]:
        """Give the acts with their earlier ones filled in, where a rule may ask for these."""
        filled = list(acts)
        for person_id, places in _by_person(acts, windows).items():
            known = self._around(person_id, [acts[place] for place in places], windows, after=False)
            for place in places:
                act = acts[place]
                alike, key = known.get(_sort_of(act), []), _key(act)
                since = key[0] - timedelta(days=windows[act.stored.item.kind])
                before = alike[: bisect_left(alike, key, key=_key_of)][-MOST:]
                filled[place] = replace(act, earlier=tuple(o.happened_at for o in before if o.happened_at >= since))
        return filled

    def overtaken(self, acts: Sequence[Act], windows: Windows, seen: AbstractSet[int]) -> set[int]:
        """Give items judged already for which one of these acts, not judged before, is an earlier one.

        `seen` are items that were judged when these acts were stored already: nothing changes for them.
        """
        found: set[int] = set()
        for person_id, places in _by_person(acts, windows).items():
            known = self._around(person_id, [acts[place] for place in places], windows, after=True)
            judged = {one.item_id for some in known.values() for one in some if one.screened}
            for act in (acts[place] for place in places if acts[place].stored.item_id not in judged):
                alike, key = known.get(_sort_of(act), []), _key(act)
                until = key[0] + timedelta(days=windows[act.stored.item.kind])
                later = takewhile(lambda o: o.happened_at <= until, alike[bisect_right(alike, key, key=_key_of) :])  # noqa: B023 - used at once
                found |= {one.item_id for one in later if one.screened and one.item_id not in seen}
        return found

    def _around(
        self, person_id: int, acts: Sequence[Act], windows: Windows, *, after: bool
    ) -> dict[_Sort, list[PastAct]]:
        """Give what the person did within the windows of these acts, oldest first, by sort."""
        refs, found = self.roster.refs(person_id), dict[int, PastAct]()
        kinds = sorted({act.stored.item.kind for act in acts})
        days = timedelta(days=max(windows[kind] for kind in kinds))
        for first, last in _stretches(sorted(_key(act)[0] for act in acts)):
            since, until = (first, last + days) if after else (first - days, last)
            found |= {one.item_id: one for one in self.past.near(refs, kinds, since, until)}
        sorts: dict[_Sort, list[PastAct]] = {}
        for one in sorted(found.values(), key=_key_of):
            if person_id in self.roster.owners(one.author, one.happened_at):
                day = one.happened_at.astimezone(self.context.zone).date()
                sorts.setdefault((one.kind, self.context.relation(one.owner, day)), []).append(one)
        return sorts


def wider(one: Windows, other: Windows) -> Windows:
    """Give windows that hold both."""
    return {kind: max(one.get(kind, 0), other.get(kind, 0)) for kind in {*one, *other}}


def _sort_of(act: Act) -> _Sort:
    return act.stored.item.kind, act.setting.relation


def _key(act: Act) -> tuple[datetime, int]:
    """Place an act in time, in whole seconds as they are stored."""
    happened = act.stored.item.happened_at
    assert happened is not None
    return happened.replace(microsecond=0), act.stored.item_id


def _key_of(one: PastAct) -> tuple[datetime, int]:
    return one.happened_at, one.item_id


def _by_person(acts: Sequence[Act], windows: Windows) -> dict[int, list[int]]:
    """Give the places of acts that may be one of several: done by an account of a known person, at a known time."""
    found: dict[int, list[int]] = {}
    for place, act in enumerate(acts):
        item = act.stored.item
        if act.actor is not None and act.actor.basis is not Basis.NAME and item.happened_at and item.kind in windows:
            found.setdefault(act.actor.person.person_id, []).append(place)
    return found


def _stretches(times: Sequence[datetime]) -> Iterator[tuple[datetime, datetime]]:
    """Cut ascending times into stretches no longer than a year: few looks, and none without end."""
    first = last = times[0]
    for at in times[1:]:
        if at - first > _YEAR:
            yield first, last
            first = at
        last = at
    yield first, last
