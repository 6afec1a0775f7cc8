"""How each rule fares by what reviewers decided, and what to do about it. Pure.

Precision counts only verdicts on the words: a flag cleared because the account was not the person's says nothing of the
rule. Intervals are Wilson's at 95 %.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from classifiers.evaluate import wilson
from monitor.rules import Rule, RuleSet
from monitor.store import Proof, Tally

ENOUGH = 8
GOOD, POOR = 0.6, 0.3


class Advice(StrEnum):
    """What is proposed for a rule."""

    RETIRE = "pensiunkan"
    TUNE = "setel"
    WAIT = "tunggu"
    KEEP = "pertahankan"


@dataclass(frozen=True, slots=True)
class Score:
    """One rule's line. `precision`, `low`, `high` are None without verdicts; `reasons` are codes with their values.

    `sole` are forms that no other active rule covers: such a rule is never proposed for retiring. `recent` is what came
    of the last days alone; advice rests on everything. `proof` counts what authorities answered; words that they held
    for not partisan count as dismissed in `tally`, whatever the reviewer had said.
    """

    rule_id: str
    path: str
    title: str
    status: str
    level: str
    forms: tuple[str, ...]
    tally: Tally
    precision: float | None
    low: float | None
    high: float | None
    advice: Advice
    reasons: tuple[str, ...]
    sole: tuple[str, ...]
    recent: Tally = field(default_factory=Tally)
    proof: Proof = field(default_factory=Proof)

    @property
    def verdicts(self) -> int:
        """Verdicts on the words."""
        return self.tally.upheld + self.tally.dismissed


def forms_of(rule: Rule) -> tuple[str, ...]:
    """Give every form code that a rule names, in whichever phase."""
    forms = rule.file.forms
    named = forms if isinstance(forms, tuple) else tuple(code for codes in forms.values() for code in codes)
    return tuple(dict.fromkeys(named))


def covered(rules: RuleSet) -> Counter[str]:
    """Count, for each form, the active rules that name it."""
    return Counter(form for rule in rules.rules if rule.active for form in forms_of(rule))


def uncovered(before: RuleSet, after: RuleSet) -> tuple[str, ...]:
    """Give the forms that some active rule covered before and none would after."""
    return tuple(sorted(covered(before).keys() - covered(after).keys()))


def scorecard(
    rules: RuleSet,
    tallies: Mapping[str, Tally],
    recent: Mapping[str, Tally] | None = None,
    proofs: Mapping[str, Proof] | None = None,
) -> list[Score]:
    """Give a line for every rule, the one that needs a hand most first.

    `recent` are tallies of the last days, `proofs` what authorities answered to cases that were handed on.
    """
    covering, last, answers = covered(rules), recent or {}, proofs or {}
    lines = []
    for rule in rules.rules:
        proof = answers.get(rule.id, Proof())
        tally = _answered(tallies.get(rule.id, Tally()), proof)
        lines.append(replace(_score(rule, tally, last.get(rule.id, Tally()), covering), proof=proof))
    order = list(Advice)
    return sorted(
        lines,
        key=lambda one: (
            order.index(one.advice),
            2.0 if one.precision is None else one.precision,
            -one.verdicts,
            one.rule_id,
        ),
    )


def _answered(tally: Tally, proof: Proof) -> Tally:
    """Count words that the authority held for not partisan as dismissed."""
    moved = min(proof.unproven, tally.upheld)
    return replace(tally, upheld=tally.upheld - moved, dismissed=tally.dismissed + moved)


def _score(rule: Rule, tally: Tally, recent: Tally, covering: Mapping[str, int]) -> Score:
    verdicts = tally.upheld + tally.dismissed
    interval = wilson(tally.upheld, verdicts)
    low, high = interval.low, interval.high
    sole = tuple(form for form in forms_of(rule) if rule.active and covering[form] == 1)
    advice, reasons = _advice(tally, low, high, sole=bool(sole))
    return Score(
        rule_id=rule.id,
        path=rule.path.partition("/")[2],
        title=rule.file.title,
        status=str(rule.file.status),
        level=str(rule.file.level),
        forms=forms_of(rule),
        tally=tally,
        precision=tally.upheld / verdicts if verdicts else None,
        low=low if verdicts else None,
        high=high if verdicts else None,
        advice=advice,
        reasons=reasons,
        sole=sole,
        recent=recent,
    )


def _advice(tally: Tally, low: float, high: float, *, sole: bool) -> tuple[Advice, tuple[str, ...]]:
    """Weigh one rule: certain to be poor, likely to need tuning, too little known, or good."""
    verdicts = tally.upheld + tally.dismissed
    if verdicts < ENOUGH:
        reason = "sedikit_putusan" if tally.flags else "belum_kena"
        doubt = verdicts >= ENOUGH // 2 and high < GOOD
        return (Advice.TUNE, ("banyak_salah",)) if doubt else (Advice.WAIT, (reason,))
    if high < POOR:
        return (
            (Advice.TUNE, ("hampir_selalu_salah", "satu_satunya"))
            if sole
            else (
                Advice.RETIRE,
                ("hampir_selalu_salah",),
            )
        )
    if tally.upheld < GOOD * verdicts:
        return Advice.TUNE, ("banyak_salah",)
    return Advice.KEEP, ("tepat_pasti",) if low >= GOOD else ("tepat",)
