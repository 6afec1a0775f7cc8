"""A run that ends at any request whatever: the next one finds everything, once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.collectors.mastodon_office import Office

MOST = 60


class BrokenOffError(Exception):
    """The process is no more."""


@dataclass
class World:
    """A scenario server with what was done on it, an office that watches it, and what happens after the first run."""

    server: Any
    office: Office
    made: set[str]
    later: Callable[[], set[str]]
    hours: float = 6


def whichever_request_is_the_last(
    world: Callable[[int], AbstractContextManager[World]],
    *,
    least: int,
    check: Callable[[World], None] = lambda _: None,
) -> None:
    """End the first run at its first, second, ... request, until it needs no more; at least so many must have ended."""
    ended = 0
    for last in range(1, MOST):
        with world(last) as one:
            left = [last]

            def ending(_path: str, _given: dict[str, list[str]], left: list[int] = left) -> None:
                left[0] -= 1
                if left[0] == 0:
                    raise BrokenOffError

            one.server.fault = ending
            try:
                one.office.collect()
            except BrokenOffError:
                ended += 1
            one.server.fault = lambda _path, _given: None
            one.server.clock.tick(hours=one.hours)
            one.made |= one.later()
            done = one.office.collect()
            assert all(turn.outcome.proved for turn in done.values()), done
            assert one.office.ids() == dict.fromkeys(one.made, 1), last
            assert one.office.withdrawn() == []
            check(one)
            if left[0] > 0:
                assert ended > least
                return
    pytest.fail("a run needs more requests than were tried")
