"""Which provisions a case file cites: by form, election and status of the person. A file under the rulebook.

Only provisions that say what is owed or forbidden; never what follows from it. Every line carries its certainty mark.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from monitor import strictyaml
from monitor.errors import Problem, RulesError
from monitor.models import PersonKind

FOLDER, FILE = "hukum", "dasar.yaml"
Election = Literal["pemilu", "pilkada"]


class Provision(BaseModel):
    """One provision, how certain its wording is (2, 1, 0), and for whom it speaks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(min_length=3, max_length=600)
    certainty: Literal[0, 1, 2]
    note: str = Field(default="", max_length=300)
    only: Election | None = None
    kinds: tuple[PersonKind, ...] = ()

    def speaks(self, election: str, kind: PersonKind | None) -> bool:
        """Tell whether it holds in this election for a person of this status; an unknown status excludes nothing."""
        return (self.only is None or self.only == election) and (not self.kinds or kind is None or kind in self.kinds)


class FormBasis(BaseModel):
    """One form of the joint decree: its number there ("" where it stands elsewhere), its words, its provisions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: str = ""
    text: str = Field(min_length=10, max_length=300)
    bases: tuple[Provision, ...] = Field(min_length=1)


class Phrase(BaseModel):
    """A sentence to put into a field and change; `{name}` is a place of the papers, `{dasar}` the provisions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)
    title: str = Field(min_length=3, max_length=120)
    field: Literal["summary", "suspicion", "facts", "analysis", "articles", "follow_up", "letter_text"]
    text: str = Field(min_length=3, max_length=4000)


class LegalBasis(BaseModel):
    """Dasar hukum yang dicantumkan dalam dokumen berkas kasus."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decree: Provision
    always: tuple[Provision, ...] = ()
    forms: dict[str, FormBasis]
    phrases: tuple[Phrase, ...] = ()

    def of(self, forms: Iterable[str], election: str, kind: PersonKind | None) -> list[Provision]:
        """Give the provisions for these forms, the joint decree first where it lists one of them, each once."""
        chosen = [self.forms[one] for one in forms if one in self.forms]
        found = [self.decree] if any(one.number for one in chosen) else []
        found += [one for form in chosen for one in form.bases]
        found += self.always
        return [one for one in dict.fromkeys(found) if one.speaks(election, kind)]


def check(folder: Path) -> None:
    """Read the table where a folder of rules holds one, so that its mistakes are told with those of the rules.

    Raises:
        RulesError: every mistake of it with its line.
    """
    if (folder / FOLDER / FILE).exists():
        load(folder)


def load(folder: Path) -> LegalBasis:
    """Read the table of a folder of rules.

    Raises:
        RulesError: it is not there, or every mistake of it with its line.
    """
    path, shown = folder / FOLDER / FILE, f"{folder.name}/{FOLDER}/{FILE}"
    if not path.exists():
        raise RulesError(
            [
                Problem(
                    shown, 0, 0, "tabel dasar hukum belum ada", "salin dari Netra yang baru, lalu mintakan persetujuan"
                )
            ]
        )
    document, problems = strictyaml.read(path, shown)
    if document is None:
        raise RulesError(problems)
    if not isinstance(document.data, dict):
        raise RulesError([document.problem((), "berkas kosong atau bukan tabel dasar hukum", "mulai dengan `decree:`")])
    read, more = strictyaml.validate(LegalBasis, document)
    if read is None or problems or more:
        raise RulesError([*problems, *more])
    return read
