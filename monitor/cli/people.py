"""`netra roster` and `netra user`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table

from monitor.cli.shell import Group, as_json, named_user, open_app, out, print_json
from monitor.models import Change, Condition, Confidence, Role, RosterChange
from monitor.roster import RosterDraft, diff, read_roster


@click.group(cls=Group)
def roster() -> None:
    """Daftar aparatur dan akunnya."""


@roster.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--kolom", "pairs", multiple=True, metavar="KOLOM=NAMA", help="Nama kolom di berkas Anda, misalnya nip='NIP BARU'."
)
@click.option("--yes", is_flag=True, help="Simpan tanpa bertanya.")
@click.option("--preview", is_flag=True, help="Hanya tunjukkan perbedaannya.")
@click.option("--by", "username", default="", help="Nama pengguna yang mengimpor (dicatat).")
@as_json
@click.pass_context
def roster_import(
    ctx: click.Context, file: Path, pairs: tuple[str, ...], username: str, *, yes: bool, preview: bool, json_out: bool
) -> None:
    """Impor daftar .csv atau .xlsx. Perbedaan dengan daftar sekarang ditunjukkan lebih dulu."""
    app = open_app(ctx)
    mapping = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    if len(mapping) != len(pairs):
        raise click.UsageError("--kolom ditulis KOLOM=NAMA, misalnya --kolom nip='NIP BARU'.")
    draft = read_roster(file, mapping, app.config.office.region)
    changes = diff(draft, app.store.roster.known(), app.store.roster.accounts())
    counts = {str(kind): sum(change.change is kind for change in changes) for kind in Change}
    shown = json_out and not preview
    if not json_out:
        _show_changes(draft, changes, counts)
    if preview or not any(change.change is not Change.SAME for change in changes):
        saved = False
    else:
        saved = yes or shown or click.confirm("Simpan perubahan ini?", default=False)
        if saved:
            app.store.roster.apply(changes, user_id=named_user(app, username).user_id if username else None)
    if json_out:
        rejected = [asdict(problem) for problem in draft.rejected]
        print_json({"saved": saved, "changes": counts, "rejected": rejected, "notes": list(draft.notes)})
    elif saved:
        out.print("Tersimpan.")
    if draft.rejected:
        ctx.exit(7)


def _show_changes(draft: RosterDraft, changes: Sequence[RosterChange], counts: dict[str, int]) -> None:
    for note in draft.notes:
        out.print(f"catatan: {note}", markup=False, style="yellow")
    for problem in draft.rejected:
        out.print(f"ditolak: {problem}", markup=False, style="red")
    table = Table(box=None)
    for heading in ("perubahan", "nama", "keterangan"):
        table.add_column(heading)
    for change in [one for one in changes if one.change is not Change.SAME][:60]:
        named = change.row or change.person
        table.add_row(str(change.change), named.full_name if named is not None else "", change.detail)
    out.print(table)
    out.print(", ".join(f"{count} {kind}" for kind, count in counts.items()) + f", {len(draft.rejected)} ditolak")


@roster.command(name="account")
@click.argument("account_id", type=int)
@click.option("--confidence", type=click.Choice([str(one) for one in Confidence]), help="Keyakinan baru.")
@click.option("--fact", "facts", multiple=True, help="Apa yang dilihat (wajib; terverifikasi perlu dua yang berbeda).")
@click.option("--condition", type=click.Choice([str(one) for one in Condition]), help="Tambah keadaan akun.")
@click.option("--clear-condition", type=click.Choice([str(one) for one in Condition]), help="Cabut keadaan akun.")
@click.option("--by", "username", required=True, help="Nama pengguna yang memastikan (dicatat).")
@click.pass_context
def roster_account(
    ctx: click.Context,
    account_id: int,
    confidence: str | None,
    facts: tuple[str, ...],
    condition: str | None,
    clear_condition: str | None,
    username: str,
) -> None:
    """Naikkan atau turunkan keyakinan bahwa sebuah akun milik orangnya, atau ubah keadaannya."""
    app = open_app(ctx)
    user = named_user(app, username)
    if confidence is not None:
        app.store.roster.set_confidence(account_id, Confidence(confidence), facts, user.user_id)
    for changed, present in ((condition, True), (clear_condition, False)):
        if changed is not None:
            seen = "; ".join(facts)
            app.store.roster.set_condition(account_id, Condition(changed), user.user_id, present=present, seen=seen)
    out.print("Tersimpan.")


@click.group(cls=Group)
def user() -> None:
    """Pengguna halaman."""


@user.command(name="add")
@click.argument("username")
@click.option("--name", "full_name", required=True, help="Nama lengkap.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([str(one) for one in Role]),
    help="Peran (boleh diulang).",
)
@click.option(
    "--region", "regions", multiple=True, help="Hanya wilayah ini (boleh diulang); tanpa ini semua wilayah kantor."
)
@click.password_option(
    "--password", prompt="Sandi", confirmation_prompt="Ulangi sandi", help="Sandi; lebih aman bila ditanya."
)
@click.pass_context
def user_add(
    ctx: click.Context, username: str, full_name: str, roles: tuple[str, ...], regions: tuple[str, ...], password: str
) -> None:
    """Tambah pengguna."""
    open_app(ctx).store.users.create(username, full_name, password, frozenset(map(Role, roles)), frozenset(regions))
    out.print(f"Pengguna {username} dibuat.", markup=False)


@user.command(name="list")
@as_json
@click.pass_context
def user_list(ctx: click.Context, *, json_out: bool) -> None:
    """Tampilkan semua pengguna."""
    users = open_app(ctx).store.users.list()
    if json_out:
        print_json([asdict(one) | {"roles": sorted(one.roles), "regions": sorted(one.regions)} for one in users])
        return
    for one in users:
        where = ", ".join(sorted(one.regions)) or "semua wilayah"
        left = "" if one.active else " — tidak aktif"
        out.print(f"{one.username}: {one.full_name} ({', '.join(sorted(one.roles))}; {where}){left}", markup=False)


@user.command(name="password")
@click.argument("username")
@click.password_option(
    "--password", prompt="Sandi baru", confirmation_prompt="Ulangi sandi", help="Sandi baru; lebih aman bila ditanya."
)
@click.pass_context
def user_password(ctx: click.Context, username: str, password: str) -> None:
    """Ganti sandi."""
    app = open_app(ctx)
    found = named_user(app, username)
    app.store.users.set_password(found.user_id, password)
    out.print("Sandi diganti.")


@user.command(name="deactivate")
@click.argument("username")
@click.pass_context
def user_deactivate(ctx: click.Context, username: str) -> None:
    """Cabut akses seorang pengguna; keputusannya tetap tercatat."""
    app = open_app(ctx)
    found = named_user(app, username)
    app.store.users.deactivate(found.user_id)
    out.print(f"Akses {username} dicabut.", markup=False)
