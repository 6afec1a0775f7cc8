"""Captures that wait for a second person, and one capture with its pictures: confirm, reject, open the seal."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from monitor.capture import Confirmed, confirm
from monitor.capture import pictures as safe
from monitor.capture.form import LONGEST_NOTE, LONGEST_TEXT
from monitor.errors import ArchiveError, ConflictError, NotAllowedError
from monitor.models import CaptureState, Role, User
from monitor.store import StoredCapture, Touch
from monitor.web.auth import current_user, may_decide, may_see
from monitor.web.handled import person_name, user_name, visible
from monitor.web.i18n import t
from monitor.web.reading import read_later, readings
from monitor.web.safety import services
from monitor.web.tangkap import picture

_DONE = (CaptureState.CONFIRMED, CaptureState.REJECTED, CaptureState.WITHDRAWN)
_BIGGEST_ID = 2**53
_SHOWN = 50
OPENERS = frozenset({Role.COORDINATOR})
"""Who may open the seal on a reporter."""

blueprint = Blueprint("temuan", __name__)


def find(capture_id: int) -> StoredCapture:
    """Give a capture that this user may see; every other one does not exist for them (404)."""
    if capture_id > _BIGGEST_ID:
        abort(404)
    try:
        stored = services().store.captures.get(capture_id)
    except NotAllowedError:
        abort(404)
    if not visible(stored, current_user()):
        abort(404)
    return stored


@blueprint.get("/temuan")
def show_all() -> str:
    """Show what waits for a second person, what waits of one's own, and what was decided last."""
    user, captures = current_user(), services().store.captures
    waiting = captures.listed([CaptureState.WAITING], user.regions)
    done = captures.listed(_DONE, user.regions, _SHOWN)
    return render_template(
        "temuan.html",
        theirs=[_row(one) for one in waiting if one.user_id != user.user_id],
        mine=[_row(one) for one in waiting if one.user_id == user.user_id],
        done=[_row(one) for one in done],
        may_record=may_decide(user),
    )


@blueprint.get("/temuan/<int:capture_id>")
def show_one(capture_id: int) -> str:
    """Show a capture."""
    stored = find(capture_id)
    if stored.pictures:
        _touched(stored, current_user(), Touch.VIEW, stored.pictures[0].sha256)
    return _page(stored)


@blueprint.post("/temuan/<int:capture_id>/benarkan")
def approve(capture_id: int) -> Response | tuple[str, int]:
    """Confirm as a second person: the capture becomes an item, is screened, and stands in the queue."""
    stored, user = find(capture_id), _decider()
    texts = (_text("kata"), _text("isi"))
    if max(map(len, texts)) > LONGEST_TEXT:
        return _page(stored, trouble=t("tangkap.salah.panjang")), 400
    at = services()
    judges = at.desk.judges if at.desk is not None else None
    try:
        done = confirm(at.store, at.archive, stored, texts, user, at.clock(), judges)
    except ConflictError:
        return _page(find(capture_id), trouble=t("temuan.bentrok")), 409
    except NotAllowedError as error:
        return _page(stored, trouble=str(error)), 403
    except ArchiveError as error:
        return _page(stored, trouble=str(error)), 507
    _toast(t("temuan.dibenarkan" if done.screened else "temuan.dibenarkan_nanti", n=capture_id))
    return redirect(_onward(done, user, capture_id), 303)


@blueprint.post("/temuan/<int:capture_id>/tolak")
def refuse(capture_id: int) -> Response | tuple[str, int]:
    """Reject as a second person, or take one's own back."""
    stored, user = find(capture_id), _decider()
    reason = request.form.get("catatan", "").strip()
    if len(reason) > LONGEST_NOTE:
        return _page(stored, trouble=t("tangkap.salah.panjang")), 400
    try:
        services().store.captures.reject(capture_id, user.user_id, reason)
    except ConflictError:
        return _page(find(capture_id), trouble=t("temuan.bentrok")), 409
    except NotAllowedError as error:
        return _page(stored, trouble=str(error)), 400
    _toast(t("temuan.ditolak", n=capture_id))
    return redirect(url_for("temuan.show_all"), 303)


