"""The parts that papers are made of; Word and PDF templates are drawn from them.

In a text `{name}` is a place that the case fills; `{name!m}` prints it in a fixed-width letter (digests). In a table
the places are those of one row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PLACE = re.compile(r"\{([a-z_]+)(!m)?\}")
"""A place in a text: its name, and whether it is printed in a fixed-width letter."""


@dataclass(frozen=True, slots=True)
class Title:
    """Centred bold lines on top of a paper."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """The office's name and address over a letter."""


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with its number; `deep` ones stand below another."""

    number: str
    text: str
    deep: bool = False


@dataclass(frozen=True, slots=True)
class Fields:
    """Labels with what is said of each. `deep`: below a deep heading."""

    lines: tuple[tuple[str, str], ...]
    deep: bool = False


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph."""

    text: str
    deep: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table over the rows of one list; columns are (heading, text of a cell, width in cm). No row = "Nihil".

    `whole`: its rows are short, and none is split over two pages.
    """

    rows: str
    columns: tuple[tuple[str, str, float], ...]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Each:
    """A line for every row of a list; no row = nothing."""

    rows: str
    text: str
    deep: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A small remark."""

    text: str


@dataclass(frozen=True, slots=True)
class Sign:
    """Place, day, office and name of who signs, at the right."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of the case under a title, on pages of their own, each with its digest; none = "Nihil"."""

    title: str


Block = Title | Head | Part | Fields | Prose | Table | Each | Note | Sign | Pictures


@dataclass(frozen=True, slots=True)
class Paper:
    """One document: the name of its template files, what it is called, and its blocks."""

    name: str
    title: str
    blocks: tuple[Block, ...]
