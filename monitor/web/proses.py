"""The road of a case after the first information: a panel with what is done, what is missing, a form for each step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from flask import Blueprint, abort, flash, redirect, request, session
from werkzeug.wrappers import Response

from monitor import custody
from monitor.errors import ArchiveError, ConflictError, NotAllowedError
from monitor.models import Flag, Phase, ReasonCode, Role, State, User
from monitor.store import (
    FORMS,
    DueWhy,
    EvidenceCheck,
    Happened,
    Lack,
    NewPiece,
    Objection,
    PieceKind,
    Plenary,
    ProcessEvent,
    Question,
    ReviewStage,
    Ruling,
    Times,
    Touch,
)
from monitor.web.auth import current_user, may_decide
from monitor.web.case import Trouble, find, page
from monitor.web.i18n import t
from monitor.web.panel import Panel
from monitor.web.queue import Filters, case_address
from monitor.web.safety import services
from monitor.web.views import LONGEST_NOTE, is_open

DOCUMENT = "dokumen keberatan"
MOST_BYTES = 5_000_000
_SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"
_HEADS = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
}
_BEFORE = frozenset({Phase.PRE, Phase.ASPIRANT})
_ENDED = frozenset({State.CLEARED, State.STOPPED, State.FORWARDED, State.FINDING})
STOP_REASONS = (ReasonCode.NOT_PROVEN, *(one for one in ReasonCode if one.clears and one is not ReasonCode.NOT_PROVEN))

blueprint = Blueprint("proses", __name__, url_prefix="/tanda/<int:flag_id>/proses")


@dataclass(frozen=True, slots=True)
class Line:
    """One event of the road as the page shows it; `parts` are what it says, by catalogue key, texts raw."""

    event: ProcessEvent
    by: str
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Road:
    """What the panel reads."""

    state: State
    last: str
    may: bool
    leads: bool
    ended: bool
    lines: tuple[Line, ...]
    lacks: tuple[Lack, ...]
    due: ReviewStage | None
    drawn: bool
    may_look: bool
    times: Times
    proposed: tuple[str, ...]
    chosen: tuple[str, str] | None
    before: bool
    forms: tuple[str, ...]
    questions: tuple[Question, ...]
    fresh: tuple[str, ...]
    today: date
    now: str
    longest: int = LONGEST_NOTE
    reasons: tuple[ReasonCode, ...] = STOP_REASONS


def process_panel(flag: Flag, user: User) -> Panel | None:
    """Give the road of a case; None for an open flag of which nothing is written and that this user may not decide."""
    store = services().store
    events = store.process.events(flag.flag_id)
    if not events and is_open(flag) and not may_decide(user):
        return None
    if store.probes.waits(user.user_id, flag.flag_id):
        return None
    due, zone = store.reviews.waiting(flag.flag_id), services().config.zone
    # Who is drawn for a second look learns of it on the list of reviews, not from the one who decided first.
    shown = due is not None and (due.why is DueWhy.FORWARD or Role.COORDINATOR in user.roles)
    now = services().clock().astimezone(zone)
    names = {one.user_id: one.full_name for one in store.users.list()}
    phase = flag.opinion.setting.phase
    return Panel(
        "_kasus_proses.html",
        Road(
            state=flag.state,
            last=str(flag.decisions[-1].decision_id) if flag.decisions else "",
            may=may_decide(user),
            leads=Role.COORDINATOR in user.roles,
            ended=flag.state in _ENDED,
            lines=tuple(Line(one, names.get(one.user_id, ""), _parts(one)) for one in events),
            lacks=_lacks(flag),
            due=due.stage if due is not None and shown else None,
            drawn=due is not None and due.why is DueWhy.DRAWN,
            may_look=store.reviews.may_look(flag.flag_id, user.user_id),
            times=store.process.times(flag.flag_id),
            proposed=flag.opinion.forms,
            chosen=store.process.form(flag.flag_id),
            before=phase in _BEFORE,
            forms=tuple(sorted(FORMS, key=_form_order)),
            questions=tuple(store.process.questions(flag.flag_id)),
            fresh=tuple(store.process.fresh_evidence(flag.flag_id)) if flag.state in _ENDED else (),
            today=now.date(),
            now=now.strftime("%Y-%m-%dT%H:%M"),
        ),
    )


def _lacks(flag: Flag) -> tuple[Lack, ...]:
    """Say what is still missing on the way; that the evidence is hashed is seen to when the ruling is stored."""
    if flag.state not in {State.LEAD, State.TRACING, State.PLENARY}:
        return ()
    lacks = services().store.process.lacking(flag.flag_id)
    hidden = {"bukti"} if flag.state is State.PLENARY else {"bukti", "pleno"}
    return tuple(one for one in lacks if one.code not in hidden)


def _form_order(form: str) -> tuple[str, int]:
    kind, _, number = form.partition("-")
    return ({"KE": "1", "DIS": "2"}.get(kind, kind), int(number))


def _parts(one: ProcessEvent) -> tuple[tuple[str, str], ...]:
    """Give what an event says, with times and days in words and without what is empty."""
    zone, said = services().config.zone, []
    for name, value in one.detail.items():
        shown = value
        if name == "diketahui" and value:
            shown = datetime.fromisoformat(value).astimezone(zone).strftime("%d-%m-%Y %H.%M")
        elif name in {"tanggal", "sampai"} and value:
            shown = date.fromisoformat(value).strftime("%d-%m-%Y")
        elif name == "putusan":
            shown = t(f"keadaan.{value}")
        if shown and name not in {"dasar", "pertanyaan"} | ({"dokumen"} if one.kind is Happened.OBJECTION else set()):
            said.append((name, shown))
    return tuple(said)


@blueprint.url_value_preprocessor
def _larger(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Let somebody who is signed in send the document of an objection."""
    if endpoint == "proses.step" and isinstance(session.get("sid"), str):
        request.max_content_length = request.max_form_memory_size = MOST_BYTES + 64_000


