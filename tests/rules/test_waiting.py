"""One file in error is one error: examples of others that lean on it wait, and are told again once it is mended."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from monitor.errors import RulesError
from monitor.rules import RuleSet
from monitor.rules.lint import check, check_folder
from tests.offices import make_office
from tests.rules.test_loader import GOOD
from tests.rules.world import CONTEST, SHIPPED, own_folder, targets
from tests.typist import Typist

PLAIN = "asn/ajakan-memilih-sasaran.yaml"
LEANING = "asn/suka-konten-memihak.yaml"
LIST = "lexicon/ajakan.yaml"
LINE = "contoh {} aturan yang bersandar pada aturan atau kamus lain menunggu sampai galat di atas diperbaiki"
SORAK = GOOD.replace("jaya selalu {kandidat}", "{sorak} {kandidat}").replace("jaya selalu", "hore terus")
WORDS = "name: sorak\ntitle: Sorak uji\nwords: [hore terus]\n"


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """The shipped set, to be broken."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "rules"))


def change(folder: Path, path: str, before: str, after: str) -> None:
    text = (folder / path).read_text(encoding="utf-8")
    assert before in text
    (folder / path).write_text(text.replace(before, after, 1), encoding="utf-8")


def told(folder: Path) -> RulesError:
    with pytest.raises(RulesError) as caught:
        RuleSet.load(folder, targets())
    return caught.value


def files(error: RulesError) -> set[str]:
    return {one.file.partition("/")[2] for one in error.problems}


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (PLAIN, "level: ", "level: x"),
        (PLAIN, "title: ", "title: [a: "),
        (PLAIN, "{sasaran}", "{sasarn}"),
        (LIST, "title: ", "title: [a: "),
        (LIST, "\n  - ", "\n  - {word_fom: x}\n  - "),
        ("lexicon/negasi.yaml", "title: ", "title: a: "),
        ("lexicon/kata_umum.yaml", "words:", "wrds:"),
    ],
)
def test_one_file_in_error_is_told_alone(whole: Path, path: str, before: str, after: str) -> None:
    change(whole, path, before, after)
    error = told(whole)
    assert files(error) == {path}
    assert error.waiting >= 5
    assert str(error).splitlines()[-1] == LINE.format(error.waiting)
    assert check(whole, targets()).waiting == error.waiting


def test_any_shipped_file_in_error_is_told_alone(whole: Path) -> None:
    chance = random.Random(20251126)
    for path in chance.sample(
        [*sorted((whole / "asn").glob("*.yaml")), *sorted((whole / "lexicon").glob("*.yaml"))], 8
    ):
        kept = path.read_bytes()
        path.write_bytes(kept.replace(b"title: ", b"title: [a: ", 1))
        assert files(told(whole)) == {path.relative_to(whole).as_posix()}
        path.write_bytes(kept)


def test_once_everything_is_read_the_leaning_rules_are_tried_again(whole: Path) -> None:
    change(whole, LEANING, "parent_level: sedang", "parent_level: tinggi")
    change(whole, LEANING, "  no_match:", '    - {parent_text: "Bu Citra rapat"}\n  no_match:')
    change(whole, PLAIN, "level: ", "level: x")
    assert files(told(whole)) == {PLAIN}
    change(whole, PLAIN, "level: x", "level: ")
    error = told(whole)
    assert (files(error), error.waiting) == ({LEANING}, 0)
    assert "menunggu" not in str(error)


def test_a_plain_rule_is_tried_beside_a_file_in_error(tmp_path: Path) -> None:
    wrong = GOOD.replace('    - "jaya selalu Bu Citra"', '    - "Bu Citra saja"')
    error = told(
        own_folder(tmp_path, satu=wrong, dua=GOOD.replace("contoh-aturan", "contoh-dua").replace("sedang", "x"))
    )
    assert files(error) == {"asn/satu.yaml", "asn/dua.yaml"}
    assert error.waiting == 0


