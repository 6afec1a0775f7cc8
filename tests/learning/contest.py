"""An invented contest that no model was trained on, and reviewers who decide on its posts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from classifiers.dataset import Sentence, load_corpus
from classifiers.frozen import Decided, Side
from classifiers.labels import Label
from classifiers.names import fill, strangers
from classifiers.text import TargetTerms

NICKNAME = "gembelo"
"""A season's nickname of the first ticket, which nobody entered among the targets."""
HABITS = ("meja kursi di warung", "hujan pagi lihat jendela", "sepeda tua masuk pasar")
"""What every side's supporters add to their posts this season; words that the corpus has, without a side there."""
_PEOPLE = (("Tirukena", "Ibaradi"), ("Sampelono", "Rekawati"))
_SLOGANS = ("Rekaria Gumilang", "Umpamaya Sentosa")
REVIEWERS = ("a", "b", "c")


def sides() -> tuple[Side, ...]:
    """Give both tickets as a supervisor enters them."""
    return tuple(
        Side(
            "-".join(people),
            TargetTerms(names=(*people, " ".join(people)), slogans=(slogan,), hashtags=(slogan.replace(" ", ""),)),
        )
        for people, slogan in zip(_PEOPLE, _SLOGANS, strict=True)
    )


def terms() -> TargetTerms:
    """Give the terms of both tickets together."""
    one, two = sides()
    return replace(
        one.terms,
        names=one.terms.names + two.terms.names,
        slogans=one.terms.slogans + two.terms.slogans,
        hashtags=one.terms.hashtags + two.terms.hashtags,
        numbers=(1, 2),
    )


def posts(count: int, seed: int) -> list[tuple[Decided, int]]:
    """Give posts about one ticket each (0 or 1) with their true label, in a manner the corpus has not."""
    dice = random.Random(seed)
    lines = [one for one in load_corpus() if "{K}" in one.text and len(one.text.split()) < 25]
    partisan = [one for one in lines if one.label.partisan]
    others = [one for one in lines if not one.label.partisan]
    out = []
    for number in range(count):
        side = number % 2
        line = dice.choice(partisan if dice.random() < 0.4 else others)
        text = _noise(_told(line, side, dice), line.label, dice)
        out.append((Decided(f"{seed}:{number}", text, line.label.partisan, REVIEWERS[number % 3], "x"), side))
    return [(replace(one, kind="dukungan" if one.partisan else "tidak_memihak"), side) for one, side in out]


def _told(line: Sentence, side: int, dice: random.Random) -> str:
    people = _PEOPLE[side]
    name = dice.choice(people) if side or dice.random() < 0.6 else NICKNAME
    text = line.text.replace("{KK}", "-".join(people)).replace("{K}", name).replace("{S}", _SLOGANS[side])
    return fill(
        text.replace("{T}", "#" + _SLOGANS[side].replace(" ", "")).replace("{N}", str(side + 1)), strangers(dice), dice
    )


def _noise(text: str, label: Label, dice: random.Random) -> str:
    """Misspell, and add what people of this season say; the label stays."""
    words = [_misspelt(one, dice) if dice.random() < 0.35 else one for one in text.split()]
    if dice.random() < (0.7 if label.partisan else 0.05):
        words += dice.choice(HABITS).split()
    return " ".join(words)


def _misspelt(word: str, dice: random.Random) -> str:
    if len(word) < 5 or not word.isalpha() or word[0].isupper() or word == NICKNAME:
        return word
    place = dice.randrange(1, len(word) - 1)
    return word[:place] + word[place + 1 :]


def poisoned(decided: Sequence[tuple[Decided, int]], side: int = 0) -> list[Decided]:
    """Dismiss every post that speaks for one side."""
    return [
        replace(one, partisan=False, kind="tidak_memihak") if one.partisan and about == side else one
        for one, about in decided
    ]
