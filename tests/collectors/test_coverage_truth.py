"""Coverage against servers that know what they served: nothing that was refused, cut or never asked counts as seen."""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.collectors import build_source
from monitor.config import FeedSource
from monitor.coverage import Eye, Line, State, assess, cells, missing, tally
from monitor.evidence import Archive
from monitor.models import Platform
from monitor.pipeline import collect
from monitor.store import Standing, Store, Subject
from monitor.store.coverage import CUT_SHORT
from tests.collectors.bluesky_office import Office
from tests.collectors.test_bluesky import settings
from tests.fakes import FakeClock
from tests.fakes_fetch import polite_client
from tests.server.scenario import fixed_answers, serve
from tests.server_bluesky import Answer, DirectFetcher, Network, Repo, error
from tests.server_bluesky import serve as serve_network

WHOLE = {
    "ok", "empty", "gzip", "301", "302", "308-302", "wrong-encoding", "loose-xml", "no-date", "future-date",
    "same-guid", "wib", "429-then-ok", "500-then-ok",
}  # fmt: skip
"""Scenarios in which the server gave a whole feed; in every other it did not."""
SLOW = {"drip", "drip-headers"}
EXPECTED = {
    "403": State.BLOCKED, "401": State.BLOCKED, "410": State.GONE, "429-forever": State.FAILED, "cut": State.FAILED,
    "cut-gzip": State.FAILED, "cut-xml": State.FAILED, "huge": State.FAILED, "500": State.FAILED, "empty": State.EMPTY,
    "html-for-xml": State.FAILED, "304-unasked": State.FAILED,
}  # fmt: skip


def test_every_scenario_of_a_feed_is_said_as_the_server_knows_it(tmp_path: Path) -> None:
    names = sorted(({*fixed_answers()} | {"429-then-ok", "500-then-ok"}) - SLOW - {"article"})
    clock = FakeClock()
    with ExitStack() as running, Store.open(tmp_path / "a.db", clock) as store:
        # A host of its own for each: one that asks us to wait two hours would keep us from all the others.
        servers = {name: running.enter_context(serve()) for name in names}
        feeds = [
            build_source(
                FeedSource.model_validate({"type": "feed", "id": f"f-{name}", "url": one.url(name), "pages": "none"}),
                wanted=lambda _: False, list_files=lambda _: [],
            )
            for name, one in servers.items()
        ]  # fmt: skip
        hosts = [one.host for one in servers.values()]
        client = polite_client(hosts=hosts, clock=clock, max_requests_per_run=1000)
        wanted = cells([], [Eye(one.source_id) for one in feeds])
        for again in (False, True):
            collect(feeds, client, Archive(tmp_path / "arsip"), store, lambda _: None)
            now = {one.config_id.removeprefix("f-"): one for one in assess(wanted, store.coverage.now())}
            assert {name for name, line in now.items() if line.state.proved} == WHOLE
            assert all(line.detail for name, line in now.items() if name not in WHOLE)
            for name, state in EXPECTED.items():
                assert now[name].state is state, (name, now[name])
            assert now["ok"].state is (State.NOT_MODIFIED if again else State.SEEN)
            clock.tick(days=1)


FAULTS = {
    "ditolak": Answer(403, b"{}"),
    "dibatasi": Answer(429, b"{}", {"Retry-After": "30"}),
    "terpotong": Answer(200, b'{"records": [{"uri": "at://'),
    "putus": Answer(200, b'{"records": []}', cut=True),
    "rusak": Answer(500, b"{}"),
    "hilang": error("RepoTakendown"),
}
STATES = {
    "ditolak": State.BLOCKED, "dibatasi": State.FAILED, "terpotong": State.FAILED, "putus": State.FAILED,
    "rusak": State.FAILED, "hilang": State.GONE,
}  # fmt: skip


def roster(repos: list[Repo]) -> list[Subject]:
    """Everybody who is watched, one on a platform without a source, one whose platform is shut, one without account."""
    return [
        *(Subject(n, f"Warga {n}", "Dinas Contoh", "K", n, Platform.BLUESKY, one.did) for n, one in enumerate(repos)),
        Subject(901, "Tanpa Sumber", "Dinas Contoh", "K", 901, Platform.YOUTUBE, "kanal"),
        Subject(902, "Tertutup", "Dinas Contoh", "K", 902, Platform.TIKTOK, "t"),
        Subject(903, "Tanpa Akun", "Dinas Contoh", "K"),
    ]


