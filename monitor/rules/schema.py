"""The rule language: what may stand in a rule file and in a lexicon file. Keys are English, messages Indonesian.

The descriptions are the help that editors show (rules/skema.json is made of these classes by `netra rules schema`).
"""

from __future__ import annotations

import difflib
from datetime import date as Day  # noqa: N812 - a column is called `date`
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from monitor.models import Field as TextField
from monitor.models import ItemKind, Level, PersonKind, Phase, Platform, Relation
from monitor.rules.conditions import WILD, AtLeast, Condition, Strict, Weighted
from monitor.rules.forms import FORMS


class Status(StrEnum):
    """Life cycle of a rule. Only `aktif` reaches flags; `bayangan` runs beside it and is shown to no reviewer."""

    DRAFT = "draf"
    SHADOW = "bayangan"
    ACTIVE = "aktif"
    RETIRED = "usang"


class Scope(StrEnum):
    """When a hit does not count."""

    NEGATED = "negasi"
    QUESTION = "pertanyaan"
    QUOTE = "kutipan"
    LAW = "kutipan_hukum"
    HEADLINE = "judul_berita"
    NEUTRAL = "pesan_netral"
    REPORT = "laporan"


class AccountKind(StrEnum):
    """Whose account an act was done with: an office's own, or a person's."""

    OFFICIAL = "resmi"
    PRIVATE = "pribadi"


def _bare_text(value: Any) -> Any:  # noqa: ANN401 - YAML data of any shape
    return {"text": value} if isinstance(value, str) else value


class Repeated(Strict):
    """Tindakan sejenis oleh orang yang sama dalam rentang hari."""

    count: int = Field(ge=2, le=50, description="Tindakan ini sedikitnya yang ke sekian.")
    days: int = Field(ge=1, le=60, description="Dalam sekian hari terakhir.")


class AppliesTo(Strict):
    """Untuk tindakan mana aturan berlaku. Daftar kosong berarti semuanya."""

    kinds: tuple[ItemKind, ...] = Field(
        default=(ItemKind.POST, ItemKind.COMMENT, ItemKind.SHARE),
        description="Jenis tindakan; tanpa ini: unggahan, komentar, bagikan.",
    )
    platforms: tuple[Platform, ...] = Field(default=(), description="Hanya pada kanal ini.")
    person_kinds: tuple[PersonKind, ...] = Field(default=(), description="Hanya untuk status kepegawaian ini.")
    relations: tuple[Relation, ...] = Field(default=(), description="Hanya bila dilakukan pada akun semacam ini.")
    spouse: bool | None = Field(default=None, description="`true`: hanya suami/istri calon; `false`: hanya yang bukan.")
    account_kinds: tuple[AccountKind, ...] = Field(default=(), description="Akun resmi instansi, atau akun pribadi.")
    posts: tuple[Annotated[str, Field(min_length=3, max_length=60)], ...] = Field(
        default=(), max_length=50, description="Jabatannya memuat salah satu kata ini, misalnya camat atau `kepala*`."
    )
    regions: tuple[Annotated[str, Field(min_length=3, max_length=80)], ...] = Field(
        default=(), max_length=100, description="Hanya untuk pegawai di wilayah ini."
    )
    office_hours: bool | None = Field(
        default=None,
        description="`true`: pada jam kerja (hari kerja 07.30–16.00 setempat, hari libur tidak); `false`: selain itu.",
    )
    repeated: Repeated | None = Field(default=None, description="Hanya bila tindakan sejenis berulang.")


class LegalBasis(Strict):
    """Satu dasar hukum dengan kepastiannya."""

    text: str = Field(min_length=5, description="Peraturan dan pasalnya.")
    certainty: Literal[0, 1, 2] = Field(description="2 = dua sumber sama, 1 = satu sumber, 0 = belum dipastikan.")


class Example(Strict):
    """Satu contoh. Yang tidak disebut diambil dari aturannya: jenis, hubungan dan tahap yang pertama."""

    text: str = Field(default="", description="Teks unggahan.")
    title: str = Field(default="", description="Judul.")
    kind: ItemKind | None = Field(default=None, description="Jenis tindakan.")
    relation: Relation | None = Field(default=None, description="Hubungan dengan akun yang ditanggapi.")
    phase: Phase | None = Field(default=None, description="Tahap pemilihan.")
    person_kind: PersonKind | None = Field(default=None, description="Status kepegawaian.")
    spouse: bool | None = Field(default=None, description="Suami/istri calon.")
    parent_text: str = Field(default="", description="Isi unggahan yang ditanggapi.")
    account_kind: AccountKind | None = Field(default=None, description="Akun resmi atau pribadi.")
    post: str | None = Field(default=None, description="Jabatan.")
    region: str | None = Field(default=None, description="Wilayah pegawai.")
    office_hours: bool | None = Field(default=None, description="Pada jam kerja.")
    repeats: int | None = Field(default=None, ge=1, le=100, description="Tindakan sejenis yang ke sekian.")


Sample = Annotated[Example, BeforeValidator(_bare_text, json_schema_input_type=str | Example)]


class Examples(Strict):
    """Contoh yang dijalankan setiap kali aturan dimuat."""

    match: tuple[Sample, ...] = Field(min_length=1, description="Harus cocok.")
    no_match: tuple[Sample, ...] = Field(min_length=1, description="Tidak boleh cocok.")
    known_misses: tuple[Sample, ...] = Field(
        default=(), description="Seharusnya cocok, tetapi diketahui belum tertangkap; dicatat dengan jujur."
    )


