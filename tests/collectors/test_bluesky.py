"""Bluesky: every act once, nobody else's, no silence mistaken for innocence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config import BlueskySource
from monitor.evidence import Archive
from monitor.models import ItemKind, Outcome
from monitor.store import Store
from tests.collectors.bluesky_office import Office
from tests.fakes import FakeClock
from tests.fakes_fetch import polite_client
from tests.server_bluesky import LIKE, POST, REPOST, Answer, DirectFetcher, Network, Repo, error, serve


@pytest.fixture
def network() -> Iterator[Network]:
    with serve(Network(FakeClock())) as running:
        yield running


@pytest.fixture
def office(network: Network, tmp_path: Path) -> Iterator[Office]:
    with Store.open(tmp_path / "a.db", network.clock) as store:
        client = polite_client(hosts=network.hosts(), clock=network.clock, max_requests_per_run=100_000)
        yield Office(store, Archive(tmp_path / "arsip"), client, settings(network))


def settings(network: Network, **more: int) -> BlueskySource:
    home = network.origin()
    return BlueskySource.model_validate({"type": "bluesky", "id": "bsky", "appview": home, "directory": home, **more})


@pytest.fixture
def sari(network: Network, office: Office) -> Repo:
    """A rostered account."""
    repo = network.account("sari", server=2)
    office.watch(repo.did, repo.handle)
    return repo


@pytest.fixture
def paslon(network: Network) -> Repo:
    """A campaign's account, on another server."""
    return network.account("paslon", server=3)


def test_all_four_acts_with_what_they_were_done_to(network: Network, office: Office, sari: Repo, paslon: Repo) -> None:
    call = network.post(paslon, "Ayo dukung nomor 2")
    post = network.post(sari, "Selamat pagi dari Kabupaten Contoh")
    reply = network.post(sari, "siap", reply_to=call)
    like, share = network.like(sari, call), network.like(sari, call, REPOST)
    done = office.collect()[sari.did]
    assert (done.outcome, done.new, done.problems) == (Outcome.OK_ITEMS, 4, ())
    found = {one.native_id: one for one in office.items()}
    assert {key: one.kind for key, one in found.items()} == {
        post: ItemKind.POST, reply: ItemKind.COMMENT, like: ItemKind.LIKE, share: ItemKind.SHARE
    }  # fmt: skip
    for one in found.values():
        assert one.author is not None
        assert (one.author.native_id, one.author.handle) == (sari.did, "sari.example")
        assert one.happened_rule == "createdAt"
        assert one.happened_at is not None
        assert one.native_version.startswith("bafy")
    parent = found[like].parent
    assert parent is not None
    assert (parent.native_id, parent.text) == (call, "Ayo dukung nomor 2")
    assert parent.url == f"https://bsky.app/profile/{paslon.did}/post/{call.rpartition('/')[2]}"
    assert parent.owner is not None
    assert (parent.owner.native_id, parent.owner.handle, parent.owner.display_name) == (paslon.did, "", "")
    assert found[post].parent is None


def test_five_runs_with_edits_deletions_and_unlikes_between(
    network: Network, office: Office, sari: Repo, paslon: Repo
) -> None:
    calls = [network.post(paslon, f"ajakan {number}") for number in range(7)]
    likes = [network.like(sari, call) for call in calls]
    posts = [network.post(sari, f"kabar {number}") for number in range(5)]
    network.page = 3
    made = set(likes + posts)
    for run in range(5):
        network.clock.tick(hours=6)
        office.collect()
        if run == 0:
            network.edit(posts[1], "kabar 1 diperbaiki")
            network.delete(likes[2])
            made.add(network.like(sari, calls[2], REPOST))
        if run == 1:
            network.delete(posts[4])
            made.add(network.post(sari, "sesudah itu"))
    assert office.ids() == dict.fromkeys(made, 1)
    assert office.withdrawn() == sorted([likes[2], posts[4]])
    assert office.versions(posts[1]) == ["kabar 1", "kabar 1 diperbaiki"]
    assert [len(office.versions(one)) for one in likes] == [1] * 7
    missed = {one.times: one for one in office.store.absences.all()}
    assert sorted(missed) == [3, 4]
    assert missed[4].seen_at < missed[4].missed_at < missed[4].last_missed_at
    status = office.store.runs.sources()[0]
    assert status.source_id == f"bsky/{sari.did}"
    assert json.loads(office.store.runs.cursor(status.source_id))["own"]["pds"] == network.origin(2)


