"""Sums of the additive model over tokens: text by text for a page, or with arrays for a batch, equal to the last bit.

Equal to the last bit, because a score must not depend on how many texts are judged together: both ways add the same
numbers in the same order, from the left.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import chain, islice, repeat

import numpy as np
from numpy.typing import NDArray

from classifiers import features

MANY = 32
"""From so many texts on arrays are faster."""
_NOTHING: dict[str, float] = {}
_UNKNOWN = 0
_BITS, _SPREAD, _DROPPED = 18, 0x9E3779B1, 16
"""Bits of a place in the table of known pairs; a large odd number and how many low bits of a product are dropped."""

Ids = NDArray[np.int64]
Floats = NDArray[np.float64]


class Sums:
    """The weights of a model, laid out for adding up. `weights` maps features (see `features`) to log-odds."""

    def __init__(self, weights: Mapping[str, float], constant: float) -> None:
        self.weights, self._constant = weights, constant
        self._facts = {fact: weights[f"d {fact}"] for fact in features.ALL_FACTS if f"d {fact}" in weights}
        self.beside = _shares(weights, features.BESIDE, features.BESIDE_SHARE)
        self.apart = _shares(weights, features.APART, features.APART_SHARE)
        self.pairs, self.gaps = _following(weights, "b"), _following(weights, "s")
        known = dict.fromkeys((*self.beside, *self.apart, *self.pairs, *self.gaps))
        for table in (self.pairs, self.gaps):
            for follows in table.values():
                known.update(dict.fromkeys(follows))
        known.update(dict.fromkeys(sorted(features.ALL_FACTS)))
        self._ids = {token: number for number, token in enumerate(known, _UNKNOWN + 1)}
        size = len(self._ids) + 1
        self._of_word = np.zeros((2, size))
        for row, shares in enumerate((self.apart, self.beside)):
            for token, value in shares.items():
                self._of_word[row, self._ids[token]] = value
        self._facts_of = np.zeros(size, np.int64)
        for place, fact in enumerate(sorted(features.ALL_FACTS)):
            self._facts_of[self._ids[fact]] = 1 << place
        self._weight_of = [self._facts.get(fact, 0.0) for fact in sorted(features.ALL_FACTS)]
        self._contest = sum(int(self._facts_of[self._ids[fact]]) for fact in features.CONTEST_FACTS)
        self._wholes: dict[int, float] = {}
        self._near, self._far = (_Follows(table, self._ids) for table in (self.pairs, self.gaps))

    def one(self, tokens: Sequence[str]) -> float:
        """Give a text's log-odds before calibration."""
        seen = features.ALL_FACTS.intersection(tokens)
        shares = self.apart if features.CONTEST_FACTS.isdisjoint(seen) else self.beside
        words = near = far = 0.0
        last = following = coming = _NOTHING
        for token in tokens:
            if token in shares:
                words += shares[token]
            if token in last:
                near += last[token]
            if token in following:
                far += following[token]
            last = self.pairs.get(token, _NOTHING)
            following, coming = coming, self.gaps.get(token, _NOTHING)
        return self._together(words, near, far, len(tokens), seen)

    def many(self, texts: Sequence[Sequence[str]]) -> list[float]:
        """Give each text's log-odds before calibration."""
        if len(texts) < MANY:
            return [self.one(tokens) for tokens in texts]
        return self.of_ids(*self._numbered(texts))

    def told(self, texts: Sequence[Sequence[str]]) -> tuple[list[float], list[list[float]]]:
        """Do what `many` does, and give what each token of each text adds, with its pairs' halves, before norming."""
        if len(texts) < MANY:
            return self.many(texts), [self._shares_of(tokens) for tokens in texts]
        ids, lengths = self._numbered(texts)
        of_text = np.repeat(np.arange(len(texts)), lengths)
        pairs = self._pairs(ids, of_text)
        named = self._facts_in(ids, lengths) & self._contest > 0
        found = self._of_word.ravel()[named[of_text] * len(self._facts_of) + ids]
        for distance, (able, weights) in enumerate(pairs, 1):
            halves = np.zeros(len(ids))
            halves[able] = weights / 2
            found[distance:] += halves[: len(ids) - distance]
            found += halves
        every = iter(found.tolist())
        return self._added(ids, lengths, of_text, pairs), [list(islice(every, length)) for length in lengths.tolist()]

    def _shares_of(self, tokens: Sequence[str]) -> list[float]:
        own = self.beside if features.named(tokens) else self.apart
        found = [own.get(token, 0.0) for token in tokens]
        for distance, table in ((1, self.pairs), (2, self.gaps)):
            halves = [
                table.get(one, _NOTHING).get(two, 0.0) / 2 for one, two in zip(tokens, tokens[distance:], strict=False)
            ]
            before, behind = [0.0] * distance + halves, halves + [0.0] * distance
            found = [value + left + right for value, left, right in zip(found, before, behind, strict=False)]
        return found

    def _numbered(self, texts: Sequence[Sequence[str]]) -> tuple[Ids, Ids]:
        """Give the numbers of all tokens, one text after the other, and how many each text has."""
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        every = chain.from_iterable(texts)
        return np.fromiter(map(self._ids.get, every, repeat(_UNKNOWN)), np.int64, lengths.sum()), lengths

    def id_of(self, token: str) -> int:
        """Give the number of a token, for `of_ids`."""
        return self._ids.get(token, _UNKNOWN)

    def of_ids(self, ids: Ids, lengths: Ids) -> list[float]:
        """Do what `many` does for texts given as the numbers of their tokens, one text after the other."""
        of_text = np.repeat(np.arange(len(lengths)), lengths)
        return self._added(ids, lengths, of_text, self._pairs(ids, of_text))

    def _pairs(self, ids: Ids, of_text: Ids) -> list[tuple[Ids, Floats]]:
        """Give the weights of neighbours, and of tokens with one between, by the place of the first."""
        return [self._near.weights(ids, of_text, 1), self._far.weights(ids, of_text, 2)]

    def _facts_in(self, ids: Ids, lengths: Ids) -> Ids:
        """Give the facts of each text, as bits."""
        facts = np.zeros(len(lengths), np.int64)
        some = np.flatnonzero(lengths)
        if len(some):
            facts[some] = np.bitwise_or.reduceat(self._facts_of[ids], (np.cumsum(lengths) - lengths)[some])
        return facts

    def _added(self, ids: Ids, lengths: Ids, of_text: Ids, pairs: Sequence[tuple[Ids, Floats]]) -> list[float]:
        texts = len(lengths)
        facts = self._facts_in(ids, lengths)
        named = facts & self._contest > 0
        words = np.bincount(of_text, self._of_word.ravel()[named[of_text] * len(self._facts_of) + ids], texts)
        near, far = (np.bincount(of_text[able], weights, texts) for able, weights in pairs)
        seen, places = np.unique(facts, return_inverse=True)
        whole = np.array([self._whole(one) for one in seen.tolist()])[places]
        norms = np.array(list(map(features.norm, range(int(lengths.max(initial=0)) + 1))))
        found: list[float] = ((words + near + far) * norms[lengths] + whole).tolist()
        return found

    def _whole(self, facts: int) -> float:
        """Give what the whole of a text adds, by the bits of its facts."""
        known = self._wholes.get(facts)
        if known is None:
            held = [weight for place, weight in enumerate(self._weight_of) if facts >> place & 1]
            known = self._wholes[facts] = self._constant + math.fsum(held) if facts else self._constant
        return known

    def _together(self, words: float, near: float, far: float, length: int, seen: frozenset[str]) -> float:
        whole = self._constant
        if seen:
            facts = self._facts
            whole += math.fsum([facts[token] for token in seen if token in facts])
        return (words + near + far) * features.norm(length) + whole


