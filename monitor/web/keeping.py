"""The newest few answers of a page that costs much to put together, kept in this process."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Held(Generic[T]):
    """One answer: of which version of what it was made, when, and the answer."""

    version: object
    at: datetime
    value: T


class Kept(Generic[T]):
    """Answers by what was asked, at most so many; safe from many threads. Whoever asks says whether one still holds."""

    def __init__(self, most: int) -> None:
        self.lock = threading.Lock()
        self._most = most
        self._held: dict[object, Held[T]] = {}

    def get(self, key: object) -> Held[T] | None:
        """Give what was kept of a question."""
        with self.lock:
            return self._held.get(key)

    def put(self, key: object, version: object, at: datetime, value: T) -> None:
        """Keep an answer; the one that was kept first goes where there are too many."""
        with self.lock:
            self._held.pop(key, None)
            while len(self._held) >= self._most:
                del self._held[next(iter(self._held))]
            self._held[key] = Held(version, at, value)
