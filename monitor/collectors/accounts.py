"""One source of the settings, many accounts: each watched account is a source of its own.

`source_id` is `"<id of the settings>/<native id>"` (or `/@handle` where the id is not known yet), so that what was seen
of an account is simply how the fetches of its source ended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from monitor.models import Item, Platform

Held = Callable[[Platform, Sequence[str]], Mapping[str, Item]]
"""Gives the newest version of those items that are stored already, by native id."""


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


@dataclass(frozen=True, slots=True)
class Watching:
    """Everything that sources of accounts are told: whom to look at, and what is known already."""

    accounts: tuple[Watched, ...]
    held: Held

    def on(self, platform: Platform) -> tuple[Watched, ...]:
        """Give the accounts of a platform, each once, by key."""
        found: dict[str, Watched] = {}
        for one in self.accounts:
            if one.platform is platform and one.key != "@":
                before = found.get(one.key, one)
                found[one.key] = Watched(
                    platform, one.native_id, before.handle or one.handle,
                    before.rostered or one.rostered, before.campaign or one.campaign,
                )  # fmt: skip
        return tuple(found[key] for key in sorted(found))
