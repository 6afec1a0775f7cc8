"""Frozen dataclasses to JSON text and back; converters are built once a type.

JSON is written with ASCII escapes, so that hostile text (lone surrogates, NUL) is stored and read back unchanged.
A field that an older row does not hold takes the dataclass's default.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import TypeVar, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
Convert = Callable[[object], object]

_ENCODE = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_PLAIN = (str, int, float, bool)


def dumps(value: object) -> str:
    """Write compact ASCII JSON."""
    return _ENCODE(value)


def canonical(value: object) -> bytes:
    """Write JSON that is equal for equal values: sorted keys, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def stamp(moment: datetime) -> str:
    """Write an aware time as UTC text whose order is the order of time."""
    if moment.tzinfo is None:
        raise ValueError("a time without zone cannot be stored")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str) -> datetime:
    """Read what `stamp` wrote."""
    return datetime.fromisoformat(text)


def clean(text: str) -> str:
    """Make text that SQLite can hold: a lone surrogate becomes U+FFFD and its number, so that ids stay different."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "".join(f"\ufffd{ord(one):x}" if "\ud800" <= one <= "\udfff" else one for one in text)
    return text


def folded(text: str) -> str:
    """Fold case and spacing for searching; NUL would cut the text for LIKE."""
    return " ".join(clean(text.replace("\0", " ")).casefold().split())


def encode(kind: type[T], value: T) -> object:
    """Turn a dataclass into plain JSON data."""
    convert = _encoder(cast("Hashable", kind))
    return value if convert is None else convert(value)


def decode(kind: type[T], data: object) -> T:
    """Turn plain JSON data into a dataclass."""
    convert = _decoder(cast("Hashable", kind))
    return cast("T", data if convert is None else convert(data))


def _of_optional(kind: object) -> Hashable | None:
    if get_origin(kind) is UnionType:
        inner = [one for one in get_args(kind) if one is not NoneType]
        if len(inner) == 1:
            return cast("Hashable", inner[0])
    return None


@cache
def _encoder(kind: Hashable) -> Convert | None:
    """Build the converter to JSON data; None = the value is JSON data already."""
    if kind in _PLAIN or (isinstance(kind, type) and issubclass(kind, StrEnum)):
        return None
    if kind is datetime or kind is date:
        return lambda value: cast("date", value).isoformat()
    if (inner := _of_optional(kind)) is not None:
        convert = _encoder(inner)
        return None if convert is None else lambda value: None if value is None else convert(value)
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass_encoder(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple and arguments[-1] is not Ellipsis:
        parts = [_encoder(one) for one in arguments]
        return lambda value: [
            one if part is None else part(one)
            for part, one in zip(parts, cast("tuple[object, ...]", value), strict=True)
        ]
    if origin in {tuple, frozenset}:
        each = _encoder(arguments[0])
        if origin is frozenset:
            return lambda value: sorted(cast("frozenset[str]", value))
        return None if each is None else lambda value: [each(one) for one in cast("Iterable[object]", value)]
    raise TypeError(f"no JSON form for {kind}")


def _dataclass_encoder(kind: type) -> Convert:
    hints = get_type_hints(kind)
    names = [one.name for one in fields(kind)]
    parts = [(place, name, _encoder(hints[name])) for place, name in enumerate(names)]
    hard = [(place, convert) for place, _name, convert in parts if convert is not None]
    take = attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)

    def convert_all(value: object) -> object:
        taken = list(take(value))
        for place, convert in hard:
            if taken[place] is not None:
                taken[place] = convert(taken[place])
        return dict(zip(names, taken, strict=True))

    return convert_all


@cache
def _decoder(kind: Hashable) -> Convert | None:
    """Build the converter from JSON data; None = the data is the value."""
    if kind in _PLAIN:
        return None
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        members: dict[object, object] = {one.value: one for one in kind}
        return members.__getitem__
    if kind is datetime:
        return lambda data: datetime.fromisoformat(cast("str", data))
    if kind is date:
        return lambda data: date.fromisoformat(cast("str", data))
    if (inner := _of_optional(kind)) is not None:
        convert = _decoder(inner)
        return None if convert is None else lambda data: None if data is None else convert(data)
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass_decoder(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple and arguments[-1] is not Ellipsis:
        parts = [_decoder(one) for one in arguments]
        return lambda data: tuple(
            one if part is None else part(one) for part, one in zip(parts, cast("list[object]", data), strict=True)
        )
    if origin in {tuple, frozenset}:
        each = _decoder(arguments[0])
        make: type[tuple[object, ...] | frozenset[object]] = tuple if origin is tuple else frozenset
        return lambda data: make(
            cast("list[object]", data) if each is None else [each(one) for one in cast("list[object]", data)]
        )
    raise TypeError(f"no JSON form for {kind}")


def _dataclass_decoder(kind: type) -> Convert:
    hints = get_type_hints(kind)
    parts = [(one.name, _decoder(hints[one.name])) for one in fields(kind)]

    def convert_all(data: object) -> object:
        held = cast("dict[str, object]", data)
        return kind(
            **{
                name: held[name] if convert is None or held[name] is None else convert(held[name])
                for name, convert in parts
                if name in held
            }
        )

    return convert_all
