"""Cells of a spreadsheet into targets and word lists: what is taken, what is refused and why, and the file's own layout."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import strictyaml
from monitor.cli import main
from monitor.errors import NotAllowedError
from monitor.governance.inserting import added, scalar
from monitor.governance.pasting import Wanted, paste, rows_of
from tests.fakes_rules import ROOT, RuleOffice

TARGET = "targets/contoh.yaml"
CONTEST = (ROOT / "rules" / TARGET).read_text(encoding="utf-8")
LEXICON = (
    "# sorak warga\nname: sorak\ntitle: Sorak\nwords:\n  - hore sekali # dari lapangan\n  - {hashtag: GuyubTerus}\n"
)


def data(content: str) -> dict:
    document, problems = strictyaml.parse(content, "uji")
    assert problems == []
    assert document is not None
    return document.data


def said(content: str, text: str, wanted: Wanted | None = None) -> list[tuple[int, str, str, str]]:
    found = paste(TARGET if content is CONTEST else "lexicon/sorak.yaml", content, text, wanted)
    return [(one.number, one.text, one.where, one.why.partition(" — ")[0]) for one in found.rows]


def test_cells_with_a_header_go_where_they_belong() -> None:
    text = (
        "No\tPasangan\tSlogan\tTagar\tPlatform\tNama Akun\r\n"
        "1\t2\tContoh Berseri\t#ContohBerseri\tInstagram\t@contoh.berseri\r\n"
        "\t\t\t\t\t\r\n"
        '2\tEka Percobaan\t"Guyub ""Tenan"""\tGuyubTenan\tig\thttps://www.instagram.com/guyubtenan/\r\n'
        "3\ttiket-1\t\t\tTikTok\tbersinar.uji\r\n"
    )
    found = paste(TARGET, CONTEST, text)
    assert found.refused == ()
    assert [(one.number, one.kind, one.where) for one in found.accepted] == [
        (2, "slogan", "tiket-2"), (2, "tagar", "tiket-2"), (2, "akun", "tiket-2"),
        (4, "slogan", "tiket-3"), (4, "tagar", "tiket-3"), (4, "akun", "tiket-3"), (5, "akun", "tiket-1"),
    ]  # fmt: skip
    old, new = data(CONTEST), data(found.content)
    assert new["tickets"][1]["slogans"] == [*old["tickets"][1]["slogans"], "Contoh Berseri"]
    assert new["tickets"][2]["slogans"][-1] == 'Guyub "Tenan"'
    assert new["tickets"][2]["hashtags"][-1] == "#GuyubTenan"
    assert new["accounts"][len(old["accounts"]) :] == [
        {"platform": "instagram", "handle": "contoh.berseri", "role": "akun_pemenangan", "ticket": "tiket-2"},
        {"platform": "instagram", "handle": "guyubtenan", "role": "akun_pemenangan", "ticket": "tiket-3"},
        {"platform": "tiktok", "handle": "bersinar.uji", "role": "akun_pemenangan", "ticket": "tiket-1"},
    ]
    gone = set(CONTEST.splitlines()) - set(found.content.splitlines())
    assert all("slogans:" in one or "hashtags:" in one for one in gone), "comments and layout of the rest stay"


