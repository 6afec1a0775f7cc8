"""The parts of an app that almost everything below it asks for; who needs more, adds it to a protocol of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from monitor.config import Config
from monitor.store import Store


class Office(Protocol):
    """Settings, the folder their paths count from, the clock, the database. `App` documents them."""

    # ruff: noqa: D102 - the names say it
    @property
    def config(self) -> Config: ...
    @property
    def root(self) -> Path: ...
    @property
    def clock(self) -> Callable[[], datetime]: ...
    @property
    def store(self) -> Store: ...
