from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from monitor.models import Outcome, Request
from tests.fakes import FakeClock
from tests.fakes_fetch import FakePace, polite_client
from tests.server.scenario import Answer, ScenarioServer, serve

PROVED = {None, Outcome.NOT_MODIFIED}


@pytest.fixture
def server() -> Iterator[ScenarioServer]:
    with serve() as running:
        yield running


EXPECTED = [
    ("ok", None, 1),
    ("empty", None, 1),
    ("gzip", None, 1),
    ("301", None, 2),
    ("302", None, 2),
    ("loop", Outcome.SCHEMA_DRIFT, 6),
    ("to-private", Outcome.INVALID_REQUEST, 1),
    ("to-loopback", Outcome.INVALID_REQUEST, 1),
    ("to-file", Outcome.INVALID_REQUEST, 1),
    ("to-user", Outcome.INVALID_REQUEST, 1),
    ("to-nonsense", Outcome.INVALID_REQUEST, 1),
    ("304-unasked", Outcome.SCHEMA_DRIFT, 1),
    ("401", Outcome.AUTH, 1),
    ("403", Outcome.BLOCKED, 1),
    ("403-as-200", Outcome.BLOCKED, 1),
    ("404", Outcome.GONE, 1),
    ("410", Outcome.GONE, 1),
    ("418", Outcome.INVALID_REQUEST, 1),
    ("429-then-ok", None, 2),
    ("429-forever", Outcome.RATE_LIMITED, 4),
    ("429-long", Outcome.RATE_LIMITED, 1),
    ("429-date", Outcome.RATE_LIMITED, 1),
    ("500", Outcome.TRANSIENT, 4),
    ("500-then-ok", None, 2),
    ("cut", Outcome.TRANSIENT, 4),
    ("cut-gzip", Outcome.TRANSIENT, 4),
    ("huge", Outcome.SCHEMA_DRIFT, 1),
    ("gzip-bomb", Outcome.SCHEMA_DRIFT, 1),
    ("gzip-lie", Outcome.SCHEMA_DRIFT, 1),
    ("brotli", Outcome.SCHEMA_DRIFT, 1),
]


@pytest.mark.parametrize(("scenario", "outcome", "asked"), EXPECTED)
def test_every_behaviour_ends_in_its_outcome(
    server: ScenarioServer, scenario: str, outcome: Outcome | None, asked: int
) -> None:
    response = polite_client(hosts=[server.host]).fetch(Request(server.url(scenario), "feed"))
    assert response.outcome is outcome, response.detail
    assert len([path for path in server.paths() if path != "/robots.txt"]) == asked
    assert (response.outcome in PROVED) == (outcome in PROVED)
    if outcome is not None:
        assert not outcome.proved
        assert response.detail
        assert not response.moved_to
    assert response.request.url == server.url(scenario)


def test_it_says_who_it_is_and_asks_robots_once_a_day(server: ScenarioServer) -> None:
    clock = FakeClock()
    client = polite_client(hosts=[server.host], clock=clock)
    client.fetch(Request(server.url("ok"), "feed"))
    client.fetch(Request(server.url("empty"), "feed"))
    assert server.paths() == ["/robots.txt", "/s/ok", "/s/empty"]
    assert all(headers["user-agent"] == "Netra/0.1.0 (+uji@contoh.example)" for _, headers in server.log)
    clock.tick(hours=25)
    client.fetch(Request(server.url("ok"), "feed"))
    assert server.paths()[3:] == ["/robots.txt", "/s/ok"]


def test_conditional_get_ends_in_not_modified(server: ScenarioServer) -> None:
    client = polite_client(hosts=[server.host])
    first = client.fetch(Request(server.url("ok"), "feed"))
    assert (first.etag, first.last_modified) == ('"satu"', "Sun, 01 Jun 2025 02:15:00 GMT")
    again = client.fetch(Request(server.url("ok"), "feed", etag=first.etag, last_modified=first.last_modified))
    assert again.outcome is Outcome.NOT_MODIFIED
    assert again.body == b""
    assert server.log[-1][1]["if-modified-since"] == first.last_modified


def test_only_an_unbroken_permanent_chain_is_persisted(server: ScenarioServer) -> None:
    client = polite_client(hosts=[server.host])
    assert client.fetch(Request(server.url("301"), "feed")).moved_to == server.url("ok")
    assert client.fetch(Request(server.url("302"), "feed")).moved_to == ""
    assert client.fetch(Request(server.url("308-302"), "feed")).moved_to == server.url("302")


