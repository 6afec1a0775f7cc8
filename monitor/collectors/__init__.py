"""Sources: what to ask and what an answer means. No I/O here; `monitor.fetch` asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from monitor.collectors import exports, ytdlp, zeeschuimer
from monitor.collectors.accounts import Held, Watched, Watching
from monitor.collectors.articles import ArticlesSource
from monitor.collectors.base import Source, Wanted
from monitor.collectors.bluesky import BlueskyAccount
from monitor.collectors.feed import NewsSource
from monitor.collectors.gated import GatedCollector
from monitor.collectors.mastodon import MastodonAccount
from monitor.collectors.paging import Turn, home, worse
from monitor.collectors.records import RecordsSource
from monitor.collectors.seen import Reader, SeenSource
from monitor.collectors.youtube import YoutubeChannel
from monitor.config import (
    ArticleSource,
    BlueskySource,
    FeedSource,
    FileSource,
    GatedSource,
    ImportSource,
    MastodonSource,
    SourceConfig,
    YoutubeSource,
)
from monitor.models import Platform
from monitor.permits import NOTHING, Recorded

__all__ = [
    "ACCOUNTS_OF",
    "Held",
    "Source",
    "Turn",
    "Watched",
    "Watching",
    "build_accounts",
    "build_import",
    "build_source",
    "home",
    "worse",
]

ACCOUNTS_OF: dict[str, Platform] = {
    "bluesky": Platform.BLUESKY,
    "mastodon": Platform.MASTODON,
    "youtube": Platform.YOUTUBE,
}
"""Types of sources that stand for every watched account of a platform."""


def build_source(
    config: SourceConfig,
    *,
    wanted: Wanted,
    list_files: Callable[[str], Sequence[str]],
    recorded: Recorded = NOTHING,
) -> Source:
    """Build the source that a piece of settings describes.

    Args:
        config: one entry of `sources`.
        wanted: tells whether a title or summary is worth asking for the page (matches a roster name or a rule).
        list_files: gives the paths a glob names, relative to the settings' folder.
        recorded: legal decisions about gated platforms, and the date against which they count.

    Raises:
        ConfigError: the `site` it names does not exist.
    """
    match config:
        case FeedSource():
            return NewsSource(config, wanted)
        case FileSource():
            return RecordsSource(config, list_files)
        case ArticleSource():
            return ArticlesSource(config, list_files)
        case GatedSource():
            return GatedCollector(config, recorded)
        case _:
            raise TypeError(f"{config.type} stands for accounts: build_accounts")


READERS: dict[str, Reader] = {"zeeschuimer": zeeschuimer.read, "yt-dlp": ytdlp.read, "ekspor": exports.read}
"""Types of sources that read what a person's browser saw."""
_ARCHIVED: dict[str, Reader] = {"yt-dlp": ytdlp.read_archived, "ekspor": exports.read_archived}


def build_import(config: ImportSource, watching: Watching, list_files: Callable[[str], Sequence[str]]) -> Source:
    """Build the source of files that another tool wrote; it keeps what watched accounts did."""
    return SeenSource(config, watching, list_files, READERS[config.type], _ARCHIVED.get(config.type))


def build_accounts(config: SourceConfig, watching: Watching) -> list[Source]:
    """Build one source for every account that a piece of settings (of a type in `ACCOUNTS_OF`) stands for."""
    match config:
        case BlueskySource():
            return [BlueskyAccount(config, one, watching) for one in watching.on(Platform.BLUESKY)]
        case MastodonSource():
            return [MastodonAccount(config, one, watching) for one in watching.on(Platform.MASTODON)]
        case YoutubeSource():
            return [YoutubeChannel(config, one, watching) for one in watching.on(Platform.YOUTUBE)]
        case _:
            return []
