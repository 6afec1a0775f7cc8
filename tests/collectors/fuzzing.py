"""The one harness that mutates what the outside sends and judges what every reader makes of it.

A reader joins in one of two ways:

* by its golden files: every folder of `tests/golden` that `tests/collectors/test_golden.py` reads is mutated as it is;
* by a `Reader` in a module `fuzz_*.py` beside this one, in its list `READERS`.

Hypothesis draws the changes, and a failing case is told with the few of them that matter: bytes taken away, doubled, swapped or
put in, other encodings, markup that would run; in JSON also any value in any place. What no mutated answer may do: end
in an exception, name another author, put what could run into text, give a time from the future or a link that is no
web address.
"""

from __future__ import annotations

import importlib
import json
import random
import re
import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from monitor.models import Item, Outcome, Page, Platform
from monitor.store.codec import dumps, encode

GOLDEN = Path(__file__).parents[1] / "golden"
AT = datetime(2025, 6, 1, 3, 0, tzinfo=UTC)
BLOCK = 1000
LARGEST = 300_000
SLOWEST_SECONDS = 20.0
"""CPU time that no answer of this size may take."""

Change = tuple[int, int, int]
"""What to do, where (of 65,536), and how much or with what."""
MARK = "NETRA_UJI"
PIECES: tuple[bytes, ...] = (
    b"<script>" + MARK.encode() + b"()</script>",
    b'<img src=x onerror="' + MARK.encode() + b'()">',
    b"&lt;script&gt;" + MARK.encode() + b"()&lt;/script&gt;",
    b"&amp;lt;script&amp;gt;",
    b"<svg/onload=" + MARK.encode() + b"()>",
    b"javascript:" + MARK.encode() + b"()",
    b"data:text/html,<script>",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>",
    b"&a;",
    b"<?xml version='1.0' encoding='utf-7'?>",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    "\u202e\u2066".encode(),
    "\u0130\ufb03".encode(),
    b"9" * 400,
    b"1e999",
    b"-1",
    b"NaN",
    b'"',
    b"'",
    b"\\",
    b"\\ud800",
    b"{",
    b"[",
    b"}",
    b"]",
    b",",
    b";",
    b"\t",
    b"\r\n",
    b"\n\n",
    b"<",
    b">",
    b"&#x110000;",
    b"&#0;",
    b"%00",
    b"%2e%2e/",
    b"=cmd|' /C calc'!A0",
    b"http://[::1",
    b"//lain.example/",
    b"9999-12-31T23:59:59Z",
    b"2999-01-01T00:00:00+07:00",
    b"0001-01-01",
    b"31/02/2025",
    b"12:60 WIB",
    b"&id001 *id001",
    b"!!python/object:os.system",
    b"null",
    b"true",
)
_RUNS = re.compile(r"<[a-zA-Z/!?]")


@dataclass(frozen=True)
class Reader:
    """One reader of outside bytes.

    `read` takes an answer and the number of the seed it came from, and gives a Page, items, or nothing; `refuses` are the errors by which it may refuse an answer. `authors` are the
    ids that alone may be named (None: whatever the answer names, which then must stand in it; empty: nobody at all).
    `markup` says that the answer is HTML or XML, of which no element may be left in the text, `structured` that it is JSON, whose
    values are changed too.
    """

    name: str
    seeds: tuple[bytes, ...]
    read: Callable[[bytes, int], Any]
    refuses: tuple[type[Exception], ...] = ()
    authors: Collection[str] | None = None
    markup: bool = False
    structured: bool = False


@dataclass
class Tally:
    """What a campaign did."""

    examples: int = 0
    items: int = 0
    refused: int = 0
    slowest: float = 0.0
    seconds: float = 0.0
    outcomes: dict[str, int] = field(default_factory=dict)

    def line(self, name: str) -> str:
        ends = ", ".join(f"{key} {count:,}" for key, count in sorted(self.outcomes.items()))
        return (
            f"{name:<22}{self.examples:>9,} answers  {self.items:>10,} items  slowest {self.slowest * 1000:6.0f} ms  "
            f"{self.seconds:7.0f} s  {ends}"
        )


# ----------------------------------------------------------------------------- changing


def changed(seed_bytes: bytes, others: Sequence[bytes], changes: Sequence[Change], *, structured: bool) -> bytes:
    """Apply changes, one after the other."""
    body = seed_bytes
    for kind, where, what in changes:
        if structured and kind in (11, 12, 13):
            body = _changed_json(body, where, what)
        else:
            body = _changed_bytes(body, others, kind, where, what)
        body = body[:LARGEST]
    return body


