"""A run that ends at any request whatever: the next one finds everything, once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.config import BlueskySource
from monitor.evidence import Archive
from monitor.store import Store
from tests.collectors.bluesky_office import Office
from tests.collectors.broken_off import World, whichever_request_is_the_last
from tests.fakes import FakeClock
from tests.server_bluesky import DirectFetcher, Network


def test_whichever_request_is_the_last(tmp_path: Path) -> None:
    @contextmanager
    def world(last: int) -> Iterator[World]:
        clock = FakeClock()
        network = Network(clock, port=80, page=3)
        sari, paslon = network.account("sari"), network.account("paslon", server=3)
        calls = [network.post(paslon, f"ajakan {number}") for number in range(4)]
        made = {network.post(sari, f"kabar {number}") for number in range(8)} | set(calls)
        made |= {network.like(sari, one) for one in calls}
        home = network.origin()
        config = BlueskySource.model_validate({"type": "bluesky", "id": "bsky", "appview": home, "directory": home})
        with Store.open(tmp_path / f"{last}.db", clock) as store:
            fetcher = DirectFetcher(network, clock)
            office = Office(store, Archive(tmp_path / "arsip"), fetcher, config)
            office.watch(sari.did, sari.handle)
            office.watch(paslon.did, paslon.handle, campaign=True)
            yield World(network, office, made, lambda: {network.post(sari, "sesudah itu")})

    def once(one: World) -> None:
        assert all(len(one.office.versions(native_id)) == 1 for native_id in one.made)

    whichever_request_is_the_last(world, least=15, check=once)
