"""Names of many people found in one text: an automaton over folded words, then checks of what really stands there.

Gives word ranges, longest first; who is meant is for `matching` to weigh.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import accumulate

from ahocorasick_rs import AhoCorasick, Implementation

from monitor.roster.names import Word, fold_word, is_back_title, words


class Form(StrEnum):
    """How much of a name stands in the text."""

    FULL = "nama lengkap"
    INITIALS = "nama dengan inisial"
    SHORT = "bentuk pendek nama"
    SINGLE = "satu kata"


@dataclass(frozen=True, slots=True)
class Mention:
    """Words [first, last] of the text that may name people (indexes into the roster's list), and how."""

    first: int
    last: int
    people: tuple[int, ...]
    form: Form
    continued: bool = False  # a capitalised word follows: perhaps part of a longer name
    lowercase: bool = False


class NameIndex:
    """Finds names. Built once from the folded name words of every person; a person's number is its place there."""

    def __init__(self, names: Sequence[tuple[str, ...]]) -> None:
        self._names = names
        full: dict[str, list[int]] = {}
        short: dict[str, list[int]] = {}
        for number, parts in enumerate(names):
            if not parts:
                continue
            full.setdefault(" " + " ".join(parts), []).append(number)
            if len(parts) >= 3:
                short.setdefault(f" {parts[0]} {parts[1]}", []).append(number)
        self._owners = [(name, tuple(full.get(name, ())), tuple(short.get(name, ()))) for name in {**full, **short}]
        patterns = [name for name, _, _ in self._owners]
        self._automaton = AhoCorasick(patterns, implementation=Implementation.ContiguousNFA) if patterns else None
        self._sharing = {name: len(owners) for name, owners in full.items()}

    @cached_property
    def _initials(self) -> dict[str, list[int]]:
        """Names with letters for words; built when the first text has a letter that stands alone."""
        initials: dict[str, list[int]] = {}
        for number, parts in enumerate(self._names):
            if len(parts) >= 3:
                for written in _with_initials(parts):
                    initials.setdefault(written, []).append(number)
        return initials

    def sharing(self, parts: tuple[str, ...]) -> int:
        """Count the people with exactly this name."""
        return self._sharing.get(" " + " ".join(parts), 0)

    def find(self, text: str) -> tuple[list[Word], list[Mention]]:
        """Give the words of a text and the mentions in it, in order; of overlapping ones the longest stays."""
        found = words(text)
        if self._automaton is None or not found:
            return found, []
        hits = [*self._exact(text, found), *self._abbreviated(text, found)]
        hits.sort(key=lambda one: (one.first - one.last, one.first, list(Form).index(one.form)))
        taken: dict[int, tuple[int, int]] = {}
        kept: list[Mention] = []
        for hit in hits:
            place = range(hit.first, hit.last + 1)
            if any(taken.get(index, (hit.first, hit.last)) != (hit.first, hit.last) for index in place):
                continue
            taken.update(dict.fromkeys(place, (hit.first, hit.last)))
            kept.append(hit)
        return found, sorted(kept, key=lambda one: (one.first, list(Form).index(one.form)))

    def _exact(self, text: str, found: list[Word]) -> Iterator[Mention]:
        folded = " " + " ".join(word.folded for word in found) + " "
        starts = list(accumulate((len(word.folded) + 1 for word in found), initial=0))
        at_start = {place: number for number, place in enumerate(starts)}
        assert self._automaton is not None
        for pattern, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            if folded[end] != " ":
                continue
            first, last = at_start[start], at_start[end] - 1
            if not _joined(text, found, first, last):
                continue
            _, full, short = self._owners[pattern]
            if full:
                form = Form.SINGLE if first == last else Form.FULL
                yield self._mention(text, found, (first, last), full, form)
            if short and not _is_longer(text, found, last):
                yield self._mention(text, found, (first, last), short, Form.SHORT)

    def _abbreviated(self, text: str, found: list[Word]) -> Iterator[Mention]:
        """Names with initials: only looked for where a one-letter word stands."""
        for lone, word in enumerate(found):
            if word.end - word.start != 1 or not word.folded.isalpha():
                continue
            for first in range(max(0, lone - 4), lone + 1):
                for last in range(max(lone, first + 1), min(len(found), first + 6)):
                    owners = self._initials.get(" ".join(one.folded for one in found[first : last + 1]))
                    if owners and _joined(text, found, first, last):
                        yield self._mention(text, found, (first, last), tuple(owners), Form.INITIALS)

    @staticmethod
    def _mention(text: str, found: list[Word], place: tuple[int, int], people: tuple[int, ...], form: Form) -> Mention:
        first, last = place
        return Mention(
            first,
            last,
            people,
            form,
            continued=_is_longer(text, found, last),
            lowercase=text[found[first].start].islower(),
        )


def _with_initials(parts: tuple[str, ...]) -> set[str]:
    """Ways to shorten a name of three or more words: the middle to letters, the rest to letters, the last to one."""
    letters = [fold_word(part[0]) for part in parts]
    return {
        " ".join((parts[0], *letters[1:-1], parts[-1])),
        " ".join((*parts[:-1], letters[-1])),
        " ".join((*parts[:2], *letters[2:])),
    } - {" ".join(parts)}


def _joined(text: str, found: list[Word], first: int, last: int) -> bool:
    """Tell whether only spaces, hyphens, or the dot of a short form stand between the words of a name."""
    for left, right in zip(found[first:last], found[first + 1 : last + 1], strict=True):
        gap = text[left.end : right.start]
        if gap == " ":
            continue
        if gap.count("\n") > 1 or len(gap) > 8:
            return False
        if gap.strip(" \t\r\n\xa0-") not in ({"", "."} if left.end - left.start <= 4 else {""}):
            return False
    return True


def _is_longer(text: str, found: list[Word], last: int) -> bool:
    """Tell whether a capitalised word that is no title follows at once: the name may go on."""
    if last + 1 >= len(found):
        return False
    here, following = found[last], found[last + 1]
    gap = text[here.end : following.start]
    written = text[following.start : following.end]
    return gap.isspace() and "\n" not in gap and written[:1].isupper() and not _title(text, following)


def _title(text: str, word: Word) -> bool:
    end = word.end
    while end < len(text) and not text[end].isspace() and text[end] != ",":
        end += 1
    return is_back_title(text[word.start : end])
