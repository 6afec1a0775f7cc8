"""`netra rules schema` and `netra rules backtest`: what belongs to writing rules beside checking and trying them."""

from __future__ import annotations

import time
from pathlib import Path

import click

from monitor.cli.judging import rules
from monitor.cli.shell import as_json, open_app, out, print_json
from monitor.governance.backtest import backtest
from monitor.rules import RuleSet
from monitor.rules.jsonschema import FILES, is_current, write

__all__ = ["rules"]


@rules.command(name="schema")
@click.option("--check", "only_check", is_flag=True, help="Hanya periksa; keluar 2 bila usang.")
@click.pass_context
def rules_schema(ctx: click.Context, *, only_check: bool) -> None:
    """Tulis rules/skema.json dan rules/skema-kamus.json, yang membuat penyunting melengkapi dan memeriksa aturan."""
    folder = open_app(ctx).rules_folder
    if only_check:
        old = [name for name in FILES if not is_current(folder, name)]
        out.print(f"Usang: {', '.join(old)}" if old else "Skema mutakhir.", markup=False)
        if old:
            ctx.exit(2)
        return
    changed = write(folder)
    out.print("\n".join(f"ditulis: {path}" for path in changed) or "Skema sudah mutakhir.", markup=False)


@rules.command(name="backtest")
@click.option(
    "--against",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder aturan yang diuji; bawaan: folder aturan yang sedang disunting.",
)
@click.option("--newest", type=click.IntRange(1), default=5000, show_default=True, help="Banyak unggahan terbaru.")
@click.option("--max-new", type=click.IntRange(0), help="Keluar 2 bila yang baru ditandai lebih banyak dari ini.")
@as_json
@click.pass_context
def rules_backtest(
    ctx: click.Context, against: Path | None, newest: int, max_new: int | None, *, json_out: bool
) -> None:
    """Bandingkan aturan yang berlaku dengan yang diuji: apa yang baru ditandai dan apa yang tidak lagi."""
    app = open_app(ctx)
    candidate = RuleSet.load(against or app.rules_folder, app.targets, app.config.zone)
    result = backtest(app.store, app.judges(), candidate, newest, time.perf_counter)
    if json_out:
        print_json(result.as_dict())
    else:
        for line in result.lines():
            out.print(line, markup=False)
    if max_new is not None and result.found.newly > max_new:
        ctx.exit(2)