def test_cells_without_a_header_are_told_apart() -> None:
    text = "#ContohCeria\t1\n@ceria.uji\tfacebook\t1\nBangkit Bersama\t2\n"
    found = paste(TARGET, CONTEST, text)
    assert [(one.kind, one.where, one.why) for one in found.rows] == [
        ("tagar", "tiket-1", ""), ("akun", "tiket-1", ""), ("slogan", "tiket-2", ""),
    ]  # fmt: skip
    chosen = paste(TARGET, CONTEST, "ContohCeria\nContohSatu\n", Wanted("tagar", "tiket-3"))
    assert data(chosen.content)["tickets"][2]["hashtags"][-2:] == ["#ContohCeria", "#ContohSatu"]
    whole = paste(TARGET, CONTEST, "#UntukSemua")
    assert data(whole.content)["hashtags"] == ["#UntukSemua"]


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ('=HYPERLINK("http://jahat.contoh";"klik")\t1', "rumus lembar kerja tidak diambil"),
        ("=1+1\t1", "rumus lembar kerja tidak diambil"),
        ("+cmd|' /C calc'!A0\t1", "rumus lembar kerja tidak diambil"),
        ("@SUM(A1:A9)\t1", "rumus lembar kerja tidak diambil"),
        ("#REF!\t1", "galat atau bilangan yang dibulatkan lembar kerja"),
        ("#N/A\t1", "galat atau bilangan yang dibulatkan lembar kerja"),
        ("1,23E+17\t1", "galat atau bilangan yang dibulatkan lembar kerja"),
        ("Bangkit Bersama", "slogan milik satu pasangan"),
        ("#dua kata\t1", "tagar memuat spasi atau tanda lain"),
        ("contoh bersinar\t1", "sudah ada"),
        ("#contohBERSINAR\t2", "sudah ada"),
        ("@contohbersinar\tinstagram\t1", "sudah ada"),
        ("@tanpa.kanal\t1", "akun tanpa kanal"),
        ("ab\t1", "terlalu pendek untuk sebuah slogan"),
        ("x" * 201 + "\t1", "terlalu panjang: 201 huruf, paling banyak 200"),
        pytest.param("9" * 280_000 + "\t1", "terlalu panjang: 280000 huruf, paling banyak 200", id="many-digits"),
    ],
)
def test_what_is_refused_says_why_at_its_row(cells: str, why: str) -> None:
    found = paste(TARGET, CONTEST, "\n" + cells)
    assert [(one.number, one.why.partition(" — ")[0]) for one in found.rows] == [(2, why)]
    assert found.content == CONTEST


def test_quotation_marks_are_undone_in_a_paste_longer_than_any_one_cell_may_be() -> None:
    rows = [f'"kata {number}\n{"x" * 100}"' for number in range(1400)]
    assert [cells for _, cells in rows_of("\n".join(rows))] == [
        (f"kata {number} {'x' * 100}",) for number in range(1400)
    ]


def test_repeats_unknown_tickets_and_platforms_are_told() -> None:
    text = "pasangan\tslogan\n1\tBangkit Bersama\n2\tbangkit  BERSAMA\n9\tSatu Rasa\n"
    assert said(CONTEST, text) == [
        (2, "Bangkit Bersama", "tiket-1", ""), (3, "bangkit BERSAMA", "tiket-2", "sama dengan baris 2"),
        (4, "Satu Rasa", "", "pasangan `9` tidak dikenal"),
    ]  # fmt: skip
    assert "tidak dikenal" in said(CONTEST, "platform\takun\nfesbuk lama\t@uji\n")[0][3]
    assert "peran" in said(CONTEST, "platform\takun\tperan\nig\t@uji\tpendukung\n")[0][3]
    assert "nama tampilan" in said(CONTEST, "platform\takun\nig\tKampanye Uji Kita\n")[0][3]


def test_words_go_into_a_word_list_in_its_own_layout() -> None:
    text = "Kata\tketerangan\nmaju guyub*\tdari rapat\n#GasPol\t\nhore SEKALI\t\n🌾\t\n{ajakan}\t\n#guyubterus\t\n'gotong royong\t\n"
    found = paste("lexicon/sorak.yaml", LEXICON, text)
    assert [(one.number, one.why.partition(" — ")[0]) for one in found.refused] == [
        (4, "sudah ada"), (6, "kurung kurawal dibaca sebagai isian"), (7, "sudah ada"),
    ]  # fmt: skip
    assert found.content == (
        LEXICON + '  - "maju guyub*"\n  - {hashtag: "GasPol"}\n  - {emoji: ["🌾"]}\n  - "gotong royong"\n'
    )
    assert said(LEXICON, "satu dua", Wanted()) == [(1, "satu dua", "", "")]


