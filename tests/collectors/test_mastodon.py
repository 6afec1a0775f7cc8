"""Mastodon and its kin: every act once, nobody else's, no silence mistaken for innocence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config import MastodonSource
from monitor.evidence import Archive
from monitor.models import ItemKind, Outcome, Platform
from monitor.store import Store
from tests.collectors.broken_off import World, whichever_request_is_the_last
from tests.collectors.mastodon_office import Office
from tests.fakes import FakeClock
from tests.fakes_fetch import polite_client
from tests.server_bluesky import Answer
from tests.server_loopback import WirelessFetcher, serve
from tests.server_mastodon import QUIRKS, Fediverse, Person, error


@pytest.fixture
def fediverse() -> Iterator[Fediverse]:
    made = Fediverse(FakeClock())
    with serve(made):
        yield made


def settings(**more: object) -> MastodonSource:
    return MastodonSource.model_validate({"type": "mastodon", "id": "masto", "scheme": "http", **more})


@pytest.fixture
def office(fediverse: Fediverse, tmp_path: Path) -> Iterator[Office]:
    with Store.open(tmp_path / "a.db", fediverse.clock) as store:
        client = polite_client(hosts=fediverse.hosts(), clock=fediverse.clock, max_requests_per_run=100_000)
        yield Office(store, Archive(tmp_path / "arsip"), client, settings(), Platform.MASTODON)


@pytest.fixture
def sari(fediverse: Fediverse, office: Office) -> Person:
    person = fediverse.account("sari")
    office.watch(person.uri, person.handle)
    return person


@pytest.fixture
def paslon(fediverse: Fediverse) -> Person:
    return fediverse.account("paslon", server=2)


def test_all_acts_with_what_they_were_done_to(
    fediverse: Fediverse, office: Office, sari: Person, paslon: Person
) -> None:
    office.watch(paslon.uri, paslon.handle, campaign=True)
    call = fediverse.post(paslon, "Ayo dukung nomor 2")
    post = fediverse.post(sari, 'Selamat pagi<br>dari <a href="x">Contoh</a>', spoiler_text="Kabar")
    reply, share = fediverse.post(sari, "siap", reply_to=call), fediverse.boost(sari, call)
    like = fediverse.favourite(sari, call)
    done = office.collect()
    assert all(one.outcome is Outcome.OK_ITEMS for one in done.values()), done
    found = {one.native_id: one for one in office.items()}
    assert {key: one.kind for key, one in found.items()} == {
        call: ItemKind.POST, post: ItemKind.POST, reply: ItemKind.COMMENT, share: ItemKind.SHARE, like: ItemKind.LIKE,
    }  # fmt: skip
    assert (found[post].text, found[post].title) == ("Selamat pagi\ndari Contoh", "Kabar")
    for key in (reply, share, like):
        parent, author = found[key].parent, found[key].author
        assert parent is not None
        assert parent.owner is not None
        assert author is not None
        assert (parent.native_id, parent.text, parent.owner.native_id) == (call, "Ayo dukung nomor 2", paslon.uri)
        assert (author.native_id, author.handle) == (sari.uri, sari.handle)
    assert found[post].happened_at is not None
    assert (found[like].happened_at, found[like].happened_rule) == (None, "terlihat")


def test_five_runs_with_edits_deletions_and_unlikes_between(
    fediverse: Fediverse, office: Office, sari: Person, paslon: Person
) -> None:
    office.watch(paslon.uri, paslon.handle, campaign=True)
    calls = [fediverse.post(paslon, f"ajakan {number}") for number in range(5)]
    likes = [fediverse.favourite(sari, call) for call in calls]
    posts = [fediverse.post(sari, f"kabar {number}") for number in range(90)]
    share = fediverse.boost(sari, calls[0])
    made = {*calls, *likes, *posts, share}
    for run in range(5):
        fediverse.clock.tick(hours=6)
        done = office.collect()
        assert all(one.outcome.proved for one in done.values()), done
        if run == 0:
            fediverse.edit(posts[80], "kabar 80 diperbaiki")
            fediverse.delete(posts[3])
            fediverse.favourites[calls[2]].clear()
        if run == 1:
            fediverse.unboost(sari, calls[0])
            fediverse.delete(posts[89])
            made |= {fediverse.post(sari, f"sesudah itu {number}") for number in range(3)}
    assert office.ids() == dict.fromkeys(made, 1)
    assert office.withdrawn() == sorted([likes[2], posts[3], posts[89], share])
    assert office.versions(posts[80]) == ["kabar 80", "kabar 80 diperbaiki"]
    assert all(len(office.versions(one)) == 1 for one in made if one != posts[80])
    fediverse.favourite(sari, calls[2])
    office.collect()
    assert likes[2] not in office.withdrawn()


@pytest.mark.parametrize(
    "quirk", [*QUIRKS, "tanpa_link abai_limit tak_urut hitung_nol", "url_aktor id_acak tanpa_link"]
)
def test_what_other_servers_do_differently(fediverse: Fediverse, office: Office, quirk: str) -> None:
    fediverse.quirks = frozenset(quirk.split())
    sari, paslon = fediverse.account("sari"), fediverse.account("paslon", server=2)
    office.watch(sari.uri, sari.handle)
    office.watch(paslon.uri, paslon.handle, campaign=True)
    call = fediverse.post(paslon, "Ayo dukung nomor 2")
    posts = [fediverse.post(sari, f"kabar {number}") for number in range(26)]
    made = {call, *posts, fediverse.boost(sari, call)}
    like = fediverse.favourite(sari, call)
    made |= set() if quirk == "suka_tertutup" else {like}
    for run in range(5):
        done = office.collect()
        closed = done[paslon.uri].outcome is Outcome.NOT_AVAILABLE
        assert closed is (quirk == "suka_tertutup"), done
        assert done[sari.uri].outcome is Outcome.OK_ITEMS, done
        fediverse.clock.tick(hours=6)
        if run == 0:
            fediverse.edit(posts[5], "kabar 5 diperbaiki")
            fediverse.delete(posts[9])
    assert office.ids() == dict.fromkeys(made, 1)
    assert office.versions(posts[5]) == ["kabar 5", "kabar 5 diperbaiki"]
    assert office.withdrawn() == [posts[9]]
    assert {one.text for one in office.items(ItemKind.POST)} >= {"kabar 0", "kabar 25"}


@pytest.mark.parametrize("quirk", ["abai_limit tanpa_link", "abai_max_id tanpa_link", "abai_limit tanpa_link tak_urut"])
def test_a_server_that_does_not_page_is_no_loop_and_only_a_look_at_each_status_proves_an_absence(
    fediverse: Fediverse, office: Office, sari: Person, quirk: str
) -> None:
    fediverse.quirks = frozenset(quirk.split())
    posts = [fediverse.post(sari, f"kabar {number}") for number in range(60)]
    for run in range(3):
        done = office.collect()[sari.uri]
        assert done.outcome is Outcome.OK_ITEMS
        assert done.fetches <= 4 + 1 + 2 * settings().check_statuses
        assert office.withdrawn() == ([posts[50]] if run == 2 else [])
        if run == 0:
            fediverse.delete(posts[50])
    assert set(office.ids()) == set(posts if "limit" in quirk else posts[-41:])  # a deletion lets one more into sight


def test_likers_of_campaign_posts_keep_rostered_people_alone(
    fediverse: Fediverse, office: Office, sari: Person, paslon: Person
) -> None:
    office.watch(paslon.uri, paslon.handle, campaign=True)
    call = fediverse.post(paslon, "Ayo dukung nomor 2")
    for number in range(230):
        fediverse.favourite(fediverse.account(f"warga{number}", server=3), call)
    fediverse.boost(fediverse.account("wargalain", server=3), call)
    like = fediverse.favourite(sari, call)
    for _ in range(2):
        done = office.collect()
    assert all(one.outcome.proved for one in done.values()), done
    assert office.ids() == {call: 1, like: 1}
    assert "warga" not in office.everything()


def test_other_peoples_names_stay_out_of_what_is_kept(fediverse: Fediverse, office: Office, sari: Person) -> None:
    orang = fediverse.account("orang", server=3)
    said = fediverse.post(orang, "kata orang")
    fediverse.post(sari, "jawab", reply_to=said, mentions=[{"acct": "orang", "username": "NamaDisebut"}])
    fediverse.boost(sari, said)
    office.collect()
    assert "NamaDisebut" not in office.everything()
    assert "Nama orang" not in office.everything()
    assert {one.parent.owner.native_id for one in office.items() if one.parent and one.parent.owner} == {orang.uri}


def test_a_boost_is_one_act_whoever_finds_it_first(
    fediverse: Fediverse, office: Office, sari: Person, paslon: Person
) -> None:
    office.watch(paslon.uri, paslon.handle, campaign=True)
    share = fediverse.boost(sari, fediverse.post(paslon, "Ayo dukung nomor 2"))
    fediverse.fault = lambda path, _given: Answer(500) if "/accounts/" in path and "sari" in str(_given) else None
    assert office.collect()[sari.uri].outcome is Outcome.TRANSIENT
    assert office.ids()[share] == 1
    fediverse.fault = lambda _path, _given: None
    fediverse.clock.tick(hours=6)
    for _ in range(3):
        office.collect()
    assert office.ids()[share] == 1
    stored = office.store.items.find(Platform.MASTODON, share)
    assert stored is not None
    assert stored.item.happened_at is not None
    assert len(office.versions(share)) == 2


@pytest.mark.parametrize(
    "mark",
    [
        {"noindex": True},
        {"discoverable": False},
        {"note": "<p>Halo <a href='https://a/tags/nobot'>#<span>nobot</span></a></p>"},
        {"fields": [{"name": "robot", "value": "#NoBots"}]},
    ],
)
def test_who_asks_not_to_be_shown_is_left_to_a_person(
    fediverse: Fediverse, office: Office, sari: Person, paslon: Person, mark: dict[str, object]
) -> None:
    office.watch(paslon.uri, paslon.handle, campaign=True)
    fediverse.post(sari, "rahasia")
    call = fediverse.post(paslon, "Ayo dukung nomor 2")
    fediverse.favourite(sari, call)
    sari.more = {"display_name": "jangan simpan", **mark}
    done = office.collect()[sari.uri]
    assert done.outcome is Outcome.NOT_AVAILABLE
    assert "meminta agar tidak ditampilkan" in done.problems[0]
    assert office.ids() == {call: 1}
    assert not any("/100/statuses" in path for path in fediverse.paths)
    assert "jangan simpan" not in office.everything()
    assert "rahasia" not in office.everything()


def test_a_name_alone_is_resolved_once_and_its_address_kept(fediverse: Fediverse, office: Office) -> None:
    person = fediverse.account("tanpaid")
    post = fediverse.post(person, "halo")
    office.watch("", f"@{person.handle}")
    key = f"@@{person.handle}"
    assert office.collect()[key].new == 1
    assert office.collect()[key].outcome.proved
    assert fediverse.asked["/.well-known/webfinger"] == 1
    assert office.ids() == {post: 1}
    [item] = office.items()
    assert item.author is not None
    assert item.author.native_id == person.uri


def test_a_name_given_to_another_account_is_gone_not_continued(
    fediverse: Fediverse, office: Office, sari: Person
) -> None:
    post = fediverse.post(sari, "satu")
    office.collect()
    sari.number = 999
    fediverse.post(sari, "orang baru dengan nama lama")
    done = office.collect()[sari.uri]
    assert done.outcome is Outcome.GONE
    assert office.ids() == {post: 1}
    assert office.withdrawn() == []


def test_the_address_of_a_page_is_no_identity_and_the_right_one_is_told(fediverse: Fediverse, office: Office) -> None:
    person = fediverse.account("halaman")
    fediverse.post(person, "satu")
    page = f"{person.home}/@halaman"
    office.watch(page)
    done = office.collect()[page]
    assert done.outcome is Outcome.INVALID_REQUEST
    assert person.uri in done.problems[0]


def test_a_spent_limit_with_an_iso_time_is_waited_out(fediverse: Fediverse, office: Office, sari: Person) -> None:
    fediverse.post(sari, "satu")

    def last_of_the_window(path: str, _given: dict[str, list[str]]) -> Answer | None:
        if not path.endswith("/lookup"):
            return None
        reset = (fediverse.clock() + timedelta(minutes=3)).isoformat().replace("+00:00", "Z")
        body = json.dumps(fediverse.account_json(sari, sari.home)).encode()
        return Answer(200, body, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset})

    fediverse.fault = last_of_the_window
    assert office.collect()[sari.uri].outcome is Outcome.OK_ITEMS
    assert len([one for one in fediverse.clock.slept if 175 < one <= 180]) == 1


def test_moved_and_limited_accounts_are_told(fediverse: Fediverse, office: Office, sari: Person) -> None:
    fediverse.post(sari, "satu")
    sari.more = {"moved": {"uri": "https://lain.example/users/sari"}, "limited": True, "memorial": True}
    done = office.collect()[sari.uri]
    assert done.outcome is Outcome.OK_ITEMS
    assert "akun pindah ke https://lain.example/users/sari" in done.problems[0]
    assert len(done.problems) == 3


def test_posts_for_followers_alone_are_never_kept(fediverse: Fediverse, office: Office, sari: Person) -> None:
    fediverse.post(sari, "hanya pengikut", visibility="private")
    post = fediverse.post(sari, "umum", visibility="unlisted")
    office.collect()
    assert office.ids() == {post: 1}
    assert "hanya pengikut" not in office.everything()


# ----------------------------------------------------------------------- what servers do wrong


LOGIN = error("This API requires an authenticated user", 401)
WRONG = {
    "429": (Answer(429, b'{"error":"Too many requests"}', {"X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": "2025-06-03T03:05:00.000Z"}), Outcome.RATE_LIMITED),
    "429 tanpa tajuk": (Answer(429, b""), Outcome.RATE_LIMITED),
    "503": (Answer(503, b"<html>"), Outcome.TRANSIENT),
    "terputus": (Answer(200, b'[{"id":', {}, cut=True), Outcome.TRANSIENT),
    "JSON terpotong": (Answer(200, b'[{"id": "1", "uri'), Outcome.SCHEMA_DRIFT),
    "objek, bukan daftar": (Answer(200, b'{"error": "truncated"}'), Outcome.SCHEMA_DRIFT),
    "daftar angka": (Answer(200, b"[1]"), Outcome.SCHEMA_DRIFT),
    "tanpa akun": (Answer(200, b'[{"id":"1","uri":"https://a/b"}]'), Outcome.SCHEMA_DRIFT),
    "403 HTML": (Answer(403, b"<html><title>403 Forbidden</title>", {"Content-Type": "text/html"}), Outcome.BLOCKED),
    "403 JSON": (error("This action is not allowed", 403), Outcome.NOT_AVAILABLE),
    "200 halaman penghalang": (
        Answer(200, b"<html><title>Just a moment...</title>", {"Content-Type": "text/html"}), Outcome.BLOCKED
    ),
    "hanya yang masuk": (LOGIN, Outcome.AUTH),
    "404": (error("Record not found", 404), Outcome.GONE),
    "410": (Answer(410, b""), Outcome.GONE),
    "422": (error("Validation failed", 422), Outcome.INVALID_REQUEST),
    "451": (Answer(451, b""), Outcome.NOT_AVAILABLE),
    "kosong yang bisu": (Answer(200, b"[]"), Outcome.NOT_AVAILABLE),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_no_wrong_answer_is_ever_nothing_new(fediverse: Fediverse, office: Office, sari: Person, name: str) -> None:
    posts = [fediverse.post(sari, f"kabar {number}") for number in range(3)]
    office.collect()
    source = f"masto/{sari.uri}"
    before, proved = office.store.runs.cursor(source), office.store.runs.last_proved(source)
    answer, expected = WRONG[name]
    fediverse.fault = lambda path, _given: answer if path.endswith("/statuses") else None
    for _ in range(3):
        fediverse.clock.tick(days=4)
        done = office.collect()[sari.uri]
    assert done.outcome is expected, done
    assert done.problems
    assert json.loads(office.store.runs.cursor(source)) == json.loads(before)
    assert office.store.runs.last_proved(source) == proved
    [status] = office.store.runs.sources()
    assert (status.outcome, status.failures) == (expected, 3)
    assert office.ids() == dict.fromkeys(posts, 1)
    assert office.withdrawn() == []


def test_a_suspended_account_is_gone_and_nothing_of_it_is_deleted(
    fediverse: Fediverse, office: Office, sari: Person
) -> None:
    post = fediverse.post(sari, "satu")
    office.collect()
    sari.more, sari.statuses = {"suspended": True}, {}
    for _ in range(3):
        assert office.collect()[sari.uri].outcome is Outcome.GONE
    assert office.ids() == {post: 1}
    assert office.withdrawn() == []


def test_somebody_elses_status_refuses_the_whole_page(fediverse: Fediverse, office: Office, sari: Person) -> None:
    fediverse.post(sari, "milik sendiri")
    alien = fediverse.post(fediverse.account("lain"), "milik orang lain")
    stray = fediverse.status_json(fediverse.status(alien), fediverse.origin())
    body = json.dumps([stray]).encode()
    fediverse.fault = lambda path, _given: Answer(200, body) if path.endswith("/100/statuses") else None
    assert office.collect()[sari.uri].outcome is Outcome.SCHEMA_DRIFT
    assert office.items() == []


def test_an_empty_account_is_proved_empty(office: Office, sari: Person) -> None:
    assert office.collect()[sari.uri].new == 0
    [status] = office.store.runs.sources()
    assert status.outcome.proved
    assert office.stops() == ["daftar habis"]


def test_acts_are_kept_when_the_words_around_them_cannot_be_had(
    fediverse: Fediverse, office: Office, sari: Person, paslon: Person
) -> None:
    call = fediverse.post(paslon, "Ayo dukung nomor 2")
    reply = fediverse.post(sari, "siap", reply_to=call)
    fediverse.fault = lambda path, _given: Answer(500) if "/statuses/" in path else None
    office.collect()
    assert office.ids() == {reply: 1}
    fediverse.fault = lambda _path, _given: None
    fediverse.clock.tick(hours=1)
    for _ in range(2):
        office.collect()
    [item] = office.items()
    assert item.parent is not None
    assert item.parent.text == "Ayo dukung nomor 2"
    assert len(office.versions(reply)) == 2


def test_a_deleted_post_that_was_answered_is_not_asked_for_for_ever(
    fediverse: Fediverse, office: Office, sari: Person, paslon: Person
) -> None:
    call = fediverse.post(paslon, "Ayo dukung nomor 2")
    fediverse.post(sari, "siap", reply_to=call)
    fediverse.delete(call)
    for _ in range(3):
        assert office.collect()[sari.uri].outcome.proved
    assert len([one for one in fediverse.paths if one.startswith("/api/v1/statuses/")]) == 1


def test_two_replies_to_one_post_on_different_pages(
    fediverse: Fediverse, office: Office, sari: Person, paslon: Person
) -> None:
    call = fediverse.post(paslon, "Ayo dukung nomor 2")
    replies = [fediverse.post(sari, "siap" if n % 50 == 0 else "kabar", reply_to=call if n % 50 == 0 else "")
               for n in range(101)][::50]  # fmt: skip
    assert office.collect()[sari.uri].new == 101
    assert len([one for one in fediverse.paths if one.startswith("/api/v1/statuses/")]) == 1
    parents = {one.native_id: one.parent for one in office.items(ItemKind.COMMENT)}
    assert set(parents) == set(replies)
    assert {one.text for one in parents.values() if one is not None} == {"Ayo dukung nomor 2"}


@pytest.mark.parametrize("quirk", ["abai_max_id tanpa_link", "abai_limit tanpa_link"])
def test_a_campaign_on_a_server_that_pages_blindly(
    fediverse: Fediverse, office: Office, sari: Person, paslon: Person, quirk: str
) -> None:
    fediverse.quirks = frozenset(quirk.split())
    office.watch(paslon.uri, paslon.handle, campaign=True)
    calls = [fediverse.post(paslon, f"ajakan {number}") for number in range(45)]
    like = fediverse.favourite(sari, calls[-1])
    for _ in range(2):
        assert office.collect()[paslon.uri].outcome is Outcome.OK_ITEMS
    assert office.ids()[like] == 1


def test_a_server_that_shows_less_than_it_counts_proves_no_absence(
    fediverse: Fediverse, office: Office, sari: Person
) -> None:
    posts = [fediverse.post(sari, f"kabar {number}") for number in range(60)]
    office.collect()
    few = json.dumps([fediverse.status_json(fediverse.status(one), sari.home) for one in reversed(posts[-5:])]).encode()
    fediverse.fault = lambda path, _given: Answer(200, few) if path.endswith("/100/statuses") else None
    for _ in range(3):
        fediverse.clock.tick(hours=6)
        done = office.collect()[sari.uri]
    assert "masih dihitung; belum dianggap ditarik" in done.problems[0]
    assert office.withdrawn() == []
    fediverse.fault = lambda _path, _given: None
    for one in posts[:40]:
        fediverse.delete(one)
    for _ in range(3):
        fediverse.clock.tick(hours=6)
        assert office.collect()[sari.uri].problems == ()
    assert office.withdrawn() == sorted(posts[:40])


def test_a_long_account_is_read_over_several_runs_and_nothing_is_passed_over(
    fediverse: Fediverse, office: Office, sari: Person
) -> None:
    start = fediverse.clock() - timedelta(hours=600)
    posts = {fediverse.post(sari, f"kabar {one}", at=start + timedelta(hours=one)) for one in range(600)}
    office.config = settings(max_requests=10)
    outcomes = []
    for _ in range(5):
        fediverse.clock.tick(hours=6)
        posts |= {fediverse.post(sari, "baru lagi") for _ in range(3)}
        outcomes.append(office.collect()[sari.uri].outcome)
    assert outcomes[0] is Outcome.BUDGET_REACHED
    assert outcomes[-1] is Outcome.OK_ITEMS
    assert office.ids() == dict.fromkeys(posts, 1)
    assert office.withdrawn() == []


def test_whichever_request_is_the_last(tmp_path: Path) -> None:
    @contextmanager
    def world(last: int) -> Iterator[World]:
        clock = FakeClock()
        fediverse = Fediverse(clock, port=80)
        sari, paslon = fediverse.account("sari"), fediverse.account("paslon", server=2)
        call = fediverse.post(paslon, "ajakan")
        made = {call, *(fediverse.post(sari, f"kabar {number}") for number in range(90))}
        made |= {fediverse.post(sari, "siap", reply_to=call), fediverse.boost(sari, call)}
        made.add(fediverse.favourite(sari, call))
        with Store.open(tmp_path / f"{last}.db", clock) as store:
            fetcher = WirelessFetcher(fediverse, clock)
            office = Office(store, Archive(tmp_path / "arsip"), fetcher, settings(), Platform.MASTODON)
            office.watch(sari.uri, sari.handle)
            office.watch(paslon.uri, paslon.handle, campaign=True)
            yield World(
                fediverse, office, made, lambda: {fediverse.post(sari, f"sesudah itu {one}") for one in range(50)}
            )

    whichever_request_is_the_last(world, least=8)


def test_two_thousand_accounts_within_the_published_limits(tmp_path: Path) -> None:
    clock = FakeClock()
    fediverse = Fediverse(clock, port=80)
    fetcher = WirelessFetcher(fediverse, clock)
    with Store.open(tmp_path / "a.db", clock) as store:
        office = Office(store, Archive(tmp_path / "arsip"), fetcher, settings(), Platform.MASTODON)
        paslon = fediverse.account("paslon", server=30)
        office.watch(paslon.uri, paslon.handle, campaign=True)
        call = fediverse.post(paslon, "Ayo dukung nomor 2")
        made = {call}
        for number in range(2000):
            person = fediverse.account(f"pegawai{number}", server=2 + number % 20)
            office.watch(person.uri, person.handle)
            count = 90 if number % 200 == 0 else 1
            made |= {fediverse.post(person, f"kabar {one}") for one in range(count)}
            if number % 10 == 0:
                made.add(fediverse.favourite(person, call))
        done = office.collect()
        assert len(done) == 2001
        assert all(one.outcome.proved for one in done.values())
        assert office.ids() == dict.fromkeys(made, 1)
    for host, asked in fetcher.moments.items():
        every = sorted(at for at, _ in asked)
        paged = sorted(at for at, url in asked if "max_id=" in url)
        for moments, minutes in ((every, 5), (paged, 15)):  # 300 in five minutes; 300 pages in fifteen
            pairs = zip(moments, moments[300:], strict=False)
            assert all(later - sooner > timedelta(minutes=minutes) for sooner, later in pairs), host
