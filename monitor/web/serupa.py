"""Flags that say nearly the same: shown together, decided in one step with exceptions, each by an event of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from monitor.errors import ConflictError, NotAllowedError
from monitor.models import Flag, ReasonCode, State, User
from monitor.store import NOT_OF_THE_TEXT, Member
from monitor.web.auth import may_see
from monitor.web.i18n import t
from monitor.web.looked import shown
from monitor.web.safety import services
from monitor.web.text import plain
from monitor.web.views import office_words

_SNIPPET = 160


@dataclass(frozen=True, slots=True)
class Twin:
    """A flag nearly the same as that of the page. `last` is its newest decision ("" = none), `why` how alike it is."""

    flag_id: int
    name: str
    office: str
    words: str
    why: str
    last: str


@dataclass(frozen=True, slots=True)
class Together:
    """What came of deciding the others: how many were decided, how many somebody else had decided first."""

    done: int = 0
    late: int = 0


def twins(flag: Flag, user: User) -> list[Twin]:
    """Give the other open flags of a flag's group that this user may see."""
    return [
        _twin(one) for one in services().store.groups.members(flag.flag_id, user.regions) if may_see(user, one.flag)
    ]


def _twin(member: Member) -> Twin:
    flag, item = member.flag, member.flag.stored.item
    shown(flags=[flag.flag_id])
    words = item.text or item.title or (item.parent.text if item.parent else "")
    share = int(100 * member.likeness)
    return Twin(
        flag.flag_id,
        flag.actor.person.full_name,
        office_words(flag.actor),
        plain(words[: 8 * _SNIPPET], _SNIPPET),
        t("serupa.persis") if member.likeness >= 1 else t("serupa.hampir", n=share),
        str(flag.decisions[-1].decision_id) if flag.decisions else "",
    )


def others(flag_ids: Sequence[int], user: User) -> dict[int, int]:
    """Give how many other open flags say nearly the same, by flag id; none is left out."""
    found = services().store.groups.others(flag_ids, user.regions)
    return {flag_id: count for flag_id, (_, count) in found.items()}


def asked() -> bool:
    """Tell whether the form decides the others too."""
    return request.form.get("sekaligus") == "1"


def speaks_of_words(reason: ReasonCode) -> bool:
    """Tell whether a reason speaks of the words, which are alike, and not of whose account it was."""
    return reason.value not in NOT_OF_THE_TEXT


def decide_others(flag: Flag, user: User, state: State, reason: ReasonCode, note: str) -> Together:
    """Decide the others as the form says: those that were shown, without the exceptions. One event each."""
    if not asked():
        return Together()
    seen, excepted = _shown(request.form.getlist("serupa")), set(request.form.getlist("kecuali"))
    done = late = 0
    for twin in twins(flag, user):
        if twin.flag_id not in seen or str(twin.flag_id) in excepted:
            continue
        expected = int(seen[twin.flag_id]) if seen[twin.flag_id] else None
        try:
            services().store.decisions.append(twin.flag_id, user.user_id, state, reason, note, expected=expected)
            done += 1
        except (ConflictError, NotAllowedError):
            late += 1
    return Together(done, late)


def _shown(values: Sequence[str]) -> dict[int, str]:
    """Read "flag:last decision" pairs; whatever else a form holds is left out."""
    pairs = [value.partition(":") for value in values if len(value) < 40 and value.isascii()]
    return {int(one): last for one, _, last in pairs if one.isdigit() and (last.isdigit() or not last)}
