"""A great many invented acts of the made-up office: posts, comments, likes, shares and news, some on which rules bite.

Texts are the shipped rules' own examples and the neutral baseline, put together anew with numbers and places, so that
hardly two are equal. Everything follows from the number of the act: equal counts give equal databases.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from pathlib import Path

from monitor.app import App
from monitor.models import (
    Account,
    AccountRef,
    Change,
    Item,
    ItemKind,
    Outcome,
    Page,
    Parent,
    Person,
    Platform,
    Request,
    Response,
)
from monitor.pipeline import screen
from monitor.roster import diff, read_roster
from monitor.rules.lint import baseline_texts
from tests.fakes import FakeClock
from tests.offices import ROOT, make_office
from tests.rules.world import shipped

FIRST_DAY = datetime(2025, 3, 3, 1, 0, tzinfo=UTC)
DAYS = 130
BATCH = 1000
PARTISAN = 0.06
"""Share of acts whose words are a rule's own example."""

Flag = tuple[int, int]
"""(item, person)."""


@lru_cache(maxsize=1)
def words() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give (texts on which some rule bites, neutral texts)."""
    biting = [
        sample.text or sample.parent_text
        for rule in shipped().rules
        for sample in rule.file.examples.match
    ]  # fmt: skip
    return tuple(filter(None, biting)), tuple(text for _, _, text in baseline_texts(ROOT / "rules"))


def acts(count: int, accounts: Sequence[Account], persons: Sequence[Person], first: int = 0) -> Iterator[Item]:
    """Give `count` acts from number `first` on."""
    biting, neutral = words()
    for number in range(first, first + count):
        chance = random.Random(number)

        def text(share: float, chance: random.Random = chance) -> str:
            said = chance.choice(biting if chance.random() < share else neutral)
            whole = f"{said} {chance.choice(('', chance.choice(neutral), f'RT {chance.randint(1, 900)}'))}".strip()
            return whole.lower() if chance.random() < 0.2 else whole

        account = chance.choice(accounts)
        stranger = chance.random() < 0.05
        author = AccountRef(account.platform, f"asing-{chance.randint(1, 50)}" if stranger else account.native_id)
        at = FIRST_DAY + timedelta(days=chance.randrange(DAYS), minutes=chance.randrange(1440))
        kind = chance.choices(
            [ItemKind.POST, ItemKind.COMMENT, ItemKind.LIKE, ItemKind.SHARE, ItemKind.ARTICLE], [60, 15, 12, 8, 5]
        )[0]
        parent, title, own = None, "", text(PARTISAN)
        if kind in {ItemKind.COMMENT, ItemKind.LIKE, ItemKind.SHARE}:
            campaign = chance.random() < 0.05
            owner = AccountRef(Platform.INSTAGRAM, f"kampanye-{chance.randint(1, 3)}-ig") if campaign else None
            parent = Parent(f"induk-{number}", text=text(3 * PARTISAN), owner=owner)
            own = "" if kind is ItemKind.LIKE else own if kind is ItemKind.COMMENT else chance.choice(("", own))
        if kind is ItemKind.ARTICLE:
            name, far = chance.choice(persons).full_name, chance.choice((0, 1, 12))
            author, title = None, text(3 * PARTISAN)[:120]
            own = f"{name} hadir. " + " ".join(chance.choice(neutral) for _ in range(far)) + f" {text(3 * PARTISAN)}"
        yield Item(
            "banyak", account.platform, f"banyak-{number}", kind, author, own, title=title, happened_at=at,
            happened_rule="offset", parent=parent,
        )  # fmt: skip


class BigOffice:
    """An office with rules of its own on the disk (a copy of the shipped ones), the made-up roster, and many acts."""

    def __init__(self, folder: Path) -> None:
        """Open one that was made."""
        self.folder = folder
        self.settings = folder / "config.yaml"
        self.rules = folder / "rules"
        self.app = App.build(self.settings, FakeClock(FIRST_DAY + timedelta(days=DAYS)))

    @classmethod
    def make(cls, folder: Path, count: int) -> BigOffice:
        """Make one with so many acts, not screened yet."""
        settings = make_office(folder)
        # What a rule would flag is counted here: the breaker, which puts a fresh rule's flags aside, has its own tests.
        settings.write_text(settings.read_text("utf-8").replace("max_share: 0.05", "max_share: 1"), "utf-8")
        (folder / "rules").unlink()
        shutil.copytree(ROOT / "rules", folder / "rules")
        office = cls(folder)
        store = office.app.store
        people = diff(read_roster(folder / "demo" / "roster.csv"), store.roster.known(), store.roster.accounts())
        store.roster.apply([one for one in people if one.change is not Change.SAME], user_id=None)
        accounts = [one for one in store.roster.accounts() if one.native_id]
        office.fill(acts(count, accounts, store.roster.persons()))
        return office

    def fill(self, items: Iterator[Item]) -> None:
        """Store acts, a page at a time."""
        store = self.app.store
        run_id = store.runs.begin("collect")
        while some := tuple(islice(items, BATCH)):
            response = Response(Request(f"{some[0].native_id}.jsonl", "file"), self.app.clock(), None, status=200)
            store.items.save_page(
                source_id="banyak", run_id=run_id, response=response, page=Page(Outcome.OK_ITEMS, some),
                evidence_sha256="",
            )  # fmt: skip
        store.runs.finish(run_id, {})

    def screen(self) -> int:
        """Let what is in force judge everything again, as `netra screen --again` does."""
        return screen(self.app.judges(), self.app.store, lambda _: None, again=True)

    def adopt(self) -> None:
        """Put what stands on the disk in force."""
        contents = {
            path.relative_to(self.rules).as_posix(): path.read_text(encoding="utf-8")
            for path in sorted(self.rules.rglob("*.yaml"))
        }
        held = self.app.store.rulebook.in_force()
        self.app.store.rulebook.adopt({**dict.fromkeys(held, ""), **contents}, "uji")

    def queue(self) -> dict[Flag, tuple[str, str]]:
        """Give what stands in the queue: (item, person) -> (level, ground), read past all of Netra's code."""
        with sqlite3.connect(self.app.root / self.app.config.database) as db:
            rows = db.execute(
                "SELECT f.item_id, f.person_id, f.level, json_extract(o.payload, '$.opinion.ground') FROM flags f "
                "JOIN flag_opinions o ON o.opinion_id = f.opinion_id WHERE f.withdrawn = 0"
            ).fetchall()
        db.close()
        return {(item, person): (level, ground) for item, person, level, ground in rows}

    def close(self) -> None:
        self.app.close()
