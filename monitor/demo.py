"""The made-up office: loads its roster and users once, so that a newcomer reviews flags after one command."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from monitor.app import App
from monitor.errors import NetraError
from monitor.models import Change, Role
from monitor.roster import diff, read_roster
from monitor.store import Order, QueueQuery

SHIPPED = Path(__file__).resolve().parent.parent
LOGIN = ("pemantau", "contoh-netra-2025")
_USERS = (
    (*LOGIN, "Pemantau Contoh", frozenset({Role.MONITOR})),
    (
        "koordinator",
        "koordinator-netra-2025",
        "Koordinator Contoh",
        frozenset({Role.COORDINATOR, Role.SECOND_REVIEWER}),
    ),
    ("penyusun", "penyusun-netra-2025", "Penyusun Aturan Contoh", frozenset({Role.RULE_AUTHOR})),
    ("penyetuju", "penyetuju-netra-2025", "Penyetuju Aturan Contoh", frozenset({Role.RULE_APPROVER})),
)


def login(app: App) -> tuple[str, str] | None:
    """Give user and password of the made-up office, where they were created."""
    return LOGIN if app.store.users.by_name(LOGIN[0]) is not None else None


def prepare(app: App) -> tuple[str, str]:
    """Load roster and users where they are not there yet; a second time changes nothing.

    Raises:
        NetraError: the settings are those of a real office.
    """
    if app.config.mode != "demo":
        raise NetraError(
            "Perintah ini hanya untuk kantor rekaan (mode: demo). Di sini pakai `netra collect`, lalu `netra serve`."
        )
    draft = read_roster(app.root / "demo" / "roster.csv", region=app.config.office.region)
    app.governance.refresh_shipped()
    changes = diff(draft, app.store.roster.known(), app.store.roster.accounts())
    if any(change.change is not Change.SAME for change in changes):
        app.store.roster.apply(changes, user_id=None)
    for username, password, full_name, roles in _USERS:
        if app.store.users.by_name(username) is None:
            app.store.users.create(username, full_name, password, roles, frozenset())
    return LOGIN


_FILTERS = (
    ("Masa tenang", "tahapan=tenang"),
    ("Paling sulit dahulu", "urut=tersulit"),
    ("Suka dan bagikan", "jenis=suka"),
)
_WEEK, _SHIFT = timedelta(days=7), timedelta(hours=8)


def furnish(app: App) -> None:
    """Show in the screened office how people work together: shared filters, a flag put off, a pack that asks for help.

    What is there already stays; a pack that returned by itself is taken anew.
    """
    store, helper = app.store, app.store.users.by_name("koordinator")
    if helper is None:
        return
    if not store.saved_filters.of(helper.user_id):
        for name, query in _FILTERS:
            store.saved_filters.keep(helper.user_id, name, query, shared=True)
        for flag_id in store.flags.ids(QueueQuery(order=Order.SUREST), 100)[-1:]:
            until = app.clock() + _WEEK
            store.postponed.put_off(flag_id, helper.user_id, until, "contoh: menunggu jawaban instansi")
    if not store.leases.held_by(helper.user_id):
        pack = store.leases.take(helper.user_id, QueueQuery(order=Order.OLDEST), 2, _SHIFT)
        if pack is not None:
            store.leases.ask_help(pack.pack_id, helper.user_id, "contoh: bandingkan dengan unggahan induknya")


_CONFIG = """\
# Pengaturan Netra untuk kantor ini. Isi semua yang bertanda …; Netra menyebut yang masih salah.
# Penjelasan tiap bagian: docs/operasi.md dan docs/privasi.md.

mode: office

office:
  name: …                     # misalnya: Bawaslu Kabupaten Misal
  region: …                   # misalnya: Kabupaten Misal
  timezone: …                 # WIB, WITA atau WIT
  contact: …                  # alamat surel kantor; ikut dikirim ke setiap situs yang dibuka

processing:                   # lihat docs/privasi.md; isi bersama pejabat pelindungan data
  purpose: …
  legal_basis: …

retention:                    # hari; menurut jadwal retensi arsip lembaga. Tidak ada bawaan.
  unflagged_days: …           # butir yang tidak pernah ditandai
  cleared_days: …             # tanda yang dinyatakan bersih
  forwarded_days: …           # tanda yang diteruskan

database: netra.db
archive: arsip
heads: kepala                 # sebaiknya folder di perangkat lain

rules: rules
contests: []                  # id dari rules/targets/, misalnya [pilkada-misal-2030]
sources: []                   # lihat docs/operasi.md untuk contoh tiap jenis

# reports:                    # dokumen berkas kasus; lihat "Berkas kasus" di docs/operasi.md
#   place: …                  # tempat di baris tanda tangan
#   recipients:               # kepada siapa berkas diserahkan; tanpa daftar ini tidak ada yang dapat diserahkan
#     - {id: …, name: …, address: …, since: …}
"""


def new_office(folder: Path) -> list[str]:
    """Make an empty office: settings to fill in and an own copy of the rules. Gives lines to print.

    Raises:
        NetraError: the folder already holds something of an office.
    """
    target = folder / "config.yaml"
    if target.exists() or (folder / "rules").exists():
        raise NetraError(f"{folder} sudah berisi sebuah kantor; tidak ada yang diubah. Pilih folder lain.")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(SHIPPED / "rules", folder / "rules")
    target.write_text(_CONFIG, encoding="utf-8")
    return [
        f"Kantor baru disiapkan di {folder}. Langkah berikutnya:",
        f"  1. isi {target} (bagian yang bertanda …)",
        f"  2. tulis pemilihan Anda di {folder / 'rules' / 'targets'} menurut contoh di sana",
        f"  3. netra --config {target} user add NAMA --name 'Nama Lengkap' --role pemantau",
        f"  4. netra --config {target} roster import DAFTAR.xlsx",
        f"  5. netra --config {target} doctor",
    ]
