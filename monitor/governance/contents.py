"""The text of a rule file: made plain, laid out in a folder, tried as if it were active."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path


def tidy(content: str) -> str:
    """Give a content with plain line ends and one at its end, without what no file can hold."""
    text = content.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()
    return text.rstrip("\n") + "\n" if text.strip() else ""


def as_tried(content: str, *, active: bool) -> str:
    """Give a content as it is tried; `active`: a draft or shadow rule as if it were active."""
    text = tidy(content)
    return re.sub(r"(?m)^status:[^\n#]*", "status: aktif", text, count=1) if active else text


def lay_out(folder: Path, contents: Mapping[str, str]) -> None:
    """Write contents into a new folder; an empty one is a file that goes."""
    folder.mkdir(parents=True)
    for path, text in contents.items():
        if text:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="\n")
