"""Readers of files that people bring or write: rosters, settings, selectors, rules."""

from __future__ import annotations

import io
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import openpyxl

from monitor import strictyaml
from monitor.collectors import sites
from monitor.config import Config
from monitor.errors import ImportRefusedError
from monitor.models import Item
from monitor.roster import read_roster
from monitor.rules.schema import RuleFile
from tests.collectors.fuzzing import Reader

ROOT = Path(__file__).parents[2]
FOLDER = Path(tempfile.mkdtemp(prefix="netra-fuzz-berkas-"))


def roster(suffix: str, body: bytes) -> list[Item]:
    path = FOLDER / f"daftar{suffix}"
    path.write_bytes(body)
    draft = read_roster(path)
    for row in draft.rows:
        assert row.name.strip()
        assert "\x00" not in row.name
    for problem in draft.rejected:
        assert problem.message
        assert "19850417" not in problem.message, "no message repeats a NIP"
    return []


def settings(body: bytes, _place: int) -> list[Item]:
    _checked(body, Config)
    return []


def selectors(body: bytes, _place: int) -> list[Item]:
    _checked(body, sites.Sites)
    return []


def rule(body: bytes, _place: int) -> list[Item]:
    _checked(body, RuleFile)
    return []


def _checked(body: bytes, model: type[Config | sites.Sites | RuleFile]) -> None:
    path = FOLDER / f"{model.__name__}.yaml"
    path.write_bytes(body)
    document, problems = strictyaml.read(path, path.name)
    if document is not None:
        _, more = strictyaml.validate(model, document)
        problems = [*problems, *more]
    assert all(problem.message and problem.line >= 0 for problem in problems)


@cache
def _spreadsheet() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (ROOT / "demo" / "roster.csv").read_text("utf-8").splitlines()[:6]:
        sheet.append(line.split(","))
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


INSIDE = ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml")


def inside(body: bytes, place: int) -> list[Item]:
    """Read a sound package of which one part is changed: most changes of the package itself only break it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_spreadsheet())) as good, zipfile.ZipFile(packed, "w") as bad:
        for name in good.namelist():
            bad.writestr(name, body if name == INSIDE[place] else good.read(name))
    return roster(".xlsx", packed.getvalue())


def _parts() -> tuple[bytes, ...]:
    with zipfile.ZipFile(io.BytesIO(_spreadsheet())) as good:
        return tuple(good.read(name) for name in INSIDE)


def _head(path: Path, lines: int) -> bytes:
    return b"\n".join(path.read_bytes().split(b"\n")[:lines])


READERS = [
    Reader(
        "roster.csv",
        (_head(ROOT / "demo" / "roster.csv", 12),),
        lambda body, _: roster(".csv", body),
        (ImportRefusedError,),
    ),
    Reader("roster.xlsx", (_spreadsheet(),), lambda body, _: roster(".xlsx", body), (ImportRefusedError,)),
    Reader("roster.xlsx-inside", _parts(), inside, (ImportRefusedError,)),
    Reader("config.yaml", ((ROOT / "config.yaml").read_bytes(),), settings),
    Reader("sites.yaml", (_head(ROOT / "monitor" / "collectors" / "sites.yaml", 140),), selectors),
    Reader(
        "rules.yaml", tuple(path.read_bytes() for path in sorted((ROOT / "rules" / "asn").glob("*.yaml"))[:4]), rule
    ),
]
