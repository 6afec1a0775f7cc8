"""The YAML reader: plain data, places, and advice for everything PyYAML would swallow."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from monitor import strictyaml
from monitor.errors import Problem
from monitor.strictyaml import parse, read, validate


class Level(StrEnum):
    MEDIUM = "sedang"
    HIGH = "tinggi"


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    tidak_jika: list[str] = Field(default=[], min_length=1)


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str
    level: Level
    count: int = Field(ge=1)
    inner: Inner = Inner()


def problems(text: str) -> list[Problem]:
    return parse(text, "a.yaml")[1]


def test_plain_data_without_surprises() -> None:
    document, found = parse("a: no\nb: 12:30\nc: 01\nd: 2024-11-27\ne: true\nf: ~\ng: 1.5\nh: -3\ni: 1_000\n", "a.yaml")
    assert found == []
    assert document is not None
    assert document.data == {
        "a": "no", "b": "12:30", "c": "01", "d": "2024-11-27", "e": True, "f": None, "g": 1.5, "h": -3, "i": "1_000",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("a:\n- #2030Uji\n", 2, 2, "komentar"),
        ("a: 1\nb: 2\na: 3\n", 3, 1, "dua kali"),
        ("a: &x 1\n", 1, 4, "jangkar"),
        ("a: !!python/object/apply:os.system [id]\n", 1, 4, "penanda"),
        ("a: 1\n---\nb: 1\n", 2, 1, "satu dokumen"),
        ("a: b: c\n", 1, 5, "titik dua"),
        ("a: 'tidak ditutup\nb: 2\n", 1, 4, "kutip belum ditutup"),
        ("a: 1\nb: [x,\n  y\nc: 2\nd: 3\n", 2, 4, "kurung siku"),
        ("a: {b: 1\nc: 2\n", 1, 4, "kurung kurawal"),
        ("a: 1\nlupa\nb: 2\n", 2, 1, "tanpa titik dua"),
        ("a:\n  - x\n - y\n", 3, 2, "tidak sejajar"),
        ("a: 1\n b: 2\n", 2, 3, "tidak sejajar"),
        ("a: @x\n", 1, 4, "tanda khusus"),
        ('a: "\\q"\n', 1, 6, "miring terbalik"),
        ("a: - b\n", 1, 4, "`-` di tempat yang salah"),
        ("a: ]\n", 1, 4, "nilai yang kurang"),
        ("a: 1\n...\nb: 1\n", 3, 1, "akhir dokumen"),
        ("a: |x\n", 1, 5, "susunan YAML rusak"),
        ("\ta: 1\n", 1, 1, "tab"),
        ("? [a]\n: 1\n", 1, 3, "nama kolom"),
    ],
)
def test_refused_with_line_and_advice(text: str, line: int, column: int, said: str) -> None:
    found = problems(text)
    assert (found[0].line, found[0].column) == (line, column)
    assert said in found[0].message
    assert found[0].advice


def test_five_mistakes_are_five_problems() -> None:
    document, _ = parse("id: 7\nlevel: sedan\ncount: 0\nx: 1\ninner:\n  tidak_jka: [a]\n", "a.yaml")
    assert document is not None
    value, found = validate(Outer, document)
    assert value is None
    assert [(one.line, one.message.split(":")[0]) for one in found] == [
        (1, "`id`"),
        (2, "`level`"),
        (3, "`count`"),
        (4, "kolom `x` tidak dikenal"),
        (6, "kolom `tidak_jka` tidak dikenal"),
    ]
    assert "maksud Anda `sedang`?" in found[1].advice
    assert "maksud Anda `tidak_jika`?" in found[4].advice


def test_a_missing_field_is_named_at_its_parent() -> None:
    document, _ = parse("level: tinggi\ncount: 1\n", "a.yaml")
    assert document is not None
    [one] = validate(Outer, document)[1]
    assert "`id` belum ada" in one.message


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert "tidak dapat dibaca" in read(tmp_path / "tak-ada.yaml")[1][0].message
    bad = tmp_path / "latin.yaml"
    bad.write_bytes(b"a: 1\nb: \xe9\n")
    assert read(bad)[1][0].line == 2
    big = tmp_path / "besar.yaml"
    big.write_bytes(b"#" * (strictyaml.MAX_BYTES + 1))
    assert "lebih besar" in read(big)[1][0].message
    marked = tmp_path / "bom.yaml"
    marked.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    document, found = read(marked)
    assert found == []
    assert document is not None
    assert document.data == {"a": 1, "b": 2}


@pytest.mark.parametrize("text", ["[" * 5000, "a: " * 3000, "- " * 5000 + "a", "{" * 400 + "}" * 400])
def test_hostile_nesting_is_a_problem_not_a_crash(text: str) -> None:
    assert problems(text)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80))
def test_any_text_is_data_or_problems(text: str) -> None:
    document, found = parse(text, "a.yaml")
    assert document is not None or found
    assert all(one.file == "a.yaml" and one.line >= 1 for one in found)


@pytest.mark.parametrize("text", ["[" * 50_000, "- " * 5_000, "a: " + "{" * 5_000, "\ud800", "a: \x00"])
def test_hostile_nesting_and_characters_are_a_problem(text: str) -> None:
    document, problems = strictyaml.parse(text, "uji.yaml")
    assert document is None
    assert problems[0].message


def shape(node: yaml.Node | None) -> object:
    if node is None:
        return None
    mark = node.start_mark
    if isinstance(node, yaml.ScalarNode):
        return mark.line, mark.column, node.value
    value = [shape(one) for pair in node.value for one in (pair if isinstance(pair, tuple) else (pair,))]
    return mark.line, mark.column, value


def test_fast_reader_gives_the_same_data_and_places() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(Path("rules").rglob("*.yaml"))]
    texts += ["a: #tag", "a:\n  - 'x'\n  - 01\n  - |\n    y", "é: [😀, {b: ~}]", ""]
    for text in texts:
        fast, slow = (yaml.compose(text, Loader=one) for one in (yaml.CSafeLoader, yaml.SafeLoader))
        assert shape(fast) == shape(slow)


@pytest.mark.parametrize("escape", ["\\ud800", "\\udfff", "\\U00110000", "\\UFFFFFFFF"])
def test_impossible_letters_in_quotes_are_a_mistake_and_end_nothing(escape: str) -> None:
    """Found by fuzzing: the parser itself ended in another error for letters that do not exist."""
    [one, *_] = problems(f'id: baik\nlevel: "a{escape}b"\n')
    assert one.line in {1, 2}
    assert one.advice