def test_what_is_known_is_not_asked_for_again(network: Network, office: Office, sari: Repo, paslon: Repo) -> None:
    for number in range(60):
        network.like(sari, network.post(paslon, f"ajakan {number}"))
    office.collect()
    assert network.asked["/xrpc/app.bsky.feed.getPosts"] == 3
    network.clock.tick(hours=6)
    again = office.collect()[sari.did]
    assert network.asked["/xrpc/app.bsky.feed.getPosts"] == 3
    assert (again.new, again.edited, again.outcome) == (0, 0, Outcome.OK_ITEMS)


def test_an_empty_account_is_proved_empty(office: Office, sari: Repo) -> None:
    assert office.collect()[sari.did].new == 0
    [status] = office.store.runs.sources()
    assert status.outcome.proved
    assert office.stops() == ["daftar habis"] * 3


def test_likes_of_campaign_posts_keep_rostered_people_alone(
    network: Network, office: Office, sari: Repo, paslon: Repo
) -> None:
    office.watch(paslon.did, campaign=True)
    call = network.post(paslon, "Ayo dukung nomor 2")
    crowd = [network.account(f"warga{number}", server=4) for number in range(230)]
    for one in crowd:
        network.like(one, call)
    like = network.like(sari, call)
    for _ in range(2):
        done = office.collect()
    assert all(one.outcome.proved for one in done.values()), done
    assert office.ids() == {call: 1, like: 1}
    assert len(office.versions(like)) == 1
    stored = "\n".join(office.store._connection.db.conn.iterdump())
    assert not any(b"warga1" in (office.archive.read(one) or b"") for one in office.archive.hashes())
    assert "warga1" not in stored


def test_a_like_is_found_through_the_post_where_the_persons_own_list_fails(
    network: Network, office: Office, sari: Repo, paslon: Repo
) -> None:
    office.watch(paslon.did, campaign=True)
    like = network.like(sari, network.post(paslon, "Ayo dukung nomor 2"))
    network.fault = lambda _path, given: (
        Answer(500) if given.get("repo") == [sari.did] and "cursor" not in given else None
    )
    done = office.collect()
    assert done[sari.did].outcome is Outcome.TRANSIENT
    assert like in office.ids()
    network.fault = lambda _path, _given: None
    network.clock.tick(hours=6)
    office.collect()
    assert office.ids()[like] == 1
    assert len(office.versions(like)) == 1


def test_who_asks_not_to_be_shown_is_left_to_a_person(network: Network, office: Office, sari: Repo) -> None:
    network.post(sari, "rahasia")
    sari.profile = {"labels": {"values": [{"val": "!no-unauthenticated"}]}, "description": "jangan"}
    done = office.collect()[sari.did]
    assert done.outcome is Outcome.NOT_AVAILABLE
    assert "meminta agar tidak ditampilkan" in done.problems[0]
    assert office.items() == []
    assert not any("listRecords" in path for path in network.paths)
    assert not any(b"jangan" in (office.archive.read(one) or b"") for one in office.archive.hashes())


