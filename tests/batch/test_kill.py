"""kill -9 of a phase run and all its processes at random moments, then the same command again; and a second clone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.app import App
from monitor.batch import run
from tests.batch.killing import campaign
from tests.batch.phase_office import CONTEST, QUIET, STRETCH, silent
from tests.offices import ROOT


def test_killed_twice_and_resumed(tmp_path: Path) -> None:
    offices, stages = campaign(tmp_path, kills=2, copies=1, stretch=60, seed=3)
    assert offices >= 1
    assert stages.total() == 2


@pytest.mark.long
def test_killed_fifty_times(tmp_path: Path) -> None:
    offices, stages = campaign(tmp_path, kills=50, copies=2, stretch=60, seed=4)
    print(f"\nkilled 50 times in {offices} offices ({dict(stages)}): flags, parts, report, coverage and audit equal")


def second_clone(folder: Path) -> Path:
    """Lay the code out a second time, as `git clone` would."""
    names = subprocess.run(
        ["git", "ls-files", "monitor", "classifiers", "rules"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in names.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.mark.parametrize(
    ("workers", "env"),
    [
        (
            "1",
            {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Auckland", "OMP_NUM_THREADS": "3", "OPENBLAS_NUM_THREADS": "3"},
        ),
        ("2", {"PYTHONHASHSEED": "0", "TZ": "America/Caracas", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}),
    ],
)
def test_a_second_clone_elsewhere_says_the_same_byte_for_byte(
    app: App, config: Path, tmp_path: Path, workers: str, env: dict[str, str]
) -> None:
    folder = run.begin(app, QUIET, CONTEST, stretch=STRETCH)
    here = run.carry_on(app, folder, 1, silent)
    code, other = second_clone(tmp_path / "klona kedua"), tmp_path / "kantor lain"
    shutil.copytree(config.parent, other, symlinks=True)
    (other / "rules").unlink()
    (other / "rules").symlink_to(code / "rules")
    source = other / folder.relative_to(config.parent.resolve())
    words = ["--config", str(other / "config.yaml"), "batch", "--again", str(source), "--workers", workers]
    first = "import monitor, sys; assert monitor.__file__.startswith(sys.argv[1]), monitor.__file__; "
    said = subprocess.run(
        [sys.executable, "-c", f"{first}from monitor.cli import main; main(sys.argv[2:])", str(code), *words], cwd=tmp_path,
        env=os.environ | env | {"PYTHONPATH": str(code)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert "sama byte demi byte" in " ".join(said.stdout.split())
    [repeated] = source.parent.glob("*-ulang-*")
    assert run.read_result(repeated) == here
