"""Bluesky against Bluesky's own code: a directory, an account server and an AppView with real accounts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.config import BlueskySource
from monitor.evidence import Archive
from monitor.models import ItemKind, Outcome
from monitor.store import Store
from tests.collectors.bluesky_office import Office
from tests.fakes import FakeClock
from tests.fakes_fetch import polite_client
from tests.server.atproto import Person, RealNetwork, network_or_skip

ROSTERED = 100


@pytest.fixture(scope="module")
def network() -> Iterator[RealNetwork]:
    with ExitStack() as running:
        yield network_or_skip(running)


@pytest.fixture
def office(network: RealNetwork, tmp_path: Path) -> Iterator[Office]:
    clock = FakeClock(datetime.now(UTC) + timedelta(minutes=1))
    settings = BlueskySource.model_validate(
        {"type": "bluesky", "id": "bsky", "appview": network.appview, "directory": network.plc, "gap_seconds": 0.1}
    )
    with Store.open(tmp_path / "a.db", clock) as store:
        client = polite_client(hosts=network.hosts(), clock=clock, max_requests_per_run=100_000)
        yield Office(store, Archive(tmp_path / "arsip"), client, settings)


def test_every_act_exactly_once_over_five_runs(network: RealNetwork, office: Office) -> None:
    sari, paslon, warga = (network.account(name) for name in ("sari", "paslon", "warga"))
    calls = [network.post(paslon, f"Ayo dukung nomor 2, ajakan {number}") for number in range(4)]
    made: dict[str, ItemKind] = {}
    posts = [network.post(sari, f"kabar {number}") for number in range(105)]
    made |= {uri: ItemKind.POST for uri, _ in posts}
    reply = network.post(sari, "siap", parent=calls[0])[0]
    likes = [network.like(sari, call) for call in calls]
    share = network.repost(sari, calls[1])
    made |= {reply: ItemKind.COMMENT, share: ItemKind.SHARE} | dict.fromkeys(likes, ItemKind.LIKE)
    network.like(warga, calls[0])
    network.settled(calls[0], 2)
    network.settled(calls[3], 1)
    office.config = office.config.model_copy(update={"author_feed": True})
    office.watch(sari.did, sari.handle)
    office.watch(paslon.did, paslon.handle, campaign=True)
    made |= {uri: ItemKind.POST for uri, _ in calls}
    for run in range(5):
        _later(office, 6)
        done = office.collect()
        assert all(one.outcome.proved for one in done.values()), done
        if run == 0:
            network.edit(sari, posts[3][0], "kabar 3 diperbaiki")
            network.delete(sari, likes[2])
            network.delete(sari, posts[50][0])
            made[network.post(sari, "menyusul")[0]] = ItemKind.POST
        if run == 2:
            made[network.like(sari, calls[2])] = ItemKind.LIKE
            network.delete(sari, share)
    assert office.ids() == dict.fromkeys(made, 1)
    assert {one.native_id: one.kind for one in office.items()} == made
    assert office.withdrawn() == sorted([likes[2], posts[50][0], share])
    assert office.versions(posts[3][0]) == ["kabar 3", "kabar 3 diperbaiki"]
    by_id = {one.native_id: one for one in office.items()}
    for like, call in zip(likes, calls, strict=True):
        parent, author = by_id[like].parent, by_id[like].author
        assert parent is not None
        assert author is not None
        assert parent.owner is not None
        assert (author.native_id, parent.native_id, parent.owner.native_id) == (sari.did, call[0], paslon.did)
        assert parent.text.startswith("Ayo dukung nomor 2")
        assert len(office.versions(like)) == 1
    state = json.loads(office.store.runs.cursor(f"bsky/{sari.did}"))
    assert state["own"] == {"did": sari.did, "pds": network.pds, "handle": "sari.test"}
    assert state["app.bsky.feed.post"] == {
        "head": max(uri for uri in made if "/app.bsky.feed.post/" in uri and sari.did in uri).rpartition("/")[2]
    }
    assert "warga" not in "\n".join(office.store._connection.db.conn.iterdump())
    # What the AppView shows and what the server lists agree once the AppView has caught up.
    before = {one.shape: one.times for one in office.store.alarms.shapes()}
    _later(office, 6)
    done = office.collect()
    assert all(one.outcome.proved and one.problems == () for one in done.values()), done
    assert {one.shape: one.times for one in office.store.alarms.shapes()} == before
    feeds = office.store._connection.db.execute("SELECT DISTINCT outcome FROM fetches WHERE purpose='umpan'").fetchall()
    assert feeds == [("ok_items",)]


def test_a_hundred_accounts_on_one_server(network: RealNetwork, office: Office) -> None:
    with ThreadPoolExecutor(4) as pool:
        people = list(pool.map(lambda number: network.account(f"pegawai{number}"), range(ROSTERED)))

    def act(person: Person) -> list[str]:
        post = network.post(person, f"kabar dari {person.handle}")
        return [post[0], network.like(person, post)]

    with ThreadPoolExecutor(4) as pool:
        made = {uri for uris in pool.map(act, people) for uri in uris}
    for person in people:
        office.watch(person.did, person.handle)
    _later(office, 6)
    done = office.collect()
    assert len(done) == ROSTERED
    assert {one.outcome for one in done.values()} == {Outcome.OK_ITEMS}
    assert office.ids() == dict.fromkeys(made, 1)
    _later(office, 6)
    assert sum(one.new + one.edited for one in office.collect().values()) == 0


def test_an_account_that_was_switched_off_is_gone_and_nothing_of_it_is_deleted(
    network: RealNetwork, office: Office
) -> None:
    person = network.account("pamit")
    post = network.post(person, "sampai jumpa")[0]
    office.watch(person.did, person.handle)
    office.watch("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")
    _later(office, 6)
    assert office.collect()["did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"].outcome is Outcome.GONE
    network.deactivate(person)
    for _ in range(3):
        _later(office, 6)
        done = office.collect()[person.did]
    assert done.outcome is Outcome.GONE, done
    assert office.ids() == {post: 1}
    assert office.withdrawn() == []


def test_who_asks_not_to_be_shown(network: RealNetwork, office: Office) -> None:
    person = network.account("tertutup")
    network.post(person, "jangan disimpan")
    labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "!no-unauthenticated"}]}
    asked = {"repo": person.did, "collection": "app.bsky.actor.profile", "rkey": "self",
             "record": {"$type": "app.bsky.actor.profile", "labels": labels}}  # fmt: skip
    network._post("com.atproto.repo.putRecord", asked, person.token)
    office.watch(person.did, person.handle)
    _later(office, 6)
    assert office.collect()[person.did].outcome is Outcome.NOT_AVAILABLE
    assert office.items() == []


def _later(office: Office, hours: int) -> None:
    clock = office.store.runs._clock
    assert isinstance(clock, FakeClock)
    clock.tick(hours=hours)
