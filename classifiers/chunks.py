"""Tokens of many texts at once, as numbers, equal to `Masker.tokens`: each piece between blanks is read only once.

Most pieces become the same tokens wherever they stand. A number or a counted word depends on the token before it, and
a word may be written like a stranger's name elsewhere in the text: where that could matter, and where a text names a
known contest, the text is left to the masker.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate, chain, count, repeat
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifiers.case import LEAST, LETTERS, SAMPLE, count_capitals, count_words, form, form_of
from classifiers.features import MOST_TOKENS
from classifiers.lexicon import BALLOT_CUES, NOT_BALLOT
from classifiers.marks import (
    BALLOT,
    CAMP,
    CANDIDACY,
    CANDIDATE,
    OFFICE,
    ONLY_WHEN_SHORT,
    PARTY,
    SMALL,
    STRANGER,
    hashtags,
    raw_tokens,
    unforged,
)
from classifiers.mask import Masker
from classifiers.text import fold_many

Ids = NDArray[np.int64]

_MOST = 50_000
_LONG = 40
"""Longer pieces are addresses and noise, seldom seen again: they are not kept by name."""
_FIELD = 12
_COUNT = (1 << _FIELD) - 1
_SILENT = ",.;)"
"""Signs at the end of a piece that are no tokens."""
_A_STRANGER = (STRANGER,)
_STRANGER, _CUE, _SMALL, _BALLOT, _OFFICE, _ONCE = 1, 2, 4, 8, 16, 32
_KINDS = 6
_CUES = NOT_BALLOT | BALLOT_CUES | {"nomor", BALLOT, CANDIDATE, CANDIDACY, PARTY, CAMP, OFFICE}
"""Tokens after which a number may become something else; a counted word only after a ballot number."""
_KIND_OF = {STRANGER: _STRANGER, SMALL: _SMALL, BALLOT: _BALLOT, OFFICE: _OFFICE}
_FREE, _BY_BALLOT, _BY_CUE = 0, 1, 2
_NEUTRAL = "\0"


class Read(NamedTuple):
    """Tokens of texts: all in one array, how many each text has, and which texts (places) the masker must read."""

    ids: Ids
    lengths: Ids
    left: list[int]


class _Column:
    """A number a piece; grows."""

    def __init__(self) -> None:
        self._data = np.zeros(1024, np.int64)
        self._end = 0

    def extend(self, numbers: Sequence[int]) -> int:
        """Add numbers; gives where the first of them stands."""
        start, self._end = self._end, self._end + len(numbers)
        while self._end > len(self._data):
            self._data = np.concatenate((self._data, np.zeros_like(self._data)))
        self._data[start : self._end] = numbers
        return start

    def take(self, places: Ids) -> Ids:
        """Give the numbers of some pieces."""
        return self._data[places]


class _Rows:
    """Some numbers a piece, one row after the other; grows."""

    def __init__(self) -> None:
        self._data, self._start, self._count = _Column(), _Column(), _Column()

    def extend(self, rows: Sequence[Sequence[int]]) -> None:
        """Add rows."""
        counts = [len(row) for row in rows]
        first = self._data.extend(list(chain.from_iterable(rows)))
        self._start.extend(list(accumulate(counts[:-1], initial=first)) if counts else [])
        self._count.extend(counts)

    def take(self, rows: Ids) -> tuple[Ids, Ids]:
        """Give the numbers of some rows in order, and how many each row has."""
        counts = self._count.take(rows)
        ends = np.cumsum(counts)
        total = int(ends[-1]) if len(ends) else 0
        return self._data.take(np.repeat(self._start.take(rows) - ends + counts, counts) + np.arange(total)), counts


class _Learnt:
    """What is known of new pieces, in their order; see `Chunks._forget` for the meaning of each."""

    def __init__(self) -> None:
        self.tokens: list[Sequence[int]] = []
        self.cut: list[Sequence[int]] = []
        self.names: list[Sequence[int]] = []
        self.shape: list[int] = []
        self.guards: list[int] = []
        self.twisted: list[int] = []


class Chunks:
    """Reads texts for one masker; `ids` numbers the tokens of a model, 0 stands for all others."""

    def __init__(self, masker: Masker, ids: Callable[[str], int]) -> None:
        self._masker, self._ids = masker, ids
        self._lock = Lock()
        self._forget()

    def _forget(self) -> None:
        self._known: dict[str, int] = {}
        self._words: dict[str, int] = {}
        self._codes: dict[str, int] = {}
        self._number = 0
        # Of each piece: its tokens; its words; those of them written like a name; capital letters and the counts of
        # `count_words`, packed; what token before it would change it; whether its hashtags are others once folded.
        self._tokens, self._cut, self._names = _Rows(), _Rows(), _Rows()
        self._shape, self._guards, self._twisted = _Column(), _Column(), _Column()

    def read(self, texts: Sequence[str], plains: Sequence[str]) -> Read:
        """Read texts; `plains` are the folded ones. Safe from many threads, one at a time."""
        with self._lock:
            return self._read(texts, plains)

    def _read(self, texts: Sequence[str], plains: Sequence[str]) -> Read:
        if self._number > _MOST:
            self._forget()
        pieces = [text.split() for text in texts]
        counts = np.fromiter(map(len, pieces), np.int64, len(texts))
        chunks = self._numbers(list(chain.from_iterable(pieces)))
        of_text = np.repeat(np.arange(len(texts)), counts)
        unsure = np.zeros(len(texts), np.bool_)
        unsure[self._named(plains)] = True
        unsure[of_text[self._twisted.take(chunks) > 0]] = True
        unsure[self._mixed_up(chunks, of_text)] = True

        coded, sizes = self._tokens.take(chunks)
        text_of = np.repeat(of_text, sizes)
        first = np.cumsum(sizes) - sizes
        guards = self._guards.take(chunks)
        behind = first[(guards > _FREE) & (first > 0) & (sizes > 0)]
        by = np.where(guards == _BY_CUE, _CUE, _BALLOT)[(guards > _FREE) & (first > 0) & (sizes > 0)]
        unsure[text_of[behind[(text_of[behind] == text_of[behind - 1]) & ((coded[behind - 1] & by) > 0)]]] = True
        again = ((coded[1:] & coded[:-1] & _STRANGER) > 0) | (((coded[1:] & _ONCE) > 0) & ((coded[:-1] & _OFFICE) > 0))
        again &= text_of[1:] == text_of[:-1]
        if again.any():
            keep = np.concatenate((np.ones(1, np.bool_), ~again))
            coded, text_of = coded[keep], text_of[keep]
        lengths = np.bincount(text_of, minlength=len(texts))
        small = np.bincount(text_of[(coded & _SMALL) > 0], minlength=len(texts))
        unsure |= ((small > 0) & (lengths <= ONLY_WHEN_SHORT)) | (lengths >= MOST_TOKENS)
        return self._ended(coded >> _KINDS, lengths, self._shapes(texts, chunks, counts), unsure)

    def _ended(self, ids: Ids, lengths: Ids, shapes: Sequence[str | None], unsure: NDArray[np.bool_]) -> Read:
        """Add the shapes of the texts, and leave out those that are not sure."""
        shaped = np.array([shape is not None for shape in shapes], np.bool_) & (lengths > 0)
        ends = np.cumsum(lengths)
        last = [self._ids(shape) for shape, wanted in zip(shapes, shaped.tolist(), strict=True) if shape and wanted]
        ids = np.insert(ids, ends[shaped], last)
        lengths = lengths + shaped
        keep = np.repeat(~unsure, lengths)
        return Read(ids[keep], np.where(unsure, 0, lengths), np.flatnonzero(unsure).tolist())

    def _numbers(self, pieces: Sequence[str]) -> Ids:
        """Give the number of each piece."""
        found = np.fromiter(map(self._known.get, pieces, repeat(-1)), np.int64, len(pieces))
        missing = np.flatnonzero(found < 0)
        if len(missing):
            wanted = [pieces[place] for place in missing.tolist()]
            fresh = dict(zip(dict.fromkeys(wanted), count(self._number), strict=False))
            self._learn(list(fresh))
            self._known.update((piece, number) for piece, number in fresh.items() if len(piece) <= _LONG)
            found[missing] = [fresh[piece] for piece in wanted]
        return found

    def _named(self, plains: Sequence[str]) -> list[int]:
        """Give the places of texts that may name a known contest."""
        starts = list(accumulate((len(one) + 1 for one in plains), initial=0))
        return [bisect_right(starts, start) - 1 for start in self._masker.named("\0".join(plains))]

    def _mixed_up(self, chunks: Ids, of_text: Ids) -> Ids:
        """Give the places of texts that write a word like a name here, and otherwise there."""
        names, counts = self._names.take(chunks)
        if not len(names):
            return names
        cut, cuts = self._cut.take(chunks)
        written = np.zeros(len(self._words) + 1, np.bool_)
        written[names] = True
        able = np.flatnonzero(written[cut])
        size = len(self._words) + 1
        twice = np.repeat(of_text, cuts)[able] * size + cut[able]
        return twice[np.isin(twice, np.repeat(of_text, counts) * size + names)] // size

    def _shapes(self, texts: Sequence[str], chunks: Ids, counts: Ids) -> list[str | None]:
        """Give the shape of each text, None where it has none."""
        sums = np.concatenate((np.zeros(1, np.int64), np.cumsum(self._shape.take(chunks))))
        ends = np.cumsum(counts)
        packed = sums[ends] - sums[ends - counts]
        capitals, words, small, upper, first = ((packed >> _FIELD * place) & _COUNT for place in range(5))
        shapes: list[str | None] = [None] * len(texts)
        for place in np.flatnonzero((capitals >= LEAST) & (words >= LEAST) & (small * 3 < words)).tolist():
            shapes[place] = form_of(int(words[place]), int(small[place]), int(upper[place]), int(first[place]))
        for place, text in enumerate(texts):
            if len(text) > SAMPLE:
                shapes[place] = form(text) if count_capitals(text) >= LEAST else None
        return shapes

    # ------------------------------------------------------------------ new pieces

    def _learn(self, pieces: Sequence[str]) -> None:
        learnt, masker = _Learnt(), self._masker
        for piece, plain in zip(pieces, fold_many(pieces), strict=True):
            core = piece[:-1] if piece[-1] in _SILENT else piece
            if not (core.isalpha() and core.isascii() and plain == piece.lower()):
                self._look(piece, plain, learnt)
                continue
            word = plain[: len(core)]
            strange = len(core) > 1 and core[0].isupper() and masker.strange(word)
            settled = (_A_STRANGER if masker.stranger(word) else None) if strange else masker.alone(word, "")
            if settled is None:
                self._look(piece, plain, learnt)
                continue
            number = (self._word(word),)
            learnt.tokens.append([self._coded(one) for one in settled])
            learnt.cut.append(() if strange else number)
            learnt.names.append(number if strange else ())
            counts = (1, core.islower(), core.isupper(), core[0].isupper()) if len(core) >= LETTERS else (0, 0, 0, 0)
            learnt.shape.append(_packed(0 if plain == piece else count_capitals(core), counts))
            learnt.guards.append(_FREE)
            learnt.twisted.append(0)
        for name in ("tokens", "cut", "names", "shape", "guards", "twisted"):
            getattr(self, f"_{name}").extend(getattr(learnt, name))
        self._number += len(pieces)

    def _look(self, piece: str, plain: str, learnt: _Learnt) -> None:
        """Learn a piece that is more than one small word."""
        masker = self._masker
        cut, tags = raw_tokens(unforged(plain)), hashtags(piece)
        capitals = 0 if plain == piece else count_capitals(piece)
        names = masker.strangers(piece) if capitals else ()
        out, guard = [_NEUTRAL], _FREE
        named = iter(tags)
        for token in cut:
            tag = next(named, "") if token[0] == "#" else ""
            settled = None if token in names else masker.alone(token, tag)
            if settled is None:
                masker.step(token, out, frozenset(names), iter((tag,)))
                guard = max(guard, _FREE if token in names and masker.stranger(token) else _BY_CUE)
            else:
                out += settled
        office = False
        if guard and len(cut) == 1 and not names:
            office, counted = masker.office(token), masker.counted(token)
            guard = _FREE if office else _BY_BALLOT if counted else _BY_CUE
        learnt.tokens.append([self._coded(one) | (_ONCE if office else 0) for one in out[1:]])
        learnt.cut.append([self._word(token) for token in cut if token not in names])
        learnt.names.append([self._word(name) for name in names])
        learnt.shape.append(_packed(capitals, count_words(piece[:SAMPLE])))
        learnt.guards.append(guard)
        learnt.twisted.append(len(tags) != sum([token[0] == "#" for token in cut]))

    def _coded(self, token: str) -> int:
        code = self._codes.get(token)
        if code is None:
            kinds = (_CUE if token in _CUES else 0) | _KIND_OF.get(token, 0)
            code = self._codes[token] = self._ids(token) << _KINDS | kinds
        return code

    def _word(self, word: str) -> int:
        return self._words.setdefault(word, len(self._words) + 1)


def _packed(capitals: int, counts: tuple[int, int, int, int]) -> int:
    words, small, upper, first = counts
    return capitals | words << _FIELD | small << 2 * _FIELD | upper << 3 * _FIELD | first << 4 * _FIELD
