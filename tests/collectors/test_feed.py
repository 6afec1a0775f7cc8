from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.collectors import Source, build_source
from monitor.config import FeedSource
from monitor.errors import ConfigError
from monitor.models import Outcome, Page, Request, Response
from tests.server.scenario import PAGE, fixed_answers, item, rss

AT = datetime(2025, 6, 1, 3, 0, tzinfo=UTC)
HTML = "text/html; charset=utf-8"


def source(**settings: object) -> Source:
    config = FeedSource.model_validate({"type": "feed", "id": "warta", "url": "http://warta.example/rss", **settings})
    return build_source(config, wanted=lambda text: "nomor 1" in text, list_files=lambda _: [])


def answer(body: bytes, request: Request | None = None, content_type: str = "application/rss+xml") -> Response:
    request = request or Request("http://warta.example/rss", "feed")
    return Response(request, AT, None, status=200, final_url=request.url, content_type=content_type, body=body)


def read(name: str, **settings: object) -> Page:
    given = fixed_answers()[name]
    one = source(**{"pages": "none", **settings})
    one.start("")
    return one.read(answer(given.body, content_type=given.content_type))


@pytest.mark.parametrize(
    ("name", "outcome", "items", "problem"),
    [
        ("ok", Outcome.OK_ITEMS, 2, ""),
        ("empty", Outcome.OK_EMPTY_PROVED, 0, ""),
        ("html-for-xml", Outcome.SCHEMA_DRIFT, 0, "halaman HTML, bukan feed"),
        ("not-xml", Outcome.SCHEMA_DRIFT, 0, "bukan RSS atau Atom"),
        ("cut-xml", Outcome.SCHEMA_DRIFT, 0, "terputus"),
        ("entity", Outcome.SCHEMA_DRIFT, 0, "entitas"),
        ("loose-xml", Outcome.OK_ITEMS, 1, "tidak rapi"),
        ("wrong-encoding", Outcome.OK_ITEMS, 1, "huruf feed dibaca sebagai"),
        ("no-date", Outcome.OK_ITEMS, 1, "tanpa tanggal"),
        ("future-date", Outcome.OK_ITEMS, 1, "masa depan"),
        ("same-guid", Outcome.OK_ITEMS, 2, "guid dipakai dua kali"),
        ("wib", Outcome.OK_ITEMS, 1, ""),
    ],
)
def test_every_feed_ends_in_its_outcome(name: str, outcome: Outcome, items: int, problem: str) -> None:
    page = read(name)
    assert page.outcome is outcome
    assert len(page.items) == items
    said = "\n".join((*page.problems, page.detail))
    assert problem in said
    assert bool(said) == bool(problem)
    assert bool(page.cursor) == outcome.proved


@pytest.mark.parametrize("number", ["1114112", "99999999999", "x110000", "9" * 400])
def test_a_letter_beyond_every_letter_proves_nothing(number: str) -> None:
    body = f'<rss version="2.0"><channel><title>a</title><item><title>&#{number};</title></item></channel></rss'
    one = source(pages="none")
    one.start("")
    page = one.read(answer(body.encode()))
    assert page.outcome is Outcome.SCHEMA_DRIFT
    assert page.detail
    assert not page.cursor


def test_wrong_encoding_is_read_right() -> None:
    assert read("wrong-encoding").items[0].title == "Jum’at café – berita"


def test_times_that_cannot_be_are_kept_raw() -> None:
    (one,) = read("future-date").items
    assert one.happened_at is None
    assert one.happened_raw == "Sun, 01 Jun 2025 18:00:00 +0700"
    assert read("wib").items[0].happened_at == datetime(2025, 6, 1, 2, 15, tzinfo=UTC)


def test_an_edited_entry_is_the_same_item_with_new_content_and_the_unchanged_is_passed_over() -> None:
    one = source(pages="none")
    one.start("")
    first = one.read(answer(rss(item(1), item(2)).encode()))
    again = source(pages="none")
    again.start(first.cursor)
    second = again.read(answer(rss(item(1, title="Ralat: berita uji"), item(2)).encode()))
    assert [edited.native_id for edited in second.items] == [first.items[0].native_id]
    assert second.items[0].title == "Ralat: berita uji"
    third = source(pages="none")
    third.start(second.cursor)
    assert third.read(answer(rss(item(2)).encode())).outcome is Outcome.OK_EMPTY_PROVED


def test_a_guid_that_changed_for_the_same_address_is_the_same_item() -> None:
    first = source(pages="none").read(answer(rss(item(1), item(2)).encode()))
    again = source(pages="none")
    again.start(first.cursor)
    second = again.read(answer(rss(item(1, guid="baru"), item(2)).encode()))
    assert (second.items, second.outcome) == ((), Outcome.OK_EMPTY_PROVED)
    third = source(pages="none")
    third.start(second.cursor)
    edited = third.read(answer(rss(item(1, guid="lebih-baru", title="Ralat"), item(2)).encode()))
    assert [one.native_id for one in edited.items] == [first.items[0].native_id]


def test_entries_that_share_an_address_stay_apart() -> None:
    shared = [item(number, link="http://warta.example/") for number in (1, 2)]
    first = source(pages="none").read(answer(rss(*shared).encode()))
    again = source(pages="none")
    again.start(first.cursor)
    second = again.read(answer(rss(*shared, item(3, link="http://warta.example/")).encode()))
    assert [one.native_id for one in second.items] == ["warta.example:warta-3"]
    third = source(pages="none")
    third.start(first.cursor)
    alone = third.read(answer(rss(item(4, link="http://warta.example/"), shared[1]).encode()))
    assert [one.native_id for one in alone.items] == ["warta.example:warta-4"]


