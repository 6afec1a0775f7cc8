"""How far the statuses of one account were read: newest first, gone on with after an interruption. Pure.

What was read is kept as a list of `[native_id, id at the server]`, newest first and without a hole. A run reads from
the top until it meets that list; only then its new entries join it, so that an interrupted run passes over nothing.
Below, it re-reads what is younger than `recheck_days`, and once in `whole_days` everything: edits and deletions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.collectors import loose

MOST = 1000
"""How many entries are remembered; of what is older `mastodon_past` tells what was taken away."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A status of a page: its identity, the server's id, and when it was written (None: unreadable)."""

    native_id: str
    server_id: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Taken:
    """What a page led to: the `max_id` to go on with ("" = no further), why not, and what is no longer listed."""

    after: str
    stop: str = ""
    gone: tuple[str, ...] = ()


class Walk:
    """The reading of one account's statuses in one run."""

    def __init__(self, state: Mapping[str, object], now: datetime, *, recheck_days: int, whole_days: int) -> None:
        self._known = _pairs(state.get("known"))
        self._resume = loose.text(state.get("resume"))
        self._whole = loose.text(state.get("whole"))
        self._owed = self._resume
        self._deep = not self._whole or now.isoformat() >= self._whole
        self._again = (now + timedelta(days=whole_days)).isoformat()
        self._recheck = now - timedelta(days=recheck_days)
        self._joined = not self._known
        self._above: list[tuple[str, str]] = []
        self._at = 0
        self._pages = 0

    @property
    def known(self) -> bool:
        """True where anything was read before."""
        return bool(self._known)

    @property
    def names(self) -> list[str]:
        """The identities that are remembered, newest first."""
        return [one for one, _ in self._known]

    def state(self) -> dict[str, object]:
        """Give what is to be kept once everything up to the last page is stored."""
        return {"known": [list(one) for one in self._known[:MOST]], "resume": self._resume, "whole": self._whole}

    def take(self, entries: Sequence[Entry], after: str, *, sorted_down: bool) -> Taken:
        """Take a page in. `after` is the `max_id` of the page below, "" at the end of the list."""
        self._pages += 1
        place = {native_id: index for index, (native_id, _) in enumerate(self._known)}
        present = {one.native_id for one in entries}
        hits = [place[one.native_id] for one in entries if one.native_id in place]
        proved = sorted_down or (self._pages == 1 and not after)
        until = len(self._known) if not after else (max(hits) + 1 if hits else self._at)
        gone = [one for one, _ in self._known[self._at : until] if one not in present] if proved else []
        self._join(
            [(one.native_id, one.server_id) for one in entries if one.native_id not in place], until, after, hits
        )
        return self._onward(entries, after, tuple(gone))

    def _join(self, fresh: list[tuple[str, str]], until: int, after: str, hits: list[int]) -> None:
        if self._joined:
            self._known[max(self._at, until) : max(self._at, until)] = fresh
            self._at = max(self._at, until) + len(fresh)
            return
        self._above += fresh
        self._at = max(self._at, until)
        if hits or not after:
            self._joined = True
            self._known[:0] = self._above
            self._at += len(self._above)

    def _onward(self, entries: Sequence[Entry], after: str, gone: tuple[str, ...]) -> Taken:
        if not after:
            self._resume, self._whole = "", self._again
            return Taken("", "daftar habis", gone)
        if not self._joined:
            return Taken(after, gone=gone)
        if self._owed:
            self._at = next((i + 1 for i, one in enumerate(self._known) if one[1] == self._owed), len(self._known))
            after, self._owed = self._owed, ""
            return Taken(after, gone=gone)
        if self._deep:
            self._resume = after
            return Taken(after, gone=gone)
        oldest = min((one.at for one in entries if one.at is not None), default=None)
        if oldest is None or oldest >= self._recheck:
            return Taken(after, gone=gone)
        return Taken("", "sampai yang sudah dikenal", gone)


def _pairs(value: object) -> list[tuple[str, str]]:
    return [
        (one[0], one[1])
        for one in (value if isinstance(value, list) else ())
        if isinstance(one, list) and len(one) == 2 and isinstance(one[0], str) and isinstance(one[1], str)
    ]
