"""Backtest: its counts equal a full re-screening of the demo office by both sets."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from monitor.app import App
from monitor.cli import main
from monitor.judge import judge
from monitor.rules import RuleSet
from tests.offices import ROOT, make_office
from tests.rules.test_loader import GOOD


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = make_office(tmp_path / "kantor")
    result = CliRunner().invoke(main, ["--config", str(path), "demo", "--no-serve"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return path


def backtest(settings: Path, *words: str, code: int = 0) -> Any:
    command = ["--config", str(settings), "rules", "backtest", *words]
    result = CliRunner().invoke(main, command, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return json.loads(result.stdout) if "--json" in words else result.stdout


def test_counts_equal_a_full_rescreening(settings: Path, tmp_path: Path) -> None:
    changed = tmp_path / "aturan"
    shutil.copytree(ROOT / "rules", changed)
    for name in ("harapan-menang", "harapan-jabatan"):
        (changed / "asn" / f"{name}.yaml").unlink()
    (changed / "asn" / "uji-luas.yaml").write_text(
        GOOD.replace("id: contoh-aturan", "id: uji-luas").replace("{kandidat}", '{kandidat}"\n  - "bibit cabe'),
        encoding="utf-8",
    )
    said = backtest(settings, "--against", str(changed), "--json")

    app = App.build(settings)
    items = app.store.items.newest(10_000)
    judges = app.judges()
    before = judge(judges, items)
    after = judge(replace(judges, rules=RuleSet.load(changed, app.targets, app.config.zone)), items)
    app.close()
    pairs = [(bool(old.opinions), bool(new.opinions)) for old, new in zip(before, after, strict=True)]
    assert said["items"] == len(items)
    assert said["newly"] == pairs.count((False, True)) > 0
    assert said["gone"] == pairs.count((True, False))
    assert said["microseconds_an_item"] > 0
    assert "Baru ditandai" in backtest(settings, "--against", str(changed), "--max-new", "0", code=1)


def test_the_same_rules_change_nothing(settings: Path) -> None:
    said = backtest(settings, "--json", "--max-new", "0")
    assert (said["newly"], said["gone"], said["matched"]) == (0, 0, 0)
    assert said["items"] > 100