@pytest.mark.parametrize(
    "words", [WORDS.replace("words", "wrds"), WORDS + "\t- [", "name: sorak\n- x", b"name: sorak\n\xff"]
)
def test_a_list_is_known_by_its_name_whatever_its_file_is_called(tmp_path: Path, words: str | bytes) -> None:
    folder = own_folder(tmp_path, satu=SORAK)
    (folder / "lexicon" / "lain.yaml").write_bytes(words if isinstance(words, bytes) else words.encode())
    error = told(folder)
    assert (files(error), error.waiting) == ({"lexicon/lain.yaml"}, 1)


def test_a_list_without_a_name_is_known_by_its_file(tmp_path: Path) -> None:
    folder = own_folder(tmp_path, satu=SORAK)
    for name in ("sorak.yaml", "tiada.yaml"):
        (folder / "lexicon" / name).mkdir()  # it is there and cannot be read
    assert files(told(folder)) == {"lexicon/sorak.yaml", "lexicon/tiada.yaml"}
    (folder / "lexicon" / "sorak.yaml").rmdir()
    error = told(folder)
    assert files(error) == {"lexicon/tiada.yaml", "asn/satu.yaml"}, "a list that nobody wrote is still unknown"


def test_other_mistakes_of_a_rule_that_reads_the_list_are_told(tmp_path: Path) -> None:
    folder = own_folder(tmp_path, satu=SORAK.replace("any:\n", 'any:\n  - "coblos {kandidta}"\n'))
    (folder / "lexicon" / "sorak.yaml").write_text(WORDS.replace("words", "wrds"), encoding="utf-8")
    assert sorted(one.line for one in told(folder).problems if one.file.endswith("satu.yaml")) == [7]


def test_a_broken_overlay_of_a_list_holds_back_what_reads_it(tmp_path: Path) -> None:
    more = '    - "ayolah rek Bu Citra"\n  no_match:'
    folder = own_folder(
        tmp_path, satu=SORAK.replace("  no_match:", more), dua=GOOD.replace("contoh-aturan", "contoh-dua")
    )
    (folder / "lexicon" / "sorak.yaml").write_text(WORDS, encoding="utf-8")
    (folder / "local").mkdir()
    over = folder / "local" / "kantor.yaml"
    good = "lexicon: sorak\nwords: [ayolah rek]\nauthor: kantor uji\ndate: 2025-02-01\n"
    over.write_text(good, encoding="utf-8")
    RuleSet.load(folder, targets())
    for wrong in (good.replace("date", "dte"), good + "\t: [", good.replace("ayolah rek", '{regex: "ayolah r.k"}')):
        over.write_text(wrong, encoding="utf-8")
        error = told(folder)
        assert (files(error), error.waiting) == ({"local/kantor.yaml"}, 1)


def test_targets_in_error_are_told_with_the_mistakes_of_rules(whole: Path) -> None:
    change(whole, "targets/contoh.yaml", "id: ", "id: a: ")
    change(whole, PLAIN, "level: ", "level: x")
    report = check_folder(whole, (CONTEST,))
    assert [one.file for one in report.errors] == ["targets/contoh.yaml", f"rules/{PLAIN}"]
    assert report.waiting == len(list((whole / "asn").glob("*.yaml"))) - 1


def test_a_supervisor_reads_one_error_and_one_line(tmp_path: Path) -> None:
    office = Typist(make_office(tmp_path / "kantor"))
    rules = office.config.parent / "rules"
    rules.unlink()  # shared by all tests
    shutil.copytree(SHIPPED, rules)
    change(rules, PLAIN, "level: ", "level: x")
    lines = office("rules", "check", code=2).stdout.replace("\n", " ")
    assert lines.count("salah: ") == 1
    assert LINE.format(5) in lines
    assert lines.endswith("1 kesalahan; perbaiki dulu. ")
    assert office.json("rules", "check", code=2)["waiting"] == 5
    change(rules, LIST, "title: ", "title: [a: ")
    assert len(office.json("rules", "check", code=2)["errors"]) == 2
    change(rules, "targets/contoh.yaml", "id: ", "id: a: ")
    assert len(office.json("rules", "check", code=2)["errors"]) == 3
