"""What every source is: it says what to ask and what an answer means, and does no I/O whatever."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from monitor.models import Outcome, Page, Request, Response

Wanted = Callable[[str], bool]
"""Tells whether a title or summary matches a roster name or a rule, so that its page is worth asking for."""


class Source(Protocol):
    """One configured source. Not shared between threads: `read` remembers what `start` was told."""

    source_id: str

    def start(self, cursor: str) -> Sequence[Request]:
        """Say what to ask first, given the cursor of the last proved page ("" the first time)."""
        ...

    def read(self, response: Response) -> Page:
        """Say what an answer means; never raises for what it holds."""
        ...


def failed(response: Response) -> Page | None:
    """Give the page of a fetch that already ended, None if its body is to be judged."""
    return None if response.outcome is None else Page(response.outcome, detail=response.detail)


def drift(detail: str, problems: Sequence[str] = ()) -> Page:
    """Give the page of an answer that is not what it should be."""
    return Page(Outcome.SCHEMA_DRIFT, problems=tuple(problems), detail=detail)
