"""Learning from reviewers of a contest that the model has not seen, and refusing those who dismiss one side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classifiers import frozen, registry
from classifiers.errors import ClassifierError
from classifiers.evaluate import average_precision
from classifiers.frozen import Decided
from classifiers.hashtags import known_words
from classifiers.pipeline import AdditiveClassifier
from classifiers.registry import Stored
from classifiers.retrain import (
    LEAST_DECISIONS,
    MOST_WEIGHT,
    REVIEWER_SHARE,
    TOTAL_SHARE,
    Candidate,
    in_frozen_half,
    retrain,
    weights_of,
)
from tests.learning.contest import NICKNAME, poisoned, posts, sides, terms


@pytest.fixture(scope="module")
def shipped() -> Stored:
    return registry.load(registry.SHIPPED)


@pytest.fixture(scope="module")
def honest(shipped: Stored) -> Candidate:
    return retrain(shipped, shipped, terms(), sides(), [one for one, _ in posts(500, 1)])


def precision(model: Stored, unseen: list[Decided]) -> float:
    scores = AdditiveClassifier(model, terms()).probabilities([one.text for one in unseen])
    return average_precision(scores, [one.partisan for one in unseen])


def test_five_hundred_decisions_help_on_posts_nobody_decided(shipped: Stored, honest: Candidate) -> None:
    assert honest.comparison.refusals == ()
    assert honest.comparison.better
    assert honest.comparison.after > honest.comparison.before
    unseen = [one for one, _ in posts(1500, 101)]
    assert precision(honest.model, unseen) > precision(shipped, unseen) + 0.015


def test_the_swap_test_holds_and_the_nickname_is_listed_not_learnt(shipped: Stored, honest: Candidate) -> None:
    assert honest.comparison.swap_largest <= frozen.MOST_SHIFT
    assert honest.comparison.swap_mean <= frozen.MOST_SHIFT
    assert NICKNAME in honest.comparison.unknown
    moved = {
        name
        for name, before, after in zip(shipped.names, shipped.weights, honest.model.weights, strict=True)
        if abs(before - after) > 1e-4
    }
    assert moved
    assert {name[:2] for name in moved} <= {"w ", "b ", "s "}
    assert honest.model.names == shipped.names
    assert NICKNAME not in known_words()


@pytest.mark.parametrize("side", [0, 1])
def test_one_side_dismissed_is_refused_with_the_side_named(shipped: Stored, side: int) -> None:
    result = retrain(shipped, shipped, terms(), sides(), poisoned(posts(500, 1), side)).comparison
    assert not result.better
    name = sides()[side].name
    assert any("tidak seimbang" in line and name in line and "lebih jarang" in line for line in result.refusals)


def test_one_side_known_only_by_its_nickname_is_protected_too(shipped: Stored) -> None:
    decided = [
        replace(one, partisan=False, kind="tidak_memihak") if NICKNAME in one.text.casefold() else one
        for one, _ in posts(500, 1)
    ]
    refusals = retrain(shipped, shipped, terms(), sides(), decided).comparison.refusals
    assert any("tidak seimbang" in line and NICKNAME in line for line in refusals)


def test_the_same_decisions_give_the_same_model(shipped: Stored, honest: Candidate) -> None:
    again = retrain(shipped, shipped, terms(), sides(), [one for one, _ in posts(500, 1)])
    assert again.model.digest() == honest.model.digest()
    assert again.comparison == honest.comparison
    assert honest.model.digest() != shipped.digest()


def test_too_few_decisions_are_refused_with_what_is_missing(shipped: Stored) -> None:
    few = [one for one, _ in posts(500, 1)][: LEAST_DECISIONS - 1]
    with pytest.raises(ClassifierError, match="Belum cukup keputusan"):
        retrain(shipped, shipped, terms(), sides(), few)
    alike = [replace(one, partisan=True) for one, _ in posts(500, 1)]
    with pytest.raises(ClassifierError, match="tiap jenis"):
        retrain(shipped, shipped, terms(), sides(), alike)


def test_neither_one_reviewer_nor_all_together_can_outweigh_the_corpus() -> None:
    zealous = [Decided(f"z{n}", "teks", n % 2 == 0, "rajin") for n in range(5000)]
    quiet = [Decided(f"q{n}", "teks", n % 2 == 0, f"r{n % 4}") for n in range(40)]
    weight = weights_of([*zealous, *quiet], corpus_weight=1000.0)
    assert np.all(weight <= MOST_WEIGHT)
    assert float(weight[: len(zealous)].sum()) <= REVIEWER_SHARE * TOTAL_SHARE * 1000 + 1e-9
    assert float(weight.sum()) <= TOTAL_SHARE * 1000 + 1e-9
    assert np.all(weights_of(quiet, corpus_weight=1000.0) == MOST_WEIGHT)


def test_the_halves_are_chosen_by_hash_alone() -> None:
    chosen = sum(in_frozen_half(f"tanda:{number}") for number in range(2000))
    assert 900 < chosen < 1100
    assert in_frozen_half("tanda:1") is in_frozen_half("tanda:1")


def test_a_text_belongs_to_a_side_only_where_it_speaks_of_one() -> None:
    one, two = sides()
    assert frozen.side_of(f"dukung {one.terms.names[0]}", sides()) == one.name
    assert frozen.side_of(f"{one.terms.names[0]} lawan {two.terms.names[0]}", sides()) == ""
    assert frozen.side_of("selamat pagi", sides()) == ""
