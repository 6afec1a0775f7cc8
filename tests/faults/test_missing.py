"""Parts that are not installed: each absence is said in one line with what to do, and everything else goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.app import App
from tests.offices import ROOT, make_office

WITHOUT = "import sys\nfor one in sys.argv.pop(1).split(): sys.modules[one] = None\nfrom monitor.__main__ import start\nstart()\n"


def netra(config: Path, hidden: str, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Type a command on a computer where these modules are not installed."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT, hidden, "--config", str(config), *words],
        capture_output=True, text=True, check=False, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT), **env},
    )  # fmt: skip


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = make_office(tmp_path_factory.mktemp("kurang") / "kantor")
    App.build(config).close()
    return config


@pytest.mark.parametrize(
    ("hidden", "words", "said"),
    [
        ("pyarrow", "export items --parquet {}/e --phase tenang", "pyarrow belum terpasang; pasang dengan `.venv/bin/pip install -e '.[batch]'`"),
        ("distributed", "batch --input {0} --output {0}/h --scheduler tcp://127.0.0.1:1", "distributed belum terpasang; pasang dengan"),
        ("waitress", "serve --port 1", "pustaka waitress belum terpasang — pasang ulang lingkungannya dengan `./run.sh install`"),
        ("lxml", "doctor", "pustaka lxml belum terpasang — pasang ulang"),
    ],
)  # fmt: skip
def test_a_missing_library_is_named(config: Path, hidden: str, words: str, said: str) -> None:
    found = netra(config, hidden, *words.format(config.parent).split())
    assert found.returncode == 2, found.stderr
    assert said in found.stderr
    assert "Traceback" not in found.stderr


def test_missing_time_zones_are_named(config: Path) -> None:
    found = netra(config, "tzdata", "doctor", PYTHONTZPATH="")
    assert found.returncode == 2, found.stderr
    assert found.stderr.strip() == (
        "netra: daftar zona waktu (tzdata) tidak ada — pasang ulang lingkungannya dengan `./run.sh install`, atau "
        "`sudo apt-get install -y tzdata`"
    )


def test_a_fault_of_our_own_is_not_hidden(config: Path) -> None:
    assert "Traceback" in netra(config, "monitor.pipeline", "doctor").stderr
