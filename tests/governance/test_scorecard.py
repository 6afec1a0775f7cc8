"""The weekly scorecard: what is advised, why, and that no form is ever left without a rule in silence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from classifiers.evaluate import wilson
from monitor.cli import main
from monitor.cli.governing import _ADVICE, _REASONS
from monitor.governance import Advice, preview, scorecard
from monitor.governance.scorecard import _advice, covered, uncovered
from monitor.models import ReasonCode, State
from monitor.rules import RuleSet
from monitor.store import QueueQuery, Tally
from tests.fakes_rules import DUKUNG, GREET, RIGHT, SALAM, SUPPORT, WRONG, RuleOffice
from tests.rules.world import shipped


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RuleOffice]:
    made = RuleOffice(tmp_path / "kantor")
    yield made
    made.close()


def advised(upheld: int, dismissed: int, *, sole: bool = False, open_: int = 0) -> tuple[Advice, tuple[str, ...]]:
    interval = wilson(upheld, upheld + dismissed)
    tally = Tally(upheld + dismissed + open_, upheld, dismissed, 0, open_)
    return _advice(tally, interval.low, interval.high, sole=sole)


@pytest.mark.parametrize(
    ("upheld", "dismissed", "sole", "open_", "wanted"),
    [
        (95, 5, False, 0, (Advice.KEEP, ("tepat_pasti",))),
        (6, 3, False, 0, (Advice.KEEP, ("tepat",))),
        (4, 6, False, 0, (Advice.TUNE, ("banyak_salah",))),
        (0, 4, False, 0, (Advice.TUNE, ("banyak_salah",))),
        (1, 39, False, 0, (Advice.RETIRE, ("hampir_selalu_salah",))),
        (1, 39, True, 0, (Advice.TUNE, ("hampir_selalu_salah", "satu_satunya"))),
        (0, 3, False, 0, (Advice.WAIT, ("sedikit_putusan",))),
        (0, 0, False, 5, (Advice.WAIT, ("sedikit_putusan",))),
        (0, 0, False, 0, (Advice.WAIT, ("belum_kena",))),
    ],
)
def test_keep_tune_retire_and_wait_each_with_its_reason(
    upheld: int, dismissed: int, sole: bool, open_: int, wanted: tuple[Advice, tuple[str, ...]]
) -> None:
    assert advised(upheld, dismissed, sole=sole, open_=open_) == wanted
    assert wanted[0] in _ADVICE
    assert all(reason in _REASONS for reason in wanted[1])


@given(st.integers(0, 300), st.integers(0, 300))
def test_a_rule_that_alone_covers_a_form_is_never_proposed_for_retiring(upheld: int, dismissed: int) -> None:
    alone, among = advised(upheld, dismissed, sole=True), advised(upheld, dismissed)
    assert alone[0] is not Advice.RETIRE
    if among[0] is Advice.RETIRE:
        assert alone == (Advice.TUNE, (*among[1], "satu_satunya")), "and it is said, not passed over"
    else:
        assert alone == among


def test_of_the_shipped_rules_none_is_retired_that_alone_covers_a_form() -> None:
    poor = {rule.id: Tally(60, 0, 60, 0, 0) for rule in shipped().rules}
    lines, counts = scorecard(shipped(), poor), covered(shipped())
    alone = [one for one in lines if any(counts[form] == 1 for form in one.forms) and one.status == "aktif"]
    for one in alone:
        assert one.advice is Advice.TUNE
        assert one.sole
        assert "satu_satunya" in one.reasons
    assert {one.advice for one in lines if not one.sole} == {Advice.RETIRE}


def test_a_rule_on_trial_covers_nothing(office: RuleOffice) -> None:
    office.change(GREET, SALAM.replace("status: aktif", "status: bayangan"))
    poor = {"uji-dukung": Tally(40, 1, 39, 0, 0)}
    line = next(one for one in scorecard(office.app.judges().rules, poor) if one.rule_id == "uji-dukung")
    assert (line.advice, line.sole) == (Advice.TUNE, ("KE-2", "DIS-2"))


def test_taking_the_last_rule_of_a_form_away_is_said_wherever_it_is_tried(office: RuleOffice) -> None:
    office.app.governance.ready()
    office.change(GREET, SALAM.replace("[KE-2, DIS-2]", "[KE-1, DIS-1]"))
    retired = DUKUNG.replace("status: aktif", "status: usang")
    rules: RuleSet = office.app.governance.checked(SUPPORT, retired)
    assert uncovered(office.app.judges().rules, rules) == ("DIS-2", "KE-2")
    assert preview(office.app.store, office.app.judges(), rules).uncovered == ("DIS-2", "KE-2")
    office.app.governance.export()
    office.write(SUPPORT, retired)
    said = CliRunner().invoke(main, ["--config", str(office.settings), "rules", "backtest"], catch_exceptions=False)
    assert "tidak ada aturan aktif yang mencakup DIS-2, KE-2" in " ".join(said.output.split())
    assert uncovered(rules, office.app.judges().rules) == ()


def test_the_last_days_stand_beside_everything(office: RuleOffice) -> None:
    office.post(*WRONG, *RIGHT)
    office.screen()
    store, clock = office.app.store, office.clock
    flags = store.flags.queue(QueueQuery(limit=100)).flags
    for place, flag in enumerate(flags[:4]):
        if place == 2:
            clock.now += timedelta(days=30)
        store.decisions.append(
            flag.flag_id, office.monitor.user_id, State.CLEARED, ReasonCode.NOT_PARTISAN, "", expected=None
        )
    command = ["--config", str(office.settings), "rules", "scorecard"]

    def asked(*more: str) -> dict:
        answer = CliRunner().invoke(main, [*command, "--json", *more], catch_exceptions=False)
        return next(one for one in json.loads(answer.stdout) if one["rule_id"] == "uji-dukung")

    store.close()
    # The command reads the clock of the machine, which is later than everything here.
    assert asked("--days", "1")["recent"]["flags"] == 0
    assert asked("--days", "1")["tally"]["dismissed"] == 4
    reopened = office.app.store.__class__.open(office.app.root / office.app.config.database, clock)
    week = reopened.rulebook.tallies(since=clock() - timedelta(days=7))["uji-dukung"]
    everything = reopened.rulebook.tallies()["uji-dukung"]
    reopened.close()
    assert (week.flags, week.dismissed) == (2, 2)
    assert (everything.flags, everything.dismissed) == (7, 4)
