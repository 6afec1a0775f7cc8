"""Every type of source there is: whether it may run, what it sees and is blind to, and what its terms say.

The facts stand in `registry.yaml`, in own words, each with its source, the day it was read, and how sure it is:
D = the platform's own document, S = source code, I = a third party; none = not read yet.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from monitor import strictyaml
from monitor.errors import ConfigError

FILE = Path(__file__).with_name("registry.yaml")
MARKS = {"D": "dokumen resmi", "S": "kode sumber layanan", "I": "kabar pihak ketiga", "": "belum dibaca"}


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Term(_Strict):
    """One thing that a platform's terms say, in our words."""

    says: str = Field(min_length=10)
    source: str = Field(min_length=1)
    read_on: date | None = None
    mark: Literal["D", "S", "I", ""]

    @property
    def cited(self) -> str:
        """The term with its source, as a user reads it (Indonesian)."""
        read = f", dibaca {self.read_on:%d-%m-%Y}" if self.read_on else ""
        return f"{self.says} [{self.source}{read}; {MARKS[self.mark]}]"


class Entry(_Strict):
    """One type of source. `gate`: terbuka, kunci (a key is needed), keputusan (legally gated), tidak dibuat."""

    type: str
    name: str
    gate: Literal["terbuka", "kunci", "keputusan", "tidak dibuat"]
    needs: str
    sees: str
    blind: str
    terms: tuple[Term, ...]


class _Registry(_Strict):
    entries: tuple[Entry, ...]


@cache
def entries() -> tuple[Entry, ...]:
    """Give every type of source, in the order of the file.

    Raises:
        ConfigError: the shipped file was changed into something that cannot be read.
    """
    document, problems = strictyaml.read(FILE, FILE.name)
    if document is None or problems:
        raise ConfigError(problems)
    whole = strictyaml.Document(document.file, {"entries": document.data}, {
        ("entries", *key): place for key, place in document.places.items()
    }, document.lines)  # fmt: skip
    found, problems = strictyaml.validate(_Registry, whole)
    if found is None:
        raise ConfigError(problems)
    return found.entries


def entry(kind: str) -> Entry | None:
    """Give the entry of a type of source, None where there is none."""
    return next((one for one in entries() if one.type == kind), None)
