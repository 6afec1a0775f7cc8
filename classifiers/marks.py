"""Tokens of the model: the names of their classes, how a folded text is cut, and what numbers and words become."""

from __future__ import annotations

import re

from classifiers.case import CAPITALS, HEADLINE
from classifiers.lexicon import (
    BALLOT_CUES,
    CANDIDACIES,
    CONTESTS,
    COUNTED,
    NOT_BALLOT,
    NUMBERS,
    OFFICES,
    PIECES,
    SPELLINGS,
)

CANDIDATE, PARTY, CAMP, SLOGAN = "xkandidatx", "xpartaix", "xkubux", "xsloganx"
TAG, ACCOUNT, BALLOT = "xtagarx", "xakunx", "xnomorx"
OTHER_TAG, MENTION, URL, SMALL, YEAR, FIGURE = "xtagx", "xsebutx", "xurlx", "xbilx", "xtahunx", "xangkax"
OFFICE, CANDIDACY, CONTEST = "xjabatanx", "xcalonx", "xpemilux"
STRANGER = "xasingx"
ALONE = "xangkapendekx"

SHOWN = {
    CANDIDATE: "(nama calon)", PARTY: "(partai)", CAMP: "(kubu)", SLOGAN: "(slogan)", TAG: "(tagar calon)",
    ACCOUNT: "(akun calon)", BALLOT: "(nomor urut)", OTHER_TAG: "(tagar)", MENTION: "(sebutan akun)", URL: "(tautan)",
    SMALL: "(bilangan)", YEAR: "(tahun)", FIGURE: "(angka)", OFFICE: "(jabatan)", CANDIDACY: "(calon)",
    CONTEST: "(pemilu)", HEADLINE: "(bentuk judul)", CAPITALS: "(huruf besar)", STRANGER: "(nama lain)",
    ALONE: "(bilangan dalam teks pendek)",
}  # fmt: skip
"""How a class token is shown to a person."""

CLASSES = {"\ue000": CANDIDATE, "\ue001": PARTY, "\ue002": CAMP, "\ue003": SLOGAN}
_FORGED = str.maketrans(dict.fromkeys(CLASSES, " "))
_TOKEN = re.compile(
    r"(?=[^\s,;()])(?:https?:\S*|www\.\S*|[a-z]\w*|[#@]\w+|\d[\d.,:/]*|[!?]+|\.\.+|[\ue000-\ue003]"
    r"|[^\s\w.,;()\[\]{}<>/\\|*_~^=+&%$`'#@-]|\w)"  # the look ahead only skips what is between words, and faster
)
ONLY_WHEN_SHORT = 6
"""Up to so many tokens a small number that counts nothing is told apart."""


def unforged(plain: str) -> str:
    """Take the letters that stand for classes of names out of a folded text: nobody may write them."""
    return plain if plain.isascii() else plain.translate(_FORGED)


def raw_tokens(plain: str) -> list[str]:
    """Cut a folded text; none of the pieces reaches over white space."""
    return _TOKEN.findall(plain)


def hashtags(text: str) -> list[str]:
    """Give the hashtags of a raw text as written."""
    return re.findall(r"#\w+", text) if "#" in text else []


def once(token: str, out: list[str]) -> None:
    """Append a token unless it stands there already."""
    if not out or out[-1] != token:
        out.append(token)


def finished(out: list[str], shape: str | None) -> list[str]:
    """Give the tokens with what only the whole text shows: a lone number in a short text, and the letters' case."""
    if len(out) <= ONLY_WHEN_SHORT and SMALL in out:
        out = [ALONE if _stands_alone(out, place) else token for place, token in enumerate(out)]
    if out and shape is not None:
        out.append(shape)
    return out


def _stands_alone(out: list[str], place: int) -> bool:
    """Tell whether a small number counts nothing and numbers nothing, as in "dua dong"."""
    if out[place] != SMALL:
        return False
    before, after = out[max(0, place - 2) : place], out[place + 1 : place + 2]
    return NOT_BALLOT.isdisjoint(before) and COUNTED.isdisjoint(after)


def number(digits: str, out: list[str]) -> str:
    """Give the class of a number: a ballot number by its shape or by the word before it, else its size."""
    if not digits.isdecimal() or len(digits) > 4:
        return FIGURE
    value = int(digits)
    last = out[-1] if out else ""
    if last in NOT_BALLOT or (last == "nomor" and len(out) > 1 and out[-2] in NOT_BALLOT):
        return SMALL if value < 10 else FIGURE
    if len(digits) == 2 and digits[0] == "0" and value:
        return BALLOT
    if 0 < value < 25 and (last in BALLOT_CUES or last in {CANDIDACY, PARTY, CAMP}):
        return BALLOT
    if len(digits) == 4 and 1900 <= value < 2100:
        return YEAR
    return SMALL if value < 10 else FIGURE


def split(piece: str) -> list[str]:
    """Split a glued run of letters and digits into known pieces; what is not made of them stays as it is."""
    out: list[str] = []
    for run in re.findall(r"\d+|[^\W\d_]+", piece):
        if run.isdecimal():
            out.append(number(run, out))
            continue
        for word in _pieces(run):
            out.append(number(str(NUMBERS[word]), out) if word in NUMBERS else plain_form(word))
    return out


def _pieces(run: str) -> list[str]:
    """Cut a run into words of `PIECES`, fewest first; the run itself where that does not cover it."""
    if run in PIECES or not 6 <= len(run) <= 40:
        return [run]
    best: list[list[str] | None] = [[]] + [None] * len(run)
    for start in range(len(run)):
        before = best[start]
        if before is None:
            continue
        for end in range(start + 1, min(start + 12, len(run)) + 1):
            known = best[end]
            if run[start:end] in PIECES and (known is None or len(before) + 1 < len(known)):
                best[end] = [*before, run[start:end]]
    return best[-1] or [run]


def plain_form(word: str) -> str:
    """Give a word in its canonical form, or its class where it names an office, a candidacy or a contest."""
    word = SPELLINGS.get(word, word)
    if word in OFFICES:
        return OFFICE
    if word in CANDIDACIES:
        return CANDIDACY
    return CONTEST if word in CONTESTS else word
