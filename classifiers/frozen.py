"""What a retrained model is measured on, and what refuses it: a frozen set, its slices, exchanged names, one-sidedness.

The frozen set is half of the decisions (by hash) and whole styles of the corpus that no retrain learns from. Nothing
here learns.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from classifiers import marks
from classifiers.dataset import Sentence, load_corpus
from classifiers.evaluate import average_precision
from classifiers.hashtags import known_words
from classifiers.lexicon import normal
from classifiers.mask import Masker
from classifiers.names import cast, fill, strangers
from classifiers.pipeline import AdditiveClassifier
from classifiers.registry import Stored
from classifiers.text import TargetTerms
from classifiers.train import fold_of

Floats = NDArray[np.float64]

TOLERANCE = 0.02
"""How far a slice's average precision may fall: slices are small and a single text moves them."""
LEAST_IN_SLICE = 8
MOST_SHIFT = 0.01
LEAST_OF_SIDE = 12
SURE_Z = 3.3
UNEVEN = 0.2
"""A side's decisions may lie this far (share of texts) below what the model in use expects, against the others."""
LEAST_UNKNOWN = 8
_HELD_FOLD = 0
_SEED = 3
_TEMPLATES = 150
_OF_A_SIDE = frozenset({marks.CANDIDATE, marks.PARTY, marks.CAMP, marks.SLOGAN, marks.TAG, marks.ACCOUNT})
_LENGTHS = ((4, "pendek (1-4 kata)"), (12, "sedang (5-12 kata)"), (10**9, "panjang (13 kata ke atas)"))
_LONG_WORD = 4
_ADDRESSED = re.compile(
    r"\b(?:pak|bapak|bu|ibu|bang|mas|mbak|kang|cak|ning|gus|haji|bunda|abah|uda|daeng) \{K\}", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Decided:
    """A text as a reviewer judged it. `key` never changes; `kind` is the reason's code; all plain data."""

    key: str
    text: str
    partisan: bool
    reviewer: str
    platform: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """A ticket of the contest: what it is called, as terms to find it by and names to put into a sentence."""

    name: str
    terms: TargetTerms


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence of the corpus with its slots filled, as text and as tokens."""

    text: str
    tokens: tuple[str, ...]
    partisan: bool
    label: str


@dataclass(frozen=True, slots=True)
class Slice:
    """Average precision of one part of the frozen set, before and after; `ok` where it is no worse."""

    name: str
    texts: int
    partisan: int
    before: float
    after: float

    @property
    def ok(self) -> bool:
        """True unless it fell by more than `TOLERANCE`."""
        return self.after >= self.before - TOLERANCE


@dataclass(frozen=True, slots=True)
class Comparison:
    """Before and after on the frozen set, and every ground to refuse (Indonesian). `unknown`: words nobody entered."""

    before: float
    after: float
    slices: tuple[Slice, ...]
    swap_largest: float
    swap_mean: float
    refusals: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def better(self) -> bool:
        """True where nothing speaks against the candidate."""
        return not self.refusals


def held_out(sentence: Sentence) -> bool:
    """Tell whether a sentence's style is one that no retrain learns from."""
    return fold_of(sentence.style) == _HELD_FOLD


@lru_cache(maxsize=1)
def invented_terms() -> TargetTerms:
    """Give the terms of the corpus's invented cast."""
    return cast().terms()


def told_of(sentences: Sequence[Sentence]) -> list[Told]:
    """Fill each sentence once with invented contestants that are known; always the same."""
    dice, who, masker = random.Random(_SEED), cast(), Masker(invented_terms())  # noqa: S311 (repeatable on purpose)
    texts = [fill(one.text, who, dice) for one in sentences]
    return [
        Told(text, tuple(masker.tokens(text)), one.label.partisan, one.label.value)
        for text, one in zip(texts, sentences, strict=True)
    ]


def compare(
    current: Stored,
    candidate: Stored,
    terms: TargetTerms,
    sides: Sequence[Side],
    decisions: tuple[Sequence[Decided], Sequence[Decided]],
) -> Comparison:
    """Measure both models. `decisions` are those of the frozen half, and all of them."""
    held, everything = decisions
    corpus = told_of([one for one in load_corpus() if held_out(one) and one.parent is None])
    now, then = AdditiveClassifier(current, terms), AdditiveClassifier(candidate, terms)
    invented = invented_terms()
    in_corpus = _scored(AdditiveClassifier(current, invented), AdditiveClassifier(candidate, invented), corpus)
    in_office = _scored(now, then, held)
    sided = [side_of(one.text, sides) for one in held]
    slices = [
        _slice("kalimat korpus (gaya yang ditahan)", in_corpus),
        _slice("keputusan (separuh yang ditahan)", in_office),
        *_by("korpus", in_corpus, [one.label for one in corpus], one_class=True),
        *_by("alasan", in_office, [one.kind for one in held], one_class=True),
        *_by("pasangan", in_office, sided),
        *_by("platform", in_office, [one.platform for one in held]),
        *_by("panjang", in_office, [_length(one.text) for one in held]),
    ]
    known = [one for one in slices if one is not None]
    before, after = _overall(in_corpus, in_office)
    unknown = unknown_words([one.text for one in everything], terms)
    largest, mean = _swap(now, then, sides, unknown)
    told = AdditiveClassifier(current, replace(terms, names=(*terms.names, *unknown)))
    refusals = [*_worse(before, after, known), *_swapped(largest, mean), *_one_sided(told, sides, everything, unknown)]
    return Comparison(before, after, tuple(known), largest, mean, tuple(refusals), unknown)


@dataclass(frozen=True, slots=True)
class _Scored:
    before: list[float]
    after: list[float]
    labels: list[bool]

    def only(self, places: Iterable[int]) -> _Scored:
        kept = list(places)
        return _Scored(
            [self.before[one] for one in kept], [self.after[one] for one in kept], [self.labels[one] for one in kept]
        )


def _scored(now: AdditiveClassifier, then: AdditiveClassifier, told: Sequence[Told] | Sequence[Decided]) -> _Scored:
    texts = [one.text for one in told]
    return _Scored(now.probabilities(texts), then.probabilities(texts), [one.partisan for one in told])


def _slice(name: str, scored: _Scored) -> Slice | None:
    partisan = sum(scored.labels)
    if min(partisan, len(scored.labels) - partisan) < LEAST_IN_SLICE:
        return None
    before = average_precision(scored.before, scored.labels)
    return Slice(name, len(scored.labels), partisan, before, average_precision(scored.after, scored.labels))


def _by(what: str, scored: _Scored, values: Sequence[str], *, one_class: bool = False) -> list[Slice | None]:
    """Cut by a value; where a value has one label only (`one_class`), it stands against the other label.

    Of that, as many are taken, evenly spaced, so that a rare kind is not measured against a crowd.
    """
    found: list[Slice | None] = []
    for value in sorted(set(values) - {""}):
        inside = [place for place, one in enumerate(values) if one == value]
        if one_class:
            own = scored.labels[inside[0]]
            others = [place for place, label in enumerate(scored.labels) if label is not own]
            inside += others[:: max(1, len(others) // len(inside))]
        found.append(_slice(f"{what}: {value}", scored.only(inside)))
    return found


def _overall(corpus: _Scored, office: _Scored) -> tuple[float, float]:
    """Give the mean of both halves' average precision: neither may buy itself with the other's number of texts."""
    return (
        (average_precision(corpus.before, corpus.labels) + average_precision(office.before, office.labels)) / 2,
        (average_precision(corpus.after, corpus.labels) + average_precision(office.after, office.labels)) / 2,
    )


def _length(text: str) -> str:
    count = len(text.split())
    return next(name for limit, name in _LENGTHS if count <= limit)


def side_of(text: str, sides: Sequence[Side]) -> str:
    """Name the one ticket that a text speaks of; "" for none or several."""
    found = [side.name for side, masker in _maskers(tuple(sides)) if _OF_A_SIDE.intersection(masker.tokens(text))]
    return found[0] if len(found) == 1 else ""


@lru_cache(maxsize=4)
def _maskers(sides: tuple[Side, ...]) -> tuple[tuple[Side, Masker], ...]:
    return tuple((side, Masker(side.terms)) for side in sides)


def unknown_words(texts: Sequence[str], terms: TargetTerms) -> tuple[str, ...]:
    """Give words that many texts use and neither corpus, lexicon nor targets know, the commonest first."""
    masker, ordinary = Masker(terms), known_words()
    count: Counter[str] = Counter()
    for text in texts:
        count.update(
            {
                one
                for one in masker.tokens(text)
                if len(one) >= _LONG_WORD and one.isalpha() and one not in ordinary and normal(one) is None
            }
            - marks.SHOWN.keys()
        )
    return tuple(word for word, number in count.most_common(20) if number >= LEAST_UNKNOWN)


def _swap(
    now: AdditiveClassifier, then: AdditiveClassifier, sides: Sequence[Side], unknown: Sequence[str]
) -> tuple[float, float]:
    """Exchange contestants in held-out sentences: the largest difference with known names, the mean with unknown ones.

    Unknown ones are the season's words that nobody entered, and names that nobody has heard of. What the model in use
    shifts by itself, through the letters of a name, is not the candidate's doing and is taken off.
    """
    templates = [one.text for one in load_corpus() if held_out(one) and "{K}" in one.text][:_TEMPLATES]
    largest = mean = 0.0
    for name_of, is_known in ((_known_names(sides), True), (_unknown_names(unknown), False)):
        scores = [_filled(then, templates, one) for one in name_of]
        if is_known and len(scores) > 1:
            largest = float(np.max(np.ptp(np.array(scores), axis=0)))
        elif len(scores) > 1:
            before = [_filled(now, templates, one) for one in name_of]
            moved = [float(np.mean(a) - np.mean(b)) for a, b in zip(scores, before, strict=True)]
            mean = max(moved) - min(moved)
    return largest, mean


def _known_names(sides: Sequence[Side]) -> list[tuple[str, str]]:
    """Give a name and a ballot number of each side."""
    return [
        (side.terms.names[0], str(side.terms.numbers[0]) if side.terms.numbers else "1")
        for side in sides
        if side.terms.names
    ]


def _unknown_names(unknown: Sequence[str]) -> list[tuple[str, str]]:
    dice = random.Random(_SEED)  # noqa: S311 (repeatable on purpose)
    heard_of_by_nobody = strangers(dice).people[:4:2]
    return [(one.capitalize(), "1") for one in (*unknown, *heard_of_by_nobody)]


def _filled(model: AdditiveClassifier, templates: Sequence[str], who: tuple[str, str]) -> list[float]:
    """Score the templates with one contestant in them; every other slot is filled alike for all.

    What somebody is addressed with belongs to the name ("Bu Citra"), so it goes where the name goes.
    """
    dice, others = random.Random(_SEED), cast()  # noqa: S311 (repeatable on purpose)
    name, number = who
    return model.probabilities(
        [
            fill(_ADDRESSED.sub("{K}", one).replace("{K}", name).replace("{N}", number), others, dice)
            for one in templates
        ]
    )


def _worse(before: float, after: float, slices: Sequence[Slice]) -> list[str]:
    said = [] if after > before else [f"Secara keseluruhan tidak lebih baik: {before:.3f} menjadi {after:.3f}."]
    return said + [
        f"Lebih buruk pada {one.name}: {one.before:.3f} menjadi {one.after:.3f}." for one in slices if not one.ok
    ]


def _swapped(largest: float, mean: float) -> list[str]:
    said = []
    if largest > MOST_SHIFT:
        said.append(f"Uji tukar gagal: nilai berubah sampai {largest:.3f} bila pasangan ditukar (batas {MOST_SHIFT}).")
    if mean > MOST_SHIFT:
        said.append(f"Uji tukar gagal: rata-rata bergeser {mean:.3f} antarjulukan (batas {MOST_SHIFT}).")
    return said


def _one_sided(
    told: AdditiveClassifier, sides: Sequence[Side], decided: Sequence[Decided], unknown: Sequence[str]
) -> list[str]:
    """Find groups of texts whose decisions lie far from what the model in use expects, against all the others.

    `told` is that model with the season's unknown words among its names, else it would expect too little of them.
    """
    expected = told.probabilities([one.text for one in decided])
    surplus = np.array([one.partisan - value for one, value in zip(decided, expected, strict=True)])
    of_side: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(decided):
        of_side[side_of(one.text, sides)].append(place)
    everyone = set(range(len(decided)))
    siding = everyone.difference(of_side.pop("", []))
    said = [
        _uneven(f"pasangan {name}", surplus[inside], surplus[sorted(siding.difference(inside))])
        for name, inside in sorted(of_side.items())
    ]
    for word in unknown:
        inside = [place for place, one in enumerate(decided) if word in one.text.casefold()]
        # the word may be no name at all, so only dismissals tell anything
        if len(inside) >= LEAST_OF_SIDE and float(np.mean(surplus[inside])) < 0:
            said.append(_uneven(f"kata “{word}”", surplus[inside], surplus[sorted(everyone.difference(inside))]))
    return [line for line in said if line]


def _uneven(name: str, mine: Floats, others: Floats) -> str:
    if min(len(mine), len(others)) < LEAST_OF_SIDE:
        return ""
    apart = float(np.mean(mine) - np.mean(others))
    spread = math.sqrt(float(np.var(mine)) / len(mine) + float(np.var(others)) / len(others))
    if abs(apart) < UNEVEN or abs(apart) < SURE_Z * spread:
        return ""
    how = "lebih jarang" if apart < 0 else "lebih sering"
    return (
        f"Keputusan tidak seimbang: unggahan yang menyebut {name} jauh {how} dinyatakan memihak daripada yang lain "
        f"(selisih {abs(apart):.0%} setelah isi unggahan diperhitungkan). Periksa bersama siapa yang memutuskan, dan "
        "ulangi setelah dibetulkan."
    )
