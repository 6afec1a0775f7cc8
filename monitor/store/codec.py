"""Frozen dataclasses to JSON text and back; converters are built once a type.

JSON is written with ASCII escapes, so that hostile text (lone surrogates, NUL) is stored and read back unchanged.
A field that an older row does not hold takes the dataclass's default.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable
from dataclasses import fields, is_dataclass, make_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from operator import attrgetter, itemgetter
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args, get_origin, get_type_hints

from pydantic_core import from_json

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")
Convert = Callable[[object], object]

_ENCODE = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
_PLAIN = (str, int, float, bool)
quoted: Callable[[str], str] = json.encoder.encode_basestring_ascii
"""Write one text as JSON."""


def _maker() -> Callable[[object], str]:
    """Give what `json` builds anew for every value (a third of the cost of a small one); its own way where it has none.

    Values are trees of plain data: nothing holds itself.
    """
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return _ENCODE.encode
    told = make(None, _ENCODE.default, quoted, None, ":", ",", False, False, False)
    return lambda value: "".join(told(value, 0))


dumps = _maker()
"""Write compact ASCII JSON."""


def loads(text: str) -> Any:  # noqa: ANN401 - whatever stands there
    """Read JSON as `json.loads` does, in half the time where it holds no lone surrogate.

    Raises:
        ValueError: this is no JSON.
    """
    try:
        return from_json(text, cache_strings="keys")
    except (TypeError, ValueError):
        return json.loads(text)


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
    if text.isascii():
        return text
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


def written(kind: type[T], value: T) -> str:
    """Do what `dumps(encode(kind, value))` does, for dataclasses of which many are written."""
    write = _writer(cast("Hashable", kind))
    return dumps(value) if write is None else write(value)


def in_parts(kind: type[T]) -> tuple[Callable[[T], list[str]], str]:
    """Give what writes every field of such a dataclass as JSON, in order, and the form that they fill.

    `form % tuple(parts)` is what `written` gives: for values of which some parts are needed elsewhere too.
    """
    return cast("tuple[Callable[[T], list[str]], str]", _parts_writer(kind))


def decode(kind: type[T], data: object) -> T:
    """Turn plain JSON data into a dataclass."""
    convert = _decoder(cast("Hashable", kind))
    return cast("T", data if convert is None else convert(data))


def decoder(kind: type[T]) -> Callable[[object], T]:
    """Give what turns plain JSON data into such a dataclass, for those of which many are read."""
    return cast("Callable[[object], T]", _decoder(cast("Hashable", kind)))


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
        if not any(parts):
            return None
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
def _writer(kind: Hashable) -> Callable[[object], str] | None:
    """Build the writer of a type; None = `dumps` writes the value as it is."""
    if kind is str or (isinstance(kind, type) and issubclass(kind, StrEnum)):
        return cast("Callable[[object], str]", quoted)
    if (inner := _of_optional(kind)) is not None:
        write = _writer(inner)
        return None if write is None else lambda value: "null" if value is None else write(value)
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass_writer(kind)
    if kind is datetime or kind is date:
        return _written_date
    convert = _encoder(kind)
    return None if convert is None else lambda value: dumps(convert(value))


def _written_date(value: Any) -> str:  # noqa: ANN401 - the writer of every kind takes what its kind holds
    if isinstance(value, datetime) and value.tzinfo is UTC:  # asking for the offset costs a third
        return f'"{value.date().isoformat()}T{value.time().isoformat()}+00:00"'
    return f'"{value.isoformat()}"'


def _dataclass_writer(kind: type) -> Callable[[object], str]:
    write_parts, form = _parts_writer(kind)
    return lambda value: form % tuple(write_parts(value))


def _parts_writer(kind: type) -> tuple[Callable[[object], list[str]], str]:
    """Build the writer of a dataclass: its texts go through one call in C, what stands between them is put in after."""
    hints = get_type_hints(kind)
    names = [one.name for one in fields(kind)]
    writers = [
        (place, name, _writer(_of_optional(hints[name]) or hints[name]) or dumps) for place, name in enumerate(names)
    ]
    surely = [name for _, name, write in writers if write is quoted and _of_optional(hints[name]) is None]
    hard = [(place, attrgetter(name), write) for place, name, write in writers if name not in surely]
    take: Callable[[object], Iterable[str]] = (
        attrgetter(*surely) if len(surely) > 1 else lambda value: [getattr(value, name) for name in surely]
    )

    def write_parts(value: object) -> list[str]:
        parts = list(map(quoted, take(value)))
        for place, get, write in hard:
            held = get(value)
            parts.insert(place, "null" if held is None else write(held))
        return parts

    return write_parts, "{" + ",".join(f"{quoted(name)}:%s" for name in names) + "}"


@cache
def _decoder(kind: Hashable) -> Convert | None:
    """Build the converter from JSON data; None = the data is the value."""
    if kind in _PLAIN:
        return None
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        members: dict[object, object] = {one.value: one for one in kind}
        return members.__getitem__
    if kind is datetime:
        return cast("Convert", datetime.fromisoformat)
    if kind is date:
        return cast("Convert", date.fromisoformat)
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


def maker(kind: type[T]) -> Callable[..., T]:
    """Give what makes such a dataclass of all its fields, in their order.

    A frozen one sets every field by a call of its own. One with the same slots that is not frozen sets them five times
    as fast, and becomes the frozen one by its class alone.
    """
    names = [one.name for one in fields(cast("type[DataclassInstance]", kind))]
    if "__slots__" not in vars(kind) or kind.__bases__ != (object,) or hasattr(kind, "__post_init__"):
        return kind
    thawed = cast("Callable[..., T]", make_dataclass(kind.__name__, names, slots=True, eq=False, repr=False))

    def make(*taken: object) -> T:
        made = thawed(*taken)
        made.__class__ = kind
        return made

    return make


def _dataclass_decoder(kind: type) -> Convert:
    hints = get_type_hints(kind)
    parts = [(one.name, _decoder(_of_optional(hints[one.name]) or hints[one.name])) for one in fields(kind)]
    names = [name for name, _ in parts]
    hard = [(place, convert) for place, (_, convert) in enumerate(parts) if convert is not None]
    take: Callable[[dict[str, object]], Iterable[object]] = (
        itemgetter(*names) if len(names) > 1 else lambda held: [held[names[0]]]
    )
    make: Callable[..., object] = maker(kind)

    def convert_all(held: dict[str, object]) -> object:
        try:
            taken = list(take(held))
        except KeyError:  # an older row lacks fields
            return kind(
                **{
                    name: held[name] if convert is None or held[name] is None else convert(held[name])
                    for name, convert in parts
                    if name in held
                }
            )
        for place, convert in hard:
            value = taken[place]
            if value is not None:
                taken[place] = convert(value)
        return make(*taken)

    return cast("Convert", convert_all)
