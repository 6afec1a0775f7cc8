"""What the case of a text's letters says of its form: a headline, or shouting."""

from __future__ import annotations

import re
from string import ascii_uppercase

HEADLINE, CAPITALS = "xjudulx", "xkapitalx"

LEAST = 4
"""A text with fewer words, or fewer capital letters, says nothing of its form."""
_CASED = re.compile(r"[A-Za-z]{3,}")
_SAMPLE = 400
_UPPER = ascii_uppercase.encode()


def count_capitals(text: str) -> int:
    """Give how many letters A to Z a text has."""
    raw = text.encode("utf-8", "ignore")
    return len(raw) - len(raw.translate(None, _UPPER))


def form(text: str) -> str | None:
    """Give the class token of a headline or of shouting, None for everything else; by the first letters of a text."""
    words = _CASED.findall(text, 0, _SAMPLE)
    small = sum(map(str.islower, words))
    if len(words) < LEAST or small * 3 >= len(words):
        return None
    upper = sum(map(str.isupper, words))
    if upper * 3 > len(words) * 2:
        return CAPITALS
    return HEADLINE if sum(word[0].isupper() for word in words) * 4 > len(words) * 3 else None
