"""Phase runs: frozen, resumable, the same again."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from monitor.app import App
from monitor.batch import crew, merge, run
from monitor.batch.manifest import Manifest
from monitor.batch.parts import PartSummary, lines, read_summary
from monitor.batch.window import due, window, windows
from monitor.errors import ConflictError, NotAllowedError
from monitor.models import AccountRef, Item, ItemKind, Outcome, Page, Phase, Request, Response
from monitor.pipeline import screen
from monitor.upkeep import runs_of
from tests.batch.phase_office import CONTEST, DAY, QUIET, STRETCH, open_office, silent

ROOT = Path(__file__).resolve().parents[2]
REGION = "Kabupaten Contoh"


def begun(app: App) -> Path:
    return run.begin(app, QUIET, CONTEST, stretch=STRETCH)


def manifest_of(folder: Path) -> Manifest:
    return Manifest.read(folder / crew.MANIFEST)


def all_lines(folder: Path) -> list[object]:
    return [line for name in manifest_of(folder).parts() for line in lines(folder / crew.PARTS, name, "tanda")]


def later(app: App, native_id: str, text: str) -> None:
    """Let an act of a rostered account come in."""
    account = next(one for one in app.store.roster.accounts() if one.native_id)
    item = Item("susulan", account.platform, native_id, ItemKind.POST, AccountRef(account.platform, account.native_id),
                text, happened_at=DAY - timedelta(days=3))  # fmt: skip
    response = Response(Request("https://contoh.invalid/", "file"), DAY, None)
    app.store.items.save_page(
        source_id="susulan", run_id=app.store.runs.begin("collect"), response=response,
        page=Page(Outcome.OK_ITEMS, (item,)), evidence_sha256="",
    )  # fmt: skip


# --------------------------------------------------------------------------- plan and calendar


def test_a_plan_says_what_and_how_long_and_changes_nothing(app: App) -> None:
    before = sorted(runs_of(app).glob("*"))
    ticks = iter(range(100))
    found = run.plan(app, QUIET, CONTEST, 2, lambda: float(next(ticks)))
    assert (found.window.first, found.window.last) == (date(2025, 6, 25), date(2025, 6, 27))
    assert found.items == app.store.frozen.watermark().items > 400
    assert found.regions == (REGION,)
    assert found.seconds > 0
    assert sorted(runs_of(app).glob("*")) == before


def test_a_phase_whose_days_are_not_confirmed_is_refused(app: App, config: Path) -> None:
    rules = config.parent / "rules"
    held = rules.resolve()
    rules.unlink()
    shutil.copytree(held, rules)
    path = rules / "calendar" / "contoh.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("until: 2025-06-27, status: 2", "until: 2025-06-27, status: 0")
    )
    app.close()
    fresh = open_office(config)
    with pytest.raises(NotAllowedError, match=r"belum dipastikan untuk Kabupaten Contoh — .*status"):
        begun(replace_rules(fresh))
    fresh.close()


def replace_rules(app: App) -> App:
    """Let the edited files hold at once, without anybody's approval."""
    app.__dict__["rules_in_force"] = app.rules_folder
    app.__dict__.pop("calendar", None)
    return app


def test_a_contest_nobody_watches_is_refused(app: App) -> None:
    with pytest.raises(NotAllowedError, match="tidak diawasi kantor ini"):
        run.begin(app, QUIET, "pemilihan-lain")


def test_the_windows_of_a_contest_follow_each_other_without_gap(app: App) -> None:
    found = windows(app.calendar, CONTEST, REGION, date(2025, 6, 1))
    assert len({one.phase for one in found}) == len(found) >= 5
    for one, other in pairwise(found):
        assert other.first == one.last + timedelta(days=1)
    assert window(app.calendar, CONTEST, REGION, Phase.QUIET, date(2025, 1, 1)) == next(
        one for one in found if one.phase is Phase.QUIET
    )


def test_runs_are_due_before_a_phase_begins_and_after_the_vote(app: App) -> None:
    found = {(one.day, one.window.phase, one.why) for one in due(app.calendar, [CONTEST], REGION, date(2025, 6, 15))}
    assert found == {
        (date(2025, 6, 18), Phase.QUIET, "T-7"),
        (date(2025, 6, 24), Phase.QUIET, "T-1"),
        (date(2025, 7, 11), Phase.VOTING, "T+1"),
    }


def test_rehearsal_is_for_the_made_up_office_alone(app: App) -> None:
    app.config = app.config.model_copy(update={"mode": "office"})
    with pytest.raises(NotAllowedError, match="gladi"):
        run.begin(app, QUIET, CONTEST, rehearsal=True)


