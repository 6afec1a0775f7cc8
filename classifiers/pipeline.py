"""Serving: text to calibrated probability, with the words that moved it. No scikit-learn here, and equal to it.

The model is additive, so each word's share is computed once and kept: a text costs a few look-ups a word.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from classifiers import features
from classifiers.labels import Score, WordWeight
from classifiers.mask import SHOWN, Masker
from classifiers.registry import SHIPPED, Stored, Thresholds, load
from classifiers.text import TargetTerms

MOST_WORDS = 6
EXPLAIN_FROM = 0.2
_MEMO_LIMIT = 200_000
_NOTHING: dict[str, float] = {}


class AdditiveClassifier:
    """A loaded model for one set of terms. Texts do not change it; only its bounded memo of words grows."""

    def __init__(self, model: Stored, terms: TargetTerms) -> None:
        self._model = model
        self._masker = Masker(terms)
        self._weights = dict(zip(model.names, model.weights.tolist(), strict=True))
        self._pairs: dict[str, dict[str, float]] = {}
        self._gaps: dict[str, dict[str, float]] = {}
        for name, weight in self._weights.items():
            table = {"b": self._pairs, "s": self._gaps}.get(name[0])
            if table is not None:
                one, two = name[2:].split(" ")
                table.setdefault(one, {})[two] = weight
        self._memo: dict[str, float] = {}
        text = json.dumps(asdict(terms), sort_keys=True)
        self._id = f"netra-{model.digest()[:16]}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    @property
    def model_id(self) -> str:
        """Digests of model and terms: it changes whenever an equal text may score differently."""
        return self._id

    @property
    def thresholds(self) -> Thresholds:
        """The thresholds chosen when the model was trained."""
        return self._model.thresholds

    @property
    def base_rate(self) -> float:
        """The share of partisan texts the probabilities are stated for."""
        return self._model.base_rate

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Give one score a text, in order; words only from a probability of `EXPLAIN_FROM` on."""
        return [self._score(text) for text in texts]

    def probabilities(self, texts: Sequence[str]) -> list[float]:
        """Give the probabilities alone."""
        return [self._probability(self._masker.tokens(text)[: features.MOST_TOKENS]) for text in texts]

    def _score(self, text: str) -> Score:
        tokens = self._masker.tokens(text)[: features.MOST_TOKENS]
        probability = self._probability(tokens)
        return Score(probability, self._words(tokens) if probability >= EXPLAIN_FROM else ())

    def _probability(self, tokens: list[str]) -> float:
        if not tokens:
            return 0.0
        memo = self._memo
        total = 0.0
        pairs, gaps = self._pairs, self._gaps
        near = far = following = _NOTHING
        for token in tokens:
            share = memo.get(token)
            total += self._share(token) if share is None else share
            if token in near:
                total += near[token]
            if token in far:
                total += far[token]
            near = pairs.get(token, _NOTHING)
            far, following = following, gaps.get(token, _NOTHING)
        return self._calibrated(total * features.norm(tokens) + self._whole(tokens))

    def _whole(self, tokens: list[str]) -> float:
        get = self._weights.get
        return (
            math.fsum(get(name, 0.0) for name in features.of_whole(tokens, informed=self._masker.informed))
            + self._model.constant
        )

    def _share(self, token: str) -> float:
        """Give what one token adds, and keep it; the memo is dropped whole when it is full."""
        get = self._weights.get
        share = math.fsum(get(name, 0.0) * value for name, value in features.of_token(token))
        if len(self._memo) >= _MEMO_LIMIT:
            self._memo.clear()
        self._memo[token] = share
        return share

    def _calibrated(self, raw: float) -> float:
        z = self._model.scale * raw + self._model.shift
        return 1.0 / (1.0 + math.exp(-z)) if z > -700 else 0.0

    def _words(self, tokens: list[str]) -> tuple[WordWeight, ...]:
        """Give the tokens that moved the score most, each with its pairs' halves, in log-odds."""
        factor = features.norm(tokens) * self._model.scale
        shares: dict[str, float] = {}
        for index, token in enumerate(tokens):
            value = self._memo[token] if token in self._memo else self._share(token)
            for distance, table in ((1, self._pairs), (2, self._gaps)):
                if index >= distance:
                    value += table.get(tokens[index - distance], {}).get(token, 0.0) / 2
                if index + distance < len(tokens):
                    value += table.get(token, {}).get(tokens[index + distance], 0.0) / 2
            shares[token] = shares.get(token, 0.0) + value * factor
        most = sorted(shares.items(), key=lambda one: -abs(one[1]))[:MOST_WORDS]
        return tuple(WordWeight(SHOWN.get(token, token), round(weight, 4)) for token, weight in most)


def load_model(path: Path | None, terms: TargetTerms) -> AdditiveClassifier:
    """Give the classifier of a model file, the shipped one where `path` is None.

    Raises:
        ClassifierError: The file cannot be used; the message says why and what to do.
    """
    return AdditiveClassifier(load(SHIPPED if path is None else path), terms)
