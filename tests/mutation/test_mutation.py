"""Tests of tests: changed modules must be noticed. A few mutants here, all of them in the long campaign."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.campaign import ROOT, Target, campaign, key_of
from tests.mutation.operators import mutants, mutated
from tests.mutation.targets import FLOOR, NAMED, SAME, TARGETS

LOG = os.environ.get("NETRA_MUTATION_LOG", "")
"""A folder in which the campaign notes every mutant: one that was broken off goes on from there."""

SOURCE = '''"""Says nothing."""

from __future__ import annotations

__all__ = ["fee"]


def fee(amount: int, member: bool = False) -> int:
    """Give the fee."""
    if amount < 10 and not member:
        return amount + 1
    return amount
'''


def tried(*words: str) -> dict[str, object]:
    """Run a campaign in a process of its own, as its children share nothing with this one."""
    found = subprocess.run(
        [sys.executable, "-m", "tests.mutation", *words], cwd=ROOT, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    print(found.stderr, end="")
    told: dict[str, object] = json.loads(found.stdout)
    return told


def test_every_kind_of_change_is_made() -> None:
    assert [(one.line, one.before, one.after) for one in mutants(SOURCE)] == [
        (8, "False", "True"),
        (10, "if amount < 10 and (not member): return amount + 1", "if not (amount < 10 and (not member)): return amount + 1"),
        (10, "amount < 10 and (not member)", "amount < 10 or not member"),
        (10, "amount < 10 and (not member)", "amount < 10"),
        (10, "amount < 10 and (not member)", "not member"),
        (10, "amount < 10", "amount <= 10"),
        (10, "amount < 10", "amount >= 10"),
        (10, "10", "11"),
        (10, "10", "9"),
        (10, "not member", "member"),
        (11, "return amount + 1", "return None"),
        (11, "amount + 1", "amount - 1"),
        (11, "1", "2"),
        (11, "1", "0"),
        (12, "return amount", "return None"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "others"),
    [
        ("x = a if b else c", ["a if not b else c", "a", "c"]),
        ("x = [a for a in b if not a]", ["for a in b", "for a in b if a", "a"]),
        ("x = min(a, 2.0)", ["max(a, 2.0)", "3.0", "1.0"]),
        ("x = a < b < c", ["a <= b < c", "a >= b < c", "a < b <= c", "a < b >= c", "not a < b < c"]),
        ("x[0] += 'y'", ["x[0] -= 'y'", "pass", "1", "-1", "''"]),
        ("raise E(b'')", ["pass", "b'lain'"]),
        ("while a:\n    break", ["while not a: break", "continue"]),
        ("x: int = -a", ["a"]),
    ],
)
def test_what_a_statement_may_become(statement: str, others: list[str]) -> None:
    made = [one.after for one in mutants(statement)]
    assert [one for one in others if one not in made] == []
    for one in mutants(statement):
        assert ast.unparse(mutated(statement, one.number)) != ast.unparse(ast.parse(statement))


def test_a_number_beyond_the_last_is_none() -> None:
    with pytest.raises(IndexError):
        mutated("x = 1", 2)


@pytest.fixture
def small(tmp_path: Path) -> Target:
    """A module with one test that looks at little of what it does."""
    (tmp_path / "uji_iuran.py").write_text("def fee(amount):\n    return amount + 1\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\npythonpath = ["."]\nmarkers = ["long", "bench"]\n', encoding="utf-8"
    )
    said(tmp_path, "fee(5) > 4")
    return Target("uji_iuran.py", ("test_iuran.py",))


def said(folder: Path, fact: str) -> None:
    text = f"from uji_iuran import fee\n\n\ndef test_fee() -> None:\n    assert {fact}\n"
    (folder / "test_iuran.py").write_text(text, encoding="utf-8")


def test_what_tests_do_not_look_at_survives_and_is_named(small: Target, tmp_path: Path) -> None:
    tally = campaign(small, root=tmp_path, log=tmp_path / "log")
    assert (tally.tried, tally.killed, tally.score) == (4, 2, 0.5)
    assert list(tally.lines("iuran")) == [
        "iuran: 2 dari 4 mutan ketahuan (50.0 %), 0 bermakna sama",
        "  iuran:2: 1  ->  2",
        "  iuran:2: 1  ->  0",
    ]
    said(tmp_path, "fee(5) == 6")
    same = {("return amount + 1", "1", "0")}
    again = campaign(small, root=tmp_path, log=tmp_path / "log", same=same)
    assert (again.killed, again.same, again.left, again.score) == (3, 1, [], 1.0)
    log = (tmp_path / "log" / "uji_iuran.jsonl").read_text("utf-8")
    assert log.count("\n") == 4 + 1, "only the survivor was tried again"
    said(tmp_path, "fee(5) == 7")
    (tmp_path / "log" / "uji_iuran.jsonl").unlink()
    with pytest.raises(AssertionError, match="run them first"):
        campaign(small, root=tmp_path)


def test_a_few_mutants_are_noticed() -> None:
    assert tried("monitor/triage.py", "--sample", "4")["left"] == []


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.name)
def test_what_is_listed_as_the_same_still_stands_there(target: Target) -> None:
    source = target.source(ROOT)
    there = {key_of(source, one) for one in mutants(source)}
    listed = SAME.get(target.module, ())
    assert [entry for entry in listed if entry[:3] not in there] == []
    assert all(len(why) > 20 for *_, why in listed)
    assert len(listed) <= 12


@pytest.mark.long
@pytest.mark.parametrize("module", NAMED)
def test_nearly_every_mutant_is_noticed(module: str) -> None:
    told = tried(module, *(("--log", LOG) if LOG else ()))
    assert isinstance(told["score"], float)
    assert told["score"] >= FLOOR
