"""The quick look at many acts names just the matches that judging each act in full gives of the same rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classifiers.text import fold_many
from monitor.models import (
    AccountRef,
    Act,
    Actor,
    Appointment,
    Basis,
    Item,
    ItemKind,
    Level,
    Parent,
    Person,
    PersonKind,
    Phase,
    Platform,
    Relation,
    Setting,
    StoredItem,
)
from monitor.rules import RuleSet
from monitor.rules.engine import Engine
from monitor.rules.schema import Status
from monitor.targets import Targets
from tests.rules.test_properties import compiled, rules, texts

NOW = datetime(2025, 5, 20, 3, 0, tzinfo=UTC)
RULES = Path(__file__).resolve().parents[2] / "rules"
ZONE = ZoneInfo("Asia/Jakarta")


def act(text: str, kind: ItemKind = ItemKind.POST, *, title: str = "", above: str | None = None) -> Act:
    post = Appointment(PersonKind.PNS, "Dinas Misal", "Staf", "Kabupaten Contoh")
    owner = AccountRef(Platform.FACEBOOK, "2", "akun")
    parent = None if above is None else Parent("9", "", above, owner)
    item = Item("s", Platform.FACEBOOK, "1", kind, None, text, title=title, happened_at=NOW, parent=parent)
    person = Person(1, "Contoh Misal", "Contoh Misal", (post,), spouse_of_candidate=True)
    relation = Relation.NONE if above is None else Relation.CAMPAIGN
    actor = Actor(person, Basis.ACCOUNT_ID, 1.0, None, post)
    return Act(StoredItem(1, 1, item, "", "", NOW), actor, Setting("", Phase.CAMPAIGN, 2, relation))


def check(engine: Engine, acts: list[Act]) -> None:
    telling = {rule.id for rule in engine.rules if rule.telling}
    expected = [tuple(match for match in engine.match(one) if match.rule_id in telling) for one in acts]
    assert engine.telling(acts, {}) == expected
    words = [one.stored.item.text for one in acts]
    assert engine.telling(acts, dict(zip(words, fold_many(words), strict=True))) == expected
    assert [engine.telling([one], {})[0] for one in acts] == expected
    assert [engine.completed(one, told) for one, told in zip(acts, expected, strict=True)] == list(
        map(engine.match, acts)
    )


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rule=rules, some=st.lists(texts, max_size=6), level=st.sampled_from(Level), trial=st.booleans())
def test_generated_rules_and_texts(rule: dict[str, Any], some: list[str], level: Level, trial: bool) -> None:
    engine = compiled(rule)
    status = Status.SHADOW if trial else Status.ACTIVE
    made = replace(engine.rules[0], file=engine.rules[0].file.model_copy(update={"level": level, "status": status}))
    check(replace(engine, rules=(made,)), [act(text) for text in some])


@pytest.fixture(scope="module")
def shipped() -> Engine:
    return RuleSet.load(RULES, Targets.load(RULES / "targets")).loaded.engine


def said(engine: Engine) -> list[str]:
    examples = [rule.file.examples for rule in engine.rules]
    return [one.text for some in examples for one in (*some.match, *some.no_match)]


def test_every_example_of_the_shipped_rules(shipped: Engine) -> None:
    found = said(shipped)
    assert len(found) > 500
    acts = [act(text, kind) for text in found for kind in (ItemKind.POST, ItemKind.ARTICLE)]
    acts += [act(text, ItemKind.COMMENT, above=above) for text, above in zip(found, reversed(found), strict=True)]
    acts += [act("", kind, above=text) for text in found for kind in (ItemKind.LIKE, ItemKind.SHARE)]
    acts += [act(text, ItemKind.ARTICLE, title=title) for text, title in zip(found, reversed(found), strict=True)]
    check(shipped, acts[::7])


def test_odd_texts(shipped: Engine) -> None:
    odd = [
        "",
        " ",
        "\n",
        "#",
        "02",
        " 02",
        "02\n03",
        "coblos\x00nomor 2",
        "CＯBLOS  nomor\t2",
        "🔥2🔥",
        "-02-",
        "coblos*",
    ]
    check(shipped, [act(text) for text in odd])


def test_a_rule_that_no_literal_betrays_reads_each_text() -> None:
    engine = compiled({"any": [{"regex": "[x-z]{3}|[^x-z]{9}"}]})
    check(engine, [act("xyz"), act("abcdefghi"), act(""), act("ab"), act("", ItemKind.LIKE, above="abcdefghi")])
    assert engine.telling([act("xyz")], {})[0]
