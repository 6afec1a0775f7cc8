"""`netra evidence`: check everything that is kept, hand a case over."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

import click

from monitor import custody, door
from monitor.cli.shell import Group, as_json, err, named_user, open_app, out, print_json, progress_bar
from monitor.custody import report as words
from monitor.custody import snapshots
from monitor.custody.handover import write_file
from monitor.evidence import read_clock
from monitor.store import Touch


@click.group(cls=Group)
def evidence() -> None:
    """Bukti: periksa keutuhannya, dan serahkan bersama cara memeriksanya."""


@evidence.command(name="verify")
@click.option("--html", "html_file", type=click.Path(dir_okay=False, path_type=Path), help="Tulis laporan ke HTML.")
@click.option("--text", "text_file", type=click.Path(dir_okay=False, path_type=Path), help="Tulis laporan ke teks.")
@click.option("--fresh", is_flag=True, help="Mulai dari awal, jangan lanjutkan pemeriksaan yang terhenti.")
@as_json
@click.pass_context
def evidence_verify(
    ctx: click.Context, html_file: Path | None, text_file: Path | None, *, fresh: bool, json_out: bool
) -> None:
    """Hitung ulang sidik semua bukti, manifest, baris basis data dan buku bukti; keluar 4 bila ada yang berubah."""
    app = open_app(ctx)
    path = (app.root / app.config.database).with_name("periksa-bukti.json")
    if fresh:
        path.unlink(missing_ok=True)
    key = door.lasting_key(app.config.web, os.environ)
    checkpoint = custody.Checkpoint(path, key.encode()) if key else None
    held = app.store.inventory.held()
    with progress_bar() as progress:
        bar = progress.add_task("Memeriksa bukti", total=held.bodies + held.warcs)
        found = custody.verify(
            app.store, app.archive, app.heads, app.clock, checkpoint=checkpoint,
            tell=lambda count: progress.advance(bar, count),
        )  # fmt: skip
    place = (app.config.office.name, app.config.zone, app.config.office.timezone)
    if html_file is not None:
        html_file.write_text(words.page(found, *place), encoding="utf-8")
    if text_file is not None:
        text_file.write_text(words.text(found, *place), encoding="utf-8")
    if json_out:
        print_json({"ok": found.ok, **asdict(found)})
    else:
        out.print(words.text(found, *place), markup=False, end="")
    if not found.ok:
        ctx.exit(4)
    app.store.custody.note(Touch.VERIFY, user_id=None, detail=words.verdict(found))


@evidence.command(name="seal")
@click.pass_context
def evidence_seal(ctx: click.Context) -> None:
    """Tulis manifest setiap tanda yang pendapat terbarunya belum punya manifest."""
    app = open_app(ctx)
    done = custody.seal(app.store, app.archive, app.clock, read_clock)
    err.print(f"{words.number(done)} manifest ditulis.", markup=False)


@evidence.command(name="pack")
@click.argument("flag_ids", type=int, nargs=-1, required=True, metavar="TANDA...")
@click.option("-o", "--out", "file", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Berkas ZIP.")
@click.option("--by", "username", required=True, help="Nama pengguna yang mengeluarkan (dicatat).")
@click.option("--why", required=True, help="Alasan (dicatat di buku bukti dan di dalam berkas).")
@click.option("--originals", is_flag=True, help="Sertakan yang asli, juga bila ada salinan suntingan (koordinator).")
@as_json
@click.pass_context
def evidence_pack(
    ctx: click.Context,
    flag_ids: tuple[int, ...],
    file: Path,
    username: str,
    why: str,
    *,
    originals: bool,
    json_out: bool,
) -> None:
    """Buat berkas bukti ZIP dari tanda-tanda ini; diperiksa tanpa Netra dengan sha256sum dan openssl."""
    app = open_app(ctx)
    user = named_user(app, username)
    desk = custody.Desk(app.config, app.store, app.archive, app.clock, custody.asking(app.stamper))
    done = write_file(file, lambda target: custody.hand_over(desk, flag_ids, target, user, why, originals=originals))
    if json_out:
        print_json({"sha256": done.sha256, "size": done.size, **asdict(done.packed)})
        return
    out.print(f"{file}: {words.number(len(done.packed.sums))} berkas, {words.number(done.size)} bita", markup=False)
    if app.stamper is not None and (waiting := app.store.stamps.waiting()):
        err.print(f"Cap waktu belum didapat ({waiting[-1].error}); dicoba lagi dengan `netra evidence stamp`.")
    out.print(f"SHA-256 {done.sha256} (tercatat di buku bukti)", markup=False)
    for digest, reason in sorted(done.packed.left_out.items()):
        out.print(f"  tidak disertakan {digest[:16]}…: {reason}", markup=False)


@evidence.command(name="stamp")
@as_json
@click.pass_context
def evidence_stamp(ctx: click.Context, *, json_out: bool) -> None:
    """Mintakan cap waktu kepala rantai sekarang dan semua yang tertunda; keluar 1 bila ada yang belum berhasil."""
    app = open_app(ctx)
    if app.stamper is None:
        raise click.UsageError("penyedia cap waktu belum disetel; isi `evidence.tsa_url` dan `evidence.tsa_ca`.")
    app.stamper.want_head(app.store.audit.head())
    done = app.stamper.due()
    waiting = app.store.stamps.waiting()
    problems = custody.check_held(app.store, app.archive, app.stamper.roots)
    if json_out:
        print_json({"done": done.done, "failed": done.failed, "waiting": len(waiting), "problems": list(problems)})
    else:
        for subject in done.done:
            out.print(f"cap waktu didapat: {subject}", markup=False)
        for line in [*done.failed, *problems]:
            out.print(line, markup=False)
        out.print(f"{len(waiting)} menunggu, {len(app.store.stamps.held())} tersimpan dan diperiksa.")
    if done.failed or problems:
        ctx.exit(1)


@evidence.command(name="snapshot")
@click.argument("flag_ids", type=int, nargs=-1, required=True, metavar="TANDA...")
@click.pass_context
def evidence_snapshot(ctx: click.Context, flag_ids: tuple[int, ...]) -> None:
    """Tangkap halaman tanda dengan Chromium, beserta gambar yang disebutnya; hanya sumber yang diizinkan pengaturan."""
    app = open_app(ctx)
    shoot = snapshots.camera_of(app.config, app.clock, app.sleep)
    fetcher, failed = app.fetcher(), False
    for flag_id in flag_ids:
        done = snapshots.take(app.store, app.archive, app.config, flag_id, shoot, fetcher.fetch)
        out.print(f"tanda {flag_id}: {done.pieces} berkas disimpan", markup=False)
        for problem in done.problems:
            out.print(f"  {problem}", markup=False)
        failed = failed or not done.pieces
    if failed:
        ctx.exit(1)
