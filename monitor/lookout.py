"""Around every collecting: canaries are looked at first, silence is listened for afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from monitor.collectors import ACCOUNTS_OF, Source
from monitor.config import Config, FeedCanary, seconds
from monitor.evidence import Archive
from monitor.fetch import Fetcher
from monitor.models import AccountRef, ItemKind, Platform
from monitor.pipeline import Collected, collect
from monitor.silence import habit, newest_due
from monitor.store import Store

EARLY = timedelta(minutes=30)


class Office(Protocol):
    """What a collecting needs: the parts of an app."""

    # ruff: noqa: D102 - the names say it; App documents them
    @property
    def config(self) -> Config: ...
    @property
    def clock(self) -> Callable[[], datetime]: ...
    @property
    def store(self) -> Store: ...
    @property
    def archive(self) -> Archive: ...
    def sources(self, only: Sequence[str] = ()) -> list[Source]: ...
    def fetcher(self) -> Fetcher: ...


@dataclass(frozen=True, slots=True)
class Perch:
    """Where a canary sits: its account, when its posts are due (HH:MM, office time), and with which grace.

    A feed has no accounts: its canary is news with this `title` in the feed itself.
    """

    source_id: str
    platform: Platform
    account: str
    hours: tuple[str, ...]
    grace: timedelta
    title: str = ""


def perches(config: Config) -> Mapping[str, Perch]:
    """Give every canary of the settings, by source."""
    found = {}
    for one in config.sources:
        canary = getattr(one, "canary", None)
        if isinstance(canary, FeedCanary):
            grace = timedelta(seconds=seconds(canary.grace))
            found[one.id] = Perch(one.id, Platform.NEWS, "", canary.at, grace, canary.title)
        elif canary is not None:
            source_id, grace = f"{one.id}/{canary.account}", timedelta(seconds=seconds(canary.grace))
            found[one.id] = Perch(source_id, ACCOUNTS_OF[one.type], canary.account, canary.at, grace)
    return found


def gather(office: Office, only: Sequence[str], tell: Callable[[Collected], None]) -> list[Collected]:
    """Collect from the sources named, or from all: canaries first, for a blind source proves nothing; then listen.

    Raises:
        BusyError: another collecting is under way.
    """
    sources, known = office.sources(only), perches(office.config)
    chosen = sorted({one.source_id.partition("/")[0] for one in sources} & set(known))
    first = office.sources([known[one].source_id for one in chosen]) if chosen else []
    early = {one.source_id for one in first}
    done = collect(first, office.fetcher(), office.archive, office.store, tell) if first else []
    office.store.alarms.forget_canaries(list(known))
    for config_id in chosen:
        look_for(office, config_id, known[config_id])
    rest = [one for one in sources if one.source_id not in early]
    if rest or not first:
        done += collect(rest, office.fetcher(), office.archive, office.store, tell)
    listen(office, [one.source_id for one in done])
    return done


def look_for(office: Office, config_id: str, perch: Perch) -> None:
    """Say whether the newest post that a canary must have made was found among what is stored."""
    due = newest_due(perch.hours, perch.grace, office.clock(), office.config.zone)
    blind = ""
    if not _found(office.store, config_id, perch, due):
        what = f"berita “{perch.title}”" if perch.title else "unggahan kenari"
        blind = f"buta: {what} yang mestinya ada {due:%d-%m-%Y %H.%M} tidak ditemukan"
        held = office.store.coverage.explain([perch.source_id]).get(perch.source_id)
        if held is not None and not held.outcome.proved:
            blind += f"; akun kenari sendiri {held.outcome}: {held.detail}"
    if perch.title and blind:
        # The feed is its own canary: what it has just proved is taken back.
        office.store.coverage.take_back(config_id, blind)
    office.store.alarms.looked_for(config_id, perch.source_id, due, blind)


def _found(store: Store, config_id: str, perch: Perch, due: datetime) -> bool:
    since, until = due - EARLY, due + perch.grace
    if perch.title:
        seen = [one for one in store.alarms.canaries() if one.config_id == config_id and not one.blind]
        return any(one.expected_at == due for one in seen) or store.alarms.published(
            config_id, perch.title, since, until
        )
    return bool(store.acts.near([AccountRef(perch.platform, perch.account)], [ItemKind.POST], since, until))


def listen(office: Office, source_ids: Sequence[str]) -> None:
    """Raise an alarm for each of these sources that was proved and is silent against its own habit; end the others."""
    today, now, alarms = office.clock().date(), office.store.coverage.explain(source_ids), office.store.alarms
    silent = alarms.silent()
    proved = [one for one in source_ids if one in now and now[one].outcome.proved]
    for name in dict.fromkeys([*proved, *(one.partition("/")[0] for one in proved)]):
        known = habit(alarms.act_days(name, today))
        if known is None:
            continue
        if not known.broken(today):
            if name in silent:
                alarms.speaks(name)
        elif name not in silent:
            alarms.fell_silent(name, known.last_act, known.longest)