# --------------------------------------------------------------------------- what a run finds


def test_a_run_says_what_the_screening_said(app: App) -> None:
    folder = begun(app)
    result = run.carry_on(app, folder, 1, silent)
    counts = app.store.flags.counts()
    assert result.opinions == sum(counts.by_level.values())
    assert dict(result.levels) == counts.by_level
    assert result.items == app.store.frozen.watermark().items
    assert result.unflagged == result.people - result.flagged
    assert len(result.sample) == min(60, result.unflagged)
    assert len(list((folder / crew.PARTS).glob("*.json"))) == len(manifest_of(folder).parts()) > 5


def test_several_processes_find_the_same(app: App) -> None:
    one, two = begun(app), run.again(app, begun(app))
    first = run.carry_on(app, one, 1, silent)
    second = run.carry_on(app, run.again(app, one), 2, silent)
    assert first == second
    assert two.exists()


def test_what_comes_after_freezing_is_not_seen_but_offered(app: App) -> None:
    folder = begun(app)
    later(app, "susulan-1", "Ayo menangkan paslon Contoh nomor 1")
    result = run.carry_on(app, folder, 1, silent)
    manifest = manifest_of(folder)
    assert result.items == manifest.watermark.items
    [late] = app.store.frozen.late(manifest.watermark, manifest.frozen_at)
    assert late.item_id == manifest.watermark.item_id + 1


def test_an_edit_after_freezing_is_read_as_it_stood(app: App) -> None:
    folder = begun(app)
    undisturbed = run.carry_on(app, run.again(app, folder), 1, silent)
    with_account = [one for one in app.store.reading.some(list(range(1, 200))) if one.item.text and one.item.author]
    edited = with_account[0].item
    response = Response(Request("https://contoh.invalid/", "file"), DAY, None)
    app.store.items.save_page(
        source_id=edited.source_id, run_id=app.store.runs.begin("collect"), response=response,
        page=Page(Outcome.OK_ITEMS, (replace(edited, text="teks yang sama sekali lain", native_version="2"),)),
        evidence_sha256="",
    )  # fmt: skip
    assert app.store.frozen.watermark().version_id > manifest_of(folder).watermark.version_id
    assert run.carry_on(app, folder, 1, silent) == undisturbed


def test_rules_changed_after_freezing_change_nothing(app: App, config: Path) -> None:
    folder = begun(app)
    first = run.carry_on(app, run.again(app, folder), 1, silent)
    (config.parent / "rules").unlink()
    (config.parent / "rules").mkdir()
    assert run.carry_on(app, folder, 1, silent) == first


def test_a_changed_frozen_file_is_refused(app: App) -> None:
    folder = begun(app)
    path = next((folder / crew.FROZEN).rglob("*.yaml"))
    path.write_text(path.read_text(encoding="utf-8") + "\n# diubah\n", encoding="utf-8")
    with pytest.raises(ConflictError, match="berbeda dari manifesnya"):
        run.carry_on(app, folder, 1, silent)


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"schema": 99}', '{"schema": 1}'])
def test_a_damaged_manifest_is_refused_with_advice(app: App, broken: str) -> None:
    folder = begun(app)
    (folder / crew.MANIFEST).write_text(broken, encoding="utf-8")
    with pytest.raises(ConflictError, match=r"manifes .* — "):
        run.carry_on(app, folder, 1, silent)


# --------------------------------------------------------------------------- interruption and repetition


def test_an_interrupted_run_goes_on_and_equals_an_undisturbed_one(app: App) -> None:
    folder = begun(app)
    undisturbed = run.carry_on(app, run.again(app, folder), 1, silent)
    names = manifest_of(folder).parts()
    place = crew.DatabasePlace(folder, (app.root / app.config.database).resolve())
    done = list(crew.alone(place, names[:3]))
    assert [one.name for one in done] == names[:3]
    (folder / crew.PARTS / f"{done[1].name}.json").write_text("{", encoding="ascii")  # torn by a power cut
    (folder / crew.PARTS / f"{done[2].name}.tanda.jsonl").write_bytes(b"")
    assert run.unfinished(app, QUIET, CONTEST) == folder
    heard = list[tuple[int, int]]()
    assert run.carry_on(app, folder, 1, lambda done, total: heard.append((done, total))) == undisturbed
    assert heard[0] == (1, len(names))
    assert heard[-1] == (len(names), len(names))


