"""A batch judged quickly gives what judging every act in full gives, and what each item gives alone."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from classifiers.dataset import load_corpus
from classifiers.names import cast, fill
from monitor import judge as judging
from monitor.app import App
from monitor.judge import Judges, acts_of, judge
from monitor.models import (
    AccountRef,
    Act,
    Actor,
    Change,
    Item,
    ItemKind,
    Level,
    Opinion,
    Parent,
    Platform,
    Screened,
    StoredItem,
)
from monitor.roster import diff, read_roster
from monitor.rules.schema import Status
from monitor.triage import Limits, triage
from tests.offices import ROOT, make_office

NOW = datetime(2025, 5, 20, 3, 0, tzinfo=UTC)
KINDS = (ItemKind.POST, ItemKind.POST, ItemKind.COMMENT, ItemKind.LIKE, ItemKind.SHARE, ItemKind.ARTICLE)


def in_full(judges: Judges, batch: Sequence[StoredItem]) -> list[Screened]:
    """Judge every act by itself with every rule, as if there were no quick look."""
    acts = acts_of(judges, batch)
    return [_one(judges, stored, [act for at, act in acts if at == place]) for place, stored in enumerate(batch)]


def _one(judges: Judges, stored: StoredItem, acts: Sequence[Act]) -> Screened:
    opinions, held, shadows = list[tuple[Actor, Opinion]](), set[int](), dict[str, Level]()
    scores = list(judging._scores(judges.classifier, acts))
    for act, score in zip(acts, scores, strict=True):
        assert act.actor is not None
        found = judges.rules.match(act)
        running = [match for match in found if match.rule_id not in judges.stopped]
        opinion = triage(act, running, score, judges.limits, judges.digests)
        if opinion is None:
            opinion = triage(act, found, score, judges.limits, judges.digests)
            held.update([act.actor.person.person_id] if opinion is not None else [])
        opinions += [(act.actor, opinion)] if opinion is not None else []
        shadows.update({match.rule_id: match.level for match in found if match.shadow})
    for actor, opinion in opinions:
        if not any(match.rule_id in judges.stopped for match in opinion.matches):
            held.discard(actor.person.person_id)
    region = judging._region(acts[0]) if acts else ""
    probability = scores[0].probability if scores and scores[0] is not None else None
    return Screened(
        stored, tuple(opinions), len(acts), region, probability, frozenset(held), tuple(sorted(shadows.items()))
    )


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    app = App.build(make_office(tmp_path_factory.mktemp("kantor") / "kantor"), clock=lambda: NOW)
    changes = diff(read_roster(ROOT / "demo" / "roster.csv"), app.store.roster.known(), app.store.roster.accounts())
    app.store.roster.apply([one for one in changes if one.change is not Change.SAME], user_id=None)
    yield app
    app.close()


def items(app: App, texts: Sequence[str]) -> list[StoredItem]:
    """Lay texts to people of the office, to strangers, as posts, answers, likes, shares and news about somebody."""
    dice, accounts = random.Random(3), [one for one in app.store.roster.accounts() if one.native_id]
    people, found = app.store.roster.persons(), list[StoredItem]()
    for number, text in enumerate(texts, 1):
        kind, account = dice.choice(KINDS), dice.choice(accounts)
        author = AccountRef(account.platform, account.native_id) if dice.random() < 0.9 else None
        if kind is ItemKind.ARTICLE:
            author, text = None, f"{text} kata {dice.choice(people).name}. {text}"  # noqa: PLW2901
        above = Parent("7", "", dice.choice(texts), AccountRef(Platform.FACEBOOK, "1", "x")) if number % 3 else None
        words = "" if kind in {ItemKind.LIKE, ItemKind.SHARE} and number % 4 else text
        title = text[:40] if number % 9 == 0 else ""
        at = NOW - timedelta(hours=number) if number % 11 else None
        source = "tangkapan:petugas" if number % 50 == 0 else "s"
        item = Item(source, account.platform, str(number), kind, author, words, title, happened_at=at, parent=above)
        found.append(StoredItem(number, 1, item, "", "", NOW))
    return found


def check(judges: Judges, batch: Sequence[StoredItem]) -> list[Screened]:
    quick = judge(judges, batch)
    assert quick == in_full(judges, batch)
    assert quick == [one for start in range(0, len(batch), 90) for one in judge(judges, batch[start : start + 90])]
    assert quick[:60] == [judge(judges, [one])[0] for one in batch[:60]]
    return quick


def spoken(count: int) -> list[str]:
    dice = random.Random(8)
    return [fill(one.text, cast(), dice) for one in load_corpus()[:: len(load_corpus()) // count]]


def test_quick_equals_full(app: App) -> None:
    judges = app.judges()
    found = check(judges, items(app, spoken(400)))
    assert 5 < sum(bool(one.opinions) for one in found) < 500
    assert any(one.actors > 1 for one in found) or any(one.actors == 0 for one in found)


def test_quick_equals_full_with_stopped_rules_and_rules_on_trial(app: App) -> None:
    judges = replace(app.judges(), limits=Limits(2.0, 2.0))  # the model alone flags nothing
    examples = [one.text for rule in judges.rules.rules for one in rule.file.examples.match]
    batch = items(app, [*examples[::3], *spoken(60)])
    matched = sorted(
        {match.rule_id for one in judge(judges, batch) for _, opinion in one.opinions for match in opinion.matches}
    )
    assert any(one.held for one in check(judges.without(matched), batch))
    stopped = judges.without(matched[::2])
    engine = judges.rules.loaded.engine
    trial = tuple(
        replace(rule, file=rule.file.model_copy(update={"status": Status.SHADOW})) if rule.id in matched[1::2] else rule
        for rule in engine.rules
    )
    rules = replace(judges.rules, loaded=replace(judges.rules.loaded, engine=replace(engine, rules=trial)))
    found = check(replace(stopped, rules=rules), batch)
    assert any(one.shadows for one in found)


@pytest.mark.real
@pytest.mark.skipif(not os.environ.get("NETRA_REAL_DATA"), reason="NETRA_REAL_DATA is unset")
@pytest.mark.parametrize("name", ["dev_posts.jsonl", "everyday.jsonl"])
def test_quick_equals_full_on_real_texts(app: App, name: str) -> None:
    lines = (Path(os.environ["NETRA_REAL_DATA"]) / name).read_text("utf-8").splitlines()
    check(app.judges(), items(app, [json.loads(line)["text"] for line in lines][:600]))
