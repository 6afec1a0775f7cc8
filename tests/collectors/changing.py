"""How the harness changes what the outside sends: bytes, and values inside JSON. Pure; the same number, the same change."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from typing import Any

LARGEST = 300_000
Change = tuple[int, int, int]
"""What to do, where (of 65,536), and how much or with what."""
VALUES = 11
"""From this kind on a change of JSON or markup puts, takes or doubles a value."""
_WORDS = re.compile(
    rb">(?=[^<>]+<)\s*([^<>\s][^<>]*)<|\s(?!xmlns|version|encoding)[\w:-]+=\"([^\"<>]*)\"|<(?![?!])[^<>]*>[^<>]*</[^<>]*>"
)
_SCALARS = re.compile(rb"(?<=[:,\[-] )[^\n,\[\]{}]+")
_ESCAPED = str.maketrans({"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;"})
MARK = "NETRA_UJI"
PIECES: tuple[bytes, ...] = (
    b"<script>" + MARK.encode() + b"()</script>",
    b'<img src=x onerror="' + MARK.encode() + b'()">',
    b"&lt;script&gt;" + MARK.encode() + b"()&lt;/script&gt;",
    b"&amp;lt;script&amp;gt;",
    b"<svg/onload=" + MARK.encode() + b"()>",
    b"javascript:" + MARK.encode() + b"()",
    b"data:text/html,<script>",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>",
    b"&a;",
    b"<?xml version='1.0' encoding='utf-7'?>",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    "\u202e\u2066".encode(),
    "\u0130\ufb03".encode(),
    b"9" * 400,
    b"1e999",
    b"-1",
    b"NaN",
    b'"',
    b"'",
    b"\\",
    b"\\ud800",
    b"{",
    b"[",
    b"}",
    b"]",
    b",",
    b";",
    b"\t",
    b"\r\n",
    b"\n\n",
    b"<",
    b">",
    b"&#x110000;",
    b"&#0;",
    b"%00",
    b"%2e%2e/",
    b"=cmd|' /C calc'!A0",
    b"http://[::1",
    b"//lain.example/",
    b"9999-12-31T23:59:59Z",
    b"2999-01-01T00:00:00+07:00",
    b"0001-01-01",
    b"31/02/2025",
    b"12:60 WIB",
    b"&id001 *id001",
    b"!!python/object:os.system",
    b"null",
    b"true",
)


def drawn(name: str, seeds: int, *, inner: bool) -> tuple[int, list[Change]]:
    """Turn a name into a seed and up to six changes; thrice as quick as having hypothesis draw them all.

    Of JSON and markup (`inner`) three answers in five stay such, since most changes of bytes only end in an answer that no
    reader opens.
    """
    dice = random.Random(name)
    first = VALUES if inner and dice.random() < 0.6 else 0
    count = dice.randint(1, 6)
    changes = [(dice.randrange(first, 14), dice.randrange(65_536), dice.randrange(65_536)) for _ in range(count)]
    return dice.randrange(seeds), changes


def changed(
    seed: bytes, others: Sequence[bytes], changes: Sequence[Change], inner: str = "", own: Sequence[bytes] = ()
) -> bytes:
    """Apply changes, one after the other.

    `inner` says whose values are changed too: "json", "markup", "yaml" or nobody's. `own` are pieces besides `PIECES` that mean
    something to this reader.
    """
    body, pieces = seed, (*PIECES, *own)
    odd = (*ODD, *(one.decode() for one in own))
    for kind, where, what in changes:
        if inner == "json" and kind >= VALUES:
            body = _changed_json(body, where, what, odd)
        elif inner == "yaml" and kind >= VALUES:
            body = _changed_yaml(body, where, what, odd)
        elif inner == "markup" and kind >= VALUES:
            body = _changed_markup(body, pieces, (kind, where, what))
        else:
            body = _changed_bytes(body, others, pieces, (kind, where, what))
        body = body[:LARGEST]
    return body


def _changed_bytes(body: bytes, others: Sequence[bytes], pieces: Sequence[bytes], change: Change) -> bytes:
    kind, where, what = change
    at = where * (len(body) + 1) >> 16
    span = 1 + what % 64 if what < 60_000 else 1 + what % max(1, len(body))
    piece = pieces[what % len(pieces)]
    match kind % 12:
        case 0:
            return body[:at] + body[at + span :]
        case 1:
            return body[:at] + body[at : at + span] + body[at:]
        case 2 | 3 | 4:
            return body[:at] + piece + body[at:]
        case 5:
            return body[:at] + bytes([what & 255]) + body[at + 1 :]
        case 6:
            return body[:at]
        case 7:
            other = others[what % len(others)]
            return body[:at] + other[len(other) * where >> 16 :]
        case 8:
            return body[:at] + piece * (what % 700) + body[at:]
        case 9:
            codec = ("utf-16", "cp1252", "utf-8-sig", "utf-7", "latin-1")[what % 5]
            return body.decode("utf-8", "replace").encode(codec, "replace")
        case 10:
            return body[:at] + body[at + span : at + 2 * span] + body[at : at + span] + body[at + 2 * span :]
        case _:
            # Between two elements, where a page would truly run it.
            found = [one.end() for one in re.finditer(rb">", body)] or [at]
            spot = found[where % len(found)]
            return body[:spot] + PIECES[what % 6] + body[spot:]


def _changed_yaml(body: bytes, where: int, what: int, odd: Sequence[Any]) -> bytes:
    """Put anything, as JSON writes it, in the place of a value; take a whole line away or double it."""
    if what % 4 == 0:
        lines = body.split(b"\n")
        place = where % len(lines)
        return b"\n".join([*lines[:place], *[lines[place]] * (what % 3), *lines[place + 1 :]])
    found = list(_SCALARS.finditer(body))
    if not found:
        return body
    start, end = found[where % len(found)].span()
    return body[:start] + json.dumps(odd[what % len(odd)]).encode() + body[end:]


def _changed_markup(body: bytes, pieces: Sequence[bytes], change: Change) -> bytes:
    """Put anything, escaped, in the place of a text or an attribute; take a whole element away or double it."""
    kind, where, what = change
    found = list(_WORDS.finditer(body))
    if not found:
        return body
    spot = found[where % len(found)]
    group = next((number for number in (1, 2) if spot[number] is not None), 0)
    start, end = spot.span(group)
    if not group:
        return body[:start] + spot[0] * (what % 3) + body[end:]
    piece = pieces[what % len(pieces)].decode("utf-8", "replace").translate(_ESCAPED).encode()
    return body[:start] + (piece if kind % 2 else spot[group] + piece) + body[end:]


def _changed_json(body: bytes, where: int, what: int, odd: Sequence[Any]) -> bytes:
    """Put anything in the place of a value, take it away or double it; of lines of JSON one is changed."""
    lines = body.split(b"\n")
    place = where % len(lines)
    single = False
    try:
        value = json.loads(body)
        single = True
    except (ValueError, RecursionError):
        try:
            value = json.loads(lines[place])
        except (ValueError, RecursionError):
            return body
    spots = list(_spots(value, ()))
    if not spots:
        return body
    path = spots[where % len(spots)]
    value = _put(value, path, odd[what % len(odd)], drop=what % 5 == 0, double=what % 7 == 0)
    try:
        text = json.dumps(value).encode()
    except (ValueError, RecursionError):
        return body
    if single:
        return text
    lines[place] = text
    return b"\n".join(lines)


ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**63, 1e308, "", " ", "x", "0", "did:plc:lain", "@lain", "\ud800", "\x00", "<script>",
    f"<img src=x onerror={MARK}()>", f"javascript:{MARK}()", "9999-12-31T23:59:59Z", "2999-01-01T00:00:00Z",
    "https://lain.example/@lain/1", "http://[", [], {}, [[]], [None], {"": ""}, [1, "2", None], {"id": "lain"},
    [[[[[[[[[["dalam"]]]]]]]]]], "a" * 5000, "\u202eterbalik", ["x"] * 50, 10**400,
)  # fmt: skip


def _spots(value: Any, path: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = [path] if path else []
    if len(path) > 12 or len(found) > 400:
        return found
    if isinstance(value, dict):
        for key, one in list(value.items())[:60]:
            found += _spots(one, (*path, key))
    elif isinstance(value, list):
        for index, one in enumerate(value[:20]):
            found += _spots(one, (*path, index))
    return found


def _put(value: Any, path: tuple[Any, ...], odd: Any, *, drop: bool, double: bool) -> Any:
    key, rest = path[0], path[1:]
    copy = dict(value) if isinstance(value, dict) else list(value)
    if rest:
        copy[key] = _put(copy[key], rest, odd, drop=drop, double=double)
    elif drop:
        del copy[key]
    elif double and isinstance(copy, list):
        copy.insert(key, copy[key])
    else:
        copy[key] = odd
    return copy
