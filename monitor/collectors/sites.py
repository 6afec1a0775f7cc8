"""Selectors and habits of news sites, read from sites.yaml: data that changes when a site changes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import soupsieve
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from monitor import strictyaml
from monitor.collectors import urls
from monitor.errors import ConfigError, Problem

_FILE = Path(__file__).with_name("sites.yaml")


def _selector(text: str) -> str:
    try:
        soupsieve.compile(text)
    except (soupsieve.SelectorSyntaxError, ValueError, TypeError) as error:
        msg = f"pemilih CSS `{text[:60]}` tidak terbaca — periksa kurung, titik, dan tanda kutipnya"
        raise ValueError(msg) from error
    return text


Selector = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_selector)]
Selectors = tuple[Selector, ...]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Listing(_Strict):
    """An index page: every `item` is one article. `marker` must be there even where the list is empty."""

    item: Selectors = Field(min_length=1)
    link: Selectors = Field(min_length=1)
    title: Selectors = ()
    date: Selectors = ()
    summary: Selectors = ()
    marker: Selectors = Field(min_length=1)
    next: Selectors = ()


class Site(_Strict):
    """One family of sites. Selectors are CSS; the first that finds something is used.

    `page_params` and `page_in_path` say how an article is cut into pages; `whole_param` is what asks for all of it at
    once (`page=all`).
    """

    title: Selectors = ()
    body: Selectors = ()
    date: Selectors = ()
    drop: Selectors = ()
    partial: Selectors = ()
    skip: tuple[str, ...] = ()
    zone: Literal["WIB", "WITA", "WIT", ""] = ""
    rss_only: bool = False
    next_data: bool = False
    page_params: tuple[str, ...] = ()
    page_in_path: bool = False
    whole_param: str = Field(default="", pattern=r"^([a-z_]+=[a-z0-9]+)?$")
    index: Listing | None = None

    def canonical(self, url: str) -> str:
        """Give the address under which twins of one article are the same."""
        return urls.canonical(url, page_params=self.page_params, page_in_path=self.page_in_path)

    def page_number(self, url: str) -> int:
        """Tell which page of an article an address asks for."""
        return urls.page_number(url, page_params=self.page_params, page_in_path=self.page_in_path)

    def asked(self, url: str) -> str:
        """Give the address under which an article is asked for: all of it at once, where the site can."""
        name, _, value = self.whole_param.partition("=")
        return urls.with_query(url, name, value) if name else url

    def may_ask(self, url: str) -> bool:
        """Tell whether the page of an article may be asked for."""
        return not self.rss_only and not any(part in url for part in self.skip)


class Sites(_Strict):
    """All families, and the lines that are noise on every site (lower case)."""

    noise_starts: tuple[str, ...]
    noise_contains: tuple[str, ...]
    noise_pointers: tuple[str, ...]
    sites: dict[str, Site] = Field(min_length=1)


def read(path: Path) -> Sites:
    """Read a file of families.

    Raises:
        ConfigError: every mistake in it at once, each with line and advice.
    """
    document, problems = strictyaml.read(path, path.name)
    if document is None:
        raise ConfigError(problems)
    sites, more = strictyaml.validate(Sites, document)
    if sites is None or problems:
        raise ConfigError([*problems, *more])
    if crooked := list(_crooked(sites, document)):
        raise ConfigError(crooked)
    return sites


def _crooked(sites: Sites, document: strictyaml.Document) -> Iterator[Problem]:
    """Find what no single field can show."""
    for list_name in ("noise_starts", "noise_contains", "noise_pointers"):
        for place, line in enumerate(getattr(sites, list_name)):
            if line != line.casefold() or line != line.strip():
                where: strictyaml.Key = (list_name, place)
                yield document.problem(
                    where, f"`{line}` tidak akan pernah kena", "tulis dengan huruf kecil tanpa spasi"
                )
    for name, site in sites.sites.items():
        if site.whole_param and site.whole_param.partition("=")[0] not in site.page_params:
            where = ("sites", name, "whole_param")
            yield document.problem(where, "`whole_param` harus salah satu `page_params`", "tambahkan ke `page_params`")


@cache
def load() -> Sites:
    """Read the shipped sites.yaml.

    Raises:
        ConfigError: every mistake in it at once.
    """
    return read(_FILE)


def named(name: str, source_id: str) -> Site:
    """Give one family.

    Raises:
        ConfigError: no family of that name.
    """
    known = load().sites
    if name not in known:
        advice = "pilihan: " + ", ".join(sorted(known))
        raise ConfigError([Problem("config.yaml", 0, 0, f"sumber `{source_id}`: `site: {name}` tidak dikenal", advice)])
    return known[name]
