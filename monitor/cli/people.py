"""`netra roster` and `netra user`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import click
from rich.table import Table

from monitor.app import App
from monitor.cli.shell import Group, as_json, named_user, open_app, out, print_json
from monitor.errors import ConflictError
from monitor.models import Change, Condition, Confidence, Role, RosterChange, User
from monitor.roster import RosterDraft, diff, read_roster
from monitor.store import IdentityKind


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
            _save(app, draft, changes, named_user(app, username).user_id if username else None)
    if json_out:
        rejected = [asdict(problem) for problem in draft.rejected]
        print_json({"saved": saved, "changes": counts, "rejected": rejected, "notes": list(draft.notes)})
    elif saved:
        out.print("Tersimpan.")
    if draft.rejected:
        ctx.exit(7)


def _save(app: App, draft: RosterDraft, shown: Sequence[RosterChange], user_id: int | None) -> None:
    """Save what was shown, unless the roster has changed since: then it would not be what was agreed to."""
    with app.store.runs.exclusive("roster"):
        if diff(draft, app.store.roster.known(), app.store.roster.accounts()) != shown:
            raise ConflictError(
                "daftar berubah sesudah perbedaannya ditunjukkan — jalankan lagi; tidak ada yang disimpan"
            )
        app.store.roster.apply(shown, user_id=user_id)


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


@user.command(name="invite")
@click.argument("username")
@click.option("--name", "full_name", default="", help="Nama lengkap, bila penggunanya belum ada.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([str(one) for one in Role]),
    help="Peran pengguna baru (boleh diulang).",
)
@click.option("--region", "regions", multiple=True, help="Hanya wilayah ini (boleh diulang).")
@click.option("--by", "admin", default="", help="Nama admin yang mengundang (dicatat).")
@click.pass_context
def user_invite(
    ctx: click.Context, username: str, full_name: str, roles: tuple[str, ...], regions: tuple[str, ...], admin: str
) -> None:
    """Buat tautan sekali pakai; orangnya membuat kata sandinya sendiri."""
    app = open_app(ctx)
    by = _by(app, admin)
    found = app.store.users.by_name(username)
    if found is None:
        if not full_name or not roles:
            raise click.UsageError(f"pengguna {username} belum ada; sebut --name dan --role untuk membuatnya.")
        found = app.store.users.create(username, full_name, None, map(Role, roles), regions, by=by)
    web = app.config.web
    token = app.store.invitations.make(found.user_id, timedelta(hours=web.invitation_hours), by=by)
    out.print(f"Serahkan langsung kepada {found.full_name}; berlaku {web.invitation_hours} jam, sekali:", markup=False)
    out.print(web.address(f"/undangan/{token}"), markup=False)


@user.command(name="role")
@click.argument("username")
@click.option(
    "--role", "roles", multiple=True, required=True, type=click.Choice([str(one) for one in Role]), help="Peran baru."
)
@click.option("--region", "regions", multiple=True, help="Wilayah baru (boleh diulang); tanpa ini tidak berubah.")
@click.option("--by", "admin", default="", help="Nama admin yang mengubah (dicatat).")
@click.pass_context
def user_role(ctx: click.Context, username: str, roles: tuple[str, ...], regions: tuple[str, ...], admin: str) -> None:
    """Ganti peran dan wilayah; sesi orang itu berakhir."""
    app = open_app(ctx)
    found = named_user(app, username)
    app.store.users.set_roles(found.user_id, map(Role, roles), regions or None, by=_by(app, admin))
    out.print("Tersimpan. Sesi orang itu diakhiri.")


@user.command(name="factor")
@click.argument("username")
@click.option("--remove", is_flag=True, help="Cabut kode dari aplikasi beserta kode daruratnya.")
@click.option("--by", "admin", default="", help="Nama admin yang mencabut (dicatat).")
@click.pass_context
def user_factor(ctx: click.Context, username: str, admin: str, *, remove: bool) -> None:
    """Lihat atau cabut kode dari aplikasi (faktor kedua) seorang pengguna."""
    app = open_app(ctx)
    found = named_user(app, username)
    if remove:
        gone = app.store.factors.reset(found.user_id, by=_by(app, admin))
        out.print("Dicabut; semua sesinya diakhiri." if gone else "Tidak ada kode yang terpasang.")
    elif app.store.factors.secret(found.user_id):
        out.print(f"Terpasang; kode darurat tersisa {app.store.factors.codes_left(found.user_id)}.")
    else:
        out.print("Tidak ada kode yang terpasang.")


@user.command(name="link")
@click.argument("username")
@click.option("--subject", default="", help="Subjek (`sub`) pengguna itu pada penyedia identitas.")
@click.option("--email", default="", help="Surel yang sudah dibuktikan penyedia identitas.")
@click.option("--remove", is_flag=True, help="Lepas semua identitas pengguna itu.")
@click.option("--by", "admin", default="", help="Nama admin yang menautkan (dicatat).")
@click.pass_context
def user_link(ctx: click.Context, username: str, subject: str, email: str, admin: str, *, remove: bool) -> None:
    """Tautkan identitas pada penyedia (web.oidc) dengan seorang pengguna."""
    app = open_app(ctx)
    found, by = named_user(app, username), _by(app, admin)
    if remove:
        out.print(f"{app.store.identities.unlink(found.user_id, by=by)} identitas dilepas.")
        return
    oidc = app.config.web.oidc
    if oidc is None or bool(subject) == bool(email):
        raise click.UsageError("isi `web.oidc` di config.yaml dahulu, lalu sebut --subject atau --email, salah satu.")
    kind = IdentityKind.SUBJECT if subject else IdentityKind.EMAIL
    app.store.identities.link(found.user_id, oidc.issuer, kind, subject or email, by=by)
    out.print("Ditautkan.")


@user.command(name="deactivate")
@click.argument("username")
@click.option("--successor", default="", help="Nama pengguna yang meneruskan paket dan titipannya.")
@click.option("--by", "admin", default="", help="Nama admin yang mencabut (dicatat).")
@click.pass_context
def user_deactivate(ctx: click.Context, username: str, successor: str, admin: str) -> None:
    """Cabut akses seorang pengguna seketika; keputusannya tetap tercatat."""
    app = open_app(ctx)
    found = named_user(app, username)
    heir: User | None = named_user(app, successor) if successor else None
    left = app.store.departures.leave(found.user_id, heir.user_id if heir else None, by=_by(app, admin))
    out.print(f"Akses {username} dicabut.", markup=False)
    out.print(f"Paket diserahkan {left.handed_over}, kembali {left.returned}; titipan diteruskan {left.things}.")


def _by(app: App, admin: str) -> int | None:
    return named_user(app, admin).user_id if admin else None
