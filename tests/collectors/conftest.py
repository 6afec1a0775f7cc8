"""An office that watches the scenario server of YouTube; modules with another office have their own fixtures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.evidence import Archive
from monitor.models import Platform
from monitor.store import Store
from tests.collectors.mastodon_office import Office
from tests.collectors.youtube_office import fetcher, settings
from tests.fakes import FakeClock
from tests.server_loopback import serve
from tests.server_youtube import Youtube


@pytest.fixture
def youtube() -> Iterator[Youtube]:
    made = Youtube(FakeClock())
    with serve(made, addresses=2):
        yield made


@pytest.fixture
def office(youtube: Youtube, tmp_path: Path) -> Iterator[Office]:
    with Store.open(tmp_path / "a.db", youtube.clock) as store:
        web = fetcher(youtube, store, tmp_path)
        yield Office(store, Archive(tmp_path / "arsip"), web, settings(youtube), Platform.YOUTUBE)
