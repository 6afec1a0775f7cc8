"""The engine: equal to a slow, obviously right matcher; spans at the original characters; scopes, gates, grounds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.text import fold
from monitor.models import Field, Ground, ItemKind, Level, PersonKind, Phase, Relation
from monitor.rules.conditions import Entry
from monitor.rules.nodes import Gate
from monitor.rules.patterns import Vocabulary
from monitor.rules.view import View, canonical
from monitor.rules.words import forms_of
from tests.rules.world import BEFORE_DRAW, act, ids, shipped, targets

WORDS = ("ayo", "pilih", "no", "no.", "2", "02", "bu", "citra", "#maju", "maju", "🔥", "gas-pol", "é", "ß", "ẞ", "x")
GAPS = (" ", "  ", "\n", ", ", "", ".", "\u200b", "\t ")

phrases = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join), min_size=1, max_size=8)
texts = st.lists(
    st.tuples(st.sampled_from((*WORDS, "PILIH", "Ｇas-pol", "aaayo", "пilih")), st.sampled_from(GAPS)), max_size=25
).map(lambda parts: "".join(word + gap for word, gap in parts))


def slow(phrase: str, text: str) -> list[tuple[int, int]]:
    """Every place of a phrase as whole words, one character after the other."""
    word = re.compile(r"\w")
    found = []
    for start in range(len(text) - len(phrase) + 1):
        end = start + len(phrase)
        if text[start:end] != phrase:
            continue
        if word.match(phrase[0]) and start and word.match(text[start - 1]):
            continue
        if word.match(phrase[-1]) and end < len(text) and word.match(text[end]):
            continue
        found.append((start, end))
    return found


@settings(max_examples=300, deadline=None)
@given(phrases, texts)
def test_engine_equals_slow_matcher(some: list[str], text: str) -> None:
    vocabulary = Vocabulary({}, targets())
    for phrase in some:
        vocabulary.node(Entry(phrase=phrase))
    automaton = vocabulary.build()
    plain = re.sub(r"\s+", " ", fold(text).text)
    expected = sorted((p, *place) for p in {canonical(phrase) for phrase in some} for place in slow(p, plain))
    assert sorted((automaton.literals[i], s, e) for i, s, e in automaton.raw_hits(View(text).text)) == expected


@settings(max_examples=300, deadline=None)
@given(texts)
def test_spans_point_at_the_original_characters(text: str) -> None:
    view = View(text)
    for match in re.finditer(r"\w+", view.text):
        start, end = view.raw_span(*match.span())
        assert 0 <= start < end <= len(text)
        assert re.sub(r"\s+", " ", fold(text[start:end]).text) == match.group()


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_survived(text: str) -> None:
    for match in shipped().match(act(text, title=text[:20], parent=text)):
        for span in match.spans:
            source = {Field.TEXT: text, Field.TITLE: text[:20], Field.PARENT: text}[span.field]
            assert source[span.start : span.end] == span.words


@pytest.mark.parametrize("text", ["a" * 50_000, "-" * 50_000, "pilih nomor 2 " * 4_000, "#" * 20_000, "\n" * 20_000])
def test_hostile_lengths_are_linear_enough(text: str) -> None:
    shipped().try_text(text)


def test_spans_in_stretched_and_disguised_words() -> None:
    text = "Ayoooo  ＣＯＢＬＯＳ\u200b nomor\n2 ya 🔥"
    match = next(one for one in shipped().match(act(text)) if one.rule_id == "ajakan-memilih-sasaran")
    assert [span.words for span in match.spans] == ["ＣＯＢＬＯＳ", "nomor\n2"]
    assert all(text[span.start : span.end] == span.words for span in match.spans)
    assert match.level is Level.HIGH


def test_number_means_nothing_before_the_draw() -> None:
    rules = shipped()
    assert "ajakan-memilih-sasaran" in ids(rules.match(act("Ayo coblos nomor 2")))
    before = act("Ayo coblos nomor 2", phase=Phase.ASPIRANT, at=BEFORE_DRAW)
    assert "ajakan-memilih-sasaran" not in ids(rules.match(before))
    assert ids(rules.match(act("Ayo coblos nomor 7"))) == set()


def test_forms_follow_the_phase() -> None:
    rules = shipped()
    asks = {"ajakan-memilih-sasaran"}
    early = [
        m for m in rules.match(act("Ayo pilih Bu Citra", phase=Phase.ASPIRANT, at=BEFORE_DRAW)) if m.rule_id in asks
    ]
    late = [m for m in rules.match(act("Ayo pilih Bu Citra")) if m.rule_id in asks]
    unknown = [m for m in rules.match(act("Ayo pilih Bu Citra", phase=None)) if m.rule_id in asks]
    assert early[0].forms == ("KE-2", "DIS-8")
    assert late[0].forms == ("DIS-2", "DIS-8")
    assert unknown[0].forms == ("KE-2", "DIS-2", "DIS-8")


@pytest.mark.parametrize(
    "text",
    [
        "Saya tidak akan memilih nomor 2",
        "Haruskah memilih nomor 2?",
        "Undang-Undang Nomor 2 Tahun 2020 memilih jalan tengah",
        "ASN dilarang mendukung dan memilih nomor 2 di muka umum",
        "Pengamat menilai warga memilih nomor 2 karena program",
        "Warga Kabupaten Contoh Ramai Memilih Nomor 2 Saat Simulasi Surat Suara",
    ],
)
def test_scopes_take_a_hit_away(text: str) -> None:
    assert not [m for m in shipped().match(act(text)) if m.level.rank >= Level.MEDIUM.rank]


@pytest.mark.parametrize(
    "text", ["Jangan lupa coblos nomor 2", "Ga pake ragu, pilih nomor 2", "Gak tau kalian. Aku sih pilih nomor 2"]
)
def test_scopes_leave_what_only_looks_negated(text: str) -> None:
    assert "ajakan-memilih-sasaran" in ids(shipped().match(act(text)))


def test_like_has_two_grounds() -> None:
    rules = shipped()
    registered = rules.match(act(kind=ItemKind.LIKE, relation=Relation.CAMPAIGN))
    assert [(m.rule_id, m.level, m.ground, m.forms) for m in registered] == [
        ("suka-akun-pemenangan", Level.MEDIUM, Ground.CAMPAIGN_ACCOUNT, ("DIS-6",))
    ]
    content = rules.match(act(kind=ItemKind.LIKE, parent="Ayo coblos nomor 2"))
    assert [(m.rule_id, m.level, m.ground) for m in content] == [
        ("suka-konten-memihak", Level.LOW, Ground.PARTISAN_CONTENT)
    ]
    assert rules.match(act(kind=ItemKind.LIKE, relation=Relation.ELECTION_BODY, parent="Ayo ke TPS")) == ()
    assert rules.match(act(kind=ItemKind.FOLLOW, relation=Relation.CAMPAIGN)) == ()


def test_who_acted_matters() -> None:
    rules = shipped()
    assert "tni-menyebut-calon" in ids(rules.match(act("Bu Citra bagus", person=PersonKind.TNI)))
    assert "tni-menyebut-calon" not in ids(rules.match(act("Bu Citra bagus")))
    assert "pasangan-calon-menyerukan" in ids(rules.match(act("Jangan lupa nomor 2", spouse=True)))


def test_article_is_never_more_than_a_lead() -> None:
    text = "Lurah itu mengajak warganya memilih nomor 3 dan mendukung Bu Citra dalam deklarasi"
    assert all(m.level.rank <= Level.MEDIUM.rank for m in shipped().match(act(text, kind=ItemKind.ARTICLE, title=text)))


def test_tickets_are_treated_alike() -> None:
    """Party-neutral by construction: the same sentence for each ticket gives the same rules."""
    names = {1: "Bang Andi Mis", 2: "Bu Citra", 3: "Cak Farid"}
    slogans = {1: "Contoh Bersinar", 2: "Maju Bareng Contoh", 3: "Contoh Guyub"}
    for shape in (
        "Ayo pilih {name}",
        "{number:02d} menyala",
        "Semoga {name} jadi bupati",
        "{name} pembohong",
        "{slogan}, ayo",
    ):
        found = {n: ids(shipped().match(act(shape.format(name=names[n], number=n, slogan=slogans[n])))) for n in names}
        assert found[1] == found[2] == found[3], shape
        assert found[1], shape


def test_batch_equals_one_by_one() -> None:
    acts = [act(text) for text in ("Ayo pilih Bu Citra", "", "Selamat pagi", "02 menyala", "Ayo pilih Bu Citra")]
    assert shipped().match_all(acts) == [shipped().match(one) for one in acts]


def test_interesting() -> None:
    assert shipped().interesting("Camat hadir dalam deklarasi Bu Citra")
    assert not shipped().interesting("Resep rendang")


def test_word_forms_are_generated() -> None:
    forms = forms_of("dukung")
    assert {"mendukung", "dukungan", "didukung", "dukunglah", "ndukung"} <= set(forms)
    assert "pendukung" not in forms
    assert "pendukung" in forms_of("dukung", with_person=True)
    assert {"memilih", "milih", "dipilih"} <= set(forms_of("pilih"))
    assert "nyoblos" in forms_of("coblos")
    assert "menangis" not in forms_of("menang")


def test_gate() -> None:
    assert Gate().lets("x", BEFORE_DRAW.date())
    assert not Gate("y").lets("x", None)
    assert not Gate("", BEFORE_DRAW.date()).lets("x", act().stored.captured_at.date())
