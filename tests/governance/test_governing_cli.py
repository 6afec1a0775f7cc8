"""The same steps on the command line, in the same words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from monitor.cli import main
from tests.fakes_rules import BETTER, DUKUNG, SUPPORT, WRONG, RuleOffice

WHY = ("--why", "laga futsal bukan dukungan")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RuleOffice]:
    made = RuleOffice(tmp_path / "kantor")
    made.post(*WRONG)
    made.screen()
    yield made
    made.close()


def netra(office: RuleOffice, *words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["--config", str(office.settings), *words], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result


def as_json(office: RuleOffice, *words: str, code: int = 0) -> Any:
    return json.loads(netra(office, *words, "--json", code=code).stdout)


def test_a_morning_on_the_command_line(office: RuleOffice) -> None:
    assert as_json(office, "rules", "status")["waiting"] == []
    office.write(SUPPORT, BETTER)
    waiting = as_json(office, "rules", "status")["waiting"]
    assert [(one["path"], one["origin"]) for one in waiting] == [(SUPPORT, "berkas")]
    assert "+  - futsal" in waiting[0]["difference"]
    said = netra(office, "rules", "approve", "uji-dukung", *WHY, "--by", "penyetuju", code=5).output
    assert "mengusulkannya dahulu" in said
    put = as_json(office, "rules", "propose", str(office.rules / SUPPORT), *WHY, "--by", "penyusun")
    assert put["happenings"][-1]["by"] == "penyusun"
    assert "tidak berwenang" in netra(office, "rules", "approve", "uji-dukung", *WHY, "--by", "penyusun", code=5).output
    assert "Berlaku." in netra(office, "rules", "approve", "uji-dukung", *WHY, "--by", "penyetuju").output
    assert "0 draf menunggu" in netra(office, "rules", "status").output
    assert json.loads(netra(office, "screen", "--again", "--json").stdout)["flagged"] == 0

    back = as_json(office, "rules", "rollback", "uji-dukung", "--to", "1", *WHY, "--by", "penyusun")
    assert (back["number"], back["origin"], back["content"]) == (3, "kembali", DUKUNG)
    netra(office, "rules", "reject", "uji-dukung", *WHY, "--by", "penyetuju")
    history = as_json(office, "rules", "history", "uji-dukung")
    assert [(one["number"], one["happenings"][-1]["event"]) for one in history] == [
        (3, "ditolak"), (2, "disetujui"), (1, "disetujui"),
    ]  # fmt: skip
    assert "oleh penyusun: laga futsal" in netra(office, "rules", "history", SUPPORT).output
    assert "sudah sama" in netra(office, "rules", "export").output


def test_every_step_answers_programs_too(office: RuleOffice) -> None:
    office.write(SUPPORT, BETTER)
    netra(office, "rules", "propose", str(office.rules / SUPPORT), *WHY, "--by", "penyusun")
    no = as_json(office, "rules", "reject", "uji-dukung", *WHY, "--by", "penyetuju")
    assert (no["path"], no["waits"], no["happenings"][-1]["event"]) == (SUPPORT, False, "ditolak")
    netra(office, "rules", "propose", str(office.rules / SUPPORT), *WHY, "--by", "penyusun")
    yes = as_json(office, "rules", "approve", "uji-dukung", *WHY, "--by", "penyetuju")
    assert (yes["happenings"][-1]["event"], yes["happenings"][-1]["by"]) == ("disetujui", "penyetuju")
    assert as_json(office, "rules", "export") == {"changed": []}
    office.write(SUPPORT, DUKUNG)
    assert as_json(office, "rules", "export") == {"changed": [SUPPORT]}
    office.write(SUPPORT, BETTER.replace("futsal", "voli"))
    netra(office, "rules", "propose", str(office.rules / SUPPORT), *WHY, "--by", "penyusun")
    said = netra(office, "rules", "reject", "uji-dukung", *WHY, "--by", "penyetuju").output
    assert "Dicatat atas nama penyetuju. Ditolak; yang berlaku tetap." in said


def test_a_broken_file_is_said_by_status_and_doctor_and_nothing_changes(office: RuleOffice) -> None:
    office.write(SUPPORT, DUKUNG.replace("level: sedang", "level: gawat"))
    assert "salah, tidak dipakai" in netra(office, "rules", "status", code=2).output
    assert "berkas aturan keliru" in netra(office, "doctor").output.replace("\n", " ")
    assert json.loads(netra(office, "screen", "--again", "--json").stdout)["items"] == 0


def test_scorecard_in_figures(office: RuleOffice) -> None:
    lines = as_json(office, "rules", "scorecard")
    assert [one["rule_id"] for one in lines] == ["uji-dukung", "uji-salam"]
    assert lines[0]["tally"]["open"] == 5
    said = netra(office, "rules", "scorecard").output
    assert "pernah" in said
    assert "terbukti" in said


def test_a_file_elsewhere_is_refused(office: RuleOffice) -> None:
    said = netra(office, "rules", "propose", "/etc/hostname", *WHY, "--by", "penyusun", code=5).output
    assert "tidak di dalam folder aturan" in said
