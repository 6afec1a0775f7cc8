"""Items as Parquet files, and a run over them: nothing but a folder that every machine can read, no database.

`netra export items` lays out DIR/manifes.json, DIR/beku/ (the frozen judges) and DIR/butir/region=…/month=…/*.parquet,
with every item version as it stood and what it borrows of its parent filled in. Each file is one part. The schema of
the files carries a version in its metadata. Where a rule counts repeated acts, DIR/tindakan/… holds beside each file
the earlier acts that judging its items looks up, and the file names their SHA-256.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Self
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

from monitor.app import App
from monitor.batch.crew import FROZEN, MANIFEST, PARTS, Key
from monitor.batch.frozen import thaw
from monitor.batch.manifest import STRETCH, Manifest, span_of
from monitor.batch.parts import AT_ONCE, UNREADABLE, PartSummary, put, screen_part, write_part
from monitor.errors import ConflictError, NotAllowedError
from monitor.judge import Judges, acts_of
from monitor.models import AccountRef, Item, ItemKind, PastAct, StoredItem
from monitor.recall import Past
from monitor.safekeeping import becoming
from monitor.store import thawed_as, written_as
from monitor.store.acts import HeldActs

ITEMS, EARLIER, SCHEMA = "butir", "tindakan", "2"
_ITEMS_MARK, _ACTS_MARK = b"netra.items", b"netra.acts"
_COLUMNS = pa.schema(
    [
        ("item_id", pa.int64()),
        ("version", pa.int32()),
        ("content_sha256", pa.string()),
        ("evidence_sha256", pa.string()),
        ("captured_at", pa.string()),
        ("payload", pa.string()),
    ],
    metadata={_ITEMS_MARK: SCHEMA},
)
_NOWHERE, _NEVER = "-", "-"
MOST_WAITING = 100_000
"""Rows held at most, about 150 MB of them."""
_Row = tuple[int, int, str, str, str, str, str, str]
"""The columns of an item, then its region and month, which stand in the names of the folders."""


def export(app: App, source: Path, folder: Path, tell: Callable[[int, int], None]) -> Manifest:
    """Write the items of a frozen run (`source` holds its manifest and judges) as a folder that stands for itself.

    Raises:
        NotAllowedError: the folder is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise NotAllowedError(f"{folder} tidak kosong — sebut folder baru")
    manifest = Manifest.read(source / MANIFEST)
    judges = thaw(source / FROZEN, manifest.inside, manifest.judges)
    names = replace(manifest, files=()).parts()
    with becoming(folder) as half:
        with _Laying(half / ITEMS) as laying:
            for number, name in enumerate(names):
                tell(number, len(names))
                for one in app.store.frozen.items(*span_of(name), manifest.watermark):
                    laying.add(_row(one, judges))
            tell(len(names), len(names))
        files = sorted(one.relative_to(half).as_posix() for one in (half / ITEMS).rglob("*.parquet"))
        if judges.rules.windows:
            past = app.store.frozen.past(manifest.watermark)
            for name in files:
                _add_earlier(half, name, judges, past)
        told = replace(manifest, files=tuple((name, _digest(half / name)) for name in files))
        shutil.copytree(source / FROZEN, half / FROZEN)
        put(half / MANIFEST, told.text().encode())
    return told


def lay_out(source: Path, folder: Path) -> Manifest:
    """Prepare the folder of a run over exported items: its manifest, frozen judges and an empty folder of parts.

    A folder that holds a run of the same manifest already is gone on with.

    Raises:
        ConflictError: no export, or the folder holds another run.
    """
    manifest = Manifest.read(source / MANIFEST)
    if not manifest.files:
        raise ConflictError(f"{source} bukan hasil `netra export items` — sebut folder ekspornya")
    if (folder / MANIFEST).exists():
        if Manifest.read(folder / MANIFEST).digest != manifest.digest:
            raise ConflictError(f"{folder} berisi jalan tahapan lain — sebut folder lain")
        return manifest
    (folder / PARTS).mkdir(parents=True, exist_ok=True)
    shutil.copytree(source / FROZEN, folder / FROZEN, dirs_exist_ok=True)
    put(folder / MANIFEST, manifest.text().encode())
    return manifest


@dataclass(frozen=True, slots=True)
class ParquetPlace:
    """A run over exported items: where they lie, and where what comes of them is written."""

    source: Path
    folder: Path

    def bench(self) -> ParquetBench:
        """Build the judges from the run's own frozen folder."""
        manifest = Manifest.read(self.folder / MANIFEST)
        return ParquetBench(self, manifest, thaw(self.folder / FROZEN, manifest.inside, manifest.judges))


@dataclass(frozen=True, slots=True)
class ParquetBench:
    """Judges the items of one file after the other."""

    place: ParquetPlace
    manifest: Manifest
    judges: Judges

    def part(self, key: Key) -> PartSummary:
        """Judge the items of one file.

        Raises:
            ConflictError: the file is missing or was changed since the export.
        """
        name, digest = self.manifest.files[int(key.rpartition("-")[2])]
        path = self.place.source / name
        if _digest(path) != digest:
            raise ConflictError(f"{path} hilang atau berubah sejak diekspor — ekspor ulang")
        items = list(_items(path))
        judges = self.judges
        if judges.rules.windows:
            judges = replace(judges, past=HeldActs(_earlier(self.place.source, name)))
        return write_part(self.place.folder / PARTS, *screen_part(judges, items, self.manifest.seed, key))

    def close(self) -> None:
        """Nothing is open."""


