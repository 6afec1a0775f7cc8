"""An office's old cases out of a spreadsheet: columns by name, every row checked, every fault named by row. Pure.

| column | also known as | must |
|---|---|---|
| `nip` | NIP | one of nip, nama |
| `nama` | Nama, Nama Lengkap | one of nip, nama |
| `jenis` | Jenis, Perbuatan, Tindakan | yes: suka, komentar, unggahan, bagikan, cerita, foto |
| `tautan` | Tautan, Link, URL | yes, except for cerita and foto |
| `tempat` | Tempat, Platform, Media | where the link does not tell |
| `akun` | Akun, Nama Akun | where the roster holds none, or several |
| `pemilik` | Akun Pemilik, Pemilik Unggahan | no |
| `teks` | Teks, Isi, Kutipan, Tulisan | for komentar |
| `isi` | Isi Unggahan | no |
| `terlihat` | Tanggal, Tanggal Temuan, Tanggal Terlihat | yes |
| `terjadi` | Tanggal Kejadian | no |
| `catatan` | Catatan, Keterangan, Nomor Register | no |
| `gambar` | Gambar, Foto, Bukti, Tangkapan Layar | no: names of files in the folder of pictures, `;` between |

What an office decided back then is not taken over: an old case becomes a capture like any other and waits for somebody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitor.capture.form import Draft, Trouble, check
from monitor.capture.pictures import MOST
from monitor.collectors import dates
from monitor.errors import ImportRefusedError, Problem
from monitor.models import Capture, Door, Picture
from monitor.roster.tables import Cell, Table
from monitor.store import Found

MOST_ROWS = 5_000
_NAMES: Mapping[str, tuple[str, ...]] = {
    "nip": ("nip", "nip baru"),
    "nama": ("nama", "nama lengkap", "nama asn", "nama pegawai"),
    "jenis": ("jenis", "perbuatan", "tindakan", "jenis perbuatan"),
    "tautan": ("tautan", "link", "url", "alamat", "tautan unggahan"),
    "tempat": ("tempat", "platform", "media", "media sosial"),
    "akun": ("akun", "nama akun", "akun pelaku"),
    "pemilik": ("pemilik", "akun pemilik", "pemilik unggahan"),
    "teks": ("teks", "isi", "kutipan", "tulisan"),
    "isi": ("isi unggahan", "isi yang ditanggapi"),
    "terlihat": ("terlihat", "tanggal", "tanggal temuan", "tanggal terlihat", "waktu"),
    "terjadi": ("terjadi", "tanggal kejadian", "waktu kejadian"),
    "catatan": ("catatan", "keterangan", "nomor register"),
    "gambar": ("gambar", "foto", "bukti", "tangkapan layar", "berkas gambar"),
}
COLUMNS = tuple(_NAMES)
_ACTS = {
    "menyukai": "suka", "like": "suka", "mengomentari": "komentar", "comment": "komentar", "mengunggah": "unggahan",
    "post": "unggahan", "posting": "unggahan", "membagikan": "bagikan", "share": "bagikan", "story": "cerita",
}  # fmt: skip
_PLACES = {"twitter": "x", "ig": "instagram", "fb": "facebook", "yt": "youtube", "tik tok": "tiktok"}
_SAID = {
    Trouble.LINK: "tautan tidak terbaca",
    Trouble.ACT: "jenis tidak dikenal — tulis suka, komentar, unggahan, bagikan, cerita atau foto",
    Trouble.PERSON: "orangnya tidak ada di daftar",
    Trouble.ACCOUNT: "akun yang bertindak tidak diketahui — isi kolom akun",
    Trouble.ACCOUNTS: "orang ini punya beberapa akun di tempat itu — isi kolom akun",
    Trouble.PLATFORM: "tempat tidak diketahui — isi kolom tempat",
    Trouble.PICTURE: "gambar tidak ada",
    Trouble.WORDS: "tulisan komentar tidak ada",
    Trouble.LONG: "salah satu isian terlalu panjang",
    Trouble.SEEN: "tanggal terlihat tidak terbaca, kosong, atau tidak masuk akal",
    Trouble.HAPPENED: "tanggal kejadian tidak terbaca, atau sesudah tanggal terlihat",
}
_DIGITS = re.compile(r"[^0-9]")
Search = Callable[[str], Sequence[Found]]
"""Finds people by NIP or name, within the regions of who imports."""
FindPicture = Callable[[str], Picture]
"""Gives a picture by its file name, or raises ImportRefusedError."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a spreadsheet would bring. `rejected` names the row of each fault; no cell with a NIP is repeated."""

    captures: tuple[Capture, ...]
    rows: tuple[int, ...]
    rejected: tuple[Problem, ...]
    unused: tuple[str, ...]
    pictures: tuple[tuple[Picture, ...], ...]
    """Of each capture."""


def headings(table: Table) -> tuple[str, ...]:
    """Give the headings of a table as they are written."""
    return tuple(_text(cell) for cell in table.lines[0].cells) if table.lines else ()


def guess(found: Sequence[str]) -> dict[str, str]:
    """Map our columns to the headings that mean them, each heading once."""
    mapping: dict[str, str] = {}
    for ours, known in _NAMES.items():
        for heading in found:
            if " ".join(heading.casefold().split()) in known and heading not in mapping.values():
                mapping[ours] = heading
                break
    return mapping


