"""`netra rules schema`: what belongs to writing rules beside checking and trying them."""

from __future__ import annotations

import click

from monitor.cli.judging import rules
from monitor.cli.shell import open_app, out
from monitor.rules.jsonschema import FILES, is_current, write

__all__ = ["rules"]


@rules.command(name="schema")
@click.option("--check", "only_check", is_flag=True, help="Hanya periksa; keluar 2 bila usang.")
@click.pass_context
def rules_schema(ctx: click.Context, *, only_check: bool) -> None:
    """Tulis berkas skema (aturan, kamus, tambahan setempat), yang membuat penyunting melengkapi dan memeriksa."""
    folder = open_app(ctx).rules_folder
    if only_check:
        old = [name for name in FILES if not is_current(folder, name)]
        out.print(f"Usang: {', '.join(old)}" if old else "Skema mutakhir.", markup=False)
        if old:
            ctx.exit(2)
        return
    changed = write(folder)
    out.print("\n".join(f"ditulis: {path}" for path in changed) or "Skema sudah mutakhir.", markup=False)
