"""`netra package`: signed packages between offices, and their work side by side."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from monitor import signing
from monitor.app import App
from monitor.cli.shell import as_json, open_app, out, print_json
from monitor.coverage import percent
from monitor.errors import NotAllowedError
from monitor.exchange import agreement, compare, passing
from monitor.models import Phase


@click.group(name="package")
def package() -> None:
    """Paket bertanda tangan antarkantor: buat, terima, bandingkan pekerjaannya."""


@package.command(name="export")
@click.option("--to", "receiver", required=True, help="Id penerima di berkas kantor (`receivers`).")
@click.option(
    "--output", "path", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Berkas paket baru."
)
@click.pass_context
def package_export(ctx: click.Context, receiver: str, path: Path) -> None:
    """Buat paket untuk satu penerima: hanya yang boleh dilihatnya, tanpa nama orang, catatan, atau pelapor."""
    app = open_app(ctx)
    network = agreement.agreed(app)
    wanted = network.receiver(receiver)
    name = app.config.batch.signing_key
    key = signing.read_key(
        os.environ.get(signing.ENVIRONMENT, ""), app.root / name if name else None, app.root / app.config.database
    )
    if key is None:
        raise NotAllowedError(
            f"paket harus ditandatangani — buat kunci dengan `netra batch-key`, lalu isi `batch.signing_key` atau "
            f"{signing.ENVIRONMENT}"
        )
    body = passing.send(app, network, wanted, key, path)
    held = f"{len(body.coverage)} baris cakupan, {len(body.counts)} baris hitungan, {len(body.runs)} jalan tahapan"
    lines = [
        f"Paket nomor {body.number} untuk {wanted.name}: {path} ({path.stat().st_size:,} bita)".replace(",", "."),
        f"Isinya: {held}, {len(body.flags)} tanda tanpa nama.",
        f"Sidik kunci: {signing.fingerprint(signing.public_bytes(key))}",
    ]
    if body.left_out:
        lines.insert(2, f"{body.left_out} jalan tahapan tidak ikut karena mencakup wilayah atau tahapan lain.")
    for line in lines:
        out.print(line, markup=False)


@package.command(name="import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
@click.pass_context
def package_import(ctx: click.Context, path: Path, *, json_out: bool) -> None:
    """Terima paket dari kantor lain. Yang diubah orang ditolak; dua kali tidak mengubah apa pun."""
    app = open_app(ctx)
    found = passing.take(app, agreement.agreed(app), path)
    if json_out:
        print_json(asdict(found))
        return
    made = f"{found.made_at.astimezone(app.config.zone):%d-%m-%Y %H.%M}"
    if not found.new:
        out.print(f"Paket {found.sender} dari {made} sudah pernah diterima; tidak ada yang diubah.", markup=False)
        return
    out.print(
        f"Diterima dari {found.sender}, dibuat {made}: {', '.join(found.regions) or 'tanpa cakupan'}; "
        f"{found.runs} jalan tahapan, {found.flags} tanda tanpa nama.",
        markup=False,
    )


@package.command(name="compare")
@click.option("--phase", type=click.Choice([str(one) for one in Phase]), help="Hanya tahapan ini.")
@click.option("--region", help="Hanya wilayah ini dan yang terletak di dalamnya.")
@as_json
@click.pass_context
def package_compare(ctx: click.Context, phase: str | None, region: str | None, *, json_out: bool) -> None:
    """Sandingkan pekerjaan kantor ini dengan kantor yang mengirim paket. Kantor, bukan orang; tanpa peringkat."""
    app = open_app(ctx)
    sides = compare.compare(app, agreement.agreed(app), region=region or "")
    if json_out:
        print_json([asdict(one) for one in sides])
        return
    for one in sides:
        for line in told(one, phase, app):
            out.print(line, markup=False)


def beside(app: App, regions: frozenset[str], region: str) -> list[compare.Side]:
    """Put offices beside each other for a reader of the page."""
    return compare.compare(app, agreement.agreed(app), regions, region)


def told(side: compare.Side, phase: str | None, app: App) -> Sequence[str]:
    """Put one office into Indonesian lines."""
    if side.own:
        when = "kantor ini, sekarang"
    elif side.last is None:
        when = "belum pernah mengirim"
    else:
        when = f"paket {side.last.astimezone(app.config.zone):%d-%m-%Y}"
    late = f"; TERLAMBAT {side.overdue} paket" if side.overdue else ""
    lines = [f"{side.name} ({side.office_id}), {side.region}: {when}{late}"]
    lines += [
        f"  {one.region or 'wilayah tidak diketahui'}, {one.phase or 'tanpa tahapan'}: {_work(one)}"
        for one in side.lines
        if phase is None or one.phase == phase
    ]
    if side.missed is not None:
        held = side.missed
        lines.append(
            f"  taksiran terlewat {percent(held.share)} ({percent(held.low)} sampai {percent(held.high)}; "
            f"{held.judged} butir sampel dinilai)"
        )
    return lines


def _work(one: compare.Line) -> str:
    said = []
    if one.share is not None:
        said.append(f"cakupan {percent(one.share)} ({one.proved} dari {one.askable})")
    if one.flags:
        kinds = ", ".join(f"{name} {count}" for name, count in sorted(one.kinds.items()))
        said.append(f"{one.flags} tanda ({kinds}), {one.open} terbuka, {one.decided} diputus")
    if one.dismissed_share is not None:
        said.append(f"dinyatakan bersih {percent(one.dismissed_share)}")
    if one.seconds is not None:
        said.append(f"median {one.seconds:.0f} detik sebuah putusan")
    return "; ".join(said) or "belum ada angka"
