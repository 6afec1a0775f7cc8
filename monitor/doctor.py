"""Plain advice on the health of an office: what was looked at, what was found, what to do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from monitor import digest, permits, upkeep
from monitor.calendar import Calendar
from monitor.collectors.bluesky_feed import DIFFERENCES
from monitor.config import YoutubeSource
from monitor.door import KEY, KEY_FILE, page_key
from monitor.errors import ArchiveError, NetraError
from monitor.evidence import Archive
from monitor.exchange import health
from monitor.fetch import Meter, quota_day, renewed_at
from monitor.models import CaptureState, Outcome, Platform, Role
from monitor.office import Office as Core
from monitor.permits import SOON
from monitor.store import ERASE_AFTER, SourceStatus
from monitor.store.connection import FAULTS, explained
from monitor.upkeep import Finding

_LATE = timedelta(days=3)
Clock = Callable[[], datetime]

LOW_DISK = 2 * 1024**3
NO_DISK = 200 * 1024**2
ARCHIVE_SAMPLE = 200
_EARLIEST = datetime(2025, 1, 1, tzinfo=UTC)

_ADVICE = {
    Outcome.BLOCKED: "Situs menolak kami; ini bukan berarti tidak ada unggahan. Hubungi pengelolanya.",
    Outcome.RATE_LIMITED: "Situs meminta menunggu. Perbesar `every` atau `min_gap_seconds`.",
    Outcome.AUTH: "Kunci akses ditolak atau kedaluwarsa. Perbarui.",
    Outcome.NOT_AVAILABLE: "Halaman tidak terbuka untuk umum. Jangan dicari jalan lain; catat saja.",
    Outcome.GONE: "Alamatnya sudah tidak ada. Perbarui `url` atau hapus sumbernya.",
    Outcome.INVALID_REQUEST: "Alamatnya tidak sah. Periksa `url` di config.yaml.",
    Outcome.SCHEMA_DRIFT: "Susunan jawabannya berubah. Jawaban mentah tersimpan; laporkan kepada pengembang.",
    Outcome.TRANSIENT: "Gangguan sementara. Akan dicoba lagi; bila berhari-hari, periksa jaringan.",
    Outcome.DENIED_BY_ROBOTS: "robots.txt situs melarang. Minta izin tertulis atau pakai jalan lain yang sah.",
    Outcome.LEGALLY_OFF: "Dimatikan sampai ada keputusan hukum yang dicatat.",
    Outcome.BUDGET_REACHED: "Jatah permintaan habis. Jalankan lagi, atau naikkan `max_requests_per_run`.",
}


class Office(Core, Protocol):
    """What is looked at: the parts of an app."""

    # ruff: noqa: D102 - the names say it; App documents them
    @property
    def heads(self) -> Path: ...
    @property
    def archive(self) -> Archive: ...
    @property
    def rules(self) -> object: ...
    @property
    def classifier(self) -> object: ...
    @property
    def targets(self) -> object: ...
    @property
    def calendar(self) -> Calendar: ...
    @property
    def rules_in_force(self) -> Path: ...
    @property
    def meters(self) -> Mapping[str, Meter]: ...
    @property
    def reader(self) -> object | None: ...
    def rule_notes(self) -> list[str]: ...


def examine(office: Office) -> list[Finding]:
    """Look at everything; a part that cannot even be looked at is a finding, not an end."""
    looks: list[Callable[[Office], Iterator[Finding]]] = [
        _clock, upkeep.zone, _disk, _database, _audit, _archive, _knowledge, _rulebook, _people, _runs, _sources, _keys,
        _permits, _alarms, _captures, _digest, _doors, upkeep.copies, upkeep.certificates, upkeep.phase_runs,
        health.packages,
    ]  # fmt: skip
    findings: list[Finding] = []
    for look in looks:
        try:
            findings.extend(look(office))
        except NetraError as error:
            findings.append(_unseen(look, error))
        except FAULTS as error:
            told = explained(error, Path(office.config.database))
            if told is None:
                raise
            findings.append(_unseen(look, told))
    return findings


def _unseen(look: Callable[[Office], Iterator[Finding]], error: NetraError) -> Finding:
    return Finding(look.__name__.strip("_"), "gawat", str(error), "Perbaiki yang disebut di atas, lalu ulangi.")


def _clock(office: Office) -> Iterator[Finding]:
    now = office.clock()
    here = now.astimezone(office.config.zone)
    if now < _EARLIEST:
        yield Finding(
            "jam", "gawat", f"jam komputer menunjukkan {here:%d-%m-%Y}", "Betulkan jam; semua bukti mencatat waktu."
        )
    else:
        yield Finding("jam", "baik", f"{here:%d-%m-%Y %H.%M} {office.config.office.timezone}")


def _disk(office: Office) -> Iterator[Finding]:
    free = shutil.disk_usage(office.root).free
    said = f"sisa {free / 1024**3:.1f} GB".replace(".", ",")
    if free < NO_DISK:
        yield Finding(
            "diska", "gawat", said, "Kosongkan diska sekarang; pengumpulan akan berhenti dengan pesan diska penuh."
        )
    elif free < LOW_DISK:
        yield Finding("diska", "perhatian", said, "Kosongkan diska sebelum pengumpulan berikutnya.")
    else:
        yield Finding("diska", "baik", said)


def _database(office: Office) -> Iterator[Finding]:
    problems = office.store.integrity()
    if problems:
        yield Finding(
            "basis data", "gawat", "; ".join(problems[:3]), "Hentikan pemakaian dan pulihkan dari salinan terakhir."
        )
    else:
        yield Finding("basis data", "baik", f"utuh; {office.store.items.count()} butir")


def _audit(office: Office) -> Iterator[Finding]:
    report = office.store.audit.verify(heads_folder=office.heads)
    if report.ok:
        yield Finding("audit", "baik", f"rantai utuh; {report.entries} catatan")
    else:
        yield Finding("audit", "gawat", "; ".join(report.problems[:3]), "Lihat semuanya dengan `netra audit verify`.")
    heads = sorted(office.heads.glob("*.txt")) if office.heads.is_dir() else []
    if not heads:
        yield Finding(
            "kepala audit",
            "perhatian",
            "belum pernah ditulis",
            "Jalankan `netra audit head`, simpan di luar komputer ini.",
        )


def _archive(office: Office) -> Iterator[Finding]:
    hashes = list(office.archive.hashes())
    # Evenly spread and shifted by the day, so that daily looks come past everything.
    step = max(1, len(hashes) // ARCHIVE_SAMPLE)
    bad: list[str] = []
    for sha256 in hashes[office.clock().toordinal() % step :: step]:
        try:
            office.archive.verify(sha256)
        except ArchiveError as error:
            bad.append(str(error))
    if bad:
        yield Finding("arsip", "gawat", f"{len(bad)} bukti rusak; {bad[0]}", "Pulihkan arsip dari salinan.")
    else:
        yield Finding("arsip", "baik", f"{len(hashes)} bukti; contohnya cocok dengan sidiknya")


def _knowledge(office: Office) -> Iterator[Finding]:
    parts: dict[str, Callable[[Office], object]] = {
        "sasaran": lambda one: one.targets,
        "kalender": lambda one: one.calendar,
        "aturan": lambda one: one.rules,
        "model": lambda one: one.classifier,
    }
    for what, part in parts.items():
        try:
            part(office)
        except NetraError as error:
            yield Finding(what, "gawat", str(error), "Perbaiki berkas yang disebut, lalu `netra rules check`.")
        else:
            yield Finding(what, "baik", "terbaca dan lulus pemeriksaannya sendiri")
    active = [one for one in office.calendar.warnings if any(contest in one for contest in office.config.contests)]
    for warning in active:
        yield Finding("kalender", "perhatian", warning, "Pastikan ke KPU setempat sebelum dipakai.")
    if not office.config.contests:
        yield Finding(
            "pemilihan",
            "perhatian",
            "tidak ada pemilihan aktif",
            "Isi `contests` di config.yaml; tanpa itu tahapan kosong.",
        )


def _rulebook(office: Office) -> Iterator[Finding]:
    notes = office.rule_notes()
    for note in notes:
        yield Finding("berkas aturan", "perhatian", note, "Lihat `netra rules status`.")
    if not notes:
        yield Finding("berkas aturan", "baik", "sama dengan yang disetujui")


def _people(office: Office) -> Iterator[Finding]:
    persons, users = len(office.store.roster.persons()), len(office.store.users.list())
    if persons:
        yield Finding("daftar", "baik", f"{persons} orang")
    else:
        yield Finding("daftar", "perhatian", "kosong", "Impor dengan `netra roster import BERKAS`.")
    if not users:
        yield Finding(
            "pengguna", "perhatian", "belum ada", "Buat dengan `netra user add NAMA --name … --role pemantau`."
        )


def _runs(office: Office) -> Iterator[Finding]:
    waiting = office.store.items.count_unscreened()
    if waiting:
        yield Finding(
            "penyaringan",
            "perhatian",
            f"{waiting} butir belum disaring",
            "Jalankan `netra screen`, atau biarkan `netra run`.",
        )
    else:
        yield Finding("penyaringan", "baik", "semua butir sudah disaring")


def _captures(office: Office) -> Iterator[Finding]:
    now, waiting = office.clock(), office.store.captures.listed([CaptureState.WAITING], limit=1000)
    late = [one for one in waiting if now - one.recorded_at > _LATE]
    if late:
        said = f"{len(late)} menunggu orang kedua lebih dari {_LATE.days} hari"
        yield Finding("temuan", "perhatian", said, "Buka halaman Temuan; benarkan atau tolak.")
    else:
        yield Finding("temuan", "baik", f"{len(waiting)} menunggu orang kedua")
    if office.reader is None:
        advice = "Bila tulisan pada gambar ingin diusulkan: sudo apt-get install -y tesseract-ocr tesseract-ocr-ind"
        yield Finding("pembaca gambar", "baik", "tidak terpasang; tidak wajib", advice)
    else:
        yield Finding("pembaca gambar", "baik", "terpasang")


def _sources(office: Office) -> Iterator[Finding]:
    now, known = office.clock(), {status.source_id: status for status in office.store.runs.sources()}
    for source in office.config.sources:
        if accounts := [one for one in known.values() if one.source_id.startswith(f"{source.id}/")]:
            yield _accounts(source.id, accounts)
            continue
        what, status = f"sumber {source.id}", known.get(source.id)
        if status is None:
            yield Finding(what, "perhatian", "belum pernah dicoba", "Jalankan `netra collect`.")
            continue
        proved = status.last_proved
        late = proved is not None and now - proved > max(3 * office.config.every(source.id), timedelta(hours=1))
        if not status.outcome.proved:
            since = f"terakhir terbukti {proved:%d-%m-%Y}" if proved else "belum pernah terbukti"
            said = f"{status.outcome}, {status.failures} kali berturut-turut ({since})"
            yield Finding(what, "gawat", said, status.detail or _ADVICE.get(status.outcome, ""))
        elif late:
            said = f"terakhir terbukti {proved:%d-%m-%Y %H.%M} UTC"
            yield Finding(what, "perhatian", said, "Lewat jadwal; jalankan `netra run` atau `netra collect`.")
        else:
            yield Finding(what, "baik", str(status.outcome))


def _keys(office: Office) -> Iterator[Finding]:
    """Look at keys of APIs, what is left of their quota, and data that their terms want confirmed or erased."""
    now, meter = office.clock(), office.meters.get("youtube")
    youtube = [one for one in office.config.sources if isinstance(one, YoutubeSource)]
    if meter is None or not youtube:
        return
    if not meter.key:
        yield Finding(
            "kunci YouTube", "gawat", f"{meter.variable} kosong", "Isi variabel lingkungan itu; lihat operasi.md."
        )
    today = now.astimezone(office.config.zone).date()
    for ends in (one.key_expires for one in youtube if one.key_expires is not None):
        if ends <= today:
            yield Finding("kunci YouTube", "gawat", f"harus sudah diganti pada {ends:%d-%m-%Y}", "Buat kunci baru.")
        elif ends - today <= SOON:
            yield Finding("kunci YouTube", "perhatian", f"harus diganti sebelum {ends:%d-%m-%Y}", "Buat kunci baru.")
    spent = office.store.quota.spent("youtube", quota_day(now))
    said = f"{spent.units} dari {meter.daily_units} satuan terpakai; pulih {renewed_at(now):%d-%m-%Y %H.%M} UTC"
    empty = spent.spent_out or spent.units >= meter.daily_units
    advice = "Sisanya dilanjutkan sesudah pulih; bila sering, perjarang `every`." if empty else ""
    yield Finding("jatah YouTube", "perhatian" if empty else "baik", said, advice)
    late = office.store.api_data.aging(Platform.YOUTUBE, [one.id for one in youtube], now - ERASE_AFTER)
    if late:
        said = f"{len(late)} butir lewat 30 hari tanpa terbukti masih ada"
        yield Finding("data YouTube", "gawat", said, "Jalankan `netra sources refresh`; ikuti sarannya.")


def _permits(office: Office) -> Iterator[Finding]:
    recorded = permits.recorded(office.config, office.root, office.clock())
    for one in recorded.permits:
        what, until = f"keputusan {one.platform}", f"{one.expires_on:%d-%m-%Y}"
        if not one.holds(recorded.today):
            yield Finding(what, "gawat", f"berakhir pada {until}", "Putuskan lagi, atau hapus dari berkas keputusan.")
        elif one.ends_soon(recorded.today):
            yield Finding(what, "perhatian", f"berakhir pada {until}", "Tinjau sebelum berakhir.")
        else:
            yield Finding(what, "baik", f"berlaku sampai {until}")


def _alarms(office: Office) -> Iterator[Finding]:
    alarms = office.store.alarms
    for one in alarms.canaries():
        if one.blind:
            what = f"kenari {one.config_id}"
            yield Finding(what, "gawat", one.blind, "Sumber ini tidak dipercaya sampai unggahan kenari terlihat lagi.")
    if silent := alarms.silences():
        first = silent[0]
        said = f"{len(silent)} sumber sunyi di luar kebiasaannya; {first.source_id} sejak {first.last_act:%d-%m-%Y}"
        yield Finding(
            "kesunyian", "perhatian", said, "Periksa, lalu jawab di halaman /cakupan; diulang sampai dijawab."
        )
    found = alarms.shapes()
    shapes = [one for one in found if one.shape not in DIFFERENCES]
    for other in found:
        if other.shape in DIFFERENCES:
            advice = "Buka akunnya dengan mata sendiri: AppView boleh menyembunyikan, dan itu bukan penghapusan."
            yield Finding(f"umpan {other.config_id}", "perhatian", f"{other.times} kali: {other.shape}", advice)
    for config_id in dict.fromkeys(one.config_id for one in shapes):
        mine = [one for one in shapes if one.config_id == config_id]
        said = f"{sum(one.times for one in mine)} bagian jawaban tidak dikenal, misalnya {mine[0].shape}"
        advice = f"Jawaban mentahnya tersimpan. Sesudah Netra diperbarui: `netra collect --reread {config_id}`."
        yield Finding(f"bentuk {config_id}", "perhatian", said, advice)


def _digest(office: Office) -> Iterator[Finding]:
    """Say whom the morning's word on deadlines did not reach, and for which years deadlines cannot be told."""
    law = digest.law_of(office)
    if not law.terms.terms:
        yield Finding("tenggat", "perhatian", "belum ada yang berlaku", "Pasang rules/calendar/tenggat.yaml.")
    year = office.clock().astimezone(office.config.zone).year
    if year not in law.calendar.holiday_years:
        advice = "Lengkapi rules/calendar/libur.yaml menurut SKB; tanpa itu tenggat kerja hanya batas paling cepat."
        yield Finding("hari libur", "gawat", f"tabel libur {year} belum ada", advice)
    elif year + 1 not in law.calendar.holiday_years and office.clock().astimezone(office.config.zone).month == 12:
        yield Finding("hari libur", "perhatian", f"tabel libur {year + 1} belum ada", "Tambahkan menurut SKB-nya.")
    last = digest.state(office)
    if office.config.digest is None or last is None:
        return
    for one, why in last.never.items():
        yield Finding("kabar tenggat", "gawat", f"ditolak untuk {one}: {why}", "Perbaiki `digest:` di config.yaml.")
    for one, why in last.later.items():
        yield Finding("kabar tenggat", "perhatian", f"belum sampai kepada {one}: {why}", "Dicoba lagi; baca /tenggat.")
    if last.open:
        yield Finding("kabar tenggat", "perhatian", "kiriman terakhir terputus", "Dicoba lagi oleh `netra run`.")
    elif not last.later and not last.never:
        yield Finding("kabar tenggat", "baik", f"terkirim {last.day:%d-%m-%Y}")


