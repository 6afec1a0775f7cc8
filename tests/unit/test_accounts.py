"""One source of the settings that stands for every watched account: built, due, named and summed up one by one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor import demo, scheduler
from monitor.app import App
from monitor.doctor import examine
from monitor.models import Outcome
from monitor.pipeline import collect
from tests.fakes import FakeClock
from tests.offices import make_office
from tests.server_bluesky import DirectFetcher, Network


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def app(tmp_path: Path, clock: FakeClock) -> Iterator[App]:
    config = make_office(tmp_path / "kantor")
    text = config.read_text("utf-8")
    home = "http://127.0.0.1"
    bsky = f"\n  - {{id: bsky, type: bluesky, every: 2jam, appview: '{home}', directory: '{home}'}}\n"
    head, _, tail = text.partition("\nsources:")
    config.write_text(f"{head}\nsources:{bsky}{tail.partition(chr(10))[2]}", "utf-8")
    built = App.build(config, clock, clock.sleep)
    demo.prepare(built)
    yield built
    built.close()


def accounts(app: App) -> list[str]:
    return [one for one in app.intervals() if one.startswith("bsky/")]


def test_every_watched_account_is_a_source_of_its_own(app: App) -> None:
    ids = accounts(app)
    assert "bsky/did:plc:contoh1014" in ids
    assert "bsky/kampanye-1-bsky" in ids
    assert not any("kpucontoh" in one or "wartacontoh" in one for one in ids)
    assert [one.source_id for one in app.sources(["bsky"])] == ids
    assert [one.source_id for one in app.sources(["bsky/did:plc:contoh1014"])] == ["bsky/did:plc:contoh1014"]
    assert len(app.sources()) == len(ids) + 3


def test_each_account_is_due_for_itself(app: App, clock: FakeClock) -> None:
    ids = accounts(app)
    assert set(ids) <= set(scheduler.due(app).sources)
    network = Network(clock, port=80)
    network.account("contoh1014")
    done = collect(app.sources(["bsky"]), DirectFetcher(network, clock), app.archive, app.store, lambda _: None)
    by_id = {one.source_id: one.outcome for one in done}
    assert by_id["bsky/did:plc:contoh1014"].proved
    assert by_id["bsky/kampanye-1-bsky"] is Outcome.INVALID_REQUEST
    assert not set(ids) & set(scheduler.due(app).sources)
    clock.tick(hours=2, seconds=1)
    assert set(ids) <= set(scheduler.due(app).sources)
    assert app.config.every("bsky/did:plc:contoh1014") == timedelta(hours=2)
    [said] = [one for one in examine(app) if one.what == "sumber bsky"]
    assert f"dari {len(ids)} akun belum terbukti" in said.said
