"""Rules as the office's authors and approvers see them: scorecard, one rule, trying, proposing, deciding, going back.

Every step is a plain form. Nothing here decides what is in force: `monitor.governance` does, for the command line too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from monitor.errors import BusyError, ConflictError, NetraError, NotAllowedError, Problem, RulesError
from monitor.governance import Preview, preview, scorecard
from monitor.governance.layering import overlay_of
from monitor.grouping import group
from monitor.models import Flag, Role, User
from monitor.pipeline import screen
from monitor.store import Version
from monitor.web import beda, henti
from monitor.web.auth import current_user
from monitor.web.i18n import t
from monitor.web.safety import services
from monitor.web.services import RuleDesk

VIEWERS = frozenset({Role.RULE_AUTHOR, Role.RULE_APPROVER, Role.COORDINATOR})
AROUND = 3
WEEK = 7
PAGE_SIZE = 50
"""Rules on a page: more would not be light enough for a slow line."""
DAYS = (7, 30, 90, 0)
"""Of how many days a trial may take what was collected; 0 = the newest items, of whatever day."""
SCREEN_AT_ONCE = 20_000
"""More stored items than this are screened again from the command line: a request should not run for minutes."""

blueprint = Blueprint("aturan", __name__, url_prefix="/aturan")


@dataclass(frozen=True, slots=True)
class Match:
    """A group of near-duplicate flags on the page of a rule, by its first one. `why` is the reason of the decision."""

    flag: Flag
    why: str
    alike: int


@dataclass(frozen=True, slots=True)
class Line:
    """One numbered line of the YAML, with what is wrong there."""

    number: int
    text: str
    problems: tuple[Problem, ...]


def may_see_rules(user: User) -> bool:
    """Tell whether rules are any of this user's business."""
    return bool(user.roles & VIEWERS) and services().desk is not None


def desk() -> RuleDesk:
    """Give what the pages work with; for everybody else there is no such page."""
    found = services().desk
    if found is None or not may_see_rules(current_user()):
        abort(404)
    return found


