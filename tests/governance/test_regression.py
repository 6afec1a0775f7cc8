"""Final verdicts join the regression set by themselves, without anybody's name; rules are held against it."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli import main
from monitor.errors import ImportRefusedError
from monitor.governance.regression import cases_of, refresh
from monitor.models import ReasonCode, State
from monitor.rules.regression import FILE, Case, hold, read
from monitor.store import QueueQuery
from tests.fakes_rules import BETTER, DUKUNG, RIGHT, SUPPORT, WRONG, RuleOffice


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RuleOffice]:
    made = RuleOffice(tmp_path / "kantor")
    made.post(*WRONG, *RIGHT)
    made.screen()
    for flag in made.app.store.flags.queue(QueueQuery(limit=100)).flags:
        state, reason = (
            (State.LEAD, ReasonCode.SUPPORT)
            if flag.stored.item.text in RIGHT
            else (State.CLEARED, ReasonCode.NOT_PARTISAN)
        )
        made.app.store.decisions.append(flag.flag_id, made.monitor.user_id, state, reason, "catatan", expected=None)
    yield made
    made.close()


def check(office: RuleOffice, *more: str) -> str:
    done = CliRunner().invoke(main, ["--config", str(office.settings), "rules", "check", *more])
    assert done.exit_code == 0, done.output
    return done.output


def file_of(office: RuleOffice) -> Path:
    return office.folder / "var" / FILE


def test_checking_writes_and_uses_what_was_decided(office: RuleOffice) -> None:
    said = check(office)
    assert "Putusan peninjau: 2 dari 2 yang diteruskan dan 5 dari 5 yang bersih terkena aturan." in " ".join(
        said.split()
    )
    cases = read(file_of(office))
    assert {(one.text, one.upheld, one.ruled) for one in cases} == {
        *((text, True, True) for text in RIGHT), *((text, False, True) for text in WRONG)
    }  # fmt: skip


def test_nothing_but_the_text_and_its_setting_is_written(office: RuleOffice) -> None:
    refresh(office.app.store, file_of(office))
    text = file_of(office).read_text(encoding="utf-8")
    for one in ("Yuni", "akun-uji-1", "warga.rekaan", "pemantau", "catatan", "butir-"):
        assert one not in text
    assert set(json.loads(text.splitlines()[0])) == {
        "text", "upheld", "ruled", "title", "parent_text", "kind", "relation", "phase", "contest_id",
    }  # fmt: skip
    assert stat.S_IMODE(file_of(office).stat().st_mode) == 0o600
    assert not refresh(office.app.store, file_of(office)), "equal verdicts, equal file"


def test_a_rule_that_lost_an_upheld_text_is_said(office: RuleOffice) -> None:
    narrow = DUKUNG.replace('"dukung {kandidat}"', '"Bu Citra"').replace("Ayo dukung Bu Citra", "Bu Citra datang")
    office.app.judges()
    office.write(SUPPORT, narrow)
    said = " ".join(check(office).split())
    assert f"diteruskan peninjau, tidak lagi terkena: {RIGHT[0]}" in said
    office.write(SUPPORT, BETTER)
    found = json.loads(check(office, "--json"))["regression"]
    assert (found["hit_upheld"], found["hit_dismissed"], found["lost"], found["wrong"]) == (2, 0, [], [])


def test_what_no_rule_had_found_and_was_dismissed_must_stay_unfound(office: RuleOffice) -> None:
    case = Case("Besok kami dukung Bu Citra", upheld=False, ruled=False)
    held = hold(office.app.rules, [case, Case("Besok kerja bakti", upheld=True, ruled=False)])
    assert held.wrong == (case,)
    assert (held.lost, held.upheld, held.hit_upheld) == ((), 1, 0)


def test_an_undone_or_erased_verdict_leaves_the_set(office: RuleOffice) -> None:
    store = office.app.store
    flags = {
        flag.stored.item.text: flag
        for flag in store.flags.queue(QueueQuery(states=(State.CLEARED, State.LEAD), limit=100)).flags
    }
    undone, erased = flags[RIGHT[0]], flags[WRONG[0]]
    newest = undone.decisions[-1].decision_id
    store.decisions.undo(newest, office.monitor.user_id, newest)
    store.audit.erase_item(erased.stored.item_id, "jadwal retensi", None)
    refresh(store, file_of(office))
    assert {one.text for one in read(file_of(office))} == {RIGHT[1], *WRONG[1:]}


def test_texts_judged_both_ways_are_left_out(office: RuleOffice) -> None:
    office.post(RIGHT[0])
    office.screen()
    [flag] = office.app.store.flags.queue(QueueQuery(limit=10)).flags
    reason = ReasonCode.NOT_PARTISAN
    office.app.store.decisions.append(
        flag.flag_id, office.coordinator.user_id, State.CLEARED, reason, "", expected=None
    )
    assert RIGHT[0] not in {one.text for one in cases_of(office.app.store.learning.lessons())}


def test_a_broken_file_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_text('{"text": "a"}\n', encoding="utf-8")
    with pytest.raises(ImportRefusedError, match=r"regresi\.jsonl:1"):
        read(path)
    assert read(tmp_path / "lain.jsonl") == []