@pytest.mark.parametrize("scenario", ["drip", "drip-headers"])
def test_a_slow_drip_is_stopped(server: ScenarioServer, scenario: str) -> None:
    client = polite_client(hosts=[server.host], deadline_seconds=0.4)
    began = time.monotonic()
    response = client.fetch(Request(server.url(scenario), "feed"))
    assert response.outcome is Outcome.TRANSIENT
    assert time.monotonic() - began < 5


def test_retry_after_in_seconds_is_waited_for(server: ScenarioServer) -> None:
    clock = FakeClock()
    polite_client(hosts=[server.host], clock=clock).fetch(Request(server.url("429-then-ok"), "feed"))
    assert clock.slept == [7.0]


def test_a_long_retry_after_ends_the_turn_and_is_kept_across_restarts(server: ScenarioServer) -> None:
    clock, pace = FakeClock(), FakePace()
    first = polite_client(hosts=[server.host], clock=clock, pace=pace).fetch(Request(server.url("429-long"), "feed"))
    assert first.retry_at == clock.now + timedelta(hours=2)
    asked = len(server.log)
    second = polite_client(hosts=[server.host], clock=clock, pace=pace).fetch(Request(server.url("ok"), "feed"))
    assert second.outcome is Outcome.RATE_LIMITED
    assert second.retry_at == first.retry_at
    assert len(server.log) == asked
    clock.tick(hours=3)
    third = polite_client(hosts=[server.host], clock=clock, pace=pace).fetch(Request(server.url("ok"), "feed"))
    assert third.outcome is None


def test_retry_after_as_a_date(server: ScenarioServer) -> None:
    response = polite_client(hosts=[server.host]).fetch(Request(server.url("429-date"), "feed"))
    assert response.retry_at == datetime(2025, 6, 1, 5, 0, tzinfo=UTC)


def test_backoff_grows(server: ScenarioServer) -> None:
    clock = FakeClock()
    polite_client(hosts=[server.host], clock=clock).fetch(Request(server.url("500"), "feed"))
    assert clock.slept == [2.0, 4.0, 8.0]


def test_gap_between_requests_outlives_a_restart(server: ScenarioServer) -> None:
    clock, pace = FakeClock(), FakePace()
    polite_client(hosts=[server.host], clock=clock, pace=pace, min_gap_seconds=7).fetch(
        Request(server.url("ok"), "feed")
    )
    assert clock.slept == [7.0]
    polite_client(hosts=[server.host], clock=clock, pace=pace, min_gap_seconds=7).fetch(
        Request(server.url("ok"), "feed")
    )
    assert clock.slept == [7.0, 7.0]  # robots.txt was remembered too
    assert server.paths().count("/robots.txt") == 1


def test_the_gap_counts_from_the_end_of_a_slow_answer(server: ScenarioServer) -> None:
    clock = FakeClock()
    client = polite_client(hosts=[server.host], clock=clock, min_gap_seconds=7)
    client.fetch(Request(server.url("ok"), "feed"))
    answer = server.answer

    def slowly(path: str, headers: dict[str, str]) -> Answer:
        clock.tick(seconds=5)
        return answer(path, headers)

    server.answer = slowly  # type: ignore[method-assign]
    client.fetch(Request(server.url("ok"), "feed"))
    asked = clock.now
    client.fetch(Request(server.url("empty"), "feed"))
    assert clock.slept[-1] == 7.0
    assert clock.now - asked == timedelta(seconds=12)


def test_a_clock_that_stood_wrong_does_not_silence_a_host(server: ScenarioServer) -> None:
    clock = FakeClock()
    pace = FakePace({server.host: clock.now + timedelta(days=400)})
    assert (
        polite_client(hosts=[server.host], clock=clock, pace=pace).fetch(Request(server.url("ok"), "feed")).outcome
        is None
    )


@pytest.mark.parametrize(
    ("robots", "outcome"),
    [
        (Answer(404), None),
        (Answer(403, b"<html><title>Just a moment</title>", "text/html"), None),
        (Answer(200, b"User-agent: *\nDisallow: /admin", "text/plain"), None),
        (Answer(200, b"User-agent: *\nDisallow: /s/", "text/plain"), Outcome.DENIED_BY_ROBOTS),
        (
            Answer(200, b"User-agent: netra\nDisallow: /\n\nUser-agent: *\nAllow: /", "text/plain"),
            Outcome.DENIED_BY_ROBOTS,
        ),
        (Answer(200, b"User-agent: *\nDisallow: /*/ok$", "text/plain"), Outcome.DENIED_BY_ROBOTS),
        (Answer(500), Outcome.DENIED_BY_ROBOTS),
        (Answer(429), Outcome.DENIED_BY_ROBOTS),
        (Answer(200, b"<!doctype html><html><body>Beranda</body></html>", "text/html"), Outcome.DENIED_BY_ROBOTS),
        (Answer(200, b"<html><title>Just a moment</title>", "text/html"), Outcome.DENIED_BY_ROBOTS),
        (Answer(302, headers={"Location": "/s/loop"}), Outcome.DENIED_BY_ROBOTS),
    ],
)
def test_robots(server: ScenarioServer, robots: Answer, outcome: Outcome | None) -> None:
    server.robots = robots
    response = polite_client(hosts=[server.host]).fetch(Request(server.url("ok"), "feed"))
    assert response.outcome is outcome
    assert ("/s/ok" in server.paths()) == (outcome is None)


