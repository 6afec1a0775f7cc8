"""The command line: parse, call, print, exit code. No logic. Everything a user reads here is Indonesian."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

import monitor
from monitor import custody
from monitor import demo as demo_office
from monitor.app import App
from monitor.cli.agreeing import agreement, audit_day, user_conflict
from monitor.cli.answering import model
from monitor.cli.backtesting import rules
from monitor.cli.batching import batch, batch_key, batch_verify
from monitor.cli.capturing import captures
from monitor.cli.casing import bureau_of, case
from monitor.cli.collecting import collect_command, coverage_command, gather, gather_quietly
from monitor.cli.evidence import evidence
from monitor.cli.exporting import table
from monitor.cli.guarding import breach
from monitor.cli.learning import sample
from monitor.cli.packing import beside, package
from monitor.cli.people import roster, user
from monitor.cli.proof import audit, backup, doctor, restore, upgrade
from monitor.cli.reminding import deadlines, digest, law_of
from monitor.cli.retaining import erase, retention
from monitor.cli.scaling import export, import_
from monitor.cli.shell import Group, as_json, err, open_app, out, print_json, progress_bar
from monitor.cli.sourcing import sources
from monitor.evidence import read_clock
from monitor.fetch import build_provider
from monitor.models import Screened
from monitor.pipeline import screen
from monitor.summary import Tally


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--config",
    "config_path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("config.yaml"),
    show_default=True,
    envvar="NETRA_CONFIG",
    help="Berkas pengaturan.",
)
@click.version_option(monitor.__version__, prog_name="netra", message="%(prog)s %(version)s", help="Tampilkan versi.")
@click.pass_context
def main(ctx: click.Context, config_path: Path) -> None:
    """Netra menaruh unggahan publik aparatur yang mungkin memihak di depan manusia.

    Ia mengumpulkan dari sumber yang sah, menyaring dengan aturan dan model, lalu berhenti: mesin hanya menaruh tanda,
    manusia yang memutuskan.
    """
    ctx.obj = config_path


@main.command()
@click.option("--port", type=int, default=None, help="Porta halaman; bawaan dari config.yaml.")
@click.option("--no-serve", is_flag=True, help="Berhenti setelah menyaring, tanpa membuka halaman.")
@click.pass_context
def demo(ctx: click.Context, port: int | None, *, no_serve: bool) -> None:
    """Jalankan kantor rekaan: muat daftar, kumpulkan, saring, lalu buka antrean."""
    app = open_app(ctx)
    login = demo_office.prepare(app)
    gather(app, ())
    tally = _screen(app, again=True)
    demo_office.furnish(app)
    _show(tally)
    if not no_serve:
        _serve(app, port, login)


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def init(folder: Path) -> None:
    """Buat kantor kosong untuk dipakai sungguhan di FOLDER."""
    for line in demo_office.new_office(folder):
        out.print(line, markup=False)


main.add_command(collect_command)
main.add_command(coverage_command)
main.add_command(deadlines)
main.add_command(digest)
main.add_command(table)


@main.command(name="screen")
@click.option(
    "--again", is_flag=True, help="Saring ulang juga yang sudah disaring dengan aturan, model atau daftar lama."
)
@as_json
@click.pass_context
def screen_command(ctx: click.Context, *, again: bool, json_out: bool) -> None:
    """Saring butir baru dengan aturan dan model; yang mungkin memihak masuk antrean."""
    tally = _screen(open_app(ctx), again=again)
    if json_out:
        print_json(tally.as_dict())
    else:
        _show(tally)


def _screen(app: App, *, again: bool = False) -> Tally:
    judges = app.judges()
    tally = Tally()
    with progress_bar() as progress:
        bar = progress.add_task("Menyaring", total=app.store.items.count_unscreened(judges.digest if again else ""))

        def tell(results: Sequence[Screened]) -> None:
            tally.add(results)
            progress.advance(bar, len(results))

        with tally.timed():
            screen(judges, app.store, tell, again=again)
    custody.seal(app.store, app.archive, app.clock, read_clock)
    return tally


def _show(tally: Tally) -> None:
    for line in tally.lines():
        out.print(line, markup=False)


@main.command()
@click.pass_context
def run(ctx: click.Context) -> None:
    """Jalan terus: kumpulkan dan saring menurut jadwal; yang terlewat disusul."""
    from monitor import scheduler  # noqa: PLC0415 (no other command rings)

    app = open_app(ctx)
    scheduler.run(app, lambda line: err.print(line, markup=False))


@main.command()
@click.option("--port", type=int, default=None, help="Porta halaman; bawaan dari config.yaml.")
@click.pass_context
def serve(ctx: click.Context, port: int | None) -> None:
    """Buka halaman antrean."""
    app = open_app(ctx)
    _serve(app, port, demo_office.login(app) if app.config.mode == "demo" else None)


def _serve(app: App, port: int | None, login: tuple[str, str] | None) -> None:
    from monitor import web  # noqa: PLC0415 (every other command would load the whole page)

    key, lasting = app.page_key()
    services = web.Services(
        config=app.config,
        store=app.store,
        archive=app.archive,
        clock=app.clock,
        secret_key=key,
        lasting_key=lasting,
        provider=build_provider(app.config.web.oidc, app.clock, app.sleep),
        demo_login=login,
        stamp=custody.asking(app.stamper),
        desk=web.RuleDesk(app.governance, app.judges, app.judges_of),
        reader=app.reader,
        again=web.Again(app.missing, partial(gather_quietly, app), app.clock),
        calendar=lambda: app.calendar,
        law=lambda: law_of(app),
        offices=lambda regions, region: beside(app, regions, region),
        bureau=bureau_of(app),
    )
    host, port = app.config.web.host, port or app.config.web.port
    out.print(f"\nAntrean: [bold]http://{host}:{port}/[/]   (hentikan dengan Ctrl+C)")
    if login is not None:
        out.print(f"Masuk sebagai [bold]{login[0]}[/] dengan sandi [bold]{login[1]}[/]")
    web.serve(web.create_app(services), host, port)


for group in (sources, rules, model, sample, roster, user, audit, evidence, case, retention, erase, doctor, backup):
    main.add_command(group)
main.add_command(breach)
main.add_command(captures)
audit.add_command(audit_day)
user.add_command(user_conflict)
for group in (restore, upgrade, agreement, batch, batch_verify, batch_key, export, import_, package):
    main.add_command(group)
