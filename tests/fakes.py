"""Hand-written fakes: a clock that stands still until told, a sleeper that only remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

START = datetime(2025, 6, 1, 3, 0, tzinfo=UTC)


@dataclass
class FakeClock:
    """`clock()` gives `now`; `sleep(s)` moves it on and remembers, so that no test waits."""

    now: datetime = START
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def tick(self, **parts: float) -> None:
        self.now += timedelta(**parts)
