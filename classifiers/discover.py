"""Names of a contest nobody has told Netra of, found in a batch of texts: what a supervisor would then be shown.

A name is a word that is written with a capital inside sentences, that the ordinary language of the corpus does not
know, that several texts use, and that stands in texts which speak of elections. Nothing is learnt and nothing is
random: the same batch gives the same names, and scoring stays a matter of one text and the terms given.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from classifiers.lexicon import BALLOT_CUES, CANDIDACIES, CONTESTS, OFFICES, SPELLINGS, words
from classifiers.places import NOT_NAMES
from classifiers.text import fold

_PIECE = re.compile(r"[#@]?\w+|[.!?\":]")
_LEAST_LETTERS = 3
_LEAST_TEXTS = 5
_LEAST_SHARE = 0.004
_CAPITAL = 0.35
_CAPITAL_IF_ORDINARY = 0.6
_ELECTION_SHARE = 0.25
_MOST_NAMES = 200
_HEADLINE = 0.6
_CUES = (
    OFFICES
    | CANDIDACIES
    | CONTESTS
    | BALLOT_CUES
    | frozenset(
        words("partai kampanye debat menang kalah relawan suara usung koalisi deklarasi elektabilitas survei tps")
    )
) - frozenset(words("ayo tetap gas tim jari salam"))


@dataclass(slots=True)
class _Seen:
    """What a batch shows of one word."""

    texts: int = 0
    beside_cues: int = 0
    inside: int = 0
    capital: int = 0


def discover(texts: Sequence[str], ordinary: Collection[str]) -> tuple[str, ...]:
    """Give the words that look like names of contestants, the most frequent first, folded; () for a small batch.

    `ordinary` holds folded words of everyday language; such a word needs more capitals to count as a name.
    """
    seen: dict[str, _Seen] = {}
    for text in texts:
        _look(text, seen)
    least = max(_LEAST_TEXTS, _LEAST_SHARE * len(texts))
    found = [
        (one.texts, word)
        for word, one in seen.items()
        if one.texts >= least and _looks_like_a_name(one, known=word in ordinary)
    ]
    return tuple(word for _, word in sorted(found, key=lambda pair: (-pair[0], pair[1]))[:_MOST_NAMES])


def _looks_like_a_name(one: _Seen, *, known: bool) -> bool:
    capital = (one.capital + 0.3) / (one.inside + 1)
    return capital >= (_CAPITAL_IF_ORDINARY if known else _CAPITAL) and one.beside_cues >= _ELECTION_SHARE * one.texts


def _look(text: str, seen: dict[str, _Seen]) -> None:
    pieces = _PIECE.findall(text)
    plain = [piece for piece in pieces if piece[0].isalpha() and len(piece) >= _LEAST_LETTERS]
    upper = sum(piece[0].isupper() for piece in plain)
    headline = len(plain) > 3 and upper > _HEADLINE * len(plain)
    folded = [fold(piece).text for piece in plain]
    cued = any(SPELLINGS.get(one, one) in _CUES for one in folded)
    for word in set(folded):
        if word in NOT_NAMES or word in SPELLINGS or word in _CUES:
            continue
        one = seen.setdefault(word, _Seen())
        one.texts += 1
        one.beside_cues += cued
    if not headline:
        for word, capital in _inside(pieces):
            if (known := seen.get(word)) is not None:
                known.inside += 1
                known.capital += capital


def _inside(pieces: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Give the words that do not open a sentence, and whether each has a capital."""
    before = "."
    for piece in pieces:
        if piece[0].isalpha() and len(piece) >= _LEAST_LETTERS and before not in '.!?":':
            yield fold(piece).text, piece[0].isupper()
        before = piece
