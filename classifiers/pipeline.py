"""Serving: text to calibrated probability, with the words that moved it. No scikit-learn here, and equal to it.

The model is additive, so each word's share is known beforehand: a text costs a few look-ups a word.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from classifiers import features
from classifiers.discover import discover
from classifiers.errors import ClassifierError
from classifiers.labels import Owner, Parent, Score, WordWeight
from classifiers.mask import SHOWN, Masker
from classifiers.registry import SHIPPED, Stored, Thresholds, load
from classifiers.text import TargetTerms

MOST_WORDS = 6
EXPLAIN_FROM = 0.2
PLACE = "(unggahan yang ditanggapi)"
_NOTHING: dict[str, float] = {}


class AdditiveClassifier:
    """A loaded model for one set of terms. Texts do not change it.

    `base_rate` is the share of partisan texts among those that will be read (0..1), where it is known to differ from
    the share the model was calibrated for. Log-odds then move by the difference of the two rates' log-odds (Bayes), and
    the shipped thresholds with them: other numbers, the same texts.
    """

    def __init__(self, model: Stored, terms: TargetTerms, base_rate: float | None = None) -> None:
        if base_rate is not None and not 0.0 < base_rate < 1.0:
            raise ClassifierError("Laju dasar harus di antara 0 dan 1, misalnya 0.05 untuk 5 dari 100 teks.")
        self._model = model
        self._base_rate = model.base_rate if base_rate is None else base_rate
        self._moved = 0.0 if base_rate is None else _logit(base_rate) - _logit(model.base_rate)
        self._terms = terms
        self._ordinary = model.ordinary()
        self._masker = Masker(terms, self._ordinary)
        self._weights = dict(zip(model.names, model.weights.tolist(), strict=True))
        self._pairs: dict[str, dict[str, float]] = {}
        self._gaps: dict[str, dict[str, float]] = {}
        for name, weight in self._weights.items():
            table = {"b": self._pairs, "s": self._gaps}.get(name[0])
            if table is not None:
                one, two = name[2:].split(" ")
                table.setdefault(one, {})[two] = weight
        self._facts = {fact: self._weights[f"d {fact}"] for fact in features.ALL_FACTS if f"d {fact}" in self._weights}
        self._beside, self._apart = self._shares(features.BESIDE), self._shares(features.APART)
        text = json.dumps([asdict(terms), self._base_rate], sort_keys=True)
        self._id = f"netra-{model.digest()[:16]}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    @property
    def model_id(self) -> str:
        """Digests of model and terms: it changes whenever an equal text may score differently."""
        return self._id

    @property
    def thresholds(self) -> Thresholds:
        """The thresholds chosen when the model was trained, moved with the base rate."""
        chosen = self._model.thresholds
        if not self._moved:
            return chosen
        return Thresholds(_sigmoid(_logit(chosen.flag) + self._moved), _sigmoid(_logit(chosen.high) + self._moved))

    @property
    def base_rate(self) -> float:
        """The share of partisan texts the probabilities are stated for."""
        return self._base_rate

    def meeting(self, texts: Sequence[str]) -> tuple[AdditiveClassifier, tuple[str, ...]]:
        """Give a classifier that also knows the names which a batch of texts shows, and those names."""
        found = discover(texts, self._ordinary)
        known = replace(self._terms, names=tuple(dict.fromkeys((*self._terms.names, *found))))
        return AdditiveClassifier(self._model, known, self._base_rate), found

    def score(self, texts: Sequence[str], parents: Sequence[Parent | None] | None = None) -> list[Score]:
        """Give one score a text, in order; words only from a probability of `EXPLAIN_FROM` on."""
        if parents is None:
            return [self._score(text, None) for text in texts]
        return [self._score(text, parent) for text, parent in zip(texts, parents, strict=True)]

    def probabilities(self, texts: Sequence[str]) -> list[float]:
        """Give the probabilities alone."""
        return [self._probability(self._masker.tokens(text)[: features.MOST_TOKENS]) for text in texts]

    def _score(self, text: str, parent: Parent | None) -> Score:
        tokens = self._masker.tokens(text)[: features.MOST_TOKENS]
        if not tokens:
            return Score(0.0)
        here = self._here(tokens, parent)
        probability = self._probability(tokens) if here is None else _sigmoid(math.fsum(here.values()) + self._moved)
        return Score(probability, self._words(tokens, here) if probability >= EXPLAIN_FROM else ())

    def _probability(self, tokens: list[str]) -> float:
        return _sigmoid(self._log_odds(tokens) + self._moved) if tokens else 0.0

    def _log_odds(self, tokens: list[str]) -> float:
        """Give what the words alone say, calibrated."""
        shares = self._beside if features.named(tokens) else self._apart
        total = 0.0
        pairs, gaps = self._pairs, self._gaps
        near = far = following = _NOTHING
        for token in tokens:
            if token in shares:
                total += shares[token]
            if token in near:
                total += near[token]
            if token in far:
                total += far[token]
            near = pairs.get(token, _NOTHING)
            far, following = following, gaps.get(token, _NOTHING)
        return self._model.scale * (total * features.norm(tokens) + self._whole(tokens)) + self._model.shift

    def _here(self, tokens: list[str], parent: Parent | None) -> dict[str, float] | None:
        """Give what each fact of a text's place adds, in log-odds; None where the place is unknown."""
        if parent is None or (not parent.text.strip() and parent.owner is Owner.UNKNOWN):
            return None
        above = self._masker.tokens(parent.text)[: features.MOST_TOKENS]
        over = self._log_odds(above) if above else features.NOTHING
        values = features.of_parent(tokens, self._log_odds(tokens), above, over, parent.owner)
        get = self._weights.get
        return {
            features.PLACE_CONSTANT: get(features.PLACE_CONSTANT, 0.0),
            **{name: get(name, 0.0) * value for name, value in values.items()},
        }

    def _whole(self, tokens: list[str]) -> float:
        facts = self._facts
        return math.fsum([facts[token] for token in facts.keys() & tokens]) + self._model.constant

    def _shares(self, kind: str) -> dict[str, float]:
        """Give what each word adds in texts that name a contestant, or in those that name none. Equal to `of_words`."""
        weight = features.BESIDE_SHARE if kind == features.BESIDE else features.APART_SHARE
        shares: dict[str, float] = {}
        for name, value in self._weights.items():
            if name[0] == "w":
                shares[name[2:]] = shares.get(name[2:], 0.0) + value
            elif name[0] == kind:
                shares[name[2:]] = shares.get(name[2:], 0.0) + value * weight
        return shares

    def _words(self, tokens: list[str], here: dict[str, float] | None) -> tuple[WordWeight, ...]:
        """Give the tokens that moved the score most, each with its pairs' halves, in log-odds; the place as one."""
        factor = features.norm(tokens) * self._model.scale
        own = self._beside if features.named(tokens) else self._apart
        shares: dict[str, float] = {}
        for index, token in enumerate(tokens):
            value = own.get(token, 0.0)
            for distance, table in ((1, self._pairs), (2, self._gaps)):
                if index >= distance:
                    value += table.get(tokens[index - distance], {}).get(token, 0.0) / 2
                if index + distance < len(tokens):
                    value += table.get(token, {}).get(tokens[index + distance], 0.0) / 2
            shares[token] = shares.get(token, 0.0) + value * factor
        if here is not None:
            kept = sum(value for name, value in here.items() if name.startswith("k alone"))
            shares[PLACE] = math.fsum(here.values()) - kept
        most = sorted(shares.items(), key=lambda one: -abs(one[1]))[:MOST_WORDS]
        return tuple(WordWeight(SHOWN.get(token, token), round(weight, 4)) for token, weight in most)


def _sigmoid(log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-log_odds)) if log_odds > -700 else 0.0


def _logit(probability: float) -> float:
    return math.log(probability / (1.0 - probability))


def load_model(path: Path | None, terms: TargetTerms, base_rate: float | None = None) -> AdditiveClassifier:
    """Give the classifier of a model file, the shipped one where `path` is None; `base_rate` as in the class.

    Raises:
        ClassifierError: The file cannot be used; the message says why and what to do.
    """
    return AdditiveClassifier(load(SHIPPED if path is None else path), terms, base_rate)
