"""What is known of the pieces between the blanks of texts: each is read once and kept as numbers.

Most pieces become the same tokens wherever they stand. For the others a row is added for each context they are met in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from heapq import heappop, heappush
from itertools import count, repeat

import numpy as np

from classifiers.case import LETTERS, SAMPLE, count_capitals, count_words
from classifiers.columns import Column, Ids, Rows
from classifiers.lexicon import BALLOT_CUES, NOT_BALLOT
from classifiers.marks import (
    BALLOT,
    CAMP,
    CANDIDACY,
    CANDIDATE,
    OFFICE,
    PARTY,
    SMALL,
    STRANGER,
    hashtags,
    raw_tokens,
    unforged,
)
from classifiers.mask import Masker
from classifiers.text import fold_many, fold_plain

_MOST = 50_000
_LONG = 40
"""Longer pieces are addresses and noise, seldom seen again: they are not kept by name."""
FIELD = 12
"""Bits of each count in the shape of a piece."""
_SILENT = ",.;)"
"""Signs at the end of a piece that are no tokens."""
_A_STRANGER = (STRANGER,)
IS_STRANGER, IS_CUE, IS_SMALL, IS_BALLOT, IS_OFFICE, ONCE = 1, 2, 4, 8, 16, 32
"""Kinds of tokens, as bits below their number; `ONCE` is an office that stands once in a row."""
KINDS = 6
NO_TOKEN = IS_CUE | IS_BALLOT
"""Stands for the last token of a piece that has none: what stands before it must be looked at."""
_NEUTRAL = "\0"
_CUES = (_NEUTRAL, *sorted(NOT_BALLOT | BALLOT_CUES | {"nomor", BALLOT, CANDIDATE, CANDIDACY, PARTY, CAMP, OFFICE}))
"""Tokens after which a number may become something else; a counted word only after a ballot number."""
_CUE_OF = {cue: number for number, cue in enumerate(_CUES) if number}
_KIND_OF = {STRANGER: IS_STRANGER, SMALL: IS_SMALL, BALLOT: IS_BALLOT, OFFICE: IS_OFFICE}
_FREE, _BY_BALLOT, _BY_CUE = 0, IS_BALLOT, IS_CUE
_COUNTS = ("\0",)
_DEPTH = 2
_NOBODY: frozenset[str] = frozenset()

Tail = tuple[int, ...]
"""The cues (0 = no cue) among the last two tokens of a piece, in order; fewer where it has fewer tokens."""


class _Learnt:
    """What is known of new pieces, in their order; see `Pieces._forget` for the meaning of each."""

    def __init__(self) -> None:
        self.tokens: list[Sequence[int]] = []
        self.cut: list[Sequence[int]] = []
        self.names: list[Sequence[int]] = []
        self.shape: list[int] = []
        self.guards: list[int] = []
        self.last: list[int] = []
        self.twisted: list[int] = []

    def add(
        self, codes: Sequence[int], cut: Sequence[int], names: Sequence[int], shape: int, guard: int, twisted: int
    ) -> None:
        """Add one piece."""
        self.tokens.append(codes)
        self.cut.append(cut)
        self.names.append(names)
        self.shape.append(shape)
        self.guards.append(guard)
        self.last.append(codes[-1] & NO_TOKEN if codes else NO_TOKEN)
        self.twisted.append(twisted)


class Pieces:
    """Knows pieces for one masker; `ids` numbers the tokens of a model, 0 stands for all others."""

    def __init__(self, masker: Masker, ids: Callable[[str], int]) -> None:
        self._masker, self._ids = masker, ids
        self._forget()

    def _forget(self) -> None:
        self._known: dict[str, int] = {}
        self._words: dict[str, int] = {}
        self._spelt = [""]
        self._codes: dict[str, int] = {}
        self._met: dict[tuple[int, Tail, tuple[str, ...]], tuple[int, bool]] = {}
        self._tails: list[Tail] = []
        # Of each piece: its tokens; its words; those of them written like a name; capital letters and the counts of
        # `count_words`, packed; which token before it would change it; the kind of its last token; whether its hashtags
        # are others once folded, or it plays a class. Of a piece in a context (a row of its own) only the tokens count.
        self.tokens, self.cut, self.names = Rows(), Rows(), Rows()
        self.shape, self.guards, self.last, self.twisted = Column(), Column(), Column(), Column()

    def numbers(self, pieces: Sequence[str]) -> Ids:
        """Give the number of each piece, learning those not met before."""
        if len(self._tails) > _MOST:
            self._forget()
        found = np.fromiter(map(self._known.get, pieces, repeat(-1)), np.int64, len(pieces))
        missing = np.flatnonzero(found < 0)
        if len(missing):
            wanted = [pieces[place] for place in missing.tolist()]
            fresh = dict(zip(dict.fromkeys(wanted), count(len(self._tails)), strict=False))
            self._learn(list(fresh))
            self._known.update((piece, number) for piece, number in fresh.items() if len(piece) <= _LONG)
            found[missing] = [fresh[piece] for piece in wanted]
        return found

    @property
    def words(self) -> list[str]:
        """Words by their number; the first has none."""
        return self._spelt

    def in_context(self, pieces: Sequence[str], chunks: Ids, of_text: Ids, strange: Mapping[int, set[str]]) -> Ids:
        """Give the row of each piece where it stands; `strange` tells words of pieces written like names elsewhere.

        From the left, so that what stands before a piece is settled already.
        """
        guards = self.guards.take(chunks)
        able = np.flatnonzero(guards[1:]) + 1
        near = (of_text[able] == of_text[able - 1]) & ((self.last.take(chunks[able - 1]) & guards[able]) > 0)
        queue = sorted({*able[near].tolist(), *strange})
        if not queue:
            return chunks
        rows, learnt, done = chunks.copy(), _Learnt(), -1
        while queue:
            place = heappop(queue)
            if place == done:
                continue
            done = place
            tail, holder = self._before(place, rows, of_text)
            told = tuple(sorted(strange.get(place, ())))
            rows[place], counts = self._row(chunks.item(place), pieces[place], tail, told, learnt)
            if counts:
                rows[holder] = self._counting(rows.item(holder), learnt)
            after = self._after(place, rows, of_text)
            if after and guards.item(after):
                heappush(queue, after)
        self._add(learnt)
        return rows

    def _before(self, place: int, rows: Ids, of_text: Ids) -> tuple[Tail, int]:
        """Give the tail of what stands before a piece, () where it changes nothing, and which piece has its end."""
        tail, holder, at, text = Tail(), -1, place - 1, of_text.item(place)
        while len(tail) < _DEPTH and at >= 0 and of_text.item(at) == text:
            more = self._tails[rows.item(at)]
            holder = at if more and not tail else holder
            tail = (*more, *tail)[-_DEPTH:]
            at -= 1
        return (tail, holder) if tail and tail[-1] else ((), holder)

    def _after(self, place: int, rows: Ids, of_text: Ids) -> int:
        """Give the next piece of the text that has tokens, 0 where there is none."""
        text, end = of_text.item(place), len(rows)
        for at in range(place + 1, end):
            if of_text.item(at) != text:
                return 0
            if self._tails[rows.item(at)]:
                return at
        return 0

    def _row(self, number: int, piece: str, tail: Tail, strange: tuple[str, ...], learnt: _Learnt) -> tuple[int, bool]:
        """Give the row of a piece behind a tail, and whether it makes a count of the number before it."""
        known = self._met.get((number, tail, strange))
        if known is None:
            cut, tags, names = self._cut(piece, fold_plain(piece)[0])
            out = [_NEUTRAL, *(_CUES[one] for one in tail)]
            start, last = len(out), out[-1]
            self._say(cut, tags, names.union(strange), out)
            codes = [self._coded(token) for token in out[start:]]
            known = self._met[number, tail, strange] = (
                self._added(codes, _tail(out[start:]), learnt),
                out[start - 1] != last,
            )
        return known

    def _counting(self, row: int, learnt: _Learnt) -> int:
        """Give the row of a piece whose last token, a ballot number, only counts what follows."""
        known = self._met.get((row, (), _COUNTS))
        if known is None:
            first = len(self._tails) - len(learnt.tokens)
            codes = learnt.tokens[row - first] if row >= first else self.tokens.take(np.array([row]))[0].tolist()
            made = self._added([*codes[:-1], self._coded(SMALL)], (*self._tails[row][:-1], 0), learnt)
            known = self._met[row, (), _COUNTS] = made, False
        return known[0]

    def _added(self, codes: Sequence[int], tail: Tail, learnt: _Learnt) -> int:
        learnt.add(codes, (), (), 0, _FREE, 0)
        self._tails.append(tail)
        return len(self._tails) - 1

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
            if settled is None or word == STRANGER:
                self._look(piece, plain, learnt)
                continue
            number = (self._word(word),)
            counts = (1, core.islower(), core.isupper(), core[0].isupper()) if len(core) >= LETTERS else (0, 0, 0, 0)
            shape = _packed(0 if plain == piece else count_capitals(core), counts)
            codes = [self._coded(one) for one in settled]
            learnt.add(codes, () if strange else number, number if strange else (), shape, _FREE, 0)
            self._tails.append(_tail(settled))
        self._add(learnt)

    def _look(self, piece: str, plain: str, learnt: _Learnt) -> None:
        """Learn a piece that is more than one small word."""
        masker = self._masker
        cut, tags, strange = self._cut(piece, plain)
        names = sorted(name for name in strange if not masker.office(name))  # an office stays one, however written
        out, office = [_NEUTRAL], False
        guard = self._say(cut, tags, strange, out)
        if guard and len(cut) == 1 and strange.issubset(cut):
            office = masker.office(cut[0])
            guard = _FREE if office else _BY_BALLOT if masker.counted(cut[0]) else _BY_CUE
        capitals = 0 if plain == piece else count_capitals(piece)
        learnt.add(
            [self._coded(one) | (ONCE if office else 0) for one in out[1:]],
            [self._word(token) for token in cut if token not in strange],
            [self._word(name) for name in names],
            _packed(capitals, count_words(piece[:SAMPLE])),
            guard,
            int(STRANGER in plain or len(tags) != sum([token[0] == "#" for token in cut])),
        )
        self._tails.append(_tail(out[1:]))

    def _cut(self, piece: str, plain: str) -> tuple[list[str], list[str], frozenset[str]]:
        """Give the raw tokens of a piece, its hashtags as written, and its words written like a stranger's name."""
        strange = _NOBODY if plain == piece else frozenset(self._masker.strangers(piece))
        return raw_tokens(unforged(plain)), hashtags(piece), strange

    def _say(self, cut: Sequence[str], tags: Sequence[str], strange: AbstractSet[str], out: list[str]) -> int:
        """Append what raw tokens become after those in `out`; gives the kind of token before them that matters."""
        masker, guard, named = self._masker, _FREE, iter(tags)
        for token in cut:
            tag = next(named, "") if token[0] == "#" else ""
            settled = None if token in strange else masker.alone(token, tag)
            if settled is None:
                masker.step(token, out, strange, iter((tag,)))
                guard = max(guard, _FREE if token in strange and masker.stranger(token) else _BY_CUE)
            else:
                out += settled
        return guard

    def _add(self, learnt: _Learnt) -> None:
        for name in vars(learnt):
            getattr(self, name).extend(getattr(learnt, name))

    def _coded(self, token: str) -> int:
        code = self._codes.get(token)
        if code is None:
            kinds = (IS_CUE if token in _CUE_OF else 0) | _KIND_OF.get(token, 0)
            code = self._codes[token] = self._ids(token) << KINDS | kinds
        return code

    def _word(self, word: str) -> int:
        number = self._words.setdefault(word, len(self._words) + 1)
        if number == len(self._spelt):
            self._spelt.append(word)
        return number


def _tail(tokens: Sequence[str]) -> Tail:
    return tuple([_CUE_OF.get(token, 0) for token in tokens[-_DEPTH:]])


def _packed(capitals: int, counts: tuple[int, int, int, int]) -> int:
    words, small, upper, first = counts
    return capitals | words << FIELD | small << 2 * FIELD | upper << 3 * FIELD | first << 4 * FIELD