def test_quotes_line_ends_and_separators_of_office_programs() -> None:
    assert list(rows_of('a\t"b\nc"\r\n\r\n\td')) == [(1, ("a", "b c")), (3, ("", "d"))]
    assert list(rows_of("\ufeffa;b\nc;d")) == [(1, ("a", "b")), (2, ("c", "d"))]
    assert list(rows_of('"tak ditutup\nbaris dua')) == [(1, ('"tak ditutup',)), (2, ("baris dua",))]
    for nothing in ("", " \n\t\n"):
        with pytest.raises(NotAllowedError, match="tidak ada sel"):
            paste(TARGET, CONTEST, nothing)
    with pytest.raises(NotAllowedError, match="terlalu banyak"):
        paste(TARGET, CONTEST, "satu\n" * 2001)
    with pytest.raises(NotAllowedError, match="bukan sasaran atau kamus"):
        paste("asn/x.yaml", "id: x\n", "satu")


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(st.text(max_size=30), max_size=4), max_size=8).map(
        lambda rows: "\n".join("\t".join(row) for row in rows)
    )
)
def test_nothing_pasted_can_break_or_reach_into_the_file(text: str) -> None:
    """Whatever stands in the cells: the file stays readable and only lists that take such values grow."""
    try:
        found = paste(TARGET, CONTEST, text)
    except NotAllowedError:
        return
    old, new = data(CONTEST), data(found.content)
    grown = (
        sum(len(one.get("slogans", ())) + len(one.get("hashtags", ())) for one in new["tickets"])
        + len(new["accounts"])
        + len(new["hashtags"])
    )
    before = (
        sum(len(one.get("slogans", ())) + len(one.get("hashtags", ())) for one in old["tickets"])
        + len(old["accounts"])
        + len(old["hashtags"])
    )
    assert grown - before == len(found.accepted)
    for one in (old, new):
        one.pop("accounts"), one.pop("hashtags")
        for ticket in one["tickets"]:
            ticket.pop("slogans", None), ticket.pop("hashtags", None)
    assert old == new


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_becomes_one_quoted_value(text: str) -> None:
    document, problems = strictyaml.parse(f"a: {scalar(text)}\n", "uji")
    assert problems == []
    assert document is not None
    assert isinstance(document.data["a"], str)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("a: [x, 'y]']\nb: 1\n", ("a",)), ("a: []\nb: 1\n", ("a",)), ("a:\nb: 1\n", ("a",)), ("b: 1\n", ("a",)),
        ("a:\n  - x # satu\n  - y: 1\n    z: 2\n\n# lalu\nb: 1\n", ("a",)), ("a:\n- x\nb: 1", ("a",)),
        ("a: [\n  x, # kata ]\n  y,\n]\nb: 1\n", ("a",)), ("b:\n  - c: 1\n    d: 2\n", ("b", 0, "a")),
        ("b:\n  - c: 1\n    a: [x]\n  - c: 2\n", ("b", 0, "a")), ('a: ["#x"] # catatan ]\n', ("a",)), ("a: ~\n", ("a",)),
    ],
)  # fmt: skip
def test_lists_of_every_layout_take_more(content: str, key: tuple) -> None:
    made = added(content, "uji", key, ["satu: dua", {"k": "v w"}])
    held = data(made)
    for part in key[:-1]:
        held = held[part]
    assert held[key[-1]][-2:] == ["satu: dua", {"k": "v w"}]


@pytest.mark.parametrize("content", ["a: teks\n", "a: {b: 1}\n", "- a\n", "a: [\n"])
def test_what_is_no_list_is_left_to_a_person(content: str) -> None:
    with pytest.raises(NotAllowedError):
        added(content, "uji", ("a",), ["x"])
    with pytest.raises(NotAllowedError, match="otomatis"):
        added("b: [{c: 1}]\n", "uji", ("b", 0, "a"), ["x"])


# --------------------------------------------------------------------------- the command line


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RuleOffice]:
    made = RuleOffice(tmp_path / "kantor")
    yield made
    made.close()


