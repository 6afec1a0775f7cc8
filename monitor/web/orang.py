"""One person's acts on a line of time: those put before a human, decided together or apart.

Only what was flagged is shown, so the page is no profile of a person. What was decided earlier stays hidden as long as
the case from which the reader came (or, without one, any case of this person) waits for its first decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, render_template, request, url_for
from werkzeug.wrappers import Response

from monitor.errors import ConflictError, NotAllowedError
from monitor.models import Flag, ReasonCode, State, User
from monitor.store import QueueQuery
from monitor.store.queue import Order
from monitor.web.auth import current_user, may_decide
from monitor.web.i18n import number, t
from monitor.web.panel import Panel
from monitor.web.queue import Filters, Row, row
from monitor.web.safety import services
from monitor.web.saringan import told
from monitor.web.tampilan import hides_machine
from monitor.web.tinjauan import shown_to
from monitor.web.views import LONGEST_NOTE, REASON_GROUPS, is_open

SHOWN = 200

blueprint = Blueprint("orang", __name__)


@dataclass(frozen=True, slots=True)
class Point:
    """One act on the line: its row, whether it waits, and its newest decision as the form sends it back."""

    row: Row
    open: bool
    flag_id: int
    last: str


@dataclass(frozen=True, slots=True)
class Together:
    """What came of deciding several acts: decided, and left because somebody was quicker or holds them."""

    done: int
    late: int


@blueprint.get("/orang/<int:person_id>")
def show(person_id: int) -> str:
    """Show the line of a person's acts, newest first."""
    return page(person_id)


def page(person_id: int, trouble: str = "", note: str = "") -> str:
    """Render the line, with a trouble on top and the note kept where deciding failed."""
    user, flags = current_user(), _flags(person_id)
    case = _whole(request.values.get("kasus", ""))
    present = next((flag for flag in flags if flag.flag_id == case), None)
    hidden = _hides_earlier(flags, present)
    shown = [flag for flag in flags if is_open(flag) or not hidden]
    quiet = hides_machine() and may_decide(user)
    services().store.audit.note("lihat_orang", f"orang:{person_id}", {"tanda": len(shown)}, user.user_id)
    return render_template(
        "orang.html",
        person=flags[0].actor.person,
        person_id=person_id,
        points=[_point(flag, quiet=quiet and is_open(flag)) for flag in shown],
        waiting=sum(is_open(flag) for flag in flags),
        hidden=number(len(flags) - len(shown)) if len(shown) < len(flags) else "",
        case=present.flag_id if present is not None else 0,
        reason_groups=REASON_GROUPS,
        may_decide=may_decide(user),
        longest_note=LONGEST_NOTE,
        trouble=trouble,
        note=note,
        cut=len(flags) == SHOWN,
    )


def _flags(person_id: int) -> list[Flag]:
    """Give the acts of a person that this user may see, newest first; a person without any does not exist (404)."""
    user = current_user()
    if person_id >= 2**53:
        abort(404)
    query = QueueQuery(
        states=tuple(State), person_id=person_id, regions=user.regions, order=Order.OLDEST, backwards=True, limit=SHOWN
    )
    found = [flag for flag in services().store.flags.queue(query).flags if shown_to(user, flag)]
    if not found:
        abort(404)
    return found[::-1]


def _hides_earlier(flags: Sequence[Flag], present: Flag | None) -> bool:
    """Tell whether earlier decisions stay hidden: the present case, or any of this person, waits for its first."""
    return is_open(present) if present is not None else any(is_open(flag) for flag in flags)


def _point(flag: Flag, *, quiet: bool) -> Point:
    last = str(flag.decisions[-1].decision_id) if flag.decisions else ""
    return Point(row(flag, Filters(), quiet=quiet), is_open(flag), flag.flag_id, last)


@blueprint.post("/orang/<int:person_id>/putuskan")
def decide(person_id: int) -> Response | tuple[str, int]:
    """Decide those acts that were ticked with one reason, an event each."""
    user = current_user()
    if not may_decide(user):
        abort(403)
    reason = next((one for one in ReasonCode if one.value == request.form.get("alasan", "")), None)
    note = request.form.get("catatan", "").replace("\r\n", "\n").strip()
    if reason is None or len(note) > LONGEST_NOTE:
        said = t("putus.alasan_kosong") if reason is None else t("putus.catatan_panjang", n=LONGEST_NOTE)
        return page(person_id, said, note), 400
    chosen = _chosen(request.form.getlist("tanda"))
    if not chosen:
        return page(person_id, t("orang.pilih"), note), 400
    done = _decide(person_id, chosen, user, (reason, note))
    said = t("orang.tersimpan", n=number(done.done), alasan=t(f"alasan.{reason.value}"))
    if done.late:
        said += " " + t("orang.lewat", n=number(done.late))
    return told(said, url_for("orang.show", person_id=person_id))


def _decide(person_id: int, chosen: dict[int, str], user: User, why: tuple[ReasonCode, str]) -> Together:
    reason, note = why
    state = State.CLEARED if reason.clears else State.LEAD
    done = late = 0
    for flag in _flags(person_id):
        if flag.flag_id not in chosen or not is_open(flag):
            continue
        last = chosen[flag.flag_id]
        try:
            services().store.decisions.append(
                flag.flag_id, user.user_id, state, reason, note, expected=int(last) if last else None
            )
            done += 1
        except (ConflictError, NotAllowedError):
            late += 1
    return Together(done, late)


def _chosen(values: Sequence[str]) -> dict[int, str]:
    """Read "flag:last decision" pairs; whatever else a form holds is left out."""
    pairs = [value.partition(":") for value in values[:SHOWN] if len(value) < 40 and value.isascii()]
    return {int(one): last for one, _, last in pairs if one.isdigit() and (last.isdigit() or not last)}


def _whole(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else 0


@dataclass(frozen=True, slots=True)
class Others:
    """How many further acts of the person wait, and where the line stands."""

    waiting: int
    address: str


def line_panel(flag: Flag, user: User) -> Panel | None:
    """Give the panel that leads to the person's line; None for an erased person."""
    person_id = flag.actor.person.person_id
    if not person_id:
        return None
    query = QueueQuery(person_id=person_id, regions=user.regions, limit=0)
    waiting = services().store.flags.queue(query).total - int(is_open(flag))
    address = url_for("orang.show", person_id=person_id, kasus=flag.flag_id)
    return Panel("_orang.html", Others(waiting, address), beside=True)
