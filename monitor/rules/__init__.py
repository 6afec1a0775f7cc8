"""Rules: one YAML file each, compiled into one engine. `RuleSet` is all that the rest of Netra sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from functools import cached_property
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from monitor.errors import RulesError
from monitor.models import Act, ItemKind, Match, Phase, Relation
from monitor.rules.contents import contents
from monitor.rules.engine import Texts, texts_of
from monitor.rules.loader import Loaded, load, mistakes
from monitor.rules.nearly import NearMiss, near_misses
from monitor.rules.nodes import Gate
from monitor.rules.rule import Rule
from monitor.rules.setting import NOTHING, Around, Supposed
from monitor.targets import Targets

__all__ = ["NOTHING", "NearMiss", "Rule", "RuleSet", "Supposed", "texts_of"]

_WIB = ZoneInfo("Asia/Jakarta")


@dataclass(frozen=True)
class RuleSet:
    """A compiled set of rules. Pure: equal acts give equal matches."""

    loaded: Loaded

    @classmethod
    def load(cls, folder: Path, targets: Targets, zone: tzinfo = _WIB) -> Self:
        """Read every rule and lexicon of a folder; run every example. `zone` tells on which local day an act was done.

        Raises:
            RulesError: every mistake of every file at once, with file, line, column and advice in Indonesian.
        """
        return cls(load(folder, targets, zone))

    @staticmethod
    def mistakes(folder: Path, zone: tzinfo = _WIB) -> RulesError:
        """Give the mistakes of a folder's files where targets are in error, so that no example can be tried."""
        return mistakes(folder, zone)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules, of every status."""
        return self.loaded.engine.rules

    @property
    def digest(self) -> str:
        """Changes whenever any rule, lexicon or target changes."""
        return self.loaded.digest

    @property
    def windows(self) -> Mapping[ItemKind, int]:
        """For every kind of act of which a rule counts repetitions: over how many days at most."""
        return self.loaded.engine.windows

    @cached_property
    def contents(self) -> Mapping[str, str]:
        """Digest all that each running rule says: its file, the word lists it reads, the targets it names; by id."""
        return contents(self.loaded)

    def match(self, act: Act) -> tuple[Match, ...]:
        """Give every active rule that matches an act, strongest first, and rules on trial marked `shadow`."""
        return self.loaded.engine.match(act)

    def match_all(self, acts: Sequence[Act]) -> list[tuple[Match, ...]]:
        """Give the matches of many acts, in order."""
        match = self.loaded.engine.match
        return [match(act) for act in acts]

    def telling(self, acts: Sequence[Act], folded: Mapping[str, str]) -> list[tuple[Match, ...]]:
        """Give of `match_all` the matches of rules that can put an act before a human, and of those on trial.

        Costs a fraction of it, since most acts match none. `folded` holds texts as folded, where they are at hand.
        """
        return self.loaded.engine.telling(acts, folded)

    def completed(self, acts: Sequence[Act], told: Iterable[Sequence[Match]]) -> list[tuple[Match, ...]]:
        """Give what `match_all` gives of acts of which `telling` gave these, without judging its rules again."""
        completed = self.loaded.engine.completed
        return [completed(act, some) for act, some in zip(acts, told, strict=True)]

    def try_text(  # noqa: PLR0913 - a text by hand and its setting, all optional
        self,
        text: str,
        *,
        kind: ItemKind = ItemKind.POST,
        phase: Phase | None = None,
        contest_id: str = "",
        relation: Relation = Relation.NONE,
        day: date | None = None,
        title: str = "",
        parent_text: str = "",
        trial: bool = False,
        more: Supposed = NOTHING,
    ) -> tuple[Match, ...]:
        """Try a text by hand. Unknown phase, day or contest holds nothing back; rules about a relation need one.

        `trial` gives the rules on trial (status `bayangan`) too, marked `shadow`; `more` is what else is supposed.
        """
        around = more.around(Around(kind, Gate(contest_id, day), relation, phase, lenient=phase is None))
        found = self.loaded.engine.judge(around, Texts(text, title, parent_text))
        return tuple(match for match in found if trial or not match.shadow)

    def near_misses(
        self, text: str, *, kind: ItemKind = ItemKind.POST, more: Supposed = NOTHING
    ) -> tuple[NearMiss, ...]:
        """Give the rules that nearly match a text tried by hand, and what each lacks; the nearest first."""
        return near_misses(self.loaded.engine, more.around(Around(kind, Gate(), lenient=True)), Texts(text))

    def interesting(self, text: str) -> bool:
        """Tell cheaply whether any word of any active rule stands in a text, e.g. a feed's title and summary."""
        return self.loaded.engine.interesting(text)
