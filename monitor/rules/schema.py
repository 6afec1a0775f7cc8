"""The rule language: what may stand in a rule file and in a lexicon file. Keys are English, messages Indonesian.

A condition is a phrase (plain text) or a small mapping with exactly one way of looking: `phrase`, `word_form`, `near`,
`hashtag`, `emoji`, `regex` or `lexicon`.
"""

from __future__ import annotations

import difflib
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

import re2
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from monitor.models import Field as TextField
from monitor.models import ItemKind, Level, PersonKind, Phase, Platform, Relation
from monitor.rules.forms import FORMS

MAX_PHRASE = 120
MAX_REGEX = 200
REGEX_MEMORY = 1 << 20


class Status(StrEnum):
    """Life cycle of a rule. Only `aktif` reaches flags."""

    DRAFT = "draf"
    SHADOW = "bayangan"
    ACTIVE = "aktif"
    RETIRED = "usang"


class Scope(StrEnum):
    """When a hit does not count."""

    NEGATED = "negasi"
    QUESTION = "pertanyaan"
    LAW = "kutipan_hukum"
    HEADLINE = "judul_berita"
    NEUTRAL = "pesan_netral"
    REPORT = "laporan"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def _bare_phrase(value: Any) -> Any:  # noqa: ANN401 - YAML data of any shape
    return {"phrase": value} if isinstance(value, str) else value


def _bare_text(value: Any) -> Any:  # noqa: ANN401 - YAML data of any shape
    return {"text": value} if isinstance(value, str) else value


def _one_or_many(value: Any) -> Any:  # noqa: ANN401 - YAML data of any shape
    return [value] if isinstance(value, str) else value


Phrase = Annotated[str, Field(min_length=1, max_length=MAX_PHRASE)]
Phrases = Annotated[tuple[Phrase, ...], BeforeValidator(_one_or_many), Field(min_length=1, max_length=200)]
Root = Annotated[str, Field(pattern=r"^[a-z]{3,30}$")]


class Near(_Strict):
    """Things that must stand near each other: at most `within` words apart, in any order unless `ordered`."""

    words: tuple[Condition, ...] = Field(min_length=2, max_length=6)
    within: int = Field(ge=0, le=30)
    ordered: bool = False


class Entry(_Strict):
    """One condition on a text."""

    phrase: Phrase | None = None
    word_form: Root | None = None
    exceptions: tuple[str, ...] = Field(default=(), max_length=50)
    with_person: bool = False
    near: Near | None = None
    hashtag: Phrases | None = None
    emoji: Phrases | None = None
    regex: Annotated[str, Field(min_length=1, max_length=MAX_REGEX)] | None = None
    lexicon: str | None = None

    @field_validator("regex")
    @classmethod
    def _linear(cls, value: str | None) -> str | None:
        if value is None:
            return None
        options = re2.Options()
        options.max_mem = REGEX_MEMORY
        options.log_errors = False
        try:
            compiled = re2.compile(value, options=options)
        except re2.error as error:
            said = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
            raise ValueError(f"pola tidak dapat dipakai ({said}) — tulis pola RE2 tanpa rujukan balik") from None
        if compiled.search("") is not None:
            raise ValueError("pola cocok dengan teks kosong — tambahkan huruf yang wajib ada")
        return value

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        ways = ("phrase", "word_form", "near", "hashtag", "emoji", "regex", "lexicon")
        given = [way for way in ways if getattr(self, way) is not None]
        if len(given) != 1:
            raise ValueError(
                f"satu syarat memuat tepat satu cara mencari, di sini {len(given)} — pilih salah satu: "
                + ", ".join(ways)
            )
        if (self.exceptions or self.with_person) and self.word_form is None:
            raise ValueError("`exceptions` dan `with_person` hanya untuk `word_form` — hapus, atau pakai `word_form`")
        return self


Condition = Annotated[Entry, BeforeValidator(_bare_phrase)]


class AppliesTo(_Strict):
    """To which acts a rule applies. An empty list means every one, kinds of act aside."""

    kinds: tuple[ItemKind, ...] = (ItemKind.POST, ItemKind.COMMENT, ItemKind.SHARE)
    platforms: tuple[Platform, ...] = ()
    person_kinds: tuple[PersonKind, ...] = ()
    relations: tuple[Relation, ...] = ()
    spouse: bool | None = None


class LegalBasis(_Strict):
    """A legal basis with its certainty: 2 = two sources agree, 1 = one source, 0 = not confirmed."""

    text: str = Field(min_length=5)
    certainty: Literal[0, 1, 2]


