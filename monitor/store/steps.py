"""What happens to a case after the first information, as values: events, plenary, ruling, objection, times."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from monitor.models import ReasonCode, State
from monitor.store.codec import moment


class Happened(StrEnum):
    """What an event of a case is."""

    TRACING = "penelusuran"
    NOTE = "catatan"
    FOUND = "hasil"
    KNOWN = "diketahui"
    PLENARY = "pleno"
    RULING = "putusan"
    FORM = "bentuk"
    IDENTITY = "identitas"
    ASKED = "tanya"
    ANSWERED = "jawab"
    OBJECTION = "keberatan"
    NEW_EVIDENCE = "bukti_baru"


@dataclass(frozen=True, slots=True)
class ProcessEvent:
    """One event. `detail` is plain text by name, {} where it was erased; `decision_id` names the step it made."""

    event_id: int
    flag_id: int
    kind: Happened
    decision_id: int | None
    user_id: int
    at: datetime
    detail: Mapping[str, str]
    erased: bool


@dataclass(frozen=True, slots=True)
class Plenary:
    """A plenary session. Number and day are required; `participants` may be "". `known_at`: what it fixed as known."""

    number: str
    day: date
    participants: str = ""
    note: str = ""
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the plenary ruled: `state` is stopped (with a reason that clears), forwarded or finding."""

    state: State
    reason: ReasonCode | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Objection:
    """What somebody objects: when it came, by which way, its words, SHA-256 of its document ("" = none)."""

    day: date
    channel: str
    text: str
    document_sha256: str = ""
    appeal: bool = False


@dataclass(frozen=True, slots=True)
class Times:
    """The times the legal clock runs by, aware UTC.

    `event_at` is when it happened (None = unknown), `captured_at` when it was first recorded, `lead_at` when a reviewer
    first put it forward (None = not yet). `known_at` is what a plenary fixed as known (None = not fixed): the clock
    runs from there, never from `lead_at`. `known_by` is `pleno`, `informasi_awal` or "".
    """

    flag_id: int
    event_at: datetime | None
    captured_at: datetime
    lead_at: datetime | None
    known_at: datetime | None
    known_by: str


@dataclass(frozen=True, slots=True)
class Question:
    """An open question: what is asked, of whom, until which day. The legal clock goes on."""

    event: ProcessEvent
    what: str
    whom: str
    until: date


def event(row: tuple[int, int, str, int | None, int, str, str, int]) -> ProcessEvent:
    """Read a row of `process_events`."""
    key, flag_id, kind, decision_id, user_id, at, payload, erased = row
    detail = json.loads(payload) if payload else {}
    return ProcessEvent(key, flag_id, Happened(kind), decision_id, user_id, moment(at), detail, bool(erased))
