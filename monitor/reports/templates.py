"""The templates: the shipped ones, and the office's own in their place. Every mistake of an own one is told at once.

An own template is read with care all the same: no macro, nothing that a document would load from
outside, no import or package of typst but the shipped `dasar.typ`.
"""

from __future__ import annotations

import difflib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from jinja2 import TemplateError

from monitor.errors import ConfigError, Problem

SHIPPED = Path(__file__).parent / "templates"
BASE = "dasar.typ"
MOST_BYTES, MOST_UNPACKED, MOST_ENTRIES = 5_000_000, 40_000_000, 300
PICTURES = (".png", ".jpg", ".jpeg", ".svg")
_WORDS = re.compile(r"\b(import|include|eval|plugin)\b")
_OWN_IMPORT = re.compile(r'#import "dasar\.typ": [a-z*, -]+')
_OUTSIDE = re.compile(rb'<Relationship\b[^>]*TargetMode="External"[^>]*>', re.IGNORECASE)
_PLAIN_LINK = re.compile(rb'Type="[^"]*/hyperlink"')


@dataclass(frozen=True, slots=True)
class Templates:
    """Templates by file name; `own` are those that the office changed."""

    files: Mapping[str, bytes]
    own: frozenset[str] = field(default_factory=frozenset)


@cache
def shipped() -> Templates:
    """Give the shipped templates."""
    return Templates(
        {one.name: one.read_bytes() for one in sorted(SHIPPED.iterdir()) if one.suffix in {".docx", ".typ"}}
    )


def load(folder: Path | None) -> Templates:
    """Give the templates in force: the office's own from its folder, else the shipped ones.

    Raises:
        ConfigError: the folder is not there, or every mistake of every own template.
    """
    if folder is None:
        return shipped()
    if not folder.is_dir():
        advice = "buat foldernya dengan `netra case templates FOLDER`, atau hapus `reports.templates` dari config.yaml"
        raise ConfigError([Problem(str(folder), 0, 0, "folder templat tidak ada", advice)])
    own, problems = {}, []
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "~$")) or path.is_dir():
            continue
        found = list(_placed(path, folder))
        if not found:
            own[path.name] = path.read_bytes()
            found = list(_mistakes(path.name, own[path.name]))
        problems += found
    if problems:
        raise ConfigError(problems)
    return Templates({**shipped().files, **own}, frozenset(own))


def _placed(path: Path, folder: Path) -> Iterator[Problem]:
    known = [*shipped().files]
    if path.suffix.lower() not in PICTURES and path.name not in known:
        near = difflib.get_close_matches(path.name, known, 1)
        advice = f"maksudnya `{near[0]}`?" if near else "hapus, atau pindahkan ke folder lain"
        yield Problem(path.name, 0, 0, "bukan nama templat yang dikenal", advice)
    elif not path.resolve().is_relative_to(folder.resolve()):
        yield Problem(path.name, 0, 0, "menunjuk ke luar folder templat", "salin berkasnya ke folder ini")
    elif path.stat().st_size > MOST_BYTES:
        yield Problem(path.name, 0, 0, "terlalu besar", f"paling besar {MOST_BYTES // 1_000_000} MB")


def _mistakes(name: str, content: bytes) -> tuple[Problem, ...]:
    if name.endswith(".docx"):
        return _word_mistakes(name, content)
    if name.endswith(".typ"):
        return tuple(_typst_mistakes(name, content))
    return ()


@lru_cache(maxsize=64)
def _word_mistakes(name: str, content: bytes) -> tuple[Problem, ...]:
    return tuple(_word_faults(name, content))


def _word_faults(name: str, content: bytes) -> Iterator[Problem]:
    from monitor.reports.word import names  # noqa: PLC0415 (Word would be a tenth of every start)

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            yield from _packed_faults(name, file)
            if sum(one.file_size for one in file.infolist()) > MOST_UNPACKED:
                return
        names(content)
    except TemplateError as error:
        yield Problem(
            name, 0, 0, f"isian tidak terbaca: {error.message}", "periksa kurung {{ }} dan {% %} di sekitarnya"
        )
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        yield Problem(name, 0, 0, f"bukan dokumen Word (.docx) yang utuh ({error})", "simpan ulang dari Word")


def _packed_faults(name: str, file: zipfile.ZipFile) -> Iterator[Problem]:
    entries = file.infolist()
    if len(entries) > MOST_ENTRIES or sum(one.file_size for one in entries) > MOST_UNPACKED:
        yield Problem(name, 0, 0, "isinya terlalu banyak atau terlalu besar", "mulai dari templat bawaan")
        return
    for one in entries:
        if "vbaproject" in one.filename.lower() or "activex" in one.filename.lower():
            yield Problem(name, 0, 0, "memuat makro", "simpan sebagai .docx tanpa makro")
        if one.filename.endswith(".rels"):
            for found in _OUTSIDE.findall(file.read(one)):
                if not _PLAIN_LINK.search(found):
                    yield Problem(name, 0, 0, "memuat sesuatu dari luar berkas", "sisipkan gambarnya ke dalam dokumen")


def _typst_mistakes(name: str, content: bytes) -> Iterator[Problem]:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        yield Problem(name, 0, 0, "huruf bukan UTF-8", "simpan ulang sebagai UTF-8")
        return
    for number, line in enumerate(text.split("\n"), 1):
        found = _WORDS.search(_OWN_IMPORT.sub("", line, count=1) if name != BASE else line)
        if found is not None:
            yield Problem(
                name, number, found.start() + 1, f"`{found[1]}` tidak boleh dipakai di templat",
                'hanya baris `#import "dasar.typ": *` yang boleh',
            )  # fmt: skip
