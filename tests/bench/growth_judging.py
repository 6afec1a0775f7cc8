"""Stages that judge: fold, match, score, triage, over items; matching over phrases, rules and names."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from classifiers.text import fold_plain
from monitor import demo
from monitor.app import App
from monitor.judge import Judges, acts_of
from monitor.models import (
    Account,
    AccountRef,
    Act,
    Appointment,
    Item,
    ItemKind,
    Person,
    PersonKind,
    Platform,
    StoredItem,
)
from monitor.roster import Roster
from monitor.rules import RuleSet
from monitor.targets import Targets
from monitor.triage import triage
from tests.bench.batch_office import CONTEST, DAY, opened
from tests.bench.many import names, phrases, write_phrases, write_rules
from tests.bench.meter import Meter
from tests.bench.posts import post
from tests.offices import ROOT, make_office

AT_ONCE = 1000
PHRASES, PEOPLE = 10_000, 100_000
"""What stands beside the items while their number grows."""
TEXTS = 4000
"""Items that are matched while phrases, rules or names grow."""
NEWS_EVERY = 5
"""Every fifth item is news, which names a person; the others are posts of rostered accounts."""


def chunks(count: int) -> Iterator[range]:
    """Cut so many numbers into batches."""
    for first in range(0, count, AT_ONCE):
        yield range(first, min(first + AT_ONCE, count))


@cache
def crowd(count: int) -> tuple[Person, ...]:
    """Make up so many people, who are looked for by name."""
    place = Appointment(PersonKind.PNS, "Dinas Ukur", "Staf", "Kabupaten Contoh", date(2020, 1, 1))
    return tuple(Person(1_000_000 + number, name, name, (place,)) for number, name in enumerate(names(count)))


@dataclass(frozen=True)
class Bench:
    """The made-up office's judges and accounts, and made-up people who are named in news."""

    app: App
    judges: Judges
    accounts: tuple[Account, ...]
    people: tuple[Person, ...]

    def acts(self, numbers: Sequence[int]) -> list[Act]:
        """Give the acts of some items."""
        return [act for _, act in acts_of(self.judges, self.items(numbers))]

    def items(self, numbers: Sequence[int]) -> list[StoredItem]:
        """Lay posts to accounts in turn, and write every fifth as news that names somebody in the middle."""
        return [
            StoredItem(
                number + 1, 1, self._news(number) if number % NEWS_EVERY == 0 else self.post(number), "", "", DAY
            )
            for number in numbers
        ]

    def post(self, number: int) -> Item:
        """Lay a post to an account."""
        one = self.accounts[number % len(self.accounts)]
        author = AccountRef(one.platform, one.native_id)
        return Item("ukur", one.platform, f"u{number}", ItemKind.POST, author, post(number), happened_at=DAY)

    def _news(self, number: int) -> Item:
        named = random.Random(number).choice(self.people).name
        parts = [post(7 * number + place) for place in range(6)]
        text = " ".join([*parts[:3], f"Hadir pula {named}, Kabupaten Contoh.", *parts[3:]])
        return Item("ukur", Platform.NEWS, f"b{number}", ItemKind.ARTICLE, None, text, title="Berita", happened_at=DAY)


def bench(folder: Path, people: int = 8, rules: Path | None = None) -> Bench:
    """Open the office with so many people more, and other rules than those that come with Netra."""
    make_office(folder / "kantor")
    app = opened(folder / "kantor")
    demo.prepare(app)
    held, judges = tuple(app.store.roster.accounts()), app.judges()
    named = crowd(people)
    roster = Roster([*app.store.roster.persons(), *named], held, app.config.zone)
    found = judges.rules if rules is None else loaded(rules)
    accounts = tuple(one for one in held if one.native_id)
    made = Bench(app, replace(judges, roster=roster, rules=found), accounts, named)
    made.acts(range(NEWS_EVERY + 1))  # what is built at the first item is no part of the rate
    return made


def own_rules(folder: Path) -> Path:
    """Copy the rules that come with Netra, to be added to."""
    shutil.copytree(ROOT / "rules", folder / "aturan")
    return folder / "aturan"


def loaded(rules: Path) -> RuleSet:
    """Read, check and try a folder of rules."""
    return RuleSet.load(rules, Targets.load(rules / "targets", only=(CONTEST,)))


def with_phrases(folder: Path, count: int) -> Path:
    """Add so many phrases to the rules that come with Netra."""
    rules = own_rules(folder)
    write_phrases(rules, phrases(count))
    return rules


def fold(_folder: Path, count: int, meter: Meter) -> None:
    """Fold the words of so many posts."""
    for some in chunks(count):
        texts = [post(number) for number in some]
        with meter.on(len(texts)):
            for text in texts:
                fold_plain(text)


def match(folder: Path, count: int, meter: Meter) -> None:
    """Find who acted or is named and what is said: 10,000 phrases beside the shipped rules, 100,000 names."""
    made = bench(folder, PEOPLE, with_phrases(folder, PHRASES))
    _match(made, count, meter)


def _match(made: Bench, count: int, meter: Meter) -> None:
    for some in chunks(count):
        batch = made.items(some)
        with meter.on(len(batch)):
            made.judges.rules.match_all([act for _, act in acts_of(made.judges, batch)])
    made.app.close()


def score(folder: Path, count: int, meter: Meter) -> None:
    """Let the model score so many posts."""
    made = bench(folder)
    for some in chunks(count):
        texts = [post(number) for number in some]
        with meter.on(len(texts)):
            made.judges.classifier.score(texts)
    made.app.close()


def triage_(folder: Path, count: int, meter: Meter) -> None:
    """Weigh what the rules and the model said of so many items."""
    made = bench(folder)
    judges = made.judges
    for some in chunks(count):
        acts = made.acts(some)
        found = judges.rules.match_all(acts)
        scores = judges.classifier.score([act.stored.item.judged_words for act in acts])
        with meter.on(len(some)):
            for act, matches, said in zip(acts, found, scores, strict=True):
                triage(act, matches, said, judges.limits, judges.digests)
    made.app.close()


def over_phrases(folder: Path, count: int, meter: Meter) -> None:
    """Match 4,000 items against so many phrases beside the rules that come with Netra."""
    _match(bench(folder, rules=with_phrases(folder, count)), TEXTS, meter)


def over_rules(folder: Path, count: int, meter: Meter) -> None:
    """Match 4,000 items against so many rules, a phrase each, beside those that come with Netra."""
    rules = own_rules(folder)
    write_rules(rules, phrases(count))
    _match(bench(folder, rules=rules), TEXTS, meter)


def over_names(folder: Path, count: int, meter: Meter) -> None:
    """Look in 4,000 items for so many names."""
    _match(bench(folder, count), TEXTS, meter)
