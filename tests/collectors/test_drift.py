"""What no reader knows is counted, kept without other people, shown, and read again once a reader has learnt it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from monitor.collectors import (
    Source,
    Watching,
    build_accounts,
    build_source,
    exports,
    shapes,
    ytdlp,
    zeeschuimer,
)
from monitor.collectors.seen import Reader, SeenSource
from monitor.config import FeedSource, ImportSource
from monitor.evidence import Archive
from monitor.fetch import FileFetcher
from monitor.models import Outcome, Page, Platform, Request, Response
from monitor.pipeline import collect
from monitor.reread import reread
from monitor.store import Store
from tests.collectors import browser_office
from tests.collectors.browser_office import WATCHED
from tests.collectors.mastodon_office import Office
from tests.collectors.test_mastodon import settings as mastodon_settings
from tests.collectors.test_youtube import fetcher
from tests.collectors.test_youtube import settings as youtube_settings
from tests.fakes import FakeClock
from tests.fakes_fetch import polite_client
from tests.server.scenario import PAGE, item, rss
from tests.server_bluesky import Answer
from tests.server_loopback import serve
from tests.server_mastodon import Fediverse
from tests.server_youtube import Youtube

GOLDEN = Path(__file__).parents[1] / "golden"


@dataclass
class Learnt:
    """The shipped source, behind one that has learnt to read what it could not: `mend` changes the archived answer."""

    source: Source
    mend: Callable[[bytes], bytes]
    source_id: str = ""

    def __post_init__(self) -> None:
        self.source_id = self.source.source_id

    def start(self, cursor: str) -> Sequence[Request]:
        return self.source.start(cursor)

    def read(self, response: Response) -> Page:
        return self.source.read(response)

    def reread(self, response: Response) -> Page:
        page: Page = self.source.reread(replace(response, body=self.mend(response.body)))  # type: ignore[attr-defined]
        return page


def shown(office: Office) -> dict[str, int]:
    return {one.shape: one.times for one in office.store.alarms.shapes()}


def raw(office: Office, shape: str) -> str:
    found = next(one for one in office.store.alarms.shapes() if one.shape == shape)
    return office.archive.read(found.evidence_sha256).decode()


def cursors(office: Office) -> dict[str, str]:
    sources = build_accounts(office.config, Watching(office.accounts, office.store.items.held))
    return {one.source_id: office.store.runs.cursor(one.source_id) for one in sources}


def again(office: Office, mend: Callable[[bytes], bytes]) -> tuple[int, int]:
    """Read everything again with a reader that has learnt; nothing else may move."""
    before, standing = cursors(office), office.store.coverage.now()
    sources = build_accounts(office.config, Watching(office.accounts, office.store.items.held))
    done = reread([Learnt(one, mend) for one in sources], office.archive, office.store, lambda _: None)
    assert cursors(office) == before
    assert office.store.coverage.now() == standing
    assert all(one.lost == 0 for one in done)
    return sum(one.new for one in done), sum(one.edited for one in done)


# ----------------------------------------------------------------------- Mastodon


@pytest.fixture
def fediverse() -> Iterator[Fediverse]:
    made = Fediverse(FakeClock())
    with serve(made):
        yield made


@pytest.fixture
def masto(fediverse: Fediverse, tmp_path: Path) -> Iterator[Office]:
    with Store.open(tmp_path / "a.db", fediverse.clock) as store:
        client = polite_client(hosts=fediverse.hosts(), clock=fediverse.clock, max_requests_per_run=10_000)
        yield Office(store, Archive(tmp_path / "arsip"), client, mastodon_settings(), Platform.MASTODON)


def test_fields_that_mastodons_reader_does_not_know_are_counted_and_kept_without_other_people(
    fediverse: Fediverse, masto: Office
) -> None:
    sari = fediverse.account("sari", medanAkun={"a": 1})
    masto.watch(sari.uri, sari.handle)
    told = {"judulBaru": "kata sendiri", "bersama": [{"acct": "warga@lain.example", "display_name": "Warga Rahasia"}]}
    fediverse.post(sari, "kabar", medanBaru=told)
    fediverse.post(sari, "hanya untuk lingkaran", visibility="lingkaran")
    masto.collect()
    assert shown(masto) == {"akun: medanAkun": 1, "status: medanBaru": 1, "status: visibility lingkaran": 1}
    assert "kata sendiri" in raw(masto, "status: medanBaru")
    assert "Warga Rahasia" not in masto.everything()
    assert "hanya untuk lingkaran" not in masto.everything()
    assert shapes.OTHERS in raw(masto, "status: medanBaru")


def test_mastodons_archive_read_again_yields_what_was_unreadable_once_and_nothing_twice(
    fediverse: Fediverse, masto: Office
) -> None:
    sari, paslon = fediverse.account("sari"), fediverse.account("paslon", server=2)
    masto.watch(sari.uri, sari.handle)
    call = fediverse.post(paslon, "Ayo dukung nomor 2")
    reply, share = fediverse.post(sari, "siap", reply_to=call), fediverse.boost(sari, call)
    quoted = fediverse.status(call) | {"account": fediverse.account_json(paslon, sari.home)}
    quote = fediverse.post(sari, "setuju ini", quote={"state": "accepted", "quoted_status": quoted})
    odd = fediverse.post(sari, "dahulu tidak terbaca")
    fediverse.status(odd)["content"] = 7
    like = fediverse.favourite(sari, call)
    masto.collect()
    masto.watch(paslon.uri, paslon.handle, campaign=True)
    masto.collect()
    made = [call, reply, share, quote, like]
    assert masto.ids() == dict.fromkeys(made, 1)
    assert again(masto, lambda body: body) == (0, 0)
    learnt: Callable[[bytes], bytes] = lambda body: body.replace(b'"content":7', b'"content":"<p>kini terbaca</p>"')  # noqa: E731
    assert again(masto, learnt) == (1, 0)
    assert again(masto, learnt) == (0, 0)
    assert masto.ids() == dict.fromkeys([*made, odd], 1)
    assert masto.versions(odd) == ["kini terbaca"]
    for key in made:
        assert len(masto.versions(key)) == 1, key
    stored = masto.store.items.find(Platform.MASTODON, reply)
    assert stored is not None
    assert stored.item.parent is not None
    assert stored.item.parent.text == "Ayo dukung nomor 2"
    fediverse.status(odd)["content"] = "<p>kini terbaca</p>"
    masto.collect()
    assert masto.versions(odd) == ["kini terbaca"]


def test_a_page_none_of_whose_statuses_can_be_read_is_kept_to_be_read_again(
    fediverse: Fediverse, masto: Office
) -> None:
    sari = fediverse.account("sari")
    masto.watch(sari.uri, sari.handle)
    odd = fediverse.post(sari, "x", content={"baru": "isi berbentuk baru"})
    assert not masto.collect()[sari.uri].outcome.proved
    assert "tidak satu pun unggahan terbaca" in shown(masto)
    learnt: Callable[[bytes], bytes] = lambda body: body.replace(b'{"baru":"isi berbentuk baru"}', b'"<p>isi</p>"')  # noqa: E731
    assert again(masto, learnt) == (1, 0)
    assert masto.versions(odd) == ["isi"]


# ----------------------------------------------------------------------- YouTube


@pytest.fixture
def youtube() -> Iterator[Youtube]:
    made = Youtube(FakeClock())
    with serve(made, addresses=2):
        yield made


@pytest.fixture
def tube(youtube: Youtube, tmp_path: Path) -> Iterator[Office]:
    with Store.open(tmp_path / "a.db", youtube.clock) as store:
        web = fetcher(youtube, store, tmp_path)
        yield Office(store, Archive(tmp_path / "arsip"), web, youtube_settings(youtube), Platform.YOUTUBE)


def test_fields_that_youtubes_reader_does_not_know_are_counted_and_kept_without_other_people(
    youtube: Youtube, tube: Office
) -> None:
    sari, paslon = youtube.channel("sari"), youtube.channel("paslon")
    tube.watch(sari.key, sari.handle)
    tube.watch(paslon.key, paslon.handle, campaign=True)
    call = youtube.upload(paslon, "ajakan")
    comment = youtube.comment(sari, call, "siap")
    youtube._comment(comment)["snippet"]["medanBaru"] = {"isi": "kata sendiri"}
    youtube._comment(comment)["jenisBaru"] = [{"displayName": "Warga Rahasia"}]
    tube.collect()
    # Once in the listing of threads, once where the comment is asked for by its id.
    assert shown(tube) == {"comment.snippet: medanBaru": 2, "comment: jenisBaru": 2}
    assert "kata sendiri" in raw(tube, "comment.snippet: medanBaru")
    assert "Warga Rahasia" not in tube.everything()


def test_youtubes_archive_read_again_yields_what_was_unreadable_once_and_nothing_twice(
    youtube: Youtube, tube: Office
) -> None:
    sari, paslon = youtube.channel("sari"), youtube.channel("paslon")
    tube.watch(sari.key, sari.handle)
    tube.watch(paslon.key, paslon.handle, campaign=True)
    call, own = youtube.upload(paslon, "ajakan"), youtube.upload(sari, "video sendiri")
    top, thread = youtube.comment(sari, call, "siap"), youtube.comment(paslon, call, "terima kasih")
    reply = youtube.comment(sari, call, "sama-sama", reply_to=thread)

    odd = youtube.comment(sari, call, "dahulu tidak terbaca")

    def renamed(method: str, given: dict[str, list[str]]) -> Answer | None:
        """As if the platform had given `snippet` another name in the answer about one comment alone."""
        if method != "comments" or given.get("id") != [odd]:
            return None
        found = youtube._comment(odd)
        told = {**found, "cuplikan": found["snippet"]}
        del told["snippet"]
        whole = {"kind": "youtube#commentListResponse", "pageInfo": {"totalResults": 1}, "items": [told]}
        return Answer(200, json.dumps(whole).encode())

    youtube.fault = renamed
    tube.collect()
    made = [call, own, top, reply]
    assert again(tube, lambda body: body) == (0, 0)

    def learnt(body: bytes) -> bytes:
        return body.replace(b'"snippet":{},', b"").replace(b'"cuplikan"', b'"snippet"')

    assert again(tube, learnt) == (1, 0)
    assert again(tube, learnt) == (0, 0)
    assert tube.ids() == dict.fromkeys([*made, odd], 1)
    assert tube.versions(odd) == ["dahulu tidak terbaca"]


# ----------------------------------------------------------------------- news


SECOND = re.compile(rb'<div class="latest__item"><h2.*?</h2><date.*?</date></div>')


@dataclass
class Site:
    """A site with a list of articles; `hides` is what an older reader could not make out of it."""

    clock: FakeClock
    body: bytes

    def fetch(self, request: Request) -> Response:
        if request.purpose == "article":
            return Response(request, self.clock(), Outcome.GONE, "halaman tidak ada", status=404)
        kind = "text/html"
        return Response(
            request, self.clock(), None, status=200, content_type=kind, final_url=request.url, body=self.body
        )


@dataclass
class Older:
    """The shipped source as it was before it knew a card: that card is not in what it reads."""

    source: Source
    blind: bytes
    source_id: str = ""

    def __post_init__(self) -> None:
        self.source_id = self.source.source_id

    def start(self, cursor: str) -> Sequence[Request]:
        return self.source.start(cursor)

    def read(self, response: Response) -> Page:
        return self.source.read(replace(response, body=response.body.replace(self.blind, b"")))


def news(**more: object) -> Source:
    given = {"type": "feed", "id": "warta", "url": "https://www.rbg.contoh.example/politik", "site": "promedia", **more}
    return build_source(FeedSource.model_validate(given), wanted=lambda _: True, list_files=lambda _: [])


@pytest.mark.parametrize("pages", ["none", "all"])
def test_an_index_page_read_again_yields_the_card_that_was_missed_once(tmp_path: Path, pages: str) -> None:
    clock = FakeClock()
    body = (GOLDEN / "families" / "promedia.index.html").read_bytes().replace(b"page=2", b"page=1")
    card = SECOND.search(body)
    assert card is not None
    archive, site = Archive(tmp_path / "arsip"), Site(clock, body)
    with Store.open(tmp_path / "a.db", clock) as store:
        for _ in range(2):
            collect([Older(news(index=True, pages=pages), card[0])], site, archive, store, lambda _: None)
            clock.tick(hours=6)
        before, cursor, standing = store.items.newest(50), store.runs.cursor("warta"), store.coverage.now()
        assert before
        [first] = reread([news(index=True, pages=pages)], archive, store, lambda _: None)
        [second] = reread([news(index=True, pages=pages)], archive, store, lambda _: None)
        assert (first.new, first.edited, second.new, second.edited) == (1, 0, 0, 0)
        assert len(store.items.newest(50)) == len(before) + 1
        assert store.runs.cursor("warta") == cursor
        assert store.coverage.now() == standing


def test_of_pages_that_are_kept_in_part_nothing_is_read_again_and_nothing_is_lost(tmp_path: Path) -> None:
    clock = FakeClock()

    class Warta:
        def fetch(self, request: Request) -> Response:
            body = rss(item(1)) if request.purpose == "feed" else PAGE
            kind = "application/rss+xml" if request.purpose == "feed" else "text/html"
            return Response(request, clock(), None, status=200, content_type=kind, body=body.encode())

    def source() -> Source:
        return news(site="umum", pages="all", raw="matched", text="whole")

    archive = Archive(tmp_path / "arsip")
    with Store.open(tmp_path / "a.db", clock) as store:
        collect([source()], Warta(), archive, store, lambda _: None)
        [held] = store.items.newest(5)
        assert "rapat koordinasi" in held.item.text
        [done] = reread([source()], archive, store, lambda _: None)
        assert (done.new, done.edited) == (0, 0)
        assert store.items.newest(5) == [held]


def test_elements_that_no_reader_of_feeds_and_sitemaps_knows_are_counted() -> None:
    item = "<item><title>Satu</title><link>https://w.example/1</link><guid>1</guid><n:baru>x</n:baru></item>"
    feed = f'<rss version="2.0" xmlns:n="https://n.example/ns"><channel><title>W</title>{item}</channel></rss>'
    source = news(site="umum", pages="none")
    [request] = source.start("")
    page = source.read(Response(request, FakeClock()(), None, content_type="application/rss+xml", body=feed.encode()))
    assert page.strange == ("butir feed: n_baru",)
    url = "<url><loc>https://w.example/1/satu</loc><baru>x</baru></url>"
    source = news(site="umum", pages="none", sitemap=True)
    [request] = source.start("")
    page = source.read(Response(request, FakeClock()(), None, body=f"<urlset>{url}{url}</urlset>".encode()))
    assert page.strange == ("sitemap: baru", "sitemap: baru")


def test_cards_without_link_or_title_are_counted() -> None:
    body = (GOLDEN / "families" / "promedia.index.html").read_bytes()
    source = news(index=True, pages="none")
    [request] = source.start("")

    def strange(changed: bytes) -> tuple[str, ...]:
        return source.read(Response(request, FakeClock()(), None, content_type="text/html", body=changed)).strange

    assert strange(body) == ()
    assert strange(body.replace(b'href="https://www.rbg.contoh.example/politik/9002/dua"', b"")) == (
        "halaman daftar: kartu tanpa tautan atau judul",
    )


# ----------------------------------------------------------------------- what a browser saw


def spoilt(name: str) -> tuple[str, bytes, Reader, Reader, Callable[[bytes], bytes]]:
    """Give type, file, readers (of files, of archived records), and how a later reader would read the odd record."""
    golden = {
        "zeeschuimer": "zeeschuimer/baru.ndjson",
        "yt-dlp": "ytdlp/contoh.info.json",
        "ekspor": "ekspor/threads.csv",
    }
    body = (GOLDEN / golden[name]).read_bytes()
    if name == "zeeschuimer":

        def learnt(raw: bytes) -> bytes:
            known = raw.replace(b"platform-baru.example", b"instagram.com")
            return known.replace(b'"nomor"', b'"code"').replace(b'"author": {"id": "1001"', b'"user": {"id": "1001"')

        return name, body, zeeschuimer.read, zeeschuimer.read, learnt
    if name == "yt-dlp":
        comment = {"nomor": "Ug-baru", "parent": "root", "text": "isi", "author_id": "UC-sari", "author": "@sari.reka"}
        told = json.loads(body)
        told["comments"].append(comment | {"account": {"id": "UC-sari"}})
        return (
            name, json.dumps(told).encode(), ytdlp.read, ytdlp.read_archived,
            lambda raw: raw.replace(b'"nomor"', b'"id"'),
        )  # fmt: skip
    head, _, rows = body.partition(b"\n")
    line = next(one for one in rows.splitlines() if b"sari.reka" in one.lower())
    fields = next(csv.reader([line.decode()]))
    fields[next(csv.reader([head.decode()])).index("id")] = ""
    made = io.StringIO()
    csv.writer(made).writerow(fields)
    whole = head + b"\n" + rows.rstrip(b"\n") + b"\n" + made.getvalue().encode()
    return name, whole, exports.read, exports.read_archived, lambda raw: raw.replace(b'"id": ""', b'"id": "baru-1"')


@pytest.mark.parametrize("name", ["zeeschuimer", "yt-dlp", "ekspor"])
def test_records_of_a_browser_read_again_yield_what_no_reader_knew_once(tmp_path: Path, name: str) -> None:
    kind, body, reader, archived, mend = spoilt(name)
    clock, archive = FakeClock(), Archive(tmp_path / "arsip")
    config = ImportSource.model_validate({"type": kind, "id": "peramban", "path": "masuk/*"})
    (tmp_path / "masuk").mkdir()
    (tmp_path / "masuk" / "berkas").write_bytes(body)

    def source(learnt: Callable[[bytes], bytes]) -> Source:
        watching = Watching(WATCHED, lambda _platform, _ids: {})
        listed: Callable[[str], list[str]] = lambda _: ["masuk/berkas"]  # noqa: E731
        return SeenSource(config, watching, listed, reader, lambda raw: archived(learnt(raw)))

    with Store.open(tmp_path / "a.db", clock) as store:
        fetcher = FileFetcher(tmp_path, ["masuk/*"], clock)
        collect([source(bytes)], fetcher, archive, store, lambda _: None)
        (tmp_path / "masuk" / "berkas").unlink()
        assert store.alarms.shapes()
        before = store.items.newest(100)
        cursor, standing = store.runs.cursor("peramban"), store.coverage.now()
        for learnt, new in ((bytes, 0), (mend, 1), (mend, 0)):
            [done] = reread([source(learnt)], archive, store, lambda _: None)
            assert (done.new, done.edited, done.lost) == (new, 0, 0)
        assert len(store.items.newest(100)) == len(before) + 1
        assert (store.runs.cursor("peramban"), store.coverage.now()) == (cursor, standing)


def test_of_records_that_no_reader_knows_only_those_of_watched_accounts_are_kept() -> None:
    page = browser_office.read("zeeschuimer", (GOLDEN / "zeeschuimer" / "baru.ndjson").read_bytes())
    kept = page.kept.decode()
    assert "belum ada yang membacanya" in kept
    assert "rahasia warga" not in kept
    for nobody in ("Warga Lain", "Warga Tersebut", "Kata warga lain", "Di dalam grup", "untuk teman dekat"):
        assert nobody not in kept
