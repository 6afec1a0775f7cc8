"""What an account wrote long ago and has taken away since: found without asking for everything again. Pure.

The newest statuses are compared one by one (`mastodon_walk`). Of what is older two things tell:

* a whole reading, once in `whole_days`: what is stored between two statuses that stand next to each other in the list,
  and is not in it, is doubted;
* a window that rolls over the stored, from the newest of them to the oldest and round again, `check_statuses` a run.

What is doubted, and what stands in the window, is asked for by its own id. Only "there is no such status" counts as
missing, and only in a run in which the same server showed a status that it lists when it was asked for in the same way.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from monitor.collectors import loose
from monitor.collectors.accounts import Stored
from monitor.collectors.mastodon_walk import Entry
from monitor.models import Item, ItemKind, Platform

MOST_DOUBTED = 500
_MOST_BETWEEN = 500


@dataclass(frozen=True, slots=True)
class Look:
    """One status to be asked for: its identity, the server's id, and its moment (None for a control)."""

    native_id: str
    server_id: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Noticed:
    """What a page of the listing led to: statuses to ask for, and those that are proved missing without asking."""

    looks: tuple[Look, ...] = ()
    gone: tuple[str, ...] = ()


class Past:
    """The looks at one account's older statuses in one run."""

    def __init__(
        self, state: Mapping[str, object], author: str, stored: Stored, *, most: int, kinds: Collection[ItemKind]
    ) -> None:
        self._author, self._stored, self._most, self._kinds = author, stored, most, kinds
        self._doubt = _doubts(state.get("doubt"))
        self._until = _place(state.get("until"))
        self._shut = state.get("shut") is True
        self._controls: dict[bool, Look] | None = None
        self._sound: dict[bool, bool] = {}
        self._asked: set[str] = set()
        self._room = most
        self._below: datetime | None = None
        self._onward = ""

    def state(self) -> dict[str, object]:
        """Give what is to be kept between runs.

        What is doubted (the server's id, whether it was missed once), down to when the window has rolled, and whether
        the server showed no status by itself when it was asked last.
        """
        until = [self._until[0].isoformat(), self._until[1]] if self._until is not None else []
        doubted = {key: [one, missed] for key, (one, missed) in list(self._doubt.items())[-MOST_DOUBTED:]}
        return {"doubt": doubted, "until": until, "shut": self._shut}

    # ------------------------------------------------------------------- what to ask for

    def page(
        self,
        entries: Sequence[Entry],
        urls: Mapping[str, str],
        known: Sequence[str],
        turn: tuple[str, str],
        *,
        sound: bool,
    ) -> Noticed:
        """Take a page of the listing in.

        Args:
            entries: its statuses.
            urls: their addresses, by identity.
            known: the statuses that the walk remembers, newest first.
            turn: the `max_id` that was asked with, and that of the page below ("" = none).
            sound: whether the page is sorted, so that what is not between two of its statuses is not in the list.
        """
        first = self._controls is None
        for one in entries:
            self._doubt.pop(one.native_id, None)  # it is listed
        if self._controls is None:
            self._controls = _controls(entries, urls)
        gone = self._missing(entries, set(known), turn, first=first) if sound else ()
        looks = [Look(key, one) for key, (one, _) in self._doubt.items() if self._may_ask(key)][: self._room]
        self._room -= len(looks)
        if first:
            # A list that is not sorted proves nothing of what it leaves out: there everything stored is asked for.
            looks += self._window(known if sound else ())
        self._asked |= {one.native_id for one in looks}
        if not looks or self._sound:
            return Noticed(tuple(looks), gone)
        self._sound = dict.fromkeys(self._controls, False)
        return Noticed((*self._controls.values(), *(() if self._shut else looks)), gone)

    def _may_ask(self, native_id: str) -> bool:
        return native_id not in self._asked and _is_share(native_id) in (self._controls or {})

    def _missing(
        self, entries: Sequence[Entry], known: Collection[str], turn: tuple[str, str], *, first: bool
    ) -> tuple[str, ...]:
        """Doubt what is stored between the statuses of a page; give what is missing and cannot be asked for."""
        moments = [one.at for one in entries if one.at is not None]
        above = (
            None if first and not turn[0] else self._below if turn[0] == self._onward else max(moments, default=None)
        )
        low, self._onward = min(moments, default=None), turn[1]
        self._below = low
        if low is None:
            return ()
        present = {one.native_id for one in entries}
        gone = []
        for item in self._between(low, None if above is None else (above, ""), _MOST_BETWEEN):
            if item.native_id in present or item.native_id in known:
                continue
            if self._askable(item):
                self._doubt.setdefault(item.native_id, (server_id(item.url), False))
            else:
                gone.append(item.native_id)
        return tuple(gone)

    def _window(self, known: Sequence[str]) -> list[Look]:
        """Give the next statuses of the window."""
        remembered = {*known, *(one.native_id for one in (self._controls or {}).values())}
        found = self._between(None, self._until, self._most + len(remembered))
        older = [one for one in found if one.native_id not in remembered and self._askable(one)][: self._most]
        if not older:
            # Nothing here can be asked for; at the oldest, from the newest again.
            self._until = _at(found[-1]) if found else None
        return [
            Look(one.native_id, server_id(one.url), one.happened_at)
            for one in older
            if one.native_id not in self._doubt
        ]

    def _between(self, since: datetime | None, until: tuple[datetime, str] | None, most: int) -> list[Item]:
        found = self._stored(Platform.MASTODON, self._author, since, until, most)
        return [one for one in found if one.kind in self._kinds]

    def _askable(self, item: Item) -> bool:
        return (item.kind is ItemKind.SHARE) in (self._controls or {}) and server_id(item.url) != ""

    # ------------------------------------------------------------------- what came of it

    def control(self, look: Look, *, shown: bool) -> None:
        """Note whether the server showed a status that it lists."""
        self._sound[_is_share(look.native_id)] = shown
        self._shut = not any(self._sound.values())

    def is_control(self, look: Look) -> bool:
        """Tell whether a look only proves that looking works."""
        return look in (self._controls or {}).values()

    def trusts(self, look: Look) -> bool:
        """Tell whether "there is no such status" is believed."""
        return self._sound.get(_is_share(look.native_id), False)

    def done(self, look: Look, *, missing: bool | None) -> None:
        """Note what came of a look (None: nothing); a status missed once is asked for again in the next run."""
        if look.at is not None:
            self._until = (look.at, look.native_id)
        _, before = self._doubt.pop(look.native_id, ("", False))
        if missing is None or (missing and not before):
            self._doubt[look.native_id] = (look.server_id, before or missing is True)


