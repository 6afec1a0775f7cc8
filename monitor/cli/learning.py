"""`netra model retrain` and `netra sample`: learning from reviewers, and measuring what was missed."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from classifiers import chosen, registry
from classifiers.errors import ClassifierError
from classifiers.text import TargetTerms
from monitor.app import App, masking_terms
from monitor.cli.judging import model
from monitor.cli.shell import as_json, named_user, open_app, out, print_json
from monitor.coverage import percent
from monitor.errors import ModelError
from monitor.store import Missed
from monitor.targets import Targets

if TYPE_CHECKING:
    from classifiers.frozen import Comparison, Decided, Side
    from classifiers.retrain import Candidate

REFUSED = 11
_BATCH = 10


@model.command(name="retrain")
@click.option("--promote", is_flag=True, help="Pakai calon itu bila tidak ada yang menolaknya.")
@click.option("--by", "username", default="", help="Nama pengguna yang memutuskan (dicatat).")
@as_json
@click.pass_context
def model_retrain(ctx: click.Context, username: str, *, promote: bool, json_out: bool) -> None:
    """Belajar dari keputusan peninjau; hasilnya calon yang dibandingkan dahulu dengan model sekarang.

    Hanya keputusan tentang isi kata yang mengajar (memihak atau tidak); yang tentang akun atau orangnya tidak.
    """
    app = open_app(ctx)
    user_id = named_user(app, username).user_id if username else None
    try:
        candidate = _candidate(app)
        path = chosen.keep(candidate.model, app.models_folder)
        done = promote and candidate.comparison.better
        if done:
            chosen.choose(path)
    except ClassifierError as error:
        raise ModelError(str(error)) from error
    said = _plain(candidate.comparison) | {
        "model": str(path),
        "digest": candidate.model.digest(),
        "promoted": done,
    }
    app.store.audit.note(
        "model_dipakai" if done else "model_calon",
        f"model:{candidate.model.digest()[:16]}",
        {key: said[key] for key in ("digest", "before", "after", "refusals")},
        user_id,
    )
    if json_out:
        print_json(said)
    else:
        for line in _lines(candidate.comparison, said):
            out.print(line, markup=False)
    if promote and not done:
        ctx.exit(REFUSED)


def _candidate(app: App) -> Candidate:
    # scikit-learn loads slowly and only learning needs it
    from classifiers.retrain import Decided, retrain  # noqa: PLC0415

    decided: list[Decided] = [
        Decided(one.key, one.text, one.partisan, str(one.user_id), one.platform, one.reason)
        for one in app.store.learning.lessons()
    ]
    base = registry.load(app.root / app.config.model if app.config.model else registry.SHIPPED)
    now = chosen.chosen(app.models_folder)
    current = base if now is None else registry.load(now)
    return retrain(base, current, masking_terms(app.targets.terms()), _sides(app.targets), decided)


def _sides(targets: Targets) -> list[Side]:
    """Give every ticket as the classifier needs it: its name, and the words by which a text speaks of it."""
    from classifiers.frozen import Side  # noqa: PLC0415 (as above)

    return [
        Side(
            " – ".join(person.name for person in ticket.people) or ticket.ticket_id,
            TargetTerms(
                names=tuple(name for person in ticket.people for name in (person.name, *person.aliases)),
                slogans=ticket.slogans,
                hashtags=ticket.hashtags,
                numbers=() if ticket.number is None else (ticket.number,),
            ),
        )
        for contest in targets.contests
        for ticket in contest.tickets
    ]


def _plain(found: Comparison) -> dict[str, Any]:
    return asdict(found) | {"better": found.better, "slices": [asdict(one) | {"ok": one.ok} for one in found.slices]}


def _lines(found: Comparison, said: dict[str, Any]) -> list[str]:
    lines = [
        f"Calon model: {said['model']}",
        "",
        f"{'presisi rata-rata pada':<44}{'teks':>6}{'memihak':>9}{'sekarang':>10}{'calon':>8}",
        f"{'keseluruhan':<44}{'':>6}{'':>9}{found.before:>10.3f}{found.after:>8.3f}",
    ]
    lines += [
        f"{one.name:<44}{one.texts:>6}{one.partisan:>9}{one.before:>10.3f}{one.after:>8.3f}"
        + ("" if one.ok else "  lebih buruk")
        for one in found.slices
    ]
    lines += [
        "",
        f"Uji tukar: selisih terbesar {found.swap_largest:.4f} antarpasangan yang dikenal; pergeseran rata-rata "
        f"{found.swap_mean:.4f} antarjulukan (keduanya harus tidak lebih dari 0,01).".replace(".", ",", 2),
    ]
    if found.unknown:
        lines.append(
            f"Kata yang sering muncul dan belum dikenal: {', '.join(found.unknown)}. Bila itu julukan, slogan, atau "
            "partai, tambahkan ke berkas sasaran; model tidak mempelajarinya sendiri."
        )
    if found.refusals:
        lines += ["", "Calon DITOLAK:", *(f"  - {line}" for line in found.refusals)]
    elif said["promoted"]:
        lines += ["", "Calon dipakai mulai sekarang. Jalankan ulang `netra run` dan `netra serve` yang masih menyala."]
    else:
        lines += ["", "Calon lebih baik dan boleh dipakai: ulangi dengan --promote."]
    return lines


@click.command()
@click.option("--report", is_flag=True, help="Tunjukkan taksiran yang terlewat, dengan selangnya.")
@as_json
@click.pass_context
def sample(ctx: click.Context, *, report: bool, json_out: bool) -> None:
    """Tampilkan sampel acak dari butir yang tidak ditandai, untuk dinilai di halaman /sampel.

    Setiap penyaringan menarik paling banyak 20 butir; undiannya dapat diulang siapa pun dengan hasil yang sama.
    """
    app = open_app(ctx)
    found, waiting = app.store.samples.missed(), app.store.samples.waiting(limit=1000)
    if json_out:
        print_json(asdict(found) | {"waiting": len(waiting)})
        return
    out.print(f"{len(waiting)} butir sampel menunggu dinilai di halaman /sampel.", markup=False)
    if report:
        out.print(missed_words(found), markup=False)
        return
    for one in waiting[:_BATCH]:
        text = " ".join(f"{one.stored.item.title} {one.stored.item.text}".split())
        out.print(f"  {one.stored.item.platform:<10} {text[:90]}", markup=False)


def missed_words(found: Missed) -> str:
    """Say an estimate in Indonesian."""
    if not found.judged:
        return "Belum ada sampel yang dinilai; berapa yang terlewat belum dapat ditaksir."
    low, high = round(found.low * found.population), round(found.high * found.population)
    return (
        f"Dari {found.judged} butir sampel yang dinilai, {found.partisan} memihak. Ditaksir {percent(found.share)} "
        f"({percent(found.low)} sampai {percent(found.high)}) dari {found.population} butir yang tidak ditandai, yaitu "
        f"sekitar {round(found.share * found.population)} butir ({low} sampai {high}; selang Wilson 95 %)."
    )
