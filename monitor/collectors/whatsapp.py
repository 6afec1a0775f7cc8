"""Exports of WhatsApp chats are refused: they are private conversations, whoever brings them. Nothing is kept."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

_START = 20_000
_MARKS = (
    "end-to-end encrypted",
    "terenkripsi secara end-to-end",
    "terenkripsi end-to-end",
    "terenkripsi secara menyeluruh",
)
_LINE = re.compile(
    r"^\u200e?\[?[0-9]{1,2}[/.][0-9]{1,2}[/.][0-9]{2,4}[, ]{1,2}[0-9]{1,2}[.:][0-9]{2}(?:[.:][0-9]{2})?(?: ?[AP]M)?\]?"
    r"(?: - | )[^:\n]{1,60}: ",
    re.MULTILINE,
)
_ENOUGH = 3
REFUSED = (
    "ekspor percakapan WhatsApp tidak dibaca: itu percakapan pribadi. Tidak ada isinya yang disimpan; "
    "keluarkan berkasnya dari folder ini"
)


def refusal(body: bytes) -> str:
    """Say (Indonesian) why a file is refused as a WhatsApp export, "" where it is none."""
    if body.startswith(b"PK\x03\x04"):
        return REFUSED if _packed(body) else ""
    start = body[:_START].decode("utf-8-sig", "replace")
    if start.lstrip("\ufeff \n\r\t").startswith(("{", "[{")):
        return ""
    lowered = start.casefold()
    chat = any(mark in lowered for mark in _MARKS) and _LINE.search(start) is not None
    return REFUSED if chat or len(_LINE.findall(start)) >= _ENOUGH else ""


def _packed(body: bytes) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(body)) as packed:
            names = [one.casefold() for one in packed.namelist()[:1000]]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    return any(name.endswith("_chat.txt") or "whatsapp" in name for name in names)
