from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.app import App
from tests.batch.phase_office import build, open_office


@pytest.fixture(scope="session")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office once collected and screened; copied, never used itself."""
    folder = tmp_path_factory.mktemp("tahapan") / "kantor"
    build(folder)
    return folder


@pytest.fixture
def config(grown: Path, tmp_path: Path) -> Path:
    shutil.copytree(grown, tmp_path / "kantor", symlinks=True)
    return tmp_path / "kantor" / "config.yaml"


@pytest.fixture
def app(config: Path) -> Iterator[App]:
    found = open_office(config)
    yield found
    found.close()
