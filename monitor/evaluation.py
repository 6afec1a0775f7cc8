"""Rules, classifier and both on labelled texts, as `netra model evaluate` prints it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifiers.evaluate import Metrics, evaluate, load_labelled

from classifiers.labels import Classifier
from monitor.models import Level, Match
from monitor.rules import RuleSet
from monitor.triage import Limits

# How much a rule of each level says by itself, for ranking rules and model together (noisy-or).
_SAYS = {Level.INFO: 0.0, Level.LOW: 0.15, Level.MEDIUM: 0.5, Level.HIGH: 0.8}


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of the three judges on one file."""

    rules: Metrics
    classifier: Metrics
    both: Metrics
    model_id: str

    def as_dict(self) -> dict[str, Any]:
        """Give plain data for --json."""
        parts = {"rules": self.rules, "classifier": self.classifier, "both": self.both}
        return {name: part.as_dict() for name, part in parts.items()} | {"model_id": self.model_id}

    def lines(self) -> list[str]:
        """Say it in Indonesian."""
        said = [f"Model {self.model_id}", f"{self.both.count} teks, {self.both.positives} memihak", ""]
        said.append(f"{'':<10}{'presisi rata-rata':>18}   {'presisi di ambang':<24}{'perolehan di ambang':<24}")
        for name, part in (("aturan", self.rules), ("model", self.classifier), ("keduanya", self.both)):
            said.append(
                f"{name:<10}{part.average_precision:>18.3f}   {_share(part.precision):<24}{_share(part.recall):<24}"
            )
        said += [
            "",
            "Selang dalam kurung: Wilson 95 %. Aturan saja menemukan sebagian kecil; jangan dibaca sebagai cakupan.",
        ]
        return said


def _share(share: Any) -> str:  # noqa: ANN401 - a Share of classifiers.evaluate
    return f"{share.value:.2f} ({share.low:.2f}–{share.high:.2f})"


def evaluate_files(rules: RuleSet, classifier: Classifier, limits: Limits, data: Path) -> Report:
    """Measure on a JSONL file of labelled texts (id, text, partisan; "?" is left out)."""
    rows = load_labelled(data)
    labels = [row.partisan for row in rows]
    probabilities = [score.probability for score in classifier.score([row.text for row in rows])]
    found = [rules.try_text(row.text) for row in rows]
    levels = [max((match.level.rank for match in matches), default=-1) for matches in found]
    says = [_rules_say(matches) for matches in found]
    queued = [level >= Level.MEDIUM.rank for level in levels]
    joined = [1 - (1 - said) * (1 - probability) for said, probability in zip(says, probabilities, strict=True)]
    flags = [by_rule or p >= limits.flag for by_rule, p in zip(queued, probabilities, strict=True)]
    return Report(
        rules=evaluate(says, labels, flagged=queued),
        classifier=evaluate(probabilities, labels, flagged=[p >= limits.flag for p in probabilities]),
        both=evaluate(joined, labels, flagged=flags),
        model_id=classifier.model_id,
    )


def _rules_say(matches: Sequence[Match]) -> float:
    silence = 1.0
    for match in matches:
        silence *= 1 - _SAYS[match.level]
    return 1 - silence
