"""New files from a few fields: a rule, a word list, or what the office lays over a shipped one, as commented YAML.

What was typed is always written as quoted text, so no value can become another column. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from monitor.errors import NotAllowedError
from monitor.governance.contents import LOCAL
from monitor.governance.inserting import scalar
from monitor.models import ItemKind
from monitor.rules.forms import FORMS
from monitor.rules.schema import Scope

_LEVELS = ("info", "rendah", "sedang", "tinggi")
_USUAL = (Scope.NEGATED, Scope.QUESTION, Scope.NEUTRAL)


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a person filled in. Lists are as typed, one entry a line; `kind` is aturan, kamus or tambahan.

    `near`: phrases count only near a name, party, number or slogan of the targets. `leans_on` and `base` are of a
    tambahan: the rule's id (or `{lexicon}`) and the digest of its shipped content.
    """

    kind: str
    name: str
    author: str
    day: date
    title: str = ""
    level: str = "sedang"
    forms: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    not_when: tuple[str, ...] = tuple(str(one) for one in _USUAL)
    near: bool = True
    basis: str = ""
    certainty: int = 1
    match: tuple[str, ...] = ()
    no_match: tuple[str, ...] = ()
    leans_on: str = ""
    base: str = ""
    note: str = ""

    @property
    def path(self) -> str:
        """Where the file belongs: everything of an office's own stands in its own folder."""
        return f"{LOCAL}{self.name}.yaml"

    def written(self) -> str:
        """Write the file.

        Raises:
            NotAllowedError: no such kind, or a name that no file can have.
        """
        if (
            re.fullmatch(
                r"[a-z0-9][a-z0-9-]{2,59}" if self.kind == "aturan" else r"[a-z0-9][a-z0-9_-]{1,59}", self.name
            )
            is None
        ):
            raise NotAllowedError(f"nama `{self.name[:60]}` tidak dapat dipakai — huruf kecil, angka dan tanda hubung")
        kinds = {"aturan": self._rule, "kamus": self._lexicon, "tambahan": self._overlay}
        if self.kind not in kinds:
            raise NotAllowedError("jenis berkas tidak dikenal — aturan, kamus, atau tambahan")
        return "\n".join(kinds[self.kind]()) + "\n"

    # ------------------------------------------------------------------ kinds of files

    def _rule(self) -> Iterator[str]:
        forms = [form for form in self.forms if form in FORMS]
        kinds = [kind for kind in self.kinds if kind in {str(one) for one in ItemKind}]
        yield "# yaml-language-server: $schema=../skema.json"
        yield f"# {_comment(self.title) or 'Aturan kantor ini'}. Cara menulisnya: docs/aturan.md."
        yield f"id: {self.name}"
        yield f"title: {scalar(self.title)}"
        yield "# bayangan = berjalan diam-diam untuk diukur; ganti menjadi aktif sesudah dicoba."
        yield "status: bayangan"
        yield "# info dan rendah tidak pernah sendirian sampai ke antrean; sedang dan tinggi sampai."
        yield f"level: {self.level if self.level in _LEVELS else 'sedang'}"
        yield "# Bentuk menurut SKB: KE sebelum penetapan calon, DIS sesudahnya."
        yield f"forms: [{', '.join(forms)}]"
        if kinds:
            yield "applies_to:"
            yield f"  kinds: [{', '.join(kinds)}]"
        yield "# Salah satu harus ada." + (
            " {sasaran} = nama, partai, nomor, tagar atau slogan dari sasaran." * self.near
        )
        yield from _list("any", [self._condition(one) for one in self.phrases])
        yield "# Tidak satu pun boleh ada."
        yield from _list("none", [scalar(one) for one in self.excluded])
        scopes = [one for one in self.not_when if one in {str(scope) for scope in Scope}]
        yield f"not_when: [{', '.join(scopes)}]"
        yield "# certainty: 2 = dua sumber, 1 = satu sumber, 0 = belum dipastikan."
        yield "legal_basis:"
        yield f"  - {{text: {scalar(self.basis)}, certainty: {min(max(self.certainty, 0), 2)}}}"
        yield from self._signed()
        yield "# Dijalankan setiap kali aturan dimuat: yang harus cocok, dan yang tidak boleh."
        yield "examples:"
        yield from _list("match", [scalar(one) for one in self.match], "  ")
        yield from _list("no_match", [scalar(one) for one in self.no_match], "  ")

    def _condition(self, phrase: str) -> str:
        if not self.near or re.search(r"[{}]", phrase):
            return scalar(phrase)
        return f'{{near: {{words: [{scalar(phrase)}, "{{sasaran}}"], within: 4}}}}'

    def _lexicon(self) -> Iterator[str]:
        yield "# yaml-language-server: $schema=../skema-kamus.json"
        yield f"# Dipakai dalam aturan sebagai {{{self.name.replace('-', '_')}}}."
        yield f"name: {self.name.replace('-', '_')}"
        yield f"title: {scalar(self.title)}"
        yield from _list("words", [scalar(one) for one in self.phrases])

    def _overlay(self) -> Iterator[str]:
        lexicon = self.leans_on.startswith("{")
        yield "# yaml-language-server: $schema=../skema-tambahan.json"
        yield "# Tambahan kantor ini; berkas bawaannya tidak diubah dan boleh diperbarui kapan saja."
        yield f"{'lexicon' if lexicon else 'rule'}: {self.leans_on.strip('{}')}"
        if self.base:
            yield "# Sidik isi bawaan ketika ini ditulis; `netra rules check` mengatakan bila berubah."
            yield f'base: "{self.base}"'
        yield from _list("words" if lexicon else "any", [scalar(one) for one in self.phrases])
        yield from _list("without" if lexicon else "none", [scalar(one) for one in self.excluded])
        if (self.match or self.no_match) and not lexicon:
            yield "examples:"
            yield from _list("match", [scalar(one) for one in self.match], "  ")
            yield from _list("no_match", [scalar(one) for one in self.no_match], "  ")
        if self.note:
            yield f"note: {scalar(self.note)}"
        yield from self._signed()

    def _signed(self) -> Iterator[str]:
        yield f"author: {scalar(self.author)}"
        yield f"date: {self.day.isoformat()}"


def name_of(title: str) -> str:
    """Make a file's name of a title: small letters, digits, hyphens; "" where nothing is left."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:50].strip("-")


def entries(text: str) -> tuple[str, ...]:
    """Give the entries of a field, one a line, blank and repeated ones left out."""
    return tuple(dict.fromkeys(one for one in (" ".join(line.split()) for line in text.splitlines()) if one))


def _comment(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _list(name: str, rows: Sequence[str], indent: str = "") -> Iterator[str]:
    if rows:
        yield f"{indent}{name}:"
        yield from (f"{indent}  - {row}" for row in rows)
