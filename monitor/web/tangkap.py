"""Recording by hand: the form (made for a phone), its pictures, and what it says while somebody fills it in.

Every step works without JavaScript: pictures come as files, and `Cari` shows people. With it, pictures are sent as soon
as they are pasted, dropped or taken, so that saving itself is quick and a lost connection loses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from monitor.capture import Draft, Trouble, check, platform_of, read_link, record
from monitor.capture import pictures as safe
from monitor.errors import ArchiveError, ImportRefusedError, NotAllowedError
from monitor.models import Capture, CaptureState, Door, Picture, Platform, SeenAct, User
from monitor.store import Found
from monitor.web.auth import current_user, may_decide
from monitor.web.handled import Handled, handled, same_act
from monitor.web.i18n import t
from monitor.web.looked import shown
from monitor.web.reading import read_later
from monitor.web.safety import services
from monitor.web.text import seen

MOST_BYTES = safe.MOST * safe.MAX_BYTES
_PLACES = tuple(one for one in Platform if one is not Platform.NEWS)
_BIG = frozenset({"tangkap.save", "tangkap.upload"})

blueprint = Blueprint("tangkap", __name__)


@blueprint.url_value_preprocessor
def _larger(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Let somebody who is signed in send pictures; everybody else stays within the size of a form."""
    if endpoint in _BIG and isinstance(session.get("sid"), str):
        request.max_content_length = request.max_form_memory_size = MOST_BYTES


def recorder() -> User:
    """Give the user if they may record; for others there is no such page (403)."""
    user = current_user()
    if not may_decide(user):
        abort(403)
    return user


@blueprint.get("/tangkap")
def show_form() -> str:
    """Show the form; `?lanjut=12` takes link, kind and owner over from one's own capture 12."""
    user, draft = recorder(), Draft()
    services().store.uploads.sweep()
    after = request.args.get("lanjut", "")
    if after.isascii() and after.isdigit() and len(after) < 16:
        draft = _following(int(after), user)
    return _page(draft, fresh=draft == Draft())


@blueprint.post("/tangkap")
def save() -> Response | str | tuple[str, int]:
    """Store the form, or show it again with everything that was filled in."""
    user, draft = recorder(), Draft.read(request.form)
    tokens, refused = _sent(user)
    if request.form.get("tombol") == "cari":
        return _page(draft, tokens, refused=refused)
    waiting = [one for token in tokens if (one := services().store.uploads.get(user.user_id, token)) is not None]
    person = _chosen(draft, user)
    checked = check(
        draft,
        person.person if person else None,
        person.accounts if person else (),
        [one.picture.sha256 for one in waiting],
        services().clock(),
        services().config.zone,
    )
    if not isinstance(checked, Capture):
        return _page(draft, tokens, troubles=checked, refused=refused), 400
    if refused:
        return _page(draft, tokens, refused=refused), 400
    if request.form.get("tetap") != "1" and (twins := same_act(checked, user)):
        return _page(draft, tokens, twins=twins), 409
    return _store(checked, [(one.picture, one.content) for one in waiting], tokens, user, draft)


def _store(
    capture: Capture, found: Sequence[tuple[Picture, bytes]], tokens: list[str], user: User, draft: Draft
) -> Response | tuple[str, int]:
    at = services()
    reporter = draft.pelapor if capture.door is Door.CITIZEN else ""
    try:
        capture_id = record(at.store, at.archive, capture, found, user, at.clock(), reporter)
    except ArchiveError as error:
        return _page(draft, tokens, refused=[str(error)]), 507
    at.store.uploads.drop(user.user_id, tokens)
    read_later([one.sha256 for one, _ in found])
    flash({"text": t("tangkap.tersimpan", n=capture_id), "undo": None, "flag_id": 0, "filters": ""}, "toast")  # type: ignore[arg-type]
    return redirect(url_for("tangkap.show_form", lanjut=capture_id), 303)


@blueprint.post("/tangkap/gambar")
def upload() -> str | tuple[str, int]:
    """Take pictures ahead of their form; gives what the form shows of them."""
    user = recorder()
    tokens, refused = _sent(user)
    page = render_template("_tangkap_gambar.html", tokens=tokens, refused=refused)
    return (page, 400) if refused and not tokens else page


@blueprint.get("/tangkap/titipan/<token>")
def show_upload(token: str) -> Response:
    """Show one's own waiting picture, drawn anew."""
    found = services().store.uploads.get(recorder().user_id, token)
    if found is None or found.picture.format not in safe.FORMATS:
        abort(404)
    return picture(safe.shown(found.content, 480))


