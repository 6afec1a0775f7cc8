"""Cells pasted from a spreadsheet into targets and word lists: what would be added, and what is refused and why.

What comes of it is the text of a file, a draft like any other. Nothing is evaluated: a formula is refused, everything
else is written as quoted text. Pure.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from monitor import strictyaml
from monitor.errors import NotAllowedError
from monitor.governance.inserting import added
from monitor.models import Platform, Relation
from monitor.roster.cells import BadCellError, account, native_id, platform
from monitor.roster.columns import PLATFORM_WORDS, folded
from monitor.rules.view import canonical
from monitor.strictyaml import Key

MOST_ROWS = 2000
LONGEST_CELL = 200
LONGEST_PHRASE = 120
_FORMULA = re.compile(r"=|[+\-@].*[(|!]")
# One way to read each number: with two, a cell of many digits is tried in as many ways as it is long.
_SPOILT = re.compile(
    r"#(?:REF!|N/A|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|####)|[0-9]+(?:[.,][0-9]*)?E\+[0-9]+", re.IGNORECASE
)
_TAG = re.compile(r"\w+")
_ROLES = (Relation.CAMPAIGN, Relation.CANDIDATE, Relation.PARTY, Relation.ELECTION_BODY, Relation.MEDIA)


class Kind(StrEnum):
    """What a cell becomes."""

    SLOGAN = "slogan"
    TAG = "tagar"
    ACCOUNT = "akun"
    WORD = "kata"


_COLUMNS = {
    name: column
    for column, names in {
        "jenis": "jenis|tipe|macam", "isi": "isi|nilai|teks",
        "slogan": "slogan|semboyan|moto|motto|tagline", "tagar": "tagar|hashtag|tanda pagar",
        "akun": "akun|nama akun|handle|username|user name|alamat akun|tautan|link|url",
        "kata": "kata|frasa|kata kunci|kata ajakan|istilah",
        "platform": "platform|kanal|media sosial|medsos|jenis media",
        "id": "id akun|native id|nomor id", "peran": "peran|role|jenis akun",
        "tiket": "pasangan|tiket|ticket|paslon|pasangan calon|nomor urut|no urut|calon|nama calon",
        "lewati": "no|nomor|keterangan|catatan|ket",
    }.items()
    for name in names.split("|")
}  # fmt: skip
_VALUES = {"slogan": Kind.SLOGAN, "tagar": Kind.TAG, "akun": Kind.ACCOUNT, "kata": Kind.WORD}


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one cell. `number` is the row as the spreadsheet counts it, `why` "" where it would be added.

    `where` names the ticket ("" = the whole contest, or a word list).
    """

    number: int
    kind: str
    text: str
    where: str
    why: str


@dataclass(frozen=True, slots=True)
class Pasted:
    """What pasting comes to. `content` is the whole file as it would be; as it was where nothing is new."""

    rows: tuple[Row, ...]
    content: str

    @property
    def accepted(self) -> tuple[Row, ...]:
        """What would be added."""
        return tuple(row for row in self.rows if not row.why)

    @property
    def refused(self) -> tuple[Row, ...]:
        """What would not, each with its reason."""
        return tuple(row for row in self.rows if row.why)


