"""Negation, question and number scope over generated sentences: where exactly a hit counts and where not."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.marks import BALLOT
from classifiers.mask import Masker
from classifiers.text import TargetTerms
from monitor.rules import RuleSet
from monitor.rules.scope import NEGATION_WINDOW
from tests.rules.world import act, ids, own_folder, targets

RULE = """id: uji-lingkup
title: "Uji lingkup"
status: aktif
level: sedang
forms: ["KE-2"]
any: ["gasken bareng"]
not_when: [{scope}]
legal_basis: [{{text: "uji semata", certainty: 2}}]
author: tim uji
date: 2025-01-06
examples:
  match: ["gasken bareng"]
  no_match: ["halo"]
"""
FILLER = st.sampled_from(["rumah", "warna", "kebun", "pagi", "meja", "kopi", "sungai", "langit", "padi", "batu"])
NEGATION = st.sampled_from(["tidak", "bukan", "jangan", "nggak", "gak", "tdk"])
END = st.sampled_from([".", "!", " 😀", ""])


@lru_cache(maxsize=4)
def rules(scope: str) -> RuleSet:
    with TemporaryDirectory() as folder:
        return RuleSet.load(own_folder(Path(folder), uji_lingkup=RULE.format(scope=scope)), targets())


def counts(scope: str, text: str) -> bool:
    return "uji-lingkup" in ids(rules(scope).match(act(text)))


@given(st.lists(FILLER, max_size=4), NEGATION, st.lists(FILLER, max_size=7), END)
@settings(max_examples=150, deadline=None)
def test_a_negation_reaches_three_words_and_no_further(
    before: list[str], no: str, between: list[str], end: str
) -> None:
    text = " ".join([*before, no, *between, "gasken bareng"]) + end
    assert counts("negasi", text) is (len(between) >= NEGATION_WINDOW)


@given(st.lists(FILLER, max_size=3), NEGATION, st.lists(FILLER, max_size=2), st.sampled_from([". ", "! ", "? ", "\n"]))
@settings(max_examples=80, deadline=None)
def test_a_negation_stays_in_its_sentence_and_before_the_hit(
    before: list[str], no: str, after: list[str], stop: str
) -> None:
    assert counts("negasi", " ".join([*before, no, *after]) + stop + "gasken bareng")
    assert counts("negasi", " ".join([*before, "gasken bareng", no, *after]))


@given(st.lists(FILLER, max_size=5), st.lists(FILLER, max_size=5), st.booleans())
@settings(max_examples=80, deadline=None)
def test_a_question_is_the_sentence_that_ends_so(before: list[str], after: list[str], own: bool) -> None:
    sentence = " ".join([*before, "gasken bareng", *after])
    other = " ".join(["padi", *before])
    assert counts("pertanyaan", f"{sentence}. {other}?" if own else f"{other}? {sentence}.")
    assert not counts("pertanyaan", f"{other}. {sentence}?" if own else f"{sentence}? {other}.")


@given(st.integers(1, 24), st.integers(1, 24), st.sampled_from(["pilih", "coblos", "paslon", "nomor urut"]))
@settings(max_examples=100, deadline=None)
def test_a_ballot_number_is_one_token_whatever_the_number(one: int, two: int, cue: str) -> None:
    masker = Masker(TargetTerms())
    assert masker.tokens(f"{cue} {one} ya") == masker.tokens(f"{cue} {two} ya")
    assert BALLOT in masker.tokens(f"{cue} {one} ya")


@given(
    st.integers(1, 99), st.sampled_from(["pasal", "ayat", "uu nomor", "undang-undang nomor", "jalan", "rt", "halaman"])
)
@settings(max_examples=100, deadline=None)
def test_a_number_of_a_law_a_street_or_a_page_is_no_ballot_number(number: int, what: str) -> None:
    assert BALLOT not in Masker(TargetTerms()).tokens(f"lihat {what} {number} saja")
