"""News sitemaps: addresses with title and date, plain or gzipped; an index names further sitemaps."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lxml import etree

from monitor.collectors import shapes

MAX_BELOW = 20
MAX_ENTRIES = 50_000
_MAX_UNPACKED = 50_000_000
# "" is a comment or a processing instruction.
_URL = frozenset(
    ["", "loc", "lastmod", "changefreq", "priority", "news", "image", "video", "link", "mobile", "expires"]
)
_NEWS = frozenset(
    ["", "publication", "publication_date", "title", "keywords", "genres", "access", "stock_tickers", "geo_locations"]
)
_WORD_BREAK = re.compile(r"[-_]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One address. `title` and `date_raw` are "" where the sitemap names none."""

    url: str
    title: str
    date_raw: str


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What a sitemap holds: entries, or the addresses of further sitemaps; `strange` names elements nobody knows."""

    entries: tuple[Entry, ...]
    sitemaps: tuple[str, ...]
    strange: tuple[str, ...] = ()


def read(body: bytes) -> Sitemap | str:
    """Read a sitemap; an Indonesian reason where it is none."""
    if body[:2] == b"\x1f\x8b":
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            body = unpack.decompress(body, _MAX_UNPACKED)
        except zlib.error:
            return "sitemap .gz rusak"
        if not unpack.eof:
            return "sitemap .gz terputus atau terlalu besar"
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return "jawaban bukan sitemap yang utuh — periksa alamatnya"
    kind = _name(root)
    if kind == "sitemapindex":
        return Sitemap((), tuple(url for one in root if (url := _child(one, "loc"))))
    if kind != "urlset":
        return "jawaban bukan sitemap — periksa alamatnya"
    entries: list[Entry] = []
    strange: list[str] = []
    for one in root[:MAX_ENTRIES]:
        if not (url := _child(one, "loc")):
            continue
        news = next((child for child in one if _name(child) == "news"), None)
        strange += shapes.unknown("sitemap", dict.fromkeys(map(_name, one)), _URL)
        strange += shapes.unknown("sitemap news", dict.fromkeys(map(_name, news)) if news is not None else {}, _NEWS)
        title = _child(news, "title") if news is not None else ""
        published = _child(news, "publication_date") if news is not None else ""
        entries.append(Entry(url, title, published or _child(one, "lastmod")))
    return Sitemap(tuple(entries), (), tuple(strange))


def words(url: str) -> str:
    """Give the words of an address, which stand for a title that is not given."""
    path = unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2]
    return _WORD_BREAK.sub(" ", path.partition(".")[0])


def _name(node: etree._Element) -> str:
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _child(node: etree._Element, name: str) -> str:
    return next((" ".join((child.text or "").split()) for child in node if _name(child) == name), "")
