"""Docs are tests: every command, setting, table and error is documented, and every link leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import click
import pytest
from pydantic import BaseModel

from monitor import errors
from monitor.cli import main
from monitor.config import Config
from monitor.models import Outcome, ReasonCode, Role
from monitor.store import Store
from tests.fakes import FakeClock

ROOT = Path(__file__).resolve().parents[1]
DOCS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]


def doc(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands(group: click.Group, prefix: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}", command


@pytest.mark.parametrize("name", [name for name, _ in commands(main, "netra")])
def test_every_command_is_in_operasi(name: str) -> None:
    assert name in doc("docs/operasi.md")


@pytest.mark.parametrize(("name", "command"), list(commands(main, "netra")))
def test_every_command_and_option_has_help_in_indonesian(name: str, command: click.Command) -> None:
    assert command.help
    english = re.compile(r"\b(the|this|with|from|and|show|file to|run)\b", re.IGNORECASE)
    for said in [command.help, *(one.help or "" for one in command.params if isinstance(one, click.Option))]:
        assert said, name
        assert not english.search(said), said


def fields(model: type[BaseModel]) -> Iterator[str]:
    for name, info in model.model_fields.items():
        yield name
        yield from _below(info.annotation)


def _below(annotation: Any) -> Iterator[str]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from fields(annotation)
    else:
        for one in get_args(annotation):
            yield from _below(one)


def test_every_setting_is_explained() -> None:
    said = doc("config.yaml") + doc("docs/operasi.md") + doc("docs/privasi.md")
    assert sorted({name for name in fields(Config) if name not in said}) == []


def test_every_table_is_in_desain(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "a.db", FakeClock())
    tables = store.tables()
    store.close()
    assert len(tables) > 8
    said = doc("docs/desain.md")
    assert [name for name in tables if f"`{name}`" not in said] == []


def test_every_error_is_in_the_tree() -> None:
    tree = errors.__doc__ or ""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.NetraError)]
    assert [kind.__name__ for kind in kinds if not kind.__name__.startswith("_") and kind.__name__ not in tree] == []


@pytest.mark.parametrize("kind", [Outcome, Role])
def test_every_outcome_and_role_is_explained(kind: Any) -> None:
    said = doc("docs/operasi.md")
    assert [str(one) for one in kind if f"`{one}`" not in said] == []


def test_every_reason_code_is_in_konsep() -> None:
    said = doc("docs/konsep.md")
    assert [str(one) for one in ReasonCode if f"`{one}`" not in said] == []


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if "://" not in target and not target.startswith("mailto:"):
            assert (path.parent / target).exists(), target


def test_readme_starts_with_the_two_commands() -> None:
    for name in ("README.md", "README.id.md"):
        head = doc(name)[:2500]
        assert "./run.sh start" in head
        assert "./run.sh test" in head
