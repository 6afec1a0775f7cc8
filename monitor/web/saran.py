"""What the office's own verdicts say to whoever tunes a rule: where a word was seen, and exclusions that are proven."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request

from monitor.errors import NotAllowedError
from monitor.governance.suggest import suggest
from monitor.governance.wording import Seen, seen
from monitor.models import Role
from monitor.web import susun
from monitor.web.aturan import desk
from monitor.web.auth import current_user
from monitor.web.safety import services

blueprint = Blueprint("saran", __name__, url_prefix="/aturan")
blueprint.register_blueprint(susun.blueprint)


@blueprint.get("/saran/<path:name>")
def show(name: str) -> str | tuple[str, int]:
    """Show exclusions proposed for a rule; with `kata` where that word was seen instead."""
    at, store, word = desk(), services().store, request.args.get("kata")
    path = f"{name}.yaml"
    if at.governance.current(path) is None:
        abort(404)
    may_propose = Role.RULE_AUTHOR in current_user().roles
    found: Seen | None = None
    if word is not None:
        refused = ""
        try:
            found = seen(store, word)
        except NotAllowedError as error:
            refused = str(error)
        page = render_template(
            "aturan_saran.html", name=name, word=word, seen=found, refused=refused, offers=None, may_propose=may_propose
        )
        return (page, 400) if refused else page
    try:
        offers = suggest(store, at.governance, at.judges(), path)
    except NotAllowedError:
        abort(404)
    return render_template(
        "aturan_saran.html", name=name, word="", seen=None, refused="", offers=offers, may_propose=may_propose
    )
