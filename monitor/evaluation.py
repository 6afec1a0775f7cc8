"""Rules, classifier and both on labelled texts, as `netra model evaluate` prints it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from classifiers.errors import ClassifierError
from classifiers.evaluate import Metrics, Share, evaluate, load_labelled, wilson
from classifiers.labels import Classifier
from monitor.errors import ImportRefusedError, Problem
from monitor.models import Level, Match
from monitor.rules import RuleSet
from monitor.triage import Limits

# How much a rule of each level says by itself, for ranking rules and model together (noisy-or).
_SAYS = {Level.INFO: 0.0, Level.LOW: 0.15, Level.MEDIUM: 0.5, Level.HIGH: 0.8}


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of the three judges on one file. Precision and recall are those of what would reach the queue."""

    rules: Metrics
    classifier: Metrics
    both: Metrics
    model_id: str

    def as_dict(self) -> dict[str, Any]:
        """Give plain data for --json."""
        parts = {"rules": self.rules, "classifier": self.classifier, "both": self.both}
        return {name: part.as_json() for name, part in parts.items()} | {"model_id": self.model_id}

    def lines(self) -> list[str]:
        """Say it in Indonesian."""
        said = [f"Model {self.model_id}", f"{self.both.texts} teks, {self.both.partisan} memihak", ""]
        said.append(f"{'':<10}{'presisi rata-rata':>18}   {'presisi di antrean':<24}{'perolehan di antrean':<24}")
        for name, part in (("aturan", self.rules), ("model", self.classifier), ("keduanya", self.both)):
            said.append(
                f"{name:<10}{part.average_precision:>18.3f}   {_said(part.precision):<24}{_said(part.recall):<24}"
            )
        said += [
            "",
            f"Untuk menemukan 95 % yang memihak, baca {self.both.read_for_95:.0%} teks teratas menurut keduanya.",
            "Dalam kurung: selang Wilson 95 %. Aturan saja hanya menemukan sebagian; jangan dibaca sebagai cakupan.",
        ]
        return said


def _said(share: Share) -> str:
    return f"{share.value:.2f} ({share.low:.2f}–{share.high:.2f})"


def evaluate_files(rules: RuleSet, classifier: Classifier, limits: Limits, data: Path) -> Report:
    """Measure on a JSONL file of labelled texts (id, text, partisan; "?" is left out).

    Raises:
        ImportRefusedError: the file cannot be read; with the line.
    """
    try:
        rows = load_labelled(data)
    except ClassifierError as error:
        raise ImportRefusedError([Problem(data.name, 0, 0, str(error))]) from error
    labels = [row.partisan for row in rows]
    probabilities = [score.probability for score in classifier.score([row.text for row in rows])]
    found = [rules.try_text(row.text) for row in rows]
    says = [_rules_say(matches) for matches in found]
    joined = [1 - (1 - said) * (1 - probability) for said, probability in zip(says, probabilities, strict=True)]
    by_rule = [any(match.level.rank >= Level.MEDIUM.rank for match in matches) for matches in found]
    by_model = [probability >= limits.flag for probability in probabilities]
    either = [one or other for one, other in zip(by_rule, by_model, strict=True)]
    return Report(
        rules=_queued(evaluate(says, labels, _SAYS[Level.MEDIUM]), by_rule, labels),
        classifier=_queued(evaluate(probabilities, labels, limits.flag), by_model, labels),
        both=_queued(evaluate(joined, labels, limits.flag), either, labels),
        model_id=classifier.model_id,
    )


def _rules_say(matches: Sequence[Match]) -> float:
    silence = 1.0
    for match in matches:
        silence *= 1 - _SAYS[match.level]
    return 1 - silence


def _queued(metrics: Metrics, queued: Sequence[bool], labels: Sequence[bool]) -> Metrics:
    """Replace precision and recall at a threshold by those of what triage would really put before a human."""
    hits = sum(one and label for one, label in zip(queued, labels, strict=True))
    return replace(metrics, precision=wilson(hits, sum(queued)), recall=wilson(hits, sum(labels)))
