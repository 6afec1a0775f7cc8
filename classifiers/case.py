"""What the case of a text's letters says of its form: a headline, or shouting."""

from __future__ import annotations

import re
from string import ascii_uppercase

HEADLINE, CAPITALS = "xjudulx", "xkapitalx"

LEAST = 4
"""A text with fewer words, or fewer capital letters, says nothing of its form."""
LETTERS = 3
_CASED = re.compile(rf"[A-Za-z]{{{LETTERS},}}")
SAMPLE = 400
"""Characters that tell the form of a text."""
_UPPER = ascii_uppercase.encode()


def count_capitals(text: str) -> int:
    """Give how many letters A to Z a text has."""
    raw = text.encode("utf-8", "ignore")
    return len(raw) - len(raw.translate(None, _UPPER))


def form(text: str) -> str | None:
    """Give the class token of a headline or of shouting, None for everything else; by the first letters of a text."""
    return form_of(*count_words(text[:SAMPLE]))


def count_words(text: str) -> tuple[int, int, int, int]:
    """Count the words of three letters or more: all, those in small letters, in capitals, with a first capital."""
    words = _CASED.findall(text)
    if not words:
        return 0, 0, 0, 0
    if len(words) == 1:
        word = words[0]
        return 1, int(word.islower()), int(word.isupper()), int(word[0].isupper())
    small, upper = sum(map(str.islower, words)), sum(map(str.isupper, words))
    return len(words), small, upper, sum(word[0].isupper() for word in words)


def form_of(words: int, small: int, upper: int, first: int) -> str | None:
    """Do what `form` does, from the counts of `count_words` over the first `SAMPLE` characters."""
    if words < LEAST or small * 3 >= words:
        return None
    if upper * 3 > words * 2:
        return CAPITALS
    return HEADLINE if first * 4 > words * 3 else None
