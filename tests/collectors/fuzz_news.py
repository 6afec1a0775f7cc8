"""Readers of news and of what stands around it, for the harness."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from monitor.collectors import build_source
from monitor.collectors.base import Source
from monitor.config import ArticleSource, FeedSource
from monitor.fetch import robots
from monitor.models import Item, ItemKind, Page, Platform, Request, Response
from tests.collectors import families
from tests.collectors.fuzzing import AT, GOLDEN, Reader

PAGES = [
    (path.name.split(".")[0], path.read_bytes())
    for path in sorted(families.FOLDER.glob("*.html"))
    if "index" not in path.name
]
LISTS = [(path.name.split(".")[0], path.read_bytes()) for path in sorted(families.FOLDER.glob("*.index.html"))]
KNOWN = Item("warta", Platform.NEWS, "uji", ItemKind.ARTICLE, None, "Ringkasan.", "Judul", "https://warta.example/1")
SITEMAPS = (
    b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://warta.example/berita/1?a=1</loc><news:news>
 <news:publication_date>2025-06-01T09:00:00+07:00</news:publication_date><news:title>Berita uji</news:title></news:news>
 </url><url><loc>https://warta.example/rapat-di-contoh.html</loc><lastmod>2025-05-30</lastmod></url></urlset>""",
    b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap>
 <loc>https://warta.example/a.xml.gz</loc></sitemap><sitemap><loc>https://lain.example/b.xml</loc></sitemap></sitemapindex>""",
)
ROBOTS = (
    b"User-agent: *\nDisallow: /admin\nAllow: /*/boleh$\nCrawl-delay: 5\nSitemap: https://warta.example/sitemap.xml\n",
    b"User-agent: netra\nUser-agent: lain\nDisallow: /\nRequest-rate: 1/10s\nVisit-time: 0600-0845\n\nUser-agent: *\nAllow: /",
)


def news(site: str = "umum", **settings: Any) -> Source:
    given = {"type": "feed", "id": "warta", "url": "https://warta.example/x", "site": site, "pages": "all", **settings}
    return build_source(
        FeedSource.model_validate(given), wanted=lambda text: len(text) % 3 > 0, list_files=lambda _: []
    )


def answer(body: bytes, purpose: str, content_type: str, item: Item | None = None) -> Response:
    url = "https://warta.example/x"
    request = Request(url, purpose, item=item)
    return Response(request, AT, None, status=200, final_url=url, content_type=content_type, body=body)


def article(body: bytes, place: int) -> Page:
    return news(PAGES[place][0]).read(answer(body, "article", "text/html; charset=utf-8", KNOWN))


def listing(body: bytes, place: int) -> Page:
    return news(LISTS[place][0], index=True, pages="none").read(answer(body, "index", "text/html"))


def feed(body: bytes, _place: int) -> Page:
    source = news()
    source.start(body[:500].decode("utf-8", "replace"))  # a cursor may be as broken as an answer
    return source.read(answer(body, "feed", "application/rss+xml"))


def sitemap(body: bytes, _place: int) -> Page:
    return news(sitemap=True, pages="none").read(answer(body, "sitemap", "application/xml"))


def clipping(body: bytes, _place: int) -> Page:
    config = ArticleSource(type="articles", id="kliping", path="k/*")
    source = build_source(config, wanted=bool, list_files=lambda _: ["k/a.txt"])
    return source.read(Response(Request("k/a.txt", "file"), AT, None, content_type="text/plain", body=body))


def rules_of_a_site(body: bytes, _place: int) -> list[Item]:
    rules = robots.judge(answer(body, "robots", "text/plain"))
    assert 0 <= rules.crawl_delay <= robots.MAX_CRAWL_DELAY
    rules.objection("https://warta.example/berita/1?a=b")
    return []


def _texts() -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted(Path("demo/berita").glob("*.txt"))[:3]) or (b"Judul\nIsi",)


READERS = [
    Reader(
        "feed",
        tuple(path.read_bytes() for path in sorted((GOLDEN / "feed").glob("*.xml"))),
        feed,
        authors=(),
        markup=True,
    ),
    Reader("sitemap", SITEMAPS, sitemap, authors=(), markup=True),
    Reader("robots", ROBOTS, rules_of_a_site),
    Reader("clipping", _texts(), clipping, authors=()),
    Reader("article", tuple(body for _, body in PAGES), article, authors=(), markup=True),
    Reader("index", tuple(body for _, body in LISTS), listing, authors=(), markup=True),
]
