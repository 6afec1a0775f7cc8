"""Who is looking: login, logout, the session and the default that every page needs a user."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from flask import Blueprint, abort, flash, g, redirect, render_template, request, session, url_for
from werkzeug.exceptions import SecurityError
from werkzeug.wrappers import Response

from monitor.models import Flag, Role, User
from monitor.web.i18n import t
from monitor.web.safety import back_to, here, services
from monitor.web.text import seen

DECIDERS = frozenset({Role.MONITOR, Role.SECOND_REVIEWER, Role.COORDINATOR})
TUNERS = frozenset({Role.COORDINATOR, Role.RULE_AUTHOR})
SESSION_HOURS = 12
_OPEN = frozenset({"masuk.form", "masuk.submit", "bahasa.choose", "ringkasan.healthz", "static"})

blueprint = Blueprint("masuk", __name__)


def current_user() -> User:
    """Give the user of this request; only pages that anybody may open can lack one (401)."""
    user = g.get("user")
    if not isinstance(user, User):
        abort(401)
    return user


def may_decide(user: User) -> bool:
    """Tell whether one of the user's roles decides."""
    return bool(user.roles & DECIDERS)


def may_see(user: User, flag: Flag) -> bool:
    """Tell whether a flag lies in the user's regions; a person of unknown region is seen by the whole office only."""
    appointment = flag.actor.appointment
    return not user.regions or (appointment is not None and appointment.region in user.regions)


def require_user() -> Response | None:
    """Load the user of the session; send everybody else to the login, whatever they asked for."""
    if isinstance(request.routing_exception, SecurityError):
        raise request.routing_exception
    g.user = _session_user()
    if g.user is not None or request.endpoint in _OPEN:
        return None
    if request.method == "GET":
        flash(t("masuk.perlu"))
        return redirect(url_for("masuk.form", lanjut=here()), 303)
    return redirect(url_for("masuk.form"), 303)


def _session_user() -> User | None:
    user_id, since = session.get("user_id"), session.get("since")
    if not isinstance(user_id, int) or not isinstance(since, str):
        return None
    age = services().clock() - datetime.fromisoformat(since)
    user = services().store.users.get(user_id)
    if user is None or not user.active or not timedelta(0) <= age < timedelta(hours=SESSION_HOURS):
        session.clear()
        return None
    return user


@blueprint.get("/masuk")
def form() -> Response | str:
    """Show the login, or go on when somebody is signed in."""
    if g.user is not None:
        return redirect(back_to(request.args.get("lanjut", "")), 303)
    return _page()


@blueprint.post("/masuk")
def submit() -> Response | tuple[str, int]:
    """Check the password and begin a new session; one and the same answer for every failure."""
    username, password = request.form.get("nama", "")[:200], request.form.get("sandi", "")[:1000]
    user = services().store.users.verify(username, password)
    if user is None:
        return _page(failed=True), 401
    language = session.get("bahasa")
    session.clear()
    session.update(user_id=user.user_id, since=services().clock().isoformat(), sid=secrets.token_urlsafe(16))
    if language:
        session["bahasa"] = language
    session.permanent = True
    return redirect(back_to(request.form.get("lanjut", "")), 303)


@blueprint.post("/keluar")
def leave() -> Response:
    """End the session."""
    language = session.get("bahasa")
    session.clear()
    if language:
        session["bahasa"] = language
    flash(t("masuk.sudah_keluar"))
    return redirect(url_for("masuk.form"), 303)


def _page(*, failed: bool = False) -> str:
    return render_template(
        "masuk.html",
        failed=failed,
        demo=services().demo_login,
        username=seen(request.form.get("nama", ""))[:200],
        onward=back_to(request.values.get("lanjut", "")),
    )
