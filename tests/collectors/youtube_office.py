"""How an office asks the scenario server of YouTube."""

from __future__ import annotations

from pathlib import Path

from monitor.config import Fetching, YoutubeSource
from monitor.fetch import DispatchingFetcher, Meter, build_fetcher
from monitor.store import Store
from tests.server_youtube import KEY, Youtube


def settings(youtube: Youtube, **more: int) -> YoutubeSource:
    return YoutubeSource.model_validate({"type": "youtube", "id": "yt", "api": youtube.origin, **more})


def fetcher(youtube: Youtube, store: Store, root: Path, *, units: int = 10_000, key: str = KEY) -> DispatchingFetcher:
    hosts = tuple(f"127.0.0.{number}:{youtube.port}" for number in (1, 2))
    fetching = Fetching(min_gap_seconds=0, allow_private_hosts=hosts, max_requests_per_run=100_000)
    return build_fetcher(
        fetching, contact="uji@contoh.example", version="0", root=root, patterns=(), pace=store.runs,
        meters={"youtube": Meter("NETRA_YOUTUBE_KEY", units, key)}, ledger=store.quota, clock=youtube.clock,
        sleep=youtube.clock.sleep, jitter=lambda: 0.5,
    )  # fmt: skip
