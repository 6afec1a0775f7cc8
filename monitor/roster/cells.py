"""Single values of a list: NIP, dates, kinds, accounts. A value that cannot be trusted is refused with advice.

No message repeats the NIP or what was written in its place.
"""

from __future__ import annotations

import difflib
import re
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

from monitor.models import PersonKind, Platform
from monitor.roster.columns import PLATFORM_WORDS
from monitor.roster.tables import Cell

_SCIENTIFIC = re.compile(r"[0-9]+[.,]?[0-9]*[eE]\+?[0-9]+")
_DATE = re.compile(r"([0-9]{1,4})[-/. ]([0-9]{1,2}|[A-Za-z]+)[-/. ]([0-9]{4}|[0-9]{1,2})(?:[ T].*)?")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januari january",
            "feb februari pebruari february",
            "mar maret march",
            "apr april",
            "mei may",
            "jun juni june",
            "jul juli july",
            "agu agt ags agustus aug august",
            "sep sept september",
            "okt oktober oct october",
            "nov nopember november",
            "des desember dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_NOTHING = frozenset(
    {"", "-", "--", "n/a", "tidak ada", "tdk ada", "belum ada", "nihil", "kosong", "none", "null", "0"}
)
_YES = frozenset({"ya", "y", "yes", "true", "1", "benar", "v", "✓", "x"})
_NO = _NOTHING | {"tidak", "t", "no", "false", "bukan"}
_KINDS = {
    PersonKind.PNS: "pns|cpns|pegawai negeri sipil|pns daerah|pns pusat|asn pns",
    PersonKind.PPPK: "pppk|p3k|pppk paruh waktu|pegawai pemerintah dengan perjanjian kerja|asn pppk|pppk penuh waktu",
    PersonKind.PPNPN: "ppnpn|honorer|non asn|tenaga honorer|thl|tenaga kontrak|pegawai pemerintah non pegawai negeri|"
    "pegawai tidak tetap|ptt|gtt|non pns|tenaga harian lepas",
    PersonKind.TNI: "tni|tni ad|tni al|tni au|prajurit tni",
    PersonKind.POLRI: "polri|polisi|anggota polri",
    PersonKind.VILLAGE: "perangkat desa|kepala desa|kades|sekretaris desa|aparat desa|pamong desa|kadus",
}
KIND_WORDS = {word: kind for kind, words in _KINDS.items() for word in words.split("|")}
FROM_NIP = frozenset({"asn", "aktif", "pegawai"})

Day = date | None

EnumT = TypeVar("EnumT", bound=StrEnum)


class BadCellError(ValueError):
    """A value that cannot be used; the message is Indonesian, `advice` says what to do."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


def text(cell: Cell) -> str:
    """Give a cell as text: whole numbers without ".0", dates as ISO, spaces single."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else " ".join(str(cell).split())


def nothing(cell: Cell) -> bool:
    """Tell whether a cell says that there is nothing ("-", "tidak ada")."""
    return text(cell).casefold() in _NOTHING


# --------------------------------------------------------------------------- NIP

_AS_TEXT = "ubah format kolom NIP menjadi Teks di Excel, isi ulang dari daftar asli, lalu simpan lagi"


def nip(cell: Cell) -> str:
    """Give 18 digits, or "" where none is stated.

    Raises:
        BadCellError: rounded by a spreadsheet, not 18 digits, or dates and sex inside that cannot be.
    """
    written = text(cell).lstrip("'`’")
    if isinstance(cell, float) or _SCIENTIFIC.fullmatch(written):
        raise BadCellError("NIP menjadi bilangan (bentuk 1.98E+17) sehingga angka belakangnya hilang", _AS_TEXT)
    digits = "".join(one for one in written if one not in " .-_'\xa0")
    if nothing(written) or not digits:
        return ""
    if not (digits.isascii() and digits.isdigit()):
        raise BadCellError("NIP memuat huruf atau tanda lain", "tulis 18 angka saja")
    if len(digits) == 9:
        raise BadCellError("NIP lama (9 angka)", "pakai NIP baru 18 angka, atau kosongkan")
    if len(digits) != 18:
        raise BadCellError(f"NIP berisi {len(digits)} angka, seharusnya 18", "periksa pada daftar asli, atau kosongkan")
    _check_digits(digits)
    return digits


