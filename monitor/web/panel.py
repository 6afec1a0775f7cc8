"""Panels of the case page: each screen that adds to a case hands one in, so that no screen knows another's inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import current_app

from monitor.models import Flag, User


@dataclass(frozen=True, slots=True)
class Panel:
    """One part of the case page: a template that is included, and the `data` it reads as `panel.data`.

    `beside` puts it below the decision, in the narrow column; else it stands among the facts.
    """

    template: str
    data: object
    beside: bool = False


Maker = Callable[[Flag, User], Panel | None]
"""Gives the panel of a case for a user; None where there is nothing to show."""


def panels(flag: Flag, user: User) -> list[Panel]:
    """Give the panels of a case in the order in which the application lists their makers."""
    makers = cast("tuple[Maker, ...]", current_app.extensions["netra-panels"])
    return [made for make in makers if (made := make(flag, user)) is not None]