def test_unreachable_robots_deny_this_run_and_are_asked_again_in_the_next(server: ScenarioServer) -> None:
    client = polite_client(hosts=[server.host])
    server.robots = Answer(503)
    assert client.fetch(Request(server.url("ok"), "feed")).outcome is Outcome.DENIED_BY_ROBOTS
    asked = len(server.log)
    assert client.fetch(Request(server.url("ok"), "feed")).outcome is Outcome.DENIED_BY_ROBOTS
    assert len(server.log) == asked
    server.robots = Answer(404)
    client.begin_run()
    assert client.fetch(Request(server.url("ok"), "feed")).outcome is None


@pytest.mark.parametrize(("wish", "waits"), [("12", 12.0), ("86400", 60.0)])
def test_crawl_delay_is_honoured_up_to_a_cap(server: ScenarioServer, wish: str, waits: float) -> None:
    server.robots = Answer(200, f"User-agent: *\nCrawl-delay: {wish}\n".encode(), "text/plain")
    clock = FakeClock()
    client = polite_client(hosts=[server.host], clock=clock)
    client.fetch(Request(server.url("ok"), "feed"))
    client.fetch(Request(server.url("ok"), "feed"))
    assert clock.slept == [waits]


def test_redirected_addresses_ask_robots_again(server: ScenarioServer) -> None:
    server.robots = Answer(200, b"User-agent: *\nDisallow: /s/ok", "text/plain")
    assert polite_client(hosts=[server.host]).fetch(Request(server.url("301"), "feed")).outcome is (
        Outcome.DENIED_BY_ROBOTS
    )


def test_the_budget_of_a_run(server: ScenarioServer) -> None:
    client = polite_client(hosts=[server.host], max_requests_per_run=2)
    assert client.fetch(Request(server.url("ok"), "feed")).outcome is None
    assert client.fetch(Request(server.url("empty"), "feed")).outcome is Outcome.BUDGET_REACHED
    client.begin_run()
    assert client.fetch(Request(server.url("empty"), "feed")).outcome is None


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://localhost/",
        "http://2130706433/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.1.2.3/",
        "http://0.0.0.0/",
        "https://192.168.1.1/",
        "http://[64:ff9b::7f00:1]/",
        "ftp://warta.example/",
        "http://nama@warta.example/",
        "http://warta.example:99999/",
        "http:///kosong",
        "http://warta.example/a b",
        "http://warta.example/\r\nX: y",
    ],
)
def test_private_and_crooked_addresses_are_never_asked(url: str) -> None:
    assert polite_client().fetch(Request(url, "feed")).outcome is Outcome.INVALID_REQUEST


def test_a_name_that_leads_inside_is_refused_and_looked_up_only_once_a_connection(server: ScenarioServer) -> None:
    looked_up: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        looked_up.append(host)
        return ["93.184.216.34", "127.0.0.1"] if len(looked_up) == 1 else ["127.0.0.1"]

    response = polite_client(resolve=rebinding).fetch(Request(f"http://warta.example:{server.port}/s/ok", "feed"))
    assert response.outcome is Outcome.INVALID_REQUEST
    assert looked_up == ["warta.example"]
    assert server.log == []


def test_the_checked_address_gets_the_name_as_host_header(server: ScenarioServer) -> None:
    host = f"warta.example:{server.port}"
    client = polite_client(hosts=[host], resolve=lambda host, port: ["127.0.0.1"])
    assert client.fetch(Request(f"http://{host}/s/ok", "feed")).outcome is None
    assert server.log[-1][1]["host"] == host


def test_an_unknown_name_is_passing_trouble() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError("tidak dikenal")

    clock = FakeClock()
    response = polite_client(resolve=unknown, clock=clock).fetch(Request("http://warta.example/", "feed"))
    assert response.outcome is Outcome.DENIED_BY_ROBOTS  # robots.txt unreachable means no
    assert len(clock.slept) == 3


def test_one_host_is_asked_by_one_at_a_time(server: ScenarioServer) -> None:
    client = polite_client(hosts=[server.host])
    results: list[Outcome | None] = []

    def ask() -> None:
        results.extend(client.fetch(Request(server.url("ok"), "feed")).outcome for _ in range(5))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [None] * 20
