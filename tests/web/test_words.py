"""Both catalogues say the same things, and hostile text stays text."""

from __future__ import annotations

import json
import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import monitor.web
from monitor.models import (
    Basis,
    Condition,
    Confidence,
    Field,
    Ground,
    ItemKind,
    Level,
    Outcome,
    Phase,
    Platform,
    ReasonCode,
    Relation,
    State,
)
from monitor.web.i18n import LANGUAGES, catalogue
from monitor.web.saringan import Age, Weight
from monitor.web.text import LONGEST, Piece, marked, pieces, plain, show
from monitor.web.views import REASON_GROUPS, form_text, web_address

HERE = Path(monitor.web.__file__).parent
ENUMS = {
    "keadaan": State, "tingkat": Level, "jenis": ItemKind, "tindakan": ItemKind, "tujuan": Relation, "hubungan": Relation,
    "platform": Platform, "tahapan": Phase, "keyakinan": Confidence, "kondisi": Condition, "kecocokan": Basis,
    "dasar": Ground, "alasan": ReasonCode, "hasil": Outcome, "umur.saring": Age, "bobot": Weight,
}  # fmt: skip


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_catalogues_have_the_same_keys_and_places() -> None:
    indonesian, english = catalogue("id"), catalogue("en")
    assert list(indonesian) == list(english)
    for key, text in indonesian.items():
        assert _places(text) == _places(english[key]), key
        assert text.strip(), key


def test_no_key_stands_twice() -> None:
    for language in LANGUAGES:
        pairs = json.loads((HERE / "catalogue" / f"{language}.json").read_text("utf-8"), object_pairs_hook=list)
        assert len(pairs) == len(dict(pairs))


def test_every_key_that_is_used_exists_and_every_key_is_used() -> None:
    known = set(catalogue("id"))
    sources = "\n".join(path.read_text("utf-8") for path in [*HERE.glob("*.py"), *HERE.glob("templates/*.html")])
    used = set(re.findall(r"""\bt\(\s*["']([a-z_]+(?:\.[\w -]+)*)["']\s*[,)]""", sources))
    assert used <= known, used - known
    prefixes = set(re.findall(r"""\bt\(\s*f?["']([a-z_.]+[._])["'{]""", sources)) | {"salah."}
    literal = set(re.findall(r"""["']([a-z_]+\.[\w. -]+)["']""", sources))
    unused = {key for key in known - used - literal if not key.startswith((*prefixes, *(f"{one}." for one in ENUMS)))}
    assert unused == set()


@pytest.mark.parametrize("prefix", ENUMS)
def test_every_value_of_every_vocabulary_has_a_word(prefix: str) -> None:
    for language in LANGUAGES:
        for value in ENUMS[prefix]:
            assert f"{prefix}.{value.value}" in catalogue(language)


def test_no_word_condemns_and_no_sanction_is_named() -> None:
    for language in LANGUAGES:
        said = " ".join(catalogue(language).values()).casefold()
        for word in (
            "pelanggar",
            "tersangka",
            "terduga",
            "sanksi",
            "hukuman",
            "violation",
            "suspect",
            "offender",
            "sanction",
            "punish",
        ):
            assert word not in said, word


def test_every_reason_has_a_key_of_its_own() -> None:
    keys = [key for group in REASON_GROUPS for _, key in group.reasons]
    reasons = [reason for group in REASON_GROUPS for reason, _ in group.reasons]
    assert len(set(keys)) == len(keys) == len(reasons)
    assert set(reasons) == set(ReasonCode) - {ReasonCode.NOT_PROVEN}  # that one only the plenary gives
    assert not set(keys) & set("jkngu/?q")


def test_hidden_characters_are_made_visible_and_text_is_escaped() -> None:
    shown = str(show("<b>\u202ebalik\u202c \u200b\x00 👨\u200d👩\u200d👧 \ud800\n"))
    assert "&lt;b&gt;" in shown
    for token in ("U+202E", "U+202C", "U+200B", "U+0000", "U+D800"):
        assert f'<span class="tak-tampak">{token}</span>' in shown
    assert "👨\u200d👩\u200d👧" in shown
    assert shown.endswith("\n")
    shown.encode("utf-8")


@given(st.text(alphabet=st.characters(codec=None), max_size=200))
def test_nothing_shown_can_open_a_tag_or_turn_direction(text: str) -> None:
    shown = str(show(text))
    without = re.sub(r'<span class="tak-tampak">U\+[0-9A-F]{4,6}</span>', "", shown)
    assert not set("<>\"'\u202e\u2066\u200b\x00") & set(without)
    shown.encode("utf-8")


@given(
    st.text(max_size=60),
    st.lists(st.tuples(st.integers(-5, 80), st.integers(-5, 80), st.integers(1, 4)), max_size=12),
)
def test_pieces_give_the_text_back_and_mark_exactly_what_was_meant(
    text: str, spans: list[tuple[int, int, int]]
) -> None:
    found = pieces(text, spans)
    assert "".join(piece.text for piece in found) == text
    at = 0
    for piece in found:
        for place in range(at, at + len(piece.text)):
            meant = {number for start, end, number in spans if max(0, start) <= place < end}
            assert set(piece.marks) == meant
        at += len(piece.text)


def test_overlapping_spans_share_their_words() -> None:
    assert pieces("abcdef", [(0, 4, 1), (2, 6, 2)]) == (Piece("ab", (1,)), Piece("cd", (1, 2)), Piece("ef", (2,)))


def test_a_huge_text_is_cut() -> None:
    assert sum(len(piece.text) for piece in marked("a" * 100_000, Field.TEXT, ())) == LONGEST
    assert plain("a  b\n" * 100, 20) == "a b a b a b a b a b…"


@pytest.mark.parametrize(
    ("url", "sound"),
    [
        ("https://contoh.invalid/a?b=1", True), ("http://contoh.invalid", True), ("javascript:alert(1)", False),
        ("data:text/html,x", False), ("//contoh.invalid", False), ("https://", False), ("https://a b", False),
        ("https://contoh.invalid/\u202e", False), ("http://[", False), (" https://contoh.invalid", False),
    ],
)  # fmt: skip
def test_only_plain_web_addresses_become_links(url: str, sound: bool) -> None:
    assert web_address(url) is sound


def test_an_unknown_form_points_to_the_regulation(world: object) -> None:
    app = world.app()  # type: ignore[attr-defined]
    with app.test_request_context("/"):
        assert form_text("DIS-6").startswith("mengunggah")
        assert form_text("{0.__class__}") == "lihat naskah peraturan"
