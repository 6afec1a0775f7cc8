"""Learning from reviewers: a candidate beside the model in use, and everything that may speak against it.

Blind by construction: a retrain only re-weighs words and pairs of words that the corpus already has, and never letters,
so a nickname, slogan or party that comes up during a season cannot be learnt, only what is said of it. Words that the
corpus does not know are listed, for somebody to enter among the contest's targets.

    p' = sigmoid(logit p + scale * (x . d)),  d = argmin sum w_i loss_i(p') + RIDGE / 2 * |d|^2

over half of the decisions (chosen by hash) and the corpus, so that what the corpus teaches is not unlearnt.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from classifiers import frozen
from classifiers.dataset import load_corpus
from classifiers.errors import ClassifierError
from classifiers.frozen import Comparison, Decided, Side, Told, told_of
from classifiers.hashtags import known_words
from classifiers.marks import SHOWN
from classifiers.mask import Masker
from classifiers.pipeline import AdditiveClassifier
from classifiers.registry import Stored
from classifiers.text import TargetTerms
from classifiers.train import matrix, rows

__all__ = ["Candidate", "Comparison", "Decided", "Side", "retrain"]

Floats = NDArray[np.float64]

LEAST_DECISIONS = 60
LEAST_OF_EACH = 15
LEAST_TEXTS = 3
"""A word's weight moves only if this many different texts of the taught half have it."""
MOST_WEIGHT = 3.0
"""A real post of this contest counts as much as so many invented sentences, until a bound below is reached."""
REVIEWER_SHARE = 0.4
TOTAL_SHARE = 0.25
"""All decisions together weigh at most this share of the corpus, one reviewer's at most `REVIEWER_SHARE` of that."""
RIDGE = 1.0
_ROUNDS = 200
_LEARNT = ("w ", "b ", "s ")
_EDGE = 1e-9


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that nobody uses yet, and how it compares with the one in use."""

    model: Stored
    comparison: Comparison


def retrain(
    base: Stored, current: Stored, terms: TargetTerms, sides: Sequence[Side], decided: Sequence[Decided]
) -> Candidate:
    """Learn from decisions on top of `base`, and compare with `current`. Deterministic; no clock, no chance.

    `base` is the model of the corpus, so that a decision never counts twice however often one retrains.

    Raises:
        ClassifierError: Too few decisions to learn from or to measure with; says how many are missing.
    """
    _enough(decided)
    taught = [one for one in decided if not in_frozen_half(one.key)]
    corpus = [one for one in load_corpus() if one.parent is None]
    replayed = told_of([one for one in corpus if not frozen.held_out(one)])
    model = _learn(base, terms, taught, replayed)
    held = [one for one in decided if in_frozen_half(one.key)]
    comparison = frozen.compare(current, model, terms, sides, (held, list(decided)))
    return Candidate(model, comparison)


def in_frozen_half(key: str) -> bool:
    """Tell whether a decision only measures: chosen by hash, so the same at every retrain."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[0] % 2 == 0


def _enough(decided: Sequence[Decided]) -> None:
    partisan = sum(one.partisan for one in decided)
    if len(decided) < LEAST_DECISIONS or min(partisan, len(decided) - partisan) < LEAST_OF_EACH:
        raise ClassifierError(
            f"Belum cukup keputusan untuk belajar: ada {len(decided)} ({partisan} memihak). Perlu sedikitnya "
            f"{LEAST_DECISIONS}, dan {LEAST_OF_EACH} dari tiap jenis. Lanjutkan meninjau, lalu ulangi."
        )


def weights_of(decided: Sequence[Decided], corpus_weight: float) -> Floats:
    """Give each decision's weight: at most `MOST_WEIGHT`, at most a bounded share a reviewer and in total."""
    total = TOTAL_SHARE * corpus_weight
    of_reviewer = Counter(one.reviewer for one in decided)
    most = REVIEWER_SHARE * total
    weight = np.array([min(MOST_WEIGHT, most / of_reviewer[one.reviewer]) for one in decided])
    return weight * min(1.0, total / float(np.sum(weight)))


def _learn(base: Stored, terms: TargetTerms, taught: Sequence[Decided], replayed: Sequence[Told]) -> Stored:
    masker = Masker(terms, base.ordinary())
    tokens = [masker.tokens(one.text) for one in taught]
    values = [rows(one) for one in tokens]
    seen = Counter(name for one in values for name in one if name.startswith(_LEARNT))
    ordinary = known_words() | SHOWN.keys()
    names = [name for name in base.names if seen[name] >= LEAST_TEXTS and ordinary.issuperset(name[2:].split(" "))]
    x = matrix([*values, *(rows(one.tokens) for one in replayed)], names) * base.scale
    offset = np.concatenate(
        [
            _logits(AdditiveClassifier(base, terms).probabilities([one.text for one in taught])),
            _logits(AdditiveClassifier(base, frozen.invented_terms()).probabilities([one.text for one in replayed])),
        ]
    )
    # the corpus rows hold the model to what it says of them now, not to labels that it was never to fit exactly
    target = np.concatenate([[float(one.partisan) for one in taught], expit(offset[len(taught) :])])
    weight = np.concatenate([weights_of(taught, len(replayed)), np.ones(len(replayed))])

    def loss(delta: Floats) -> tuple[float, Floats]:
        said = offset + x @ delta
        value = float(np.sum(weight * (np.logaddexp(0.0, said) - target * said))) + RIDGE / 2 * float(delta @ delta)
        return value, x.T @ (weight * (expit(said) - target)) + RIDGE * delta

    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": _ROUNDS})
    moved = dict(zip(names, found.x.tolist(), strict=True))
    changed = base.weights + np.array([moved.get(name, 0.0) for name in base.names])
    return replace(base, weights=np.round(changed, 5).astype(np.float32).astype(np.float64))


def _logits(probabilities: Sequence[float]) -> Floats:
    return np.array([math.log((one + _EDGE) / (1 - one + _EDGE)) for one in probabilities])
