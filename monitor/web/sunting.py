"""Redacted working copies by hand: boxes over third persons in a picture, masked words in a text. Originals stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from monitor import custody
from monitor.custody import copies
from monitor.custody.copies import Box, CopyError, Hidden
from monitor.errors import ArchiveError
from monitor.evidence import is_digest
from monitor.models import Flag
from monitor.store import NewPiece, PieceKind, Touch
from monitor.web.auth import current_user, may_decide
from monitor.web.case import find
from monitor.web.i18n import t
from monitor.web.safety import services
from monitor.web.text import seen

blueprint = Blueprint("sunting", __name__)

ROWS = 12
_SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"
_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}
_LONGEST_WORDS = 5000


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the form: what was typed, "" where nothing was."""

    left: str = ""
    top: str = ""
    width: str = ""
    height: str = ""
    hides: str = Hidden.FACE.value

    @property
    def empty(self) -> bool:
        """Tell whether nothing was typed."""
        return not (self.left or self.top or self.width or self.height)


def _case(flag_id: int) -> tuple[Flag, custody.Case]:
    flag = find(flag_id)
    if not may_decide(current_user()):
        abort(403)
    return flag, custody.gather(services().store, flag_id)


def _picture(flag_id: int, sha256: str) -> tuple[custody.Case, bytes]:
    """Give a picture of this case; every other one does not exist."""
    _flag, case = _case(flag_id)
    copied = {one.sha256 for one in case.pieces if one.kind is PieceKind.PICTURE_COPY and not one.erased}
    if not is_digest(sha256) or sha256 not in {*case.shown, *copied}:
        abort(404)
    try:
        return case, services().archive.read(sha256)
    except ArchiveError:
        abort(409)


@blueprint.get("/tanda/<int:flag_id>/gambar/<sha256>")
def show_picture(flag_id: int, sha256: str) -> Response:
    """Give the bytes of a picture, as a picture and nothing else."""
    _found, content = _picture(flag_id, sha256)
    kind = _TYPES.get(copies.picture_suffix(content))
    if kind is None:
        abort(404)
    services().store.custody.note(
        Touch.VIEW, user_id=current_user().user_id, flag_id=flag_id, sha256=sha256, subject="gambar"
    )
    response = Response(content, mimetype=kind)
    response.headers["Content-Security-Policy"] = _SANDBOX
    return response


@blueprint.get("/tanda/<int:flag_id>/sunting/<sha256>")
def show_boxes(flag_id: int, sha256: str) -> str:
    """Show a picture with the boxes of its newest copy, or none."""
    case, content = _picture(flag_id, sha256)
    copy = copies.newest_copy(case, PieceKind.PICTURE_COPY, sha256)
    held = copy.detail.get("kotak") if copy is not None else None
    rows = [Row(*(str(one) for one in box)) for box in held] if isinstance(held, list) else []
    return _boxes(flag_id, sha256, content, rows)


@blueprint.post("/tanda/<int:flag_id>/sunting/<sha256>")
def make_boxes(flag_id: int, sha256: str) -> Response | str | tuple[str, int]:
    """Draw the boxes on the page again, or make the working copy; nothing typed is lost on a mistake."""
    case, content = _picture(flag_id, sha256)
    if sha256 not in case.shown:
        abort(404)
    rows = _rows()
    if request.form.get("langkah") != "simpan":
        return _boxes(flag_id, sha256, content, rows)
    try:
        boxes = [_box(one, place) for place, one in enumerate(rows, start=1) if not one.empty]
        made = copies.boxed(content, boxes)
    except CopyError as error:
        return _boxes(flag_id, sha256, content, rows, str(error)), 400
    children = any(one.hides is Hidden.CHILD for one in boxes)
    drawn = [[one.left, one.top, one.width, one.height, one.hides.value] for one in boxes]
    parts = services()
    piece = NewPiece(
        PieceKind.PICTURE_COPY, parts.archive.put_bytes(made), len(made), flag_id, case.flag.stored.item_id, sha256,
        {"kotak": drawn, "anak": children},
    )  # fmt: skip
    parts.store.custody.note(
        Touch.REDACT, user_id=current_user().user_id, flag_id=flag_id, subject="gambar", sha256=sha256,
        why=request.form.get("keperluan", "")[:500], detail=f"{len(boxes)} kotak{', anak' if children else ''}",
        pieces=[piece],
    )  # fmt: skip
    return _back(flag_id, t("sunting.tersimpan"))


