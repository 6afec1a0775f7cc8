"""The pages of news articles: asked for one by one, joined where a site cuts an article up, and kept sparingly.

What becomes the item's text are the paragraphs that match (a name of the roster, a word of a rule), with `[…]` where
others stood between: the rest is the publisher's. Where no paragraph matches, what the feed said stays.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.collectors import article
from monitor.collectors.base import Wanted
from monitor.collectors.sites import Site
from monitor.config import FeedSource
from monitor.models import Item, Outcome, Page, Request, Response

GAP = "[…]"
"""Stands where paragraphs were left out."""
_PASSING = {Outcome.TRANSIENT, Outcome.RATE_LIMITED, Outcome.BUDGET_REACHED, Outcome.AUTH}


@dataclass(frozen=True, slots=True)
class _Part:
    """An article of several pages, as far as it was read: its first page, the whole text so far."""

    first: article.Article
    text: str


class ArticlePages:
    """Asks for the page of an article and makes the item of it. Remembers the pages of one turn."""

    def __init__(self, config: FeedSource, site: Site, wanted: Wanted) -> None:
        self._config, self._site, self._wanted = config, site, wanted
        self._parts: dict[str, _Part] = {}

    def request(self, item: Item) -> Request:
        """Ask for the page of an article."""
        return self._asking(self._site.asked(item.url), item)

    def read(self, response: Response) -> Page:
        """Make the item of a page; where the article goes on, ask for the next page first."""
        known = response.request.item
        assert known is not None
        label = (known.title or known.url)[:80]
        before = self._parts.pop(response.request.url, None)
        if response.outcome is not None:
            return self._failed(response, known, before, label)
        if "html" not in response.content_type and b"<html" not in response.body[:5000].lower():
            note = f"{label}: bukan halaman HTML, hanya {_what(before)} yang disimpan"
            kept = self._item(known, before.first, before.text) if before else known
            detail = f"{response.request.url}: bukan halaman HTML"
            return Page(Outcome.SCHEMA_DRIFT, (kept,), problems=(note,), detail=detail)
        address = response.final_url or response.request.url
        found = article.read(response.body, response.content_type, self._site, response.fetched_at, url=address)
        first = before.first if before else found
        text = _joined(before.text if before else "", found.text)
        problems = [f"{label}: {problem}" for problem in found.problems]
        if found.next_page and self._site.may_ask(found.next_page):
            self._parts[found.next_page] = _Part(first, text)
            follow = (self._asking(found.next_page, known),)
            return Page(Outcome.OK_ITEMS, follow=follow, problems=tuple(problems), kept=self._kept(known, first, text))
        item = self._item(known, first, text)
        if not text:
            problems.append(f"{label}: hanya ringkasan yang disimpan")
        return Page(Outcome.OK_ITEMS, (item,), problems=tuple(problems), kept=self._kept(known, first, text))

    def _asking(self, url: str, item: Item) -> Request:
        return Request(url, "article", item=item, sealed=self._config.raw == "matched")

    def _failed(self, response: Response, known: Item, before: _Part | None, label: str) -> Page:
        """Keep what was said already where the page will never come, and say that it is no more than that."""
        outcome = response.outcome
        assert outcome is not None
        if outcome.proved or outcome in _PASSING:
            return Page(outcome, detail=response.detail)
        item = self._item(known, before.first, before.text) if before else known
        note = f"{label}: halaman tidak didapat, hanya {_what(before)} yang disimpan"
        return Page(outcome, (item,), problems=(note,), detail=response.detail)

    def _item(self, known: Item, page: article.Article, text: str) -> Item:
        item = replace(known, title=known.title or page.title, text=self._chosen(text) or known.text)
        if known.happened_at is None and page.stamp.at is not None:
            item = replace(item, happened_at=page.stamp.at, happened_raw=page.date_raw, happened_rule=page.stamp.rule)
        return item

    def _chosen(self, text: str) -> str:
        """Give the paragraphs that may be kept of a text."""
        return text if self._config.text == "whole" else matched(text.split("\n"), self._wanted)

    def _kept(self, known: Item, page: article.Article, text: str) -> bytes:
        """Give what may be archived where the page itself may not: who, when, where, and the matched paragraphs."""
        if self._config.raw == "whole":
            return b""
        record = {
            "alamat": known.url,
            "judul": known.title or page.title,
            "penulis": page.byline,
            "tanggal": page.date_raw or known.happened_raw,
            "paragraf": self._chosen(text),
        }
        return (json.dumps(record, ensure_ascii=True, indent=1) + "\n").encode()


def matched(paragraphs: Sequence[str], wanted: Wanted) -> str:
    """Give the paragraphs that match, one a line, with `GAP` where others stood between; "" where none does."""
    kept: list[str] = []
    last = -1
    for place, paragraph in enumerate(paragraphs):
        if not paragraph or not wanted(paragraph):
            continue
        if kept and place > last + 1:
            kept.append(GAP)
        kept.append(paragraph)
        last = place
    return "\n".join(kept)


def _what(before: _Part | None) -> str:
    return "halaman-halaman sebelumnya" if before else "ringkasan"


def _joined(before: str, text: str) -> str:
    """Put the text of a further page behind; what it repeats of the pages before is left out."""
    known = set(before.split("\n"))
    return "\n".join(
        [*([before] if before else []), *(line for line in text.split("\n") if line and line not in known)]
    )
