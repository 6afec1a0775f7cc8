"""Learning: scikit-learn's logistic regression over the additive features, calibrated on styles held out."""

from __future__ import annotations

import math
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from classifiers import features
from classifiers.dataset import CORPUS, Example, Sentence, corpus_digest, examples, load_corpus
from classifiers.errors import ClassifierError
from classifiers.features import NOTHING
from classifiers.labels import Label, Parent
from classifiers.registry import SHIPPED, Stored, Thresholds, save

Floats = NDArray[np.float64]

STRENGTH = 4.0
SMOOTHING = 0.01
LEAST_LEANING = 0.1
PLACE_STRENGTH = 2.0
FOLDS = 5
LEAST_SENTENCES = 2
BASE_RATE = 0.35
READ_NAMED = 0.75
"""Which share of the texts that take no side is taken to name a contestant when probabilities are stated. The corpus
has far more of the everyday kind, on purpose, than a monitor reads in a campaign; news would look partisan else."""
EVERYDAY_ALARMS = 0.02
HIGH_PRECISION = 0.92
LEAST_CORPUS = 200
LEAST_WEIGHT = 1e-3
_ROUNDS = 300


@dataclass(frozen=True, slots=True)
class Learned:
    """Feature names with their weights, the constant, and the two calibration numbers: p = sigmoid(a * z + b)."""

    names: tuple[str, ...]
    weights: Floats
    constant: float
    scale: float
    shift: float


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What the folds that did not see a sentence say of it: one log-odds (calibrated) and one label a sentence."""

    scores: Floats
    labels: NDArray[np.bool_]


def rows(tokens: Sequence[str]) -> dict[str, float]:
    """Give the features of one text with their values."""
    tokens = tokens[: features.MOST_TOKENS]
    share = features.norm(len(tokens))
    values: dict[str, float] = {}
    for name, value in features.of_words(tokens):
        values[name] = values.get(name, 0.0) + value * share
    for name in features.of_pairs(tokens):
        values[name] = values.get(name, 0.0) + share
    for name in features.of_whole(tokens):
        values[name] = values.get(name, 0.0) + 1.0
    return values


def vocabulary(data: Sequence[Example], row_values: Sequence[dict[str, float]]) -> tuple[str, ...]:
    """Give the features that occur in enough different sentences, sorted; letters of untold names are none."""
    seen: Counter[str] = Counter()
    last: dict[str, int] = {}
    for example, values in zip(data, row_values, strict=True):
        for name in values if example.told else ():
            if last.get(name) != example.group:
                last[name] = example.group
                seen[name] += 1
    return tuple(sorted(name for name, count in seen.items() if count >= LEAST_SENTENCES))


def matrix(row_values: Iterable[dict[str, float]], names: Sequence[str]) -> csr_matrix:
    """Give the sparse matrix of rows over these features; others are left out."""
    index = {name: number for number, name in enumerate(names)}
    data: list[float] = []
    columns: list[int] = []
    ends = [0]
    for values in row_values:
        for name, value in values.items():
            column = index.get(name)
            if column is not None:
                columns.append(column)
                data.append(value)
        ends.append(len(columns))
    return csr_matrix((data, columns, ends), shape=(len(ends) - 1, len(names)))


def _fit(x: csr_matrix, y: NDArray[np.bool_], weight: Floats, strength: float = STRENGTH) -> tuple[Floats, float]:
    model = LogisticRegression(C=strength, max_iter=_ROUNDS, tol=1e-4)
    with threadpool_limits(1):  # sums in another order would give another digest
        model.fit(x, y, sample_weight=weight)
    return model.coef_[0].astype(np.float64), float(model.intercept_[0])


def _leaning(x: csr_matrix, y: NDArray[np.bool_], weight: Floats) -> Floats:
    """Give how far each feature leans to one class: the size of its log-count ratio, after Wang and Manning (2012).

    Features are scaled with it before learning, so that regularising spares those that tell the classes apart and
    presses the others to nothing; the weights learnt are scaled back, so serving knows nothing of it.
    """
    for_it, against = (np.asarray(x.T @ (weight * side)).ravel() + SMOOTHING for side in (y, ~y))
    ratio: Floats = np.abs(np.log((for_it / for_it.sum()) / (against / against.sum())))
    return ratio + LEAST_LEANING


def _fit_words(x: csr_matrix, y: NDArray[np.bool_], weight: Floats) -> tuple[Floats, float]:
    leaning = _leaning(x, y, weight)
    coefficients, constant = _fit(x @ diags(leaning), y, weight)
    return coefficients * leaning, constant


def train(sentences: tuple[Sentence, ...], base_rate: float = BASE_RATE) -> tuple[Learned, HeldOut]:
    """Learn from a corpus. `base_rate` is the share of partisan texts among those that will be read (0..1).

    Sentences that answer a post above them do not teach the words alone: they teach, in a second step, what that
    place adds to what the words alone say.
    """
    alone = [place for place, one in enumerate(sentences) if one.parent is None]
    learned, held = _words([sentences[place] for place in alone], base_rate)
    scores = np.zeros(len(sentences))
    scores[alone] = held
    beside = [place for place, one in enumerate(sentences) if one.parent is not None]
    if beside:
        placed, scores[beside] = _places([sentences[place] for place in beside], learned)
        learned = replace(
            learned,
            names=(*learned.names, *placed),
            weights=np.concatenate([learned.weights, np.array(list(placed.values()))]),
        )
    return learned, HeldOut(scores, np.array([one.label.partisan for one in sentences]))


def _words(sentences: Sequence[Sentence], base_rate: float) -> tuple[Learned, Floats]:
    """Learn the words alone; also give each sentence's calibrated log-odds from the fold that did not see its style."""
    data = examples(sentences)
    row_values = [rows(example.tokens) for example in data]
    names = vocabulary(data, row_values)
    x = matrix(row_values, names)
    y = np.array([example.partisan for example in data])
    weight = np.array([example.weight for example in data])
    group = np.array([example.group for example in data])
    held = np.zeros(len(data))
    folds = np.array([fold_of(sentence.style) for sentence in sentences])[group]
    for number in range(FOLDS):
        inside = folds != number
        coefficients, constant = _fit_words(x[inside], y[inside], weight[inside])
        held[~inside] = x[~inside] @ coefficients + constant
    scale, shift = _calibrate(held, y, _read(data, y, weight), base_rate)
    coefficients, constant = _fit_words(x, y, weight)
    total = np.bincount(group, weight * held, len(sentences)) / np.bincount(group, weight, len(sentences))
    return Learned(names, coefficients, constant, scale, shift), scale * total + shift


