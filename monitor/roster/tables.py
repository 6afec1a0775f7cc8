"""Files people bring, as rows of cells: CSV in the encodings and separators offices use, and .xlsx."""

from __future__ import annotations

import codecs
import csv
import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from monitor.errors import ImportRefusedError, Problem

MAX_BYTES = 60_000_000
MAX_UNPACKED = 600_000_000
MAX_CELL = 2_000

# Everything by which a spreadsheet that is damaged, or none, ends in its libraries.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, InvalidFileException, LookupError, ValueError, TypeError,
    AttributeError, OSError, EOFError, SyntaxError, RuntimeError, ArithmeticError,
)  # fmt: skip

Cell = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table; `number` counts from 1 as the user sees it in an editor or spreadsheet."""

    number: int
    cells: tuple[Cell, ...]

    @property
    def empty(self) -> bool:
        """True where nothing stands in any cell."""
        return not any(cell is not None and str(cell).strip() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of a file (empty ones left out) and how it was read (Indonesian notes)."""

    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()


def read_table(path: Path) -> Table:
    """Read a .csv, .txt, .tsv or .xlsx file.

    Raises:
        ImportRefusedError: the file cannot be read as a table; with advice.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise _refused(path, f"berkas tidak dapat dibaca ({error.strerror})", "periksa nama dan izinnya") from error
    if size > MAX_BYTES:
        raise _refused(path, f"berkas lebih besar dari {MAX_BYTES:,} bita", "pecah menjadi beberapa berkas")
    suffix = path.suffix.lower()
    if suffix in {".xls", ".ods", ".pdf", ".doc", ".docx"}:
        raise _refused(path, f"berkas {suffix} tidak dibaca", "simpan sebagai .xlsx atau .csv")
    table = _spreadsheet(path) if suffix in {".xlsx", ".xlsm"} else _csv(path)
    if not table.lines:
        raise _refused(path, "berkas kosong", "periksa berkasnya")
    return table


def _refused(path: Path, message: str, advice: str) -> ImportRefusedError:
    return ImportRefusedError([Problem(path.name, 0, 0, message, advice)])


# --------------------------------------------------------------------------- text


def _csv(path: Path) -> Table:
    raw = path.read_bytes()
    if raw.startswith(b"PK\x03\x04"):
        raise _refused(path, "isinya berkas Excel, bukan CSV", "ganti akhiran namanya menjadi .xlsx")
    text, notes = _decoded(path, raw)
    first = text[: text.find("\n") + 1]
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        delimiter = first.strip()[4]
        text = "\n" + text[len(first) :]
    else:
        delimiter = _delimiter(text)
    csv.field_size_limit(MAX_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    lines: list[Line] = []
    start = 1
    try:
        for cells in reader:
            line = Line(start, tuple(_clean(cell) for cell in cells))
            start = reader.line_num + 1
            if not line.empty:
                lines.append(line)
    except csv.Error as error:
        raise _refused(path, f"susunan CSV rusak di sekitar baris {start}", "periksa tanda kutipnya") from error
    return Table(tuple(lines), notes)


def _decoded(path: Path, raw: bytes) -> tuple[str, tuple[str, ...]]:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    elif raw[:200].count(b"\0") > len(raw[:200]) // 4:
        encodings = ("utf-16-be",) if raw[:1] == b"\0" else ("utf-16-le",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        old = ("Berkas bukan UTF-8; dibaca sebagai Windows-1252. Periksa huruf beraksen.",)
        return text, old if encoding == "cp1252" else ()
    raise _refused(path, "bukan teks yang dikenal", "simpan ulang sebagai CSV UTF-8 atau .xlsx")


def _delimiter(text: str) -> str:
    """The separator that cuts the first lines into most columns, quotes respected."""
    sample = [line for line in text[:20_000].splitlines()[:20] if line.strip()]
    counts = {one: max((_outside_quotes(line, one) for line in sample), default=0) for one in ";,\t|"}
    return max(counts, key=lambda one: counts[one])


def _outside_quotes(line: str, delimiter: str) -> int:
    return sum(part.count(delimiter) for part in line.split('"')[::2])


def _clean(cell: str) -> str:
    return "".join(one for one in cell[:MAX_CELL] if one.isprintable() or one in "\n\t ").strip()


# --------------------------------------------------------------------------- spreadsheet


def _spreadsheet(path: Path) -> Table:
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MAX_UNPACKED:
                raise _refused(path, "isi berkas terlalu besar setelah dibuka", "pecah menjadi beberapa berkas")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # openpyxl: styles and extensions that carry no data
            # Opened here, because the library leaves a file that it cannot read open.
            with path.open("rb") as file:
                book = openpyxl.load_workbook(file, read_only=True, data_only=True)
                try:
                    lines = tuple(_sheet_lines(book))
                    sheets = [sheet.title for sheet in book.worksheets]
                finally:
                    book.close()
    except _BROKEN as error:
        raise _refused(
            path, "berkas Excel tidak dapat dibuka", "buka di Excel lalu simpan ulang sebagai .xlsx"
        ) from error
    more = (f"Hanya lembar pertama yang dibaca; diabaikan: {', '.join(sheets[1:])}.",) if len(sheets) > 1 else ()
    return Table(lines, more)


def _sheet_lines(book: openpyxl.Workbook) -> Iterator[Line]:
    if not book.worksheets:
        return
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # a wrong dimension in the file would cut it off
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        line = Line(number, tuple(map(_cell, cells)))
        if not line.empty:
            yield line


def _cell(value: object) -> Cell:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if value is None or isinstance(value, int | float | date):
        return value
    return _clean(str(value))
