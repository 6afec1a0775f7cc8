"""The corpus written for Netra: reading it, filling its slots with invented names, and finding near-duplicates."""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from classifiers.errors import ClassifierError
from classifiers.labels import Label
from classifiers.mask import Masker
from classifiers.names import cast, fill, strangers
from classifiers.text import TargetTerms, fold

CORPUS = Path(__file__).parent / "corpus"
_COLUMNS = 3
_SHINGLE = 5


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of the corpus: its label, style tag and text with slots, and where it stands."""

    label: Label
    style: str
    text: str
    file: str
    line: int


def load_corpus(folder: Path = CORPUS) -> tuple[Sentence, ...]:
    """Read every `*.tsv` of a folder, in order of name: `label<TAB>style<TAB>text`, `#` starts a remark line.

    Raises:
        ClassifierError: A line that cannot be read, with file and line, or an empty corpus.
    """
    sentences: list[Sentence] = []
    for path in sorted(folder.glob("*.tsv")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#\t"):
                continue
            parts = line.split("\t")
            if len(parts) != _COLUMNS or parts[0] not in {one.value for one in Label} or not parts[2].strip():
                raise ClassifierError(
                    f"{path.name} baris {number}: tulis label, gaya, dan teks dipisah tab; label salah satu dari "
                    f"{', '.join(one.value for one in Label)}."
                )
            sentences.append(Sentence(Label(parts[0]), parts[1], parts[2], path.name, number))
    if not sentences:
        raise ClassifierError(f"Tidak ada berkas *.tsv berisi kalimat di {folder}. Periksa folder korpus.")
    return tuple(sentences)


def corpus_digest(sentences: tuple[Sentence, ...]) -> str:
    """Give the SHA-256 of labels and texts, in order."""
    digest = hashlib.sha256()
    for one in sentences:
        digest.update(f"{one.label}\t{one.style}\t{one.text}\n".encode())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence with its slots filled, as tokens. `group` is the sentence's index; `weight` 0..1."""

    tokens: tuple[str, ...]
    partisan: bool
    group: int
    weight: float
    informed: bool = True


def examples(sentences: tuple[Sentence, ...], seed: int = 20251) -> list[Example]:
    """Fill every sentence several times: names known and masked, and once as names nobody has told the model."""
    dice = random.Random(seed)  # noqa: S311 (a fixed seed is the point)
    who = cast()
    known, unknown = Masker(who.terms()), Masker(TargetTerms())
    out: list[Example] = []
    for group, sentence in enumerate(sentences):
        partisan = sentence.label.partisan
        filled = [fill(sentence.text, who, dice) for _ in range(2 if "{" in sentence.text else 1)]
        share = 0.8 / len(filled)
        out += [Example(tuple(known.tokens(text)), partisan, group, share) for text in filled]
        told_nobody = fill(sentence.text, strangers(dice), dice)
        out.append(Example(tuple(unknown.tokens(told_nobody)), partisan, group, 0.2, informed=False))
    return out


def near_duplicates(sentences: tuple[Sentence, ...], limit: float = 0.8) -> list[tuple[Sentence, Sentence, float]]:
    """Give the pairs whose letter groups overlap by `limit` or more (Jaccard of 5-letter shingles of the stems).

    Stems make "mendukung" and "didukung" one, so a sentence reworded only by its affixes counts as the same.
    """
    shingles = [_shingles(stems(one.text)) for one in sentences]
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


def _shingles(text: str) -> frozenset[str]:
    padded = f" {text} "
    return frozenset(padded[i : i + _SHINGLE] for i in range(max(1, len(padded) - _SHINGLE + 1)))


@lru_cache(maxsize=1)
def _stemmer() -> Callable[[str], str]:
    """Give PySastrawi's stemmer without its stop words: they delete "tidak" and turn a meaning round."""
    from Sastrawi.Stemmer.StemmerFactory import StemmerFactory  # noqa: PLC0415 (a dictionary is read on import)

    stemmer = StemmerFactory().create_stemmer()

    @lru_cache(maxsize=50_000)
    def stem(word: str) -> str:
        return str(stemmer.stem(word)) if word.isascii() and word.isalpha() and len(word) < 30 else word

    return stem
