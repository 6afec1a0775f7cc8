"""What an authority answered to a case that was handed on: shown on the case page, entered by a plain form."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from monitor.errors import ConflictError, NotAllowedError
from monitor.models import Flag, User
from monitor.store import HANDED_ON, Answer, Outcome, OutcomeGround, Result
from monitor.web.auth import current_user, may_decide
from monitor.web.case import find
from monitor.web.i18n import t
from monitor.web.panel import Panel
from monitor.web.safety import services
from monitor.web.tenggat import day

LONGEST = 2000

blueprint = Blueprint("jawaban", __name__)


@dataclass(frozen=True, slots=True)
class AnswerView:
    """What panel and form read: every answer with the name of who entered it, and what was typed when it failed."""

    flag_id: int
    history: tuple[tuple[Outcome, str], ...]
    may_enter: bool
    typed: dict[str, str] = field(default_factory=dict)
    refused: str = ""
    results: tuple[Result, ...] = tuple(Result)
    grounds: tuple[OutcomeGround, ...] = tuple(OutcomeGround)
    longest: int = LONGEST

    day = staticmethod(day)

    @property
    def last(self) -> str:
        """Number of the newest answer, "" where there is none: an answer entered meanwhile is noticed by it."""
        return str(self.history[-1][0].outcome_id) if self.history else ""


def answer_panel(flag: Flag, user: User) -> Panel | None:
    """Give the answers to a case; None where it was not handed on and nobody ever answered."""
    view = _view(flag, user)
    return Panel("_kasus_jawaban.html", view) if view.may_enter or view.history else None


@blueprint.post("/tanda/<int:flag_id>/jawaban")
def enter(flag_id: int) -> Response | tuple[str, int]:
    """Store an answer and show the case; on trouble show the form again with everything that was typed."""
    flag, user = find(flag_id), current_user()
    if not may_decide(user) or flag.state not in HANDED_ON:
        abort(403)
    names = ("hasil", "dasar", "tanggal", "instansi", "surat", "sanksi", "keterangan")
    typed = {name: request.form.get(name, "").replace("\r\n", "\n").strip()[: LONGEST + 1] for name in names}
    last = request.form.get("terakhir", "")
    expected = int(last) if last.isascii() and last.isdigit() and len(last) < 16 else None
    try:
        services().store.outcomes.append(flag_id, user.user_id, _answer(typed), expected=expected)
    except (ConflictError, NotAllowedError) as error:
        view = _view(flag, user, typed, str(error))
        code = 409 if isinstance(error, ConflictError) else 400
        return render_template("jawaban.html", flag=flag, panel=Panel("_kasus_jawaban.html", view)), code
    flash({"text": t("jawaban.tersimpan", n=flag_id), "undo": None}, "toast")  # type: ignore[arg-type]
    return redirect(url_for("tanda.show_case", flag_id=flag_id) + "#jawaban", 303)


def _view(flag: Flag, user: User, typed: dict[str, str] | None = None, refused: str = "") -> AnswerView:
    history, users = services().store.outcomes.history(flag.flag_id), services().store.users
    names = {one: found.full_name for one in {each.user_id for each in history} if (found := users.get(one))}
    may_enter = flag.state in HANDED_ON and may_decide(user)
    shown = tuple((one, names.get(one.user_id, "")) for one in history)
    return AnswerView(flag.flag_id, shown, may_enter, typed or {}, refused)


def _answer(typed: dict[str, str]) -> Answer:
    """Read the form.

    Raises:
        NotAllowedError: result or day is missing.
    """
    result = next((one for one in Result if one.value == typed["hasil"]), None)
    if result is None:
        raise NotAllowedError(t("jawaban.tanpa_hasil"))
    try:
        decided_on = date.fromisoformat(typed["tanggal"])
    except ValueError:
        raise NotAllowedError(t("jawaban.tanpa_tanggal")) from None
    ground = next((one for one in OutcomeGround if one.value == typed["dasar"]), OutcomeGround.UNSAID)
    return Answer(
        result, decided_on, typed["instansi"], typed["surat"], ground, typed["sanksi"], typed["keterangan"]
    )  # fmt: skip
