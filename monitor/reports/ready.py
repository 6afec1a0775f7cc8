"""What keeps a case from being handed over. One place asks, for the page, the command line and the package alike."""

from __future__ import annotations

from datetime import date, datetime

from monitor import custody
from monitor.evidence import Archive
from monitor.models import State
from monitor.recipients import Recipient, Reports
from monitor.reports.content import Source
from monitor.reports.rows import STATES
from monitor.store import Draft, EvidenceCheck, Store

DECIDED = frozenset({State.FORWARDED, State.FINDING})
_OF_THE_RULING = "pleno"


def obstacles(store: Store, archive: Archive, source: Source, settings: Reports, now: datetime) -> list[str]:
    """Say why a case cannot be handed over, in Indonesian with what to do; none = it can.

    The guards of the ruling are asked once more: an account may have been doubted and evidence damaged since.
    """
    return [
        *_standing(source),
        *_guards(store, archive, source.case.flag.flag_id, now),
        *_receiver(source.draft, settings, now.astimezone(source.config.zone).date()),
    ]


def receiver(draft: Draft, settings: Reports) -> Recipient | None:
    """Give the recipient that people chose, None where there is none of that id."""
    return next((one for one in settings.recipients if one.id == draft.recipient), None)


def _standing(source: Source) -> list[str]:
    found = []
    if source.case.flag.state not in DECIDED:
        said = STATES[source.case.flag.state]
        found.append(f"keadaan kasus masih `{said}` — paket dibuat sesudah rapat pleno memutuskan")
    if not source.course.plenary_number or source.course.plenary_on is None:
        found.append("belum ada pleno dengan nomor dan tanggal berita acara — catat plenonya di bagian Proses")
    return found


def _guards(store: Store, archive: Archive, flag_id: int, now: datetime) -> list[str]:
    checked = custody.check_case(store, archive, flag_id)
    evidence = EvidenceCheck(flag_id, checked.pieces, now, checked.findings)
    # The guard of the plenary asks whether one is under way; here it is over, and asked for above.
    return [one.text for one in store.process.lacking(flag_id, evidence) if one.code != _OF_THE_RULING]


def _receiver(draft: Draft, settings: Reports, today: date) -> list[str]:
    found = receiver(draft, settings)
    if found is None:
        return ["penerima belum dipilih — pilih dari daftar di config.yaml (`reports.recipients`)"]
    if not found.valid_on(today):
        span = f"{found.since.isoformat()} sampai {found.until.isoformat() if found.until else 'seterusnya'}"
        return [f"penerima `{found.name}` tidak berlaku hari ini (berlaku {span}) — pilih yang lain"]
    return []
