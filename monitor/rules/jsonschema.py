"""The JSON Schema of the rule language, made of the classes that read it: editors complete, explain and check by it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel

from monitor.rules.overlay import OverlayFile
from monitor.rules.schema import LexiconFile, RuleFile

FILES: Mapping[str, tuple[type[BaseModel], str]] = {
    "skema.json": (RuleFile, "Aturan Netra"),
    "skema-kamus.json": (LexiconFile, "Kamus Netra"),
    "skema-tambahan.json": (OverlayFile, "Tambahan setempat Netra"),
}
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(model: type[BaseModel], title: str) -> dict[str, object]:
    """Give the schema of a kind of file, with Indonesian help on every column."""
    plain = model.model_json_schema()
    _strip(plain)
    for part in plain.get("$defs", {}).values():
        if "enum" in part:
            part.pop("description", None)
    return {"$schema": DIALECT, **plain, "title": title}


def _strip(node: object) -> None:
    """Take away what is meant for programmers: titles made of names of columns."""
    if isinstance(node, list):
        for one in node:
            _strip(one)
    elif isinstance(node, dict):
        if isinstance(node.get("title"), str):
            del node["title"]
        for one in node.values():
            _strip(one)


def written(name: str) -> str:
    """Give the text of a schema file."""
    return json.dumps(schema_of(*FILES[name]), indent=1, ensure_ascii=False) + "\n"


def is_current(folder: Path, name: str) -> bool:
    """Tell whether a folder's schema file is the one of this version."""
    path = folder / name
    return path.exists() and path.read_text(encoding="utf-8") == written(name)


def write(folder: Path) -> list[Path]:
    """Write the schema files that differ; gives which."""
    changed = [folder / name for name in FILES if not is_current(folder, name)]
    for path in changed:
        path.write_text(written(path.name), encoding="utf-8")
    return changed
