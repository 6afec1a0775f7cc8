"""On real texts, which stay outside the project: floors that a change must not fall below."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from classifiers.evaluate import evaluate, load_labelled
from classifiers.pipeline import load_model
from classifiers.text import TargetTerms
from monitor.app import masking_terms
from monitor.cli.carding import real_figures
from monitor.evaluation import lean
from monitor.targets import Targets

REAL = os.environ.get("NETRA_REAL_DATA", "")
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not REAL, reason="NETRA_REAL_DATA is unset: it names the folder of real texts"),
]


def terms() -> TargetTerms:
    plain = json.loads((Path(REAL) / "targets.json").read_text("utf-8"))
    tickets = [ticket for contest in plain["contests"] for ticket in contest["tickets"]]
    people = [person for ticket in tickets for person in ticket["people"]]
    return TargetTerms(
        names=tuple(name for person in people for name in (person["name"], *person["aliases"])),
        parties=tuple(name for party in plain["parties"] for name in party),
        camps=tuple(plain["camps"]),
        slogans=tuple(one for ticket in tickets for one in ticket["slogans"]),
        hashtags=tuple(one for ticket in tickets for one in ticket["hashtags"]),
        numbers=(1, 2, 3),
    )


@pytest.mark.parametrize("digits", ["01234567", "89abcdef"])
def test_average_precision_on_posts(digits: str) -> None:
    model = load_model(None, terms())
    posts = [one for one in load_labelled(Path(REAL) / "dev_posts.jsonl") if one.text_id[0] in digits]
    metrics = evaluate(
        model.probabilities([one.text for one in posts]), [one.partisan for one in posts], model.thresholds.flag
    )
    assert metrics.average_precision >= 0.86
    assert metrics.precision.value >= 0.7
    assert metrics.recall.value >= 0.75
    assert metrics.calibration_error <= 0.06
    assert metrics.read_for_95 <= 0.65


def test_floors_with_and_without_targets() -> None:
    figures = real_figures(Path(REAL))
    told, untold = figures["semua"], figures["tanpa_sasaran"]
    assert told["model"] >= 0.87
    assert told["keduanya"] >= 0.89
    assert untold["model"] >= told["model"] - 0.06
    assert untold["keduanya"] >= told["keduanya"] - 0.06
    assert told["galat"] <= 0.06
    assert told["galat_digeser"] <= 0.06
    assert told["baca_95"] <= 0.65
    assert figures["sehari_hari"] <= 0.05


def test_exchanging_the_sides_of_real_posts_changes_nothing() -> None:
    targets = Targets.from_json(Path(REAL) / "targets.json")
    model = load_model(None, masking_terms(targets.terms()))
    leaning = lean(model, targets, Path(REAL) / "dev_posts.jsonl")
    assert leaning.exchanged > 2000
    assert leaning.largest <= 0.01
    assert leaning.shift <= 0.01


def test_everyday_texts_rarely_reach_the_flag() -> None:
    model = load_model(None, terms())
    lines = (Path(REAL) / "everyday.jsonl").read_text("utf-8").splitlines()
    scores = model.probabilities([json.loads(line)["text"] for line in lines])
    assert sum(score >= model.thresholds.flag for score in scores) / len(scores) <= 0.05


def test_calls_to_neutrality_stay_low() -> None:
    model = load_model(None, terms())
    texts = [path.read_text("utf-8") for path in sorted((Path(REAL) / "news").glob("*.txt"))]
    assert len(texts) == 5
    assert max(model.probabilities(texts)) < model.thresholds.flag / 2
