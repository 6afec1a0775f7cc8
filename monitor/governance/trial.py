"""What a changed rule would change: the newest stored items judged by the old set and by the new one.

Both sets judge with the same roster, model and thresholds, so that what is counted is what a re-screening would do.
Only items on which the two sets differ are scored and weighed; all others cannot change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from monitor.grouping import group
from monitor.judge import Judges, judge
from monitor.models import Act, Level, Match, Screened, StoredItem
from monitor.rules import RuleSet
from monitor.store import Store

NEWEST = 5000
SHOWN = 30
RUNAWAY = 0.05
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Sample:
    """An item whose fate would change. Levels are None where nothing would be (or was) put before a human.

    `alike` counts the near-duplicates that are not shown; `words` are what the rules of the deciding set found.
    """

    item_id: int
    text: str
    before: Level | None
    after: Level | None
    words: tuple[str, ...]
    alike: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """What would change. `matched` counts items whose matching rules differ, also where the queue stays as it is."""

    items: int
    matched: int
    newly: int
    gone: int
    levels: int
    newly_shown: tuple[Sample, ...]
    gone_shown: tuple[Sample, ...]

    @property
    def runaway(self) -> bool:
        """True where it would newly flag so large a share of all items that the queue would drown."""
        return self.newly > RUNAWAY * self.items


def preview(store: Store, judges: Judges, candidate: RuleSet, limit: int = NEWEST) -> Preview:
    """Compare the set of `judges` with a candidate on the newest `limit` stored items."""
    batch = store.items.newest(limit)
    changed = [batch[place] for place in _differing(judges, candidate, batch)]
    old = judge(judges, changed)
    new = judge(replace(judges, rules=candidate), changed)
    samples = [_sample(*pair) for pair in zip(old, new, strict=True)]
    newly = [one for one in samples if one.before is None and one.after is not None]
    gone = [one for one in samples if one.before is not None and one.after is None]
    levels = sum(one.before is not None and one.after is not None and one.before != one.after for one in samples)
    return Preview(len(batch), len(changed), len(newly), len(gone), levels, _shown(newly), _shown(gone))


def _differing(judges: Judges, candidate: RuleSet, batch: Sequence[StoredItem]) -> Iterator[int]:
    acts = [
        (place, Act(stored, actor, judges.context.setting(stored, actor)))
        for place, stored in enumerate(batch)
        for actor in judges.roster.actors(stored)
    ]
    old = judges.rules.match_all([act for _, act in acts])
    new = candidate.match_all([act for _, act in acts])
    differing = {
        place for (place, _), before, after in zip(acts, old, new, strict=True) if _bare(before) != _bare(after)
    }
    return iter(sorted(differing))


def _bare(matches: Sequence[Match]) -> set[Match]:
    """Give matches without what may differ and yet change nothing in the queue: where, and by which version."""
    return {replace(one, spans=(), rule_digest="") for one in matches}


def _sample(old: Screened, new: Screened) -> Sample:
    item = new.stored.item
    deciding = (new if new.opinions else old).opinions
    words = [span.words for _, opinion in deciding for match in opinion.matches for span in match.spans]
    text = " — ".join(part for part in (item.title, item.text, item.parent.text if item.parent else "") if part)
    return Sample(
        new.stored.item_id, text[:_LONGEST], _level(old), _level(new), tuple(dict.fromkeys(words))[:6]
    )  # fmt: skip


def _level(screened: Screened) -> Level | None:
    levels = [opinion.level for _, opinion in screened.opinions]
    return max(levels, key=lambda level: level.rank) if levels else None


def _shown(samples: Sequence[Sample]) -> tuple[Sample, ...]:
    """Give one sample for each group of near-duplicates, the largest groups first."""
    leaders = group([one.text for one in samples])
    counts = {leader: leaders.count(leader) for leader in dict.fromkeys(leaders)}
    order = sorted(counts, key=lambda leader: (-counts[leader], leader))[:SHOWN]
    return tuple(replace(samples[leader], alike=counts[leader] - 1) for leader in order)
