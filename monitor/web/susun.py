"""Composing: what a text would do while it is typed, versions compared, new files, and cells of a spreadsheet.

Everything ends in the editor or in an ordinary draft. Its routes are those of the suggestions' blueprint.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from monitor.errors import ConflictError, NetraError, NotAllowedError, Problem, RulesError
from monitor.governance import Preview
from monitor.governance.drafting import Sketch, entries, name_of
from monitor.governance.layering import for_paste, overlaid, overlay_of
from monitor.governance.pasting import Kind, Pasted, Wanted, paste, tickets_of
from monitor.governance.suggest import merged
from monitor.models import ItemKind, Level, Role
from monitor.rules.forms import FORMS
from monitor.rules.schema import Scope
from monitor.store import Version
from monitor.web import beda
from monitor.web.aturan import days, desk, numbered, page, toast, tried
from monitor.web.auth import current_user
from monitor.web.i18n import t
from monitor.web.safety import services
from monitor.web.services import RuleDesk
from monitor.web.text import seen

KINDS = ("aturan", "kamus", "tambahan")
_ACTS = (ItemKind.POST, ItemKind.COMMENT, ItemKind.SHARE)

blueprint = Blueprint("susun", __name__)


@blueprint.post("/pratinjau/<path:name>")
def live(name: str) -> str:
    """Show, as a piece of the editor's page, what the typed text would do; asked for while somebody types."""
    at, path, content = desk(), f"{name}.yaml", request.form.get("isi", "")
    problems: tuple[Problem, ...] = ()
    refused, found, as_active, waiting = "", None, False, 0
    try:
        found, as_active = tried(at, path, content, days())
    except RulesError as error:
        problems, waiting = error.problems, error.waiting
    except NotAllowedError as error:
        refused = str(error)
    return _piece(at, path, content, (problems, waiting, refused), found, as_active=as_active)


def _piece(
    at: RuleDesk, path: str, content: str, wrong: tuple[tuple[Problem, ...], int, str], found: Preview | None, *,
    as_active: bool,
) -> str:  # fmt: skip
    held = at.governance.current(path)
    problems, waiting, refused = wrong
    return render_template(
        "_aturan_pratinjau.html",
        problems=problems,
        waiting=waiting,
        lines=numbered(content, problems, path),
        refused=refused,
        found=found,
        as_active=as_active,
        change=beda.rows(held.content if held else "", content),
        chosen=days(),
    )


@blueprint.get("/beda/<path:name>")
def compare(name: str) -> str:
    """Compare two versions of a file, by default the newest with the one before it."""
    at = desk()
    history = services().store.rulebook.history(f"{name}.yaml")
    if not history:
        abort(404)
    by_number = {str(one.number): one for one in history}
    newest = sorted(history, key=lambda one: -one.number)
    new = by_number.get(request.args.get("ke", ""), newest[0])
    old = by_number.get(request.args.get("dari", ""), _before(newest, new))
    return render_template(
        "aturan_beda.html",
        name=name,
        history=newest,
        current=at.governance.current(f"{name}.yaml"),
        old=old,
        new=new,
        change=beda.rows(old.content, new.content),
    )


def _before(newest: list[Version], one: Version) -> Version:
    return next((other for other in newest if other.number < one.number), one)


# --------------------------------------------------------------------------- new files


@blueprint.route("/baru", methods=["GET", "POST"])
def begin() -> str | tuple[str, int]:
    """Ask for what a new file needs, and give it as commented YAML in the editor; nothing is stored."""
    at = desk()
    if Role.RULE_AUTHOR not in current_user().roles:
        abort(404)
    if request.method == "GET":
        leans_on = request.args.get("tambahan", "")
        kind = request.args.get("jenis", "tambahan" if leans_on else "aturan")
        return _blank(at, kind if kind in KINDS else "aturan", leans_on, {})
    form = request.form
    kind = form.get("jenis", "")
    try:
        sketch = _sketch(at, form)
        content = sketch.written()
    except NotAllowedError as error:
        found = _blank(at, kind if kind in KINDS else "aturan", form.get("pada", ""), form, str(error))
        return found, 400
    return page(at, sketch.path.removesuffix(".yaml"), content)


