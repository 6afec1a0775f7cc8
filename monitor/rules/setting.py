"""What stands around a text (who, where, when, on whose account), and whether a rule applies there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from functools import lru_cache

from monitor.models import Act, ItemKind, PersonKind, Phase, Platform, Relation
from monitor.rules.nodes import Gate
from monitor.rules.schema import AccountKind, AppliesTo, RuleFile
from monitor.rules.view import canonical, is_word

OFFICE_OPENS, OFFICE_CLOSES = time(7, 30), time(16, 0)
"""Perpres 21/2023: five days, from 07.30 local time. Which days are worked, public holidays off, comes with the act."""
_SATURDAY = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a text. None = unknown; `lenient` lets unknown things pass (trying a text by hand).

    `ago`: how many days before this act the same person's earlier acts of this kind and relation were done.
    """

    kind: ItemKind
    gate: Gate
    relation: Relation = Relation.NONE
    phase: Phase | None = None
    platform: Platform | None = None
    person_kind: PersonKind | None = None
    spouse: bool | None = None
    lenient: bool = False
    account_kind: AccountKind | None = None
    post: str | None = None
    region: str | None = None
    office_hours: bool | None = None
    ago: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class Supposed:
    """What is supposed of an act when a text is tried by hand; None = unknown, and nothing fails by it.

    `repeats`: it is the so-manieth act of its sort by this person, all on one day.
    """

    repeats: int | None = None
    office_hours: bool | None = None

    def around(self, around: Around) -> Around:
        """Give a setting with what is supposed."""
        ago = around.ago if self.repeats is None else (0.0,) * (self.repeats - 1)
        hours = around.office_hours if self.office_hours is None else self.office_hours
        return replace(around, ago=ago, office_hours=hours)


NOTHING = Supposed()


def around_act(act: Act, zone: tzinfo) -> Around:
    """Read the setting of an act; its day and hour are those of the zone."""
    stored, actor, setting = act.stored, act.actor, act.setting
    item = stored.item
    happened = item.happened_at.astimezone(zone) if item.happened_at is not None else None
    day = (happened or stored.captured_at.astimezone(zone)).date()
    appointment = actor.appointment if actor is not None else None
    account = actor.account if actor is not None else None
    official = None if account is None else AccountKind.OFFICIAL if account.official else AccountKind.PRIVATE
    return Around(
        kind=item.kind,
        gate=Gate(setting.contest_id, day),
        relation=setting.relation,
        phase=setting.phase,
        platform=item.platform,
        person_kind=appointment.kind if appointment is not None else None,
        spouse=actor.person.spouse_of_candidate if actor is not None else None,
        account_kind=official,
        post=appointment.post if appointment is not None else None,
        region=appointment.region if appointment is not None else None,
        office_hours=None if happened is None else in_office_hours(happened, works=act.workday),
        ago=_ago(act.earlier, item.happened_at),
    )


def in_office_hours(at: datetime, *, works: bool | None = None) -> bool:
    """Tell whether a local time falls between 07.30 and 16.00 of a day that is worked (None: Monday to Friday)."""
    worked = at.weekday() < _SATURDAY if works is None else works
    return worked and OFFICE_OPENS <= at.time() < OFFICE_CLOSES


def _ago(earlier: Sequence[datetime] | None, at: datetime | None) -> tuple[float, ...] | None:
    if earlier is None or at is None:
        return None
    return tuple((at - one) / _DAY for one in earlier if one <= at)


def outside(file: RuleFile, around: Around) -> str:
    """Give why a rule does not apply in a setting, "" where it does."""
    to = file.applies_to
    if around.kind not in to.kinds:
        return f"tidak berlaku untuk `{around.kind}`"
    if to.relations and around.relation not in to.relations:
        return f"hubungan `{around.relation}` tidak termasuk"
    if to.person_kinds and around.person_kind not in to.person_kinds:
        return "status orangnya tidak termasuk"
    if to.spouse is not None and around.spouse is not to.spouse:
        return "bukan suami/istri calon" if to.spouse else "suami/istri calon"
    reason = _further(to, around) if _asks_more(to) else ""
    return reason if reason or around.lenient else _place_and_time(file, around)


def _place_and_time(file: RuleFile, around: Around) -> str:
    platforms = file.applies_to.platforms
    if platforms and around.platform not in platforms:
        return f"tidak berlaku di `{around.platform}`"
    if file.phases and around.phase not in file.phases:
        return f"tidak berlaku pada tahap `{around.phase or 'tidak diketahui'}`"
    return ""


def _asks_more(to: AppliesTo) -> bool:
    return bool(to.account_kinds or to.posts or to.regions or to.repeated or to.office_hours is not None)


def _further(to: AppliesTo, around: Around) -> str:
    """Check account, post, region, hour and repetition; what is unknown fails, unless `lenient`."""

    def fails(known: bool, holds: bool) -> bool:  # noqa: FBT001 - two facts of one question
        return not holds if known else not around.lenient

    if to.account_kinds and fails(around.account_kind is not None, around.account_kind in to.account_kinds):
        return f"jenis akun `{around.account_kind or 'tidak diketahui'}` tidak termasuk"
    if to.posts and fails(around.post is not None, _holds_post(around.post or "", to.posts)):
        return "jabatannya tidak termasuk"
    if to.regions and fails(around.region is not None, _is_region(around.region or "", to.regions)):
        return "wilayahnya tidak termasuk"
    if to.office_hours is not None and fails(around.office_hours is not None, around.office_hours is to.office_hours):
        return "di luar jam kerja, atau jamnya tidak diketahui" if to.office_hours else "pada jam kerja"
    if to.repeated is not None:
        done = 1 + sum(days <= to.repeated.days for days in around.ago or ())
        if fails(around.ago is not None, done >= to.repeated.count):
            return f"baru tindakan sejenis ke-{done} dalam {to.repeated.days} hari, syaratnya {to.repeated.count}"
    return ""


@lru_cache(maxsize=4096)
def _holds_post(post: str, wanted: tuple[str, ...]) -> bool:
    text = canonical(post)
    return any(_has_word(text, canonical(one.removesuffix("*")), open_end=one.endswith("*")) for one in wanted)


def _has_word(text: str, word: str, *, open_end: bool) -> bool:
    at = text.find(word)
    while at >= 0 and word:
        end = at + len(word)
        if not (at and is_word(text[at - 1])) and (open_end or end == len(text) or not is_word(text[end])):
            return True
        at = text.find(word, at + 1)
    return False


@lru_cache(maxsize=4096)
def _is_region(region: str, wanted: tuple[str, ...]) -> bool:
    return canonical(region) in {canonical(one) for one in wanted}
