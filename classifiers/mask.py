"""From text to the tokens the model sees: contestants become classes, so that it can learn what is said, not of whom.

Names, parties, camps, slogans, hashtags and accounts of the known contests become one token a class; ballot numbers
become one token whatever the number, so an unknown contest works too. `Masker` is built once for a set of terms.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import accumulate

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from classifiers.case import LEAST, count_capitals, form
from classifiers.lexicon import (
    BALLOT_CUES,
    CANDIDACIES,
    CONTESTS,
    COUNTED,
    NUMBERS,
    OFFICES,
    SPELLINGS,
    words,
)
from classifiers.marks import (
    ACCOUNT,
    BALLOT,
    CANDIDATE,
    CLASSES,
    MENTION,
    OFFICE,
    OTHER_TAG,
    SHOWN,
    SMALL,
    STRANGER,
    TAG,
    URL,
    finished,
    hashtags,
    number,
    once,
    plain_form,
    raw_tokens,
    split,
    unforged,
)
from classifiers.text import Folded, TargetTerms, fold, fold_plain

_LINK = re.compile(r"https?:\S*|www\.\S*")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_WORD_DIGITS = re.compile(r"([a-z]+?)(\d{1,2})")
_CAPITAL = re.compile(r"[A-Z](?<!\w[A-Z])\w+")
_SUFFIXES = ("nya", "lah", "pun", "kah", "ers", "ku", "mu")
ORDINARY = frozenset(words("pd jk pan gp amin aman asa pas era oke bisa pro"))
_SHORTEST_INSIDE = 4
_MEMO_LIMIT = 50_000
_NONE: frozenset[str] = frozenset()
_LARGEST_TABLE = 20_000
_ADDRESS = ("http:", "https:", "www.")


class Masker:
    """Turns texts into tokens for one set of terms.

    Where `ordinary` words are given, any other word written with a capital is taken for the name of a stranger: one
    token whoever it is, so that a nickname or a party nobody has told Netra of cannot move a score by its letters.
    """

    def __init__(self, terms: TargetTerms, ordinary: frozenset[str] = frozenset()) -> None:
        self._ordinary = ordinary
        self._tagged: dict[tuple[str, str], list[str]] = {}
        patterns: dict[str, str] = {}
        self._capital: set[str] = set()
        for char, values in zip(CLASSES, (terms.names, terms.parties, terms.camps, terms.slogans), strict=True):
            for value in values:
                folded = fold(value).text.strip()
                if len(folded) > 1:
                    patterns.setdefault(folded, char)
                    if folded in ORDINARY and value.isupper():
                        self._capital.add(folded)
        self._patterns = list(patterns)
        self._chars = list(patterns.values())
        self._find = AhoCorasick(self._patterns, implementation=_automaton(self._patterns)) if patterns else None
        inside = {
            piece.replace(" ", ""): CLASSES[char]
            for piece, char in patterns.items()
            if len(piece.replace(" ", "")) >= _SHORTEST_INSIDE
        }
        self._inside = list(inside)
        self._inside_class = list(inside.values())
        self._find_inside = AhoCorasick(self._inside, matchkind=MatchKind.LeftmostLongest) if inside else None
        self._whole = {piece.replace(" ", ""): CLASSES[char] for piece, char in patterns.items()}
        self._tags = frozenset(fold(tag).text.lstrip("#") for tag in terms.hashtags)
        self._accounts = frozenset(fold(name).text.lstrip("@") for name in terms.accounts)
        self._parts = frozenset(
            part for name in terms.names for part in fold(name).text.split() if len(part) >= _SHORTEST_INSIDE
        )
        known, self._settled = _vocabulary(ordinary)
        self._easy = (
            known if self._parts.isdisjoint(known) else {k: v for k, v in known.items() if k not in self._parts}
        )
        self._mixed = _MIXED | self._parts
        self._counted = {word: plain_form(word) for word in _COUNTED_FORMS - self._parts}

    def tokens(self, text: str) -> list[str]:
        """Give the tokens of a text; an empty list where nothing is left."""
        plain, exact = fold_plain(text)
        case, plain = text, unforged(plain)
        found = self._find.find_matches_as_indexes(plain, overlapping=True) if self._find is not None else []
        if found:
            plain, case = self._masked(Folded(text, plain, exact), found)
        seen = raw_tokens(plain)
        capitals = count_capitals(case)
        strange = self._strange(case) if capitals and self._ordinary else _NONE
        tags = iter(hashtags(text))
        out: list[str] = []
        for token, word in zip(seen, self._known(seen, strange), strict=True):
            if word is not None:
                out.append(word)
            else:
                self.step(token, out, strange, tags)
        return finished(out, form(case) if capitals >= LEAST else None)

    def step(self, token: str, out: list[str], strange: AbstractSet[str], tags: Iterator[str]) -> None:
        """Append what one token becomes after those in `out`, where no list settles it alone.

        `strange` are the words that the text writes with a capital; `tags` gives its hashtags as written, in order.
        """
        if token.isalpha() and token not in strange:
            if token not in self._mixed:
                out.append(token)  # no list knows the word, so it stands for itself
            elif token in self._counted and (not out or out[-1] != BALLOT):
                out.append(self._counted[token])
            else:
                self._word(token, out, strange)
        elif token in strange and token not in self._mixed and token.isalpha():
            once(STRANGER, out)
        elif "a" <= token[0] <= "z":
            self._word(token, out, strange)
        else:
            self._sign(token, out, tags)

    def alone(self, token: str, tag: str) -> Sequence[str] | None:
        """Give what a token becomes whatever stands before it and whoever is named; None where that matters.

        `tag` is the token as it was written, where it is a hashtag.
        """
        first = token[0]
        word = self._easy.get(token)
        if word is not None:
            return (word,)
        if token.isalpha():
            return None if token in self._mixed else (token,)
        if token.startswith(_ADDRESS) and token not in self._mixed:
            return (URL,)
        if first.isalnum() or first == "_" or first in CLASSES:
            return None
        out: list[str] = []
        self._sign(token, out, iter((tag,)))
        return out

    def settled(self, words: Sequence[str]) -> list[str | None]:
        """Do what `alone` does, for many words of letters; None also for a word that plays a stranger's name."""
        easy, unsettled = self._easy, self._mixed | {STRANGER}
        return [None if word in unsettled else easy.get(word, word) for word in words]

    def strangers(self, raw: str) -> AbstractSet[str]:
        """Give the words of a raw text that are written like the name of a stranger, folded to small letters."""
        return self._strange(raw) if self._ordinary else _NONE

    def strange(self, word: str) -> bool:
        """Tell whether a word of small letters, once written with a capital, is like the name of a stranger."""
        return bool(self._ordinary) and word not in self._settled

    def stranger(self, token: str) -> bool:
        """Tell whether a word written like a name stands for a stranger and nothing else."""
        return token.isalpha() and token not in self._mixed

    def once(self, words: Sequence[str]) -> list[str | None]:
        """Give the token of each word of letters that is written like a stranger's name; None where it may vary."""
        return [None if word in self._mixed else STRANGER for word in words]

    def office(self, token: str) -> bool:
        """Tell whether a word names an office and nothing else: it stands once, however often it follows itself."""
        return plain_form(token) == OFFICE and token.isalpha() and self._plainly(token)

    def counted(self, token: str) -> bool:
        """Tell whether only a ballot number before it can make something else of a word."""
        return token in self._counted

    def _plainly(self, token: str) -> bool:
        word = SPELLINGS.get(token, token)
        return token not in self._parts and word not in NUMBERS and word not in COUNTED

    def named(self, plains: Sequence[str]) -> list[tuple[int, bool]]:
        """Give the places of folded texts in which a term of the known contests stands, and whether as a word."""
        if self._find is None:
            return []
        hits = self._find.find_matches_as_indexes("\0".join(plains), overlapping=True)
        starts = list(accumulate(map(len, plains), lambda end, more: end + more + 1, initial=0)) if hits else []
        found = []
        for place in sorted({bisect_right(starts, start) - 1 for _, start, _ in hits}):
            spans = self._find.find_matches_as_indexes(plains[place], overlapping=True)
            found.append((place, any(_word_end(plains[place], start, end) for _, start, end in spans)))
        return found

    def _known(self, seen: list[str], strange: AbstractSet[str]) -> Iterable[str | None]:
        """Give the token of each word that needs no second look, None for the others."""
        easy = self._easy
        if strange and not easy.keys().isdisjoint(strange):
            return [None if token in strange else easy.get(token) for token in seen]
        return map(easy.get, seen)

    def _strange(self, case: str) -> AbstractSet[str]:
        """Give the words written with a capital that are no everyday words, folded to small letters."""
        return set(map(str.lower, _CAPITAL.findall(case))) - self._settled

    def _sign(self, token: str, out: list[str], tags: Iterator[str]) -> None:
        """Append what does not begin with a letter: numbers, hashtags, accounts, known terms, marks and emoji."""
        first = token[0]
        if first.isdigit():
            out.append(number(token.rstrip(".,:/"), out))
        elif first == "#":
            key = (token[1:], next(tags, "")[1:])
            known = self._tagged.get(key)
            if known is None:
                if len(self._tagged) >= _MEMO_LIMIT:
                    self._tagged.clear()
                known = self._tagged[key] = self._hashtag(*key)
            out.extend(known)
        elif first == "@":
            out.append(self._account(token[1:]))
        elif first in CLASSES:
            once(CLASSES[first], out)  # a ticket is one, however its names are joined
        else:
            out.append(first if first != "." else "...")

    def _masked(self, folded: Folded, found: list[tuple[int, int, int]]) -> tuple[str, str]:
        """Replace every known term that stands as a word, the longest first from the left.

        Also gives the raw text without those terms: how a name is written must not decide what its text looks like.
        """
        plain = folded.text
        found.sort(key=lambda one: (one[1], -one[2]))
        links = [match.span() for match in _LINK.finditer(plain)] if "http" in plain or "www." in plain else []
        pieces: list[str] = []
        raw: list[str] = []
        done = 0
        for index, start, end in found:
            if start < done or any(first <= start < last for first, last in links):
                continue
            stop = _word_end(plain, start, end)
            if stop == 0 or (self._patterns[index] in self._capital and not _capitals(folded, start, end)):
                continue
            pieces += (plain[done:start], " ", self._chars[index], " ")
            raw.append(_raw(folded, done, start))
            done = stop
        pieces.append(plain[done:])
        raw.append(_raw(folded, done, len(plain)))
        return "".join(pieces), " ".join(raw)

    def _hashtag(self, tag: str, camel: str) -> list[str]:
        """Split a hashtag: by known terms inside it, by capital letters, by the pieces hashtags are made of."""
        if tag in self._tags:
            return [TAG]
        if tag in self._whole:
            return [TAG, self._whole[tag]]
        found = self._find_inside.find_matches_as_indexes(tag) if self._find_inside is not None else []
        out: list[str] = []
        if found:
            out.append(TAG)
            done = 0
            for index, start, end in found:
                out += split(tag[done:start])
                out.append(self._inside_class[index])
                done = end
            return out + split(tag[done:])
        out.append(OTHER_TAG)
        words = [word.lower() for word in _CAMEL.findall(camel)] if camel.lower() == tag else []
        for word in words if len(words) > 1 else split(tag):
            out += split(word) if len(word) > 1 else []
        return out

    def _account(self, name: str) -> str:
        if name in self._accounts or name in self._whole or not self._whole.keys().isdisjoint(name.split("_")):
            return ACCOUNT
        if self._find_inside is not None and self._find_inside.find_matches_as_indexes(name):
            return ACCOUNT
        return MENTION

    def _word(self, token: str, out: list[str], strange: AbstractSet[str]) -> None:
        """Append one word in its canonical form, its class, or as word and number."""
        if token in self._parts and out and out[-1] == CANDIDATE:
            return
        if token[-1].isdigit():
            split = _WORD_DIGITS.fullmatch(token)
            if split is not None and split[2] == "2" and SPELLINGS.get(split[1], split[1]) not in BALLOT_CUES:
                token = split[1]
            elif split is not None:
                self._word(split[1], out, strange)
                out.append(number(split[2], out))
                return
        word = SPELLINGS.get(token, token)
        if token.startswith(_ADDRESS):
            out.append(URL)
        elif word in NUMBERS:
            out.append(number(str(NUMBERS[word]), out))
        else:
            self._plain_word(word, out, stranger=token in strange)

    def _plain_word(self, word: str, out: list[str], *, stranger: bool) -> None:
        if word in COUNTED and out and out[-1] == BALLOT and (len(out) == 1 or out[-2] != "nomor"):
            out[-1] = SMALL
        word = plain_form(word)
        if word in SHOWN:
            if word != OFFICE or not out or out[-1] != OFFICE:
                out.append(word)
        elif stranger and word not in self._ordinary:
            once(STRANGER, out)
        else:
            out.append(word)