@dataclass(frozen=True, slots=True)
class _Found:
    """One value of a row, not yet judged. Raw texts as pasted."""

    number: int
    kind: Kind
    text: str
    ticket: str = ""
    more: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How cells without a header are to be read; "" = to be guessed. `ticket` holds for rows that name none."""

    kind: str = ""
    ticket: str = ""


def paste(path: str, content: str, text: str, wanted: Wanted | None = None, known: Sequence[str] = ()) -> Pasted:
    """Read pasted cells and add them to a file of targets (`targets/…`) or a word list (its own, or an overlay).

    `known` are words that the list holds already elsewhere (in the shipped file, where `content` is its overlay).

    Raises:
        NotAllowedError: nothing was pasted, too much, or the file is none of these, or cannot be added to.
    """
    wanted = wanted or Wanted()
    document, _ = strictyaml.parse(content, path)
    data = document.data if document is not None and isinstance(document.data, dict) else {}
    contest = "tickets" in data or "regions" in data
    if not contest and not data.keys() & {"words", "lexicon"}:
        raise NotAllowedError(f"`{path}` bukan sasaran atau kamus — pilih berkas di targets/, lexicon/ atau local/")
    cells = list(rows_of(text))
    if not cells:
        raise NotAllowedError("tidak ada sel yang ditempel — salin sel-selnya dari lembar kerja, lalu tempel di sini")
    if len(cells) > MOST_ROWS:
        raise NotAllowedError(f"terlalu banyak: {len(cells)} baris, paling banyak {MOST_ROWS} sekali tempel")
    found = list(_found(cells, wanted, contest=contest, tickets=data.get("tickets") or []))
    return (_contest if contest else _words)(path, content, data, found, known)


def tickets_of(content: str) -> tuple[str, ...]:
    """Give the ids of the tickets that a file of targets names, () for any other file."""
    document, _ = strictyaml.parse(content, "")
    data = document.data if document is not None and isinstance(document.data, dict) else {}
    return tuple(str(one["id"]) for one in data.get("tickets") or [] if isinstance(one, dict) and "id" in one)


# --------------------------------------------------------------------------- cells


def rows_of(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Give (number, cells) of every row that is not blank, as the spreadsheet counts rows; quotation marks undone."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    mark = "\t" if "\t" in plain or ";" not in plain.partition("\n")[0] else ";"
    for number, row in enumerate(_split(plain, mark), 1):
        cells = tuple(" ".join(cell.split()) for cell in row)
        if any(cells):
            yield number, cells


def _split(plain: str, mark: str) -> list[list[str]]:
    if plain.count('"') % 2 == 0:  # a mark that opens and never closes would swallow everything below it
        with suppress(csv.Error):  # a cell beyond the limit of csv: it is refused later, for its length
            return list(csv.reader(io.StringIO(plain, newline=""), delimiter=mark))
    return [line.split(mark) for line in plain.split("\n")]


def _found(
    cells: Sequence[tuple[int, tuple[str, ...]]], wanted: Wanted, *, contest: bool, tickets: Sequence[Any]
) -> Iterator[_Found]:
    head = [_COLUMNS.get(folded(cell), "") for cell in cells[0][1]]
    if all(name for name, cell in zip(head, cells[0][1], strict=True) if cell) and {*_VALUES, "isi"} & {*head}:
        for number, row in cells[1:]:
            named = {name: cell for name, cell in zip(head, row, strict=False) if name and cell}
            yield from _named(number, named, wanted, contest=contest)
        return
    for number, row in cells:
        yield _guessed(number, [cell for cell in row if cell], wanted, contest=contest, tickets=tickets)


def _named(number: int, row: Mapping[str, str], wanted: Wanted, *, contest: bool) -> Iterator[_Found]:
    ticket = row.get("tiket", wanted.ticket)
    for name, kind in _VALUES.items():
        if name in row:
            yield _Found(number, kind if contest else Kind.WORD, row[name], ticket, row)
    if "isi" in row:
        said = row.get("jenis", "").casefold()
        named = next((one.value for one in Kind if one.value == _COLUMNS.get(said, said)), wanted.kind)
        yield _Found(number, _kind(row["isi"], named, contest=contest), row["isi"], ticket, row)
    elif "id" in row and "akun" not in row:
        yield _Found(number, Kind.ACCOUNT, row["id"], ticket, row)


def _guessed(number: int, row: list[str], wanted: Wanted, *, contest: bool, tickets: Sequence[Any]) -> _Found:
    """Read a row without a header: one value, and beside it perhaps a ticket and a platform."""
    ticket, more, left = wanted.ticket, dict[str, str](), list(row)
    if contest:
        for cell in row[:]:
            if len(left) > 1 and folded(cell) in PLATFORM_WORDS and "platform" not in more:
                more["platform"] = cell
                left.remove(cell)
            elif len(left) > 1 and _ticket(cell, tickets) is not None:
                ticket = cell
                left.remove(cell)
    text = next((one for one in left if one.startswith("@")), left[0])
    kind = Kind.ACCOUNT if contest and "platform" in more else _kind(text, wanted.kind, contest=contest)
    return _Found(number, kind, text, ticket, more)


def _kind(text: str, wanted: str, *, contest: bool) -> Kind:
    if not contest:
        return Kind.WORD
    if wanted:
        return Kind(wanted)
    if text.startswith("#"):
        return Kind.TAG
    return Kind.ACCOUNT if text.startswith(("@", "http://", "https://")) else Kind.SLOGAN


def _spoilt(text: str, longest: int) -> str:
    """Say what is wrong with a cell whatever it is meant to be, "" where nothing is."""
    if _SPOILT.fullmatch(text):
        return "galat atau bilangan yang dibulatkan lembar kerja — ubah selnya menjadi Teks, lalu salin lagi"
    if _FORMULA.match(text):
        return "rumus lembar kerja tidak diambil — tempel nilainya"
    if len(text) > longest:
        return f"terlalu panjang: {len(text)} huruf, paling banyak {longest}"
    return "" if any(one.isprintable() and not one.isspace() for one in text) else "kosong"


# --------------------------------------------------------------------------- word lists


def _words(path: str, content: str, data: Mapping[str, Any], found: Sequence[_Found], known: Sequence[str]) -> Pasted:
    held = {canonical(word): 0 for word in (*known, *(_written(one) for one in data.get("words") or []))}
    rows, values = list[Row](), list[object]()
    for one in found:
        text, key = one.text.lstrip("'"), canonical(one.text)
        why = _spoilt(text, LONGEST_PHRASE)
        if not why and re.search(r"[{}]", text):
            why = "kurung kurawal dibaca sebagai isian — tulis katanya saja"
        if not why and "*" in text.rstrip("*"):
            why = "`*` hanya boleh di akhir"
        why = why or _twice(held, key, one.number)
        rows.append(Row(one.number, Kind.WORD, text, "", why))
        if not why:
            held[key] = one.number
            values.append(_word(text))
    return Pasted(tuple(rows), added(content, path, ("words",), values))


def _written(word: object) -> str:
    """Give the word of an entry of a word list, however it is written there."""
    if isinstance(word, dict):
        value = next(iter(word.values()), "")
        value = value[0] if isinstance(value, list) and value else value
        return ("#" if "hashtag" in word else "") + str(value)
    return str(word)


def _word(text: str) -> object:
    if text.startswith("#") and _TAG.fullmatch(text[1:]):
        return {"hashtag": text[1:]}
    return text if any(one.isalnum() for one in text) else {"emoji": [text]}


def _twice(held: Mapping[str, int], key: str, number: int) -> str:
    if key not in held:
        return ""
    return f"sama dengan baris {held[key]}" if held[key] and held[key] != number else "sudah ada"


# --------------------------------------------------------------------------- targets


def _contest(
    path: str, content: str, data: Mapping[str, Any], found: Sequence[_Found], _known: Sequence[str]
) -> Pasted:
    tickets = [one for one in data.get("tickets") or [] if isinstance(one, dict)]
    held = _held(data, tickets)
    rows, values = list[Row](), dict[Key, list[object]]()
    for one in found:
        place = _ticket(one.ticket, tickets)
        shown = str(tickets[place].get("id", "")) if place is not None else ""
        why = _spoilt(one.text, LONGEST_CELL)
        if not why and one.ticket and place is None:
            names = ", ".join(str(ticket.get("id", "")) for ticket in tickets) or "belum ada"
            why = f"pasangan `{one.ticket[:40]}` tidak dikenal — yang ada: {names}"
        where: Key = ()
        value, said = None, ""
        if not why:
            try:
                where, value, said = _value(one, place, shown)
            except BadCellError as error:
                why = f"{error} — {error.advice}" if error.advice else str(error)
        why = why or _twice(held, said, one.number)
        rows.append(Row(one.number, one.kind, one.text, shown, why))
        if not why:
            held[said] = one.number
            values.setdefault(where, []).append(value)
    for key, some in values.items():
        content = added(content, path, key, some)
    return Pasted(tuple(rows), content)


def _ticket(said: str, tickets: Sequence[Any]) -> int | None:
    """Find a ticket by its id, its ballot number or the name of one of its people."""
    wanted = canonical(said)
    digits = re.fullmatch(r"(?:nomor urut|nomor|no\.?|paslon|pasangan)?\s*0*([0-9]{1,2})", wanted)
    for place, one in enumerate(tickets):
        people = [one_of for one_of in one.get("people") or [] if isinstance(one_of, dict)]
        names = [str(one.get("id", "")), *(str(person.get("name", "")) for person in people)]
        names += [str(alias) for person in people for alias in person.get("aliases") or []]
        if wanted and wanted in {canonical(name) for name in names}:
            return place
        if digits is not None and one.get("number") == int(digits[1]):
            return place
    return None


def _held(data: Mapping[str, Any], tickets: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Give keys of everything that a contest holds already; 0 stands for: not a row of what was pasted."""
    held = {f"tagar {canonical(str(tag).lstrip('#'))}": 0 for tag in data.get("hashtags") or []}
    for one in tickets:
        held |= {f"tagar {canonical(str(tag).lstrip('#'))}": 0 for tag in one.get("hashtags") or []}
        held |= {f"slogan {canonical(str(slogan))}": 0 for slogan in one.get("slogans") or []}
    for one in data.get("accounts") or []:
        for name in ("native_id", "handle"):
            if isinstance(one, dict) and one.get(name):
                held[f"akun {one.get('platform')} {canonical(str(one[name]).lstrip('@'))}"] = 0
    return held