def _sketch(at: RuleDesk, form: Mapping[str, str]) -> Sketch:
    """Read the form.

    Raises:
        NotAllowedError: what a tambahan leans on is not there, or a file is called so already.
    """
    kind, leans_on, base = form.get("jenis", ""), seen(form.get("pada", "")).strip(), ""
    today = services().clock().astimezone(services().config.zone).date()
    author, title = current_user().full_name, seen(form.get("judul", "")).strip()
    name = form.get("nama", "").strip() or name_of(title)
    if kind == "tambahan":
        rules = at.judges().rules
        place = overlaid(at.governance, rules, leans_on, author, today)
        if overlay_of(rules, leans_on):
            raise NotAllowedError(t("susun.sudah_ada", berkas=place.path))
        name, base = place.path.removeprefix("local/").removesuffix(".yaml"), rules.loaded.bases[leans_on]
    elif at.governance.current(f"local/{name}.yaml") is not None:
        raise NotAllowedError(t("susun.sudah_ada", berkas=f"local/{name}.yaml"))
    several = {name: tuple(request.form.getlist(name)) for name in ("bentuk", "tindakan", "tidak_bila")}
    lines = {name: entries(seen(form.get(name, ""))) for name in ("frasa", "kecuali", "cocok", "tidak_cocok")}
    return Sketch(
        kind, name, author, today, title, form.get("tingkat", ""), several["bentuk"], lines["frasa"], lines["kecuali"],
        several["tindakan"], several["tidak_bila"], near="dekat" in form, basis=seen(form.get("dasar", "")).strip(),
        match=lines["cocok"], no_match=lines["tidak_cocok"], leans_on=leans_on, base=base,
        note=seen(form.get("catatan", "")).strip(),
    )  # fmt: skip


def _blank(at: RuleDesk, kind: str, leans_on: str, typed: Mapping[str, str], refused: str = "") -> str:
    usual = {"bentuk": ("KE-2", "DIS-2"), "tindakan": _ACTS, "tidak_bila": ("negasi", "pertanyaan", "pesan_netral")}
    names = {name: request.form.getlist(name) if typed else usual[name] for name in usual}
    return render_template(
        "aturan_baru.html",
        kind=kind,
        kinds=KINDS,
        leans_on=leans_on,
        known=sorted(at.judges().rules.loaded.bases) if kind == "tambahan" else (),
        typed=typed,
        chosen=names,
        refused=refused,
        levels=tuple(Level),
        forms=tuple(FORMS),
        acts=tuple(ItemKind),
        scopes=tuple(Scope),
    )


# --------------------------------------------------------------------------- cells and suggestions


@blueprint.route("/tempel/<path:name>", methods=["GET", "POST"])
def paste_cells(name: str) -> str | Response | tuple[str, int]:
    """Show what pasted cells would add and what is refused; with `langkah=usulkan` make a draft of it."""
    at, form, user = desk(), request.form, current_user()
    if at.governance.current(f"{name}.yaml") is None:
        abort(404)
    if request.method == "GET":
        return _cells(at, name, None)
    today = services().clock().astimezone(services().config.zone).date()
    found: Pasted | None = None
    path = ""
    try:
        direct = "langsung" in form
        place = for_paste(at.governance, at.judges().rules, f"{name}.yaml", user.full_name, today, direct=direct)
        path, kind = place.path, form.get("arti", "")
        wanted = Wanted(kind if kind in {str(one) for one in Kind} else "", form.get("pasangan", ""))
        found = paste(path, place.content, form.get("sel", ""), wanted, place.known)
        if form.get("langkah") == "usulkan":
            version = at.governance.propose(path, found.content, user, form.get("catatan", ""))
            toast(t("aturan.diusulkan"))
            return redirect(url_for("aturan.show_draft", version_id=version.version_id), 303)
    except (NotAllowedError, RulesError, ConflictError) as error:
        return _cells(at, name, found, path, str(error)), 400
    return _cells(at, name, found, path)


def _cells(at: RuleDesk, name: str, found: Pasted | None, path: str = "", refused: str = "") -> str:
    form, held = request.form, at.governance.current(f"{name}.yaml")
    return render_template(
        "aturan_tempel.html",
        name=name,
        path=path,
        cells=form.get("sel", ""),
        wanted=Wanted(form.get("arti", ""), form.get("pasangan", "")),
        direct="langsung" in form,
        tickets=tickets_of(held.content) if held is not None and name.startswith("targets/") else (),
        pasted=found,
        refused=refused,
        why=form.get("catatan", ""),
        may_propose=Role.RULE_AUTHOR in current_user().roles,
    )


@blueprint.post("/setempat/<path:name>")
def exclude_here(name: str) -> Response | tuple[str, int]:
    """Propose an exclusion of a rule in the office's own layer, which updates of the shipped set leave standing."""
    at, user = desk(), current_user()
    today = services().clock().astimezone(services().config.zone).date()
    rules = at.judges().rules
    rule = next((one for one in rules.rules if one.path.endswith(f"/{name}.yaml")), None)
    if rule is None:
        abort(404)
    try:
        place = overlaid(at.governance, rules, rule.id, user.full_name, today)
        content = merged(place.content, seen(request.form.get("frasa", "")))
        version = at.governance.propose(place.path, content, user, request.form.get("catatan", ""))
    except NetraError as error:
        held = at.governance.current(f"{name}.yaml")
        return page(at, name, held.content if held else "", refused=str(error)), 400
    toast(t("aturan.diusulkan"))
    return redirect(url_for("aturan.show_draft", version_id=version.version_id), 303)