@lru_cache(maxsize=8)
def _vocabulary(ordinary: frozenset[str]) -> tuple[dict[str, str], frozenset[str]]:
    """Give word -> token for all words whose token depends on nothing else, and those a capital changes nothing of."""
    marks = {mark * times: mark for mark in '!?":' for times in range(1, 5)}
    marks |= {"." * times: "..." for times in range(2, 6)}
    known = marks | {
        word: plain_form(word) for word in (*SPELLINGS, *ordinary, *OFFICES, *CANDIDACIES, *CONTESTS) if word.isalpha()
    }
    known = {word: token for word, token in known.items() if word not in _MIXED and token != OFFICE}
    settled = frozenset(word for word, token in known.items() if token in ordinary or token in SHOWN)
    return known, settled


def _automaton(patterns: list[str]) -> Implementation | None:
    """Give the fastest automaton that still fits: a full table needs about a kilobyte for each letter of a pattern."""
    return Implementation.DFA if sum(map(len, patterns)) <= _LARGEST_TABLE else None


def mask(text: str, terms: TargetTerms) -> str:
    """Give the masked tokens of one text, joined by blanks. For many texts build one `Masker`."""
    return " ".join(Masker(terms).tokens(text))


def _raw(folded: Folded, start: int, end: int) -> str:
    first, last = folded.span(start, end)
    return folded.raw[first:last]