def _doors(office: Office) -> Iterator[Finding]:
    """Look at who can come in, and how hard others try."""
    web, store = office.config.web, office.store
    users = [one for one in store.users.list() if one.active]
    if users and not any(Role.ADMIN in one.roles for one in users):
        advice = "Buat: netra user add NAMA --name 'Nama Lengkap' --role admin"
        yield Finding("pengguna", "perhatian", "tidak ada admin yang aktif", advice)
    holders = store.factors.holders()
    bare = sum(1 for one in users if one.roles & set(web.second_factor) and one.user_id not in holders)
    if bare:
        said = f"{bare} orang wajib memakai kode dari aplikasi tetapi belum memasangnya"
        yield Finding("faktor kedua", "perhatian", said, "Diminta saat mereka masuk; ingatkan.")
    if not page_key(web, os.environ)[1] and office.config.mode == "office":
        said = "kunci halaman berganti setiap dijalankan: semua orang keluar, kode dari aplikasi tidak dapat dipasang"
        yield Finding("kunci halaman", "perhatian", said, f"Isi {KEY} atau {KEY_FILE}; lihat operasi.md.")
    tried = store.lockouts.pressure([one.username for one in users])
    said = f"{tried.failures} percobaan gagal dalam 24 jam, {tried.waiting} sedang ditahan"
    if tried.names:
        said += f"; ditebak berulang: {', '.join(tried.names)}"
        yield Finding(
            "masuk", "perhatian", said, "Periksa dari mana; pasang kode dari aplikasi. Pemiliknya tidak terkunci."
        )
    else:
        yield Finding("masuk", "baik", said)


def _accounts(config_id: str, accounts: list[SourceStatus]) -> Finding:
    """Sum up a source that stands for many accounts."""
    what, failed = f"sumber {config_id}", [one for one in accounts if not one.outcome.proved]
    if not failed:
        return Finding(what, "baik", f"{len(accounts)} akun, semuanya terbukti")
    worst = max(failed, key=lambda one: one.failures)
    if refused := [one for one in failed if one.outcome is Outcome.AUTH]:
        said = f"kunci atau izin masuk ditolak: {len(refused)} dari {len(accounts)} akun, juga {refused[0].source_id}"
        return Finding(what, "gawat", said, refused[0].detail or _ADVICE[Outcome.AUTH])
    said = f"{len(failed)} dari {len(accounts)} akun belum terbukti; terlama {worst.source_id}: {worst.outcome}"
    return Finding(what, "gawat" if len(failed) == len(accounts) else "perhatian", said, worst.detail)