def test_a_killed_worker_costs_no_part_and_doubles_none(app: App) -> None:
    folder = begun(app)
    undisturbed = run.carry_on(app, run.again(app, folder), 1, silent)
    names = manifest_of(folder).parts()
    place = crew.DatabasePlace(folder, (app.root / app.config.database).resolve())
    found = list[PartSummary]()
    for number, one in enumerate(crew.together(place, names, 2)):
        found.append(one)
        if number == 1:
            children = subprocess.run(
                ["pgrep", "-P", str(os.getpid()), "-f", "spawn_main"], capture_output=True, text=True, check=False
            ).stdout.split()
            os.kill(int(children[0]), 9)
    assert sorted(one.name for one in found) == names
    assert run.carry_on(app, folder, 1, silent) == undisturbed


def test_erased_items_are_listed_and_the_rest_is_the_same(app: App) -> None:
    folder = begun(app)
    before = run.carry_on(app, folder, 1, silent)
    gone = {line["item_id"] for line in all_lines(folder)[:1]} | {before.sample[0][0]}  # type: ignore[index]
    app.store.audit.erase_items(sorted(gone), "jadwal retensi", None)
    repeated = run.again(app, folder)
    after = run.carry_on(app, repeated, 1, silent)
    assert set(after.erased) == gone
    assert after.items == before.items - len(gone)
    assert run.same_but(folder, repeated, gone)
    assert not run.same_but(folder, repeated, set())


# --------------------------------------------------------------------------- the queue


def test_merging_into_a_queue_that_is_up_to_date_changes_nothing(app: App) -> None:
    folder = begun(app)
    run.carry_on(app, folder, 1, silent)
    counts = app.store.flags.counts()
    found = merge.merge(folder, manifest_of(folder), app.store, silent)
    assert (found.new, found.changed, found.withdrawn, found.passed) == (0, 0, 0, 0)
    assert app.store.flags.counts() == counts
    assert app.store.audit.verify().ok


def test_merging_fills_an_empty_queue_like_a_screening(grown: Path, tmp_path: Path) -> None:
    from tests.batch.phase_office import build  # noqa: PLC0415

    config = build(tmp_path / "belum-disaring", screened=False)
    app = open_office(config)
    folder = begun(app)
    run.carry_on(app, folder, 1, silent)
    merge.merge(folder, manifest_of(folder), app.store, silent)
    screened = open_office(grown / "config.yaml")
    try:
        assert app.store.flags.counts() == screened.store.flags.counts()
        assert app.store.audit.verify().ok
        assert merge.merge(folder, manifest_of(folder), app.store, silent).new == 0
        assert screen(app.judges(), app.store, lambda _: None) == 0
    finally:
        screened.close()
        app.close()


def test_merging_leaves_alone_what_was_edited_or_erased_meanwhile(app: App) -> None:
    folder = begun(app)
    run.carry_on(app, folder, 1, silent)
    flagged = all_lines(folder)[0]["item_id"]  # type: ignore[index]
    app.store.audit.erase_items([flagged], "jadwal retensi", None)
    found = merge.merge(folder, manifest_of(folder), app.store, silent)
    assert found.passed == 1
    assert (found.new, found.withdrawn) == (0, 0)


def test_what_changed_since_the_last_run_is_counted(app: App) -> None:
    first, second = begun(app), begun(app)
    run.carry_on(app, first, 1, silent)
    run.carry_on(app, second, 1, silent)
    assert run.compared(second, first) == run.Compared(first.name, 0, 0, 0)
    name = next(one for one in manifest_of(second).parts()
                if list(lines(second / crew.PARTS, one, "tanda")))  # fmt: skip
    path = second / crew.PARTS / f"{name}.tanda.jsonl"
    kept = path.read_bytes().splitlines(keepends=True)
    altered = json.loads(kept[0])
    altered["said"]["opinion"]["level"] = "info"
    path.write_bytes(json.dumps(altered).encode() + b"\n" + b"".join(kept[2:]))
    assert run.compared(second, first) == run.Compared(first.name, 0, 1, min(1, len(kept) - 1))
    assert read_summary(second / crew.PARTS, name) is None


def test_the_database_is_only_read_while_judging(app: App) -> None:
    folder = begun(app)
    path = app.root / app.config.database
    with sqlite3.connect(path) as db:
        before = db.execute("SELECT total_changes(), (SELECT count(*) FROM audit_chain)").fetchone()
    run.carry_on(app, folder, 1, silent)
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT total_changes(), (SELECT count(*) FROM audit_chain)").fetchone() == before
