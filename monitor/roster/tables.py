"""Files people bring, as rows of cells: CSV in the encodings and separators offices use, and .xlsx."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from monitor.errors import ImportRefusedError, Problem

MAX_BYTES = 60_000_000
MAX_CELL = 2_000

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
        raise refused(path, f"berkas tidak dapat dibaca ({error.strerror})", "periksa nama dan izinnya") from error
    if size > MAX_BYTES:
        raise refused(path, f"berkas lebih besar dari {MAX_BYTES:,} bita", "pecah menjadi beberapa berkas")
    suffix = path.suffix.lower()
    if suffix in {".xls", ".ods", ".pdf", ".doc", ".docx"}:
        raise refused(path, f"berkas {suffix} tidak dibaca", "simpan sebagai .xlsx atau .csv")
    table = _spreadsheet(path) if suffix in {".xlsx", ".xlsm"} else _csv(path)
    if not table.lines:
        raise refused(path, "berkas kosong", "periksa berkasnya")
    return table


def _spreadsheet(path: Path) -> Table:
    from monitor.roster.sheets import spreadsheet  # noqa: PLC0415 (openpyxl would be a fifth of every start)

    return spreadsheet(path)


def refused(path: Path, message: str, advice: str) -> ImportRefusedError:
    """Say of a whole file why it is refused, and what to do."""
    return ImportRefusedError([Problem(path.name, 0, 0, message, advice)])


# --------------------------------------------------------------------------- text


def _csv(path: Path) -> Table:
    raw = path.read_bytes()
    if raw.startswith(b"PK\x03\x04"):
        raise refused(path, "isinya berkas Excel, bukan CSV", "ganti akhiran namanya menjadi .xlsx")
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
            line = Line(start, tuple(clean(cell) for cell in cells))
            start = reader.line_num + 1
            if not line.empty:
                lines.append(line)
    except csv.Error as error:
        raise refused(path, f"susunan CSV rusak di sekitar baris {start}", "periksa tanda kutipnya") from error
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
    raise refused(path, "bukan teks yang dikenal", "simpan ulang sebagai CSV UTF-8 atau .xlsx")


def _delimiter(text: str) -> str:
    """The separator that cuts the first lines into most columns, quotes respected."""
    sample = [line for line in text[:20_000].splitlines()[:20] if line.strip()]
    counts = {one: max((_outside_quotes(line, one) for line in sample), default=0) for one in ";,\t|"}
    return max(counts, key=lambda one: counts[one])


def _outside_quotes(line: str, delimiter: str) -> int:
    return sum(part.count(delimiter) for part in line.split('"')[::2])


def clean(cell: str) -> str:
    """Keep what can be seen of a cell, no longer than MAX_CELL."""
    return "".join(one for one in cell[:MAX_CELL] if one.isprintable() or one in "\n\t ").strip()
