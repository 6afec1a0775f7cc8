"""What the tests of rules share: the shipped folder, the invented contest, acts and a small folder of one's own."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from monitor.models import (
    Act,
    Actor,
    Appointment,
    Basis,
    Item,
    ItemKind,
    Parent,
    Person,
    PersonKind,
    Phase,
    Platform,
    Relation,
    Setting,
    StoredItem,
)
from monitor.rules import RuleSet
from monitor.targets import Targets

SHIPPED = Path(__file__).parents[2] / "rules"
CONTEST = "pilkada-contoh-2025"
AFTER_DRAW = datetime(2025, 5, 12, 3, 0, tzinfo=UTC)
BEFORE_DRAW = datetime(2025, 3, 17, 3, 0, tzinfo=UTC)


@lru_cache(maxsize=1)
def targets() -> Targets:
    return Targets.load(SHIPPED / "targets", only=(CONTEST,))


@lru_cache(maxsize=1)
def shipped() -> RuleSet:
    return RuleSet.load(SHIPPED, targets())


def own_folder(folder: Path, **rules: str) -> Path:
    """Make a rules folder with the shipped targets and lexicons and the given rule files."""
    for name in ("targets", "lexicon"):
        shutil.copytree(SHIPPED / name, folder / name, dirs_exist_ok=True)
    (folder / "asn").mkdir(exist_ok=True)
    for name, text in rules.items():
        (folder / "asn" / f"{name.replace('_', '-')}.yaml").write_text(text, encoding="utf-8")
    return folder


def act(
    text: str = "",
    *,
    kind: ItemKind = ItemKind.POST,
    relation: Relation = Relation.NONE,
    phase: Phase | None = Phase.CAMPAIGN,
    person: PersonKind = PersonKind.PNS,
    parent: str = "",
    title: str = "",
    at: datetime = AFTER_DRAW,
    spouse: bool = False,
) -> Act:
    appointment = Appointment(person, "Dinas Contoh", "staf", "Kabupaten Contoh")
    who = Person(1, "Rekaan Uji", "Rekaan Uji, S.Misal.", (appointment,), spouse_of_candidate=spouse)
    item = Item(
        "uji", Platform.INSTAGRAM, "1", kind, None, text, title=title, happened_at=at,
        parent=Parent(text=parent) if parent or relation is not Relation.NONE else None,
    )  # fmt: skip
    actor = Actor(who, Basis.ACCOUNT_ID, 1.0, appointment=appointment)
    return Act(StoredItem(1, 1, item, "", "", at), actor, Setting(CONTEST, phase, 2, relation))


def ids(matches: tuple) -> set[str]:
    return {match.rule_id for match in matches}
