"""An approval says what becomes of open flags, and does with them what the approver chose."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.errors import NotAllowedError, RulesError
from monitor.governance.fate import Approver, Approving, Choice, OpenFate
from monitor.models import Standing, State
from monitor.screening import look_again
from monitor.store import QueueQuery
from tests.fakes_rules import BETTER, DUKUNG, RIGHT, SUPPORT, WRONG, RuleOffice

WHY, NOTE = "sudah dicoba bersama", "laga futsal, bukan dukungan"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RuleOffice]:
    made = RuleOffice(tmp_path / "kantor")
    made.post(*WRONG, *RIGHT, "Selamat pagi semua")
    made.screen()
    yield made
    made.close()


def queue(office: RuleOffice) -> set[str]:
    return {flag.stored.item.text for flag in office.app.store.flags.queue(QueueQuery(limit=1000)).flags}


def approving(office: RuleOffice) -> Approving:
    app = office.app
    return Approving(app.governance, app.store, app.judges, app.judges_of)


def approve(office: RuleOffice, text: str, choice: Choice, note: str = "", path: str = SUPPORT) -> OpenFate:
    version = office.app.governance.propose(path, text, office.author, "uji perubahan aturan")
    done = approving(office).approve(version.version_id, Approver(office.approver, WHY, choice, note))[1]
    if choice is Choice.RESCREEN:
        look_again(office.app.judges(), office.app.store)
    return done


def test_what_would_become_of_open_flags_is_told_and_nothing_moves(office: RuleOffice) -> None:
    version = office.app.governance.propose(SUPPORT, BETTER, office.author, "uji perubahan aturan")
    fate = approving(office).foresee(version)
    assert (fate.total, fate.stays, len(fate.gone), fate.reviewed) == (7, 2, 5, 0)
    assert fate.rules == {"uji-dukung"}
    assert queue(office) == {*WRONG, *RIGHT}


def test_keep_leaves_them_as_they_are(office: RuleOffice) -> None:
    approve(office, BETTER, Choice.KEEP)
    assert queue(office) == {*WRONG, *RIGHT}


def test_rescreen_drops_what_is_no_longer_flagged_and_a_roll_back_brings_it_back(office: RuleOffice) -> None:
    approve(office, BETTER, Choice.RESCREEN)
    assert queue(office) == set(RIGHT)
    approve(office, DUKUNG, Choice.RESCREEN)
    assert queue(office) == {*WRONG, *RIGHT}
    assert office.app.store.audit.verify().ok


def test_withdrawing_needs_a_note_and_keeps_everything(office: RuleOffice) -> None:
    version = office.app.governance.propose(SUPPORT, BETTER, office.author, "uji perubahan aturan")
    with pytest.raises(NotAllowedError, match="alasan"):
        approving(office).approve(version.version_id, Approver(office.approver, WHY, Choice.WITHDRAW, " "))
    assert office.app.governance.current(SUPPORT).content == DUKUNG  # type: ignore[union-attr]
    approving(office).approve(version.version_id, Approver(office.approver, WHY, Choice.WITHDRAW, NOTE))
    assert queue(office) == set(RIGHT)
    asides = office.app.store.asides.of_rule(SUPPORT)
    assert {one.flag.stored.item.text for one in asides} == set(WRONG)
    assert {(one.standing, one.why.note, one.why.user_id) for one in asides} == {
        (Standing.WITHDRAWN, NOTE, office.approver.user_id)
    }
    office.screen()
    assert office.app.store.asides.counts() == {Standing.WITHDRAWN: len(WRONG)}, "judging all again leaves them there"
    report = office.app.store.audit.verify()
    assert report.ok, report.problems


def test_a_roll_back_restores_withdrawn_flags_by_judging_them_again(office: RuleOffice) -> None:
    approve(office, BETTER, Choice.WITHDRAW, NOTE)
    approve(office, DUKUNG, Choice.RESCREEN)
    assert queue(office) == {*WRONG, *RIGHT}
    assert office.app.store.asides.of_rule("") == []


def test_a_flag_in_somebodys_hands_is_never_taken_away(office: RuleOffice) -> None:
    flag = next(
        one for one in office.app.store.flags.queue(QueueQuery(limit=100)).flags if one.stored.item.text == WRONG[0]
    )
    office.app.store.decisions.append(flag.flag_id, office.monitor.user_id, State.IN_REVIEW, None, "", expected=None)
    fate = approve(office, BETTER, Choice.WITHDRAW, NOTE)
    assert (len(fate.gone), fate.reviewed) == (5, 1)
    assert queue(office) == {WRONG[0], *RIGHT}


def test_a_change_of_targets_looks_at_every_open_flag(office: RuleOffice) -> None:
    path = "targets/contoh.yaml"
    text = (office.rules / path).read_text(encoding="utf-8")
    changed = text.replace("Andi", "Dodi")
    assert changed != text
    fate = approve(office, changed, Choice.RESCREEN, path=path)
    assert fate.rules is None
    assert fate.total == 7
    assert queue(office) == {RIGHT[1]}, "he is no longer called so"


def test_the_choice_is_in_the_audit(office: RuleOffice) -> None:
    approve(office, BETTER, Choice.WITHDRAW, NOTE)
    rows = office.app.store._connection.db.execute(
        "SELECT c.user_id, c.subject, p.payload FROM audit_chain c JOIN audit_payloads p USING (seq) "
        "WHERE c.action = 'tanda_terbuka'"
    ).fetchall()
    assert [(row[0], row[1]) for row in rows] == [(office.approver.user_id, f"aturan:{SUPPORT}")]
    assert NOTE in rows[0][2]
    assert '"pilihan":"tarik"' in rows[0][2].replace(" ", "")


def test_thresholds_go_through_the_same_steps_and_reach_open_flags(office: RuleOffice) -> None:
    path, strict = "ambang/model.yaml", "flag: 0.95\nhigh: 0.99\n"
    said = "Semoga terpilih lagi, beliau pantas memimpin dua periode, ayo kita menangkan bersama"
    office.post(said)
    approve(office, "flag: 0.05\nhigh: 0.99\n", Choice.KEEP, path=path)
    assert office.app.judges().limits.flag == 0.05
    office.screen()
    assert said in queue(office)
    fate = approve(office, strict, Choice.RESCREEN, path=path)
    assert fate.rules is None
    assert fate.gone
    assert office.app.judges().limits.flag == 0.95
    assert queue(office) == {*WRONG, *RIGHT}
    approve(office, "", Choice.KEEP, path=path)
    assert office.app.judges().limits.flag == 0.9999, "the settings' own again"


@pytest.mark.parametrize(
    "text", ["flag: 0.9\nhigh: 0.1\n", "flag: 2\nhigh: 3\n", "- a\n", "flag: 0.5\nhigh: 0.9\nlow: 1\n"]
)
def test_wrong_thresholds_are_refused_with_their_line(office: RuleOffice, text: str) -> None:
    with pytest.raises(RulesError) as caught:
        office.app.governance.propose("ambang/model.yaml", text, office.author, "uji perubahan ambang")
    assert caught.value.problems[0].file.endswith("ambang/model.yaml")
    assert caught.value.problems[0].line >= 1
