"""One condition on a text, as a rule or lexicon file writes it. Keys are English, messages and help Indonesian.

A condition is a phrase (plain text) or a small mapping with exactly one way of looking: `phrase`, `word_form`, `near`,
`hashtag`, `emoji`, `regex` or `lexicon`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Self

import re2
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

MAX_PHRASE = 120
MAX_REGEX = 200
REGEX_MEMORY = 1 << 20
WAYS = ("phrase", "word_form", "near", "hashtag", "emoji", "regex", "lexicon")
# A star opens the end of a word of three letters or more; elsewhere it is a character like any other ("c*blos").
WILD = re.compile(r"(?<=\w\w\w)\*(?=\s|$|\{)")
_BAD_STAR = re.compile(r"(?:^|\s)(?:\*\w|\w{1,2}\*(?=\s|$|\{))")


class Strict(BaseModel):
    """Base of everything that a file may hold: unknown columns are refused, values never change."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def _bare_phrase(value: Any) -> Any:  # noqa: ANN401 - YAML data of any shape
    return {"phrase": value} if isinstance(value, str) else value


def _one_or_many(value: Any) -> Any:  # noqa: ANN401 - YAML data of any shape
    return [value] if isinstance(value, str) else value


Phrase = Annotated[str, Field(min_length=1, max_length=MAX_PHRASE)]
Phrases = Annotated[
    tuple[Phrase, ...],
    BeforeValidator(_one_or_many, json_schema_input_type=str | tuple[Phrase, ...]),
    Field(min_length=1, max_length=200),
]
Root = Annotated[str, Field(pattern=r"^[a-z]{3,30}$")]


class Near(Strict):
    """Beberapa hal yang harus berdekatan."""

    words: tuple[Condition, ...] = Field(
        min_length=2, max_length=6, description="Dua sampai enam syarat yang harus berdekatan."
    )
    within: int = Field(ge=0, le=30, description="Paling banyak sekian kata di antaranya (0–30).")
    ordered: bool = Field(default=False, description="`true`: urutannya harus seperti yang ditulis.")


class Entry(Strict):
    """Satu syarat pada teks; memakai tepat satu cara mencari."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [way]} for way in WAYS]})

    phrase: Phrase | None = Field(
        default=None,
        description="Frasa, boleh memuat isian seperti {kandidat}; `dukung*` menemukan semua kata berawalan itu.",
    )
    word_form: Root | None = Field(
        default=None, description="Kata dasar dengan semua imbuhannya: dukung menemukan mendukung, dukungan, didukung."
    )
    exceptions: tuple[str, ...] = Field(
        default=(), max_length=50, description="Bentuk kata yang tidak dihitung (hanya untuk `word_form`)."
    )
    with_person: bool = Field(
        default=False, description="`true`: pelakunya ikut (pendukung, pemilih; hanya untuk `word_form`)."
    )
    near: Near | None = Field(default=None, description="Beberapa syarat yang berdekatan.")
    hashtag: Phrases | None = Field(
        default=None, description="Tagar tanpa pagar; `{kandidat}+menang` = satu tagar yang memuat keduanya."
    )
    emoji: Phrases | None = Field(default=None, description="Salah satu emoji; pakailah hanya sebagai penguat.")
    regex: Annotated[str, Field(min_length=1, max_length=MAX_REGEX)] | None = Field(
        default=None, description="Pola RE2 (waktunya selalu sebanding panjang teks), paling panjang 200 huruf."
    )
    lexicon: str | None = Field(default=None, description="Nama kamus; sama dengan menulis {nama} dalam frasa.")

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

    @field_validator("phrase")
    @classmethod
    def _star_ends_a_word(cls, value: str | None) -> str | None:
        if value is not None and _BAD_STAR.search(value):
            raise ValueError(
                "`*` hanya boleh di akhir kata yang sedikitnya tiga huruf — misalnya `dukung*`; untuk awalan pakai "
                "`word_form`"
            )
        return value

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [way for way in WAYS if getattr(self, way) is not None]
        if len(given) != 1:
            raise ValueError(
                f"satu syarat memuat tepat satu cara mencari, di sini {len(given)} — pilih salah satu: "
                + ", ".join(WAYS)
            )
        if (self.exceptions or self.with_person) and self.word_form is None:
            raise ValueError("`exceptions` dan `with_person` hanya untuk `word_form` — hapus, atau pakai `word_form`")
        return self


Condition = Annotated[Entry, BeforeValidator(_bare_phrase, json_schema_input_type=str | Entry)]


class Weighted(Entry):
    """Satu syarat dengan bobotnya; dihitung sekali bila ada, berapa kali pun ditemukan."""

    weight: int = Field(ge=-20, le=20, description="Bobot −20 sampai 20, bukan 0; yang negatif mengurangi nilai.")

    @field_validator("weight")
    @classmethod
    def _not_zero(cls, value: int) -> int:
        if value == 0:
            raise ValueError("bobot 0 tidak mengubah apa-apa — hapus syaratnya, atau beri bobot")
        return value


class AtLeast(Strict):
    """Paling sedikit n dari beberapa syarat."""

    n: int = Field(ge=1, le=50, description="Berapa syarat yang paling sedikit harus ada.")
    of: tuple[Condition, ...] = Field(min_length=2, max_length=100, description="Syarat-syaratnya.")

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.n > len(self.of):
            raise ValueError(f"`n` ({self.n}) lebih banyak daripada syaratnya ({len(self.of)}) — kecilkan `n`")
        return self


Near.model_rebuild()
Entry.model_rebuild()
Weighted.model_rebuild()
AtLeast.model_rebuild()
