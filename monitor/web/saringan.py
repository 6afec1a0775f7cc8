"""What the queue is narrowed and ordered by, in plain addresses; filters that people keep by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from monitor.errors import NotAllowedError
from monitor.models import ItemKind, Level, Phase, Platform, ReasonCode, State, User
from monitor.store import Mine, Order, QueueQuery
from monitor.web.auth import current_user
from monitor.web.i18n import t
from monitor.web.safety import services
from monitor.web.text import seen

PAGE_SIZE = 30
_TEXT = 200
_CODE = re.compile(r"[a-z0-9][a-z0-9_:./-]{0,119}\Z")


class Age(StrEnum):
    """How long ago an act was done."""

    DAY = "1"
    WEEK = "7"
    MONTH = "30"
    OLDER = "lama"


class Weight(StrEnum):
    """How partisan the model takes the words to be."""

    STRONG = "90"
    HIGH = "70"
    EVEN = "50"
    LOW = "0"


_WEIGHTS: Mapping[Weight, tuple[float, float | None]] = {
    Weight.STRONG: (0.9, None), Weight.HIGH: (0.7, 0.9), Weight.EVEN: (0.5, 0.7), Weight.LOW: (0.0, 0.5),
}  # fmt: skip
CHOICES: Mapping[str, tuple[StrEnum, ...]] = {
    "tingkat": (Level.HIGH, Level.MEDIUM),
    "jenis": tuple(kind for kind in ItemKind if kind is not ItemKind.FOLLOW),
    "tempat": tuple(Platform),
    "tahapan": tuple(Phase),
    "keadaan": tuple(State),
    "urut": (Order.OLDEST, Order.HARDEST, Order.SUREST),
    "alasan": tuple(ReasonCode),
    "umur": tuple(Age),
    "bobot": tuple(Weight),
    "milik": tuple(Mine),
}
_WORDS, _CODES = ("cari", "instansi"), ("aturan", "sebab")
_CLOSED = tuple(one for one in State if one not in {State.NEW, State.IN_REVIEW})

blueprint = Blueprint("saringan", __name__)
_E = TypeVar("_E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters as the address gives them; unknown values are dropped, never an error."""

    cari: str = ""
    tingkat: str = ""
    jenis: str = ""
    tempat: str = ""
    tahapan: str = ""
    keadaan: str = ""
    urut: str = ""
    aturan: str = ""
    sebab: str = ""
    alasan: str = ""
    umur: str = ""
    bobot: str = ""
    instansi: str = ""
    milik: str = ""

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Filters:
        """Read what is sound."""
        sound = {name: seen(values.get(name, "")).strip()[:_TEXT] for name in _WORDS}
        for name, choices in CHOICES.items():
            value = values.get(name, "")
            sound[name] = value if value in {choice.value for choice in choices} else ""
        for name in _CODES:
            value = values.get(name, "")
            sound[name] = value if is_code(value) else ""
        return cls(**sound)

    @classmethod
    def parse(cls, query: str) -> Filters:
        """Read filters that travelled through a form."""
        return cls.read(dict(parse_qsl(query[:4000], max_num_fields=30) if query.count("&") < 30 else []))

    def encode(self, **more: object) -> str:
        """Write the filters as an address does, "" for none."""
        chosen = {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name)}
        return urlencode({**chosen, **more})

    @property
    def narrowed(self) -> bool:
        """Tell whether anything but the order is chosen."""
        return bool(replace(self, urut="").encode())

    @property
    def states(self) -> tuple[State, ...]:
        """Give the states that are looked at: open ones, unless a decision is what is asked for."""
        if self.keadaan:
            return (State(self.keadaan),)
        if self.milik == Mine.DECIDED:
            return tuple(State)
        return _CLOSED if self.alasan else (State.NEW, State.IN_REVIEW)

    def query(self, user: User, *, offset: int = 0, limit: int = PAGE_SIZE) -> QueueQuery:
        """Ask the store for what this user may see of it; what is put off is left out, unless it is asked for."""
        now = services().clock()
        low, high = _WEIGHTS[Weight(self.bobot)] if self.bobot else (None, None)
        days = timedelta(days=30 if self.umur == Age.OLDER else int(self.umur or 0))
        return QueueQuery(
            states=self.states,
            level=_chosen(Level, self.tingkat),
            kind=_chosen(ItemKind, self.jenis),
            platform=_chosen(Platform, self.tempat),
            phase=_chosen(Phase, self.tahapan),
            regions=user.regions,
            text=self.cari,
            offset=offset,
            limit=limit,
            order=_chosen(Order, self.urut) or Order.URGENT,
            rule=self.aturan,
            why=self.sebab,
            reason=_chosen(ReasonCode, self.alasan),
            office=self.instansi,
            since=now - days if self.umur and self.umur != Age.OLDER else None,
            before=now - days if self.umur == Age.OLDER else None,
            chance_from=low,
            chance_below=high,
            mine=_chosen(Mine, self.milik),
            user_id=user.user_id,
            now=now,
            grouped=True,
        )


