"""`netra retention` and `netra erase`: lawful deletion, counted before it is done."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.table import Table

from monitor.app import App
from monitor.cli.shell import Group, as_json, named_user, open_app, out, print_json, progress_bar
from monitor.custody import retention as schedule
from monitor.custody.erase import erase_context, erase_items
from monitor.errors import NotAllowedError
from monitor.models import Platform, Role, User

_ERASERS = frozenset({Role.COORDINATOR, Role.ADMIN})


@click.group(cls=Group)
def retention() -> None:
    """Masa simpan: yang sudah habis masanya dihapus dengan nisan."""


def _eraser(app: App, username: str) -> User:
    user = named_user(app, username)
    if not user.roles & _ERASERS:
        raise NotAllowedError("menghapus perlu peran koordinator atau admin — mintakan kepada mereka")
    return user


@retention.command(name="preview")
@as_json
@click.pass_context
def retention_preview(ctx: click.Context, *, json_out: bool) -> None:
    """Hitung yang habis masanya menurut keadaan, sumber, dan tahapan; tidak menghapus apa pun."""
    app = open_app(ctx)
    outlook = schedule.preview(app.store, schedule.office_policy(app.config, app.calendar), app.clock())
    if json_out:
        print_json({"due": outlook.due, **asdict(outlook)})
    else:
        _show(outlook)


def _show(outlook: schedule.Outlook) -> None:
    table = Table(box=None)
    for heading in ("keadaan", "sumber", "tahapan", "masa (hari)", "butir", "habis masanya"):
        table.add_column(heading, justify="right" if heading in {"masa (hari)", "butir", "habis masanya"} else "left")
    for one in outlook.lines:
        due = "ditahan" if one.holding.held else str(one.due)
        table.add_row(one.holding, one.source_id, one.phase or "—", str(one.days), str(one.items), due)
    out.print(table)
    out.print(f"{outlook.due} butir habis masanya; {outlook.idle} jawaban tanpa butir habis masanya.")
    out.print("Bukti tanda yang belum diputus atau diteruskan tidak pernah dihapus oleh jadwal.")
    if outlook.overdue:
        out.print(f"{outlook.overdue} butir yang diteruskan sudah lewat masanya: putuskan sendiri, lalu `netra erase`.")


@retention.command(name="run")
@click.option("--by", "username", required=True, help="Nama pengguna yang menghapus (dicatat).")
@click.option("--yes", is_flag=True, help="Hapus tanpa bertanya.")
@click.pass_context
def retention_run(ctx: click.Context, username: str, *, yes: bool) -> None:
    """Hapus yang habis masanya, dengan nisan; boleh dihentikan dan diulang kapan saja."""
    app = open_app(ctx)
    user, wanted = _eraser(app, username), schedule.office_policy(app.config, app.calendar)
    outlook = schedule.preview(app.store, wanted, app.clock())
    _show(outlook)
    if not outlook.due and not outlook.idle:
        out.print("Tidak ada yang dihapus.")
        return
    if not yes and not click.confirm(f"Hapus {outlook.due} butir dan {outlook.idle} jawaban ini?", default=False):
        return
    with app.store.runs.exclusive(schedule.KIND), progress_bar() as progress:
        bar = progress.add_task("Menghapus", total=outlook.due)
        items, files = schedule.run(
            app.store, app.archive, wanted, app.clock, user.user_id, lambda count: progress.advance(bar, count)
        )
    out.print(f"{items} butir dan {files} berkas dihapus; nisannya ada di rantai audit.")
    out.print("Cadangan lama yang masih memuatnya harus ikut dihapus.")


@click.command()
@click.argument("item_ids", type=int, nargs=-1, metavar="BUTIR...")
@click.option(
    "--context", "owner", nargs=2, type=(click.Choice([str(one) for one in Platform]), str), default=None,
    metavar="PLATFORM ID", help="Hapus kata orang lain ini (id atau nama akun) yang tersimpan sebagai konteks.",
)  # fmt: skip
@click.option("--by", "username", required=True, help="Nama pengguna yang menghapus (dicatat).")
@click.option("--why", required=True, help="Dasar penghapusan (dicatat).")
@click.option("--shared", is_flag=True, help="Hapus juga jawaban mentah yang memuat butir lain.")
@click.option("--yes", is_flag=True, help="Hapus tanpa bertanya.")
@click.pass_context
def erase(
    ctx: click.Context,
    item_ids: tuple[int, ...],
    owner: tuple[str, str] | None,
    username: str,
    why: str,
    *,
    shared: bool,
    yes: bool,
) -> None:
    """Hapus butir beserta semua buktinya, atau konteks seseorang, atas permintaan; meninggalkan nisan."""
    app = open_app(ctx)
    user = _eraser(app, username)
    if owner is not None:
        item_ids = tuple(app.store.audit.context_of(*owner))
        out.print(f"{len(item_ids)} butir menyimpan kata {owner[1]} sebagai konteks.", markup=False)
    if not item_ids or not (yes or click.confirm(f"Hapus dari {len(item_ids)} butir?", default=False)):
        return
    if owner is not None:
        done = erase_context(app.store, app.archive, item_ids, why, user.user_id)
        out.print(f"Kata orang lain dihapus dari {done.items} butir, bersama {done.files} berkas.")
    else:
        done = erase_items(app.store, app.archive, item_ids, why, user.user_id, shared=shared)
        out.print(f"{done.items} butir dan {done.files} berkas dihapus.")
    for body, flags in done.held:
        cases = ", ".join(map(str, flags))
        out.print(f"ditahan: jawaban {body[:16]}… masih menjadi dasar tanda {cases}", markup=False)
