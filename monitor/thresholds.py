"""Thresholds of the model as a file under the rulebook: `rules/ambang/model.yaml`, changed by proposal and approval."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from monitor import strictyaml
from monitor.errors import RulesError

FOLDER, FILE = "ambang", "model.yaml"


class Thresholds(BaseModel):
    """Mulai peluang berapa model sendirian menaruh tanda, dan mulai berapa tingkatnya tinggi."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    flag: float = Field(gt=0, lt=1)
    high: float = Field(gt=0, lt=1)
    why: str = Field(default="", max_length=500)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.high < self.flag:
            raise ValueError("`high` lebih kecil dari `flag` — naikkan `high`")
        return self


def load(folder: Path) -> Thresholds | None:
    """Read the thresholds of a folder of rules, None where it says nothing of them.

    Raises:
        RulesError: every mistake, with its line.
    """
    path = folder / FOLDER / FILE
    if not path.exists():
        return None
    document, problems = strictyaml.read(path, f"{folder.name}/{FOLDER}/{FILE}")
    if document is None:
        raise RulesError(problems)
    if not isinstance(document.data, dict):
        raise RulesError([document.problem((), "berkas kosong atau bukan ambang", "tulis `flag: …` dan `high: …`")])
    read, more = strictyaml.validate(Thresholds, document)
    if read is None or problems or more:
        raise RulesError([*problems, *more])
    return read
