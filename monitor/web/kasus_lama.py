"""An office's old cases out of a spreadsheet: sent, mapped, looked at, and only then stored as captures that wait."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from monitor.capture import old, sheet
from monitor.errors import ImportRefusedError, Problem
from monitor.models import Picture
from monitor.roster.tables import Table, read_table
from monitor.store import Found
from monitor.web.handled import person_name
from monitor.web.i18n import t
from monitor.web.safety import services
from monitor.web.tangkap import recorder
from monitor.web.text import seen

MAX_BYTES = 10_000_000
SUFFIXES = (".csv", ".xlsx", ".tsv", ".txt")
_SHOWN = 200

blueprint = Blueprint("kasus_lama", __name__, url_prefix="/temuan/lama")


@blueprint.url_value_preprocessor
def _larger(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Let somebody who is signed in send a spreadsheet."""
    if endpoint == "kasus_lama.send" and isinstance(session.get("sid"), str):
        request.max_content_length = request.max_form_memory_size = MAX_BYTES


@blueprint.get("")
def show_form() -> str:
    """Show where to send a spreadsheet."""
    recorder()
    return _page()


@blueprint.post("")
def send() -> Response | tuple[str, int]:
    """Take a spreadsheet, keep it for a day, and show what it would bring."""
    user, file = recorder(), request.files.get("berkas")
    name = seen(file.filename or "") if file is not None else ""
    suffix = Path(name).suffix.lower()
    content = file.read() if file is not None else b""
    if suffix not in SUFFIXES or not content:
        return _page(refused=[Problem(name or "berkas", 0, 0, t("lama.bukan_tabel"))]), 400
    try:
        _table(content, suffix)
    except ImportRefusedError as error:
        return _page(refused=error.problems), 400
    digest = hashlib.sha256(content).hexdigest()
    token = services().store.uploads.put(user.user_id, Picture(digest, suffix[1:].upper(), 0, 0, len(content)), content)
    return redirect(url_for("kasus_lama.look", token=token), 303)


@blueprint.get("/<token>")
def look(token: str) -> str:
    """Show which column means what, what would be stored, and every row that would not."""
    table = _waiting(token)
    return _look(token, table, sheet.guess(sheet.headings(table)))


@blueprint.post("/<token>")
def store(token: str) -> Response | str | tuple[str, int]:
    """Look again with other columns, or store what is sound."""
    user, table = recorder(), _waiting(token)
    mapping = {one: value for one in sheet.COLUMNS if (value := request.form.get(f"kolom-{one}", ""))}
    if request.form.get("tombol") != "simpan":
        return _look(token, table, mapping)
    try:
        found = _read(table, mapping)
    except ImportRefusedError:
        return _look(token, table, mapping), 400
    ids = old.bring(services().store, services().archive, found, None, user, services().clock())
    services().store.uploads.drop(user.user_id, [token])
    text = t("lama.tersimpan", n=len(ids), lama=len(found.captures) - len(ids), tolak=len(found.rejected))
    flash({"text": text, "undo": None, "flag_id": 0, "filters": ""}, "toast")  # type: ignore[arg-type]
    return redirect(url_for("temuan.show_all"), 303)


def _waiting(token: str) -> Table:
    found = services().store.uploads.get(recorder().user_id, token)
    if found is None or f".{found.picture.format.lower()}" not in SUFFIXES:
        abort(404)
    return _table(found.content, f".{found.picture.format.lower()}")


def _table(content: bytes, suffix: str) -> Table:
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        file.write(content)
        file.flush()
        return read_table(Path(file.name))


def _read(table: Table, mapping: Mapping[str, str]) -> sheet.Sheet:
    user, at = recorder(), services()
    today = at.clock().astimezone(at.config.zone).date()

    def search(text: str) -> list[Found]:
        return at.store.lookup.find(text[:100], today, user.regions)

    return sheet.read("berkas", table, mapping, sheet.Around(search, at.clock(), at.config.zone))


def _look(token: str, table: Table, mapping: Mapping[str, str]) -> str:
    refused: Sequence[Problem] = ()
    found: sheet.Sheet | None = None
    try:
        found = _read(table, mapping)
    except ImportRefusedError as error:
        refused = error.problems
    rows = [] if found is None else list(zip(found.rows, found.captures, strict=True))[:_SHOWN]
    return render_template(
        "kasus_lama_periksa.html",
        token=token,
        columns=sheet.COLUMNS,
        headings=[one for one in sheet.headings(table) if one],
        mapping=mapping,
        found=found,
        rows=[(number, one, person_name(one.person_id)) for number, one in rows],
        refused=refused,
        notes=table.notes,
        shown=_SHOWN,
    )


def _page(refused: Sequence[Problem] = ()) -> str:
    return render_template("kasus_lama.html", refused=refused, columns=sheet.COLUMNS)
