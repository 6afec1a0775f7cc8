"""Which features a masked text has. Additive by design: every word carries its own share of the score.

score = (sum over words and pairs of words) / (words + 2) ** NORM + sum over what the whole text has + constant
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from classifiers import mask
from classifiers.labels import Owner

CLIP = 6.0
ALONE = 4.0
"""Scale of the text's own log-odds beside its place: large, so that regularising hardly touches it."""
PLACE_CONSTANT = "k constant"
NOTHING = -4.0
"""Log-odds of a text without a word."""
CHAR_LENGTHS = (3, 4, 5)
CHAR_SHARE = 0.5
UNKNOWN_SHARE = 0.25
NORM = 0.55
MOST_TOKENS = 400
"""A longer text is judged by its first tokens: an article's opening says what it is, and cost stays bounded."""

CLASSES = frozenset(mask.SHOWN)
CONTEST_FACTS = frozenset({mask.CANDIDATE, mask.PARTY, mask.CAMP, mask.SLOGAN, mask.TAG, mask.ACCOUNT})
ALL_FACTS = CONTEST_FACTS | frozenset(
    {mask.BALLOT, mask.URL, mask.CONTEST, mask.HEADLINE, mask.CAPITALS, mask.MENTION, "?", "!", ":", '"'}
)


def of_token(token: str, *, known: bool = True) -> list[tuple[str, float]]:
    """Give the features of one token with their weights: itself, and its letter groups unless it is a class.

    Letter groups of a word that the corpus does not know count less: it may be somebody's nickname.
    """
    features = [(f"w {token}", 1.0)]
    if has_letters(token):
        padded = f"<{token}>"
        groups = [padded[i : i + n] for n in CHAR_LENGTHS for i in range(len(padded) - n + 1)]
        share = letter_share(len(groups), known=known)
        features += [(f"c {group}", share) for group in groups]
    return features


def has_letters(token: str) -> bool:
    """Tell whether the letter groups of a token count: a class or a short word has none."""
    return len(token) > 2 and token not in CLASSES and token.isalnum()


def letter_share(groups: int, *, known: bool) -> float:
    """Give the weight of each of a word's letter groups: together they count less than the word itself."""
    return (CHAR_SHARE if known else UNKNOWN_SHARE) / math.sqrt(groups)


def of_pairs(tokens: Sequence[str]) -> list[str]:
    """Give the neighbouring pairs, and the pairs with one token between."""
    near = [f"b {one} {two}" for one, two in pairwise(tokens)]
    return near + [f"s {one} {two}" for one, two in zip(tokens, tokens[2:], strict=False)]


def of_whole(tokens: Sequence[str]) -> list[str]:
    """Give which classes and marks occur in the whole text."""
    return [f"d {one}" for one in sorted(ALL_FACTS.intersection(tokens))]


def of_parent(
    tokens: Sequence[str], base: float, above: Sequence[str], above_base: float, owner: Owner
) -> dict[str, float]:
    """Give what a text's place adds: whose post it answers, what that says, and how the two go together.

    `base` and `above_base` are the log-odds the model gives each text alone. One and the same word of assent sides
    with a candidate's post and means nothing under a newspaper's, hence the words of the answer once more by place.
    """
    place = "pihak" if owner.sided else "umum" if owner is not Owner.UNKNOWN else "entah"
    said = "memihak" if above_base > 0 else "tidak"
    here = {
        "k alone": _clipped(base) * ALONE,
        f"k owner {owner}": 1.0,
        f"k place {place} {said}": 1.0,
        "k above": _clipped(above_base) / CLIP,
        f"k alone {place}": _clipped(base) / CLIP,
    }
    here |= {f"k fact {one}": 1.0 for one in CONTEST_FACTS.intersection(above)}
    share = norm(tokens)
    for token in dict.fromkeys(tokens):
        here[f"k {place} {said} {token}"] = share
        here[f"k {place} {token}"] = share
    return here


def _clipped(value: float) -> float:
    return max(-CLIP, min(CLIP, value))


def norm(tokens: Sequence[str]) -> float:
    """Give what the sum over tokens is multiplied with."""
    return float((len(tokens) + 2) ** -NORM)
