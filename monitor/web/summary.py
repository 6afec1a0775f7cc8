"""Three quiet pages: the summary of work and sources, help, and a heartbeat for machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from monitor.models import Level, State
from monitor.store import QueueQuery, SourceStatus
from monitor.web.auth import TUNERS, current_user, may_decide
from monitor.web.safety import services

blueprint = Blueprint("ringkasan", __name__)


@dataclass(frozen=True, slots=True)
class SourceLine:
    """How one source of the settings stands. `outcome` is "nihil" for a source that was never asked.

    `accounts` counts those it stands for, `proved` those of them that are proved; both 0 for a source of one.
    """

    source_id: str
    outcome: str
    detail: str
    proved_at: datetime | None
    failed: bool
    accounts: int = 0
    proved: int = 0


@blueprint.get("/ringkasan")
def show_summary() -> str:
    """Show counts and how every source stands; a failed source is said aloud."""
    store = services().store
    lines = _sources()
    runs = [run for kind in ("collect", "screen") if (run := store.runs.last(kind)) is not None]
    return render_template(
        "ringkasan.html",
        by_state=_by_state(),
        by_level=_by_level(),
        sources=lines,
        failed=sum(line.failed for line in lines),
        runs=runs,
        may_tune=bool(current_user().roles & TUNERS),
        may_sample=may_decide(current_user()),
    )


@blueprint.get("/bantuan")
def show_help() -> str:
    """Show keys and words; the same as the overlay, without JavaScript."""
    return render_template("bantuan.html", screen="bantuan")


@blueprint.get("/sehat")
def healthz() -> Response:
    """Answer "ok" where page and database live; say nothing else to strangers."""
    services().store.runs.last("collect")
    return Response("ok\n", mimetype="text/plain")


def _sources() -> list[SourceLine]:
    known = services().store.runs.sources()
    grouped: dict[str, list[SourceStatus]] = {}
    for one in known:
        if "/" in one.source_id:
            grouped.setdefault(one.source_id.partition("/")[0], []).append(one)
    lines = [
        SourceLine(one.source_id, one.outcome.value, one.detail, one.last_proved, failed=not one.outcome.proved)
        for one in known
        if "/" not in one.source_id
    ]
    lines += [_of_accounts(config_id, accounts) for config_id, accounts in grouped.items()]
    asked = {line.source_id for line in lines}
    unasked = (source.id for source in services().config.sources if source.id not in asked)
    lines += [SourceLine(source_id, "nihil", "", None, failed=False) for source_id in unasked]
    return sorted(lines, key=lambda line: (not line.failed, line.source_id))


def _of_accounts(config_id: str, accounts: Sequence[SourceStatus]) -> SourceLine:
    """Sum up a source that stands for many accounts; each of them has its line on the page of coverage."""
    failed = [one for one in accounts if not one.outcome.proved]
    worst = max(failed or accounts, key=lambda one: one.failures)
    proved = [one.last_proved for one in accounts if one.last_proved is not None]
    return SourceLine(
        config_id, worst.outcome.value, worst.detail if failed else "", max(proved, default=None),
        failed=bool(failed), accounts=len(accounts), proved=len(accounts) - len(failed),
    )  # fmt: skip


def _by_state() -> list[tuple[str, int]]:
    counted = services().store.flags.counts(current_user().regions).by_state
    return [(state.value, counted.get(state.value, 0)) for state in State]


def _by_level() -> list[tuple[str, int]]:
    flags, regions = services().store.flags, current_user().regions
    levels = (Level.HIGH, Level.MEDIUM)
    return [(level.value, flags.queue(QueueQuery(level=level, regions=regions, limit=0)).total) for level in levels]
