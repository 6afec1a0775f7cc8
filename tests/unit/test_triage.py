"""Triage: what reaches the queue, on what ground, in which order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.labels import Score, WordWeight
from monitor.models import (
    CAPTURED,
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
    Opinion,
    Parent,
    Person,
    PersonKind,
    Phase,
    Platform,
    Relation,
    Setting,
    Span,
    StoredItem,
    WordMark,
)
from monitor.models import Field as TextField
from monitor.triage import NEAR_NAME, Limits, Share, clock_points, triage, urgency_shares

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


# --------------------------------------------------------------------------- what the reviewer reads, word for word


def opinion_of(case: Act, matches: list[Match], score: Score | None = None) -> Opinion:
    found = triage(case, matches, score, LIMITS)
    assert found is not None
    return found


def said(case: Act, matches: list[Match], score: Score | None = None) -> list[tuple[str, str]]:
    return [(reason.code, reason.text) for reason in opinion_of(case, matches, score).reasons]


def test_every_reason_word_for_word() -> None:
    spans = tuple(
        Span(TextField.TEXT, at, at + 1, word) for at, word in enumerate(["ayo", "coblos", "ayo", "dua", "tiga"])
    )
    marked = replace(
        ACTOR, basis=Basis.HANDLE, person=replace(PERSON, spouse_of_candidate=True),
        account=replace(ACCOUNT, conditions=frozenset({Condition.SHARED, Condition.TRADE})),
    )  # fmt: skip
    case = act(ItemKind.LIKE, " ", marked, Setting("c", None, 2, Relation.CAMPAIGN), Parent("p", text="kata"))
    matches = [replace(match(Level.LOW, rule="b"), spans=()), replace(match(Level.MEDIUM, rule="a"), spans=spans)]
    assert said(case, matches, Score(0.5)) == [
        ("aturan:a", "Aturan “Uji” (tingkat sedang): “ayo”, “coblos”, “dua”."),
        ("aturan:b", "Aturan “Uji” (tingkat rendah)."),
        ("dasar:akun_pemenangan", "Tindakan ini dilakukan pada akun pemenangan yang terdaftar."),
        ("model", "Model bahasa menduga teks ini memihak (peluang 0,50)."),
        ("nama_akun", "Akun dikenali dari nama akun, bukan id tetap; pastikan ini memang akunnya."),
        (f"akun:{Condition.SHARED}", f"Akun ini bertanda “{Condition.SHARED}”."),
        (f"akun:{Condition.TRADE}", f"Akun ini bertanda “{Condition.TRADE}”."),
        ("pasangan_calon", "Suami/istri calon: hadir pasif dan foto tanpa simbol saat CLTN diperbolehkan."),
        ("tanpa_tahapan", "Tidak ada tahapan yang tercatat untuk wilayah dan tanggal ini."),
    ]


def test_an_act_without_a_time_says_so_and_nobody_is_out_of_office_then() -> None:
    case = act(actor=replace(ACTOR, appointment=None), setting=Setting())
    undated = replace(case, stored=replace(case.stored, item=replace(case.stored.item, happened_at=None)))
    assert said(undated, [match(Level.MEDIUM)])[-1:] == [
        ("tanpa_waktu", "Waktu tindakan tidak diketahui; tahapan perlu dipastikan.")
    ]
    assert [code for code, _ in said(act(), [match(Level.MEDIUM)])] == ["aturan:aturan-uji"]


def test_a_share_without_words_rests_on_what_was_shared() -> None:
    case = act(ItemKind.SHARE, "", parent=Parent("p", text="kata"))
    assert said(case, [], Score(0.7))[0] == (
        f"dasar:{Ground.PARTISAN_CONTENT}",
        "Tindakan ini tanpa kata; yang dinilai adalah isi unggahan yang disukai atau dibagikan.",
    )
    assert opinion_of(case, [], Score(0.99)).level is Level.MEDIUM
    spoken = opinion_of(act(ItemKind.SHARE, "kata"), [], Score(0.99))
    assert (spoken.ground, spoken.level) == (Ground.OWN_TEXT, Level.HIGH)


@pytest.mark.parametrize("relation", list(Relation))
def test_the_model_weighs_a_bare_like_only_on_an_account_that_takes_a_side(relation: Relation) -> None:
    like = act(ItemKind.LIKE, "", setting=Setting("c", Phase.CAMPAIGN, 2, relation), parent=Parent("p", text="kata"))
    sided = relation in {Relation.CAMPAIGN, Relation.CANDIDATE, Relation.PARTY}
    assert (triage(like, [], Score(0.99), LIMITS) is not None) is sided
    assert triage(act(ItemKind.LIKE, "kata"), [], Score(0.99), LIMITS) is not None


def test_words_laid_to_a_name_are_not_weighed_by_the_model() -> None:
    named = replace(ACTOR, basis=Basis.NAME)
    assert triage(act(actor=named), [], Score(0.99), LIMITS) is None
    owned = replace(ACTOR, spans=((0, 4),))
    assert triage(act(ItemKind.ARTICLE, "berita", owned), [], Score(0.99), LIMITS) is None


def test_a_post_of_pictures_alone_is_weighed_by_what_it_answers() -> None:
    assert opinion_of(act(text=" "), [], Score(0.99)).level is Level.MEDIUM


@pytest.mark.parametrize(("same", "more"), [(1, ""), (2, " Nama ini dimiliki 2 orang di daftar.")])
def test_a_name_shared_by_several_is_said(same: int, more: str) -> None:
    named = Actor(PERSON, Basis.NAME, 0.4, None, POST, ((0, 4),), same_name=same)
    assert said(act(ItemKind.ARTICLE, "berita", named), [match(Level.MEDIUM)], Score(0.9)) == [
        ("aturan:aturan-uji", "Aturan “Uji” (tingkat sedang): “kata”."),
        ("nama_saja", f"Hanya namanya yang disebut dalam berita; ini petunjuk, bukan bukti.{more}"),
    ]


def test_what_people_recorded_is_always_shown() -> None:
    case = act()
    recorded = replace(
        case, stored=replace(case.stored, item=replace(case.stored.item, source_id=f"{CAPTURED}facebook"))
    )
    opinion = opinion_of(recorded, [match(Level.LOW)], Score(0.1))
    assert opinion.level is Level.MEDIUM
    assert said(recorded, [], None) == [
        ("tangkapan", "Direkam orang dan dibenarkan orang kedua; lihat gambarnya, mesin dapat luput membacanya.")
    ]
    assert opinion_of(recorded, [match(Level.HIGH)]).level is Level.HIGH


# --------------------------------------------------------------------------- where the lines are drawn


@pytest.mark.parametrize(
    ("probability", "level", "code"),
    [(0.499, None, ""), (0.5, Level.MEDIUM, "model"), (0.849, Level.MEDIUM, "model"), (0.85, Level.HIGH, "model")],
)
def test_a_probability_on_the_line_counts(probability: float, level: Level | None, code: str) -> None:
    found = triage(act(), [], Score(probability), LIMITS)
    assert (found.level if found is not None else None) is level
    assert found is None or [reason.code for reason in found.reasons] == [code]


def test_a_low_probability_beside_a_rule_is_said_as_such() -> None:
    assert said(act(), [match(Level.MEDIUM)], Score(0.499))[1] == (
        "model_rendah",
        "Model bahasa tidak menduga teks ini memihak (peluang 0,50).",
    )


@pytest.mark.parametrize(
    ("field", "start", "end", "concerns"),
    [
        (TextField.TEXT, 1000 - 6 - NEAR_NAME - 4, 1000 - 6 - NEAR_NAME, True),  # the title and its end take six
        (TextField.TEXT, 1000 - 6 - NEAR_NAME - 5, 1000 - 6 - NEAR_NAME - 1, False),
        (TextField.TEXT, 1010 - 6 + NEAR_NAME, 1010 - 6 + NEAR_NAME + 4, True),
        (TextField.TEXT, 1010 - 6 + NEAR_NAME + 1, 1010 - 6 + NEAR_NAME + 5, False),
        (TextField.TITLE, 1000 - NEAR_NAME - 4, 1000 - NEAR_NAME, True),
        (TextField.TITLE, 1000 - NEAR_NAME - 5, 1000 - NEAR_NAME - 1, False),
        (TextField.PARENT, 1000, 1004, False),
    ],
)
def test_how_near_a_name_words_must_stand(field: TextField, start: int, end: int, concerns: bool) -> None:
    named = Actor(PERSON, Basis.NAME, 0.9, None, POST, ((1000, 1010),))
    case = act(ItemKind.ARTICLE, "berita", named)
    case = replace(case, stored=replace(case.stored, item=replace(case.stored.item, title="Judul")))
    found = replace(match(Level.MEDIUM), spans=(Span(field, start, end, "kata"),))
    assert (triage(case, [found], None, LIMITS) is not None) is concerns


def test_one_near_name_among_several_is_enough() -> None:
    named = Actor(PERSON, Basis.NAME, 0.9, None, POST, ((9000, 9010), (0, 4)))
    spans = (Span(TextField.TEXT, 5000, 5004, "jauh"), Span(TextField.TEXT, 0, 4, "kata"))
    case = act(ItemKind.ARTICLE, "berita", named)
    found = opinion_of(
        case, [replace(match(Level.MEDIUM), spans=spans), replace(match(Level.HIGH, rule="jauh"), spans=spans[:1])]
    )
    assert [one.rule_id for one in found.matches] == ["aturan-uji"]


def test_all_that_was_found_is_handed_on() -> None:
    one, two = match(Level.MEDIUM, rule="b"), replace(match(Level.MEDIUM, rule="a"), forms=("KE-1", "DIS-2"))
    score = Score(0.6, (WordWeight("ayo", 1.5), WordWeight("dua", -0.25)))
    found = triage(act(), [one, two, match(Level.HIGH, rule="c")], score, LIMITS, (("model", "m"),))
    assert found is not None
    assert [each.rule_id for each in found.matches] == ["c", "a", "b"]
    assert found.forms == ("DIS-2", "KE-1")
    assert found.words == (WordMark("ayo", 1.5), WordMark("dua", -0.25))
    assert (found.probability, found.digests, found.setting) == (0.6, (("model", "m"),), act().setting)
    bare = opinion_of(act(), [one])
    assert (bare.probability, bare.words, bare.digests) == (None, (), ())


def test_the_ground_of_own_words() -> None:
    own = opinion_of(act(), [match(Level.MEDIUM), match(Level.MEDIUM, Ground.CAMPAIGN_ACCOUNT)])
    assert own.ground is Ground.CAMPAIGN_ACCOUNT
    spoken = act(setting=Setting("c", Phase.CAMPAIGN, 2, Relation.CAMPAIGN))
    assert opinion_of(spoken, [match(Level.MEDIUM)]).ground is Ground.OWN_TEXT
    silent = act(text=" ", setting=Setting("c", Phase.CAMPAIGN, 2, Relation.CAMPAIGN))
    assert opinion_of(silent, [match(Level.MEDIUM)]).ground is Ground.OWN_TEXT
    liked = act(ItemKind.LIKE, "", setting=Setting("c", Phase.CAMPAIGN, 2, Relation.CAMPAIGN))
    assert opinion_of(liked, [match(Level.MEDIUM)]).ground is Ground.CAMPAIGN_ACCOUNT


# --------------------------------------------------------------------------- how the queue is ordered


@pytest.mark.parametrize(
    ("phase", "points"),
    [
        (None, 0.0),
        (Phase.PRE, 0.0),
        (Phase.ASPIRANT, 3.0),
        (Phase.CANDIDATE, 4.0),
        (Phase.CAMPAIGN, 6.0),
        (Phase.QUIET, 12.0),
        (Phase.VOTING, 12.0),
        (Phase.POST, 0.0),
    ],
)
def test_urgency_by_phase(phase: Phase | None, points: float) -> None:
    found = opinion_of(act(setting=Setting("c", phase, 2)), [match(Level.MEDIUM)])
    assert found.urgency == 40.0 + points + 5.0


@pytest.mark.parametrize(
    ("level", "probability", "confidence", "urgency"),
    [
        (Level.MEDIUM, None, Confidence.VERIFIED, 40.0 + 6.0 + 5.0),
        (Level.HIGH, 0.25, Confidence.VERIFIED, 70.0 + 6.0 + 2.5 + 5.0),
        (Level.HIGH, 0.0, Confidence.MATCHED, 70.0 + 6.0 + 4.0),
        (Level.MEDIUM, 0.12345, Confidence.CLAIMED, 40.0 + 6.0 + 1.234 + 2.5),
    ],
)
def test_urgency_by_level_model_and_account(
    level: Level, probability: float | None, confidence: Confidence, urgency: float
) -> None:
    actor = replace(ACTOR, account=replace(ACCOUNT, confidence=confidence))
    score = Score(probability) if probability is not None else None
    assert opinion_of(act(actor=actor), [match(level)], score).urgency == urgency


def test_an_urgency_taken_apart() -> None:
    weak = replace(ACTOR, strength=0.5)
    found = opinion_of(act(actor=weak), [match(Level.HIGH)], Score(0.5))
    shares = (
        Share("tingkat", 70.0),
        Share("tahapan", 6.0),
        Share("model", 5.0),
        Share("akun", 2.5),
        Share("tenggat", 0.0),
    )
    assert urgency_shares(found, weak) == shares
    assert found.urgency == sum(one.points for one in shares)
    assert urgency_shares(found, None, 1)[3:] == (Share("akun", 0.0), Share("tenggat", 30.0))
    nameless = replace(weak, account=None)
    assert urgency_shares(found, nameless, 0)[3:] == (Share("akun", 2.5), Share("tenggat", 40.0))
    assert [urgency_shares(replace(found, level=level), None)[0].points for level in Level] == [0.0, 10.0, 40.0, 70.0]


def test_the_legal_clock_adds_most_at_its_end() -> None:
    assert [clock_points(days) for days in range(-2, 10)] == [
        40.0, 40.0, 40.0, 30.0, 22.0, 15.0, 8.0, 8.0, 8.0, 8.0, 0.0, 0.0,
    ]  # fmt: skip
