"""The queue: what waits for a human, in the order and behind the filters of a plain address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from monitor.models import Condition, Flag, Opinion, User
from monitor.store import QueuePage
from monitor.web import mendesak
from monitor.web.auth import current_user, may_decide
from monitor.web.i18n import t
from monitor.web.looked import shown
from monitor.web.safety import services
from monitor.web.saringan import CHOICES, PAGE_SIZE, Filters, is_code, queue_address
from monitor.web.serupa import others
from monitor.web.tampilan import hides_machine
from monitor.web.text import plain
from monitor.web.views import act_words, is_open, office_words, phase_key

__all__ = ["PAGE_SIZE", "Filters", "Row", "blueprint", "case_address", "page_address", "row"]

_SNIPPET, _REASON, _LAST_BY_NUMBER, _LAST_PAGE = 220, 160, 100, 1_000_000
_END = "akhir"
_WHY = frozenset(
    ["model", "model_rendah", "akun_pemenangan", "konten_partisan", "tangkapan", "nama_saja", "nama_akun",
     "pasangan_calon", "tanpa_waktu", "tanpa_tahapan"]
)  # fmt: skip

blueprint = Blueprint("antrean", __name__)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue. Texts are raw: the template makes them safe. `why` says what lifts it, "" = not said."""

    link: str
    flag_id: int
    level: str
    state: str
    name: str
    act: str
    office: str
    snippet: str
    borrowed: bool
    reason: str
    probability: float | None
    platform: str
    phase: str
    at: datetime | None
    alike: int = 0
    why: str = ""
    holder: str = ""
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """Where a page begins: by number near the start, beside a flag anywhere, or at the end."""

    number: int
    after: int | None = None
    before: int | None = None
    last: bool = False

    @classmethod
    def read(cls) -> Step:
        """Read the address; what is odd is the first page."""
        number = min(max(_whole("hal") or 1, 1), _LAST_PAGE)
        last = request.args.get("sampai") == _END
        before = None if last else _whole("sampai")
        return cls(number, None if before or last else _whole("dari"), before, last)


def _whole(name: str) -> int | None:
    value = request.args.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None


@blueprint.get("/")
def front() -> Response:
    """Lead to the queue."""
    return redirect(url_for("antrean.show_queue"), 303)


@blueprint.get("/antrean")
def show_queue() -> str:
    """Show one page of the queue."""
    filters, user, step = Filters.read(request.args), current_user(), Step.read()
    mendesak.keep_time()
    page = _page(filters, user, step)
    return render_template(
        "antrean.html",
        filters=filters,
        choices=CHOICES,
        rules=[one for one in services().store.flags.values_of("aturan") if is_code(one)],
        reasons=[(code, reason_words(code)) for code in services().store.flags.values_of("sebab") if is_code(code)],
        kept=services().store.saved_filters.of(user.user_id),
        page=page,
        rows=rows(page.flags, filters, user),
        narrowed=filters.narrowed,
        may_decide=may_decide(user),
        step=step,
        first=page_address(filters),
        last=queue_address(filters, sampai=_END),
        before=_before(filters, step, page),
        after=_after(filters, step, page),
    )


def _page(filters: Filters, user: User, step: Step) -> QueuePage:
    query = replace(filters.query(user), exact=False)
    if step.before is not None or step.last:
        query = replace(query, start=step.before, backwards=True)
    elif step.after is not None:
        query = replace(query, start=step.after)
    elif step.number <= _LAST_BY_NUMBER:
        query = replace(query, offset=(step.number - 1) * PAGE_SIZE)
    else:  # so deep only links lead, which say after which flag
        query = replace(query, limit=0)
    return services().store.flags.queue(query)


def _before(filters: Filters, step: Step, page: QueuePage) -> str:
    backwards = step.before is not None or step.last
    if backwards and not page.more:
        return ""
    if not backwards and step.number == 1:
        return ""
    if not page.flags or step.number == 2:
        return page_address(filters)
    return queue_address(
        filters, sampai=page.flags[0].flag_id, **({} if step.last else {"hal": max(step.number - 1, 2)})
    )


def _after(filters: Filters, step: Step, page: QueuePage) -> str:
    backwards = step.before is not None or step.last
    if step.last or not page.flags or not (page.more or backwards):
        return ""
    return queue_address(filters, hal=step.number + 1, dari=page.flags[-1].flag_id)


def reason_words(code: str) -> str:
    """Name a kind of reason for flagging; one that this page does not know stands as it is."""
    kind, _, what = code.partition(":")
    if kind == "akun" and what in set(Condition):
        return t("sebab.akun", apa=t(f"kondisi.{what}"))
    plainly = what or kind
    return t(f"sebab.{plainly}") if plainly in _WHY else code


def page_address(filters: Filters) -> str:
    """Give the address of the first page of the queue."""
    return queue_address(filters)


def case_address(flag_id: int, filters: Filters) -> str:
    """Give the address of a case; the filters travel along, so that "next" stays in them."""
    query = filters.encode()
    return url_for("tanda.show_case", flag_id=flag_id) + (f"?{query}" if query else "")


def rows(flags: Sequence[Flag], filters: Filters, user: User) -> list[Row]:
    """Put flags on lines: how many are alike, who holds them, what lifts them."""
    store, ids = services().store, [flag.flag_id for flag in flags]
    alike, held = others(ids, user), store.leases.of_flags(ids)
    names = {one.user_id: one.full_name for one in store.users.list()} if held else {}
    quiet, left = hides_machine() and may_decide(user), mendesak.days_left(ids)
    return [
        replace(
            row(flag, filters, quiet=quiet and is_open(flag)),
            alike=alike.get(flag.flag_id, 0),
            why=_lifted(flag, left.get(flag.flag_id), quiet=quiet),
            holder=names.get(held[flag.flag_id].user_id, "") if flag.flag_id in held else "",
            mine=flag.flag_id in held and held[flag.flag_id].user_id == user.user_id,
        )
        for flag in flags
    ]


def _lifted(flag: Flag, left: int | None, *, quiet: bool) -> str:
    """Say what lifts a flag; of a case that was put forward only the day that the law gives."""
    if not is_open(flag):
        return mendesak.left_words(left) if flag.state.ahead else ""
    return mendesak.left_words(left) if quiet else mendesak.line(flag, left)


def row(flag: Flag, filters: Filters, *, quiet: bool = False) -> Row:
    """Put a flag on one line; `quiet` leaves out what the machine says."""
    shown(flags=[flag.flag_id])
    item, opinion = flag.stored.item, flag.opinion
    words = item.text or item.title or (item.parent.text if item.parent else "")
    return Row(
        link=case_address(flag.flag_id, filters),
        flag_id=flag.flag_id,
        level="" if quiet else opinion.level.value,
        state=flag.state.value,
        name=flag.actor.person.full_name,
        act=act_words(item, opinion),
        office=office_words(flag.actor),
        snippet=plain(words[: 8 * _SNIPPET], _SNIPPET),
        borrowed=not (item.text or item.title) and bool(words),
        reason="" if quiet else plain(_why(opinion), _REASON),
        probability=None if quiet else opinion.probability,
        platform=item.platform.value,
        phase=phase_key(opinion),
        at=item.happened_at,
    )


def _why(opinion: Opinion) -> str:
    """Name the rules that matched, "" for none."""
    return " · ".join(dict.fromkeys(match.title for match in opinion.matches))
