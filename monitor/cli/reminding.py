"""`netra deadlines` and `netra digest`: what is owed and when, on the terminal, by mail, or as a calendar file."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.table import Table

from monitor import legalclock
from monitor.app import App
from monitor.cli.shell import as_json, open_app, out, print_json
from monitor.docket import Docket, Law, docket
from monitor.docket.wording import STEP, days_words, doubt_words


def law_of(app: App) -> Law:
    """Give what an office counts its deadlines with, as it is in force now."""
    return Law(legalclock.load(app.rules_in_force / "calendar"), app.calendar, app.config)


def docket_of(app: App) -> Docket:
    """Lay every case of an office beside the legal clock."""
    return docket(app.store.deadlines.all(), law_of(app), app.clock())


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
