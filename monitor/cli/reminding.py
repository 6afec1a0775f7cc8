"""`netra deadlines` and `netra digest`: what is owed and when, on the terminal, by mail, or as a calendar file."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table

from monitor import digest as word
from monitor.cli.shell import as_json, open_app, out, print_json
from monitor.digest import docket_of, law_of
from monitor.docket.wording import STEP, days_words, doubt_words
from monitor.postbox import PASSWORD

__all__ = ["deadlines", "digest", "law_of"]


@click.command(name="deadlines")
@as_json
@click.pass_context
def deadlines(ctx: click.Context, *, json_out: bool) -> None:
    """Tunjukkan kasus yang tenggatnya lewat, segera, dan berikutnya, beserta keraguannya."""
    found = docket_of(open_app(ctx))
    if json_out:
        print_json([asdict(one) | {"days_left": one.days_left} for one in found.running])
        return
    if not found.running:
        out.print("Tidak ada tenggat yang berjalan.", markup=False)
        return
    table = Table("Tanda", "Langkah", "Hari terakhir", "Sisa", "Keraguan")
    for duty in found.running:
        first = duty.first
        assert first is not None
        assert first.due is not None
        last = f"{first.due:%d-%m-%Y} {duty.zone_name}"
        doubts = " ".join(doubt_words(first))
        table.add_row(str(duty.case.flag_id), STEP[first.term.step], last, days_words(duty.days_left), doubts)
    out.print(table)


@click.command(name="digest")
@click.option("--send", is_flag=True, help="Kirim sekarang kepada semua penerima di config.yaml.")
@click.option(
    "--ics",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Tulis berkas kalender ke BERKAS.",
    default=None,
)
@click.pass_context
def digest(ctx: click.Context, *, send: bool, file: Path | None) -> None:
    """Tunjukkan kabar tenggat pagi ini; dengan --send kirim lewat surel, dengan --ics tulis berkas kalendernya."""
    app = open_app(ctx)
    found = docket_of(app)
    if file is not None:
        word.write_file(file, word.calendar_of(app, found))
        out.print(f"ditulis: {file}", markup=False)
    if send:
        settings = app.config.digest
        if settings is None or not settings.to:
            raise click.UsageError("belum ada penerima; isi `digest:` di config.yaml.")
        handed = word.morning(app, settings, settings.to, os.environ.get(PASSWORD, ""))
        for line in word.said_of(handed):
            out.print(line, markup=False)
        if not handed.whole:
            ctx.exit(1)
    if file is None and not send:
        today = app.clock().astimezone(app.config.zone).date()
        name = app.config.office.name
        out.print(word.text(found, name, today, word.address_of(app.config)), markup=False, end="")
