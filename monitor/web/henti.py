"""Rules at work: what an approval does to open flags, rules that were stopped, flags aside, and rules on trial."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from monitor.errors import BusyError, NetraError
from monitor.governance.fate import Approver, Approving, Choice, OpenFate, choice
from monitor.governance.stops import end_stop
from monitor.models import Level, Role, Standing, StoredItem, User
from monitor.screening import look_again
from monitor.store import Ending, Shadow, Version
from monitor.web.auth import current_user
from monitor.web.i18n import t
from monitor.web.safety import services
from monitor.web.services import RuleDesk

SHOWN = 200
EXAMPLES = 10

blueprint = Blueprint("henti", __name__, url_prefix="/aturan/henti")


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule on trial would have found, with its newest items and the level each would have got."""

    found: Shadow
    examples: tuple[tuple[StoredItem, Level], ...]


def foreseen(at: RuleDesk, version: Version) -> OpenFate | None:
    """Tell what approving a version would do to open flags, None where that cannot be told."""
    if at.judges_of is None:
        return None
    try:
        return Approving(at.governance, services().store, at.judges, at.judges_of).foresee(version)
    except NetraError:
        return None


def approving(at: RuleDesk) -> Callable[[int, User, str], Version]:
    """Give the step that approves, with what the form says of open flags."""
    judges_of = at.judges_of
    if judges_of is None:
        return at.governance.approve

    def step(version_id: int, user: User, why: str) -> Version:
        by = Approver(user, why, choice(request.form.get("terbuka", Choice.KEEP)), request.form.get("alasan_tarik", ""))
        version = Approving(at.governance, services().store, at.judges, judges_of).approve(version_id, by)[0]
        if by.choice is Choice.RESCREEN:
            _look_again(at)
        return version

    return step


def on_trial(rule_id: str) -> Trial | None:
    """Give what a rule on trial found, None where it found nothing."""
    shadows = services().store.shadows
    found = shadows.of(rule_id)
    return Trial(found, tuple(shadows.examples(rule_id, EXAMPLES))) if found.items else None


@blueprint.get("")
def show() -> str:
    """Show rules that were stopped, and flags that stand aside."""
    return _page(_desk())


@blueprint.post("/<int:stop_id>")
def end(stop_id: int) -> Response | tuple[str, int]:
    """Release a stopped rule, or withdraw what it flagged, as the approver."""
    at, note = _desk(), request.form.get("catatan", "")
    ending = Ending.RELEASED if request.form.get("keputusan") == "lepas" else Ending.WITHDRAWN
    try:
        end_stop(services().store, stop_id, current_user(), ending, note)
    except NetraError as error:
        return _page(at, refused=str(error), note=note), 400
    if ending is Ending.RELEASED:
        _look_again(at)
    flash({"text": t(f"henti.jadi_{ending.value}"), "undo": None}, "toast")  # type: ignore[arg-type]
    return redirect(url_for("henti.show"), 303)


def _desk() -> RuleDesk:
    from monitor.web.aturan import desk  # noqa: PLC0415 - the pages of the rules show what is told here

    return desk()


def _page(at: RuleDesk, *, refused: str = "", note: str = "") -> str:
    store, user = services().store, current_user()
    asides = [
        one
        for one in store.asides.of_rule("", SHOWN)
        if not user.regions or one.flag.actor.appointment is None or one.flag.actor.appointment.region in user.regions
    ]
    return render_template(
        "aturan_henti.html",
        stops=store.breaker.stops(),
        held=[one for one in asides if one.standing is Standing.HELD],
        withdrawn=[one for one in asides if one.standing is Standing.WITHDRAWN],
        shadows=sorted(store.shadows.all().values(), key=lambda one: -one.items),
        paths={rule.id: rule.path.partition("/")[2].removesuffix(".yaml") for rule in at.judges().rules.rules},
        may_decide=Role.RULE_APPROVER in user.roles,
        names={one.user_id: one.full_name for one in store.users.list()},
        refused=refused,
        note=note,
    )


def _look_again(at: RuleDesk) -> None:
    """Judge again at once; a screening under way does it at its end."""
    try:
        look_again(at.judges(), services().store)
    except BusyError as error:
        flash({"text": str(error), "undo": None}, "toast")  # type: ignore[arg-type]
