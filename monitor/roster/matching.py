"""Whose act is it? By immutable account id where there is one, by handle more weakly, by name in news weakest of all.

The actor is who acted: the owner of the account, never somebody pictured, tagged or named. Only in articles, which
nobody on the roster wrote, does a name propose a person.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from monitor.models import (
    Account,
    AccountRef,
    Actor,
    Basis,
    Confidence,
    HandleSpan,
    ItemKind,
    Person,
    Platform,
    StoredItem,
)
from monitor.roster.context import NEAR, Around, Evidence, Place, latest, someone_elses_post, vocabulary, weigh
from monitor.roster.mentions import Form, Mention, NameIndex
from monitor.roster.names import Word, name_words

_HANDLE_STRENGTH = 0.7
_BASE = {Form.FULL: 0.6, Form.INITIALS: 0.5, Form.SHORT: 0.4, Form.SINGLE: 0.3}
_CEILING = 0.95
_MOST_MENTIONS = 50  # of one person in one article; a hostile page may repeat a name without end


_MEMO = 50_000
"""Accounts on a day that are remembered: an account seldom acts once."""


def _by_strength(found: Iterable[Actor]) -> tuple[Actor, ...]:
    return tuple(sorted(found, key=lambda actor: (-actor.strength, actor.person.person_id)))


def _bare(handle: str) -> str:
    return handle.strip().lstrip("@").casefold()


def _carried(span: HandleSpan, day: date) -> bool:
    return (span.since is None or span.since <= day) and (span.until is None or day <= span.until)


class Roster:
    """The people and accounts of a roster, ready to be matched. Deterministic: the same input gives the same actors."""

    def __init__(self, persons: Sequence[Person], accounts: Sequence[Account], zone: ZoneInfo) -> None:
        self._persons = tuple(persons)
        self._accounts = tuple(accounts)
        self._zone = zone
        self._person = {one.person_id: one for one in self._persons}
        self._acted: dict[tuple[str, str, str, date], tuple[Actor, ...]] = {}
        self._by_id: dict[tuple[Platform, str], list[Account]] = {}
        self._by_handle: dict[tuple[Platform, str], list[tuple[HandleSpan, Account]]] = {}
        for account in self._accounts:
            if account.person_id not in self._person:
                continue
            if account.native_id:
                self._by_id.setdefault((account.platform, account.native_id), []).append(account)
            for span in account.handles:
                self._by_handle.setdefault((account.platform, _bare(span.handle)), []).append((span, account))

    @cached_property
    def _names(self) -> NameIndex:
        return NameIndex([name_words(one.name) for one in self._persons])

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all people and accounts: equal rosters have equal digests, whatever their order."""
        lines = sorted(map(repr, self._persons))
        lines += sorted(f"{sorted(one.conditions)}{replace(one, conditions=frozenset())!r}" for one in self._accounts)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def wanted(self, text: str) -> bool:
        """Tell whether a headline or summary names anybody on the roster, so that the page is worth fetching."""
        return any(not mention.lowercase for mention in self._names.find(text)[1])

    def actors(self, stored: StoredItem, day: date | None = None) -> tuple[Actor, ...]:
        """Give the rostered people who may have acted, strongest first; () for strangers.

        `day` is the local day of the act, where the caller knows it already.
        """
        item = stored.item
        if day is None:
            day = (item.happened_at or stored.captured_at).astimezone(self._zone).date()
        if item.kind is ItemKind.ARTICLE:
            return _by_strength(self._named(f"{item.title}\n{item.text}", day))
        author = item.author
        if author is None:
            return ()
        key = (author.platform.value, author.native_id, author.handle, day)
        known = self._acted.get(key)
        if known is None:
            if len(self._acted) >= _MEMO:
                self._acted.clear()
            known = self._acted[key] = _by_strength(self._owners(author, day))
        return known

    def refs(self, person_id: int) -> tuple[AccountRef, ...]:
        """Give every name by which a source may have called the accounts of a person."""
        mine = [one for one in self._accounts if one.person_id == person_id]
        return tuple(
            dict.fromkeys(
                AccountRef(one.platform, one.native_id, span.handle)
                for one in mine
                for span in (one.handles or (HandleSpan(""),))
            )
        )

    def owners(self, ref: AccountRef, at: datetime) -> frozenset[int]:
        """Give the ids of the people whose account this was at that time."""
        return frozenset(one.person.person_id for one in self._owners(ref, at.astimezone(self._zone).date()))

    # ----------------------------------------------------------------- by account

    def _owners(self, ref: AccountRef | None, day: date) -> Iterator[Actor]:
        if ref is None:
            return
        sure = self._by_id.get((ref.platform, ref.native_id), []) if ref.native_id else []
        if sure:
            for account in sure:
                yield self._owner(account, day, Basis.ACCOUNT_ID, 1.0, "id akun yang tetap sama dengan di daftar")
            return
        weak = {
            account.account_id: account
            for span, account in (self._by_handle.get((ref.platform, _bare(ref.handle)), ()) if ref.handle else ())
            if _carried(span, day) and not (ref.native_id and account.native_id)
        }
        for account in weak.values():
            capped = min(account.confidence, Confidence.MATCHED, key=lambda one: one.rank)
            why = "nama akun sama dan berlaku pada tanggal itu, tetapi tanpa id akun yang tetap"
            yield self._owner(replace(account, confidence=capped), day, Basis.HANDLE, _HANDLE_STRENGTH / len(weak), why)

    def _owner(self, account: Account, day: date, basis: Basis, strength: float, why: str) -> Actor:
        person = self._person[account.person_id]
        return Actor(person, basis, strength, account=account, appointment=person.on(day), why=why)

    # ----------------------------------------------------------------- by name

    def _named(self, text: str, day: date) -> Iterator[Actor]:
        found, mentions = self._names.find(text)
        if not mentions:
            return
        anywhere = vocabulary(found)
        best: dict[int, tuple[float, Mention, Evidence]] = {}
        seen: dict[int, list[Mention]] = {}
        places: dict[int, Place] = {}
        for mention in mentions:
            if mention.form is Form.SINGLE and mention.lowercase:
                continue
            around = Around(_near(text, found, mention), anywhere)
            for number in mention.people:
                said = seen.setdefault(number, [])
                if len(said) == _MOST_MENTIONS:
                    continue
                said.append(mention)
                place = places.get(number) or places.setdefault(number, self._place(number, day))
                evidence = weigh(place, around)
                if mention.form is Form.SINGLE and not self._anchored(found, mention, place, evidence):
                    continue
                strength = _strength(mention, evidence)
                if number not in best or strength > best[number][0]:
                    best[number] = (strength, mention, evidence)
        for number, (strength, mention, evidence) in best.items():
            person = self._persons[number]
            yield Actor(
                person,
                Basis.NAME,
                round(strength, 3),
                appointment=person.on(day),
                spans=tuple((found[one.first].start, found[one.last].end) for one in seen[number]),
                same_name=max(len(mention.people), self._names.sharing(name_words(person.name))),
                why=_why(mention, evidence),
            )

    def _place(self, number: int, day: date) -> Place:
        person = self._persons[number]
        return Place.of(person.on(day) or latest(person))

    @staticmethod
    def _anchored(found: list[Word], mention: Mention, place: Place, evidence: Evidence) -> bool:
        """A one-word name counts only beside its office or post, and not after somebody else's rank or a street."""
        if mention.continued or not evidence.anchors:
            return False
        return not someone_elses_post(found[max(0, mention.first - 1) : mention.first], place)


