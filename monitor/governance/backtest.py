"""What changed rules would change among all stored items, and how they fare by what reviewers said.

`netra rules backtest`. Items are streamed, compared in parts by several processes, and every finished part is noted
down: an interrupted backtest goes on where it stopped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from classifiers.evaluate import Share, wilson
from monitor.governance.changes import Change
from monitor.governance.checkpoint import Checkpoint
from monitor.governance.comparison import Comparison, Part, merged
from monitor.governance.crew import Opener, Order, alone, together
from monitor.governance.trial import STRETCH, Preview, Sample, shown
from monitor.judge import Judges, acts_of
from monitor.rules import RuleSet
from monitor.store import Store

ALONE = 50_000
"""Fewer items than this are compared by one process: starting others takes longer."""
_TIMED = 1000
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Scope:
    """What is compared, and how: `newest` and `since` (first collected) None = everything; notes go to `folder`."""

    folder: Path
    since: datetime | None = None
    newest: int | None = None
    workers: int = 2
    stretch: int = STRETCH
    alone: int = ALONE


@dataclass(frozen=True, slots=True)
class Quality:
    """Precision and recall (share and 95 % Wilson interval, None without verdicts) of one set.

    Recall counts as missed what reviewers upheld and the set does not flag, sampled items among them.
    """

    precision: Share | None
    recall: Share | None

    @classmethod
    def of(cls, upheld: int, dismissed: int, all_upheld: int) -> Quality:
        """Weigh the verdicts that fall on flagged items."""
        flagged = upheld + dismissed
        return cls(wilson(upheld, flagged) if flagged else None, wilson(upheld, all_upheld) if all_upheld else None)


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds an item: matching by the old rules, by the new ones, and this whole comparison."""

    old: float
    new: float
    compared: float


@dataclass(frozen=True, slots=True)
class Backtest:
    """A comparison of two sets of judges.

    `days` is the span of the acts looked at, 0 where there are none; `flagged` counts items that the old set flags,
    None where not all of these were screened by it yet; `resumed` items were compared before an interruption;
    `moved`: items were collected, edited or erased meanwhile.
    """

    found: Preview
    part: Part
    change: Change
    days: float
    flagged: int | None
    cost: Cost
    seconds: float
    workers: int
    resumed: int
    moved: bool

    @property
    def per_day(self) -> float:
        """How many flagged items more (or, below zero, fewer) a day are to be expected."""
        return (self.found.newly - self.found.gone) / max(self.days, 1.0)

    @property
    def total_per_day(self) -> float | None:
        """How many flagged items a day the new set brings."""
        return (
            None if self.flagged is None else (self.flagged + self.found.newly - self.found.gone) / max(self.days, 1.0)
        )

    @property
    def before(self) -> Quality:
        """How the old set fares by the verdicts."""
        marks = self.part.marks
        return Quality.of(marks.upheld_before, marks.dismissed_before, marks.upheld)

    @property
    def after(self) -> Quality:
        """How the new set fares by the verdicts."""
        marks = self.part.marks
        return Quality.of(marks.upheld_after, marks.dismissed_after, marks.upheld)

    def as_dict(self) -> dict[str, Any]:
        """Give plain data for --json."""
        flags = {name: sum(getattr(fate, name) for fate in self.part.fates) for name in ("new", "gone", "altered")}
        return asdict(self.found) | {
            "flags": flags,
            "judged": self.part.judged,
            "rules": sorted(self.change.rules),
            "judged_all_because": list(self.change.wide),
            "verdicts": asdict(self.part.marks),
            "quality": {"before": _plain(self.before), "after": _plain(self.after)},
            "days": round(self.days, 2),
            "flags_a_day": round(self.per_day, 2),
            "flags_a_day_after": None if self.total_per_day is None else round(self.total_per_day, 2),
            "microseconds_an_item": round(self.cost.compared, 1),
            "microseconds_rules": {"before": round(self.cost.old, 1), "after": round(self.cost.new, 1)},
            "seconds": round(self.seconds, 2),
            "workers": self.workers,
            "resumed_items": self.resumed,
            "changed_meanwhile": self.moved,
        }

    def lines(self) -> Iterator[str]:
        """Say it in Indonesian, what is new first."""
        found = self.found
        yield f"Baru ditandai: {found.newly}. Tidak lagi ditandai: {found.gone}. Berubah tingkat: {found.levels}."
        yield from _listed("Baru ditandai", found.newly_shown)
        yield from _listed("Tidak lagi ditandai", found.gone_shown)
        if found.uncovered:
            yield f"Perhatian: sesudah ini tidak ada aturan aktif yang mencakup {', '.join(found.uncovered)}."
        yield f"{found.items} butir dibandingkan; pada {found.matched} aturan yang kena berbeda."
        if self.change.wide:
            yield f"Semua butir dinilai utuh dengan keduanya, karena yang berubah juga: {', '.join(self.change.wide)}."
        else:
            names = ", ".join(sorted(self.change.rules)[:8]) + (", …" if len(self.change.rules) > 8 else "")
            yield f"Aturan yang dapat menjawab lain: {names or 'tidak ada'}; {self.part.judged} butir dinilai utuh."
        yield from self._judged()
        total = "" if self.total_per_day is None else f" (menjadi {_number(self.total_per_day)})"
        yield f"Perkiraan {_number(self.per_day, '+')} butir bertanda sehari{total}, dari {_number(self.days)} hari."
        yield (
            f"Aturan: {self.cost.old:.0f} → {self.cost.new:.0f} mikrodetik tiap butir; pengujian ini "
            f"{self.cost.compared:.0f} mikrodetik tiap butir, {_number(self.seconds)} detik, {self.workers} proses."
        )
        if self.resumed:
            yield f"{self.resumed} butir sudah dibandingkan sebelum terhenti dan tidak diulang."
        if self.moved:
            yield "Ada butir masuk, berubah, atau dihapus selagi diuji; jalankan lagi bila angkanya harus persis."

    def _judged(self) -> Iterator[str]:
        marks = self.part.marks
        if not marks.upheld + marks.dismissed:
            yield "Belum ada putusan peninjau atas butir-butir ini; presisi dan temuan belum dapat dihitung."
            return
        count = marks.upheld + marks.dismissed
        yield f"Menurut {count} putusan peninjau ({marks.upheld} dikuatkan, {marks.dismissed} bersih):"
        yield f"  presisi {_share(self.before.precision)} → {_share(self.after.precision)}"
        yield f"  temuan  {_share(self.before.recall)} → {_share(self.after.recall)}; yang terlewat ikut dihitung"


