"""`netra rules backtest`: what changed rules would change among the stored items, for a person or for a script."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path

import click

from monitor.app import App, open_pair
from monitor.cli.shell import as_json, err, open_app, out, print_json, progress_bar
from monitor.cli.standing import rules
from monitor.errors import NotAllowedError
from monitor.governance.backtest import Backtest, Scope, backtest
from monitor.governance.gates import Check, Gates, checks

__all__ = ["rules"]

FAILED, STOPPED = 1, 130
_SHARE = click.FloatRange(0, 100)


@contextmanager
def _tested(app: App, named: str | None, *, active: bool) -> Iterator[Path]:
    """Give the folder that is tested: one that exists, a version of a rule (RULE@N), a draft of it, or the edited one.

    Raises:
        NotAllowedError: no such folder, rule, version or draft.
    """
    if named is None or Path(named).is_dir():
        yield app.rules_folder if named is None else Path(named)
        return
    name, at, number = named.partition("@")
    path = app.governance.resolve(name)
    versions = app.store.rulebook.history(path)
    if at and number.isdigit():
        found = [one for one in versions if one.number == int(number)]
    elif at:
        found = []
    else:
        found = [one for one in versions if one.waits][:1]
    if not found:
        missing = f"versi {number}" if at else "draf"
        raise NotAllowedError(f"`{path}` tidak punya {missing} — lihat `netra rules history {name}`")
    with app.governance.laid(path, found[0].content, active=active) as folder:
        yield folder


@rules.command(name="backtest")
@click.option(
    "--against",
    metavar="FOLDER|ATURAN|ATURAN@VERSI",
    help="Yang diuji: folder aturan, draf sebuah aturan, atau satu versinya; bawaan: folder yang sedang disunting.",
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Hanya butir yang dikumpulkan sejak tanggal ini (2025-05-31).",
)
@click.option("--newest", type=click.IntRange(1), help="Hanya sekian butir terbaru; bawaan: semuanya.")
@click.option("--as-active", is_flag=True, help="Nilai draf atau versi itu seolah aktif, juga bila masih bayangan.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Banyak proses.")
@click.option("--max-new", type=click.IntRange(0), help="Keluar 1 bila yang baru ditandai lebih banyak dari ini.")
@click.option("--max-new-share", type=_SHARE, help="Keluar 1 bila yang baru ditandai lebih dari sekian persen butir.")
@click.option("--min-precision", type=_SHARE, help="Keluar 1 bila presisi yang diuji di bawah sekian persen.")
@click.option("--max-drop", type=_SHARE, help="Keluar 1 bila presisi turun lebih dari sekian angka persen.")
@as_json
@click.pass_context
def rules_backtest(
    ctx: click.Context, against: str | None, since: datetime | None, newest: int | None, *, as_active: bool,
    workers: int, max_new: int | None, max_new_share: float | None, min_precision: float | None,
    max_drop: float | None, json_out: bool,
) -> None:  # fmt: skip
    """Bandingkan aturan yang berlaku dengan yang diuji pada semua butir tersimpan.

    Yang baru ditandai dan yang tidak lagi ditandai disebut dahulu. Hitungannya sama dengan menyaring ulang semuanya.
    Bila terhenti, perintah yang sama melanjutkan dari bagian yang sudah selesai.
    """
    app = open_app(ctx)
    local = None if since is None else since.replace(tzinfo=app.config.zone)
    scope = Scope(app.backtests, local, newest, workers)
    gates = Gates(max_new, _share(max_new_share), _share(min_precision), _share(max_drop))
    old = app.judges()
    with _tested(app, against, active=as_active) as folder:
        opener = partial(open_pair, Path(ctx.find_root().obj).resolve(), app.rules_in_force, folder.resolve())
        new = app.judges_of(folder)
        with progress_bar() as bar:
            task = bar.add_task("Membandingkan", total=None)
            try:
                result = backtest(
                    app.store, (old, new), scope, opener, time.perf_counter,
                    lambda done, total: bar.update(task, completed=done, total=total),
                )  # fmt: skip
            except KeyboardInterrupt:
                err.print("Dihentikan. Jalankan perintah yang sama untuk melanjutkan dari bagian yang sudah selesai.")
                ctx.exit(STOPPED)
    found = checks(result, gates)
    _show(result, found, json_out=json_out)
    if any(one.ok is False for one in found):
        ctx.exit(FAILED)


def _share(percent: float | None) -> float | None:
    return None if percent is None else percent / 100


def _show(result: Backtest, found: list[Check], *, json_out: bool) -> None:
    if json_out:
        print_json(result.as_dict() | {"checks": [asdict(one) for one in found]})
        return
    for line in result.lines():
        out.print(line, markup=False)
    for one in found:
        mark = {True: "lulus", False: "tidak lulus", None: "dilewati"}[one.ok]
        out.print(f"{mark}: {one.said}", markup=False, style="red" if one.ok is False else None)
