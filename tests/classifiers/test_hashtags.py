from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.hashtags import MOST_LETTERS, split


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("#ContohBersinar", ("contoh", "bersinar")),
        ("#majubarengcontoh", ("maju", "bareng", "contoh")),
        ("#lanjutkanduaperiode", ("lanjutkan", "dua", "periode")),
        ("jagasuararakyat", ("jaga", "suara", "rakyat")),
        ("#pilihnomor2", ("pilih", "nomor", "2")),
        ("#2025gantibupati", ("2025", "ganti", "bupati")),
        ("#KPUContoh", ("kpu", "contoh")),
        ("#DUKUNGNetralitas", ("dukung", "netralitas")),
        ("#sayapilih02", ("saya", "pilih", "02")),
        ("#pemiludamai", ("pemilu", "damai")),
        ("#qqqzzz", ("qqqzzz",)),
        ("#", ()),
        ("", ()),
    ],
)
def test_split(tag: str, words: tuple[str, ...]) -> None:
    assert split(tag) == words


@given(st.text(alphabet="abcdeghiklmnoprstuyzABDKLMNPRS0123456789", max_size=MOST_LETTERS))
def test_no_letter_is_lost_or_made_up(tag: str) -> None:
    assert "".join(split(f"#{tag}")) == tag.lower()


@given(st.text(max_size=200))
def test_any_text_is_survived_and_gives_words_without_blanks(tag: str) -> None:
    pieces = split(tag)
    assert all(piece and not piece.isspace() and "#" not in piece for piece in pieces)


def test_a_long_tag_costs_no_more_than_a_bounded_one() -> None:
    split("#ayo")
    began = time.perf_counter()
    pieces = split("#" + "ayomenang" * 10_000)
    assert time.perf_counter() - began < 0.5
    assert len("".join(pieces)) == MOST_LETTERS
