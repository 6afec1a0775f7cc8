"""The desk of case files: drafts in, documents and packages out; everything that leaves is in the custody log first."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path

from monitor import custody
from monitor.config import Config
from monitor.custody import Stamp, no_stamp
from monitor.docket import Law, duty
from monitor.errors import NotAllowedError
from monitor.evidence import Archive
from monitor.legalbasis import LegalBasis
from monitor.legalclock import Step
from monitor.models import Role, State, User
from monitor.reports import papers, ready, templates, wording
from monitor.reports.content import ELECTIONS, Source
from monitor.reports.course import course
from monitor.reports.papers import Format
from monitor.reports.templates import Templates
from monitor.store import Draft, Store, Touch
from monitor.store.documents import NUMBERED
from monitor.targets import Targets

WRITERS = frozenset({Role.MONITOR, Role.SECOND_REVIEWER, Role.COORDINATOR})
HANDERS = frozenset({Role.SECOND_REVIEWER, Role.COORDINATOR})
LONGEST, SHORT = 10_000, 500
LONG_FIELDS = frozenset(
    {"summary", "event", "suspicion", "facts", "analysis", "statement", "dispute_story", "letter_text", "articles",
     "follow_up", "evidence_note"}
)  # fmt: skip
DAYS = frozenset({"statement_on", "finding_deadline", "signed_on"})
MOST_WITNESSES = 8


@dataclass(frozen=True, slots=True)
class Bureau:
    """What case files are made with. `law` and `targets` give those in force now; `root` is where settings lie.

    `clockwork` is what deadlines are counted with; None: none are.
    """

    config: Config
    store: Store
    archive: Archive
    clock: Callable[[], datetime]
    root: Path
    law: Callable[[], LegalBasis]
    targets: Callable[[], Targets]
    stamp: Callable[[bytes], Stamp | None] = no_stamp
    clockwork: Callable[[], Law] | None = None

    def templates(self) -> Templates:
        """Give the templates in force.

        Raises:
            ConfigError: every mistake of the office's own.
        """
        own = self.config.reports.templates
        return templates.load(self.root / own if own else None)

    def source(self, flag_id: int) -> Source:
        """Put together what the documents of a case are made from.

        Raises:
            NotAllowedError: there is no such case. RulesError: the legal basis cannot be read.
        """
        case, held = custody.gather(self.store, flag_id), self.store.documents.newest(flag_id)
        draft, version = (held.draft, held.number) if held is not None else (Draft(), 0)
        return Source(
            case, draft, version, course(self.store, case.flag), self.config, self.law(), self.targets(), self.clock(),
            self._finding_due(flag_id),
        )  # fmt: skip

    def _finding_due(self, flag_id: int) -> date | None:
        """Give the day until which a finding must be fixed; None where no clock runs, or it runs on an assumption."""
        case = self.store.deadlines.of(flag_id)
        if self.clockwork is None or case is None:
            return None
        counted = duty(case, self.clockwork(), self.clock()).deadlines
        sure = (one for one in counted if one.term.step is Step.FINDING and not (one.assumed or one.projected))
        return next((one.due for one in sure if one.due is not None), None)

    def today(self) -> date:
        """Give the day in the office's zone."""
        return self.clock().astimezone(self.config.zone).date()


def has_file(state: State) -> bool:
    """Tell whether a case has a file: from the first information on, also where the plenary stopped it."""
    return state.ahead or state is State.STOPPED


def may_write(user: User) -> bool:
    """Tell whether one of the user's roles writes case files."""
    return bool(user.roles & WRITERS)


def may_hand(user: User) -> bool:
    """Tell whether one of the user's roles hands cases over."""
    return bool(user.roles & HANDERS)


def obstacles(bureau: Bureau, source: Source) -> list[str]:
    """Say why a case cannot be handed over today; none = it can."""
    return ready.obstacles(bureau.store, bureau.archive, source, bureau.config.reports, bureau.clock())


def stay_clear(bureau: Bureau, flag_id: int, user: User) -> None:
    """Stop somebody who is too near to the person of a case: own office, declared relatives.

    Raises:
        NotAllowedError: they are.
    """
    if bureau.store.conflicts.bars(user.user_id, flag_id):
        raise NotAllowedError("kasus ini menyangkut kantor atau keluarga yang dinyatakan — serahkan kepada rekan lain")


def save(bureau: Bureau, flag_id: int, draft: Draft, user: User, *, expected: int) -> int:
    """Store what somebody wrote; gives the number of the version.

    Raises:
        NotAllowedError: this user may not, a field is too long or no day, a number does not look as the settings say or
            was given before; all mistakes of the fields at once.
        ConflictError: somebody saved meanwhile.
    """
    if not may_write(user):
        raise NotAllowedError("menulis berkas kasus perlu peran pemantau, peninjau_kedua, atau koordinator")
    if not has_file(bureau.store.flags.get(flag_id).state):
        raise NotAllowedError("kasus ini belum menjadi informasi awal; berkasnya dibuat sesudah itu")
    if faults := mistakes(draft, bureau.config):
        raise NotAllowedError("\n".join(faults))
    return bureau.store.documents.save(flag_id, draft, user.user_id, expected=expected)


