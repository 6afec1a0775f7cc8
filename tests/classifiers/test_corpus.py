"""The corpus: readable, large enough, of every kind, no near-duplicates."""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path

import pytest

from classifiers.card import CARD, corpus_card
from classifiers.dataset import CORPUS, Sentence, load_corpus, near_duplicates, stems
from classifiers.errors import ClassifierError
from classifiers.labels import Label
from classifiers.names import cast, fill, strangers

SENTENCES = load_corpus()


def test_size_and_balance() -> None:
    assert len(SENTENCES) >= 3600
    assert {one.label for one in SENTENCES} == set(Label)
    share = sum(one.label.partisan for one in SENTENCES) / len(SENTENCES)
    assert 0.35 <= share <= 0.55
    assert min(Counter(one.label for one in SENTENCES).values()) >= 150


def test_no_near_duplicates() -> None:
    found = near_duplicates(SENTENCES)
    assert [(one.file, one.line, one.text, two.file, two.line, two.text) for one, two, _ in found] == []


def test_near_duplicates_are_seen_through_affixes_and_case() -> None:
    one = Sentence(Label.SUPPORT, "x", "kami mendukung {K} menjadi pemimpin di kota ini", "a", 1)
    two = Sentence(Label.SUPPORT, "x", "Kami dukung {K} jadi pemimpin di kota ini", "a", 2)
    three = Sentence(Label.OTHER, "x", "hujan turun sejak pagi di pasar", "a", 3)
    assert [pair[:2] for pair in near_duplicates((one, two, three), 0.6)] == [(one, two)]


def test_stems_keep_the_negation() -> None:
    assert stems("Tidak mendukung, bukan yang lain").split()[0] == "tidak"
    assert "lain" in stems("bukan yang lain")


def test_only_known_slots() -> None:
    known = {"{K}", "{KK}", "{P}", "{N}", "{T}", "{S}", "{B}", "{W}", "{A}", "{O}", "{C}", "{J}"}
    wrong = [one for one in SENTENCES if set(re.findall(r"\{[^}]*\}?", one.text)) - known]
    assert wrong == []


def test_card_is_up_to_date() -> None:
    assert CARD.read_text("utf-8") == corpus_card(SENTENCES)


@pytest.mark.parametrize("line", ["dukungan\tx", "entah\tx\tteks", "dukungan\tx\t ", "teks saja"])
def test_a_broken_line_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.tsv").write_text(f"lain\tx\tbaik\n{line}\n", "utf-8")
    with pytest.raises(ClassifierError, match=r"a\.tsv baris 2"):
        load_corpus(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClassifierError, match="korpus"):
        load_corpus(tmp_path)


def test_slots_are_filled_the_same_way_every_time() -> None:
    template = "{K} {KK} {P} {N} {T} {S} {B} {W} {A} {O} {C} {J}"
    once = fill(template, cast(), random.Random(1))
    assert once == fill(template, cast(), random.Random(1))
    assert "{" not in once
    assert "{" not in fill(template, strangers(random.Random(2)), random.Random(3))


def test_the_folder_ships() -> None:
    assert CORPUS.is_dir()
