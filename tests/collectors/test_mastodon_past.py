"""What was taken away long ago is found within a known number of runs, by few requests, and never by mistake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from monitor.collectors import mastodon_past as past
from monitor.collectors import mastodon_walk
from monitor.evidence import Archive
from monitor.models import Outcome, Platform
from monitor.store import Store
from tests.collectors.mastodon_office import Office
from tests.collectors.test_mastodon import settings
from tests.fakes import FakeClock
from tests.fakes_fetch import polite_client
from tests.server_bluesky import Answer
from tests.server_loopback import WirelessFetcher, serve
from tests.server_mastodon import Fediverse, Person

OLD = 60


@pytest.fixture
def fediverse() -> Iterator[Fediverse]:
    made = Fediverse(FakeClock())
    with serve(made):
        yield made


@pytest.fixture
def office(fediverse: Fediverse, tmp_path: Path) -> Iterator[Office]:
    with Store.open(tmp_path / "a.db", fediverse.clock) as store:
        client = polite_client(hosts=fediverse.hosts(), clock=fediverse.clock, max_requests_per_run=100_000)
        yield Office(store, Archive(tmp_path / "arsip"), client, settings(whole_days=3000), Platform.MASTODON)


@pytest.fixture
def sari(fediverse: Fediverse, office: Office) -> Person:
    person = fediverse.account("sari")
    office.watch(person.uri, person.handle)
    return person


@pytest.fixture
def posts(fediverse: Fediverse, office: Office, sari: Person) -> list[str]:
    """More statuses than a run remembers, a minute apart, oldest first; collected once."""
    made = []
    for number in range(mastodon_walk.MOST + OLD):
        fediverse.clock.tick(minutes=1)
        made.append(fediverse.post(sari, f"kabar {number}"))
    assert office.collect()[sari.uri].new == len(made)
    fediverse.clock.tick(days=30)  # nothing is young enough to be read again in every run
    return made


def runs(fediverse: Fediverse, office: Office, sari: Person, most: int) -> int:
    """Collect until something is withdrawn; gives how many runs that took."""
    for number in range(1, most + 1):
        fediverse.clock.tick(hours=6)
        assert office.collect()[sari.uri].outcome.proved
        if office.withdrawn():
            return number
    return most + 1


def singles(fediverse: Fediverse) -> int:
    return sum(count for path, count in fediverse.asked.items() if path.startswith("/api/v1/statuses/"))


def test_the_window_finds_every_old_deletion_within_its_round_and_one_run_more(
    fediverse: Fediverse, office: Office, sari: Person, posts: list[str]
) -> None:
    gone = [posts[0], posts[31], posts[OLD - 1]]
    for one in gone:
        fediverse.delete(one)
    fediverse.edit(posts[7], "kabar 7 diperbaiki")
    most = settings().check_statuses
    for _ in range(-(-OLD // most) + 1):
        before = singles(fediverse)
        fediverse.clock.tick(hours=6)
        assert office.collect()[sari.uri].outcome.proved
        assert singles(fediverse) - before <= 2 * most + 1
    assert office.withdrawn() == sorted(gone)
    assert office.versions(posts[7]) == ["kabar 7", "kabar 7 diperbaiki"]
    assert office.ids() == dict.fromkeys(posts, 1)
    for _ in range(8):  # round again: what is withdrawn is not asked for any more, and nothing else is lost
        fediverse.clock.tick(hours=6)
        office.collect()
    assert office.withdrawn() == sorted(gone)


def test_a_whole_reading_points_at_what_is_missing_so_that_two_runs_prove_it(
    fediverse: Fediverse, office: Office, sari: Person, posts: list[str]
) -> None:
    office.config = settings(whole_days=1, check_statuses=1)
    for _ in range(2):  # the whole reading falls due, as it was set when it was read last
        fediverse.clock.tick(days=3001)
        office.collect()
    fediverse.delete(posts[3])
    fediverse.clock.tick(days=1)
    assert runs(fediverse, office, sari, 3) <= 2
    assert office.withdrawn() == [posts[3]]


def test_a_boost_of_long_ago_that_was_taken_back_is_found(fediverse: Fediverse, office: Office, sari: Person) -> None:
    call = fediverse.post(fediverse.account("paslon", server=2), "Ayo dukung nomor 2")
    share = fediverse.boost(sari, call)
    for number in range(mastodon_walk.MOST + 5):
        fediverse.clock.tick(minutes=1)
        fediverse.post(sari, f"kabar {number}")
    fediverse.clock.tick(days=30)
    fediverse.boost(sari, fediverse.post(fediverse.people[f"{fediverse.origin(2)}/users/paslon"], "lagi"))
    office.collect()
    fediverse.unboost(sari, call)
    assert runs(fediverse, office, sari, 4) <= 3
    assert office.withdrawn() == [share]


def test_a_server_that_shows_no_status_by_itself_proves_nothing_and_is_asked_once_a_run(
    fediverse: Fediverse, office: Office, sari: Person, posts: list[str]
) -> None:
    fediverse.fault = lambda path, _given: (
        Answer(404, b'{"error":"Record not found"}') if path.startswith("/api/v1/statuses/") else None
    )
    fediverse.delete(posts[2])
    asked = []
    for _ in range(4):
        before = singles(fediverse)
        fediverse.clock.tick(hours=6)
        done = office.collect()[sari.uri]
        assert office.store.coverage.now()[done.source_id].outcome.proved
        assert any("tidak memperlihatkan unggahan satu per satu" in one for one in done.problems)
        asked.append(singles(fediverse) - before)
    assert asked[1:] == [1, 1, 1]
    assert office.withdrawn() == []
    fediverse.fault = lambda _path, _given: None
    assert runs(fediverse, office, sari, 12) <= 9
    assert office.withdrawn() == [posts[2]]


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_failed_look_takes_nothing_away_and_is_made_up_for(
    fediverse: Fediverse, office: Office, sari: Person, posts: list[str], status: int
) -> None:
    listed = [path for path in fediverse.asked if path.startswith("/api/v1/statuses/")]
    assert listed == []
    fediverse.delete(posts[OLD - 2])
    newest = posts[-1].rpartition("/")[2]

    def fault(path: str, _given: dict[str, list[str]]) -> Answer | None:
        single = path.startswith("/api/v1/statuses/") and not path.endswith(newest)
        return Answer(status, b"") if single else None

    fediverse.fault = fault
    fediverse.clock.tick(hours=6)
    done = office.collect()[sari.uri]
    assert done.outcome in {Outcome.TRANSIENT, Outcome.RATE_LIMITED}
    assert office.withdrawn() == []
    fediverse.fault = lambda _path, _given: None
    assert runs(fediverse, office, sari, 8) <= 3
    assert office.withdrawn() == [posts[OLD - 2]]


def test_statuses_of_one_second_are_all_looked_at(fediverse: Fediverse, office: Office, sari: Person) -> None:
    """A server whose list proves nothing, and a burst that is larger than what one run looks at."""
    fediverse.quirks = frozenset(["abai_limit", "tanpa_link", "tak_urut"])
    burst = [fediverse.post(sari, f"serentak {number}") for number in range(33)]
    office.collect()
    gone = [burst[0], burst[16], burst[32]]
    for one in gone:
        fediverse.delete(one)
    for _ in range(-(-33 // settings().check_statuses) + 1):
        fediverse.clock.tick(hours=6)
        office.collect()
    assert office.withdrawn() == sorted(gone)


@settings_of_hypothesis(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    count=st.integers(2, 35),
    gone=st.sets(st.integers(0, 34), max_size=12),
    broken=st.sets(st.integers(0, 5), max_size=3),
)
def test_whatever_is_deleted_is_found_and_nothing_else_whatever_fails_between(
    tmp_path_factory: pytest.TempPathFactory, count: int, gone: set[int], broken: set[int]
) -> None:
    clock = FakeClock()
    fediverse = Fediverse(clock, port=80, quirks=frozenset(["abai_limit", "tanpa_link", "tak_urut"]))
    sari = fediverse.account("sari")
    with Store.open(tmp_path_factory.mktemp("a") / "a.db", clock) as store:
        web = WirelessFetcher(fediverse, clock)
        office = Office(store, Archive(tmp_path_factory.mktemp("b")), web, settings(), Platform.MASTODON)
        office.watch(sari.uri, sari.handle)
        posts = [fediverse.post(sari, f"kabar {number}") for number in range(count)]
        office.collect()
        deleted = sorted(
            posts[number] for number in gone if number < count - 1
        )  # one is left to prove that looking works
        for one in deleted:
            fediverse.delete(one)
        most = -(-count // settings().check_statuses) + 2
        for run in range(2 * most + len(broken)):
            failing = run in broken
            fediverse.fault = lambda path, _given, now=failing: (  # type: ignore[misc]
                Answer(503) if now and path.startswith("/api/v1/statuses/") else None
            )
            clock.tick(hours=6)
            office.collect()
        assert office.withdrawn() == deleted
        assert office.ids() == dict.fromkeys(posts, 1)


def test_small_accounts_cost_nothing_more(fediverse: Fediverse, office: Office, sari: Person) -> None:
    for number in range(50):
        fediverse.post(sari, f"kabar {number}")
    for _ in range(3):
        fediverse.clock.tick(hours=6)
        office.collect()
    assert singles(fediverse) == 0


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://fedi.example/@sari/1155", "1155"),
        ("https://fedi.example/users/sari/statuses/1155/activity", "1155"),
        ("https://pleroma.example/notice/AbC-9_x", "AbC-9_x"),
        ("https://fedi.example/", ""),
        ("", ""),
        ("https://fedi.example/@sari/%2e%2e", ""),
        ("https://fedi.example/?x=1", ""),
    ],
)
def test_the_servers_id_is_the_end_of_the_address(url: str, key: str) -> None:
    assert past.server_id(url) == key
