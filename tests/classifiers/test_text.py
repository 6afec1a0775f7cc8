"""Folding: one spelling of many, and always the way back."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from classifiers.text import fold

PLAIN = st.from_regex(r"\A[a-zA-Z .,!?#@-]{0,60}\Z")


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        ("GAS Nomor 2", "gas nomor 2"),
        ("gaaasss pooolll", "gas pol"),
        ("m3nang k4mpr3t g0bl0k", "menang kampret goblok"),
        ("P3K, mp3, JKT48, rt1rw3, no3saja", "p3k, mp3, jkt48, rt1rw3, no3saja"),
        ("#dukung1contoh @uji3", "#dukung1contoh @uji3"),
        ("Ｐｉｌｉｈ ０２", "pilih 02"),
        ("𝗖𝗼𝗯𝗹𝗼𝘀 𝟏", "coblos 1"),
        ("сoblоs рaslon", "coblos paslon"),
        ("du\u200bku\u00adng\u202e", "dukung"),
        ("☝🏽1️⃣ ✌️", "☝1 ✌"),
        ("gué sëkeluarga", "gue sekeluarga"),
        ("Perang Dunia III, www.contoh.id", "perang dunia iii, www.contoh.id"),
        ("iiiih “ya” ‘kan’ — ok", "ih \"ya\" 'kan' - ok"),
        ("", ""),
    ],
)
def test_one_spelling_of_many(raw: str, folded: str) -> None:
    assert fold(raw).text == folded


@pytest.mark.parametrize(
    ("raw", "word", "original"),
    [
        ("ayo GAAAASSS dua", "gas", "GAAAASSS"),
        ("x di\u200bdu\u200bkung y", "didukung", "di\u200bdu\u200bkung"),
        ("ﷺ pilih １", "pilih 1", "pilih １"),
        ("№ 2 Straße", "strasse", "Straße"),
    ],
)
def test_spans_give_the_original_characters(raw: str, word: str, original: str) -> None:
    found = fold(raw)
    at = found.text.index(word)
    start, end = found.span(at, at + len(word))
    assert raw[start:end] == original


@given(st.text(max_size=80))
@example("İİİ ßßß ﬃ")
@example("а\u0301аа а")
@example("a4a4 aaa4b www wwww iii")
@settings(max_examples=400, deadline=None)
def test_folding_twice_equals_folding_once(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once


@given(st.text(max_size=80))
@example("aa\u0301a")
@settings(max_examples=300, deadline=None)
def test_every_span_lies_in_order_inside_the_original(text: str) -> None:
    found = fold(text)
    last = 0
    for at in range(len(found.text)):
        start, end = found.span(at, at + 1)
        assert last <= start < end <= len(text)
        last = start
    assert found.span(0, len(found.text))[1] <= len(text)


@given(PLAIN)
@settings(max_examples=300, deadline=None)
def test_plain_ascii_changes_only_case(text: str) -> None:
    assume(re.search(r"([a-z])\1\1", text.lower()) is None)
    found = fold(text)
    assert found.text == text.lower()
    assert found.exact


def test_span_outside_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        fold("abc").span(1, 9)


@pytest.mark.parametrize(
    "piece", ["\u0301", "\u200b", "\u202e\u05d0", "\ud800", "a", "3a", "#", "m3", "ﷺ", "1\ufe0f\u20e3", "iii "]
)
def test_hostile_text_takes_linear_time(piece: str) -> None:
    def cost(count: int) -> float:
        text = piece * count
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            found = fold(text)
            found.span(0, len(found.text))
            best = min(best, time.process_time() - start)
        return best

    cost(1000)
    assert cost(100_000 // len(piece)) < 1.5


def test_a_text_of_combining_marks_folds_to_nothing() -> None:
    assert fold("\u0301" * 100_000).text == ""
