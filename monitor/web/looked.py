"""Writing down who was shown whose data: pages say what they show, and one light row a page is kept at the end.

A case writes its custody log itself, durably; here stand lists, searches, persons, pictures and exports. An address
that names a flag or a person counts as a look at it, so that a new page is covered before it says anything.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask, g, request
from werkzeug.wrappers import Response

from monitor.models import User
from monitor.web.safety import services
from monitor.web.text import seen

_IN_CUSTODY = frozenset({"tanda.show_case"})


def shown(*, flags: Iterable[int] = (), persons: Iterable[int] = ()) -> None:
    """Say that this page shows data of these flags and persons."""
    held: tuple[set[int], set[int]] = g.setdefault("shown", (set(), set()))
    held[0].update(flags)
    held[1].update(persons)


def keep_looks(app: Flask) -> None:
    """Keep what each page says it showed, once it was really sent."""

    @app.after_request
    def _note(response: Response) -> Response:
        user = g.get("user")
        if not isinstance(user, User) or response.status_code >= 300 or request.endpoint is None:
            return response
        flags, persons = g.get("shown", (set(), set()))
        named = request.view_args or {}
        if request.endpoint not in _IN_CUSTODY and isinstance(named.get("flag_id"), int):
            flags = {*flags, named["flag_id"]}
        if isinstance(named.get("person_id"), int):
            persons = {*persons, named["person_id"]}
        if flags or persons:
            asked = seen(request.query_string.decode("utf-8", "replace"))
            services().store.views.note(user.user_id, request.endpoint, flags=flags, persons=persons, detail=asked)
        return response
