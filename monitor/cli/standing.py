"""`netra rules stops|shadow`: rules that the breaker stopped, and what rules on trial would have found."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from monitor.app import App
from monitor.cli.governing import rules
from monitor.cli.shell import as_json, named_user, open_app, out, print_json
from monitor.governance.stops import end_stop
from monitor.screening import look_again
from monitor.store import Ending, Stop

__all__ = ["rules"]


@rules.command(name="stops")
@click.option("--release", type=int, metavar="N", help="Lepas penghentian N: tandanya masuk antrean.")
@click.option("--withdraw", type=int, metavar="N", help="Tarik penghentian N: tandanya tetap di luar antrean.")
@click.option("--why", default="", help="Alasan; dicatat. Wajib dengan --release dan --withdraw.")
@click.option("--by", "username", default=None, help="Nama penyetuju; dicatat. Wajib dengan --release dan --withdraw.")
@as_json
@click.pass_context
def rules_stops(
    ctx: click.Context, release: int | None, withdraw: int | None, why: str, username: str | None, *, json_out: bool
) -> None:
    """Tunjukkan aturan yang dihentikan karena menandai terlalu banyak; lepas atau tarik sebagai penyetuju."""
    app = open_app(ctx)
    number = release if release is not None else withdraw
    if number is None:
        _show(app, app.store.breaker.stops(), json_out=json_out)
        return
    if username is None or (release is not None and withdraw is not None):
        raise click.UsageError("beri satu dari --release atau --withdraw, dengan --by NAMA dan --why ALASAN.")
    ending = Ending.WITHDRAWN if release is None else Ending.RELEASED
    stop = end_stop(app.store, number, named_user(app, username), ending, why)
    if ending is Ending.RELEASED:
        look_again(app.judges(), app.store)
    _show(app, [app.store.breaker.stop(stop.stop_id)], json_out=json_out)


def _show(app: App, stops: list[Stop], *, json_out: bool) -> None:
    if json_out:
        names = {one.user_id: one.username for one in app.store.users.list()}
        print_json([asdict(one) | {"by": names.get(one.user_id or 0, "")} for one in stops])
        return
    if not stops:
        out.print("Tidak ada aturan yang dihentikan.", markup=False)
    for one in stops:
        out.print(f"{one.stop_id}. {one} ({one.ending})", markup=False)
        if one.note:
            out.print(f"     {one.note}", markup=False)


@rules.command(name="shadow")
@click.argument("rule", required=False)
@click.option("--examples", type=click.IntRange(1, 200), default=10, show_default=True, help="Banyak contoh.")
@as_json
@click.pass_context
def rules_shadow(ctx: click.Context, rule: str | None, examples: int, *, json_out: bool) -> None:
    """Tunjukkan apa yang akan ditandai aturan bayangan: berapa, berapa sehari, dan contohnya bila RULE disebut."""
    app = open_app(ctx)
    found = app.store.shadows.all() if rule is None else {rule: app.store.shadows.of(rule)}
    shown = app.store.shadows.examples(rule, examples) if rule is not None else []
    said: list[dict[str, Any]] = [
        {"item": item.item_id, "level": str(level), "text": _words(item.item.title, item.item.text)}
        for item, level in shown
    ]
    if json_out:
        print_json([asdict(one) | {"per_day": round(one.per_day, 2), "examples": said} for one in found.values()])
        return
    if not found:
        out.print("Belum ada temuan aturan bayangan.", markup=False)
    for one in sorted(found.values(), key=lambda one: -one.items):
        pace = f"{one.per_day:.1f}".replace(".", ",")
        out.print(
            f"{one.rule_id}: {one.items} butir, sekitar {pace} sehari; {one.flagged} sudah bertanda karena hal lain.",
            markup=False,
        )
    for example in said:
        out.print(f"  [{example['level']}] {example['text']}", markup=False)


def _words(title: str, text: str) -> str:
    return " ".join(f"{title} {text}".split())[:160]
