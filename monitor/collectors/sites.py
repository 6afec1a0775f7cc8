"""Selectors and habits of news sites, read from sites.yaml: data that changes when a site changes."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from monitor import strictyaml
from monitor.collectors import urls
from monitor.errors import ConfigError, Problem

_FILE = Path(__file__).with_name("sites.yaml")


class Site(BaseModel):
    """One family of sites. Selectors are CSS; the first that finds something is used."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    zone: Literal["WIB", "WITA", "WIT", ""] = ""
    rss_only: bool = False
    next_data: bool = False
    page_params: tuple[str, ...] = ()
    page_in_path: bool = False

    def canonical(self, url: str) -> str:
        """Give the address under which twins of one article are the same."""
        return urls.canonical(url, page_params=self.page_params, page_in_path=self.page_in_path)

    def may_ask(self, url: str) -> bool:
        """Tell whether the page of an article may be asked for."""
        return not self.rss_only and not any(part in url for part in self.skip)


class Sites(BaseModel):
    """All families, and the lines that are noise on every site (lower case)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    noise_starts: tuple[str, ...]
    noise_contains: tuple[str, ...]
    noise_pointers: tuple[str, ...]
    sites: dict[str, Site] = Field(min_length=1)


@cache
def load() -> Sites:
    """Read the shipped sites.yaml.

    Raises:
        ConfigError: every mistake in it at once.
    """
    document, problems = strictyaml.read(_FILE, _FILE.name)
    if document is None:
        raise ConfigError(problems)
    sites, more = strictyaml.validate(Sites, document)
    if sites is None or problems:
        raise ConfigError([*problems, *more])
    return sites


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
