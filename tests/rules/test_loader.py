"""Bad rule files: every mistake of every file at once, with line and advice; nothing else is ever raised."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path

import pytest

from monitor.errors import Problem, RulesError
from monitor.models import Level
from monitor.rules import RuleSet
from monitor.rules.schema import Status
from tests.rules.world import SHIPPED, own_folder, shipped, targets

GOOD = """\
id: contoh-aturan
title: Contoh aturan yang benar
status: aktif
level: sedang
forms: [KE-2, DIS-2]
any:
  - "jaya selalu {kandidat}"
legal_basis:
  - {text: "PP 94/2021 pasal 5 huruf n", certainty: 2}
author: penyusun uji
date: 2025-01-06
examples:
  match:
    - "jaya selalu Bu Citra"
  no_match:
    - "jaya selalu Kabupaten Contoh"
"""

FIVE_MISTAKES = """\
id: lima-salah
title: Aturan dengan lima kesalahan
status: aktip
level: sedang
forms: [KE-22]
any:
  - "coblos {kandidta}"
  - {word_frm: dukung}
not_when: [negasi, pertayaan]
legal_basis:
  - {text: "PP 94/2021 pasal 5 huruf n", certainty: 2}
author: penyusun uji
date: 2025-01-06
examples:
  match: ["coblos Bu Citra"]
  no_match: ["tidak ada"]
"""


def problems(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(RulesError) as caught:
        RuleSet.load(folder, targets())
    return caught.value.problems


def test_good_rule_loads(tmp_path: Path) -> None:
    rules = RuleSet.load(own_folder(tmp_path, satu=GOOD), targets())
    assert [rule.id for rule in rules.rules] == ["contoh-aturan"]
    assert rules.try_text("JAYA   selalu bu citra!")[0].level is Level.MEDIUM


def test_five_mistakes_are_five_problems_with_lines(tmp_path: Path) -> None:
    found = problems(own_folder(tmp_path, lima=FIVE_MISTAKES))
    assert [one.line for one in found] == [3, 5, 7, 8, 9], [str(one) for one in found]
    assert all(one.file.endswith("asn/lima.yaml") and one.column for one in found)
    for one, word in zip(found, ("`aktif`", "`KE-2`", "`{kandidat}`", "`word_form`", "`pertanyaan`"), strict=True):
        assert one.advice == f"maksud Anda {word}?"


def test_all_files_are_reported_together(tmp_path: Path) -> None:
    folder = own_folder(tmp_path, satu=GOOD, dua=GOOD, tiga="id: [", empat="")
    (folder / "lexicon" / "rusak.yaml").write_text("name: ajakan\ntitle: dua kali\nwords: [ayo]\n", encoding="utf-8")
    files = {one.file.rpartition("/")[2] for one in problems(folder)}
    assert files == {"satu.yaml", "tiga.yaml", "empat.yaml", "rusak.yaml"}


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ('    - "jaya selalu Bu Citra"', '    - "Bu Citra saja"', 14, "seharusnya cocok"),
        ("jaya selalu Kabupaten Contoh", "jaya selalu Bu Citra", 16, "seharusnya tidak cocok"),
        ('any:\n  - "jaya selalu {kandidat}"\n', "", 1, "tanpa syarat"),
        ('"jaya selalu {kandidat}"', '{regex: "(a+)+\\\\1"}', 7, "pola tidak dapat dipakai"),
        ('"jaya selalu {kandidat}"', '{regex: "a*"}', 7, "teks kosong"),
        ('"jaya selalu {kandidat}"', "{phrase: satu, word_form: dua}", 7, "tepat satu cara"),
        ('"jaya selalu {kandidat}"', "{lexicon: ajakn}", 7, "bukan isian atau kamus"),
        ("forms: [KE-2, DIS-2]", "forms: {kampanye: [KE-2]}", 5, "tidak berlaku pada tahap"),
        ("forms: [KE-2, DIS-2]", "forms: {kampanya: [DIS-2]}", 5, "tahap `kampanya`"),
    ],
)  # fmt: skip
def test_mistakes_of_meaning(tmp_path: Path, before: str, after: str, line: int, said: str) -> None:
    assert before in GOOD
    found = problems(own_folder(tmp_path, satu=GOOD.replace(before, after)))
    assert (found[0].line, said in found[0].message) == (line, True), [str(one) for one in found]
    assert found[0].advice


def test_only_active_rules_match(tmp_path: Path) -> None:
    for status in Status:
        rules = RuleSet.load(own_folder(tmp_path, satu=GOOD.replace("aktif", status)), targets())
        assert bool(rules.try_text("jaya selalu Bu Citra")) is (status is Status.ACTIVE)


def test_digests_change_with_rule_lexicon_and_target(tmp_path: Path) -> None:
    first = RuleSet.load(own_folder(tmp_path / "a", satu=GOOD), targets())
    other = RuleSet.load(own_folder(tmp_path / "b", satu=GOOD.replace("level: sedang", "level: tinggi")), targets())
    assert first.digest != other.digest
    assert first.rules[0].digest != other.rules[0].digest
    lexicon = tmp_path / "b" / "lexicon" / "ajakan.yaml"
    lexicon.write_text(lexicon.read_text(encoding="utf-8") + "  - ayolah rek\n", encoding="utf-8")
    again = RuleSet.load(tmp_path / "b", targets())
    assert again.digest != other.digest
    assert again.try_text("jaya selalu Bu Citra")[0].rule_digest == again.rules[0].digest


def test_broken_files_never_give_a_traceback(tmp_path: Path) -> None:
    source = (SHIPPED / "asn" / "ajakan-memilih-sasaran.yaml").read_text(encoding="utf-8")
    chance = random.Random(7)
    folder = own_folder(tmp_path)
    for _ in range(60):
        letters = list(source)
        for _ in range(chance.randint(1, 4)):  # one to four slips of the pen
            place = chance.randrange(len(letters))
            letters[place] = chance.choice(["", ":", "\t", "{", "]", '"', "x", "\n", "&", "-", "é"])
        (folder / "asn" / "rusak.yaml").write_text("".join(letters), encoding="utf-8")
        with contextlib.suppress(RulesError):  # anything else fails the test
            RuleSet.load(folder, targets())


def test_shipped_set_is_whole() -> None:
    rules = shipped().rules
    assert len(rules) >= 30
    assert len({rule.id for rule in rules}) == len(rules)
    assert all(Path(rule.path).stem == rule.id for rule in rules)
