"""Figures: against scikit-learn and by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from classifiers.errors import ClassifierError
from classifiers.evaluate import average_precision, curve, evaluate, load_labelled, wilson

PAIRS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40)


@given(PAIRS)
def test_average_precision_equals_scikit_learn(pairs: list[tuple[float, bool]]) -> None:
    scores, labels = [one for one, _ in pairs], [two for _, two in pairs]
    if any(labels):
        assert average_precision(scores, labels) == pytest.approx(average_precision_score(labels, scores))
    else:
        assert average_precision(scores, labels) == 0.0


def test_figures_by_hand() -> None:
    metrics = evaluate([0.9, 0.8, 0.4, 0.1], [True, False, True, False], 0.5)
    assert metrics.precision.value == 0.5
    assert metrics.recall.value == 0.5
    assert metrics.average_precision == pytest.approx(0.5 + 0.5 * 2 / 3)
    assert metrics.read_for_95 == 0.75
    assert metrics.calibration_error == pytest.approx((0.1 + 0.8 + 0.6 + 0.1) / 4)
    json.dumps(metrics.as_json())
    assert curve([0.5, 0.5], [True, False]) == [(0.5, 0.5, 1.0)]


def test_wilson_interval_of_nothing_is_open() -> None:
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0.0, 1.0)
    assert wilson(0, 5).low == 0.0
    assert wilson(5, 5).high == pytest.approx(1.0)
    share = wilson(8, 10)
    assert 0.49 < share.low < 0.8 < share.high < 0.95


def test_nothing_to_measure_is_refused() -> None:
    with pytest.raises(ClassifierError, match="berlabel"):
        evaluate([], [], 0.5)


def test_labelled_lines(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text(
        '{"id": "a", "text": "satu", "partisan": "1"}\n\n{"id": "b", "text": "dua", "partisan": "?"}\n'
        '{"id": "c", "text": "tiga", "partisan": 0}\n',
        "utf-8",
    )
    assert [(one.text_id, one.partisan) for one in load_labelled(path)] == [("a", True), ("c", False)]


@pytest.mark.parametrize("line", ["{", "[]", '{"id": 1, "text": "x"}', '{"id": 1, "text": "x", "partisan": "ya"}'])
def test_a_broken_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text(line, "utf-8")
    with pytest.raises(ClassifierError, match="baris 1"):
        load_labelled(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ClassifierError, match="tidak terbaca"):
        load_labelled(tmp_path / "tidak-ada.jsonl")
