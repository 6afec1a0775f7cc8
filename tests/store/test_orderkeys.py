"""Words are folded for the index as the rules of its docstring say, whatever marks they carry."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.store.orderkeys import fold


@given(
    text=st.text(alphabet=st.sampled_from("aé\u00c5\u0301\u0323\u064b\u0e38\u3099Z ß\u0130🔥\ud800\0-"), max_size=30)
)
def test_no_mark_is_left_and_folding_again_changes_nothing(text: str) -> None:
    folded = fold(text)
    assert not any(unicodedata.combining(one) for one in folded)
    assert fold(folded) == folded


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("MANTAAAP, é!", "mantap e"),
        ("A\u0301\u0323yo\u0301 Pilih", "ayo pilih"),
        ("a\u0301\u0301a\u0301a", "a"),
        ("🔥🔥a", "🔥 🔥 a"),
        ("\u0301\u0323", ""),
    ],
)
def test_marks_go_before_letters_are_counted(text: str, folded: str) -> None:
    assert fold(text) == folded
