"""When a hit does not count: negated, asked, quoted, in a law citation, in a headline, a report or a neutral message.

Each is a plain look at the words around the hit; the words themselves stand in rules/lexicon/ (negasi, negasi_semu,
tanya, pesan_netral, kabar).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import re2

from monitor.rules.nodes import Hit, Scan
from monitor.rules.schema import Scope
from monitor.rules.view import Span

NEGATION_WINDOW = 3
SCOPE_LEXICONS = ("negasi", "negasi_semu", "tanya", "pesan_netral", "kabar")
"""The word lists that scopes read, in the order of `ScopeAtoms`."""
_LAW = re2.compile(
    r"\b(undang[- ]undang|uu|perpp?u|pp|pkpu|peraturan|perpres|perda|perbup|perwal|perbawaslu|permen\w*|kepmen\w*|"
    r"keputusan|kepres|inpres|instruksi|surat edaran|surat|se|skb|pasal|ayat|putusan|perkara)\b"
    r"[^.!?\n]{0,80}?\b(nomor|nomer|no)\.? ?\d+|\b(nomor|nomer|no)\.? ?\d+ ?(tahun|thn|/)"
)
_QUOTED = re2.compile(r'"[^"]{2,400}"|«[^»]{2,400}»')  # folding has made curly quotation marks straight
_HEAD_WORDS = (4, 30)
_TITLE_SHARE = 0.65
_FIRST_PERSON = frozenset(("saya", "kami", "aku", "kita", "gue", "gw", "ku", "kulo"))


@dataclass(frozen=True, slots=True)
class ScopeAtoms:
    """The atoms of the lexicons that scopes need; -1 where the lexicon is not shipped."""

    negation: int
    false_negation: int
    question: int
    neutral: int
    report: int


def kept(hits: Sequence[Hit], scopes: Sequence[Scope], scan: Scan, atoms: ScopeAtoms) -> list[Hit]:
    """Give the hits that count under the given scopes."""
    if not hits or not scopes:
        return list(hits)
    if Scope.NEUTRAL in scopes and scan.places.get(atoms.neutral):
        return []
    negations = _once(scan, "negations", lambda: _negations(scan, atoms)) if Scope.NEGATED in scopes else []
    law = _once(scan, "law", lambda: _law(scan)) if Scope.LAW in scopes else []
    quotes = _once(scan, "quotes", lambda: _quoted(scan)) if Scope.QUOTE in scopes else []
    return [hit for hit in hits if not _left_out(hit, scopes, scan, atoms, (negations, law, quotes))]


def _once(scan: Scan, name: str, read: Callable[[], Sequence[Span]]) -> Sequence[Span]:
    """Read something of a text for all rules at once."""
    if name not in scan.known:
        scan.known[name] = read()
    return scan.known[name]


def _law(scan: Scan) -> Sequence[Span]:
    return [match.span() for match in _LAW.finditer(scan.view.text)]


def _quoted(scan: Scan) -> Sequence[Span]:
    return [match.span() for match in _QUOTED.finditer(scan.view.text)]


def _left_out(
    hit: Hit, scopes: Sequence[Scope], scan: Scan, atoms: ScopeAtoms, found: tuple[Sequence[Span], ...]
) -> bool:
    negations, law, quotes = found
    if quotes and _inside(hit, quotes):
        return True
    if negations and negated(hit, scan, negations):
        return True
    if Scope.QUESTION in scopes and asked(hit, scan, atoms):
        return True
    if Scope.REPORT in scopes and _in_sentence(hit, scan, atoms.report):
        return True
    return any(start < end_ and start_ < end for start, end in hit for start_, end_ in law)


def _inside(hit: Hit, quotes: Sequence[Span]) -> bool:
    """Tell whether a hit stands whole within one pair of quotation marks; a quoted name in one's own words does not."""
    start, end = min(hit)[0], max(span[1] for span in hit)
    return any(left < start and end < right for left, right in quotes)


def _negations(scan: Scan, atoms: ScopeAtoms) -> list[Span]:
    """Give the negations in a text, sorted, without those that are part of a false one ("jangan lupa")."""
    covered: list[Span] = []
    for start, end in scan.places.get(atoms.false_negation, ()):
        if covered and start < covered[-1][1]:
            covered[-1] = (covered[-1][0], max(end, covered[-1][1]))
        else:
            covered.append((start, end))

    def real(start: int, end: int) -> bool:
        index = bisect_right(covered, (start, len(scan.view.text))) - 1
        return index < 0 or end > covered[index][1]

    return [span for span in scan.places.get(atoms.negation, ()) if real(*span)]


def negated(hit: Hit, scan: Scan, negations: Sequence[Span]) -> bool:
    """Tell whether a negation stands at most three words before a part of the hit, in the same sentence."""
    for start, _ in hit:
        left = max(scan.view.back(start, NEGATION_WINDOW), scan.view.sentence(start)[0])
        index = bisect_left(negations, (left, 0))
        if index < len(negations) and negations[index][1] <= start:
            return True
    return False


def asked(hit: Hit, scan: Scan, atoms: ScopeAtoms) -> bool:
    """Tell whether the sentence of the hit ends with a question mark or holds a question word."""
    start, end = scan.view.sentence(min(hit)[0])
    if scan.view.text[start:end].rstrip().endswith("?"):
        return True
    return _in_sentence(hit, scan, atoms.question)


def _in_sentence(hit: Hit, scan: Scan, atom: int) -> bool:
    places = scan.places.get(atom, ())
    if not places:
        return False
    start, end = scan.view.sentence(min(hit)[0])
    index = bisect_left(places, (start, 0))
    return index < len(places) and places[index][0] < end


def headline(hits: Sequence[Hit], scan: Scan) -> bool:
    """Tell whether a text looks like a news title once the words found in it are taken out."""
    return is_headline(_without(hits, scan))


def _without(hits: Sequence[Hit], scan: Scan) -> str:
    """Give the raw text without the words found: names are written with capitals anywhere."""
    raw, kept_from, pieces = scan.view.raw, 0, []
    for start, end in sorted({scan.view.raw_span(*span) for hit in hits for span in hit}):
        if start >= kept_from:
            pieces.append(raw[kept_from:start])
        kept_from = max(kept_from, end)
    return "".join((*pieces, raw[kept_from:]))


def is_headline(raw: str) -> bool:
    """Tell whether a raw text looks like a news title shared without a word of one's own.

    Four to thirty words, no exclamation, most words with a capital but not shouted, one line (a link may follow).
    """
    words = [word for word in raw.split() if not word.startswith(("http", "@", "#", "pic.", "www."))]
    if any(word.casefold() in _FIRST_PERSON for word in words):
        return False
    if not _HEAD_WORDS[0] <= len(words) <= _HEAD_WORDS[1] or "!" in raw or "\n" in raw.strip():
        return False
    lettered = [word.strip("\"'().,:;-“”‘’") for word in words]
    lettered = [word for word in lettered if len(word) > 2 and word[0].isalpha()]
    if len(lettered) < _HEAD_WORDS[0]:
        return False
    shouted = sum(word.isupper() for word in lettered)
    capital = sum(word[0].isupper() for word in lettered)
    return capital / len(lettered) >= _TITLE_SHARE and shouted / len(lettered) < 0.5
