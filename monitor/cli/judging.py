"""`netra rules` and `netra model`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import click

from monitor.app import App, read_model
from monitor.cli.shell import Group, as_json, open_app, out, print_json
from monitor.errors import told_waiting
from monitor.evaluation import evaluate_files, lean, read_labelled
from monitor.governance.regression import refresh
from monitor.models import ItemKind
from monitor.rules import RuleSet, Supposed
from monitor.rules.lint import check_folder
from monitor.rules.regression import FILE, Regression, hold, read
from monitor.targets import Targets
from monitor.triage import Limits
from monitor.workbench import Trial


@click.group(cls=Group)
def rules() -> None:
    """Periksa dan coba aturan."""


@rules.command(name="check")
@as_json
@click.pass_context
def rules_check(ctx: click.Context, *, json_out: bool) -> None:
    """Periksa semua aturan: susunan, contoh, kumpulan teks netral, kembar, isian kosong, dan putusan peninjau."""
    app = open_app(ctx)
    report = check_folder(app.rules_folder, app.config.contests)
    held = _regression(app) if report.ok else None
    if json_out:
        print_json(asdict(report) | {"ok": report.ok, "regression": None if held is None else asdict(held)})
    else:
        for problem in report.errors:
            out.print(f"salah: {problem}", markup=False, style="red")
        for line in told_waiting(report.waiting):
            out.print(line, markup=False, style="yellow")
        for problem in report.doubts:
            out.print(f"ragu:  {problem}", markup=False, style="yellow")
        counted = f"{report.rules} aturan ({report.active} aktif), {report.lexicons} leksikon, {report.phrases} frasa"
        tested = f"{report.examples} contoh dan {report.baseline} teks netral diuji dalam {report.seconds:.1f} detik"
        if report.rules:
            out.print(f"{counted}; {tested}.", markup=False)
        for line in _held(held):
            out.print(line, markup=False, style="yellow" if line.startswith("ragu") else None)
        out.print("Semua aturan boleh dipakai." if report.ok else f"{len(report.errors)} kesalahan; perbaiki dulu.")
    if not report.ok:
        ctx.exit(2)


def _regression(app: App) -> Regression | None:
    """Hold the edited rules against what reviewers decided, where there is an office with decisions."""
    database = app.root / app.config.database
    path = database.parent / FILE
    if database.exists():
        refresh(app.store, path)
    cases = read(path)
    return hold(RuleSet.load(app.rules_folder, app.targets, app.config.zone), cases) if cases else None


def _held(found: Regression | None) -> Iterator[str]:
    if found is None:
        return
    for case in found.lost:
        yield f"ragu:  diteruskan peninjau, tidak lagi terkena: {case.words}"
    for case in found.wrong:
        yield f"ragu:  dinyatakan bersih, jadi terkena: {case.words}"
    yield (
        f"Putusan peninjau: {found.hit_upheld} dari {found.upheld} yang diteruskan dan {found.hit_dismissed} dari "
        f"{found.dismissed} yang bersih terkena aturan."
    )


def _rules_for(app: App, targets: Path | None) -> RuleSet:
    return app.rules if targets is None else RuleSet.load(app.rules_folder, Targets.from_json(targets))


@rules.command(name="try")
@click.argument("text", required=False)
@click.option(
    "--file", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Baca teks dari berkas."
)
@click.option("--targets", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Sasaran lain (JSON).")
@click.option(
    "--kind",
    type=click.Choice([str(one) for one in ItemKind]),
    default="unggahan",
    show_default=True,
    help="Jenis tindakan.",
)
@click.option(
    "--repeats", type=click.IntRange(1, 100), help="Anggap ini tindakan sejenis yang ke sekian oleh orang yang sama."
)
@click.option("--office-hours/--off-hours", default=None, help="Anggap dilakukan pada jam kerja, atau di luarnya.")
@as_json
@click.pass_context
def rules_try(
    ctx: click.Context, text: str | None, file: Path | None, targets: Path | None, kind: str, repeats: int | None, *,
    office_hours: bool | None, json_out: bool,
) -> None:  # fmt: skip
    """Tunjukkan aturan mana yang kena pada TEXT atau pada isi sebuah berkas.

    Berkas .jsonl dibaca sebagai satu teks tiap baris (kolom `text`, boleh `id`); berkas lain sebagai satu teks.
    """
    if (text is None) == (file is None):
        raise click.UsageError("beri satu: teks langsung, atau --file BERKAS.")
    app = open_app(ctx)
    trial = Trial(_rules_for(app, targets), ItemKind(kind), Supposed(repeats, office_hours))
    results = [trial.text(text)] if text is not None else trial.file(file or Path())
    for result in results:
        if json_out:
            click.echo(json.dumps(result, ensure_ascii=False))
        else:
            out.print("\n".join(trial.lines(result)), markup=False)


@click.group(cls=Group)
def model() -> None:
    """Latih dan nilai model bahasa."""


@model.command(name="train")
@click.option(
    "--out",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Tulis ke berkas ini, bukan ke model bawaan.",
)
def model_train(target: Path | None) -> None:
    """Latih model dari kumpulan kalimat yang ikut bersama Netra."""
    # scikit-learn loads slowly and only training needs it
    from classifiers import registry, train  # noqa: PLC0415

    stored, _, sentences = train.fit()
    path = target or registry.SHIPPED
    digest = registry.save(stored, path)
    out.print(f"{path}: dilatih dari {len(sentences)} kalimat, {len(stored.names)} ciri", markup=False)
    out.print(
        f"ambang tanda {stored.thresholds.flag}, tinggi {stored.thresholds.high}; sidik {digest[:16]}", markup=False
    )


@model.command(name="evaluate")
@click.option(
    "--data",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSONL: id, text, partisan (1, 0, ?).",
)
@click.option(
    "--targets",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Pemilihan yang dibicarakan teks itu (JSON); tanpa ini nama dicari sendiri dari teksnya.",
)
@click.option(
    "--base-rate",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Bagian yang memihak di antara teks yang dibaca; menggeser peluang.",
)
@click.option("--swap", is_flag=True, help="Uji tukar: apakah nilai berubah bila peserta dipertukarkan.")
@as_json
@click.pass_context
def model_evaluate(
    ctx: click.Context, data: Path, targets: Path | None, base_rate: float | None, *, swap: bool, json_out: bool
) -> None:
    """Ukur aturan, model dan gabungannya pada teks berlabel.

    Tiap baris boleh berisi `context`: `parent_text` dan `parent_owner` (candidate, party, campaign, media, official,
    unknown), yaitu unggahan yang ditanggapi dan milik siapa akunnya.
    """
    app = open_app(ctx)
    told = app.targets if targets is None else Targets.from_json(targets)
    classifier = read_model(app.model_path, told.terms(), app.root, base_rate or app.config.base_rate)
    names: tuple[str, ...] = ()
    if targets is None:
        classifier, names = classifier.meeting([row.text for row in read_labelled(data)])
    limits = app.limits if app.config.thresholds else Limits(classifier.thresholds.flag, classifier.thresholds.high)
    report = evaluate_files(_rules_for(app, targets), classifier, limits, data, names)
    if swap:
        report = replace(report, leaning=lean(classifier, told, data))
    if json_out:
        print_json(report.as_dict())
    else:
        for line in report.lines():
            out.print(line, markup=False)


@model.command(name="card")
def model_card() -> None:
    """Tulis ulang kartu korpus, kartu model, dan gambarnya.

    Angka diukur pada korpus yang tidak dilihat saat melatih. Bila NETRA_REAL_DATA menunjuk folder teks nyata, angka
    ringkas pada teks itu ikut diperbarui; teksnya sendiri tidak pernah disimpan.
    """
    from monitor.cli.carding import write  # noqa: PLC0415 (scikit-learn loads slowly)

    folder = os.environ.get("NETRA_REAL_DATA", "")
    for path in write(Path(folder) if folder else None):
        out.print(str(path), markup=False)
