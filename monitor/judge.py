"""Everything that judges, put together: who acted, in which setting, what the rules and the model say. Pure."""

from __future__ import annotations

import gc
import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, replace

from classifiers.labels import Classifier, Owner, Parent, Score
from classifiers.text import fold_many
from monitor.context import Context
from monitor.models import Act, Actor, Level, Match, Opinion, Relation, Screened, StoredItem
from monitor.recall import Past, Recall, Windows
from monitor.roster import Roster
from monitor.rules import RuleSet, texts_of
from monitor.store import Share, Watch
from monitor.triage import Limits, level_of, recorded, triage


@dataclass(frozen=True, slots=True)
class Judges:
    """All that judges: pure given the items and what is stored of earlier acts.

    `digest` changes whenever any of them may answer otherwise. Without a `past` no earlier acts are known. `stopped`
    are rules that the breaker stopped; `share` is what a fresh rule may flag, None = fresh rules are not watched.
    """

    roster: Roster
    context: Context
    rules: RuleSet
    classifier: Classifier
    limits: Limits
    digests: tuple[tuple[str, str], ...]
    digest: str
    past: Past | None = None
    stopped: frozenset[str] = frozenset()
    share: Share | None = None

    @property
    def watch(self) -> Watch | None:
        """What the store watches fresh rules by; None = nothing is watched."""
        return None if self.share is None else Watch(self.rules.contents, self.share)

    def without(self, rule_ids: Collection[str]) -> Judges:
        """Give these judges with some rules stopped: what rests on these alone waits aside."""
        if not rule_ids:
            return self
        stopped = self.stopped | frozenset(rule_ids)
        held = tuple(pair for pair in self.digests if pair[0] != STOPPED)
        digests = (*held, (STOPPED, " ".join(sorted(stopped))))
        return replace(self, stopped=stopped, digests=digests, digest=digest_of(digests))


STOPPED = "dihentikan"


def digest_of(digests: tuple[tuple[str, str], ...]) -> str:
    """Digest all that judges."""
    return hashlib.sha256(repr(digests).encode()).hexdigest()


def acts_of(judges: Judges, batch: Sequence[StoredItem], windows: Windows | None = None) -> list[tuple[int, Act]]:
    """Give what is judged: for every item of a batch and everybody who may have acted (place in the batch, act).

    `windows` says for which kinds earlier acts are looked up; None = as the rules of these judges ask.
    """
    places, acts = list[int](), list[Act]()
    roster, context = judges.roster, judges.context
    for place, stored in enumerate(batch):
        day = context.day(stored)
        for actor in roster.actors(stored, day):
            places.append(place)
            acts.append(Act(stored, actor, context.setting(stored, actor, day), None, context.works(stored, day)))
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
    counted = [one for one in batch if one.item.kind in windows]
    acts = [act for _, act in acts_of(judges, counted, {})]
    return Recall(judges.past, judges.roster, judges.context).overtaken(acts, windows, seen)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Keep the search for cycles out of what judges for a while: a roster is a million objects that hold no cycle."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def judge(judges: Judges, batch: Sequence[StoredItem]) -> list[Screened]:
    """Give the machine's opinions of a batch, one result an item, in order. Pure.

    Most acts are nothing to put before a human: that is told for all at once, and only the others are judged in full,
    with every rule that matches and the words that moved the model.
    """
    placed = acts_of(judges, batch)
    acts = [act for _, act in placed]
    matched = Counter(place for place, _ in placed)
    probabilities, shown = _worth(judges, acts)
    measured: dict[int, tuple[str, float | None]] = {}
    for (place, act), probability in zip(placed, probabilities, strict=True):
        if place not in measured:
            measured[place] = (_region(act), probability)
    full = _in_full(judges, [(*placed[at], told) for at, told in shown])
    return [
        Screened(stored, (), matched[place], *measured.get(place, ("", None)))
        if place not in full
        else full[place].screened(stored, matched[place], measured[place], judges.stopped)
        for place, stored in enumerate(batch)
    ]


@dataclass(slots=True)
class _Full:
    """What was said of one item: opinions, people of whom one rests on stopped rules alone, rules on trial."""

    opinions: tuple[tuple[Actor, Opinion], ...] = ()
    held: frozenset[int] = frozenset()
    shadows: tuple[tuple[str, Level], ...] = ()

    def add(self, judges: Judges, act: Act, found: Sequence[Match], score: Score | None) -> None:
        """Take in one act with everything that matches."""
        actor = act.actor
        running = [match for match in found if match.rule_id not in judges.stopped]
        opinion = triage(act, running, score, judges.limits, judges.digests)
        if opinion is None and len(running) < len(found) and actor is not None:
            opinion = triage(act, found, score, judges.limits, judges.digests)
            self.held |= {actor.person.person_id} if opinion is not None else frozenset()
        if opinion is not None and actor is not None:
            self.opinions += ((actor, opinion),)
        trial = {match.rule_id: match.level for match in found if match.shadow}
        self.shadows = tuple(sorted((dict(self.shadows) | trial).items()))

    def screened(
        self, stored: StoredItem, actors: int, measured: tuple[str, float | None], stopped: frozenset[str]
    ) -> Screened:
        """Give the result; held stay the people of whom no other opinion rests on more than stopped rules."""
        standing = {
            actor.person.person_id
            for actor, opinion in self.opinions
            if actor.person.person_id in self.held and not any(match.rule_id in stopped for match in opinion.matches)
        }
        return Screened(stored, self.opinions, actors, *measured, held=self.held - standing, shadows=self.shadows)


def _in_full(judges: Judges, shown: Sequence[tuple[int, Act, tuple[Match, ...]]]) -> dict[int, _Full]:
    """Judge acts with every rule and with the words that moved the model, by item; each with its telling matches."""
    acts = [act for _, act, _ in shown]
    full: defaultdict[int, _Full] = defaultdict(_Full)
    matched = judges.rules.completed(acts, [told for _, _, told in shown])
    for (place, act, _), matches, score in zip(shown, matched, _scores(judges.classifier, acts), strict=True):
        full[place].add(judges, act, matches, score)
    return full


def _worth(judges: Judges, acts: Sequence[Act]) -> tuple[list[float | None], list[tuple[int, tuple[Match, ...]]]]:
    """Give the model's probability of each act, and the places of the acts that must be judged in full.

    Each of these with what matches of the rules that can put it before a human.
    """
    words = [act.stored.item.judged_words for act in acts]
    texts = list(dict.fromkeys([text for text in words if text] + [one for act in acts for one in texts_of(act)]))
    folded = dict(zip(texts, fold_many(texts), strict=True))
    spoken = [(text, act) for text, act in zip(words, acts, strict=True) if text]
    scored = iter(
        judges.classifier.probabilities(
            [text for text, _ in spoken], [_above(*one) for one in spoken], [folded[text] for text, _ in spoken]
        )
    )
    probabilities = [next(scored) if text else None for text in words]
    told = judges.rules.telling(acts, folded)
    limits = judges.limits
    least = min(limits.flag, limits.high)
    shown = [
        (place, matches)
        for place, (act, matches, probability) in enumerate(zip(acts, told, probabilities, strict=True))
        if (matches or (probability is not None and probability >= least) or recorded(act))
        and (level_of(act, matches, probability, limits) is not None or any(match.shadow for match in matches))
    ]
    return probabilities, shown


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