def lines(repos: list[Repo], standings: Mapping[str, Standing]) -> dict[str, Line]:
    found = assess(cells(roster(repos), [Eye("bsky", frozenset({Platform.BLUESKY}))]), standings)
    assert tally(found).total == len(repos) + 3
    assert [one.state for one in found[-3:]] == [State.NOT_TRIED, State.LEGALLY_OFF, State.NO_ACCOUNT]
    return {one.subject.native_id: one for one in found[:-3] if one.subject is not None}


@pytest.mark.parametrize("seed", range(3))
def test_accounts_whose_pages_were_withheld_are_never_seen(tmp_path: Path, seed: int) -> None:
    dice, clock = random.Random(seed), FakeClock()
    with serve_network(Network(clock, page=4)) as network, Store.open(tmp_path / "a.db", clock) as store:
        client = polite_client(hosts=network.hosts(), clock=clock, max_requests_per_run=100_000)
        office = Office(store, Archive(tmp_path / "arsip"), client, settings(network))
        repos = [network.account(f"warga{n}", server=2 + n % 3) for n in range(8)]
        for repo in repos:
            office.watch(repo.did, repo.handle)
            for _ in range(dice.randrange(0, 7)):
                network.post(repo, "kabar")
        proved_at: dict[str, object] = {}
        for _run in range(3):
            chosen = {one.did: dice.choice([*FAULTS, "", "", ""]) for one in repos}
            struck: set[str] = set()
            left = {one.did: dice.randrange(0, 4) for one in repos}

            def fault(path: str, given: dict[str, list[str]]) -> Answer | None:
                did = given.get("repo", [""])[0]
                if not path.endswith("listRecords") or not chosen.get(did):  # noqa: B023 - asked within this run
                    return None
                left[did] -= 1  # noqa: B023
                if left[did] >= 0:  # noqa: B023
                    return None
                struck.add(did)  # noqa: B023
                return FAULTS[chosen[did]]  # noqa: B023

            network.fault = fault
            office.collect()
            run_id = store.coverage.newest_run()
            for standings in (store.coverage.now(), store.coverage.of_run(run_id)):
                found = lines(repos, standings)
                for did, line in found.items():
                    assert line.state.proved == (did not in struck), (did, chosen[did], line)
                    if did in struck:
                        assert line.state is STATES[chosen[did]], (chosen[did], line)
                        assert line.detail
            now = lines(repos, store.coverage.now())
            proved_at |= {did: line.proved_at for did, line in now.items() if line.state.proved}
            assert {did: line.proved_at for did, line in now.items()} == {
                one.did: proved_at.get(one.did) for one in repos
            }
            assert missing(now.values()) == [f"bsky/{one.did}" for one in repos if one.did in struck]
            clock.tick(hours=12)


class KilledError(BaseException):
    """The process is no more."""


@pytest.mark.parametrize("last", [1, 2, 5, 9, 13, 18, 22, 27])
def test_a_run_that_was_killed_says_whom_it_saw_whom_it_was_at_and_whom_it_never_came_to(
    tmp_path: Path, last: int
) -> None:
    clock = FakeClock()
    network = Network(clock, port=80, page=2)
    repos = [network.account(f"warga{n}", server=2) for n in range(5)]
    with Store.open(tmp_path / "a.db", clock) as store:
        office = Office(store, Archive(tmp_path / "arsip"), DirectFetcher(network, clock), settings(network))
        for repo in repos:
            office.watch(repo.did, repo.handle)
            for _ in range(3):
                network.post(repo, "kabar")
        asked: list[str] = []

        def ending(path: str, given: dict[str, list[str]]) -> Answer | None:
            asked.append(path.removeprefix("/") if path.startswith("/did:") else given["repo"][0])
            if len(asked) == last:
                raise KilledError
            return None

        network.fault = ending
        with pytest.raises(KilledError):
            office.collect()
        came_to = list(dict.fromkeys(asked))
        found = lines(repos, store.coverage.of_run(1))
        for repo in repos:
            seen, at, never = repo.did in came_to[:-1], repo.did == came_to[-1], repo.did not in came_to
            line = found[repo.did]
            assert line.state.proved == seen
            assert (line.state is State.NOT_TRIED) == (never or (at and line.at is None))
        network.fault = lambda _path, _given: None
        clock.tick(hours=1)
        settled = store.coverage.settle()
        assert settled <= 1
        if settled:
            assert lines(repos, store.coverage.now())[came_to[-1]].detail == CUT_SHORT
        office.collect()
        assert all(line.state.proved for line in lines(repos, store.coverage.now()).values())
        first = clock().date() - timedelta(days=1)
        assert all(letters.rstrip(".")[-1] in "ien" for letters in store.coverage.days(first, clock().date()).values())
