"""What is known already of a link that somebody is about to record, without telling one region of another's people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.capture import Link
from monitor.models import Capture, CaptureState, Flag, User
from monitor.store import StoredCapture
from monitor.web.auth import barred_persons, may_see
from monitor.web.looked import shown
from monitor.web.safety import services

_STANDING = frozenset({CaptureState.WAITING, CaptureState.CONFIRMED})


@dataclass(frozen=True, slots=True)
class Before:
    """One earlier capture that this user may see."""

    capture_id: int
    act: str
    state: str
    name: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Handled:
    """What is known of a link. `elsewhere` counts captures of other regions; of those nothing else is said."""

    before: tuple[Before, ...]
    elsewhere: int
    collected: bool
    flags: tuple[Flag, ...]

    @property
    def nothing(self) -> bool:
        """True for a link that nobody recorded and no source collected."""
        return not (self.before or self.elsewhere or self.collected)


def visible(stored: StoredCapture, user: User) -> bool:
    """Tell whether a capture lies in the user's regions and the user is not too near to its person."""
    if user.regions and stored.region not in user.regions:
        return False
    return stored.user_id == user.user_id or stored.capture.person_id not in barred_persons(user)


def handled(link: Link, user: User) -> Handled:
    """Look a link up among what was recorded and what was collected."""
    store = services().store
    recorded = [one for one in store.captures.on_target(link.key) if one.state is not CaptureState.WITHDRAWN]
    mine = [one for one in recorded if visible(one, user)]
    item = store.items.find(link.platform, link.post_id or link.key)
    item_ids = {one.item_id for one in mine if one.item_id is not None} | ({item.item_id} if item else set())
    flags = [flag for one in sorted(item_ids) for flag in store.flags.of_item(one) if may_see(user, flag)]
    return Handled(
        before=tuple(_before(one) for one in mine),
        elsewhere=len(recorded) - len(mine),
        collected=item is not None and not any(one.item_id == item.item_id for one in recorded),
        flags=tuple(flags),
    )


def same_act(capture: Capture, user: User) -> list[int]:
    """Give earlier captures of this very act that stand; 0 for one of another region."""
    key = capture.target_key
    return [
        one.capture_id if visible(one, user) else 0
        for one in services().store.captures.on_target(key)
        if one.state in _STANDING and one.capture.native_id == capture.native_id
    ]


def person_name(person_id: int) -> str:
    """Give a person's full name; "" where the roster no longer holds one."""
    found = services().store.lookup.get(person_id)
    shown(persons=[person_id])
    return found.person.full_name if found is not None else ""


def user_name(user_id: int) -> str:
    """Give a user's full name."""
    found = services().store.users.get(user_id)
    return found.full_name if found is not None else ""


def _before(one: StoredCapture) -> Before:
    return Before(
        one.capture_id,
        one.capture.act.value,
        one.state.value,
        person_name(one.capture.person_id),
        user_name(one.user_id),
        one.recorded_at,
    )
