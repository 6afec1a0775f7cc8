"""Short letters about phase runs: to those who get the morning's word, numbers only, each standstill told once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from monitor.digest.mail import Handed, envelope, hand_over
from monitor.office import Office
from monitor.upkeep import WARNED, Standstill, standstills

AGAIN = timedelta(minutes=10)
"""After which a letter that did not get through is tried once more."""
_UNWRITTEN: set[tuple[Path, datetime]] = set()


def send(office: Office, said: tuple[str, Iterable[str]], password: str) -> Handed | None:
    """Hand a letter (subject, lines) over; None where the office has no mail. Never raises for what a server does."""
    settings = office.config.digest
    if settings is None or settings.sender is None or not settings.to:
        return None
    subject, lines = said
    message = envelope(settings.sender, f"{subject} — {office.config.office.name}", office.clock())
    message.set_content("\n".join(lines) + "\n")
    return hand_over(settings, password, message, settings.to, office.root)


def warn(office: Office, password: str) -> Iterator[str]:
    """Send word of every phase run that stands still, once for each standstill; gives lines to show.

    What could not be handed over is tried again after `AGAIN`; a run that goes on and stops anew is told anew.
    """
    for one in standstills(office):
        if not _due(one, office.clock()):
            continue
        handed = send(office, (f"Jalan tahapan {one.folder.name} macet", _lines(one)), password)
        later = handed.later if handed is not None else {}
        _note(one, office.clock(), told=not later)
        yield f"PERHATIAN jalan tahapan {one.folder.name} {one.said()}"
        for who, why in {**later, **(handed.never if handed is not None else {})}.items():
            yield f"surel kepada {who} tidak terkirim: {why}"


def _lines(one: Standstill) -> list[str]:
    return [f"{one.said()[:1].upper()}{one.said()[1:]}.", one.advice(), "Yang sudah dinilai tersimpan."]


def _due(one: Standstill, now: datetime) -> bool:
    if (one.folder, one.headway.at) in _UNWRITTEN:
        return False
    try:
        held = json.loads((one.folder / WARNED).read_bytes())
        if datetime.fromisoformat(held["of"]) != one.headway.at:
            return True
        return not held["told"] and now - datetime.fromisoformat(held["tried_at"]) >= AGAIN
    except (OSError, ValueError, KeyError, TypeError):
        return True


def _note(one: Standstill, now: datetime, *, told: bool) -> None:
    held = {"of": one.headway.at.isoformat(), "tried_at": now.isoformat(), "told": told}
    try:
        (one.folder / WARNED).write_text(json.dumps(held) + "\n", encoding="ascii")
    except OSError:  # a disk that takes nothing may be why it stands still: this process remembers by itself
        _UNWRITTEN.add((one.folder, one.headway.at))
