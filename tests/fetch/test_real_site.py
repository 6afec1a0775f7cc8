"""A real site: built by Pelican, served with ETag and Last-Modified, collected by the real client and sources."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import pytest

from monitor.collectors import Source, build_source
from monitor.config import FeedSource
from monitor.fetch import PoliteClient
from monitor.models import Outcome, Page, Request, Response
from tests.fakes import FakeClock
from tests.fakes_fetch import polite_client
from tests.server.scenario import Answer, ScenarioServer, serve

BODIES = {
    "rapat-koordinasi": (
        "Rapat koordinasi kecamatan di Contoh",
        "Camat Contoh membuka rapat koordinasi bersama para lurah di pendapa kabupaten pada hari Rabu.",
        "Rapat itu membahas jadwal kerja bakti, perbaikan jalan desa, dan persiapan peringatan hari jadi.",
    ),
    "pelatihan-warga": (
        "Warga Desa Misal ikuti pelatihan sampah",
        "Sebanyak empat puluh warga Desa Misal mengikuti pelatihan pengolahan sampah rumah tangga.",
        "Penyuluh kabupaten menjelaskan cara memilah sampah dan membuat kompos dari sisa dapur.",
    ),
    "panen-raya": (
        "Panen raya padi di Desa Rekaan",
        "Petani Desa Rekaan memanen padi di lahan seluas dua puluh hektare setelah menunggu tiga bulan.",
        "Hasilnya lebih baik daripada tahun lalu karena irigasi sudah diperbaiki bersama-sama.",
    ),
}
SETTINGS = """
AUTHOR = "Redaksi"
SITENAME = "Warta Contoh"
SITEURL = "{site}"
PATH = "content"
TIMEZONE = "Asia/Jakarta"
DEFAULT_LANG = "id"
FEED_DOMAIN = SITEURL
FEED_ALL_RSS = "feeds/all.rss.xml"
FEED_ALL_ATOM = "feeds/all.atom.xml"
RSS_FEED_SUMMARY_ONLY = True
SUMMARY_MAX_LENGTH = 5
THEME_TEMPLATES_OVERRIDES = ["templates"]
DIRECT_TEMPLATES = ["index", "sitemap"]
SITEMAP_SAVE_AS = "sitemap.xml"
STATIC_PATHS = ["extra"]
EXTRA_PATH_METADATA = {{"extra/robots.txt": {{"path": "robots.txt"}}}}
"""
SITEMAP = """<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
{% for article in articles %}<url><loc>{{ SITEURL }}/{{ article.url }}</loc><lastmod>{{ article.date.isoformat() }}</lastmod></url>
{% endfor %}</urlset>
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScenarioServer]:
    with serve() as server:
        folder = tmp_path_factory.mktemp("situs")
        _write(folder, f"http://{server.host}")
        command = [sys.executable, "-m", "pelican", "content", "-s", "pelicanconf.py", "-o", "output", "-q"]
        subprocess.run(command, cwd=folder, check=True, timeout=120)
        for path in (folder / "output").rglob("*"):
            if path.is_file():
                publish(server, "/" + str(path.relative_to(folder / "output")), path)
        server.robots = server.extra["/robots.txt"]
        yield server


def _write(folder: Path, address: str) -> None:
    (folder / "content" / "extra").mkdir(parents=True)
    (folder / "templates").mkdir()
    (folder / "pelicanconf.py").write_text(SETTINGS.format(site=address))
    (folder / "templates" / "sitemap.html").write_text(SITEMAP)
    robots = f"User-agent: *\nDisallow: /panen-raya.html\n\nSitemap: {address}/sitemap.xml\n"
    (folder / "content" / "extra" / "robots.txt").write_text(robots)
    for day, (slug, (title, *paragraphs)) in enumerate(BODIES.items(), start=1):
        head = f"Title: {title}\nDate: 2025-05-0{day} 09:15\nSlug: {slug}\n\n"
        (folder / "content" / f"{slug}.md").write_text(head + "\n\n".join(paragraphs) + "\n")