class Example(_Strict):
    """A text that must match or must not. What is left out is taken from the rule: its first kind, relation, phase."""

    text: str = ""
    title: str = ""
    kind: ItemKind | None = None
    relation: Relation | None = None
    phase: Phase | None = None
    person_kind: PersonKind | None = None
    spouse: bool | None = None
    parent_text: str = ""


Sample = Annotated[Example, BeforeValidator(_bare_text)]


class Examples(_Strict):
    """Examples run at every load; a rule that fails its own is refused."""

    match: tuple[Sample, ...] = Field(min_length=1)
    no_match: tuple[Sample, ...] = Field(min_length=1)


def _known(code: str) -> str:
    if code not in FORMS:
        close = difflib.get_close_matches(code.upper(), FORMS, n=1, cutoff=0.6)
        advice = f"maksud Anda `{close[0]}`?" if close else "pilihan: " + ", ".join(FORMS)
        raise ValueError(f"bentuk `{code[:30]}` tidak dikenal — {advice}")
    return code


class RuleFile(_Strict):
    """One rule as its file states it."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{2,59}$")
    title: str = Field(min_length=5, max_length=140)
    status: Status
    level: Level
    forms: tuple[str, ...] | dict[Phase, tuple[str, ...]]
    applies_to: AppliesTo = AppliesTo()
    phases: tuple[Phase, ...] = ()
    field: TextField = TextField.TEXT
    any: tuple[Condition, ...] = Field(default=(), max_length=400)
    all: tuple[Condition, ...] = Field(default=(), max_length=10)
    none: tuple[Condition, ...] = Field(default=(), max_length=400)
    not_when: tuple[Scope, ...] = ()
    parent_level: Level | None = None
    legal_basis: tuple[LegalBasis, ...] = Field(min_length=1)
    author: str = Field(min_length=2)
    date: date
    false_positives: tuple[str, ...] = ()
    examples: Examples

    @field_validator("forms", mode="before")
    @classmethod
    def _forms_shape(cls, value: Any) -> Any:  # noqa: ANN401 - YAML data of any shape
        """Check codes before pydantic tries both shapes, so that a wrong code is one message at one place."""
        if isinstance(value, list):
            if not value:
                raise ValueError("paling sedikit satu bentuk — misalnya [KE-2, DIS-2]")
            return [_known(str(code)) for code in value]
        if not isinstance(value, dict):
            raise ValueError("harus daftar bentuk, atau bentuk per tahap — misalnya [KE-2, DIS-2]")  # noqa: TRY004 - pydantic wants ValueError
        phases = [str(phase) for phase in Phase]
        for phase, codes in value.items():
            if phase not in phases:
                close = difflib.get_close_matches(str(phase), phases, n=1, cutoff=0.6)
                advice = f"maksud Anda `{close[0]}`?" if close else "pilihan: " + ", ".join(phases)
                raise ValueError(f"tahap `{str(phase)[:30]}` tidak dikenal — {advice}")
            for code in codes if isinstance(codes, list) else [codes]:
                if Phase(phase) not in FORMS[_known(str(code))].phases:
                    raise ValueError(
                        f"`{code}` tidak berlaku pada tahap `{phase}` — KE sebelum penetapan, DIS sesudahnya"
                    )
        return {phase: codes if isinstance(codes, list) else [codes] for phase, codes in value.items()}

    @model_validator(mode="after")
    def _something_to_look_at(self) -> Self:
        if not self.any and not self.all and not self.applies_to.relations and self.parent_level is None:
            raise ValueError(
                "aturan tanpa syarat akan cocok dengan semuanya — isi `any`, `all`, `parent_level` atau "
                "`applies_to: {relations: …}`"
            )
        return self

    @property
    def has_text(self) -> bool:
        """True where the rule asks something of a text."""
        return bool(self.any or self.all)


class LexiconFile(_Strict):
    """A named list of words and phrases, used as `{name}` in phrases."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")
    title: str = Field(min_length=3)
    words: tuple[Condition, ...] = Field(min_length=1, max_length=2000)

    @model_validator(mode="after")
    def _plain(self) -> Self:
        for entry in self.words:
            if entry.near is not None or entry.regex is not None or entry.lexicon is not None:
                raise ValueError("kamus hanya memuat frasa, `word_form`, `hashtag` dan `emoji` — pindahkan ke aturan")
        return self


Near.model_rebuild()
Entry.model_rebuild()
