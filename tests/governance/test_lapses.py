"""A newer engine that no longer reads what was approved: said everywhere, the last good content runs, mending works."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.app import App
from monitor.cli import main
from monitor.errors import Problem, RulesError
from monitor.governance import Governance
from monitor.governance import lapses as reading
from monitor.rules import RuleSet
from tests.fakes_rules import BETTER, DUKUNG, GREET, SALAM, SUPPORT, RuleOffice


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RuleOffice]:
    made = RuleOffice(tmp_path / "kantor")
    made.app.judges()
    yield made
    made.close()


class Newer(Governance):
    """The governance of a Netra whose rule language lost some words; `loads` counts how often a set was read."""

    def __init__(self, app: App, *lost: str, engine: str = "mesin-baru") -> None:
        self.loads = 0

        def load(folder: Path) -> RuleSet:
            self.loads += 1
            problems = [
                Problem(f"rules/{file.relative_to(folder).as_posix()}", 3, 1, f"`{word}` tidak dikenal lagi")
                for file in sorted(folder.rglob("*.yaml"))
                for word in lost
                if word in file.read_text(encoding="utf-8")
            ]
            if problems:
                raise RulesError(problems)
            return app._load_rules(folder)

        super().__init__(app.store, app.rules_folder, app.root / "var" / "aturan-berlaku", load, engine)


def test_the_same_engine_reads_nothing_again(office: RuleOffice) -> None:
    same = Newer(office.app, engine=reading.engine())
    assert same.lapses() == ()
    assert same.folder() == office.rules
    assert same.loads == 0


def test_a_newer_engine_reads_everything_once(office: RuleOffice) -> None:
    newer = Newer(office.app)
    assert newer.lapses() == newer.lapses() == ()
    assert newer.loads == 1
    assert newer.sync().lines() == []


def test_the_newest_earlier_content_that_loads_stands_in(office: RuleOffice) -> None:
    office.change(SUPPORT, BETTER)
    newer = Newer(office.app, "none:")
    (lapse,) = newer.lapses()
    assert (lapse.path, lapse.number, lapse.problems[0].line) == (SUPPORT, 1, 3)
    assert (newer.folder() / SUPPORT).read_text(encoding="utf-8") == DUKUNG
    said = newer.sync().lines()[0]
    assert "tidak lagi terbaca oleh Netra ini (yang dipakai versi 1): rules/asn/uji-dukung.yaml:3:1" in said
    held = newer.current(SUPPORT)
    assert held is not None
    assert held.content == BETTER, "what was approved stays on record"
    assert SUPPORT in newer.export(), "an export writes what was approved, not what stands in"
    assert (office.rules / SUPPORT).read_text(encoding="utf-8") == BETTER

    mended = DUKUNG.replace("Aturan uji", "Aturan uji baru")
    put = newer.propose(SUPPORT, mended, office.author, "kata yang dikenal lagi")
    newer.approve(put.version_id, office.approver, "sudah dicoba bersama")
    assert newer.lapses() == ()
    assert (newer.folder() / SUPPORT).read_text(encoding="utf-8") == mended


def test_what_never_loads_is_left_out_and_the_rest_runs(office: RuleOffice) -> None:
    newer = Newer(office.app, "salam {nomor}")
    (lapse,) = newer.lapses()
    assert (lapse.path, lapse.number) == (GREET, None)
    assert not (newer.folder() / GREET).exists()
    assert (newer.folder() / SUPPORT).exists()
    assert "tidak dipakai" in str(lapse)
    again = newer.propose(GREET, SALAM.replace("salam {nomor}", "salam kita {nomor}").replace("Salam nomor", "Salam kita nomor"), office.author, "ditulis ulang")  # fmt: skip
    newer.approve(again.version_id, office.approver, "sudah dicoba bersama")
    assert newer.lapses() == ()


def test_a_set_of_which_no_part_can_be_blamed_is_refused_loudly(office: RuleOffice) -> None:
    def nothing(folder: Path) -> RuleSet:
        raise RulesError([Problem("config.yaml", 0, 0, "pemilihan tidak ada")])

    broken = Governance(office.app.store, office.rules, office.folder / "var" / "aturan-berlaku", nothing, "lain")
    with pytest.raises(RulesError, match="pemilihan"):
        broken.lapses()


def test_status_and_doctor_say_it(office: RuleOffice) -> None:
    office.change(SUPPORT, BETTER)
    notes = office.folder / "var" / "aturan-berlaku" / "terbaca.json"
    problem = Problem("rules/asn/uji-dukung.yaml", 9, 1, "`none` tidak dikenal lagi")
    lapse = reading.Lapse(SUPPORT, 1, (problem,))
    reading.write(notes, reading.Reading(reading.engine(), office.app.store.rulebook.revision(), (lapse,)))
    ask = ["--config", str(office.settings)]
    status = CliRunner().invoke(main, [*ask, "rules", "status", "--json"])
    assert status.exit_code == 2
    assert json.loads(status.stdout)["lapses"][0]["number"] == 1
    assert "tidak lagi terbaca" in CliRunner().invoke(main, [*ask, "doctor"]).output.replace("\n", " ")
    notes.write_text("{", encoding="utf-8")
    assert office.app.governance.lapses() == (), "an unreadable note is made anew"
