"""A small office with rules of its own, two who write and approve them, and items on which a rule errs. All invented."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from flask import Flask

from monitor.app import App
from monitor.models import (
    AccountRef,
    AccountRow,
    Appointment,
    Change,
    Confidence,
    Item,
    ItemKind,
    Outcome,
    Page,
    PersonKind,
    Platform,
    Request,
    Response,
    Role,
    RosterChange,
    RosterRow,
    User,
)
from monitor.pipeline import screen
from monitor.web import RuleDesk, Services, create_app
from tests.fakes import FakeClock
from tests.fakes_web import NOW, PASSWORD

ROOT = Path(__file__).resolve().parents[1]
SUPPORT, GREET = "asn/uji-dukung.yaml", "asn/uji-salam.yaml"
WRONG = tuple(
    f"Tim futsal kelurahan {place} dukung Bang Andi Mis di laga persahabatan warga, penonton bebas datang membawa keluarga"
    for place in ("Misal", "Rekaan", "Umpama", "Andaikan", "Percobaan")
)
RIGHT = ("Warga sepakat dukung Bang Andi Mis sampai menang", "Saya dan keluarga dukung Bu Citra, tuntas!")

_CONFIG = """\
mode: demo
office: {name: Bawaslu Kabupaten Contoh, region: Kabupaten Contoh, timezone: WIB, contact: kontak@contoh.invalid}
processing: {purpose: mencoba tata kelola aturan dengan data rekaan, legal_basis: data rekaan saja}
database: var/netra.db
archive: var/arsip
heads: var/kepala
contests: [pilkada-contoh-2025]
thresholds: {flag: 0.9999, high: 0.99995}
"""


def rule(
    rule_id: str, any_of: str, *, level: str = "sedang", more: str = "", example: str = "", status: str = "aktif"
) -> str:
    """Write a rule."""
    return f"""\
id: {rule_id}
title: Aturan uji {rule_id}
status: {status}
level: {level}
forms: [KE-2, DIS-2]
any:
  - "{any_of}"
{more}legal_basis:
  - {{text: "PP 94/2021 pasal 5 huruf n", certainty: 2}}
author: pengawas contoh
date: 2025-01-06
examples:
  match:
    - "{example}"
  no_match:
    - "Besok kerja bakti"
"""


DUKUNG = rule("uji-dukung", "dukung {kandidat}", example="Ayo dukung Bu Citra")
BETTER = rule("uji-dukung", "dukung {kandidat}", more="none:\n  - futsal\n", example="Ayo dukung Bu Citra")
SALAM = rule("uji-salam", "salam {nomor}", example="Salam nomor 2")


@dataclass
class RuleOffice:
    """An office on disk with an app, its people, and what they posted."""

    folder: Path
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW))
    more: str = ""

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.settings = self.folder / "config.yaml"
        self.settings.write_text(_CONFIG + self.more, encoding="utf-8")
        self.rules = self.folder / "rules"
        for name in ("lexicon", "targets/contoh.yaml", "calendar/contoh.yaml", "calendar/libur.yaml"):
            source, target = ROOT / "rules" / name, self.rules / name
            target.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
        self.write(SUPPORT, DUKUNG)
        self.write(GREET, SALAM)
        (self.rules / "baseline").mkdir()
        (self.rules / "baseline" / "kantor.txt").write_text("Besok apel pagi di halaman kantor.\n", encoding="utf-8")
        self.app = App.build(self.settings, self.clock)
        create = self.app.store.users.create
        self.author = create("penyusun", "Sinta Rekaan", PASSWORD, [Role.RULE_AUTHOR])
        self.approver = create("penyetuju", "Tomo Misal", PASSWORD, [Role.RULE_APPROVER])
        self.both = create("keduanya", "Umi Contoh", PASSWORD, [Role.RULE_AUTHOR, Role.RULE_APPROVER])
        self.monitor = create("pemantau", "Vino Andaikan", PASSWORD, [Role.MONITOR])
        self.coordinator = create("koordinator", "Wulan Umpama", PASSWORD, [Role.COORDINATOR])

    def write(self, path: str, text: str) -> None:
        (self.rules / path).parent.mkdir(parents=True, exist_ok=True)
        (self.rules / path).write_text(text, encoding="utf-8")

    def post(self, *texts: str, at: datetime | None = None, kind: ItemKind = ItemKind.POST) -> None:
        """Let one rostered person post these texts."""
        store = self.app.store
        if not store.roster.persons():
            held = Appointment(PersonKind.PNS, "Dinas Contoh", "Analis", "Kabupaten Contoh", date(2020, 1, 1))
            account = AccountRow(Platform.FACEBOOK, "akun-uji-1", "warga.rekaan", Confidence.VERIFIED)
            row = RosterRow(1, "", "Yuni Rekaanwati", "Yuni Rekaanwati", held, (account,))
            store.roster.apply([RosterChange(Change.NEW, row, None)])
        author, start = AccountRef(Platform.FACEBOOK, "akun-uji-1", "warga.rekaan"), store.items.count()
        items = tuple(
            Item("uji", Platform.FACEBOOK, f"butir-{start + place}", kind, author, text,
                 happened_at=at or NOW - timedelta(days=20), happened_rule="offset")
            for place, text in enumerate(texts)
        )  # fmt: skip
        self._save(items)

    def edit(self, item: Item, text: str) -> None:
        """Let a stored item say something else from now on."""
        self._save((replace(item, text=text),))

    def _save(self, items: tuple[Item, ...]) -> None:
        store = self.app.store
        response = Response(Request("uji.jsonl", "file"), self.clock(), None, status=200, body=b"{}")
        run_id = store.runs.begin("collect")
        page = Page(Outcome.OK_ITEMS, items)
        store.items.save_page(source_id="uji", run_id=run_id, response=response, page=page, evidence_sha256="e" * 64)
        store.runs.finish(run_id, {"new": len(items)})

    def screen(self) -> int:
        return screen(self.app.judges(), self.app.store, lambda _: None, again=True)

    def change(self, path: str, text: str, by: User | None = None) -> int:
        """Propose and approve, by two people; gives the version's number in the table."""
        version = self.app.governance.propose(path, text, by or self.author, "uji perubahan aturan")
        self.app.governance.approve(version.version_id, self.approver, "sudah dicoba bersama")
        return version.version_id

    def close(self) -> None:
        self.app.close()


def rule_page(office: RuleOffice) -> Flask:
    """Build the page of such an office, as `netra serve` does."""
    app = office.app
    return create_app(
        Services(
            app.config, app.store, app.archive, office.clock, "kunci-rekaan-" * 4,
            desk=RuleDesk(app.governance, app.judges, app.judges_of),
        )
    )  # fmt: skip