def _near(text: str, found: list[Word], mention: Mention) -> frozenset[str]:
    """The telling words within `NEAR` words of a mention, in the same paragraph."""
    first, last = mention.first, mention.last
    start, end = found[first].start, found[last].end
    left, right = found[max(0, first - NEAR) : first], found[last + 1 : last + 1 + NEAR]
    before = text.rfind("\n", left[0].start, start) if left else start
    after = text.find("\n", end, right[-1].end) if right else end
    after = len(text) if after < 0 else after
    return vocabulary([word for word in (*left, *right) if before < word.start < after])


def _strength(mention: Mention, evidence: Evidence) -> float:
    base = _BASE[mention.form]
    if mention.continued:
        base *= 0.5
    if mention.lowercase:
        base *= 0.5
    if not (evidence.region_anywhere or evidence.office or evidence.post):
        base *= 0.6
    return min(_CEILING, base / len(mention.people) + evidence.bonus)


def _why(mention: Mention, evidence: Evidence) -> str:
    said = [f"{mention.form.value} tertulis dalam artikel"]
    if evidence.post >= 0.5:
        said.append("jabatannya disebut di dekatnya")
    if evidence.office >= 0.5:
        said.append("instansinya disebut di dekatnya")
    if evidence.region_near or evidence.region_anywhere:
        said.append("wilayahnya disebut")
    if len(mention.people) > 1:
        said.append(f"{len(mention.people)} orang di daftar dapat dimaksud")
    if mention.continued:
        said.append("mungkin bagian dari nama yang lebih panjang")
    return "; ".join(said) + "."
