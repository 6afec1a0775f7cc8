"""Taking the queue out of the house: a form that asks what for, then CSV as it is read or XLSX from a passing file."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from monitor import custody
from monitor.export import Sheet, csv_lines, write_xlsx
from monitor.export.log import Taking, taking
from monitor.models import User
from monitor.store import QueueQuery, Store
from monitor.web.auth import current_user, may_decide
from monitor.web.i18n import t
from monitor.web.safety import services
from monitor.web.saringan import Filters
from monitor.web.tampilan import hides_machine

_BLOCK = 1 << 16
_KINDS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

blueprint = Blueprint("ekspor", __name__)


@blueprint.get("/ekspor")
def ask() -> str:
    """Ask in which form and what for, and say how many flags it will be."""
    user = _exporter()
    return _form(user, Filters.read(request.args))


@blueprint.post("/ekspor")
def give() -> Response | tuple[str, int]:
    """Give the table; every beginning and end of it is written into the custody log, with whose data it holds."""
    user, filters = _exporter(), Filters.parse(request.form.get("saringan", ""))
    kind, why = request.form.get("bentuk", ""), request.form.get("keperluan", "").strip()
    if kind not in _KINDS or not why:
        return _form(user, filters, why, refused="ekspor.keperluan_kosong" if not why else "ekspor.bentuk_kosong"), 400
    sheet = Sheet(services().config.zone, quiet=hides_machine() and may_decide(user))
    into = Taking(user.user_id, kind, why[: custody.LONGEST_WHY], filters.encode() or "-")
    job = _Job(services().store, filters.query(user), sheet, into, _about(user, filters))
    pieces = job.csv() if kind == "csv" else job.xlsx()
    next(pieces)  # the log's first line stands before the first byte goes out
    response = Response(pieces, mimetype=_KINDS[kind])
    now = services().clock().astimezone(services().config.zone)
    response.headers["Content-Disposition"] = f'attachment; filename="netra-antrean-{now:%Y%m%d-%H%M}.{kind}"'
    return response


@dataclass(frozen=True, slots=True)
class _Job:
    """What is written after the request is over: everything that it needs, asked for before."""

    store: Store
    query: QueueQuery
    sheet: Sheet
    into: Taking
    about: list[str]

    def csv(self) -> Generator[bytes]:
        with taking(self.store, self.into) as written:
            yield b""
            with closing(self.store.flags.each(self.query)) as flags:
                yield from csv_lines(flags, self.sheet, written)

    def xlsx(self) -> Generator[bytes]:
        with (
            taking(self.store, self.into) as written,
            tempfile.TemporaryDirectory(prefix="netra-ekspor-") as folder,
        ):
            yield b""
            path = Path(folder) / "antrean.xlsx"
            with closing(self.store.flags.each(self.query)) as flags:
                write_xlsx(path, flags, self.sheet, written, self.about)
            with path.open("rb") as file:
                while block := file.read(_BLOCK):
                    yield block


def _about(user: User, filters: Filters) -> list[str]:
    now, office = services().clock().astimezone(services().config.zone), services().config.office
    return [
        f"Antrean Netra, {office.name}",
        f"dibuat {now:%d-%m-%Y %H.%M} {office.timezone} oleh {user.username}",
        f"saringan: {filters.encode() or 'tanpa saringan'}",
        "Setiap tanda menunggu putusan manusia; tanda bukan tuduhan.",
    ]


def _form(user: User, filters: Filters, why: str = "", refused: str = "") -> str:
    page = services().store.flags.queue(filters.query(user, limit=0))
    return render_template(
        "ekspor.html", filters=filters, page=page, why=why, refused=t(refused) if refused else "",
        longest=custody.LONGEST_WHY, quiet=hides_machine() and may_decide(user),
    )  # fmt: skip


def _exporter() -> User:
    user = current_user()
    if not custody.may_export(user):
        abort(403)
    return user
