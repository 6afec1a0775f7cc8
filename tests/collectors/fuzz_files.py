"""Readers of files that people bring or write: rosters, settings, selectors, rules, calendars, targets, decisions."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable
from datetime import date
from functools import cache, partial
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl

from monitor import permits, strictyaml, thresholds
from monitor.calendar.files import read_folder
from monitor.collectors import sites
from monitor.config import Config
from monitor.errors import ConfigError, ImportRefusedError, NotAllowedError, Problem, RulesError
from monitor.governance import pasting
from monitor.models import Item
from monitor.roster import read_roster
from monitor.rules import regression
from monitor.rules.loader import load
from monitor.rules.samples import EXAMPLE_CONTEST
from monitor.rules.schema import RuleFile
from monitor.targets import Targets
from monitor.targets.files import read_contest, read_export
from tests.collectors.fuzzing import Reader

ROOT = Path(__file__).parents[2]
RULES = ROOT / "rules"
PERMITS = b"""decisions:
  - {platform: x, decided_by: Pejabat Contoh, position: Ketua, decided_on: 2025-01-05, basis: "Surat 12/HK/I/2025",
     contract: "Perjanjian nomor 7", scope: akun resmi paslon saja, expires_on: 2025-06-20}
"""
FOLDER = Path(tempfile.mkdtemp(prefix="netra-fuzz-berkas-"))
ZONE = ZoneInfo("Asia/Jakarta")


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


def _checked(model: type[Config | sites.Sites | RuleFile], body: bytes, _place: int) -> list[Item]:
    path = FOLDER / f"{model.__name__}.yaml"
    path.write_bytes(body)
    document, problems = strictyaml.read(path, path.name)
    if document is not None:
        _, more = strictyaml.validate(model, document)
        problems = [*problems, *more]
    return _said(problems)


def _said(problems: list[Problem]) -> list[Item]:
    assert all(problem.message and problem.line >= 0 for problem in problems)
    return []


def _written(*parts: str) -> Path:
    path = FOLDER.joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def calendar(body: bytes, place: int) -> list[Item]:
    folder = FOLDER / f"kalender{place}"
    _written(folder.name, ("jadwal.yaml", "libur.yaml")[place]).write_bytes(body)
    return _said(read_folder(folder)[-1])


def targets(body: bytes, _place: int) -> list[Item]:
    path = _written("sasaran.yaml")
    path.write_bytes(body)
    return _said(read_contest(path, path.name, {})[1])


def export(body: bytes, _place: int) -> list[Item]:
    path = _written("ekspor.json")
    path.write_bytes(body)
    return _said(read_export(path)[1])


def threshold(body: bytes, _place: int) -> list[Item]:
    path = _written("aturan", thresholds.FOLDER, thresholds.FILE)
    path.write_bytes(body)
    found = thresholds.load(path.parents[1])
    assert found is not None
    assert 0 < found.flag <= found.high < 1
    return []


def permit(body: bytes, _place: int) -> list[Item]:
    path = _written("keputusan.yaml")
    path.write_bytes(body)
    for one in permits.load(path, date(2025, 6, 1)):
        assert one.decided_on <= date(2025, 6, 1) < one.expires_on or one.expires_on > one.decided_on
    return []


LEXICON = RULES / "lexicon" / "dukung.yaml"
RULE = b"""id: uji-dukung
title: "Pernyataan mendukung, untuk diubah-ubah"
status: aktif
level: sedang
forms: ["KE-2"]
any:
  - {near: {words: ["{dukung}", "{kandidat}"], within: 4}}
  - {regex: "nomor +[0-9]{1,2} +menang"}
none: ["rapat kerja"]
legal_basis:
  - {text: "dasar uji", certainty: 2}
author: Kantor Contoh
date: 2025-01-06
examples:
  match: ["Kami dukung Citra Andaikan", "nomor 2 menang"]
  no_match: ["Kami mendukung program imunisasi"]
"""
SMALL = b"""name: dukung
title: Kata kerja mendukung
words:
  - {word_form: dukung, exceptions: [pendukung]}
  - support
  - kami kawal
"""
OVERLAY = b"""rule: uji-dukung
any:
  - "tegak lurus bersama {kandidat}"
  - {regex: "kawal +sampai"}
none: ["rapat dinas"]
examples:
  match: ["kami tegak lurus bersama Andi Misalkan"]
note: uji
author: Kantor Contoh
date: 2025-01-06
"""
WORDS = b"""lexicon: dukung
words: ["kawal sampai", {word_form: kawal, exceptions: [pengawal]}]
without: [support]
author: Kantor Contoh
date: 2025-01-06
"""
CONTEST = f"""id: {EXAMPLE_CONTEST}
title: Pemilihan Contoh
kind: pilkada
regions: [Kabupaten Contoh]
tickets:
  - {{id: uji-1, people: [{{name: Andi Misalkan, aliases: [Mas Andi]}}]}}
  - {{id: uji-2, people: [{{name: Citra Andaikan}}], hashtags: ["#CitraUji"]}}
