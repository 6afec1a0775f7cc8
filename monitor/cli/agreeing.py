"""`netra agreement`, `netra audit day` and the ties of `netra user conflict`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime

import click

from monitor.agreement import Figure
from monitor.app import App
from monitor.cli.shell import as_json, open_app, out, print_json
from monitor.consensus import Line, consensus
from monitor.errors import NotAllowedError
from monitor.models import User
from monitor.store import Explained, Store, Tie, bounds

MOST = 5000


@click.command(name="agreement")
@click.option("--people", is_flag=True, help="Rinci menurut peninjau; hanya untuk koordinator, bukan peringkat.")
@as_json
@click.pass_context
def agreement(ctx: click.Context, *, people: bool, json_out: bool) -> None:
    """Hitung kesepakatan peninjau: persen, kappa Cohen, alfa Krippendorff, dengan selang 95%."""
    app = open_app(ctx)
    found = consensus(app.store.reviews.ratings(), app.clock(), 0, everybody=people)
    if json_out:
        print_json(asdict(found))
        return
    out.print(f"Ditinjau dua kali: {found.whole.percent.units} putusan", markup=False)
    out.print(f"Putusan sama:      {_share(found.whole.percent)}", markup=False)
    out.print(f"Kappa Cohen:       {_figure(found.kappa)}", markup=False)
    out.print(f"Alfa Krippendorff: {_figure(found.whole.alpha)}", markup=False)
    names = {str(one.user_id): one.full_name for one in app.store.users.list()}
    for title, lines in (("Menurut alasan", found.reasons), ("Menurut aturan", found.rules)):
        _table(title, lines, {})
    _table("Menurut peninjau (bukan peringkat)", tuple(line for _, line in found.people), names)
    if found.fell:
        said = f"Kesepakatan turun: 30 hari terakhir {_figure(found.recent)}, sebelumnya {_figure(found.earlier)}."
        out.print(said, markup=False, style="yellow")


def _table(title: str, lines: tuple[Line, ...], names: dict[str, str]) -> None:
    if lines:
        out.print(f"\n{title}", markup=False)
    for line in lines:
        name = names.get(line.key, line.key)
        said = f"  {name:<32} n={line.percent.units:<5} {_share(line.percent):<18} alfa {_figure(line.alpha)}"
        out.print(said, markup=False)


def _figure(one: Figure) -> str:
    if one.value is None:
        return "belum dapat dihitung"
    spread = "" if one.low is None or one.high is None else f" ({one.low:.2f} sampai {one.high:.2f})"
    return f"{one.value:.2f}{spread}".replace(".", ",")


def _share(one: Figure) -> str:
    if one.value is None or one.low is None or one.high is None:
        return "belum dapat dihitung"
    return f"{100 * one.value:.0f} % ({100 * one.low:.0f} sampai {100 * one.high:.0f} %)"


@click.command(name="day")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@as_json
@click.pass_context
def audit_day(ctx: click.Context, day: datetime, *, json_out: bool) -> None:
    """Jelaskan setiap keputusan pada hari DAY: siapa melihat apa kapan, aturan dan model mana yang berbicara."""
    app = open_app(ctx)
    report = app.store.audit.verify(heads_folder=app.heads)
    since, until = bounds(day.date(), app.config.zone)
    found = app.store.days.explain(since, until, limit=MOST)
    app.store.audit.note("audit_hari", f"hari:{day.date().isoformat()}", {"keputusan": len(found)})
    if json_out:
        print_json({"ok": report.ok, "problems": list(report.problems), "decisions": [asdict(one) for one in found]})
    else:
        _tell(app, found, day.date())
        if report.ok:
            out.print(f"Rantai utuh: {report.entries} catatan.", markup=False)
        for problem in report.problems:
            out.print(f"RANTAI TIDAK UTUH: {problem}", markup=False, style="bold red")
    if not report.ok:
        ctx.exit(4)


def _tell(app: App, found: list[Explained], day: date) -> None:
    out.print(f"{len(found)} keputusan pada {day:%d-%m-%Y}", markup=False)
    names = {one.user_id: one.username for one in app.store.users.list()}
    for one in found:
        for line in _lines(one, names, app):
            out.print(line, markup=False)


def _lines(one: Explained, names: dict[int, str], app: App) -> Iterator[str]:
    zone, made = app.config.zone, one.decision

    def at(moment: datetime) -> str:
        return moment.astimezone(zone).strftime("%d-%m %H.%M.%S")

    def who(user_id: int | None) -> str:
        return names.get(user_id or 0, "netra" if user_id is None else f"pengguna {user_id}")

    reason = f" karena {made.reason}" if made.reason else ""
    undone = f" (membatalkan {made.undoes})" if made.undoes else ""
    yield ""
    yield f"Tanda {made.flag_id}, keputusan {made.decision_id}: {one.before} → {made.state}{reason}{undone}"
    yield f"  oleh {who(made.user_id)} pada {at(made.decided_at)}"
    if one.machine is None:
        yield "  kata-kata mesin sudah dihapus menurut ketentuan"
    else:
        chance = "" if one.machine.probability is None else f", peluang {one.machine.probability:.2f}".replace(".", ",")
        yield f"  mesin: pendapat {one.machine.number} atas versi {one.machine.item_version}{chance}"
        for rule in one.machine.rules:
            version = "bawaan" if rule.version is None else f"versi {rule.version}"
            yield f"    aturan {rule.rule_id} ({version}, sidik {rule.digest[:16]})"
        for name, digest in one.machine.digests:
            yield f"    {name}: {digest[:32]}"
    for look in one.looks:
        yield f"  {at(look.at)} {who(look.user_id)} {look.act}: {look.subject}"
    for step in one.steps:
        yield f"  langkah {step.kind} ({', '.join(step.detail)})"
    for review in one.reviews:
        kind = "kedua" if review.stage == 2 else "ketiga"
        yield f"  {at(review.at)} tinjauan {kind} oleh {who(review.user_id)}: {review.state} karena {review.reason}"
    if one.sealed is not None:
        yield f"  catatan audit {one.sealed.seq}, sidik {one.sealed.hash}"


@click.command(name="conflict")
@click.argument("username")
@click.option("--office", default="", help="Kantor pengguna itu sendiri.")
@click.option("--relative", default="", help="Nama keluarga pengguna itu.")
@click.option("--person", type=int, default=None, help="Nomor orang di daftar, lebih pasti daripada nama.")
@click.option("--end", "ended", type=int, default=None, help="Akhiri pernyataan bernomor ini.")
@click.option("--by", "by", default="", help="Nama pengguna yang menyatakan (dicatat); bawaan: pengguna itu sendiri.")
@click.pass_context
def user_conflict(
    ctx: click.Context, username: str, office: str, relative: str, person: int | None, ended: int | None, by: str
) -> None:
    """Nyatakan benturan kepentingan USERNAME; tanpa pilihan, tampilkan yang sudah dinyatakan."""
    store = open_app(ctx).store
    whose = _user(store, username)
    declarer = _user(store, by) if by else whose
    if ended is not None:
        store.conflicts.end(ended, declarer.user_id)
    if office:
        store.conflicts.declare(whose.user_id, Tie.OFFICE, office, declarer.user_id)
    if relative or person is not None:
        store.conflicts.declare(whose.user_id, Tie.RELATIVE, relative, declarer.user_id, person_id=person)
    for one in store.conflicts.of(whose.user_id):
        out.print(f"{one.conflict_id:>4}  {one.kind:<9} {one.value}", markup=False)
    out.print(
        f"{len(store.conflicts.persons(whose.user_id))} orang di daftar tidak ditampilkan kepadanya.", markup=False
    )


def _user(store: Store, username: str) -> User:
    found = next((one for one in store.users.list() if one.username == username.strip().lower()), None)
    if found is None:
        raise NotAllowedError(f"pengguna `{username}` tidak ada — lihat `netra user list`")
    return found
