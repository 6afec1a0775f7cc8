"""The model's card, with figures on real posts where a folder of them is at hand: shares only, never a text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from classifiers import card
from classifiers.pipeline import load_model
from monitor.app import masking_terms
from monitor.evaluation import Report, evaluate_rows, read_labelled
from monitor.rules import RuleSet
from monitor.targets import Targets
from monitor.triage import Limits

_RULES = Path(__file__).resolve().parents[2] / "rules"
_FIRST_HALF = "01234567"


def write(folder: Path | None) -> tuple[Path, ...]:
    """Write cards and plots; measure on `folder` first, where there is one.

    Raises:
        ImportRefusedError: A file of the folder cannot be read.
    """
    return card.write(None if folder is None else real_figures(folder))


def real_figures(folder: Path) -> dict[str, Any]:
    """Measure the shipped model and rules on labelled real posts and everyday texts."""
    rows = read_labelled(folder / "dev_posts.jsonl")
    told = Targets.from_json(folder / "targets.json")
    untold = Targets.load(_RULES / "targets")
    informed = load_model(None, masking_terms(told.terms()))
    alone, _ = load_model(None, masking_terms(untold.terms())).meeting([row.text for row in rows])
    limits = Limits(informed.thresholds.flag, informed.thresholds.high)
    rules = RuleSet.load(_RULES, told)
    first = [row for row in rows if row.text_id[0] in _FIRST_HALF]
    second = [row for row in rows if row.text_id[0] not in _FIRST_HALF]
    parts = {"semua": rows, "pertama": first, "kedua": second}
    figures: dict[str, Any] = {name: _of(evaluate_rows(rules, informed, limits, part)) for name, part in parts.items()}
    figures["tanpa_sasaran"] = _of(evaluate_rows(RuleSet.load(_RULES, untold), alone, limits, rows))
    everyday = [json.loads(line)["text"] for line in (folder / "everyday.jsonl").read_text("utf-8").splitlines()]
    flagged = sum(one >= limits.flag for one in informed.probabilities(everyday))
    return figures | {"sehari_hari": flagged / len(everyday)}


def _of(report: Report) -> dict[str, float]:
    return {
        "model": round(report.classifier.average_precision, 3),
        "keduanya": round(report.both.average_precision, 3),
        "galat": round(report.classifier.calibration_error, 3),
        "galat_digeser": round(report.classifier.calibration_error_adjusted, 3),
        "baca_95": round(report.both.read_for_95, 3),
    }
