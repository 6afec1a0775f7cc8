"""Puts the certificates of a time stamp into the order that DER asks for.

Many authorities run OpenSSL, which writes the set of certificates in its own order; a strict reader refuses that. The
set is not signed, so a reordered copy can be checked in the original's place. Lengths stay the same.
"""

from __future__ import annotations

from itertools import pairwise

_CERTIFICATES = 0xA0


class _NotDerError(ValueError):
    """The bytes are no DER that can be walked."""


def _span(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Give where the content of the element at `at` begins and ends."""
    if at + 2 > end:
        raise _NotDerError
    length, start = data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or start + count > end:
            raise _NotDerError
        length, start = int.from_bytes(data[start : start + count]), start + count
    if start + length > end:
        raise _NotDerError
    return start, start + length


def _children(data: bytes, start: int, end: int) -> list[int]:
    """Give where the elements of a content begin."""
    found = []
    while start < end:
        found.append(start)
        start = _span(data, start, end)[1]
    return found


def _inside(data: bytes, at: int, which: int) -> int:
    """Give where the `which`-th element of the element at `at` begins."""
    places = _children(data, *_span(data, at, len(data)))
    if which >= len(places):
        raise _NotDerError
    return places[which]


def ordered(answer: bytes) -> bytes:
    """Give a time stamp answer with its certificates in order; as it is where it cannot be walked."""
    try:
        token = _inside(answer, 0, 1)
        signed = _inside(answer, _inside(answer, token, 1), 0)
        for place in _children(answer, *_span(answer, signed, len(answer))):
            if answer[place] == _CERTIFICATES:
                start, end = _span(answer, place, len(answer))
                places = [*_children(answer, start, end), end]
                parts = sorted(answer[one:after] for one, after in pairwise(places))
                return answer[:start] + b"".join(parts) + answer[end:]
    except _NotDerError:
        pass
    return answer