def _changed_bytes(body: bytes, others: Sequence[bytes], kind: int, where: int, what: int) -> bytes:
    at = where * (len(body) + 1) >> 16
    span = 1 + what % 64 if what < 60_000 else 1 + what % max(1, len(body))
    piece = PIECES[what % len(PIECES)]
    match kind % 12:
        case 0:
            return body[:at] + body[at + span :]
        case 1:
            return body[:at] + body[at : at + span] + body[at:]
        case 2 | 3 | 4:
            return body[:at] + piece + body[at:]
        case 5:
            return body[:at] + bytes([what & 255]) + body[at + 1 :]
        case 6:
            return body[:at]
        case 7:
            other = others[what % len(others)]
            return body[:at] + other[len(other) * where >> 16 :]
        case 8:
            return body[:at] + piece * (what % 700) + body[at:]
        case 9:
            codec = ("utf-16", "cp1252", "utf-8-sig", "utf-7", "latin-1")[what % 5]
            return body.decode("utf-8", "replace").encode(codec, "replace")
        case 10:
            return body[:at] + body[at + span : at + 2 * span] + body[at : at + span] + body[at + 2 * span :]
        case _:
            # Between two elements, where a page would truly run it.
            found = [one.end() for one in re.finditer(rb">", body)] or [at]
            spot = found[where % len(found)]
            return body[:spot] + PIECES[what % 6] + body[spot:]


def _changed_json(body: bytes, where: int, what: int) -> bytes:
    """Put anything in the place of a value, take it away or double it; of lines of JSON one is changed."""
    lines = body.split(b"\n")
    place = where % len(lines)
    single = False
    try:
        value = json.loads(body)
        single = True
    except (ValueError, RecursionError):
        try:
            value = json.loads(lines[place])
        except (ValueError, RecursionError):
            return body
    spots = list(_spots(value, ()))
    if not spots:
        return body
    path = spots[where % len(spots)]
    odd = ODD[what % len(ODD)]
    value = _put(value, path, odd, drop=what % 5 == 0, double=what % 7 == 0)
    try:
        text = json.dumps(value).encode()
    except (ValueError, RecursionError):
        return body
    if single:
        return text
    lines[place] = text
    return b"\n".join(lines)


ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**63, 1e308, "", " ", "x", "0", "did:plc:lain", "@lain", "\ud800", "\x00", "<script>",
    f"<img src=x onerror={MARK}()>", f"javascript:{MARK}()", "9999-12-31T23:59:59Z", "2999-01-01T00:00:00Z",
    "https://lain.example/@lain/1", "http://[", [], {}, [[]], [None], {"": ""}, [1, "2", None], {"id": "lain"},
    [[[[[[[[[["dalam"]]]]]]]]]], "a" * 5000, "\u202eterbalik", ["x"] * 50,
)  # fmt: skip


