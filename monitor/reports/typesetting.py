"""Draws the typst sources of the papers; what they call stands in dasar.typ."""

from __future__ import annotations

import re

from monitor.reports.blocks import (
    PLACE,
    Block,
    Each,
    Fields,
    Head,
    Note,
    Paper,
    Part,
    Pictures,
    Prose,
    Sign,
    Table,
    Title,
)


def typst_template(paper: Paper) -> str:
    """Draw the typst source of a paper; what it calls stands in dasar.typ."""
    head = f'#import "dasar.typ": *\n#show: kertas.with(judul: "{paper.title}")\n\n'
    followers = (*paper.blocks[1:], None)
    drawn = [
        _typst_block(block, sticks=isinstance(after, Sign))
        for block, after in zip(paper.blocks, followers, strict=True)
    ]
    return head + "\n".join(drawn) + "\n"


def _typst_block(block: Block, *, sticks: bool) -> str:  # noqa: PLR0911 - one line a kind of block
    match block:
        case Title():
            return f"#kepala({', '.join(_content(line) for line in block.lines)})"
        case Head():
            return "#kop"
        case Part():
            return f'#bagian("{block.number}", {_content(block.text)}{_deep(block.deep)})'
        case Fields():
            lines = ",\n".join(f"  ({_content(label)}, {_content(text)})" for label, text in block.lines)
            return f"#isian((\n{lines},\n){_deep(block.deep)})"
        case Prose():
            stays = ", lekat: true" if sticks or block.text.endswith(":") else ""
            return f"#paragraf({_content(block.text)}{_deep(block.deep)}{stays})"
        case Note():
            return f"#catatan({_content(block.text)})"
        case Table():
            widths = ", ".join(f"{width}cm" for _title, _text, width in block.columns)
            heads = ", ".join(_content(title) for title, _text, _width in block.columns)
            cells = ", ".join(_content(text, "r") for _title, text, _width in block.columns)
            whole = ", utuh: true" if block.whole else ""
            return f"#tabel(({widths}), ({heads}), d.{block.rows}.map(r => ({cells},)){whole})"
        case Each():
            return f"#for r in d.{block.rows} [#baris({_content(block.text, 'r')})]"
        case Sign():
            return "#tanda-tangan"
        case Pictures():
            return f'#gambar-gambar("{block.title}")'


def _deep(deep: bool) -> str:  # noqa: FBT001 - an attribute of the block
    return ", dalam: true" if deep else ""


def _content(text: str, holder: str = "d") -> str:
    parts, at = [], 0
    for found in PLACE.finditer(text):
        parts.append(_escaped(text[at : found.start()]))
        value = f"{holder}.{found[1]}"
        parts.append(f"#sidik({value});" if found[2] else f"#{value};")
        at = found.end()
    parts.append(_escaped(text[at:]))
    return f"[{''.join(parts)}]"


def _escaped(text: str) -> str:
    return re.sub(r"([\\#$*_`<>@\[\]~/=+\-\"'])", r"\\\1", text).replace("\n", " \\ ")
