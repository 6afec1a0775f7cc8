"""When data may have leaked: who saw whose data in a stretch of time, and the letter that is due within 72 hours."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from monitor.custody.breach import Breach, look_back, notice
from monitor.models import Role, User
from monitor.web.auth import need
from monitor.web.looked import shown
from monitor.web.safety import services

MAY_ASK = (Role.ADMIN, Role.AUDITOR, Role.COORDINATOR)
SHOWN = 300
LONGEST = timedelta(days=366)
_FORM = "%Y-%m-%dT%H:%M"

blueprint = Blueprint("kebocoran", __name__, url_prefix="/kebocoran")


@blueprint.get("")
def show() -> str:
    """Ask for the time, and show what was seen in it."""
    _asker()
    breach = _breach()
    if breach is not None:
        shown(persons=[number for number, _ in breach.people[:SHOWN]])
    now = services().clock()
    left = breach.left(now) if breach is not None else timedelta(0)
    return render_template(
        "kebocoran.html",
        breach=breach,
        late=left < timedelta(0),
        hours=abs(int(left.total_seconds() // 3600)) if left >= timedelta(0) else int(-left.total_seconds() // 3600),
        users=services().store.users.list(),
        asked={name: request.args.get(name, "")[:40] for name in ("sejak", "sampai", "diketahui", "pengguna")},
        latest=now.astimezone(services().config.zone).strftime(_FORM),
        most=SHOWN,
    )


@blueprint.get("/surat")
def letter() -> Response:
    """Give the letter as plain text, with … where a person fills in."""
    user, breach, at = _asker(), _breach(), services()
    if breach is None:
        abort(400)
    at.store.audit.note(
        "kebocoran_surat", "kebocoran", {"orang": len(breach.people), "pengguna": len(breach.seers)}, user.user_id
    )
    response = Response(notice(breach, at.config.office, at.config.zone), mimetype="text/plain")
    response.headers["Content-Disposition"] = 'attachment; filename="pemberitahuan-pasal-46.txt"'
    return response


@blueprint.get("/orang.csv")
def people() -> Response:
    """Give the names of everybody concerned, one a line, for the letters; it is a look at all of them."""
    user, breach = _asker(), _breach()
    if breach is None:
        abort(400)
    shown(persons=[number for number, _ in breach.people])
    services().store.audit.note("kebocoran_daftar", "kebocoran", {"orang": len(breach.people)}, user.user_id)
    lines = ["nomor;nama", *(f"{number};{_harmless(name)}" for number, name in breach.people)]
    response = Response("\ufeff" + "\r\n".join(lines) + "\r\n", mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="orang-yang-diberi-tahu.csv"'
    return response


def _harmless(name: str) -> str:
    """Write a cell that no spreadsheet takes for a formula or for two."""
    plain = "".join(one if one.isprintable() else " " for one in name).replace('"', '""')
    return f'"{chr(39) if plain[:1] in "=+-@" else ""}{plain}"'


def _asker() -> User:
    """Let in whoever answers for the whole office; one region's people do not see another's."""
    user = need(*MAY_ASK)
    if user.regions:
        abort(403)
    return user


def _breach() -> Breach | None:
    """Look back at what the address asks for; None where it asks for nothing sound."""
    since, until, known = (_moment(name) for name in ("sejak", "sampai", "diketahui"))
    if since is None or until is None or not timedelta(0) < until - since <= LONGEST:
        return None
    chosen = request.args.get("pengguna", "")
    user_id = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 16 else None
    return look_back(services().store, since, until, known or services().clock(), user_id)


def _moment(name: str) -> datetime | None:
    """Read a time of the form, in the office's zone."""
    try:
        read = datetime.strptime(request.args.get(name, "")[:20], _FORM)  # noqa: DTZ007 - the zone follows
        return read.replace(tzinfo=services().config.zone).astimezone(services().clock().tzinfo)
    except (ValueError, OverflowError):
        return None
