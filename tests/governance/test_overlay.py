"""The office's own layer under governance: drafts, approval, backtest, and an update of the shipped set."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli import main
from monitor.errors import RulesError
from monitor.governance import preview
from monitor.store import QueueQuery
from tests.fakes_rules import DUKUNG, GREET, RIGHT, SALAM, SUPPORT, WRONG, RuleOffice

LOCAL = "local/uji-dukung.yaml"
OVER = """\
rule: uji-dukung
none:
  - futsal
examples:
  no_match: ["Tim futsal dukung Bu Citra"]
author: kantor uji
date: 2025-02-01
"""
WHY = "laga futsal di sini bukan dukungan"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RuleOffice]:
    made = RuleOffice(tmp_path / "kantor")
    made.post(*WRONG, *RIGHT)
    made.screen()
    yield made
    made.close()


def queue(office: RuleOffice) -> set[str]:
    return {one.stored.item.text for one in office.app.store.flags.queue(QueueQuery(limit=100)).flags}


def test_an_overlay_is_drafted_backtested_approved_and_rolled_back_like_any_file(office: RuleOffice) -> None:
    desk = office.app.governance
    desk.ready()
    office.write(LOCAL, OVER)
    survey = desk.sync()
    assert [(one.path, one.proposal) for one in survey.waiting] == [(LOCAL, None)]
    assert queue(office) == {*WRONG, *RIGHT}, "a draft changes nothing"
    found = preview(office.app.store, office.app.judges(), desk.checked(LOCAL, OVER))
    assert (found.newly, found.gone) == (0, len(WRONG))
    command = ["--config", str(office.settings), "rules", "backtest", "--against", "local/uji-dukung", "--json"]
    said = json.loads(CliRunner().invoke(main, command, catch_exceptions=False).stdout)
    assert (said["newly"], said["gone"], said["rules"]) == (0, len(WRONG), ["uji-dukung"])

    before = office.app.judges().rules
    office.change(LOCAL, OVER)
    office.screen()
    assert queue(office) == set(RIGHT)
    after = office.app.judges().rules
    assert before.digest != after.digest
    assert desk.resolve("uji-dukung") == SUPPORT, "a bare name is the rule's, not the overlay's"
    office.change(LOCAL, "")
    office.screen()
    assert queue(office) == {*WRONG, *RIGHT}
    assert office.app.store.audit.verify().ok


def test_a_name_that_is_no_rule_is_refused_when_it_is_proposed(office: RuleOffice) -> None:
    with pytest.raises(RulesError, match="maksud Anda `uji-dukung`"):
        office.app.governance.propose(LOCAL, OVER.replace("uji-dukung", "uji-dukng"), office.author, WHY)


def test_an_update_of_the_shipped_set_keeps_the_overlay(office: RuleOffice) -> None:
    desk = office.app.governance
    desk.ready()
    office.change(LOCAL, OVER)
    # The whole folder is replaced, as an installer would: the office's own folder is gone from the disk.
    newer = DUKUNG.replace('  - "dukung {kandidat}"', '  - "dukung {kandidat}"\n  - "pilih saja {kandidat}"')
    shutil.rmtree(office.rules / "local", ignore_errors=True)
    office.write(SUPPORT, newer)
    office.write(GREET, SALAM.replace("Aturan uji", "Aturan baru"))
    assert desk.refresh_shipped() == 2
    survey = desk.sync()
    assert (survey.waiting, survey.problems) == ((), ())
    assert survey.behind == (LOCAL,)
    rules = office.app.judges().rules
    assert rules.try_text("pilih saja Bu Citra"), "the update is in force"
    assert not rules.try_text("Tim futsal dukung Bu Citra"), "and so is the office's exclusion"
    assert desk.export() == [LOCAL]
    assert (office.rules / LOCAL).read_text(encoding="utf-8") == OVER
    assert desk.sync().behind == ()


def test_an_update_that_an_overlay_contradicts_blames_both_and_stops_nothing_else(office: RuleOffice) -> None:
    desk = office.app.governance
    desk.ready()
    office.write(LOCAL, OVER)
    office.change(LOCAL, OVER)
    office.write(SUPPORT, DUKUNG.replace("Ayo dukung Bu Citra", "Futsal atau tidak, ayo dukung Bu Citra"))
    office.write(GREET, SALAM.replace("Aturan uji", "Aturan baru"))
    survey = desk.sync()
    assert [one.path for one in survey.waiting] == [GREET], "the other update is a draft as usual"
    assert [one.file.rsplit("/", 2)[-2:] for one in survey.problems] == [["local", "uji-dukung.yaml"]]
    assert desk.current(SUPPORT).content == DUKUNG  # type: ignore[union-attr]


def test_an_update_that_takes_the_rule_away_is_said_and_taken(office: RuleOffice) -> None:
    desk = office.app.governance
    desk.ready()
    office.write(LOCAL, OVER)
    office.change(LOCAL, OVER)
    (office.rules / SUPPORT).unlink()
    assert desk.refresh_shipped() == 1
    assert desk.sync().problems == ()
    rules = office.app.judges().rules
    assert [one.id for one in rules.rules] == ["uji-salam"]
    assert "tidak ada (lagi)" in rules.loaded.layer.adrift[0].message
    looked = CliRunner().invoke(main, ["--config", str(office.settings), "doctor"], catch_exceptions=False)
    assert "maka tambahan ini tidak dipakai" in " ".join(looked.output.split())
    checked = CliRunner().invoke(main, ["--config", str(office.settings), "rules", "check"], catch_exceptions=False)
    assert "tidak ada (lagi)" in " ".join(checked.output.split())


def test_taking_the_overlay_file_away_while_its_folder_stands_is_a_draft(office: RuleOffice) -> None:
    desk = office.app.governance
    desk.ready()
    office.write(LOCAL, OVER)
    office.write(
        "local/salam.yaml", OVER.replace("uji-dukung", "uji-salam").replace("dukung Bu Citra", "salam nomor 2")
    )
    office.change(LOCAL, OVER)
    (office.rules / LOCAL).unlink()
    drafts = {one.path: one.content for one in desk.sync().waiting}
    assert drafts[LOCAL] == ""
