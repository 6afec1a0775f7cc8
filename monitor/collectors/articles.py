"""Articles in a folder: plain text, whose first line is the title, or saved HTML pages. Identity is the path."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

from monitor.collectors import article, dates, noise, sites, tables
from monitor.collectors.base import drift, failed
from monitor.config import ArticleSource
from monitor.models import Item, ItemKind, Outcome, Page, Platform, Request, Response


class ArticlesSource:
    """Text or HTML files named by a glob."""

    def __init__(self, config: ArticleSource, list_files: Callable[[str], Sequence[str]]) -> None:
        self.source_id = config.id
        self._config, self._list_files = config, list_files
        self._site = sites.named(config.site, config.id)

    def start(self, cursor: str) -> Sequence[Request]:
        """Ask for every file the pattern names; without any, for the pattern itself, so that this is reported."""
        del cursor
        return tuple(Request(path, "file") for path in self._list_files(self._config.path) or [self._config.path])

    def read(self, response: Response) -> Page:
        """Read one file as one article."""
        if page := failed(response):
            return page
        name = response.request.url
        if "html" in response.content_type or response.body[:200].lstrip().lower().startswith((b"<!doctype", b"<html")):
            found = article.read(
                response.body, response.content_type, self._site, response.fetched_at, self._config.zone or ""
            )
        else:
            found = self._plain(response)
        if not (found.title or found.text):
            return drift(f"{name}: berkas kosong")
        item = Item(
            source_id=self.source_id,
            platform=Platform.NEWS,
            native_id=f"{self.source_id}:{unicodedata.normalize('NFC', name)}",
            kind=ItemKind.ARTICLE,
            author=None,
            text=found.text,
            title=found.title,
            happened_at=found.stamp.at,
            happened_raw=found.date_raw,
            happened_rule=found.stamp.rule,
        )
        problems = [*found.problems, *([found.stamp.problem] if found.stamp.problem else [])]
        return Page(Outcome.OK_ITEMS, (item,), problems=tuple(f"{name}: {problem}" for problem in problems))

    def _plain(self, response: Response) -> article.Article:
        text, note = tables.decode(response.body)
        title, _, rest = text.strip().partition("\n")
        return article.Article(
            title=" ".join(title.split()),
            text=noise.lines(rest),
            stamp=dates.Stamp(None, problem="tanpa tanggal"),
            problems=(note,) if note else (),
        )
