"""Mastodon's API as somebody else wrote it: `mastodon_mock`, with its own faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from mastodon_mock.config import DatabaseConfig, MastodonMockConfig, SeedAccount, SeedConfig, StreamingConfig
from mastodon_mock.testing.server import MockServer

from monitor.config import MastodonSource
from monitor.evidence import Archive
from monitor.models import ItemKind, Outcome, Platform
from monitor.store import Store
from tests.collectors.mastodon_office import Office
from tests.fakes import FakeClock
from tests.fakes_fetch import polite_client

NAMES = ("sari_uji", "paslon_uji", "warga_uji")
pytestmark = pytest.mark.filterwarnings("ignore::Warning")


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    seed = SeedConfig(accounts=[SeedAccount(username=one, access_token=f"tok-{one}") for one in NAMES])
    config = MastodonMockConfig(
        url_scheme="http", database=DatabaseConfig(path=":memory:"), seed=seed,
        streaming=StreamingConfig(enabled=False),
    )  # fmt: skip
    with MockServer(config=config) as running:
        running.config.domain = running.base_url.removeprefix("http://")
        yield running


@dataclass
class Person:
    """What a person's own app sends."""

    home: str
    token: str

    def ask(self, method: str, path: str, **data: str) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.request(method, f"{self.home}/api/v1/{path}", data=data, headers=headers).raise_for_status().json()

    def post(self, text: str, **more: str) -> Any:
        return self.ask("POST", "statuses", status=text, **more)

    def act(self, act: str, status: Any) -> Any:
        return self.ask("POST", f"statuses/{status['id']}/{act}")


@pytest.fixture
def as_person(server: MockServer) -> Callable[[str], Person]:
    return lambda name: Person(server.base_url, f"tok-{name}")


@pytest.fixture
def office(server: MockServer, tmp_path: Path) -> Iterator[Office]:
    httpx.post(f"{server.base_url}/api/v1/_mock/reset").raise_for_status()
    clock = FakeClock(datetime.now(UTC) + timedelta(minutes=1))
    with Store.open(tmp_path / "a.db", clock) as store:
        host = server.base_url.removeprefix("http://")
        client = polite_client(hosts=[host], clock=clock, max_requests_per_run=100_000)
        config = MastodonSource(type="mastodon", id="masto", scheme="http")
        made = Office(store, Archive(tmp_path / "arsip"), client, config, Platform.MASTODON)
        for name in NAMES[:2]:
            actor = client_json(server, f"/api/v1/accounts/lookup?acct={name}")["uri"]
            assert actor.startswith(server.base_url), "the mock names itself otherwise than it is reached"
            made.watch(actor, f"{name}@{host}", campaign=name.startswith("paslon"))
        yield made


def client_json(server: MockServer, path: str) -> Any:
    return httpx.get(f"{server.base_url}{path}").raise_for_status().json()


def test_every_act_exactly_once_over_five_runs(office: Office, as_person: Callable[[str], Person]) -> None:
    sari, paslon, warga = (as_person(one) for one in NAMES)
    calls = [paslon.post(f"Coblos nomor {number}") for number in (1, 2, 3)]
    posts = [sari.post(f"kabar {number}") for number in range(46)]
    reply = sari.post("siap", in_reply_to_id=calls[0]["id"])
    boost = sari.act("reblog", calls[0])
    for call in calls:
        sari.act("favourite", call)
        warga.act("favourite", call)
    actor = office.accounts[0].native_id
    likes = [f"{one['uri']}#suka={actor}" for one in calls]
    made = {one["uri"]: ItemKind.POST for one in [*calls, *posts]} | dict.fromkeys(likes, ItemKind.LIKE)
    made |= {reply["uri"]: ItemKind.COMMENT, f"{calls[0]['uri']}#bagikan={actor}": ItemKind.SHARE}
    for run in range(5):
        office.store.runs._clock.tick(hours=6)  # type: ignore[attr-defined]
        done = office.collect()
        assert all(one.outcome.proved for one in done.values()), done
        if run == 0:
            sari.ask("PUT", f"statuses/{posts[3]['id']}", status="kabar 3 diperbaiki")
            sari.ask("DELETE", f"statuses/{posts[20]['id']}")
            sari.act("unfavourite", calls[1])
            sari.act("unreblog", calls[0])
            made[sari.post("menyusul")["uri"]] = ItemKind.POST
    assert boost["reblog"]["id"] == calls[0]["id"]
    assert {one.native_id: one.kind for one in office.items()} == made
    assert office.ids() == dict.fromkeys(made, 1)
    assert office.withdrawn() == sorted([posts[20]["uri"], likes[1], f"{calls[0]['uri']}#bagikan={actor}"])
    assert office.versions(posts[3]["uri"]) == ["kabar 3", "kabar 3 diperbaiki"]
    by_id = {one.native_id: one for one in office.items()}
    parent = by_id[reply["uri"]].parent
    assert parent is not None
    assert (parent.native_id, parent.text) == (calls[0]["uri"], "Coblos nomor 1")
    assert "warga_uji" not in office.everything()
    assert office.store.alarms.shapes() == [], "fields of a server written by others are all known"


FAULTS = {
    "ratelimit": ({"type": "ratelimit", "headers": {"Retry-After": "2000"}}, Outcome.RATE_LIMITED),
    "503": ({"type": "status", "status": 503}, Outcome.TRANSIENT),
    "401": ({"type": "status", "status": 401}, Outcome.AUTH),
    "malformed": ({"type": "malformed"}, Outcome.SCHEMA_DRIFT),
}


@pytest.mark.parametrize("name", FAULTS)
def test_its_faults_move_nothing(
    office: Office, server: MockServer, as_person: Callable[[str], Person], name: str
) -> None:
    post = as_person("sari_uji").post("kabar")
    actor = office.accounts[0].native_id
    assert office.collect()[actor].outcome is Outcome.OK_ITEMS
    cursor, proved = office.store.runs.cursor(f"masto/{actor}"), office.store.runs.last_proved(f"masto/{actor}")
    fault, expected = FAULTS[name]
    rule = {"match": {"path": "/api/v1/accounts/*/statuses"}, "effect": fault}
    httpx.post(f"{server.base_url}/api/v1/_mock/faults", json=rule).raise_for_status()
    for _ in range(2):
        office.store.runs._clock.tick(days=2)  # type: ignore[attr-defined]
        done = office.collect()[actor]
    httpx.delete(f"{server.base_url}/api/v1/_mock/faults").raise_for_status()
    assert done.outcome is expected, done
    assert office.store.runs.cursor(f"masto/{actor}") == cursor
    assert office.store.runs.last_proved(f"masto/{actor}") == proved
    assert office.ids() == {post["uri"]: 1}
    assert office.withdrawn() == []
