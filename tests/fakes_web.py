"""An invented office with flags in a real store, for everything that looks at the page. Every name is invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from argon2 import PasswordHasher
from flask import Flask

from monitor.config import Config
from monitor.evidence import Archive
from monitor.models import (
    AccountRef,
    AccountRow,
    Actor,
    Appointment,
    Basis,
    Change,
    Condition,
    Confidence,
    Field,
    Ground,
    Item,
    ItemKind,
    Level,
    Match,
    Opinion,
    Outcome,
    Page,
    Parent,
    Person,
    PersonKind,
    Phase,
    Platform,
    Reason,
    Relation,
    Request,
    Response,
    Role,
    RosterChange,
    RosterRow,
    Screened,
    Setting,
    Span,
    User,
    WordMark,
)
from monitor.store import QueueQuery, Store
from monitor.web import Services, create_app
from tests.fakes import FakeClock

PASSWORD = "kata-sandi-rekaan-2025"
NOW = datetime(2025, 6, 26, 2, 0, tzinfo=UTC)
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
REGION, OTHER_REGION = "Kabupaten Contoh", "Kabupaten Misal"


@dataclass(frozen=True)
class Seed:
    """What one flag is made of."""

    name: str
    kind: ItemKind
    platform: Platform
    text: str
    title: str = ""
    parent: Parent | None = None
    relation: Relation = Relation.NONE
    level: Level = Level.MEDIUM
    phase: Phase | None = Phase.CAMPAIGN
    probability: float | None = 0.82
    words: str = ""
    rule: str = "Ajakan memilih pasangan"
    post: str = "Guru Ahli Muda"
    office: str = "SD Negeri 1 Contoh"
    region: str = REGION
    confidence: Confidence = Confidence.MATCHED
    conditions: frozenset[Condition] = frozenset()
    basis: Basis = Basis.ACCOUNT_ID
    handle: str = ""
    hours: int = 20
    forms: tuple[str, ...] = ("DIS-2", "DIS-8")


_CAMP = AccountRef(Platform.INSTAGRAM, "kampanye-1-ig", "contohbersinar", "Contoh Bersinar")
_MEDIA = AccountRef(Platform.FACEBOOK, "warta-fb", "wartacontoh", "Warta Contoh")

SEEDS = (
    Seed("Dra. Ratna Umpamawati, M.Si.", ItemKind.COMMENT, Platform.FACEBOOK,
         "Mari kita menangkan Bang Andi Mis dan Bunga Ump! Contoh Bersinar, gas pol tanggal 28 nanti.",
         parent=Parent("p1", "https://contoh.invalid/p1", "Jadwal kampanye akbar di Lapangan Rekaan, Sabtu sore.", _CAMP),
         relation=Relation.CAMPAIGN, level=Level.HIGH, phase=Phase.QUIET, probability=0.94, words="Mari kita menangkan",
         confidence=Confidence.VERIFIED, post="Kepala Seksi Rekaan", office="Dinas Contoh Kabupaten Contoh"),
    Seed("Bagas Andaikanto, S.Pd.", ItemKind.LIKE, Platform.INSTAGRAM, "",
         parent=Parent("p2", "https://contoh.invalid/p2", "Satu barisan, satu tujuan. #ContohBersinar #MisalkanUmpama", _CAMP),
         relation=Relation.CAMPAIGN, level=Level.HIGH, phase=Phase.QUIET, probability=0.71,
         rule="Menyukai unggahan akun pemenangan", forms=("DIS-6",), hours=30),
    Seed("Sulastri Misalnita", ItemKind.POST, Platform.TIKTOK,
         "Nomor 2 di hati, Bu Citra dan Mas Dodi Rek lanjutkan!! #MajuBarengContoh", level=Level.HIGH,
         probability=0.97, words="lanjutkan", post="Pengadministrasi Umum", office="Kecamatan Rekaan", hours=52),
    Seed("H. Jaka Ujiawan, S.Sos.", ItemKind.SHARE, Platform.X, "Cak Farid paling siap, warga guyub ikut.",
         parent=Parent("p3", "https://contoh.invalid/p3", "Contoh Guyub untuk semua. #EkaFarid",
                       AccountRef(Platform.X, "kampanye-3-x", "contohguyub", "Contoh Guyub")),
         relation=Relation.CAMPAIGN, level=Level.HIGH, words="paling siap", conditions=frozenset({Condition.SHARED}),
         post="Lurah", office="Kelurahan Andaikan", hours=60),
    Seed("Endang Percobawati, S.Tr.Keb.", ItemKind.COMMENT, Platform.FACEBOOK,
         "Kalau programnya begini terus, kapan jalan desa kami diperbaiki? Semua calon tolong jawab.",
         parent=Parent("p4", "https://contoh.invalid/p4", "Debat kedua: tiga pasangan bicara infrastruktur.", _MEDIA),
         relation=Relation.MEDIA, probability=0.46, words="calon", rule="Menyebut calon dengan penilaian",
         post="Bidan Terampil", office="Puskesmas Misal", hours=75),
    Seed("Wahyu Rekaanto", ItemKind.POST, Platform.BLUESKY,
         "Ayo ke TPS tanggal 28 Juni, jangan golput. Siapa pun pilihannya, kita tetap guyub.", probability=0.38,
         words="Ayo ke TPS", rule="Ajakan memilih tanpa sasaran", post="Analis Kebijakan", office="Bappeda Contoh", hours=90),
    Seed("Nurul Contohwati, S.E.", ItemKind.ARTICLE, Platform.NEWS,
         "Contoh — Sekretaris Dinas Rekaan, Nurul Contohwati, hadir dalam acara pengenalan pasangan Eka Percobaan dan Farid "
         "Ujiwan. Ia mengatakan kehadirannya untuk pengamanan aset daerah.",
         title="Pejabat hadir di acara pasangan nomor 3", probability=None, words="hadir", level=Level.MEDIUM,
         basis=Basis.NAME, rule="Hadir pada acara pasangan calon", post="Sekretaris Dinas", office="Dinas Rekaan", hours=100,
         forms=("DIS-4",)),
    Seed("Teguh Umpamanto, A.Md.", ItemKind.LIKE, Platform.FACEBOOK, "",
         parent=Parent("p5", "https://contoh.invalid/p5", "", AccountRef(Platform.FACEBOOK, "kampanye-2-fb", "majubarengcontoh", "Maju Bareng Contoh")),
         relation=Relation.CAMPAIGN, probability=None, rule="Menyukai unggahan akun pemenangan", forms=("DIS-6",),
         confidence=Confidence.CLAIMED, basis=Basis.HANDLE, post="Pranata Komputer", office="Dinas Kominfo Contoh", hours=120),
    Seed("Dewi Andaikasari", ItemKind.COMMENT, Platform.YOUTUBE, "Semangat terus Ning Eka, doa kami selalu!",
         level=Level.MEDIUM, probability=0.77, words="doa kami selalu", rule="Doa dan semangat untuk calon",
         post="Penyuluh Pertanian", office="Dinas Pertanian Contoh", hours=140),
    Seed("Slamet Misalkanto", ItemKind.POST, Platform.FACEBOOK,
         "Mengutip Warta Contoh: “Partai Fajar Contoh klaim elektabilitas naik.” Menarik dibahas di kelas PPKn besok.",
         probability=0.51, words="elektabilitas naik", rule="Menyebar klaim keunggulan", hours=160),
    Seed("Rini Ujiastuti, S.Kep.", ItemKind.COMMENT, Platform.INSTAGRAM, "Gaspol Mas Dodi Rek ✊✊", probability=0.88,
         words="Gaspol", rule="Seruan dukungan singkat", post="Perawat Mahir", office="RSUD Contoh", hours=180),
    Seed("Agung Percobaanto", ItemKind.SHARE, Platform.FACEBOOK, "", relation=Relation.PARTY,
         parent=Parent("p6", "https://contoh.invalid/p6", "Bersama Partai Karya Umpama, kita maju bareng.",
                       AccountRef(Platform.FACEBOOK, "partai-umpama", "karyaumpama", "Partai Karya Umpama")),
         probability=0.69, rule="Membagikan unggahan partai", post="Camat", office="Kecamatan Misal", hours=200),
    Seed("Yuni Rekaanwati", ItemKind.POST, Platform.FACEBOOK, "Pilih yang sudah terbukti, nomor 1 bestie!", level=Level.HIGH,
         probability=0.91, words="Pilih", region=OTHER_REGION, office="Dinas Misal Kabupaten Misal", phase=None, hours=220),
)  # fmt: skip


def config(**web: object) -> Config:
    """Settings of the invented office."""
    return Config.model_validate(
        {
            "mode": "demo",
            "office": {
                "name": "Bawaslu Kabupaten Contoh", "region": REGION, "timezone": "WIB", "contact": "humas@contoh.invalid",
            },
            "processing": {"purpose": "mencoba halaman tinjauan dengan data rekaan", "legal_basis": "data rekaan"},
            "database": "netra.sqlite", "archive": "arsip", "heads": "kepala",
            "sources": [{"type": "jsonl", "id": "belum-pernah", "path": "a.jsonl"}],
            "web": web,
        }
    )  # fmt: skip


class World:
    """An office on disk: real store, real archive, a clock that stands still, users and flags."""

    def __init__(self, folder: Path, **web: object) -> None:
        self.clock = FakeClock(NOW)
        self.store = Store.open(folder / "netra.sqlite", self.clock, CHEAP)
        self.archive = Archive(folder / "arsip")
        self.config = config(**web)
        create = self.store.users.create
        self.monitor = create("pemantau", "Sinta Rekaan", PASSWORD, [Role.MONITOR])
        self.second = create("peninjau", "Tomo Misal", PASSWORD, [Role.MONITOR, Role.SECOND_REVIEWER])
        self.local = create("wilayah", "Umi Contoh", PASSWORD, [Role.MONITOR], [REGION])
        self.auditor = create("auditor", "Vino Andaikan", PASSWORD, [Role.AUDITOR])
        self.coordinator = create("koordinator", "Wulan Umpama", PASSWORD, [Role.COORDINATOR])
        self._number = 0

    def close(self) -> None:
        self.store.close()

    def services(self, *, demo: bool = True) -> Services:
        login = ("pemantau", PASSWORD) if demo else None
        return Services(self.config, self.store, self.archive, self.clock, "kunci-rekaan-" * 4, login)

    def app(self, *, demo: bool = True) -> Flask:
        return create_app(self.services(demo=demo))

    def user(self, username: str) -> User:
        return next(one for one in self.store.users.list() if one.username == username)

    def seed(self) -> list[int]:
        """Make every flag of SEEDS; gives their ids in that order."""
        return [self.flag(seed, index) for index, seed in enumerate(SEEDS)]

    def flag(self, seed: Seed, index: int = 0) -> int:
        """Put one flag into the store through its own doors: roster, page, screening."""
        self._number += 1
        person = self._person(seed)
        accounts = [one for one in self.store.roster.accounts() if one.person_id == person.person_id]
        actor = Actor(
            person, seed.basis, 1.0 if seed.basis is Basis.ACCOUNT_ID else 0.4,
            account=None if seed.basis is Basis.NAME else accounts[0],
            appointment=person.appointments[0], same_name=2 if seed.basis is Basis.NAME else 1,
        )  # fmt: skip
        item_id = self.collect(seed, f"butir-{self._number}")
        return self.screen(item_id, actor, self.opinion(seed, index))

    def _person(self, seed: Seed) -> Person:
        held = Appointment(PersonKind.PNS, seed.office, seed.post, seed.region, date(2020, 1, 1))
        account = AccountRow(
            seed.platform, f"akun-{self._number}", seed.handle or f"warga.rekaan{self._number}",
            seed.confidence, ("nama sama dengan daftar pegawai", "foto di kantor"), seed.conditions,
        )  # fmt: skip
        row = RosterRow(self._number, f"19800101200501{self._number:04d}", seed.name, seed.name, held, (account,))
        self.store.roster.apply([RosterChange(Change.NEW, row, None)])
        return max(self.store.roster.persons(), key=lambda one: one.person_id)

    def collect(self, seed: Seed, native_id: str) -> int:
        """Collect one item and archive its raw answer; an equal id with other words makes the next version."""
        happened = NOW - timedelta(hours=seed.hours)
        item = Item(
            source_id="berkas-rekaan", platform=seed.platform, native_id=native_id, kind=seed.kind,
            author=AccountRef(seed.platform, f"akun-{self._number}", f"warga.rekaan{self._number}"),
            text=seed.text, title=seed.title, url=f"https://contoh.invalid/{native_id}", happened_at=happened,
            happened_raw=happened.isoformat(), happened_rule="offset", parent=seed.parent,
        )  # fmt: skip
        body = f"<script>alert(1)</script>{native_id} {seed.text}".encode("utf-8", "replace")
        response = Response(Request("berkas.jsonl", "file"), self.clock(), None, status=200, body=body)
        sha256 = self.archive.put(response, "uji")
        run_id = self.store.runs.begin("collect")
        page = Page(Outcome.OK_ITEMS, (item,))
        self.store.items.save_page(
            source_id="berkas-rekaan", run_id=run_id, response=response, page=page, evidence_sha256=sha256
        )
        self.store.runs.finish(run_id, {"new": 1})
        found = self.store.items.find(seed.platform.value, native_id)
        assert found is not None
        return found.item_id

    def fail(self, source_id: str, outcome: Outcome, detail: str) -> None:
        """Let a source fail."""
        response = Response(Request("https://contoh.invalid/", "feed"), self.clock(), outcome, detail)
        run_id = self.store.runs.begin("collect")
        page = Page(outcome, detail=detail)
        self.store.items.save_page(source_id=source_id, run_id=run_id, response=response, page=page, evidence_sha256="")
        self.store.runs.finish(run_id, {})

    def opinion(self, seed: Seed, index: int = 0) -> Opinion:
        """What the machine would say of it."""
        spans = ()
        if seed.words and seed.words in seed.text:
            start = seed.text.index(seed.words)
            spans = (Span(Field.TEXT, start, start + len(seed.words), seed.words),)
        ground = Ground.OWN_TEXT if seed.text else Ground.CAMPAIGN_ACCOUNT
        match = Match(
            "uji-" + seed.rule.lower().replace(" ", "-"), "abc123", seed.rule, seed.level, seed.forms, ground, spans
        )
        return Opinion(
            level=seed.level,
            reasons=(
                Reason(f"aturan:{match.rule_id}", f"Aturan “{seed.rule}” (tingkat {seed.level})."),
                *((Reason("model", "Model bahasa menduga teks ini memihak."),) if (seed.probability or 0) >= 0.6 else ()),
                *((Reason("nama_saja", "Hanya namanya yang disebut dalam berita; ini petunjuk, bukan bukti."),)
                  if seed.basis is Basis.NAME else ()),
            ),
            forms=seed.forms, matches=(match,), probability=seed.probability,
            words=(WordMark("menangkan", 2.1), WordMark("gas pol", 1.3), WordMark("jadwal", -0.4))
            if seed.probability is not None else (),
            ground=ground, setting=Setting("pilkada-contoh-2025", seed.phase, 2, seed.relation),
            urgency=100.0 - index, digests=(("aturan", "aturan-1"), ("model", "model-1")),
        )  # fmt: skip

    def screen(self, item_id: int, actor: Actor, opinion: Opinion) -> int:
        """Store the screening of an item's newest version; gives the flag's id."""
        stored = self.store.items.get(item_id)
        assert stored is not None
        run_id = self.store.runs.begin("screen")
        self.store.flags.save([Screened(stored, ((actor, opinion),))], run_id, f"digest-{run_id}")
        self.store.runs.finish(run_id, {"items": 1})
        page = self.store.flags.queue(QueueQuery(limit=10_000))
        return next(flag.flag_id for flag in page.flags if flag.stored.item_id == item_id)
