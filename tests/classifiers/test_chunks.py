"""Many texts at once give the very probabilities that each gives alone, whatever stands beside what."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classifiers import pieces
from classifiers.chunks import Chunks
from classifiers.dataset import load_corpus
from classifiers.features import MOST_TOKENS
from classifiers.lexicon import BALLOT_CUES, CANDIDACIES, COUNTED, NOT_BALLOT, NUMBERS, OFFICES, SPELLINGS
from classifiers.mask import Masker
from classifiers.names import cast, fill, strangers
from classifiers.registry import SHIPPED, load
from classifiers.text import TargetTerms, fold_many, fold_plain

ORDINARY = load(SHIPPED).ordinary()
WORDS = [
    *SPELLINGS, *NUMBERS, *OFFICES, *CANDIDACIES, *COUNTED, *NOT_BALLOT, *BALLOT_CUES, *sorted(ORDINARY)[::40],
    "Andaika", "andaika", "ANDAIKA", "Andaika-Zuldar", "zuldar", "Zuldar,", "KPU", "III", "Jenis", "GAS", "no.", "01",
    "2", "5", "no2", "02orang", "#GasDua", "＃gas", "#a#b", "@zuldar_id", "...", "!!", "10.000", "2024", "rumah2",
    "dua2nya", "m3nang", "gaaasss", "https://contoh.example/Ab1", "www.contoh.example", "É", "мир", "\ud800", "xasingx", "#XasingxXasingx",
    "xnomorx", "´kata", "Presiden", "presiden,", "presiden/wapres", "\ue000", "¼", "Σας", "Ꭰ", "x\u00a0y", "\u200b",
]  # fmt: skip
SPOKEN = st.lists(
    st.tuples(st.sampled_from(WORDS), st.sampled_from((" ", " ", " ", ", ", "\n", "\t", "\x1c", "\u2003"))), max_size=14
).map(lambda parts: "".join(word + gap for word, gap in parts))


class Numbers(dict[str, int]):
    """Numbers tokens as they come."""

    def __missing__(self, token: str) -> int:
        self[token] = number = len(self) + 1
        return number


FEW = TargetTerms(
    ("Andaika Zuldar", "Zuldar"), ("PBR", "GAS"), ("kodok",), ("maju terus",), ("GasDua",), ("zuldar_id",)
)


def check(texts: list[str], ordinary: frozenset[str] = ORDINARY, terms: TargetTerms | None = None) -> int:
    """Compare with the masker; gives how many texts were left to it."""
    masker, numbers = Masker(cast().terms() if terms is None else terms, ordinary), Numbers()
    chunks = Chunks(masker, numbers.__getitem__)
    read = chunks.read(texts, fold_many(texts))
    assert chunks.tokens(texts[::-2]) == [masker.tokens(text)[:MOST_TOKENS] for text in texts[::-2]], "those read last"
    assert Chunks(masker, numbers.__getitem__).tokens(texts) == [masker.tokens(text)[:MOST_TOKENS] for text in texts]
    ids, left, at = read.ids.tolist(), set(read.left), 0
    assert len(read.lengths) == len(texts)
    for place, (text, length) in enumerate(zip(texts, read.lengths.tolist(), strict=True)):
        found = ids[at : at + length]
        at += length
        if place in left:
            assert length == 0
        else:
            assert found == [numbers[token] for token in masker.tokens(text)], text
    assert at == len(ids)
    return len(left)


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(texts=st.lists(SPOKEN, max_size=12))
def test_read_together_equals_read_singly(texts: list[str]) -> None:
    check(texts)
    check(texts, frozenset())
    check(texts, ORDINARY, FEW)


ODD = st.lists(
    st.sampled_from(
        [
            *"aabbkmtIW00113344 #@'.\t\n\x1c\0",
            "aaa",
            "m3n",
            "b0k0",
            "É",
            "\u043c",
            "\uff13",
            "\u3000",
            "\u200b",
            "\ud800",
            "\uab70",
        ]
    ),
    max_size=20,
).map("".join)


@given(texts=st.lists(st.one_of(SPOKEN, ODD, st.text(max_size=30)), max_size=8))
def test_folded_together_equals_folded_singly(texts: list[str]) -> None:
    assert fold_many(texts) == [fold_plain(text)[0] for text in texts]


def told(count: int) -> list[str]:
    dice = random.Random(5)
    return [fill(one.text, strangers(dice), dice) for one in load_corpus()[:: len(load_corpus()) // count]]


def test_few_texts_of_the_corpus_are_left_to_the_masker() -> None:
    texts = told(600)
    assert check(texts) < len(texts) / 2
    assert check(["a " * 500, "Kata " * 300, "", " "]) == 1, "a long text is left, an empty one is not"


BESIDE = [*sorted(NOT_BALLOT)[::6], *sorted(BALLOT_CUES)[::3], *sorted(COUNTED)[::6], "nomor", "Presiden", "presiden", "01", "2", "25",
          "2024.", "lapbrx", "kodoknya", "Andaikawan", "(2)", "dua", "2orang", "no2", "nomor2", "-", ",", "xnomorx", "xkandidatx", "Andaika", "anak", "Anak", "ANAK"]  # fmt: skip


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(texts=st.lists(st.lists(st.sampled_from(BESIDE), max_size=9).map(" ".join), min_size=1, max_size=8))
def test_what_stands_before_a_word_counts_together_as_singly(texts: list[str]) -> None:
    check(texts)
    check(texts, ORDINARY, FEW)


def test_words_that_what_stands_before_them_changes_are_not_left() -> None:
    said = [
        "kita semua ikut pemilu presiden tahun 2024 nomor 2 orang baik",
        "pasal - nomor - 2 itu orang yang kita pilih 5 kali lagi",
        "Wakil Presiden dan presiden bersama Presiden Presiden 2024 di sana",
        "anak kita dan Anak mereka ANAK siapa pun boleh ikut datang",
        "kita pilih 01 orang , jam 5 , 6 , 7 dan seterusnya lagi",
        "nama lapbrx dan Andaikawan tidak menyebut siapa pun di sini",
    ]
    assert check(said) == 0
    assert check(["kata xasingx xasingx Zuldar kata", "kata #XasingxXasingx lagi kata"]) == 2, "a forged class is left"


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "_MOST", 50)
    masker, numbers = Masker(cast().terms(), ORDINARY), Numbers()
    reader, texts = Chunks(masker, numbers.__getitem__), told(200)
    for start in range(0, len(texts), 20):
        some = texts[start : start + 20]
        before = reader.read(some, fold_many(some))
        assert before.ids.tolist() == reader.read(some, fold_many(some)).ids.tolist()
        assert reader.tokens(texts[:9]) == [masker.tokens(text) for text in texts[:9]]
        assert reader.tokens(some) == [masker.tokens(text) for text in some]


@pytest.mark.real
@pytest.mark.skipif(not os.environ.get("NETRA_REAL_DATA"), reason="NETRA_REAL_DATA is unset")
@pytest.mark.parametrize("name", ["dev_posts.jsonl", "everyday.jsonl"])
def test_real_texts_read_together_equal_read_singly(name: str) -> None:
    lines = (Path(os.environ["NETRA_REAL_DATA"]) / name).read_text("utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    assert check(texts) < len(texts) / 2
