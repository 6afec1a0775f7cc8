"""Why, and why not: which rules nearly match a text and which of their conditions fail."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.models import ItemKind
from monitor.rules import NearMiss, RuleSet
from monitor.workbench import Trial
from tests.rules.test_language import WEIGHTS, load, rule
from tests.rules.world import shipped


def miss(rules: RuleSet, text: str) -> NearMiss:
    (one,) = rules.near_misses(text)
    assert all(text[span.start : span.end] == span.words for span in one.spans)
    return one


NEAR = 'any: [{near: {words: [menyala, "{kandidat}"], within: 2}}]'


@pytest.mark.parametrize(
    ("instead", "columns", "text", "why", "words"),
    [
        (NEAR, {}, "menyala satu dua tiga Bu Citra", "terpisah lebih dari 2 kata", ["menyala", "Bu Citra"]),
        (NEAR.replace("within: 2", "within: 2, ordered: true"), {}, "Bu Citra menyala", "dalam urutan ini", None),
        ('all: ["menyala", "{kandidat}"]', {}, "menyala ya", "tidak ada {kandidat}", ["menyala"]),
        ('any: ["coblos {kandidat}"]', {}, "coblos ya, Bu Citra", "tidak bersambung", ["coblos", "Bu Citra"]),
        (f"{NEAR}\nnone: [upacara]", {}, "upacara: Bu Citra menyala", "`none` justru ditemukan: “upacara”", None),
        (f"{NEAR}\nnot_when: [negasi]", {}, "Bu Citra tidak menyala", "gugur oleh `not_when`", ["Bu Citra", "menyala"]),
        (
            "at_least: {n: 2, of: [menyala, gas, pol]}",
            {},
            "menyala",
            "1 dari sedikitnya 2; belum ada “gas”, “pol”",
            None,
        ),
        (WEIGHTS, {"level": "tinggi"}, "menyala", "nilainya 2, paling sedikit 3", ["menyala"]),
    ],
)
def test_what_is_missing_is_said(
    tmp_path: Path, instead: str, columns: dict[str, str], text: str, why: str, words: list[str] | None
) -> None:
    rules = load(tmp_path, rule(instead, "menyala Bu Citra, coblos Bu Citra, gas", "selamat pagi", **columns))
    found = miss(rules, text)
    assert why in " ".join(found.why)
    assert 0.5 <= found.share < 1
    if words is not None:
        assert [span.words for span in found.spans] == words


def test_wrong_setting_is_said(tmp_path: Path) -> None:
    rules = load(tmp_path, rule(f"{NEAR}\napplies_to: {{kinds: [komentar]}}", "menyala Bu Citra", "menyala"))
    assert miss(rules, "menyala Bu Citra").why == ("tidak berlaku untuk `unggahan`",)
    assert rules.near_misses("menyala Bu Citra", kind=ItemKind.COMMENT) == ()
    assert rules.near_misses("selamat pagi") == ()


def test_nearest_first_and_never_a_match() -> None:
    text = "Ayo kita bersama Bu Citra menjenguk tetangga"
    rules = shipped()
    misses = rules.near_misses(text)
    assert misses
    assert [one.share for one in misses] == sorted((one.share for one in misses), reverse=True)
    assert not {one.rule_id for one in misses} & {one.rule_id for one in rules.try_text(text)}


def test_trial_says_both(tmp_path: Path) -> None:
    trial = Trial(load(tmp_path, rule(NEAR, "menyala Bu Citra", "menyala", status="bayangan")), ItemKind.POST)
    said = "\n".join(trial.lines(trial.text("menyala Bu Citra", "a")))
    assert re.match(r"\[a\]\nsedang +contoh-aturan: .*\(bayangan", said)
    result = trial.text("menyala satu dua tiga Bu Citra")
    assert result["matches"] == []
    assert result["near_misses"][0]["shadow"] is True
    said = "\n".join(trial.lines(result))
    assert "Tidak ada aturan yang kena." in said
    assert "Hampir kena (1 dari 1):" in said
    assert "yang ada: “menyala” (teks 0–7)" in said
