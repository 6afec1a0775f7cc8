"""Bytes people bring -> rows of text cells: encodings, separators and broken lines of real exports.

A row is `(line, {column: text})`; lines count from 1 as an editor shows them.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

_SEPARATORS = (",", ";", "\t", "|")
_LARGEST_CELL = 5_000_000
_MOST_RESTARTS = 100

Row = tuple[int, dict[str, str]]


@dataclass
class Table:
    """What a file holds. `problems` are Indonesian, one a line that was passed over."""

    columns: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def decode(content: bytes) -> tuple[str, str]:
    """Give the text and an Indonesian note where the encoding had to be guessed ("" if not)."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, "replace"), ""
    start = content[:2000]
    if start.count(0) > len(start) // 4:
        encoding = "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
        return content.decode(encoding, "replace"), f"huruf dibaca sebagai {encoding.upper()}"
    try:
        return content.decode("utf-8"), ""
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace"), "huruf dibaca sebagai Windows-1252; sebaiknya simpan sebagai UTF-8"


def read_csv(text: str, known: Collection[str]) -> Table:
    """Read CSV; the separator is the one under which the first line names most of the `known` columns."""
    csv.field_size_limit(_LARGEST_CELL)
    lines = list(io.StringIO(text, newline=""))
    skipped = 0
    while skipped < len(lines) and (not lines[skipped].strip() or lines[skipped].lower().startswith("sep=")):
        skipped += 1
    if skipped == len(lines):
        return Table(())
    separator = max(_SEPARATORS, key=lambda one: len(set(_header(lines[skipped], one)) & set(known)))
    table = Table(())
    for line, cells in _rows(lines, skipped, separator, table.problems):
        if not table.columns:
            table.columns = tuple(cell.strip() for cell in cells)
        elif not any(cell.strip() for cell in cells):
            continue
        elif len(cells) != len(table.columns):
            table.problems.append(
                f"baris {line}: {len(cells)} kolom, seharusnya {len(table.columns)}; dilewati — periksa tanda kutip"
            )
        else:
            table.rows.append((line, dict(zip(table.columns, cells, strict=True))))
    return table


def _header(line: str, separator: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator))]
    except (csv.Error, StopIteration):
        return []


def _rows(lines: list[str], at: int, separator: str, problems: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Walk through the rows, naming the line on which each begins.

    A broken row is reported and reading goes on with the line after its first: a quotation mark that is never closed
    would otherwise swallow the rest of the file.
    """
    for _ in range(_MOST_RESTARTS):
        reader = csv.reader(lines[at:], delimiter=separator, strict=True)
        begins = at
        try:
            for cells in reader:
                yield begins + 1, cells
                begins = at + reader.line_num
        except csv.Error as error:
            problems.append(f"baris {begins + 1}: tidak terbaca ({error}); dilewati — periksa tanda kutip")
            at = begins + 1
        else:
            return
    problems.append(f"baris {at + 1} dan seterusnya tidak dibaca: terlalu banyak baris rusak")


def read_jsonl(text: str) -> Table:
    """Read one JSON object a line; numbers stay as they are written, so that long ids lose no digit."""
    table, columns = Table(()), dict[str, None]()
    for line, raw in enumerate(text.split("\n"), start=1):
        if not raw.strip():
            continue
        try:
            value = json.loads(raw, parse_int=str, parse_float=str)
        except (ValueError, RecursionError):
            table.problems.append(f"baris {line}: bukan JSON yang utuh; dilewati")
            continue
        if not isinstance(value, dict):
            table.problems.append(f"baris {line}: bukan objek JSON; dilewati")
            continue
        cells = {str(key): _cell(one) for key, one in value.items()}
        columns.update(dict.fromkeys(cells))
        table.rows.append((line, cells))
    table.columns = tuple(columns)
    return table


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()  # half a surrogate pair is no text
    return json.dumps(value, ensure_ascii=False)
