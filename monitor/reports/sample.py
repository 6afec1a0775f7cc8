"""An invented case that fills every place of the templates: to try an office's templates before a case needs them."""

from __future__ import annotations

from datetime import UTC, date, datetime

from monitor.config import Config
from monitor.custody import Case
from monitor.legalbasis import LegalBasis
from monitor.models import (
    Account,
    AccountRef,
    Actor,
    Appointment,
    Basis,
    Captured,
    Confidence,
    Decision,
    Field,
    Flag,
    Ground,
    HandleSpan,
    Item,
    ItemKind,
    Level,
    Match,
    Opinion,
    Outcome,
    Parent,
    Person,
    PersonKind,
    Phase,
    Platform,
    ReasonCode,
    Relation,
    Setting,
    Span,
    State,
    StoredItem,
)
from monitor.reports.content import Source
from monitor.reports.course import Course
from monitor.store import Draft, Recording, Witness
from monitor.targets import Targets

MADE_AT = datetime(2025, 6, 26, 2, 5, tzinfo=UTC)
_ACTED_AT = datetime(2025, 6, 24, 7, 5, tzinfo=UTC)
_COURSE = Course("001/BA/REKAAN/2025", date(2025, 6, 25), MADE_AT)
_WORDS = "Mari kita menangkan nomor satu! (contoh rekaan untuk mencoba templat)"


def sample(config: Config, law: LegalBasis, targets: Targets, variant: str) -> Source:
    """Give an invented case of this variant ("pemilu" or "pilkada")."""
    return Source(_case(), _draft(variant), 1, _COURSE, config, law, targets, MADE_AT)


def _case() -> Case:
    ref = AccountRef(Platform.FACEBOOK, "100000000000001", "warga.rekaan", "Warga Rekaan")
    item = Item(
        "contoh", Platform.FACEBOOK, "rekaan-1", ItemKind.COMMENT, ref, _WORDS,
        url="https://contoh.example/unggahan/rekaan-1?komentar=1", happened_at=_ACTED_AT, happened_raw="24 Juni 2025",
        happened_rule="WIB", parent=Parent(
            "induk", "https://contoh.example/unggahan/induk", "Jadwal kampanye rekaan.",
            AccountRef(Platform.FACEBOOK, "2", "contohbersinar", "Contoh Bersinar"),
        ),
    )  # fmt: skip
    stored = StoredItem(1, 1, item, "b" * 64, "a" * 64, MADE_AT)
    held = Appointment(PersonKind.PNS, "Dinas Contoh", "Analis Rekaan", "Kabupaten Contoh", date(2020, 1, 1))
    person = Person(1, "Uji Rekaan", "Uji Rekaan, S.Contoh.", (held,))
    account = Account(
        1, 1, Platform.FACEBOOK, "100000000000001", (HandleSpan("warga.rekaan"),), Confidence.VERIFIED,
        facts=("nama dan foto sama dengan daftar pegawai (rekaan)",),
    )  # fmt: skip
    span = Span(Field.TEXT, 0, 18, "Mari kita menangkan")
    match = Match("ajakan-rekaan", "c" * 64, "Ajakan rekaan", Level.HIGH, ("DIS-2",), Ground.OWN_TEXT, (span,))
    setting = Setting("", Phase.CAMPAIGN, 2, Relation.CAMPAIGN)
    digests = (("aturan", "d" * 64), ("model", "model-rekaan"), ("netra", "0"))
    opinion = Opinion(Level.HIGH, (), ("DIS-2", "DIS-8"), (match,), 0.91, (), Ground.OWN_TEXT, setting, 1.0, digests)
    decided = tuple(
        Decision(place, 1, 1, state, reason, "catatan rekaan", MADE_AT)
        for place, (state, reason) in enumerate(((State.LEAD, ReasonCode.CALL), (State.FORWARDED, None)), 1)
    )
    flag = Flag(
        1, stored, Actor(person, Basis.ACCOUNT_ID, 1.0, account, held), opinion, State.FORWARDED, MADE_AT, decided
    )
    kept = Captured(item.url, "a" * 64, "e" * 64, "f" * 64, 12_345, "0", clock_synchronised=True, clock_offset=0.0)
    recording = Recording(1, 1, "contoh", MADE_AT, Outcome.OK_ITEMS, 200, kept, erased=False)
    return Case(flag, 1, (stored,), (recording,), (), (), (), {1: "Petugas Rekaan"})


def _draft(variant: str) -> Draft:
    return Draft(
        variant=variant,
        form_number="001/LHP/PM.01.02/CONTOH/VI/2025",
        officer="Petugas Rekaan",
        officer_post="Staf Pengawasan Rekaan",
        order_number="001/REKAAN/2025",
        officer_address="Jalan Rekaan Nomor 1, Contoh",
        witnesses=(Witness("Saksi Rekaan", "Jalan Misal Nomor 2"),),
        suspicion="Uraian rekaan.",
        facts="Fakta rekaan.",
        analysis="Analisa rekaan.",
        signed_on="2025-06-26",
        letter_number="001/REKAAN",
    )
