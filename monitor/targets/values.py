"""What a contest is made of, as facts with dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from monitor.models import Platform, Relation

Kind = Literal["pemilu", "pilkada"]
NATIONAL = "*"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person on a ticket. `aliases` are nicknames and shorter forms that people write."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Party:
    """A party. Its ballot number means something from `number_from` on (None = always)."""

    name: str
    aliases: tuple[str, ...] = ()
    number: int | None = None
    number_from: date | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """One choice on the ballot. Before `number_from`, the day of the draw, the number means nothing (None = always)."""

    ticket_id: str
    number: int | None = None
    number_from: date | None = None
    people: tuple[Candidate, ...] = ()
    parties: tuple[str, ...] = ()
    slogans: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TargetAccount:
    """An account whose owner matters to the contest. `since` and `until` are inclusive; None = open."""

    platform: Platform
    native_id: str
    handle: str
    role: Relation
    ticket_id: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Contest:
    """One election. `regions` holds names, or "*" for the whole country; `since` and `until` are inclusive."""

    contest_id: str
    title: str
    kind: Kind
    regions: tuple[str, ...]
    tickets: tuple[Ticket, ...] = ()
    parties: tuple[Party, ...] = ()
    camps: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    accounts: tuple[TargetAccount, ...] = ()
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """The words of one or more contests, sorted, without repetition; hashtags without `#`, accounts without `@`.

    `numbers` are ballot numbers of tickets, `party_numbers` those of parties; both only once drawn.
    """

    names: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    camps: tuple[str, ...] = ()
    slogans: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    party_numbers: tuple[int, ...] = ()