def _value(one: _Found, place: int | None, ticket: str) -> tuple[Key, object, str]:
    """Give where a value belongs, the value, and what makes it the same as another.

    Raises:
        BadCellError: it cannot be used.
    """
    if one.kind is Kind.TAG:
        tag = one.text.lstrip("#＃").strip()
        if not _TAG.fullmatch(tag):
            raise BadCellError("tagar memuat spasi atau tanda lain", "tulis satu kata, misalnya #ContohBersinar")
        key: Key = ("hashtags",) if place is None else ("tickets", place, "hashtags")
        return key, f"#{tag}", f"tagar {canonical(tag)}"
    if one.kind is Kind.ACCOUNT:
        return _account(one, ticket)
    if one.kind is not Kind.SLOGAN:
        raise BadCellError("sasaran hanya memuat slogan, tagar dan akun", "tempel kata ke sebuah kamus")
    if place is None:
        raise BadCellError("slogan milik satu pasangan", "tambahkan kolom pasangan, atau pilih pasangannya")
    if len(canonical(one.text)) < 3:
        raise BadCellError("terlalu pendek untuk sebuah slogan")
    return ("tickets", place, "slogans"), one.text, f"slogan {canonical(one.text)}"


def _account(one: _Found, ticket: str) -> tuple[Key, object, str]:
    said = one.more.get("platform", "")
    if not said:
        host = re.search(r"://(?:www\.|m\.)?([a-z]+)\.", one.text.casefold())
        said = host[1] if host is not None else ""
    if not said:
        raise BadCellError("akun tanpa kanal", "tambahkan kolom platform, misalnya Instagram")
    where: Platform = platform(said)
    own = native_id(one.more.get("id", ""), "id akun")
    read, handle = ("", "") if "akun" not in one.more and one.text == own else account(where, one.text)
    role = folded(one.more.get("peran", "")).replace(" ", "_") or Relation.CAMPAIGN.value
    role = role if role.startswith("akun_") else f"akun_{role}"
    if role not in {one_of.value for one_of in _ROLES}:
        raise BadCellError(f"peran `{role[:40]}` tidak dikenal", "pilihan: " + ", ".join(_ROLES))
    value = {"platform": where.value, "native_id": own or read, "handle": handle, "role": role, "ticket": ticket}
    kept = {name: text for name, text in value.items() if text}
    return ("accounts",), kept, f"akun {where.value} {canonical(handle or own or read)}"
