"""Spreadsheets as rows of cells. Apart from the other tables because openpyxl takes long to load."""

from __future__ import annotations

import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from monitor.roster.tables import Cell, Line, Table, clean, refused

MAX_UNPACKED = 600_000_000

MOST_ROWS = 1_048_576
"""Rows a sheet can have; one that names a later row would be filled up with empty ones for ever."""

# Everything by which a spreadsheet that is damaged, or none, ends in its libraries.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, InvalidFileException, LookupError, ValueError, TypeError,
    AttributeError, OSError, EOFError, SyntaxError, RuntimeError, ArithmeticError,
)  # fmt: skip


def spreadsheet(path: Path) -> Table:
    """Read the first sheet of an .xlsx file.

    Raises:
        ImportRefusedError: it cannot be opened, or would fill the memory.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MAX_UNPACKED:
                raise refused(path, "isi berkas terlalu besar setelah dibuka", "pecah menjadi beberapa berkas")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # openpyxl: styles and extensions that carry no data
            # Opened here, because the library leaves a file that it cannot read open.
            with path.open("rb") as file:
                book = openpyxl.load_workbook(file, read_only=True, data_only=True)
                try:
                    lines = tuple(_sheet_lines(path, book))
                    sheets = [sheet.title for sheet in book.worksheets]
                finally:
                    book.close()
    except _BROKEN as error:
        raise refused(
            path, "berkas Excel tidak dapat dibuka", "buka di Excel lalu simpan ulang sebagai .xlsx"
        ) from error
    more = (f"Hanya lembar pertama yang dibaca; diabaikan: {', '.join(sheets[1:])}.",) if len(sheets) > 1 else ()
    return Table(lines, more)


def _sheet_lines(path: Path, book: openpyxl.Workbook) -> Iterator[Line]:
    if not book.worksheets:
        return
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # a wrong dimension in the file would cut it off
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > MOST_ROWS:
            raise refused(path, f"menyebut baris sesudah {MOST_ROWS}", "simpan ulang sebagai .xlsx dari Excel")
        if cells:  # () fills a gap between rows, of which there may be a million
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
    return clean(str(value))
