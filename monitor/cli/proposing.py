"""`netra rules word|suggest`: what a word would meet, and exclusions proposed from what reviewers dismissed."""

from __future__ import annotations

from dataclasses import asdict

import click

from monitor.cli.pasting import rules
from monitor.cli.shell import as_json, named_user, open_app, out, print_json
from monitor.errors import NotAllowedError
from monitor.governance.suggest import suggest
from monitor.governance.wording import seen

__all__ = ["rules"]


@rules.command(name="word")
@click.argument("phrase", metavar="KATA")
@as_json
@click.pass_context
def rules_word(ctx: click.Context, phrase: str, *, json_out: bool) -> None:
    """Tunjukkan di mana KATA pernah terlihat, menurut putusan peninjau."""
    found = seen(open_app(ctx).store, phrase)
    if json_out:
        print_json(asdict(found))
        return
    out.print(
        f"Terlihat di {found.upheld} yang diteruskan, {found.dismissed} yang dinyatakan bersih, "
        f"{found.undecided} yang belum diputus.",
        markup=False,
    )
    for title, texts in (
        ("Diteruskan", found.upheld_shown),
        ("Dinyatakan bersih", found.dismissed_shown),
        ("Belum diputus", found.undecided_shown),
    ):
        for text in texts:
            out.print(f"  {title}: {text}", markup=False)


@rules.command(name="suggest")
@click.argument("rule", metavar="ATURAN")
@click.option("--take", type=click.IntRange(1), default=None, help="Jadikan usul ke-N sebuah draf.")
@click.option("--why", default="", help="Alasan; dicatat. Wajib dengan --take.")
@click.option("--by", "username", default=None, help="Nama pengusul; dicatat. Wajib dengan --take.")
@as_json
@click.pass_context
def rules_suggest(
    ctx: click.Context, rule: str, take: int | None, why: str, username: str | None, *, json_out: bool
) -> None:
    """Usulkan pengecualian bagi ATURAN dari butir yang dinyatakan bersih."""
    app = open_app(ctx)
    app.governance.ready()
    path = app.governance.resolve(rule)
    found = suggest(app.store, app.governance, app.judges(), path)
    if take is not None:
        if username is None:
            raise click.UsageError("--take memerlukan --by NAMA dan --why ALASAN.")
        if take > len(found):
            raise NotAllowedError(f"hanya ada {len(found)} usul — lihat `netra rules suggest {rule}`")
        version = app.governance.propose(path, found[take - 1].content, named_user(app, username), why)
        if json_out:
            print_json(asdict(version))
            return
        out.print(
            f"Diusulkan atas nama {username}: {path} versi {version.number}, dengan pengecualian "
            f"“{found[take - 1].phrase}”. Orang kedua menyetujuinya dengan `netra rules approve`.",
            markup=False,
        )
        return
    if json_out:
        print_json([asdict(one) for one in found])
        return
    if not found:
        out.print(
            "Tidak ada usul: belum ada kata yang berulang pada yang dinyatakan bersih dan terbukti aman.", markup=False
        )
    for number, one in enumerate(found, 1):
        out.print(
            f"{number}. “{one.phrase}” menghapus {one.removes} dari {one.dismissed} yang dinyatakan bersih, "
            f"0 dari {one.upheld} yang diteruskan",
            markup=False,
        )
        for sentence in one.sentences:
            out.print(f"     {sentence}", markup=False)
