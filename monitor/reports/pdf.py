"""PDF through typst: values go in as JSON, never as source; nothing is read outside of the folder of templates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import cast

import typst


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
        """Give the PDF of a paper.

        Raises:
            typst.TypstError: the template does not fit the values.
        """
        made = self._compiler.compile(
            input=self._folder / f"{name}.typ",
            sys_inputs={"data": json.dumps(values, ensure_ascii=False)},
            format="pdf",
            timestamp=self._made_at,
        )
        return cast("bytes", made)
