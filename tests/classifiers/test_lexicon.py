from __future__ import annotations

from pathlib import Path

import pytest

from classifiers.errors import ClassifierError
from classifiers.lexicon import LEXICON, Kind, forms, normal, read_forms
from classifiers.text import fold


def test_the_lexicon_holds_more_than_the_asked_forms_of_every_kind() -> None:
    known = forms().values()
    assert len(known) >= 2500
    assert {one.kind for one in known} == set(Kind)


def test_every_form_is_folded_and_leads_to_a_standard_in_one_step() -> None:
    for one in forms().values():
        assert fold(one.form).text == one.form, one
        assert " " not in one.form
        assert one.standard == one.standard.strip().lower()
        assert one.standard not in forms(), one


@pytest.mark.parametrize(
    ("form", "standard"),
    [
        ("yg", "yang"),
        ("gpp", "tidak apa-apa"),
        ("temen2", "teman-teman"),
        ("org2", "orang-orang"),
        ("org2nya", "orang-orangnya"),
        ("kumaha", "bagaimana"),
        ("cawabup", "calon wakil bupati"),
        ("rakyat", None),
        ("paslon2", None),
        ("", None),
        ("2", None),
    ],
)
def test_normal(form: str, standard: str | None) -> None:
    assert normal(form) == standard


@pytest.mark.parametrize("line", ["yg\tyang", "yg\tyang\tentah", "yg\t\tgaul", "yg\tyang\tgaul\nyg\tyang\tgaul"])
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "kata.tsv"
    path.write_text(f"#\tcatatan\n\n{line}\n", encoding="utf-8")
    with pytest.raises(ClassifierError, match=r"kata\.tsv baris [34]"):
        read_forms(path)


def test_the_file_is_sorted_by_kind() -> None:
    kinds = list(dict.fromkeys(one.kind for one in read_forms(LEXICON)))
    assert len(kinds) == len(set(kinds))
