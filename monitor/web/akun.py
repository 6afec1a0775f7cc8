"""One's own account: password, second factor, where one is signed in."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from monitor.errors import NotAllowedError
from monitor.store.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD
from monitor.web.auth import current_session, current_user, enter, limits
from monitor.web.faktor import password_fits
from monitor.web.i18n import t
from monitor.web.kebocoran import MAY_ASK
from monitor.web.safety import services

blueprint = Blueprint("akun", __name__, url_prefix="/akun")


@blueprint.get("")
def show() -> str:
    """Show one's own account."""
    return _page()


@blueprint.post("/sandi")
def change_password() -> Response | tuple[str, int]:
    """Change the password with the old one; every other session ends, this one gets a new id."""
    user, fresh = current_user(), request.form.get("baru", "")
    if not password_fits(user, request.form.get("lama", "")):
        return _page(trouble=t("akun.lama_salah")), 422
    if fresh != request.form.get("ulang", ""):
        return _page(trouble=t("akun.tidak_sama")), 422
    try:
        services().store.users.set_password(user.user_id, fresh, by=user.user_id)
    except NotAllowedError as error:
        return _page(trouble=str(error)), 422
    enter(user, proved=True)
    flash(t("akun.sandi_diganti"))
    return redirect(url_for("akun.show"), 303)


@blueprint.post("/sesi/<int:session_id>/akhiri")
def end_one(session_id: int) -> Response:
    """End one of one's own other sessions."""
    user = current_user()
    if not services().store.sessions.end(min(session_id, 2**53), user.user_id, "diakhiri_sendiri"):
        abort(404)
    flash(t("akun.sesi_diakhiri"))
    return redirect(url_for("akun.show"), 303)


@blueprint.post("/sesi/lain/akhiri")
def end_others() -> Response:
    """End every session but this one."""
    services().store.sessions.end_others(current_user().user_id, current_session().session_id)
    flash(t("akun.lain_diakhiri"))
    return redirect(url_for("akun.show"), 303)


def _page(trouble: str = "") -> str:
    user, store = current_user(), services().store
    return render_template(
        "akun.html",
        trouble=trouble,
        mine=store.sessions.of(user.user_id, limits()),
        this=current_session().session_id,
        factor=bool(store.factors.secret(user.user_id)),
        left=store.factors.codes_left(user.user_id),
        shortest=SHORTEST_PASSWORD,
        longest=LONGEST_PASSWORD,
        may_look_back=bool(user.roles & set(MAY_ASK)) and not user.regions,
    )