def no_pictures(name: str) -> Picture:
    """Refuse a picture where none came along: evidence that a row names is never left out silently.

    Raises:
        ImportRefusedError: always.
    """
    advice = "impor dengan `netra captures import --pictures FOLDER`, atau kosongkan arti kolom gambar"
    raise ImportRefusedError([Problem(name[:80], 0, 0, "gambarnya tidak ikut dikirim", advice)])


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around the table: who is known, which pictures came along, when it is, in which zone."""

    search: Search
    now: datetime
    zone: ZoneInfo
    picture: FindPicture = no_pictures


def read(name: str, table: Table, mapping: Mapping[str, str], around: Around) -> Sheet:
    """Check every row.

    Raises:
        ImportRefusedError: a needed column is not mapped, or there are too many rows; nothing can be imported.
    """
    found = headings(table)
    places = {ours: found.index(theirs) for ours, theirs in mapping.items() if theirs in found and ours in _NAMES}
    missing = [one for one in ("jenis", "terlihat") if one not in places]
    if "nip" not in places and "nama" not in places:
        missing.append("nip atau nama")
    if missing:
        advice = "petakan ke salah satu kolom berkas; yang ada: " + ", ".join(found[:20])
        raise ImportRefusedError([Problem(name, 1, 0, f"kolom {', '.join(missing)} belum dipetakan", advice)])
    if len(table.lines) - 1 > MOST_ROWS:
        raise ImportRefusedError(
            [Problem(name, 0, 0, f"lebih dari {MOST_ROWS} baris", "pecah menjadi beberapa berkas")]
        )
    captures: list[Capture] = []
    rows: list[int] = []
    beside: list[tuple[Picture, ...]] = []
    rejected: list[Problem] = []
    seen: dict[str, int] = {}
    for line in table.lines[1:]:
        cells = {ours: line.cells[at] if at < len(line.cells) else None for ours, at in places.items()}
        row = _row(cells, around)
        if isinstance(row, list):
            rejected += [Problem(name, line.number, 0, said) for said in row]
            continue
        one, shown = row
        if (first := seen.setdefault(one.native_id, line.number)) != line.number:
            rejected.append(
                Problem(name, line.number, 0, f"tindakan yang sama dengan baris {first}; yang pertama dipakai")
            )
        else:
            captures.append(one)
            rows.append(line.number)
            beside.append(shown)
    used = {found[at] for at in places.values()}
    unused = tuple(one for one in found if one and one not in used)
    return Sheet(tuple(captures), tuple(rows), tuple(rejected), unused, tuple(beside))


def _pictures(cells: Mapping[str, Cell], find: FindPicture) -> tuple[Picture, ...] | list[str]:
    """Give the pictures that a row names; a list says why not."""
    names = [one.strip() for one in re.split(r"[;\n]", _text(cells.get("gambar"))) if one.strip()]
    if len(names) > MOST:
        return [f"lebih dari {MOST} gambar"]
    found: dict[Picture, None] = {}
    wrong: list[str] = []
    for name in names:
        try:
            found[find(name)] = None
        except ImportRefusedError as error:
            wrong += [f"gambar {one.file}: {one.message} — {one.advice}" for one in error.problems]
    return wrong or tuple(found)


def _row(cells: Mapping[str, Cell], around: Around) -> tuple[Capture, tuple[Picture, ...]] | list[str]:
    now, zone = around.now, around.zone
    shown = _pictures(cells, around.picture)
    if isinstance(shown, list):
        return shown
    text = {name: _text(cell) for name, cell in cells.items()}
    people = _people(text, around.search)
    if len(people) > 1:
        return ["nama ini dimiliki beberapa orang di daftar — isi kolom NIP"]
    person = people[0] if people else None
    act, place = text.get("jenis", "").casefold(), text.get("tempat", "").casefold()
    draft = Draft(
        tautan=text.get("tautan", ""),
        jenis=_ACTS.get(act, act),
        tempat=_PLACES.get(place, place),
        akun=text.get("akun", ""),
        pemilik=text.get("pemilik", ""),
        teks=text.get("teks", ""),
        isi=text.get("isi", ""),
        terlihat=_moment(cells.get("terlihat"), now, zone) or "?",
        terjadi=_moment(cells.get("terjadi"), now, zone),
        asal=Door.OLD_CASE.value,
        catatan=text.get("catatan", ""),
    )
    held = [one.sha256 for one in shown]
    checked = check(draft, person.person if person else None, person.accounts if person else (), held, now, zone)
    return (checked, shown) if isinstance(checked, Capture) else [_SAID[one] for one in checked]


def _people(text: Mapping[str, str], search: Search) -> Sequence[Found]:
    """Find who is meant: by NIP where the row has one, else by a name that is exactly that."""
    nip = _DIGITS.sub("", text.get("nip", ""))
    if nip:
        return search(nip) if len(nip) == 18 else ()
    name = " ".join(text.get("nama", "").casefold().split())
    if not name:
        return ()
    found = search(name)
    exact = [one for one in found if name in {one.person.full_name.casefold(), one.person.name.casefold()}]
    return exact or found


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split()) if not isinstance(cell, str) else cell.strip()


def _moment(cell: Cell, now: datetime, zone: ZoneInfo) -> str:
    """Give a time as the form writes it; a day without a clock is its noon; "?" for what cannot be read."""
    if cell is None or not _text(cell):
        return ""
    if isinstance(cell, date):
        return f"{cell.isoformat()}T12:00"
    name = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}.get(zone.key, "WIB")
    stamp = dates.parse(_text(cell), seen_at=now, zone=name)
    if stamp.at is None:
        return "?"
    local = stamp.at.astimezone(zone)
    return local.strftime("%Y-%m-%dT12:00" if (local.hour, local.minute) == (0, 0) else "%Y-%m-%dT%H:%M")
