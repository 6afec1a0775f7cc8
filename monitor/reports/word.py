"""Word documents through docxtpl: a sandboxed template, everything escaped, the same bytes for the same case."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from docx.shared import Cm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import DictLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.reports.pictures import HIGHEST, WIDEST, Printed
from monitor.reports.steadiness import steady


def environment() -> ImmutableSandboxedEnvironment:
    """Give the sandbox in which office templates run: no attribute of Python, no loader, no unknown name."""
    return ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined, loader=DictLoader({}))


def names(template: bytes) -> set[str]:
    """Give the names of the places that a template asks for.

    Raises:
        jinja2.TemplateError: it cannot be read as a template. ValueError, KeyError: it is no Word document.
    """
    return set(DocxTemplate(io.BytesIO(template)).get_undeclared_template_variables(environment()))


def write(
    template: bytes, values: Mapping[str, str], rows: Mapping[str, Sequence[Mapping[str, str]]],
    pictures: Sequence[Printed],
) -> bytes:  # fmt: skip
    """Give the Word document of a paper.

    Raises:
        jinja2.TemplateError: the template does not fit the values.
        ValueError, KeyError: it is no Word document.
    """
    paper = DocxTemplate(io.BytesIO(template))
    paper.init_docx()
    shown = [
        {
            "gambar": InlineImage(paper, io.BytesIO(one.content), width=Cm(one.fit(WIDEST, HIGHEST))),
            "keterangan": one.caption,
            "sidik": one.sha256,
        }
        for one in pictures
    ]
    paper.render({**values, **rows, "gambar": shown}, environment(), autoescape=True)
    out = io.BytesIO()
    paper.save(out)
    return steady(out.getvalue())
