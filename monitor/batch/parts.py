"""One part of a run: items in, two files and a summary out. A pure function of the items and the frozen judges.

`<name>.tanda.jsonl` holds a line for every opinion, `<name>.dilihat.jsonl` one for every item looked at, both by item
id; `<name>.json` sums up and comes last: a part without it was not finished, and is done anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from monitor.judge import Judges, judge
from monitor.models import Screened, StoredItem
from monitor.store import drawn, lot, said_of

AT_ONCE = 1000
_HALF = ".setengah"
UNREADABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)
"""What reading a value back may raise that was written by somebody else or damaged."""
SAMPLE = 60
"""Unflagged items that a run draws for people to look at."""


@dataclass(frozen=True, slots=True)
class PartSummary:
    """What came of one part.

    `people` counts items that rostered people did or are named in; `levels`, `regions` and `offices` count opinions,
    `sample` are (lot, item id, version) of the unflagged items with the smallest lots, `flags_sha256` and
    `looked_sha256` digest the two files. `flags_sum` and `looked_sum` add the digests of the lines up (mod 2^256): the
    same for the same lines, however they are cut into parts.
    """

    name: str
    items: int
    people: int
    flagged: int
    opinions: int
    levels: tuple[tuple[str, int], ...]
    regions: tuple[tuple[str, int], ...]
    offices: tuple[tuple[str, int], ...]
    sample: tuple[tuple[str, int, int], ...]
    flags_sha256: str
    looked_sha256: str
    flags_sum: str
    looked_sum: str


def screen_part(judges: Judges, items: Sequence[StoredItem], seed: str, name: str) -> tuple[PartSummary, bytes, bytes]:
    """Judge the items of a part; gives the summary, and the lines of opinions and of what was looked at.

    Deterministic: the same judges, items and seed give the same bytes on any machine.
    """
    flags, looked = list[str](), list[str]()
    levels, regions, offices = Counter[str](), Counter[str](), Counter[str]()
    unflagged = dict[int, int]()
    people = flagged = 0
    for start in range(0, len(items), AT_ONCE):
        for one in judge(judges, items[start : start + AT_ONCE]):
            looked.append(_looked(one))
            people += one.actors > 0
            flagged += bool(one.opinions)
            if one.actors and not one.opinions:
                unflagged[one.stored.item_id] = one.stored.version
            for actor, opinion in one.opinions:
                flags.append(said_of(one, actor, opinion))
                levels[opinion.level.value] += 1
                regions[actor.appointment.region if actor.appointment is not None else ""] += 1
                offices[actor.appointment.office if actor.appointment is not None else ""] += 1
    told, seen = _bytes(flags), _bytes(looked)
    sample = tuple((lot(seed, one), one, unflagged[one]) for one in drawn(seed, unflagged, SAMPLE))
    summary = PartSummary(
        name, len(items), people, flagged, len(flags), _counted(levels), _counted(regions), _counted(offices), sample,
        hashlib.sha256(told).hexdigest(), hashlib.sha256(seen).hexdigest(), summed(map(_digest, flags)),
        summed(map(_digest, looked)),
    )  # fmt: skip
    return summary, told, seen


def write_part(folder: Path, summary: PartSummary, told: bytes, seen: bytes) -> PartSummary:
    """Write a finished part; whoever is killed before the end leaves nothing that counts."""
    put(folder / f"{summary.name}.tanda.jsonl", told)
    put(folder / f"{summary.name}.dilihat.jsonl", seen)
    text = json.dumps(asdict(summary), sort_keys=True, separators=(",", ":"))
    put(folder / f"{summary.name}.json", text.encode("ascii"))
    return summary


def read_summary(folder: Path, name: str) -> PartSummary | None:
    """Give the summary of a finished part, None where it is unfinished or its files are not those it speaks of."""
    try:
        held: dict[str, Any] = json.loads((folder / f"{name}.json").read_bytes())
        pairs = {key: tuple((str(a), int(b)) for a, b in held[key]) for key in ("levels", "regions", "offices")}
        sample = tuple((str(a), int(b), int(c)) for a, b, c in held["sample"])
        summary = PartSummary(**held | pairs | {"sample": sample})
        if not all(isinstance(one, int) for one in (summary.items, summary.people, summary.flagged, summary.opinions)):
            return None
        summed((summary.flags_sum, summary.looked_sum))
        for kind, digest in (("tanda", summary.flags_sha256), ("dilihat", summary.looked_sha256)):
            with (folder / f"{name}.{kind}.jsonl").open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                    return None
    except (OSError, *UNREADABLE):
        return None
    return summary if summary.name == name else None


def lines(folder: Path, name: str, kind: str) -> Iterator[Any]:
    """Read back the lines of a part: `kind` is "tanda" or "dilihat"."""
    with (folder / f"{name}.{kind}.jsonl").open(encoding="ascii") as file:
        for line in file:
            yield json.loads(line)


def summed(digests: Iterable[str]) -> str:
    """Add digests (64 hexadecimal digits each) up, mod 2^256."""
    return f"{sum(int(one, 16) for one in digests) % 2**256:064x}"


def _digest(line: str) -> str:
    return hashlib.sha256(line.encode("ascii")).hexdigest()


def _looked(one: Screened) -> str:
    stored = one.stored
    probability = None if one.probability is None else round(one.probability, 6)
    return json.dumps(
        [stored.item_id, stored.version, stored.content_sha256, one.actors, one.region, probability,
         stored.captured_at.isoformat()],
        separators=(",", ":"),
    )  # fmt: skip


def _counted(found: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(found.items()))


def _bytes(found: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in found).encode("ascii")


def put(path: Path, content: bytes) -> None:
    """Write a file whole, or not at all."""
    # Two machines may share the folder and number their processes alike.
    half = path.with_name(f".{path.name}.{uuid4().hex}{_HALF}")
    with half.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)


def sweep(folder: Path) -> None:
    """Remove what a killed writer left half written."""
    for half in folder.glob(f".*{_HALF}"):
        half.unlink(missing_ok=True)
