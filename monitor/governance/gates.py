"""Limits that a backtest must keep to, for a script that decides by the exit code. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.coverage import percent
from monitor.governance.backtest import Backtest
from monitor.governance.scorecard import ENOUGH


@dataclass(frozen=True, slots=True)
class Gates:
    """What is allowed; None = anything. Shares and precision are 0..1, `max_drop` is a difference of two precisions."""

    max_new: int | None = None
    max_new_share: float | None = None
    min_precision: float | None = None
    max_drop: float | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One limit held against what was found. `ok` None: too few verdicts to tell. `said` is Indonesian."""

    gate: str
    ok: bool | None
    said: str


def checks(result: Backtest, gates: Gates) -> list[Check]:
    """Hold a backtest against every limit that was given."""
    return [*_new(result, gates), *_precision(result, gates)]


def _new(result: Backtest, gates: Gates) -> Iterator[Check]:
    newly, items = result.found.newly, max(result.found.items, 1)
    if gates.max_new is not None:
        yield Check("max_new", newly <= gates.max_new, f"baru ditandai {newly}, paling banyak {gates.max_new}")
    if gates.max_new_share is not None:
        said = f"baru ditandai {percent(newly / items)} dari semua, paling banyak {percent(gates.max_new_share)}"
        yield Check("max_new_share", newly <= gates.max_new_share * items, said)


def _precision(result: Backtest, gates: Gates) -> Iterator[Check]:
    before, after = result.before.precision, result.after.precision
    few = after is None or after.of < ENOUGH
    if gates.min_precision is not None:
        if few or after is None:
            yield Check("min_precision", None, f"presisi tidak dinilai: kurang dari {ENOUGH} putusan")
        else:
            said = f"presisi {percent(after.value)}, paling sedikit {percent(gates.min_precision)}"
            yield Check("min_precision", after.value >= gates.min_precision, said)
    if gates.max_drop is not None:
        if few or after is None or before is None or before.of < ENOUGH:
            yield Check("max_drop", None, f"penurunan presisi tidak dinilai: kurang dari {ENOUGH} putusan")
        else:
            drop = before.value - after.value
            said = f"presisi turun {percent(drop)}, paling banyak {percent(gates.max_drop)}"
            yield Check("max_drop", drop <= gates.max_drop, said)
