"""The morning's letter: numbers, steps, last days and links. No name, office, account or word of anybody. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from email.message import EmailMessage

from monitor.digest.mail import envelope
from monitor.docket import Docket, Duty, ics
from monitor.docket.wording import STEP, days_words, doubt_words

MOST = 200
"""So many cases are named in the text; the calendar file holds all."""


def subject(found: Docket, office: str) -> str:
    """Say in one line what presses."""
    parts = [
        f"{len(duties)} {word}"
        for duties, word in ((found.overdue, "lewat"), (found.disputed, "diperselisihkan"), (found.soon, "segera"))
        if duties
    ]
    return f"Tenggat {' '.join(office.split())} — {', '.join(parts) or 'tidak ada yang mendesak'}"


def text(found: Docket, office: str, today: date, address: Callable[[int], str]) -> str:
    """Write the letter's text, Indonesian, lines ending in one newline."""
    return "\n".join(_lines(found, office, today, address)) + "\n"


def letter(
    found: Docket, office: str, now: datetime, today: date, ends: tuple[str, str], address: Callable[[int], str]
) -> EmailMessage:
    """Write the whole message with the calendar file; `ends` are sender and the domain that names the message.

    Message-ID is the same all day, so that a second try after a doubtful first one is seen as the same letter.
    """
    sender, domain = ends
    message = envelope(sender, subject(found, office), now)
    message["Message-ID"] = f"<tenggat-{today:%Y%m%d}@{domain}>"
    message.set_content(text(found, office, today, address))
    body = ics.write(found.running, now, office, address)
    message.add_attachment(body, maintype="text", subtype="calendar", filename="tenggat.ics")
    return message


def _lines(found: Docket, office: str, today: date, address: Callable[[int], str]) -> Iterator[str]:
    yield f"Tenggat {office}, {today:%d-%m-%Y}"
    yield ""
    if found.unlisted:
        years = ", ".join(map(str, found.unlisted))
        yield f"PERHATIAN: tabel libur {years} belum ada; tanggal kerja di tahun itu hanya yang paling cepat."
        yield "Lengkapi rules/calendar/libur.yaml menurut SKB yang terbit."
        yield ""
    for title, duties in (
        ("Lewat", found.overdue),
        ("Lewat menurut sebagian cara menghitung", found.disputed),
        ("Segera", found.soon),
    ):
        if duties:
            yield f"{title} ({len(duties)})"
            for duty in duties[:MOST]:
                yield from _case(duty, address)
            if len(duties) > MOST:
                yield f"  … dan {len(duties) - MOST} lagi; lihat halaman Tenggat atau berkas kalendernya."
            yield ""
    if not found.pressing:
        yield "Tidak ada yang mendesak hari ini."
        yield ""
    yield f"Berjalan seluruhnya: {len(found.running)} kasus; tanpa tenggat berjalan: {len(found.idle)}."
    yield ""
    yield "Surat ini dibuat Netra dan tidak memuat nama, akun, atau isi unggahan siapa pun. Bukalah kasusnya di Netra."


def _case(duty: Duty, address: Callable[[int], str]) -> Iterator[str]:
    first = duty.first
    if first is None or first.due is None:
        return
    step = STEP[first.term.step]
    last = f"hari terakhir {first.due:%d-%m-%Y} {duty.zone_name}"
    yield f"- Tanda {duty.case.flag_id}: {step}, {last}. {days_words(duty.days_left)}."
    for doubt in doubt_words(first):
        yield f"  {doubt}"
    if link := address(duty.case.flag_id):
        yield f"  {link}"