@blueprint.get("/tanda/<int:flag_id>/sunting-teks")
def show_words(flag_id: int) -> str:
    """Show the texts of a case and what may name other people in them."""
    _flag, case = _case(flag_id)
    services().store.custody.note(Touch.VIEW, user_id=current_user().user_id, flag_id=flag_id, subject="sunting teks")
    copy = copies.newest_copy(case, PieceKind.TEXT_COPY)
    held = copy.detail.get("kata") if copy is not None else None
    words = [str(one) for one in held] if isinstance(held, list) else copies.suggestions(case.flag.stored.item)
    return _words(case, words)


@blueprint.post("/tanda/<int:flag_id>/sunting-teks")
def make_words(flag_id: int) -> Response | str | tuple[str, int]:
    """Show the masked texts, or make the working copy."""
    _flag, case = _case(flag_id)
    words = [one.strip() for one in request.form.get("kata", "")[:_LONGEST_WORDS].splitlines() if one.strip()]
    try:
        content = copies.text_copy(case.flag.stored.item, words)
    except CopyError as error:
        return _words(case, words, str(error)), 400
    if request.form.get("langkah") != "simpan":
        return _words(case, words)
    parts = services()
    piece = NewPiece(
        PieceKind.TEXT_COPY, parts.archive.put_bytes(content), len(content), flag_id, case.flag.stored.item_id,
        case.flag.stored.evidence_sha256, {"kata": words},
    )  # fmt: skip
    parts.store.custody.note(
        Touch.REDACT, user_id=current_user().user_id, flag_id=flag_id, subject="teks", sha256=piece.sha256,
        why=request.form.get("keperluan", "")[:500], detail=f"{len(words)} kata", pieces=[piece],
    )  # fmt: skip
    return _back(flag_id, t("sunting.tersimpan"))


def _back(flag_id: int, said: str) -> Response:
    flash({"text": said, "undo": None, "flag_id": flag_id, "filters": ""}, "toast")  # type: ignore[arg-type]
    return redirect(url_for("tanda.show_case", flag_id=flag_id), 303)


def _rows() -> list[Row]:
    names = ("kiri", "atas", "lebar", "tinggi", "isi")
    lines = [[seen(request.form.get(f"{name}-{place}", ""))[:12].strip() for name in names] for place in range(ROWS)]
    return [Row(*one) for one in lines if any(one[:4])]


def _box(row: Row, place: int) -> Box:
    try:
        left, top, width, height = (int(one) for one in (row.left, row.top, row.width, row.height))
        return Box(left, top, width, height, Hidden(row.hides))
    except ValueError as error:
        raise CopyError(t("sunting.angka", n=place)) from error


def _boxes(flag_id: int, sha256: str, content: bytes, rows: Sequence[Row], trouble: str = "") -> str:
    try:
        picture = copies.open_picture(content)
    except CopyError:
        abort(404)
    shown = [*rows, *[Row()] * ROWS][:ROWS]
    drawn = [row for row in rows if (row.left + row.top + row.width + row.height).isdecimal()]
    return render_template(
        "sunting_gambar.html", flag_id=flag_id, sha256=sha256, size=picture.size, rows=shown, drawn=drawn,
        kinds=list(Hidden), trouble=trouble, why=seen(request.form.get("keperluan", ""))[:500],
    )  # fmt: skip


def _words(case: custody.Case, words: Sequence[str], trouble: str = "") -> str:
    item = case.flag.stored.item
    try:
        said = copies.masked(item, words)
    except CopyError:
        said = {"judul": item.title, "isi": item.text, "isi_induk": item.parent.text if item.parent is not None else ""}
    return render_template(
        "sunting_teks.html", flag_id=case.flag.flag_id, said=said,
        words="\n".join(seen(one) for one in words), trouble=trouble, why=seen(request.form.get("keperluan", ""))[:500],
    )  # fmt: skip
