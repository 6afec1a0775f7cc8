"""What a changed rule would change, to be shown: counts, and one sample of each group of near-duplicates.

Both sets judge with the same roster, so that what is counted is what a re-screening would do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.governance.comparison import Comparison, Fate, Part, merged
from monitor.governance.scorecard import uncovered
from monitor.governance.wording import verdicts
from monitor.grouping import group
from monitor.judge import Judges, judge
from monitor.models import Level, StoredItem
from monitor.rules import RuleSet
from monitor.store import Store

NEWEST = 5000
SHOWN = 30
GROUPED = 5000
RUNAWAY = 0.05
STRETCH = 2000
"""Items that are held in memory at once."""
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Sample:
    """An item whose fate would change. Levels are None where nothing would be (or was) put before a human.

    `alike` counts the near-duplicates that are not shown; `words` are what the rules of the deciding set found;
    `upheld` is what people said of it, None where nobody has yet.
    """

    item_id: int
    text: str
    before: Level | None
    after: Level | None
    words: tuple[str, ...]
    alike: int = 0
    upheld: bool | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What people said of items: of how many that they were rightly, wrongly, or not yet judged."""

    upheld: int = 0
    dismissed: int = 0
    undecided: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """What would change. `matched` counts items whose matching rules differ, also where the queue stays as it is.

    `newly_said` and `gone_said` are the verdicts on what would newly, or no longer, be flagged; `uncovered` are forms
    of the joint decree that no active rule would name any more.
    """

    items: int
    matched: int
    newly: int
    gone: int
    levels: int
    newly_shown: tuple[Sample, ...]
    gone_shown: tuple[Sample, ...]
    newly_said: Said = Said()
    gone_said: Said = Said()
    uncovered: tuple[str, ...] = ()

    @property
    def runaway(self) -> bool:
        """True where it would newly flag so large a share of all items that the queue would drown."""
        return self.newly > RUNAWAY * self.items


def preview(
    store: Store, judges: Judges, candidate: RuleSet | Judges, limit: int = NEWEST, since: datetime | None = None
) -> Preview:
    """Compare `judges` with a candidate (other rules, or judges altogether) on the newest `limit` stored items.

    `since` leaves out what was first collected before.
    """
    new = replace(judges, rules=candidate) if isinstance(candidate, RuleSet) else candidate
    comparison = Comparison(judges, new)
    stretches = store.reading.stretches(STRETCH, since=since, newest=limit)
    parts = (comparison.part(store.reading.items(one, since=since)) for one in stretches)
    return shown(store, comparison, merged(parts))


def shown(store: Store, comparison: Comparison, part: Part) -> Preview:
    """Put counts and samples of what a comparison found together.

    Groups are made of at most the `GROUPED` newest items of either kind; the counts are always of all.
    """
    newly = [fate for fate in part.fates if fate.before is None and fate.after is not None]
    gone = [fate for fate in part.fates if fate.before is not None and fate.after is None]
    levels = sum(one.before is not None and one.after is not None and one.before != one.after for one in part.fates)
    decided = verdicts(store) if newly or gone else {}
    return Preview(
        part.items,
        part.matched,
        len(newly),
        len(gone),
        levels,
        _samples(store, newly, comparison.new, decided),
        _samples(store, gone, comparison.old, decided),
        _said(newly, decided),
        _said(gone, decided),
        uncovered(comparison.old.rules, comparison.new.rules),
    )


def _said(fates: Sequence[Fate], decided: Mapping[int, bool]) -> Said:
    counts = Counter(decided.get(fate.item_id) for fate in fates)
    return Said(counts[True], counts[False], counts[None])


def _samples(store: Store, fates: Sequence[Fate], deciding: Judges, decided: Mapping[int, bool]) -> tuple[Sample, ...]:
    """Give one sample for each group of near-duplicates, the largest groups first, then the newest."""
    newest = sorted(fates, key=lambda fate: -fate.item_id)[:GROUPED]
    by_id = {one.item_id: _text(one) for one in store.reading.some([fate.item_id for fate in newest])}
    there = [fate for fate in newest if fate.item_id in by_id]  # others were erased meanwhile
    leaders = group([by_id[fate.item_id] for fate in there])
    counts = Counter(leaders)
    order = sorted(counts, key=lambda leader: (-counts[leader], leader))[:SHOWN]
    words = _words(store, deciding, [there[leader].item_id for leader in order])
    return tuple(
        Sample(
            fate.item_id,
            by_id[fate.item_id][:_LONGEST],
            fate.before,
            fate.after,
            words.get(fate.item_id, ()),
            counts[leader] - 1,
            decided.get(fate.item_id),
        )
        for leader, fate in ((leader, there[leader]) for leader in order)
    )


def _words(store: Store, deciding: Judges, item_ids: list[int]) -> dict[int, tuple[str, ...]]:
    """Give what the rules of the deciding set found in these items."""
    found: dict[int, tuple[str, ...]] = {}
    for one in judge(deciding, store.reading.some(item_ids)):
        words = [span.words for _, opinion in one.opinions for match in opinion.matches for span in match.spans]
        found[one.stored.item_id] = tuple(dict.fromkeys(words))[:6]
    return found


def _text(stored: StoredItem) -> str:
    item = stored.item
    return " — ".join(part for part in (item.title, item.text, item.parent.text if item.parent else "") if part)
