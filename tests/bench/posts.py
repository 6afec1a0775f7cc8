"""Distinct texts of the length of real posts, as many as asked for and never held all at once.

Put together from halves of texts (the shipped corpus; real posts where NETRA_REAL_DATA names a folder of them), one
letter changed in every thirtieth word, and one made-up word that no other text has: a memo of words or of texts meets
new ones as it would in an office. Lengths scatter around 140 characters. The same number gives the same text.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.bench.many import corpus

_SYLLABLES = [a + b for a in "bcdghjklmnprstwz" for b in "aiueo"]
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_CHANGED_WORDS = 0.03
_LENGTH = 4.7, 0.5  # of the logarithm of the characters wanted


@cache
def sources() -> list[str]:
    """Read the texts that are taken apart: real posts where there are some, else the corpus."""
    folder = os.environ.get("NETRA_REAL_DATA", "")
    if not folder:
        return corpus()
    paths = sorted(Path(folder).glob("*.jsonl"))
    lines = (line for path in paths for line in path.read_text("utf-8").split("\n") if line)
    return [" ".join(json.loads(line)["text"].split()) for line in lines]


@cache
def _halves() -> list[list[str]]:
    words = [text.split() for text in sources()]
    return [half for some in words for half in (some[: len(some) // 2], some[len(some) // 2 :]) if half]


def own_word(number: int) -> str:
    """Give a word that belongs to a number alone."""
    word = "zq"
    while True:
        number, place = divmod(number, len(_SYLLABLES))
        word += _SYLLABLES[place]
        if not number:
            return word


def post(number: int) -> str:
    """Give the text of a number."""
    chance, halves = random.Random(number), _halves()
    words, wanted = list[str](), chance.lognormvariate(*_LENGTH)
    while wanted > 0:
        half = chance.choice(halves)
        long = sum(map(len, half)) + len(half)
        if words and long > 2 * wanted:
            break
        words += half
        wanted -= long
    for place, word in enumerate(words):
        if len(word) > 3 and chance.random() < _CHANGED_WORDS:
            at = chance.randrange(len(word))
            words[place] = word[:at] + chance.choice(_LETTERS) + word[at + 1 :]
    words.insert(chance.randrange(len(words) + 1), own_word(number))
    return " ".join(words)


def posts(count: int, first: int = 0) -> Iterator[str]:
    """Give so many texts, from a number on."""
    return map(post, range(first, first + count))