"""
_PLACES = (("asn", "uji.yaml"), ("lexicon", "dukung.yaml"), ("local", "aturan.yaml"), ("local", "kata.yaml"))
_SEEDS = (RULE, SMALL, OVERLAY, WORDS)


@cache
def _set(place: int) -> tuple[Path, Targets]:
    """Lay out one rule with what it leans on; the file that is to be changed is left out."""
    folder = FOLDER / f"perangkat{place}"
    (folder / "targets").mkdir(parents=True)
    (folder / "targets" / "contoh.yaml").write_text(CONTEST, "utf-8")
    for number, (where, content) in enumerate(zip(_PLACES, _SEEDS, strict=True)):
        (folder / where[0]).mkdir(parents=True, exist_ok=True)
        if number != place:
            folder.joinpath(*where).write_bytes(content)
    return folder, Targets.load(folder / "targets", only=(EXAMPLE_CONTEST,))


def rulebook(body: bytes, place: int) -> list[Item]:
    """Load a small set of rules of which one file is changed: compiled, laid over, and tried on its examples."""
    folder, contest = _set(place)
    folder.joinpath(*_PLACES[place]).write_bytes(body)
    load(folder, contest, ZONE)
    return []


def cases(body: bytes, _place: int) -> list[Item]:
    path = _written("regresi.jsonl")
    path.write_bytes(body)
    assert all(isinstance(one, regression.Case) for one in regression.read(path))
    return []


PASTED = (
    (
        b"Jenis\tIsi\tPlatform\tPasangan\nslogan\tMaju Bersama Uji\t\t1\ntagar\t#MajuUji\t\t2\n"
        b"akun\t@contoh.uji\tInstagram\t1\nkata\tkawal sampai\t\t\n"
    ),
    b"Kata;Keterangan\ntegak lurus uji;a\nkawal;b\n=HYPERLINK(1);c\n",
)


EXPORT = b"""{"parties": [["Partai Uji", "PU"]], "camps": ["Kubu Uji"], "contests": [{"contest": "Pemilu Uji",
 "tickets": [{"number": 1, "people": [{"name": "Andi Misal", "aliases": ["Mas Andi"]}], "hashtags": ["#uji"]}]}]}"""
CASE = (
    b'{"contest_id": "uji", "kind": "unggahan", "parent_text": "", "phase": null, "relation": "tidak_diketahui", '
    b'"ruled": true, "text": "dukung", "title": "", "upheld": true}\n'
)


@cache
def _into(place: int) -> tuple[str, str]:
    path = (RULES / "targets" / "contoh.yaml", LEXICON)[place]
    return f"{path.parent.name}/{path.name}", path.read_text("utf-8")


def pasted(body: bytes, place: int) -> list[Item]:
    path, content = _into(place)
    found = pasting.paste(path, content, body.decode("utf-8", "replace"))
    assert found.content == content or found.accepted
    document, problems = strictyaml.parse(found.content, path)
    assert document is not None
    assert not problems, "what is pasted never breaks a file"
    assert '- "=' not in found.content, "a formula is refused"
    return []


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


def repacked(whole: bytes, place: int, body: bytes) -> bytes:
    """Give a sound package of which one part is changed: most changes of the package itself only break it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as good, zipfile.ZipFile(packed, "w") as bad:
        for name in good.namelist():
            bad.writestr(name, body if name == INSIDE[place] else good.read(name))
    return packed.getvalue()


def parts(whole: bytes) -> tuple[bytes, ...]:
    """Give the parts of a spreadsheet that are changed."""
    with zipfile.ZipFile(io.BytesIO(whole)) as good:
        return tuple(good.read(name) for name in INSIDE)


def _head(path: Path, lines: int) -> bytes:
    return b"\n".join(path.read_bytes().split(b"\n")[:lines])


def _yaml(name: str, seeds: tuple[bytes, ...], read: Callable[[bytes, int], list[Item]]) -> Reader:
    return Reader(name, seeds, read, (RulesError, ConfigError), yaml=True)


READERS = [
    Reader(
        "roster.csv",
        (_head(ROOT / "demo" / "roster.csv", 12),),
        lambda body, _: roster(".csv", body),
        (ImportRefusedError,),
    ),
    Reader("roster.xlsx", (_spreadsheet(),), lambda body, _: roster(".xlsx", body), (ImportRefusedError,)),
    Reader(
        "roster.xlsx-inside",
        parts(_spreadsheet()),
        lambda body, place: roster(".xlsx", repacked(_spreadsheet(), place, body)),
        (ImportRefusedError,),
        markup=True,
    ),
    _yaml("config.yaml", ((ROOT / "config.yaml").read_bytes(),), partial(_checked, Config)),
    _yaml("sites.yaml", (_head(ROOT / "monitor" / "collectors" / "sites.yaml", 140),), partial(_checked, sites.Sites)),
    _yaml(
        "rules.yaml",
        tuple(path.read_bytes() for path in sorted((RULES / "asn").glob("*.yaml"))[:4]),
        partial(_checked, RuleFile),
    ),
    _yaml("rulebook", _SEEDS, rulebook),
    _yaml(
        "calendar.yaml",
        ((RULES / "calendar" / "contoh.yaml").read_bytes(), _head(RULES / "calendar" / "libur.yaml", 30)),
        calendar,
    ),
    _yaml("targets.yaml", ((RULES / "targets" / "contoh.yaml").read_bytes(),), targets),
    _yaml("ambang.yaml", (b"flag: 0.62\nhigh: 0.9\nwhy: 'uji'\n",), threshold),
    _yaml("keputusan.yaml", (PERMITS,), permit),
    Reader("targets.json", (EXPORT,), export, structured=True),
    Reader("regresi.jsonl", (CASE,), cases, (ImportRefusedError,), structured=True),
    Reader("tempelan", PASTED, pasted, (NotAllowedError,)),
]
