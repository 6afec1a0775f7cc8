"""Figures of a ranking and of a threshold: pure functions over scores and labels, no model inside."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from classifiers.errors import ClassifierError

_Z95 = 1.959963984540054
_BINS = 10


@dataclass(frozen=True, slots=True)
class Share:
    """A share in 0..1 with its 95 % Wilson interval; `of` counts the cases. Without cases value is 0 and 0..1 open."""

    value: float
    low: float
    high: float
    of: int


@dataclass(frozen=True, slots=True)
class Metrics:
    """What a score is worth on labelled texts. `read_for_95` is the share to read to find 95 % of the partisan ones."""

    texts: int
    partisan: int
    average_precision: float
    threshold: float
    precision: Share
    recall: Share
    calibration_error: float
    read_for_95: float

    def as_json(self) -> dict[str, Any]:
        """Give plain data for `--json`."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A labelled text."""

    text_id: str
    text: str
    partisan: bool


def load_labelled(path: Path) -> tuple[Labelled, ...]:
    """Read JSONL lines with `id`, `text`, `partisan` ("1", "0"; "?" is left out).

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
        except (ValueError, KeyError, TypeError) as problem:
            raise ClassifierError(
                f"{path.name} baris {number}: tiap baris harus objek JSON dengan id, text, dan partisan."
            ) from problem
        if mark not in {"0", "1", "?"}:
            raise ClassifierError(f'{path.name} baris {number}: partisan harus "1", "0", atau "?".')
        if mark != "?":
            out.append(Labelled(text_id, text, mark == "1"))
    return tuple(out)


def wilson(hits: int, of: int) -> Share:
    """Give a share with its 95 % Wilson interval."""
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


def calibration_error(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """Give the expected calibration error over ten equal bins of probability."""
    bins: list[list[int]] = [[] for _ in range(_BINS)]
    for index, score in enumerate(scores):
        bins[min(_BINS - 1, int(score * _BINS))].append(index)
    total = 0.0
    for members in bins:
        total += abs(sum(scores[index] for index in members) - sum(labels[index] for index in members))
    return total / len(scores) if scores else 0.0


def read_for(scores: Sequence[float], labels: Sequence[bool], found: float = 0.95) -> float:
    """Give the share of texts to read, best first, until this share of the partisan ones is found."""
    wanted = math.ceil(found * sum(labels))
    hits = 0
    for rank, index in enumerate(sorted(range(len(scores)), key=lambda one: -scores[one]), 1):
        hits += labels[index]
        if hits >= wanted:
            return rank / len(scores)
    return 1.0


def evaluate(scores: Sequence[float], labels: Sequence[bool], threshold: float) -> Metrics:
    """Give every figure of these scores; a text is flagged from `threshold` on.

    Raises:
        ClassifierError: Scores and labels differ in number, or there is nothing to measure.
    """
    if len(scores) != len(labels) or not scores:
        raise ClassifierError("Tidak ada teks berlabel untuk diukur. Periksa isi berkas --data.")
    flagged = [label for score, label in zip(scores, labels, strict=True) if score >= threshold]
    return Metrics(
        texts=len(labels),
        partisan=sum(labels),
        average_precision=average_precision(scores, labels),
        threshold=threshold,
        precision=wilson(sum(flagged), len(flagged)),
        recall=wilson(sum(flagged), sum(labels)),
        calibration_error=calibration_error(scores, labels),
        read_for_95=read_for(scores, labels),
    )
