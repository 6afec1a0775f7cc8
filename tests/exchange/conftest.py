from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.batch.phase_office import build
from tests.exchange.offices_apart import Apart, lay_out


@pytest.fixture(scope="session")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office once collected and screened; copied, never used itself."""
    folder = tmp_path_factory.mktemp("antarkantor") / "kantor"
    build(folder)
    return folder


@pytest.fixture
def apart(grown: Path, tmp_path: Path) -> Iterator[Apart]:
    found = lay_out(tmp_path, grown)
    yield found
    found.close()