def _word_end(plain: str, start: int, end: int) -> int:
    """Give where a match ends as a word, with a suffix such as -nya; 0 where it is only part of another word."""
    if start and (plain[start - 1].isalnum() or plain[start - 1] in "#@_"):
        return 0
    if end >= len(plain) or not (plain[end].isalnum() or plain[end] == "_"):
        return end
    for suffix in _SUFFIXES:
        if plain.startswith(suffix, end):
            stop = end + len(suffix)
            if stop >= len(plain) or not plain[stop].isalnum():
                return stop
    return 0


def _capitals(folded: Folded, start: int, end: int) -> bool:
    """Tell whether a match stands in capitals in the original: AMIN the ticket, not amin the prayer."""
    first, last = folded.span(start, end)
    return folded.raw[first:last].isupper()


_MIXED = frozenset(
    word
    for word in (*SPELLINGS, *NUMBERS, *COUNTED, *OFFICES)
    if SPELLINGS.get(word, word) in NUMBERS.keys() | COUNTED or plain_form(word) == OFFICE
)
"""Words whose token depends on what stands before them."""
_COUNTED_FORMS = frozenset(
    word for word in _MIXED if SPELLINGS.get(word, word) in COUNTED - NUMBERS.keys() and plain_form(word) not in SHOWN
)
