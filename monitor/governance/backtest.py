"""What a changed folder of rules would change among the stored items, and what it costs: `netra rules backtest`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from monitor.governance.trial import Preview, Sample, preview
from monitor.judge import Judges
from monitor.rules import RuleSet
from monitor.store import Store


@dataclass(frozen=True, slots=True)
class Backtest:
    """A comparison of two rule sets. `days` is the span of the items looked at, 0 where none has a date."""

    found: Preview
    days: float
    seconds: float

    @property
    def per_day(self) -> float:
        """How many flags more (or, below zero, fewer) a day are to be expected."""
        return (self.found.newly - self.found.gone) / max(self.days, 1.0)

    @property
    def microseconds(self) -> float:
        """What judging an item by both sets took."""
        return self.seconds / max(self.found.items, 1) * 1e6

    def as_dict(self) -> dict[str, Any]:
        """Give plain data for --json."""
        more = {"days": round(self.days, 2), "flags_a_day": round(self.per_day, 2)}
        return asdict(self.found) | more | {"microseconds_an_item": round(self.microseconds, 1)}

    def lines(self) -> Iterator[str]:
        """Say it in Indonesian, what is new first."""
        found = self.found
        yield f"{found.items} unggahan dibandingkan; pada {found.matched} aturan yang kena berbeda."
        yield f"Baru ditandai: {found.newly}. Tidak lagi ditandai: {found.gone}. Berubah tingkat: {found.levels}."
        yield f"Perkiraan {self.per_day:+.1f} tanda sehari; {self.microseconds:.0f} mikrodetik tiap unggahan."
        yield from _listed("Baru ditandai", found.newly_shown)
        yield from _listed("Tidak lagi ditandai", found.gone_shown)


def _listed(title: str, samples: tuple[Sample, ...]) -> Iterator[str]:
    if samples:
        yield f"{title}:"
    for sample in samples:
        alike = f" (+{sample.alike} serupa)" if sample.alike else ""
        words = ", ".join(f"“{word}”" for word in sample.words)
        yield f"  [{sample.after or sample.before}] {' '.join(sample.text.split())[:160]}{alike}"
        if words:
            yield f"      pada {words}"


def backtest(store: Store, judges: Judges, candidate: RuleSet, newest: int, clock: Callable[[], float]) -> Backtest:
    """Compare the set in force with a candidate on the `newest` items; `clock` counts seconds."""
    began = clock()
    found = preview(store, judges, candidate, newest)
    seconds = clock() - began
    moments = [one.item.happened_at or one.captured_at for one in store.items.newest(newest)]
    days = (max(moments) - min(moments)).total_seconds() / 86_400 if moments else 0.0
    return Backtest(found, days, seconds)
