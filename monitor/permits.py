"""Legal decisions about platforms whose terms speak against this use: recorded in a file, each with an end.

```yaml
decisions:
  - platform: x                         # x, facebook, instagram, threads, tiktok, telegram
    decided_by: Nama Pejabat            # who answers for it
    position: Ketua
    decided_on: 2026-01-05
    basis: "Surat 12/HK/I/2026; UU 27/2022 pasal 20 ayat (2) huruf e"
    contract: "perjanjian Enterprise nomor …"   # what the platform itself agreed to
    scope: "akun resmi paslon, tidak termasuk suka"
    expires_on: 2026-12-31              # at most a year after the decision
```
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from monitor import strictyaml
from monitor.config import Config
from monitor.errors import ConfigError, Problem
from monitor.strictyaml import Document

LONGEST = timedelta(days=366)
SOON = timedelta(days=30)

Gated = Literal["x", "facebook", "instagram", "threads", "tiktok", "telegram"]
NEEDED = (
    "siapa yang memutuskan (decided_by, position), tanggal (decided_on), dasar (basis), izin atau perjanjian "
    "platform (contract), ruang lingkup (scope), dan masa berlaku (expires_on)"
)


class Permit(BaseModel):
    """One recorded decision."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    platform: Gated
    decided_by: str = Field(min_length=3)
    position: str = Field(min_length=3)
    decided_on: date
    basis: str = Field(min_length=10)
    contract: str = Field(min_length=5)
    scope: str = Field(min_length=10)
    expires_on: date

    def holds(self, today: date) -> bool:
        """Tell whether the decision is in force."""
        return self.decided_on <= today <= self.expires_on

    def ends_soon(self, today: date) -> bool:
        """Tell whether it ends within a month."""
        return self.holds(today) and self.expires_on - today <= SOON


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    decisions: tuple[Permit, ...] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """The decisions of an office, and the office's date against which they count."""

    permits: tuple[Permit, ...] = ()
    today: date = date.min


NOTHING = Recorded()


def recorded(config: Config, root: Path, now: datetime) -> Recorded:
    """Read the decisions that the settings name; none where they name no file.

    Raises:
        ConfigError: every mistake of the file.
    """
    today = now.astimezone(config.zone).date()
    path = config.legal_decisions
    return Recorded(load(root / path, today) if path else (), today)


def load(path: Path, today: date) -> tuple[Permit, ...]:
    """Read the recorded decisions.

    Raises:
        ConfigError: every mistake, each with file, line, column and advice.
    """
    document, problems = strictyaml.read(path, path.name)
    if document is None:
        raise ConfigError(problems)
    found, more = strictyaml.validate(_File, document)
    problems = [*problems, *more, *(_beyond_schema(found, document, today) if found is not None else ())]
    if found is None or problems:
        raise ConfigError(problems)
    return found.decisions


def _beyond_schema(file: _File, document: Document, today: date) -> Iterator[Problem]:
    for place, one in enumerate(file.decisions):
        key = ("decisions", place)
        if one.decided_on > today:
            yield document.problem((*key, "decided_on"), "tanggal keputusan masih di depan", "tulis tanggal sebenarnya")
        if one.expires_on <= one.decided_on:
            yield document.problem(
                (*key, "expires_on"), "masa berlaku berakhir sebelum keputusannya", "betulkan salah satu tanggalnya"
            )
        elif one.expires_on - one.decided_on > LONGEST:
            yield document.problem(
                (*key, "expires_on"), "masa berlaku lebih dari setahun", "keputusan ditinjau lagi sedikitnya tiap tahun"
            )
