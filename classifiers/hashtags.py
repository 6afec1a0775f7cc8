"""Hashtags taken apart: capitals and digits first, then the likeliest words by dynamic programming.

Time is linear in the length of the tag: at each letter only words of at most `_LONGEST` letters are looked up, and a
tag is read up to `MOST_LETTERS`.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache

from classifiers.dataset import load_corpus
from classifiers.lexicon import CANDIDACIES, CONTESTS, NUMBERS, OFFICES, PIECES, forms
from classifiers.text import fold

MOST_LETTERS = 120
_LONGEST = 20
_SHORTEST = 3
_SHORT = frozenset(["di", "ke", "ku", "mu", "se", "ya", "no", "rt", "rw", "uu", "yg", "ga", "ri"])
_UNKNOWN = 7.0
"""What each letter outside every word costs, in nats; a common word costs about as much as one such letter."""
_PIECE_COUNT = 40
_RUN = re.compile(r"\d+|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")
_WORD = re.compile(r"[a-z]+")
_NO_WORD = re.compile(r"\{[A-Z]{1,2}\}|[#@]\w+|https?:\S+")


def split(tag: str) -> tuple[str, ...]:
    """Give the words of a hashtag, folded, in order; joined they are its letters and digits again.

    `tag` may carry its "#". Letters that no word covers stay together as one piece.
    """
    pieces: list[str] = []
    for run in _RUN.findall(_plain(tag)):
        lower = run.lower()
        whole = run.isdecimal() or not run.isascii() or len(run) < _SHORTEST
        pieces += (lower,) if whole else _covered(lower)
    return tuple(pieces)


def _plain(tag: str) -> str:
    """Give the letters of a tag with their case where folding keeps every place, folded otherwise."""
    cut = tag.removeprefix("#")[:MOST_LETTERS]
    if cut.isascii():
        return cut
    return fold(cut).text[:MOST_LETTERS]


def _covered(run: str) -> tuple[str, ...]:
    """Cut a run of letters so that the words' costs add up to the least."""
    costs = _costs()
    if run in costs:
        return (run,)
    best = [0.0] + [math.inf] * len(run)
    back = [0] * (len(run) + 1)
    for end in range(1, len(run) + 1):
        best[end], back[end] = best[end - 1] + _UNKNOWN, end - 1
        for start in range(max(0, end - _LONGEST), end):
            cost = costs.get(run[start:end])
            if cost is not None and best[start] + cost < best[end]:
                best[end], back[end] = best[start] + cost, start
    return _joined(run, back)


def _joined(run: str, back: list[int]) -> tuple[str, ...]:
    """Read the cuts back; neighbouring letters that belong to no word become one piece."""
    costs = _costs()
    pieces: list[str] = []
    loose = ""
    end = len(run)
    while end:
        start = back[end]
        piece = run[start:end]
        if len(piece) == 1 and piece not in costs:
            loose = piece + loose
        else:
            if loose:
                pieces.append(loose)
                loose = ""
            pieces.append(piece)
        end = start
    if loose:
        pieces.append(loose)
    return tuple(reversed(pieces))


def known_words() -> frozenset[str]:
    """Give the words of corpus and lexicon, folded."""
    return frozenset(_costs())


@lru_cache(maxsize=1)
def _costs() -> dict[str, float]:
    """Give the cost of every known word: minus the logarithm of its share in the corpus, the lexicon's counted once."""
    counts: Counter[str] = Counter()
    for sentence in load_corpus():
        counts.update(_WORD.findall(fold(_NO_WORD.sub(" ", sentence.text)).text))
    for one in forms().values():
        counts.update(_WORD.findall(one.standard))
    for word in (*PIECES, *OFFICES, *CANDIDACIES, *CONTESTS, *NUMBERS):
        counts[word] += _PIECE_COUNT
    known = {word: count for word, count in counts.items() if len(word) >= _SHORTEST or word in _SHORT}
    total = sum(known.values())
    return {word: math.log(total / count) + 1.0 for word, count in known.items() if len(word) <= _LONGEST}
