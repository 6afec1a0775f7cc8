"""RSS, Atom, news sitemaps and index pages, with the page of each entry that is worth asking for.

An entry whose title or summary names nobody and touches no rule becomes an item of title and summary; for the others
the article page is asked (`pages: matched`, `all`, `none`) and the item is made from it. Entries seen before in the
same version are passed over. feedparser gives the structure only; times are read by `dates` from the raw text.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import feedparser

from monitor.collectors import article, cursor, dates, index, loose, noise, shapes, sitemap, sites, urls
from monitor.collectors.base import Wanted, drift, failed
from monitor.collectors.pages import ArticlePages
from monitor.config import FeedSource
from monitor.errors import ConfigError, Problem
from monitor.models import Item, ItemKind, Outcome, Page, Platform, Request, Response

MAX_ENTRIES = 5_000
_ENTITIES = (b"<!ENTITY", b"<\x00!\x00E\x00N\x00T", b"\x00<\x00!\x00E\x00N\x00T")
_XML_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s{0,5}=\s{0,5}[\"']([^\"'>]{0,60})")
# What the feed library has been seen to end in over bytes that no feed holds (a NUL in the name of an encoding, the
# number of a letter beyond every letter, …).
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError, OverflowError)
_ENTRY = frozenset(
    ["title", "title_detail", "link", "links", "id", "guidislink", "published", "published_parsed", "updated", "author",
     "updated_parsed", "created", "created_parsed", "expired", "expired_parsed", "summary", "summary_detail", "content",
     "author_detail", "authors", "contributors", "publisher", "publisher_detail", "tags", "comments", "source",
     "rights", "rights_detail", "license", "enclosures", "image", "href", "subtitle", "subtitle_detail", "language",
     "post-id", "credit", "base", "thumbnail", "where"]
)  # fmt: skip
_BESIDE = ("media_", "itunes_", "slash_", "wfw_", "thr_", "dc_", "feedburner_", "geo", "atom_", "sy_", "cc_")
_CARD = "halaman daftar: kartu tanpa tautan atau judul"
_ENDS = (b"</rss>", b"</feed>", b"</rdf:rdf>", b"</channel>")


class NewsSource:
    """A feed, a news sitemap or an index page."""

    def __init__(self, config: FeedSource, wanted: Wanted) -> None:
        self.source_id = config.id
        self._config, self._wanted = config, wanted
        self._site = sites.named(config.site, config.id)
        if config.index and self._site.index is None:
            known = ", ".join(sorted(name for name, one in sites.load().sites.items() if one.index is not None))
            said = f"sumber `{config.id}`: `site: {config.site}` tidak punya pemilih untuk halaman daftar"
            raise ConfigError([Problem("config.yaml", 0, 0, said, f"pilihan: {known}")])
        self._pages = ArticlePages(config, self._site, wanted)
        self._listed = 0
        self._seen: dict[str, str] = {}

    def start(self, cursor_: str) -> Sequence[Request]:
        """Ask for the feed."""
        self._seen, self._listed = cursor.load(cursor_), 0
        purpose = "sitemap" if self._config.sitemap else "index" if self._config.index else "feed"
        return (Request(self._config.url, purpose),)

    def read(self, response: Response) -> Page:
        """Read the feed, a sitemap, an index page, or the page of one article."""
        if response.request.purpose == "article":
            return self._pages.read(response)
        if page := failed(response):
            return page
        readers = {"sitemap": self._sitemap, "index": self._index}
        return readers.get(response.request.purpose, self._feed)(response)

    # ------------------------------------------------------------------- feed

    def _feed(self, response: Response) -> Page:
        body = response.body
        if reason := _refusal(body):
            return drift(reason)
        kind, _, said = (response.content_type or "application/xml").partition("charset=")
        charset = said.partition(";")[0].strip(" \"'")
        try:
            parsed = feedparser.parse(
                io.BytesIO(body),
                response_headers={
                    "content-type": f"{kind}charset={charset}" if article.known_encoding(charset) else kind
                },
            )
        except _UNREADABLE:
            return drift(_not_a_feed(body))
        if not parsed.get("version"):
            return drift(_not_a_feed(body))
        problems: list[str] = []
        if parsed.get("bozo"):
            error = parsed.get("bozo_exception")
            if isinstance(error, feedparser.CharacterEncodingOverride):
                problems.append(f"huruf feed dibaca sebagai {parsed.get('encoding')}, bukan seperti yang tertulis")
            elif not isinstance(error, feedparser.NonXMLContentType):
                if not body.rstrip().lower().endswith(_ENDS):
                    return drift("feed terputus di tengah — dicoba lagi pada giliran berikut")
                problems.append("XML feed tidak rapi; dibaca sebisanya")
        entries = parsed.get("entries", [])
        if not entries and (problems or not parsed.get("feed")):
            return drift("feed tanpa satu butir pun, dan susunannya tidak dikenal; bukan berarti kosong", problems)
        items = self._entries(entries, response, problems)
        if entries and not items:
            return drift("tidak satu pun butir feed terbaca; susunannya berubah", problems)
        strange = [name for one in entries for name in shapes.unknown("butir feed", _named(one), _ENTRY)]
        return self._page(items, problems, strange)

    def _entries(self, entries: Sequence[dict[str, Any]], response: Response, problems: list[str]) -> list[Item]:
        known: dict[str, Item] = {}
        for number, entry in enumerate(entries, start=1):
            item = self._entry(entry, response, number, problems)
            if item is None:
                continue
            if item.native_id in known:
                if item == known[item.native_id]:
                    continue
                item = replace(item, native_id=f"{item.native_id}#{self._site.canonical(item.url)}")
                if item.native_id in known:
                    problems.append(f"butir {number}: guid dan alamat sama dengan butir lain; yang pertama dipakai")
                    continue
                problems.append(f"butir {number}: guid dipakai dua kali dalam feed; dibedakan menurut alamatnya")
            known[item.native_id] = item
        return list(known.values())

    def _entry(self, entry: dict[str, Any], response: Response, number: int, problems: list[str]) -> Item | None:
        title = article.plain(loose.text(entry.get("title")))
        url = urls.joined(self._config.url, loose.text(entry.get("link"))) if entry.get("link") else ""
        content = entry.get("content") or [{}]
        body = noise.lines(article.plain(loose.text(content[0].get("value")) or loose.text(entry.get("summary"))))
        if not (title or body):
            problems.append(f"butir {number}: tanpa judul dan isi; dilewati")
            return None
        guid = loose.text(entry.get("id")).strip()
        # dict.get: feedparser's own would lend `published` to an absent `updated`, with a warning.
        raws = (loose.text(dict.get(entry, key)) for key in ("published", "updated", "created"))
        raw = next((text for text in raws if text), "")
        stamp = dates.parse(
            raw,
            seen_at=response.fetched_at,
            zone=self._config.gmt_means or self._site.zone,
            gmt_means=self._config.gmt_means or "",
        )
        if stamp.problem:
            problems.append(f"butir {number} ({(title or url)[:60]}): {stamp.problem}")
        return Item(
            source_id=self.source_id,
            platform=Platform.NEWS,
            native_id=self._identity(guid, url, title, body),
            kind=ItemKind.ARTICLE,
            author=None,
            text=body,
            title=title,
            url=url,
            happened_at=stamp.at,
            happened_raw=raw,
            happened_rule=stamp.rule,
        )

    def _identity(self, guid: str, url: str, title: str, body: str) -> str:
        """Guid first, then address, then content; a guid that is no address counts within its site."""
        if guid.startswith(("http://", "https://")):
            return self._site.canonical(guid)
        if guid:
            return f"{urls.host(url) or urls.host(self._config.url)}:{guid}"
        if url:
            return self._site.canonical(url)
        return f"{self.source_id}:{cursor.digest(title, body)}"

    # ------------------------------------------------------------------- sitemap

    def _sitemap(self, response: Response) -> Page:
        found = sitemap.read(response.body)
        if isinstance(found, str):
            return drift(found)
        problems: list[str] = []
        items: list[Item] = []
        for number, entry in enumerate(found.entries, start=1):
            if not (address := urls.joined(self._config.url, entry.url)):
                problems.append(f"butir {number}: bukan alamat halaman; dilewati")
                continue
            stamp = dates.parse(entry.date_raw, seen_at=response.fetched_at, zone=self._site.zone)
            if stamp.problem:
                problems.append(f"butir {number} ({(entry.title or entry.url)[:60]}): {stamp.problem}")
            items.append(
                Item(
                    source_id=self.source_id,
                    platform=Platform.NEWS,
                    native_id=self._site.canonical(address),
                    kind=ItemKind.ARTICLE,
                    author=None,
                    text="",
                    title=entry.title or sitemap.words(address),
                    url=address,
                    happened_at=stamp.at,
                    happened_raw=entry.date_raw,
                    happened_rule=stamp.rule,
                )
            )
        own = urls.host(response.final_url or response.request.url)
        below = [url for url in found.sitemaps if urls.host(url) == own and response.request.item is None]
        page = self._page(items, problems, found.strange)
        # A marker item keeps a sitemap below an index from leading to further indexes.
        marker = Item(self.source_id, Platform.NEWS, "", ItemKind.ARTICLE, None, "")
        follow = tuple(Request(url, "sitemap", item=marker) for url in below[: sitemap.MAX_BELOW])
        outcome = Outcome.OK_ITEMS if follow else page.outcome
        return replace(page, outcome=outcome, follow=(*follow, *page.follow))

    # ------------------------------------------------------------------- index page

    def _index(self, response: Response) -> Page:
        address = response.final_url or response.request.url
        assert self._site.index is not None
        found = index.read(response.body, response.content_type, self._site.index, address)
        if isinstance(found, str):
            return drift(found)
        items: list[Item] = []
        problems: list[str] = []
        for entry in found.entries:
            stamp = dates.parse(entry.date_raw, seen_at=response.fetched_at, zone=self._site.zone)
            if stamp.problem and entry.date_raw:
                problems.append(f"{entry.title[:60]}: {stamp.problem}")
            items.append(
                Item(
                    source_id=self.source_id,
                    platform=Platform.NEWS,
                    native_id=self._site.canonical(entry.url),
                    kind=ItemKind.ARTICLE,
                    author=None,
                    text=noise.lines(entry.summary),
                    title=entry.title,
                    url=entry.url,
                    happened_at=stamp.at,
                    happened_raw=entry.date_raw,
                    happened_rule=stamp.rule,
                )
            )
        page = self._page(items, problems, [_CARD] * found.unread)
        self._listed += 1
        # A page of the list that holds nothing new ends it: what is further down was seen in an earlier run.
        goes_on = page.outcome is Outcome.OK_ITEMS and self._listed < self._config.index_pages
        if not (found.next_page and goes_on and urls.host(found.next_page) == urls.host(address)):
            return page
        return replace(page, follow=(*page.follow, Request(found.next_page, "index", paging=True)))

    # ------------------------------------------------------------------- both

    def _page(self, items: Sequence[Item], problems: Sequence[str], strange: Sequence[str]) -> Page:
        """Sort the new from the seen, and what is stored as it is from what has its page asked for."""
        stored: list[Item] = []
        follow: list[Request] = []
        now = dict(self._seen)
        for one in self._renamed(items):
            item = replace(one, title=noise.harmless(one.title), text=noise.harmless(one.text))
            key = cursor.digest(item.native_id)
            version = cursor.digest(item.title, item.text, item.url)
            known = now.pop(key, None)
            now[key] = version
            if address := self._address_key(item):
                now.pop(address, None)
                now[address] = item.native_id
            if known == version:
                continue
            if self._asks_for(item):
                follow.append(self._pages.request(item))
            else:
                stored.append(item)
        self._seen = now
        outcome = Outcome.OK_ITEMS if stored or follow else Outcome.OK_EMPTY_PROVED
        seen = cursor.dump(now)
        return Page(outcome, tuple(stored), tuple(follow), tuple(problems), seen, strange=tuple(strange))

    def _renamed(self, items: Sequence[Item]) -> list[Item]:
        """Give an entry whose guid changed the identity that its address had before, where that one is gone."""
        present = {one.native_id for one in items}
        named = {native_id for key, native_id in self._seen.items() if key.startswith("@")}
        addresses = Counter(map(self._address_key, items))
        kept: list[Item] = []
        for one in items:
            key = self._address_key(one)
            before = self._seen.get(key, "") if key and addresses[key] == 1 else ""
            gone = before and before not in present and one.native_id not in named
            kept.append(replace(one, native_id=before) if gone else one)
        return kept

    def _address_key(self, item: Item) -> str:
        return f"@{cursor.digest(self._site.canonical(item.url))}" if item.url else ""

    def _asks_for(self, item: Item) -> bool:
        if self._config.pages == "none" or not item.url.startswith(("http://", "https://")):
            return False
        if not self._site.may_ask(item.url):
            return False
        return self._config.pages == "all" or self._wanted(f"{item.title}\n{item.text}")


def _named(entry: dict[str, Any]) -> dict[str, object]:
    """Give an entry without what feeds of every kind carry beside the news: pictures, sounds, counts of comments."""
    return {name: one for name, one in entry.items() if not name.startswith(_BESIDE)}


def _refusal(body: bytes) -> str:
    """Say in Indonesian why a feed is not even parsed, "" if it may be."""
    if any(mark in body for mark in _ENTITIES):
        return "feed memuat definisi entitas XML, jadi tidak dibaca"
    if body.count(b"<item") + body.count(b"<entry") > MAX_ENTRIES:
        return f"feed memuat lebih dari {MAX_ENTRIES} butir, jadi tidak dibaca"
    written = _XML_ENCODING.search(body[:1000])
    if written and not article.known_encoding(written[1].decode("ascii", "replace")):
        return "feed menyebut huruf yang tidak dikenal, jadi tidak dibaca"
    return ""


def _not_a_feed(body: bytes) -> str:
    start = body[:2000].lower()
    if b"<html" in start or b"<!doctype html" in start:
        return "situs mengirim halaman HTML, bukan feed — periksa alamat feed"
    if b"<urlset" in start or b"<sitemapindex" in start:
        return "ini sitemap, bukan feed — isi `sitemap: true`"
    return "jawaban bukan RSS atau Atom — periksa alamat feed"
