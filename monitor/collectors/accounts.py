"""One source of the settings, many accounts: each watched account is a source of its own.

`source_id` is `"<id of the settings>/<native id>"` (or `/@handle` where the id is not known yet), so that what was seen
of an account is simply how the fetches of its source ended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from monitor.models import Item, Platform

Held = Callable[[Platform, Sequence[str]], Mapping[str, Item]]
"""Gives the newest version of those items that are stored already, by native id."""
Stored = Callable[[Platform, str, datetime | None, tuple[datetime, str] | None, int], Sequence[Item]]
"""Gives what an account (native id) did strictly between two moments (None = open), newest first, at most so many.

The later moment stands with an identity: of the same second, what comes below that one in the order is given too. Given
is what is stored and not known to be withdrawn, each with identity, kind, address and moment alone.
"""


def _nothing(
    _platform: Platform, _account: str, _since: datetime | None, _until: tuple[datetime, str] | None, _most: int
) -> Sequence[Item]:
    return ()


@dataclass(frozen=True, slots=True)
class Watched:
    """An account to look at: a rostered person's, a campaign's, or both. One of id and handle is known."""

    platform: Platform
    native_id: str
    handle: str = ""
    rostered: bool = False
    campaign: bool = False

    @property
    def key(self) -> str:
        """What follows the id of the settings in its `source_id`."""
        return self.native_id or f"@{self.handle}"


@dataclass(frozen=True)
class Watching:
    """Everything that sources of accounts are told: whom to look at, and what is known already."""

    accounts: tuple[Watched, ...]
    held: Held
    stored: Stored = _nothing

    def on(self, platform: Platform) -> tuple[Watched, ...]:
        """Give the accounts of a platform, each once, by key."""
        return self._by_platform.get(platform, ())

    def ids(self, platform: Platform) -> frozenset[str]:
        """Give the native ids of every account of a platform."""
        return self._ids.get((platform, False), frozenset())

    def rostered(self, platform: Platform) -> frozenset[str]:
        """Give the native ids of the rostered accounts of a platform."""
        return self._ids.get((platform, True), frozenset())

    @cached_property
    def _by_platform(self) -> dict[Platform, tuple[Watched, ...]]:
        found: dict[tuple[Platform, str], Watched] = {}
        for one in self.accounts:
            before = found.get((one.platform, one.key), one)
            found[one.platform, one.key] = Watched(
                one.platform, one.native_id, before.handle or one.handle,
                before.rostered or one.rostered, before.campaign or one.campaign,
            )  # fmt: skip
        ordered = [found[key] for key in sorted(found) if key[1] != "@"]
        return {name: tuple(one for one in ordered if one.platform is name) for name in Platform}

    @cached_property
    def _ids(self) -> dict[tuple[Platform, bool], frozenset[str]]:
        return {
            (name, rostered): frozenset(
                one.native_id for one in self.on(name) if one.native_id and (one.rostered or not rostered)
            )
            for name in Platform
            for rostered in (False, True)
        }
