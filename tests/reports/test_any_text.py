"""Any text at all: both kinds of paper are made, and Word says it back letter for letter."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from monitor.reports import papers, wording
from monitor.reports.papers import Filled, Format
from monitor.reports.templates import shipped
from tests.reports.office import Desk, open_desk, squeezed, word_text

NAME = "surat-pengantar"
PIECES = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        ["{{", "}}", "{%", "%}", "{#", "#}", "{%p if", "{{r x}}", "{%tr for", "#let", "#import", "$x$", "*", "_", "`", "<w:t>",
         "</w:t>", "]]>", "&amp;", "&#0;", "\u202e", "\u2066", "\u200f", "\x00", "\x1b", "\ud800", "\ufffe", "🔥", "☝🏿", "\t", "\n\n\n",
         "\a", "\f", "x" * 500, "https://contoh.example/" + "a/" * 60, "شكرا", "ᮘᮞ"]
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = open_desk(Path(tmp_path_factory.mktemp("kertas")))
    yield made
    made.kept.store.close()


@given(st.lists(PIECES, max_size=12).map("".join))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_printed_and_said_back(desk: Desk, text: str) -> None:
    content = papers.fill(desk.bureau.source(desk.case), desk.kept.archive).content
    values = {**content.values, "surat_isi": wording.said(text)}
    filled = Filled(replace(content, values=values), ())
    made = papers.make(filled, shipped(), datetime(2025, 6, 1, tzinfo=UTC), [(NAME, one) for one in Format])
    assert made[f"{NAME}.pdf"].startswith(b"%PDF")
    assert squeezed(wording.said(text)) in squeezed(word_text(made[f"{NAME}.docx"]))
    with zipfile.ZipFile(io.BytesIO(made[f"{NAME}.docx"])) as file:
        for name in file.namelist():
            if name.endswith(".xml"):
                etree.fromstring(file.read(name))


@given(st.text())
def test_safe_text_holds_nothing_unseen(text: str) -> None:
    made = wording.safe(text)
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069\u200b\ud800-\udfff\ufffe\uffff]", made)
    assert wording.safe(made) == made
    made.encode("utf-8")


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_pattern_never_fails_on_what_people_type(pattern: str, value: str) -> None:
    assert wording.fits(pattern, value) in {True, False}
