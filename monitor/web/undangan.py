"""The link by which somebody who was invited sets a password that nobody else ever knows."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from monitor.errors import NotAllowedError
from monitor.models import User
from monitor.store.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD
from monitor.web.i18n import t
from monitor.web.safety import services

blueprint = Blueprint("undangan", __name__, url_prefix="/undangan")


@blueprint.get("/<token>")
def show(token: str) -> Response | str:
    """Show the form; looking uses nothing up, since mail programs look ahead."""
    user = _whose(token)
    return _gone() if user is None else _page(token, user)


@blueprint.post("/<token>")
def accept(token: str) -> Response | tuple[str, int]:
    """Set the password and use the link up; then one signs in like everybody."""
    user = _whose(token)
    if user is None:
        return _gone()
    password = request.form.get("baru", "")
    if password != request.form.get("ulang", ""):
        return _page(token, user, t("akun.tidak_sama")), 422
    try:
        services().store.invitations.accept(token, password)
    except NotAllowedError as error:
        return _page(token, user, str(error)), 422
    flash(t("undangan.selesai"))
    return redirect(url_for("masuk.form"), 303)


def _whose(token: str) -> User | None:
    user_id = services().store.invitations.whose(token[:200])
    return services().store.users.get(user_id) if user_id is not None else None


def _gone() -> Response:
    flash(t("undangan.tidak_berlaku"))
    return redirect(url_for("masuk.form"), 303)


def _page(token: str, user: User, trouble: str = "") -> str:
    return render_template(
        "undangan.html", token=token, person=user, trouble=trouble, shortest=SHORTEST_PASSWORD, longest=LONGEST_PASSWORD
    )
