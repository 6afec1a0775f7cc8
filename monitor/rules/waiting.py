"""Examples that wait: a file that could not be read must not make examples of other files look wrong.

A rule with `parent_level` asks every plain rule; a rule that reads a word list asks that list. While one of these is in
error, such examples fail for a reason that is told already: they are tried once everything could be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from monitor.errors import Problem
from monitor.rules.overlay import LOCAL, Written
from monitor.rules.patterns import lists_read
from monitor.rules.schema import LexiconFile, Status

LEXICONS = "lexicon"
_NAMED = re.compile(r"(?m)^(?:name|lexicon):[ \t]*[\"']?([a-z][a-z0-9_]{1,39})\b")


def lost_lists(folder: Path, problems: Iterable[Problem]) -> frozenset[str]:
    """Give the names of the word lists that files in error hold or lay something over.

    A file that is no YAML can still be searched for the line of its name; without one, it is called as its list is.
    """
    names: set[str] = set()
    for file in {one.file for one in problems}:
        path = folder.joinpath(*PurePosixPath(file).parts[1:])
        if path.parent in {folder / LEXICONS, folder / LOCAL}:
            names.update(_NAMED.findall(_text(path)) or (path.stem,))
    return frozenset(names)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError:  # a file that may not be read is a problem already
        return ""


def hollow(names: Iterable[str]) -> dict[str, LexiconFile]:
    """Stand an empty list in for each that was lost, so that rules which read it are not in error too."""
    return {name: LexiconFile.model_construct(name=name, title=name, words=()) for name in names}


def waiting(files: Sequence[Written], problems: Sequence[Problem], lost: frozenset[str]) -> frozenset[str]:
    """Give the ids of the rules whose examples lean on what is in error; none where nothing is."""
    some = [one.file for one in files if problems and one.file.status is not Status.RETIRED]
    return frozenset(one.id for one in some if one.parent_level is not None or lost & lists_read(one))
