"""Draws the shipped templates from the layout: `python -m monitor.reports.drawing`. Equal layout gives equal bytes.

Word templates are plain documents that an office opens, changes and keeps as its own; PDF templates are typst sources.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

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
from monitor.reports.layout import PAPERS
from monitor.reports.steadiness import steady
from monitor.reports.typesetting import typst_template

if TYPE_CHECKING:
    from docx.document import Document as Sheet
    from docx.oxml.table import CT_Row
    from docx.table import Table as Grid
    from docx.table import _Cell as Cell
    from docx.table import _Row as Line
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

FOLDER = Path(__file__).parent / "templates"
SERIF, FIXED = "Times New Roman", "Courier New"
SIZE, SMALL, DIGEST = Pt(11.5), Pt(9.5), Pt(6.5)
LABEL, DEEP_LABEL, COLON, WIDTH = 5.3, 5.0, 0.4, 16.0
INDENT, STEP, DEEP = 1.0, 0.8, 1.8


def draw_all(folder: Path) -> None:
    """Write every template of the layout into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for paper in PAPERS.values():
        (folder / f"{paper.name}.docx").write_bytes(word_template(paper))
        (folder / f"{paper.name}.typ").write_text(typst_template(paper), encoding="utf-8", newline="\n")


# --------------------------------------------------------------------------- Word


def word_template(paper: Paper) -> bytes:
    """Draw the Word template of a paper."""
    sheet = Document()
    _page(sheet, paper)
    for block in paper.blocks:
        _word_block(sheet, block)
    _in_order(sheet)
    out = io.BytesIO()
    sheet.save(out)
    return steady(out.getvalue())


def _page(sheet: Sheet, paper: Paper) -> None:
    section = sheet.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin, section.right_margin = Cm(3.0), Cm(2.0)
    section.top_margin, section.bottom_margin = Cm(2.5), Cm(2.5)
    style = sheet.styles["Normal"]
    style.font.name, style.font.size = SERIF, SIZE
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:eastAsia", "w:cs", "w:hAnsi"):
        fonts.set(qn(script), SERIF)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "id-ID")
    style.element.get_or_add_rPr().append(language)
    style.paragraph_format.space_after, style.paragraph_format.space_before = Pt(0), Pt(0)
    style.paragraph_format.line_spacing = 1.08
    sheet.core_properties.title, sheet.core_properties.author = paper.title, "{{ kantor }}"
    sheet.core_properties.comments = ""
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = foot.add_run("{{ kaki }} · halaman ")
    run.font.size = Pt(8.5)
    _page_number(foot)


def _page_number(foot: Paragraph) -> None:
    run = foot.add_run("1")
    run.font.size = Pt(8.5)
    number = OxmlElement("w:fldSimple")
    number.set(qn("w:instr"), " PAGE ")
    number.append(run._r)  # noqa: SLF001 - python-docx has no fields
    foot._p.append(number)  # noqa: SLF001


def _word_block(sheet: Sheet, block: Block) -> None:
    match block:
        case Title():
            _title(sheet, block)
        case Head():
            _head(sheet)
        case Part():
            _heading(sheet, block)
        case Fields():
            _fields(sheet, block)
        case Prose() | Note():
            _prose(sheet, block)
        case Table():
            _table(sheet, block)
        case Each():
            _each(sheet, block)
        case Sign():
            _sign(sheet)
        case Pictures():
            _pictures(sheet, block)


# Word refuses a file whose properties stand in another order than the standard says (ECMA-376, CT_PPr and CT_TblPr).
_PARAGRAPH = (
    "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
    "suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd "
    "snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment "
    "textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange"
)
_TABLE = (
    "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing tblInd "
    "tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription tblPrChange"
)


def _in_order(sheet: Sheet) -> None:
    for tag, names in (("w:pPr", _PARAGRAPH), ("w:tblPr", _TABLE)):
        place = {name: number for number, name in enumerate(names.split())}
        for properties in sheet.element.iter(qn(tag)):
            properties[:] = sorted(properties, key=lambda one: place[one.tag.rpartition("}")[2]])


def _title(sheet: Sheet, block: Title) -> None:
    for line in block.lines:
        paragraph = sheet.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _write(paragraph, line, bold=True)
    sheet.paragraphs[-1].paragraph_format.space_after = Pt(10)


