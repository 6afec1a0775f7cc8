"""What stands between the paragraphs of Indonesian news pages and is no news, and how a page becomes lines of text.

Dropped: "Baca juga" lines with what they point at, whether alone, inside a paragraph or glued to its end; adverts for
channels and groups; page numbers; names of editors. The lines themselves are data: sites.yaml.
"""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from monitor.collectors import sites

_INLINE = re.compile(
    r"a|abbr|acronym|b|bdi|bdo|big|cite|code|data|del|dfn|em|font|i|ins|kbd|label|mark|q|rp|rt|ruby|s|samp|small|span|"
    r"strike|strong|sub|sup|time|tt|u|var|wbr"
)
_NOT_TEXT = ("script", "style", "noscript", "template", "iframe", "form", "button", "svg", "figure", "nav", "aside",
             "object", "embed", "select", "textarea", "video", "audio", "canvas", "math")  # fmt: skip
_LONGEST_NOISE = 300
_LONGEST_POINTER = 200
_ALONE = "-–•*|>▶→ "
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
_GLUED_SENTENCE = re.compile(r"(?<=[a-z][a-z])([.!?][\"”’)]?)(?=[A-Z][a-z])")
_POINTER = re.compile(r"(?:baca|simak|lihat|tonton) juga *[:：]", re.IGNORECASE)
_CONTROLS = dict.fromkeys([*range(9), *range(11, 32), 127], " ")
_ELEMENT = re.compile(r"<(?=[a-zA-Z/!?])")
_INITIALS = re.compile(r"\([a-z]{2,6}(?:/[a-z]{2,6}){1,3}\)")
_ENDS = '.!?"”’)'


def lines(text: str) -> str:
    """Drop the lines that are no news, and what a lone "Baca juga:" points at in the line below it."""
    known = sites.load()
    kept: list[str] = []
    pointed_at = False
    for raw in text.splitlines():
        clear = " ".join(raw.translate(_INVISIBLE).split())
        line = _without_tail(_GLUED_SENTENCE.sub(r"\1 ", clear))
        low = line.casefold().lstrip(_ALONE)
        if not low:
            continue
        short = len(low) < _LONGEST_NOISE
        noise = short and (
            low.startswith(known.noise_starts)
            or any(part in low for part in known.noise_contains)
            or _INITIALS.fullmatch(low) is not None
        )
        if not noise and not (pointed_at and short):
            kept.append(line)
        pointed_at = noise and low.rstrip(" :") in known.noise_pointers
    return "\n".join(kept)


def harmless(text: str) -> str:
    """Give text in which nothing can be taken for an element: what a page shows as `<script>` becomes `‹script>`."""
    return _ELEMENT.sub("‹", text.translate(_CONTROLS))


def clean(soup: BeautifulSoup | Tag) -> None:
    """Take out of a page what is no text, and every "Baca juga" with the link that it points at."""
    drop_code(soup)
    for found in soup.find_all(string=_POINTER):
        # One may have gone already, with the link of a pointer before it.
        if isinstance(found, NavigableString) and not found.decomposed and found.parent is not None:
            _take_out(found)


def drop_code(soup: BeautifulSoup | Tag) -> None:
    """Take out scripts, styles, forms, pictures and menus."""
    for unwanted in soup.find_all(_NOT_TEXT):
        unwanted.decompose()


def block_text(node: Tag) -> str:
    """Give the text of an element, one line a block; neighbours that a page shows apart are not glued together."""
    for line_end in node.find_all(["br", "hr"]):
        line_end.replace_with("\n")
    for inner in node.find_all(True):
        if _INLINE.fullmatch(inner.name) is None:
            inner.insert_before("\n")
            inner.append("\n")
        elif _glued(inner):
            inner.insert_after(" ")
    return tidy(node.get_text())


def tidy(text: str) -> str:
    """Give text without empty lines and without spaces more than one."""
    return "\n".join(line for line in (" ".join(raw.split()) for raw in text.splitlines()) if line)


def _glued(node: Tag) -> bool:
    """Tell whether `<b>kecamatan</b><span>Camat` would read as one word."""
    after = node.next_sibling
    if not isinstance(after, Tag) or _INLINE.fullmatch(after.name) is None:
        return False
    left, right = node.get_text(), after.get_text()
    return left[-1:].islower() and right[:1].isupper()


def _take_out(found: NavigableString) -> None:
    """Remove a pointer: its own element where it has one, else the words from the pointer on, with the link after."""
    text = str(found)
    at = _POINTER.search(text)
    if at is None:
        return
    before, rest = text[: at.start()], text[at.end() :]
    if len(rest) > _LONGEST_POINTER or (before.strip() and before.rstrip()[-1] not in _ENDS):
        return
    node: Tag | NavigableString = found
    if before.strip():
        node = NavigableString(before)
        found.replace_with(node)
    else:
        while (above := node.parent) is not None and _INLINE.fullmatch(above.name) and _begins(above, text):
            node = above
    alone = not rest.strip() and node.get_text().strip() in (before.strip(), text.strip())
    # One that stands quite alone stays: `lines` drops it together with the line that it points at.
    if not (alone and not _drop_link(node)) and not before.strip():
        node.extract()


def _begins(node: Tag, text: str) -> bool:
    whole = node.get_text()
    return len(whole) < _LONGEST_NOISE and whole.strip().startswith(text.strip())


def _drop_link(node: Tag | NavigableString) -> bool:
    """Remove the link that follows a pointer at once; tells whether there was one."""
    after = node.next_sibling
    while (isinstance(after, NavigableString) and not after.strip()) or (isinstance(after, Tag) and after.name == "br"):
        after = after.next_sibling
    if not isinstance(after, Tag):
        return False
    link = after if after.name == "a" else (after.find("a") if _INLINE.fullmatch(after.name) else None)
    if link is None or len(after.get_text()) >= _LONGEST_POINTER:
        return False
    after.decompose()
    return True


def _without_tail(line: str) -> str:
    """Cut "… di pendapa. Baca juga: Judul lain" where it ends a line."""
    at = max((found.start() for found in _POINTER.finditer(line)), default=0)
    before = line[:at].rstrip()
    return before if before and before[-1] in _ENDS and len(line) - at < _LONGEST_POINTER else line
