"""`netra audit`, `netra doctor` and `netra backup`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from monitor import doctor as examiner
from monitor.cli.shell import Group, as_json, err, open_app, out, print_json
from monitor.store import Touch


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
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_context
def backup(ctx: click.Context, file: Path) -> None:
    """Salin basis data ke FILE dengan aman, juga selagi dipakai."""
    app = open_app(ctx)
    app.store.backup(file)
    app.store.custody.note(Touch.COPY, user_id=None, subject="cadangan basis data", detail=file.name)
    out.print(
        f"Salinan tersimpan di {file}. Arsip bukti disalin tersendiri (foldernya ada di config.yaml).", markup=False
    )
