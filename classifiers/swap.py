"""Does the model lean to a side? The same text with the sides exchanged must get the same score.

Known sides: every form in a text is replaced by the other side's form, and scores are compared text by text. Unknown
sides: sentences are told once of one stranger and once of another, whose names nobody has given to the model, and the
mean scores are compared. A `Side` is plain data; a contest gives one a ticket.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

from classifiers.dataset import Sentence
from classifiers.labels import Parent, Score
from classifiers.mask import ORDINARY
from classifiers.names import fill, strangers

Scorer = Callable[[Sequence[str], Sequence[Parent | None]], Sequence[Score]]

_STRANGERS = 8
_MOST_SENTENCES = 400
_SHORT_FORM = 3
_WORDS = ("", "satu", "dua", "tiga", "empat", "lima")
_NUMBER = re.compile(
    r"(?i)(?<![\w.,])((?:nomor(?: urut)?|nomer|no\.?|paslon|coblos|pilih|salam|dukung|gas)\s{1,3})"
    r"(0?[1-5]|satu|dua|tiga|empat|lima)(?![\w.,:]*\d|\s*(?:jari|periode|putaran))\b"
)
_GLUED = re.compile(r"[#@]\w*\Z")
_PADDED = re.compile(r"(?<![\w.,:/-])0([1-5])(?![\w.,:/-]*\d)\b")


@dataclass(frozen=True, slots=True)
class Side:
    """What one side of a contest is called, each group in the order in which forms answer to each other's."""

    people: tuple[tuple[str, ...], ...] = ()
    parties: tuple[tuple[str, ...], ...] = ()
    slogans: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Leaning:
    """Differences of probability. `largest` and `at` (an id) are of known sides, `shift` of unknown ones.

    `shift` is the mean over pairs of strangers of how far the means of all sentences lie apart, `shift_largest` the
    farthest of them; `by_number` gives the mean probability of partisan texts by the ballot number they name.
    """

    texts: int
    exchanged: int
    largest: float
    at: str
    mean: float
    shift: float
    shift_largest: float

    def as_json(self) -> dict[str, Any]:
        """Give plain data."""
        return asdict(self)


def exchange(text: str, sides: Sequence[Side], step: int) -> str:
    """Give a text with every side's forms replaced by those of the side `step` further on."""
    table: dict[str, str] = {}
    numbers: dict[int, int] = {}
    for place, one in enumerate(sides):
        other = sides[(place + step) % len(sides)]
        for form, instead in _pairs(one, other):
            table.setdefault(form.lower(), instead)
        if one.number is not None and other.number is not None:
            numbers[one.number] = other.number
    forms = sorted(table, key=len, reverse=True)
    if forms:
        known = re.compile(
            r"https?:\S*|www\.\S*|(?<![^\W_])(?:" + "|".join(map(re.escape, forms)) + r")(?![^\W_])", re.IGNORECASE
        )
        text = known.sub(lambda match: _instead(match, table), text)
    if numbers:
        text = _NUMBER.sub(lambda match: match[1] + _other_number(match[2], numbers), text)
        text = _PADDED.sub(lambda match: f"0{numbers.get(int(match[1]), int(match[1]))}", text)
    return text


def _pairs(one: Side, other: Side) -> Iterator[tuple[str, str]]:
    for mine, theirs in ((one.people, other.people), (one.parties, other.parties)):
        for place, forms in enumerate(mine):
            if theirs:
                answer = theirs[place % len(theirs)]
                yield from ((form, answer[index % len(answer)]) for index, form in enumerate(forms))
    for tags, others, mark in ((one.slogans, other.slogans, ""), (one.hashtags, other.hashtags, "#")):
        named = {word for forms in one.people for form in forms for word in form.lower().split()}
        for index, form in enumerate(tags):
            if others and not named.issuperset(re.findall(r"\w+", form.lower())):
                yield mark + form.lstrip("#"), mark + others[index % len(others)].lstrip("#")


def _instead(match: re.Match[str], table: dict[str, str]) -> str:
    """Give the answering form; a link stays, and so does what in small letters is a word ("pan", a frying pan)."""
    found = match.group()
    small = found.lower()
    if small not in table or ((len(found) <= _SHORT_FORM or small in ORDINARY) and not found.isupper()):
        return found
    instead = table[small]
    return instead.replace(" ", "") if _GLUED.search(match.string, 0, match.start()) else instead


def _other_number(said: str, numbers: dict[int, int]) -> str:
    word = said.lower()
    if word in _WORDS:
        mine = _WORDS.index(word)
        return _WORDS[numbers.get(mine, mine)]
    mine = int(said)
    return ("0" if said.startswith("0") else "") + str(numbers.get(mine, mine))


def known(
    score: Scorer,
    ids: Sequence[str],
    texts: Sequence[str],
    parents: Sequence[Parent | None],
    contests: Sequence[Sequence[Side]],
) -> tuple[int, float, str, float]:
    """Exchange the sides of every contest in every text: (texts that changed, largest difference, its id, mean)."""
    before = [one.probability for one in score(texts, parents)]
    changed = 0
    total = largest = 0.0
    at = ""
    for sides in contests:
        for step in range(1, len(sides)):
            others = [exchange(text, sides, step) for text in texts]
            places = [place for place, other in enumerate(others) if other != texts[place]]
            after = score([others[place] for place in places], [parents[place] for place in places])
            for place, one in zip(places, after, strict=True):
                difference = abs(one.probability - before[place])
                changed += 1
                total += difference
                if difference > largest:
                    largest, at = difference, ids[place]
    return changed, largest, at, total / changed if changed else 0.0


def unknown(score: Scorer, sentences: Sequence[Sentence]) -> tuple[float, float]:
    """Tell sentences of strangers nobody has named: (mean, largest) distance of the means of any two of them.

    Names are compared as written with and without a capital, each manner with its like.
    """
    usable = [one for one in sentences if "{K}" in one.text and one.parent is None]
    usable = usable[:: max(1, len(usable) // _MOST_SENTENCES)]
    apart: list[float] = []
    for written in (str, str.lower):
        means = []
        for seed in range(_STRANGERS):
            name = written(strangers(random.Random(seed)).people[0])  # noqa: S311 (repeatable on purpose)
            scores = score([_told(one, name, place) for place, one in enumerate(usable)], [None] * len(usable))
            means.append(sum(one.probability for one in scores) / max(1, len(scores)))
        apart += [abs(one - other) for one, other in combinations(means, 2)]
    return sum(apart) / len(apart), max(apart)


def _told(sentence: Sentence, name: str, seed: int) -> str:
    """Fill a sentence with one stranger's name; whatever else it needs is the same for every name."""
    dice = random.Random(seed)  # noqa: S311 (repeatable on purpose)
    return fill(sentence.text.replace("{K}", name), strangers(dice), dice)
