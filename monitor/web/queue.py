"""The queue: what waits for a human, most urgent first, narrowed by plain filters in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from monitor.models import Flag, ItemKind, Level, Opinion, Phase, Platform, State, User
from monitor.store import QueueQuery
from monitor.web.auth import current_user
from monitor.web.safety import services
from monitor.web.serupa import collapsed
from monitor.web.text import plain, seen
from monitor.web.views import act_words, office_words, phase_key

PAGE_SIZE = 30
_SNIPPET, _REASON, _SEARCH, _LAST_PAGE = 220, 160, 200, 1_000_000
_NAMES = ("cari", "tingkat", "jenis", "tempat", "tahapan", "keadaan")
_CHOICES: Mapping[str, tuple[StrEnum, ...]] = {
    "tingkat": (Level.HIGH, Level.MEDIUM),
    "jenis": tuple(kind for kind in ItemKind if kind is not ItemKind.FOLLOW),
    "tempat": tuple(Platform),
    "tahapan": tuple(Phase),
    "keadaan": tuple(State),
}

blueprint = Blueprint("antrean", __name__)
_E = TypeVar("_E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue. Texts are raw: the template makes them safe."""

    link: str
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


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters as the address gives them; unknown values are dropped, never an error."""

    cari: str = ""
    tingkat: str = ""
    jenis: str = ""
    tempat: str = ""
    tahapan: str = ""
    keadaan: str = ""

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Filters:
        """Read what is sound."""
        sound = {"cari": seen(values.get("cari", "")).strip()[:_SEARCH]}
        for name, choices in _CHOICES.items():
            value = values.get(name, "")
            sound[name] = value if value in {choice.value for choice in choices} else ""
        return cls(**sound)

    @classmethod
    def parse(cls, query: str) -> Filters:
        """Read filters that travelled through a form."""
        return cls.read(dict(parse_qsl(query[:2000], max_num_fields=20) if query.count("&") < 20 else []))

    def encode(self, **more: object) -> str:
        """Write the filters as an address does, "" for none."""
        chosen = {name: getattr(self, name) for name in _NAMES if getattr(self, name)}
        return urlencode({**chosen, **more})

    def query(self, user: User, *, offset: int = 0, limit: int = PAGE_SIZE) -> QueueQuery:
        """Ask the store for what this user may see of it."""
        return QueueQuery(
            states=(State(self.keadaan),) if self.keadaan else (State.NEW, State.IN_REVIEW),
            level=_chosen(Level, self.tingkat),
            kind=_chosen(ItemKind, self.jenis),
            platform=_chosen(Platform, self.tempat),
            phase=_chosen(Phase, self.tahapan),
            regions=user.regions,
            text=self.cari,
            offset=offset,
            limit=limit,
        )


@blueprint.get("/")
def front() -> Response:
    """Lead to the queue."""
    return redirect(url_for("antrean.show_queue"), 303)


@blueprint.get("/antrean")
def show_queue() -> str:
    """Show one page of the queue."""
    filters, user = Filters.read(request.args), current_user()
    asked = request.args.get("hal", "1")
    number = min(max(int(asked), 1), _LAST_PAGE) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 1
    page, alike = collapsed(services().store.flags.queue(filters.query(user, offset=(number - 1) * PAGE_SIZE)), user)
    pages = max(1, -(-page.total // PAGE_SIZE))
    return render_template(
        "antrean.html",
        filters=filters,
        choices=_CHOICES,
        page=page,
        rows=[row(flag, filters, alike.get(flag.flag_id, 0)) for flag in page.flags],
        narrowed=bool(filters.encode()),
        page_number=number,
        pages=pages,
        before=page_address(filters, number - 1) if number > 1 else "",
        after=page_address(filters, number + 1) if number < pages else "",
    )


def page_address(filters: Filters, number: int = 1) -> str:
    """Give the address of a page of the queue."""
    query = filters.encode(**({"hal": number} if number > 1 else {}))
    return url_for("antrean.show_queue") + (f"?{query}" if query else "")


def case_address(flag_id: int, filters: Filters) -> str:
    """Give the address of a case; the filters travel along, so that "next" stays in them."""
    query = filters.encode()
    return url_for("tanda.show_case", flag_id=flag_id) + (f"?{query}" if query else "")


def row(flag: Flag, filters: Filters, alike: int = 0) -> Row:
    """Put a flag on one line; `alike` counts other open flags that say nearly the same."""
    item, opinion = flag.stored.item, flag.opinion
    words = item.text or item.title or (item.parent.text if item.parent else "")
    return Row(
        link=case_address(flag.flag_id, filters),
        level=opinion.level.value,
        state=flag.state.value,
        name=flag.actor.person.full_name,
        act=act_words(item, opinion),
        office=office_words(flag.actor),
        snippet=plain(words[: 8 * _SNIPPET], _SNIPPET),
        borrowed=not (item.text or item.title) and bool(words),
        reason=plain(_why(opinion), _REASON),
        probability=opinion.probability,
        platform=item.platform.value,
        phase=phase_key(opinion),
        at=item.happened_at,
        alike=alike,
    )


def _why(opinion: Opinion) -> str:
    """Name the rules that matched, "" for none."""
    return " · ".join(dict.fromkeys(match.title for match in opinion.matches))


def _chosen(kind: type[_E], value: str) -> _E | None:
    return kind(value) if value else None
