"""Packs: flags taken for a while, with a countdown; put off until a day; left out for oneself; panels of a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from monitor.errors import ConflictError, NotAllowedError
from monitor.models import DECIDERS, Flag, Role, User
from monitor.store.leases import Lease, Pack
from monitor.store.postponed import PutOff
from monitor.triage import urgency_shares
from monitor.web import mendesak
from monitor.web.auth import current_user, may_decide, may_see
from monitor.web.case import find, machine_hidden
from monitor.web.i18n import number, t
from monitor.web.panel import Panel
from monitor.web.queue import Filters, Row, case_address, page_address, rows
from monitor.web.safety import services
from monitor.web.saringan import queue_address, say, told
from monitor.web.text import seen
from monitor.web.views import LONGEST_NOTE, is_open

SIZES, MINUTES = (5, 10, 20, 50), (30, 60, 120, 240)
_LONGEST_HELP = 300
_LONGEST_WAIT = timedelta(days=366)

blueprint = Blueprint("paket", __name__)


@dataclass(frozen=True, slots=True)
class ShownPack:
    """A pack as the page shows it: whose it is, its lines in order, and how many are done."""

    pack: Pack
    holder: str
    rows: tuple[Row, ...]
    done: int


@blueprint.get("/paket")
def show() -> str:
    """Show the packs of this user, those that ask for help, and a form to take one."""
    user, store = current_user(), services().store
    filters = Filters.read(request.args)
    waiting = store.flags.ids(filters.query(user), 1)
    return render_template(
        "paket.html",
        mine=[_shown(pack, user) for pack in store.leases.held_by(user.user_id)],
        calls=[_shown(pack, user) for pack in store.leases.calls(user.user_id)],
        filters=filters,
        waiting=bool(waiting),
        queue=page_address(filters),
        sizes=SIZES,
        minutes=MINUTES,
        may_decide=may_decide(user),
        colleagues=_colleagues(user),
        coordinates=Role.COORDINATOR in user.roles,
    )


def _shown(pack: Pack, user: User) -> ShownPack:
    store = services().store
    holder = store.users.get(pack.user_id)
    flags = [flag for flag in store.groups.flags(pack.flags).values() if may_see(user, flag)]
    filters = Filters(milik="pegangan") if pack.user_id == user.user_id else Filters()
    waiting = [flag for flag in flags if is_open(flag)]
    return ShownPack(
        pack, holder.full_name if holder is not None else "", tuple(rows(waiting, filters, user)),
        len(pack.flags) - pack.open,
    )  # fmt: skip


def _colleagues(user: User) -> list[User]:
    return [
        one for one in services().store.users.list()
        if one.active and one.roles & DECIDERS and one.user_id != user.user_id
    ]  # fmt: skip


@blueprint.post("/paket/ambil")
def take() -> Response:
    """Take the first flags of a filter and go to the first of them."""
    user = _decider()
    filters = Filters.parse(request.form.get("saringan", ""))
    size, minutes = _whole("ukuran"), _whole("menit")
    try:
        pack = services().store.leases.take(user.user_id, filters.query(user), size, timedelta(minutes=minutes))
    except NotAllowedError as error:
        return told(str(error), url_for("paket.show"))
    if pack is None:
        return told(t("paket.kosong"), url_for("paket.show"))
    say(t("paket.diambil", n=number(len(pack.flags))))
    return redirect(_begin(pack), 303)


def _begin(pack: Pack) -> str:
    return case_address(pack.flags[0], Filters(milik="pegangan"))


@blueprint.post("/paket/<int:pack_id>/<what>")
def change(pack_id: int, what: str) -> Response:
    """Extend a pack, hand it over, ask for help with it, or give it back."""
    user, leases = _decider(), services().store.leases
    if pack_id >= 2**53:
        abort(404)
    try:
        if what == "perpanjang":
            leases.extend(pack_id, user.user_id, timedelta(minutes=_whole("menit")))
        elif what == "serahkan":
            _hand_over(pack_id, user)
        elif what == "bantuan":
            leases.ask_help(pack_id, user.user_id, seen(request.form.get("catatan", "")).strip()[:_LONGEST_HELP])
        elif what == "kembalikan":
            leases.give_back(pack_id, user.user_id)
        else:
            abort(404)
    except NotAllowedError as error:
        return told(str(error), url_for("paket.show"))
    return told(t(f"paket.sudah.{what}"), url_for("paket.show"))


def _hand_over(pack_id: int, user: User) -> None:
    """Hand a pack to a colleague who may see every flag of it."""
    leases, wanted = services().store.leases, _whole("kepada")
    target = next((one for one in _colleagues(user) if one.user_id == wanted), None)
    held = next((pack for pack in leases.held_by(user.user_id) if pack.pack_id == pack_id), None)
    if target is None:
        raise NotAllowedError(t("paket.pilih_rekan"))
    flags = services().store.groups.flags(held.flags).values() if held is not None else ()
    if not all(may_see(target, flag) for flag in flags):
        raise NotAllowedError(t("paket.wilayah_lain"))
    leases.hand_over(pack_id, user.user_id, target.user_id)


@blueprint.post("/tanda/<int:flag_id>/tunda")
def put_off(flag_id: int) -> Response:
    """Put a flag off until a day, with a note of one's own; or call it back."""
    user, flag = _decider(), find(flag_id)
    filters = Filters.parse(request.form.get("saringan", ""))
    note = request.form.get("catatan", "").replace("\r\n", "\n").strip()[:LONGEST_NOTE]
    postponed = services().store.postponed
    try:
        if request.form.get("cabut") == "1":
            postponed.bring_back(flag_id, user.user_id)
            return told(t("tunda.dicabut", n=flag_id), case_address(flag_id, filters))
        until = _day(request.form.get("sampai", ""))
        if until is None:
            return told(t("tunda.tanggal"), case_address(flag.flag_id, filters))
        postponed.put_off(flag_id, user.user_id, until, note)
    except (ConflictError, NotAllowedError) as error:
        return told(str(error), case_address(flag_id, filters))
    return told(t("tunda.tersimpan", n=flag_id), _onward(flag_id, filters))


