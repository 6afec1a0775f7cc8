"""`netra collect` and `netra coverage`: gather, and say what was and was not seen."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, time

import click

from monitor.app import App
from monitor.cli.shell import as_json, err, open_app, out, print_json, progress_bar
from monitor.cli.sourcing import quota_lines
from monitor.coverage import WORDS, Line, Tally, by, percent, phase_spans, tally
from monitor.export import inert
from monitor.models import Phase
from monitor.pipeline import Collected
from monitor.reread import Reread, reread

BELOW = 12
_SHOWN = 30


@click.command(name="collect")
@click.option("--source", "only", multiple=True, help="Hanya sumber ini (boleh diulang).")
@click.option("--only-missing", is_flag=True, help="Hanya yang belum terbukti terlihat; lihat `netra coverage`.")
@click.option(
    "--reread", "again", help="Baca ulang jawaban tersimpan sumber ini dengan pembaca sekarang; tanpa jaringan."
)
@as_json
@click.pass_context
def collect_command(
    ctx: click.Context, only: tuple[str, ...], again: str | None, *, only_missing: bool, json_out: bool
) -> None:
    """Kumpulkan dari semua sumber; setiap jawaban diarsipkan sebelum dibaca."""
    app = open_app(ctx)
    if again is not None:
        if only or only_missing:
            raise click.UsageError("--reread berdiri sendiri; jangan digabung dengan --source atau --only-missing.")
        found = read_again(app, again)
        if json_out:
            print_json([asdict(one) for one in found])
        return
    done = retry(app, only) if only_missing else gather(app, only)
    if json_out:
        print_json([asdict(one) for one in done])
    if any(not one.outcome.proved for one in done):
        ctx.exit(10)


def gather(app: App, only: Sequence[str]) -> list[Collected]:
    """Collect from the sources named, or from all; shows how each ended."""
    sources = app.sources(only)
    known = {source.source_id for source in sources} | {one.id for one in app.config.sources}
    if unknown := sorted(set(only) - known):
        raise click.UsageError(f"sumber tidak dikenal: {', '.join(unknown)}. Lihat bagian `sources` di config.yaml.")
    with progress_bar() as progress:
        bar = progress.add_task("Mengumpulkan", total=len(sources))
        done = app.gather(only, lambda _: progress.advance(bar))
    for one in sorted(done, key=lambda one: one.source_id):
        style = "green" if one.outcome.proved else "red"
        brought = f"{one.new} baru, {one.edited} berubah, {one.fetches} pengambilan"
        err.print(f"  [{style}]{one.outcome:<16}[/] {one.source_id}: {brought}")
        for problem in one.problems[:5]:
            err.print(f"      {problem}", markup=False, style="yellow")
        if len(one.problems) > 5:
            err.print(f"      … dan {len(one.problems) - 5} catatan lain; lihat `netra doctor`", style="yellow")
    for alarm in app.alarms():
        err.print(f"  PERHATIAN {alarm}", markup=False, style="bold red")
    return done


def read_again(app: App, name: str) -> list[Reread]:
    """Read the archived answers of a source, or of one of its accounts, with today's reader."""
    sources = app.sources([name])
    if not sources:
        raise click.UsageError(f"sumber tidak dikenal: {name}. Lihat bagian `sources` di config.yaml.")
    with progress_bar() as progress:
        bar = progress.add_task("Membaca ulang", total=len(sources))
        done = reread(sources, app.archive, app.store, lambda _: progress.advance(bar))
    answers, new, edited, lost = (
        sum(getattr(one, key) for one in done) for key in ("answers", "new", "edited", "lost")
    )
    out.print(f"{answers} jawaban tersimpan dibaca ulang: {new} butir baru, {edited} versi baru.", markup=False)
    if lost:
        err.print(f"{lost} jawaban tidak ada lagi atau rusak; lihat `netra doctor`.", style="yellow")
    return done


def retry(app: App, only: Sequence[str] = ()) -> list[Collected]:
    """Collect from what is not proved as things stand now."""
    names = set(only)
    ids = [one for one in app.missing() if not names or {one, one.partition("/")[0]} & names]
    if not ids:
        err.print("Semua yang boleh ditanyakan sudah terbukti; tidak ada yang diulang.")
        return []
    return gather(app, ids)


