"""The office's own layer: what it adds, what an update of the shipped set does to it, and whose mistake is whose."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import yaml

from monitor.errors import Problem, RulesError
from monitor.rules import RuleSet
from monitor.rules.lint import check
from monitor.rules.overlay import Layer
from tests.rules.test_broken import broken_text
from tests.rules.test_loader import GOOD
from tests.rules.world import own_folder, targets

RULE = """\
rule: contoh-aturan
any:
  - "guyub terus {kandidat}"
none:
  - futsal
not_when: [pertanyaan]
false_positives: [laga futsal antarkelurahan]
examples:
  match: ["guyub terus Bu Citra"]
  no_match: ["futsal: jaya selalu Bu Citra"]
author: kantor uji
date: 2025-02-01
"""
WORDS = """\
lexicon: sorak
words: [hore sekali, {emoji: ["🌾"]}]
without: [jaya dong]
author: kantor uji
date: 2025-02-01
"""
SORAK = """\
name: sorak
title: Sorak uji
words: [jaya dong, terus maju]
"""
CHEER = (
    GOOD.replace("contoh-aturan", "contoh-sorak")
    .replace("jaya selalu {kandidat}", "{sorak} {kandidat}")
    .replace("jaya selalu", "terus maju")
)


def made(tmp_path: Path, **local: str) -> Path:
    folder = own_folder(tmp_path, contoh_aturan=GOOD, contoh_sorak=CHEER)
    (folder / "lexicon" / "sorak.yaml").write_text(SORAK, encoding="utf-8")
    (folder / "local").mkdir(exist_ok=True)
    for name, text in local.items():
        (folder / "local" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def load(folder: Path) -> RuleSet:
    return RuleSet.load(folder, targets())


def problems(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(RulesError) as caught:
        load(folder)
    return caught.value.problems


def ids(rules: RuleSet, text: str) -> set[str]:
    return {one.rule_id for one in rules.try_text(text)}


def test_an_overlay_adds_and_excludes_without_touching_the_shipped_file(tmp_path: Path) -> None:
    bare = load(made(tmp_path))
    assert ids(bare, "guyub terus Bu Citra") == set()
    assert ids(bare, "futsal: jaya selalu Bu Citra") == {"contoh-aturan"}
    folder = made(tmp_path, apa_saja=RULE, kamus=WORDS)
    rules = load(folder)
    assert ids(rules, "guyub terus Bu Citra") == {"contoh-aturan"}
    assert ids(rules, "jaya selalu Bu Citra") == {"contoh-aturan"}
    assert ids(rules, "futsal: jaya selalu Bu Citra") == set()
    assert ids(rules, "jaya selalu Bu Citra?") == set()
    assert ids(rules, "hore sekali Bu Citra") == {"contoh-sorak"}
    assert ids(rules, "🌾 Bu Citra") == {"contoh-sorak"}
    assert ids(rules, "jaya dong Bu Citra") == set()
    assert (folder / "asn" / "contoh-aturan.yaml").read_text(encoding="utf-8") == GOOD
    one = next(one for one in rules.rules if one.id == "contoh-aturan")
    assert one.path.endswith("asn/contoh-aturan.yaml")
    assert one.overlay.endswith("local/apa_saja.yaml")
    assert "laga futsal antarkelurahan" in one.file.false_positives


def test_the_digest_of_a_rule_covers_the_shipped_file_and_the_overlay(tmp_path: Path) -> None:
    def digest(**local: str) -> tuple[str, str, str]:
        rules = load(made(tmp_path, **local))
        held = {one.id: one.digest for one in rules.rules}
        return rules.digest, held["contoh-aturan"], held["contoh-sorak"]

    bare = digest()
    over = digest(a=RULE)
    assert over[0] != bare[0]
    assert over[1] != bare[1]
    assert over[2] == bare[2]
    assert digest(a=RULE.replace("- futsal", "- voli").replace("futsal:", "voli:"))[1] not in {bare[1], over[1]}
    assert digest(a=RULE, b=WORDS)[2] != bare[2], "a word list's overlay changes every rule's digest, as the list would"
    (tmp_path / "local" / "b.yaml").unlink()
    (tmp_path / "asn" / "contoh-aturan.yaml").write_text(GOOD.replace("level: sedang", "level: tinggi"), "utf-8")
    assert next(one.digest for one in load(tmp_path).rules if one.id == "contoh-aturan") not in {bare[1], over[1]}


def test_the_office_keeps_rules_and_word_lists_of_its_own_there_too(tmp_path: Path) -> None:
    own = (
        GOOD.replace("contoh-aturan", "aturan-kantor")
        .replace("jaya selalu", "{salam_kantor}")
        .replace('match:\n    - "{salam_kantor} Bu', 'match:\n    - "salam guyub Bu')
    )
    rules = load(made(tmp_path, aturan_kantor=own, salam="name: salam_kantor\ntitle: Salam\nwords: [salam guyub]\n"))
    assert ids(rules, "salam guyub Bu Citra") == {"aturan-kantor"}
    assert "salam_kantor" in rules.loaded.lexicons


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (RULE.replace("- futsal", '- "{kandidta}"'), 5, "maksud Anda `{kandidat}`?"),
        (RULE.replace("not_when: [pertanyaan]", "not_when: [pertayaan]"), 6, "maksud Anda `pertanyaan`?"),
        (RULE.replace("none:", "nonne:"), 4, "maksud Anda `none`?"),
        (RULE.replace("futsal: jaya", "voli: jaya"), 10, "seharusnya tidak cocok"),
        (RULE.replace("author: kantor uji\n", ""), 1, "kolom wajib `author`"),
        (RULE + "lexicon: sorak\n", 1, "tepat satu hal"),
        (RULE + "words: [a b]\n", 1, "`words` bukan untuk tambahan pada aturan"),
        (WORDS.replace("hore sekali", '{regex: "ab+"}'), 2, "kamus hanya memuat"),
        ("rule: contoh-aturan\nauthor: kantor uji\ndate: 2025-02-01\n", 1, "tidak menambah apa-apa"),
        (RULE.replace("- futsal", "- jaya"), 1, "contoh di"),
        (RULE + "base: bukan-sidik\n", 13, "bentuknya tidak sesuai"),
        ("rule: [contoh-aturan]\n", 1, "harus teks"),
        ("- rule\n", 1, "berkas kosong"),
    ],
)  # fmt: skip
def test_mistakes_are_told_at_the_line_of_the_overlay(tmp_path: Path, text: str, line: int, said: str) -> None:
    found = problems(made(tmp_path, keliru=text))
    mine = [one for one in found if one.file.endswith("local/keliru.yaml")]
    assert mine == list(found), "a shipped file is never blamed for an overlay's mistake"
    assert [one for one in mine if one.line == line and said in str(one)], "\n".join(map(str, found))


def test_a_word_lists_overlay_that_breaks_a_shipped_example_is_blamed_itself(tmp_path: Path) -> None:
    found = problems(made(tmp_path, kamus=WORDS.replace("jaya dong", "terus maju")))
    assert [(one.file.rsplit("/", 1)[-1], one.line) for one in found] == [("kamus.yaml", 1)]
    assert "contoh-sorak.yaml:" in found[0].message


def test_a_shipped_rule_that_fails_by_itself_is_blamed_itself(tmp_path: Path) -> None:
    folder = made(tmp_path, tambahan=RULE)
    broken = GOOD.replace('no_match:\n    - "', 'no_match:\n    - "jaya selalu Bu Citra, ')
    (folder / "asn" / "contoh-aturan.yaml").write_text(broken, encoding="utf-8")
    assert {one.file.rsplit("/", 1)[-1] for one in problems(folder)} == {"contoh-aturan.yaml"}


def test_two_overlays_over_one_rule_and_any_over_a_rule_without_any(tmp_path: Path) -> None:
    assert "sudah punya tambahan di" in str(problems(made(tmp_path, satu=RULE, dua=RULE))[0])
    (tmp_path / "local" / "dua.yaml").unlink()
    all_of = GOOD.replace("any:", "all:")
    (tmp_path / "asn" / "contoh-aturan.yaml").write_text(all_of, encoding="utf-8")
    assert "mempersempitnya" in " ".join(map(str, problems(tmp_path)))


def test_check_says_when_what_it_leans_on_vanished_or_changed(tmp_path: Path) -> None:
    folder = made(tmp_path, tambahan=RULE)
    base = load(folder).loaded.bases["contoh-aturan"]
    hint = check(folder, targets())
    assert hint.ok
    assert any(f'tambahkan `base: "{base}"`' in one.advice for one in hint.doubts)

    (folder / "local" / "tambahan.yaml").write_text(RULE + f'base: "{base}"\n', encoding="utf-8")
    assert load(folder).loaded.layer.notes == ()

    shipped = folder / "asn" / "contoh-aturan.yaml"
    shipped.write_text("# catatan baru\n" + GOOD, encoding="utf-8")
    assert load(folder).loaded.layer.notes == (), "only what a file says counts"
    shipped.write_text(
        GOOD.replace('  - "jaya selalu {kandidat}"', '  - "jaya selalu {kandidat}"\n  - maju pesat'), "utf-8"
    )
    report = check(folder, targets())
    assert report.ok
    moved = [one for one in report.doubts if "berubah sejak tambahan ini ditulis" in one.message]
    assert [(one.file.rsplit("/", 1)[-1], one.line) for one in moved] == [("tambahan.yaml", 13)]
    assert ids(load(folder), "guyub terus Bu Citra") == {"contoh-aturan"}

    shipped.rename(folder / "asn" / "contoh-lain.yaml")
    (folder / "asn" / "contoh-lain.yaml").write_text(GOOD.replace("contoh-aturan", "contoh-aturan-b"), encoding="utf-8")
    report = check(folder, targets())
    assert report.ok, "an overlay whose rule is gone does not stop the office"
    gone = next(one for one in report.doubts if "tidak ada (lagi)" in one.message)
    assert gone.line == 1
    assert "maksud Anda `contoh-aturan-b`?" in gone.advice
    assert ids(load(folder), "guyub terus Bu Citra") == set()


def test_a_word_that_an_update_took_away_is_only_a_doubt(tmp_path: Path) -> None:
    folder = made(tmp_path, kamus=WORDS)
    (folder / "lexicon" / "sorak.yaml").write_text(SORAK.replace("jaya dong, ", ""), encoding="utf-8")
    report = check(folder, targets())
    assert report.ok
    assert any("`jaya dong` tidak ada di kamus" in one.message and one.line == 3 for one in report.doubts)


def test_without_a_local_folder_nothing_is_laid_over(tmp_path: Path) -> None:
    assert load(own_folder(tmp_path, contoh_aturan=GOOD)).loaded.layer == Layer()


def test_overlays_broken_at_random_give_errors_with_lines_and_never_a_traceback(tmp_path: Path) -> None:
    """A hundred mutants, by the ways in which rule files are broken: text and structure."""
    folder, chance = made(tmp_path), random.Random(20250201)
    target = folder / "local" / "mutan.yaml"
    refused: list[tuple[str, tuple[Problem, ...]]] = []
    for number in range(100):
        source = RULE if number % 2 else WORDS
        text = broken_text(source, chance) if number % 3 else _broken(source, chance)
        target.write_text(text, encoding="utf-8")
        try:
            load(folder)
        except RulesError as error:
            refused.append((text, error.problems))
    assert len(refused) > 80, "nearly every mutation breaks the file"
    for text, found in refused:
        assert all(one.file.endswith("local/mutan.yaml") for one in found), text
        assert all(one.line >= 1 and one.message for one in found), text


def _broken(source: str, chance: random.Random) -> str:
    data = yaml.safe_load(source)
    name = chance.choice(list(data))
    data[name] = chance.choice([None, [], {}, 7, [[]], [{"a": 1}], "x" * 500, ["{tidak_ada}"], {"match": "a"}])
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, default_flow_style=False)