@blueprint.post("")
def step(flag_id: int) -> Response | tuple[str, int]:
    """Take the step that the form names; on trouble show the case again and say what is missing."""
    flag, user = find(flag_id), current_user()
    take = _STEPS.get(request.form.get("langkah", ""))
    if take is None or not may_decide(user):
        abort(403 if take is not None else 400)
    if request.form.get("langkah") in _LEADERS and Role.COORDINATOR not in user.roles:
        abort(403)
    filters = Filters.parse(request.form.get("saringan", ""))
    try:
        take(flag, user)
    except ConflictError as error:
        return page(find(flag_id), filters, Trouble("putus.bentrok", "proses.ditolak", {"sebab": str(error)})), 409
    except (NotAllowedError, ArchiveError) as error:
        said = str(error).replace("\n", "; ")
        return page(find(flag_id), filters, Trouble("proses.belum", "proses.ditolak", {"sebab": said})), 409
    flash({"text": t(f"proses.jadi.{request.form['langkah']}"), "undo": None, "flag_id": flag_id}, "toast")  # type: ignore[arg-type]
    return redirect(case_address(flag_id, filters) + "#proses", 303)


@blueprint.get("/dokumen/<sha256>")
def document(flag_id: int, sha256: str) -> Response:
    """Give the document of an objection as an inert attachment."""
    flag = find(flag_id)
    known = {one.detail.get("dokumen") for one in services().store.process.events(flag.flag_id)}
    if not sha256 or sha256 not in known:
        abort(404)
    try:
        body = services().archive.read(sha256)
    except ArchiveError:
        abort(404)
    services().store.custody.note(
        Touch.DOWNLOAD, user_id=current_user().user_id, flag_id=flag_id, sha256=sha256, subject=DOCUMENT
    )
    kind, ending = next(
        ((kind, ending) for head, (kind, ending) in _HEADS.items() if body.startswith(head)), ("", "bin")
    )
    response = Response(body, mimetype=kind or "application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="keberatan-{flag_id}-{sha256[:12]}.{ending}"'
    response.headers["Content-Security-Policy"] = _SANDBOX
    return response


# --------------------------------------------------------------------------- the steps


def _trace(flag: Flag, user: User) -> None:
    services().store.process.trace(
        flag.flag_id, user.user_id, _text("siapa"), _day("sampai"), _text("isi"), expected=_seen()
    )


def _plenary(flag: Flag, user: User) -> None:
    held = Plenary(
        _text("nomor"),
        _day("tanggal"),
        _text("peserta"),
        _text("isi"),
        _time("diketahui") if _text("diketahui") else None,
    )
    services().store.process.plenary(flag.flag_id, user.user_id, held, expected=_seen())


def _rule(flag: Flag, user: User) -> None:
    at = services()
    wanted = next((one for one in (State.STOPPED, State.FORWARDED, State.FINDING) if one == _text("putusan")), None)
    if wanted is None:
        raise NotAllowedError(t("proses.pilih_putusan"))
    reason = next((one for one in ReasonCode if one == _text("alasan")), None) if wanted is State.STOPPED else None
    evidence = None
    if wanted is not State.STOPPED:
        checked = custody.check_case(at.store, at.archive, flag.flag_id)
        evidence = EvidenceCheck(flag.flag_id, checked.pieces, at.clock(), checked.findings)
        at.store.custody.note(
            Touch.VERIFY, user_id=user.user_id, flag_id=flag.flag_id, subject="putusan pleno", detail=checked.written()
        )
    at.store.process.rule(
        flag.flag_id, user.user_id, Ruling(wanted, reason, _text("isi")), evidence=evidence, expected=_seen()
    )


def _note(flag: Flag, user: User) -> None:
    services().store.process.note(flag.flag_id, user.user_id, _text("isi"))


def _found(flag: Flag, user: User) -> None:
    services().store.process.note(flag.flag_id, user.user_id, _text("isi"), found=True)


def _know(flag: Flag, user: User) -> None:
    services().store.process.know(flag.flag_id, user.user_id, _time("diketahui"), _text("nomor"))


def _form(flag: Flag, user: User) -> None:
    services().store.process.switch_form(flag.flag_id, user.user_id, _text("bentuk"), _text("isi"))


def _identify(flag: Flag, user: User) -> None:
    services().store.process.identify(flag.flag_id, user.user_id, _text("isi"))


def _ask(flag: Flag, user: User) -> None:
    services().store.process.ask(flag.flag_id, user.user_id, _text("isi"), _text("siapa"), _day("sampai"))


def _answer(flag: Flag, user: User) -> None:
    number = _text("pertanyaan")
    services().store.process.answer(
        flag.flag_id, user.user_id, int(number) if number.isascii() and number.isdigit() else 0, _text("isi")
    )


def _object(flag: Flag, user: User) -> None:
    at = services()
    sent = _document()
    sha256 = at.archive.put_bytes(sent) if sent else ""
    said = Objection(_day("tanggal"), _text("saluran"), _text("isi"), sha256, appeal=_text("banding") == "ya")
    at.store.process.object(flag.flag_id, user.user_id, said, expected=_seen() or None)
    if sent:
        piece = NewPiece(PieceKind.DOCUMENT, sha256, len(sent), flag.flag_id)
        at.store.custody.note(
            Touch.COPY, user_id=user.user_id, flag_id=flag.flag_id, sha256=sha256, subject=DOCUMENT, pieces=[piece]
        )


def _evidence(flag: Flag, user: User) -> None:
    services().store.process.new_evidence(flag.flag_id, user.user_id, _text("isi"), expected=_seen())


_STEPS: Mapping[str, Callable[[Flag, User], None]] = MappingProxyType(
    {
        "telusur": _trace, "pleno": _plenary, "putus": _rule, "catatan": _note, "hasil": _found, "diketahui": _know,
        "bentuk": _form, "identitas": _identify, "tanya": _ask, "jawab": _answer, "keberatan": _object,
        "bukti": _evidence,
    }
)  # fmt: skip
_LEADERS = frozenset({"pleno", "putus", "diketahui"})
"""Steps that write down what a plenary did: the coordinator's."""


def _text(name: str) -> str:
    text = request.form.get(name, "").replace("\r\n", "\n").strip()
    if len(text) > LONGEST_NOTE:
        raise NotAllowedError(t("proses.terlalu_panjang", n=LONGEST_NOTE))
    return text


def _seen() -> int:
    value = request.form.get("terakhir", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else 0


def _day(name: str) -> date:
    try:
        return date.fromisoformat(_text(name))
    except ValueError:
        raise NotAllowedError(t("proses.tanggal_salah")) from None


def _time(name: str) -> datetime:
    try:
        return datetime.fromisoformat(_text(name)).replace(tzinfo=services().config.zone)
    except ValueError:
        raise NotAllowedError(t("proses.tanggal_salah")) from None


def _document() -> bytes:
    file = request.files.get("dokumen")
    if file is None:
        return b""
    content: bytes = file.read(MOST_BYTES + 1)
    file.close()
    if len(content) > MOST_BYTES:
        raise NotAllowedError(t("proses.dokumen_besar", n=MOST_BYTES // 1_000_000))
    if content and not content.startswith(tuple(_HEADS)):
        raise NotAllowedError(t("proses.dokumen_jenis"))
    return content
