"""Fast ways and slow ways give the same: a batch and one by one, words from the table and words looked at singly."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers import scoring
from classifiers.dataset import load_corpus
from classifiers.lexicon import COUNTED, NUMBERS, OFFICES, SPELLINGS
from classifiers.mask import Masker
from classifiers.names import cast, fill, strangers
from classifiers.pipeline import load_model
from classifiers.registry import SHIPPED, load
from classifiers.scoring import MANY, Sums


@pytest.fixture(scope="module")
def sums() -> Sums:
    stored = load(SHIPPED)
    return Sums(dict(zip(stored.names, stored.weights.tolist(), strict=True)), stored.constant)


def told(count: int) -> list[str]:
    dice = random.Random(11)
    return [fill(one.text, strangers(dice), dice) for one in load_corpus()[:: len(load_corpus()) // count]]


def test_a_score_does_not_depend_on_how_many_are_judged_together() -> None:
    model = load_model(None, cast().terms())
    texts = [*told(300), "", "!!!", "ya"]
    together = model.probabilities(texts)
    assert together == [model.probabilities([text])[0] for text in texts]
    scores = model.score(texts)
    assert together == [one.probability for one in scores]
    assert scores == [model.score([text])[0] for text in texts], "the words too"
    assert sum(len(one.words) for one in scores) > 0
    assert together[50 : 50 + MANY] == model.probabilities(texts[50 : 50 + MANY])


WORDS = st.sampled_from(
    [*load(SHIPPED).ordinary(), *SPELLINGS, *OFFICES, *COUNTED, "tidakdikenal", "entahapa", "!", "?", "xnomorx"]
)


@given(texts=st.lists(st.lists(WORDS, max_size=12), min_size=MANY, max_size=MANY + 3))
def test_arrays_add_up_to_the_very_same_number(sums: Sums, texts: list[list[str]]) -> None:
    assert sums.many(texts) == [sums.one(tokens) for tokens in texts]
    assert sums.told(texts) == (sums.many(texts), [sums.told([tokens])[1][0] for tokens in texts])


@given(
    table=st.dictionaries(
        st.sampled_from("abcdefghij"), st.dictionaries(st.sampled_from("abcdefghij"), st.floats(-5, 5), min_size=1)
    ),
    said=st.lists(st.sampled_from("abcdefghijz"), max_size=30),
    bits=st.integers(0, 4),
)
def test_pairs_that_share_a_place_in_the_table_are_told_apart(
    table: dict[str, dict[str, float]], said: list[str], bits: int
) -> None:
    weights = {f"{kind} {one} {two}": w for kind in "bs" for one, row in table.items() for two, w in row.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scoring, "_BITS", bits)
        sums = Sums(weights, 0.5)
        assert sums.many([said] * MANY) == [sums.one(said)] * MANY
        assert sums.told([said] * MANY)[1] == sums.told([said])[1] * MANY


class Everything(frozenset[str]):
    """A set that holds whatever it is asked for."""

    def __contains__(self, _: object) -> bool:
        return True


SPOKEN = st.sampled_from(
    [*SPELLINGS, *NUMBERS, *OFFICES, *COUNTED, "Andaika", "andaika", "Zuldar", "zuldar", "Jenis", "GAS", "no.", "01", "5",
     "#GasDua", "@zuldar_id", "...", "!!", "10.000", "rumah2", "dua2nya", "https://contoh.example/a", "É", "мир"]
)  # fmt: skip


@given(words=st.lists(SPOKEN, max_size=15))
def test_words_from_the_table_equal_words_looked_at_singly(words: list[str]) -> None:
    text = " ".join(words)
    for ordinary in (load(SHIPPED).ordinary(), frozenset[str]()):
        fast, slow = (Masker(cast().terms(), ordinary) for _ in range(2))
        slow._easy, slow._counted, slow._mixed = {}, {}, Everything()
        assert fast.tokens(text) == slow.tokens(text)
