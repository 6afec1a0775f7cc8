"""What keeps an office alive from month to month: zone, schema, copies, certificates, runs left half done."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509

from monitor.config import seconds
from monitor.office import Office

State = Literal["baik", "perhatian", "gawat"]
COPY_AFTER, COPY_LATE = timedelta(days=7), timedelta(days=31)
SOON = timedelta(days=30)
RUNS, RUN_MANIFEST, RUN_REPORT, RUN_SIGNATURE = "tahapan", "manifes.json", "laporan.json", "laporan.ttd"
"""The folder of phase runs beside the database; in each what it begins and ends with, and the latter's signature."""
HEADWAY, WARNED = "kemajuan.json", "macet.json"
"""In an unfinished run: how far it has come, and of which standstill a letter was sent."""
BATCH = "batch"
"""The kind of run under whose lock phase runs are judged."""
REPEATED, EXPORTED = "-ulang-", "-ekspor-"
"""In the name of a run that repeats another, or is judged elsewhere: neither is gone on with by itself."""
KEPT = "cadangan kantor"
"""How a copy of the office is called in the custody log."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what it is, how it stands, what was seen, what to do."""

    what: str
    state: State
    said: str
    advice: str = ""


def zone(office: Office) -> Iterator[Finding]:
    """See whether the computer's own zone is the office's: names of copies and logs of the system follow it."""
    now = office.clock()
    here, there = (
        datetime.fromtimestamp(now.timestamp(), UTC).astimezone().utcoffset(),
        office.config.zone.utcoffset(now),
    )
    if here == there or (os.environ.get("TZ", "") == "" and here == timedelta(0)):
        yield Finding("zona waktu", "baik", f"kantor {office.config.office.timezone}")
        return
    yield Finding(
        "zona waktu", "perhatian", f"kantor {office.config.office.timezone}, komputer UTC{_offset(here)}",
        f"Samakan dengan `sudo timedatectl set-timezone {office.config.zone.key}`; isi Netra sendiri tetap benar.",
    )  # fmt: skip


def _offset(offset: timedelta | None) -> str:
    minutes = 0 if offset is None else int(offset.total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def copies(office: Office) -> Iterator[Finding]:
    """See when the office was copied last."""
    last = office.store.custody.last(KEPT)
    advice = "Jalankan `netra backup FOLDER` ke diska lain; docs/operasi.md bagian 9."
    if last is None:
        yield Finding("cadangan", "perhatian", "belum pernah dibuat", advice)
        return
    age = office.clock() - last
    said = f"terakhir {last.astimezone(office.config.zone):%d-%m-%Y}"
    if age > COPY_LATE:
        yield Finding("cadangan", "gawat", said, advice)
    elif age > COPY_AFTER:
        yield Finding("cadangan", "perhatian", said, advice)
    else:
        yield Finding("cadangan", "baik", said)


def certificates(office: Office) -> Iterator[Finding]:
    """See how long the certificates last that the office trusts."""
    name = office.config.evidence.tsa_ca
    if not name:
        return
    try:
        held = x509.load_pem_x509_certificates((office.root / name).read_bytes())
        until = min(one.not_valid_after_utc for one in held)
    except (OSError, ValueError) as error:
        yield Finding("sertifikat cap waktu", "gawat", f"{name} tidak dapat dibaca ({error})", "Perbaiki `tsa_ca`.")
        return
    said, left = f"{name} berlaku sampai {until:%d-%m-%Y}", until - office.clock()
    if left <= timedelta(0):
        yield Finding("sertifikat cap waktu", "gawat", said, "Minta sertifikat akar yang baru kepada penyedianya.")
    elif left <= SOON:
        yield Finding("sertifikat cap waktu", "perhatian", said, "Minta penggantinya kepada penyedianya sekarang.")
    else:
        yield Finding("sertifikat cap waktu", "baik", said)


def phase_runs(office: Office) -> Iterator[Finding]:
    """See whether a phase run was left half done, and whether it stands still."""
    still = {one.folder: one for one in standstills(office)}
    for folder in unfinished(runs_of(office)):
        stopped = still.get(folder)
        yield Finding(
            "jalan tahapan", "gawat" if stopped else "perhatian",
            f"{folder.name} belum selesai" + (f"; {stopped.said()}" if stopped else ""),
            stopped.advice() if stopped else "Lanjutkan dengan `netra batch --phase …` yang sama.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Headway:
    """How far an unfinished phase run has come: since when it stands there, at what, how many parts of how many."""

    at: datetime
    doing: str
    done: int
    of: int


@dataclass(frozen=True, slots=True)
class Standstill:
    """A phase run without headway for as long as the settings allow, or longer. `alive`: its process still runs."""

    folder: Path
    headway: Headway
    still: timedelta
    alive: bool

    def said(self) -> str:
        """Say since when, in Indonesian."""
        minutes = int(self.still.total_seconds() // 60)
        return f"macet: tidak maju {minutes} menit, berhenti di {self.headway.done} dari {self.headway.of} bagian"

    def advice(self) -> str:
        """Say what to do, in Indonesian."""
        if self.alive:
            return (
                "Prosesnya masih ada tetapi tidak maju: periksa diska dan memori, hentikan prosesnya, lalu jalankan "
                "`netra batch --phase …` yang sama; sisanya dilanjutkan."
            )
        return "Prosesnya sudah tidak ada. Jalankan `netra batch --phase …` yang sama; sisanya dilanjutkan."


def runs_of(office: Office) -> Path:
    """Give the folder of all phase runs of an office."""
    return (office.root / office.config.database).resolve().parent / RUNS


def headway(folder: Path) -> Headway | None:
    """Read how far a run has come: what it noted last, before its first note when it was frozen; None = unreadable."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        held = json.loads((folder / HEADWAY).read_bytes())
        return Headway(datetime.fromisoformat(held["at"]), str(held["doing"]), int(held["done"]), int(held["of"]))
    with suppress(OSError, ValueError, KeyError, TypeError):
        frozen = json.loads((folder / RUN_MANIFEST).read_bytes())["frozen_at"]
        return Headway(datetime.fromisoformat(frozen), "membekukan", 0, 0)
    return None


def standstills(office: Office) -> Iterator[Standstill]:
    """Give every unfinished phase run that has made no headway for as long as `batch.stall`."""
    allowed, now = timedelta(seconds=seconds(office.config.batch.stall)), office.clock()
    for folder in unfinished(runs_of(office)):
        found = headway(folder)
        if found is not None and now - found.at >= allowed:
            yield Standstill(folder, found, now - found.at, office.store.runs.held(BATCH))


def unfinished(home: Path) -> list[Path]:
    """Give the folders of the office's own phase runs that have begun and not come to their report."""
    return sorted(
        one for one in home.glob("*/") if own(one) and (one / RUN_MANIFEST).exists() and not (one / RUN_REPORT).exists()
    )


def own(folder: Path) -> bool:
    """Tell whether a folder is a run of the office's own: not being laid out, no repetition, not judged elsewhere."""
    name = folder.name
    return not name.startswith(".") and REPEATED not in name and EXPORTED not in name
