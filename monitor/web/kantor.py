"""Offices side by side: how far each one's work has come. Never a rank, never a person; in the order of regions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, abort, current_app, render_template, request

from monitor.exchange.compare import Line, Side
from monitor.models import Phase, Role, User
from monitor.web import plots
from monitor.web.auth import current_user
from monitor.web.dasbor import Row
from monitor.web.i18n import number, t
from monitor.web.keeping import Kept
from monitor.web.safety import services
from monitor.web.text import seen

READERS = frozenset({Role.COORDINATOR, Role.AUDITOR, Role.ADMIN})
_LASTING = timedelta(seconds=60)
_LONGEST = 200
_KEPT = 8

blueprint = Blueprint("kantor", __name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of an office's table: the line itself and its kinds in words."""

    line: Line
    kinds: str


def may_compare(user: User) -> bool:
    """Tell whether somebody answers for offices."""
    return bool(user.roles & READERS)


@blueprint.get("/kantor")
def show() -> str:
    """Show every office that the reader may see, for one region and phase or for all."""
    user, at = current_user(), services()
    if not may_compare(user):
        abort(403)
    phase = request.args.get("tahapan", "")
    phase = phase if phase in {one.value for one in Phase} else ""
    every = _sides(user, "")
    regions = _regions(every)
    region = seen(request.args.get("wilayah", ""))[:_LONGEST]
    region = region if region in regions else ""
    sides = _sides(user, region) if region else every
    asked = seen(request.query_string.decode("utf-8", "replace"))
    at.store.views.note(user.user_id, request.endpoint or "", detail=asked)
    return render_template(
        "kantor.html", sides=sides, phase=phase, region=region, regions=regions, phases=[one.value for one in Phase],
        coverage=[one for one in (_coverage(side, phase) for side in sides) if one is not None],
        work=[one for one in (_work(side, phase) for side in sides) if one is not None],
        lines={side.office_id: _lines(side, phase) for side in sides}, alone=len(every) < 2,
    )  # fmt: skip


def _sides(user: User, region: str) -> list[Side]:
    at = services()
    if at.offices is None:
        return []
    kept: Kept[list[Side]] = current_app.extensions.setdefault("netra.kantor", Kept(_KEPT))
    key, now = (user.regions, region), at.clock()
    mark = (at.store.packages.version(), at.store.dashboard.newest())
    held = kept.get(key)
    if held is not None and held.version == mark and timedelta(0) <= now - held.at < _LASTING:
        return held.value
    found = at.offices(user.regions, region)
    kept.put(key, mark, now, found)
    return found


def _regions(sides: Iterable[Side]) -> list[str]:
    """Name every region that can be chosen: those of lines, and those that they lie in."""
    found = {one.region: None for side in sides for one in side.lines if one.region}
    found |= {name: None for side in sides for name in (side.region, *side.above)}
    return sorted(found)


def _coverage(side: Side, phase: str) -> Row | None:
    """Draw how much was seen, in the phase chosen, else now; None where nothing was told."""
    mine = [one for one in side.lines if one.phase == phase and one.askable]
    proved, askable = sum(one.proved for one in mine), sum(one.askable for one in mine)
    if not askable:
        return None
    share = proved / askable
    said = t("kantor.cakupan_baris", persen=number(100 * share, 1), terbukti=number(proved), semua=number(askable))
    return Row(side.name, plots.parts([(share, "seri-0"), (1 - share, "plot-sisa")]), said, askable)


def _work(side: Side, phase: str) -> Row | None:
    """Draw what was decided and what is open, in the phase chosen, else in all; None where there is no flag."""
    mine = [one for one in side.lines if not phase or one.phase == phase]
    still, done = sum(one.open for one in mine), sum(one.decided for one in mine)
    if not still + done:
        return None
    share = done / (still + done)
    said = t("kantor.putusan_baris", diputus=number(done), terbuka=number(still))
    return Row(side.name, plots.parts([(share, "seri-0"), (1 - share, "plot-sisa")]), said, still + done)


def _lines(side: Side, phase: str) -> Sequence[Shown]:
    return [
        Shown(
            one,
            ", ".join(f"{t(f'jenis.{kind}')} {number(count)}" for kind, count in sorted(one.kinds.items())),
        )
        for one in side.lines
        if not phase or one.phase == phase
    ]
