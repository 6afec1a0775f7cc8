"""Fakes around fetching: a pace memory that is a dict, and a client with a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.config import Fetching
from monitor.fetch import PoliteClient, Surroundings
from monitor.fetch.base import system_resolve
from tests.fakes import FakeClock


@dataclass
class FakePace:
    """Remembers in dicts what the store remembers in tables."""

    moments: dict[str, datetime] = field(default_factory=dict)
    said: dict[str, tuple[datetime, str]] = field(default_factory=dict)

    def next_allowed(self, host: str) -> datetime | None:
        return self.moments.get(host)

    def set_next_allowed(self, host: str, at: datetime) -> None:
        self.moments[host] = at

    def robots(self, site: str) -> tuple[datetime, str] | None:
        return self.said.get(site)

    def set_robots(self, site: str, at: datetime, rules: str) -> None:
        self.said[site] = (at, rules)


def polite_client(
    *,
    hosts: Sequence[str] = (),
    clock: FakeClock | None = None,
    pace: FakePace | None = None,
    resolve: Callable[[str, int], Sequence[str]] = system_resolve,
    **settings: float,
) -> PoliteClient:
    """A real client on a false clock; `hosts` are the loopback host:port that it may ask."""
    clock = clock or FakeClock()
    fetching = Fetching.model_validate({"min_gap_seconds": 0, "allow_private_hosts": tuple(hosts), **settings})
    around = Surroundings(clock=clock, sleep=clock.sleep, jitter=lambda: 0.5, resolve=resolve)
    return PoliteClient(fetching, "Netra/0.1.0 (+uji@contoh.example)", pace or FakePace(), around)
