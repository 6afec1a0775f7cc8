"""What reviewers' decisions teach of texts: those about the words do, those about the person do not."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.models import Flag, Level, ReasonCode, State
from monitor.store import cases
from monitor.store.connection import Connection
from monitor.store.samples import Samples

TEACHES: dict[ReasonCode, bool] = {
    ReasonCode.QUOTED_NEWS: False,
    ReasonCode.CIVIC_INFORMATION: False,
    ReasonCode.CRITICISM: False,
    ReasonCode.NOT_PARTISAN: False,
    ReasonCode.SUPPORT: True,
    ReasonCode.CALL: True,
    ReasonCode.ATTACK: True,
}
"""Reason -> whether the words take a side. Whose account it was, in which office or capacity somebody acted, when, or
by accident: all of that says nothing of the words."""
SAMPLE = "sampel"


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text and whether a person said that it takes a side. `key` is stable; `reason` a code, or `SAMPLE`.

    `probability` is what the model said then; `ruled` tells whether a rule had put it into the queue.
    """

    key: str
    text: str
    partisan: bool
    user_id: int
    platform: str
    reason: str
    probability: float | None
    ruled: bool = False


class Learning:
    """Reads lessons; writes nothing."""

    def __init__(self, connection: Connection, samples: Samples) -> None:
        self._connection = connection
        self._samples = samples

    def lessons(self) -> list[Lesson]:
        """Give what standing decisions and judged samples teach, one lesson a text and reviewer, oldest first."""
        with self._connection.snapshot() as db:
            rows = db.execute(
                "SELECT flag_id FROM flags WHERE state IN (?,?) ORDER BY flag_id",
                (State.CLEARED.value, State.LEAD.value),
            )
            flags = cases.load(db, [row[0] for row in rows])
        found = [lesson for flag in flags if (lesson := _lesson(flag)) is not None]
        for one in self._samples.judged():
            item = one.stored.item
            if text := item.judged_words:
                key = f"item:{one.stored.item_id}:{one.stored.version}"
                found.append(Lesson(key, text, one.partisan, one.user_id, item.platform.value, SAMPLE, one.probability))
        return list({(one.text, one.user_id): one for one in found}.values())


def _lesson(flag: Flag) -> Lesson | None:
    last = flag.decisions[-1] if flag.decisions else None
    item = flag.stored.item
    text = item.judged_words
    if last is None or last.reason is None or last.reason not in TEACHES or not text:
        return None
    key = f"item:{flag.stored.item_id}:{flag.stored.version}"
    return Lesson(
        key,
        text,
        TEACHES[last.reason],
        last.user_id,
        item.platform.value,
        last.reason.value,
        flag.opinion.probability,
        ruled=any(match.level.rank >= Level.MEDIUM.rank for match in flag.opinion.matches),
    )
