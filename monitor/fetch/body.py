"""Reading a body piece by piece within a byte limit, so that neither a huge nor a bomb-like answer fills the memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

_GZIP = b"\x1f\x8b"


class TooLargeError(Exception):
    """The body, unpacked, is larger than allowed."""


class EncodingError(Exception):
    """The body cannot be unpacked; the message is Indonesian."""


class CutOffError(Exception):
    """A packed body ends too early."""


def read(parts: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """Join and unpack the parts of a body (`encoding` as in Content-Encoding); at most `limit` bytes.

    Raises:
        TooLargeError: more than `limit` bytes.
        EncodingError: an encoding that was not asked for, or bytes that are not what they say.
        CutOffError: the packed stream has no end.
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return _joined(parts, limit)
    if name not in ("gzip", "x-gzip", "deflate"):
        raise EncodingError(f"jawaban dimampatkan dengan cara yang tidak diminta (`{name[:30]}`)")
    return _unpacked(parts, limit, raw_allowed=name == "deflate")


def _joined(parts: Iterable[bytes], limit: int) -> bytes:
    body = bytearray()
    for part in parts:
        body += part
        if len(body) > limit:
            raise TooLargeError
    return bytes(body)


def _unpacked(parts: Iterable[bytes], limit: int, *, raw_allowed: bool) -> bytes:
    body = bytearray()
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
    first = True
    for part in parts:
        rest = part
        while rest:
            if unpack.eof:
                # A gzip file may be several, one behind the other; anything else behind the end is no part of it.
                if not rest.startswith(_GZIP):
                    break
                unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
            try:
                body += unpack.decompress(rest, limit + 1 - len(body))
            except zlib.error as error:
                if not (first and raw_allowed):
                    raise EncodingError("jawaban mengaku gzip tetapi isinya bukan") from error
                unpack, first = zlib.decompressobj(-zlib.MAX_WBITS), False
                continue
            first = False
            if len(body) > limit:
                raise TooLargeError
            rest = unpack.unused_data if unpack.eof else unpack.unconsumed_tail
    if not unpack.eof:
        raise CutOffError
    return bytes(body)
