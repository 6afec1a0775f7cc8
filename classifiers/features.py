"""Which features a masked text has. Additive by design: every word carries its own share of the score.

score = (sum over words and pairs of words) / (words + 2) ** NORM + sum over what the whole text has + constant
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from classifiers import mask

CHAR_LENGTHS = (3, 4, 5)
CHAR_SHARE = 0.5
NORM = 0.55
MOST_TOKENS = 400
"""A longer text is judged by its first tokens: an article's opening says what it is, and cost stays bounded."""

CLASSES = frozenset(mask.SHOWN)
_CONTEST_FACTS = frozenset({mask.CANDIDATE, mask.PARTY, mask.CAMP, mask.SLOGAN, mask.TAG, mask.ACCOUNT})
_FACTS = frozenset(
    {mask.BALLOT, mask.URL, mask.CONTEST, mask.HEADLINE, mask.CAPITALS, mask.MENTION, "?", "!", ":", '"'}
)
_ALL_FACTS = _FACTS | _CONTEST_FACTS


def of_token(token: str) -> list[tuple[str, float]]:
    """Give the features of one token with their weights: itself, and its letter groups unless it is a class."""
    features = [(f"w {token}", 1.0)]
    if token not in CLASSES and token.isalnum() and len(token) > 2:
        padded = f"<{token}>"
        groups = [padded[i : i + n] for n in CHAR_LENGTHS for i in range(len(padded) - n + 1)]
        share = CHAR_SHARE / math.sqrt(len(groups))
        features += [(f"c {group}", share) for group in groups]
    return features


def of_pairs(tokens: Sequence[str]) -> list[str]:
    """Give the neighbouring pairs, and the pairs with one token between."""
    near = [f"b {one} {two}" for one, two in pairwise(tokens)]
    return near + [f"s {one} {two}" for one, two in zip(tokens, tokens[2:], strict=False)]


def of_whole(tokens: Sequence[str], *, informed: bool) -> list[str]:
    """Give which classes and marks occur in the whole text.

    Where no contest is known to the masker (`informed` is False), that no contestant is seen says nothing: those facts
    are left out, and one feature says so.
    """
    facts = [f"d {one}" for one in sorted((_ALL_FACTS if informed else _FACTS).intersection(tokens))]
    return facts if informed else [*facts, "d uninformed"]


def norm(tokens: Sequence[str]) -> float:
    """Give what the sum over tokens is multiplied with."""
    return float((len(tokens) + 2) ** -NORM)
