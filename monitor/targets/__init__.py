"""Contests as facts: candidates, ballot numbers, parties, slogans and registered campaign accounts, with dates.

One YAML file a contest under rules/targets/. `Targets.terms` gives the words that rules look for and the classifier
masks; `Targets.relation` tells whose account an act was done to. Pure after loading: the day comes in as an argument.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Self

from monitor.errors import Problem, RulesError
from monitor.models import AccountRef, Platform, Relation
from monitor.targets import files
from monitor.targets.values import NATIONAL, Candidate, Contest, Kind, Party, TargetAccount, Terms, Ticket

__all__ = ["NATIONAL", "Candidate", "Contest", "Kind", "Party", "TargetAccount", "Targets", "Terms", "Ticket"]

_TITLES_BEFORE = frozenset({"h", "hj", "kh", "dr", "drg", "drs", "dra", "prof", "ir"})


def _within(day: date | None, since: date | None, until: date | None) -> bool:
    """Without a day everything counts."""
    return day is None or ((since is None or since <= day) and (until is None or day <= until))


def bare_handle(handle: str) -> str:
    """Fold a handle for comparing: no `@`, no case."""
    return handle.strip().lstrip("@").casefold()


def fold_region(region: str) -> str:
    """Fold a region's name for comparing: "Kab. Contoh" is "kabupaten contoh"."""
    words = region.casefold().replace(".", " ").split()
    spelt = {"kab": "kabupaten", "prov": "provinsi", "propinsi": "provinsi"}
    return " ".join(spelt.get(word, word) for word in words)


def without_titles(name: str) -> str:
    """Give a candidate's name without what stands before ("H.", "Dr.") and after a comma (", S.H.")."""
    words = name.partition(",")[0].split()
    while len(words) > 1 and words[0].lower().rstrip(".") in _TITLES_BEFORE:
        words = words[1:]
    return " ".join(words)


def _short_forms(person: Candidate) -> tuple[str, ...]:
    words = without_titles(person.name).split()
    single = (alias for alias in person.aliases if alias.strip().isalpha())
    return tuple(dict.fromkeys((*words[:1], *words[-1:], *single)))


def _names(ticket: Ticket) -> Iterator[str]:
    for person in ticket.people:
        yield person.name
        yield without_titles(person.name)
        yield from person.aliases
    for first, second in zip(ticket.people, ticket.people[1:], strict=False):
        for one in _short_forms(first):
            for other in _short_forms(second):
                yield f"{one}-{other}"


def _sorted(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({word.strip() for word in words} - {""}, key=lambda word: (word.casefold(), word)))