@blueprint.get("")
def show_all() -> str:
    """Show every rule with its figures, the drafts that wait and files that are in error."""
    at = desk()
    survey = at.governance.sync()
    for line in survey.lines():
        current_app.logger.warning("%s", line)
    book, regions = services().store.rulebook, current_user().regions
    week = book.tallies(regions, services().clock() - timedelta(days=WEEK))
    lines = scorecard(at.judges().rules, book.tallies(regions), week, services().store.outcomes.proofs(regions))
    others = [one for one in services().store.rulebook.digests() if one not in {line.path for line in lines}]
    pages = max(1, -(-len(lines) // PAGE_SIZE))
    number = min(pages, max(1, request.args.get("hal", 1, type=int)))
    return render_template(
        "aturan.html",
        lines=lines[(number - 1) * PAGE_SIZE : number * PAGE_SIZE],
        pages=pages,
        page_number=number,
        survey=survey,
        stops=services().store.breaker.stops(open_only=True),
        others=sorted(others),
        names=_names(),
        layer=at.judges().rules.loaded.layer,
        may_propose=Role.RULE_AUTHOR in current_user().roles,
    )


@blueprint.get("/berkas/<path:name>")
def show_one(name: str) -> str:
    """Show one file: what it says, how it fares, its false positives, its history."""
    at = desk()
    version = at.governance.current(f"{name}.yaml")
    history = services().store.rulebook.history(f"{name}.yaml")
    if version is None and not history:
        abort(404)
    return page(at, name, version.content if version else "")


@blueprint.post("/coba/<path:name>")
def try_out(name: str) -> str | tuple[str, int]:
    """Show what a changed text would do to the newest stored items; nothing is stored."""
    at, content = desk(), request.form.get("isi", "")
    try:
        found, as_active = tried(at, f"{name}.yaml", content, days())
    except RulesError as error:
        return page(at, name, content, problems=error.problems, waiting=error.waiting), 400
    except NotAllowedError as error:
        return page(at, name, content, refused=str(error)), 400
    return page(at, name, content, found=found, as_active=as_active)


@blueprint.post("/usulkan/<path:name>")
def propose(name: str) -> Response | tuple[str, int]:
    """Store a draft with its reason."""
    at, content, why = desk(), request.form.get("isi", ""), request.form.get("catatan", "")
    try:
        version = at.governance.propose(f"{name}.yaml", content, current_user(), why)
    except RulesError as error:
        return page(at, name, content, problems=error.problems, waiting=error.waiting, why=why), 400
    except (NotAllowedError, ConflictError) as error:
        return page(at, name, content, refused=str(error), why=why), 400
    toast(t("aturan.diusulkan"))
    return redirect(url_for("aturan.show_draft", version_id=version.version_id), 303)


@blueprint.get("/usul/<int:version_id>")
def show_draft(version_id: int) -> str:
    """Show a draft with its difference, to whoever decides; with `coba` also what it would change."""
    at = desk()
    if "coba" not in request.args:
        return _draft(at, version_id)
    version = _version(version_id)
    try:
        found, as_active = tried(at, version.path, version.content)
    except NetraError as error:
        return _draft(at, version_id, refused=str(error))
    return _draft(at, version_id, found=found, as_active=as_active)


@blueprint.post("/usul/<int:version_id>/setujui")
def approve(version_id: int) -> Response | tuple[str, int]:
    """Put a draft in force, as the second person."""
    return _decided(version_id, henti.approving(desk()), t("aturan.disetujui"))


@blueprint.post("/usul/<int:version_id>/tolak")
def reject(version_id: int) -> Response | tuple[str, int]:
    """Turn a draft down."""
    return _decided(version_id, desk().governance.reject, t("aturan.ditolak"))


@blueprint.post("/kembali/<int:version_id>")
def roll_back(version_id: int) -> Response | tuple[str, int]:
    """Propose the content of an older version again."""
    at = desk()
    old = _version(version_id)
    name = old.path.removesuffix(".yaml")
    try:
        version = at.governance.roll_back(old.path, old.number, current_user(), request.form.get("catatan", ""))
    except NetraError as error:
        held = at.governance.current(old.path)
        return page(at, name, held.content if held else "", refused=str(error)), 400
    toast(t("aturan.diusulkan"))
    return redirect(url_for("aturan.show_draft", version_id=version.version_id), 303)


@blueprint.post("/saring")
def screen_again() -> Response:
    """Let the rules in force judge every stored item again."""
    at, store = desk(), services().store
    judges = at.judges()
    if store.items.count_unscreened(judges.digest) > SCREEN_AT_ONCE:
        toast(t("aturan.saring_banyak"))
    else:
        try:
            toast(t("aturan.disaring", n=screen(judges, store, lambda _: None, again=True)))
        except BusyError as error:
            toast(str(error))
    return redirect(url_for("aturan.show_all"), 303)


def days() -> int:
    """Give how many of the last days a form wants to be tried on; 0 = whatever is newest."""
    said = request.form.get("hari", "0")
    return int(said) if said in {str(one) for one in DAYS} else 0


def tried(at: RuleDesk, path: str, content: str, last: int = 0) -> tuple[Preview, bool]:
    """Try a content on what was collected in the `last` days; a draft or shadow rule as if it were active (True).

    Raises:
        RulesError: mistakes. NotAllowedError: no such place for a file.
    """
    rules = at.governance.checked(path, content)
    as_active = bool(content) and re.search(r"(?m)^status: *(draf|bayangan)\b", content) is not None
    if as_active:
        rules = at.governance.candidate(path, content, active=True)
    store, since = services().store, services().clock() - timedelta(days=last) if last else None
    if at.judges_of is None or not path.startswith(("targets/", "calendar/", "ambang/")):
        return preview(store, at.judges(), rules, since=since), as_active
    # Targets, calendar and thresholds change more than rules: phase and relation, what the model is blind to.
    with at.governance.laid(path, content) as folder:
        return preview(store, at.judges(), at.judges_of(folder), since=since), as_active


def toast(said: str) -> None:
    """Say something on the next page."""
    flash({"text": said, "undo": None}, "toast")  # type: ignore[arg-type]


def _decided(version_id: int, step: Callable[[int, User, str], Version], said: str) -> Response | tuple[str, int]:
    at, why = desk(), request.form.get("catatan", "")
    try:
        step(version_id, current_user(), why)
    except NetraError as error:
        return _draft(at, version_id, refused=str(error), why=why), 400
    toast(said)
    return redirect(url_for("aturan.show_draft", version_id=version_id), 303)


def _version(version_id: int) -> Version:
    try:
        return services().store.rulebook.get(version_id)
    except NotAllowedError:
        abort(404)


def _draft(
    at: RuleDesk,
    version_id: int,
    *,
    refused: str = "",
    why: str = "",
    found: Preview | None = None,
    as_active: bool = False,
) -> str:
    version = _version(version_id)
    held = at.governance.current(version.path)
    base = services().store.rulebook.get(version.base_id).content if version.base_id else ""
    if version.waits:
        base = held.content if held else ""
    user, proposal = current_user(), version.proposal
    may_decide = Role.RULE_APPROVER in user.roles and proposal is not None and proposal.user_id != user.user_id
    return render_template(
        "aturan_usul.html",
        fate=henti.foreseen(at, version) if version.waits and may_decide else None,
        version=version,
        name=version.path.removesuffix(".yaml"),
        change=beda.rows(base, version.content),
        in_force=held is not None and held.version_id == version.version_id,
        may_decide=may_decide,
        own=proposal is not None and proposal.user_id == user.user_id,
        refused=refused,
        why=why,
        found=found,
        as_active=as_active,
        names=_names(),
    )


def page(  # noqa: PLR0913 - one page, what was typed and what came of it
    at: RuleDesk,
    name: str,
    content: str,
    *,
    problems: tuple[Problem, ...] = (),
    waiting: int = 0,
    refused: str = "",
    why: str = "",
    found: Preview | None = None,
    as_active: bool = False,
) -> str:
    """Show the page of a file with what was typed and what came of it."""
    path, user, book = f"{name}.yaml", current_user(), services().store.rulebook
    held, loaded = at.governance.current(path), at.judges().rules
    proofs = services().store.outcomes.proofs(user.regions)
    rules = {line.path: line for line in scorecard(loaded, book.tallies(user.regions), None, proofs)}
    line = rules.get(path)
    return render_template(
        "aturan_satu.html",
        name=name,
        line=line,
        content=content,
        lines=numbered(content, problems, path),
        change=beda.rows(held.content if held else "", content) if content else (),
        days=DAYS,
        chosen=days() if request.method == "POST" else 0,
        overlay=overlay_of(loaded, line.rule_id) if line else "",
        problems=problems,
        waiting=waiting,
        refused=refused,
        why=why,
        found=found,
        as_active=as_active,
        matches=_matches(book.matches(line.rule_id, user.regions)) if line else (),
        trial=henti.on_trial(line.rule_id) if line else None,
        history=book.history(path),
        current=held,
        may_propose=Role.RULE_AUTHOR in user.roles,
        names=_names(),
        title=line.title if line else PurePosixPath(path).stem,
    )


def _matches(flags: list[Flag]) -> list[Match]:
    """Put near-duplicates together within one verdict; the order of the verdicts stays."""
    texts = [_words(flag) for flag in flags]
    leaders = group(texts)
    keys = [(leaders[place], flag.state) for place, flag in enumerate(flags)]
    counts = Counter(keys)
    found = []
    for key, flag in zip(keys, flags, strict=True):
        if key in counts:
            reasons = [one.reason.value for one in flag.decisions if one.reason is not None]
            why = reasons[-1] if reasons and (flag.state.dismissed or flag.state.ahead) else ""
            found.append(Match(flag, why, counts.pop(key) - 1))
    return found


def _words(flag: Flag) -> str:
    item = flag.stored.item
    return " — ".join(part for part in (item.title, item.text, item.parent.text if item.parent else "") if part)


def numbered(content: str, problems: tuple[Problem, ...], path: str) -> tuple[Line, ...]:
    """Give the lines at which something is wrong and a few around them; a line of number 0 stands for what is left out.

    A long file is so shown where it matters; () without a mistake in this file.
    """
    mine = [one for one in problems if one.file.endswith(path) and one.line]
    near = {number for one in mine for number in range(one.line - AROUND, one.line + AROUND + 1)}
    found: list[Line] = []
    for number, text in enumerate(content.replace("\r\n", "\n").split("\n"), 1):
        if number in near:
            if found and found[-1].number != number - 1:
                found.append(Line(0, "", ()))
            found.append(Line(number, text, tuple(one for one in mine if one.line == number)))
    return tuple(found)


def _names() -> dict[int, str]:
    return {one.user_id: one.full_name for one in services().store.users.list()}