def _check_digits(digits: str) -> None:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        raise BadCellError("8 angka pertama NIP bukan tanggal lahir", "periksa pada daftar asli") from None
    began, month = int(digits[8:12]), digits[12:14]
    if not 1930 <= born.year <= 2015:
        raise BadCellError("tahun lahir dalam NIP tidak masuk akal", "periksa pada daftar asli")
    if not (month == "21" or "01" <= month <= "12"):
        raise BadCellError("bulan TMT dalam NIP tidak ada", "angka ke-13 dan 14 harus 01-12, atau 21 bagi PPPK")
    if not 15 <= began - born.year <= 70:
        raise BadCellError("tahun TMT dalam NIP tidak cocok dengan tahun lahir", "periksa pada daftar asli")
    if digits[14] not in "12":
        raise BadCellError("angka jenis kelamin dalam NIP bukan 1 atau 2", "periksa pada daftar asli")
    if digits[15:] == "000":
        raise BadCellError("tiga angka terakhir NIP menjadi 000: dibulatkan oleh Excel", _AS_TEXT)


def kind_in_nip(digits: str) -> PersonKind:
    """PPPK carry 21 where a PNS has the month of TMT."""
    return PersonKind.PPPK if digits[12:14] == "21" else PersonKind.PNS


def kind_rests_on_nip(cell: Cell) -> bool:
    """Tell whether a list says no more than "ASN", or nothing, so that only the NIP tells the kind."""
    return nothing(cell) or text(cell).casefold() in FROM_NIP


def kind(cell: Cell, nip_digits: str) -> PersonKind:
    """Read the kind of employment; where the list only says "ASN" or nothing, the NIP tells PNS from PPPK.

    Raises:
        BadCellError: an unknown word, or nothing that tells.
    """
    word = " ".join("".join(one if one.isalnum() else " " for one in text(cell).casefold()).split())
    if word in KIND_WORDS:
        return KIND_WORDS[word]
    if word == "pensiun":
        raise BadCellError("jenis tertulis pensiun", "tulis jenis semula dan isi kolom `TMT Pensiun`")
    if kind_rests_on_nip(cell):
        if nip_digits:
            return kind_in_nip(nip_digits)
        raise BadCellError(
            "jenis kepegawaian tidak ada dan tidak ada NIP", "isi PNS, PPPK, PPNPN, TNI, Polri, atau perangkat desa"
        )
    close = difflib.get_close_matches(word, KIND_WORDS, n=1, cutoff=0.7)
    advice = f"maksud Anda {close[0]}?" if close else "pilihan: PNS, PPPK, PPNPN, TNI, Polri, perangkat desa"
    raise BadCellError(f"jenis `{text(cell)[:40]}` tidak dikenal", advice)


# --------------------------------------------------------------------------- dates and choices


def day(cell: Cell, column: str) -> date | None:
    """Read a date: a date cell, an Excel serial number, 2024-11-27, 27/11/2024 or 27 November 2024. Day before month.

    Raises:
        BadCellError: no such date.
    """
    if isinstance(cell, date):
        return cell
    if nothing(cell):
        return None
    if isinstance(cell, int | float) and 10_000 < cell < 80_000:
        return date(1899, 12, 30) + timedelta(days=int(cell))
    found = _DATE.fullmatch(text(cell))
    if found is None:
        raise BadCellError(f"{column}: `{text(cell)[:30]}` bukan tanggal", "tulis misalnya 27-11-2024")
    first, middle, last = found.groups()
    month = _MONTHS.get(middle.casefold(), 0) if middle.isalpha() else int(middle)
    year, number = (int(first), int(last)) if len(first) == 4 else (int(last), int(first))
    try:
        return date(year if year >= 1900 else 0, month, number)  # a year of two digits is a guess: refused
    except ValueError:
        raise BadCellError(f"{column}: `{text(cell)[:30]}` bukan tanggal", "tulis misalnya 27-11-2024") from None


