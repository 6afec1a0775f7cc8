"""A text as the engine sees it: folded, white space made single, with words, sentences and the way back to the raw."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property

from classifiers.text import fold

_ODD_SPACE = re.compile(r"\s{2,}|[^\S ]")
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"\w+")
_STOP = re.compile(r"[.!?]+(?=\s|$|[^\w.!?])")

Span = tuple[int, int]


def is_word(char: str) -> bool:
    """Tell whether a character belongs to a word."""
    return char == "_" or char.isalnum()


def canonical(text: str) -> str:
    """Fold a phrase the way texts are folded."""
    return _SPACE.sub(" ", fold(text).text).strip()


class View:
    """One text, ready to be searched. `text` is folded, every run of white space one blank."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self._folded = fold(raw)
        self._places: list[int] | None = None
        self._breaks: list[int] = []
        self.text = self._folded.text
        # Every white space but the blank is unprintable: most texts need no regular expression to be told apart.
        if ("  " in self.text or not self.text.isprintable()) and _ODD_SPACE.search(self.text):
            self._single_blanks()

    def _single_blanks(self) -> None:
        parts: list[str] = []
        places: list[int] = []
        done = 0
        for match in _SPACE.finditer(self.text):
            parts += (self.text[done : match.start()], " ")
            places.extend(range(done, match.start() + 1))
            if "\n" in match.group():
                self._breaks.append(len(places))
            done = match.end()
        parts.append(self.text[done:])
        places.extend(range(done, len(self.text)))
        self.text, self._places = "".join(parts), places

    def raw_span(self, start: int, end: int) -> Span:
        """Give the raw [start, end) of a span of `text`."""
        if self._places is not None:
            start, end = self._places[start], self._places[end - 1] + 1
        return self._folded.span(start, end)

    @cached_property
    def _words(self) -> tuple[list[int], list[str]]:
        found = list(_WORD.finditer(self.text))
        return [match.start() for match in found], [match.group() for match in found]

    def words_between(self, start: int, end: int) -> int:
        """Count the words that begin in [start, end)."""
        starts = self._words[0]
        return bisect_left(starts, end) - bisect_left(starts, start)

    def back(self, start: int, count: int) -> int:
        """Give where the word stands that is `count` words before `start` (0 where there are fewer)."""
        starts = self._words[0]
        index = bisect_left(starts, start) - count
        return starts[index] if index >= 0 and starts else 0

    def ahead(self, end: int, count: int) -> int:
        """Give where the word stands that is `count` words after `end` (the end of the text where there are fewer)."""
        starts = self._words[0]
        index = bisect_left(starts, end) + count
        return starts[index] if index < len(starts) else len(self.text)

    def word_before(self, start: int) -> str:
        """Give the word that ends before `start`, "" where there is none."""
        starts, words = self._words
        index = bisect_left(starts, start) - 1
        return words[index] if index >= 0 else ""

    @cached_property
    def _ends(self) -> list[int]:
        ends = {match.end() for match in _STOP.finditer(self.text)} | set(self._breaks) | {len(self.text)}
        return sorted(ends)

    def sentence(self, place: int) -> Span:
        """Give the [start, end) of the sentence or line in which a place stands."""
        ends = self._ends
        index = bisect_right(ends, place)
        start = ends[index - 1] if index else 0
        return start, ends[index] if index < len(ends) else len(self.text)
