"""Where an office's own words go: into the overlay over a shipped rule or word list, begun where there is none yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from monitor.errors import NotAllowedError
from monitor.governance.book import Governance
from monitor.governance.contents import LOCAL
from monitor.governance.drafting import Sketch
from monitor.rules import RuleSet


@dataclass(frozen=True, slots=True)
class Place:
    """A file to add to: where it stands, what it says now, and words that the list holds elsewhere already."""

    path: str
    content: str
    known: tuple[str, ...] = ()


def overlay_of(rules: RuleSet, name: str) -> str:
    """Give the path of the overlay over a rule (its id) or a word list (`{name}`), "" where there is none."""
    for overlay, document in rules.loaded.layer.files:
        if name in {overlay.rule, "{" + (overlay.lexicon or "") + "}"}:
            return document.file.partition("/")[2]
    return ""


def overlaid(governance: Governance, rules: RuleSet, name: str, author: str, day: date) -> Place:
    """Give the overlay over a rule or a word list (`{name}`), or the beginning of one.

    Raises:
        NotAllowedError: nothing is called so.
    """
    path = overlay_of(rules, name)
    held = governance.current(path) if path else None
    if held is not None:
        return Place(path, held.content)
    base = rules.loaded.bases.get(name)
    if base is None:
        raise NotAllowedError(f"`{name}` bukan aturan atau kamus yang berlaku — lihat `netra rules scorecard`")
    stem = name.strip("{}")
    if governance.current(f"{LOCAL}{stem}.yaml") is not None:
        stem += "-tambahan"
    sketch = Sketch("tambahan", stem, author, day, leans_on=name, base=base)
    return Place(sketch.path, sketch.written())


def for_paste(governance: Governance, rules: RuleSet, path: str, author: str, day: date, *, direct: bool) -> Place:
    """Give where pasted cells go: a file of targets itself, a shipped word list's overlay or, if `direct`, itself.

    Raises:
        NotAllowedError: nothing in force is called so.
    """
    held = governance.current(path)
    if held is None:
        raise NotAllowedError(f"`{path}` tidak ada di antara yang berlaku — lihat daftarnya di halaman Aturan")
    if direct or not path.startswith("lexicon/"):
        return Place(path, held.content)
    # A word list is asked for by its file; what it is called stands inside.
    name = next((line.partition(":")[2].strip(" \"'") for line in held.content.split("\n") if line[:5] == "name:"), "")
    name = name.partition("#")[0].strip(" \"'")
    words = rules.loaded.lexicons[name].words if name in rules.loaded.lexicons else ()
    known = tuple(
        word for one in words for word in (one.phrase or one.word_form, *_several(one.hashtag, one.emoji)) if word
    )
    place = overlaid(governance, rules, "{" + name + "}", author, day)
    return Place(place.path, place.content, known)


def _several(hashtags: tuple[str, ...] | None, emoji: tuple[str, ...] | None) -> tuple[str, ...]:
    return (*(f"#{one}" for one in hashtags or ()), *(emoji or ()))
