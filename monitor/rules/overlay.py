"""The office's own layer over the shipped set: `rules/local/`, which no update of the shipped set touches.

A file there is a rule of the office (`id:`), a lexicon of the office (`name:`), or an overlay: `rule:` or `lexicon:`
names what it leans on, and what it adds is laid over that when the set is loaded. The shipped file stays as it is.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date as Day  # noqa: N812 - a column is called `date`
from typing import Annotated, Self

from pydantic import Field, model_validator

from monitor.errors import Problem
from monitor.rules.conditions import Condition, Strict
from monitor.rules.schema import LexiconFile, RuleFile, Sample, Scope, Status
from monitor.rules.view import canonical
from monitor.strictyaml import Document, Key

LOCAL = "local"
MOST = 400
MOST_WORDS = 2000
_LISTS = ("any", "none")
_RULES_ONLY = (*_LISTS, "not_when", "false_positives", "status")
_LEXICONS_ONLY = ("words", "without")


class MoreExamples(Strict):
    """Contoh tambahan, dijalankan bersama contoh aturan bawaannya."""

    match: tuple[Sample, ...] = Field(default=(), description="Harus cocok.")
    no_match: tuple[Sample, ...] = Field(default=(), description="Tidak boleh cocok.")
    known_misses: tuple[Sample, ...] = Field(default=(), description="Seharusnya cocok, tetapi belum tertangkap.")


class OverlayFile(Strict):
    """Tambahan setempat pada satu aturan atau satu kamus bawaan; berkas bawaannya tidak diubah."""

    rule: str | None = Field(default=None, description="`id` aturan yang ditumpangi.")
    lexicon: str | None = Field(default=None, description="Nama kamus yang ditumpangi.")
    base: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")] | None = Field(
        default=None, description="Sidik isi bawaan ketika tambahan ini ditulis; bila berubah, pemeriksa mengatakannya."
    )
    any: tuple[Condition, ...] = Field(default=(), max_length=MOST, description="Syarat lain yang juga boleh cocok.")
    none: tuple[Condition, ...] = Field(default=(), max_length=MOST, description="Pengecualian kantor ini.")
    not_when: tuple[Scope, ...] = Field(default=(), description="Kapan temuan tidak dihitung, selain yang bawaan.")
    status: Status | None = Field(default=None, description="Status di kantor ini, misalnya `usang` atau `bayangan`.")
    words: tuple[Condition, ...] = Field(default=(), max_length=MOST_WORDS, description="Kata tambahan bagi kamus.")
    without: tuple[Annotated[str, Field(min_length=1, max_length=120)], ...] = Field(
        default=(), max_length=MOST, description="Kata kamus bawaan yang di sini tidak dipakai."
    )
    false_positives: tuple[str, ...] = Field(default=(), description="Salah tanda yang sudah diketahui di sini.")
    examples: MoreExamples = Field(default=MoreExamples(), description="Contoh tambahan (hanya untuk aturan).")
    note: str = Field(default="", max_length=400, description="Mengapa tambahan ini ada.")
    author: str = Field(min_length=2, description="Siapa yang menulis.")
    date: Day = Field(description="Kapan ditulis, misalnya 2025-01-06.")

    @model_validator(mode="after")
    def _leans_on_one(self) -> Self:
        if (self.rule is None) == (self.lexicon is None):
            raise ValueError("tambahan menumpang pada tepat satu hal — tulis `rule: …` atau `lexicon: …`")
        wrong = _LEXICONS_ONLY if self.rule is not None else (*_RULES_ONLY, "examples")
        for name in wrong:
            if getattr(self, name) not in ((), None, MoreExamples()):
                what = "aturan" if self.rule is not None else "kamus"
                raise ValueError(f"`{name}` bukan untuk tambahan pada {what} — hapus, atau pindahkan ke berkas lain")
        given = (*_RULES_ONLY, *_LEXICONS_ONLY)
        if not any(getattr(self, name) for name in given) and self.examples == MoreExamples():
            raise ValueError("tambahan ini tidak menambah apa-apa — isi misalnya `none:` atau `words:`")
        return self


@dataclass(frozen=True)
class Written:
    """A rule as it runs and the files it was written in: the shipped one, and what was laid over it."""

    file: RuleFile
    document: Document
    shipped: RuleFile
    over: Document | None = None

    @classmethod
    def plain(cls, file: RuleFile, document: Document) -> Self:
        """Give a rule without anything over it."""
        return cls(file, document, file)

    def problem(self, key: Key, message: str, advice: str = "") -> Problem:
        """Locate a mistake in the file in which that part of the rule was written."""
        if self.over is not None and key and isinstance(key[-1], int):
            own = self._own(key[:-1])
            if key[-1] >= own:
                return self.over.problem((*key[:-1], key[-1] - own), message, advice)
        return self.document.problem(key, message, advice)

    def _own(self, group: Key) -> int:
        file = self.shipped
        counts: dict[Key, int] = {
            ("any",): len(file.any),
            ("none",): len(file.none),
            ("examples", "match"): len(file.examples.match),
            ("examples", "no_match"): len(file.examples.no_match),
        }
        return counts.get(group, MOST_WORDS)


@dataclass(frozen=True)
class Layer:
    """The overlays of an office. `adrift` lean on something that is not there and do nothing; `moved` on what changed.

    `hints` are overlays that do not say on which content they lean.
    """

    files: tuple[tuple[OverlayFile, Document], ...] = ()
    adrift: tuple[Problem, ...] = ()
    moved: tuple[Problem, ...] = ()
    hints: tuple[Problem, ...] = ()
    lexicons: Mapping[str, Document] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[Problem, ...]:
        """Everything an author should look at; none of it refuses the set."""
        return (*self.adrift, *self.moved, *self.hints)

    def blamed(self, rule: Written, problem: Problem, words: Iterable[str]) -> Iterator[Problem]:
        """Say a failing example of a shipped file at the overlays that made it fail.

        `words` are the lexicons that the rule reads; without an overlay of its own, those over them are to blame.
        """
        over = [rule.over] if rule.over is not None else []
        some = over or [one for name, one in self.lexicons.items() if name in set(words)] or [*self.lexicons.values()]
        for document in some:
            key: Key = ("rule",) if "rule" in document.data else ("lexicon",)
            yield document.problem(
                key, f"bersama tambahan ini contoh di {problem.file}:{problem.line} gagal: {problem.message}",
                "persempit tambahannya",
            )  # fmt: skip


def lay_over(
    rules: Sequence[Written], lexicons: Mapping[str, LexiconFile], overlays: Sequence[tuple[OverlayFile, Document]],
    digest: Mapping[str, str],
) -> tuple[list[Written], dict[str, LexiconFile], Layer, list[Problem]]:  # fmt: skip
    """Lay overlays over rules and lexicons. `digest` gives that of each shipped content, lexicons as `{name}`."""
    by_id, words, seen = {one.file.id: one for one in rules}, dict(lexicons), dict[str, str]()
    problems, adrift, moved, hints = list[Problem](), list[Problem](), list[Problem](), list[Problem]()
    over: dict[str, Document] = {}
    for overlay, document in overlays:
        key, name = ("rule", overlay.rule) if overlay.rule is not None else ("lexicon", overlay.lexicon or "")
        full = name if key == "rule" else "{" + name + "}"
        if full not in digest:
            adrift.append(_adrift(document, key, name, list(by_id if key == "rule" else words)))
            continue
        if full in seen:
            said = f"`{name}` sudah punya tambahan di {seen[full]}"
            problems.append(document.problem((key,), said, "gabungkan keduanya"))
            continue
        seen[full] = document.file
        if overlay.base is None:
            said = f"tanpa `base`, perubahan isi bawaan `{name}` tidak terlihat"
            hints.append(document.problem((key,), said, f'tambahkan `base: "{digest[full]}"`'))
        elif overlay.base != digest[full]:
            said, advice = f"isi bawaan `{name}` berubah sejak tambahan ini ditulis", "periksa apakah masih cocok, lalu"
            moved.append(document.problem(("base",), said, f'{advice} tulis `base: "{digest[full]}"`'))
        if key == "rule":
            by_id[name], more = _rule(by_id[name], overlay, document)
        else:
            words[name], more, doubts = _lexicon(words[name], overlay, document)
            over[name] = document
            moved += doubts
        problems += more
    layer = Layer(tuple(overlays), tuple(adrift), tuple(moved), tuple(hints), over)
    return [by_id[one.file.id] for one in rules], words, layer, problems


def _adrift(document: Document, key: str, name: str, known: Sequence[str]) -> Problem:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    advice = f"maksud Anda `{close[0]}`?" if close else "hapus tambahan ini, atau tumpangkan pada yang lain"
    kind = "aturan" if key == "rule" else "kamus"
    return document.problem((key,), f"{kind} `{name}` tidak ada (lagi), maka tambahan ini tidak dipakai", advice)


def _rule(held: Written, overlay: OverlayFile, document: Document) -> tuple[Written, list[Problem]]:
    file, problems = held.file, list[Problem]()
    if overlay.any and not file.any:
        said = f"aturan `{file.id}` tidak memakai `any`, maka tambahan `any` akan mempersempitnya"
        problems.append(document.problem(("any",), said, "tulis aturan sendiri di rules/local"))
    for name in _LISTS:
        if len(getattr(file, name)) + len(getattr(overlay, name)) > MOST:
            problems.append(document.problem((name,), f"`{name}`: bersama yang bawaan lebih dari {MOST}", "kurangi"))
    if problems:
        return held, problems
    more = overlay.examples
    examples = file.examples.model_copy(
        update={
            "match": (*file.examples.match, *more.match),
            "no_match": (*file.examples.no_match, *more.no_match),
            "known_misses": (*file.examples.known_misses, *more.known_misses),
        }
    )
    merged = file.model_copy(
        update={
            "any": (*file.any, *overlay.any),
            "none": (*file.none, *overlay.none),
            "not_when": tuple(dict.fromkeys((*file.not_when, *overlay.not_when))),
            "status": overlay.status or file.status,
            "false_positives": (*file.false_positives, *overlay.false_positives),
            "examples": examples,
        }
    )
    return Written(merged, held.document, file, document), []


def _lexicon(
    held: LexiconFile, overlay: OverlayFile, document: Document
) -> tuple[LexiconFile, list[Problem], list[Problem]]:
    """Give (lexicon, mistakes, doubts): a word left out that an update took away is no mistake."""
    gone = {canonical(word): index for index, word in enumerate(overlay.without)}
    problems, doubts = list[Problem](), list[Problem]()
    there = {canonical(entry.phrase or entry.word_form or "") for entry in held.words}
    for word, index in gone.items():
        if word not in there:
            close = difflib.get_close_matches(word, there, n=1, cutoff=0.6)
            advice = f"maksud Anda `{close[0]}`?" if close else "hapus baris ini"
            said = f"`{overlay.without[index]}` tidak ada di kamus `{held.name}`"
            doubts.append(document.problem(("without", index), said, advice))
    kept = tuple(one for one in held.words if canonical(one.phrase or one.word_form or "") not in gone)
    words = (*kept, *overlay.words)
    if not words or len(words) > MOST_WORDS:
        said = f"kamus `{held.name}` jadi berisi {len(words)} kata"
        problems.append(document.problem(("lexicon",), said, f"sedikitnya 1, paling banyak {MOST_WORDS}"))
    # Checked as a lexicon is, so that no overlay brings in what a lexicon may not hold.
    for index, entry in enumerate(overlay.words):
        try:
            LexiconFile(name=held.name, title=held.title, words=(entry,))
        except ValueError:
            said = "kamus hanya memuat frasa, `word_form`, `hashtag` dan `emoji`; `*` hanya di akhir frasa"
            problems.append(document.problem(("words", index), said, "tulis lain, atau pindahkan ke aturan"))
    return (held if problems else held.model_copy(update={"words": words})), problems, doubts
