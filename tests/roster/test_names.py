"""Names: titles off in all their spellings, the name itself never."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.roster.keys import name_key
from monitor.roster.names import name_words, strip_titles, words


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        ("drg. H. Contoh Misal, S.Sos., M.Si.", "Contoh Misal"),
        ("Drs.H.Contoh Misal", "Contoh Misal"),
        ("Dr.Ir. CONTOH MISAL SE MM", "CONTOH MISAL"),
        ("Prof. Dr. dr. Misal Uji Sp.OG(K)", "Misal Uji"),
        ("Contoh Misal S. Sos", "Contoh Misal"),
        ("Contoh   Misal S . H", "Contoh Misal"),
        ("Contoh Misal, ATD, M.T.", "Contoh Misal"),
        ("Letkol Inf Misal Contoh", "Misal Contoh"),
        ("Kompol Misal Uji S.I.K.", "Misal Uji"),
        ("KRT. Andika Rekaan, S.H", "Andika Rekaan"),
        ("Hj. Sita Misal A.Md.Keb", "Sita Misal"),
        ("AKBP Contoh Uji S.H., S.I.K., M.H.", "Contoh Uji"),
        ("Contoh Misal S.STP. M.Si", "Contoh Misal"),
        ("Contoh Misal SSTP MSi", "Contoh Misal"),
        ("Kombes Pol. Contoh Uji", "Contoh Uji"),
        ("R. Contoh Misal", "Contoh Misal"),
        ("Dr. (H.C.) Contoh Uji", "Contoh Uji"),
        ("Ir Contoh", "Contoh"),
        ("H.M. Contoh", "M. Contoh"),
        ("A.B. Contoh", "A.B. Contoh"),
        ("Misal Ma", "Misal Ma"),
        ("Contoh Mei", "Contoh Mei"),
        ("CONTOH MEI", "CONTOH MEI"),
        ("Contoh Misal, M.E.I.", "Contoh Misal"),
        ("Contoh Misal S.I.P", "Contoh Misal"),
        ("Sus Contoh", "Sus Contoh"),
        ("Mayor Sus Contoh", "Contoh"),
        ("Contoh Se", "Contoh Se"),
        ("Ma", "Ma"),
        ("Dr", "Dr"),
        ("", ""),
    ],
)
def test_titles(written: str, bare: str) -> None:
    assert strip_titles(written) == bare


@given(st.text(max_size=60))
def test_strip_titles_never_fails_and_never_empties(text: str) -> None:
    assert bool(strip_titles(text)) == bool(text.split())


@pytest.mark.parametrize("written", ["M. Contoh", "Muhammad Contoh", "Muh. Contoh", "Moh. Contoh", "Mochammad Contoh"])
def test_spellings_of_muhammad_are_one(written: str) -> None:
    assert name_words(written) == ("muhammad", "contoh")


def test_folding_drops_apostrophes_and_accents() -> None:
    assert name_words("Ma’ruf Misál") == ("maruf", "misal")


@given(st.text(max_size=80))
def test_words_stand_where_they_say(text: str) -> None:
    last = 0
    for word in words(text):
        assert last <= word.start < word.end <= len(text)
        last = word.end


def test_name_key_ignores_titles_case_and_marks() -> None:
    assert name_key("drg. Contoh  Misal, M.M.", "Dinas Uji-Coba") == "nama:contoh misal|dinas uji coba"
