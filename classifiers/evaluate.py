"""Figures of a ranking and of a threshold: pure functions over scores and labels, no model inside."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from classifiers.errors import ClassifierError
from classifiers.labels import Owner, Parent

_Z95 = 1.959963984540054
_BINS = 10


@dataclass(frozen=True, slots=True)
class Share:
    """A share in 0..1 with its 95 % Wilson interval; `of` counts the cases. Without cases value is 0 and 0..1 open."""

    value: float
    low: float
    high: float
    of: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Texts whose probability lies in one tenth: how many, what was said on average, and how many were partisan."""

    low: float
    texts: int
    said: float
    true: float


@dataclass(frozen=True, slots=True)
class Metrics:
    """What a score is worth on labelled texts. `read_for_95` is the share to read to find 95 % of the partisan ones.

    `calibration_error` is of the probabilities as given, `calibration_error_adjusted` after moving them to the base
    rate of these very texts.
    """

    texts: int
    partisan: int
    average_precision: float
    threshold: float
    precision: Share
    recall: Share
    calibration_error: float
    calibration_error_adjusted: float
    read_for_95: float
    reliability: tuple[Bin, ...]

    def as_json(self) -> dict[str, Any]:
        """Give plain data for `--json`."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A labelled text, and what it answers where that is told."""

    text_id: str
    text: str
    partisan: bool
    parent: Parent | None = None


def load_labelled(path: Path) -> tuple[Labelled, ...]:
    """Read JSONL lines with `id`, `text`, `partisan` ("1", "0"; "?" is left out) and, if any, `context`.

    `context` is an object with `parent_text` and `parent_owner` (candidate, party, campaign, media, official, unknown).

    Raises:
        ClassifierError: The file is missing or a line cannot be read; with the line's number.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise ClassifierError(f"Berkas {path} tidak terbaca: {problem}.") from problem
    out: list[Labelled] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            mark, text_id, text = str(row["partisan"]), str(row["id"]), str(row["text"])
            parent = _parent(row.get("context"))
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise ClassifierError(
                f"{path.name} baris {number}: tiap baris harus objek JSON dengan id, text, dan partisan; context boleh "
                f"ada dan berisi parent_text dan parent_owner ({', '.join(Owner)})."
            ) from problem
        if mark not in {"0", "1", "?"}:
            raise ClassifierError(f'{path.name} baris {number}: partisan harus "1", "0", atau "?".')
        if mark != "?":
            out.append(Labelled(text_id, text, mark == "1", parent))
    return tuple(out)


def _parent(context: dict[str, Any] | None) -> Parent | None:
    if context is None:
        return None
    return Parent(str(context.get("parent_text") or ""), Owner(context.get("parent_owner") or Owner.UNKNOWN))


def wilson(hits: float, of: float) -> Share:
    """Give a share with its 95 % Wilson interval; weighted cases need not be whole numbers."""
    if of == 0:
        return Share(0.0, 0.0, 1.0, 0)
    share = hits / of
    spread = _Z95 * math.sqrt(share * (1 - share) / of + _Z95**2 / (4 * of * of))
    middle, scale = share + _Z95**2 / (2 * of), 1 + _Z95**2 / of
    return Share(share, max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale), of)


def curve(scores: Sequence[float], labels: Sequence[bool]) -> list[tuple[float, float, float]]:
    """Give (threshold, precision, recall) at every distinct score, from the highest down; [] without partisan texts."""
    total = sum(labels)
    order = sorted(range(len(scores)), key=lambda index: -scores[index])
    points: list[tuple[float, float, float]] = []
    hits = 0
    for rank, index in enumerate(order, 1):
        hits += labels[index]
        last = rank == len(order) or scores[order[rank]] != scores[index]
        if last and total:
            points.append((scores[index], hits / rank, hits / total))
    return points


def average_precision(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """Give the area under the precision-recall steps, ties taken together (as scikit-learn does)."""
    area = before = 0.0
    for _, precision, recall in curve(scores, labels):
        area += precision * (recall - before)
        before = recall
    return area


def reliability(scores: Sequence[float], labels: Sequence[bool]) -> tuple[Bin, ...]:
    """Give the ten equal bins of probability; an empty one says its middle and nothing true."""
    bins: list[list[int]] = [[] for _ in range(_BINS)]
    for index, score in enumerate(scores):
        bins[min(_BINS - 1, int(score * _BINS))].append(index)
    return tuple(
        Bin(
            number / _BINS,
            len(members),
            sum(scores[index] for index in members) / len(members) if members else (number + 0.5) / _BINS,
            sum(labels[index] for index in members) / len(members) if members else 0.0,
        )
        for number, members in enumerate(bins)
    )


def calibration_error(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """Give the expected calibration error over ten equal bins of probability."""
    total = sum(one.texts * abs(one.said - one.true) for one in reliability(scores, labels))
    return total / len(scores) if scores else 0.0


def at_base_rate(scores: Sequence[float], stated: float, wanted: float) -> list[float]:
    """Move probabilities stated for one base rate to another (Bayes): the order stays."""
    factor = wanted / (1 - wanted) * (1 - stated) / stated
    return [score * factor / (score * factor + 1 - score) for score in scores]


def read_for(scores: Sequence[float], labels: Sequence[bool], found: float = 0.95) -> float:
    """Give the share of texts to read, best first, until this share of the partisan ones is found."""
    wanted = math.ceil(found * sum(labels))
    hits = 0
    for rank, index in enumerate(sorted(range(len(scores)), key=lambda one: -scores[one]), 1):
        hits += labels[index]
        if hits >= wanted:
            return rank / len(scores)
    return 1.0


def evaluate(
    scores: Sequence[float], labels: Sequence[bool], threshold: float, base_rate: float | None = None
) -> Metrics:
    """Give every figure of these scores; a text is flagged from `threshold` on.

    `base_rate` is the one the probabilities are stated for; without it they are not moved.

    Raises:
        ClassifierError: Scores and labels differ in number, or there is nothing to measure.
    """
    if len(scores) != len(labels) or not scores:
        raise ClassifierError("Tidak ada teks berlabel untuk diukur. Periksa isi berkas --data.")
    true_rate = sum(labels) / len(labels)
    moved = scores if base_rate is None or not 0 < true_rate < 1 else at_base_rate(scores, base_rate, true_rate)
    flagged = [label for score, label in zip(scores, labels, strict=True) if score >= threshold]
    return Metrics(
        texts=len(labels),
        partisan=sum(labels),
        average_precision=average_precision(scores, labels),
        threshold=threshold,
        precision=wilson(sum(flagged), len(flagged)),
        recall=wilson(sum(flagged), sum(labels)),
        calibration_error=calibration_error(scores, labels),
        calibration_error_adjusted=calibration_error(moved, labels),
        read_for_95=read_for(scores, labels),
        reliability=reliability(scores, labels),
    )