def _read(data: Sequence[Example], y: NDArray[np.bool_], weight: Floats) -> Floats:
    """Give what each example weighs in the calibration, so that texts without a side name contestants as often as read.

    A telling with names withheld counts as naming.
    """
    named = np.array([not one.told or not features.CONTEST_FACTS.isdisjoint(one.tokens) for one in data])
    read = weight.copy()
    for group, share in ((named & ~y, READ_NAMED), (~named & ~y, 1 - READ_NAMED)):
        read[group] *= share / max(1e-9, float(np.sum(weight[group])))
    return read


def _places(sentences: Sequence[Sentence], learned: Learned) -> tuple[dict[str, float], Floats]:
    """Learn what the place of a text adds; also give each sentence's log-odds from the fold without its parent."""
    data = examples(sentences)
    told = [one.tokens for one in data]
    above = [one.above for one in data]
    bases = _log_odds([*told, *above], learned)
    values = [
        features.of_parent(one.tokens, base, one.above, over, _parent(sentences[one.group]).owner)
        for one, base, over in zip(data, bases[: len(data)], bases[len(data) :], strict=True)
    ]
    names = vocabulary(data, values)
    x = matrix(values, names)
    y = np.array([example.partisan for example in data])
    weight = np.array([example.weight for example in data])
    group = np.array([example.group for example in data])
    folds = np.array([fold_of(_parent(one).text) for one in sentences])[group]
    held = np.zeros(len(data))
    for number in range(FOLDS):
        inside = folds != number
        coefficients, constant = _fit(x[inside], y[inside], weight[inside], PLACE_STRENGTH)
        held[~inside] = x[~inside] @ coefficients + constant
    coefficients, constant = _fit(x, y, weight, PLACE_STRENGTH)
    total = np.bincount(group, weight * held, len(sentences)) / np.bincount(group, weight, len(sentences))
    return {features.PLACE_CONSTANT: constant, **dict(zip(names, coefficients.tolist(), strict=True))}, total


def _parent(sentence: Sentence) -> Parent:
    assert sentence.parent is not None
    return sentence.parent