def yes(cell: Cell, column: str) -> bool:
    """Read ya or tidak; empty is tidak.

    Raises:
        BadCellError: anything else.
    """
    word = text(cell).casefold()
    if word in _NO:
        return False
    if word in _YES:
        return True
    raise BadCellError(f"{column}: `{word[:30]}` bukan ya atau tidak", "tulis ya, tidak, atau kosongkan")


def choice(options: type[EnumT], written: str, column: str) -> EnumT:
    """Read one of a vocabulary.

    Raises:
        BadCellError: not in it.
    """
    word = " ".join(written.casefold().replace("_", " ").split())
    for option in options:
        if option.value.casefold() == word:
            return option
    values = [one.value for one in options]
    close = difflib.get_close_matches(word, values, n=1, cutoff=0.6)
    advice = f"maksud Anda `{close[0]}`?" if close else "pilihan: " + ", ".join(values)
    raise BadCellError(f"{column}: `{written[:30]}` tidak dikenal", advice)


# --------------------------------------------------------------------------- accounts


def platform(word: str) -> Platform:
    """Read a platform as lists name it ("IG", "Twitter").

    Raises:
        BadCellError: none of ours.
    """
    found = PLATFORM_WORDS.get(" ".join(word.casefold().replace("/", " ").split()))
    return found if found is not None else choice(Platform, word, "platform")


def native_id(cell: Cell, column: str) -> str:
    """Give an immutable account id as text.

    Raises:
        BadCellError: a spreadsheet rounded it.
    """
    if nothing(cell):
        return ""
    rounded = isinstance(cell, float) or (isinstance(cell, int) and cell >= 10**15)
    if rounded or _SCIENTIFIC.fullmatch(text(cell)):
        raise BadCellError(
            f"{column}: id akun menjadi bilangan yang dibulatkan", "ubah format kolomnya menjadi Teks, isi ulang"
        )
    return text(cell)


def account(platform: Platform, written: str) -> tuple[str, str]:
    """Give (native id, handle) of what a list says: "@contoh", a profile's address, or a DID.

    Raises:
        BadCellError: a display name, which anybody may carry.
    """
    if written.startswith("did:"):
        return written, ""
    lowered = written.casefold()
    if lowered.startswith(("http://", "https://", "www.")) or ".com/" in lowered:
        return _from_address(written if "://" in written else f"https://{written}")
    handle = written.lstrip("@").strip()
    if not handle or any(one.isspace() for one in handle):
        raise BadCellError(
            f"akun {platform.value} ditulis sebagai nama tampilan", "tulis nama akun (@…) atau alamat profilnya"
        )
    return "", handle.casefold()


def _from_address(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        raise BadCellError("alamat profil rusak", "salin ulang dari peramban") from None
    steps = [step for step in parts.path.split("/") if step]
    if steps[:1] == ["profile.php"]:
        return parse_qs(parts.query).get("id", [""])[0], ""
    if len(steps) >= 2 and steps[0] == "channel":
        return steps[1], ""
    if len(steps) >= 2 and steps[0] in {"profile", "user", "c"}:
        return account(Platform.OTHER, steps[1])
    if not steps:
        raise BadCellError("alamat profil tanpa nama akun", "salin alamat profil, bukan alamat situs")
    handle = steps[0].lstrip("@").casefold()
    known = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    big = known.rsplit(".", 2)[-2:] if known else []
    is_big = ".".join(big) in {
        "instagram.com", "facebook.com", "tiktok.com", "x.com", "twitter.com", "youtube.com", "threads.net",
        "threads.com", "t.me", "bsky.app",
    }  # fmt: skip
    return "", handle if is_big or not steps[0].startswith("@") else f"{handle}@{known}"
