"""Masking: the model sees what is said and never of whom."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.mask import Masker, mask
from classifiers.text import TargetTerms

TERMS = TargetTerms(
    names=("Andi Misalkan", "Misalkan", "Bang Andi Mis", "Bunga Umpama", "UJI"),
    parties=("Partai Fajar Contoh", "PFC"),
    camps=("walang",),
    slogans=("Contoh Bersinar", "AMIN"),
    hashtags=("#ContohBersinar",),
    accounts=("@contohbersinar",),
    numbers=(1, 2, 3),
)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Bang Andi Mis pasti menang", "xkandidatx pasti menang"),
        ("pilih ANDI MISALKAN!", "pilih xkandidatx !"),
        ("misalkannya keren", "xkandidatx keren"),
        ("permisalkan saja", "permisalkan saja"),
        ("PFC dan partai fajar contoh", "xpartaix dan xpartaix"),
        ("dasar walang", "dasar xkubux"),
        ("AMIN menang", "xsloganx menang"),
        ("amin ya Allah", "aamiin ya allah"),
        ("Aaamiiin ya Allah", "aamiin ya allah"),
        ("#ContohBersinar", "xtagarx"),
        ("#MisalkanMenang", "xtagarx xkandidatx menang"),
        ("#uji", "xtagarx xkandidatx"),
        ("#PemiluDamai #pilihpemimpinjujur", "xtagx xpemilux damai xtagx pilih pemimpin jujur"),
        ("@contohbersinar @warga_uji1", "xakunx xsebutx"),
        ("https://contoh.test/a?b=c ya", "xurlx ya"),
    ],
)
def test_contestants_become_classes(text: str, tokens: str) -> None:
    assert mask(text, TERMS) == tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("pilih no.7 ya", "pilih nomor xnomorx ya"),
        ("paslon 3 menyala", "xcalonx xnomorx menyala"),
        ("gas 02", "gas xnomorx"),
        ("gas02", "gas xnomorx"),
        ("coblos dua", "coblos xnomorx"),
        ("nomer loro", "nomor xnomorx"),
        ("01 menang", "xnomorx menang"),
        ("satu periode saja", "xbilx periode saja"),
        ("pilih dua kali", "pilih xbilx kali"),
        ("Undang-Undang Nomor 5 Tahun 2014", "undang undang nomor xbilx tahun xangkax"),
        ("RT 02 RW 03", "rt xbilx rw xbilx"),
        ("anak2 main", "anak main"),
        ("harga 15.980 naik", "harga xangkax naik"),
    ],
)
def test_ballot_numbers_of_an_unknown_contest_are_seen(text: str, tokens: str) -> None:
    assert mask(text, TargetTerms()).removesuffix(" xjudulx") == tokens


@pytest.mark.parametrize("pair", [("1", "2"), ("01", "03"), ("satu", "dua"), ("siji", "telu")])
def test_a_number_never_tells_which(pair: tuple[str, str]) -> None:
    for frame in ("pilih {}", "nomor {} menang", "{} aja", "cukup {} periode", "#coblos{}", "salam {} jari"):
        assert mask(frame.format(pair[0]), TERMS) == mask(frame.format(pair[1]), TERMS)


@given(st.text(max_size=120))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_plain_tokens(text: str) -> None:
    for token in Masker(TERMS).tokens(text):
        assert token
        assert " " not in token


def test_forged_class_characters_are_dropped() -> None:
    assert "xkandidatx" not in mask("\ue000 menang", TERMS)


def test_negation_survives() -> None:
    assert mask("Tidak mendukung, bukan yang lain", TERMS) == "tidak dukung bukan yang lain"
    assert mask("gak dukung", TERMS) == "tidak dukung"
