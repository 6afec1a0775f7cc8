"""`netra captures`: what people recorded by hand, brought by the hundred."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from monitor.app import App
from monitor.capture import old, sheet
from monitor.cli.shell import Group, as_json, named_user, open_app, out, print_json
from monitor.errors import NotAllowedError
from monitor.models import DECIDERS, User
from monitor.roster.tables import read_table
from monitor.store import Found

_SHOWN = 50


@click.group(cls=Group)
def captures() -> None:
    """Temuan yang dicatat orang: impor kasus lama beserta gambarnya."""


@captures.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--pictures", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder gambar; kolom `gambar` menyebut nama berkasnya, dipisah titik koma.",
)  # fmt: skip
@click.option("--by", "username", required=True, help="Nama pengguna yang mengimpor (dicatat); orang lain membenarkan.")
@click.option("--kolom", "pairs", multiple=True, metavar="KOLOM=NAMA", help="Nama kolom di berkas Anda.")
@click.option("--preview", is_flag=True, help="Hanya tunjukkan yang akan masuk dan yang ditolak.")
@click.option("--yes", is_flag=True, help="Simpan tanpa bertanya.")
@as_json
@click.pass_context
def captures_import(
    ctx: click.Context,
    file: Path,
    folder: Path | None,
    username: str,
    pairs: tuple[str, ...],
    *,
    preview: bool,
    yes: bool,
    json_out: bool,
) -> None:
    """Impor kasus lama dari .xlsx atau .csv; semuanya menunggu orang kedua, keputusan lama tidak dibawa."""
    app = open_app(ctx)
    user, mapping = _recorder(app, username), dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    if len(mapping) != len(pairs):
        raise click.UsageError("--kolom ditulis KOLOM=NAMA, misalnya --kolom terlihat='TGL'.")
    album = None if folder is None else old.Album(folder)
    found = _read(app, file, mapping, album, user)
    new = len(old.fresh(app.store, found))
    if not json_out:
        _show(found, new)
    sure = not preview and new > 0
    if sure and not yes and not json_out:
        sure = click.confirm(f"Simpan {new} kasus lama ini?", default=False)
    ids = old.bring(app.store, app.archive, found, album, user, app.clock()) if sure else []
    if json_out:
        rejected = [asdict(one) for one in found.rejected]
        shown = sum(len(one) for one in found.pictures)
        print_json({"saved": ids, "new": new, "rows": len(found.rows), "pictures": shown, "rejected": rejected})
    elif ids:
        out.print(f"{len(ids)} kasus lama tersimpan dan menunggu orang kedua.")
    if found.rejected:
        ctx.exit(7)


def _recorder(app: App, username: str) -> User:
    user = named_user(app, username)
    if not user.roles & DECIDERS:
        raise NotAllowedError("mencatat temuan perlu peran peninjau atau koordinator — mintakan kepada mereka")
    return user


def _read(app: App, file: Path, mapping: dict[str, str], album: old.Album | None, user: User) -> sheet.Sheet:
    now, table = app.clock(), read_table(file)
    unknown = sorted(set(mapping) - set(sheet.COLUMNS))
    if unknown:
        raise click.UsageError(f"kolom {', '.join(unknown)} tidak dikenal; yang ada: {', '.join(sheet.COLUMNS)}.")

    def search(text: str) -> list[Found]:
        return app.store.lookup.find(text[:100], now.astimezone(app.config.zone).date(), user.regions)

    find = sheet.no_pictures if album is None else album.find
    around = sheet.Around(search, now, app.config.zone, find)
    return sheet.read(file.name, table, sheet.guess(sheet.headings(table)) | mapping, around)


def _show(found: sheet.Sheet, new: int) -> None:
    shown = sum(len(one) for one in found.pictures)
    out.print(f"{len(found.rows)} baris dapat masuk ({new} belum pernah tercatat), dengan {shown} gambar.")
    for one in found.rejected[:_SHOWN]:
        out.print(f"  baris {one.line}: {one.message}", markup=False)
    if len(found.rejected) > _SHOWN:
        out.print(f"  dan {len(found.rejected) - _SHOWN} baris lain yang ditolak.")
    if found.unused:
        out.print(f"Kolom yang tidak dipakai: {', '.join(found.unused)}", markup=False)
