"""In which contest, phase and relation an act stands. Pure: the day is the act's own, in the office's zone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from zoneinfo import ZoneInfo

from monitor.calendar import Calendar
from monitor.models import AccountRef, Actor, Relation, Setting, StoredItem
from monitor.targets import Targets

_MEMO = 50_000
"""Days of regions remembered: each is asked for by every act of that day."""


@dataclass(frozen=True, slots=True)
class Context:
    """What is needed to place an act: `contests` are the active ones of the office, in order of preference."""

    targets: Targets
    calendar: Calendar
    zone: ZoneInfo
    region: str
    contests: tuple[str, ...]
    _placed: dict[tuple[str, date], Setting] = field(default_factory=dict, init=False, repr=False, compare=False)
    _worked: dict[date, bool | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    def day(self, stored: StoredItem) -> date:
        """Give the local day of the act; of its capture where the act's time is unknown."""
        return (stored.item.happened_at or stored.captured_at).astimezone(self.zone).date()

    def works(self, stored: StoredItem, day: date | None = None) -> bool | None:
        """Tell whether offices work on the day of the act; None where its time or that year's holidays are unknown.

        `day` is what `day()` gives, where the caller knows it already.
        """
        if stored.item.happened_at is None:
            return None
        day = self.day(stored) if day is None else day
        if day not in self._worked:
            if len(self._worked) >= _MEMO:
                self._worked.clear()
            works = self.calendar.works(day)
            self._worked[day] = None if works and day.year not in self.calendar.holiday_years else works
        return self._worked[day]

    def relation(self, owner: AccountRef | None, day: date) -> Relation:
        """Tell to whose account something is done on a day."""
        return self.targets.relation(owner, day) if owner is not None else Relation.NONE

    def setting(self, stored: StoredItem, actor: Actor | None, day: date | None = None) -> Setting:
        """Place an act. The person's region on that day decides which contests count, the office's where unknown."""
        day = self.day(stored) if day is None else day
        owner = stored.item.parent.owner if stored.item.parent is not None else None
        relation = self.relation(owner, day)
        region = actor.appointment.region if actor is not None and actor.appointment is not None else ""
        key = (region, day)
        placed = self._placed.get(key)
        if placed is None:
            if len(self._placed) >= _MEMO:
                self._placed.clear()
            placed = self._placed[key] = self._place(region, day)
        return placed if relation is Relation.NONE else replace(placed, relation=relation)

    def _place(self, region: str, day: date) -> Setting:
        """Give the contest and phase of a day in a region ("" = unknown), to nobody's account."""
        for one in dict.fromkeys([*([region] if region else []), self.region]):
            covering = {contest.contest_id for contest in self.targets.contests_for(one, day)}
            for contest_id in self.contests:
                if contest_id not in covering:
                    continue
                at = self.calendar.phase(contest_id, one, day)
                if at is not None:
                    return Setting(contest_id, at.phase, at.status, Relation.NONE)
        return Setting(relation=Relation.NONE)
