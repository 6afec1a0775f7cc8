"""Ending a stop: the approver releases a rule that the breaker stopped, or withdraws what it flagged, with a note."""

from __future__ import annotations

from pathlib import PurePosixPath

from monitor.errors import NotAllowedError
from monitor.governance.book import reason
from monitor.models import Role, User
from monitor.store import Ending, Event, Stop, Store


def end_stop(store: Store, stop_id: int, user: User, ending: Ending, note: str) -> Stop:
    """End a stop as the approver decides. A released rule's flags are then to be judged once more (`look_again`).

    Raises:
        NotAllowedError: not an approver, whoever proposed what is in force, no note. ConflictError: it was ended.
    """
    if Role.RULE_APPROVER not in user.roles or not user.active:
        raise NotAllowedError(
            f"{user.full_name} tidak berwenang memutuskan aturan yang dihentikan — perlu peran `{Role.RULE_APPROVER}`"
        )
    said, stop = reason(note), store.breaker.stop(stop_id)
    if user.user_id in _proposers(store, stop.rule_id):
        raise NotAllowedError("aturan usulan sendiri tidak dapat dilepas sendiri — minta penyetuju lain")
    return store.breaker.end(stop_id, ending, user.user_id, said)


def _proposers(store: Store, rule_id: str) -> set[int]:
    """Give who proposed the content in force of a rule."""
    held = store.rulebook.in_force()
    return {
        happened.user_id
        for path, version in held.items()
        if PurePosixPath(path).stem == rule_id
        for happened in version.happenings
        if happened.event is Event.PROPOSED and happened.user_id is not None
    }
