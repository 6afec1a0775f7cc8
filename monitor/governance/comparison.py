"""Old judges against new ones on stored items: exactly what a screening of everything would change, at less cost.

Rules that can answer otherwise are run alone by both sets first; where their matches are equal, nothing in the queue
can change, because a flag's existence, level and ground follow from the matches, the score and the setting. Every other
item is judged whole by both, by the very function that screens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cached_property

from monitor.governance.changes import Change, change
from monitor.judge import Judges, acts_of, judge
from monitor.models import Act, Ground, ItemKind, Level, Match, Screened, Span, StoredItem
from monitor.recall import wider
from monitor.store import Verdict

Stand = dict[int, tuple[Level, Ground]]
"""Person -> level and ground of the flag that stands on an item."""
_Key = tuple[str, Level, tuple[str, ...], Ground, bool, tuple[Span, ...]]


@dataclass(frozen=True, slots=True)
class Fate:
    """An item whose flags would change. Levels are of its strongest flag, None where nothing is put before a human.

    `new`, `gone` and `altered` count its flags, one a person; altered: another level or another ground.
    """

    item_id: int
    before: Level | None
    after: Level | None
    new: int
    gone: int
    altered: int


@dataclass(frozen=True, slots=True)
class Marks:
    """Verdicts of reviewers, and how many of them fall on what each set flags; sums of parts add up."""

    upheld: int = 0
    dismissed: int = 0
    upheld_before: int = 0
    dismissed_before: int = 0
    upheld_after: int = 0
    dismissed_after: int = 0

    def __add__(self, other: Marks) -> Marks:
        return Marks(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Marks)))


@dataclass(frozen=True, slots=True)
class Part:
    """What a stretch of items showed. `judged` were judged whole; on `matched` other rules match, flagged or not.

    Where all items were judged whole, `matched` counts those whose flags rest on other rules. Times are the acts'.
    """

    items: int = 0
    judged: int = 0
    matched: int = 0
    fates: tuple[Fate, ...] = ()
    marks: Marks = field(default_factory=Marks)
    first_at: datetime | None = None
    last_at: datetime | None = None


class Comparison:
    """Two sets of judges. Pure: the same items give the same part."""

    def __init__(self, old: Judges, new: Judges, verdicts: Iterable[Verdict] = ()) -> None:
        self.old = old
        self.new = new
        self.verdicts: dict[int, list[Verdict]] = {}
        for one in verdicts:
            self.verdicts.setdefault(one.item_id, []).append(one)

    @cached_property
    def change(self) -> Change:
        """What differs between the two."""
        return change(self.old, self.new)

    def part(self, batch: Sequence[StoredItem]) -> Part:
        """Compare on a batch."""
        wide = bool(self.change.wide)
        differing = set[int]() if wide else self._differing(batch)
        places = {
            place for place, one in enumerate(batch) if wide or place in differing or one.item_id in self.verdicts
        }
        some = [batch[place] for place in sorted(places)]
        before, after = judge(self.old, some), judge(self.new, some)
        fates, marks, matched = [], Marks(), len(differing)
        for one, other in zip(before, after, strict=True):
            old, new = _standing(one), _standing(other)
            if old != new:
                fates.append(_fate(one.stored.item_id, old, new))
            matched += wide and _rules(one) != _rules(other)
            for verdict in self.verdicts.get(one.stored.item_id, ()):
                marks += _mark(verdict, old, new)
        times = [one.item.happened_at or one.captured_at for one in batch]
        first, last = min(times, default=None), max(times, default=None)
        return Part(len(batch), len(some), matched, tuple(fates), marks, first, last)

    def _differing(self, batch: Sequence[StoredItem]) -> set[int]:
        """Give the places of items on which the rules that can answer otherwise do so."""
        one, other = self._parts
        windows = wider(self.old.rules.windows, self.new.rules.windows)
        return {
            place for place, act in acts_of(self.old, batch, windows) if _keys(act, one(act)) != _keys(act, other(act))
        }

    @cached_property
    def _parts(self) -> tuple[Callable[[Act], tuple[Match, ...]], ...]:
        engines = (self.old.rules.loaded.engine, self.new.rules.loaded.engine)
        return tuple(engine.part(self.change.rules).match for engine in engines)


def _keys(act: Act, matches: Sequence[Match]) -> set[_Key]:
    """Give what a flag depends on. In an article it also matters where the words stand: near a name or not."""
    where = act.stored.item.kind is ItemKind.ARTICLE
    return {
        (one.rule_id, one.level, one.forms, one.ground, one.shadow, one.spans if where else ()) for one in matches
    }  # fmt: skip


def _standing(screened: Screened) -> Stand:
    """Give the flags that saving this result would leave: one a person, that of the most urgent opinion."""
    found: dict[int, tuple[float, Level, Ground]] = {}
    for actor, opinion in screened.opinions:
        if actor.person.person_id in screened.held:
            continue  # it waits aside with a stopped rule
        held = found.get(actor.person.person_id)
        if held is None or opinion.urgency > held[0]:
            found[actor.person.person_id] = (opinion.urgency, opinion.level, opinion.ground)
    return {person: (level, ground) for person, (_, level, ground) in found.items()}


def _rules(screened: Screened) -> set[str]:
    return {match.rule_id for _, opinion in screened.opinions for match in opinion.matches}


def _fate(item_id: int, old: Stand, new: Stand) -> Fate:
    return Fate(
        item_id,
        _strongest(old),
        _strongest(new),
        new=len(new.keys() - old.keys()),
        gone=len(old.keys() - new.keys()),
        altered=sum(old[person] != new[person] for person in old.keys() & new.keys()),
    )


def _strongest(stand: Stand) -> Level | None:
    return max((level for level, _ in stand.values()), key=lambda level: level.rank, default=None)


def _mark(verdict: Verdict, old: Stand, new: Stand) -> Marks:
    def flags(stand: Stand) -> bool:
        return bool(stand) if verdict.person_id is None else verdict.person_id in stand

    up, down = int(verdict.upheld), int(not verdict.upheld)
    before, after = flags(old), flags(new)
    return Marks(up, down, up * before, down * before, up * after, down * after)


def merged(parts: Iterable[Part]) -> Part:
    """Put parts together; fates by item."""
    some = list(parts)
    times = [one for part in some for one in (part.first_at, part.last_at) if one is not None]
    marks = Marks()
    for part in some:
        marks += part.marks
    return Part(
        items=sum(part.items for part in some),
        judged=sum(part.judged for part in some),
        matched=sum(part.matched for part in some),
        fates=tuple(sorted((fate for part in some for fate in part.fates), key=lambda fate: fate.item_id)),
        marks=marks,
        first_at=min(times, default=None),
        last_at=max(times, default=None),
    )
