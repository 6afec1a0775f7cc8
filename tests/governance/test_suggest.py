"""A word is counted by what people decided; a proposed exclusion takes away dismissed items and no upheld one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli import main
from monitor.errors import NotAllowedError
from monitor.governance.suggest import candidates, merged, suggest
from monitor.governance.wording import holds, seen
from monitor.models import ReasonCode, State
from monitor.store import QueueQuery
from tests.fakes_rules import BETTER, DUKUNG, RIGHT, SUPPORT, WRONG, RuleOffice

KEPT = "Panitia laga persahabatan sepakat dukung Bang Andi Mis sampai menang"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RuleOffice]:
    made = RuleOffice(tmp_path / "kantor")
    made.post(*WRONG, *RIGHT, KEPT)
    made.screen()
    for flag in made.app.store.flags.queue(QueueQuery(limit=100)).flags:
        text = flag.stored.item.text
        if text in WRONG[:3]:
            state, reason = State.CLEARED, ReasonCode.NOT_PARTISAN
        elif text in {*RIGHT, KEPT}:
            state, reason = State.LEAD, ReasonCode.SUPPORT
        else:
            continue
        made.app.store.decisions.append(flag.flag_id, made.monitor.user_id, state, reason, "", expected=None)
    yield made
    made.close()


def netra(office: RuleOffice, *words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["--config", str(office.settings), *words], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result


def test_a_word_is_counted_by_verdict_with_sentences(office: RuleOffice) -> None:
    found = seen(office.app.store, "laga  PERSAHABATAN")
    assert (found.upheld, found.dismissed, found.undecided) == (1, 3, 2)
    assert found.upheld_shown == (KEPT,)
    assert seen(office.app.store, "ＦＵＴＳＡＬ").dismissed == 3
    assert seen(office.app.store, "sahabat").undecided == 0
    with pytest.raises(NotAllowedError, match="tulis kata"):
        seen(office.app.store, "  ")


@pytest.mark.parametrize(
    ("text", "phrase", "there"),
    [("ayo menang", "menang", True), ("kemenangan", "menang", False), ("kemenangan menang", "menang", True),
     ("#menang!", "menang", True), ("menang", "#menang", False), ("a ✌️", "✌", True)],
)  # fmt: skip
def test_a_phrase_stands_as_whole_words(text: str, phrase: str, there: bool) -> None:
    assert holds(text, phrase) is there


def test_exclusions_take_dismissed_items_and_no_upheld_one(office: RuleOffice) -> None:
    found = suggest(office.app.store, office.app.governance, office.app.judges(), SUPPORT)
    assert found
    first = found[0]
    assert (first.removes, first.dismissed, first.upheld) == (3, 3, 3)
    assert set(first.sentences) == set(WRONG[:3])
    for one in found:
        assert one.phrase not in KEPT.lower()
        assert not {"dukung", "bang", "andi", "mis"} & set(one.phrase.split())
        rules = office.app.governance.checked(SUPPORT, one.content)
        assert not rules.try_text(WRONG[0])
        assert all(rules.try_text(text) for text in (*RIGHT, KEPT))
    with pytest.raises(NotAllowedError, match="bukan aturan yang berlaku"):
        suggest(office.app.store, office.app.governance, office.app.judges(), "lexicon/ajakan.yaml")


def test_candidates_are_frequent_absent_from_the_kept_and_never_the_rules_own_words() -> None:
    assert candidates(["laga futsal", "laga futsal"], []) == ["futsal", "laga", "laga futsal"]
    assert candidates(["laga futsal", "laga futsal"], ["laga kita"]) == ["futsal", "laga futsal"]
    assert candidates(["laga futsal", "laga futsal"], [], frozenset({"laga"})) == ["futsal"]
    assert candidates(["laga futsal", "lomba voli"], []) == []
    assert candidates(["dengan", "dengan"], []) == []
    assert "laga futsal" not in candidates(["laga, futsal", "laga, futsal"], [])


@pytest.mark.parametrize("content", [DUKUNG, BETTER, BETTER.replace("  - futsal", "- futsal")])
def test_a_merge_changes_one_place_and_still_loads(office: RuleOffice, content: str) -> None:
    made = merged(content, "laga persahabatan")
    added = set(made.splitlines()) - set(content.splitlines())
    assert {one.strip() for one in added} <= {"none:", '- "laga persahabatan"'}
    assert not office.app.governance.candidate(SUPPORT, made).try_text(WRONG[0])


def test_the_command_line_shows_and_takes_one(office: RuleOffice) -> None:
    said = " ".join(netra(office, "rules", "suggest", "uji-dukung").output.split())
    assert "menghapus 3 dari 3 yang dinyatakan bersih, 0 dari 3 yang diteruskan" in said
    listed = json.loads(netra(office, "rules", "suggest", "uji-dukung", "--json").stdout)
    netra(office, "rules", "suggest", "uji-dukung", "--take", "1", code=2)
    by = ("--by", "penyusun", "--why", "laga bukan dukungan")
    assert "hanya ada" in netra(office, "rules", "suggest", "uji-dukung", "--take", "99", *by, code=5).output
    assert "Diusulkan" in netra(office, "rules", "suggest", "uji-dukung", "--take", "1", *by).output
    waiting = office.app.store.rulebook.waiting()
    assert [(one.path, one.content) for one in waiting] == [(SUPPORT, listed[0]["content"])]
    assert "Tidak ada usul" in netra(office, "rules", "suggest", "uji-salam").output
    assert "Terlihat di 0 yang diteruskan, 3 yang dinyatakan bersih" in " ".join(
        netra(office, "rules", "word", "futsal").output.split()
    )
    assert json.loads(netra(office, "rules", "word", "futsal", "--json").stdout)["undecided"] == 2