_SAID = {
    "tingkat": ("antrean.tingkat", "tingkat"), "jenis": ("antrean.jenis", "jenis"),
    "tempat": ("antrean.platform", "platform"), "tahapan": ("antrean.tahapan", "tahapan"),
    "keadaan": ("antrean.keadaan", "keadaan"), "alasan": ("antrean.alasan", "alasan"),
    "umur": ("antrean.umur", "umur.saring"), "bobot": ("antrean.bobot", "bobot"), "milik": ("antrean.milik", "milik"),
    "aturan": ("antrean.aturan", ""), "sebab": ("antrean.sebab", ""), "instansi": ("antrean.instansi", ""),
}  # fmt: skip


def filter_words(query: str) -> str:
    """Say filters as people read them: "Jenis: komentar · “gaspol”"; every flag where there are none."""
    filters = Filters.parse(query)
    said = [f"“{filters.cari}”"] if filters.cari else []
    for name, (label, prefix) in _SAID.items():
        if value := str(getattr(filters, name)):
            said.append(f"{t(label)}: {t(f'{prefix}.{value}') if prefix else value}")
    return " · ".join(said) or t("antrean.semua")


def is_code(value: str) -> bool:
    """Tell whether the id of a rule or the code of a reason may stand in an address."""
    return _CODE.match(value) is not None


def queue_address(filters: Filters, **more: object) -> str:
    """Give the address of the queue with these filters."""
    query = filters.encode(**more)
    return url_for("antrean.show_queue") + (f"?{query}" if query else "")


@blueprint.post("/saringan")
def keep() -> Response:
    """Keep the filters of the queue by name, for oneself or for the office."""
    filters, user = Filters.parse(request.form.get("saringan", "")), current_user()
    name = seen(request.form.get("nama", "")).strip()[:_TEXT]
    shared = request.form.get("bersama") == "1"
    try:
        services().store.saved_filters.keep(user.user_id, name, filters.encode(), shared=shared)
    except NotAllowedError as error:
        say(str(error))
    else:
        say(t("saringan.tersimpan", nama=name))
    return redirect(queue_address(filters), 303)


@blueprint.post("/saringan/<int:filter_id>/hapus")
def drop(filter_id: int) -> Response:
    """Forget a kept filter of one's own."""
    if filter_id < 2**53 and services().store.saved_filters.drop(current_user().user_id, filter_id):
        say(t("saringan.terhapus"))
    return redirect(queue_address(Filters.parse(request.form.get("saringan", ""))), 303)


def say(text: str) -> None:
    """Let the next page say something in passing."""
    flash({"text": text, "undo": None, "flag_id": 0, "filters": ""}, "toast")  # type: ignore[arg-type]


def told(text: str, address: str) -> Response:
    """Say something on the page that comes next."""
    say(text)
    return redirect(address, 303)


def _chosen(kind: type[_E], value: str) -> _E | None:
    return kind(value) if value else None
