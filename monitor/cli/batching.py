"""`netra batch`: a phase run, and what belongs to it."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from monitor import signing
from monitor.app import App
from monitor.batch import certificate, merge, notice, report, run, watch, window
from monitor.cli.scaling import FOLDER, TARGET, elsewhere, manifest_of, only_contest, with_bar
from monitor.cli.shell import as_json, err, open_app, out, print_json
from monitor.digest import brief
from monitor.errors import NetraError
from monitor.models import Phase
from monitor.postbox import PASSWORD

UNSIGNED, DIFFERENT, BROKEN, STALLED = 14, 15, 16, 17
_CODES = (
    "Kode keluar: 0 selesai; 10 sumber gagal; 14 selesai tetapi belum ditandatangani; 15 ulangan berbeda; "
    "16 pemeriksaan menemukan kerusakan; 17 jalan yang diamati macet."
)


@click.command(name="batch", epilog=_CODES)
@click.option("--phase", type=click.Choice([str(one) for one in Phase]), help="Tahapan yang dijalani.")
@click.option("--contest", help="Id pemilihan; bawaan: satu-satunya di `contests`.")
@click.option("--plan", "only_plan", is_flag=True, help="Hanya sebutkan rencananya: apa, berapa, berapa lama.")
@click.option("--due", is_flag=True, help="Sebutkan jalan tahapan yang diminta kalender 30 hari ke depan.")
@click.option("--watch", "watching", is_flag=True, help="Amati jalan yang belum selesai sampai selesai atau macet.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Berapa proses menilai.")
@click.option("--new", "anew", is_flag=True, help="Bekukan yang baru, juga bila ada jalan yang belum selesai.")
@click.option("--rehearsal", is_flag=True, help="Gladi di kantor rekaan; ditandai di setiap lembar.")
@click.option("--no-queue", is_flag=True, help="Jangan masukkan pendapatnya ke antrean.")
@click.option("--input", "source", type=FOLDER, help="Hasil `netra export items`; tanpa basis data.")
@click.option("--output", "target", type=TARGET, help="Folder hasil untuk --input.")
@click.option("--scheduler", help="Penjadwal Dask (tcp://…) yang menilai --input; lihat docs/operasi.md.")
@click.option(
    "--again", type=FOLDER, help="Ulangi jalan di FOLDER ini dari manifesnya, lalu bandingkan.",
)  # fmt: skip
@as_json
@click.pass_context
def batch(
    ctx: click.Context,
    *,
    phase: str | None,
    contest: str | None,
    workers: int,
    again: Path | None,
    source: Path | None,
    target: Path | None,
    scheduler: str | None,
    only_plan: bool,
    due: bool,
    watching: bool,
    anew: bool,
    rehearsal: bool,
    no_queue: bool,
    json_out: bool,
) -> None:
    """Lihat kembali semua yang tersimpan sebelum sebuah tahapan, dengan aturan dan model yang dibekukan.

    Yang terputus dilanjutkan dengan perintah yang sama. Hasilnya satu folder di samping basis data: manifes, pendapat,
    cakupan setiap akun, sampel acak, dan sertifikat yang ditandatangani.
    """
    if source is not None or target is not None or scheduler is not None:
        elsewhere(source, target, scheduler, workers)
        return
    app = open_app(ctx)
    if due:
        _show_due(app, json_out=json_out)
        return
    if watching:
        if not watch.watch(app, lambda line: out.print(line, markup=False), os.environ.get(PASSWORD, "")):
            ctx.exit(STALLED)
        return
    if again is not None:
        _repeat(ctx, app, again, workers)
        return
    if phase is None:
        raise click.UsageError("sebutkan --phase, --due, atau --again.")
    wanted, of = Phase(phase), contest or only_contest(app)
    if only_plan:
        _show_plan(run.plan(app, wanted, of, workers, time.perf_counter), workers, json_out=json_out)
        return
    folder, said = _sworn(app, (wanted, of), workers, anew=anew, rehearsal=rehearsal, queue=not no_queue)
    _told(folder, said, json_out=json_out)
    if not (folder / report.SIGNATURE).exists():
        err.print(f"Laporan belum ditandatangani: isi `batch.signing_key` atau {signing.ENVIRONMENT}.", style="yellow")
        ctx.exit(UNSIGNED)


def _sworn(
    app: App, asked: tuple[Phase, str], workers: int, *, anew: bool, rehearsal: bool, queue: bool
) -> tuple[Path, dict[str, Any]]:
    """Begin a run, or go on with the one that was interrupted, and bring it to its end."""
    with app.store.runs.exclusive("batch"):
        folder = None if anew else run.unfinished(app, *asked)
        if folder is None:
            folder = run.begin(app, *asked, rehearsal=rehearsal)
        else:
            err.print(f"Melanjutkan {folder.name} yang terputus; aturan dan model tetap yang dibekukan saat itu.")
        _note_once(app, "tahapan_mulai", folder, {"manifes": manifest_of(folder).digest})
        try:
            said = _whole(app, folder, workers, queue=queue)
        except NetraError as error:
            _tell(app, notice.failed(folder.name, str(error)))
            raise
        signed = (folder / report.SIGNATURE).exists()
        _tell(app, notice.ended(folder.name, run.read_result(folder), said["coverage"], signed=signed))
    return folder, said


def _whole(app: App, folder: Path, workers: int, *, queue: bool) -> dict[str, Any]:
    """Judge what is left, bring it into the queue, write report and certificate."""
    key = signing.read_key(os.environ.get(signing.ENVIRONMENT, ""), _key_file(app), app.root / app.config.database)
    began = time.perf_counter()
    with_bar("Menilai", lambda tell: run.carry_on(app, folder, workers, _noted(app, folder, "menilai", tell)))
    spent = (workers, time.perf_counter() - began)
    manifest = manifest_of(folder)
    merged = None
    if queue:
        doing = "mencatat ke antrean"
        merged = with_bar(
            "Mencatat ke antrean",
            lambda tell: merge.merge(folder, manifest, app.store, _noted(app, folder, doing, tell), going_on=True),
        )
    mark = signing.fingerprint(signing.public_bytes(key)) if key is not None else ""

    def before_it(said: dict[str, Any]) -> None:
        certificate.write_certificate(folder, said, mark, app.config.zone, app.config.office.timezone)
        sworn = {"manifes": manifest.digest, "tanda": said["result"]["flags_digest"], "kunci": mark}
        _note_once(app, "tahapan_selesai", folder, sworn)

    return report.write_report(app, folder, key, merged, spent, before_it)


def _note_once(app: App, action: str, folder: Path, payload: dict[str, str]) -> None:
    """Put into the audit what is not there yet: a run may be interrupted right after it was noted."""
    subject = f"tahapan:{folder.name}"
    if payload not in [json.loads(one) for one in app.store.audit.told(action, subject) if one]:
        app.store.audit.note(action, subject, payload)


def _noted(app: App, folder: Path, doing: str, tell: run.Tell) -> run.Tell:
    return watch.noting(folder, doing, app.clock, tell)


def _tell(app: App, letter: tuple[str, list[str]]) -> None:
    """Send word by mail where the office has a mail server; a failing one stops nothing."""
    handed = brief.send(app, letter, os.environ.get(PASSWORD, ""))
    for one, why in ({**handed.later, **handed.never} if handed is not None else {}).items():
        err.print(f"Surel kepada {one} tidak terkirim: {why}", markup=False, style="yellow")


def _key_file(app: App) -> Path | None:
    name = app.config.batch.signing_key
    return app.root / name if name else None


def _show_plan(found: run.Plan, workers: int, *, json_out: bool) -> None:
    if json_out:
        print_json(asdict(found))
        return
    lines = [
        f"Tahapan {found.phase} pemilihan {found.contest}: {_span(found.window)}",
        f"Wilayah: {', '.join(found.regions)}",
        f"Butir: {found.items} dalam {found.parts} bagian, dengan {workers} proses",
        f"Perkiraan: {run.duration(found.seconds)} ({found.per_second:.0f} butir sedetik, diukur pada butir terbaru)",
    ]
    if found.unfinished:
        lines.append(f"Ada jalan yang terputus dan akan dilanjutkan: {found.unfinished} (yang baru: --new)")
    for line in lines:
        out.print(line, markup=False)


def _span(one: window.Window) -> str:
    return f"{one.first:%d-%m-%Y} sampai {one.last:%d-%m-%Y} (kepastian {one.certainty} dari 2)"


def _show_due(app: App, *, json_out: bool) -> None:
    today = app.clock().astimezone(app.config.zone).date()
    found = window.due(app.calendar, app.config.contests, app.config.office.region, today)
    if json_out:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        out.print(
            f"{one.day:%d-%m-%Y}  {one.why:<4} {one.window.phase}: "
            f"netra batch --phase {one.window.phase} --contest {one.contest}",
            markup=False,
        )
    if not found:
        out.print("Kalender tidak meminta jalan tahapan dalam 30 hari ke depan.")


def _told(folder: Path, said: dict[str, Any], *, json_out: bool) -> None:
    if json_out:
        print_json(said | {"folder": str(folder)})
        return
    result, coverage = run.read_result(folder), said["coverage"]
    queue = said["queue"]
    lines = [
        f"Selesai: {result.items} butir dilihat, {result.flagged} bertanda, {len(result.erased)} sudah dihapus.",
        f"Cakupan: terbukti {coverage['proved']} dari {coverage['askable']} baris yang boleh ditanyakan.",
    ]
    if isinstance(queue, dict):
        lines.append("Antrean: " + merge.merged_line(merge.Merged(**queue)) + ".")
    if said["late_items"]:
        lines.append(f"Susulan: {said['late_items']} butir datang sesudah dibekukan; lihat {report.LATE}.")
    lines.append(f"Folder: {folder}  (cetak {certificate.CERTIFICATE})")
    for line in lines:
        out.print(line, markup=False)


def _repeat(ctx: click.Context, app: App, source: Path, workers: int) -> None:
    """Repeat a run and say whether every opinion is the same."""
    folder = run.again(app, source)
    result = with_bar("Mengulang", lambda tell: run.carry_on(app, folder, workers, tell))
    before = run.read_result(source)
    gone = set(result.erased) - set(before.erased)
    same = run.same_but(source, folder, gone)
    if same:
        more = f"; {len(gone)} butir dihapus sejak itu menurut ketentuan" if gone else ""
        out.print(f"Sama: {result.opinions} pendapat tentang {result.items} butir sama byte demi byte{more}.")
        return
    found = run.compared(folder, source)
    err.print(f"Berbeda: {found.new} baru, {found.changed} berubah, {found.gone} hilang.", style="bold red")
    ctx.exit(DIFFERENT)


@click.command(name="batch-verify", epilog=_CODES)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--trust", multiple=True, help="Sidik kunci yang dipercaya (boleh diulang); bawaan `batch.trusted`.")
@as_json
@click.pass_context
def batch_verify(ctx: click.Context, folder: Path, trust: tuple[str, ...], *, json_out: bool) -> None:
    """Periksa folder jalan tahapan: isi beku, bagian, hasil, dan tanda tangannya. Tidak perlu basis data."""
    trusted = trust or open_app(ctx).config.batch.trusted
    found = report.check(folder, trusted)
    if json_out:
        print_json([asdict(one) for one in found])
    for one in found if not json_out else ():
        err.print(f"  {one.file}: {one.said}", markup=False, style="red")
    if found:
        ctx.exit(BROKEN)
    if not json_out:
        out.print("Utuh: manifes, isi beku, setiap bagian, hasil, tabel, dan tanda tangan cocok.")


@click.command(name="batch-key")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def batch_key(file: Path) -> None:
    """Buat kunci penanda tangan baru di FILE, yang hanya dapat dibaca pemiliknya."""
    mark = signing.new_key(file)
    out.print(f"Kunci baru: {file}", markup=False)
    out.print(f"Sidiknya: {mark}", markup=False)
    out.print("Isi `batch.signing_key` dengan berkas ini, dan tambahkan sidiknya ke `batch.trusted` setiap pemeriksa.")
