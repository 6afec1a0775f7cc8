"""An article page -> title, text and date. HTML goes in, plain text comes out; nothing is invented for what is missing.

Text: the site's own selectors (sites.yaml), else JSON inside the page where the site keeps it there, else trafilatura;
what is no news ("Baca juga", channel adverts, page numbers, editors) is dropped by `noise`. Date: JSON-LD,
then meta, then the site's selector, then htmldate (day only): the first date on a page is often today's, in its header.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EncodingDetector

from monitor.collectors import dates, noise, urls
from monitor.collectors.dates import Stamp
from monitor.collectors.sites import Site

_META_DATES = (
    ("property", "article:published_time"),
    ("itemprop", "datePublished"),
    ("name", "publishdate"),
    ("name", "pubdate"),
    ("name", "dc.date"),
)
MAX_PARTS = 10
"""Pages of one article that are asked for at most."""
TANGLED = "halaman berisi terlalu banyak atau terlalu dalam tanda HTML, jadi tidak dibaca"
_MOST_TAGS = 30_000
_DEEPEST = 400
_ENCODING = re.compile(
    r"utf[-_]?(?:8|8-sig|16|16le|16be|16-le|16-be)|(?:us-)?ascii|latin[-_]?1|iso[-_]?8859[-_]\d{1,2}|"
    r"(?:windows-|cp)125\d|gb(?:2312|k|18030)|big5|euc[-_](?:jp|kr)|shift[-_]jis|koi8-[ru]|macintosh|tis-620",
    re.IGNORECASE,
)
_XML_HEAD = re.compile(r"<\?xml[^>]{0,500}>?", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
# Elements that HTML lets stand without an end: counted they would look ever deeper.
_VOID = re.compile(
    r"area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr|p|li|td|tr|th|dt|dd|option|html|head|body|thead|"
    r"tbody|tfoot|colgroup"
)


@dataclass(frozen=True, slots=True)
class Article:
    """What a page says. `text` is "" and `partial` true where no body was found; `problems` are Indonesian.

    `byline` names who wrote it, `next_page` the address of the next page of the same article ("" where there is none).
    """

    title: str
    text: str
    stamp: Stamp
    date_raw: str = ""
    partial: bool = False
    problems: tuple[str, ...] = ()
    byline: str = ""
    next_page: str = ""


def read(html: bytes, content_type: str, site: Site, seen_at: datetime, zone: str = "", url: str = "") -> Article:
    """Read an article page; `seen_at` is when it was fetched, `zone` for times that name none, `url` where it lies."""
    text, guessed = decode(html, content_type)
    problems = [f"huruf dibaca sebagai {guessed}, bukan seperti yang tertulis"] if guessed else []
    if tangled(text):
        return Article("", "", Stamp(None, problem="tanpa tanggal"), partial=True, problems=(*problems, TANGLED))
    soup = parsed(text)
    inside = _next_data(soup) if site.next_data else {}
    title = _first_text(soup, site.title) or _string(inside.get("title")) or _meta_title(soup)
    date_raw, stamp = _date(soup, inside, text, site, seen_at, zone)
    partial = any(soup.select_one(selector) for selector in site.partial)
    next_page, byline = _next_page(soup, site, url), _byline(soup)
    noise.clean(soup)
    body = _selected(soup, site) or _from_json(inside) or _guessed(soup)
    title, body = noise.harmless(title), noise.harmless(noise.lines(body))
    body = body.removeprefix(title).strip()
    if partial or not body:
        problems.append("isi artikel tidak lengkap" if body else "isi artikel tidak ditemukan")
    return Article(title, body, stamp, date_raw, partial or not body, tuple(problems), byline, next_page)


def decode(content: bytes, content_type: str) -> tuple[str, str]:
    """Give the text of a page, and the encoding that had to be guessed ("" if it is as declared)."""
    declared: list[str] = []
    for part in content_type.split(";")[1:]:
        name, _, value = part.strip().partition("=")
        if name.strip().lower() == "charset":
            declared.append(value.strip(" \"'"))
    if found := EncodingDetector.find_declared_encoding(content, is_html=True, search_entire_document=False):
        declared.append(found)
    bom = (
        "utf-8-sig"
        if content.startswith(b"\xef\xbb\xbf")
        else "utf-16"
        if content[:2] in (b"\xff\xfe", b"\xfe\xff")
        else ""
    )
    for index, encoding in enumerate([*([bom] if bom else []), *declared, "utf-8"]):
        if not known_encoding(encoding):
            continue
        try:
            text = content.decode(encoding)
        except (LookupError, UnicodeError):
            continue
        return text, encoding if declared and index >= len(declared) + bool(bom) else ""
    return content.decode("cp1252", "replace"), "cp1252"


def known_encoding(name: str) -> bool:
    """Tell whether a page may say that it is written so: Python knows others, some of which take for ever to read."""
    return _ENCODING.fullmatch(name.strip()) is not None


def plain(html: str) -> str:
    """Turn a fragment of HTML (a summary) into plain text, one line a block; one too tangled to read gives ""."""
    if "<" not in html and "&" not in html:
        return noise.tidy(html)
    if tangled(html):
        return ""
    soup = parsed(html)
    noise.drop_code(soup)
    return noise.block_text(soup)


def parsed(html: str) -> BeautifulSoup:
    """Parse HTML, whatever it is: what is in truth XML or a bare word is read alike, without the library's advice."""
    text = _XML_HEAD.sub("", whole(html))
    return BeautifulSoup(text if "<" in text else f"{text}\n", "lxml")


