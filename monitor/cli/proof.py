"""`netra audit`, `netra doctor`, and copies of an office: `netra backup`, `restore`, `upgrade`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click

from monitor import custody, safekeeping
from monitor import doctor as examiner
from monitor.app import App
from monitor.cli.shell import Group, as_json, err, open_app, out, print_json, progress_bar
from monitor.store import Touch
from monitor.store.backup import NEWEST, copy_as_is, schema_of
from monitor.upkeep import KEPT


@click.group(cls=Group)
def audit() -> None:
    """Rantai audit: bukti bahwa tidak ada yang diubah diam-diam."""


@audit.command(name="verify")
@as_json
@click.pass_context
def audit_verify(ctx: click.Context, *, json_out: bool) -> None:
    """Periksa seluruh rantai, semua baris yang dijaganya, dan kepala rantai yang pernah ditulis."""
    app = open_app(ctx)
    report = app.store.audit.verify(heads_folder=app.heads)
    if json_out:
        print_json({"ok": report.ok, "entries": report.entries, "problems": list(report.problems)})
    elif report.ok:
        out.print(f"Rantai utuh: {report.entries} catatan, tidak ada perubahan dengan alat lain.")
    else:
        out.print("Rantai TIDAK utuh:", style="bold red")
        for problem in report.problems:
            out.print(f"  {problem}", markup=False)
        out.print("Hentikan peninjauan, simpan salinan basis data ini, dan hubungi penanggung jawab sistem.")
    if not report.ok:
        ctx.exit(4)


@audit.command(name="head")
@click.pass_context
def audit_head(ctx: click.Context) -> None:
    """Tulis kepala rantai hari ini ke berkas dan tampilkan untuk dicetak."""
    app = open_app(ctx)
    path = app.store.audit.write_head(app.heads)
    out.print(path.read_text(encoding="utf-8"), markup=False, end="")
    err.print(f"(tersimpan di {path}; simpan juga di luar komputer ini: cetak, surel, atau diska lain)", markup=False)


@click.command()
@as_json
@click.pass_context
def doctor(ctx: click.Context, *, json_out: bool) -> None:
    """Periksa kesehatan: jam, diska, basis data, audit, aturan, model, sumber; dengan saran."""
    findings = examiner.examine(open_app(ctx))
    if json_out:
        print_json([asdict(one) for one in findings])
    else:
        for one in findings:
            style = {"baik": "green", "perhatian": "yellow", "gawat": "bold red"}[one.state]
            out.print(f"[{style}]{one.state:<10}[/]", end="")
            out.print(f"{one.what}: {one.said}", markup=False)
            if one.advice:
                out.print(f"          → {one.advice}", markup=False)
    if any(one.state == "gawat" for one in findings):
        ctx.exit(1)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--after", "before", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Cadangan sebelumnya di diska yang sama; bukti yang tidak berubah tidak disalin lagi.",
)  # fmt: skip
@click.pass_context
def backup(ctx: click.Context, folder: Path, before: Path | None) -> None:
    """Salin seluruh kantor ke FOLDER baru, juga selagi dipakai, lalu periksa salinannya."""
    app = open_app(ctx)
    with _told() as tell:
        kept = safekeeping.keep(app, ctx.find_root().obj, folder, before, tell)
    app.store.custody.note(Touch.COPY, user_id=None, subject=KEPT, detail=folder.name)
    out.print(
        f"Salinan utuh di {folder}: {kept.items} butir, {kept.entries} catatan audit, {kept.pieces} bukti, "
        f"{kept.files} berkas ({kept.bytes // 1_000_000} MB; {kept.linked} dari cadangan sebelumnya).",
        markup=False,
    )


@click.command()
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.pass_context
def restore(ctx: click.Context, source: Path, folder: Path) -> None:
    """Pulihkan cadangan SOURCE ke FOLDER baru, lalu periksa rantai audit dan buktinya di sana."""
    with _told() as tell:
        settings = safekeeping.restore(source, folder, tell)
    app = App.build(settings)
    ctx.call_on_close(app.close)
    found = custody.verify(app.store, app.archive, app.heads, app.clock)
    for one in found.findings:
        err.print(f"  {one.part}: {one.what}", markup=False, style="red")
    if found.findings:
        ctx.exit(4)
    out.print(f"Pulih dan utuh: {found.entries} catatan audit, {found.bodies} bukti.", markup=False)
    out.print(f"Jalankan dengan: netra --config {settings} doctor", markup=False)


@click.command()
@click.pass_context
def upgrade(ctx: click.Context) -> None:
    """Naikkan basis data ke susunan versi ini: salin dahulu, naikkan, lalu periksa."""
    config: Path = ctx.find_root().obj
    app = App.build(config)
    ctx.call_on_close(app.close)
    path = app.root / app.config.database
    if not path.exists():
        raise click.UsageError(f"basis data {path} belum ada; tidak ada yang dinaikkan.")
    before = schema_of(path)
    copy = path.with_name(f"{path.name}.sebelum-{before}-ke-{NEWEST}")
    if before < NEWEST and copy_as_is(path, copy, before):
        out.print(f"Salinan sebelum dinaikkan: {copy}", markup=False)
    report = app.store.audit.verify(heads_folder=app.heads)
    for problem in report.problems:
        err.print(f"  {problem}", markup=False, style="red")
    if not report.ok:
        ctx.exit(4)
    out.print(f"Susunan {before} → {schema_of(path)}; rantai audit utuh ({report.entries} catatan).", markup=False)


@contextmanager
def _told() -> Iterator[safekeeping.Tell]:
    with progress_bar() as progress:
        bar = progress.add_task("Mulai", total=None)

        def tell(what: str, done: int, total: int) -> None:
            progress.update(bar, description=what, completed=done, total=total or None)

        yield tell
