"""Deciding and taking back: plain forms, one stored event each, then the next flag."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, abort, flash, redirect, request
from werkzeug.wrappers import Response

from monitor.errors import ConflictError, HeldError, NotAllowedError
from monitor.models import Flag, ReasonCode, State, User
from monitor.web import serupa
from monitor.web.auth import current_user, may_decide
from monitor.web.case import Trouble, find, page, undoable
from monitor.web.i18n import t
from monitor.web.queue import Filters, case_address, page_address
from monitor.web.safety import services
from monitor.web.views import LONGEST_NOTE

blueprint = Blueprint("putus", __name__)


@blueprint.post("/tanda/<int:flag_id>/putuskan")
def decide(flag_id: int) -> Response | tuple[str, int]:
    """Store a decision and go to the next open flag; on trouble show the case again with the note kept."""
    flag, user = find(flag_id), current_user()
    if not may_decide(user):
        abort(403)
    filters = Filters.parse(request.form.get("saringan", ""))
    note = request.form.get("catatan", "").replace("\r\n", "\n").strip()
    reason = _reason(request.form.get("alasan", ""))
    if reason is None:
        return page(flag, filters, Trouble("putus.judul", "putus.alasan_kosong"), note), 400
    if len(note) > LONGEST_NOTE:
        values = {"n": LONGEST_NOTE}
        return page(flag, filters, Trouble("putus.judul", "putus.catatan_panjang", values), note), 400
    if serupa.asked() and not serupa.speaks_of_words(reason):
        return page(flag, filters, Trouble("putus.judul", "serupa.alasan_orang"), note), 400
    if services().store.probes.waits(user.user_id, flag_id):
        return _known(flag, user, reason, filters)
    state = State.CLEARED if reason.clears else State.LEAD
    expected = _number(request.form.get("terakhir", ""))
    try:
        done = services().store.decisions.append(flag_id, user.user_id, state, reason, note, expected=expected)
    except HeldError as error:
        return page(find(flag_id), filters, Trouble("putus.dipegang", "putus.dipegang_isi", {"apa": error}), note), 409
    except (ConflictError, NotAllowedError):
        return page(find(flag_id), filters, Trouble("putus.bentrok", "putus.bentrok_isi"), note), 409
    others = serupa.decide_others(flag, user, state, reason, note)
    said = t("putus.tersimpan", n=flag_id, keadaan=t(f"keadaan.{state.value}"), alasan=t(f"alasan.{reason.value}"))
    if others.done or others.late:
        said += " " + t("serupa.tersimpan", n=others.done, lewat=others.late)
    _toast(said, flag, filters, undo=done.decision_id)
    return redirect(_onward(flag_id, filters), 303)


@blueprint.post("/tanda/<int:flag_id>/urungkan/<int:decision_id>")
def undo(flag_id: int, decision_id: int) -> Response | tuple[str, int]:
    """Take back the newest decision of a flag and show the case again."""
    flag, user = find(flag_id), current_user()
    if not may_decide(user):
        abort(403)
    filters = Filters.parse(request.form.get("saringan", ""))
    refused = Trouble("putus.bentrok", "putus.tak_bisa_urung")
    if undoable(flag, user) != decision_id:
        return page(flag, filters, refused), 409
    try:
        services().store.decisions.undo(decision_id, user.user_id, flag.decisions[-1].decision_id)
    except (ConflictError, NotAllowedError):
        return page(find(flag_id), filters, refused), 409
    _toast(t("putus.diurungkan", n=flag_id), flag, filters)
    return redirect(case_address(flag_id, filters), 303)


def _known(flag: Flag, user: User, reason: ReasonCode, filters: Filters) -> Response | tuple[str, int]:
    """Take the answer to an item whose answer is known; the flag stays as it is."""
    try:
        services().store.probes.answer(user.user_id, flag.flag_id, reason)
    except ConflictError:
        return page(find(flag.flag_id), filters, Trouble("putus.bentrok", "putus.bentrok_isi")), 409
    state = State.CLEARED if reason.clears else State.LEAD
    words = {"keadaan": t(f"keadaan.{state.value}"), "alasan": t(f"alasan.{reason.value}")}
    _toast(t("putus.tersimpan", n=flag.flag_id, **words), flag, filters)
    return redirect(_onward(flag.flag_id, filters), 303)


def _onward(flag_id: int, filters: Filters) -> str:
    """Give what comes next: a known item at its turn, else the next open flag in these filters, else the queue.

    At the end of the queue it goes on from its start.
    """
    user, every = current_user(), services().config.review.known_every
    known = services().store.probes.next(user.user_id, every, user.regions) if every else None
    if known is not None:
        return case_address(known, filters)
    store, open_only = services().store, Filters(**{**_plain(filters), "keadaan": ""})
    query = replace(open_only.query(current_user()), free=True)
    following = store.flags.next_open(query, flag_id)
    if following is None:
        following = store.flags.next_open(query)
    if following is None:
        return page_address(open_only)
    return case_address(following, open_only)


def _plain(filters: Filters) -> dict[str, str]:
    return {name: getattr(filters, name) for name in Filters.__slots__}


def _toast(text: str, flag: Flag, filters: Filters, undo: int | None = None) -> None:
    flash({"text": text, "undo": undo, "flag_id": flag.flag_id, "filters": filters.encode()}, "toast")  # type: ignore[arg-type]


def _reason(value: str) -> ReasonCode | None:
    return next((one for one in ReasonCode if one.value == value), None)


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None
