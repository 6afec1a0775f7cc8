"""Evidence that leaves the house: the pack of a case, made on request, with a reason, in the custody log."""

from __future__ import annotations

import io

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from monitor import custody
from monitor.errors import ArchiveError, NotAllowedError
from monitor.web.auth import current_user
from monitor.web.case import Trouble, find, page
from monitor.web.queue import Filters
from monitor.web.safety import services

blueprint = Blueprint("berkas", __name__)


@blueprint.post("/tanda/<int:flag_id>/berkas")
def make(flag_id: int) -> Response | tuple[str, int]:
    """Make the pack of a case and give it as a download."""
    flag, user, parts = find(flag_id), current_user(), services()
    if not custody.may_export(user):
        abort(403)
    originals = request.form.get("asli") == "1"
    if originals and not custody.may_take_originals(user):
        abort(403)
    desk = custody.Desk(parts.config, parts.store, parts.archive, parts.clock, parts.stamp)
    out = io.BytesIO()
    try:
        custody.hand_over(desk, [flag_id], out, user, request.form.get("keperluan", ""), originals=originals)
    except NotAllowedError:
        return page(flag, Filters(), Trouble("berkas.gagal", "berkas.alasan_kosong")), 400
    except ArchiveError:
        return page(flag, Filters(), Trouble("kasus.bukti_rusak", "kasus.bukti_rusak_isi")), 409
    response = Response(out.getvalue(), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="berkas-bukti-tanda-{flag_id}.zip"'
    return response