@dataclass(frozen=True)
class Targets:
    """All contests that this office watches. Build it with `load` or `from_json`."""

    contests: tuple[Contest, ...] = ()
    _by_id: dict[tuple[Platform, str], tuple[TargetAccount, ...]] = field(init=False, repr=False, compare=False)
    _by_handle: dict[tuple[Platform, str], tuple[TargetAccount, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_id: dict[tuple[Platform, str], tuple[TargetAccount, ...]] = {}
        by_handle: dict[tuple[Platform, str], tuple[TargetAccount, ...]] = {}
        for account in (account for contest in self.contests for account in contest.accounts):
            if account.native_id:
                key = (account.platform, account.native_id)
                by_id[key] = (*by_id.get(key, ()), account)
            if account.handle:
                key = (account.platform, bare_handle(account.handle))
                by_handle[key] = (*by_handle.get(key, ()), account)
        object.__setattr__(self, "_by_id", by_id)
        object.__setattr__(self, "_by_handle", by_handle)

    @classmethod
    def load(cls, folder: Path, only: Sequence[str] = ()) -> Self:
        """Read every *.yaml of a folder. `only` keeps the contests with these ids; empty keeps all.

        Raises:
            RulesError: every mistake of every file, and an id in `only` that no file has, where all could be read.
        """
        contests: list[Contest] = []
        problems: list[Problem] = []
        seen: dict[str, str] = {}
        paths = sorted(folder.glob("*.yaml"))
        for path in paths:
            contest, more = files.read_contest(path, f"{folder.name}/{path.name}", seen)
            problems += more
            if contest is not None:
                contests.append(contest)
        if len(contests) == len(paths):  # a file in error may be the one that is missed
            known = [contest.contest_id for contest in contests]
            problems += [_unknown_contest(folder, one, known) for one in only if one not in seen]
        if problems:
            raise RulesError(problems)
        return cls(tuple(contest for contest in contests if not only or contest.contest_id in only))

    @classmethod
    def from_json(cls, path: Path) -> Self:
        """Read a supervisor's export: `{parties: [[name, alias..]..], camps: [..], contests: [{contest, tickets}..]}`.

        Raises:
            RulesError: the file cannot be read or has another shape.
        """
        contests, problems = files.read_export(path)
        if problems:
            raise RulesError(problems)
        return cls(contests)

    def contest(self, contest_id: str) -> Contest | None:
        """Find a contest by its id."""
        return next((one for one in self.contests if one.contest_id == contest_id), None)

    def contests_for(self, region: str, on: date | None = None) -> tuple[Contest, ...]:
        """Give the contests held in a region (or nationwide) and valid on that day; without a day, at any time."""
        folded = fold_region(region)
        return tuple(
            one
            for one in self.contests
            if _within(on, one.since, one.until)
            and any(name == NATIONAL or fold_region(name) == folded for name in one.regions)
        )

    def terms(self, contest_id: str = "", on: date | None = None) -> Terms:
        """Give the words of one contest, or of all. With a day: only contests, accounts and numbers valid then."""
        contests = [
            one
            for one in self.contests
            if (not contest_id or one.contest_id == contest_id) and _within(on, one.since, one.until)
        ]
        tickets = [ticket for one in contests for ticket in one.tickets]
        parties = [party for one in contests for party in one.parties]
        return Terms(
            names=_sorted(name for ticket in tickets for name in _names(ticket)),
            parties=_sorted(
                [*(word for party in parties for word in (party.name, *party.aliases))]
                + [name for ticket in tickets for name in ticket.parties]
            ),
            camps=_sorted(camp for one in contests for camp in one.camps),
            slogans=_sorted(slogan for ticket in tickets for slogan in ticket.slogans),
            hashtags=_sorted(
                tag.lstrip("#")
                for tags in (*(one.hashtags for one in contests), *(ticket.hashtags for ticket in tickets))
                for tag in tags
            ),
            accounts=_sorted(
                account.handle.lstrip("@")
                for one in contests
                for account in one.accounts
                if account.role in _PARTISAN and _within(on, account.since, account.until)
            ),
            numbers=_drawn(tickets, on),
            party_numbers=_drawn(parties, on),
        )

    def account(self, ref: AccountRef | None, on: date) -> TargetAccount | None:
        """Find the registered account behind a reference, as valid on that day.

        The immutable id decides. A handle counts only where one of both sides has no id, for handles are reused.
        """
        if ref is None:
            return None
        found: tuple[TargetAccount, ...] = ()
        if ref.native_id:
            found = self._by_id.get((ref.platform, ref.native_id), ())
        if not found and ref.handle:
            same_handle = self._by_handle.get((ref.platform, bare_handle(ref.handle)), ())
            found = tuple(one for one in same_handle if not (one.native_id and ref.native_id))
        return next((one for one in found if _within(on, one.since, one.until)), None)

    def relation(self, ref: AccountRef | None, on: date) -> Relation:
        """Tell to whose account an act relates on that day; `Relation.NONE` where nobody registered it."""
        account = self.account(ref, on)
        return Relation.NONE if account is None else account.role

    @property
    def digest(self) -> str:
        """SHA-256 over every fact: equal targets have equal digests."""
        plain = json.dumps([asdict(one) for one in self.contests], sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(plain.encode()).hexdigest()


_PARTISAN = frozenset({Relation.CAMPAIGN, Relation.CANDIDATE, Relation.PARTY})


def _drawn(choices: Iterable[Ticket | Party], on: date | None) -> tuple[int, ...]:
    numbers = {one.number for one in choices if one.number is not None and _within(on, one.number_from, None)}
    return tuple(sorted(numbers))


def _unknown_contest(folder: Path, contest_id: str, known: Sequence[str]) -> Problem:
    close = difflib.get_close_matches(contest_id, known, n=1)
    advice = f"maksud Anda `{close[0]}`?" if close else "yang ada: " + (", ".join(known) or "belum ada satu pun")
    return Problem(folder.name, 0, 0, f"pemilihan `{contest_id}` tidak ada di folder ini", advice)
