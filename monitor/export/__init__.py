"""The queue as a table that leaves the house: CSV or XLSX of any length, in memory that does not grow with it.

What people wrote is hostile to spreadsheets too: a cell that begins with = + - @ would be run as a formula. Such cells
get an apostrophe, also behind a separator or a line break inside the cell, where a spreadsheet with other separators
would begin a new one. Numbers and times are our own. NIPs and answers of authorities stay inside.
"""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from monitor.models import Flag, State

Cell = str | int | float | None
BOM = b"\xef\xbb\xbf"
"""Without it the usual spreadsheet reads UTF-8 as something else."""
ROWS_A_SHEET = 1_048_576
LONGEST_CELL = 32_767
_CUT = "… (dipotong; utuh di CSV)"
_WIDTHS = {
    "tanda": 8, "aturan": 32, "bentuk_usulan": 18, "pemilihan": 20, "waktu_kejadian": 19, "waktu_tangkap": 19,
    "nama": 30, "jabatan": 26, "instansi": 32, "wilayah": 22, "akun": 20, "judul": 40, "teks": 60,
    "teks_induk": 40, "tautan": 40, "diputus_pada": 19,
}  # fmt: skip
_OPEN = frozenset({State.NEW, State.IN_REVIEW})
_RISKY = re.compile("[=+\\-@\uff1d\uff0b\uff0d\uff20]")
_SEPARATORS = frozenset(';,\t\r\n"|')
_PASSED_OVER = frozenset(" \u00a0\ufeff\u200b\u200c\u200d\u2060")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """How flags become rows. `quiet`: the machine's opinion of what nobody has decided is left out."""

    zone: ZoneInfo
    quiet: bool = False


@dataclass
class Written:
    """What was written so far: how many rows, of which flags, in which states and levels, and their SHA-256."""

    flags: array[int] = field(default_factory=lambda: array("q"))
    states: Counter[str] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)
    digest: str = ""

    @property
    def rows(self) -> int:
        """Rows without the heading."""
        return len(self.flags)

    def count(self, flag: Flag) -> None:
        """Take a flag into account."""
        self.flags.append(flag.flag_id)
        self.states[flag.state.value] += 1
        self.levels[flag.opinion.level.value] += 1


def harmless(text: str) -> str:
    """Make text that no spreadsheet runs: an apostrophe before = + - @ where a cell begins or could begin."""
    plain = _UNWRITABLE.sub("\ufffd", text)
    places = [found.start() for found in _RISKY.finditer(plain) if _begins(plain, found.start())]
    borders = [0, *places, len(plain)]
    return "'".join(plain[start:end] for start, end in pairwise(borders))


def inert(text: str) -> str:
    """Make a lone cell harmless, also where it begins with a blank that some spreadsheets pass over."""
    plain = harmless(text)
    return f"'{plain}" if plain.startswith(("\t", "\r")) else plain


def _begins(text: str, place: int) -> bool:
    """Tell whether a cell could begin here: nothing but blanks stands between this place and a separator."""
    place -= 1
    while place >= 0 and text[place] in _PASSED_OVER:
        place -= 1
    return place < 0 or text[place] in _SEPARATORS


def _local(at: datetime | None, sheet: Sheet) -> str:
    return "" if at is None else at.astimezone(sheet.zone).strftime("%Y-%m-%d %H:%M:%S")


def _post(flag: Flag, name: str) -> str:
    held = flag.actor.appointment
    return "" if held is None else str(getattr(held, name))


def _account(flag: Flag) -> str:
    account, author = flag.actor.account, flag.stored.item.author
    handle = (account.handle if account is not None else "") or (author.handle if author is not None else "")
    return handle.removeprefix("@")


def _last(flag: Flag) -> tuple[str, datetime | None]:
    """Give the reason of the newest decision that names one, and when the newest was made."""
    reasons = [one.reason.value for one in flag.decisions if one.reason is not None]
    return (reasons[-1] if reasons else "", flag.decisions[-1].decided_at if flag.decisions else None)


def _parent(flag: Flag) -> str:
    return flag.stored.item.parent.text if flag.stored.item.parent is not None else ""


_COLUMNS: tuple[tuple[str, bool, Callable[[Flag, Sheet], Cell]], ...] = (
    ("tanda", False, lambda flag, _: flag.flag_id),
    ("keadaan", False, lambda flag, _: flag.state.value),
    ("tingkat", True, lambda flag, _: flag.opinion.level.value),
    ("peluang", True, lambda flag, _: flag.opinion.probability),
    ("aturan", True, lambda flag, _: " | ".join(one.rule_id for one in flag.opinion.matches)),
    ("bentuk_usulan", True, lambda flag, _: " | ".join(flag.opinion.forms)),
    ("tahapan", False, lambda flag, _: flag.opinion.setting.phase.value if flag.opinion.setting.phase else ""),
    ("pemilihan", False, lambda flag, _: flag.opinion.setting.contest_id),
    ("jenis", False, lambda flag, _: flag.stored.item.kind.value),
    ("platform", False, lambda flag, _: flag.stored.item.platform.value),
    ("waktu_kejadian", False, lambda flag, sheet: _local(flag.stored.item.happened_at, sheet)),
    ("waktu_tangkap", False, lambda flag, sheet: _local(flag.stored.captured_at, sheet)),
    ("nama", False, lambda flag, _: flag.actor.person.full_name),
    ("status", False, lambda flag, _: _post(flag, "kind")),
    ("jabatan", False, lambda flag, _: _post(flag, "post")),
    ("instansi", False, lambda flag, _: _post(flag, "office")),
    ("wilayah", False, lambda flag, _: _post(flag, "region")),
    ("akun", False, lambda flag, _: _account(flag)),
    ("keyakinan_akun", False, lambda flag, _: flag.actor.account.confidence.value if flag.actor.account else ""),
    ("judul", False, lambda flag, _: flag.stored.item.title),
    ("teks", False, lambda flag, _: flag.stored.item.text),
    ("teks_induk", False, lambda flag, _: _parent(flag)),
    ("tautan", False, lambda flag, _: flag.stored.item.url),
    ("bukti_sha256", False, lambda flag, _: flag.stored.evidence_sha256),
    ("alasan_putusan", False, lambda flag, _: _last(flag)[0]),
    ("diputus_pada", False, lambda flag, sheet: _local(_last(flag)[1], sheet)),
)
HEADINGS = tuple(name for name, _, _ in _COLUMNS)