def _head(sheet: Sheet) -> None:
    name = sheet.add_paragraph()
    name.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(name, "{kantor}", bold=True).font.size = Pt(14)
    address = sheet.add_paragraph()
    address.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(address, "{kantor_alamat}").font.size = SMALL
    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for key, value in (("val", "single"), ("sz", "12"), ("space", "4"), ("color", "000000")):
        line.set(qn(f"w:{key}"), value)
    borders.append(line)
    address._p.get_or_add_pPr().append(borders)  # noqa: SLF001 - python-docx has no borders
    address.paragraph_format.space_after = Pt(14)


def _heading(sheet: Sheet, block: Part) -> None:
    paragraph = sheet.add_paragraph()
    shape = paragraph.paragraph_format
    shape.keep_with_next, shape.space_before, shape.space_after = True, Pt(5 if block.deep else 10), Pt(3)
    shape.left_indent = Cm(DEEP if block.deep else INDENT)
    shape.first_line_indent = Cm(-STEP if block.deep else -INDENT)
    shape.tab_stops.add_tab_stop(shape.left_indent)
    level = OxmlElement("w:outlineLvl")  # the parts of a paper, for readers that jump from part to part
    level.set(qn("w:val"), "1" if block.deep else "0")
    paragraph._p.get_or_add_pPr().append(level)  # noqa: SLF001
    _write(paragraph, f"{block.number}\t{block.text}", bold=not block.deep)


def _fields(sheet: Sheet, block: Fields) -> None:
    indent, label = (DEEP, DEEP_LABEL) if block.deep else (INDENT, LABEL)
    widths = (label, COLON, WIDTH - label - COLON - indent)
    grid = _grid(sheet, widths, indent)
    for name, text in block.lines:
        cells = _row(grid).cells
        for cell, width, said in zip(cells, widths, (name, ":", text), strict=True):
            cell.width = Cm(width)
            _write(cell.paragraphs[0], said)
            cell.paragraphs[0].paragraph_format.space_after = Pt(2)
    _gap(sheet)


def _grid(sheet: Sheet, widths: tuple[float, ...], indent: float = 0.0) -> Grid:
    grid: Grid = sheet.add_table(rows=0, cols=len(widths))
    grid.autofit, grid.alignment = False, WD_TABLE_ALIGNMENT.LEFT
    properties = grid._tbl.tblPr  # noqa: SLF001 - python-docx has no indent of tables
    if indent:
        moved = OxmlElement("w:tblInd")
        moved.set(qn("w:w"), str(round(indent * 567)))
        moved.set(qn("w:type"), "dxa")
        properties.append(moved)
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Cm(width)
    return grid


def _row(grid: Grid) -> Line:
    line: Line = grid.add_row()  # type: ignore[no-untyped-call]  # python-docx leaves it untyped
    return line


def _gap(sheet: Sheet) -> None:
    gap = sheet.add_paragraph()
    gap.paragraph_format.line_spacing = Pt(5)


def _prose(sheet: Sheet, block: Prose | Note) -> None:
    paragraph = sheet.add_paragraph()
    shape = paragraph.paragraph_format
    shape.space_after = Pt(6)
    if isinstance(block, Note):
        for run in _write_all(paragraph, block.text):
            run.font.size, run.font.italic = SMALL, True
        return
    shape.left_indent = Cm(DEEP if block.deep else INDENT)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
    shape.keep_with_next = block.text.endswith(":")
    _write(paragraph, block.text)


def _each(sheet: Sheet, block: Each) -> None:
    for text in (f"{{%p for r in {block.rows} %}}", block.text, "{%p endfor %}"):
        paragraph = sheet.add_paragraph()
        paragraph.paragraph_format.left_indent = Cm(DEEP if block.deep else INDENT)
        if text.startswith("{%"):
            paragraph.add_run(text)
        else:
            _write(paragraph, text, row="r.")
    _gap(sheet)


