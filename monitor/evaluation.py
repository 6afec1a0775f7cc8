"""Rules, classifier and both on labelled texts, as `netra model evaluate` prints it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from classifiers.dataset import load_corpus
from classifiers.errors import ClassifierError
from classifiers.evaluate import Labelled, Metrics, Share, evaluate, load_labelled, wilson
from classifiers.labels import Classifier, Parent
from classifiers.swap import Leaning, Side, known, unknown
from monitor.errors import ImportRefusedError, Problem
from monitor.models import Level, Match
from monitor.rules import RuleSet
from monitor.targets import Contest, Targets
from monitor.triage import Limits

# How much a rule of each level says by itself, for ranking rules and model together (noisy-or).
_SAYS = {Level.INFO: 0.0, Level.LOW: 0.15, Level.MEDIUM: 0.5, Level.HIGH: 0.8}


class Model(Classifier, Protocol):
    """A classifier that says for which share of partisan texts its probabilities hold."""

    @property
    def base_rate(self) -> float:
        """That share, 0..1."""
        ...


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of the three judges on one file. Precision and recall are those of what would reach the queue."""

    rules: Metrics
    classifier: Metrics
    both: Metrics
    model_id: str
    base_rate: float
    names_found: tuple[str, ...] = ()
    leaning: Leaning | None = None

    def as_dict(self) -> dict[str, Any]:
        """Give plain data for --json."""
        parts = {"rules": self.rules, "classifier": self.classifier, "both": self.both}
        said: dict[str, Any] = {name: part.as_json() for name, part in parts.items()}
        said |= {"model_id": self.model_id, "base_rate": self.base_rate, "names_found": list(self.names_found)}
        return said if self.leaning is None else said | {"swap": self.leaning.as_json()}

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
            _reading_line(self.both, self.classifier),
            _calibration_line(self.classifier, self.base_rate),
            "Dalam kurung: selang Wilson 95 %. Aturan saja hanya menemukan sebagian; jangan dibaca sebagai cakupan.",
        ]
        if self.names_found:
            said.append(f"Nama yang ditemukan sendiri dari teks ini: {', '.join(self.names_found)}.")
        return said if self.leaning is None else said + _leaning_lines(self.leaning)


def _reading_line(both: Metrics, model: Metrics) -> str:
    alone = f"(menurut model saja {model.read_for_95:.0%})"
    return f"Untuk menemukan 95 % yang memihak, baca {both.read_for_95:.0%} teks teratas menurut keduanya {alone}."


def _calibration_line(model: Metrics, base_rate: float) -> str:
    moved = f"sesudah digeser ke laju dasar teks ini {model.calibration_error_adjusted:.3f}"
    return (
        f"Peluang dinyatakan untuk laju dasar {base_rate:.0%}; galat kalibrasi {model.calibration_error:.3f}, {moved}."
    )


def _leaning_lines(one: Leaning) -> list[str]:
    where = f" (id {one.at})" if one.at else ""
    differing = f"beda terbesar {one.largest:.4f}{where}, rata-rata {one.mean:.5f}"
    return [
        "",
        "Uji tukar: peserta, partai, dan nomor dipertukarkan",
        f"  nama yang dikenal: {one.exchanged} teks tertukar, {differing}",
        f"  nama yang tidak dikenal: beda rata-rata antarpihak {one.shift:.4f}, terbesar {one.shift_largest:.4f}",
    ]


def _said(share: Share) -> str:
    return f"{share.value:.2f} ({share.low:.2f}–{share.high:.2f})"


def evaluate_files(
    rules: RuleSet, classifier: Model, limits: Limits, data: Path, names: tuple[str, ...] = ()
) -> Report:
    """Measure on a JSONL file of labelled texts (id, text, partisan; "?" is left out; `context` if any).

    `names` are those the classifier was told because the texts themselves show them.

    Raises:
        ImportRefusedError: the file cannot be read; with the line.
    """
    return evaluate_rows(rules, classifier, limits, read_labelled(data), names)


def evaluate_rows(
    rules: RuleSet, classifier: Model, limits: Limits, rows: Sequence[Labelled], names: tuple[str, ...] = ()
) -> Report:
    """Measure on labelled texts at hand."""
    labels = [row.partisan for row in rows]
    scores = classifier.score([row.text for row in rows], [row.parent for row in rows])
    probabilities = [score.probability for score in scores]
    found = [rules.try_text(row.text) for row in rows]
    says = [_rules_say(matches) for matches in found]
    joined = [1 - (1 - said) * (1 - probability) for said, probability in zip(says, probabilities, strict=True)]
    by_rule = [any(match.level.rank >= Level.MEDIUM.rank for match in matches) for matches in found]
    by_model = [probability >= limits.flag for probability in probabilities]
    either = [one or other for one, other in zip(by_rule, by_model, strict=True)]
    rate = classifier.base_rate
    return Report(
        rules=_queued(evaluate(says, labels, _SAYS[Level.MEDIUM]), by_rule, labels),
        classifier=_queued(evaluate(probabilities, labels, limits.flag, rate), by_model, labels),
        both=_queued(evaluate(joined, labels, limits.flag, rate), either, labels),
        model_id=classifier.model_id,
        base_rate=rate,
        names_found=names,
    )


def read_labelled(data: Path) -> tuple[Labelled, ...]:
    """Read a file of labelled texts.

    Raises:
        ImportRefusedError: the file cannot be read; with the line.
    """
    try:
        return load_labelled(data)
    except ClassifierError as error:
        raise ImportRefusedError([Problem(data.name, 0, 0, str(error))]) from error


def lean(classifier: Classifier, targets: Targets, data: Path) -> Leaning:
    """Exchange the sides of every contest in every text, and tell the corpus of strangers nobody has named."""
    rows = read_labelled(data)
    contests = [sides_of(contest) for contest in targets.contests if len(contest.tickets) > 1]
    parents: list[Parent | None] = [row.parent for row in rows]
    exchanged, largest, at, mean = known(
        classifier.score, [row.text_id for row in rows], [row.text for row in rows], parents, contests
    )
    shift, shift_largest = unknown(classifier.score, load_corpus())
    return Leaning(len(rows), exchanged, largest, at, mean, shift, shift_largest)


def sides_of(contest: Contest) -> tuple[Side, ...]:
    """Give a contest's tickets as plain sides; a party that backs several tickets stands with the first."""
    aliases = {party.name: (party.name, *party.aliases) for party in contest.parties}
    return tuple(
        Side(
            people=tuple((one.name, *one.aliases) for one in ticket.people),
            parties=tuple(aliases.get(name, (name,)) for name in ticket.parties),
            slogans=ticket.slogans,
            hashtags=ticket.hashtags,
            number=ticket.number,
        )
        for ticket in contest.tickets
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
