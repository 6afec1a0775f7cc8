"""Makes the documents of a case: each as Word and as PDF, from the shipped templates or the office's own."""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from jinja2 import TemplateError

from monitor.errors import ConfigError, Problem
from monitor.evidence import Archive
from monitor.reports import content
from monitor.reports.content import Content, Source
from monitor.reports.layout import PAPERS
from monitor.reports.pictures import HIGHEST, WIDEST, Printed, printed
from monitor.reports.templates import Templates

UNFIT = (
    TemplateError, RuntimeError, ValueError, LookupError, ArithmeticError, TypeError, AttributeError, SyntaxError,
)  # fmt: skip
"""What a template that asks for nonsense can end in; typst's own error is a RuntimeError."""


class Format(StrEnum):
    """How a document is written."""

    WORD = "docx"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class Filled:
    """What a case's documents say, with its pictures ready for paper."""

    content: Content
    pictures: tuple[Printed, ...]


def names_of(election: str) -> tuple[str, ...]:
    """Name the documents of a case in the order of the file: Form A in the variant of the election, then the rest."""
    form = f"formulir-a-{election}"
    return (form, *(name for name in PAPERS if not name.startswith("formulir-a-")))


def fill(source: Source, archive: Archive) -> Filled:
    """Put a case into words and make its pictures ready.

    Raises:
        ArchiveError: evidence is missing or damaged. CopyError: a picture is none.
    """
    made = content.assemble(source, archive)
    return Filled(made, printed(made.pictures))


def make(
    filled: Filled, templates: Templates, made_at: datetime, wanted: Iterable[tuple[str, Format]]
) -> dict[str, bytes]:
    """Give the documents by file name.

    Raises:
        ConfigError: one of the office's templates does not fit; every such template at once.
    """
    from monitor.reports.pdf import Press  # noqa: PLC0415 (Word and typst would be a tenth of every start)

    with tempfile.TemporaryDirectory() as made:
        folder, packages = Path(made) / "kertas", Path(made) / "paket"
        packages.mkdir()
        values = _lay_out(folder, filled, templates)
        press = Press(folder, packages, made_at)
        papers: dict[str, bytes] = {}
        problems: list[Problem] = []
        for name, form in wanted:
            file = f"{name}.{'typ' if form is Format.PDF else 'docx'}"
            try:
                papers[f"{name}.{form.value}"] = (
                    press.print(name, values) if form is Format.PDF else _word(templates, file, filled, made_at)
                )
            except UNFIT as error:
                problems.append(unfit(file, error))
    if problems:
        raise ConfigError(problems)
    return papers


def unfit(file: str, error: Exception) -> Problem:
    """Say that a template does not fit what it is filled with, with the words of whoever read it."""
    said = getattr(error, "message", "") or str(error)
    line = getattr(error, "lineno", 0) or 0
    return Problem(
        file, int(line) if file.endswith(".typ") else 0, 1, f"templat tidak dapat diisi: {said}",
        "perbaiki templat itu, atau hapus agar yang bawaan dipakai; nama isian ada di docs/operasi.md",
    )  # fmt: skip


def _word(templates: Templates, file: str, filled: Filled, made_at: datetime) -> bytes:
    from monitor.reports import word  # noqa: PLC0415 (as typst)

    return word.write(templates.files[file], filled.content.values, filled.content.rows, filled.pictures, made_at)


def _lay_out(folder: Path, filled: Filled, templates: Templates) -> Mapping[str, object]:
    """Put templates and pictures into an own folder; gives what typst is told."""
    folder.mkdir()
    for name, body in templates.files.items():
        if not name.endswith(".docx"):
            (folder / name).write_bytes(body)
    shown = []
    for place, one in enumerate(filled.pictures, 1):
        name = f"gambar-kasus-{place}.jpg"
        (folder / name).write_bytes(one.content)
        shown.append(
            {
                "berkas": name,
                "keterangan": one.caption,
                "sidik": one.sha256,
                "lebar": round(one.fit(WIDEST, HIGHEST), 2),
            }
        )
    return {**filled.content.values, **filled.content.rows, "gambar": shown}


def trial(filled: Filled, templates: Templates, made_at: datetime, election: str) -> list[Problem]:
    """Fill the office's own templates with a case and say what does not fit, with the name that was probably meant."""
    from monitor.reports import word  # noqa: PLC0415 (as typst)

    known = {*filled.content.values, *filled.content.rows, "gambar"}
    problems = [
        Problem(name, 0, 0, f"isian `{one}` tidak dikenal", _near(one, known))
        for name in sorted(templates.own)
        if name.endswith(".docx")
        for one in sorted(word.names(templates.files[name]) - known)
    ]
    if problems:
        return problems
    wanted = [(name, form) for name in names_of(election) for form in Format]
    try:
        make(filled, templates, made_at, wanted)
    except ConfigError as error:
        return list(error.problems)
    return []


def _near(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), 1)
    return f"maksudnya `{near[0]}`?" if near else "nama isian ada di docs/operasi.md"
