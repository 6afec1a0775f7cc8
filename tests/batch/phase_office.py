"""A made-up office with collected and screened items, on a day of its quiet days, for phase runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor import demo
from monitor.app import App
from monitor.models import Phase
from monitor.pipeline import screen
from tests.offices import make_office

DAY = datetime(2025, 6, 26, 3, 0, tzinfo=UTC)
CONTEST = "pilkada-contoh-2025"
QUIET = Phase.QUIET
STRETCH = 60


class Clock:
    """A clock that goes on by a second whenever it is asked."""

    def __init__(self, at: datetime = DAY) -> None:
        self.at = at

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


def build(folder: Path, *, screened: bool = True) -> Path:
    """Lay out the office; gives its settings file."""
    config = make_office(folder)
    app = open_office(config)
    try:
        demo.prepare(app)
        app.gather((), lambda _: None)
        if screened:
            screen(app.judges(), app.store, lambda _: None)
    finally:
        app.close()
    return config


def open_office(config: Path) -> App:
    """Open it on that day."""
    return App.build(config, clock=Clock())


def silent(_done: int, _total: int) -> None:
    """Hear of progress and say nothing."""