def netra(office: RuleOffice, *words: str, text: str = "", code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["--config", str(office.settings), *words], input=text, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result


def test_pasting_on_the_command_line_ends_in_a_draft_and_the_same_approval(office: RuleOffice) -> None:
    cells = "Pasangan\tSlogan\n2\tBerseri Bersama Warga\n2\t=A1\n"
    shown = netra(office, "rules", "paste", "targets/contoh", text=cells).output
    assert "1 akan ditambahkan, 1 tidak" in shown
    assert "baris 3" in shown
    assert office.app.store.rulebook.waiting() == []
    by = ("--by", "penyusun", "--why", "slogan baru dari KPU")
    said = json.loads(netra(office, "rules", "paste", "targets/contoh", *by, "--json", text=cells).stdout)
    assert [one["text"] for one in said["added"]] == ["Berseri Bersama Warga"]
    assert not office.app.judges().rules.try_text("Ayo menangkan Berseri Bersama Warga")
    (draft,) = office.app.store.rulebook.waiting()
    assert (draft.path, draft.number) == (TARGET, said["version"])
    office.app.governance.approve(draft.version_id, office.approver, "cocok dengan daftar resmi")
    assert "Berseri Bersama Warga" in office.app.judges().context.targets.terms().slogans
    assert "0 akan ditambahkan" in netra(office, "rules", "paste", "targets/contoh", text=cells, code=2).output


def test_words_go_into_the_offices_own_layer_unless_said_otherwise(office: RuleOffice) -> None:
    by = ("--by", "penyusun", "--why", "seruan setempat")
    said = json.loads(netra(office, "rules", "paste", "ajakan", *by, "--json", text="sorong terus\nayo\n").stdout)
    assert said["path"] == "local/ajakan.yaml"
    assert [one["why"] for one in said["refused"]] == ["sudah ada"]
    (draft,) = office.app.store.rulebook.waiting()
    office.app.governance.approve(draft.version_id, office.approver, "benar diucapkan di sini")
    words = office.app.judges().rules.loaded.lexicons["ajakan"].words
    assert words[-1].phrase == "sorong terus"
    again = json.loads(
        netra(office, "rules", "paste", "ajakan", "--json", text="gas terus maju\nsorong terus\n").stdout
    )
    assert again["path"] == "local/ajakan.yaml"
    assert [one["why"] for one in again["refused"]] == ["sudah ada"]
    assert '- "sorong terus"\n  - "gas terus maju"' in again["content"]
    direct = json.loads(netra(office, "rules", "paste", "ajakan", "--direct", "--json", text="gas terus maju").stdout)
    assert direct["path"] == "lexicon/ajakan.yaml"


def test_a_new_file_from_a_few_words(office: RuleOffice) -> None:
    netra(
        office, "rules", "new", "Salam guyub untuk calon", "--phrase", "salam guyub", "--form", "KE-2", "--form", "DIS-2",
        "--basis", "PP 94/2021 pasal 5 huruf n", "--match", "Salam guyub Bu Citra", "--no-match", "Salam guyub warga",
        "--exclude", "kerja bakti", "--by", "penyusun",
    )  # fmt: skip
    (draft,) = office.app.governance.sync().waiting
    assert draft.path == "local/salam-guyub-untuk-calon.yaml"
    assert "# bayangan = berjalan diam-diam" in draft.content
    tambahan = ("rules", "new", "laga futsal", "--kind", "tambahan", "--on", "uji-dukung", "--by", "penyusun")
    netra(office, *tambahan, "--exclude", "futsal")
    assert "sudah ada" in netra(office, *tambahan, "--exclude", "voli", code=5).output
    assert "local/uji-dukung.yaml" in {one.path for one in office.app.governance.sync().waiting}
    assert (
        "bukan aturan"
        in netra(
            office, "rules", "new", "x", "--kind", "tambahan", "--on", "tidak-ada", "--by", "penyusun", code=5
        ).output
    )
    broken = ("rules", "new", "Tanpa contoh", "--phrase", "salam guyub", "--by", "penyusun")
    assert "forms" in netra(office, *broken, code=2).output