def mistakes(draft: Draft, config: Config) -> list[str]:
    """Say what is wrong with the fields of a draft, in Indonesian."""
    found = []
    for one in fields(Draft):
        value = getattr(draft, one.name)
        most = LONGEST if one.name in LONG_FIELDS else SHORT
        if isinstance(value, str) and len(value) > most:
            found.append(f"{LABELS[one.name]}: paling panjang {most} karakter — ringkas dahulu")
    found += [f"{LABELS[name]}: bukan tanggal" for name in sorted(DAYS) if not _day(getattr(draft, name))]
    for name in NUMBERED:
        pattern = getattr(config.reports, name)
        if (number := getattr(draft, name)) and not wording.fits(pattern, number):
            found.append(f"{LABELS[name]}: `{number}` tidak menurut pola {pattern} di config.yaml")
    if draft.variant and draft.variant not in ELECTIONS:
        found.append("varian formulir: pilih pemilu atau pilkada")
    if len(draft.witnesses) > MOST_WITNESSES:
        found.append(f"saksi: paling banyak {MOST_WITNESSES}")
    if any(len(one.name) > SHORT or len(one.address) > SHORT for one in draft.witnesses):
        found.append(f"saksi: nama dan alamat paling panjang {SHORT} karakter")
    return found


def _day(text: str) -> bool:
    if not text:
        return True
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None


def document(bureau: Bureau, flag_id: int, name: str, form: Format, user: User) -> bytes:
    """Make one document of a case; who took it is in the custody log before it is given away.

    Raises:
        NotAllowedError: there is no such document or no such case, or this user may not.
        ConfigError, RulesError, ArchiveError: templates, legal basis or evidence cannot be used.
    """
    if not may_write(user) and not custody.may_export(user):
        raise NotAllowedError("dokumen kasus perlu peran yang memutuskan atau yang mengeluarkan bukti")
    stay_clear(bureau, flag_id, user)
    source = bureau.source(flag_id)
    if not has_file(source.case.flag.state):
        raise NotAllowedError("kasus ini belum menjadi informasi awal; berkasnya dibuat sesudah itu")
    if name not in papers.names_of(source.election):
        raise NotAllowedError(f"tidak ada dokumen `{name}` dalam berkas ini")
    filled = papers.fill(source, bureau.archive)
    [(file, content)] = papers.make(filled, bureau.templates(), source.made_at, [(name, form)]).items()
    bureau.store.custody.note(
        Touch.DOWNLOAD, user_id=user.user_id, flag_id=flag_id, subject=f"dokumen {file}",
        sha256=hashlib.sha256(content).hexdigest(), detail=f"isian versi {source.version}",
    )  # fmt: skip
    return content


LABELS = {
    "variant": "varian formulir",
    "form_number": "nomor Formulir A",
    "finding_number": "nomor temuan",
    "letter_number": "nomor surat",
    "stage": "tahapan yang diawasi",
    "officer": "nama pelaksana tugas",
    "officer_post": "jabatan pelaksana tugas",
    "order_number": "nomor surat perintah tugas",
    "officer_address": "alamat pelaksana tugas",
    "activity": "bentuk kegiatan",
    "purpose": "tujuan kegiatan",
    "target": "sasaran kegiatan",
    "time_place": "waktu dan tempat kegiatan",
    "summary": "uraian singkat hasil pengawasan",
    "event": "peristiwa",
    "witnesses": "saksi",
    "evidence_note": "keterangan alat bukti",
    "suspicion": "uraian dugaan",
    "facts": "fakta dan keterangan",
    "analysis": "analisa",
    "statement": "keterangan atau keberatan orangnya",
    "statement_on": "tanggal keterangan orangnya",
    "articles": "pasal yang diduga dilanggar",
    "kind": "jenis dugaan pelanggaran",
    "follow_up": "tindak lanjut",
    "dispute_parties": "sengketa: peserta",
    "dispute_place": "sengketa: tempat",
    "dispute_time": "sengketa: waktu",
    "dispute_form": "sengketa: bentuk objek",
    "dispute_identity": "sengketa: identitas objek",
    "dispute_date": "sengketa: tanggal dikeluarkan",
    "dispute_loss": "sengketa: kerugian langsung",
    "dispute_story": "sengketa: uraian",
    "finding_deadline": "batas waktu temuan",
    "recipient": "penerima",
    "letter_about": "hal surat",
    "letter_text": "isi surat",
    "signed_at": "tempat tanda tangan",
    "signed_on": "tanggal tanda tangan",
    "signer": "penanda tangan",
    "signer_post": "jabatan penanda tangan",
}
"""What each field of a draft is called, for messages and the command line."""
