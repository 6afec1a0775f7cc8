"""Deadlines as a calendar file (RFC 5545): one all-day event a case, without a name or a word of anybody. Pure.

Lines end in CRLF and are folded at 75 octets, never inside a character; text is escaped. An event keeps its UID, so
that a calendar that reads the file again moves what it has instead of doubling it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from monitor.docket import Duty
from monitor.docket.wording import STEP, days_words, doubt_words

_OCTETS = 75
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


def write(duties: Iterable[Duty], now: datetime, office: str, address: Callable[[int], str]) -> bytes:
    """Write the calendar of these duties, UTF-8. `address` gives a case's link, "" for none; `now` is aware UTC."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Netra//Tenggat//ID", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(f'Tenggat {office}')}",
    ]  # fmt: skip
    for duty in duties:
        lines += _event(duty, now, address(duty.case.flag_id))
    lines.append("END:VCALENDAR")
    return "".join(f"{fold(line)}\r\n" for line in lines).encode()


def fold(line: str) -> str:
    """Fold one content line at 75 octets; continuation lines begin with a space, which counts."""
    parts, held, size = [], "", 0
    for one in line:
        width = len(one.encode())
        if size + width > _OCTETS:
            parts.append(held)
            held, size = " ", 1
        held += one
        size += width
    return "\r\n".join([*parts, held])


def _event(duty: Duty, now: datetime, link: str) -> list[str]:
    first = duty.first
    if first is None or first.due is None:
        return []
    said = [f"{days_words(duty.days_left)} ({duty.zone_name}).", *doubt_words(first), f"Sumber: {first.term.source}."]
    lines = [
        "BEGIN:VEVENT",
        f"UID:tanda-{duty.case.flag_id}-{first.term.step.value}@netra.invalid",
        f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{first.due:%Y%m%d}",
        f"DTEND;VALUE=DATE:{first.due + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_text(f'Tanda {duty.case.flag_id}: {STEP[first.term.step]}')}",
        f"DESCRIPTION:{_text(' '.join(said))}",
        "TRANSP:TRANSPARENT",
    ]
    if link:
        lines.append(f"URL:{link}")
    return [*lines, "END:VEVENT"]


def _text(value: str) -> str:
    return "".join(one for one in value if one in "\n\r" or one.isprintable()).translate(_ESCAPES)