@blueprint.post("/tangkap/titipan/<token>/buang")
def drop_upload(token: str) -> str:
    """Take a waiting picture out of the form."""
    services().store.uploads.drop(recorder().user_id, [token])
    return ""


@blueprint.get("/tangkap/orang")
def people() -> str:
    """Suggest people while somebody types."""
    return render_template("_tangkap_orang.html", found=_people(request.args.get("cari_orang", "")), chosen="")


@blueprint.get("/tangkap/periksa")
def inspect() -> str:
    """Say what is known of a link already."""
    user, draft = recorder(), Draft.read(request.args)
    return render_template("_tangkap_tautan.html", **_about_link(draft, user))


def picture(content: bytes) -> Response:
    """Answer with a picture that was drawn anew."""
    response = Response(content, mimetype="image/jpeg")
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    response.headers["Content-Disposition"] = "inline"
    return response


def _sent(user: User) -> tuple[list[str], list[str]]:
    """Take the pictures of this request and name all that wait: tokens, and what was refused."""
    uploads = services().store.uploads
    held = {one: uploads.get(user.user_id, one) for one in request.form.getlist("titipan")[: 4 * safe.MOST]}
    tokens = [name for name, one in held.items() if one is not None and one.picture.format in safe.FORMATS]
    refused: list[str] = []
    for file in request.files.getlist("gambar"):
        if not file.filename and not file.content_length:
            content = file.read(1)
            if not content:
                continue
            file.seek(0)
        if len(tokens) >= safe.MOST:
            refused.append(t("tangkap.terlalu_banyak", n=safe.MOST))
            break
        content = file.read(safe.MAX_BYTES + 1)
        try:
            found = safe.verify(content, seen(file.filename or "")[:80])
        except ImportRefusedError as error:
            refused += [str(problem) for problem in error.problems]
            continue
        tokens.append(uploads.put(user.user_id, found, content))
    return list(dict.fromkeys(tokens))[: safe.MOST], refused


def _people(text: str) -> list[Found]:
    user = recorder()
    today = services().clock().astimezone(services().config.zone).date()
    found = services().store.lookup.find(seen(text)[:100], today, user.regions)
    shown(persons=[one.person.person_id for one in found])
    return found


def _chosen(draft: Draft, user: User) -> Found | None:
    if not (draft.orang.isascii() and draft.orang.isdigit() and len(draft.orang) < 16):
        return None
    shown(persons=[int(draft.orang)])
    return services().store.lookup.get(int(draft.orang), user.regions)


def _following(capture_id: int, user: User) -> Draft:
    """Begin the next capture of the same post where the last one by this user stood."""
    try:
        last = services().store.captures.get(capture_id)
    except NotAllowedError:
        return Draft()
    if last.user_id != user.user_id:
        return Draft()
    one = last.capture
    return Draft(
        tautan=one.link,
        jenis=one.act.value,
        tempat=one.account.platform.value,
        pemilik=one.owner.handle if one.owner is not None else "",
        isi=one.about,
        asal=one.door.value if one.door is not Door.OLD_CASE else Door.OFFICER.value,
    )


def _about_link(draft: Draft, user: User) -> dict[str, object]:
    link = read_link(draft.tautan)
    known: Handled | None = handled(link, user) if link is not None else None
    return {"draft": draft, "link": link, "known": known, "platform": platform_of(draft, link)}


def _page(
    draft: Draft,
    tokens: Sequence[str] = (),
    *,
    troubles: Sequence[Trouble] = (),
    refused: Sequence[str] = (),
    twins: Sequence[int] = (),
    fresh: bool = False,
) -> str:
    user = recorder()
    at, zone = services().clock(), services().config.zone
    chosen = _chosen(draft, user)
    asked = seen(request.form.get("cari_orang", ""))[:100]
    found = _people(asked) if asked else []
    if chosen is not None and chosen not in found:
        found = [chosen, *found]
    return render_template(
        "tangkap.html",
        **_about_link(draft, user),
        values={name: seen(value) if name != "orang" else value for name, value in asdict(draft).items()},
        tokens=tokens,
        troubles=troubles,
        refused=refused,
        twins=twins,
        acts=SeenAct,
        places=_PLACES,
        doors=(Door.OFFICER, Door.CITIZEN),
        found=found,
        asked=asked,
        now=_local(at.astimezone(zone)),
        fresh=fresh,
        after=request.args.get("lanjut", ""),
        waiting=services().store.captures.waiting(user.regions, user.user_id),
        most=safe.MOST,
        states=CaptureState,
    )


def _local(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M")
