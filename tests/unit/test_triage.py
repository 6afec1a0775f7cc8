"""Triage: what reaches the queue, on what ground, in which order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.labels import Score, WordWeight
from monitor.models import (
    Account,
    Act,
    Actor,
    Appointment,
    Basis,
    Condition,
    Confidence,
    Ground,
    HandleSpan,
    Item,
    ItemKind,
    Level,
    Match,
    Parent,
    Person,
    PersonKind,
    Phase,
    Platform,
    Relation,
    Setting,
    Span,
    StoredItem,
)
from monitor.models import Field as TextField
from monitor.triage import Limits, triage

LIMITS = Limits(flag=0.5, high=0.85)
NOW = datetime(2025, 5, 20, 3, 0, tzinfo=UTC)
POST = Appointment(PersonKind.PNS, "Dinas Misal", "Staf", "Kabupaten Contoh")
PERSON = Person(1, "Contoh Misal", "Contoh Misal, S.E.", (POST,))
ACCOUNT = Account(1, 1, Platform.FACEBOOK, "fb-1", (HandleSpan("contoh"),), Confidence.VERIFIED)
ACTOR = Actor(PERSON, Basis.ACCOUNT_ID, 1.0, ACCOUNT, POST)


def act(
    kind: ItemKind = ItemKind.POST,
    text: str = "kata",
    actor: Actor | None = ACTOR,
    setting: Setting = Setting("pilkada-contoh-2025", Phase.CAMPAIGN, 2),
    parent: Parent | None = None,
) -> Act:
    item = Item("s", Platform.FACEBOOK, "1", kind, None, text, happened_at=NOW, parent=parent)
    return Act(StoredItem(1, 1, item, "", "", NOW), actor, setting)


def match(level: Level, ground: Ground = Ground.OWN_TEXT, rule: str = "aturan-uji") -> Match:
    return Match(rule, "d", "Uji", level, ("DIS-2",), ground, (Span(TextField.TEXT, 0, 4, "kata"),))


def test_nothing_said_is_nothing_shown() -> None:
    assert triage(act(), [], Score(0.49), LIMITS) is None
    assert triage(act(), [], None, LIMITS) is None


def test_rules_on_trial_reach_nobody() -> None:
    trial = replace(match(Level.HIGH, rule="coba"), shadow=True)
    assert triage(act(), [trial], None, LIMITS) is None
    opinion = triage(act(), [trial, match(Level.MEDIUM)], None, LIMITS)
    assert opinion is not None
    assert opinion.level is Level.MEDIUM
    assert [one.rule_id for one in opinion.matches] == ["aturan-uji"]
    assert "coba" not in " ".join(reason.code for reason in opinion.reasons)


@pytest.mark.parametrize("level", [Level.INFO, Level.LOW])
def test_low_rules_never_reach_the_queue_alone(level: Level) -> None:
    assert triage(act(), [match(level)], Score(0.2), LIMITS) is None


@pytest.mark.parametrize("level", [Level.MEDIUM, Level.HIGH])
def test_medium_and_high_rules_do(level: Level) -> None:
    opinion = triage(act(), [match(level), match(Level.INFO, rule="lain")], Score(0.1), LIMITS)
    assert opinion is not None
    assert opinion.level is level
    assert opinion.forms == ("DIS-2",)
    assert [one.rule_id for one in opinion.matches] == ["aturan-uji", "lain"]
    assert "model_rendah" in {reason.code for reason in opinion.reasons}


def test_the_model_alone_flags_and_says_so() -> None:
    opinion = triage(act(), [], Score(0.6, (WordWeight("ayo", 1.5),)), LIMITS)
    assert opinion is not None
    assert opinion.level is Level.MEDIUM
    assert opinion.matches == ()
    assert opinion.words[0].word == "ayo"
    assert [reason.code for reason in opinion.reasons] == ["model"]
    assert "0,60" in opinion.reasons[0].text
    sure = triage(act(), [], Score(0.9), LIMITS)
    assert sure is not None
    assert sure.level is Level.HIGH


def test_nobody_known_is_nobody_accused() -> None:
    assert triage(act(actor=None), [match(Level.HIGH)], Score(0.99), LIMITS) is None


def test_who_was_no_civil_servant_that_day_is_left_alone() -> None:
    retired = replace(ACTOR, appointment=None)
    assert triage(act(actor=retired), [match(Level.HIGH)], Score(0.99), LIMITS) is None


def test_a_follow_is_never_flagged() -> None:
    assert triage(act(ItemKind.FOLLOW, ""), [match(Level.HIGH)], None, LIMITS) is None


def test_the_ground_of_a_like_is_said() -> None:
    partisan = Parent("p", text="ayo coblos nomor 2")
    on_campaign = act(ItemKind.LIKE, "", setting=Setting("c", Phase.CAMPAIGN, 2, Relation.CAMPAIGN), parent=partisan)
    opinion = triage(on_campaign, [match(Level.MEDIUM, Ground.CAMPAIGN_ACCOUNT)], Score(0.9), LIMITS)
    assert opinion is not None
    assert opinion.ground is Ground.CAMPAIGN_ACCOUNT
    assert "dasar:akun_pemenangan" in {reason.code for reason in opinion.reasons}
    on_candidate = act(ItemKind.LIKE, "", setting=Setting("c", Phase.CAMPAIGN, 2, Relation.CANDIDATE), parent=partisan)
    opinion = triage(on_candidate, [], Score(0.9), LIMITS)
    assert opinion is not None
    assert opinion.ground is Ground.PARTISAN_CONTENT
    assert opinion.level is Level.MEDIUM


def test_a_like_of_anybodys_partisan_words_stays_lowest() -> None:
    like = act(ItemKind.LIKE, "", parent=Parent("p", text="ayo coblos nomor 2"))
    assert triage(like, [match(Level.LOW, Ground.PARTISAN_CONTENT)], Score(0.99), LIMITS) is None


def test_an_article_is_a_lead_by_name_and_never_high() -> None:
    named = Actor(PERSON, Basis.NAME, 0.4, None, POST, ((0, 4),), same_name=3)
    assert triage(act(ItemKind.ARTICLE, "berita", named), [], Score(0.99), LIMITS) is None
    opinion = triage(act(ItemKind.ARTICLE, "berita", named), [match(Level.HIGH)], None, LIMITS)
    assert opinion is not None
    assert opinion.level is Level.MEDIUM
    [name] = [reason for reason in opinion.reasons if reason.code == "nama_saja"]
    assert "3 orang" in name.text


def test_words_far_from_a_name_do_not_concern_it() -> None:
    far = Actor(PERSON, Basis.NAME, 0.9, None, POST, ((5000, 5010),))
    assert triage(act(ItemKind.ARTICLE, "berita", far), [match(Level.MEDIUM)], None, LIMITS) is None


def test_what_speaks_for_the_person_is_said_too() -> None:
    shared = replace(ACTOR, account=replace(ACCOUNT, conditions=frozenset({Condition.SHARED})))
    spouse = replace(shared, person=replace(PERSON, spouse_of_candidate=True))
    opinion = triage(act(actor=spouse, setting=Setting()), [match(Level.HIGH)], None, LIMITS)
    assert opinion is not None
    assert {"akun:bersama", "pasangan_calon", "tanpa_tahapan"} <= {reason.code for reason in opinion.reasons}


LEVELS = st.sampled_from(list(Level))
KINDS = st.sampled_from([kind for kind in ItemKind if kind is not ItemKind.FOLLOW])
RELATIONS = st.sampled_from(list(Relation))


@given(KINDS, RELATIONS, st.lists(LEVELS, max_size=4), LEVELS, st.floats(0, 1), st.floats(0, 1), st.booleans())
def test_more_never_means_less(
    kind: ItemKind, relation: Relation, levels: list[Level], more: Level, one: float, other: float, words: bool
) -> None:
    low, high = sorted((one, other))
    case = act(
        kind,
        "kata" if words else "",
        setting=Setting("c", Phase.CAMPAIGN, 2, relation),
        parent=Parent("p", text="kata"),
    )
    matches = [match(level) for level in levels]

    def rank(found: list[Match], probability: float) -> tuple[int, float]:
        opinion = triage(case, found, Score(probability), LIMITS)
        return (opinion.level.rank, opinion.urgency) if opinion is not None else (-1, -1.0)

    assert rank(matches, low) <= rank(matches, high)
    assert rank(matches, low) <= rank([*matches, match(more)], low)


@given(KINDS, RELATIONS, st.lists(LEVELS, max_size=3), st.floats(0, 1))
def test_the_queue_is_blind_to_who_acted(kind: ItemKind, relation: Relation, levels: list[Level], p: float) -> None:
    setting = Setting("c", Phase.CAMPAIGN, 2, relation)
    other = replace(ACTOR, person=replace(PERSON, person_id=9, name="Uji Rekaan", full_name="Uji Rekaan"))
    matches = [match(level) for level in levels]
    mine = triage(act(kind, setting=setting), matches, Score(p), LIMITS)
    theirs = triage(act(kind, actor=other, setting=setting), matches, Score(p), LIMITS)
    assert mine == theirs