def _table(sheet: Sheet, block: Table) -> None:
    widths = tuple(width for _title, _text, width in block.columns)
    grid = _grid(sheet, widths, 0.19)
    grid.style = "Table Grid"
    _padded(grid)
    head = _row(grid)
    for cell, (title, _text, width) in zip(head.cells, block.columns, strict=True):
        cell.width = Cm(width)
        _write(cell.paragraphs[0], title, bold=True).font.size = SMALL
    _mark_row(head._tr, "w:tblHeader")  # noqa: SLF001
    for text in (f"{{%tr for r in {block.rows} %}}", "", "{%tr else %}", "Nihil", "{%tr endfor %}"):
        row = _row(grid)
        cells = row.cells
        if block.whole:
            _mark_row(row._tr, "w:cantSplit")  # noqa: SLF001
        if text:
            _tidy(cells[0] if text.startswith("{%") else cells[1], text)
            continue
        for cell, (_title, said, width) in zip(cells, block.columns, strict=True):
            cell.width = Cm(width)
            for run in _write_all(cell.paragraphs[0], said, row="r."):
                run.font.size = DIGEST if run.font.name == FIXED else SMALL
    _gap(sheet)


def _padded(grid: Grid) -> None:
    """Give cells some air above and below, as python-docx cannot."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("top", "bottom"):
        air = OxmlElement(f"w:{side}")
        air.set(qn("w:w"), "40")
        air.set(qn("w:type"), "dxa")
        margins.append(air)
    grid._tbl.tblPr.append(margins)  # noqa: SLF001


def _tidy(cell: Cell, text: str) -> None:
    cell.paragraphs[0].add_run(text).font.size = SMALL


def _mark_row(row: CT_Row, name: str) -> None:
    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    row.get_or_add_trPr().append(mark)


def _sign(sheet: Sheet) -> None:
    sheet.paragraphs[-1].paragraph_format.keep_with_next = True  # no signature stands alone on a page
    _gap(sheet)
    sheet.paragraphs[-1].paragraph_format.keep_with_next = True
    grid = _grid(sheet, (8.0, 8.0))
    row = _row(grid)
    _mark_row(row._tr, "w:cantSplit")  # noqa: SLF001
    cell = row.cells[1]
    lines = (
        "{tanda_tangan_tempat}, {tanda_tangan_tanggal}", "{penanda_tangan_jabatan},", "", "", "", "{penanda_tangan}",
    )  # fmt: skip
    for place, line in enumerate(lines):
        paragraph = cell.paragraphs[0] if place == 0 else cell.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        _write(paragraph, line, bold=place == len(lines) - 1)


def _pictures(sheet: Sheet, block: Pictures) -> None:
    lines = (
        "{%p if gambar %}", "", "{%p endif %}", block.title, "{%p for g in gambar %}", "{{ g.gambar }}",
        "{{ g.keterangan }}", "{{ g.sidik }}", "{%p else %}", "Nihil", "{%p endfor %}",
    )  # fmt: skip
    for text in lines:
        paragraph = sheet.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = paragraph.add_run(text)
        if not text:
            run.add_break(WD_BREAK.PAGE)
        if text == block.title:
            run.font.bold = True
            paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(14), Pt(8)
        paragraph.paragraph_format.keep_with_next = text in {block.title, "{{ g.gambar }}", "{{ g.keterangan }}"}
        if text == "{{ g.keterangan }}":
            run.font.size = SMALL
        if text == "{{ g.sidik }}":
            run.font.name, run.font.size = FIXED, DIGEST
            paragraph.paragraph_format.space_after = Pt(12)


def _write(paragraph: Paragraph, text: str, *, bold: bool = False, row: str = "") -> Run:
    runs = _write_all(paragraph, text, row=row)
    for run in runs:
        run.font.bold = bold
    return runs[0]


def _write_all(paragraph: Paragraph, text: str, *, row: str = "") -> list[Run]:
    """Write a text: plain stretches, places, digests in a fixed-width letter, and line breaks."""
    runs: list[Run] = []
    for place, line in enumerate(text.split("\n")):
        if place:
            runs[-1].add_break()
        at = 0
        for found in PLACE.finditer(line):
            if line[at : found.start()]:
                runs.append(paragraph.add_run(line[at : found.start()]))
            run = paragraph.add_run(f"{{{{ {row}{found[1]} }}}}")
            if found[2]:
                run.font.name, run.font.size = FIXED, DIGEST
            runs.append(run)
            at = found.end()
        if line[at:] or not runs:
            runs.append(paragraph.add_run(line[at:]))
    return runs


if __name__ == "__main__":
    draw_all(FOLDER)