class _Laying:
    """Lays rows into the folder of their region and month, at most STRETCH in a file.

    Written by hand: `write_dataset` holds about 2 KB for every row it has written until the process ends.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: dict[tuple[str, str], list[_Row]] = {}
        self._count = self._made = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            for place in sorted(self._waiting):
                self._write(place)

    def add(self, row: _Row) -> None:
        """Take a row in; where too many wait, the fullest place is written although a file could hold more."""
        place = row[-2:]
        some = self._waiting.setdefault(place, [])
        some.append(row)
        self._count += 1
        if len(some) >= STRETCH:
            self._write(place)
        elif self._count >= MOST_WAITING:
            self._write(max(self._waiting, key=lambda one: len(self._waiting[one])))

    def _write(self, place: tuple[str, str]) -> None:
        rows, (region, month) = self._waiting.pop(place), (quote(one, safe="") for one in place)
        self._count -= len(rows)
        folder = self._folder / f"region={region}" / f"month={month}"
        folder.mkdir(parents=True, exist_ok=True)
        columns = list(zip(*rows, strict=True))[:-2]
        arrays = [pa.array(cells, kind.type) for cells, kind in zip(columns, _COLUMNS, strict=True)]
        table = pa.Table.from_arrays(arrays, schema=_COLUMNS)
        pq.write_table(table, folder / f"butir-{self._made}.parquet", row_group_size=STRETCH)
        self._made += 1


def _row(one: StoredItem, judges: Judges) -> _Row:
    actors = judges.roster.actors(one)
    region = next((actor.appointment.region for actor in actors if actor.appointment is not None), "")
    month = f"{judges.context.day(one):%Y-%m}" if one.item.happened_at or one.captured_at else _NEVER
    payload = json.dumps(written_as(Item, one.item), separators=(",", ":"))
    return (
        one.item_id, one.version, one.content_sha256, one.evidence_sha256, one.captured_at.isoformat(), payload,
        region or _NOWHERE, month,
    )  # fmt: skip


def _items(path: Path) -> Iterator[StoredItem]:
    """Read the items of a file, by id.

    Raises:
        ConflictError: the file is none of ours, or of another version.
    """
    try:
        table = pq.ParquetFile(path).read()
    except (pa.ArrowException, OSError, *UNREADABLE) as error:
        raise ConflictError(f"{path} tidak dapat dibaca sebagai Parquet ({error}) — ekspor ulang") from error
    if (table.schema.metadata or {}).get(_ITEMS_MARK) != SCHEMA.encode() or not _ours(table.schema):
        raise ConflictError(f"{path} bukan ekspor Netra versi ini — ekspor ulang dengan versi yang sama")
    try:
        for row in table.sort_by("item_id").to_pylist():
            item = thawed_as(Item, json.loads(row["payload"]))
            at = datetime.fromisoformat(row["captured_at"])
            yield StoredItem(row["item_id"], row["version"], item, row["content_sha256"], row["evidence_sha256"], at)
    except UNREADABLE as error:
        raise ConflictError(f"{path} berisi baris yang tidak dapat dibaca ({error!r}) — ekspor ulang") from error


def _ours(schema: pa.Schema) -> bool:
    """Tell whether every column of an item is there."""
    return all(schema.get_field_index(one.name) >= 0 and schema.field(one.name).type == one.type for one in _COLUMNS)


@dataclass(frozen=True, slots=True)
class _Noting:
    """Looks up earlier acts, and keeps all that were found."""

    past: Past
    found: dict[int, PastAct] = field(default_factory=dict)

    def near(
        self, refs: Sequence[AccountRef], kinds: Sequence[ItemKind], since: datetime, until: datetime
    ) -> Sequence[PastAct]:
        got = self.past.near(refs, kinds, since, until)
        self.found.update({one.item_id: one for one in got})
        return got


def _add_earlier(folder: Path, name: str, judges: Judges, past: Past) -> None:
    """Look up what judging the items of a file will look up, write it beside the file, and name it in the file."""
    noting, items = _Noting(past), list(_items(folder / name))
    for start in range(0, len(items), AT_ONCE):
        acts_of(replace(judges, past=noting), items[start : start + AT_ONCE])
    path = _beside(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [json.dumps(written_as(PastAct, noting.found[one]), separators=(",", ":")) for one in sorted(noting.found)]
    pq.write_table(pa.table({"payload": pa.array(rows, pa.string())}), path)
    table = pq.ParquetFile(folder / name).read()
    marks = {**(table.schema.metadata or {}), _ACTS_MARK: _digest(path).encode()}
    pq.write_table(table.replace_schema_metadata(marks), folder / name, row_group_size=STRETCH)


def _earlier(folder: Path, name: str) -> Iterator[PastAct]:
    """Read the earlier acts that a file names.

    Raises:
        ConflictError: they are missing, or were changed since the export.
    """
    named = (pq.ParquetFile(folder / name).schema_arrow.metadata or {}).get(_ACTS_MARK, b"")
    path = _beside(folder, name)
    if not named or _digest(path).encode() != named:
        raise ConflictError(f"{path} hilang atau berubah sejak diekspor — ekspor ulang")
    for row in pq.ParquetFile(path).read().to_pylist():
        yield thawed_as(PastAct, json.loads(row["payload"]))


def _beside(folder: Path, name: str) -> Path:
    return folder / EARLIER / Path(name).relative_to(ITEMS)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