def _known(code: str) -> str:
    if code not in FORMS:
        close = difflib.get_close_matches(code.upper(), FORMS, n=1, cutoff=0.6)
        advice = f"maksud Anda `{close[0]}`?" if close else "pilihan: " + ", ".join(FORMS)
        raise ValueError(f"bentuk `{code[:30]}` tidak dikenal — {advice}")
    return code


FormCode = Annotated[str, Field(json_schema_extra={"enum": list(FORMS)})]


class RuleFile(Strict):
    """Satu aturan Netra: apa yang ditaruh di depan peninjau, kapan, dan mengapa."""

    id: str = Field(
        pattern=r"^[a-z0-9][a-z0-9-]{2,59}$", description="Huruf kecil dan tanda hubung; sama dengan nama berkas."
    )
    title: str = Field(min_length=5, max_length=140, description="Apa yang ditemukan; dibaca peninjau.")
    status: Status = Field(
        description="draf = belum dipakai; bayangan = diuji diam-diam; aktif = menghasilkan tanda; usang = tidak lagi."
    )
    level: Level = Field(description="info dan rendah tidak sampai ke antrean sendirian; sedang dan tinggi sampai.")
    forms: tuple[FormCode, ...] | dict[Phase, tuple[FormCode, ...]] = Field(
        description="Bentuk menurut SKB: KE-n sebelum penetapan, DIS-n sesudahnya; boleh per tahap."
    )
    applies_to: AppliesTo = Field(default=AppliesTo(), description="Untuk tindakan siapa dan di mana.")
    phases: tuple[Phase, ...] = Field(default=(), description="Hanya pada tahap ini.")
    field: TextField = Field(default=TextField.TEXT, description="Teks yang dibaca: teks (bawaan), judul, atau induk.")
    any: tuple[Condition, ...] = Field(default=(), max_length=400, description="Salah satu harus ada.")
    all: tuple[Condition, ...] = Field(default=(), max_length=10, description="Semuanya harus ada.")
    none: tuple[Condition, ...] = Field(default=(), max_length=400, description="Tidak satu pun boleh ada.")
    at_least: AtLeast | None = Field(default=None, description="Paling sedikit n dari beberapa syarat harus ada.")
    weights: tuple[Weighted, ...] = Field(
        default=(), max_length=100, description="Syarat berbobot; jumlah bobotnya menentukan tingkat menurut `score`."
    )
    score: dict[Level, Annotated[int, Field(ge=1, le=200)]] = Field(
        default={}, description="Jumlah bobot paling kecil untuk tiap tingkat, misalnya {sedang: 4, tinggi: 7}."
    )
    not_when: tuple[Scope, ...] = Field(default=(), description="Kapan temuan tidak dihitung.")
    parent_level: Level | None = Field(
        default=None, description="Isi yang ditanggapi sendiri harus terkena aturan setingkat ini ke atas."
    )
    legal_basis: tuple[LegalBasis, ...] = Field(min_length=1, description="Dasar hukum dengan kepastiannya.")
    author: str = Field(min_length=2, description="Siapa yang menulis.")
    date: Day = Field(description="Kapan ditulis, misalnya 2025-01-06.")
    false_positives: tuple[str, ...] = Field(default=(), description="Salah tanda yang sudah diketahui.")
    examples: Examples = Field(description="Teks yang harus dan tidak boleh cocok.")

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
        if not self.has_text and not self.applies_to.relations and self.parent_level is None:
            raise ValueError(
                "aturan tanpa syarat akan cocok dengan semuanya — isi `any`, `all`, `at_least`, `weights`, "
                "`parent_level` atau `applies_to: {relations: …}`"
            )
        return self

    @model_validator(mode="after")
    def _score_fits(self) -> Self:
        if bool(self.weights) != bool(self.score):
            raise ValueError("`weights` dan `score` harus ditulis berdua — misalnya score: {sedang: 4, tinggi: 7}")
        if not self.score:
            return self
        steps = sorted(self.score.items(), key=lambda step: step[0].rank)
        if self.level is not steps[-1][0]:
            raise ValueError(f"`level` harus tingkat tertinggi dalam `score` — tulis level: {steps[-1][0]}")
        needed = [points for _, points in steps]
        if needed != sorted(set(needed)):
            raise ValueError("`score` harus naik bersama tingkatnya — misalnya {sedang: 4, tinggi: 7}")
        most = sum(one.weight for one in self.weights if one.weight > 0)
        if needed[-1] > most:
            raise ValueError(f"nilai {needed[-1]} tidak pernah tercapai; jumlah bobotnya {most} — turunkan `score`")
        return self

    @property
    def has_text(self) -> bool:
        """True where the rule asks something of a text."""
        return bool(self.any or self.all or self.at_least or self.weights)


class LexiconFile(Strict):
    """Satu kamus: kumpulan kata yang dipakai sebagai {nama} dalam frasa."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{1,39}$", description="Nama isian, tanpa kurung kurawal.")
    title: str = Field(min_length=3, description="Isi kamus dalam satu kalimat.")
    words: tuple[Condition, ...] = Field(
        min_length=1, max_length=2000, description="Frasa, `word_form`, `hashtag` atau `emoji`."
    )

    @model_validator(mode="after")
    def _plain(self) -> Self:
        for entry in self.words:
            if entry.near is not None or entry.regex is not None or entry.lexicon is not None:
                raise ValueError("kamus hanya memuat frasa, `word_form`, `hashtag` dan `emoji` — pindahkan ke aturan")
            if entry.phrase is not None and WILD.search(entry.phrase[:-1]):
                raise ValueError("dalam kamus `*` hanya di akhir frasa — misalnya `gotong roy*`")
        return self