def test_a_broken_cursor_is_as_good_as_none() -> None:
    one = source(pages="none")
    one.start('{"rusak')
    assert len(one.read(answer(rss(item(1)).encode())).items) == 1


def test_only_pages_worth_it_are_asked_for() -> None:
    body = rss(item(1), item(2)).encode()
    matched, every, none = (source(pages=pages).read(answer(body)) for pages in ("matched", "all", "none"))
    assert ([one.url[-1] for one in matched.follow], len(matched.items)) == (["1"], 1)
    assert (len(every.follow), len(every.items)) == (2, 0)
    assert (len(none.follow), len(none.items)) == (0, 2)


def test_sites_that_forbid_it_and_video_addresses_are_never_asked() -> None:
    body = rss(item(1, link="https://20.detik.com/berita/1")).encode()
    assert source(pages="all", site="antaranews").read(answer(rss(item(1)).encode())).follow == ()
    assert source(pages="all", site="detik").read(answer(body)).follow == ()


def test_an_unknown_site_is_refused_with_advice() -> None:
    with pytest.raises(ConfigError, match="pilihan: "):
        source(site="tiada")


def asked() -> tuple[Source, Request]:
    one = source(text="whole")
    return one, one.read(answer(rss(item(1, date="")).encode())).follow[0]


def test_the_page_completes_the_item() -> None:
    one, request = asked()
    page = one.read(answer(PAGE.encode(), request, HTML))
    (full,) = page.items
    assert page.outcome is Outcome.OK_ITEMS
    assert full.title == "Berita uji nomor 1"
    assert full.text.startswith("Camat Contoh menghadiri")
    assert "Baca juga" not in full.text
    assert "<" not in full.text
    assert full.happened_at == datetime(2025, 6, 1, 2, 15, tzinfo=UTC)


@pytest.mark.parametrize(("outcome", "kept"), [(Outcome.GONE, 1), (Outcome.BLOCKED, 1), (Outcome.TRANSIENT, 0)])
def test_a_page_that_will_not_come_leaves_the_summary_and_says_so(outcome: Outcome, kept: int) -> None:
    one, request = asked()
    page = one.read(replace(answer(b"", request), outcome=outcome, detail="rinci"))
    assert (page.outcome, len(page.items), page.detail) == (outcome, kept, "rinci")
    assert bool(page.problems) == bool(kept)


def test_a_page_without_a_body_is_never_filled_silently() -> None:
    one, request = asked()
    page = one.read(answer(b"<html><head><title></title></head><body></body></html>", request, HTML))
    assert page.items[0].text == "Ringkasan singkat."
    assert any("hanya ringkasan" in problem for problem in page.problems)
    pdf = one.read(answer(b"%PDF-1.7", request, "application/pdf"))
    assert pdf.outcome is Outcome.SCHEMA_DRIFT


SITEMAP = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
 <url><loc>http://warta.example/berita/1?utm_source=s</loc><news:news><news:publication_date>2025-06-01T09:00:00+07:00</news:publication_date>
 <news:title>Berita uji nomor 1</news:title></news:news></url>
 <url><loc>http://warta.example/berita/rapat-di-contoh.html</loc><lastmod>2025-05-30</lastmod></url><url/></urlset>"""
INDEX = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>http://warta.example/a.xml.gz</loc></sitemap>
 <sitemap><loc>http://lain.example/b.xml</loc></sitemap></sitemapindex>"""


@pytest.mark.parametrize("body", [SITEMAP, gzip.compress(SITEMAP, mtime=0)])
def test_news_sitemaps(body: bytes) -> None:
    one = source(sitemap=True, site="wordpress")
    (request,) = one.start("")
    page = one.read(answer(body, request))
    assert [follow.url for follow in page.follow] == ["http://warta.example/berita/1?utm_source=s"]
    assert page.items[0].title == "rapat di contoh"
    assert page.items[0].happened_rule == "sumber:WIB"
    assert page.follow[0].item is not None
    assert page.follow[0].item.native_id == "http://warta.example/berita/1"


def test_a_sitemap_index_leads_one_step_down_on_its_own_host() -> None:
    one = source(sitemap=True)
    page = one.read(answer(INDEX, Request("http://warta.example/s.xml", "sitemap")))
    assert [follow.url for follow in page.follow] == ["http://warta.example/a.xml.gz"]
    assert one.read(answer(INDEX, page.follow[0])).follow == ()


@pytest.mark.parametrize(
    "body", [b"<html></html>", b"<urlset>", b"", gzip.compress(SITEMAP, mtime=0)[:-9], b"\x1f\x8bx"]
)
def test_what_is_no_sitemap_is_drift(body: bytes) -> None:
    page = source(sitemap=True).read(answer(body, Request("http://warta.example/s.xml", "sitemap")))
    assert page.outcome is Outcome.SCHEMA_DRIFT


def test_reading_a_feed_opens_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nama").write_bytes(rss(item(1)).encode())
    assert source().read(answer(b"nama")).outcome is Outcome.SCHEMA_DRIFT
