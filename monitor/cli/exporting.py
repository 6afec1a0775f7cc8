"""`netra table`: the queue as CSV or XLSX, of any length."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import click

from monitor import custody
from monitor.app import App
from monitor.cli.shell import named_user, open_app, out
from monitor.errors import NotAllowedError
from monitor.export import Sheet, Written, csv_lines, write_xlsx
from monitor.export.log import Taking, taking
from monitor.models import Flag, Level, Phase, Platform, State, User
from monitor.store import QueueQuery

_OPEN = (State.NEW, State.IN_REVIEW)


def _choice(kind: type[Level | Phase | Platform | State]) -> click.Choice[str]:
    return click.Choice([str(one) for one in kind])


@click.command(name="table")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--by", "username", required=True, help="Nama pengguna yang mengekspor; wilayah dan perannya berlaku.")
@click.option("--why", required=True, help="Untuk keperluan apa; dicatat di buku bukti.")
@click.option("--state", "states", multiple=True, type=_choice(State), help="Keadaan; boleh diulang. Bawaan: terbuka.")
@click.option("--level", type=_choice(Level), help="Hanya tingkat ini.")
@click.option("--phase", type=_choice(Phase), help="Hanya tahapan ini.")
@click.option("--platform", type=_choice(Platform), help="Hanya platform ini.")
@click.option("--text", default="", help="Hanya yang memuat kata-kata ini.")
@click.pass_context
def table(  # noqa: PLR0917 - one argument an option
    ctx: click.Context, file: Path, username: str, why: str, states: tuple[str, ...], level: str | None,
    phase: str | None, platform: str | None, text: str,
) -> None:  # fmt: skip
    """Ekspor antrean ke FILE (.csv atau .xlsx), tanpa batas banyaknya.

    Sel yang berawal dengan = + - @ dibuat tidak berbahaya. Awal dan akhirnya dicatat, dengan data siapa di dalamnya.
    """
    app = open_app(ctx)
    user = named_user(app, username)
    kind = file.suffix.lower().removeprefix(".")
    if kind not in {"csv", "xlsx"}:
        raise click.UsageError("nama berkas harus berakhir .csv atau .xlsx.")
    if not why.strip():
        raise click.UsageError("tulis untuk keperluan apa dengan --why.")
    if not custody.may_export(user):
        raise NotAllowedError(f"{username} tidak boleh mengekspor; perannya bukan koordinator, peninjau kedua, auditor")
    query = QueueQuery(
        states=tuple(map(State, states)) or _OPEN, level=Level(level) if level else None,
        phase=Phase(phase) if phase else None, platform=Platform(platform) if platform else None,
        regions=user.regions, text=text, now=app.clock(), user_id=user.user_id,
    )  # fmt: skip
    asked = [
        f"{name}={value}" for name, value in (("tingkat", level), ("tahapan", phase), ("tempat", platform)) if value
    ]
    asked += [f"keadaan={one}" for one in states] + ([f"cari={text}"] if text else [])
    written = _write(app, file, user, Taking(user.user_id, kind, why.strip(), "&".join(asked) or "-"), query)
    out.print(f"{written.rows} tanda ditulis ke {file}; SHA-256 {written.digest}", markup=False)


def _write(app: App, file: Path, user: User, into: Taking, query: QueueQuery) -> Written:
    """Write beside the file and put it in its place whole, so that no half table is taken for one."""
    sheet, fresh = Sheet(app.config.zone), file.with_name(f".{file.name}.baru")
    about = (f"Antrean Netra, {app.config.office.name}", f"oleh {user.username}", f"saringan: {into.asked}")
    try:
        with taking(app.store, into) as written:
            flags = app.store.flags.each(query)
            with closing(flags):
                _fill(fresh, into.kind, flags, sheet, written, about)
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)
    return written


def _fill(fresh: Path, kind: str, flags: Iterable[Flag], sheet: Sheet, written: Written, about: Iterable[str]) -> None:
    if kind == "xlsx":
        write_xlsx(fresh, flags, sheet, written, about)
        return
    with fresh.open("wb") as target:
        target.writelines(csv_lines(flags, sheet, written))
