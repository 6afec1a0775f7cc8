"""`netra model outcomes`: what authorities answered to cases that the model had put first, and to the others."""

from __future__ import annotations

from dataclasses import asdict

import click

from classifiers.evaluate import wilson
from monitor.cli.judging import model
from monitor.cli.shell import as_json, open_app, out, print_json
from monitor.store import Proof

__all__ = ["model"]


@model.command(name="outcomes")
@as_json
@click.pass_context
def model_outcomes(ctx: click.Context, *, json_out: bool) -> None:
    """Tunjukkan ketepatan model menurut jawaban instansi atas kasus yang diteruskan."""
    app = open_app(ctx)
    threshold = app.limits.flag
    above, below = app.store.outcomes.of_model(threshold)
    if json_out:
        print_json({"threshold": threshold, "above": asdict(above), "below": asdict(below)})
        return
    if not above.answered and not below.answered:
        out.print("Belum ada jawaban instansi atas kasus yang dinilai model.", markup=False)
        return
    mark = f"{threshold:.2f}".replace(".", ",")
    out.print(f"Peluang {mark} atau lebih: {_said(above)}", markup=False)
    out.print(f"Di bawahnya, ditandai aturan: {_said(below)}", markup=False)
    out.print(
        "Hanya jawaban tentang isi yang menilai model; yang gugur karena orang atau bukti dihitung tersendiri. Kasus "
        "yang diteruskan bukan contoh acak.",
        markup=False,
    )  # fmt: skip


def _said(proof: Proof) -> str:
    judged = proof.proven + proof.unproven
    if not judged:
        return f"belum ada jawaban tentang isi ({proof.aside} gugur karena hal lain)."
    share = wilson(proof.proven, judged)
    figures = f"{proof.proven / judged:.2f} ({share.low:.2f}–{share.high:.2f})".replace(".", ",")
    return f"{proof.proven} dari {judged} terbukti, {figures}; {proof.aside} gugur karena hal lain."
