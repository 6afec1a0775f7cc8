"""One gzip member with a fixed header, read so strictly that no changed byte passes.

An ordinary reader ignores the time and system in the header and the unused bits at the end of the compressed data; a
changed byte there would leave the content whole and still be a changed byte of the archive.
"""

from __future__ import annotations

import struct
import zlib

_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
# Files written by earlier versions name the system (3 = Unix) in the last byte of the header.
_HEADERS = {_HEADER, _HEADER[:-1] + b"\x03"}
_TAIL = struct.Struct("<II")


class DamagedError(ValueError):
    """The file is not what was written."""


def compress(content: bytes) -> bytes:
    """Compress; equal content gives equal bytes."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    squeezed = packer.compress(content) + packer.flush()
    return _HEADER + squeezed + _TAIL.pack(zlib.crc32(content), len(content) & 0xFFFFFFFF)


def decompress(stored: bytes) -> bytes:
    """Give the content.

    Raises:
        DamagedError: any byte differs from what `compress` writes.
    """
    if stored[:10] not in _HEADERS or len(stored) < 10 + 2 + _TAIL.size:
        raise DamagedError("kepala berkas gzip berubah atau berkas terpotong")
    squeezed, tail = stored[10 : -_TAIL.size], stored[-_TAIL.size :]
    reader = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        start = reader.decompress(squeezed[:-1])
        before_last = reader.copy()
        end = reader.decompress(squeezed[-1:])
    except zlib.error as error:
        raise DamagedError(str(error)) from error
    if not reader.eof or reader.unused_data or before_last.eof:
        raise DamagedError("berkas gzip terpotong atau bertambah")
    content = start + end
    if _TAIL.unpack(tail) != (zlib.crc32(content), len(content) & 0xFFFFFFFF):
        raise DamagedError("jumlah uji berkas gzip tidak cocok")
    _refuse_spare_bits(before_last, squeezed[-1], end)
    return content


def _refuse_spare_bits(before_last: zlib._Decompress, last: int, end: bytes) -> None:
    """Refuse a last byte whose highest set bit means nothing: written as 0, it was changed."""
    if not last:
        return
    cleared = last & ~(1 << (last.bit_length() - 1))
    try:
        same = before_last.decompress(bytes([cleared])) == end
    except zlib.error:
        return
    if same and before_last.eof:
        raise DamagedError("bita terakhir berkas gzip berubah")
