"""The backtest as people and scripts meet it: verdicts, limits, interruption, versions; on a small office."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from monitor.app import open_pair
from monitor.cli import main
from monitor.errors import ConflictError, NotAllowedError
from monitor.governance.backtest import Backtest, Scope, backtest
from monitor.governance.changes import change
from monitor.governance.checkpoint import KEPT, Checkpoint
from monitor.governance.comparison import Fate, Marks, Part
from monitor.governance.gates import Gates, checks
from monitor.models import Level, ReasonCode, State
from monitor.store import QueueQuery, Stretch
from tests.fakes_rules import BETTER, DUKUNG, GREET, RIGHT, SUPPORT, WRONG, RuleOffice
from tests.fakes_web import NOW

WHY = "laga futsal bukan dukungan"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RuleOffice]:
    made = RuleOffice(tmp_path / "kantor")
    made.post(*WRONG, *RIGHT, "Besok kerja bakti")
    made.screen()
    yield made
    made.close()


def judged(office: RuleOffice) -> None:
    """Let a reviewer clear what is wrong and uphold what is right."""
    for flag in office.app.store.flags.queue(QueueQuery(limit=100)).flags:
        wrong = flag.stored.item.text in WRONG
        state, reason = (State.CLEARED, ReasonCode.NOT_PARTISAN) if wrong else (State.LEAD, ReasonCode.SUPPORT)
        office.app.store.decisions.append(flag.flag_id, office.monitor.user_id, state, reason, "", expected=None)


def ask(office: RuleOffice, **scope: Any) -> Backtest:
    told: list[tuple[int, int]] = []
    asked = replace(Scope(office.app.backtests, stretch=3), **scope)
    pair = (office.app.judges(), office.app.judges_of(office.rules))
    result = backtest(office.app.store, pair, asked, None, time.perf_counter, lambda *now: told.append(now))
    assert told[-1] == (result.found.items, result.found.items)
    return result


def netra(office: RuleOffice, *words: str, code: int = 0) -> Result:
    command = ["--config", str(office.settings), "rules", "backtest", *words]
    result = CliRunner().invoke(main, command, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result


# --------------------------------------------------------------------------- verdicts and limits


def test_precision_and_recall_come_from_verdicts_with_intervals(office: RuleOffice) -> None:
    office.write(SUPPORT, BETTER)
    nothing = ask(office)
    assert (nothing.before.precision, nothing.after.recall) == (None, None)
    assert "Belum ada putusan" in "\n".join(nothing.lines())
    judged(office)
    found = ask(office)
    assert found.part.marks == Marks(2, 5, 2, 5, 2, 0)
    before, after = found.before.precision, found.after.precision
    assert before is not None
    assert after is not None
    assert (before.value, before.of, after.value, after.of) == (pytest.approx(2 / 7), 7, 1.0, 2)
    assert before.low < 2 / 7 < before.high
    assert "presisi 0,29 (0,08–0,64, n=7) → 1,00" in "\n".join(found.lines())


def test_recall_counts_what_a_new_set_misses_and_what_a_sample_showed(office: RuleOffice) -> None:
    judged(office)
    store = office.app.store
    drawn = store.samples.waiting()
    assert [one.stored.item.text for one in drawn] == ["Besok kerja bakti"]
    store.samples.judge(drawn[0].stored.item_id, drawn[0].stored.version, office.monitor.user_id, partisan=True)
    office.write(SUPPORT, DUKUNG.replace("dukung {kandidat}", "dukung Bu Citra"))
    found = ask(office)
    assert found.part.marks == Marks(3, 5, 2, 5, 1, 0)
    assert found.after.recall is not None
    assert (found.after.recall.value, found.after.recall.of) == (pytest.approx(1 / 3), 3)


def test_expected_flags_a_day_and_what_it_costs(office: RuleOffice) -> None:
    office.write(SUPPORT, BETTER)
    found = ask(office)
    assert (found.flagged, found.days) == (7, 0.0)
    assert (found.per_day, found.total_per_day) == (-5.0, 2.0)
    assert found.cost.old > 0 < found.cost.new
    assert ask(office, newest=3).total_per_day is None, "not all items were looked at"
    office.post("Besok senam")
    assert ask(office).flagged is None, "one was not screened yet"


def test_limits_for_a_script(office: RuleOffice) -> None:
    judged(office)
    office.write(GREET, DUKUNG.replace("uji-dukung", "uji-salam").replace("dukung {kandidat}", "kerja bakti").replace("Ayo dukung Bu Citra", "Kerja bakti lagi").replace("Besok kerja bakti", "Besok senam"))  # fmt: skip
    loose = ("--max-new", "1", "--max-new-share", "15", "--min-precision", "0", "--max-drop", "50")
    said = json.loads(netra(office, *loose, "--json").stdout)
    assert said["newly"] == 1
    assert [(one["gate"], one["ok"]) for one in said["checks"]] == [
        ("max_new", True), ("max_new_share", True), ("min_precision", None), ("max_drop", None),
    ]  # fmt: skip
    assert "tidak lulus: baru ditandai 1, paling banyak 0" in netra(office, "--max-new", "0", code=1).output
    assert "paling banyak 5,0 %" in netra(office, "--max-new-share", "5", code=1).output


@pytest.mark.parametrize(
    ("marks", "gates", "ok"),
    [
        (Marks(6, 4, 6, 4, 5, 4), Gates(min_precision=0.5), True),
        (Marks(6, 4, 6, 4, 5, 4), Gates(min_precision=0.6), False),
        (Marks(6, 4, 6, 4, 5, 4), Gates(max_drop=0.01), False),
        (Marks(6, 4, 6, 4, 5, 4), Gates(max_drop=0.1), True),
        (Marks(6, 4, 6, 4, 3, 4), Gates(max_drop=0.01), None),
    ],
)
def test_a_limit_on_precision_needs_enough_verdicts(
    office: RuleOffice, marks: Marks, gates: Gates, ok: bool | None
) -> None:
    found = ask(office)
    held = replace(found, part=replace(found.part, marks=marks))
    assert [one.ok for one in checks(held, gates)] == [ok]


# --------------------------------------------------------------------------- what is tested


def test_a_draft_a_version_and_a_folder(office: RuleOffice) -> None:
    office.app.governance.ready()
    said = netra(office, "--against", "uji-dukung", code=5).output
    assert "tidak punya draf" in said
    office.app.governance.propose(SUPPORT, BETTER.replace("status: aktif", "status: bayangan"), office.author, WHY)
    shadow = json.loads(netra(office, "--against", "uji-dukung", "--json").stdout)
    assert (shadow["gone"], shadow["newly"]) == (7, 0), "a rule on trial flags nothing"
    active = json.loads(netra(office, "--against", "uji-dukung", "--as-active", "--json").stdout)
    assert (active["gone"], active["gone_shown"][0]["alike"]) == (5, 4)
    assert json.loads(netra(office, "--against", "uji-dukung@2", "--as-active", "--json").stdout)["gone"] == 5
    assert "tidak punya versi 9" in netra(office, "--against", "uji-dukung@9", code=5).output
    with pytest.raises(NotAllowedError):
        office.app.governance.resolve("bukan-aturan")
    office.write(SUPPORT, BETTER)
    lines = netra(office, "--against", str(office.rules)).output
    assert lines.index("Baru ditandai: 0. Tidak lagi ditandai: 5") < lines.index("Perkiraan")


def test_since_and_newest_narrow_it(office: RuleOffice) -> None:
    assert json.loads(netra(office, "--newest", "3", "--json").stdout)["items"] == 3
    assert json.loads(netra(office, "--since", f"{NOW:%Y-%m-%d}", "--json").stdout)["items"] == 8
    later = NOW + timedelta(days=3)
    assert json.loads(netra(office, "--since", f"{later:%Y-%m-%d}", "--json").stdout)["items"] == 0


def test_what_may_change_any_item_is_named(office: RuleOffice) -> None:
    old = office.app.judges()
    assert change(old, old).rules == frozenset()
    assert change(old, old).wide == ()
    calendar = office.rules / "calendar" / "contoh.yaml"
    calendar.write_text(calendar.read_text(encoding="utf-8").replace("2025-03-01", "2025-03-02"), encoding="utf-8")
    found = ask(office)
    assert found.change.wide == ("kalender",)
    assert found.part.judged == found.found.items
    assert "berubah juga: kalender" in "\n".join(found.lines())


# --------------------------------------------------------------------------- interruption


class UnpluggedError(Exception):
    """Somebody pulled the plug."""


def stopped_after(office: RuleOffice, items: int) -> None:
    """Run until so many items are compared, then break off."""

    def tell(done: int, total: int) -> None:
        if done >= items and done < total:
            raise UnpluggedError

    pair = (office.app.judges(), office.app.judges_of(office.rules))
    with pytest.raises(UnpluggedError):
        backtest(office.app.store, pair, Scope(office.app.backtests, stretch=3), None, time.perf_counter, tell)


def test_an_interrupted_one_goes_on_and_ends_as_if_nothing_had_been(office: RuleOffice) -> None:
    judged(office)
    office.write(SUPPORT, BETTER)
    whole = ask(office)
    stopped_after(office, 6)
    notes = list(office.app.backtests.glob("*.jsonl"))
    assert len(notes) == 1
    with notes[0].open("a", encoding="utf-8") as file:
        file.write('[{"first":1,"last":2,"it')  # torn by the plug
    text = notes[0].read_text(encoding="utf-8")
    assert not any(word in text for word in ("futsal", "Yuni")), "no words, no person"
    again = ask(office)
    assert again.resumed == 6
    assert (again.part, again.found) == (whole.part, whole.found)
    assert list(office.app.backtests.glob("*.jsonl")) == []
    assert "tidak diulang" in "\n".join(again.lines())


def test_another_question_begins_anew(office: RuleOffice) -> None:
    office.write(SUPPORT, BETTER)
    stopped_after(office, 3)
    assert ask(office, since=NOW - timedelta(days=400)).resumed == 0
    office.post("Besok senam")
    assert ask(office).resumed == 0, "what is stored is another"


def test_only_a_few_unfinished_ones_are_kept(tmp_path: Path) -> None:
    for number in range(KEPT + 3):
        notes = Checkpoint(tmp_path, f"soal-{number}")
        notes.begin()
        notes.add(Stretch(1, 2, 2), Part(2))
    assert len(list(tmp_path.glob("*.jsonl"))) == KEPT


def test_a_part_comes_back_as_it_was_written(tmp_path: Path) -> None:
    notes = Checkpoint(tmp_path, "soal")
    assert notes.finished() == {}
    notes.begin()
    fates = (Fate(7, None, Level.HIGH, 1, 0, 0), Fate(9, Level.MEDIUM, None, 0, 1, 0))
    part = Part(20, 4, 3, fates, Marks(1, 2, 3, 4, 5, 6), NOW, NOW + timedelta(days=1))
    notes.add(Stretch(1, 20, 20), part)
    notes.add(Stretch(21, 30, 10), Part(10))
    assert notes.finished() == {Stretch(1, 20, 20): part, Stretch(21, 30, 10): Part(10)}


def test_judges_that_change_under_way_are_noticed(office: RuleOffice) -> None:
    pair = (office.app.judges(), office.app.judges_of(office.rules))
    office.write(SUPPORT, BETTER)
    with office.app.governance.laid(SUPPORT, BETTER) as folder:
        opener = partial(open_pair, office.settings, folder, folder)
        scope = Scope(office.app.backtests, stretch=3, alone=1)
        with pytest.raises(ConflictError, match="berubah selagi diuji"):
            backtest(office.app.store, pair, scope, opener, time.perf_counter, lambda done, total: None)
