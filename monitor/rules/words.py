"""Written forms: of an Indonesian root with its affixes, and of a ballot number. Pure tables, no regular expression."""

from __future__ import annotations

from collections.abc import Iterable

_SUFFIXES = ("", "kan", "i", "an", "in", "lah", "nya", "kanlah", "ilah", "kannya", "annya", "ku", "mu")
_VOWELS = "aiueo"

DIGIT_WORDS = {
    1: ("satu", "siji", "hiji", "ciek"),
    2: ("dua", "loro", "duo"),
    3: ("tiga", "telu", "tilu", "tigo"),
    4: ("empat", "papat", "opat", "ampek"),
    5: ("lima", "limo"),
}
_MARKERS = (
    "nomor urut",
    "nomer urut",
    "no urut",
    "no. urut",
    "nomor",
    "nomer",
    "no",
    "no.",
    "nmr",
    "nmr.",
    "nmor",
    "paslon",
    "pasangan",
)


def nasal(root: str) -> str:
    """Give the root after me- or pe- with its nasal: dukung -> ndukung, pilih -> milih, coblos -> ncoblos."""
    first = root[0]
    if root.startswith("ny") or first in "mnlrwy":
        return root
    if first == "p":
        return "m" + root[1:]
    if first in "bfv":
        return "m" + root
    if first == "t":
        return "n" + root[1:]
    if first in "dcjz":
        return "n" + root
    if first == "s":
        return "ny" + root[1:]
    if first == "k":
        return "ng" + root[1:]
    return "ng" + root


def forms_of(root: str, *, with_person: bool = False) -> tuple[str, ...]:
    """All written forms of a verb root: as it stands, with me-, di-, ter-, ber-, ke-, spoken ng-/n- and suffixes.

    `with_person` adds the doer (pe-: pendukung). Generated, not stripped: "menangis" is never a form of "menang".
    """
    stem = nasal(root)
    starts = [root, "me" + stem, "di" + root, "ter" + root, "ber" + root, "se" + root, "ku" + root, "nge" + root]
    starts += ["memper" + root, "diper" + root, "ter" + root]
    if stem != root:
        starts.append(stem)
    if root[0] == "c":
        starts.append("ny" + root[1:])
    if root[0] in "dbgj":
        starts.append("n" + root if root[0] != "b" else "m" + root)
    if with_person:
        starts.append("pe" + stem)
    forms = [start + suffix for start in starts for suffix in _SUFFIXES]
    forms += [f"ke{root}an", f"me{stem}-{root}kan"]
    return tuple(dict.fromkeys(forms))


def number_forms(number: int) -> Iterable[tuple[str, bool]]:
    """Written forms of a ballot number, each with True where it is bare ("02") and needs a guarded surrounding."""
    values = [str(number), f"{number:02d}", *DIGIT_WORDS.get(number, ())]
    for marker in _MARKERS:
        for value in values:
            yield f"{marker} {value}", False
            if value.isdigit() and " " not in marker:
                yield f"{marker}{value}", False
    if number < 10:
        yield f"0{number}", True
