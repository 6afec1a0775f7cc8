"""Tokens of many texts at once, as numbers, equal to `Masker.tokens`: each piece between blanks is read only once.

Most pieces become the same tokens wherever they stand. A number or a counted word depends on the tokens before it, and
a word may be written like a stranger's name elsewhere in the text: such pieces are read once for each context. Texts
that name a known contest, and the few whose tokens depend on still more, are left to the masker.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import compress
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifiers.case import LEAST, SAMPLE, count_capitals, form, form_of
from classifiers.columns import Ids
from classifiers.features import MOST_TOKENS
from classifiers.learnt import IS_OFFICE, IS_SMALL, IS_STRANGER, KINDS, ONCE, SEVERAL
from classifiers.marks import ONLY_WHEN_SHORT
from classifiers.mask import Masker
from classifiers.pieces import FIELD, Pieces
from classifiers.text import fold_many

_COUNT = (1 << FIELD) - 1


class Read(NamedTuple):
    """Tokens of texts: all in one array, how many each text has, and which texts (places) the masker must read."""

    ids: Ids
    lengths: Ids
    left: list[int]


class _Rows(NamedTuple):
    """The rows of all pieces of some texts: their numbers, how many tokens each has, and which of the tokens stay."""

    numbers: Ids
    sizes: Ids
    kept: NDArray[np.bool_]


class _Seen:
    """Texts just read, for whoever asks for the tokens of some of them; `counts` are the pieces of each."""

    def __init__(
        self,
        texts: Sequence[str],
        counts: Ids,
        rows: _Rows,
        shapes: Mapping[int, str],
        unsure: NDArray[np.bool_],
    ) -> None:
        self._texts, self._counts, self._rows, self._shapes, self._unsure = texts, counts, rows, shapes, unsure

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each text stands."""
        return {text: place for place, text in enumerate(self._texts)}

    @cached_property
    def _starts(self) -> tuple[list[int], list[int]]:
        """Give where the pieces of each text begin, and its tokens."""
        starts = np.concatenate(([0], np.cumsum(self._counts)))
        return starts.tolist(), np.concatenate(([0], np.cumsum(self._rows.sizes)))[starts].tolist()

    def tokens(self, place: int, held: Pieces) -> list[str] | None:
        """Give the tokens of a text; None where the masker must read it."""
        if self._unsure[place]:
            return None
        (start, end), (first, last) = (some[place : place + 2] for some in self._starts)
        tokens = list(compress(held.said(self._rows.numbers[start:end]), self._rows.kept[first:last].tolist()))
        shape = self._shapes.get(place)
        return [*tokens, shape] if tokens and shape is not None else tokens


