"""PDF through typst: values go in as JSON, never as source; nothing is read outside of the folder of templates.

What comes out is PDF/A-2a, made to be kept: tagged, with its fonts inside. A character that no font of the computer can
show is printed by its number, so that no paper leaves anything out unseen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final, cast

import typst

KEPT: Final = "a-2a"
MOST_MARKS = 60
_UNSHOWN = re.compile(r"the text `\"(.+)\"` could not be displayed|contains the codepoint `\"(.+)\"`")
_ESCAPED = re.compile(r"\\u\{([0-9a-f]{1,6})\}")
_OF_THE_STANDARD = "PDF/A"


@cache
def _fonts() -> typst.Fonts:
    """Find the fonts once: those that typst brings, and the computer's for what they do not hold (emoji, scripts)."""
    return typst.Fonts()


class Press:
    """Prints papers from one folder that holds templates and pictures.

    Packages from elsewhere are not there: `packages` is an empty folder, and templates that ask for one are refused
    before they come here.
    """

    def __init__(self, folder: Path, packages: Path, made_at: datetime) -> None:
        self._folder = folder
        self._made_at = made_at.replace(microsecond=0)  # a PDF counts in seconds
        self._compiler = typst.Compiler(
            root=folder, font_paths=_fonts(), package_path=packages, package_cache_path=packages
        )

    def print(self, name: str, values: Mapping[str, object]) -> bytes:
        """Give the PDF of a paper; as plain PDF where a template of the office's does what PDF/A forbids.

        Raises:
            typst.TypstError: the template does not fit the values.
        """
        data = json.dumps(values, ensure_ascii=False)
        for _ in range(MOST_MARKS):
            try:
                return self._compile(name, data, kept=True)
            except typst.TypstError as error:
                found = _UNSHOWN.search(error.message)
                if found is None and _OF_THE_STANDARD not in error.message:
                    raise
                marked = data if found is None else _marked(data, found[1] or found[2])
                if marked == data:
                    break
                data = marked
        return self._compile(name, data, kept=False)

    def _compile(self, name: str, data: str, *, kept: bool) -> bytes:
        made = self._compiler.compile(
            input=self._folder / f"{name}.typ",
            sys_inputs={"data": data},
            format="pdf",
            timestamp=self._made_at,
            pdf_standards=[KEPT] if kept else [],
        )
        return cast("bytes", made)


def _marked(data: str, unshown: str) -> str:
    """Put numbers in the place of characters that cannot be shown."""
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), unshown)
    for one in dict.fromkeys(text):
        if ord(one) > 0x7F:
            data = data.replace(one, f"[U+{ord(one):04X}]")
    return data
