"""The office's staff, for its admin: inviting, roles and regions, leaving. No admin ever learns a password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from monitor.errors import NotAllowedError
from monitor.models import Role, User
from monitor.store import Left
from monitor.web.auth import limits, need
from monitor.web.i18n import t
from monitor.web.safety import services
from monitor.web.text import seen

_LONGEST_NAME = 120
_MOST_REGIONS = 40

blueprint = Blueprint("petugas", __name__, url_prefix="/petugas")


@dataclass(frozen=True, slots=True)
class Line:
    """One member of the staff as the list shows them; never a count of what they decided."""

    user: User
    factor: bool
    invited_until: datetime | None
    missing_factor: bool


@blueprint.get("")
def show_all() -> str:
    """List the staff."""
    need(Role.ADMIN)
    return _list()


@blueprint.post("")
def invite() -> Response | str | tuple[str, int]:
    """Make a user without a password and show the link by which they set their own; it is shown this once."""
    admin, store = need(Role.ADMIN), services().store
    name = seen(request.form.get("nama", "")).strip()[:_LONGEST_NAME]
    if not name:
        return _list(t("petugas.nama_kosong")), 422
    try:
        user = store.users.create(request.form.get("pengguna", "")[:80], name, None, *_asked(), by=admin.user_id)
    except NotAllowedError as error:
        return _list(str(error)), 422
    return _one(user, link=_link(user, admin))


@blueprint.get("/<int:user_id>")
def show_one(user_id: int) -> str:
    """Show one member of the staff."""
    need(Role.ADMIN)
    return _one(_find(user_id))


@blueprint.post("/<int:user_id>/undangan")
def renew(user_id: int) -> str | tuple[str, int]:
    """Give a new link, for who lost the first or forgot the password."""
    admin, user = need(Role.ADMIN), _find(user_id)
    try:
        return _one(user, link=_link(user, admin))
    except NotAllowedError as error:
        return _one(user, str(error)), 422


@blueprint.post("/<int:user_id>/peran")
def change_roles(user_id: int) -> Response | tuple[str, int]:
    """Change roles and regions of somebody else; their sessions end, so that nothing old holds on."""
    admin, user = need(Role.ADMIN), _find(user_id)
    if user.user_id == admin.user_id:
        return _one(user, t("petugas.bukan_sendiri")), 403
    try:
        services().store.users.set_roles(user_id, *_asked(), by=admin.user_id)
    except NotAllowedError as error:
        return _one(user, str(error)), 422
    flash(t("petugas.peran_diubah"))
    return redirect(url_for("petugas.show_one", user_id=user_id), 303)


@blueprint.post("/<int:user_id>/faktor")
def reset_factor(user_id: int) -> Response:
    """Take the second factor of somebody away who lost their phone and their codes; it is in the audit."""
    admin = need(Role.ADMIN)
    held = services().store.factors.reset(_find(user_id).user_id, by=admin.user_id)
    flash(t("petugas.faktor_dicabut") if held else t("petugas.faktor_tidak_ada"))
    return redirect(url_for("petugas.show_one", user_id=user_id), 303)


@blueprint.post("/<int:user_id>/pergi")
def leave(user_id: int) -> Response | tuple[str, int]:
    """Let somebody go: access ends at once, what they held goes back or to their successor, history stays."""
    admin, user, store = need(Role.ADMIN), _find(user_id), services().store
    if user.user_id == admin.user_id:
        return _one(user, t("petugas.bukan_sendiri")), 403
    chosen = request.form.get("penerus", "")
    heir = store.users.get(int(chosen)) if chosen.isascii() and chosen.isdigit() and len(chosen) < 12 else None
    try:
        left = store.departures.leave(user_id, heir.user_id if heir is not None else None, by=admin.user_id)
    except NotAllowedError as error:
        return _one(user, str(error)), 422
    flash(_told(left))
    return redirect(url_for("petugas.show_one", user_id=user_id), 303)


@blueprint.post("/<int:user_id>/kembali")
def come_back(user_id: int) -> Response:
    """Let somebody in again who had left; they need a new link."""
    admin = need(Role.ADMIN)
    services().store.users.reactivate(_find(user_id).user_id, by=admin.user_id)
    flash(t("petugas.kembali_lagi"))
    return redirect(url_for("petugas.show_one", user_id=user_id), 303)


def _told(left: Left) -> str:
    return t("petugas.sudah_pergi", serah=left.handed_over, kembali=left.returned, titipan=left.things)


def _asked() -> tuple[frozenset[Role], frozenset[str]]:
    roles = frozenset(Role(one) for one in request.form.getlist("peran") if one in {role.value for role in Role})
    lines = seen(request.form.get("wilayah", "").replace("\r", "")[:4000]).split("\n")
    return roles, frozenset(one.strip()[:_LONGEST_NAME] for one in lines[:_MOST_REGIONS] if one.strip())


def _find(user_id: int) -> User:
    user = services().store.users.get(min(user_id, 2**53))
    if user is None:
        abort(404)
    return user


def _link(user: User, admin: User) -> str:
    web = services().config.web
    token = services().store.invitations.make(user.user_id, timedelta(hours=web.invitation_hours), by=admin.user_id)
    return web.address(url_for("undangan.show", token=token))


def _list(trouble: str = "") -> str:
    store, needed = services().store, set(services().config.web.second_factor)
    holders, invited = store.factors.holders(), store.invitations.open_until()
    lines = [
        Line(
            one,
            one.user_id in holders,
            invited.get(one.user_id),
            bool(one.roles & needed) and one.user_id not in holders,
        )
        for one in store.users.list()
    ]
    typed = {name: seen(request.form.get(name, ""))[:200] for name in ("pengguna", "nama")} if trouble else {}
    pressure = store.lockouts.pressure([one.user.username for one in lines if one.user.active])
    return render_template(
        "petugas.html", lines=lines, trouble=trouble, typed=typed, roles=tuple(Role), pressure=pressure
    )


def _one(user: User, trouble: str = "", link: str = "") -> str:
    store = services().store
    fresh = store.users.get(user.user_id) or user
    others = [one for one in store.users.list() if one.active and one.user_id != user.user_id]
    return render_template(
        "petugas_satu.html",
        person=fresh,
        factor=bool(store.factors.secret(user.user_id)),
        sessions=store.sessions.of(user.user_id, limits()),
        invited_until=store.invitations.open_until().get(user.user_id),
        hours=services().config.web.invitation_hours,
        others=others,
        roles=tuple(Role),
        trouble=trouble,
        link=link,
    )
