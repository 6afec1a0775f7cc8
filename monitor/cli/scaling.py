"""`netra export items`, `netra batch --input`, `netra import flags`: the same judging on other machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import click

from monitor.app import App
from monitor.batch import crew, merge, run
from monitor.batch.manifest import Manifest
from monitor.batch.parts import PartSummary
from monitor.cli.shell import open_app, out, progress_bar
from monitor.models import Phase

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
TARGET = click.Path(file_okay=False, path_type=Path)
_T = TypeVar("_T")


def elsewhere(source: Path | None, target: Path | None, scheduler: str | None, workers: int) -> None:
    """Judge exported items, in processes of this machine or on a cluster; no settings and no database are read."""
    if source is None or target is None:
        raise click.UsageError("--input dan --output dipakai bersama; --scheduler hanya dengan keduanya.")
    scaled = _many()
    scaled.parquet.lay_out(source, target)
    place = scaled.parquet.ParquetPlace(source.resolve(), target.resolve())

    def turns(todo: Sequence[str]) -> Iterator[PartSummary]:
        if scheduler is not None:
            found: Iterator[PartSummary] = scaled.cluster.on_cluster(scheduler, place, todo)
            return found
        return crew.together(place, todo, workers) if workers > 1 else crew.alone(place, todo)

    with_bar("Menilai", lambda tell: run.judge_all(target, turns, tell))
    result = run.conclude(target, ())
    out.print(f"Selesai: {result.items} butir dilihat, {result.flagged} bertanda. Sidik: {result.flags_digest}")
    out.print(f"Masukkan ke antrean kantor dengan: netra import flags {target}", markup=False)


@dataclass(frozen=True, slots=True)
class _Many:
    parquet: ModuleType
    cluster: ModuleType


def _many() -> _Many:
    """Load what only runs on many machines need."""
    try:
        return _Many(import_module("monitor.batch.parquet"), import_module("monitor.batch.cluster"))
    except ImportError as error:
        raise click.UsageError(
            f"{error.name or error} belum terpasang; pasang dengan `.venv/bin/pip install -e '.[batch]'`."
        ) from error


@click.group(name="export")
def export() -> None:
    """Keluarkan butir untuk dinilai di banyak komputer."""


@export.command(name="items")
@click.option("--parquet", "folder", type=TARGET, required=True, help="Folder baru untuk berkas Parquet.")
@click.option("--phase", type=click.Choice([str(one) for one in Phase]), required=True, help="Tahapan yang dijalani.")
@click.option("--contest", help="Id pemilihan; bawaan: satu-satunya di `contests`.")
@click.pass_context
def export_items(ctx: click.Context, folder: Path, phase: str, contest: str | None) -> None:
    """Bekukan penilai dan tulis semua butir sebagai Parquet menurut wilayah dan bulan."""
    app = open_app(ctx)
    scaled = _many()
    with app.store.runs.exclusive("batch"):
        source = run.begin(app, Phase(phase), contest or only_contest(app), exported=True)
        manifest = with_bar("Menulis", lambda tell: scaled.parquet.export(app, source, folder, tell))
        app.store.audit.note("ekspor_butir", f"tahapan:{source.name}", {"manifes": manifest.digest})
    out.print(f"{manifest.watermark.items} butir dalam {len(manifest.files)} berkas: {folder}", markup=False)


@click.group(name="import")
def import_() -> None:
    """Masukkan hasil penilaian dari komputer lain."""


@import_.command(name="flags")
@click.argument("folder", type=FOLDER)
@click.pass_context
def import_flags(ctx: click.Context, folder: Path) -> None:
    """Masukkan pendapat dari FOLDER hasil `netra batch --input` ke antrean; dua kali tidak menggandakan apa pun."""
    app = open_app(ctx)
    result, manifest = run.read_result(folder), manifest_of(folder)
    if result.manifest != manifest.digest:
        raise click.UsageError(f"{folder}: hasil.json bukan milik manifes di sampingnya.")
    merged = with_bar("Mencatat ke antrean", lambda tell: merge.merge(folder, manifest, app.store, tell))
    app.store.audit.note("impor_tanda", f"tahapan:{folder.name}", {"manifes": manifest.digest, **asdict(merged)})
    out.print(merge.merged_line(merged) + ".", markup=False)


def with_bar(title: str, work: Callable[[run.Tell], _T]) -> _T:
    """Do a long work under a progress bar; the work is handed what to tell."""
    with progress_bar() as progress:
        bar = progress.add_task(title, total=None)
        return work(lambda done, total: progress.update(bar, completed=done, total=total))


def manifest_of(folder: Path) -> Manifest:
    """Read the manifest of a run."""
    return Manifest.read(folder / crew.MANIFEST)


def only_contest(app: App) -> str:
    """Give the contest where there is no choice."""
    if len(app.config.contests) != 1:
        names = ", ".join(app.config.contests) or "belum ada"
        raise click.UsageError(f"sebutkan --contest; yang diawasi: {names}.")
    return app.config.contests[0]
