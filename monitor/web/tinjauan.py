"""Second looks, which are blind, and third ones: the list of what waits, and a page that hides who said what before."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from monitor.errors import ConflictError, NotAllowedError
from monitor.models import Field, Flag, ReasonCode, Role, State, StoredItem, User
from monitor.store import Due, Question, ReviewStage, Said, Touch
from monitor.web.auth import current_user, may_see
from monitor.web.i18n import t
from monitor.web.looked import shown
from monitor.web.safety import services
from monitor.web.text import LONGEST, Piece, marked, plain
from monitor.web.views import LONGEST_NOTE, account_words, act_words, office_words, phase_key

REVIEWERS = frozenset({Role.SECOND_REVIEWER, Role.COORDINATOR})
BLIND = "tinjauan buta"
_BIGGEST_ID = 2**53
_SNIPPET = 160

blueprint = Blueprint("tinjauan", __name__, url_prefix="/tinjauan")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list: what waits, in words that say nothing of the verdict before."""

    due: Due
    act: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Blind:
    """What a reviewer sees of a case: the act and the person, and of the machine only what the settings let through."""

    flag: Flag
    due: Due
    act: str
    office: str
    phase: str
    title: tuple[Piece, ...]
    text: tuple[Piece, ...]
    parent: tuple[Piece, ...]
    owner: str
    cut: bool
    longest: int
    machine: bool
    said: tuple[Said, ...]
    versions: tuple[StoredItem, ...]
    recorded: tuple[tuple[int, int], ...]
    on_leave: bool
    may_open: bool
    longest_note: int = LONGEST_NOTE


def reviewer() -> User:
    """Give the user if they may look at decisions again; for others there is no such page (403)."""
    user = current_user()
    if not user.roles & REVIEWERS:
        abort(403)
    return user


def blind_first(flag: Flag, user: User) -> bool:
    """Tell whether a reviewer is to see the blind page before the ordinary one, which shows the first verdict."""
    return bool(user.roles & REVIEWERS) and services().store.reviews.may_look(flag.flag_id, user.user_id)


def shown_to(user: User, flag: Flag) -> bool:
    """Tell whether a list may show a flag with its state: it is seen, and no blind look at it is asked of this user."""
    return may_see(user, flag) and (Role.COORDINATOR in user.roles or not blind_first(flag, user))


@blueprint.get("")
def show_all() -> str:
    """Show what waits for this reviewer, and which questions are open."""
    user, store = reviewer(), services().store
    waiting, questions = store.reviews.due(user.user_id, user.regions), _questions(user)
    shown(flags=[one.event.flag_id for one in questions])
    return render_template(
        "tinjauan.html",
        second=[_row(one) for one in waiting if one.stage is ReviewStage.SECOND],
        third=[_row(one) for one in waiting if one.stage is ReviewStage.THIRD],
        questions=questions,
        today=services().clock().astimezone(services().config.zone).date(),
    )


@blueprint.get("/<int:flag_id>")
def show_one(flag_id: int) -> str:
    """Show a case to judge, without what was said of it."""
    flag, due = _asked(flag_id)
    services().store.custody.note(
        Touch.VIEW, user_id=current_user().user_id, flag_id=flag_id, sha256=flag.stored.evidence_sha256, subject=BLIND
    )
    return _page(flag, due)


@blueprint.post("/<int:flag_id>")
def judge(flag_id: int) -> Response | tuple[str, int]:
    """Store a second or third verdict and go to the next."""
    flag, due = _asked(flag_id)
    user, note = current_user(), request.form.get("catatan", "").replace("\r\n", "\n").strip()
    reason = next((one for one in ReasonCode if one == request.form.get("alasan", "")), None)
    if reason is None or len(note) > LONGEST_NOTE:
        said = t("putus.alasan_kosong") if reason is None else t("putus.catatan_panjang", n=LONGEST_NOTE)
        return _page(flag, due, said, note), 400
    if request.form.get("pertama") != f"{due.first_id}:{int(due.stage)}":
        return _page(flag, due, t("putus.bentrok_isi"), note), 409
    state = State.CLEARED if reason.clears else State.LEAD
    try:
        outcome = services().store.reviews.decide(due, user.user_id, state, reason, note)
    except (ConflictError, NotAllowedError) as error:
        return _page(flag, due, str(error), note), 409
    key = "tinjauan.ketiga" if outcome.third else "tinjauan.sepakat" if outcome.agreed else "tinjauan.berubah"
    flash({"text": t(key, n=flag_id), "undo": None, "flag_id": flag_id, "filters": ""}, "toast")  # type: ignore[arg-type]
    following = services().store.reviews.due(user.user_id, user.regions, limit=20)
    following = [one for one in following if one.stage is due.stage]
    target = url_for("tinjauan.show_one", flag_id=following[0].flag_id) if following else url_for("tinjauan.show_all")
    return redirect(target, 303)


def _asked(flag_id: int) -> tuple[Flag, Due]:
    """Give a case that this user may judge; every other one does not exist for them (404)."""
    user, store = reviewer(), services().store
    due = store.reviews.waiting(flag_id) if flag_id <= _BIGGEST_ID else None
    if due is None or not store.reviews.may_look(flag_id, user.user_id):
        abort(404)
    flag = store.flags.get(flag_id)
    if not may_see(user, flag):
        abort(404)
    return flag, due


def _page(flag: Flag, due: Due, trouble: str = "", note: str = "") -> str:
    item, opinion, store = flag.stored.item, flag.opinion, services().store
    day = item.happened_at.astimezone(services().config.zone).date() if item.happened_at else None
    machine = not services().config.review.hide_machine
    marks = opinion.matches if machine else ()
    parent = item.parent
    third = due.stage is ReviewStage.THIRD
    return render_template(
        "tinjauan_satu.html",
        blind=Blind(
            flag=flag,
            due=due,
            act=act_words(item, opinion),
            office=office_words(flag.actor),
            phase=phase_key(opinion),
            title=marked(item.title, Field.TITLE, marks) if item.title else (),
            text=marked(item.text, Field.TEXT, marks) if item.text else (),
            parent=marked(parent.text, Field.PARENT, marks) if parent and parent.text else (),
            owner=account_words(parent.owner) if parent and parent.owner else "",
            cut=len(item.text) > LONGEST,
            longest=LONGEST,
            machine=machine,
            said=store.reviews.verdicts(due.first_id) if third else (),
            versions=tuple(store.items.versions(flag.stored.item_id)),
            recorded=tuple((one.capture_id, len(one.pictures)) for one in store.captures.of_item(flag.stored.item_id)),
            may_open=Role.COORDINATOR in current_user().roles and not third,
            on_leave=day is not None and flag.actor.person.on_unpaid_leave(day),
        ),
        trouble=trouble,
        note=note,
    )


def _row(due: Due) -> Row:
    flag = services().store.flags.get(due.flag_id)
    item = flag.stored.item
    words = item.text or item.title or (item.parent.text if item.parent else "")
    name = flag.actor.person.full_name
    shown(flags=[due.flag_id])
    return Row(due, act_words(item, flag.opinion), name, plain(words[: 8 * _SNIPPET], _SNIPPET))


def _questions(user: User) -> list[Question]:
    store = services().store
    barred = store.conflicts.persons(user.user_id)
    return [
        one
        for one in store.process.questions(regions=user.regions)
        if not barred or store.flags.get(one.event.flag_id).actor.person.person_id not in barred
    ]
