"""Which features a masked text has. Additive by design: every word carries its own share of the score.

score = (sum over words and pairs of words) / (words + 2) ** NORM + sum over what the whole text has + constant
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from classifiers import case, marks
from classifiers.labels import Owner

CLIP = 6.0
ALONE = 4.0
"""Scale of the text's own log-odds beside its place: large, so that regularising hardly touches it."""
PLACE_CONSTANT = "k constant"
NOTHING = -4.0
"""Log-odds of a text without a word."""
BESIDE, APART = "x", "n"
"""Kinds of the features of a word in a text that names a contestant, and in one that names none."""
BESIDE_SHARE, APART_SHARE = 2.0, 1.0
NORM = 0.55
MOST_TOKENS = 400
"""A longer text is judged by its first tokens: an article's opening says what it is, and cost stays bounded."""

CLASSES = frozenset(marks.SHOWN)
CONTEST_FACTS = frozenset({marks.CANDIDATE, marks.PARTY, marks.CAMP, marks.SLOGAN, marks.TAG, marks.ACCOUNT})
ALL_FACTS = CONTEST_FACTS | frozenset(
    {marks.BALLOT, marks.URL, marks.CONTEST, case.HEADLINE, case.CAPITALS, marks.MENTION, "?", "!", ":", '"'}
)


def of_words(tokens: Sequence[str]) -> list[tuple[str, float]]:
    """Give each word's features with their weights: the word itself, and the word where a contestant is named or not.

    "Mantap" beside a candidate sides with him and says nothing alone, hence a share of its own in either case.
    """
    kind, weight = (BESIDE, BESIDE_SHARE) if named(tokens) else (APART, APART_SHARE)
    return [pair for token in tokens for pair in ((f"w {token}", 1.0), (f"{kind} {token}", weight))]


def named(tokens: Sequence[str]) -> bool:
    """Tell whether a text names something of a known contest: a candidate, party, camp, slogan, hashtag or account."""
    return not CONTEST_FACTS.isdisjoint(tokens)


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
    share = norm(len(tokens))
    for token in dict.fromkeys(tokens):
        here[f"k {place} {said} {token}"] = share
        here[f"k {place} {token}"] = share
    return here


def _clipped(value: float) -> float:
    return max(-CLIP, min(CLIP, value))


def norm(length: int) -> float:
    """Give what the sum over so many tokens is multiplied with."""
    return float((length + 2) ** -NORM)
