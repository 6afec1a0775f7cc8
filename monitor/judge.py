"""Everything that judges, put together: who acted, in which setting, what the rules and the model say. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from classifiers.labels import Classifier, Owner, Parent, Score
from monitor.context import Context
from monitor.models import Act, Opinion, Relation, Screened, StoredItem
from monitor.recall import Past, Recall, Windows
from monitor.roster import Roster
from monitor.rules import RuleSet
from monitor.triage import Limits, triage


@dataclass(frozen=True, slots=True)
class Judges:
    """All that judges: pure given the items and what is stored of earlier acts.

    `digest` changes whenever any of them may answer otherwise. Without a `past` no earlier acts are known.
    """

    roster: Roster
    context: Context
    rules: RuleSet
    classifier: Classifier
    limits: Limits
    digests: tuple[tuple[str, str], ...]
    digest: str
    past: Past | None = None


def acts_of(judges: Judges, batch: Sequence[StoredItem], windows: Windows | None = None) -> list[tuple[int, Act]]:
    """Give what is judged: for every item of a batch and everybody who may have acted (place in the batch, act).

    `windows` says for which kinds earlier acts are looked up; None = as the rules of these judges ask.
    """
    places, acts = list[int](), list[Act]()
    for place, stored in enumerate(batch):
        for actor in judges.roster.actors(stored):
            places.append(place)
            setting, works = judges.context.setting(stored, actor), judges.context.works(stored)
            acts.append(Act(stored, actor, setting, workday=works))
    wanted = judges.rules.windows if windows is None else windows
    if judges.past is not None and wanted:
        acts = Recall(judges.past, judges.roster, judges.context).remembered(acts, wanted)
    return list(zip(places, acts, strict=True))


def overtaken(judges: Judges, batch: Sequence[StoredItem], seen: AbstractSet[int]) -> set[int]:
    """Give items, judged already, that must be judged again because a batch not judged yet holds earlier acts.

    `seen` are items that were judged with all of the batch in the store.
    """
    windows = judges.rules.windows
    if judges.past is None or not windows:
        return set()
    acts = [act for _, act in acts_of(judges, batch, {})]
    return Recall(judges.past, judges.roster, judges.context).overtaken(acts, windows, seen)


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