def tangled(html: str) -> bool:
    """Tell whether a page holds more elements, or deeper ones, than any article: reading it would take for ever."""
    if html.count("<") > 2 * _MOST_TAGS:
        return True
    depth = 0
    for found in _TAG.finditer(html):
        closing, name = found[1], found[2].lower()
        if _VOID.fullmatch(name) is None:
            depth = max(0, depth - 1) if closing else depth + 1
            if depth > _DEEPEST:
                return True
    return False


def _selected(soup: BeautifulSoup, site: Site) -> str:
    for selector in site.body:
        found = soup.select_one(selector)
        if found is None:
            continue
        for unwanted in (one for drop in site.drop for one in found.select(drop)):
            unwanted.decompose()
        if text := noise.block_text(found):
            return text
    return ""


def _guessed(soup: BeautifulSoup) -> str:
    """Let trafilatura find the text where no selector does."""
    import trafilatura  # noqa: PLC0415 (it loads slowly, and most commands open no article)

    try:
        found = trafilatura.extract(str(soup), include_comments=False, include_tables=True, deduplicate=False)
    except (RecursionError, ValueError):
        return ""
    return found or ""


def _next_page(soup: BeautifulSoup, site: Site, url: str) -> str:
    """Find the next page of the same article among the page's own links."""
    if not url or not (site.page_params or site.page_in_path):
        return ""
    own, wanted = site.canonical(url), site.page_number(url) + 1
    if wanted > MAX_PARTS:
        return ""
    for link in soup.find_all("a", href=True, limit=2000):
        address = urls.joined(url, str(link["href"]))
        if address and site.page_number(address) == wanted and site.canonical(address) == own:
            return address
    return ""


def _byline(soup: BeautifulSoup) -> str:
    """Give who wrote it, as the page's meta data say; never taken for the account that acted."""
    return _meta(soup, "name", "author")[:120]


def _first_text(soup: BeautifulSoup, selectors: Sequence[str]) -> str:
    for selector in selectors:
        found = soup.select_one(selector)
        if found is not None and (text := " ".join(found.get_text(" ").split())):
            return text
    return ""


def _meta(soup: BeautifulSoup, attribute: str, value: str) -> str:
    found = soup.find("meta", attrs={attribute: value})
    return _string(found.get("content")) if isinstance(found, Tag) else ""


def _meta_title(soup: BeautifulSoup) -> str:
    return _meta(soup, "property", "og:title") or _first_text(soup, ("article h1", "h1", "title"))


def _date(
    soup: BeautifulSoup, inside: dict[str, Any], text: str, site: Site, seen_at: datetime, zone: str
) -> tuple[str, Stamp]:
    """Give the raw text and the reading of the first date that can be read; the last attempt where none can."""
    local = zone or site.zone
    raws = [
        *(_string(one.get("datePublished")) for one in _json_ld(soup)),
        *(_meta(soup, attribute, value) for attribute, value in _META_DATES),
        _string(inside.get("published_at")),
        _first_text(soup, site.date),
    ]
    last = ("", Stamp(None, problem="tanpa tanggal"))
    for raw in raws:
        if not raw:
            continue
        last = (raw, dates.parse(raw, seen_at=seen_at, zone=local))
        if last[1].at is not None:
            return last
    day = _found_day(text, seen_at)
    if day and local:
        stamp = dates.parse(day, seen_at=seen_at, zone=local)
        return day, Stamp(stamp.at, f"{stamp.rule}:hari", stamp.problem)
    return last


def _found_day(text: str, seen_at: datetime) -> str:
    from htmldate import find_date  # noqa: PLC0415 (as trafilatura)

    try:
        day = find_date(text, original_date=True, extensive_search=False, max_date=seen_at.strftime("%Y-%m-%d"))
    except ValueError:  # a control character behind a script, which its parser reads but will not write
        return ""
    return day or ""


def _json_ld(soup: BeautifulSoup) -> Iterator[dict[str, Any]]:
    for script in soup.find_all("script", type="application/ld+json"):
        yield from _objects(_json(script.get_text()), 0)


def _objects(value: object, depth: int) -> Iterator[dict[str, Any]]:
    if depth > 4:
        return
    if isinstance(value, dict):
        yield value
        yield from _objects(value.get("@graph"), depth + 1)
    elif isinstance(value, list):
        for one in value[:50]:
            yield from _objects(one, depth + 1)


def _next_data(soup: BeautifulSoup) -> dict[str, Any]:
    script = soup.find("script", id="__NEXT_DATA__")
    value: Any = _json(script.get_text()) if isinstance(script, Tag) else None
    for key in ("props", "pageProps", "article"):
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _from_json(inside: dict[str, Any]) -> str:
    content = _string(inside.get("content"))
    if not content or tangled(content):
        return ""
    soup = parsed(content)
    noise.clean(soup)
    return noise.block_text(soup)


def _json(text: str) -> object:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value


def _string(value: object) -> str:
    return whole(value).strip() if isinstance(value, str) else ""


def whole(text: str) -> str:
    """Give text without half characters, which JSON can write and no file can hold."""
    return text.encode("utf-8", "replace").decode()
