"""Copies of a whole office, and offices brought back from them: taken while it runs, proved before they count.

A copy is a folder: `netra.db`, `arsip/`, `aturan/`, `kepala/`, `model/`, `tahapan/`, `config.yaml`, and `cadangan.json`
with the SHA-256 of every file. It has that file only when database, audit chain and evidence of the copy itself were
verified.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from monitor import custody
from monitor.errors import BusyError, NetraError, StoreError, StoreFullError
from monitor.evidence import Archive
from monitor.office import Office as Core
from monitor.store import Store
from monitor.store.backup import schema_of
from monitor.upkeep import RUNS, runs_of

MANIFEST = "cadangan.json"
DATABASE, ARCHIVE, RULES, HEADS, MODELS, SETTINGS = "netra.db", "arsip", "aturan", "kepala", "model", "config.yaml"
_MOST = 20

Tell = Callable[[str, int, int], None]
"""Is told what is done, and how many files of how many."""


class Office(Core, Protocol):
    """What is copied: the parts of an app."""

    # ruff: noqa: D102 - the names say it; App documents them
    @property
    def heads(self) -> Path: ...
    @property
    def archive(self) -> Archive: ...
    @property
    def rules_folder(self) -> Path: ...
    @property
    def models_folder(self) -> Path: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """What a copy holds: files and bytes, items, entries of the audit chain and its head, pieces of evidence."""

    made_at: str
    schema: int
    files: int
    bytes: int
    linked: int
    items: int
    entries: int
    head: str
    pieces: int


def keep(office: Office, settings: Path, folder: Path, before: Path | None, tell: Tell) -> Kept:
    """Copy an office into a new folder; `before`, an earlier copy, lends by hard link what has not changed.

    Evidence is written before the database speaks of it, so the archive is copied once more after the database: every
    piece that the copied database names was there by then.

    Raises:
        StoreError: the folder exists, or the copy did not verify; nothing that looks like a copy is left.
        StoreFullError: the disk is full.
    """
    if folder.exists():
        raise StoreError(f"{folder} sudah ada — beri nama lain; cadangan lama tidak ditimpa")
    try:
        with becoming(folder) as half:
            linked = _archive(office.archive.folder, half / ARCHIVE, before, tell)
            office.store.backup(half / DATABASE)
            linked += _archive(office.archive.folder, half / ARCHIVE, before, tell)
            settled = ((office.rules_folder, RULES), (office.heads, HEADS), (office.models_folder, MODELS))
            parts = (*settled, (runs_of(office), RUNS))
            for source, name in parts:
                if source.is_dir():
                    shutil.copytree(source, half / name)
            shutil.copy(settings, half / SETTINGS)
            made_at = office.clock()
            counted = _proved(half, office, tell)
            digests = dict(_digests(half, tell))
            schema, items, entries, head, pieces = counted
            kept = Kept(made_at.isoformat(), schema, len(digests), _size(half), linked, items, entries, head, pieces)
            text = json.dumps({"kept": asdict(kept), "files": digests}, indent=1, sort_keys=True)
            (half / MANIFEST).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise StoreFullError(
            f"cadangan ke {folder} gagal: {error.strerror} — periksa ruang dan izin foldernya"
        ) from error
    return kept


@contextmanager
def becoming(folder: Path) -> Iterator[Path]:
    """Give an empty folder beside `folder` that becomes it when it is whole; where it does not, nothing of it is left.

    Raises:
        BusyError: another process is at it; what a killed one left is cleared away.
    """
    half = folder.with_name(f".{folder.name}.sebagian")
    half.mkdir(parents=True, exist_ok=True)
    held = os.open(half, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if not _taken(held, half):
            raise BusyError(f"proses lain sedang menulis ke {folder} — tunggu sampai selesai, atau sebut folder lain")
        try:
            for one in half.iterdir():
                shutil.rmtree(one) if one.is_dir() else one.unlink()
            yield half
            half.rename(folder)
        except BaseException:
            shutil.rmtree(half, ignore_errors=True)
            raise
    finally:
        os.close(held)


def _taken(held: int, half: Path) -> bool:
    """Lock an open folder; whoever had it a moment ago may have finished, then it stands under another name by now."""
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(held), half.stat())
    except (BlockingIOError, FileNotFoundError):
        return False


def check(folder: Path, tell: Tell) -> list[str]:
    """Check the files of a copy against its manifest; one Indonesian line for each that differs."""
    try:
        held: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
        wanted: dict[str, str] = dict(held["files"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [f"{folder / MANIFEST} tidak ada atau rusak ({error}): ini bukan cadangan yang selesai"]
    found = dict(_digests(folder, tell))
    lines = [f"{name}: hilang" for name in sorted(wanted.keys() - found.keys())]
    lines += [f"{name}: bukan bagian cadangan ini" for name in sorted(found.keys() - wanted.keys())]
    lines += [f"{name}: isinya berubah" for name in sorted(found) if wanted.get(name, found[name]) != found[name]]
    return lines


def restore(source: Path, folder: Path, tell: Tell) -> Path:
    """Bring an office back into a new folder; gives its settings, whose paths are those of the copy.

    Raises:
        StoreError: the copy is damaged, or the folder is not empty; nothing is left half restored.
    """
    if lines := check(source, tell):
        more = f"\n… dan {len(lines) - _MOST} lagi" if len(lines) > _MOST else ""
        raise StoreError("cadangan tidak utuh; ambil yang lain:\n" + "\n".join(lines[:_MOST]) + more)
    if folder.exists() and any(folder.iterdir()):
        raise StoreError(f"{folder} tidak kosong — sebut folder baru; tidak ada yang ditimpa")
    try:
        with becoming(folder) as half:
            shutil.copytree(source, half, ignore=shutil.ignore_patterns(MANIFEST), dirs_exist_ok=True)
            _point_home(half / SETTINGS)
    except OSError as error:
        raise StoreFullError(f"pemulihan ke {folder} gagal: {error.strerror} — periksa ruang dan izinnya") from error
    return folder / SETTINGS


def _point_home(settings: Path) -> None:
    """Let the paths of the settings name what lies beside them; everything else stays as it was written."""
    home = {"database": DATABASE, "archive": f"{ARCHIVE}/", "heads": f"{HEADS}/", "rules": RULES}
    lines = settings.read_text(encoding="utf-8").splitlines()
    seen = set[str]()
    for place, line in enumerate(lines):
        name = line.partition(":")[0]
        if name in home:
            lines[place] = f"{name}: {home[name]}"
            seen.add(name)
    lines += [f"{name}: {value}" for name, value in home.items() if name not in seen]
    settings.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _archive(source: Path, target: Path, before: Path | None, tell: Tell) -> int:
    """Copy what is not there yet; gives how many files an earlier copy lent."""
    names = [one.relative_to(source) for one in sorted(source.rglob("*")) if one.is_file()] if source.is_dir() else []
    linked = 0
    for number, name in enumerate(names):
        if number % 500 == 0:
            tell("Menyalin bukti", number, len(names))
        to, lent = target / name, before / ARCHIVE / name if before is not None else None
        if to.exists():
            continue
        to.parent.mkdir(parents=True, exist_ok=True)
        try:
            if lent is not None and lent.exists() and lent.stat().st_size == (source / name).stat().st_size:
                os.link(lent, to)
                linked += 1
            else:
                shutil.copy2(source / name, to)
        except FileNotFoundError:
            continue  # lawfully erased while the copy was made
    return linked


def _proved(half: Path, office: Office, tell: Tell) -> tuple[int, int, int, str, int]:
    """Verify the copy itself; gives schema, items, entries, head, pieces.

    Raises:
        StoreError: something of the copy does not verify.
    """
    store = Store.read_only(half / DATABASE, office.clock, office.config.zone)
    try:
        done = 0

        def heard(count: int) -> None:
            nonlocal done
            done += count
            tell("Memeriksa salinan", done, 0)

        report = custody.verify(store, Archive(half / ARCHIVE), half / HEADS, office.clock, tell=heard)
        faults = [*store.integrity(whole=True), *(f"{one.part}: {one.what}" for one in report.findings)]
        if faults:
            raise StoreError(
                "salinan tidak lolos pemeriksaan; periksa aslinya dengan `netra evidence verify`:\n"
                + "\n".join(faults[:_MOST])
            )
        mark = store.frozen.watermark()
        return schema_of(half / DATABASE), mark.items, report.entries, report.head, report.bodies + report.warcs
    finally:
        store.close()
        for name in (f"{DATABASE}-wal", f"{DATABASE}-shm"):
            (half / name).unlink(missing_ok=True)


def _digests(folder: Path, tell: Tell) -> Iterator[tuple[str, str]]:
    files: Sequence[Path] = [one for one in sorted(folder.rglob("*")) if one.is_file() and one.name != MANIFEST]
    for number, one in enumerate(files):
        if number % 500 == 0:
            tell("Menghitung sidik", number, len(files))
        try:
            with one.open("rb") as file:
                yield one.relative_to(folder).as_posix(), hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise NetraError(f"{one} tidak dapat dibaca ({error.strerror}) — periksa diskanya") from error


def _size(folder: Path) -> int:
    return sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())