def test_a_new_handle_and_a_new_server_are_told_and_the_did_stays(network: Network, office: Office, sari: Repo) -> None:
    first = network.post(sari, "satu")
    office.collect()
    sari.handle, sari.pds = "sari.baru.example", network.origin(5)
    second = network.post(sari, "dua")
    done = office.collect()[sari.did]
    assert "nama akun berubah dari sari.example menjadi sari.baru.example" in done.problems[0]
    assert "akun pindah server" in done.problems[1]
    assert office.ids() == {first: 1, second: 1}
    assert office.collect()[sari.did].problems == ()


def test_a_handle_without_id_is_resolved_once_and_its_did_kept(network: Network, office: Office) -> None:
    repo = network.account("tanpaid")
    post = network.post(repo, "halo")
    office.watch("", repo.handle)
    assert office.collect()["@tanpaid.example"].new == 1
    repo.handle = "lain.example"
    done = office.collect()["@tanpaid.example"]
    assert done.outcome.proved
    assert office.ids() == {post: 1}


def test_a_backdated_post_says_so(network: Network, office: Office, sari: Repo) -> None:
    network.write(sari, POST, {"text": "dulu", "createdAt": "2020-01-01T00:00:00.000Z"})
    network.write(sari, POST, {"text": "kelak", "createdAt": "2031-01-01T00:00:00.000Z"})
    network.write(sari, POST, {"text": "aneh", "createdAt": "kemarin sore"})
    office.collect()
    by_text = {one.text: one for one in office.items()}
    assert by_text["dulu"].happened_at is not None
    assert by_text["dulu"].happened_at.year == 2020
    assert by_text["dulu"].happened_rule.startswith("createdAt; rkey 2025-06-01")
    assert (by_text["kelak"].happened_rule, by_text["aneh"].happened_rule) == ("rkey", "rkey")
    assert by_text["kelak"].happened_raw.startswith("2031")


# ----------------------------------------------------------------------- what servers do wrong


def on(method: str, answer: Answer) -> object:
    return lambda path, _given: answer if path.endswith(method) else None


