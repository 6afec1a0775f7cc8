"""Adding to the lists of a YAML file as a careful hand would: comments, order and layout of everything else stay.

Every result is read again and compared with what it should hold, so that a file laid out in a way that is not foreseen
here is refused and never spoilt. Pure.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Sequence
from typing import Any

from monitor import strictyaml
from monitor.errors import NotAllowedError
from monitor.strictyaml import Document, Key

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")


def scalar(value: object) -> str:
    """Write a value so that YAML reads exactly that: text always in quotation marks, on one line."""
    if isinstance(value, str):
        return json.dumps(" ".join(_UNSEEN.sub(" ", value).split()), ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False)


def entry(value: object) -> str:
    """Write an entry of a list: a value, or a mapping of names and values on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_value(one)}" for name, one in value.items()) + "}"
    return scalar(value)


def _value(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"[a-z][a-z0-9_-]*", value) and value not in {"true", "false", "null"}:
        return value
    return "[" + ", ".join(map(scalar, value)) + "]" if isinstance(value, list) else scalar(value)


def added(content: str, file: str, key: Key, values: Sequence[object]) -> str:
    """Give a content with values added at the end of the list at `key`, e.g. ("tickets", 0, "slogans").

    Raises:
        NotAllowedError: the file cannot be read, or is laid out in a way that only a person can add to.
    """
    if not values:
        return content
    document = _read(content, file)
    expected = copy.deepcopy(document.data)
    holder = _at(expected, key[:-1])
    if not isinstance(holder, dict):
        raise _by_hand(file, key)
    held = holder.get(key[-1]) or []
    if not isinstance(held, list):
        raise _by_hand(file, key)
    holder[key[-1]] = [*held, *values]
    lines = content.split("\n")
    found = _at(document.data, key[:-1])
    if key[-1] not in found:
        made = _fresh(lines, document, key, values)
    elif held and lines[document.place((*key, 0))[0] - 1][: document.place((*key, 0))[1] - 1].rstrip().endswith("-"):
        made = _block(lines, document, key, values)
    else:
        made = _flow(content, lines, document, key, values)
    again, problems = strictyaml.parse(made or "", file)
    if made is None or problems or again is None or again.data != expected:
        raise _by_hand(file, key)
    return made


def _read(content: str, file: str) -> Document:
    document, problems = strictyaml.parse(content, file)
    if document is None or problems or not isinstance(document.data, dict):
        said = str(problems[0]) if problems else f"{file} bukan berkas yang dapat ditambahi"
        raise NotAllowedError(said)
    return document


def _at(data: Any, key: Key) -> Any:  # noqa: ANN401 - YAML data of any shape
    for part in key:
        data = data[part]
    return data


def _by_hand(file: str, key: Key) -> NotAllowedError:
    return NotAllowedError(
        f"`{key[-1]}` di {file} disusun dengan cara yang tidak dapat ditambahi otomatis — salin yang diterima ke "
        "penyunting"
    )


def _fresh(lines: list[str], document: Document, key: Key, values: Sequence[object]) -> str | None:
    """Begin a list that is not there yet: at the end of the file, or below the first line of its entry."""
    if len(key) == 1:
        body = "\n".join(lines).rstrip("\n")
        return f"{body}\n{key[0]}:\n" + "".join(f"  - {entry(one)}\n" for one in values)
    first = next(iter(_at(document.data, key[:-1])), None)
    if first is None:
        return None
    line, column = document.place((*key[:-1], first))
    row = " " * (column - 1) + f"{key[-1]}: [{', '.join(map(entry, values))}]"
    return "\n".join([*lines[:line], row, *lines[line:]])


def _block(lines: list[str], document: Document, key: Key, values: Sequence[object]) -> str:
    """Add below the last entry of a list that has a line for each."""
    count = len(_at(document.data, key))
    line, column = document.place((*key, count - 1))
    dash = lines[line - 1][: column - 1].rfind("-")
    end = line
    while end < len(lines) and lines[end].strip() and len(lines[end]) - len(lines[end].lstrip()) > dash:
        end += 1
    rows = [" " * dash + f"- {entry(one)}" for one in values]
    return "\n".join([*lines[:end], *rows, *lines[end:]])


def _flow(content: str, lines: list[str], document: Document, key: Key, values: Sequence[object]) -> str | None:
    """Add inside the brackets of a list that stands on one line; an empty value becomes such a list."""
    line, column = document.place(key)
    start = sum(len(one) + 1 for one in lines[: line - 1]) + column - 1 + len(str(key[-1]))
    rest = lines[line - 1][column - 1 + len(str(key[-1])) :].partition("#")[0]
    if rest.strip() in {":", ": ~", ": null"}:
        place = start + rest.index(":") + 1
        return f"{content[:place]} [{', '.join(map(entry, values))}]{content[place + len(rest.rstrip()) - 1 :]}"
    opening = content.find("[", start)
    end = _closing(content, opening) if opening >= 0 else -1
    if end < 0:
        return None
    inside = content[opening + 1 : end].rstrip()
    comma = ", " if inside.strip() and not inside.endswith(",") else " " if inside.strip() else ""
    return content[: opening + 1] + inside + comma + ", ".join(map(entry, values)) + content[end:]


def _closing(content: str, opening: int) -> int:
    """Find the bracket that closes the one at `opening`, quotation marks and comments respected; -1 = none."""
    depth, quote, place = 0, "", opening
    while place < len(content):
        char = content[place]
        if quote:
            if char == "\\" and quote == '"':
                place += 1
            elif char == quote:
                quote = ""
        elif char in "'\"" and content[place - 1] in " [,{:":
            quote = char
        elif char == "#" and content[place - 1].isspace():
            place = content.find("\n", place)
            if place < 0:
                return -1
        elif char in "[{":
            depth += 1
        elif char in "]}":
            depth -= 1
            if not depth:
                return place
        place += 1
    return -1
