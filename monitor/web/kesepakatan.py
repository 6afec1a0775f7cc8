"""How far reviewers agree, and each reviewer's own calibration; declared ties. Nobody is ranked."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from monitor.agreement import Figure
from monitor.consensus import RECENT, consensus
from monitor.errors import NotAllowedError
from monitor.models import Role, User
from monitor.store import Conflict, Found, Tie
from monitor.web import hari
from monitor.web.auth import current_user, may_decide
from monitor.web.i18n import number, t
from monitor.web.looked import shown
from monitor.web.safety import services
from monitor.web.text import seen

READERS = frozenset({Role.SECOND_REVIEWER, Role.COORDINATOR, Role.MONITOR, Role.AUDITOR})

blueprint = Blueprint("kesepakatan", __name__)


@blueprint.get("/kesepakatan")
def show() -> str:
    """Show the figures: of all, of oneself, and of each reviewer only to a coordinator."""
    user = current_user()
    if not user.roles & READERS:
        abort(403)
    store = services().store
    found = consensus(
        store.reviews.ratings(user.regions), services().clock(), user.user_id,
        everybody=Role.COORDINATOR in user.roles,
    )  # fmt: skip
    return render_template(
        "kesepakatan.html",
        found=found,
        figure=figure,
        share=share,
        sees_days=bool(user.roles & hari.READERS),
        names={one.user_id: one.full_name for one in store.users.list()},
        days=RECENT.days,
        known=store.probes.calibration(user.user_id) if may_decide(user) else None,
        waiting=store.reviews.counts(user.regions),
    )


def figure(one: Figure) -> str:
    """Write a coefficient with its interval: `0,74 (0,43 – 1,00)`."""
    if one.value is None:
        return t("kesepakatan.tak_terhitung")
    if one.low is None or one.high is None:
        return number(one.value, 2)
    return f"{number(one.value, 2)} ({number(one.low, 2)} – {number(one.high, 2)})"


def share(one: Figure) -> str:
    """Write a share with its interval: `80 % (60 – 92 %)`."""
    if one.value is None or one.low is None or one.high is None:
        return t("kesepakatan.tak_terhitung")
    return f"{number(100 * one.value)} % ({number(100 * one.low)} – {number(100 * one.high)} %)"


# --------------------------------------------------------------------------- ties


@blueprint.get("/kepentingan")
def show_ties() -> str:
    """Show one's own declared ties; a coordinator sees and declares everybody's."""
    return _ties(_declarer())


@blueprint.post("/kepentingan")
def declare() -> Response | tuple[str, int]:
    """Declare a tie, or end one."""
    user, conflicts = _declarer(), services().store.conflicts
    try:
        if ended := request.form.get("akhiri", ""):
            conflicts.end(_theirs(ended, user).conflict_id, user.user_id)
        else:
            person = request.form.get("orang", "")
            chosen = services().store.lookup.get(int(person)) if person.isascii() and person.isdigit() else None
            tie = Tie.OFFICE if request.form.get("jenis") == Tie.OFFICE else Tie.RELATIVE
            conflicts.declare(
                _for_whom(user), tie, seen(request.form.get("nilai", "")).strip(), user.user_id,
                person_id=chosen.person.person_id if chosen is not None else None,
            )  # fmt: skip
    except NotAllowedError as error:
        return _ties(user, str(error)), 400
    flash({"text": t("kepentingan.tersimpan"), "undo": None, "flag_id": 0, "filters": ""}, "toast")  # type: ignore[arg-type]
    return redirect(url_for("kesepakatan.show_ties"), 303)


def _declarer() -> User:
    user = current_user()
    if not may_decide(user):
        abort(403)
    return user


def _for_whom(user: User) -> int:
    wanted = request.form.get("pengguna", "")
    if Role.COORDINATOR not in user.roles or not (wanted.isascii() and wanted.isdigit() and len(wanted) < 16):
        return user.user_id
    return int(wanted)


def _theirs(number_of: str, user: User) -> Conflict:
    """Give a tie that this user may end; every other one does not exist for them."""
    ties = services().store.conflicts
    mine = ties.everybody() if Role.COORDINATOR in user.roles else ties.of(user.user_id)
    found = next((one for one in mine if str(one.conflict_id) == number_of), None)
    if found is None:
        abort(404)
    return found


def _ties(user: User, refused: str = "") -> str:
    store, leads = services().store, Role.COORDINATOR in user.roles
    asked = seen(request.values.get("cari_orang", ""))[:100]
    today = services().clock().astimezone(services().config.zone).date()
    people: list[Found] = store.lookup.find(asked, today, frozenset()) if asked else []
    ties = store.conflicts.everybody() if leads else store.conflicts.of(user.user_id)
    shown(persons=[*(one.person.person_id for one in people), *(one.person_id for one in ties if one.person_id)])
    return render_template(
        "kepentingan.html",
        ties=ties,
        leads=leads,
        users=[one for one in store.users.list() if one.active] if leads else [],
        names={one.user_id: one.full_name for one in store.users.list()},
        people=people,
        asked=asked,
        refused=refused,
        kinds=tuple(Tie),
    )