class _Follows:
    """Weights of two tokens at one distance, in a table by a hash of both; those that find their place taken apart."""

    def __init__(self, table: Mapping[str, Mapping[str, float]], ids: Mapping[str, int]) -> None:
        self._size = len(ids) + 1
        pairs = sorted(
            (ids[one] * self._size + ids[two], w) for one, follows in table.items() for two, w in follows.items()
        )
        self._keys = np.array([-1] + [key for key, _ in pairs], dtype=np.int64)
        self._weights = np.array([0.0] + [weight for _, weight in pairs])
        places = _hashed(self._keys)
        self._at = np.zeros(1 << _BITS, dtype=np.int32)
        self._at[places[1:]] = np.arange(1, len(self._keys))
        apart = np.flatnonzero(self._at[places[1:]] != np.arange(1, len(self._keys))) + 1
        self._apart = np.concatenate((self._keys[apart], [np.iinfo(np.int64).max]))
        self._weights_apart = np.concatenate((self._weights[apart], [0.0]))

    def weights(self, ids: Ids, of_text: Ids, distance: int) -> tuple[Ids, Floats]:
        """Give the places of tokens whose pair may be known, and the weight of each such pair."""
        keys = ids[:-distance] * self._size + ids[distance:]
        at = self._at[_hashed(keys)]
        able = np.flatnonzero((at > 0) & (of_text[:-distance] == of_text[distance:]))
        keys, at = keys[able], at[able]
        here = self._keys[at] == keys
        found: Floats = np.where(here, self._weights[at], 0.0)
        missed = np.flatnonzero(~here)
        places = np.searchsorted(self._apart, keys[missed])
        found[missed] = np.where(self._apart[places] == keys[missed], self._weights_apart[places], 0.0)
        return able, found


def _hashed(keys: Ids) -> Ids:
    """Give each key a place in a table, by the middle bits of a product; a search costs ten times as much."""
    return (keys * _SPREAD >> _DROPPED) & ((1 << _BITS) - 1)


def _following(weights: Mapping[str, float], kind: str) -> dict[str, dict[str, float]]:
    """Give first token -> second token -> weight for one kind of pairs."""
    table: dict[str, dict[str, float]] = {}
    for name, weight in weights.items():
        if name[0] == kind:
            one, two = name[2:].split(" ")
            table.setdefault(one, {})[two] = weight
    return table


def _shares(weights: Mapping[str, float], kind: str, share: float) -> dict[str, float]:
    """Give what each word adds in texts that name a contestant, or in those that name none. Equal to `of_words`."""
    shares: dict[str, float] = {}
    for name, value in weights.items():
        if name[0] == "w":
            shares[name[2:]] = shares.get(name[2:], 0.0) + value
        elif name[0] == kind:
            shares[name[2:]] = shares.get(name[2:], 0.0) + value * share
    return shares
