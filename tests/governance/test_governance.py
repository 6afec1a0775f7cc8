"""Draft, proposal, approval by a second person, roll-back; and that nothing else ever comes into force."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.app import App
from monitor.errors import ConflictError, NotAllowedError, RulesError
from monitor.governance import Governance, difference, preview, scorecard
from monitor.governance.scorecard import Advice
from monitor.models import ReasonCode, State
from monitor.store import Event, Origin, QueueQuery, Tally
from tests.fakes_rules import BETTER, DUKUNG, GREET, RIGHT, SALAM, SUPPORT, WRONG, RuleOffice, rule

WHY = "laga futsal bukan dukungan"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RuleOffice]:
    made = RuleOffice(tmp_path / "kantor")
    yield made
    made.close()


def board(office: RuleOffice) -> Governance:
    office.app.governance.ready()
    return office.app.governance


def queue(office: RuleOffice) -> set[str]:
    found = office.app.store.flags.queue(QueueQuery(limit=1000)).flags
    return {flag.stored.item.text for flag in found}


def test_the_first_start_adopts_the_set_and_reads_the_folder_itself(office: RuleOffice) -> None:
    digest = office.app.rules.digest
    office.app.judges()
    held = office.app.store.rulebook.in_force()
    assert {SUPPORT, GREET, "targets/contoh.yaml", "calendar/libur.yaml", "lexicon/ajakan.yaml"} <= held.keys()
    assert all((one.origin, one.number) == (Origin.SHIPPED, 1) for one in held.values())
    assert office.app.governance.folder() == office.rules
    assert office.app.rules.digest == digest
    assert board(office).sync().lines() == []
    assert office.app.store.audit.verify().ok


def test_a_set_with_mistakes_is_never_adopted(office: RuleOffice) -> None:
    office.write(SUPPORT, "id: uji-dukung\n")
    with pytest.raises(RulesError):
        office.app.judges()
    assert office.app.store.rulebook.empty()


def test_a_valid_changed_file_is_a_draft_and_changes_nothing_until_approved(office: RuleOffice) -> None:
    before = office.app.judges().rules.digest
    office.write(SUPPORT, BETTER)
    survey = board(office).sync()
    assert [(one.path, one.origin) for one in survey.waiting] == [(SUPPORT, Origin.DISK)]
    assert board(office).sync() == survey
    fresh = App.build(office.settings, office.clock)
    assert fresh.judges().rules.digest == before, "another process too judges by what was approved"
    fresh.close()

    draft = survey.waiting[0]
    with pytest.raises(NotAllowedError, match="mengusulkannya dahulu"):
        board(office).approve(draft.version_id, office.approver, "terlihat baik")
    put = board(office).propose(SUPPORT, BETTER, office.author, WHY)
    assert put.version_id == draft.version_id
    board(office).approve(put.version_id, office.approver, "contohnya meyakinkan")
    assert office.app.judges().rules.digest != before, "without a restart"
    assert board(office).folder() == office.rules
    assert board(office).sync().lines() == []


def test_an_invalid_changed_file_changes_nothing_and_is_said(office: RuleOffice) -> None:
    before = office.app.judges().rules.digest
    office.write(SUPPORT, DUKUNG.replace("level: sedang", "level: gawat"))
    office.write(GREET, SALAM.replace("salam {nomor}", "salam kami {nomor}").replace("Salam nomor", "Salam kami nomor"))
    survey = board(office).sync()
    assert [one.path for one in survey.waiting] == [GREET], "the sound file beside it still becomes a draft"
    assert any(SUPPORT in problem.file and problem.line for problem in survey.problems)
    assert "yang berlaku tetap yang lama" in survey.lines()[0]
    assert board(office).sync() == survey
    assert office.app.judges().rules.digest == before
    fresh = App.build(office.settings, office.clock)
    assert fresh.judges().rules.digest == before
    fresh.close()
    (office.rules / SUPPORT).write_bytes(b"id: \xff\xfe\n")
    assert "UTF-8" in str(board(office).sync().problems[0])
    assert office.app.governance.folder() != office.rules


def test_a_sound_change_of_what_leans_on_a_file_in_error_becomes_a_draft(office: RuleOffice) -> None:
    leaning, words = "asn/uji-suka.yaml", "lexicon/negasi.yaml"
    liked = DUKUNG.replace("uji-dukung", "uji-suka").replace("Besok kerja bakti", "{parent_text: Besok kerja bakti}")
    liked = liked.replace('any:\n  - "dukung {kandidat}"\n', "applies_to: {kinds: [suka]}\nparent_level: sedang\n")
    liked = liked.replace('"Ayo dukung Bu Citra"', '{text: "", parent_text: Ayo dukung Bu Citra}')
    liked = liked.replace('"{parent_text: Besok kerja bakti}"', '{text: "", parent_text: Besok kerja bakti}')
    office.change(leaning, liked)
    office.change(GREET, SALAM.replace("legal_basis", "not_when: [negasi]\nlegal_basis"))
    board(office).export()
    assert board(office).sync().lines() == []
    office.write(SUPPORT, DUKUNG.replace("level: sedang", "level: gawat"))
    office.write(words, (office.rules / words).read_text(encoding="utf-8").replace("words:", "words: ["))
    for path in (leaning, GREET):
        office.write(path, (office.rules / path).read_text(encoding="utf-8").replace("title: Aturan", "title: Lain"))
    survey = board(office).sync()
    assert {one.path for one in survey.waiting} == {leaning, GREET}
    assert [one.file for one in survey.problems] == [f"rules/{SUPPORT}", f"rules/{words}"]


def test_nobody_approves_their_own_and_roles_are_kept_apart(office: RuleOffice) -> None:
    desk = board(office)
    for user in (office.monitor, office.coordinator, office.approver):
        with pytest.raises(NotAllowedError, match="tidak berwenang mengusulkan"):
            desk.propose(SUPPORT, BETTER, user, WHY)
    with pytest.raises(NotAllowedError, match="alasan wajib"):
        desk.propose(SUPPORT, BETTER, office.author, "  ")
    version = desk.propose(SUPPORT, BETTER, office.both, WHY)
    with pytest.raises(NotAllowedError, match="minta orang kedua"):
        desk.approve(version.version_id, office.both, "saya setuju sendiri")
    with pytest.raises(NotAllowedError, match="tidak berwenang menyetujui"):
        desk.approve(version.version_id, office.author, "saya setuju")
    with pytest.raises(NotAllowedError, match="alasan wajib"):
        desk.approve(version.version_id, office.approver, "")
    assert desk.current(SUPPORT).content == DUKUNG  # type: ignore[union-attr]
    desk.reject(version.version_id, office.approver, "contohnya kurang")
    with pytest.raises(ConflictError):
        desk.approve(version.version_id, office.approver, "berubah pikiran")
    assert [one.event for one in office.app.store.rulebook.get(version.version_id).happenings] == [
        Event.PROPOSED, Event.REJECTED,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "path", ["../config.yaml", "baseline/a.yaml", "asn/../x.yaml", "asn/a.txt", "/etc/a.yaml", "a.yaml"]
)
def test_no_other_place_can_be_written(office: RuleOffice, path: str) -> None:
    with pytest.raises(NotAllowedError, match="bukan tempat"):
        board(office).propose(path, BETTER, office.author, WHY)


def test_mistakes_and_neutral_texts_refuse_a_proposal(office: RuleOffice) -> None:
    desk = board(office)
    with pytest.raises(RulesError) as caught:
        desk.propose(SUPPORT, DUKUNG.replace("{kandidat}", "{kandidta}"), office.author, WHY)
    assert caught.value.problems[0].line == 7
    with pytest.raises(RulesError, match="teks netral"):
        desk.propose("asn/uji-apel.yaml", rule("uji-apel", "apel pagi", example="apel pagi"), office.author, WHY)
    assert office.app.store.rulebook.waiting() == []


def test_a_new_rule_a_roll_back_and_a_clean_export(office: RuleOffice) -> None:
    desk = board(office)
    office.change(SUPPORT, BETTER)
    assert desk.folder() != office.rules
    assert (desk.folder() / SUPPORT).read_text(encoding="utf-8") == BETTER
    assert desk.sync().behind == (SUPPORT,)
    assert desk.sync().waiting == ()
    assert desk.export() == [SUPPORT]
    assert (office.rules / SUPPORT).read_text(encoding="utf-8") == BETTER
    assert desk.export() == []
    assert desk.folder() == office.rules

    back = desk.roll_back(SUPPORT, 1, office.author, "pengecualian terlalu luas")
    assert (back.origin, back.content, back.number) == (Origin.ROLLBACK, DUKUNG, 3)
    assert desk.current(SUPPORT).content == BETTER  # type: ignore[union-attr]
    desk.approve(back.version_id, office.approver, "sepakat dikembalikan")
    assert desk.current(SUPPORT).content == DUKUNG  # type: ignore[union-attr]
    with pytest.raises(NotAllowedError, match="tidak punya versi"):
        desk.roll_back(SUPPORT, 9, office.author, "tidak ada")
    assert "-none:" in difference(BETTER, DUKUNG, SUPPORT)
    assert desk.resolve("uji-dukung") == desk.resolve(SUPPORT) == SUPPORT
    with pytest.raises(NotAllowedError, match="maksud Anda `uji-dukung`"):
        desk.resolve("uji-dukun")
    assert office.app.store.audit.verify().ok


def test_a_newer_shipped_set_is_taken_except_where_the_office_changed_it(office: RuleOffice) -> None:
    desk = board(office)
    office.change(SUPPORT, BETTER)
    newer = SALAM.replace("Aturan uji", "Aturan baru")
    office.write(GREET, newer)
    office.write(SUPPORT, DUKUNG.replace("Aturan uji", "Aturan baru"))
    assert desk.refresh_shipped() == 1
    assert desk.refresh_shipped() == 0
    assert desk.current(GREET).content == newer  # type: ignore[union-attr]
    assert desk.current(SUPPORT).content == BETTER  # type: ignore[union-attr]


def test_a_preview_says_exactly_what_a_screening_would_do(office: RuleOffice) -> None:
    desk = board(office)
    office.post(*WRONG, *RIGHT, "Besok kerja bakti")
    office.screen()
    assert queue(office) == {*WRONG, *RIGHT}
    found = preview(office.app.store, office.app.judges(), desk.checked(SUPPORT, BETTER))
    assert (found.items, found.newly, found.gone, found.matched) == (8, 0, 5, 5)
    assert [one.alike for one in found.gone_shown] == [4], "five almost equal posts are shown once"
    assert found.gone_shown[0].words[0].startswith("dukung")
    assert preview(office.app.store, office.app.judges(), office.app.rules, limit=3).items == 3

    number = office.change(SUPPORT, BETTER)
    office.screen()
    assert queue(office) == set(RIGHT)
    desk.approve(desk.roll_back(SUPPORT, 1, office.author, WHY).version_id, office.approver, "dikembalikan dulu")
    office.screen()
    assert queue(office) == {*WRONG, *RIGHT}
    assert number


def test_a_shadow_rule_flags_nothing_and_can_be_tried_as_if_active(office: RuleOffice) -> None:
    office.post(*WRONG)
    office.change(SUPPORT, DUKUNG.replace("status: aktif", "status: bayangan"))
    office.screen()
    assert queue(office) == set()
    shadow = board(office).current(SUPPORT)
    assert shadow is not None
    tried = preview(
        office.app.store, office.app.judges(), board(office).candidate(SUPPORT, shadow.content, active=True)
    )
    assert tried.newly == 5


def test_the_scorecard_puts_the_worst_first_and_never_retires_the_only_cover(office: RuleOffice) -> None:
    office.post(*WRONG, *RIGHT)
    office.screen()
    store = office.app.store
    for flag in store.flags.queue(QueueQuery(limit=100)).flags:
        wrong = flag.stored.item.text in WRONG
        state, reason = (State.CLEARED, ReasonCode.NOT_PARTISAN) if wrong else (State.LEAD, ReasonCode.SUPPORT)
        store.decisions.append(flag.flag_id, office.monitor.user_id, state, reason, "", expected=None)
    lines = scorecard(office.app.judges().rules, store.rulebook.tallies())
    assert [line.rule_id for line in lines] == ["uji-dukung", "uji-salam"]
    worst = lines[0]
    assert (worst.path, worst.verdicts, worst.tally.dismissed) == (SUPPORT, 7, 5)
    assert worst.precision == pytest.approx(2 / 7)
    assert (lines[1].advice, lines[1].reasons, lines[1].precision) == (Advice.WAIT, ("belum_kena",), None)

    poor = {"uji-dukung": Tally(40, 1, 39, 0, 0)}
    assert scorecard(office.app.rules, poor)[0].advice is Advice.RETIRE
    office.change(GREET, SALAM.replace("[KE-2, DIS-2]", "[KE-1, DIS-1]"))
    alone = scorecard(office.app.judges().rules, poor)[0]
    assert (alone.advice, alone.sole) == (Advice.TUNE, ("KE-2", "DIS-2"))
    assert "satu_satunya" in alone.reasons
    good = scorecard(office.app.rules, {"uji-dukung": Tally(100, 95, 5, 0, 0)})
    assert next(one for one in good if one.rule_id == "uji-dukung").reasons == ("tepat_pasti",)
