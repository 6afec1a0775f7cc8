"""Everything that judges, put together: who acted, in which setting, what the rules and the model say. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from classifiers.labels import Classifier, Score
from monitor.context import Context
from monitor.models import Act, ItemKind, Opinion, Screened, StoredItem
from monitor.roster import Roster
from monitor.rules import RuleSet
from monitor.triage import WORDLESS, Limits, triage


@dataclass(frozen=True, slots=True)
class Judges:
    """All that judges: pure given the items. `digest` changes whenever any of them may answer otherwise."""

    roster: Roster
    context: Context
    rules: RuleSet
    classifier: Classifier
    limits: Limits
    digests: tuple[tuple[str, str], ...]
    digest: str


def judge(judges: Judges, batch: Sequence[StoredItem]) -> list[Screened]:
    """Give the machine's opinions of a batch, one result an item, in order. Pure."""
    acts = [
        (place, Act(stored, actor, judges.context.setting(stored, actor)))
        for place, stored in enumerate(batch)
        for actor in judges.roster.actors(stored)
    ]
    matched = Counter(place for place, _ in acts)
    matches = judges.rules.match_all([act for _, act in acts])
    scores = _scores(judges.classifier, [act.stored for _, act in acts])
    opinions: defaultdict[int, list[tuple[Act, Opinion]]] = defaultdict(list)
    for (place, act), found, score in zip(acts, matches, scores, strict=True):
        opinion = triage(act, found, score, judges.limits, judges.digests)
        if opinion is not None:
            opinions[place].append((act, opinion))
    return [
        Screened(
            stored,
            tuple((act.actor, one) for act, one in opinions[place] if act.actor is not None),
            matched[place],
        )
        for place, stored in enumerate(batch)
    ]


def _scores(classifier: Classifier, items: Sequence[StoredItem]) -> Iterator[Score | None]:
    """Score the words of each act: its own, or those of the post it was done to where it has none."""
    texts = [_words(stored) for stored in items]
    scored = iter(classifier.score([text for text in texts if text]))
    return (next(scored) if text else None for text in texts)


def _words(stored: StoredItem) -> str:
    item = stored.item
    if item.kind is ItemKind.ARTICLE:
        return ""  # the words are the paper's, not the person's
    own = f"{item.title}\n{item.text}".strip()
    if own or item.kind not in WORDLESS or item.parent is None:
        return own
    return item.parent.text.strip()
