"""Word and PDF are read back: what they say is what the database says, no sanction is named, hostile text stays text."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree
from PIL import Image

from monitor import legalclock
from monitor.calendar import Calendar
from monitor.custody.copies import text_copy
from monitor.docket import Law
from monitor.errors import NetraError
from monitor.models import State
from monitor.reports import papers, wording
from monitor.reports.drawing import word_template
from monitor.reports.layout import PAPERS
from monitor.reports.papers import Format
from monitor.reports.templates import SHIPPED
from monitor.reports.typesetting import typst_template
from monitor.store import NewPiece, Objection, PieceKind, Touch
from tests.fakes_process import newest
from tests.reports.office import FULL, NEEDS_POPPLER, ROOT, SANCTIONS, Desk, open_desk, pdf_text, squeezed, word_text

HOSTILE = (
    'Ayo nomor satu #let x = read("/etc/passwd") $a$ *b* _c_ <w:p>&amp;</w:t> {{ 7*7 }} {% for i in x %} '
    '{{ cycler.__init__.__globals__ }} \u202etxt.exe\u2066 \x07\x0c \ufffe 🔥☝️ شكرا `#eval("1")` \\ @kawan [U] ' + "A" * 300
)  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = open_desk(tmp_path)
    yield made
    made.kept.store.close()


def read(made: dict[str, bytes], folder: Path) -> dict[str, str]:
    """Read every paper back, without white space."""
    return {
        name: squeezed(word_text(body) if name.endswith(".docx") else pdf_text(body, folder))
        for name, body in made.items()
    }


def test_the_shipped_templates_are_what_the_layout_draws() -> None:
    for paper in PAPERS.values():
        assert (SHIPPED / f"{paper.name}.docx").read_bytes() == word_template(paper)
        assert (SHIPPED / f"{paper.name}.typ").read_text("utf-8") == typst_template(paper)


@pytest.mark.parametrize("name", PAPERS)
def test_word_finds_every_property_where_its_standard_puts_it(name: str) -> None:
    """Word calls a file damaged whose properties stand in another order."""
    wanted = {
        "pPr": ["keepNext", "pBdr", "tabs", "spacing", "ind", "jc", "outlineLvl", "rPr"],
        "tblPr": ["tblStyle", "tblW", "jc", "tblInd", "tblLayout", "tblCellMar", "tblLook"],
        "trPr": ["cantSplit", "tblHeader"],
    }
    with zipfile.ZipFile(SHIPPED / f"{name}.docx") as file:
        root = etree.fromstring(file.read("word/document.xml"))
    seen = 0
    for node in root.iter():
        order = wanted.get(node.tag.rpartition("}")[2])
        if order is None:
            continue
        found = [child.tag.rpartition("}")[2] for child in node]
        assert set(found) <= set(order), found
        assert found == sorted(found, key=order.index), found
        seen += 1
    assert seen > 10


@NEEDS_POPPLER
def test_every_fact_and_number_in_the_papers_is_the_databases(desk: Desk, tmp_path: Path) -> None:
    desk.write(**FULL)
    said = read(desk.papers(), tmp_path)
    flag = desk.kept.store.flags.get(desk.case)
    item, stored = flag.stored.item, flag.stored
    assert item.happened_at is not None
    happened = squeezed(wording.moment(item.happened_at, desk.bureau.config.zone, "WIB"))
    for kind in ("docx", "pdf"):
        form, listed, method = (said[f"{name}.{kind}"] for name in ("formulir-a-pilkada", "daftar-bukti", "cara-kerja"))
        for fact in (
            FULL["form_number"], flag.actor.person.full_name, item.url, stored.evidence_sha256, item.text,
            "Saksi Satu", "Jalan Uji 5", "Jumat, 20 Juni 2025", "Contoh, 26 Juni 2025", "Pilkada Kabupaten Contoh 2025",
        ):  # fmt: skip
            assert squeezed(str(fact)) in form, (kind, fact)
        assert happened in form
        assert "Sabtu,31Mei2025,pukul10.00WIB" in form
        recording = desk.kept.store.recordings.of(stored.evidence_sha256)[0]
        for digest in (recording.kept.body_sha256, recording.kept.warc_sha256, stored.content_sha256):
            assert digest in listed, kind
        assert squeezed(wording.number(recording.kept.size)) in listed
        for decision in flag.decisions:
            at = squeezed(wording.moment(decision.decided_at, desk.bureau.config.zone, "WIB"))
            assert at in method
        for _name, value in flag.opinion.digests:
            assert value in method
        assert flag.opinion.matches[0].rule_digest in method
        assert "alatbantu" in method
        letter = said[f"surat-pengantar.{kind}"]
        for fact in ("021/REKAAN/VI/2025", "KantorKepegawaianRekaan", "KotaContoh", "001/BA/2025", "Minggu,1Juni2025"):
            assert fact in letter, (kind, fact)


@NEEDS_POPPLER
def test_word_and_pdf_say_the_same_numbers(desk: Desk, tmp_path: Path) -> None:
    desk.write(**FULL)
    said = read(desk.papers(), tmp_path)
    for name in papers.names_of("pilkada"):
        word, pdf = (set(re.findall(r"\d{2,}", said[f"{name}.{kind}"])) for kind in ("docx", "pdf"))
        assert word - pdf == set(), name


@NEEDS_POPPLER
@pytest.mark.parametrize("variant", ["pemilu", "pilkada"])
def test_no_paper_names_a_sanction_or_condemns(desk: Desk, tmp_path: Path, variant: str) -> None:
    desk.write(**{**FULL, "variant": variant})
    made = desk.papers()
    assert f"formulir-a-{variant}.pdf" in made
    for name, body in made.items():
        text = word_text(body) if name.endswith(".docx") else pdf_text(body, tmp_path)
        assert SANCTIONS.findall(text) == [], name
        assert not re.search(r"\b(pelanggar|tersangka|terduga|bersalah|terbukti)\b", text, re.IGNORECASE), name


def test_the_search_for_sanctions_finds_some() -> None:
    for word in ("sanksi moral", "hukuman disiplin berat", "diberhentikan tidak dengan hormat", "denda", "Teguran"):
        assert SANCTIONS.search(word), word


def test_what_nobody_said_is_nihil(desk: Desk) -> None:
    content = papers.fill(desk.bureau.source(desk.case), desk.kept.archive).content
    for name in (
        "nomor_formulir",
        "petugas_nama",
        "analisa",
        "sengketa_peserta",
        "tanggapan",
        "penerima_nama",
        "pasal",
    ):
        assert content.values[name] == "Nihil", name
    assert [dict(row) for row in content.rows["saksi"]] == [
        {"no": "1", "huruf": "a", "nama": "Nihil", "alamat": "Nihil"}
    ]
    assert all(content.values.values())
    for body in desk.papers(0, Format.WORD).values():
        assert "{{" not in word_text(body)
        assert "{%" not in word_text(body)


@NEEDS_POPPLER
def test_hostile_text_stays_text_in_every_paper(tmp_path: Path) -> None:
    made = open_desk(tmp_path, (HOSTILE, "b", "c"))
    made.write(analysis=HOSTILE, suspicion="{{ 7*7 }} #(7*7)", officer="<b>&</b>", evidence_note="a\x00b\ud800")
    said = read(made.papers(), tmp_path)
    for kind in ("docx", "pdf"):
        form, listed = said[f"formulir-a-pilkada.{kind}"], said[f"daftar-bukti.{kind}"]
        assert "{{7*7}}#(7*7)" in form
        assert "<b>&</b>" in form
        assert '#letx=read("/etc/passwd")$a$*b*_c_<w:p>&amp;</w:t>' in listed
        assert "{{cycler.__init__.__globals__}}[U+202E]txt.exe[U+2066][U+0007][U+000C]" in listed
        assert "A" * 300 in listed
        assert "root:" not in listed
    made.kept.store.close()


@NEEDS_POPPLER
def test_what_no_font_can_show_is_printed_by_its_number(desk: Desk, tmp_path: Path) -> None:
    desk.write(analysis="Sunda \u1b98\u1b9e, pribadi \ue000, e\u0301, 🔥, selesai")
    made = desk.papers()
    said = squeezed(pdf_text(made["formulir-a-pilkada.pdf"], tmp_path))
    assert "pribadi[U+E000]" in said
    assert "selesai" in said
    assert "\ue000" in word_text(made["formulir-a-pilkada.docx"])


def test_a_pdf_is_made_to_be_kept(desk: Desk) -> None:
    for name, body in desk.papers(0, Format.PDF).items():
        assert b"pdfaid:part>2<" in body, name
        assert b"pdfaid:conformance>A<" in body, name


@NEEDS_POPPLER
def test_a_post_of_ten_thousand_characters_is_whole_in_the_list_and_short_in_the_form(tmp_path: Path) -> None:
    long = " ".join(f"kata{number}" for number in range(1500))[:10_000]
    made = open_desk(tmp_path, (long, "x" * 10_000, "c"))
    said = read(made.papers(), tmp_path)
    for kind in ("docx", "pdf"):
        assert squeezed(long)[:200] in said[f"formulir-a-pilkada.{kind}"]
        assert "selengkapnyadalamdaftarbukti" in said[f"formulir-a-pilkada.{kind}"]
        whole = re.sub(r"Tanda1·isianversi\d+·dibuat[^·]*·halaman\d*", "", said[f"daftar-bukti.{kind}"])
        assert squeezed(long) in whole, kind
    made.kept.store.close()


def test_equal_input_gives_equal_bytes(desk: Desk) -> None:
    desk.write(**FULL)
    assert desk.papers() == desk.papers()


def test_a_case_file_takes_less_than_two_seconds_of_the_computer(desk: Desk) -> None:
    desk.write(**FULL)
    desk.papers()
    begun = time.process_time()
    desk.papers()
    assert time.process_time() - begun < 2.0


def test_times_are_those_of_the_region(desk: Desk) -> None:
    source = desk.bureau.source(desk.kept.flags[1])
    assert source.place.mark == "WIT"
    assert source.place.zone.key == "Asia/Jayapura"


def test_a_finding_is_due_by_the_clock_and_only_once_a_plenary_said_when_it_was_known(desk: Desk) -> None:
    rules = ROOT / "rules" / "calendar"
    config = desk.bureau.config.model_copy(update={"contests": ("pilkada-contoh-2025",)})
    law = Law(legalclock.load(rules), Calendar.load(rules), config)
    counting = replace(desk.bureau, clockwork=lambda: law)
    assert papers.fill(counting.source(desk.case), desk.kept.archive).content.values["batas_temuan"] == "Nihil"
    known = datetime(2025, 6, 23, 3, 0, tzinfo=UTC)
    desk.kept.store.process.know(desk.case, desk.kept.user.user_id, known, "009/BA/2025")
    values = papers.fill(counting.source(desk.case), desk.kept.archive).content.values
    assert values["diketahui"] == "Senin, 23 Juni 2025, pukul 10.00 WIB"
    assert values["batas_temuan"] == "Senin, 30 Juni 2025 (hitungan alat bantu; pastikan)"
    desk.write(finding_deadline="2025-07-01")
    values = papers.fill(counting.source(desk.case), desk.kept.archive).content.values
    assert values["batas_temuan"] == "Selasa, 1 Juli 2025"


def test_objections_and_answers_stand_in_form_a(desk: Desk) -> None:
    store, case = desk.kept.store, desk.case
    said = Objection(desk.kept.clock().date(), "surat", "Akun itu dipakai saudara saya.")
    store.process.object(case, desk.kept.user.user_id, said, expected=newest(store, case))
    values = papers.fill(desk.bureau.source(case), desk.kept.archive).content.values
    assert values["keberatan"] == "Keberatan, Kamis, 26 Juni 2025, lewat surat: Akun itu dipakai saudara saya."
    assert values["keadaan"] != "diteruskan"
    assert store.flags.get(case).state is not State.FORWARDED
    assert values["pleno_nomor"] == "Nihil"


def test_what_the_tracing_found_is_proposed_as_facts_and_the_phase_bears_its_mark(desk: Desk) -> None:
    store = desk.kept.store
    store.process.note(desk.case, desk.kept.user.user_id, "Atasan membenarkan akun itu.", found=True)
    store.process.note(desk.case, desk.kept.user.user_id, "Catatan biasa.")
    values = papers.fill(desk.bureau.source(desk.case), desk.kept.archive).content.values
    assert values["fakta_keterangan"] == "Kamis, 26 Juni 2025: Atasan membenarkan akun itu."
    assert (values["tahapan_kejadian"], values["tahapan_kepastian"]) == ("kampanye", "[2] dua sumber atau lebih")
    desk.write(facts="Ditulis petugas.")
    values = papers.fill(desk.bureau.source(desk.case), desk.kept.archive).content.values
    assert values["fakta_keterangan"] == "Ditulis petugas."


def test_masked_words_stand_in_for_the_post(desk: Desk) -> None:
    flag = desk.kept.store.flags.get(desk.case)
    copy = text_copy(flag.stored.item, ["nomor"])
    piece = NewPiece(PieceKind.TEXT_COPY, desk.kept.archive.put_bytes(copy), len(copy), desk.case)
    desk.kept.store.custody.note(Touch.REDACT, user_id=None, flag_id=desk.case, pieces=[piece])
    for body in desk.papers(0, Format.WORD).values():
        assert "Ayo nomor" not in word_text(body)
    values = papers.fill(desk.bureau.source(desk.case), desk.kept.archive).content.values
    assert "█████" in values["isi_unggahan"]


def picture(size: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, "PNG")
    return out.getvalue()


def shelve(desk: Desk, content: bytes, kind: PieceKind = PieceKind.SCREENSHOT, origin: str = "") -> str:
    sha256 = desk.kept.archive.put_bytes(content)
    piece = NewPiece(kind, sha256, len(content), desk.case, origin_sha256=origin)
    desk.kept.store.custody.note(Touch.SNAPSHOT, user_id=None, flag_id=desk.case, pieces=[piece])
    return sha256


@NEEDS_POPPLER
def test_pictures_are_printed_with_the_digest_of_the_original(desk: Desk, tmp_path: Path) -> None:
    tall, wide = shelve(desk, picture((300, 3000))), shelve(desk, picture((3000, 300)))
    copy = shelve(desk, picture((300, 300)), PieceKind.PICTURE_COPY, tall)
    made = desk.papers()
    said = read(made, tmp_path)
    for kind in ("docx", "pdf"):
        form = said[f"formulir-a-pilkada.{kind}"]
        assert form.count(tall) == form.count(wide) == 2, kind
        assert f"salinansuntingan{copy}" in form
        assert "Gambar1,diperkeciluntukdicetak(salinansuntingan;sidikyangasli):" in form
    with zipfile.ZipFile(io.BytesIO(made["formulir-a-pilkada.docx"])) as file:
        shown = [Image.open(io.BytesIO(file.read(one))).size for one in file.namelist() if "/media/" in one]
    assert sorted(shown) == [(300, 300), (1600, 160)]


def test_a_picture_that_is_none_is_told(desk: Desk) -> None:
    shelve(desk, b"bukan gambar")
    with pytest.raises(NetraError, match="bukan gambar PNG"):
        desk.papers()


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (
            "{bebas}/LHP/PM.01.0{angka}/{bebas}/{bebas}/{tahun}",
            "017/LHP/PM.01.02/X/VI/2025",
            "017/LHP/PM.01.0/X/VI/2025",
        ),
        ("{angka}/TEMUAN/{romawi}/{tahun}", "3/TEMUAN/XII/2025", "3/TEMUAN/XIII/2025"),
        ("", "apa saja", None),
        ("A.{angka}", "A.1", "AB1"),
    ],
)
def test_numbers_follow_the_pattern_of_the_settings(pattern: str, good: str, bad: str | None) -> None:
    assert wording.fits(pattern, good)
    assert bad is None or not wording.fits(pattern, bad)
