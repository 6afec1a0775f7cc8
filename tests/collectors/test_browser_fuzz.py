"""Mutated files of every import: no crash, no wrong author, nothing executable but as words."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path

import pytest

from monitor.models import Outcome, Page
from tests.collectors.browser_office import WATCHED, read
from tests.collectors.test_browser_imports import FILES, GOLDEN, KINDS

SOUND = {Outcome.OK_ITEMS, Outcome.OK_EMPTY_PROVED, Outcome.SCHEMA_DRIFT, Outcome.LEGALLY_OFF}
SPLICES = [
    b"\0", b"\xff\xfe", b"\xed\xa0\x80", b'"', b"{", b"}", b"[", b"null", b"true", b"1e999", b"-1", b"NaN", b"\n", b"\r", b",",
    b";", b"\t", b"\\ud800", b"<script>alert(1)</script>", b"javascript:alert(1)", b"=cmd|' /C calc'!A0", b"9" * 5000,
    b"sari.reka", b"x-1", b"UC-sari", b"1001", "\u202e".encode(), "一".encode(),
]  # fmt: skip


def mutated(body: bytes, rng: random.Random) -> bytes:
    """Change a file as transport, tools and enemies do."""
    if rng.random() < 0.4 and (changed := _restructured(body, rng)) is not None:
        return changed
    out = bytearray(body)
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(out)) if out else 0
        match rng.randrange(5):
            case 0 if out:
                out[at] = rng.randrange(256)
            case 1:
                out[at:at] = rng.choice(SPLICES)
            case 2:
                del out[at : at + rng.randint(1, 60)]
            case 3:
                other = rng.randrange(len(out)) if out else 0
                out[at:at] = out[other : other + rng.randint(1, 200)]
            case _:
                del out[at:]
    return bytes(out)


def _restructured(body: bytes, rng: random.Random) -> bytes | None:
    """Put other kinds of values into sound JSON."""
    lines = body.decode("utf-8-sig", "replace").split("\n")
    try:
        values = [json.loads(body)] if body.lstrip().startswith(b"{\n") else [json.loads(one) for one in lines[:3]]
    except ValueError:
        return None
    odd = [
        None,
        True,
        0,
        -1,
        10**400,
        "",
        [],
        {},
        "sari.reka",
        "<img onerror=x>",
        [[]],
        {"text": {"text": 1}},
        "x" * 10_000,
    ]
    for value in values:
        for _ in range(rng.randint(1, 4)):
            _swap(value, odd, rng)
    return "\n".join(json.dumps(one) for one in values).encode()


def _swap(value: object, odd: list[object], rng: random.Random) -> None:
    while True:
        if isinstance(value, dict) and value:
            key: object = rng.choice(list(value))
        elif isinstance(value, list) and value:
            key = rng.randrange(len(value))
        else:
            return
        below = value[key]  # type: ignore[index]
        if isinstance(below, dict | list) and below and rng.random() < 0.7:
            value = below
            continue
        value[key] = copy.deepcopy(rng.choice(odd))  # type: ignore[index]
        return


def judge(page: Page) -> None:
    """What must hold of every answer, whatever the file."""
    assert page.outcome in SOUND
    assert page.listed is None
    seen = set()
    for item in page.items:
        author = item.author
        assert author is not None
        assert any(
            one.platform is item.platform
            and (
                (one.native_id and one.native_id == author.native_id)
                or (
                    one.handle
                    and one.handle.casefold() == author.handle.strip().lstrip("@").casefold()
                    and not (one.native_id and author.native_id)
                )
            )
            for one in WATCHED
        ), author
        assert item.native_id
        assert (item.platform, item.native_id) not in seen, "each act once"
        seen.add((item.platform, item.native_id))
        for text in (item.text, item.title, item.url, item.native_id, author.handle):
            text.encode("utf-8")
            assert "\0" not in text
        assert item.url == "" or item.url.startswith(("https://", "http://"))
        if item.parent is not None and item.parent.url:
            assert item.parent.url.startswith(("https://", "http://"))


def campaign(rounds: int) -> None:
    for number in range(rounds):
        rng = random.Random(number)
        path: Path = FILES[number % len(FILES)]
        body = mutated(path.read_bytes(), rng)
        try:
            judge(read(KINDS[path.parent.name], body))
        except Exception as error:
            error.add_note(f"seed {number}, {path.relative_to(GOLDEN)}")
            raise


def test_a_thousand_mutated_files() -> None:
    campaign(1_000)


@pytest.mark.long
def test_a_hundred_thousand_mutated_files() -> None:
    campaign(100_000)