def server_id(url: str) -> str:
    """Give the server's own id of a status as its address ends in it, "" where it ends in none."""
    parts = urlsplit(url).path.rstrip("/").removesuffix("/activity").rpartition("/")[2]
    return parts if parts.isascii() and parts.replace("-", "").replace("_", "").isalnum() and len(parts) <= 100 else ""


def _controls(entries: Sequence[Entry], urls: Mapping[str, str]) -> dict[bool, Look]:
    """Find a status to prove that looking works, one for own words and one for shares: addresses must end in the id."""
    found: dict[bool, Look] = {}
    for one in entries:
        if one.server_id and server_id(urls.get(one.native_id, "")) == one.server_id:
            found.setdefault(_is_share(one.native_id), Look(one.native_id, one.server_id))
    return found


def _is_share(native_id: str) -> bool:
    return "#bagikan=" in native_id


def _doubts(value: object) -> dict[str, tuple[str, bool]]:
    return {
        key: (one[0], one[1] is True)
        for key, one in loose.table(value).items()
        if isinstance(one, list) and len(one) == 2 and isinstance(one[0], str)
    }


def _at(item: Item) -> tuple[datetime, str] | None:
    return (item.happened_at, item.native_id) if item.happened_at is not None else None


def _place(value: object) -> tuple[datetime, str] | None:
    if not isinstance(value, list) or len(value) != 2 or not isinstance(value[1], str):
        return None
    try:
        found = datetime.fromisoformat(loose.text(value[0]))
    except ValueError:
        return None
    return (found, value[1]) if found.tzinfo is not None else None
