"""Reading pictures beside the page: what was read is a proposal, and saving never waits for it."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.models import Picture
from monitor.store import PictureText
from monitor.web.safety import services

_NOT_YET = PictureText("", "", "")


def read_later(digests: Sequence[str]) -> None:
    """Ask for pictures to be read, where there is somebody to read them; returns at once."""
    reader = services().reader
    if reader is not None:
        reader.ask(digests)


def readings(pictures: Sequence[Picture]) -> list[PictureText]:
    """Give what was read in each picture; outcome "" while nobody tried, "mati" where nothing can read."""
    if services().reader is None:
        return [PictureText("", "mati", "") for _ in pictures]
    return [services().store.uploads.text(one.sha256) or _NOT_YET for one in pictures]
