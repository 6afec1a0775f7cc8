"""A list of civil servants, as a draft: what can be taken over, what is rejected and why. Stores nothing.

Each rejected line carries its number and a reason; no message repeats a NIP.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from monitor.errors import ImportRefusedError, Problem
from monitor.models import AccountRow, Appointment, Condition, Confidence, PersonKind, Platform, RosterRow
from monitor.roster import cells
from monitor.roster.cells import BadCellError
from monitor.roster.columns import Header, find_header
from monitor.roster.keys import person_key
from monitor.roster.names import strip_titles
from monitor.roster.tables import Cell, Line, read_table

_MAX_NAME = 200
_SEVERAL = re.compile(r"[;,\n]")
_WITH_NIP = (PersonKind.PNS, PersonKind.PPPK)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RosterDraft:
    """What a file would bring. `rejected` has one problem or more a rejected line; `notes` say what was adjusted."""

    rows: tuple[RosterRow, ...]
    rejected: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def read_roster(path: Path, mapping: Mapping[str, str] | None = None, region: str = "") -> RosterDraft:
    """Read a .csv or .xlsx list. `mapping` gives the file's name of our columns; `region` fills an absent one.

    Raises:
        ImportRefusedError: not a table, or a required column is missing; nothing of it can be used.
    """
    table = read_table(path)
    header, problems = find_header(table.lines, mapping or {}, path.name)
    if header is None:
        raise ImportRefusedError(problems)
    reader = _Reader(path.name, header, region)
    rows: list[RosterRow] = []
    rejected: list[Problem] = []
    for line in table.lines:
        if line.number > header.line:
            row, more = reader.row(line)
            rejected += more
            rows += [row] if row is not None else []
    if "platform" in header.place:
        rows = _merged(rows)
    doubled = {one.line: one for one in _doubles(rows, path.name)}
    kept = tuple(row for row in rows if row.line not in doubled)
    rejected = sorted([*rejected, *doubled.values()], key=lambda one: one.line)
    return RosterDraft(kept, tuple(rejected), (*table.notes, *_file_notes(header, kept), *reader.notes))


class _Tries:
    """Reads cells of one line; a bad one becomes a problem, and the rest is still read."""

    def __init__(self, file: str, line: int) -> None:
        self._file, self._line = file, line
        self.problems: list[Problem] = []

    def reject(self, message: str, advice: str) -> None:
        self.problems.append(Problem(self._file, self._line, 0, message, advice))

    def read(self, reading: Callable[[], T], otherwise: T) -> T:
        try:
            return reading()
        except BadCellError as error:
            self.reject(str(error), error.advice)
            return otherwise


@dataclass
class _Reader:
    """Turns lines into rows; `notes` collects what was adjusted or left aside in accepted lines."""

    file: str
    header: Header
    region: str
    notes: list[str] = field(default_factory=list)

    def row(self, line: Line) -> tuple[RosterRow | None, list[Problem]]:
        """Read one line; every mistake in it at once."""
        tries = _Tries(self.file, line.number)
        full_name = self._full_name(line)
        name = strip_titles(full_name)
        if sum(one.isalpha() for one in name) < 2 or len(full_name) > _MAX_NAME:
            tries.reject("nama kosong atau bukan nama", "isi nama lengkap, paling panjang 200 huruf")
        nip = self._nip(line, tries)
        appointment = self._appointment(line, nip, tries)
        leave_since = self._day(line, "cltn_mulai", "CLTN mulai", tries)
        leave_until = self._day(line, "cltn_selesai", "CLTN selesai", tries)
        if leave_until and (leave_since is None or leave_until < leave_since):
            tries.reject("CLTN selesai tanpa mulai, atau lebih awal", "isi kedua tanggal CLTN dengan urut")
        row = RosterRow(
            line=line.number,
            nip=nip if appointment.kind in _WITH_NIP else "",
            full_name=full_name,
            name=name,
            appointment=appointment,
            accounts=tuple(self._accounts(line, tries)),
            spouse_of_candidate=tries.read(
                lambda: cells.yes(self._cell(line, "pasangan_calon"), "pasangan calon"), False
            ),
            leave_since=leave_since,
            leave_until=leave_until,
            retired_on=self._day(line, "pensiun", "TMT pensiun", tries),
        )
        return (None if tries.problems else row), tries.problems

    def _cell(self, line: Line, column: str) -> Cell:
        index = self.header.place.get(column)
        return line.cells[index] if index is not None and index < len(line.cells) else None

    def _text(self, line: Line, column: str) -> str:
        cell = self._cell(line, column)
        return "" if cells.nothing(cell) else cells.text(cell)

    def _day(self, line: Line, column: str, spoken: str, tries: _Tries) -> cells.Day:
        return tries.read(lambda: cells.day(self._cell(line, column), spoken), None)

    def _full_name(self, line: Line) -> str:
        name = " ".join(part for part in (self._text(line, "gelar_depan"), self._text(line, "nama")) if part)
        after = self._text(line, "gelar_belakang")
        return f"{name}, {after}" if after else name

    def _nip(self, line: Line, tries: _Tries) -> str:
        """The NIP; what TNI, Polri and village staff have in its place is no NIP and is left aside."""
        cell = self._cell(line, "nip")
        kind = cells.KIND_WORDS.get(self._text(line, "jenis").casefold(), PersonKind.PNS)
        return tries.read(lambda: cells.nip(cell), "") if kind in _WITH_NIP else ""

    def _appointment(self, line: Line, nip: str, tries: _Tries) -> Appointment:
        kind = PersonKind.PNS
        if not (tries.problems and cells.kind_rests_on_nip(self._cell(line, "jenis"))):
            kind = tries.read(lambda: cells.kind(self._cell(line, "jenis"), nip), kind)
        if nip and kind in _WITH_NIP and kind is not cells.kind_in_nip(nip):
            self.notes.append(
                f"Baris {line.number}: jenis {kind.value} tidak sesuai dengan NIP; dipakai yang tertulis."
            )
        office = self._text(line, "instansi")
        if not office:
            tries.reject("instansi kosong", "isi instansi atau unit kerja")
        since = self._day(line, "mulai", "mulai", tries)
        until = self._day(line, "sampai", "sampai", tries)
        if since and until and until < since:
            tries.reject("tanggal sampai lebih awal dari mulai", "tukar atau perbaiki tanggalnya")
        region = self._text(line, "wilayah") or self.region
        return Appointment(kind, office, self._text(line, "jabatan"), region, since, until)

    # ----------------------------------------------------------------- accounts

    def _accounts(self, line: Line, tries: _Tries) -> Iterator[AccountRow]:
        for platform in Platform:
            column = platform.value
            if column in self.header.place or f"{column}_id" in self.header.place:
                yield from self._on(line, tries, platform, (column, f"{column}_"))
        if "platform" in self.header.place and self._text(line, "platform"):
            spoken = self._text(line, "platform").casefold()
            platform_or_none = tries.read(lambda: cells.platform(spoken), None)
            if platform_or_none is not None:
                yield from self._on(line, tries, platform_or_none, ("akun", ""))

    def _on(self, line: Line, tries: _Tries, platform: Platform, columns: tuple[str, str]) -> Iterator[AccountRow]:
        """Accounts on one platform. `columns` are the handle's column and the prefix of the columns beside it."""
        handle_column, prefix = columns
        id_column = f"{prefix}id" if prefix else "id_akun"
        native = tries.read(lambda: cells.native_id(self._cell(line, id_column), f"id {platform.value}"), "")
        raw = self._cell(line, handle_column)
        written = [] if cells.nothing(raw) else [one.strip() for one in _SEVERAL.split(str(raw)) if one.strip()]
        if native and len(written) > 1:
            tries.reject(f"satu id {platform.value} untuk beberapa akun", "tulis satu akun sebaris, atau kosongkan id")
        for one in written or ([""] if native else []):
            yield from self._account(line, tries, platform, (native, one, prefix))

    def _account(
        self, line: Line, tries: _Tries, platform: Platform, given: tuple[str, str, str]
    ) -> Iterator[AccountRow]:
        native, written, prefix = given
        found, handle = "", ""
        if written:
            try:
                found, handle = cells.account(platform, written)
            except BadCellError as error:
                self.notes.append(f"Baris {line.number}: {error}; akun itu tidak diambil — {error.advice}.")
                if not native:
                    return
        facts = tuple(part.strip() for part in _SEVERAL.split(self._text(line, f"{prefix}fakta")) if part.strip())
        stated = self._text(line, f"{prefix}keyakinan")
        confidence = Confidence.CLAIMED
        if stated:
            confidence = tries.read(lambda: cells.choice(Confidence, stated, "keyakinan"), confidence)
        row = AccountRow(
            platform,
            native or found,
            handle,
            confidence,
            facts,
            self._conditions(self._text(line, f"{prefix}kondisi"), tries),
            tries.read(lambda: cells.yes(self._cell(line, f"{prefix}resmi"), "resmi"), False),
        )
        yield self._capped(line, row)

    @staticmethod
    def _conditions(written: str, tries: _Tries) -> frozenset[Condition]:
        try:
            parts = (part.strip() for part in _SEVERAL.split(written))
            return frozenset(cells.choice(Condition, part, "kondisi") for part in parts if part)
        except BadCellError as error:
            tries.reject(str(error), error.advice)
            return frozenset()

    def _capped(self, line: Line, row: AccountRow) -> AccountRow:
        """`terverifikasi` needs two facts and an immutable id; else it is lowered to `cocok`, and said."""
        if row.confidence is not Confidence.VERIFIED:
            return row
        if row.native_id and len({fact.casefold() for fact in row.facts}) >= 2:
            return row
        lacking = "dua fakta yang berbeda" if row.native_id else "id akun yang tetap"
        self.notes.append(
            f"Baris {line.number}: akun {row.platform.value} diturunkan dari terverifikasi menjadi cocok; "
            f"belum ada {lacking}."
        )
        return replace(row, confidence=Confidence.MATCHED)


