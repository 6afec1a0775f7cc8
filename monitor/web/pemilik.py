"""Whose account it is: the card of the case page, with how sure we are and what people found out."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.models import Account, Condition, Confidence, Flag, User
from monitor.store.ownership import AccountCheck
from monitor.web.auth import may_decide
from monitor.web.safety import services

LONGEST = 300
"""Letters that one line of what was seen may have."""

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Checked:
    """A line of an account's history: the event, and who it was."""

    event: AccountCheck
    by: str


@dataclass(frozen=True, slots=True)
class Owner:
    """The card of an account: the rungs above and below, what the top one lacks, what people did before."""

    account: Account
    others: tuple[Confidence, ...]
    free: tuple[Condition, ...]
    missing: tuple[str, ...]
    checks: tuple[Checked, ...]
    may_change: bool
    longest: int = LONGEST


def owner(flag: Flag, user: User) -> Owner | None:
    """Give the card of the account that acted; None where only a name was found."""
    account, store = flag.actor.account, services().store
    if account is None:
        return None
    held = store.roster.checks(account.account_id, _SHOWN)
    return Owner(
        account,
        tuple(one for one in Confidence if one is not account.confidence),
        tuple(one for one in Condition if one not in account.conditions),
        tuple(one.value for one in store.roster.missing(account.account_id)),
        tuple(Checked(one, _name(one.user_id)) for one in held),
        may_decide(user),
    )


def _name(user_id: int | None) -> str:
    found = services().store.users.get(user_id) if user_id is not None else None
    return found.full_name if found is not None else ""
