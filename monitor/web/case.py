"""One case, with everything a person needs to decide about a person, and the evidence behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from monitor import custody
from monitor.errors import ArchiveError, NotAllowedError
from monitor.models import CAPTURED, Flag, Role, State, User
from monitor.store import Touch
from monitor.web.auth import current_user, may_decide, may_see
from monitor.web.panel import panels
from monitor.web.pemilik import owner
from monitor.web.queue import Filters, case_address, page_address
from monitor.web.rak import shelf
from monitor.web.safety import services
from monitor.web.serupa import twins
from monitor.web.tampilan import hides_machine
from monitor.web.tinjauan import blind_first
from monitor.web.views import case_view, events, is_open

blueprint = Blueprint("tanda", __name__)
evidence = Blueprint("bukti", __name__)

_SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"
_BIGGEST_ID = 2**53
_EARLIER = 8


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a decision was not stored: catalogue keys of a title and a text, and what goes into the text."""

    title: str
    text: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Nav:
    """Where one can go from a case. Addresses, "" for none; `filters` as they travel through forms."""

    queue: str
    before: str
    after: str
    filters: str


def find(flag_id: int) -> Flag:
    """Give a flag that this user may see; every other one does not exist for them (404)."""
    if flag_id > _BIGGEST_ID:
        abort(404)
    try:
        flag = services().store.flags.get(flag_id)
    except NotAllowedError:
        abort(404)
    user = current_user()
    if not may_see(user, flag):
        abort(404)
    if services().store.probes.waits(user.user_id, flag_id):  # its answer is known, and it looks like any other
        return replace(flag, state=State.NEW, decisions=())
    return flag


def undoable(flag: Flag, user: User) -> int | None:
    """Give the newest standing decision if this user may take it back: their own, or anybody's for a coordinator."""
    taken = {one.undoes for one in flag.decisions}
    standing = [one for one in flag.decisions if one.undoes is None and one.decision_id not in taken]
    if is_open(flag) or not standing or not may_decide(user):
        return None
    newest = standing[-1]
    own = newest.user_id == user.user_id or Role.COORDINATOR in user.roles
    return newest.decision_id if own else None


def machine_hidden(flag: Flag, user: User) -> bool:
    """Tell whether the machine keeps silent: asked so, and this user, who decides, has not decided this flag yet.

    Whatever shows a flag to somebody who is to decide it asks here: level, rules, marks, model, forms, urgency.
    """
    decided = any(one.user_id == user.user_id and one.undoes is None for one in flag.decisions)
    return is_open(flag) and may_decide(user) and not decided and hides_machine()


@blueprint.get("/tanda/<int:flag_id>")
def show_case(flag_id: int) -> Response | str:
    """Show a case; to somebody who may give a blind look at it, the page that hides the verdict before.

    A coordinator may open it all the same (`?buka=1`), and by that gives the blind look away.
    """
    flag, user = find(flag_id), current_user()
    opened = Role.COORDINATOR in user.roles and request.args.get("buka") == "1"
    if not opened and blind_first(flag, user):
        return redirect(url_for("tinjauan.show_one", flag_id=flag_id), 303)
    return page(flag, Filters.read(request.args))


def page(flag: Flag, filters: Filters, trouble: Trouble | None = None, note: str = "") -> str:
    """Render a case, with a trouble on top and the note still in its field where a decision failed."""
    store, user = services().store, current_user()
    quiet = machine_hidden(flag, user)
    names = {one: found.full_name for one in _who(flag) if (found := store.users.get(one)) is not None}
    store.custody.note(
        Touch.VIEW, user_id=user.user_id, flag_id=flag.flag_id, sha256=flag.stored.evidence_sha256, subject="halaman"
    )
    beside = store.flags.neighbours(flag.flag_id, filters.query(user))
    view = case_view(
        flag,
        tuple(store.items.versions(flag.stored.item_id)),
        events(flag.decisions, names),
        services().config.zone,
        undoable=undoable(flag, user),
        may_decide=may_decide(user),
        machine=not quiet,
    )
    log = store.custody.log(flag.flag_id)
    g.here = case_address(flag.flag_id, filters)
    return render_template(
        "tanda.html",
        flag=flag,
        view=view,
        nav=Nav(
            page_address(filters),
            case_address(beside.previous, filters) if beside.previous is not None else "",
            case_address(beside.next, filters) if beside.next is not None else "",
            filters.encode(),
        ),
        trouble=trouble,
        twins=twins(flag, user) if is_open(flag) else (),
        aside=store.asides.why(flag.flag_id),
        gone=store.absences.withdrawn(flag.stored.item_id),
        note=note,
        shelf=shelf(flag, user),
        owner=owner(flag, user),
        checked=custody.last_check(log),
        earlier=() if quiet or is_open(flag) else _earlier(flag, user),
        panels=panels(flag, user),
        recorded=[(one.capture_id, len(one.pictures)) for one in store.captures.of_item(flag.stored.item_id)],
    )


@evidence.get("/bukti/<int:flag_id>/<int:version>")
def download(flag_id: int, version: int) -> Response | tuple[str, int]:
    """Give the raw bytes of one version as an inert attachment: plain text, no sniffing, sandboxed, never rendered."""
    flag = find(flag_id)
    stored = next((one for one in services().store.items.versions(flag.stored.item_id) if one.version == version), None)
    if stored is None or not stored.evidence_sha256:
        abort(404)
    if current_user().regions and not _one_act_each(stored.item.source_id):
        return page(flag, Filters(), Trouble("kasus.bukti_luas", "kasus.bukti_luas_isi")), 403
    try:
        body = services().archive.read(stored.evidence_sha256)
    except ArchiveError:
        trouble = Trouble("kasus.bukti_rusak", "kasus.bukti_rusak_isi")
        return page(flag, Filters(), trouble), 409
    services().store.custody.note(
        Touch.DOWNLOAD, user_id=current_user().user_id, flag_id=flag_id, sha256=stored.evidence_sha256,
        subject="jawaban mentah",
    )  # fmt: skip
    response = Response(body, mimetype="text/plain")
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    name = f"bukti-tanda-{flag.flag_id}-versi-{version}-{stored.evidence_sha256[:12]}.txt"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = _SANDBOX
    return response


def _earlier(flag: Flag, user: User) -> tuple[Flag, ...]:
    """Give what was decided of other acts of this person: only once this one is decided, so that it stands alone."""
    return services().store.flags.decided_of(flag.actor.person.person_id, flag.flag_id, user.regions, _EARLIER)


def _one_act_each(source_id: str) -> bool:
    """Tell whether a raw answer of this source speaks of one page only: a brought file holds other regions too."""
    if source_id.startswith(CAPTURED):
        return True
    return any(one.id == source_id and one.type in {"feed", "articles"} for one in services().config.sources)


def _who(flag: Flag) -> set[int]:
    return {one.user_id for one in flag.decisions}