WRONG = {
    "429 sebentar": (Answer(429, b"{}", {"Retry-After": "1200"}), Outcome.RATE_LIMITED),
    "429 menurut RateLimit-Reset": (
        Answer(429, b"{}", {"RateLimit-Remaining": "0", "RateLimit-Reset": "1748749200"}),
        Outcome.RATE_LIMITED,
    ),
    "500": (Answer(500), Outcome.TRANSIENT),
    "terputus": (Answer(200, b'{"records":[', {}, cut=True), Outcome.TRANSIENT),
    "JSON terpotong": (Answer(200, b'{"records":[{"uri":"at://did'), Outcome.SCHEMA_DRIFT),
    "bukan objek": (Answer(200, b"[]"), Outcome.SCHEMA_DRIFT),
    "tanpa records": (Answer(200, b'{"cursor":"a"}'), Outcome.SCHEMA_DRIFT),
    "records bukan daftar": (Answer(200, b'{"records":{}}'), Outcome.SCHEMA_DRIFT),
    "403 HTML": (Answer(403, b"<html><title>403 Forbidden</title>", {"Content-Type": "text/html"}), Outcome.BLOCKED),
    "200 halaman penghalang": (
        Answer(200, b"<html><title>Just a moment...</title>", {"Content-Type": "text/html"}), Outcome.BLOCKED
    ),
    "401": (error("ExpiredToken", status=401), Outcome.AUTH),
    "400 masuk": (error("AuthMissing"), Outcome.AUTH),
    "ditangguhkan": (error("RepoTakendown"), Outcome.GONE),
    "dinonaktifkan": (error("RepoDeactivated"), Outcome.GONE),
    "akun tidak di sini": (error("InvalidRequest", "Could not find repo: did:plc:sari"), Outcome.GONE),
    "permintaan keliru": (error("InvalidRequest", "lain"), Outcome.INVALID_REQUEST),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_no_wrong_answer_is_ever_nothing_new(network: Network, office: Office, sari: Repo, name: str) -> None:
    posts = [network.post(sari, f"kabar {number}") for number in range(3)]
    office.collect()
    before = office.store.runs.cursor(f"bsky/{sari.did}")
    proved = office.store.runs.last_proved(f"bsky/{sari.did}")
    answer, expected = WRONG[name]
    network.fault = lambda path, _given: answer if path.endswith("listRecords") else None
    for _ in range(3):
        network.clock.tick(hours=6)
        done = office.collect()[sari.did]
    assert done.outcome is expected, done
    assert done.problems
    assert office.store.runs.cursor(f"bsky/{sari.did}") == before
    assert office.store.runs.last_proved(f"bsky/{sari.did}") == proved
    [status] = office.store.runs.sources()
    assert (status.outcome, status.failures) == (expected, 3)
    assert office.ids() == dict.fromkeys(posts, 1)
    assert office.withdrawn() == []


def test_somebody_elses_record_refuses_the_whole_page(network: Network, office: Office, sari: Repo) -> None:
    own, other = network.post(sari, "milik sendiri"), network.account("lain")
    alien = network.post(other, "milik orang lain")
    both = [
        {"uri": uri, "cid": "bafyx", "value": {"text": "x", "createdAt": "2025-06-01T00:00:00Z"}}
        for uri in (own, alien)
    ]
    body = json.dumps({"records": both, "cursor": "a"}).encode()
    network.fault = lambda path, given: (
        Answer(200, body) if path.endswith("listRecords") and given["collection"] == [POST] else None
    )
    assert office.collect()[sari.did].outcome is Outcome.SCHEMA_DRIFT
    assert office.items() == []


def test_a_document_of_another_identity_is_refused(network: Network, office: Office, sari: Repo) -> None:
    network.post(sari, "satu")
    network.fault = lambda path, _given: (
        Answer(200, json.dumps({"id": "did:plc:lain"}).encode()) if path.startswith("/did:") else None
    )
    assert office.collect()[sari.did].outcome is Outcome.SCHEMA_DRIFT
    assert office.items() == []


def test_a_cursor_that_leads_in_circles_is_left(network: Network, office: Office, sari: Repo) -> None:
    for number in range(6):
        network.post(sari, f"kabar {number}")
    network.page = 2

    def circle(path: str, given: dict[str, list[str]]) -> Answer | None:
        if not path.endswith("listRecords") or given["collection"] != [POST]:
            return None
        found = network._list(given)
        assert isinstance(found, dict)
        return Answer(200, json.dumps({**found, "cursor": "sama"}).encode())

    network.fault = circle
    done = office.collect()[sari.did]
    assert done.outcome is Outcome.SCHEMA_DRIFT
    assert "penunjuk halaman berulang" in office.stops()
    assert office.store.runs.last_proved(f"bsky/{sari.did}") is None


def test_an_empty_page_with_a_cursor_is_no_end(network: Network, office: Office, sari: Repo) -> None:
    posts = [network.post(sari, f"kabar {number}") for number in range(6)]
    network.page = 3
    emptied: set[str] = set()

    def hole(path: str, given: dict[str, list[str]]) -> Answer | None:
        cursor = given.get("cursor", [""])[0]
        if path.endswith("listRecords") and given["collection"] == [POST] and cursor and cursor not in emptied:
            below = cursor[:-1] + "1"
            emptied.update((cursor, below))
            return Answer(200, json.dumps({"records": [], "cursor": below}).encode())
        return None

    network.fault = hole
    assert office.collect()[sari.did].outcome is Outcome.OK_ITEMS
    assert office.ids() == dict.fromkeys(posts, 1)


def test_a_broken_record_is_told_and_the_rest_is_kept(network: Network, office: Office, sari: Repo) -> None:
    good = network.post(sari, "baik")
    bad = network.like(sari, good)
    sari.records[LIKE][bad.rpartition("/")[2]]["value"] = {"subject": "bukan rujukan"}
    network.like(sari, good)
    done = office.collect()[sari.did]
    assert (done.outcome, done.new) == (Outcome.OK_ITEMS, 2)
    assert any("tidak menyebut apa yang dituju" in one for one in done.problems)


def test_acts_are_kept_when_the_words_around_them_cannot_be_had(
    network: Network, office: Office, sari: Repo, paslon: Repo
) -> None:
    like = network.like(sari, network.post(paslon, "Ayo dukung nomor 2"))
    network.fault = lambda path, _given: Answer(500) if path.endswith("getPosts") else None
    assert office.collect()[sari.did].outcome is Outcome.TRANSIENT
    assert office.ids() == {like: 1}
    network.fault = lambda _path, _given: None
    network.clock.tick(hours=1)
    office.collect()
    [item] = office.items()
    assert item.parent is not None
    assert item.parent.text == "Ayo dukung nomor 2"


def test_a_long_account_is_read_over_several_runs_and_nothing_is_passed_over(
    network: Network, office: Office, sari: Repo
) -> None:
    network.page = 10
    posts = {network.post(sari, f"kabar {number}") for number in range(200)}
    office.config = settings(network, max_requests=12)
    outcomes = []
    for _ in range(8):
        network.clock.tick(hours=6)
        posts |= {network.post(sari, "baru lagi") for _ in range(3)}
        outcomes.append(office.collect()[sari.did].outcome)
    assert outcomes[0] is Outcome.BUDGET_REACHED
    assert office.ids() == dict.fromkeys(posts, 1)
    assert office.withdrawn() == []


def test_a_spent_limit_is_waited_out_before_the_next_request(network: Network, office: Office, sari: Repo) -> None:
    network.post(sari, "satu")
    spent = {"RateLimit-Limit": "3000", "RateLimit-Remaining": "0", "RateLimit-Policy": "3000;w=300"}

    def last_of_the_window(path: str, given: dict[str, list[str]]) -> Answer | None:
        if not path.endswith("listRecords") or given["collection"] != [POST]:
            return None
        reset = int(network.clock().timestamp()) + 120
        body = json.dumps(network._list(given)).encode()
        return Answer(200, body, {**spent, "RateLimit-Reset": str(reset)})

    network.fault = last_of_the_window
    assert office.collect()[sari.did].outcome is Outcome.OK_ITEMS
    assert len([one for one in network.clock.slept if 115 < one <= 120]) == 1  # the second page ends the list


def test_a_did_that_is_none_is_told(office: Office) -> None:
    office.watch("kampanye-1-bsky", "contohbersinar", campaign=True)
    done = office.collect()["kampanye-1-bsky"]
    assert done.outcome is Outcome.INVALID_REQUEST
    assert "bukan DID" in done.problems[0]


def test_two_thousand_accounts_within_the_published_limit(tmp_path: Path) -> None:
    clock = FakeClock()
    network = Network(clock, port=80)
    fetcher = DirectFetcher(network, clock)
    with Store.open(tmp_path / "a.db", clock) as store:
        office = Office(store, Archive(tmp_path / "arsip"), fetcher, settings(network))
        paslon = network.account("paslon", server=30)
        call = network.post(paslon, "Ayo dukung nomor 2")
        made = set()
        for number in range(2000):
            repo = network.account(f"pegawai{number}", server=2 + number % 20)
            office.watch(repo.did, repo.handle)
            made.add(network.post(repo, f"kabar {number}"))
            if number % 10 == 0:
                made.add(network.like(repo, call))
        done = office.collect()
        assert len(done) == 2000
        assert all(one.outcome.proved for one in done.values())
        assert office.ids() == dict.fromkeys(made, 1)
    for host, moments in fetcher.moments.items():
        ordered = sorted(moments)
        # 3,000 in five minutes
        assert all(
            later - sooner > timedelta(minutes=5) for sooner, later in zip(ordered, ordered[3000:], strict=False)
        ), host
