"""What an approval does to the flags that nobody has decided yet, and what the approver chose for them.

A flag whose content changed under it is not to be left to chance: the approver sees how many of the queue would still
be put before a human and how many not, and has them judged again, leaves them, or withdraws those with a note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from monitor.errors import NotAllowedError
from monitor.governance.book import Governance, reason
from monitor.governance.changes import change
from monitor.judge import Judges, judge
from monitor.models import User
from monitor.store import OpenFlag, Store, Version

AT_ONCE = 1000


class Choice(StrEnum):
    """What is done with open flags."""

    RESCREEN = "saring"
    KEEP = "biarkan"
    WITHDRAW = "tarik"


@dataclass(frozen=True, slots=True)
class OpenFate:
    """Open flags that a change touches. `gone` would no longer be flagged; of these `reviewed` are in somebody's hands.

    `rules` are the ids that can answer otherwise, None = whatever is in the queue may change.
    """

    total: int
    gone: tuple[OpenFlag, ...]
    rules: frozenset[str] | None

    @property
    def stays(self) -> int:
        """How many would be flagged as well."""
        return self.total - len(self.gone)

    @property
    def reviewed(self) -> int:
        """How many of those that would go are in somebody's hands: these stay, whatever is chosen."""
        return sum(one.reviewed for one in self.gone)


def foresee(store: Store, old: Judges, new: Judges) -> OpenFate:
    """Judge what the open flags rest on by the new judges; nothing is stored."""
    differs = change(old, new)
    rules = None if differs.wide else differs.rules
    flags = store.asides.open(rules)
    standing = set(_standing(store, new, sorted({one.item_id for one in flags})))
    gone = tuple(one for one in flags if (one.item_id, one.person_id) not in standing)
    return OpenFate(len(flags), gone, rules)


def _standing(store: Store, judges: Judges, item_ids: Sequence[int]) -> Iterator[tuple[int, int]]:
    for start in range(0, len(item_ids), AT_ONCE):
        for one in judge(judges, store.reading.some(list(item_ids[start : start + AT_ONCE]))):
            for actor, _ in one.opinions:
                if actor.person.person_id not in one.held:
                    yield one.stored.item_id, actor.person.person_id


@dataclass(frozen=True, slots=True)
class Approver:
    """Who approves and why, with what is chosen for open flags; `note` says why they are withdrawn."""

    user: User
    why: str
    choice: Choice = Choice.KEEP
    note: str = ""


class Approving:
    """Approvals with what they do to open flags. `judges` are those in force, `judges_of` those of a folder."""

    def __init__(
        self, governance: Governance, store: Store, judges: Callable[[], Judges], judges_of: Callable[[Path], Judges]
    ) -> None:
        self._governance = governance
        self._store = store
        self._judges = judges
        self._judges_of = judges_of

    def foresee(self, version: Version) -> OpenFate:
        """Tell what a version would do to open flags.

        Raises:
            RulesError: it no longer fits what is in force.
        """
        with self._governance.laid(version.path, version.content) as folder:
            return foresee(self._store, self._judges(), self._judges_of(folder))

    def approve(self, version_id: int, by: Approver) -> tuple[Version, OpenFate]:
        """Put a proposal in force and do with the open flags as chosen; what is to be judged again is noted for it.

        Raises:
            NotAllowedError: as `Governance.approve`; a withdrawal without a note. RulesError, ConflictError: likewise.
        """
        note = reason(by.note) if by.choice is Choice.WITHDRAW else " ".join(by.note.split())
        fate = self.foresee(self._store.rulebook.get(version_id))
        version = self._governance.approve(version_id, by.user, by.why)
        withdraw = [one.flag_id for one in fate.gone if not one.reviewed] if by.choice is Choice.WITHDRAW else []
        self._store.asides.choose(version.path, by.choice, by.user.user_id, note, withdraw=withdraw)
        if by.choice is Choice.RESCREEN:
            self._store.asides.look_again(fate.rules)
        return version, fate


def choice(value: str) -> Choice:
    """Read a choice.

    Raises:
        NotAllowedError: it is none.
    """
    named = {"rescreen": Choice.RESCREEN, "keep": Choice.KEEP, "withdraw": Choice.WITHDRAW}
    found = named.get(value) or next((one for one in Choice if one.value == value), None)
    if found is None:
        raise NotAllowedError("pilih apa yang terjadi pada tanda yang terbuka: saring, biarkan, atau tarik")
    return found
