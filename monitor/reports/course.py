"""What happened to a case after the first information, as far as its documents speak of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from monitor.models import Flag, State
from monitor.store import Happened, ProcessEvent, Store

_BEGUN_ANEW = frozenset({State.NEW, State.IN_REVIEW})


@dataclass(frozen=True, slots=True)
class Said:
    """An objection or appeal: when it came, by which way, its words."""

    day: date
    channel: str
    text: str
    appeal: bool


@dataclass(frozen=True, slots=True)
class Course:
    """The steps of a case: its plenary ("" and None = none that still holds), when it was known, what was objected.

    `form` is the form that somebody chose instead of the proposed ones, "" where the proposal stands. `found` is what
    the tracing found, with when it was written down.
    """

    plenary_number: str = ""
    plenary_on: date | None = None
    known_at: datetime | None = None
    form: str = ""
    objections: tuple[Said, ...] = ()
    found: tuple[tuple[datetime, str], ...] = ()


def course(store: Store, flag: Flag) -> Course:
    """Read the steps of a case."""
    events = [one for one in store.process.events(flag.flag_id) if not one.erased]
    held = _plenary(events, flag)
    chosen = store.process.form(flag.flag_id)
    return Course(
        plenary_number=held.detail["nomor"] if held is not None else "",
        plenary_on=date.fromisoformat(held.detail["tanggal"]) if held is not None else None,
        known_at=store.process.times(flag.flag_id).known_at,
        form=chosen[0] if chosen is not None else "",
        objections=tuple(
            Said(
                date.fromisoformat(one.detail["tanggal"]), one.detail["saluran"], one.detail["isi"],
                bool(one.detail["banding"]),
            )
            for one in events
            if one.kind is Happened.OBJECTION
        ),
        found=tuple((one.at, one.detail["isi"]) for one in events if one.kind is Happened.FOUND),
    )  # fmt: skip


def _plenary(events: list[ProcessEvent], flag: Flag) -> ProcessEvent | None:
    """Give the newest plenary of the present round: a case that was opened again needs another."""
    begun = max((one.decision_id for one in flag.decisions if one.state in _BEGUN_ANEW), default=0)
    held = [one for one in events if one.kind is Happened.PLENARY and (one.decision_id or 0) > begun]
    return held[-1] if held else None
