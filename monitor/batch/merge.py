"""Bringing the opinions of a run into the queue: part by part, each once, and never over something newer."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

from pydantic import AwareDatetime, Field, TypeAdapter

from monitor.batch.crew import PARTS
from monitor.batch.manifest import Manifest
from monitor.batch.parts import UNREADABLE, lines, put
from monitor.batch.run import summaries
from monitor.errors import ConflictError
from monitor.models import Account, Actor, Item, ItemKind, Opinion, Person, Platform, Screened, StoredItem
from monitor.store import Store, said_to

MERGING = "antrean.json"
"""Under which run of the database a folder is merged, so that an interrupted merging is counted whole."""
_AT_ONCE = 1000
_Number = Annotated[int, Field(ge=0, lt=2**53)]
_Look = tuple[
    _Number, _Number, str, _Number, str, Annotated[float, Field(ge=0, le=1)] | None,
    Annotated[AwareDatetime, Field(gt=datetime(1970, 1, 2, tzinfo=UTC), lt=datetime(9000, 1, 1, tzinfo=UTC))],
]  # fmt: skip
"""An item that was looked at: id, version, digest, how many people, region, the model's probability, when captured."""
_LOOK: TypeAdapter[_Look] = TypeAdapter(_Look)
_UNREAD = Item("", Platform.OTHER, "", ItemKind.POST, None, "")
"""Stands for the words of an item without opinions: nobody reads them when its screening is noted."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What a run changed in the queue; `passed` were edited or erased since it was frozen and are left alone."""

    items: int = 0
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    passed: int = 0


def merge(
    folder: Path, manifest: Manifest, store: Store, tell: Callable[[int, int], None], *, going_on: bool = False
) -> Merged:
    """Store the opinions of a finished run. A second time changes nothing; an interrupted merging is simply repeated.

    `going_on` counts what earlier, interrupted mergings of the same folder brought into this database, too.

    Raises:
        BusyError: a screening is under way. ConflictError: a part is missing or was changed.
    """
    total, names = Merged(), manifest.parts()
    persons = {one.person_id: one for one in store.roster.persons()}
    accounts = {one.account_id: one for one in store.roster.accounts()}
    with store.runs.exclusive("screen"):
        run_id = _run_of(folder, store) if going_on else store.runs.begin("batch")
        for number, summary in enumerate(summaries(folder, manifest)):
            tell(number, len(names))
            try:
                looked = [_LOOK.validate_python(line) for line in lines(folder / PARTS, summary.name, "dilihat")]
                newer = store.frozen.passed([one[0] for one in looked], manifest.watermark)
                told = lines(folder / PARTS, summary.name, "tanda")
                results = list(_results(told, looked, store, newer, (persons, accounts)))
            except UNREADABLE as error:
                raise ConflictError(
                    f"bagian {summary.name} di {folder} berisi baris yang tidak dapat dibaca ({error!r}) — "
                    "minta lagi hasilnya"
                ) from error
            total = replace(total, passed=total.passed + summary.items - len(results))
            for start in range(0, len(results), _AT_ONCE):
                saved = store.save_screening(results[start : start + _AT_ONCE], run_id, manifest.judges, again=True)
                total = Merged(
                    total.items + saved.screened, total.new + saved.new, total.changed + saved.changed,
                    total.withdrawn + saved.withdrawn, total.passed,
                )  # fmt: skip
        tell(len(names), len(names))
        if going_on:
            total = _since_the_first(total, store, run_id)
        store.runs.finish(run_id, {"items": total.items, "flags": total.new})
    return total


def _run_of(folder: Path, store: Store) -> int:
    """Give the run under which this folder is merged, the same after an interruption."""
    note = folder / MERGING
    with suppress(OSError, ValueError, TypeError, KeyError):
        held = json.loads(note.read_bytes())
        if store.runs.kind(int(held["run"])) == "batch":
            store.samples.count_anew(int(held["run"]))
            return int(held["run"])
    run_id = store.runs.begin("batch")
    put(note, json.dumps({"run": run_id}).encode("ascii"))
    return run_id


def _since_the_first(total: Merged, store: Store, run_id: int) -> Merged:
    """Count by the audit what a run changed in the queue: each batch was noted in the same transaction."""
    noted = [json.loads(one) for one in store.audit.told("saring", f"run:{run_id}") if one]
    return replace(
        total, new=sum(one["baru"] for one in noted), changed=sum(one["berubah"] for one in noted),
        withdrawn=sum(one["ditarik"] for one in noted),
    )  # fmt: skip


def _results(
    told: Iterator[Any],
    looked: Sequence[_Look],
    store: Store,
    newer: set[int],
    known: tuple[dict[int, Person], dict[int, Account]],
) -> Iterator[Screened]:
    """Put the lines of a part together again; items that moved on are left out."""
    opinions: defaultdict[int, list[tuple[Actor, Opinion]]] = defaultdict(list)
    held: defaultdict[int, set[int]] = defaultdict(set)
    for item_id, of_item in groupby(told, key=lambda line: line["item_id"]):
        for line in of_item:
            actor, opinion, aside = said_to(line, *known)
            if actor.person.person_id:
                opinions[item_id].append((actor, opinion))
                held[item_id].update({actor.person.person_id} if aside else ())
    stored = {one.item_id: one for one in store.reading.some([one for one in opinions if one not in newer])}
    strange = _strange(looked, stored)
    for item_id, version, content, actors, region, probability, at in looked:
        if item_id in newer or item_id in strange:
            continue
        one = stored.get(item_id) or StoredItem(item_id, version, _UNREAD, content, "", at)
        yield Screened(one, tuple(opinions.get(item_id, ())), actors, region, probability, frozenset(held[item_id]))


def _strange(looked: Sequence[_Look], stored: dict[int, StoredItem]) -> set[int]:
    """Give flagged items that say something else here than where the run looked at them: another office's."""
    said = {item_id: (version, content) for item_id, version, content, *_ in looked}
    return {key for key, one in stored.items() if said.get(key) != (one.version, one.content_sha256)}


def merged_line(found: Merged) -> str:
    """Put it into Indonesian."""
    return (
        f"{found.items} butir dicatat: {found.new} tanda baru, {found.changed} berubah, {found.withdrawn} ditarik mesin"
        + (f"; {found.passed} butir sudah berubah atau dihapus sejak dibekukan, tidak disentuh" if found.passed else "")
    )
