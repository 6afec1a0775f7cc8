"""`netra sources`: every type of source, and what an API's terms ask of its data."""

from __future__ import annotations

from dataclasses import asdict

import click

from monitor import permits
from monitor.app import App
from monitor.cli.shell import Group, as_json, open_app, out, print_json
from monitor.collectors import registry
from monitor.collectors.gated import reason
from monitor.config import YoutubeSource
from monitor.custody import refresh as api_data
from monitor.fetch import quota_day, renewed_at

_STYLES = {"terbuka": "green", "kunci": "yellow", "keputusan": "red", "tidak dibuat": "red"}


@click.group(cls=Group)
def sources() -> None:
    """Sumber: apa yang ada, yang tertutup dan mengapa, serta data API yang harus disegarkan."""


@sources.command(name="list")
@as_json
@click.pass_context
def sources_list(ctx: click.Context, *, json_out: bool) -> None:
    """Daftar semua jenis sumber: keadaan, gerbang, ketentuan, yang dapat dan tidak dapat dilihat."""
    app = open_app(ctx)
    recorded = permits.recorded(app.config, app.root, app.clock())
    used = {kind: [one.id for one in app.config.sources if one.type == kind] for kind in (e.type for e in _all())}
    if json_out:
        print_json([{**one.model_dump(), "used": used[one.type]} for one in _all()])
        return
    for one in _all():
        ids = f"dipakai: {', '.join(used[one.type])}" if used[one.type] else "tidak dipakai"
        out.print(f"[bold]{one.name}[/] ({one.type}) — [{_STYLES[one.gate]}]{one.gate}[/]; {ids}")
        for label, said in (("perlu", one.needs), ("terlihat", one.sees), ("tidak terlihat", one.blind)):
            out.print(f"    {label}: {said}", markup=False)
        for term in one.terms:
            out.print(f"    ketentuan: {term.cited}", markup=False)
        if one.gate == "keputusan":
            out.print(f"    {reason(one, recorded).rpartition('. Sementara')[0].rpartition(']. ')[2]}.", markup=False)
    for line in quota_lines(app):
        out.print(line, markup=False)


def quota_lines(app: App) -> list[str]:
    """Say what is left of the daily quota of each API that is used (Indonesian)."""
    now = app.clock()
    said = []
    for name, meter in app.meters.items():
        spent = app.store.quota.spent(name, quota_day(now))
        left = 0 if spent.spent_out else max(0, meter.daily_units - spent.units)
        again = f"{renewed_at(now):%d-%m-%Y %H.%M} UTC"
        said.append(f"Jatah {name}: sisa {left} dari {meter.daily_units} satuan; pulih {again}")
    return said


def _all() -> tuple[registry.Entry, ...]:
    return registry.entries()


@sources.command(name="refresh")
@as_json
@click.pass_context
def sources_refresh(ctx: click.Context, *, json_out: bool) -> None:
    """Segarkan data API yang menua; yang 30 hari tidak terbukti masih ada dihapus dengan nisan."""
    app = open_app(ctx)
    wanted = [one for one in app.config.sources if isinstance(one, YoutubeSource)]
    done = api_data.refresh(app.store, app.archive, app.fetcher(), wanted, app.clock)
    if json_out:
        print_json(asdict(done))
    else:
        for line in done.lines():
            out.print(line, markup=False)
    if done.failed or done.held:
        ctx.exit(10)
