"""The measures of agreement equal the worked examples of the papers that define them, and behave at their edges."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.agreement import Z95, Figure, alpha, cohen, fell, one_against_rest, percent

Rows = Sequence[str]

# Krippendorff (2011), part C: four observers, twelve units, five values, values missing.
FOUR = ("1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 .")
# The same, part A (two observers, binary, nothing missing) and part B (two observers, nominal).
BINARY = ("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")
LETTERS = ("a a b b d c c c e d d a", "b a b b b c c c e d d d")
# The computational example of the encyclopaedia's article: three coders, fifteen units, values missing.
THREE = (". . . . . 3 4 1 2 1 1 3 3 . 3", "1 . 2 1 3 3 4 3 . . . . . . .", ". . 2 1 3 4 4 . 2 1 1 3 3 . 4")
# Cohen (1960), table 2; Fleiss, Cohen and Everitt (1969); the usual two-by-two examples.
COHEN = ((88, 14, 18), (10, 40, 10), (2, 6, 12))
EVERITT = ((106, 10, 4), (22, 28, 10), (2, 12, 6))
# Ten subjects, fourteen raters, five categories: the usual example of Fleiss' kappa.


def units(rows: Rows) -> list[Mapping[Hashable, str]]:
    columns = zip(*(row.split() for row in rows), strict=True)
    return [{rater: value for rater, value in enumerate(column) if value != "."} for column in columns]


def pairs(table: Sequence[Sequence[int]]) -> list[tuple[str, str]]:
    return [(str(i), str(j)) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]


def random() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.mark.parametrize(
    ("rows", "published", "counted"),
    [(FOUR, 0.743, 11), (BINARY, 0.095, 10), (LETTERS, 0.692, 12), (THREE, 0.691, 12)],
)
def test_alpha_equals_the_published_examples(rows: Rows, published: float, counted: int) -> None:
    found = alpha(units(rows), random())
    assert found.value is not None
    assert round(found.value, 3) == published
    assert found.units == counted
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high


@pytest.mark.parametrize(
    ("table", "published"),
    [(COHEN, 0.492), (EVERITT, 0.429), (((20, 5), (10, 15)), 0.4), (((45, 15), (25, 15)), 0.130), (((25, 35), (5, 35)), 0.259)],
)  # fmt: skip
def test_kappa_equals_the_published_examples(table: Sequence[Sequence[int]], published: float) -> None:
    found = cohen(pairs(table))
    assert found.value is not None
    assert round(found.value, 3) == published


def test_the_interval_of_kappa_equals_the_published_standard_error() -> None:
    found = cohen(pairs(EVERITT))
    assert found.low is not None
    assert found.high is not None
    assert round((found.high - found.low) / 2 / Z95, 4) == 0.0537


@pytest.mark.parametrize("rows", [("a a a", "a a a"), ("a", "."), (". .", "a b")])
def test_what_cannot_be_told_is_not_told(rows: Rows) -> None:
    """Where everybody says one thing chance is certain; where nobody shares a unit there is nothing to compare."""
    assert alpha(units(rows), random()).value is None
    found = [tuple(one.values()) for one in units(rows) if len(one) == 2]
    assert cohen([(one[0], one[1]) for one in found]).value is None


def test_nothing_at_all() -> None:
    assert percent([]) == alpha([], random()) == cohen([]) == Figure(None, None, None, 0)


def test_percent_is_the_share_of_equal_pairs() -> None:
    found = percent([{1: "a", 2: "a"}, {1: "a", 2: "b"}, {1: "b", 2: "b", 3: "a"}, {1: "a"}])
    assert found.value == pytest.approx((1 + 0 + 1 / 3) / 3)
    assert found.units == 3


def test_wilson_of_a_perfect_record_does_not_claim_certainty() -> None:
    found = percent([{1: "a", 2: "a"}] * 10)
    assert found.value == 1
    assert found.low == pytest.approx(0.7225, abs=1e-4)  # 10 / (10 + 1.96²)


def test_perfect_and_reversed_agreement() -> None:
    perfect = [{1: value, 2: value} for value in "aabbab"]
    assert alpha(perfect, random()).value == cohen([("a", "a"), ("b", "b")]).value == 1
    reverse = [{1: "a", 2: "b"}, {1: "b", 2: "a"}] * 20
    found = alpha(reverse, random()).value
    assert found is not None
    assert found < -0.9
    assert cohen([("a", "b"), ("b", "a")]).value == -1


def test_one_reason_against_the_rest() -> None:
    said = one_against_rest([{1: "kutipan", 2: "tugas"}, {1: "tugas", 2: "ajakan"}], "tugas")
    assert said == [{1: "tidak", 2: "ya"}, {1: "ya", 2: "tidak"}]


@pytest.mark.parametrize(
    ("recent", "called"),
    [
        (Figure(0.3, 0.1, 0.5, 40), True),
        (Figure(0.3, 0.1, 0.9, 40), False),
        (Figure(0.3, 0.1, 0.5, 19), False),
        (Figure(None, None, None, 0), False),
    ],
)
def test_a_fall_is_called_only_where_it_is_one(recent: Figure, called: bool) -> None:
    assert fell(Figure(0.8, 0.7, 0.9, 200), recent) is called
    assert not fell(Figure(None, None, None, 0), recent)


_UNIT = st.dictionaries(st.integers(0, 5), st.sampled_from("abc"), max_size=5)


@given(st.lists(_UNIT, max_size=12), st.permutations(range(6)))
def test_who_is_who_and_in_which_order_changes_nothing(made: list[dict[int, str]], names: list[int]) -> None:
    said: list[Mapping[Hashable, str]] = list(made)
    renamed: list[Mapping[Hashable, str]] = [{names[who]: value for who, value in one.items()} for one in made[::-1]]
    one, other = alpha(said, random(), 10).value, alpha(renamed, random(), 10).value
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert one == pytest.approx(other)
        assert -1 <= one <= 1 + 1e-9


@given(st.lists(_UNIT, min_size=1, max_size=12))
def test_alpha_equals_its_definition_pair_by_pair(made: list[dict[int, str]]) -> None:
    """A slow second way: disagreement within units against that of all pairs of values, from the definition."""
    known = [list(one.values()) for one in made if len(one) > 1]
    flat = [value for one in known for value in one]
    within = sum(
        sum(a != b for i, a in enumerate(one) for j, b in enumerate(one) if i != j) / (len(one) - 1) for one in known
    )
    across = sum(a != b for i, a in enumerate(flat) for j, b in enumerate(flat) if i != j)
    found = alpha(list(made), random(), 10).value
    if not across:
        assert found is None
    else:
        assert found == pytest.approx(1 - (len(flat) - 1) * within / across)
