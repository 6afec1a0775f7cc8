"""The text layer shared by rules and model: folding that never loses the way back to the original characters.

`fold` makes one spelling of many: case, full-width and mathematical letters, look-alike letters of other scripts,
accents, invisible characters, stretched letters ("gaaasss") and digits that stand for vowels ("m3nang"). Digits, `#`,
`@`, punctuation and emoji stay, because rules and model need them. `Folded.span` gives the original characters back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from string import ascii_lowercase

import ahocorasick_rs
import numpy as np

TEXT_VERSION = "2"
"""Raise it when an equal text may fold or mask differently: a model trained on another version is refused."""

_SAME = (  # Cyrillic letter, Latin letter
    "\u0430a\u0432b\u0435e\u043dh\u043eo\u0440p\u0441c\u0442t\u0443y\u0445x\u0456i\u0458j\u0455s\u0501d\u051bq\u051dw"
)
_LOOKALIKES = {
    **dict(zip(_SAME[::2], _SAME[1::2], strict=True)),
    "\u043a": "k", "\u043c": "m", "\u0433": "r", "\u04bb": "h", "\u04cf": "l", "\u0475": "v",  # Cyrillic
    "\u03b1": "a", "\u03b2": "b", "\u03b5": "e", "\u03b9": "i", "\u03ba": "k", "\u03bd": "v", "\u03bf": "o",
    "\u03c1": "p", "\u03c4": "t", "\u03c5": "u", "\u03c7": "x", "\u03b7": "n", "\u03c9": "w",  # Greek
    "\u0131": "i", "\u0142": "l", "\u00f8": "o", "\u0111": "d", "\u0127": "h", "\u0261": "g", "\u0251": "a",  # Latin
    "\u1d00": "a", "\u0299": "b", "\u1d04": "c", "\u1d05": "d", "\u1d07": "e", "\ua730": "f", "\u0262": "g",
    "\u029c": "h", "\u026a": "i", "\u1d0a": "j", "\u1d0b": "k", "\u029f": "l", "\u1d0d": "m", "\u0274": "n",
    "\u1d0f": "o", "\u1d18": "p", "\u0280": "r", "\ua731": "s", "\u1d1b": "t", "\u1d1c": "u", "\u1d20": "v",
    "\u1d21": "w", "\u028f": "y", "\u1d22": "z",  # small capitals
    "\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u02b9": "'", "\u201c": '"', "\u201d": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
}  # fmt: skip
_SQUARED = ((0x1F130, 26), (0x1F150, 26), (0x1F170, 26))
_LOOKALIKES |= {chr(base + i): chr(ord("a") + i) for base, count in _SQUARED for i in range(count)}
_INVISIBLE = frozenset({"Mn", "Me", "Cf", "Cs"})
_SKIN = frozenset(chr(code) for code in range(0x1F3FB, 0x1F400))

_STRETCH = re.compile(r"([a-z])\1\1+")
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_FEW = 12
_PART = "\0"
_DIGITS_FROM = len(ascii_lowercase)
_ODD = ahocorasick_rs.AhoCorasick([3 * letter for letter in ascii_lowercase] + list("0134"))
"""Finds texts that may hold stretched letters or leet at all, at a fifth of what the two searches cost."""
_LETTER, _LEET_DIGIT, _GAP = 1, 2, b"\3"
_SORTS = bytes(
    _GAP[0]
    if code <= ord(" ")
    else _LETTER
    if chr(code) in ascii_lowercase
    else _LEET_DIGIT
    if chr(code) in "0134"
    else 0
    for code in range(256)
)
_WORDS = re.compile(r"[#@]?[a-z0-9]+")
_LEET = {"0": "o", "1": "i", "3": "e", "4": "a"}
_HAS_LEET = re.compile(r"[0134](?<=[a-z][0134])[a-z]")  # the rare sign first: searching is twice as fast
_LEET_WORD = re.compile(r"[b-df-hj-np-tv-z]{1,3}[0134][a-z][a-z0134]*")
_KEPT_ALONE = 3


class _CharTable(dict[str, str]):
    """Character -> folded characters ("" drops it), filled as characters come; at most one entry a code point."""

    def __missing__(self, char: str) -> str:
        folded = _fold_char(char)
        self[char] = folded
        return folded


def _fold_char(char: str) -> str:
    """Fold one character until nothing changes any more, so that folding twice equals folding once."""
    before = char
    for _ in range(5):
        plain = unicodedata.normalize("NFKD", before).casefold()
        after = "".join(
            _LOOKALIKES.get(one, one)
            for one in plain
            if unicodedata.category(one) not in _INVISIBLE and one not in _SKIN
        )
        if after == before:
            break
        before = after
    return before


_TABLE = _CharTable()


@dataclass(frozen=True, slots=True)
class Folded:
    """A text and its folded form. `exact` says that both have the same length, character by character."""

    raw: str
    text: str
    exact: bool = True

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Give the raw [start, end) of a folded [start, end).

        Raises:
            ValueError: The span lies outside the folded text.
        """
        if not 0 <= start <= end <= len(self.text):
            raise ValueError(f"span {start}:{end} outside a folded text of {len(self.text)}")
        if self.exact:
            return start, end
        starts, ends = _offsets(self.raw)
        if start == end:
            point = starts[start] if start < len(starts) else len(self.raw)
            return point, point
        return starts[start], ends[end - 1]


def fold(text: str) -> Folded:
    """Fold a text, in time linear in its length. Plain ASCII takes the fast path and keeps its length."""
    return Folded(text, *fold_plain(text))