@blueprint.post("/temuan/<int:capture_id>/pelapor")
def open_seal(capture_id: int) -> str | tuple[str, int]:
    """Show who reported, to a coordinator with a reason; the audit remembers who looked and why."""
    stored, user = find(capture_id), current_user()
    if not user.roles & OPENERS:
        abort(403)
    try:
        reporter = services().store.captures.reporter(capture_id, user.user_id, request.form.get("catatan", ""))
    except NotAllowedError as error:
        return _page(stored, trouble=str(error)), 400
    return _page(stored, reporter=reporter or t("temuan.pelapor_kosong"))


@blueprint.get("/temuan/<int:capture_id>/gambar/<int:place>")
def show_picture(capture_id: int, place: int) -> Response:
    """Show a picture, drawn anew without what the file hides; `?kecil=1` small."""
    small = request.args.get("kecil") == "1"
    return picture(safe.shown(_original(find(capture_id), place), 320 if small else 1600))


@blueprint.get("/temuan/<int:capture_id>/gambar/<int:place>/asli")
def download(capture_id: int, place: int) -> Response:
    """Give the original bytes as an attachment; the audit remembers the copy."""
    stored, user = find(capture_id), current_user()
    content, one = _original(stored, place), stored.pictures[place]
    _touched(stored, user, Touch.DOWNLOAD, one.sha256)
    response = Response(content, mimetype=safe.FORMATS[one.format])
    name = f"temuan-{capture_id}-{place + 1}-{one.sha256[:12]}.{one.format.lower()}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return response


@blueprint.get("/temuan/<int:capture_id>/bacaan")
def show_readings(capture_id: int) -> str:
    """Show what a machine read in the pictures, as a proposal; asks again while it is at work."""
    stored = find(capture_id)
    return render_template("_temuan_bacaan.html", stored=stored, readings=readings(stored.pictures))


def _touched(stored: StoredCapture, user: User, act: Touch, sha256: str) -> None:
    """Write into the custody log who looked at the pictures or took one away."""
    store = services().store
    flags = store.flags.of_item(stored.item_id) if stored.item_id is not None else []
    flag_id = flags[0].flag_id if flags else 0
    store.custody.note(act, user_id=user.user_id, flag_id=flag_id, subject=f"temuan {stored.capture_id}", sha256=sha256)


def _original(stored: StoredCapture, place: int) -> bytes:
    if place >= len(stored.pictures):
        abort(404)
    try:
        return services().archive.read(stored.pictures[place].sha256)
    except ArchiveError:
        abort(409)


def _decider() -> User:
    user = current_user()
    if not may_decide(user):
        abort(403)
    return user


def _text(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n").strip()


def _onward(done: Confirmed, user: User, capture_id: int) -> str:
    """Go to the flag that came of it where there is one, else back to the capture."""
    for flag in services().store.flags.of_item(done.item_id):
        if may_see(user, flag):
            return url_for("tanda.show_case", flag_id=flag.flag_id)
    return url_for("temuan.show_one", capture_id=capture_id)


def _page(stored: StoredCapture, *, trouble: str = "", reporter: str = "") -> str:
    user, store = current_user(), services().store
    if any(one.outcome == "" for one in readings(stored.pictures)):
        read_later([one.sha256 for one in stored.pictures])
    flags = store.flags.of_item(stored.item_id) if stored.item_id is not None else []
    waits = stored.state is CaptureState.WAITING and may_decide(user)
    return render_template(
        "temuan_satu.html",
        stored=stored,
        one=stored.capture,
        name=person_name(stored.capture.person_id),
        by=user_name(stored.user_id),
        decided_by=user_name(stored.decided_by) if stored.decided_by is not None else "",
        flags=[flag for flag in flags if may_see(user, flag)],
        may_confirm=waits and stored.user_id != user.user_id,
        own=waits and stored.user_id == user.user_id,
        sealed=store.captures.has_reporter(stored.capture_id),
        may_open=bool(user.roles & OPENERS),
        reporter=reporter,
        trouble=trouble,
        readings=readings(stored.pictures),
    )


def _row(one: StoredCapture) -> dict[str, object]:
    return {"stored": one, "name": person_name(one.capture.person_id), "by": user_name(one.user_id)}


def _toast(text: str) -> None:
    flash({"text": text, "undo": None, "flag_id": 0, "filters": ""}, "toast")  # type: ignore[arg-type]
