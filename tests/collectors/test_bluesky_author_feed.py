"""What others are shown is held against what the account's own server lists: what differs is counted and shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.collectors import Watching, build_accounts
from monitor.collectors.bluesky_feed import UNLISTED, UNSHOWN
from monitor.evidence import Archive
from monitor.models import ItemKind, Outcome
from monitor.reread import reread
from monitor.store import Store
from tests.collectors.bluesky_office import Office
from tests.collectors.test_bluesky import settings
from tests.collectors.test_drift import Learnt
from tests.fakes import FakeClock
from tests.fakes_fetch import polite_client
from tests.server_bluesky import POST, REPOST, Answer, Network, Repo, error, serve

FEED = "/xrpc/app.bsky.feed.getAuthorFeed"


@pytest.fixture
def network() -> Iterator[Network]:
    with serve(Network(FakeClock())) as running:
        yield running


@pytest.fixture
def office(network: Network, tmp_path: Path) -> Iterator[Office]:
    with Store.open(tmp_path / "a.db", network.clock) as store:
        client = polite_client(hosts=network.hosts(), clock=network.clock, max_requests_per_run=10_000)
        config = settings(network).model_copy(update={"author_feed": True, "max_requests": 40})
        yield Office(store, Archive(tmp_path / "arsip"), client, config)


@pytest.fixture
def sari(network: Network, office: Office) -> Repo:
    repo = network.account("sari")
    office.watch(repo.did, repo.handle)
    return repo


def shapes(office: Office) -> dict[str, int]:
    return {one.shape: one.times for one in office.store.alarms.shapes()}


def later(network: Network, office: Office, sari: Repo, hours: int = 6) -> tuple[Outcome, tuple[str, ...]]:
    network.clock.tick(hours=hours)
    done = office.collect()[sari.did]
    return done.outcome, done.problems


def archived(office: Office) -> str:
    return "".join(office.archive.read(one).decode() for one in office.archive.hashes())


def test_where_both_tell_the_same_nothing_is_said_and_nothing_is_stored_twice(
    network: Network, office: Office, sari: Repo
) -> None:
    paslon = network.account("paslon", server=3)
    call = network.post(paslon, "Ayo dukung nomor 2")
    made = [network.post(sari, f"kabar {number}") for number in range(7)]
    made += [network.post(sari, "siap", reply_to=call), network.like(sari, call, REPOST)]
    network.page = 3
    for _ in range(3):
        outcome, problems = later(network, office, sari)
        assert (outcome, problems) == (Outcome.OK_ITEMS, ())
    assert network.asked[FEED] == 9
    assert office.ids() == dict.fromkeys(made, 1)
    assert shapes(office) == {}
    assert "umpan habis" in office.stops()
    assert office.withdrawn() == []
    assert '"likeCount":2' in archived(office)
    assert "Nama paslon" not in archived(office)


def test_a_post_that_only_the_appview_shows_is_stored_counted_and_told(
    network: Network, office: Office, sari: Repo
) -> None:
    network.post(sari, "biasa")
    odd = network.post(sari, "hanya di umpan")
    key = odd.rpartition("/")[2]
    network.kept_by_appview[sari.did] = {key: sari.records[POST].pop(key)}
    outcome, problems = later(network, office, sari)
    assert outcome is Outcome.OK_ITEMS
    assert any("tidak tercatat di server akun" in one and odd in one for one in problems)
    assert shapes(office) == {UNLISTED: 1}
    stored = {one.native_id: one for one in office.items()}[odd]
    assert (stored.text, stored.kind) == ("hanya di umpan", ItemKind.POST)
    for _ in range(3):
        later(network, office, sari)
    assert office.versions(odd) == ["hanya di umpan"]
    assert office.withdrawn() == [odd]  # the account's own server lists everything else, and this not
    assert shapes(office)[UNLISTED] == 1  # the same feed four times


def test_a_post_that_the_appview_does_not_show_is_counted_and_nothing_is_withdrawn(
    network: Network, office: Office, sari: Repo
) -> None:
    hidden = network.post(sari, "disembunyikan")
    network.post(sari, "biasa")
    network.hidden_by_appview.add(hidden.rpartition("/")[2])
    outcome, problems = later(network, office, sari)
    assert outcome is Outcome.OK_ITEMS
    assert any("tidak ditampilkan kepada umum" in one and hidden in one for one in problems)
    assert shapes(office) == {UNSHOWN: 1}
    for _ in range(3):
        later(network, office, sari)
    assert office.withdrawn() == []
    assert office.ids()[hidden] == 1


def test_what_is_too_young_to_be_shown_is_not_missed(network: Network, office: Office, sari: Repo) -> None:
    young = network.post(sari, "baru saja")
    network.hidden_by_appview.add(young.rpartition("/")[2])
    assert office.collect()[sari.did].problems == ()
    assert shapes(office) == {}


def test_an_empty_feed_of_somebody_who_posts_is_told(network: Network, office: Office, sari: Repo) -> None:
    for number in range(4):
        network.post(sari, f"kabar {number}")
    network.fault = lambda path, _given: Answer(200, b'{"feed": []}') if path == FEED else None
    later(network, office, sari)
    assert shapes(office) == {UNSHOWN: 4}


WRONG = {
    "profil hilang": (error("InvalidRequest", "Profile not found"), True),
    "403": (Answer(403, b"<html>403 Forbidden</html>", {"Content-Type": "text/html"}), False),
    "429": (Answer(429, b'{"error":"RateLimitExceeded"}'), False),
    "500": (Answer(500, b""), False),
    "tanpa feed": (Answer(200, b"{}"), True),
    "bukan daftar": (Answer(200, b'{"feed": 3}'), True),
    "terpotong": (Answer(200, b'{"feed": ['), True),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_feed_that_fails_takes_nothing_away_and_is_said(
    network: Network, office: Office, sari: Repo, name: str
) -> None:
    made = [network.post(sari, f"kabar {number}") for number in range(3)]
    later(network, office, sari)
    answer, settled = WRONG[name]
    network.fault = lambda path, _given: answer if path == FEED else None
    for _ in range(3):
        _, problems = later(network, office, sari)
        assert problems
        assert office.store.coverage.now()[f"bsky/{sari.did}"].outcome.proved is settled
    assert office.withdrawn() == []
    assert office.ids() == dict.fromkeys(made, 1)
    assert UNSHOWN not in shapes(office)


def test_another_accounts_post_or_share_refuses_the_page(network: Network, office: Office, sari: Repo) -> None:
    warga, other = network.account("warga", server=3), network.account("pembagi", server=3)
    foreign = network.post(warga, "kata warga")
    network.post(sari, "kabar")
    held = warga.records[POST][foreign.rpartition("/")[2]]
    key = network.like(other, foreign, REPOST).rpartition("/")[2]
    entries = [
        {"post": network._view(warga, foreign, held)},
        network._entry(other, key, REPOST, other.records[REPOST][key]),
        {"post": {**network._view(warga, foreign, held), "author": {"did": sari.did}}},
    ]
    answers = [Answer(200, json.dumps({"feed": [one]}).encode()) for one in entries]
    for answer in answers:
        network.fault = lambda path, _given, told=answer: told if path == FEED else None  # type: ignore[misc]
        _, problems = later(network, office, sari)
        assert any("umpan memuat" in one for one in problems)
    assert foreign not in office.ids()
    assert "kata warga" not in archived(office)


def test_who_asks_not_to_be_shown_is_not_read_there_either(network: Network, office: Office, sari: Repo) -> None:
    network.post(sari, "kabar")
    sari.labels = [{"val": "!no-unauthenticated"}]
    _, problems = later(network, office, sari)
    assert any("meminta agar tidak ditampilkan" in one for one in problems)
    assert UNSHOWN not in shapes(office)


@pytest.mark.parametrize("kind", ["pointer", "stale"])
def test_a_feed_that_never_ends_is_stopped_and_says_why(
    network: Network, office: Office, sari: Repo, kind: str
) -> None:
    network.post(sari, "kabar")
    count = iter(range(10_000))

    def loop(path: str, given: dict[str, list[str]]) -> Answer | None:
        if path != FEED:
            return None
        page = network._feed({**given, "cursor": ["~"]})
        assert isinstance(page, dict)
        return Answer(200, json.dumps(page | {"cursor": "sama" if kind == "pointer" else f"{next(count)}"}).encode())

    network.fault = loop
    later(network, office, sari)
    assert network.asked[FEED] <= 5
    assert any("umpan" in one and one != "umpan habis" for one in office.stops())
    assert UNSHOWN not in shapes(office)


def test_an_interrupted_listing_is_not_mistaken_for_a_difference(network: Network, office: Office, sari: Repo) -> None:
    made = [network.post(sari, f"kabar {number}") for number in range(12)]
    network.page = 2
    office.config = office.config.model_copy(update={"max_requests": 10})
    for _ in range(4):
        later(network, office, sari)
    office.config = office.config.model_copy(update={"max_requests": 200})
    later(network, office, sari)
    assert UNLISTED not in shapes(office)
    assert office.ids() == dict.fromkeys(made, 1)


def test_a_campaigns_shares_are_nobodys_difference(network: Network, office: Office) -> None:
    paslon, other = network.account("paslon"), network.account("lain", server=3)
    office.watch(paslon.did, paslon.handle, campaign=True)
    network.like(paslon, network.post(other, "unggahan lain"), REPOST)
    network.post(paslon, "Ayo")
    network.clock.tick(hours=6)
    assert office.collect()[paslon.did].problems == ()
    assert shapes(office) == {}


@pytest.mark.parametrize("method", ["com.atproto.repo.listRecords", "com.atproto.repo.getRecord"])
@pytest.mark.parametrize("status", [403, 503])
def test_where_the_own_server_does_not_answer_the_feed_shows_what_it_can_and_proves_nothing(
    network: Network, office: Office, sari: Repo, method: str, status: int
) -> None:
    made = [network.post(sari, f"kabar {number}") for number in range(3)]
    network.fault = lambda path, _given: Answer(status, b"<html>") if path.endswith(method) else None
    later(network, office, sari)
    assert office.ids() == dict.fromkeys(made, 1)
    assert not office.store.coverage.now()[f"bsky/{sari.did}"].outcome.proved
    assert {UNSHOWN, UNLISTED}.isdisjoint(shapes(office))
    network.fault = lambda _path, _given: None
    for _ in range(3):
        later(network, office, sari)
    assert office.ids() == dict.fromkeys(made, 1)
    assert all(len(office.versions(one)) == 1 for one in made)
    assert office.store.coverage.now()[f"bsky/{sari.did}"].outcome.proved
    assert office.withdrawn() == []


def test_who_asks_not_to_be_shown_is_left_alone_while_the_own_server_is_silent(
    network: Network, office: Office, sari: Repo
) -> None:
    network.post(sari, "jangan disimpan")
    sari.labels = [{"val": "!no-unauthenticated"}]
    network.fault = lambda path, _given: Answer(503) if path.endswith("getRecord") else None
    later(network, office, sari)
    assert office.items() == []
    assert "jangan disimpan" not in archived(office)


def test_the_archive_of_feeds_read_again_yields_what_was_unreadable_once(
    network: Network, office: Office, sari: Repo
) -> None:
    usual, odd = network.post(sari, "biasa"), network.post(sari, "dahulu tidak terbaca")
    key = odd.rpartition("/")[2]
    held = sari.records[POST].pop(key)
    held["value"]["text"] = 7
    network.kept_by_appview[sari.did] = {key: held}
    later(network, office, sari)
    assert office.ids() == {usual: 1}
    cursor, standing = office.store.runs.cursor(f"bsky/{sari.did}"), office.store.coverage.now()
    [source] = build_accounts(office.config, Watching(office.accounts, office.store.items.held))

    def mended(raw: bytes) -> bytes:
        return raw.replace(b'"text":7', b'"text":"kini terbaca"')

    for learnt, new in ((bytes, 0), (mended, 1), (mended, 0)):
        [done] = reread([Learnt(source, learnt)], office.archive, office.store, lambda _: None)
        assert (done.new, done.edited) == (new, 0)
    assert office.versions(odd) == ["kini terbaca"]
    assert office.versions(usual) == ["biasa"]
    assert (office.store.runs.cursor(f"bsky/{sari.did}"), office.store.coverage.now()) == (cursor, standing)


def test_it_is_asked_only_where_the_office_chose_so(network: Network, office: Office, sari: Repo) -> None:
    office.config = settings(network)
    network.post(sari, "kabar")
    office.collect()
    assert network.asked[FEED] == 0