def fold_plain(text: str) -> tuple[str, bool]:
    """Give the folded text, and whether it has the raw text's length, for who rarely needs the way back."""
    plain, exact = (text.lower(), True) if text.isascii() else _fold_foreign(text)
    odd = _ODD.find_matches_as_indexes(plain)
    if not odd:
        return plain, exact
    if not any(one[0] < _DIGITS_FROM for one in odd) and not _HAS_LEET.search(plain):
        return plain, exact
    squeezed = _fold_odd(plain)
    return squeezed, exact and len(squeezed) == len(plain)


def fold_many(texts: Sequence[str]) -> list[str]:
    """Give the folded form of each text, equal to `fold_plain`: all at once, and only odd words singly."""
    parts = [text if text.isascii() else _fold_foreign(text)[0] for text in texts]
    folded = _PART.join(parts).encode().lower()  # of bytes only A to Z get small: what was foreign is folded already
    if not texts or folded.count(_PART.encode()) != len(texts) - 1:
        return [fold_plain(text)[0] for text in texts]
    sorts = folded.translate(_SORTS)
    kept: list[bytes] = []
    done = 0
    for start in _odd(folded, sorts):
        if start >= done:  # an odd word reaches from gap to gap: nothing in it is changed by what lies beyond
            first, end = sorts.rfind(_GAP, done, start) + 1 or done, sorts.find(_GAP, start)
            end = len(folded) if end < 0 else end
            kept += (folded[done:first], _fold_odd(folded[first:end].decode()).encode())
            done = end
    kept.append(folded[done:])
    whole = b"".join(kept)
    return whole.decode().split(_PART) if whole.isascii() else [one.decode() for one in whole.split(_PART.encode())]


def _odd(folded: bytes, sorts: bytes) -> list[int]:
    """Give where stretched letters, and digits between letters, begin."""
    signs, kinds = np.frombuffer(folded, np.uint8), np.frombuffer(sorts, np.uint8)
    letters, same = kinds == _LETTER, signs[1:] == signs[:-1]
    odd = same[1:] & same[:-1] & letters[2:]
    odd |= letters[:-2] & (kinds[1:-1] == _LEET_DIGIT) & letters[2:]
    found: list[int] = np.flatnonzero(odd).tolist()
    return found


def _fold_odd(plain: str) -> str:
    """Give a piece of a text of small letters with digits read as vowels and stretched letters shortened."""
    if _HAS_LEET.search(plain):
        plain = _WORDS.sub(_unleet, plain)  # vowels that were digits may make a run
    return "".join(plain[start:end] for start, end in _kept(plain)) if _STRETCH.search(plain) else plain


def _fold_foreign(text: str) -> tuple[str, bool]:
    """Fold the characters of a text that is not plain ASCII; few different ones are replaced, many looked up each."""
    foreign = set(_FOREIGN.findall(text))
    exact = all(len(_TABLE[char]) == 1 for char in foreign)
    folded = "".join([_TABLE[char] for char in foreign])
    if len(foreign) > _FEW or folded != folded.lower():  # Cherokee folds to capitals, which must stay
        return "".join([_TABLE[char] for char in text]), exact
    for char in foreign:  # what a character folds to folds to itself, so the order does not matter
        text = text.replace(char, _TABLE[char])
    return text.lower(), exact


def _unleet(match: re.Match[str]) -> str:
    """Read digits as vowels where the first vowel of a word is one ("m3nang"); hashtags and accounts stay."""
    word = match.group()
    if len(word) < 4 or _LEET_WORD.fullmatch(word) is None or word[-1].isdigit():
        return word
    if any(one.isdigit() and two.isdigit() for one, two in pairwise(word)) or sum(map(str.isalpha, word)) < 3:
        return word
    return "".join(_LEET.get(char, char) for char in word)


def _kept(plain: str) -> list[tuple[int, int]]:
    """Give the [start, end) pieces that stay: three or more equal letters become one; a word of just three stays.

    "III", "www" and abbreviations of three equal letters are words, not stretched ones.
    """
    pieces: list[tuple[int, int]] = []
    done = 0
    for match in _STRETCH.finditer(plain):
        start, end = match.span()
        alone = not (plain[start - 1 : start].isalpha() or plain[end : end + 1].isalpha())
        if alone and end - start == _KEPT_ALONE:
            continue
        pieces.append((done, start + 1))
        done = end
    pieces.append((done, len(plain)))
    return pieces


@lru_cache(maxsize=64)
def _offsets(raw: str) -> tuple[list[int], list[int]]:
    """Give, for every folded character, where it starts and ends in the raw text."""
    starts: list[int] = []
    ends: list[int] = []
    plain: list[str] = []
    for index, char in enumerate(raw):
        for one in _TABLE[char] if not raw.isascii() else char.lower():
            plain.append(one)
            starts.append(index)
            ends.append(index + 1)
    joined = "".join(plain)
    if _HAS_LEET.search(joined):
        joined = _WORDS.sub(_unleet, joined)
    pieces = _kept(joined)
    kept_starts: list[int] = []
    kept_ends: list[int] = []
    for number, (start, end) in enumerate(pieces):
        kept_starts.extend(starts[start:end])
        kept_ends.extend(ends[start:end])
        if number + 1 < len(pieces):  # the letter that stays stands for its whole run
            kept_ends[-1] = ends[pieces[number + 1][0] - 1]
    return kept_starts, kept_ends


@dataclass(frozen=True, slots=True)
class TargetTerms:
    """What the contests of the day are called, as plain data: the model must not learn who, so these are masked.

    `names` holds full names, aliases and nicknames; `hashtags` and `accounts` may stand with or without `#` and `@`.
    """

    names: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    camps: tuple[str, ...] = ()
    slogans: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
