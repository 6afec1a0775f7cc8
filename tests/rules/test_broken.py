"""Broken rule files, made by mutation: each gives an error with file and line, never a traceback; patterns are harmless."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor import strictyaml
from monitor.errors import Problem
from monitor.rules.nodes import Gate, Scan
from monitor.rules.patterns import Vocabulary
from monitor.rules.schema import RuleFile
from monitor.rules.view import View
from tests.rules.test_language import WEIGHTS, rule
from tests.rules.test_loader import GOOD, problems
from tests.rules.world import SHIPPED, own_folder, targets

MUTANTS = 300
Mutant = tuple[str, str]


def sources() -> list[str]:
    shipped = [path.read_text(encoding="utf-8") for path in sorted((SHIPPED / "asn").glob("*.yaml"))]
    return [GOOD, rule(WEIGHTS, level="tinggi"), rule("at_least: {n: 2, of: [satu, dua]}"), *shipped]


def broken_structure(data: dict[str, Any], chance: random.Random) -> str:
    """Break a well-formed rule so that it must be refused, in one of the ways in which people do."""
    name = chance.choice([key for key in data if key not in ("any", "all", "none", "at_least", "weights")])
    way = chance.randrange(9)
    if way == 0:
        del data[
            chance.choice(["id", "title", "status", "level", "forms", "legal_basis", "author", "date", "examples"])
        ]
    elif way == 1:
        data[name + "x"] = data.pop(name)
    elif way == 2:
        data[chance.choice(["level", "status", "field"])] = chance.choice(["gawat", "Aktif", 3, None, [], {"a": 1}])
    elif way == 3:
        data["forms"] = chance.choice([[], ["KE-99"], "KE-2", {"kampanye": ["KE-2"]}, {"besok": ["DIS-2"]}, [["KE-2"]]])
    elif way == 4:
        data["any"] = [
            chance.choice([7, None, [], {}, "", " ", {"phrase": "a", "emoji": "b"}, {"regex": "(a"}, "{tidak_ada}"])
        ]
    elif way == 5:
        data["all"] = [
            {"near": chance.choice([{"words": ["a"]}, {"words": ["a", "b"], "within": 99}, {"within": 2}, "a"])}
        ]
    elif way == 6:
        data["applies_to"] = chance.choice(
            ["suka", {"kind": ["suka"]}, {"kinds": ["sukai"]}, {"repeated": {"count": 1}}]
        )
    elif way == 7:
        data["examples"] = chance.choice([{}, {"match": []}, {"match": ["zzz qqq"], "no_match": ["a"]}, ["a"], None])
    else:
        data["date"] = chance.choice(["kemarin", "2025-13-45", 12, None, []])
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


def broken_text(text: str, chance: random.Random) -> str:
    """Break the YAML itself: a bracket, a quotation mark, a tab, an indent, a merge conflict, an alias."""
    lines = text.split("\n")
    place = chance.randrange(1, len(lines) - 1)
    lines[place] = chance.choice(
        ["\t" + lines[place], "a: [" + lines[place], '"' + lines[place] + "'", "<<<<<<< HEAD", "  :\t- ]", "x: *nama",
         "x: !!python/object/apply:os.system [ls]", "x: &y 1", "id: a\nid: b", "---\nid: lain", "{{{", "? [a]"]
    )  # fmt: skip
    return "\n".join(lines)


def mutants() -> Iterator[str]:
    chance = random.Random(20250106)
    texts = sources()
    for number in range(MUTANTS):
        text = chance.choice(texts)
        if number % 3:
            document, _ = strictyaml.parse(text, "uji.yaml")
            assert document is not None
            yield broken_structure(dict(document.data), chance)
        else:
            yield broken_text(text, chance)


def test_every_mutant_is_refused_with_file_and_line(tmp_path: Path) -> None:
    """All at once, as an office would meet them: one load, every file named."""
    folder = own_folder(tmp_path)
    for number, text in enumerate(mutants()):
        (folder / "asn" / f"rusak-{number:03}.yaml").write_text(text, encoding="utf-8")
    found = problems(folder)
    named = {one.file.rpartition("/")[2] for one in found}
    missing = [number for number in range(MUTANTS) if f"rusak-{number:03}.yaml" not in named]
    assert not missing
    for one in found:
        assert one.line >= 1, one
        assert one.message, one
        assert "Traceback" not in one.message
        assert "pydantic" not in one.message


def test_every_mutant_alone(tmp_path: Path) -> None:
    for number, text in enumerate(mutants()):
        if number % 10 == 0:
            folder = own_folder(tmp_path / str(number), rusak=text)
            found: tuple[Problem, ...] = problems(folder)
            assert all(one.file.endswith("asn/rusak.yaml") for one in found)


EVIL = (
    "(a+)+$",
    "(a|aa)+$",
    "(.*a){20}",
    "(\\w+\\s?)+!",
    "(x+x+)+y",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "(a{0,50}){0,20}b",
)


@pytest.mark.parametrize("pattern", EVIL)
def test_evil_patterns_are_refused_or_harmless(pattern: str) -> None:
    text = GOOD.replace('"jaya selalu {kandidat}"', "{regex: '" + pattern + "'}")
    document, _ = strictyaml.parse(text, "uji.yaml")
    assert document is not None
    file, refused = strictyaml.validate(RuleFile, document)
    if file is None:
        assert "pola" in refused[0].message
        return

    node = Vocabulary({}, targets()).node(file.any[0])
    began = time.process_time()
    node.hits(Scan(View("a" * 30_000 + " x" * 10_000), {}, Gate()))
    assert time.process_time() - began < 5
