"""The corpus written for Netra: reading it, filling its slots with invented names, and finding near-duplicates."""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from classifiers.errors import ClassifierError
from classifiers.labels import Label, Owner, Parent
from classifiers.mask import Masker
from classifiers.names import cast, fill, strangers
from classifiers.text import TargetTerms, fold

CORPUS = Path(__file__).parent / "corpus"
_COLUMNS = (3, 5)
_FILLS = 2
_WITHHELD = 0.1
"""How much of a sentence's weight its telling with names nobody has told the model has."""
_SHINGLE = 5


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of the corpus: its label, style tag and text with slots, where it stands, and what it answers."""

    label: Label
    style: str
    text: str
    file: str
    line: int
    parent: Parent | None = None


def load_corpus(folder: Path = CORPUS) -> tuple[Sentence, ...]:
    """Read every `*.tsv` of a folder, in order of name: `label<TAB>style<TAB>text`; `#<TAB>` starts a remark line.

    A comment that only its place makes clear has two columns more: `owner<TAB>text of the post above`.

    Raises:
        ClassifierError: A line that cannot be read, with file and line, or an empty corpus.
    """
    sentences: list[Sentence] = []
    for path in sorted(folder.glob("*.tsv")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#\t"):
                continue
            sentences.append(_sentence(line, path.name, number))
    if not sentences:
        raise ClassifierError(f"Tidak ada berkas *.tsv berisi kalimat di {folder}. Periksa folder korpus.")
    return tuple(sentences)


def _sentence(line: str, file: str, number: int) -> Sentence:
    parts = line.split("\t")
    known = len(parts) in _COLUMNS and parts[0] in {one.value for one in Label} and parts[2].strip()
    if not known or (len(parts) > _COLUMNS[0] and parts[3] not in {one.value for one in Owner}):
        raise ClassifierError(
            f"{file} baris {number}: tulis label, gaya, dan teks dipisah tab; label salah satu dari "
            f"{', '.join(one.value for one in Label)}. Boleh ditambah pemilik unggahan induk (salah satu dari "
            f"{', '.join(one.value for one in Owner)}) dan teksnya."
        )
    parent = Parent(parts[4], Owner(parts[3])) if len(parts) > _COLUMNS[0] else None
    return Sentence(Label(parts[0]), parts[1], parts[2], file, number, parent)


def corpus_digest(sentences: tuple[Sentence, ...]) -> str:
    """Give the SHA-256 of labels, texts and what they answer, in order."""
    digest = hashlib.sha256()
    for one in sentences:
        above = "" if one.parent is None else f"\t{one.parent.owner}\t{one.parent.text}"
        digest.update(f"{one.label}\t{one.style}\t{one.text}{above}\n".encode())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence with its slots filled, as tokens. `group` is the sentence's index; `weight` 0..1.

    `told` says that the names in it were known and masked; only then do its words become features.
    """

    tokens: tuple[str, ...]
    partisan: bool
    group: int
    weight: float
    above: tuple[str, ...] = ()
    told: bool = True


def examples(sentences: Sequence[Sentence], seed: int = 20251) -> list[Example]:
    """Fill every sentence several times: names known and masked, and once as names nobody has told the model.

    In that last telling only parties are known, as they are when a contest is new; it is what makes the model read
    on where a nickname is missing from the terms.
    """
    dice = random.Random(seed)  # noqa: S311 (a fixed seed is the point)
    who = cast()
    known, parties = Masker(who.terms()), Masker(TargetTerms(parties=who.terms().parties))
    out: list[Example] = []
    for group, one in enumerate(sentences):
        partisan = one.label.partisan
        slots = "{" in one.text
        above = () if one.parent is None else tuple(known.tokens(fill(one.parent.text, who, dice)))
        fills = _FILLS if slots else 1
        weight = (1 - _WITHHELD) / fills if slots else 1.0
        told = [tuple(known.tokens(fill(one.text, who, dice))) for _ in range(fills)]
        out += [Example(tokens, partisan, group, weight, above) for tokens in told]
        if slots:
            unknown = parties.tokens(fill(one.text, strangers(dice), dice))
            out.append(Example(tuple(unknown), partisan, group, _WITHHELD, above, told=False))
    return out


def near_duplicates(sentences: tuple[Sentence, ...], limit: float = 0.8) -> list[tuple[Sentence, Sentence, float]]:
    """Give the pairs whose letter groups overlap by `limit` or more (Jaccard of 5-letter shingles of the stems).

    Stems make "mendukung" and "didukung" one, so a sentence reworded only by its affixes counts as the same.
    """
    shingles = [_shingles(stems(one.text), "" if one.parent is None else one.parent.text) for one in sentences]
    where: dict[str, list[int]] = defaultdict(list)
    found: list[tuple[Sentence, Sentence, float]] = []
    for index, mine in enumerate(shingles):
        shared: dict[int, int] = defaultdict(int)
        for shingle in mine:
            for other in where[shingle]:
                shared[other] += 1
            where[shingle].append(index)
        for other, count in shared.items():
            overlap = count / (len(mine) + len(shingles[other]) - count)
            if overlap >= limit:
                found.append((sentences[other], sentences[index], overlap))
    return found


def stems(text: str) -> str:
    """Give a text as stems. Only a tool of the corpus: stems do not help the model (they were measured not to)."""
    stem = _stemmer()
    return " ".join(stem(word) for word in fold(text).text.split())


def _shingles(text: str, above: str) -> frozenset[str]:
    """Give the letter groups of a text; the same answer under another post is another example."""
    padded = f" {text} "
    return frozenset(above + padded[i : i + _SHINGLE] for i in range(max(1, len(padded) - _SHINGLE + 1)))


@lru_cache(maxsize=1)
def _stemmer() -> Callable[[str], str]:
    """Give PySastrawi's stemmer without its stop words: they delete "tidak" and turn a meaning round."""
    from Sastrawi.Stemmer.StemmerFactory import StemmerFactory  # noqa: PLC0415 (a dictionary is read on import)

    stemmer = StemmerFactory().create_stemmer()

    @lru_cache(maxsize=50_000)
    def stem(word: str) -> str:
        return str(stemmer.stem(word)) if word.isascii() and word.isalpha() and len(word) < 30 else word

    return stem