def backtest(
    store: Store, comparison: tuple[Judges, Judges], scope: Scope, opener: Opener | None, clock: Callable[[], float],
    tell: Callable[[int, int], None],
) -> Backtest:  # fmt: skip
    """Compare the old judges with the new ones on stored items.

    Counts equal those of a screening of all these items by either set. `opener` lets other processes help (None: this
    one works alone); `clock` counts seconds; `tell` is told how many items of how many are compared.

    Raises:
        ConflictError: what judges changed under way, or a helping process was ended; what is finished stays noted.
    """
    began, state, verdicts = clock(), store.reading.state(), tuple(store.reading.verdicts())
    both = Comparison(*comparison, verdicts)
    stretches = store.reading.stretches(scope.stretch, since=scope.since, newest=scope.newest)
    notes = Checkpoint(scope.folder, _key(both, scope, (state, verdicts)))
    parts = {one: part for one, part in notes.finished().items() if one in set(stretches)}
    todo = [one for one in stretches if one not in parts]
    resumed, total = sum(one.items for one in parts), sum(one.items for one in stretches)
    notes.begin()
    left = total - resumed
    crowd = opener is not None and scope.workers > 1 and left >= scope.alone
    if opener is not None and crowd:
        order = Order(opener, (both.old.digest, both.new.digest), verdicts, scope.since)
        turns = together(order, scope.workers, todo)
    else:
        turns = alone(store, both, scope.since, todo)
    tell(resumed, total)
    for stretch, part in turns:
        notes.add(stretch, part)
        parts[stretch] = part
        tell(sum(one.items for one in parts), total)
    whole = merged(parts.values())
    moved = store.reading.state() != state
    found = shown(store, both, whole)
    notes.done()
    seconds = clock() - began
    cost = Cost(*_timed(store, both, scope, clock), seconds / max(left, 1) * 1e6)
    flagged = _flagged(store, both, scope, whole.items)
    workers = scope.workers if crowd else 1
    return Backtest(found, whole, both.change, _days(whole), flagged, cost, seconds, workers, resumed, moved)


def _key(both: Comparison, scope: Scope, stored: object) -> str:
    """Name the question: equal names mean equal parts."""
    asked = (_FORMAT, both.old.digest, both.new.digest, both.old.digests, both.new.digests, scope.since, scope.newest)
    rules = (both.old.rules.digest, both.new.rules.digest)
    return hashlib.sha256(repr((asked, rules, scope.stretch, stored)).encode()).hexdigest()[:32]


def _timed(store: Store, both: Comparison, scope: Scope, clock: Callable[[], float]) -> tuple[float, float]:
    """Measure what matching costs by either set of rules, on the newest items (µs an item)."""
    first = store.reading.stretches(_TIMED, since=scope.since, newest=min(_TIMED, scope.newest or _TIMED))
    batch = store.reading.items(first[0], since=scope.since) if first else []
    acts = [act for _, act in acts_of(both.old, batch)]

    def cost(rules: RuleSet) -> float:
        began = clock()
        rules.match_all(acts)
        return (clock() - began) / max(len(batch), 1) * 1e6

    return cost(both.old.rules), cost(both.new.rules)


def _flagged(store: Store, both: Comparison, scope: Scope, items: int) -> int | None:
    if scope.newest is not None:
        return None
    looked = store.reading.looked(both.old.digest, since=scope.since)
    return looked.flagged if looked.items == items else None


def _days(part: Part) -> float:
    if part.first_at is None or part.last_at is None:
        return 0.0
    return (part.last_at - part.first_at).total_seconds() / 86_400


def _plain(quality: Quality) -> dict[str, Any]:
    return {name: None if share is None else asdict(share) for name, share in
            (("precision", quality.precision), ("recall", quality.recall))}  # fmt: skip


def _share(share: Share | None) -> str:
    if share is None:
        return "belum ada putusan"
    return f"{share.value:.2f} ({share.low:.2f}–{share.high:.2f}, n={share.of:.0f})".replace(".", ",")


def _number(value: float, sign: str = "") -> str:
    return f"{value:{sign}.1f}".replace(".", ",")


def _listed(title: str, samples: tuple[Sample, ...]) -> Iterator[str]:
    if samples:
        yield f"{title}:"
    for sample in samples:
        alike = f" (+{sample.alike} serupa)" if sample.alike else ""
        words = ", ".join(f"“{word}”" for word in sample.words)
        yield f"  [{sample.after or sample.before}] {' '.join(sample.text.split())[:160]}{alike}"
        if words:
            yield f"      pada {words}"