def gather_quietly(app: App, ids: Sequence[str]) -> int:
    """Collect from the sources named, for a page; gives how many of them are proved now."""
    done = app.gather(ids, lambda _: None)
    now = app.store.coverage.now()
    return sum(one in now and now[one].outcome.proved for one in {each.source_id for each in done} & set(ids))


class Share(click.ParamType):  # type: ignore[type-arg]
    """A share: 0,95 or 0.95 or 95%."""

    name = "BAGIAN"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read a share as a number of 0..1."""
        text = str(value).strip().replace(",", ".")
        try:
            found = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            found = -1.0
        if not 0 <= found <= 1:
            self.fail(f"`{value}` bukan bagian; tulis misalnya 0,95 atau 95%.", param, ctx)
        return found


@click.command(name="coverage")
@click.option("--phase", type=click.Choice([str(one) for one in Phase]), help="Selama tahapan ini.")
@click.option("--run", "run_id", type=int, help="Pada pengumpulan nomor ini; 0 = yang terakhir.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Sejak tanggal ini (TTTT-BB-HH).")
@click.option("--at-least", "least", type=Share(), help="Keluar 12 bila bagian yang terbukti di bawah ini.")
@click.option("--whole", is_flag=True, help="Hitung bagian terhadap seluruh daftar, bukan yang boleh ditanyakan saja.")
@click.option("--retry", "again", is_flag=True, help="Ulangi dahulu yang belum terbukti.")
@click.option("--csv", "csv_out", is_flag=True, help="Tulis semua baris sebagai CSV.")
@as_json
@click.pass_context
def coverage_command(
    ctx: click.Context,
    phase: str | None,
    run_id: int | None,
    since: datetime | None,
    least: float | None,
    *,
    whole: bool,
    again: bool,
    csv_out: bool,
    json_out: bool,
) -> None:
    """Sebutkan akun mana dalam daftar yang terbukti terlihat, mana yang belum, dan mengapa."""
    if sum(one is not None for one in (phase, run_id, since)) > 1:
        raise click.UsageError("pilih satu saja: --phase, --run atau --since.")
    app = open_app(ctx)
    if again:
        retry(app)
    window, lines = _window(app, phase, run_id, since)
    counted = tally(one for one in lines if one.subject is not None)
    share = counted.whole_share if whole else counted.share
    if json_out:
        print_json({"window": window, **as_data(lines, counted)})
    elif csv_out:
        _write_csv(lines)
    else:
        for said in (*told(window, lines, counted), *quota_lines(app)):
            out.print(said, markup=False)
    if least is not None and share < least:
        err.print(f"Cakupan {percent(share)} di bawah batas {percent(least)}.", style="bold red")
        ctx.exit(BELOW)


def _window(app: App, phase: str | None, run_id: int | None, since: datetime | None) -> tuple[str, list[Line]]:
    today = app.clock().astimezone(app.config.zone).date()
    if run_id is not None:
        number = run_id or app.store.coverage.newest_run()
        ended = app.store.coverage.of_run(number)
        day = max((one.at.astimezone(app.config.zone).date() for one in ended.values()), default=today)
        return f"pengumpulan nomor {number}{_then(app, day, today)}", app.coverage(ended, _past(day, today))
    if since is not None:
        days = (since.date(), max(today, since.date()))
    elif phase is not None:
        region = app.config.office.region
        found = phase_spans(app.calendar, app.config.contests, region, today).get(Phase(phase))
        if found is None:
            raise click.UsageError(f"tahapan {phase} belum dimulai, atau tidak ada dalam kalender wilayah ini.")
        days = (found[0], min(found[1], today))
    else:
        return "keadaan sekarang", app.coverage()
    lines = app.coverage(app.store.coverage.between(*days), _past(days[1], today))
    end = datetime.combine(days[1], time.max, app.config.zone)
    why = app.store.coverage.explain([one.source_id for one in lines if one.at and not one.state.proved], end)
    told_why = [
        one if one.source_id not in why or one.state.proved else _with_reason(one, why[one.source_id].detail)
        for one in lines
    ]
    return f"{days[0]:%d-%m-%Y} sampai {days[1]:%d-%m-%Y}{_then(app, days[1], today)}", told_why


def _past(day: date, today: date) -> date | None:
    return day if day < today else None


def _then(app: App, day: date, today: date) -> str:
    """Say against which roster a past window is measured, and what of it is not known any more."""
    if day >= today:
        return ""
    gone = app.store.coverage.erased_since(day)
    lost = f"; {gone.persons} orang dan {gone.accounts} akun di dalamnya sudah dihapus, jadi tidak diketahui"
    return f" (terhadap daftar pada {day:%d-%m-%Y}{lost if gone.persons or gone.accounts else ''})"


def _with_reason(line: Line, detail: str) -> Line:
    return replace(line, detail=detail)


def told(window: str, lines: Sequence[Line], counted: Tally) -> list[str]:
    """Put coverage into Indonesian lines: the sum, by source, by office, and what is not proved."""
    people = [one for one in lines if one.subject is not None]
    said = [
        f"Cakupan, {window}:",
        f"  terbukti {counted.proved} dari {counted.askable} yang boleh ditanyakan ({percent(counted.share)})",
        f"  dan {percent(counted.whole_share)} dari seluruh {counted.total} baris daftar",
        *(f"  {number:>7} {WORDS[state]}" for state, number in counted.counts.items() if number),
        "Menurut sumber:",
        *(_group(name or "(tanpa sumber)", one) for name, one in by(lines, lambda one: one.config_id).items()),
        "Menurut instansi, yang paling rendah dahulu:",
    ]
    offices = by(people, lambda one: one.subject.office if one.subject else "")
    lowest = sorted(offices.items(), key=lambda pair: (pair[1].share, pair[0]))
    said += [_group(name or "(tanpa instansi)", one) for name, one in lowest[:_SHOWN]]
    if len(lowest) > _SHOWN:
        said.append(f"  … dan {len(lowest) - _SHOWN} instansi lain; lihat `--json`")
    open_lines = [one for one in lines if not one.state.proved and one.state.askable]
    if open_lines:
        said.append("Belum terbukti:")
        said += [f"  {_line(one)}" for one in open_lines[:_SHOWN]]
        if len(open_lines) > _SHOWN:
            said.append(f"  … dan {len(open_lines) - _SHOWN} lain; lihat `--csv`")
        said.append("Ulangi yang belum terbukti dengan `netra coverage --retry`.")
    return said


def _group(name: str, one: Tally) -> str:
    left = f"; {one.total - one.askable} tidak boleh atau tidak dapat ditanyakan" if one.total > one.askable else ""
    return f"  {name}: {one.proved} dari {one.askable}{left}"


def _line(line: Line) -> str:
    who = f"{line.subject.name} ({line.subject.platform}): " if line.subject else ""
    proved = f"terakhir terbukti {line.proved_at:%d-%m-%Y %H.%M} UTC" if line.proved_at else "belum pernah terbukti"
    return f"{who}{line.source_id or 'tanpa sumber'}: {WORDS[line.state]}, {proved}; {line.detail}"


def as_data(lines: Sequence[Line], counted: Tally) -> dict[str, object]:
    """Give coverage as plain data."""
    return {
        "proved": counted.proved, "askable": counted.askable, "total": counted.total, "share": counted.share,
        "whole_share": counted.whole_share, "states": {str(state): number for state, number in counted.counts.items()},
        "lines": [_row(one) for one in lines],
    }  # fmt: skip


def _row(line: Line) -> dict[str, object]:
    one = line.subject
    return {
        "orang": one.name if one else "", "instansi": one.office if one else "", "wilayah": one.region if one else "",
        "platform": str(one.platform or "") if one else "", "akun": (one.handle or one.native_id) if one else "",
        "sumber": line.config_id, "id_sumber": line.source_id, "keadaan": str(line.state),
        "terakhir_terbukti": line.proved_at, "terakhir_dicoba": line.at, "sejak": line.since, "alasan": line.detail,
    }  # fmt: skip


def _write_csv(lines: Sequence[Line]) -> None:
    writer: csv.DictWriter[str] | None = None
    for one in lines:
        row = {name: _inert(value) for name, value in _row(one).items()}
        if writer is None:
            writer = csv.DictWriter(sys.stdout, fieldnames=list(row))
            writer.writeheader()
        writer.writerow(row)


def _inert(value: object) -> str:
    """Write a cell that no spreadsheet takes for a formula."""
    text = value.isoformat() if isinstance(value, datetime) else str("" if value is None else value)
    return inert(text)
