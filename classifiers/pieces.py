"""What is known of the pieces between the blanks of texts: each is read once and kept as numbers.

Most pieces become the same tokens wherever they stand. For the others a row is added for each context they are met in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from heapq import heappop, heappush
from itertools import chain, count, repeat

import numpy as np

from classifiers.case import LETTERS, SAMPLE, count_capitals, count_words
from classifiers.columns import Column, Ids, Rows
from classifiers.learnt import (
    IS_BALLOT,
    IS_CUE,
    IS_OFFICE,
    IS_SMALL,
    IS_STRANGER,
    KINDS,
    NO_TOKEN,
    NONE,
    ONCE,
    SEVERAL,
    Learnt,
    Words,
)
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
_NEUTRAL = "\0"
_CUES = (_NEUTRAL, *sorted(NOT_BALLOT | BALLOT_CUES | {"nomor", BALLOT, CANDIDATE, CANDIDACY, PARTY, CAMP, OFFICE}))
"""Tokens after which a number may become something else; a counted word only after a ballot number."""
_CUE_OF = {cue: number for number, cue in enumerate(_CUES) if number}
_KINDS_OF = dict.fromkeys(_CUE_OF, IS_CUE) | {
    STRANGER: IS_STRANGER, SMALL: IS_SMALL, BALLOT: IS_BALLOT, OFFICE: IS_OFFICE
}  # fmt: skip
_FREE, _BY_BALLOT, _BY_CUE, _BY_ANY = 0, IS_BALLOT, IS_CUE, IS_CUE | IS_BALLOT | IS_OFFICE
_COUNTS = (0,)
_DEPTH = 2
_NOBODY: frozenset[str] = frozenset()

Tail = tuple[int, ...]
"""The cues (0 = no cue) among the last two tokens of a piece, in order; fewer where it has fewer tokens."""
_NO_CUE: Tail = (0,)
_NO_CUES: Tail = (0, 0)
_IDLE = frozenset({_NO_CUE, _NO_CUES})
_TAIL_OF: dict[str, Tail] = {cue: (number,) for cue, number in _CUE_OF.items()}


class _Codes(dict[str, int]):
    """Gives tokens their number and, in the bits below, their kinds."""

    def __init__(self, ids: Callable[[str], int]) -> None:
        super().__init__()
        self._ids = ids

    def __missing__(self, token: str) -> int:
        self[token] = code = self._ids(token) << KINDS | _KINDS_OF.get(token, 0)
        return code


class Pieces:
    """Knows pieces for one masker; `ids` numbers the tokens of a model, 0 stands for all others."""

    def __init__(self, masker: Masker, ids: Callable[[str], int]) -> None:
        self._masker, self._ids = masker, ids
        self._forget()

    def _forget(self) -> None:
        self._known: dict[str, int] = {}
        self._words: dict[str, int] = {}
        self.words = NONE + 1
        """How many numbers of words there are; not all are given out."""
        self._codes = _Codes(self._ids)
        self._met: dict[tuple[int, Tail, tuple[int, ...]], tuple[int, bool]] = {}
        self._tails: list[Tail] = []
        self._said: list[str | tuple[str, ...]] = []
        # Of each piece: its tokens; its words; those of them written like a name; capital letters and the counts of
        # `count_words`, packed; which token before it would change it; the kind of its last token; whether its hashtags
        # are others once folded, or it plays a class; its only word. Of a piece in a context, which has a row of its
        # own, only the tokens count.
        self.tokens, self.cut, self.names = Rows(), Rows(), Rows()
        self.shape, self.guards, self.last, self.twisted, self.only = (Column() for _ in range(5))

    def numbers(self, pieces: Sequence[str]) -> Ids:
        """Give the number of each piece, learning those not met before."""
        if len(self._tails) > _MOST:
            self._forget()
        found = np.fromiter(map(self._known.get, pieces, repeat(-1)), np.int64, len(pieces))
        missing = np.flatnonzero(found < 0)
        if len(missing):
            wanted = [pieces[place] for place in missing.tolist()]
            first = len(self._tails)
            fresh = dict(zip(self._learn(list(dict.fromkeys(wanted))), count(first), strict=False))
            found[missing] = [fresh[piece] for piece in wanted]
            self._known.update(fresh if max(map(len, fresh)) <= _LONG else _short(fresh))
        return found

    def said(self, rows: Ids) -> Iterator[str]:
        """Give the tokens of some rows, as many as `tokens` gives numbers."""
        return chain.from_iterable(map(self._tokens_of, rows.tolist()))

    def in_context(self, pieces: Sequence[str], chunks: Ids, of_text: Ids, strange: Mapping[int, set[int]]) -> Ids:
        """Give the row of each piece where it stands; `strange` tells words of pieces written like names elsewhere.

        From the left, so that what stands before a piece is settled already.
        """
        guards = self.guards.take(chunks)
        able = np.flatnonzero(guards[1:]) + 1
        near = (of_text[able] == of_text[able - 1]) & ((self.last.take(chunks[able - 1]) & guards[able]) > 0)
        queue = sorted({*able[near].tolist(), *strange})
        if not queue:
            return chunks
        rows, learnt, done = chunks.copy(), Learnt(), -1
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
            after = self._after(place, rows, of_text) if self._tails[rows.item(place)] not in _IDLE else 0
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

    def _row(self, number: int, piece: str, tail: Tail, strange: tuple[int, ...], learnt: Learnt) -> tuple[int, bool]:
        """Give the row of a piece behind a tail, and whether it makes a count of the number before it."""
        known = self._met.get((number, tail, strange))
        if known is None:
            cut, tags, names = self._cut(piece, fold_plain(piece)[0])
            out = [_NEUTRAL, *(_CUES[one] for one in tail)]
            start, last = len(out), out[-1]
            told = names | frozenset(token for token in cut if self._words.get(token) in strange) if strange else names
            self._say(cut, tags, told, out)
            known = self._met[number, tail, strange] = self._added(out[start:], learnt), out[start - 1] != last
        return known

    def _counting(self, row: int, learnt: Learnt) -> int:
        """Give the row of a piece whose last token, a ballot number, only counts what follows."""
        known = self._met.get((row, (), _COUNTS))
        if known is None:
            self._added([*self._tokens_of(row)[:-1], SMALL], learnt)
            known = self._met[row, (), _COUNTS] = len(self._tails) - 1, False
        return known[0]

    def _added(self, tokens: Sequence[str], learnt: Learnt) -> int:
        """Add a row for a piece in a context; gives its number."""
        learnt.add(tokens)
        self._keep(tokens)
        return len(self._tails) - 1

    def _keep(self, tokens: Sequence[str]) -> None:
        """Keep the tokens of a row, and their tail."""
        self._tails.append(_tail(tokens))
        self._said.append(tokens[0] if len(tokens) == 1 else tuple(tokens))

    def _tokens_of(self, row: int) -> tuple[str, ...]:
        said = self._said[row]
        return (said,) if isinstance(said, str) else said

    # ------------------------------------------------------------------ new pieces

    def _learn(self, pieces: Sequence[str]) -> list[str]:
        """Learn pieces, words of plain letters all at once; gives the pieces in the order of their numbers."""
        strange, small, capital = self._masker.strange, Words(), Words()
        left, plains = list[str](), list[str]()
        for piece, plain in zip(pieces, fold_many(pieces), strict=True):
            core = piece[:-1] if piece[-1] in _SILENT else piece
            if core.isalpha() and core.isascii():
                if plain == piece:
                    small.add(piece, core, _SMALL_WORD if len(core) >= LETTERS else 0)
                    continue
                if plain == piece.lower():
                    word = plain[: len(core)]
                    named = len(core) > 1 and core[0] != word[0] and strange(word)
                    (capital if named else small).add(piece, word, _shape(core))
                    continue
            left.append(piece)
            plains.append(plain)
        missed = self._learn_words(small, self._masker.settled(small.words), strange=False)
        missed += self._learn_words(capital, self._masker.once(capital.words), strange=True)
        left += missed
        learnt = Learnt()
        for piece, plain in zip(left, plains + [piece.lower() for piece in missed], strict=True):
            self._look(piece, plain, learnt)
        self._add(learnt)
        return small.pieces + capital.pieces + left

    def _learn_words(self, learnt: Words, settled: list[str | None], *, strange: bool) -> list[str]:
        """Learn words of one token each; gives, and takes out, the pieces that must be looked at."""
        missed = learnt.taken([token is None for token in settled]) if None in settled else []
        tokens = [token for token in settled if token is not None]
        count = len(tokens)
        codes = np.fromiter(map(self._ids, tokens), np.int64, count) << KINDS
        codes |= np.fromiter(map(_KINDS_OF.get, tokens, repeat(0)), np.int64, count)
        self.tokens.extend_ones(codes)
        self.last.extend(codes & NO_TOKEN)
        numbers = self._numbered(learnt.words)
        (self.names if strange else self.cut).extend_ones(numbers)
        self.only.extend(np.full_like(numbers, NONE) if strange else numbers)
        (self.cut if strange else self.names).skip(count)
        self.shape.extend(learnt.shapes)
        self.guards.skip(count)
        self.twisted.skip(count)
        self._tails.extend(map(_TAIL_OF.get, tokens, repeat(_NO_CUE)))
        self._said.extend(tokens)
        return missed

    def _look(self, piece: str, plain: str, learnt: Learnt) -> None:
        """Learn a piece that is more than one small word."""
        masker = self._masker
        cut, tags, strange = self._cut(piece, plain)
        out, names, own = [_NEUTRAL], list[str](), cut
        guard = self._say(cut, tags, strange, out)
        del out[0]
        if guard and len(cut) == 1 and strange <= set(cut):
            guard = _BY_BALLOT if masker.counted(cut[0]) else _BY_CUE if cut[0][0].isdigit() else _BY_ANY
            if masker.office(cut[0]):
                guard = _FREE
                learnt.offices.append(len(learnt.guards))
        if strange:
            names = [name for name in sorted(strange) if not masker.office(name)]  # it stays one, however written
            own = [token for token in cut if token not in strange]
        learnt.tokens.add(out)
        learnt.cut.add(own)
        learnt.names.add(names)
        learnt.shape.append(_packed(0 if plain == piece else count_capitals(piece), count_words(piece[:SAMPLE])))
        learnt.guards.append(guard)
        forged = STRANGER in plain or ("#" in plain and len(tags) != sum([token[0] == "#" for token in cut]))
        learnt.twisted.append(int(forged))
        self._keep(out)

    def _cut(self, piece: str, plain: str) -> tuple[list[str], list[str], AbstractSet[str]]:
        """Give the raw tokens of a piece, its hashtags as written, and its words written like a stranger's name."""
        strange = _NOBODY if plain == piece else self._masker.strangers(piece)
        return raw_tokens(unforged(plain)), hashtags(piece), strange

    def _say(self, cut: Sequence[str], tags: Sequence[str], strange: AbstractSet[str], out: list[str]) -> int:
        """Append what raw tokens become after those in `out`; gives the kind of token before them that matters."""
        masker, guard, named = self._masker, _FREE, iter(tags)
        for token in cut:
            tag = next(named, "") if tags and token[0] == "#" else ""
            settled = None if token in strange else masker.alone(token, tag)
            if settled is None:
                masker.step(token, out, strange, iter((tag,)))
                guard = max(guard, _FREE if token in strange and masker.stranger(token) else _BY_ANY)
            else:
                out += settled
        return guard

    def _add(self, learnt: Learnt) -> None:
        """Keep what was learnt, with the numbers of all tokens and words."""
        counts = np.array(learnt.tokens.counts, np.int64)
        codes = np.fromiter(map(self._codes.__getitem__, learnt.tokens.words), np.int64, len(learnt.tokens.words))
        ends = np.cumsum(counts)
        codes[ends[learnt.offices] - 1] |= ONCE
        last, some = np.full(len(counts), NO_TOKEN), np.flatnonzero(counts)
        last[some] &= codes[ends[some] - 1]
        self.tokens.extend(codes, counts)
        self.last.extend(last)
        cut, counts = self._numbered(learnt.cut.words), np.array(learnt.cut.counts, np.int64)
        only, single = np.where(counts > 0, SEVERAL, NONE), np.flatnonzero(counts == 1)
        only[single] = cut[np.cumsum(counts)[single] - 1]
        self.cut.extend(cut, counts)
        self.only.extend(only)
        self.names.extend(self._numbered(learnt.names.words), np.array(learnt.names.counts, np.int64))
        for name in ("shape", "guards", "twisted"):
            getattr(self, name).extend(getattr(learnt, name))

    def _numbered(self, words: Sequence[str]) -> Ids:
        """Give the numbers of words."""
        given = map(self._words.setdefault, words, range(self.words, self.words + len(words)))
        self.words += len(words)
        return np.fromiter(given, np.int64, len(words))


def _tail(tokens: Sequence[str]) -> Tail:
    if len(tokens) == 1:
        return _TAIL_OF.get(tokens[0], _NO_CUE)
    if not tokens:
        return ()
    before, last = _CUE_OF.get(tokens[-2], 0), _CUE_OF.get(tokens[-1], 0)
    return (before, last) if before or last else _NO_CUES


def _shape(core: str) -> int:
    """Give the shape of a word of letters A to Z."""
    capitals = 1 if core[1:].islower() else len(core) if core.isupper() else count_capitals(core)
    if len(core) < LETTERS:
        return capitals
    return _packed(capitals, (1, core.islower(), core.isupper(), core[0].isupper()))


def _packed(capitals: int, counts: tuple[int, int, int, int]) -> int:
    words, small, upper, first = counts
    return capitals | words << FIELD | small << 2 * FIELD | upper << 3 * FIELD | first << 4 * FIELD


def _short(pieces: Mapping[str, int]) -> dict[str, int]:
    return {piece: number for piece, number in pieces.items() if len(piece) <= _LONG}


_SMALL_WORD = _packed(0, (1, 1, 0, 0))
