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
import re
import tempfile
import time
import traceback
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from monitor.models import Item, Outcome, Page
from monitor.store.codec import dumps, encode
from tests.collectors.changing import Change, changed, drawn

GOLDEN = Path(__file__).parents[1] / "golden"
AT = datetime(2025, 6, 1, 3, 0, tzinfo=UTC)
BLOCK = 1000
SLOWEST_SECONDS = 20.0
"""CPU time that no answer of this size may take."""

_RUNS = re.compile(r"<[a-zA-Z/!?]")


@dataclass(frozen=True)
class Reader:
    """One reader of outside bytes.

    `read` takes an answer and the number of the seed it came from, and gives a Page, several, items, or nothing; what else
    must hold it asserts itself. `refuses` are the errors by which it may refuse an answer. `authors` are the ids that alone
    may be named (None: whatever the answer names, which then must stand in it; empty: nobody at all). `markup` says that the
    answer is HTML or XML, of which no element may be left in the text, `structured` that it is JSON and `yaml`
    that it is YAML, whose values are changed too. `own` are pieces that mean something to this reader, such as a watched name.
    """

    name: str
    seeds: tuple[bytes, ...]
    read: Callable[[bytes, int], Any]
    refuses: tuple[type[Exception], ...] = ()
    authors: Collection[str] | None = None
    markup: bool = False
    structured: bool = False
    yaml: bool = False
    own: tuple[bytes, ...] = ()

    @property
    def inner(self) -> str:
        """Say whose values are changed too."""
        return "json" if self.structured else "yaml" if self.yaml else "markup" if self.markup else ""


@dataclass
class Tally:
    """What a campaign did. `differing` counts answers no two of which were alike in their block; seconds are of CPU."""

    examples: int = 0
    differing: int = 0
    items: int = 0
    refused: int = 0
    slowest: float = 0.0
    seconds: float = 0.0
    outcomes: dict[str, int] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.examples += other.examples
        self.differing += other.differing
        self.items += other.items
        self.refused += other.refused
        self.slowest = max(self.slowest, other.slowest)
        self.seconds += other.seconds
        self.findings += other.findings
        for name, count in other.outcomes.items():
            self.outcomes[name] = self.outcomes.get(name, 0) + count

    def line(self, name: str) -> str:
        ends = ", ".join(f"{key} {count:,}" for key, count in sorted(self.outcomes.items()))
        return (
            f"{name:<22}{self.examples:>9,} answers, {self.differing:,} differ  {self.items:>10,} items  slowest {self.slowest * 1000:6.0f} ms  "
            f"{self.seconds:7.0f} s  refused {self.refused:,}  {ends}"
        )


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
    for one in found if isinstance(found, list | tuple) else [found]:
        if isinstance(one, Page):
            _page(one)
            tally.outcomes[one.outcome.value] = tally.outcomes.get(one.outcome.value, 0) + 1
        for item in one.items if isinstance(one, Page) else [one]:
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
    for address in (item.url, item.parent.url if item.parent is not None else ""):
        assert not address or address.lower().startswith(("http://", "https://", "at://")), address
    assert item.happened_at is None or (item.happened_at.tzinfo and item.happened_at <= AT + timedelta(days=1))
    dumps(encode(Item, item))
    if reader.authors is None:
        _said(item, body)
    elif not reader.authors:
        assert item.author is None
    else:
        assert item.author is not None
        assert item.author.native_id in reader.authors or item.author.handle in reader.authors, item.author
    if reader.markup:
        for text in (item.title, item.text, item.url, item.parent.text if item.parent is not None else ""):
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


def campaign(reader: Reader, examples: int, first_seed: int = 0, log: Path | None = None) -> Tally:
    """Give a reader so many changed answers, in blocks: each block starts anew, so that memory stays flat.

    With a folder for its log the campaign writes a line a block, passes over blocks that are there already, and goes on after
    a finding: an interrupted campaign is taken up where it stood.

    Raises:
        AssertionError: with a log, after the last block, all that was found. Without, the first finding itself is raised.
    """
    tally = Tally()
    path = None if log is None else log / f"{reader.name}.jsonl"
    told = {} if path is None else _told(path)
    for number in range(first_seed, first_seed + examples, BLOCK):
        block = told.get(number) or _timed(reader, min(BLOCK, first_seed + examples - number), number, path)
        tally.add(block)
    assert not tally.findings, "\n".join(tally.findings)
    return tally


def _told(path: Path) -> dict[int, Tally]:
    """Read the blocks that a log holds; one that was being written when the process ended is done again."""
    text = path.read_text("utf-8") if path.exists() else ""
    if text and not text.endswith("\n"):
        path.write_text(f"{text}\n", "utf-8")
    found = {}
    for line in text.splitlines():
        with suppress(ValueError):
            said = json.loads(line)
            block = int(said.pop("block"))
            found[block] = Tally(**said)
    return found


def _timed(reader: Reader, examples: int, block_seed: int, path: Path | None) -> Tally:
    tally, began = Tally(), time.process_time()
    try:
        _block(reader, examples, block_seed, tally)
    except Exception as error:
        if path is None:
            raise
        tally.findings.append("".join(traceback.format_exception(error))[-4000:])
    tally.seconds = time.process_time() - began
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({"block": block_seed, **asdict(tally)}) + "\n")
    return tally


def _block(reader: Reader, examples: int, block_seed: int, tally: Tally) -> None:
    met: set[int] = set()

    @seed(block_seed)
    @settings(
        max_examples=examples, database=None, deadline=None, suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
    )  # fmt: skip
    @given(st.integers(0, 2**63))
    def mutate(number: int) -> None:
        place, changes = drawn(f"{block_seed}/{number}", len(reader.seeds), inner=bool(reader.inner))
        body = _answer(reader, place, changes)
        met.add(hash((place, body)))
        try:
            judge(reader, body, place, tally)
        except Exception as error:
            error.add_note(f"{reader.name}: seed {place}, changes {_shrunk(reader, place, changes, type(error))}")
            raise

    try:
        mutate()
    finally:
        tally.differing += len(met)


def _answer(reader: Reader, place: int, changes: Sequence[Change]) -> bytes:
    return changed(reader.seeds[place], reader.seeds, changes, reader.inner, reader.own)


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
