"""`netra case`: the documents of a case, the package that hands it over, the office's templates."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import click

from monitor import custody, legalbasis
from monitor.app import App
from monitor.cli.shell import Group, as_json, err, named_user, open_app, out, print_json
from monitor.custody.handover import write_file
from monitor.digest import law_of
from monitor.errors import ConfigError, NetraError
from monitor.reports import desk, package, papers, record, templates
from monitor.reports.content import ELECTIONS
from monitor.reports.desk import LABELS, Bureau
from monitor.reports.papers import Format
from monitor.reports.sample import sample
from monitor.store import Draft


def bureau_of(app: App) -> Bureau:
    """Give what case files of an office are made with."""
    return Bureau(
        app.config, app.store, app.archive, app.clock, app.root, lambda: legalbasis.load(app.rules_in_force),
        lambda: app.targets, custody.asking(app.stamper), lambda: law_of(app),
    )  # fmt: skip


@click.group(cls=Group)
def case() -> None:
    """Berkas kasus: isi, dokumen Word dan PDF, paket serah terima, templat kantor."""


@case.command(name="show")
@click.argument("flag_id", type=int, metavar="TANDA")
@as_json
@click.pass_context
def case_show(ctx: click.Context, flag_id: int, *, json_out: bool) -> None:
    """Tunjukkan isian berkas kasus dan apa yang masih menghalangi penyerahannya."""
    bureau = bureau_of(open_app(ctx))
    source = bureau.source(flag_id)
    missing = desk.obstacles(bureau, source)
    written = {one.name: value for one in fields(Draft) if (value := getattr(source.draft, one.name))}
    if json_out:
        print_json({"version": source.version, "draft": written, "obstacles": missing})
        return
    out.print(f"Berkas kasus tanda {flag_id}, isian versi {source.version}", markup=False)
    for name, value in written.items():
        said = "; ".join(f"{one.name}, {one.address}" for one in value) if name == "witnesses" else str(value)
        out.print(f"  {LABELS[name]}: {said}", markup=False)
    out.print("Siap diserahkan." if not missing else "Belum dapat diserahkan:")
    for line in missing:
        out.print(f"  - {line}", markup=False)


@case.command(name="fill")
@click.argument("flag_id", type=int, metavar="TANDA")
@click.option("--by", "username", required=True, help="Nama pengguna yang mengisi (dicatat).")
@click.option("--set", "pairs", multiple=True, metavar="KOLOM=ISI", help="Kolom dan isinya; boleh berulang.")
@click.pass_context
def case_fill(ctx: click.Context, flag_id: int, username: str, pairs: tuple[str, ...]) -> None:
    """Isi kolom berkas kasus; setiap simpanan menjadi versi baru. Saksi diisi di halaman."""
    app = open_app(ctx)
    bureau = bureau_of(app)
    source = bureau.source(flag_id)
    known = {one.name for one in fields(Draft)} - {"witnesses"}
    changes = dict(pair.partition("=")[::2] for pair in pairs)
    if unknown := sorted(set(changes) - known):
        names = ", ".join(sorted(known))
        raise click.UsageError(f"kolom {', '.join(unknown)} tidak ada; yang ada: {names}.")
    draft = replace(source.draft, **changes)  # type: ignore[arg-type]  # every field but the witnesses is text
    version = desk.save(bureau, flag_id, draft, named_user(app, username), expected=source.version)
    out.print(f"Tersimpan sebagai versi {version}.", markup=False)


@case.command(name="papers")
@click.argument("flag_id", type=int, metavar="TANDA")
@click.option("-o", "--out", "folder", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder.")
@click.option("--by", "username", required=True, help="Nama pengguna yang mengambil (dicatat).")
@click.pass_context
def case_papers(ctx: click.Context, flag_id: int, folder: Path, username: str) -> None:
    """Tulis semua dokumen kasus sebagai Word dan PDF ke sebuah folder; tercatat di buku bukti."""
    app = open_app(ctx)
    bureau, user = bureau_of(app), named_user(app, username)
    names = papers.names_of(bureau.source(flag_id).election)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        for form in Format:
            body = desk.document(bureau, flag_id, name, form, user)
            (folder / f"{name}.{form.value}").write_bytes(body)
            out.print(f"{folder / f'{name}.{form.value}'}: {len(body)} bita", markup=False)


@case.command(name="package")
@click.argument("flag_id", type=int, metavar="TANDA")
@click.option("-o", "--out", "file", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Berkas ZIP.")
@click.option("--by", "username", required=True, help="Nama pengguna yang menyerahkan (dicatat).")
@click.option("--why", required=True, help="Alasan (dicatat di buku bukti dan di dalam paket).")
@as_json
@click.pass_context
def case_package(ctx: click.Context, flag_id: int, file: Path, username: str, why: str, *, json_out: bool) -> None:
    """Buat paket serah terima: dokumen, berkas bukti, isi untuk mesin, dan sidik semuanya."""
    app = open_app(ctx)
    bureau, user = bureau_of(app), named_user(app, username)
    done = write_file(file, lambda target: package.hand_over(bureau, flag_id, target, user, why))
    if json_out:
        print_json({"sha256": done.sha256, "size": done.size, "recipient": done.recipient.id, "files": dict(done.sums)})
        return
    out.print(f"{file}: {len(done.sums)} berkas, {done.size} bita, untuk {done.recipient.name}", markup=False)
    out.print(f"SHA-256 {done.sha256} (tercatat di buku bukti)", markup=False)


@case.command(name="schema")
def case_schema() -> None:
    """Tunjukkan skema `kasus.json`, untuk yang membacanya dengan program lain."""
    click.echo(record.schema().decode(), nl=False)


@case.command(name="templates")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), required=False)
@click.option("--check", is_flag=True, help="Hanya periksa templat kantor dengan kasus rekaan.")
@click.pass_context
def case_templates(ctx: click.Context, folder: Path | None, *, check: bool) -> None:
    """Salin templat bawaan ke FOLDER untuk diubah, atau periksa templat kantor yang disebut config.yaml."""
    app = open_app(ctx)
    if folder is not None and not check:
        _copy(folder)
        return
    bureau = bureau_of(app)
    found = bureau.templates()
    problems = []
    for variant in ELECTIONS:
        source = sample(app.config, bureau.law(), bureau.targets(), variant)
        problems += papers.trial(papers.fill(source, app.archive), found, source.made_at, variant)
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))
    own = ", ".join(sorted(found.own)) or "tidak ada; semua memakai yang bawaan"
    out.print(f"Templat dapat dipakai. Milik kantor: {own}.", markup=False)


def _copy(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise NetraError(f"{folder} sudah berisi sesuatu; tidak ada yang ditimpa. Pilih folder lain.")
    folder.mkdir(parents=True, exist_ok=True)
    for name, body in templates.shipped().files.items():
        (folder / name).write_bytes(body)
    err.print(f"Templat disalin ke {folder}. Hapus yang tidak diubah, lalu isi `reports.templates` di config.yaml.")
