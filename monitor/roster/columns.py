"""Which column is which, as BKPSDM lists name them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from monitor.errors import Problem
from monitor.models import Platform
from monitor.roster.tables import Line

SEARCHED = 25  # lines above the header: letterheads and titles

_ALIASES: dict[str, str] = {
    "nip": "nip|nip baru|nomor induk pegawai|no induk pegawai|nip nrp|nip nik|nip nipppk|ni pppk|"
    "nipppk|nip pppk|nip 18",
    "nama": "nama|nama lengkap|nama pegawai|nama asn|nama pns|nama dan gelar|nama lengkap dan gelar|nama beserta gelar",
    "gelar_depan": "gelar depan|gelar dpn|glr depan|gelar di depan",
    "gelar_belakang": "gelar belakang|gelar blkg|glr belakang|gelar di belakang",
    "jenis": "jenis|jenis kepegawaian|jenis pegawai|status|status kepegawaian|status pegawai|kedudukan|jenis asn",
    "instansi": "instansi|unit kerja|opd|skpd|perangkat daerah|unit organisasi|unor|instansi unit kerja|nama opd|"
    "instansi kerja|organisasi perangkat daerah|satuan kerja|satker|nama unor|unit kerja opd",
    "jabatan": "jabatan|nama jabatan|jabatan terakhir|jabatan sekarang",
    "wilayah": "wilayah|kab kota|kabupaten kota|kabupaten|kota|daerah|wilayah kerja|lokasi kerja",
    "mulai": "mulai|tmt|tmt jabatan|tmt mulai|sejak|tmt jab|mulai menjabat",
    "sampai": "sampai|sampai dengan|selesai|berakhir|sd|tmt selesai",
    "pasangan_calon": "pasangan calon|suami istri calon|suami istri dari calon|pasangan dari calon|istri suami calon",
    "cltn_mulai": "cltn mulai|mulai cltn|tmt cltn",
    "cltn_selesai": "cltn selesai|selesai cltn|cltn sampai|akhir cltn",
    "pensiun": "tmt pensiun|pensiun|tanggal pensiun|tgl pensiun",
    "platform": "platform|media sosial|medsos",
    "akun": "akun|nama akun|username|akun medsos|handle",
    "id_akun": "id akun|akun id|user id",
    "keyakinan": "keyakinan|tingkat keyakinan",
    "fakta": "fakta|bukti kepemilikan|dasar keyakinan",
    "kondisi": "kondisi|kondisi akun",
    "resmi": "resmi|akun resmi|akun dinas",
}
_PLATFORM_WORDS = {
    Platform.INSTAGRAM: "instagram|ig",
    Platform.FACEBOOK: "facebook|fb",
    Platform.TIKTOK: "tiktok|tik tok",
    Platform.X: "x|twitter|x twitter|twitter x",
    Platform.YOUTUBE: "youtube|yt|kanal youtube",
    Platform.BLUESKY: "bluesky|bsky",
    Platform.MASTODON: "mastodon",
    Platform.THREADS: "threads",
    Platform.TELEGRAM: "telegram",
}
PLATFORM_WORDS = {word: platform for platform, words in _PLATFORM_WORDS.items() for word in words.split("|")}
_PARTS = ("", "id", "keyakinan", "fakta", "kondisi", "resmi")

REQUIRED = ("nama", "instansi")


def folded(header: object) -> str:
    """Fold a column's name: letters and digits, single spaces."""
    text = str(header or "").casefold()
    return " ".join("".join(one if one.isalnum() else " " for one in text).split())


def _known() -> dict[str, str]:
    known = {alias: name for name, aliases in _ALIASES.items() for alias in aliases.split("|")}
    for word, platform in PLATFORM_WORDS.items():
        for part in _PARTS:
            field = f"{platform.value}_{part}" if part else platform.value
            known[f"{word} {part}".strip()] = field
            known[f"akun {word} {part}".strip()] = field
    return known


KNOWN = _known()
FIELDS = frozenset(KNOWN.values())


@dataclass(frozen=True, slots=True)
class Header:
    """Where each of our columns stands (index from 0), on which line the header is, and what was left aside."""

    line: int
    place: Mapping[str, int]
    ignored: tuple[str, ...]


def find_header(lines: tuple[Line, ...], mapping: Mapping[str, str], file: str) -> tuple[Header | None, list[Problem]]:
    """Find the header among the first lines. `mapping` gives the file's name of one of our columns and wins.

    Gives (None, problems) where a required column is missing or the mapping names what is not there.
    """
    unknown = [ours for ours in mapping if ours not in FIELDS]
    if unknown:
        return None, [
            Problem(file, 0, 0, f"pemetaan: kolom `{one}` tidak dikenal", "pilihan: " + ", ".join(sorted(_ALIASES)))
            for one in unknown
        ]
    wanted = {folded(theirs): ours for ours, theirs in mapping.items()}
    headers = [_header(line, wanted) for line in lines[:SEARCHED]]
    best = max(headers, key=lambda one: (sum(name in one.place for name in REQUIRED), len(one.place)))
    problems = [
        Problem(file, best.line, 0, f"kolom `{theirs}` dari pemetaan tidak ada", "samakan dengan judul kolom di berkas")
        for ours, theirs in mapping.items()
        if ours not in best.place
    ]
    problems += [
        Problem(file, best.line, 0, f"kolom wajib `{name}` tidak ditemukan", _advice(name, best.ignored))
        for name in REQUIRED
        if name not in best.place
    ]
    return (None if problems else best), problems


def _header(line: Line, wanted: Mapping[str, str]) -> Header:
    place: dict[str, int] = {}
    ignored: list[str] = []
    for index, cell in enumerate(line.cells):
        name = folded(cell)
        ours = wanted.get(name) or (KNOWN.get(name) if KNOWN.get(name) not in wanted.values() else None)
        if ours is not None and ours not in place:
            place[ours] = index
        elif name and name not in {"no", "nomor", "no urut"}:
            ignored.append(str(cell)[:60])
    return Header(line.number, place, tuple(ignored))


def _advice(name: str, ignored: tuple[str, ...]) -> str:
    aliases = _ALIASES[name].split("|")
    close = [one for one in ignored if difflib.get_close_matches(folded(one), aliases, n=1, cutoff=0.75)]
    if close:
        return f"maksud Anda kolom `{close[0]}`? Petakan dengan --kolom {name}=`{close[0]}`"
    return f"beri judul `{name}` (juga dikenal: {', '.join(aliases[1:4])}), atau petakan dengan --kolom {name}=…"
