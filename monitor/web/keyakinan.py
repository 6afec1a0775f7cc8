"""Raising and lowering how sure it is whose account it is, and checking the evidence of a case, from its page."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, request
from werkzeug.wrappers import Response

from monitor import custody
from monitor.errors import ConflictError, NotAllowedError
from monitor.models import Account, Condition, Confidence, User
from monitor.store import Touch
from monitor.web.auth import current_user, may_decide
from monitor.web.case import Trouble, find, page
from monitor.web.i18n import t
from monitor.web.pemilik import LONGEST
from monitor.web.queue import Filters, case_address
from monitor.web.safety import services

blueprint = Blueprint("pemilik", __name__)


@blueprint.post("/tanda/<int:flag_id>/pemilik")
def change(flag_id: int) -> Response | tuple[str, int]:
    """Raise or lower how sure it is, or set or clear a condition, with what was seen."""
    flag, user = find(flag_id), current_user()
    account = flag.actor.account
    if not may_decide(user) or account is None:
        abort(403)
    filters = Filters.parse(request.form.get("saringan", ""))
    seen = [one.strip() for one in request.form.getlist("dilihat")[:2]]
    if not any(seen) or max(map(len, seen)) > LONGEST:
        return page(flag, filters, Trouble("pemilik.judul", "pemilik.dilihat_kosong", {"n": LONGEST})), 400
    try:
        said = _changed(account, seen, user, flag_id)
    except ConflictError:
        return page(find(flag_id), filters, Trouble("pemilik.judul", "pemilik.bentrok")), 409
    except NotAllowedError:
        return page(
            flag, filters, Trouble("pemilik.judul", "pemilik.belum_cukup", {"kurang": _lacking(account, seen)})
        ), 400
    _toast(said)
    return redirect(case_address(flag_id, filters) + "#akun", 303)


@blueprint.post("/tanda/<int:flag_id>/periksa")
def check(flag_id: int) -> Response:
    """Hash everything that is held of a case again, and write down what came of it."""
    flag, user, parts = find(flag_id), current_user(), services()
    filters = Filters.parse(request.form.get("saringan", ""))
    found = custody.check_case(parts.store, parts.archive, flag_id)
    parts.store.custody.note(
        Touch.VERIFY, user_id=user.user_id, flag_id=flag_id, sha256=flag.stored.evidence_sha256,
        subject="berkas kasus", detail=found.written(),
    )  # fmt: skip
    _toast(t("periksa.utuh", n=found.pieces) if found.ok else t("periksa.berubah", n=len(found.findings)))
    return redirect(case_address(flag_id, filters) + "#bukti", 303)


def _changed(account: Account, seen: Sequence[str], user: User, flag_id: int) -> str:
    """Carry out what the pressed button says; gives what is told. An unknown button is a bad request."""
    roster, form = services().store.roster, request.form
    sure = next((one for one in Confidence if one.value == form.get("keyakinan")), None)
    if sure is not None:
        was = next((one for one in Confidence if one.value == form.get("semula")), account.confidence)
        roster.set_confidence(account.account_id, sure, seen, user.user_id, flag_id=flag_id, expected=was)
        return t("pemilik.tersimpan", keyakinan=t(f"keyakinan.{sure.value}"))
    name = "tandai" if "tandai" in form else "cabut"
    special = next((one for one in Condition if one.value == form.get(name)), None)
    if special is None:
        abort(400)
    text = "; ".join(one for one in seen if one)
    roster.set_condition(
        account.account_id, special, user.user_id, present=name == "tandai", seen=text, flag_id=flag_id
    )
    return t(f"pemilik.{name}_tersimpan", kondisi=t(f"kondisi.{special.value}"))


def _lacking(account: Account, seen: Sequence[str]) -> str:
    lacks = services().store.roster.missing(account.account_id, seen)
    return "; ".join(t(f"pemilik.kurang.{one.value}") for one in lacks)


def _toast(text: str) -> None:
    flash({"text": text}, "toast")  # type: ignore[arg-type]
