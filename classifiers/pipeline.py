"""Serving: text to calibrated probability, with the words that moved it. No scikit-learn here, and equal to it.

The model is additive, so each word's share is known beforehand: a text costs a few look-ups a word.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from itertools import repeat
from pathlib import Path

from classifiers import features
from classifiers.chunks import Chunks
from classifiers.discover import discover
from classifiers.errors import ClassifierError
from classifiers.labels import Owner, Parent, Score, WordWeight
from classifiers.marks import SHOWN
from classifiers.mask import Masker
from classifiers.registry import SHIPPED, Stored, Thresholds, load
from classifiers.scoring import MANY, Sums
from classifiers.text import TargetTerms, fold_many

MOST_WORDS = 6
EXPLAIN_FROM = 0.2
PLACE = "(unggahan yang ditanggapi)"


class AdditiveClassifier:
    """A loaded model for one set of terms. Texts do not change it.

    `base_rate` is the share of partisan texts among those that will be read (0..1), where it is known to differ from
    the share the model was calibrated for. Log-odds then move by the difference of the two rates' log-odds (Bayes), and
    the shipped thresholds with them: other numbers, the same texts.
    """

    def __init__(
        self, model: Stored, terms: TargetTerms, base_rate: float | None = None, sums: Sums | None = None
    ) -> None:
        if base_rate is not None and not 0.0 < base_rate < 1.0:
            raise ClassifierError("Laju dasar harus di antara 0 dan 1, misalnya 0.05 untuk 5 dari 100 teks.")
        self._model = model
        self._base_rate = model.base_rate if base_rate is None else base_rate
        self._moved = 0.0 if base_rate is None else _logit(base_rate) - _logit(model.base_rate)
        self._terms = terms
        self._ordinary = model.ordinary()
        self._masker = Masker(terms, self._ordinary)
        self._sums = (
            Sums(dict(zip(model.names, model.weights.tolist(), strict=True)), model.constant) if sums is None else sums
        )
        self._chunks = Chunks(self._masker, self._sums.id_of)
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
        return AdditiveClassifier(self._model, known, self._base_rate, self._sums), found

    def score(self, texts: Sequence[str], parents: Sequence[Parent | None] | None = None) -> list[Score]:
        """Give one score a text, in order; words only from a probability of `EXPLAIN_FROM` on."""
        return self._scored(texts, repeat(None, len(texts)) if parents is None else parents, explain=True)

    def _scored(self, texts: Sequence[str], parents: Iterable[Parent | None], *, explain: bool = False) -> list[Score]:
        told = self._tokens(texts) if len(texts) < MANY else self._chunks.tokens(texts)
        alone, shares = self._sums.told(told) if explain else (self._sums.many(told), repeat((), len(texts)))
        return [self._score(*one) for one in zip(told, alone, shares, parents, strict=True)]

    def probabilities(
        self,
        texts: Sequence[str],
        parents: Sequence[Parent | None] | None = None,
        plains: Sequence[str] | None = None,
    ) -> list[float]:
        """Give the probabilities alone, at a fraction of what `score` costs; `plains` are the folded texts, if at hand.

        Equal to those of `score` to the last bit.
        """
        if len(texts) < MANY:
            return [one.probability for one in self.score(texts, parents)]
        read = self._chunks.read(texts, fold_many(texts) if plains is None else plains)
        scale, shift, moved = self._model.scale, self._model.shift, self._moved
        found = [
            _sigmoid(scale * alone + shift + moved) if length else 0.0
            for alone, length in zip(self._sums.of_ids(read.ids, read.lengths), read.lengths.tolist(), strict=True)
        ]
        places = read.left
        if parents is not None:
            places = sorted({*places, *(at for at, parent in enumerate(parents) if parent is not None)})
        above = [None if parents is None else parents[at] for at in places]
        for at, one in zip(places, self._scored([texts[at] for at in places], above), strict=True):
            found[at] = one.probability
        return found

    def _tokens(self, texts: Iterable[str]) -> list[list[str]]:
        tokens, most = self._masker.tokens, features.MOST_TOKENS
        return [tokens(text)[:most] for text in texts]

    def _score(self, tokens: list[str], alone: float, shares: Sequence[float], parent: Parent | None) -> Score:
        if not tokens:
            return Score(0.0)
        here = self._here(tokens, alone, parent)
        odds = self._calibrated(alone) if here is None else math.fsum(here.values())
        probability = _sigmoid(odds + self._moved)
        return Score(probability, self._words(tokens, shares, here) if shares and probability >= EXPLAIN_FROM else ())

    def _calibrated(self, log_odds: float) -> float:
        return self._model.scale * log_odds + self._model.shift

    def _here(self, tokens: list[str], alone: float, parent: Parent | None) -> dict[str, float] | None:
        """Give what each fact of a text's place adds, in log-odds; None where the place is unknown."""
        if parent is None or (not parent.text.strip() and parent.owner is Owner.UNKNOWN):
            return None
        above = self._masker.tokens(parent.text)[: features.MOST_TOKENS]
        over = self._calibrated(self._sums.one(above)) if above else features.NOTHING
        values = features.of_parent(tokens, self._calibrated(alone), above, over, parent.owner)
        get = self._sums.weights.get
        return {
            features.PLACE_CONSTANT: get(features.PLACE_CONSTANT, 0.0),
            **{name: get(name, 0.0) * value for name, value in values.items()},
        }

    def _words(
        self, tokens: list[str], added: Sequence[float], here: dict[str, float] | None
    ) -> tuple[WordWeight, ...]:
        """Give the tokens that moved the score most, by what each `added`, in log-odds; the place as one."""
        factor = features.norm(len(tokens)) * self._model.scale
        shares: dict[str, float] = {}
        for token, value in zip(tokens, added, strict=True):
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
