"""A run that ends at any request whatever: the next one finds everything, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config import BlueskySource
from monitor.evidence import Archive
from monitor.store import Store
from tests.collectors.bluesky_office import Office
from tests.fakes import FakeClock
from tests.server_bluesky import Answer, DirectFetcher, Network


class BrokenOffError(Exception):
    """The process is no more."""


def test_whichever_request_is_the_last(tmp_path: Path) -> None:
    ended = 0
    for last in range(1, 60):
        clock = FakeClock()
        network = Network(clock, port=80, page=3)
        sari, paslon = network.account("sari"), network.account("paslon", server=3)
        calls = [network.post(paslon, f"ajakan {number}") for number in range(4)]
        made = {network.post(sari, f"kabar {number}") for number in range(8)} | {
            network.like(sari, one) for one in calls
        }
        left = [last]

        def ending(_path: str, _given: dict[str, list[str]], left: list[int] = left) -> Answer | None:
            left[0] -= 1
            if left[0] == 0:
                raise BrokenOffError
            return None

        home = network.origin()
        config = BlueskySource.model_validate({"type": "bluesky", "id": "bsky", "appview": home, "directory": home})
        with Store.open(tmp_path / f"{last}.db", clock) as store:
            fetcher = DirectFetcher(network, clock)
            office = Office(store, Archive(tmp_path / "arsip"), fetcher, config)
            office.watch(sari.did, sari.handle)
            office.watch(paslon.did, paslon.handle, campaign=True)
            made |= set(calls)
            network.fault = ending
            try:
                office.collect()
            except BrokenOffError:
                ended += 1
            network.fault = lambda _path, _given: None
            clock.tick(hours=6)
            made.add(network.post(sari, "sesudah itu"))
            done = office.collect()
            assert all(one.outcome.proved for one in done.values()), done
            assert office.ids() == dict.fromkeys(made, 1), last
            assert all(len(office.versions(one)) == 1 for one in made), last
            assert office.withdrawn() == []
            if left[0] > 0:
                break
    else:
        pytest.fail("a run needs more requests than were tried")
    assert ended > 15
