"""Was this link, person or text handled already? One box on every page, one page of answers.

An answer says that something waits or was decided, never how: what was decided of a person is no help for deciding the
next case, and stands on the case itself. Of other regions only their number is told.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, request, url_for

from monitor.alike import similar
from monitor.capture import read_link
from monitor.models import Flag, Platform, State, User
from monitor.store import Found, QueueQuery
from monitor.web.auth import current_user
from monitor.web.handled import Handled, handled
from monitor.web.i18n import t
from monitor.web.looked import shown
from monitor.web.queue import Filters, Row, row
from monitor.web.safety import services
from monitor.web.tampilan import hides_machine
from monitor.web.text import seen
from monitor.web.tinjauan import shown_to
from monitor.web.views import is_open

_LONGEST, _SHOWN, _PEOPLE, _SHORTEST = 4000, 20, 5, 3

blueprint = Blueprint("sudah", __name__)


@dataclass(frozen=True, slots=True)
class Hit:
    """A flag that was found: its line, how alike it is in words ("" = not compared), whether it waits."""

    row: Row
    how: str
    open: bool


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person that was found: how many of their acts wait, and how many were decided."""

    found: Found
    waiting: int
    decided: int
    address: str


@blueprint.get("/sudah")
def ask() -> str:
    """Answer a question from the box: a link, a name, an account or a text."""
    user = current_user()
    asked = seen(request.args.get("q", "")).strip()[:_LONGEST]
    link = read_link(asked) if asked else None
    answer = handled(link, user) if link is not None else None
    flags = _of_link(link.key, answer, user) if link is not None and answer is not None else []
    people = _people(asked, user) if asked and link is None else []
    texts = _texts(asked, user) if asked and link is None else []
    return render_template(
        "sudah.html",
        asked=asked,
        link=link,
        answer=answer,
        flags=[_hit(flag, "") for flag in flags],
        people=people,
        texts=texts,
        nothing=bool(asked) and not (people or texts or flags or (answer is not None and not answer.nothing)),
    )


def _of_link(key: str, answer: Handled, user: User) -> list[Flag]:
    """Give the flags of what a link leads to; an article of the news is known by its address."""
    if answer.flags:
        return [flag for flag in answer.flags if shown_to(user, flag)]
    item = services().store.items.find(Platform.NEWS, key)
    if item is None:
        return []
    return [flag for flag in services().store.flags.of_item(item.item_id) if shown_to(user, flag)]


def _people(asked: str, user: User) -> list[Somebody]:
    store, today = services().store, services().clock().astimezone(services().config.zone).date()
    found, barred = [], store.conflicts.persons(user.user_id)
    for one in store.lookup.find(asked[:200], today, user.regions, _PEOPLE):
        person_id = one.person.person_id
        if person_id in barred:
            continue
        every = QueueQuery(states=tuple(State), person_id=person_id, regions=user.regions, limit=0)
        waits = QueueQuery(person_id=person_id, regions=user.regions, limit=0)
        total, waiting = store.flags.queue(every).total, store.flags.queue(waits).total
        address = url_for("orang.show", person_id=person_id) if total else ""
        found.append(Somebody(one, waiting, total - waiting, address))
    shown(persons=[one.found.person.person_id for one in found])
    return found


def _texts(asked: str, user: User) -> list[Hit]:
    """Give flags that say nearly this, then those that hold all its words."""
    store, hits = services().store, dict[int, Hit]()
    if len(asked) < _SHORTEST:
        return []
    for leader, likeness in similar(store, asked):
        flags = [store.flags.get(leader), *(member.flag for member in store.groups.members(leader, user.regions))]
        how = t("serupa.persis") if likeness >= 1 else t("serupa.hampir", n=int(100 * likeness))
        hits |= {flag.flag_id: _hit(flag, how) for flag in flags if shown_to(user, flag)}
    query = QueueQuery(states=tuple(State), text=asked[:500], regions=user.regions, limit=_SHOWN)
    for flag in store.flags.queue(query).flags:
        if shown_to(user, flag):
            hits.setdefault(flag.flag_id, _hit(flag, ""))
    return list(hits.values())[:_SHOWN]


def _hit(flag: Flag, how: str) -> Hit:
    return Hit(row(flag, Filters(), quiet=hides_machine() and is_open(flag)), how, is_open(flag))
