"""Rules are tried on their own examples, in the invented contest, at every load; one that fails its own is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from monitor.errors import Problem
from monitor.models import ItemKind, PersonKind, Phase, Platform, Relation
from monitor.rules.engine import Engine, Texts
from monitor.rules.nodes import Gate
from monitor.rules.overlay import Written
from monitor.rules.rule import Rule
from monitor.rules.schema import AccountKind, Example, Status
from monitor.rules.setting import Around

EXAMPLE_CONTEST = "pilkada-contoh-2025"
DAYS = {
    Phase.PRE: date(2024, 12, 2),
    Phase.ASPIRANT: date(2025, 3, 17),
    Phase.CANDIDATE: date(2025, 4, 24),
    Phase.CAMPAIGN: date(2025, 5, 12),
    Phase.QUIET: date(2025, 6, 26),
    Phase.VOTING: date(2025, 6, 28),
    Phase.POST: date(2025, 7, 21),
}
"""A day inside each phase of the invented contest (ballot numbers were drawn on 2025-04-23)."""


def _around(rule: Rule, example: Example) -> Around:
    """Place an example: what it leaves out is taken from the rule."""
    to = rule.file.applies_to
    phase = example.phase or (rule.file.phases[0] if rule.file.phases else Phase.CAMPAIGN)
    return Around(
        kind=example.kind or (to.kinds[0] if to.kinds else ItemKind.POST),
        gate=Gate(EXAMPLE_CONTEST, DAYS[phase]),
        relation=example.relation or (to.relations[0] if to.relations else Relation.NONE),
        phase=phase,
        platform=to.platforms[0] if to.platforms else Platform.OTHER,
        person_kind=example.person_kind or (to.person_kinds[0] if to.person_kinds else PersonKind.PNS),
        spouse=bool(to.spouse) if example.spouse is None else example.spouse,
        account_kind=example.account_kind or (to.account_kinds[0] if to.account_kinds else AccountKind.PRIVATE),
        post=example.post or (to.posts[0].removesuffix("*") if to.posts else "staf"),
        region=example.region or (to.regions[0] if to.regions else "Kabupaten Contoh"),
        office_hours=bool(to.office_hours) if example.office_hours is None else example.office_hours,
        ago=(0.0,) * ((example.repeats or (to.repeated.count if to.repeated is not None else 1)) - 1),
    )


def caught(engine: Engine, rule: Rule) -> Iterator[int]:
    """Give the places of known misses that the rule has come to find."""
    for index, example in enumerate(rule.file.examples.known_misses):
        texts = Texts(example.text, example.title, example.parent_text)
        if engine.one(rule, _around(rule, example), texts)[0] is not None:
            yield index


def failures(engine: Engine, rule: Rule, written: Written) -> Iterator[Problem]:
    """Give a problem for every example of a rule that does not do what it says."""
    if rule.file.status is Status.RETIRED:
        return
    sides = (("match", rule.file.examples.match), ("no_match", rule.file.examples.no_match))
    for side, examples in sides:
        for index, example in enumerate(examples):
            texts = Texts(example.text, example.title, example.parent_text)
            match, why = engine.one(rule, _around(rule, example), texts)
            key = ("examples", side, index)
            if side == "match" and match is None:
                yield written.problem(
                    key,
                    f"aturan `{rule.id}` seharusnya cocok dengan contoh ini: {why}",
                    "perbaiki syaratnya, atau pindahkan contoh ke `no_match`",
                )
            elif side == "no_match" and match is not None:
                words = ", ".join(f"“{span.words}”" for span in match.spans[:3]) or "tanpa kata"
                yield written.problem(
                    key,
                    f"aturan `{rule.id}` seharusnya tidak cocok dengan contoh ini, tetapi menemukan {words}",
                    "perketat syaratnya (`none`, `not_when`), atau pindahkan contoh ke `match`",
                )