def row_of(flag: Flag, sheet: Sheet) -> list[Cell]:
    """Give the cells of one flag, in the order of HEADINGS; times are those of the office's zone."""
    quiet = sheet.quiet and flag.state in _OPEN
    cells: list[Cell] = [None if quiet and machine else make(flag, sheet) for _, machine, make in _COLUMNS]
    return [harmless(one) if isinstance(one, str) else one for one in cells]


def csv_lines(flags: Iterable[Flag], sheet: Sheet, written: Written) -> Iterator[bytes]:
    """Give a CSV file piece by piece: UTF-8 with its mark, comma, every text in quotes, CRLF.

    `written` counts along, and holds the SHA-256 of the whole at the end.
    """
    digest, held = hashlib.sha256(), io.StringIO()
    writer = csv.writer(held, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")

    def taken() -> bytes:
        piece = held.getvalue().encode()
        held.seek(0)
        held.truncate()
        digest.update(piece)
        return piece

    digest.update(BOM)
    yield BOM
    writer.writerow(HEADINGS)
    for flag in flags:
        writer.writerow(["" if one is None else one for one in row_of(flag, sheet)])
        written.count(flag)
        if held.tell() > 1 << 16:
            yield taken()
    yield taken()
    written.digest = digest.hexdigest()


def write_xlsx(path: Path, flags: Iterable[Flag], sheet: Sheet, written: Written, about: Iterable[str]) -> None:
    """Write an XLSX file: a sheet of rows, more where one is full, and one that says what this is.

    Rows go to the disk as they come; every text is a text (no formula, no link), marked so that it stays one when
    somebody edits the cell.
    """
    with TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.", ignore_cleanup_errors=True) as rows:
        _write_book(path, rows, flags, sheet, written, about)
    with path.open("rb") as file:
        written.digest = hashlib.file_digest(file, "sha256").hexdigest()


def _write_book(
    path: Path, rows: str, flags: Iterable[Flag], sheet: Sheet, written: Written, about: Iterable[str]
) -> None:
    book = xlsxwriter.Workbook(
        str(path),
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False,
         "tmpdir": rows},
    )  # fmt: skip
    book.use_zip64()
    text, bold = book.add_format({"quote_prefix": True}), book.add_format({"bold": True, "quote_prefix": True})
    try:
        page, line, pages = _new_page(book, bold, 1), 1, 1
        for flag in flags:
            if line == ROWS_A_SHEET:
                page.autofilter(0, 0, line - 1, len(HEADINGS) - 1)
                pages += 1
                page, line = _new_page(book, bold, pages), 1
            for column, one in enumerate(row_of(flag, sheet)):
                _put(page, line, column, one, text)
            written.count(flag)
            line += 1
        page.autofilter(0, 0, line - 1, len(HEADINGS) - 1)
        _about(book, written, about, text)
    finally:
        try:
            book.close()
        except FileCreateError as error:  # a full disk, hidden in another kind of error
            raise OSError(errno.ENOSPC, "No space left on device", str(path)) from error


def _new_page(book: xlsxwriter.Workbook, bold: Format, number: int) -> Worksheet:
    page = book.add_worksheet("Tanda" if number == 1 else f"Tanda {number}")
    page.freeze_panes(1, 1)
    for column, name in enumerate(HEADINGS):
        page.set_column(column, column, _WIDTHS.get(name, 14))
    for column, name in enumerate(HEADINGS):
        page.write_string(0, column, name, bold)
    return page


def _put(page: Worksheet, line: int, column: int, cell: Cell, text: Format) -> None:
    if isinstance(cell, str):
        if cell:
            fits = cell if len(cell) <= LONGEST_CELL else cell[: LONGEST_CELL - len(_CUT)] + _CUT
            page.write_string(line, column, fits, text)
    elif cell is not None:
        page.write_number(line, column, cell)


def _about(book: xlsxwriter.Workbook, written: Written, about: Iterable[str], text: Format) -> None:
    """Say what the table is, and its totals, as the screen gives them."""
    page = book.add_worksheet("Keterangan")
    page.set_column(0, 0, 60)
    lines: list[tuple[str, int | None]] = [(one, None) for one in about]
    lines.append(("jumlah tanda", written.rows))
    for title, counts in (("keadaan", written.states), ("tingkat", written.levels)):
        lines += [(f"{title}: {name}", count) for name, count in sorted(counts.items())]
    for line, (said, count) in enumerate(lines):
        page.write_string(line, 0, harmless(said), text)
        if count is not None:
            page.write_number(line, 1, count)
