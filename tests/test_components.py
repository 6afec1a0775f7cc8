"""What is installed is what is locked, by hash and with a licence that somebody weighed."""

from __future__ import annotations

import json
import re

import pytest
from packaging.markers import Marker

from tests import components
from tests.components import ALLOWED, BILL, LIST, ROOT, RUNTIME, TESTS, TESTS_ONLY, choices, installed, pins

FOUND = components.components()
OURS = {"netra", "pip", "setuptools", "wheel", "uv"}
"""Netra itself, and what makes the environment."""


def markers(lock: str) -> dict[tuple[str, str], str]:
    said = re.findall(
        r"^([A-Za-z0-9_.-]+)==([^ \\\n;]+) ?;? ?([^\\\n]*)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE
    )
    return {(components.plain(name), version): marker.strip() for name, version, marker in said}


@pytest.mark.parametrize("lock", [RUNTIME, TESTS])
def test_every_locked_package_is_held_by_hash(lock: str) -> None:
    found = pins(lock)
    assert len(found) == len(markers(lock)) > 50
    assert [name for name, _, hashes in found if not hashes] == []
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert sum(hashes for _, _, hashes in found) == text.count("--hash=sha256:")


def test_what_the_office_runs_is_part_of_what_is_tested() -> None:
    assert set(pins(RUNTIME)) <= set(pins(TESTS))


def test_every_locked_package_is_installed_in_that_version_and_no_other() -> None:
    wanted = {name: version for (name, version), said in markers(TESTS).items() if not said or Marker(said).evaluate()}
    assert {name: one.version for name, one in installed().items() if name not in OURS} == {
        name: version for name, version in wanted.items() if name not in OURS
    }


def test_every_licence_was_weighed() -> None:
    assert [one.name for one in FOUND if not one.licence] == []
    allowed = {"kantor": ALLOWED, "tambahan": ALLOWED, "pengujian": ALLOWED | TESTS_ONLY}
    assert [
        (one.name, either) for one in FOUND for either in choices(one.licence) if not set(either) & set(allowed[one.used])
    ] == []  # fmt: skip


def test_the_pages_say_what_is_locked() -> None:
    """`./run.sh sbom` writes them anew."""
    assert LIST.read_text(encoding="utf-8") == components.listed(FOUND)
    assert BILL.read_text(encoding="utf-8") == components.bill(FOUND)
    said = json.loads(BILL.read_bytes())
    assert {(one["name"], one["version"]) for one in said["components"]} == {
        (name, version) for lock in (RUNTIME, TESTS) for name, version, _ in pins(lock)
    }
    assert {one["name"] for one in said["components"] if one["scope"] == "required"} == {
        name for name, _, _ in pins(RUNTIME)
    }