def _file_notes(header: Header, rows: Sequence[RosterRow]) -> Iterator[str]:
    if header.ignored:
        yield f"Kolom yang tidak dipakai: {', '.join(header.ignored)}."
    lacking = sum(1 for row in rows if not row.nip and row.appointment.kind in _WITH_NIP)
    if lacking:
        yield f"{lacking} orang tanpa NIP: dikenali lagi hanya dari nama dan instansi; perpindahannya tidak terlihat."
    nowhere = sum(1 for row in rows if not row.appointment.region)
    if nowhere:
        yield f"{nowhere} orang tanpa wilayah: pemilihan di daerahnya tidak dapat ditentukan."


def _merged(rows: Sequence[RosterRow]) -> list[RosterRow]:
    """Join lines that state the same person with another account; lines that differ stay apart and are rejected."""
    merged: dict[object, RosterRow] = {}
    for row in rows:
        same = (replace(row, line=0, accounts=()), row.nip)
        first = merged.get(same)
        merged[same] = row if first is None else replace(first, accounts=(*first.accounts, *row.accounts))
    return list(merged.values())


def _doubles(rows: Sequence[RosterRow], file: str) -> Iterator[Problem]:
    """Lines that state one person twice, or one account for two persons: nobody can tell which is right."""
    people: dict[str, list[RosterRow]] = {}
    owners: dict[tuple[Platform, str], list[RosterRow]] = {}
    for row in rows:
        people.setdefault(person_key(row), []).append(row)
        for account in row.accounts:
            if Condition.SHARED not in account.conditions:
                owners.setdefault((account.platform, account.native_id or f"@{account.handle}"), []).append(row)
    for same in people.values():
        what = "NIP yang sama" if same[0].nip else "nama dan instansi yang sama"
        for row in same if len(same) > 1 else ():
            yield Problem(file, row.line, 0, f"{what} di baris {_others(same, row)}", "sisakan satu baris yang benar")
    for (platform, _), same in owners.items():
        if len({row.line for row in same}) > 1:
            for row in same:
                yield Problem(
                    file,
                    row.line,
                    0,
                    f"akun {platform.value} yang sama juga milik orang di baris {_others(same, row)}",
                    "sisakan pada pemiliknya, atau beri kondisi `bersama`",
                )


def _others(same: Sequence[RosterRow], row: RosterRow) -> str:
    return ", ".join(str(line) for line in sorted({one.line for one in same} - {row.line}))
