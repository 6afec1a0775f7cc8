"""`netra rules status|propose|approve|reject|rollback|history|scorecard|export`: the same steps as the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from monitor.app import App
from monitor.cli.proposing import rules
from monitor.cli.shell import as_json, err, named_user, open_app, out, print_json
from monitor.errors import NotAllowedError
from monitor.governance import difference, scorecard
from monitor.governance.fate import Approver, Approving, Choice, choice
from monitor.screening import look_again
from monitor.store import Version

__all__ = ["rules"]

_WHY = click.option("--why", required=True, help="Alasan; dicatat.")
_BY = click.option("--by", "username", required=True, help="Nama pengguna yang melakukannya; dicatat.")
_NUMBER = click.option("--version", "number", type=int, default=None, help="Nomor versi bila ada beberapa usulan.")
_ADVICE = {
    "pensiunkan": "usulkan `status: usang`", "setel": "setel", "tunggu": "tunggu putusan", "pertahankan": "pertahankan",
}  # fmt: skip
_REASONS = {
    "sedikit_putusan": "putusan peninjau belum cukup", "belum_kena": "belum pernah kena",
    "hampir_selalu_salah": "hampir selalu dinyatakan bersih", "banyak_salah": "banyak dinyatakan bersih",
    "satu_satunya": "satu-satunya yang mencakup bentuknya", "tepat": "umumnya tepat", "tepat_pasti": "tepat dan pasti",
}  # fmt: skip


def _plain(app: App, version: Version) -> dict[str, Any]:
    """Give a version as plain data, users by name."""
    names = {one.user_id: one.username for one in app.store.users.list()}
    data = asdict(version)
    data["waits"] = version.waits
    for happened in data["happenings"]:
        happened["by"] = names.get(happened.pop("user_id"), "")
    return data


def _say(app: App, version: Version) -> list[str]:
    names = {one.user_id: one.username for one in app.store.users.list()}
    head = f"{version.path} versi {version.number} ({version.origin}, {version.seen_at:%d-%m-%Y %H.%M} UTC)"
    steps = [
        f"    {one.event} {one.at:%d-%m-%Y %H.%M} UTC oleh {names.get(one.user_id or 0, 'bawaan')}: {one.why}"
        for one in version.happenings
    ]
    return [head, *(steps or ["    terlihat di berkas; belum diusulkan siapa pun"])]


def _change(app: App, version: Version) -> str:
    held = app.governance.current(version.path)
    return difference(held.content if held else "", version.content, version.path)


@rules.command(name="status")
@as_json
@click.pass_context
def rules_status(ctx: click.Context, *, json_out: bool) -> None:
    """Tunjukkan draf, yang berlaku, dan perbedaannya dengan berkas di diska."""
    app = open_app(ctx)
    survey = app.governance.sync()
    held = app.store.rulebook.digests()
    if json_out:
        print_json(
            {
                "in_force": held,
                "waiting": [_plain(app, one) | {"difference": _change(app, one)} for one in survey.waiting],
                "problems": [asdict(one) for one in survey.problems],
                "behind": survey.behind,
                "lapses": [asdict(one) for one in survey.lapses],
            }
        )
    else:
        out.print(f"{len(held)} berkas berlaku; {len(survey.waiting)} draf menunggu.", markup=False)
        for version in survey.waiting:
            out.print("\n".join(_say(app, version)), markup=False)
            out.print(_change(app, version), markup=False)
        for path in survey.behind:
            out.print(
                f"di diska lain dari yang berlaku: {path} (tulis ulang dengan `netra rules export`)", markup=False
            )
        for lapse in survey.lapses:
            err.print(str(lapse), markup=False, style="red")
        for problem in survey.problems:
            err.print(f"salah, tidak dipakai: {problem}", markup=False, style="red")
    if survey.problems or survey.lapses:
        ctx.exit(2)


@rules.command(name="propose")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_WHY
@_BY
@as_json
@click.pass_context
def rules_propose(ctx: click.Context, file: Path, why: str, username: str, *, json_out: bool) -> None:
    """Usulkan isi FILE di dalam folder aturan; FILE yang sudah dihapus diusulkan untuk ditiadakan."""
    app = open_app(ctx)
    folder = app.rules_folder.resolve()
    where = file if file.is_absolute() else (Path.cwd() / file)
    if not where.exists() and not file.is_absolute() and (folder / file).exists():
        where = folder / file
    if not where.resolve().is_relative_to(folder):
        raise NotAllowedError(f"{file} tidak di dalam folder aturan {app.rules_folder}")
    content = where.read_text(encoding="utf-8") if where.exists() else ""
    path = where.resolve().relative_to(folder).as_posix()
    version = app.governance.propose(path, content, named_user(app, username), why)
    _done(app, version, "Diusulkan; orang kedua menyetujuinya dengan `netra rules approve`.", json_out=json_out)


def _done(app: App, version: Version, said: str, *, json_out: bool) -> None:
    if json_out:
        print_json(_plain(app, version))
    else:
        out.print("\n".join([*_say(app, version), said]), markup=False)


def _proposal(app: App, rule: str, number: int | None) -> Version:
    """Find the draft of a rule that waits; one without a proposer counts too, so that the refusal says why."""
    path = app.governance.resolve(rule)
    waiting = [one for one in app.store.rulebook.waiting() if one.path == path and number in {None, one.number}]
    if len(waiting) != 1:
        numbers = ", ".join(str(one.number) for one in waiting)
        raise NotAllowedError(
            f"{path} punya beberapa draf ({numbers}) — pilih dengan --version"
            if waiting
            else f"{path} tidak punya draf"
        )
    return waiting[0]


def _decide(
    ctx: click.Context, rule: str, number: int | None, done: Callable[[App, Version], Version], said: str, *,
    json_out: bool,
) -> None:  # fmt: skip
    app = open_app(ctx)
    app.governance.sync()
    _done(app, done(app, _proposal(app, rule, number)), said, json_out=json_out)


@rules.command(name="approve")
@click.argument("rule")
@_NUMBER
@_WHY
@_BY
@click.option(
    "--open",
    "chosen",
    type=click.Choice(["rescreen", "keep", "withdraw"]),
    default="keep",
    show_default=True,
    help="Tanda terbuka yang terkena: saring ulang, biarkan, atau tarik yang tidak lagi ditandai.",
)
@click.option("--note", default="", help="Catatan mengapa ditarik; wajib dengan --open withdraw.")
@as_json
@click.pass_context
def rules_approve(
    ctx: click.Context, rule: str, number: int | None, why: str, username: str, chosen: str, note: str, *,
    json_out: bool,
) -> None:  # fmt: skip
    """Setujui usulan atas RULE sebagai orang kedua; sejak itu isinya berlaku."""

    def approve(app: App, one: Version) -> Version:
        by = Approver(named_user(app, username), why, choice(chosen), note)
        steps = Approving(app.governance, app.store, app.judges, app.judges_of)
        version, fate = steps.approve(one.version_id, by)
        if by.choice is Choice.RESCREEN:
            look_again(app.judges(), app.store)
        if not json_out:
            gone = len(fate.gone)
            out.print(f"Tanda terbuka yang terkena: {fate.total}; {fate.stays} tetap, {gone} tidak lagi.", markup=False)
        return version

    _decide(
        ctx, rule, number, approve,
        f"Dicatat atas nama {username}. Berlaku. Saring ulang dengan `netra screen --again`; "
        "tulis ke berkas dengan `netra rules export`.",
        json_out=json_out,
    )  # fmt: skip


@rules.command(name="reject")
@click.argument("rule")
@_NUMBER
@_WHY
@_BY
@as_json
@click.pass_context
def rules_reject(ctx: click.Context, rule: str, number: int | None, why: str, username: str, *, json_out: bool) -> None:
    """Tolak usulan atas RULE; yang berlaku tetap."""
    _decide(
        ctx, rule, number,
        lambda app, one: app.governance.reject(one.version_id, named_user(app, username), why),
        f"Dicatat atas nama {username}. Ditolak; yang berlaku tetap.",
        json_out=json_out,
    )  # fmt: skip


@rules.command(name="rollback")
@click.argument("rule")
@click.option("--to", "number", type=int, required=True, help="Nomor versi yang isinya dikembalikan.")
@_WHY
@_BY
@as_json
@click.pass_context
def rules_rollback(ctx: click.Context, rule: str, number: int, why: str, username: str, *, json_out: bool) -> None:
    """Usulkan lagi isi lama RULE; disetujui orang kedua seperti usulan lain."""
    app = open_app(ctx)
    app.governance.ready()
    version = app.governance.roll_back(app.governance.resolve(rule), number, named_user(app, username), why)
    _done(app, version, "Diusulkan; orang kedua menyetujuinya dengan `netra rules approve`.", json_out=json_out)


@rules.command(name="history")
@click.argument("rule")
@as_json
@click.pass_context
def rules_history(ctx: click.Context, rule: str, *, json_out: bool) -> None:
    """Tunjukkan semua versi RULE: siapa, kapan, mengapa."""
    app = open_app(ctx)
    app.governance.ready()
    versions = app.store.rulebook.history(app.governance.resolve(rule))
    if json_out:
        print_json([_plain(app, one) for one in versions])
    else:
        for version in versions:
            out.print("\n".join(_say(app, version)), markup=False)


@rules.command(name="scorecard")
@click.option(
    "--days",
    type=click.IntRange(1, 366),
    default=7,
    show_default=True,
    help="Hitung juga yang terjadi dalam sekian hari terakhir.",
)
@as_json
@click.pass_context
def rules_scorecard(ctx: click.Context, days: int, *, json_out: bool) -> None:
    """Nilai setiap aturan menurut putusan peninjau: pertahankan, setel, atau pensiunkan; baiknya tiap pekan."""
    app = open_app(ctx)
    book, since = app.store.rulebook, app.clock() - timedelta(days=days)
    lines = scorecard(app.judges().rules, book.tallies(), book.tallies(since=since), app.store.outcomes.proofs())
    if json_out:
        print_json([asdict(one) for one in lines])
        return
    table = Table(
        "Aturan", "Tanda", "Tepat", "Bersih", "Presisi (95%)", "Terbukti", "Saran",
        caption=f"+n: sejak {days} hari terakhir; terbukti: dari jawaban instansi",
    )  # fmt: skip
    for one in lines:
        share = "–" if one.precision is None else f"{one.precision:.2f} ({one.low or 0:.2f}–{one.high or 0:.2f})"
        reasons = ", ".join(_REASONS[code] for code in one.reasons)
        reasons += f" ({', '.join(one.sole)})" if "satu_satunya" in one.reasons else ""
        pairs = [(getattr(one.tally, name), getattr(one.recent, name)) for name in ("flags", "upheld", "dismissed")]
        counts = [f"{count} (+{last})" if last else str(count) for count, last in pairs]
        proven = f"{one.proof.proven}/{one.proof.answered}" if one.proof.answered else "–"
        table.add_row(one.rule_id, *counts, share.replace(".", ","), proven, f"{_ADVICE[one.advice]}: {reasons}")
    out.print(table)


@rules.command(name="export")
@as_json
@click.pass_context
def rules_export(ctx: click.Context, *, json_out: bool) -> None:
    """Tulis isi yang berlaku ke berkas di folder aturan, supaya keduanya sama."""
    changed = open_app(ctx).governance.export()
    if json_out:
        print_json({"changed": changed})
        return
    for path in changed:
        out.print(f"ditulis: {path}", markup=False)
    out.print(f"{len(changed)} berkas ditulis." if changed else "Berkas dan yang berlaku sudah sama.", markup=False)
