"""What every fetcher is, and what the world lends it: clock, sleep, chance, names."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from monitor.models import Request, Response


class Fetcher(Protocol):
    """Gets what a request asks for."""

    def fetch(self, request: Request) -> Response:
        """Answer a request; never raises for what a server or a file does."""
        ...


class PaceMemory(Protocol):
    """Remembers of hosts across restarts: when each may be asked again, and what its robots.txt said."""

    def next_allowed(self, host: str) -> datetime | None:
        """Give the earliest moment (aware UTC) of the next request to a host, None if it was never asked."""
        ...

    def set_next_allowed(self, host: str, at: datetime) -> None:
        """Remember the earliest moment of the next request to a host."""
        ...

    def robots(self, site: str) -> tuple[datetime, str] | None:
        """Give when a site's (scheme and host) robots.txt was read and what it said, None where it never answered."""
        ...

    def set_robots(self, site: str, at: datetime, rules: str) -> None:
        """Remember what a site's robots.txt said ("": it has none)."""
        ...


def system_resolve(host: str, port: int) -> Sequence[str]:
    """Look a host name up: its IP addresses as text, the preferred first.

    Raises:
        OSError: the name is unknown or the name service does not answer.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything that is not decided here. `jitter` gives numbers in [0, 1), `monotonic` seconds for deadlines."""

    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    jitter: Callable[[], float]
    monotonic: Callable[[], float] = time.monotonic
    resolve: Callable[[str, int], Sequence[str]] = system_resolve
