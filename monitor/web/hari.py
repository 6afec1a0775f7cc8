"""The audit of a day on the page: for every decision who saw what when, what spoke, who looked again. Reads only."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, render_template, request

from monitor.models import Role
from monitor.store import bounds
from monitor.web.auth import current_user
from monitor.web.looked import shown
from monitor.web.safety import services

READERS = frozenset({Role.AUDITOR, Role.COORDINATOR})
SHOWN = 25
_LAST_PAGE = 10_000

blueprint = Blueprint("hari", __name__)


@blueprint.get("/audit/hari")
def show() -> str:
    """Show a day: the one asked for, else today."""
    user, at = current_user(), services()
    if not user.roles & READERS:
        abort(403)
    asked, number = request.args.get("tanggal", ""), request.args.get("hal", "1")
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        day = at.clock().astimezone(at.config.zone).date()
    page = min(max(int(number), 1), _LAST_PAGE) if number.isascii() and number.isdigit() and len(number) < 8 else 1
    since, until = bounds(day, at.config.zone)
    found = at.store.days.explain(since, until, user.regions, SHOWN, (page - 1) * SHOWN)
    barred = at.store.conflicts.persons(user.user_id)
    if barred:
        found = [one for one in found if not at.store.conflicts.bars(user.user_id, one.decision.flag_id)]
    shown(flags=[one.decision.flag_id for one in found])
    total = at.store.days.count(since, until, user.regions)
    return render_template(
        "hari.html",
        day=day,
        found=found,
        total=total,
        page=page,
        pages=max(1, -(-total // SHOWN)),
        names={one.user_id: one.full_name for one in at.store.users.list()},
        report=at.store.audit.verify() if request.args.get("periksa") == "1" else None,
    )
