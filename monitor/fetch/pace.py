"""One request at a time for a host, with a gap between them that outlives a restart."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from monitor.fetch.base import PaceMemory, Surroundings

LONGEST_WAIT = 900.0
# A remembered moment further off than this is a clock that stood wrong, not a wish of the host.
_BELIEVABLE = timedelta(days=1)


# A request that took less of the gap than this leaves it as it was: no second writing for each.
_BRIEF = 0.1


class Pace:
    """Keeps the hosts apart from our haste."""

    def __init__(self, memory: PaceMemory, around: Surroundings) -> None:
        self._memory, self._around = memory, around
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._guard = threading.Lock()

    @contextmanager
    def turn(self, host: str, gap: float) -> Iterator[datetime | None]:
        """Hold the host's turn; yields None when asking is allowed, or the moment until which it wants to be left.

        Waits for the gap; the next one (`gap` seconds, ±20 %) is remembered before the request is made, and counts from
        its end where that took long: a host that answers slowly is not asked again at once.
        """
        with self._guard:
            lock = self._locks[host]
        with lock:
            now = self._around.clock()
            allowed = self._memory.next_allowed(host)
            wait = (allowed - now).total_seconds() if allowed and allowed - now <= _BELIEVABLE else 0.0
            if allowed and wait > LONGEST_WAIT:
                yield allowed
                return
            if wait > 0:
                self._around.sleep(wait)
            if gap <= 0:
                yield None
                return
            began = self._around.clock()
            self._memory.set_next_allowed(host, began + self.spread(gap))
            yield None
            ended = self._around.clock()
            if ended - began > _BRIEF * timedelta(seconds=gap):
                planned = self._memory.next_allowed(host)
                self._memory.set_next_allowed(host, max(planned or ended, ended + self.spread(gap)))

    def leave_alone(self, host: str, until: datetime) -> None:
        """Remember that the host asked to wait."""
        self._memory.set_next_allowed(host, until)

    def spread(self, seconds: float) -> timedelta:
        """Give a span with ±20 % of chance in it."""
        return timedelta(seconds=seconds * (0.8 + 0.4 * self._around.jitter()))
