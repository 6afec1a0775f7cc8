"""How far first and second reviewers agree: as a whole, by rule, by reason, and each for themselves. No ranking."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from monitor.agreement import Figure, alpha, cohen, fell, one_against_rest, percent
from monitor.store import Rating

RECENT = timedelta(days=30)
SEED = 20220922
"""The draws of the intervals are the same for the same verdicts: two people who look see one figure."""


@dataclass(frozen=True, slots=True)
class Line:
    """Agreement on what `key` names ("" = everything): percent and alpha over the two outcomes, each with interval."""

    key: str
    percent: Figure
    alpha: Figure


@dataclass(frozen=True, slots=True)
class Consensus:
    """The figures of one office or region. `kappa` is of first against second reviewer.

    `mine` are the figures of those units in which the asker took part, None where they took part in none; `people`
    holds the same of everybody by user id, only for a coordinator, in the order of the ids. `fell`: recent agreement
    lies wholly below what it was.
    """

    whole: Line
    kappa: Figure
    reasons: tuple[Line, ...]
    rules: tuple[Line, ...]
    mine: Line | None
    people: tuple[tuple[int, Line], ...]
    earlier: Figure
    recent: Figure
    fell: bool


def consensus(ratings: Sequence[Rating], now: datetime, user_id: int, *, everybody: bool) -> Consensus:
    """Work the figures out; `everybody` = the asker may see those of each reviewer."""
    by_unit: dict[int, list[Rating]] = {}
    for one in ratings:
        by_unit.setdefault(one.unit, []).append(one)
    units = list(by_unit.values())
    recent = [one for one in units if max(rating.at for rating in one) > now - RECENT]
    earlier = [one for one in units if max(rating.at for rating in one) <= now - RECENT]
    new, old = _line("", recent).alpha, _line("", earlier).alpha
    pairs = [(one[0].state.value, one[1].state.value) for one in units if len(one) > 1]
    people = sorted({rating.user_id for rating in ratings})
    lines = {one: _line(str(one), _with(units, one)) for one in people if everybody or one == user_id}
    return Consensus(
        whole=_line("", units),
        kappa=cohen(pairs),
        reasons=_by_reason(units),
        rules=_by(units, lambda one: one.rules),
        mine=lines.get(user_id),
        people=tuple(lines.items()) if everybody else (),
        earlier=old,
        recent=new,
        fell=fell(old, new),
    )


def _line(key: str, units: Sequence[Sequence[Rating]]) -> Line:
    said = [_outcomes(one) for one in units]
    return Line(key, percent(said), alpha(said, np.random.default_rng(SEED)))


def _outcomes(unit: Sequence[Rating]) -> Mapping[Hashable, str]:
    return {one.user_id: one.state.value for one in unit}


def _with(units: Sequence[Sequence[Rating]], user_id: int) -> list[Sequence[Rating]]:
    return [one for one in units if any(rating.user_id == user_id for rating in one)]


def _by(units: Sequence[Sequence[Rating]], keys: Callable[[Rating], Sequence[str]]) -> tuple[Line, ...]:
    found: dict[str, list[Sequence[Rating]]] = {}
    for unit in units:
        for key in {key for one in unit for key in keys(one)}:
            found.setdefault(key, []).append(unit)
    return tuple(_line(key, found[key]) for key in sorted(found))


def _by_reason(units: Sequence[Sequence[Rating]]) -> tuple[Line, ...]:
    """Agreement on each reason against all others: percent of those where somebody gave it, alpha over everything."""
    said: list[Mapping[Hashable, str]] = [{one.user_id: one.reason for one in unit} for unit in units]
    reasons = sorted({reason for unit in said for reason in unit.values() if reason})
    return tuple(
        Line(
            reason,
            percent(one_against_rest([unit for unit in said if reason in unit.values()], reason)),
            alpha(one_against_rest(said, reason), np.random.default_rng(SEED)),
        )
        for reason in reasons
    )
