"""Who is looking: login, logout, the session and the default that every page needs a user."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, abort, after_this_request, flash, g, redirect, render_template, request, session, url_for
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.exceptions import SecurityError
from werkzeug.wrappers import Response

from monitor.models import DECIDERS, Flag, Role, User
from monitor.store import Limits, Session, Stage
from monitor.store.lockouts import Meter, of_address, of_both, of_browser, of_name
from monitor.web.i18n import t
from monitor.web.safety import back_to, here, services
from monitor.web.text import seen

TUNERS = frozenset({Role.COORDINATOR, Role.RULE_AUTHOR})
_KNOWN_FOR = timedelta(days=180)
_OPEN = frozenset(
    {
        "masuk.form", "masuk.submit", "faktor.ask", "faktor.answer", "undangan.show", "undangan.accept", "oidc.depart",
        "oidc.arrive", "bahasa.choose", "tampilan.choose", "ringkasan.healthz", "static",
    }
)  # fmt: skip
_ENROLLING = frozenset(
    {"faktor.show", "faktor.picture", "faktor.enrol", "masuk.leave", "bahasa.choose", "tampilan.choose", "static"}
)

blueprint = Blueprint("masuk", __name__)


def current_user() -> User:
    """Give the user of this request; only pages that anybody may open can lack one (401)."""
    user = g.get("user")
    if not isinstance(user, User):
        abort(401)
    return user


def current_session() -> Session:
    """Give the session of this request, or 401."""
    visit = g.get("visit")
    if not isinstance(visit, Session):
        abort(401)
    return visit


def need(*roles: Role) -> User:
    """Give the user of this request if one of their roles is among these; 403 for everybody else."""
    user = current_user()
    if not user.roles & set(roles):
        abort(403)
    return user


def may_decide(user: User) -> bool:
    """Tell whether one of the user's roles decides."""
    return bool(user.roles & DECIDERS)


def barred_persons(user: User) -> frozenset[int]:
    """Give everybody in the roster whom this user is too near to; looked up once a request."""
    held: dict[int, frozenset[int]] = g.setdefault("barred", {})
    if user.user_id not in held:
        held[user.user_id] = services().store.conflicts.persons(user.user_id)
    return held[user.user_id]


def may_see(user: User, flag: Flag) -> bool:
    """Tell whether a flag lies in the user's regions and the user is not too near to its person.

    A person of unknown region is seen by the whole office only.
    """
    appointment = flag.actor.appointment
    if user.regions and (appointment is None or appointment.region not in user.regions):
        return False
    return not services().store.conflicts.bars(user.user_id, flag.flag_id)


def limits() -> Limits:
    """Give how long sessions live here."""
    web = services().config.web
    return Limits(timedelta(hours=web.session_hours), timedelta(minutes=web.idle_minutes))


def require_user() -> Response | None:
    """Load the user of the session; send everybody else to the login, whatever they asked for."""
    if isinstance(request.routing_exception, SecurityError):
        raise request.routing_exception
    g.user, g.visit = None, _visit()
    if g.visit is not None and g.visit.stage is not Stage.CODE:
        g.user = services().store.users.get(g.visit.user_id)
    if g.user is not None and g.visit.stage is Stage.ENROL and request.endpoint not in _ENROLLING:
        return redirect(url_for("faktor.show"), 303)
    if g.user is not None or request.endpoint in _OPEN:
        return None
    if request.method == "GET":
        flash(t("masuk.perlu"))
        return redirect(url_for("masuk.form", lanjut=here()), 303)
    return redirect(url_for("masuk.form"), 303)


def _visit() -> Session | None:
    token = session.get("sid")
    if not isinstance(token, str) or request.endpoint == "static":
        return None
    found = services().store.sessions.find(token, limits())
    if found is None:
        forget()
    return found


def forget() -> None:
    """Empty the cookie but for the language."""
    language = session.get("bahasa")
    session.clear()
    if language:
        session["bahasa"] = language


