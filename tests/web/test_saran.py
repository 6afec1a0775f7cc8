"""The page of suggestions: where a word was seen, exclusions that are proven, and a draft by one form."""

from __future__ import annotations

import re
from html import unescape

from monitor.web.i18n import catalogue
from tests.fakes_rules import SUPPORT, RuleOffice
from tests.web.test_aturan import NAME, WHY, Enter, enter, office, said

__all__ = ["enter", "office"]
PAGE = "/aturan/saran/asn/uji-dukung"


def test_a_proposed_exclusion_becomes_a_draft_with_one_form(office: RuleOffice, enter: Enter) -> None:
    author = enter("penyusun")
    assert f'href="{PAGE}"' in author.get(NAME).text
    page = author.get(PAGE).text
    assert "Menghapus 3 dari 3 yang dinyatakan bersih, 0 dari 2 yang diteruskan." in said(page)
    content = unescape(re.findall(r'name="isi" value="([^"]*)"', page)[0])
    assert author.send("/aturan/usulkan/asn/uji-dukung", isi=content, catatan=WHY).status_code == 303
    assert [(one.path, one.content) for one in office.app.store.rulebook.waiting()] == [(SUPPORT, content)]
    assert 'name="isi"' not in enter("koordinator").get(PAGE).text


def test_a_word_is_weighed_and_shown_as_text(enter: Enter) -> None:
    author = enter("penyusun")
    page = said(author.get(f"{PAGE}?kata=futsal").text)
    assert "Terlihat di 0 yang diteruskan, 3 yang dinyatakan bersih, 2 yang belum diputus." in page
    hostile = author.get(f"{PAGE}?kata=%3Cscript%3Ex").text
    assert "<script>x" not in hostile
    assert author.get(f"{PAGE}?kata=+").status_code == 400


def test_only_rules_in_force_and_those_whose_business_they_are(enter: Enter) -> None:
    assert enter("pemantau").get(PAGE).status_code == 404
    author = enter("penyusun")
    assert author.get("/aturan/saran/asn/tidak-ada").status_code == 404
    assert author.get("/aturan/saran/targets/contoh").status_code == 404
    assert catalogue("id")["saran.nihil"] in said(author.get("/aturan/saran/asn/uji-salam").text)
