"""The text of a rule file: made plain, compared, laid out in a folder, tried as if it were active."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

LOCAL = "local/"
"""The office's own folder: whatever an update of the shipped set brings, these files stay."""
_LEANS = re.compile(r"(?m)^(rule|lexicon): *[\"']?([a-z0-9_-]+)")


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


def difference(old: str, new: str, name: str) -> str:
    """Give the unified diff of two contents, "" where they are equal."""
    lines = difflib.unified_diff(
        old.splitlines(), new.splitlines(), f"{name} (berlaku)", f"{name} (usulan)", lineterm=""
    )
    return "\n".join(lines)


def named(path: str, files: Sequence[str]) -> bool:
    """Tell whether one of these files, as mistakes name them, is the one at a path."""
    return any(file == path or file.endswith("/" + path) for file in files)


def leaning(contents: Mapping[str, str], files: Sequence[str], changed: Iterable[str]) -> list[str]:
    """Give the paths of what the unchanged overlays among these files lean on: its update is what broke them."""
    held = set(changed)
    found = []
    for path, text in contents.items():
        if path.startswith(LOCAL) and path not in held and named(path, files):
            for kind, name in _LEANS.findall(text):
                own = re.compile(rf"(?m)^{'id' if kind == 'rule' else 'name'}: *[\"']?{re.escape(name)}[\"']?\s*(#|$)")
                found += [other for other, said in contents.items() if other != path and own.search(said)]
    return found
