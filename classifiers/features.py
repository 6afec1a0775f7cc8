"""Which features a masked text has. Additive by design: every word carries its own share of the score.

score = (sum over words and pairs of words) / sqrt(words + 2) + sum over what the whole text has + constant
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from classifiers import mask

CHAR_LENGTHS = (3, 4, 5)
CHAR_SHARE = 0.7
MOST_TOKENS = 400
"""A longer text is judged by its first tokens: an article's opening says what it is, and cost stays bounded."""

CLASSES = frozenset(mask.SHOWN)
_FACTS = (mask.CANDIDATE, mask.PARTY, mask.CAMP, mask.SLOGAN, mask.TAG, mask.ACCOUNT, mask.BALLOT, mask.URL,
          mask.CONTEST, mask.HEADLINE, mask.CAPITALS, mask.MENTION, "?", "!", ":", '"')  # fmt: skip
_FACT_SET = frozenset(_FACTS)
_LENGTHS = ((2, "n<=2"), (4, "n<=4"), (8, "n<=8"), (16, "n<=16"), (32, "n<=32"))


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


def of_whole(tokens: Sequence[str]) -> list[str]:
    """Give what the whole text has: its length class, and which classes and marks occur in it."""
    facts = [f"d {one}" for one in sorted(_FACT_SET.intersection(tokens))]
    size = len(tokens)
    facts.append("d " + next((name for limit, name in _LENGTHS if size <= limit), "n>32"))
    contestant = mask.CANDIDATE in tokens or mask.TAG in tokens or mask.SLOGAN in tokens or mask.BALLOT in tokens
    facts.append("d contestant" if contestant else "d nobody")
    return facts


def norm(tokens: Sequence[str]) -> float:
    """Give what the sum over tokens is multiplied with."""
    return 1.0 / math.sqrt(len(tokens) + 2)
