"""Import of lists: every shape offices bring, each rejected line with its reason, no NIP in any message."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ImportRefusedError
from monitor.models import Condition, Confidence, PersonKind, Platform
from monitor.roster import cells, read_roster
from monitor.roster.importer import RosterDraft
from monitor.roster.tables import Table, read_table

NIP = "198503122010011007"
NIP_2 = "199001152015042003"
NIP_PPPK = "199001152023212003"
HEAD = "nip,nama,jenis,instansi,jabatan,wilayah"
ROW = f'{NIP},"drg. Contoh Misal, M.M.",PNS,Dinas Uji,Analis,Kabupaten Contoh'


def read(folder: Path, content: str | bytes, name: str = "daftar.csv", **options: object) -> RosterDraft:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_roster(path, **options)  # type: ignore[arg-type]


def sheet(folder: Path, *rows: list[object], name: str = "daftar.xlsx") -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    path = folder / name
    book.save(path)
    return path


def said(draft: RosterDraft) -> str:
    return "\n".join(map(str, draft.rejected))


# --------------------------------------------------------------------------- shapes of files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_every_encoding_and_separator(tmp_path: Path, encoding: str, delimiter: str, ending: str) -> None:
    lines = [
        delimiter.join(["NIP", "Nama", "Jenis", "Unit Kerja"]),
        delimiter.join([NIP, "Dé Contoh", "PNS", "Dinas Uji"]),
    ]
    draft = read(tmp_path, ending.join(lines).encode(encoding))
    assert [(row.name, row.nip, row.line) for row in draft.rows] == [("Dé Contoh", NIP, 2)]
    assert bool([note for note in draft.notes if "1252" in note]) == (encoding == "cp1252")


def test_quoted_newlines_keep_line_numbers(tmp_path: Path) -> None:
    draft = read(tmp_path, f'{HEAD}\n{NIP},Contoh Misal,PNS,"Dinas\nUji",Analis,X\n\n{NIP_2},,PNS,Dinas Uji,Analis,X\n')
    assert [(row.line, row.appointment.office) for row in draft.rows] == [(2, "Dinas Uji")]
    assert [problem.line for problem in draft.rejected] == [5]


def test_letterhead_sep_line_and_unknown_columns(tmp_path: Path) -> None:
    draft = read(
        tmp_path,
        f"sep=;\nDAFTAR PEGAWAI NEGERI SIPIL;;;\n;;;\nNo;Nama Lengkap;NIP Baru;OPD;disebut_di;Golongan\n1;Contoh Misal;{NIP};Dinas Uji;x;III/a\n",
    )
    (row,) = draft.rows
    assert (row.line, row.appointment.kind, row.appointment.office) == (5, PersonKind.PNS, "Dinas Uji")
    assert "Kolom yang tidak dipakai: disebut_di, Golongan." in draft.notes
    assert any("tanpa wilayah" in note for note in draft.notes)


def test_mapping_wins_and_must_fit(tmp_path: Path) -> None:
    content = "Orang,Nama,Tempat\nContoh Misal,bukan ini,Dinas Uji\n"
    draft = read(
        tmp_path,
        content.replace("Tempat", "Tempat,Jenis").replace("Uji", "Uji,Polri"),
        mapping={"nama": "Orang", "instansi": "tempat"},
    )
    assert [(row.name, row.appointment.kind) for row in draft.rows] == [("Contoh Misal", PersonKind.POLRI)]
    with pytest.raises(ImportRefusedError, match="pemetaan"):
        read(tmp_path, content, mapping={"nama": "Orang", "instansi": "Kantor"})
    with pytest.raises(ImportRefusedError, match="tidak dikenal"):
        read(tmp_path, content, mapping={"namaa": "Orang"})


def test_missing_required_column_refuses_the_whole_file(tmp_path: Path) -> None:
    with pytest.raises(ImportRefusedError) as caught:
        read(tmp_path, "nip,nama,instansii\n1,Contoh Misal,Dinas Uji\n")
    assert "kolom wajib `instansi` tidak ditemukan" in str(caught.value)
    assert "instansii" in str(caught.value)
    with pytest.raises(ImportRefusedError, match="juga dikenal"):
        read(tmp_path, "a,b\n1,2\n")


@pytest.mark.parametrize(
    ("name", "content", "advice"),
    [
        ("kosong.csv", b"", "kosong"),
        ("lama.xls", b"\xd0\xcf\x11\xe0", ".xlsx"),
        ("salah.csv", b"PK\x03\x04rest", "akhiran"),
        ("biner.csv", b"a\x00,\x81\x8d\x8f\xff\x00" * 3, "CSV UTF-8"),
        ("rusak.xlsx", b"PK\x03\x04rest", "simpan ulang"),
        ("rusak2.xlsx", b"halo", "simpan ulang"),
    ],
)
def test_what_is_no_list_is_refused_with_advice(tmp_path: Path, name: str, content: bytes, advice: str) -> None:
    with pytest.raises(ImportRefusedError, match=advice):
        read(tmp_path, content, name)
    with pytest.raises(ImportRefusedError, match="tidak dapat dibaca"):
        read_roster(tmp_path / "tidak-ada.csv")


def test_an_archive_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lain.xlsx"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("halo.txt", "halo")
    with pytest.raises(ImportRefusedError, match="Excel"):
        read_roster(path)


@pytest.mark.parametrize("number", ["1048577", "9" * 400])
def test_a_row_beyond_every_sheet_is_refused(tmp_path: Path, number: str) -> None:
    path = sheet(tmp_path, ["Nama", "NIP"], ["Contoh Misal", NIP])
    with zipfile.ZipFile(path) as packed:
        entries = {name: packed.read(name) for name in packed.namelist()}
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in entries.items():
            packed.writestr(name, content.replace(b'<row r="2"', f'<row r="{number}"'.encode()))
    with pytest.raises(ImportRefusedError, match="sesudah 1048576"):
        read_roster(path)


@given(st.binary(max_size=300))
def test_any_bytes_give_a_table_or_a_refusal(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("isi") / "daftar.csv"
    path.write_bytes(content)
    try:
        table = read_table(path)
    except ImportRefusedError:
        return
    assert isinstance(table, Table)


# --------------------------------------------------------------------------- spreadsheets


def test_spreadsheet_with_dates_numbers_and_second_sheet(tmp_path: Path) -> None:
    path = sheet(
        tmp_path,
        ["DAFTAR PEGAWAI"],
        [
            "No",
            "NIP",
            "Gelar Depan",
            "Nama",
            "Gelar Belakang",
            "Jenis Kepegawaian",
            "SKPD",
            "Jabatan",
            "Kab/Kota",
            "TMT",
        ],
        [
            1,
            NIP,
            "dr.",
            "Contoh Misal",
            "M.Kes.",
            "PNS",
            "Dinas Uji",
            "Analis",
            "Kabupaten Contoh",
            datetime.fromisoformat("2020-01-02"),
        ],
        [2, NIP_2, None, "Uji Rekaan", None, "PNS", "Dinas Uji", 7, "Kabupaten Contoh", 43832],
    )
    book = openpyxl.load_workbook(path)
    book.create_sheet("Rekap")
    book.save(path)
    draft = read_roster(path)
    assert [(row.full_name, row.name) for row in draft.rows] == [
        ("dr. Contoh Misal, M.Kes.", "Contoh Misal"),
        ("Uji Rekaan", "Uji Rekaan"),
    ]
    assert [row.appointment.since for row in draft.rows] == [date(2020, 1, 2), date(2020, 1, 2)]
    assert draft.rows[1].appointment.post == "7"
    assert any("Rekap" in note for note in draft.notes)


def test_nip_that_a_spreadsheet_rounded(tmp_path: Path) -> None:
    path = sheet(
        tmp_path,
        ["NIP", "Nama", "Instansi"],
        [1.98503122010011e17, "Contoh Satu", "Dinas Uji"],
        [198503122010011000, "Contoh Dua", "Dinas Uji"],
        ["1.98503E+17", "Contoh Tiga", "Dinas Uji"],
        ["1,98503E+17", "Contoh Empat", "Dinas Uji"],
        [NIP, "Contoh Lima", "Dinas Uji"],
    )
    draft = read_roster(path)
    assert [row.full_name for row in draft.rows] == ["Contoh Lima"]
    assert [problem.line for problem in draft.rejected] == [2, 3, 4, 5]
    assert all("Teks" in problem.advice for problem in draft.rejected)


# --------------------------------------------------------------------------- NIP and kinds


@pytest.mark.parametrize("written", [NIP, "19850312 201001 1 007", "19850312.201001.1.007", f"'{NIP}"])
def test_nip_spellings(written: str) -> None:
    assert cells.nip(written) == NIP


@pytest.mark.parametrize("written", ["", "-", "tidak ada", None])
def test_nip_absent(written: str | None) -> None:
    assert cells.nip(written) == ""


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("19850312201001100", "17 angka"),
        ("131234567", "NIP lama"),
        ("19851312201001100X", "huruf"),
        ("198513122010011007", "tanggal lahir"),
        ("180503122010011007", "tahun lahir"),
        ("198503122010131007", "bulan TMT"),
        ("198503121990011007", "tahun TMT"),
        ("198503122010013007", "kelamin"),
        ("198503122010011000", "000"),
        ("1.98123E+17", "bilangan"),
    ],
)
def test_nip_refused_without_repeating_it(tmp_path: Path, written: str, reason: str) -> None:
    draft = read(tmp_path, f"{HEAD}\n{written},Contoh Misal,PNS,Dinas Uji,Analis,X\n{ROW}\n")
    assert len(draft.rows) == 1
    assert reason in said(draft)
    assert written not in said(draft) + "".join(draft.notes)
    assert NIP not in repr(draft)


@given(st.text(max_size=30))
def test_nip_is_18_digits_or_nothing_or_refused(written: str) -> None:
    try:
        digits = cells.nip(written)
    except cells.BadCellError:
        return
    assert digits == "" or (len(digits) == 18 and digits.isdigit())


def test_kinds(tmp_path: Path) -> None:
    draft = read(
        tmp_path,
        f"""{HEAD}
{NIP},Contoh Satu,,Dinas Uji,Analis,X
{NIP_PPPK},Contoh Dua,ASN,Dinas Uji,Analis,X
,Contoh Tiga,Honorer,Dinas Uji,Analis,X
12345678,Contoh Empat,TNI,Kodim Uji,Babinsa,X
,Contoh Lima,Perangkat Desa,Desa Uji,Sekdes,X
{NIP_2},Contoh Enam,PPPK,Dinas Uji,Analis,X
,Contoh Tujuh,,Dinas Uji,Analis,X
,Contoh Delapan,PNSS,Dinas Uji,Analis,X
,Contoh Sembilan,Pensiun,Dinas Uji,Analis,X
,Contoh Sepuluh,PNS,Dinas Uji,Analis,X
""",
    )
    assert [row.appointment.kind for row in draft.rows] == [
        PersonKind.PNS,
        PersonKind.PPPK,
        PersonKind.PPNPN,
        PersonKind.TNI,
        PersonKind.VILLAGE,
        PersonKind.PPPK,
        PersonKind.PNS,
    ]
    assert draft.rows[3].nip == ""
    assert [problem.line for problem in draft.rejected] == [8, 9, 10]
    assert "maksud Anda pns?" in said(draft)
    assert "1 orang tanpa NIP" in " ".join(draft.notes)
    assert "Baris 7: jenis PPPK tidak sesuai" in " ".join(draft.notes)


# --------------------------------------------------------------------------- lines


def test_every_mistake_of_a_line_at_once(tmp_path: Path) -> None:
    head = "nip,nama,jenis,instansi,mulai,sampai,pasangan calon,cltn mulai,cltn selesai,tmt pensiun"
    draft = read(tmp_path, f"{head}\n123,,PNX,,31-02-2020,2019-01-01,mungkin,,2025-01-01,kapan\n")
    assert draft.rows == ()
    assert {problem.line for problem in draft.rejected} == {2}
    for part in (
        "nama kosong",
        "3 angka",
        "tidak dikenal",
        "instansi kosong",
        "mulai",
        "ya atau tidak",
        "CLTN selesai",
        "TMT pensiun",
    ):
        assert part in said(draft), part


def test_dates_leave_spouse_and_retirement(tmp_path: Path) -> None:
    head = "nip,nama,instansi,wilayah,mulai,sampai,pasangan calon,cltn mulai,cltn selesai,tmt pensiun"
    draft = read(
        tmp_path,
        f"{head}\n{NIP},Contoh Misal,Dinas Uji,,2 Januari 2020,31/12/2026,Ya,2025-04-22,2025-07-10,1-4-2027\n",
        region="Kabupaten Contoh",
    )
    (row,) = draft.rows
    assert (row.appointment.since, row.appointment.until) == (date(2020, 1, 2), date(2026, 12, 31))
    assert (row.leave_since, row.leave_until, row.retired_on) == (
        date(2025, 4, 22),
        date(2025, 7, 10),
        date(2027, 4, 1),
    )
    assert row.spouse_of_candidate
    assert row.appointment.region == "Kabupaten Contoh"


def test_same_person_twice_is_rejected_on_both_lines(tmp_path: Path) -> None:
    draft = read(
        tmp_path,
        f"{HEAD}\n{ROW}\n{NIP},Nama Lain,PNS,Dinas Uji,Analis,X\n,Uji Rekaan,PNS,Dinas Uji,A,X\n,UJI REKAAN,PNS,dinas uji,B,X\n",
    )
    assert draft.rows == ()
    assert [problem.line for problem in draft.rejected] == [2, 3, 4, 5]
    assert "NIP yang sama di baris 3" in str(draft.rejected[0])
    assert NIP not in said(draft)


# --------------------------------------------------------------------------- accounts


def test_accounts_in_columns(tmp_path: Path) -> None:
    head = (
        f"{HEAD},Instagram,instagram_id,instagram_keyakinan,instagram_fakta,instagram_kondisi,Facebook,X/Twitter,TikTok"
    )
    draft = read(
        tmp_path,
        f'{head}\n{ROW},@Contoh.Misal,1784140,terverifikasi,"pengakuan; kartu pegawai",dagang,https://www.facebook.com/profile.php?id=100012,"@satu; https://x.com/Dua",-\n',
    )
    (row,) = draft.rows
    by_platform = {platform: [one for one in row.accounts if one.platform is platform] for platform in Platform}
    (instagram,), (facebook,) = by_platform[Platform.INSTAGRAM], by_platform[Platform.FACEBOOK]
    assert (instagram.native_id, instagram.handle, instagram.confidence) == (
        "1784140",
        "contoh.misal",
        Confidence.VERIFIED,
    )
    assert instagram.facts == ("pengakuan", "kartu pegawai")
    assert instagram.conditions == {Condition.TRADE}
    assert (facebook.native_id, facebook.handle) == ("100012", "")
    assert [one.handle for one in by_platform[Platform.X]] == ["satu", "dua"]
    assert by_platform[Platform.TIKTOK] == []


def test_terverifikasi_needs_an_id_and_two_facts(tmp_path: Path) -> None:
    head = f"{HEAD},Instagram,instagram_id,instagram_keyakinan,instagram_fakta"
    draft = read(
        tmp_path,
        f"{head}\n{ROW},satu,,terverifikasi,a; b\n{NIP_2},Uji Rekaan,PNS,Dinas Uji,A,X,dua,22,terverifikasi,hanya satu\n",
    )
    assert [row.accounts[0].confidence for row in draft.rows] == [Confidence.MATCHED, Confidence.MATCHED]
    assert "Baris 2" in " ".join(draft.notes)
    assert "id akun yang tetap" in " ".join(draft.notes)
    assert "dua fakta" in " ".join(draft.notes)


def test_long_form_joins_lines_of_one_person(tmp_path: Path) -> None:
    head = f"{HEAD},platform,akun,id_akun,keyakinan,fakta,kondisi,resmi"
    draft = read(
        tmp_path,
        f"{head}\n{ROW},IG,contoh_misal,77,cocok,,,\n{ROW},tiktok,@contohm,,diduga,,tidak_aktif,ya\n"
        f"{NIP_2},Uji Rekaan,PNS,Dinas Uji,A,X,,,,,,,\n{NIP_2},Uji Rekaan,PNS,Dinas Lain,A,X,fb,uji.rekaan,,,,,\n",
    )
    (row,) = draft.rows
    assert [(one.platform, one.native_id, one.handle) for one in row.accounts] == [
        (Platform.INSTAGRAM, "77", "contoh_misal"),
        (Platform.TIKTOK, "", "contohm"),
    ]
    assert row.accounts[1].conditions == {Condition.INACTIVE}
    assert row.accounts[1].official
    assert [problem.line for problem in draft.rejected] == [4, 5]


def test_bad_words_and_ids_of_accounts_reject_the_line(tmp_path: Path) -> None:
    head = f"{HEAD},platform,akun,id_akun,keyakinan,kondisi"
    draft = read(
        tmp_path,
        f"{head}\n{ROW},frendster,a,1.7E+16,yakin,terbang\n{NIP_2},Uji Rekaan,PNS,Dinas Uji,A,X,ig,satu;dua,5,,\n",
    )
    assert draft.rows == ()
    assert "platform: `frendster` tidak dikenal" in said(draft)
    assert "satu id instagram untuk beberapa akun" in said(draft)
    one = read(tmp_path, f"{head}\n{ROW},ig,a,1.7E+16,yakin,terbang\n")
    for part in ("dibulatkan", "keyakinan: `yakin`", "kondisi: `terbang`"):
        assert part in said(one), part


def test_display_names_are_left_aside_with_a_note(tmp_path: Path) -> None:
    draft = read(tmp_path, f"{HEAD},Facebook\n{ROW},Contoh Misal Keren\n")
    assert draft.rows[0].accounts == ()
    assert "nama tampilan" in " ".join(draft.notes)


def test_one_account_of_two_people_needs_the_word_bersama(tmp_path: Path) -> None:
    head = f"{HEAD},Instagram,instagram_kondisi"
    second = f"{NIP_2},Uji Rekaan,PNS,Dinas Uji,A,X"
    both = read(tmp_path, f"{head}\n{ROW},@satu,\n{second},SATU,\n")
    assert both.rows == ()
    assert "baris 3" in str(both.rejected[0])
    assert "baris 2" in str(both.rejected[1])
    shared = read(tmp_path, f"{head}\n{ROW},@satu,bersama\n{second},SATU,bersama\n")
    assert len(shared.rows) == 2


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("https://www.instagram.com/Contoh.Misal/?hl=id", ("", "contoh.misal")),
        ("instagram.com/contoh", ("", "contoh")),
        ("https://www.youtube.com/channel/UCabc", ("UCabc", "")),
        ("https://youtube.com/@contoh", ("", "contoh")),
        ("https://bsky.app/profile/contoh.bsky.social", ("", "contoh.bsky.social")),
        ("https://bsky.app/profile/did:plc:abc", ("did:plc:abc", "")),
        ("did:plc:abc", ("did:plc:abc", "")),
        ("https://mastodon.example/@contoh", ("", "contoh@mastodon.example")),
        ("@contoh@mastodon.example", ("", "contoh@mastodon.example")),
        ("https://m.facebook.com/contoh", ("", "contoh")),
    ],
)
def test_profile_addresses(written: str, found: tuple[str, str]) -> None:
    assert cells.account(Platform.OTHER, written) == found


@pytest.mark.parametrize("written", ["https://instagram.com/", "Contoh Misal", "https://[rusak"])
def test_profile_addresses_refused(written: str) -> None:
    with pytest.raises(cells.BadCellError):
        cells.account(Platform.OTHER, written)


@given(st.text(max_size=40))
def test_any_account_text_is_survived(written: str) -> None:
    try:
        native, handle = cells.account(Platform.OTHER, written)
    except cells.BadCellError:
        return
    assert isinstance(native + handle, str)


@pytest.mark.parametrize(
    "written",
    ["27-11-2024", "27/11/2024", "27.11.2024", "27 November 2024", "27 Nov 2024", "2024-11-27", "2024-11-27 08:00:00"],
)
def test_date_spellings(written: str) -> None:
    assert cells.day(written, "mulai") == date(2024, 11, 27)


@pytest.mark.parametrize("written", ["27-11-24", "31-02-2024", "besok", "13/13/2024", 5])
def test_dates_refused(written: str | int) -> None:
    with pytest.raises(cells.BadCellError, match="mulai"):
        cells.day(written, "mulai")
