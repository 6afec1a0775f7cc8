"""Readers of what people send by hand: pictures, links, an office's old cases."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from functools import cache

import openpyxl
from PIL import Image

from monitor.capture import links, pictures, sheet
from monitor.custody import copies
from monitor.errors import ImportRefusedError
from monitor.models import Account, Appointment, Confidence, HandleSpan, Item, Person, PersonKind, Platform
from monitor.roster.tables import read_table
from monitor.store import Found
from tests.collectors.fuzz_files import FOLDER, ZONE, parts, repacked
from tests.collectors.fuzzing import Reader

NOW = datetime(2025, 6, 26, 2, 0, tzinfo=UTC)
SARI = Found(
    Person(1, "Sari Reka", "Sari Reka, S.Pd.", (Appointment(PersonKind.PNS, "SD", "Guru", "Kabupaten Contoh"),)),
    (Account(1, 1, Platform.INSTAGRAM, "ig-1", (HandleSpan("sari.reka"),), Confidence.MATCHED),),
)
NIP = "198504172010012003"
HEAD = ("NIP", "Nama", "Jenis", "Tautan", "Tempat", "Akun", "Teks", "Tanggal", "Tanggal Kejadian", "Catatan")
ROWS = (
    (NIP, "Sari Reka", "suka", "https://www.instagram.com/p/Cx1/", "", "", "", date(2025, 6, 20), "", "12/REG/2025"),
    (
        "",
        "Sari Reka",
        "komentar",
        "https://www.instagram.com/p/Cx2/",
        "",
        "sari.reka",
        "Semangat",
        "24/06/2025",
        "",
        "",
    ),
    ("", "Sari Reka", "foto", "", "instagram", "", "", "24 Juni 2025 08.30", "23 Juni 2025", ""),
    ("", "Orang Lain", "suka", "https://x.com/a/status/1", "x", "@orang", "", "2025-06-20", "", ""),
)


def _search(text: str) -> list[Found]:
    return [SARI] if text in (NIP, "sari reka") else []


def _old_cases(suffix: str, body: bytes) -> list[Item]:
    path = FOLDER / f"lama{suffix}"
    path.write_bytes(body)
    table = read_table(path)
    found = sheet.read(path.name, table, sheet.guess(sheet.headings(table)), sheet.Around(_search, NOW, ZONE))
    assert len(found.captures) == len(found.rows)
    assert not {one.line for one in found.rejected} & set(found.rows)
    for one in found.captures:
        assert one.seen_at <= NOW.replace(day=27)
        assert one.person_id == SARI.person.person_id
        assert not one.link or one.link.lower().startswith(("http://", "https://"))
    for problem in found.rejected:
        assert problem.message
        assert "19850417" not in problem.message, "no message repeats a NIP"
    return []


@cache
def _workbook() -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (HEAD, *ROWS):
        page.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _csv() -> bytes:
    return "\n".join(";".join(str(cell) for cell in row) for row in (HEAD, *ROWS)).encode()


def _picture(kind: str, **more: object) -> bytes:
    picture = Image.effect_mandelbrot((48, 40), (-2, -1.5, 1, 1.5), 30).convert("RGB")
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "<script>NETRA_UJI()</script>"
    out = io.BytesIO()
    picture.save(out, kind, exif=exif, **more)
    return out.getvalue()


def picture(body: bytes, _place: int) -> list[Item]:
    """Take a picture as the form does: verified, shown, made small for OCR, boxed in a working copy."""
    suffix = copies.picture_suffix(body)
    found = pictures.verify(body)
    assert 0 < found.width * found.height <= pictures.MAX_PIXELS
    assert suffix != ".bin"
    fresh = pictures.shown(body, 64)
    assert fresh.startswith(b"\xff\xd8")
    for copy in (fresh, pictures.grey(body, 64), copies.boxed(body, [copies.Box(0, 0, 1, 1, copies.Hidden.FACE)])):
        assert b"NETRA_UJI" not in copy, "what a file hides is not shown"
    return []


LINKS = (
    b"https://www.instagram.com/p/Cx1_-a/?igsh=abc", b"Lihat ini https://vt.tiktok.com/ZS1/ ya",
    b"https://www.facebook.com/contoh/posts/123?comment_id=9", b"https://x.com/sari_reka/status/1990000000000000001",
    b"https://youtu.be/vid00000001?si=x", b"https://www.youtube.com/watch?v=vid00000001&lc=Ugx.1",
    b"https://bsky.app/profile/did:plc:sari/post/3lqjbfx3v2222", b"https://fedi.example/@sari/114605870284865530",
    b"https://www.threads.net/@sari.reka/post/C1", b"https://t.me/contoh/12", b"instagram.com/stories/sari.reka/31",
)  # fmt: skip


def link(body: bytes, _place: int) -> list[Item]:
    text = body.decode("utf-8", "replace")
    found = links.read_link(text)
    if found is not None:
        assert found.url.lower().startswith(("http://", "https://"))
        assert found.url.isprintable()
        assert found.key
        assert len(found.url) <= links.LONGEST + len("https://")
        again = links.read_link(found.url)
        assert again is not None
        assert again.key == found.key, "the same link is the same post"
    return []


REFUSES = (ImportRefusedError, copies.CopyError)
READERS = [
    Reader("tangkapan-gambar", (
        _picture("PNG"), _picture("JPEG"), _picture("WEBP"), _picture("JPEG", progressive=True),
    ), picture, REFUSES),
    Reader("tangkapan-tautan", LINKS, link),
    Reader("kasus-lama.csv", (_csv(),), lambda body, _: _old_cases(".csv", body), REFUSES),
    Reader("kasus-lama.xlsx-inside", parts(_workbook()), lambda body, place: _old_cases(
        ".xlsx", repacked(_workbook(), place, body)), REFUSES, markup=True),
]  # fmt: skip