def _spots(value: Any, path: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = [path] if path else []
    if len(path) > 12 or len(found) > 400:
        return found
    if isinstance(value, dict):
        for key, one in list(value.items())[:60]:
            found += _spots(one, (*path, key))
    elif isinstance(value, list):
        for index, one in enumerate(value[:20]):
            found += _spots(one, (*path, index))
    return found


def _put(value: Any, path: tuple[Any, ...], odd: Any, *, drop: bool, double: bool) -> Any:
    key, rest = path[0], path[1:]
    copy = dict(value) if isinstance(value, dict) else list(value)
    if rest:
        copy[key] = _put(copy[key], rest, odd, drop=drop, double=double)
    elif drop:
        del copy[key]
    elif double and isinstance(copy, list):
        copy.insert(key, copy[key])
    else:
        copy[key] = odd
    return copy


# ----------------------------------------------------------------------------- judging


def judge(reader: Reader, body: bytes, place: int, tally: Tally) -> None:
    """Read a changed answer, and hold what comes of it to what every reader owes."""
    began = time.thread_time()
    try:
        found = reader.read(body, place)
    except reader.refuses as error:
        refusal = str(error)
        assert refusal, "a refusal says why"
        tally.refused += 1
        found = ()
    spent = time.thread_time() - began
    tally.examples += 1
    tally.slowest = max(tally.slowest, spent)
    assert spent < SLOWEST_SECONDS, f"{reader.name}: {spent:.1f} s"
    items: Sequence[Any] = found.items if isinstance(found, Page) else found if isinstance(found, list | tuple) else ()
    if isinstance(found, Page):
        _page(found)
        tally.outcomes[found.outcome.value] = tally.outcomes.get(found.outcome.value, 0) + 1
    for item in items:
        if isinstance(item, Item):
            tally.items += 1
            _item(reader, item, body)


def _page(page: Page) -> None:
    assert isinstance(page.outcome, Outcome)
    assert page.outcome.proved or not page.cursor, "only what is proved may move a cursor"
    assert all(isinstance(one, str) for one in (*page.problems, page.detail, page.cursor, page.stop))
    for request in page.follow:
        assert not request.url.lower().startswith(("javascript:", "data:", "file:"))


def _item(reader: Reader, item: Item, body: bytes) -> None:
    assert item.native_id, "an item without identity"
    assert item.url == "" or item.url.lower().startswith(("http://", "https://")), item.url
    assert item.happened_at is None or (item.happened_at.tzinfo and item.happened_at <= AT + timedelta(days=1))
    dumps(encode(Item, item))
    if reader.authors is None:
        _said(item, body)
    elif not reader.authors:
        assert item.author is None
    else:
        assert item.author is not None
        assert item.author.native_id in reader.authors or item.author.handle in reader.authors, item.author
    if reader.markup and item.platform is Platform.NEWS:
        for text in (item.title, item.text, item.url):
            assert not _RUNS.search(text), text
            assert "\x00" not in text


def _said(item: Item, body: bytes) -> None:
    """Where an answer names the authors, the one named stands in it, whatever its encoding."""
    if item.author is None:
        return
    name = (item.author.native_id or item.author.handle)[:12]
    if not name.isascii() or not name.isalnum():
        return
    spread = b"\x00".join(bytes([one]) for one in name.encode())
    assert any(one in body for one in (name.encode(), spread)), name


# ----------------------------------------------------------------------------- who takes part


def readers() -> dict[str, Reader]:
    """Every reader: those of the golden folders, and those of the `fuzz_*` modules."""
    found = {one.name: one for one in _of_golden_files()}
    for path in sorted(Path(__file__).parent.glob("fuzz_*.py")):
        module = importlib.import_module(f"tests.collectors.{path.stem}")
        for one in module.READERS:
            assert one.name not in found, f"two readers named {one.name}"
            found[one.name] = one
    return found


def _of_golden_files() -> list[Reader]:
    from tests.collectors import test_golden  # noqa: PLC0415 - it is a test module: pytest rewrites it first

    folder = Path(tempfile.mkdtemp(prefix="netra-fuzz-"))
    found = []
    for name, read in test_golden.READERS.items():
        for kind in sorted({path.suffix for path in test_golden.FILES if path.parent.name == name}):
            paths = [path for path in test_golden.FILES if path.parent.name == name and path.suffix == kind]
            items = [item for path in paths for item in getattr(read(path), "items", ())]
            authors = {item.author.native_id if item.author else "" for item in items}
            known: Collection[str] | None = None
            if items and authors == {""}:
                known = ()
            elif items and len(authors) == 1:
                known = authors
            found.append(
                Reader(
                    name=f"{name}{kind}",
                    seeds=tuple(path.read_bytes() for path in paths),
                    read=_from_file(read, folder / name, [path.name for path in paths]),
                    authors=known,
                    markup=kind in (".html", ".xml"),
                    structured=kind in (".json", ".jsonl", ".ndjson"),
                )
            )
    return found


def _from_file(read: Callable[[Path], Any], folder: Path, names: Sequence[str]) -> Callable[[bytes, int], Any]:
    def reading(body: bytes, place: int) -> Any:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / names[place]
        path.write_bytes(body)
        return read(path)

    return reading


# ----------------------------------------------------------------------------- campaigns


def campaign(reader: Reader, examples: int, first_seed: int = 0) -> Tally:
    """Give a reader so many changed answers, in blocks: each block starts anew, so that memory stays flat."""
    tally, began = Tally(), time.perf_counter()
    for number in range(0, examples, BLOCK):
        _block(reader, min(BLOCK, examples - number), first_seed + number, tally)
    tally.seconds = time.perf_counter() - began
    return tally


def _block(reader: Reader, examples: int, block_seed: int, tally: Tally) -> None:
    @seed(block_seed)
    @settings(
        max_examples=examples, database=None, deadline=None, suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
    )  # fmt: skip
    @given(st.integers(0, 2**63))
    def mutate(number: int) -> None:
        place, changes = drawn(number, len(reader.seeds))
        try:
            judge(reader, _answer(reader, place, changes), place, tally)
        except Exception as error:
            error.add_note(f"{reader.name}: seed {place}, changes {_shrunk(reader, place, changes, type(error))}")
            raise

    mutate()


def drawn(number: int, seeds: int) -> tuple[int, list[Change]]:
    """Turn what hypothesis drew into a seed and up to six changes; thrice as quick as having it draw them all."""
    dice = random.Random(number)
    changes = [(dice.randrange(14), dice.randrange(65_536), dice.randrange(65_536)) for _ in range(dice.randint(1, 6))]
    return dice.randrange(seeds), changes


def _answer(reader: Reader, place: int, changes: Sequence[Change]) -> bytes:
    return changed(reader.seeds[place], reader.seeds, changes, structured=reader.structured)


def _shrunk(reader: Reader, place: int, changes: list[Change], kind: type[Exception]) -> list[Change]:
    """Leave out every change without which it still fails alike."""
    for one in list(changes):
        fewer = [other for other in changes if other is not one]
        try:
            judge(reader, _answer(reader, place, fewer), place, Tally())
        except kind:
            changes = fewer
        except Exception:  # noqa: BLE001 - it fails, but otherwise: this change is needed
            continue
    return changes
