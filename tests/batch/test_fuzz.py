"""Changed manifests, reports, parts, Parquet files and copies: each is refused in words, or read as far as it is sound."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from monitor import safekeeping, signing
from monitor.app import App
from monitor.batch import crew, merge, parquet, run
from monitor.batch.manifest import Manifest
from monitor.batch.parts import PartSummary, read_summary, summed, write_part
from monitor.batch.report import REPORT, SIGNATURE, check, write_report
from monitor.errors import ConflictError, StoreError
from tests.batch.phase_office import CONTEST, QUIET, STRETCH, silent
from tests.collectors import fuzzing
from tests.collectors.fuzzing import Reader

FEW = 25
MANY = int(os.environ.get("NETRA_FUZZ", "100000"))
LOG = os.environ.get("NETRA_FUZZ_LOG", "")


class Bench:
    """A finished, signed run, an export and a copy, and what reads each of their files."""

    def __init__(self, app: App, place: Path) -> None:
        self.app, self.place = app, place
        self.mark = signing.new_key(place / "kunci")
        key = signing.read_key("", place / "kunci", app.root / app.config.database)
        self.folder = run.begin(app, QUIET, CONTEST, stretch=STRETCH)
        run.carry_on(app, self.folder, 1, silent)
        write_report(app, self.folder, key, None, (1, 1.0))
        self.manifest = Manifest.read(self.folder / crew.MANIFEST)
        names = self.manifest.parts()
        self.part = next(one for one in names if (self.folder / crew.PARTS / f"{one}.tanda.jsonl").stat().st_size)
        self.copy = place / "salinan"
        (self.copy / "aturan").mkdir(parents=True)
        for name in (safekeeping.SETTINGS, safekeeping.DATABASE, "aturan/a.yaml"):
            (self.copy / name).write_bytes(b"database: x\n")
        self.copied = dict(safekeeping._digests(self.copy, lambda *_: None))

    def reader(self, name: str) -> Reader:
        seeds, read, refuses, structured = {
            "manifes": ([self.folder / crew.MANIFEST], self.manifests, (ConflictError,), True),
            "laporan": ([self.folder / one for one in (REPORT, SIGNATURE, run.RESULT)], self.reports, (), True),
            "bagian": ([self.parts_of("json")], self.summaries, (), True),
            "tanda": ([self.parts_of("tanda.jsonl"), self.parts_of("dilihat.jsonl")], self.opinions, (ConflictError,), True),
            "parquet": ([self.table(self.payload().read_bytes())], self.tables, (ConflictError,), False),
            "parquet-isi": ([self.payload()], self.payloads, (ConflictError,), True),
            "cadangan": ([self.listed()], self.copies, (), True),
        }[name]  # fmt: skip
        return Reader(name, tuple(one.read_bytes() for one in seeds), read, refuses, structured=structured)

    def parts_of(self, kind: str) -> Path:
        return self.folder / crew.PARTS / f"{self.part}.{kind}"

    def manifests(self, body: bytes, _place: int) -> None:
        path = self.place / "manifes.json"
        path.write_bytes(body)
        assert all(isinstance(one, str) for one in Manifest.read(path).parts())

    def reports(self, body: bytes, place: int) -> None:
        self.instead(self.folder / (REPORT, SIGNATURE, run.RESULT)[place], body, self.whole)

    def whole(self) -> None:
        assert all(one.file and one.said for one in check(self.folder, [self.mark]))

    def summaries(self, body: bytes, _place: int) -> None:
        self.instead(self.parts_of("json"), body, lambda: read_summary(self.folder / crew.PARTS, self.part))
        self.instead(self.parts_of("json"), body, self.whole)

    def opinions(self, body: bytes, place: int) -> None:
        """Lines of a part that fit its summary, as somebody would write them who knows how it is summed up."""
        parts = self.folder / crew.PARTS
        before = read_summary(parts, self.part)
        assert before is not None
        told, seen = (self.parts_of(f"{kind}.jsonl").read_bytes() for kind in ("tanda", "dilihat"))
        try:
            write_part(parts, *_summed(before, *((body, seen) if place == 0 else (told, body))))
            merge.merge(self.folder, self.manifest, self.app.store, silent)
        finally:
            write_part(parts, before, told, seen)

    def table(self, payload: bytes) -> Path:
        path = self.place / "butir.parquet"
        row = [1, 1, "a" * 64, "", "2025-06-01T00:00:00+00:00", payload.decode("utf-8", "replace")]
        columns = [pa.array([cell], kind.type) for cell, kind in zip(row, parquet._COLUMNS, strict=True)]
        pq.write_table(pa.Table.from_arrays(columns, schema=parquet._COLUMNS), path)
        return path

    def tables(self, body: bytes, _place: int) -> None:
        path = self.place / "ubah.parquet"
        path.write_bytes(body)
        list(parquet._items(path))

    def payload(self) -> Path:
        path = self.place / "isi.json"
        items = self.app.store.frozen.items(1, 1, self.manifest.watermark)
        path.write_text(json.dumps(parquet.written_as(type(items[0].item), items[0].item)), encoding="utf-8")
        return path

    def payloads(self, body: bytes, _place: int) -> None:
        list(parquet._items(self.table(body)))

    def listed(self) -> Path:
        path = self.copy / safekeeping.MANIFEST
        path.write_text(json.dumps({"kept": {}, "files": self.copied}), encoding="utf-8")
        return path

    def copies(self, body: bytes, _place: int) -> None:
        (self.copy / safekeeping.MANIFEST).write_bytes(body)
        target = self.place / "pulih"
        try:
            safekeeping.restore(self.copy, target, lambda *_: None)
        except StoreError:
            assert not target.exists()
        else:
            assert json.loads(body)["files"] == self.copied
            shutil.rmtree(target)

    def instead(self, path: Path, body: bytes, look: Callable[[], object]) -> None:
        held = path.read_bytes()
        path.write_bytes(body)
        try:
            look()
        finally:
            path.write_bytes(held)


def _summed(before: PartSummary, told: bytes, seen: bytes) -> tuple[PartSummary, bytes, bytes]:
    from dataclasses import replace  # noqa: PLC0415

    sums = [
        summed(sha256(line.rstrip(b"\n")).hexdigest() for line in body.splitlines(keepends=True))
        for body in (told, seen)
    ]
    digests = [sha256(body).hexdigest() for body in (told, seen)]
    return (
        replace(before, flags_sha256=digests[0], looked_sha256=digests[1], flags_sum=sums[0], looked_sum=sums[1]), told, seen,
    )  # fmt: skip


NAMES = ("manifes", "laporan", "bagian", "tanda", "parquet", "parquet-isi", "cadangan")


@pytest.fixture
def bench(app: App, tmp_path: Path) -> Bench:
    return Bench(app, tmp_path)


def test_the_seeds_are_sound_and_changes_are_survived(bench: Bench) -> None:
    assert check(bench.folder, [bench.mark]) == []
    for name in NAMES:
        reader = bench.reader(name)
        for place, body in enumerate(reader.seeds):
            seed = fuzzing.Tally()
            fuzzing.judge(reader, body, place, seed)
            assert seed.refused == 0, (name, place)
        assert fuzzing.campaign(reader, FEW).examples
    assert check(bench.folder, [bench.mark]) == []
    assert bench.app.store.audit.verify().ok


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_a_long_campaign(bench: Bench, name: str) -> None:
    many = MANY // 100 if name == "tanda" else MANY // 10
    tally = fuzzing.campaign(bench.reader(name), many, 1_000_000, Path(LOG) if LOG else None)
    print("\n" + tally.line(name))
    assert bench.app.store.audit.verify().ok
