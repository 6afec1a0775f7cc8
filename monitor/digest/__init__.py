"""Every morning's word on deadlines: when it is due, what of it failed, and trying again until it is through.

What was tried stands in the table of runs, so that a night without power is made up, nobody gets it twice, and a
failure is said by `netra doctor` until it is mended. Deadlines are counted anew for each try: nothing goes stale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol

from monitor import legalclock
from monitor.calendar import Calendar
from monitor.config import Config
from monitor.digest.letter import letter, subject, text
from monitor.digest.mail import Handed, hand_over
from monitor.docket import Docket, Law, docket, ics
from monitor.office import Office as Core
from monitor.postbox import Digest
from monitor.store import Run

__all__ = [
    "KIND",
    "Handed",
    "Morning",
    "address_of",
    "calendar_of",
    "docket_of",
    "due",
    "law_of",
    "morning",
    "said_of",
    "state",
    "subject",
    "text",
    "write_file",
]

KIND = "digest"
_WAITS = (5, 10, 20, 40)
"""Minutes before the second, third, … try of a day; then an hour each."""


class Office(Core, Protocol):
    """The parts of an app that are needed."""

    @property
    def calendar(self) -> Calendar: ...
    @property
    def rules_in_force(self) -> Path: ...


@dataclass(frozen=True, slots=True)
class Morning:
    """How the newest word of a day stands. `later` and `never` say why by recipient; `open`: it was cut off midway."""

    day: date
    tries: int
    at: datetime
    later: dict[str, str]
    never: dict[str, str]
    open: bool = False


def law_of(office: Office) -> Law:
    """Give what an office counts its deadlines with, as it is in force now."""
    return Law(legalclock.load(office.rules_in_force / "calendar"), office.calendar, office.config)


def docket_of(office: Office) -> Docket:
    """Lay every case of an office beside the legal clock."""
    return docket(office.store.deadlines.all(), law_of(office), office.clock())


def state(office: Office) -> Morning | None:
    """Tell how the newest word stands; None where there never was one."""
    last = office.store.runs.last(KIND)
    return None if last is None else _read(last, office.config)


def due(office: Office) -> tuple[str, ...] | None:
    """Give who is to get the word now: everybody in the morning, afterwards those that failed; None: nothing is due.

    An empty tuple means that only the calendar file is to be written.
    """
    settings = office.config.digest
    if settings is None:
        return None
    now = office.clock()
    local, last = now.astimezone(office.config.zone), state(office)
    hour, minute = settings.at.split(":")
    if last is None or last.day != local.date():
        return settings.to if local.time() >= time(int(hour), int(minute)) else None
    waiting = settings.to if last.open else tuple(one for one in settings.to if one in last.later)
    if not waiting and not last.open:
        return None
    minutes = _WAITS[last.tries - 1] if last.tries <= len(_WAITS) else 60
    return waiting if now - last.at >= timedelta(minutes=minutes) else None


def morning(office: Office, settings: Digest, to: tuple[str, ...], password: str) -> Handed:
    """Write the calendar file, hand the letter over, and write down what became of it.

    `password` is that of the mail server, "" where it asks for none.
    """
    now = office.clock()
    today, last = now.astimezone(office.config.zone).date(), state(office)
    tries = last.tries + 1 if last is not None and last.day == today else 1
    before = last.never if last is not None and last.day == today and not last.open else {}
    run_id = office.store.runs.begin(KIND)
    found, unwritten = docket_of(office), dict[str, str]()
    if settings.calendar:
        try:
            write_file(office.root / settings.calendar, calendar_of(office, found))
        except OSError as error:
            unwritten[settings.calendar] = f"tidak dapat ditulis ({error.strerror or error})"
    handed = Handed()
    if to and settings.sender is not None:
        domain = settings.sender.rpartition("@")[2]
        made = letter(
            found, office.config.office.name, now, today, (settings.sender, domain), address_of(office.config)
        )
        handed = hand_over(settings, password, made, to, office.root)
    handed = replace(handed, never={**handed.never, **unwritten})
    never = {one: why for one, why in before.items() if one not in to} | dict(handed.never)
    summary: dict[str, int | str] = {
        "hari": today.isoformat(), "percobaan": tries, "terkirim": len(handed.taken),
        "tunda": _packed(handed.later), "gagal": _packed(never),
    }  # fmt: skip
    office.store.runs.finish(run_id, summary)
    return handed


def said_of(handed: Handed) -> Iterator[str]:
    """Say what became of a letter, one line each, Indonesian."""
    if handed.taken:
        yield f"kabar tenggat terkirim kepada {len(handed.taken)} penerima"
    for one, why in handed.later.items():
        yield f"PERHATIAN kabar tenggat belum sampai kepada {one}: {why}; dicoba lagi"
    for one, why in handed.never.items():
        yield f"GAWAT kabar tenggat ditolak untuk {one}: {why}; perbaiki pengaturannya"


def address_of(config: Config) -> Callable[[int], str]:
    """Give how a case is linked from outside the page: "" where the office has no public name."""
    name = config.web.public_name
    return lambda flag_id: f"https://{name}/tanda/{flag_id}" if name else ""


def write_file(path: Path, body: bytes) -> None:
    """Put a calendar file in the place of the old one, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.baru")
    fresh.write_bytes(body)
    fresh.replace(path)


def calendar_of(office: Office, found: Docket) -> bytes:
    """Write the calendar file of every running deadline."""
    return ics.write(found.running, office.clock(), office.config.office.name, address_of(office.config))


def _read(run: Run, config: Config) -> Morning:
    """Read what a run left behind; one that was cut off left only its beginning."""
    said = run.summary
    unfinished = run.finished_at is None or "hari" not in said
    day = run.started_at.astimezone(config.zone).date() if unfinished else date.fromisoformat(str(said["hari"]))
    return Morning(
        day, int(said.get("percobaan", 1)), run.finished_at or run.started_at, _unpacked(said.get("tunda", "")),
        _unpacked(said.get("gagal", "")), unfinished,
    )  # fmt: skip


def _packed(why: Mapping[str, str]) -> str:
    return "\n".join(f"{one}\t{said}" for one, said in why.items())


def _unpacked(packed: int | str) -> dict[str, str]:
    lines = str(packed).split("\n") if packed else []
    return {one: said for one, _, said in (line.partition("\t") for line in lines)}
