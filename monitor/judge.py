"""Everything that judges, put together: who acted, in which setting, what the rules and the model say. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from classifiers.labels import Classifier, Owner, Parent, Score
from monitor.context import Context
from monitor.models import Act, Opinion, Relation, Screened, StoredItem
from monitor.roster import Roster
from monitor.rules import RuleSet
from monitor.triage import Limits, triage


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


def acts_of(judges: Judges, batch: Sequence[StoredItem]) -> list[tuple[int, Act]]:
    """Give what is judged: for every item of a batch and everybody who may have acted (place in the batch, act)."""
    return [
        (place, Act(stored, actor, judges.context.setting(stored, actor)))
        for place, stored in enumerate(batch)
        for actor in judges.roster.actors(stored)
    ]


def judge(judges: Judges, batch: Sequence[StoredItem]) -> list[Screened]:
    """Give the machine's opinions of a batch, one result an item, in order. Pure."""
    acts = acts_of(judges, batch)
    matched = Counter(place for place, _ in acts)
    matches = judges.rules.match_all([act for _, act in acts])
    scores = _scores(judges.classifier, [act for _, act in acts])
    opinions: defaultdict[int, list[tuple[Act, Opinion]]] = defaultdict(list)
    measured: dict[int, tuple[str, float | None]] = {}
    for (place, act), found, score in zip(acts, matches, scores, strict=True):
        measured.setdefault(place, (_region(act), None if score is None else score.probability))
        opinion = triage(act, found, score, judges.limits, judges.digests)
        if opinion is not None:
            opinions[place].append((act, opinion))
    return [
        Screened(
            stored,
            tuple((act.actor, one) for act, one in opinions[place] if act.actor is not None),
            matched[place],
            *measured.get(place, ("", None)),
        )
        for place, stored in enumerate(batch)
    ]


_OWNERS = {
    Relation.CAMPAIGN: Owner.CAMPAIGN,
    Relation.CANDIDATE: Owner.CANDIDATE,
    Relation.PARTY: Owner.PARTY,
    Relation.ELECTION_BODY: Owner.OFFICIAL,
    Relation.MEDIA: Owner.MEDIA,
}


def _scores(classifier: Classifier, acts: Sequence[Act]) -> Iterator[Score | None]:
    """Score the words of each act: its own in the light of the post it answers, or that post's where it has none."""
    spoken = [(text, act) for act in acts if (text := act.stored.item.judged_words)]
    scored = iter(classifier.score([text for text, _ in spoken], [_above(text, act) for text, act in spoken]))
    return (next(scored) if act.stored.item.judged_words else None for act in acts)


def _above(text: str, act: Act) -> Parent | None:
    """Give the post that an act's own words answer; None where there is none or its words are what is scored."""
    parent = act.stored.item.parent
    if parent is None or parent.text.strip() == text:
        return None
    return Parent(parent.text.strip(), _OWNERS.get(act.setting.relation, Owner.UNKNOWN))


def _region(act: Act) -> str:
    return act.actor.appointment.region if act.actor is not None and act.actor.appointment is not None else ""
