"""Offices beside each other: how far each one's work has come, by region and phase. Never a rank, never a person.

The own office is counted now, the others are what their newest package said. Lines stand in the order of regions and
names, whatever their numbers are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.calendar.values import fold_region
from monitor.coverage import State as Seen
from monitor.exchange.agreement import Network, Sender
from monitor.exchange.body import Figure, figures
from monitor.exchange.facts import Office, everything, gather
from monitor.models import Phase
from monitor.store.packages import Newest, Told

_ORDER = {phase: place for place, phase in enumerate(("", *Phase))}


@dataclass(frozen=True, slots=True)
class Missed:
    """The share of unflagged items that take a side, of the whole office, with its 95 % interval; 0..1."""

    share: float
    low: float
    high: float
    judged: int


@dataclass(frozen=True, slots=True)
class Line:
    """One office in one region and phase ("" = as things stand now for coverage, no phase for flags).

    `share` is None where nothing could be asked or nothing was told, `dismissed_share` where nothing was decided,
    `seconds` where too few people decide for a number that tells of none of them.
    """

    office_id: str
    region: str
    phase: str
    proved: int
    askable: int
    flags: int
    kinds: Mapping[str, int]
    open: int
    decided: int
    dismissed: int
    seconds: float | None

    @property
    def share(self) -> float | None:
        """Proved of what may be asked."""
        return self.proved / self.askable if self.askable else None

    @property
    def dismissed_share(self) -> float | None:
        """Dismissed of what was decided."""
        return self.dismissed / self.decided if self.decided else None


@dataclass(frozen=True, slots=True)
class Side:
    """One office of the comparison. `last` is when its newest package was made, None for none; `overdue` counts them.

    `above` are the regions that its own lies in, the nearest first.
    """

    office_id: str
    name: str
    region: str
    own: bool
    last: datetime | None
    overdue: int
    missed: Missed | None
    lines: tuple[Line, ...]
    above: tuple[str, ...] = field(default=())


def compare(office: Office, network: Network, within: Collection[str] = (), region: str = "") -> list[Side]:
    """Put this office and every sender beside each other, by region.

    `within` limits to regions and those inside, for readers who may see no more; `region` to one of them, "" = all.
    """
    now, store = office.clock(), office.store.packages
    seen = network.within(within) if within else None
    if region:
        asked = network.within([region])
        seen = asked if seen is None else seen & asked
    own = gather(office, network, everything(network), 1, now)
    sides = [
        _side(network, network.id, (own.office, own.region), list(figures(own)), (None, 0), seen, own=True)
    ]  # fmt: skip
    told = dict[int, list[Figure]]()
    for one in store.told():
        told.setdefault(one.package_id, []).append(_figure(one))
    newest = {one.sender: one for one in store.newest()}
    for sender in network.senders:
        last = newest.get(sender.id)
        named = (last.office, last.region) if last else (sender.name, sender.regions[0])
        held = told.get(last.package_id, []) if last else []
        sides.append(_side(network, sender.id, named, held, overdue(sender, last, now), seen, own=False))
    return sorted(
        (one for one in sides if seen is None or one.lines or fold_region(one.region) in seen),
        key=lambda one: (*reversed(one.above), one.region, one.name),
    )


def overdue(sender: Sender, last: Newest | None, now: datetime) -> tuple[datetime | None, int]:
    """Say when the newest package was made, and how many have not come since; before the first, from its key on."""
    if last is not None:
        return last.made_at, max(0, (now - last.made_at) // sender.gap)
    began = min(one.since for one in sender.keys)
    days = (now.date() - began).days
    return None, max(0, timedelta(days=days) // sender.gap)


def _figure(one: Told) -> Figure:
    return Figure(one.region, one.phase, one.what, one.name, one.value)


def _side(
    network: Network,
    office_id: str,
    named: tuple[str, str],
    told: Sequence[Figure],
    late: tuple[datetime | None, int],
    seen: Collection[str] | None,
    *,
    own: bool,
) -> Side:
    groups = dict[tuple[str, str], list[Figure]]()
    for one in told:
        if one.what != "terlewat" and (seen is None or fold_region(one.region) in seen):
            groups.setdefault((one.region, one.phase), []).append(one)
    keys = sorted(groups, key=lambda key: (key[0], _ORDER.get(key[1], 99)))
    lines = tuple(_line(office_id, key, groups[key]) for key in keys)
    return Side(office_id, *named, own, *late, _missed(told) if seen is None else None, lines, network.above(named[1]))


def _line(office_id: str, key: tuple[str, str], told: Iterable[Figure]) -> Line:
    plain, kinds, states = dict[str, float](), dict[str, int](), dict[str, int]()
    for one in told:
        if one.what == "jenis":
            kinds[one.name] = int(one.value)
        elif one.what == "cakupan":
            states[one.name] = int(one.value)
        else:
            plain[one.what] = one.value
    flags, still = int(plain.get("tanda", 0)), int(plain.get("terbuka", 0))
    return Line(
        office_id, *key,
        proved=sum(count for name, count in states.items() if Seen(name).proved),
        askable=sum(count for name, count in states.items() if Seen(name).askable),
        flags=flags, kinds=kinds, open=still, decided=flags - still, dismissed=int(plain.get("bersih", 0)),
        seconds=plain.get("detik"),
    )  # fmt: skip


def _missed(told: Iterable[Figure]) -> Missed | None:
    held = {one.name: one.value for one in told if one.what == "terlewat"}
    return Missed(held["share"], held["low"], held["high"], int(held["judged"])) if held else None
