"""Answers of authorities correct what rules and model are judged by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli import main
from monitor.governance import scorecard
from monitor.models import (
    AccountRow,
    Appointment,
    Change,
    Confidence,
    PersonKind,
    Platform,
    RosterChange,
    RosterRow,
    State,
)
from monitor.store import Answer, OutcomeGround, Proof, QueueQuery, Result, Tally
from tests.fakes_process import carry
from tests.fakes_rules import RIGHT, RuleOffice
from tests.rules.world import shipped


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RuleOffice]:
    made = RuleOffice(tmp_path / "kantor")
    yield made
    made.close()


def test_words_that_the_authority_held_for_neutral_count_as_dismissed() -> None:
    rules = shipped()
    rule = rules.rules[0].id
    tallies, proofs = {rule: Tally(12, 10, 2)}, {rule: Proof(3, 4, 2)}
    [before] = [one for one in scorecard(rules, tallies) if one.rule_id == rule]
    [after] = [one for one in scorecard(rules, tallies, None, proofs) if one.rule_id == rule]
    assert (before.tally.upheld, before.tally.dismissed, before.proof) == (10, 2, Proof())
    assert (after.tally.upheld, after.tally.dismissed, after.proof.answered) == (6, 6, 9)
    assert after.precision == pytest.approx(0.5)
    [bounded] = [
        one for one in scorecard(rules, {rule: Tally(3, 1, 2)}, None, {rule: Proof(0, 5)}) if one.rule_id == rule
    ]
    assert (bounded.tally.upheld, bounded.tally.dismissed) == (0, 3)


def test_the_command_says_what_became_of_what_the_model_put_first(office: RuleOffice) -> None:
    def run(*words: str) -> str:
        done = CliRunner().invoke(main, ["--config", str(office.settings), *words])
        assert done.exit_code == 0, done.output
        return done.output

    assert "Belum ada jawaban" in run("model", "outcomes")
    held = Appointment(PersonKind.PNS, "Dinas Contoh", "Analis", "Kabupaten Contoh", date(2020, 1, 1))
    account = AccountRow(Platform.FACEBOOK, "akun-uji-1", "warga.rekaan", Confidence.MATCHED)
    row = RosterRow(1, "198001012005010001", "Yuni Rekaanwati", "Yuni Rekaanwati", held, (account,))
    store, user = office.app.store, office.coordinator.user_id
    store.roster.apply([RosterChange(Change.NEW, row, None)])
    office.post(*RIGHT)
    office.screen()
    flags = [flag.flag_id for flag in store.flags.each(QueueQuery())]
    assert len(flags) == 2
    for flag_id in flags:
        carry(store, flag_id, user, State.FORWARDED)
        answer = Answer(Result.NOT_PROVEN, date(2025, 1, 2), "Kantor Contoh", "S-1", OutcomeGround.WORDS)
        store.outcomes.append(flag_id, user, answer, expected=None)
    said = json.loads(run("model", "outcomes", "--json"))
    assert sum(part["unproven"] for part in (said["above"], said["below"])) == 2
    assert "0 dari" in run("model", "outcomes")
    assert "0/2" in run("rules", "scorecard")
