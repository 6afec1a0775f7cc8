"""`netra breach`: who saw whose data, and the letter that is due within 72 hours."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.table import Table

from monitor.app import App
from monitor.cli.shell import as_json, named_user, open_app, out, print_json
from monitor.custody.breach import Breach, look_back, notice

_TIME = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])


@click.command()
@click.option("--from", "since", type=_TIME, required=True, help="Sejak kapan, waktu kantor: 2030-01-31T08:00.")
@click.option("--to", "until", type=_TIME, required=True, help="Sampai sebelum waktu ini.")
@click.option("--user", "username", default="", help="Hanya yang dilihat akun ini.")
@click.option("--known", type=_TIME, default=None, help="Kapan kebocoran diketahui; tanpa ini: sekarang.")
@click.option("--letter", type=click.Path(dir_okay=False, path_type=Path), help="Tulis rancangan suratnya ke berkas.")
@click.option("--names", is_flag=True, help="Sebut nama setiap orang yang datanya tampil.")
@as_json
@click.pass_context
def breach(
    ctx: click.Context, since: datetime, until: datetime, username: str, known: datetime | None, letter: Path | None,
    *, names: bool, json_out: bool,
) -> None:  # fmt: skip
    """Bila data bocor: siapa melihat data siapa, berapa orang, dan sisa waktu 3 x 24 jam untuk memberi tahu."""
    app = open_app(ctx)
    if until <= since:
        raise click.UsageError("--to harus sesudah --from.")
    start, end = _aware(app, since), _aware(app, until)
    who = named_user(app, username).user_id if username else None
    found = look_back(app.store, start, end, _aware(app, known) if known else app.clock(), who)
    app.store.audit.note("kebocoran_dihitung", "kebocoran", {"orang": len(found.people), "halaman": found.looks})
    if json_out:
        print_json(_plain(found, names=names))
    else:
        _show(app, found, names=names)
    if letter is not None:
        letter.write_text(notice(found, app.config.office, app.config.zone), encoding="utf-8")
        letter.chmod(0o600)
        out.print(f"Rancangan surat ditulis ke {letter}; lengkapi bagian yang bertanda …", markup=False)


def _aware(app: App, at: datetime) -> datetime:
    return at.replace(tzinfo=app.config.zone)


def _show(app: App, found: Breach, *, names: bool) -> None:
    left = found.left(app.clock())
    hours = int(abs(left) / timedelta(hours=1))
    due = found.due_at.astimezone(app.config.zone)
    out.print(f"{len(found.people) + found.erased} orang, pada {found.looks} halaman, oleh {len(found.seers)} petugas.")
    if found.erased:
        out.print(f"{found.erased} di antaranya tidak ada lagi dalam daftar aparatur.")
    style = "bold red" if left < timedelta(0) else "bold"
    said = f"LEWAT {hours} jam" if left < timedelta(0) else f"sisa {hours} jam"
    out.print(f"Pemberitahuan tertulis paling lambat {due:%d-%m-%Y %H.%M} ({said}).", style=style)
    table = Table(box=None)
    for heading in ("petugas", "halaman", "orang", "rincian"):
        table.add_column(heading)
    for one in found.seers:
        pages = "; ".join(f"{page} × {count}" for page, count in one.pages[:6])
        table.add_row(one.name, str(one.looks), str(len(one.persons)), pages)
    out.print(table)
    if names:
        for _number, name in found.people:
            out.print(f"  {name}", markup=False)


def _plain(found: Breach, *, names: bool) -> dict[str, object]:
    plain: dict[str, object] = {
        "since": found.since, "until": found.until, "known_at": found.known_at, "due_at": found.due_at,
        "people": len(found.people) + found.erased, "no_longer_in_roster": found.erased, "looks": found.looks,
        "seers": [
            {"user_id": one.user_id, "name": one.name, "looks": one.looks, "people": len(one.persons),
             "first_at": one.first_at, "last_at": one.last_at, "pages": dict(one.pages)}
            for one in found.seers
        ],
    }  # fmt: skip
    return plain | ({"names": [name for _number, name in found.people]} if names else {})
