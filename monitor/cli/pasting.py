"""`netra rules paste|new`: cells of a spreadsheet into targets and word lists, and new files from a few fields."""

from __future__ import annotations

from dataclasses import asdict
from typing import TextIO

import click

from monitor.app import App
from monitor.cli.ruling import rules
from monitor.cli.shell import as_json, named_user, open_app, out, print_json
from monitor.errors import NotAllowedError
from monitor.governance.drafting import Sketch, name_of
from monitor.governance.layering import for_paste, overlaid
from monitor.governance.pasting import Kind, Pasted, Wanted, paste
from monitor.store import Version

__all__ = ["rules"]

_NOBODY = "kantor"


@rules.command(name="paste")
@click.argument("target", metavar="SASARAN")
@click.argument("file", type=click.File("r", encoding="utf-8-sig", errors="replace"), default="-")
@click.option(
    "--kind", type=click.Choice([str(one) for one in Kind]), default=None, help="Arti sel tanpa kepala kolom."
)
@click.option("--ticket", default="", help="Pasangan bagi baris yang tidak menyebutnya: id, nomor urut, atau nama.")
@click.option("--direct", is_flag=True, help="Tulis ke berkas kamus itu sendiri, bukan ke tambahan setempat.")
@click.option("--why", default="", help="Alasan; dicatat. Wajib dengan --by.")
@click.option("--by", "username", default=None, help="Nama pengusul; tanpa ini hanya ditunjukkan apa yang akan masuk.")
@as_json
@click.pass_context
def rules_paste(
    ctx: click.Context, target: str, file: TextIO, kind: str | None, ticket: str, *, direct: bool,
    why: str, username: str | None, json_out: bool,
) -> None:  # fmt: skip
    """Tambahkan sel lembar kerja (dari masukan standar atau berkas) ke SASARAN atau kamus; hasilnya sebuah draf."""
    app = open_app(ctx)
    app.governance.ready()
    user = named_user(app, username) if username is not None else None
    path, today = app.governance.resolve(target), app.clock().astimezone(app.config.zone).date()
    author = user.full_name if user is not None else _NOBODY
    place = for_paste(app.governance, app.judges().rules, path, author, today, direct=direct)
    found = paste(place.path, place.content, file.read(), Wanted(kind or "", ticket), place.known)
    version = None
    if user is not None and found.accepted:
        version = app.governance.propose(place.path, found.content, user, why)
    if json_out:
        print_json(_plain(place.path, found, version))
    else:
        out.print("\n".join(_lines(place.path, found, version)), markup=False)
    if not found.accepted:
        ctx.exit(2)


def _plain(path: str, found: Pasted, version: Version | None) -> dict[str, object]:
    return {
        "path": path,
        "added": [asdict(one) for one in found.accepted],
        "refused": [asdict(one) for one in found.refused],
        "content": found.content,
        "version": None if version is None else version.number,
    }


def _lines(path: str, found: Pasted, version: Version | None) -> list[str]:
    said = [f"{path}: {len(found.accepted)} akan ditambahkan, {len(found.refused)} tidak."]
    said += [
        f"  + baris {one.number}: {one.kind} “{one.text}”" + f" ({one.where})" * bool(one.where)
        for one in found.accepted
    ]
    said += [f"  - baris {one.number}: {one.kind} “{one.text}”: {one.why}" for one in found.refused]
    if version is not None:
        said.append(f"Diusulkan: versi {version.number}. Orang kedua menyetujuinya dengan `netra rules approve`.")
    elif found.accepted:
        said.append("Belum diusulkan; ulangi dengan --by NAMA --why ALASAN.")
    return said


@rules.command(name="new")
@click.argument("title", metavar="JUDUL")
@click.option("--kind", type=click.Choice(["aturan", "kamus", "tambahan"]), default="aturan", show_default=True,
              help="Yang dibuat.")  # fmt: skip
@click.option("--on", "leans_on", default="", help="Aturan (id) atau kamus ({nama}) yang ditumpangi sebuah tambahan.")
@click.option("--level", type=click.Choice(["info", "rendah", "sedang", "tinggi"]), default="sedang", show_default=True,
              help="Tingkat.")  # fmt: skip
@click.option("--form", "forms", multiple=True, help="Bentuk KE/DIS (boleh diulang).")
@click.option("--phrase", "phrases", multiple=True, help="Frasa (boleh diulang).")
@click.option("--exclude", "excluded", multiple=True, help="Pengecualian (boleh diulang).")
@click.option("--plain", is_flag=True, help="Frasa dihitung juga bila tidak dekat dengan sasaran.")
@click.option("--basis", default="", help="Dasar hukum.")
@click.option("--match", multiple=True, help="Contoh yang harus cocok (boleh diulang).")
@click.option("--no-match", multiple=True, help="Contoh yang tidak boleh cocok (boleh diulang).")
@click.option("--by", "username", required=True, help="Nama penyusun; ditulis di berkas.")
@click.pass_context
def rules_new(
    ctx: click.Context, title: str, kind: str, leans_on: str, *, level: str, forms: tuple[str, ...],
    phrases: tuple[str, ...], excluded: tuple[str, ...], plain: bool, basis: str, match: tuple[str, ...],
    no_match: tuple[str, ...], username: str,
) -> None:  # fmt: skip
    """Buat berkas aturan, kamus, atau tambahan setempat yang berketerangan di rules/local; berkas itu sebuah draf."""
    app = open_app(ctx)
    app.governance.ready()
    author, today = named_user(app, username).full_name, app.clock().astimezone(app.config.zone).date()
    base = ""
    if kind == "tambahan":
        overlaid(app.governance, app.judges().rules, leans_on, author, today)
        base = app.judges().rules.loaded.bases[leans_on]
    sketch = Sketch(
        kind, name_of(leans_on if kind == "tambahan" else title), author, today, title, level, forms, phrases,
        excluded, near=not plain, basis=basis, match=match, no_match=no_match, leans_on=leans_on, base=base,
        note=title if kind == "tambahan" else "",
    )  # fmt: skip
    _write(app, sketch)


def _write(app: App, sketch: Sketch) -> None:
    target = app.rules_folder / sketch.path
    if target.exists():
        raise NotAllowedError(f"{sketch.path} sudah ada — sunting berkas itu, atau pilih judul lain")
    content = sketch.written()
    app.governance.checked(sketch.path, content)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(content, encoding="utf-8", newline="\n")
    out.print(f"ditulis: {target}. Sekarang sebuah draf; usulkan dengan `netra rules propose {target}`.", markup=False)