@blueprint.post("/tanda/<int:flag_id>/lewati")
def skip(flag_id: int) -> Response:
    """Leave a flag out of one's own queue, or take it in again."""
    user = _decider()
    find(flag_id)
    filters = Filters.parse(request.form.get("saringan", ""))
    if request.form.get("cabut") == "1":
        services().store.postponed.unskip(flag_id, user.user_id)
        return told(t("lewati.dicabut", n=flag_id), case_address(flag_id, filters))
    following = _onward(flag_id, filters)
    services().store.postponed.skip(flag_id, user.user_id)
    return told(t("lewati.tersimpan", n=flag_id), following)


def _onward(flag_id: int, filters: Filters) -> str:
    """Give the next open flag of these filters, the queue at the end."""
    following = services().store.flags.next_open(filters.query(current_user()), flag_id)
    return queue_address(filters) if following is None else case_address(following, filters)


def _day(text: str) -> datetime | None:
    """Read a day as its beginning in the office's zone; None for anything else or a day too far ahead."""
    zone, now = services().config.zone, services().clock()
    try:
        begin = datetime.combine(datetime.strptime(text[:10], "%Y-%m-%d").replace(tzinfo=zone).date(), time(0), zone)
    except ValueError:
        return None
    return begin if begin - now < _LONGEST_WAIT else None


def _decider() -> User:
    user = current_user()
    if not may_decide(user):
        abort(403)
    return user


def _whole(name: str) -> int:
    value = request.form.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0


@dataclass(frozen=True, slots=True)
class Why:
    """What the panel of the order says: the parts and their sum."""

    parts: tuple[mendesak.Part, ...]
    total: str


def why_panel(flag: Flag, user: User) -> Panel | None:
    """Give the panel that takes the urgency apart; None where the case is closed or the machine keeps silent."""
    if not is_open(flag) or machine_hidden(flag, user):
        return None
    left = mendesak.days_left([flag.flag_id]).get(flag.flag_id)
    total = sum(one.points for one in urgency_shares(flag.opinion, flag.actor, left))
    return Panel("_mendesak.html", Why(mendesak.parts(flag, left), number(total, 0)))


@dataclass(frozen=True, slots=True)
class Aside:
    """What the panel beside a decision says: who holds the flag, whether it was put off, whether one skips it."""

    lease: Lease | None
    mine: bool
    holder: str
    put_off: PutOff | None
    by: str
    skipped: bool
    tomorrow: str
    latest: str


def hold_panel(flag: Flag, user: User) -> Panel | None:
    """Give the panel of lease, putting off and skipping; None where nothing is left to decide."""
    if not is_open(flag) or not may_decide(user):
        return None
    store, today = services().store, services().clock().astimezone(services().config.zone).date()
    lease, put_off = store.leases.of_flags([flag.flag_id]).get(flag.flag_id), store.postponed.of(flag.flag_id)
    names = {one.user_id: one.full_name for one in store.users.list()} if lease or put_off else {}
    data = Aside(
        lease=lease,
        mine=lease is not None and lease.user_id == user.user_id,
        holder=names.get(lease.user_id, "") if lease is not None else "",
        put_off=put_off,
        by=names.get(put_off.user_id, "") if put_off is not None else "",
        skipped=store.postponed.skips(flag.flag_id, user.user_id),
        tomorrow=(today + timedelta(days=1)).isoformat(),
        latest=(today + timedelta(days=365)).isoformat(),
    )
    return Panel("_pegang.html", data, beside=True)
