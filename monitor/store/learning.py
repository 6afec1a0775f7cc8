# ruff: noqa: S608 -- only names of states are put into SQL; every value is bound
"""What reviewers' decisions teach of texts: those about the words do, those about the person do not."""

from __future__ import annotations

from dataclasses import dataclass, replace

from monitor.models import Flag, Item, ItemKind, Level, Phase, ReasonCode, Relation, Setting
from monitor.store import cases
from monitor.store.connection import Connection
from monitor.store.decisions import AHEAD, DISMISSED, standing
from monitor.store.outcomes import judged_words
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

    `probability` is what the model said then; `ruled` tells whether a rule had put it into the queue. The rest is what
    rules look at: title, own words and those of the post above, kind, relation, phase (None = unknown) and contest.
    """

    key: str
    text: str
    partisan: bool
    user_id: int
    platform: str
    reason: str
    probability: float | None
    ruled: bool = False
    title: str = ""
    own: str = ""
    parent_text: str = ""
    kind: ItemKind = ItemKind.POST
    relation: Relation = Relation.NONE
    phase: Phase | None = None
    contest_id: str = ""


class Learning:
    """Reads lessons; writes nothing."""

    def __init__(self, connection: Connection, samples: Samples) -> None:
        self._connection = connection
        self._samples = samples

    def lessons(self) -> list[Lesson]:
        """Give what standing decisions and judged samples teach, one lesson a text and reviewer, oldest first."""
        with self._connection.snapshot() as db:
            rows = db.execute(
                "SELECT f.flag_id FROM flags f JOIN items i ON i.item_id = f.item_id AND i.erased = 0 "
                f"WHERE f.state IN {AHEAD} OR f.state IN {DISMISSED} ORDER BY f.flag_id"
            )
            flags = cases.load(db, [row[0] for row in rows])
            answered = judged_words(db)
        lessons = [(flag.flag_id, lesson) for flag in flags if (lesson := _lesson(flag)) is not None]
        # The authority has the last word on words that reviewers took for partisan.
        found = [replace(one, partisan=one.partisan and answered.get(flag_id, True)) for flag_id, one in lessons]
        for one in self._samples.judged():
            item = one.stored.item
            if text := item.judged_words:
                key = f"item:{one.stored.item_id}:{one.stored.version}"
                lesson = Lesson(key, text, one.partisan, one.user_id, item.platform.value, SAMPLE, one.probability)
                found.append(_placed(lesson, item, Setting()))
        return list({(one.text, one.user_id): one for one in found}.values())


def _lesson(flag: Flag) -> Lesson | None:
    # The words were judged where a reason stands; the steps of a case after that carry none.
    last = next((one for one in reversed(standing(flag.decisions)) if one.reason is not None), None)
    item = flag.stored.item
    text = item.judged_words
    if last is None or last.reason not in TEACHES or not text or TEACHES[last.reason] is not flag.state.ahead:
        return None
    key = f"item:{flag.stored.item_id}:{flag.stored.version}"
    lesson = Lesson(
        key,
        text,
        TEACHES[last.reason],
        last.user_id,
        item.platform.value,
        last.reason.value,
        flag.opinion.probability,
        ruled=any(match.level.rank >= Level.MEDIUM.rank for match in flag.opinion.matches),
    )
    return _placed(lesson, item, flag.opinion.setting)


def _placed(lesson: Lesson, item: Item, setting: Setting) -> Lesson:
    return replace(
        lesson, title=item.title, own=item.text, parent_text=item.parent.text if item.parent is not None else "",
        kind=item.kind, relation=setting.relation, phase=setting.phase, contest_id=setting.contest_id,
    )  # fmt: skip
