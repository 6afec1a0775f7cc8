"""Rules that count repeated acts over Parquet files: the earlier acts come along, and the opinions are the database's."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor import demo
from monitor.app import App
from monitor.batch import crew, parquet, run
from monitor.batch.manifest import Manifest
from monitor.batch.parts import lines, screen_part
from monitor.errors import ConflictError
from monitor.store.acts import HeldActs
from tests.batch.phase_office import CONTEST, QUIET, STRETCH, open_office, silent
from tests.batch.test_scale import alone, place_of
from tests.offices import ROOT, make_office

RULE = """\
id: uji-penggemar
title: Berulang menyebut calon
status: aktif
level: sedang
forms: [KE-2, DIS-2]
applies_to:
  kinds: [suka, komentar, bagikan, unggahan]
  repeated: {count: 2, days: 60}
any: ["{sasaran}", "{kandidat}"]
legal_basis:
  - {text: "PP 94/2021 pasal 5 huruf n", certainty: 2}
author: pengawas contoh
date: 2025-01-06
examples:
  match:
    - {text: "Bu Citra hadir"}
  no_match:
    - {text: "Bu Citra hadir", repeats: 1}
"""
NAME = "asn/uji-penggemar"


@pytest.fixture
def counting(tmp_path: Path) -> Iterator[App]:
    """An office with a rule that counts repeated acts."""
    config = make_office(tmp_path / "kantor")
    (config.parent / "rules").unlink()
    shutil.copytree(ROOT / "rules", config.parent / "rules")
    (config.parent / "rules" / f"{NAME}.yaml").write_text(RULE, encoding="utf-8")
    app = open_office(config)
    demo.prepare(app)
    app.gather((), lambda _: None)
    assert app.judges().rules.windows
    yield app
    app.close()


@pytest.fixture
def exported(counting: App, tmp_path: Path) -> Path:
    source = run.begin(counting, QUIET, CONTEST, stretch=STRETCH, exported=True)
    parquet.export(counting, source, tmp_path / "ekspor", silent)
    return tmp_path / "ekspor"


def opinions_by_the_rule(folder: Path) -> int:
    names = Manifest.read(folder / crew.MANIFEST).parts()
    held = [str(line) for name in names for line in lines(folder / crew.PARTS, name, "tanda")]
    return sum("uji-penggemar" in one for one in held)


def test_files_and_database_say_the_same_of_repeated_acts(counting: App, exported: Path) -> None:
    from_files = alone(exported)
    folder = run.begin(counting, QUIET, CONTEST, stretch=STRETCH)
    from_database = run.carry_on(counting, folder, 1, silent)
    assert from_files.flags_digest == from_database.flags_digest
    assert from_files.looked_digest == from_database.looked_digest
    assert opinions_by_the_rule(exported.parent / "sendiri") == opinions_by_the_rule(folder) > 3
    place = place_of(exported, "berdua")
    run.judge_all(place.folder, lambda todo: crew.together(place, todo, 2), silent)
    assert run.conclude(place.folder, ()).flags_digest == from_database.flags_digest


def test_without_the_earlier_acts_it_would_be_another_result(exported: Path) -> None:
    """What the files hold beside the items is what the rule rests on."""
    bench = place_of(exported, "tanpa").bench()
    forgetful = replace(bench.judges, past=HeldActs(()))
    names = [name for name, _ in bench.manifest.files]
    with_acts = sum(bench.part(key).opinions for key in bench.manifest.parts())
    without = 0
    for name in names:
        items = list(parquet._items(exported / name))
        without += screen_part(forgetful, items, bench.manifest.seed, name)[0].opinions
    assert without < with_acts


@pytest.mark.parametrize("change", ["hilang", "diubah"])
def test_earlier_acts_that_are_missing_or_changed_are_refused(exported: Path, change: str) -> None:
    one = next(iter(sorted((exported / "tindakan").rglob("*.parquet"))))
    if change == "hilang":
        one.unlink()
    else:
        held = bytearray(one.read_bytes())
        held[len(held) // 2] ^= 1
        one.write_bytes(held)
    with pytest.raises(ConflictError, match=r"tindakan/.* hilang atau berubah"):
        alone(exported)


def test_an_export_without_such_rules_holds_no_acts(app: App, tmp_path: Path) -> None:
    source = run.begin(app, QUIET, CONTEST, stretch=STRETCH, exported=True)
    parquet.export(app, source, tmp_path / "ekspor", silent)
    assert not (tmp_path / "ekspor" / "tindakan").exists()
