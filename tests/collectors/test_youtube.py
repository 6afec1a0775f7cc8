"""YouTube: every comment of a rostered person once, nobody else's, within a quota that outlives a restart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.evidence import Archive
from monitor.fetch import Meter, quota_day, renewed_at
from monitor.models import ItemKind, Outcome, Platform
from monitor.store import Store
from tests.collectors.broken_off import World, whichever_request_is_the_last
from tests.collectors.mastodon_office import Office
from tests.collectors.youtube_office import fetcher, settings
from tests.fakes import FakeClock
from tests.server_bluesky import Answer
from tests.server_loopback import WirelessFetcher
from tests.server_youtube import KEY, Channel, Youtube, error


@pytest.fixture
def sari(youtube: Youtube, office: Office) -> Channel:
    channel = youtube.channel("sari")
    office.watch(channel.key, channel.handle)
    return channel


@pytest.fixture
def paslon(youtube: Youtube, office: Office) -> Channel:
    channel = youtube.channel("paslon")
    office.watch(channel.key, channel.handle, campaign=True)
    return channel


def test_uploads_comments_and_replies_with_what_they_were_done_to(
    youtube: Youtube, office: Office, sari: Channel, paslon: Channel
) -> None:
    call = youtube.upload(paslon, "Kampanye nomor 2", "Ayo dukung")
    own = youtube.upload(sari, "Selamat pagi", "dari Contoh")
    warga = youtube.channel("warga")
    thread = youtube.comment(warga, call, "siapa pilih dua?")
    for number in range(7):
        youtube.comment(warga, call, f"jawab {number}", reply_to=thread)
    top, reply = youtube.comment(sari, call, "Mantap nomor 2"), youtube.comment(sari, call, "saya", reply_to=thread)
    done = office.collect()
    assert all(one.outcome is Outcome.OK_ITEMS for one in done.values()), done
    found = {one.native_id: one for one in office.items()}
    assert {key: one.kind for key, one in found.items()} == {
        call: ItemKind.POST, own: ItemKind.POST, top: ItemKind.COMMENT, reply: ItemKind.COMMENT,
    }  # fmt: skip
    assert (found[own].title, found[own].text) == ("Selamat pagi", "dari Contoh")
    parent, author = found[top].parent, found[top].author
    assert parent is not None
    assert parent.owner is not None
    assert author is not None
    assert (parent.native_id, parent.text, parent.owner.native_id) == (call, "Kampanye nomor 2", paslon.key)
    assert (author.native_id, found[top].url) == (sari.key, f"https://www.youtube.com/watch?v={call}&lc={top}")
    answered = found[reply].parent
    assert answered is not None
    assert (answered.native_id, answered.text) == (thread, "siapa pilih dua?")
    assert answered.owner is not None
    assert answered.owner.native_id == ""
    stored = office.everything()
    assert "UCwarga" not in stored
    assert "jawab 3" not in stored
    assert "Nama @" not in stored


def test_five_runs_with_edits_and_deletions_between(
    youtube: Youtube, office: Office, sari: Channel, paslon: Channel
) -> None:
    youtube.page = 20
    calls = [youtube.upload(paslon, f"ajakan {number}") for number in range(3)]
    comments = [youtube.comment(sari, calls[number % 3], f"komentar {number}") for number in range(9)]
    for number in range(60):
        youtube.comment(youtube.channel(f"warga{number}"), calls[0], f"lain {number}")
    made = {*calls, *comments, *(youtube.upload(sari, f"video {number}") for number in range(45))}
    for run in range(5):
        youtube.clock.tick(hours=12)
        done = office.collect()
        assert all(one.outcome.proved for one in done.values()), done
        if run == 0:
            youtube.edit(comments[4], "komentar 4 diperbaiki")
            youtube.edit(calls[1], "keterangan baru")
            youtube.delete(comments[0])
            youtube.delete(calls[2])
            made.add(youtube.comment(sari, calls[1], "menyusul"))
    assert office.ids() == dict.fromkeys(made, 1)
    assert office.withdrawn() == sorted([comments[0], calls[2]])
    assert office.versions(comments[4]) == ["komentar 4", "komentar 4 diperbaiki"]
    assert office.versions(calls[1]) == ["", "keterangan baru"]


def test_the_key_is_in_no_address_record_database_or_log(
    youtube: Youtube, office: Office, sari: Channel, paslon: Channel, capfd: pytest.CaptureFixture[str]
) -> None:
    youtube.comment(sari, youtube.upload(paslon, "ajakan"), "siap")
    office.collect()
    youtube.fault = lambda _method, _given: Answer(403, f'{{"error":{{"message":"{KEY}"}}}}'.encode(), {"X-Gema": KEY})
    done = office.collect()
    files = [path.read_bytes() for path in office.archive.folder.rglob("*") if path.is_file()]
    assert KEY not in office.everything()
    assert not any(KEY.encode() in one for one in files)
    assert not any(KEY in one for one in youtube.urls)
    assert KEY not in str(done)
    assert KEY not in repr(Meter("NETRA_YOUTUBE_KEY", 1, KEY))
    assert KEY not in "".join(capfd.readouterr())


def test_the_key_goes_to_no_other_host(youtube: Youtube, office: Office, sari: Channel) -> None:
    seen: list[bool] = []
    youtube.fault = lambda _method, _given: Answer(302, b"", {"Location": f"http://127.0.0.2:{youtube.port}/curi"})
    real = youtube.answer

    def answer(path: str, given: dict[str, list[str]], home: str, headers: dict[str, str]) -> Answer:
        if path == "/curi":
            seen.append("x-goog-api-key" in headers)
            return Answer(200, b"{}")
        return real(path, given, home, headers)

    youtube.answer = answer  # type: ignore[method-assign,assignment]
    assert not office.collect()[sari.key].outcome.proved
    assert seen == [False]


def test_a_handle_is_resolved_and_its_channel_kept(youtube: Youtube, office: Office) -> None:
    channel = youtube.channel("tanpaid")
    video = youtube.upload(channel, "halo")
    office.watch("", "tanpaid")
    assert office.collect()["@tanpaid"].new == 1
    channel.handle = "@lain"
    done = office.collect()["@tanpaid"]
    assert done.outcome.proved
    assert "nama kanal berubah" in done.problems[0]
    assert office.ids() == {video: 1}


def test_closed_comments_are_proved_and_delete_nothing(
    youtube: Youtube, office: Office, sari: Channel, paslon: Channel
) -> None:
    call = youtube.upload(paslon, "ajakan")
    comment = youtube.comment(sari, call, "siap")
    office.collect()
    youtube.videos[call].disabled = True
    for _ in range(3):
        done = office.collect()[paslon.key]
    assert done.outcome.proved
    assert "ditutup pemiliknya" in done.problems[0]
    assert office.ids() == {call: 1, comment: 1}
    assert office.withdrawn() == []


def test_an_empty_and_a_closed_channel(youtube: Youtube, office: Office, sari: Channel) -> None:
    assert office.collect()[sari.key].outcome is Outcome.OK_EMPTY_PROVED
    sari.closed = True
    assert office.collect()[sari.key].outcome is Outcome.GONE


def test_what_is_no_channel_is_told(office: Office) -> None:
    office.watch("kanal-keliru", campaign=True)
    done = office.collect()["kanal-keliru"]
    assert done.outcome is Outcome.INVALID_REQUEST
    assert "UC" in done.problems[0]


def test_threads_that_slide_down_while_pages_are_turned(
    youtube: Youtube, office: Office, sari: Channel, paslon: Channel
) -> None:
    youtube.page = 3
    call = youtube.upload(paslon, "ajakan")
    made = {call}
    for number in range(6):
        thread = youtube.comment(youtube.channel(f"warga{number}"), call, "tanya")
        made |= {youtube.comment(sari, call, f"balas {one}", reply_to=thread) for one in range(6)}

    def sliding(method: str, given: dict[str, list[str]]) -> Answer | None:
        if method == "commentThreads" and "pageToken" in given and len(youtube.videos[call].threads) < 8:
            youtube.comment(paslon, call, "sisipan")
        return None

    youtube.fault = sliding
    done = office.collect()[paslon.key]
    assert done.outcome is Outcome.OK_ITEMS, done
    assert office.ids() == dict.fromkeys(made, 1)
    office.collect()
    assert office.withdrawn() == []


# ----------------------------------------------------------------------- quota and key


def test_the_quota_is_kept_over_a_restart_and_renewed_at_midnight_pacific(
    youtube: Youtube, office: Office, sari: Channel, tmp_path: Path
) -> None:
    videos = {youtube.upload(sari, f"video {number}") for number in range(30)}
    office.fetcher = fetcher(youtube, office.store, tmp_path, units=20)
    done = office.collect()[sari.key]
    assert done.outcome is Outcome.RATE_LIMITED
    assert "jatah harian" in done.problems[-1]
    assert youtube.asked.total() == 20
    day = quota_day(youtube.clock())
    assert office.store.quota.spent("youtube", day).units == 20
    with Store.open(tmp_path / "a.db", youtube.clock) as again:
        office.store, office.fetcher = again, fetcher(youtube, again, tmp_path, units=20)
        assert office.collect()[sari.key].outcome is Outcome.RATE_LIMITED
        assert youtube.asked.total() == 20
        youtube.clock.now = renewed_at(youtube.clock()) - timedelta(seconds=1)
        office.collect()
        assert youtube.asked.total() == 20
        youtube.clock.tick(seconds=1)
        assert office.collect()[sari.key].outcome.proved
        assert office.ids() == dict.fromkeys(videos, 1)


def test_midnight_pacific_in_summer_and_winter() -> None:
    assert renewed_at(datetime(2026, 7, 1, 6, 59, tzinfo=UTC)) == datetime(2026, 7, 1, 7, 0, tzinfo=UTC)
    assert renewed_at(datetime(2026, 12, 1, 8, 1, tzinfo=UTC)) == datetime(2026, 12, 2, 8, 0, tzinfo=UTC)
    assert quota_day(datetime(2026, 7, 1, 6, 59, tzinfo=UTC)).day == 30


def test_an_api_that_says_it_is_spent_is_believed(youtube: Youtube, office: Office, sari: Channel) -> None:
    youtube.upload(sari, "video")
    youtube.fault = lambda _method, _given: error("quotaExceeded")
    assert office.collect()[sari.key].outcome is Outcome.RATE_LIMITED
    youtube.fault = lambda _method, _given: None
    asked = youtube.asked.total()
    assert office.collect()[sari.key].outcome is Outcome.RATE_LIMITED
    assert youtube.asked.total() == asked
    youtube.clock.tick(days=1)
    assert office.collect()[sari.key].outcome.proved


@pytest.mark.parametrize("key", ["", "kunci-lain"])
def test_a_missing_or_refused_key_is_loud(
    youtube: Youtube, office: Office, sari: Channel, tmp_path: Path, key: str
) -> None:
    youtube.upload(sari, "video")
    office.fetcher = fetcher(youtube, office.store, tmp_path, key=key)
    done = office.collect()[sari.key]
    assert done.outcome is Outcome.AUTH
    assert "NETRA_YOUTUBE_KEY" in done.problems[0]
    assert youtube.asked.total() == (1 if key else 0)


# ----------------------------------------------------------------------- what servers do wrong


WRONG = {
    "quotaExceeded": (error("quotaExceeded"), Outcome.RATE_LIMITED),
    "rateLimitExceeded": (error("rateLimitExceeded"), Outcome.RATE_LIMITED),
    "forbidden": (error("forbidden"), Outcome.NOT_AVAILABLE),
    "keyInvalid": (error("keyInvalid"), Outcome.AUTH),
    "keyExpired": (error("keyExpired"), Outcome.AUTH),
    "accessNotConfigured": (error("accessNotConfigured"), Outcome.AUTH),
    "videoNotFound": (error("videoNotFound"), Outcome.GONE),
    "processingFailure": (error("processingFailure"), Outcome.TRANSIENT),
    "invalidPageToken": (error("invalidPageToken"), Outcome.TRANSIENT),
    "backendError": (error("backendError"), Outcome.TRANSIENT),
    "403 HTML": (Answer(403, b"<html><title>403</title>", {"Content-Type": "text/html"}), Outcome.BLOCKED),
    "429": (Answer(429, b"{}", {"Retry-After": "1200"}), Outcome.RATE_LIMITED),
    "500": (Answer(500), Outcome.TRANSIENT),
    "JSON terpotong": (Answer(200, b'{"kind":"youtube#comm'), Outcome.SCHEMA_DRIFT),
    "terputus": (Answer(200, b'{"kind":', {}, cut=True), Outcome.TRANSIENT),
    "bukan daftar": (Answer(200, b'{"kind":"youtube#commentThreadListResponse","items":{}}'), Outcome.SCHEMA_DRIFT),
    "tanpa items": (Answer(200, b'{"kind":"youtube#commentThreadListResponse"}'), Outcome.SCHEMA_DRIFT),
    "jenis lain": (Answer(200, b'{"kind":"youtube#searchListResponse","items":[]}'), Outcome.SCHEMA_DRIFT),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_no_wrong_answer_is_ever_nothing_new(
    youtube: Youtube, office: Office, sari: Channel, paslon: Channel, name: str
) -> None:
    call = youtube.upload(paslon, "ajakan")
    comments = [youtube.comment(sari, call, f"komentar {number}") for number in range(3)]
    office.collect()
    source = f"yt/{paslon.key}"
    proved = office.store.runs.last_proved(source)
    answer, expected = WRONG[name]
    youtube.fault = lambda method, _given: answer if method == "commentThreads" else None
    for _ in range(3):
        youtube.clock.tick(days=1)
        done = office.collect()[paslon.key]
    assert done.outcome is expected, done
    assert done.problems
    assert office.store.runs.last_proved(source) == proved
    assert office.ids() == dict.fromkeys([call, *comments], 1)
    assert office.withdrawn() == []
    youtube.fault = lambda _method, _given: None
    youtube.clock.tick(days=1)
    assert office.collect()[paslon.key].outcome.proved
    assert all(len(office.versions(one)) == 1 for one in comments)


def test_somebody_elses_upload_refuses_the_whole_page(youtube: Youtube, office: Office, sari: Channel) -> None:
    youtube.upload(sari, "milik sendiri")
    youtube.videos[youtube.upload(sari, "titipan")].channel = youtube.channel("lain")
    listed = youtube._playlist({"playlistId": ["UUlain"], "maxResults": ["50"]})
    youtube.fault = lambda method, _given: listed if method == "playlistItems" else None
    assert office.collect()[sari.key].outcome is Outcome.SCHEMA_DRIFT
    assert office.items() == []


def test_whichever_request_is_the_last(tmp_path: Path) -> None:
    @contextmanager
    def world(last: int) -> Iterator[World]:
        clock = FakeClock()
        youtube = Youtube(clock, port=80, page=4)
        sari, paslon, warga = (youtube.channel(name) for name in ("sari", "paslon", "warga"))
        call = youtube.upload(paslon, "ajakan")
        thread = youtube.comment(warga, call, "siapa?")
        made = {call, *(youtube.comment(sari, call, f"komentar {number}") for number in range(5))}
        made |= {youtube.comment(sari, call, f"balas {number}", reply_to=thread) for number in range(7)}
        with Store.open(tmp_path / f"{last}.db", clock) as store:
            web = WirelessFetcher(youtube, clock, headers=lambda _request: {"x-goog-api-key": KEY})
            office = Office(store, Archive(tmp_path / "arsip"), web, settings(youtube), Platform.YOUTUBE)
            office.watch(sari.key, sari.handle)
            office.watch(paslon.key, paslon.handle, campaign=True)
            yield World(youtube, office, made, lambda: {youtube.comment(sari, call, "sesudah itu")}, hours=12)

    whichever_request_is_the_last(world, least=15)
