"""The legal basis of case files: every form has one, no article says what follows, and it changes under two pairs of eyes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor import legalbasis
from monitor.errors import RulesError
from monitor.models import PersonKind
from monitor.reports import content, phrases
from monitor.rules.forms import FORMS
from tests.fakes_rules import RuleOffice
from tests.reports.office import ROOT, SANCTIONS, open_desk

SHIPPED = ROOT / "rules"
TABLE = "hukum/dasar.yaml"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RuleOffice]:
    made = RuleOffice(tmp_path / "kantor")
    (made.rules / "hukum").mkdir()
    shutil.copy(SHIPPED / TABLE, made.rules / TABLE)
    yield made
    made.close()


def test_every_form_has_its_provisions_with_a_mark_and_none_names_a_sanction() -> None:
    law = legalbasis.load(SHIPPED)
    assert set(law.forms) == set(FORMS)
    for text in (SHIPPED / TABLE).read_text("utf-8").splitlines():
        assert not SANCTIONS.search(text), text
    numbers = [one.number for one in law.forms.values() if one.number]
    assert len(numbers) == len(set(numbers)) == 19


@pytest.mark.parametrize(
    "number", ["2 Tahun 2022", "800-5474", "246 Tahun 2022", "30 Tahun 2022", "1447.1/PM.01/K.1/09/2022"]
)
def test_the_joint_decree_is_named_by_its_five_numbers(number: str) -> None:
    assert number in legalbasis.load(SHIPPED).decree.text


def test_election_and_status_choose_what_is_cited() -> None:
    law = legalbasis.load(SHIPPED)
    general = {one.text for one in law.of(["DIS-12"], "pemilu", PersonKind.PNS)}
    regional = {one.text for one in law.of(["DIS-12"], "pilkada", PersonKind.PNS)}
    assert {"UU 7/2017 pasal 282"} == {one for one in general - regional if "282" in one}
    assert "UU 10/2016 pasal 71 ayat (1)" in regional - general
    soldier = law.of(["TNI-1"], "pilkada", PersonKind.TNI)
    assert law.decree not in soldier
    assert not any("Aparatur Sipil Negara" in one.text for one in soldier)
    assert any("PPPK" in one.text for one in law.of(["DIS-2"], "pilkada", PersonKind.PPPK))
    cited = law.of(["DIS-2", "DIS-8", "KE-9", "tidak-ada"], "pemilu", None)
    assert len(cited) == len(set(cited))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  certainty: 2\n", "  certainty: 3\n", "dasar.yaml:"),
        ("only: pilkada", "only: pilpres", "dasar.yaml:"),
        ("decree:", "dekrit:", "decree"),
        ("kinds: [PPPK]", "kinds: [ASN]", "dasar.yaml:"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_never_judges(office: RuleOffice, old: str, new: str, said: str) -> None:
    office.app.judges()
    text = (office.rules / TABLE).read_text("utf-8")
    office.write(TABLE, text.replace(old, new, 1))
    with pytest.raises(RulesError, match=said):
        legalbasis.load(office.rules)
    assert any(TABLE in str(one) for one in office.app.governance.sync().lines())
    assert legalbasis.load(office.app.governance.folder()).decree.certainty == 2


def test_a_changed_table_waits_for_a_second_person(office: RuleOffice) -> None:
    office.app.judges()
    text = (office.rules / TABLE).read_text("utf-8")
    office.write(TABLE, text.replace("PP 37/2004", "PP 37/2004 (rekaan)"))
    assert [one.path for one in office.app.governance.sync().waiting] == [TABLE]
    assert legalbasis.load(office.app.governance.folder()).forms["DIS-5"].bases[0].text == "PP 37/2004"


def test_every_sentence_finds_its_places_and_names_no_sanction(tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    law = legalbasis.load(SHIPPED)
    said = content.assemble(desk.bureau.source(desk.case), desk.kept.archive)
    for phrase in law.phrases:
        text = phrases.filled(phrase, said)
        assert "{" not in text, phrase.id
        assert not SANCTIONS.search(text), phrase.id
    assert len({one.id for one in law.phrases}) == len(law.phrases) >= 5
    odd = law.phrases[0].model_copy(update={"text": "{kantor} {tidak_ada} {kantor.__class__}"})
    assert phrases.filled(odd, said) == "Bawaslu Kabupaten <Contoh> & Rekaan {tidak_ada} {kantor.__class__}"
    desk.kept.store.close()


def test_a_set_without_the_table_says_what_to_do(tmp_path: Path) -> None:
    legalbasis.check(tmp_path)
    with pytest.raises(RulesError, match="tabel dasar hukum belum ada — salin dari Netra yang baru"):
        legalbasis.load(tmp_path)
    (tmp_path / "hukum").mkdir()
    (tmp_path / TABLE).write_text("- satu\n", "utf-8")
    with pytest.raises(RulesError, match="bukan tabel dasar hukum"):
        legalbasis.load(tmp_path)
