"""The published JSON Schema: current, in Indonesian, and in agreement with the reader on good and broken files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from monitor import strictyaml
from monitor.rules.jsonschema import FILES, is_current, schema_of, write
from monitor.rules.schema import LexiconFile, RuleFile
from tests.rules.test_language import WEIGHTS, rule
from tests.rules.test_loader import FIVE_MISTAKES, GOOD
from tests.rules.world import SHIPPED

TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}


def fits(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> bool:
    """A small JSON Schema checker: the keywords that the published files use, and no others."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")] | {
            key: one for key, one in schema.items() if key != "$ref"
        }
    if "anyOf" in schema and not any(fits(value, one, root) for one in schema["anyOf"]):
        return False
    if "oneOf" in schema and sum(fits(value, one, root) for one in schema["oneOf"]) != 1:
        return False
    kind = schema.get("type")
    if kind and (not isinstance(value, TYPES[kind]) or (kind == "integer" and isinstance(value, bool))):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if isinstance(value, str):
        long = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10**9)
        return long and re.search(schema.get("pattern", ""), value) is not None
    if isinstance(value, int) and not isinstance(value, bool):
        return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    if isinstance(value, list):
        long = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 10**9)
        return long and all(fits(one, schema.get("items", {}), root) for one in value)
    return not isinstance(value, dict) or fields_fit(value, schema, root)


def fields_fit(value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any]) -> bool:
    known, other = schema.get("properties", {}), schema.get("additionalProperties", True)
    if not set(schema.get("required", ())) <= value.keys():
        return False
    names = schema.get("propertyNames", {})
    if not all(fits(name, names, root) for name in value):
        return False
    for name, one in value.items():
        if name in known:
            if not fits(one, known[name], root):
                return False
        elif other is False or (isinstance(other, dict) and not fits(one, other, root)):
            return False
    return True


def keywords(node: Any, *, names: bool = False) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(keywords, node)) if node else set()
    if not isinstance(node, dict):
        return set()
    own = set() if names else set(node)
    parts = (keywords(one, names=key in ("properties", "$defs")) for key, one in node.items() if key != "default")
    return own.union(*parts)


RULE, LEXICON, OVERLAY = (schema_of(*FILES[name]) for name in FILES)


@pytest.mark.parametrize("name", FILES)
def test_published_schema_is_current(name: str) -> None:
    assert is_current(SHIPPED, name), "run `netra rules schema`"


def test_written_once(tmp_path: Path) -> None:
    assert [path.name for path in write(tmp_path)] == list(FILES)
    assert write(tmp_path) == []
    assert json.loads((tmp_path / "skema.json").read_text(encoding="utf-8")) == RULE


def test_every_column_is_explained() -> None:
    for schema in (RULE, LEXICON, OVERLAY):
        parts = [schema, *(one for one in schema["$defs"].values() if "properties" in one)]
        missing = [name for part in parts for name, one in part["properties"].items() if not one.get("description")]
        assert not missing


def test_checker_knows_every_keyword() -> None:
    known = {
        "$schema", "$defs", "$ref", "type", "enum", "anyOf", "oneOf", "required", "properties", "items", "default",
        "additionalProperties", "propertyNames", "pattern", "minLength", "maxLength", "minItems", "maxItems", "minimum",
        "maximum", "description", "title", "format",
    }  # fmt: skip
    assert keywords(RULE) | keywords(LEXICON) | keywords(OVERLAY) <= known


@pytest.mark.parametrize("folder", ["asn", "lexicon"])
def test_shipped_files_fit(folder: str) -> None:
    schema = LEXICON if folder == "lexicon" else RULE
    files = sorted((SHIPPED / folder).glob("*.yaml"))
    assert files
    for path in files:
        document, _ = strictyaml.read(path)
        assert document is not None
        assert fits(document.data, schema, schema), path.name


@pytest.mark.parametrize(
    ("text", "good"),
    [
        (GOOD, True),
        ("# yaml-language-server: $schema=../skema.json\n" + GOOD, True),
        (rule(WEIGHTS, level="tinggi"), True),
        (rule("at_least: {n: 2, of: [satu, {emoji: x}]}"), True),
        (FIVE_MISTAKES, False),
        (GOOD.replace("level: sedang", "level: gawat"), False),
        (GOOD.replace("author: penyusun uji\n", ""), False),
        (GOOD.replace('"jaya selalu {kandidat}"', "{phrase: a, lexicon: b}"), False),
        (GOOD.replace("author: penyusun uji", "author: penyusun uji\nautor: x"), False),
        (GOOD.replace("[KE-2, DIS-2]", "[KE-77]"), False),
    ],
)
def test_schema_agrees_with_the_reader(text: str, good: bool) -> None:
    document, problems = strictyaml.parse(text, "uji.yaml")
    assert document is not None
    assert not problems
    assert fits(document.data, RULE, RULE) is good
    assert (strictyaml.validate(RuleFile, document)[0] is not None) is good


def test_lexicon_schema_agrees_with_the_reader() -> None:
    for text, good in (("name: uji\ntitle: uji kata\nwords: [satu, {word_form: dukung}]", True), ("name: uji", False)):
        document, _ = strictyaml.parse(text, "uji.yaml")
        assert document is not None
        assert fits(document.data, LEXICON, LEXICON) is good
        assert (strictyaml.validate(LexiconFile, document)[0] is not None) is good
