"""A small office that watches accounts: real store, archive and sources, around any network."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from monitor.collectors import Watched, Watching, build_accounts
from monitor.config import SourceConfig
from monitor.evidence import Archive
from monitor.fetch import Fetcher
from monitor.models import Item, ItemKind, Platform
from monitor.pipeline import Collected, collect
from monitor.store import Store


@dataclass
class Office:
    store: Store
    archive: Archive
    fetcher: Fetcher
    config: SourceConfig
    platform: Platform
    accounts: tuple[Watched, ...] = ()

    def watch(self, native_id: str, handle: str = "", *, campaign: bool = False) -> None:
        """Put an account on the roster, or among the campaign's."""
        one = Watched(self.platform, native_id, handle, rostered=not campaign, campaign=campaign)
        self.accounts = (*self.accounts, one)

    def collect(self) -> dict[str, Collected]:
        """One collecting run, sources built anew as each run does; by account."""
        sources = build_accounts(self.config, Watching(self.accounts, self.store.items.held, self.store.acts.stored))
        done = collect(sources, self.fetcher, self.archive, self.store, lambda _: None)
        return {one.source_id.partition("/")[2]: one for one in done}

    def items(self, kind: ItemKind | None = None) -> list[Item]:
        found = [one.item for one in self.store.items.unscreened(100_000)]
        return [one for one in found if kind is None or one.kind is kind]

    def ids(self) -> Counter[str]:
        return Counter(one.native_id for one in self.items())

    def withdrawn(self) -> list[str]:
        found = [self.store.items.get(one.item_id) for one in self.store.absences.all()]
        return sorted(one.item.native_id for one in found if one is not None)

    def versions(self, native_id: str) -> list[str]:
        stored = self.store.items.find(self.platform, native_id)
        assert stored is not None
        return [one.item.text for one in self.store.items.versions(stored.item_id)]

    def stops(self) -> list[str]:
        return [row[0] for row in self.store._connection.db.execute("SELECT stop FROM fetches WHERE stop<>''")]

    def everything(self) -> str:
        """All that is stored, as text: database and archive."""
        kept = [self.archive.read(one).decode("utf-8", "replace") for one in self.archive.hashes()]
        return "\n".join([*self.store._connection.db.conn.iterdump(), *kept])
