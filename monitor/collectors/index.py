"""Index pages of news sites ("indeks", "terkini"), read by the selectors of sites.yaml. Pure.

A list that shows no article proves nothing by itself: the site's `marker` must be there, else its markup has changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bs4 import Tag

from monitor.collectors import article, urls
from monitor.collectors.sites import Listing

MAX_ENTRIES = 300
_WITHOUT = "penanda daftar berita tidak ada — tampilan situs berubah; sesuaikan `index` di sites.yaml"


@dataclass(frozen=True, slots=True)
class Entry:
    """One article of the list. `date_raw` and `summary` are "" where the list names none."""

    url: str
    title: str
    date_raw: str
    summary: str


@dataclass(frozen=True, slots=True)
class Index:
    """What an index page holds, and the address of the next one ("" at the end); `unread` cards are no article."""

    entries: tuple[Entry, ...]
    next_page: str
    unread: int = 0


def read(body: bytes, content_type: str, listing: Listing, url: str) -> Index | str:
    """Read an index page that lies at `url`; an Indonesian reason where it is none."""
    text, _ = article.decode(body, content_type)
    if article.tangled(text):
        return article.TANGLED
    soup = article.parsed(text)
    if _first(soup, listing.marker) is None:
        return _WITHOUT
    cards: list[Tag] = next((found for one in listing.item if (found := soup.select(one, limit=MAX_ENTRIES))), [])
    entries: dict[str, Entry] = {}
    unread = 0
    for card in cards:
        if (entry := _entry(card, listing, url)) is not None:
            entries.setdefault(entry.url, entry)
        else:
            unread += 1
    if cards and not entries:
        return "daftar berita terlihat, tetapi tautannya tidak terbaca — sesuaikan `index` di sites.yaml"
    return Index(tuple(entries.values()), _address(soup, listing.next, url), unread)


def _entry(card: Tag, listing: Listing, url: str) -> Entry | None:
    address = _address(card, listing.link, url)
    title = _text(card, listing.title) or _text(card, listing.link)
    if not address or not title:
        return None
    return Entry(address, title, _date(card, listing.date), _text(card, listing.summary))


def _first(node: Tag, selectors: Sequence[str]) -> Tag | None:
    return next((found for one in selectors if (found := node.select_one(one)) is not None), None)


def _address(node: Tag, selectors: Sequence[str], url: str) -> str:
    found = _first(node, selectors)
    return urls.joined(url, str(found.get("href", ""))) if found is not None and found.get("href") else ""


def _date(node: Tag, selectors: Sequence[str]) -> str:
    """Give the time that an element carries, rather than the "2 jam yang lalu" that it shows."""
    found = _first(node, selectors)
    carried = (str(found.get(name, "")) for name in ("datetime", "title")) if found is not None else ()
    return next((one for one in carried if one), "") or _text(node, selectors)


def _text(node: Tag, selectors: Sequence[str]) -> str:
    found = _first(node, selectors)
    return " ".join(found.get_text(" ").split()) if found is not None else ""
