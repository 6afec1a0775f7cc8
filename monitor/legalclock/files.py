"""`calendar/tenggat.yaml`: the deadlines of the law as data, each with its certainty mark and its source."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from monitor import strictyaml
from monitor.calendar.files import TERMS
from monitor.errors import Problem, RulesError
from monitor.legalclock.values import Anchor, Counting, Regime, Step, Term, Terms

_UNITS = {
    "kerja": (Counting.WORKING, Counting.WORKING_JOINT),
    "kalender": (Counting.CALENDAR,),
    "belum_pasti": tuple(Counting),
}


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _TermFile(_Strict):
    step: Step
    regimes: tuple[Regime, ...] = Field(min_length=1)
    after: Anchor
    days: Annotated[int, Field(ge=1, le=365)] | None = None
    counted: str = Field(default="kalender", pattern="^(kerja|kalender|belum_pasti)$")
    status: int = Field(ge=0, le=2)
    source: str = Field(min_length=1, max_length=300)
    note: str = Field(default="", max_length=400)


class _TermsFile(_Strict):
    first_day_counts: bool = False
    note: str = Field(default="", max_length=400)
    terms: tuple[_TermFile, ...]


def load(folder: Path) -> Terms:
    """Read the deadlines of a calendar folder; none at all where the file is not there.

    Raises:
        RulesError: every mistake, with its line.
    """
    path = folder / TERMS
    if not path.exists():
        return Terms()
    found = path.stat()
    return _read(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int, _size: int) -> Terms:
    """Read a file once for every content; each page that shows a clock asks for it."""
    document, problems = strictyaml.read(path, f"{path.parent.name}/{TERMS}")
    if document is None:
        raise RulesError(problems)
    if not isinstance(document.data, dict):
        raise RulesError([document.problem((), "berkas kosong atau bukan tenggat", "mulai dengan `terms:`")])
    read, more = strictyaml.validate(_TermsFile, document)
    problems += more
    if read is None or problems:
        raise RulesError(problems)
    doubled = _doubled(read, document)
    if doubled:
        raise RulesError(doubled)
    terms = tuple(
        Term(one.step, regime, one.after, one.days, _UNITS[one.counted], one.status, one.source, one.note)
        for one in read.terms
        for regime in one.regimes
    )
    digest = hashlib.sha256(read.model_dump_json().encode()).hexdigest()
    return Terms(terms, read.first_day_counts, read.note, digest)


def _doubled(read: _TermsFile, document: strictyaml.Document) -> list[Problem]:
    """Each law says each step once, and who names days names a certainty above "nothing found"."""
    problems, seen = [], set[tuple[Step, Regime]]()
    for index, one in enumerate(read.terms):
        for regime in one.regimes:
            if (one.step, regime) in seen:
                said = f"`{one.step}` untuk {regime} ditulis dua kali"
                problems.append(document.problem(("terms", index, "step"), said, "hapus salah satu"))
            seen.add((one.step, regime))
        if one.days is None and one.status:
            said = f"`{one.step}` tanpa `days` tidak dapat bertanda {one.status}"
            problems.append(document.problem(("terms", index, "status"), said, "tulis 0: belum ada sumbernya"))
    return problems
