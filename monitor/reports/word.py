"""Word documents through docxtpl: a sandboxed template, everything escaped, the same bytes for the same case."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from docx.shared import Cm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import DictLoader, StrictUndefined
from jinja2.runtime import LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.reports.pictures import HIGHEST, WIDEST, Printed
from monitor.reports.steadiness import steady


class Sandbox(ImmutableSandboxedEnvironment):
    """Where templates of an office run: they read texts, rows and loops, and nothing else of Python.

    A picture is an object of docxtpl that holds the document: none of its attributes may be reached.
    """

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ANN401 - jinja's signature
        """Allow attributes of texts, rows, lists and loops alone."""
        return isinstance(obj, str | Mapping | list | tuple | LoopContext) and super().is_safe_attribute(
            obj, attr, value
        )

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ANN401 - jinja's signature
        """Allow the methods of texts alone, and what the template itself defines."""
        held = getattr(obj, "__self__", None)
        return (isinstance(held, str) or isinstance(obj, Macro)) and super().is_safe_callable(obj)


def environment() -> Sandbox:
    """Give the sandbox: no loader, no function of jinja's own, no unknown name."""
    made = Sandbox(autoescape=True, undefined=StrictUndefined, loader=DictLoader({}))
    made.globals.clear()
    return made


def names(template: bytes) -> set[str]:
    """Give the names of the places that a template asks for.

    Raises:
        jinja2.TemplateError: it cannot be read as a template. ValueError, KeyError: it is no Word document.
    """
    return set(DocxTemplate(io.BytesIO(template)).get_undeclared_template_variables(environment()))


def write(
    template: bytes, values: Mapping[str, str], rows: Mapping[str, Sequence[Mapping[str, str]]],
    pictures: Sequence[Printed], made_at: datetime,
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
    said = paper.docx.core_properties  # never get_docx(): it would begin anew
    said.created = said.modified = made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    out = io.BytesIO()
    paper.save(out)
    return steady(out.getvalue())
