"""Fetching: one polite HTTP client, a reader of files people bring, a replay of the archive.

A `Fetcher` never raises for what a server or a file does: every fetch ends in a `Response`, typed where it failed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from monitor.config import Fetching
from monitor.fetch.base import Fetcher, PaceMemory, Surroundings
from monitor.fetch.browser import Camera, Shot
from monitor.fetch.client import PoliteClient
from monitor.fetch.dispatch import DispatchingFetcher
from monitor.fetch.files import FileFetcher, named_by
from monitor.fetch.metered import Meter, MeteredFetcher, QuotaMemory, meters_of, quota_day, renewed_at
from monitor.fetch.provider import Provider, build_provider
from monitor.fetch.replay import ReplayFetcher
from monitor.fetch.stamps import StampClient

__all__ = [
    "Camera",
    "DispatchingFetcher",
    "Fetcher",
    "FileFetcher",
    "Meter",
    "MeteredFetcher",
    "PaceMemory",
    "PoliteClient",
    "Provider",
    "QuotaMemory",
    "ReplayFetcher",
    "Shot",
    "StampClient",
    "Surroundings",
    "build_fetcher",
    "build_provider",
    "meters_of",
    "named_by",
    "quota_day",
    "renewed_at",
]


def build_fetcher(  # noqa: PLR0913 - the composition root hands over everything by name
    settings: Fetching,
    *,
    contact: str,
    version: str,
    root: Path,
    patterns: Sequence[str],
    pace: PaceMemory,
    meters: Mapping[str, Meter],
    ledger: QuotaMemory,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
    jitter: Callable[[], float],
) -> DispatchingFetcher:
    """Build the fetcher of an office. `jitter` gives numbers in [0, 1); `patterns` are globs below `root`."""
    around = Surroundings(clock=clock, sleep=sleep, jitter=jitter)
    keys = {name: one.key for name, one in meters.items() if one.key}
    web = PoliteClient(settings, f"Netra/{version} (+{contact})", pace, around, keys)
    metered = MeteredFetcher(web, meters, ledger, clock)
    return DispatchingFetcher(web, FileFetcher(root, patterns, clock), clock, metered)