class Chunks:
    """Reads texts for one masker; `ids` numbers the tokens of a model, 0 stands for all others."""

    def __init__(self, masker: Masker, ids: Callable[[str], int]) -> None:
        self._masker, self._ids = masker, ids
        self._lock = Lock()
        self._pieces = Pieces(masker, ids)
        self._seen: _Seen | None = None

    def read(self, texts: Sequence[str], plains: Sequence[str]) -> Read:
        """Read texts; `plains` are the folded ones. Safe from many threads, one at a time."""
        with self._lock:
            found, self._seen = self._read(texts, plains)
        return found

    def tokens(self, texts: Sequence[str]) -> list[list[str]]:
        """Give the tokens of each text, at a fraction of the cost where all are among those read last."""
        with self._lock:
            seen = self._seen
            if seen is None or not all(map(seen.places.__contains__, texts)):
                _, seen = self._read(texts, fold_many(texts))
                self._seen = seen
            found = [seen.tokens(seen.places[text], self._pieces) for text in texts]
        alone = self._masker.tokens
        return [alone(text)[:MOST_TOKENS] if one is None else one for text, one in zip(texts, found, strict=True)]

    def _read(self, texts: Sequence[str], plains: Sequence[str]) -> tuple[Read, _Seen]:
        held, self._seen = self._pieces, None  # what is known of pieces may be forgotten now
        pieces, ends = list[str](), [0]
        for text in texts:
            pieces += text.split()
            ends.append(len(pieces))
        counts = np.diff(np.array(ends))
        chunks = held.numbers(pieces)
        of_text = np.repeat(np.arange(len(texts)), counts)
        unsure = np.zeros(len(texts), np.bool_)
        for place, whole in self._masker.named(plains):
            unsure[place] = whole or not texts[place].isascii()  # of ASCII a term within a word changes nothing
        unsure[of_text[held.twisted.take(chunks) > 0]] = True
        rows = held.in_context(pieces, chunks, of_text, self._mixed_up(chunks, of_text))

        coded, sizes = held.tokens.take(rows)
        text_of = np.repeat(of_text, sizes)
        keep = _kept(coded, text_of)
        coded, text_of = coded[keep], text_of[keep]
        lengths = np.bincount(text_of, minlength=len(texts))
        small = np.bincount(text_of[(coded & IS_SMALL) > 0], minlength=len(texts))
        unsure |= ((small > 0) & (lengths <= ONLY_WHEN_SHORT)) | (lengths >= MOST_TOKENS)
        shapes = self._shapes(texts, chunks, counts)
        seen = _Seen(tuple(texts), counts, _Rows(rows, sizes, keep), shapes, unsure)
        return self._ended(coded >> KINDS, lengths, shapes, unsure), seen

    def _ended(self, ids: Ids, lengths: Ids, shapes: Mapping[int, str], unsure: NDArray[np.bool_]) -> Read:
        """Add the shapes of the texts, and leave out those that are not sure."""
        shaped = [place for place in sorted(shapes) if lengths[place]]
        ids = np.insert(ids, np.cumsum(lengths)[shaped], [self._ids(shapes[place]) for place in shaped])
        lengths[shaped] += 1
        keep = np.repeat(~unsure, lengths)
        return Read(ids[keep], np.where(unsure, 0, lengths), np.flatnonzero(unsure).tolist())

    def _mixed_up(self, chunks: Ids, of_text: Ids) -> dict[int, set[int]]:
        """Give, for the places of pieces, those of their words that the text writes like a name elsewhere."""
        held = self._pieces
        found: dict[int, set[int]] = {}
        naming = np.flatnonzero(held.names.counts(chunks))
        if not len(naming):
            return found
        names, counts = held.names.take(chunks[naming])
        size = held.words
        written = np.zeros(size, np.bool_)
        written[names] = True
        written[SEVERAL] = True
        able = np.flatnonzero(written[held.only.take(chunks)])
        cut, cuts = held.cut.take(chunks[able])
        of_piece = np.repeat(able, cuts)
        able = np.flatnonzero(written[cut])
        of_piece, cut = of_piece[able], cut[able]
        wanted, named = of_text[of_piece] * size + cut, np.sort(np.repeat(of_text[naming], counts) * size + names)
        both = named[np.minimum(np.searchsorted(named, wanted), len(named) - 1)] == wanted
        for place, word in zip(of_piece[both].tolist(), cut[both].tolist(), strict=True):
            found.setdefault(place, set()).add(word)
        return found

    def _shapes(self, texts: Sequence[str], chunks: Ids, counts: Ids) -> dict[int, str]:
        """Give the shape of each text that has one, by its place."""
        sums = np.concatenate((np.zeros(1, np.int64), np.cumsum(self._pieces.shape.take(chunks))))
        ends = np.cumsum(counts)
        packed = sums[ends] - sums[ends - counts]
        capitals, words, small, upper, first = ((packed >> FIELD * place) & _COUNT for place in range(5))
        shapes = dict[int, str | None]()
        for place in np.flatnonzero((capitals >= LEAST) & (words >= LEAST) & (small * 3 < words)).tolist():
            shapes[place] = form_of(int(words[place]), int(small[place]), int(upper[place]), int(first[place]))
        for place in np.flatnonzero(np.fromiter(map(len, texts), np.int64, len(texts)) > SAMPLE).tolist():
            shapes[place] = form(texts[place]) if count_capitals(texts[place]) >= LEAST else None
        return {place: shape for place, shape in shapes.items() if shape is not None}


def _kept(coded: Ids, text_of: Ids) -> NDArray[np.bool_]:
    """Tell which tokens stay: of strangers in a row the first, and no office behind an office."""
    again = ((coded[1:] & coded[:-1] & IS_STRANGER) > 0) | (((coded[1:] & ONCE) > 0) & ((coded[:-1] & IS_OFFICE) > 0))
    return np.concatenate((np.ones(min(1, len(coded)), np.bool_), ~again | (text_of[1:] != text_of[:-1])))