def publish(server: ScenarioServer, address: str, path: Path) -> None:
    kind = {".xml": "application/xml", ".html": "text/html; charset=utf-8"}.get(path.suffix, "text/plain")
    info = path.stat()
    validators = {
        "ETag": f'"{info.st_mtime_ns:x}-{info.st_size:x}"',
        "Last-Modified": formatdate(info.st_mtime, usegmt=True),
    }
    server.extra[address] = Answer(body=path.read_bytes(), content_type=kind, headers=validators)


def collect(source: Source, client: PoliteClient, validators: dict[str, Response], cursor: str = "") -> list[Page]:
    """Do what the pipeline does: ask with the validators of proved answers, read, follow."""
    pages: list[Page] = []
    waiting = list(source.start(cursor))
    while waiting:
        request = waiting.pop(0)
        if known := validators.get(request.url):
            request = Request(request.url, request.purpose, known.etag, known.last_modified, request.item)
        response = client.fetch(request)
        page = source.read(response)
        if page.outcome.proved:
            validators[request.url] = response if response.etag else validators[request.url]
        pages.append(page)
        waiting.extend(page.follow)
    return pages


def source(server: ScenarioServer, path: str, *, sitemap: bool = False) -> Source:
    config = FeedSource(type="feed", id="warta", url=f"http://{server.host}/{path}", pages="all", sitemap=sitemap)
    return build_source(config, wanted=bool, list_files=lambda _: [])


@pytest.mark.parametrize("path", ["feeds/all.rss.xml", "feeds/all.atom.xml"])
def test_feeds_articles_conditional_get_and_robots(site: ScenarioServer, path: str) -> None:
    client = polite_client(hosts=[site.host], clock=FakeClock())
    validators: dict[str, Response] = {}
    first = collect(source(site, path), client, validators)
    assert [page.outcome for page in first].count(Outcome.OK_ITEMS) == 3
    denied = [page for page in first if page.outcome is Outcome.DENIED_BY_ROBOTS]
    assert len(denied) == 1
    found = {item.url.rpartition("/")[2].removesuffix(".html"): item for page in first for item in page.items}
    assert set(found) == set(BODIES)
    for day, (slug, (title, *paragraphs)) in enumerate(BODIES.items(), start=1):
        item = found[slug]
        assert item.title == title
        assert item.happened_at is not None
        assert item.happened_at.isoformat() == f"2025-05-0{day}T02:15:00+00:00"
        if slug == "panen-raya":
            # robots.txt forbids the page: only what the feed itself says (Pelican's Atom carries the whole text)
            assert ("Hasilnya" in item.text) == ("atom" in path)
        else:
            assert "\n".join(paragraphs) in item.text
            assert "<" not in item.text
    assert "/panen-raya.html" not in site.paths()

    before = len(site.log)
    again = collect(source(site, path), client, validators, first[0].cursor)
    assert [page.outcome for page in again] == [Outcome.NOT_MODIFIED]
    assert len(site.log) == before + 1
    # Without the cursor every page is asked again, and every one that may be asked is unchanged.
    for url in [url for url, response in validators.items() if response.request.purpose == "article"]:
        asked = Request(url, "article", validators[url].etag, validators[url].last_modified)
        assert client.fetch(asked).outcome is Outcome.NOT_MODIFIED


def test_the_sitemap_leads_to_the_same_articles(site: ScenarioServer) -> None:
    client = polite_client(hosts=[site.host], clock=FakeClock())
    pages = collect(source(site, "sitemap.xml", sitemap=True), client, {})
    read = {item.title: item for page in pages for item in page.items if page.outcome is Outcome.OK_ITEMS}
    assert len(read) == 2
    for title, *paragraphs in list(BODIES.values())[:2]:
        assert any("\n".join(paragraphs) in item.text for item in read.values()), title