def enter(user: User, *, proved: bool = False) -> Stage:
    """Begin a new session for a user whose password or identity was right; gives how far they have come.

    The id is always a new one, so that one planted before is worth nothing. `proved` = the second factor too.
    """
    store, needed = services().store, services().config.web.second_factor
    stage = Stage.FULL
    if not proved and store.factors.secret(user.user_id):
        stage = Stage.CODE
    elif not proved and user.roles & set(needed):
        stage = Stage.ENROL
    token = store.sessions.begin(
        user.user_id,
        stage,
        address=request.remote_addr or "",
        agent=seen(request.headers.get("User-Agent", "")),
        replaces=str(session.get("sid", "")),
    )
    forget()
    session["sid"] = token
    session.permanent = True
    if stage is not Stage.CODE:
        _know_browser(user)
    return stage


def onward(stage: Stage, path: str) -> Response:
    """Go on after a sign-in: to the code, to enrolling, or to where one wanted to go."""
    if stage is Stage.CODE:
        return redirect(url_for("faktor.ask", lanjut=path), 303)
    return redirect(url_for("faktor.show") if stage is Stage.ENROL else back_to(path), 303)


@blueprint.get("/masuk")
def form() -> Response | str:
    """Show the login, or go on when somebody is signed in."""
    if g.user is not None:
        return redirect(back_to(request.args.get("lanjut", "")), 303)
    return _page()


@blueprint.post("/masuk")
def submit() -> Response | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """Check the password and begin a new session; one and the same answer for every failure."""
    username, password = request.form.get("nama", "")[:200], request.form.get("sandi", "")[:1000]
    store, name = services().store, username.strip().casefold()
    found = store.users.by_name(username)
    meters = _meters(name, found)
    wait = store.lockouts.charge(meters, f"user:{found.user_id}" if found else "masuk")
    if wait > timedelta(0):
        seconds = int(wait.total_seconds()) + 1
        return _page(waiting=seconds), 429, {"Retry-After": str(seconds)}
    user = store.users.verify(username, password)
    if user is None:
        return _page(failed=True), 401
    store.lockouts.forgive(meters)
    return onward(enter(user), request.form.get("lanjut", ""))


@blueprint.post("/keluar")
def leave() -> Response:
    """End the session, here and in every copy of the cookie."""
    visit = current_session()
    services().store.sessions.end(visit.session_id, visit.user_id)
    forget()
    flash(t("masuk.sudah_keluar"))
    return redirect(url_for("masuk.form"), 303)


def _meters(name: str, user: User | None) -> Sequence[Meter]:
    """Count a try by its browser if its owner has signed in from it before; else by name, address and both."""
    address, known = request.remote_addr or "", _known_browser()
    if user is not None and known is not None and known[0] == user.user_id:
        return [of_browser(known[1])]
    return [of_both(name, address), of_name(name), of_address(address)]


def _cookie() -> str:
    return "__Host-netra-kenal" if services().config.web.outside else "netra-kenal"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(services().secret_key, salt="netra peramban yang dikenal")


def _known_browser() -> tuple[int, str] | None:
    try:
        user_id, browser = _signer().loads(request.cookies.get(_cookie(), "")[:500])
    except (BadSignature, ValueError, TypeError):
        return None
    return (user_id, browser) if isinstance(user_id, int) and isinstance(browser, str) else None


def _know_browser(user: User) -> None:
    """Remember that this user has signed in from this browser; it opens nothing, it only counts tries apart."""
    known = _known_browser()
    if known is not None and known[0] == user.user_id:
        return
    value = _signer().dumps([user.user_id, secrets.token_urlsafe(16)])

    @after_this_request
    def _hand_over(response: Response) -> Response:
        response.set_cookie(
            _cookie(), str(value), max_age=_KNOWN_FOR, secure=services().config.web.outside, httponly=True,
            samesite="Strict",
        )  # fmt: skip
        return response


def _page(*, failed: bool = False, waiting: int = 0) -> str:
    oidc = services().config.web.oidc
    return render_template(
        "masuk.html",
        failed=failed,
        waiting=waiting,
        demo=services().demo_login,
        provider=(oidc.label or oidc.issuer) if oidc is not None and services().provider is not None else "",
        username=seen(request.form.get("nama", ""))[:200],
        onward=back_to(request.values.get("lanjut", "")),
    )