def _log_odds(texts: Sequence[Sequence[str]], learned: Learned) -> list[float]:
    """Give what the words alone say, calibrated; 0 tokens say nothing either way."""
    raw = matrix([rows(tokens) for tokens in texts], learned.names) @ learned.weights + learned.constant
    said: list[float] = (learned.scale * raw + learned.shift).tolist()
    return [value if tokens else NOTHING for value, tokens in zip(said, texts, strict=True)]


def fold_of(style: str) -> int:
    """Give the fold of a style: a whole manner of writing is held out, as a new election brings new ones.

    Folds dealt by sentence would look better and make the probabilities too sure.
    """
    return zlib.crc32(style.encode()) % FOLDS


def _calibrate(held: Floats, y: NDArray[np.bool_], weight: Floats, base_rate: float) -> tuple[float, float]:
    """Fit p = sigmoid(a * z + b) on held-out scores (Platt), with both classes weighted to the base rate."""
    share = float(np.sum(weight * y) / np.sum(weight))
    balance = np.where(y, base_rate / share, (1 - base_rate) / (1 - share))
    model = LogisticRegression(C=1e6)
    model.fit(held[:, None], y, sample_weight=weight * balance)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def choose(held: HeldOut, sentences: Sequence[Sentence]) -> Thresholds:
    """Choose the thresholds on held-out sentences alone.

    `flag` lets at most `EVERYDAY_ALARMS` of the everyday sentences through; from `high` on at least `HIGH_PRECISION`
    of what is flagged is partisan (at the corpus's own mix), and it is never below `flag`.
    """
    scores = 1.0 / (1.0 + np.exp(-held.scores))
    everyday = np.sort(scores[[sentence.label is Label.OTHER for sentence in sentences]])
    allowed = everyday[max(0, math.ceil(len(everyday) * (1 - EVERYDAY_ALARMS)) - 1)] if len(everyday) else 0.5
    flag = min(0.9, max(0.3, math.ceil(float(allowed) * 100 + 1) / 100))
    high = next(
        (step / 100 for step in range(50, 99) if _precision(scores, held.labels, step / 100) >= HIGH_PRECISION), 0.98
    )
    return Thresholds(flag, max(high, round(flag + 0.1, 2)))


def _precision(scores: Floats, labels: NDArray[np.bool_], threshold: float) -> float:
    flagged = labels[scores >= threshold]
    return float(np.mean(flagged)) if len(flagged) else 1.0


def fit(folder: Path = CORPUS, base_rate: float = BASE_RATE) -> tuple[Stored, HeldOut, tuple[Sentence, ...]]:
    """Read a corpus, learn from it and give what `registry.save` keeps; deterministic, well under a minute.

    Raises:
        ClassifierError: The corpus cannot be read or has no partisan (or no neutral) sentences.
    """
    sentences = load_corpus(folder)
    if len({sentence.label.partisan for sentence in sentences}) < 2 or len(sentences) < LEAST_CORPUS:
        raise ClassifierError(
            f"Korpus di {folder} terlalu kecil: perlu sedikitnya {LEAST_CORPUS} kalimat, yang berpihak dan yang tidak."
        )
    learned, held = train(sentences, base_rate)
    told = np.array([name.startswith("w ") for name in learned.names])  # they also say which words are ordinary
    kept = np.flatnonzero(told | (np.abs(learned.weights) >= LEAST_WEIGHT))
    stored = Stored(
        names=tuple(learned.names[index] for index in kept),
        weights=np.round(learned.weights[kept], 5).astype(np.float32).astype(np.float64),
        constant=round(learned.constant, 9),
        scale=round(learned.scale, 9),
        shift=round(learned.shift, 9),
        base_rate=base_rate,
        thresholds=choose(held, sentences),
        corpus_sha256=corpus_digest(sentences),
        sentences=len(sentences),
    )
    return stored, held, sentences


def main() -> None:
    """Train the shipped model: `python -m classifiers.train`."""
    stored, _, sentences = fit()
    digest = save(stored, SHIPPED)
    sys.stdout.write(
        f"{SHIPPED}: {len(sentences)} kalimat, {len(stored.names)} ciri, tanda dari {stored.thresholds.flag}, "
        f"sidik jari {digest[:16]}\n"
    )


if __name__ == "__main__":
    main()
