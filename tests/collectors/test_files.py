from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.collectors import Source, build_source
from monitor.config import ArticleSource, FileSource, GatedSource
from monitor.fetch import DispatchingFetcher, FileFetcher
from monitor.models import ItemKind, Outcome, Page, Platform, Request, Response
from tests.fakes import FakeClock
from tests.fakes_fetch import polite_client

AT = datetime(2025, 6, 1, 3, 0, tzinfo=UTC)
HEAD = "id;author_id;text;time"


def records(form: str = "csv", **settings: object) -> Source:
    given = {"type": form, "id": "berkas", "path": "masuk/*", "platform": "x", "kind": "unggahan", **settings}
    return build_source(FileSource.model_validate(given), wanted=bool, list_files=lambda _: ["masuk/a"])


def read(source: Source, body: bytes, content_type: str = "", name: str = "masuk/a") -> Page:
    return source.read(Response(Request(name, "file"), AT, None, content_type=content_type, body=body))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_and_encodings_of_real_exports(encoding: str, separator: str) -> None:
    text = f'{HEAD}\r\n1;7;"café; ya\r\nbaris dua";2025-05-30T09:15+07:00\r\n'
    body = text.replace(";", separator).encode(encoding)
    page = read(records(), body)
    assert [one.text for one in page.items] == [f"café{separator} ya\r\nbaris dua"]
    assert bool(page.problems) == (encoding in {"cp1252", "utf-16-le", "utf-16-be"})


def test_the_line_excel_writes_first_is_no_header() -> None:
    assert len(read(records(), f"sep=;\n{HEAD}\n1;7;a;2025-05-30T09:15Z\n".encode()).items) == 1


def test_missing_columns_refuse_the_file_and_name_them() -> None:
    page = read(records(platform=None), b"id,isi\n1,a\n")
    assert (page.outcome, page.items) == (Outcome.SCHEMA_DRIFT, ())
    for name in ("`time`", "`platform`", "`text`", "`author_id` atau `author_handle`", "id, isi"):
        assert name in page.problems[0]


@pytest.mark.parametrize("crushed", ["1.79E+16", "1,79E+16", "2e18"])
def test_crushed_ids_refuse_the_file_with_advice(crushed: str) -> None:
    page = read(records(), f"{HEAD}\n{crushed};7;a;2025-05-30T09:15Z\n2;7;b;2025-05-30T09:15Z\n".encode())
    assert (page.outcome, page.items) == (Outcome.SCHEMA_DRIFT, ())
    assert "jadikan kolom itu Teks" in page.problems[0]


def test_times_without_zone_need_the_setting() -> None:
    body = f"{HEAD}\n1;7;a;30/05/2025 09.15\n".encode()
    refused = read(records(), body)
    assert refused.outcome is Outcome.SCHEMA_DRIFT
    assert "isi `zone: WIB`" in refused.problems[0]
    (one,) = read(records(zone="WITA"), body).items
    assert (one.happened_at, one.happened_rule) == (datetime(2025, 5, 30, 1, 15, tzinfo=UTC), "sumber:WITA")


def test_columns_are_mapped_and_likes_need_no_text() -> None:
    body = b"no,siapa,kapan,akun_disukai\nL1,@budi,2025-05-30T09:15Z,contohbersinar\n"
    mapping = {"id": "no", "author_handle": "siapa", "time": "kapan", "parent_author_handle": "akun_disukai"}
    (like,) = read(records(kind="suka", platform="instagram", columns=mapping), body).items
    assert (like.kind, like.platform) == (ItemKind.LIKE, Platform.INSTAGRAM)
    assert like.author is not None
    assert like.author.handle == "budi"
    assert like.parent is not None
    assert like.parent.owner is not None
    assert like.parent.owner.handle == "contohbersinar"


def test_one_bad_line_is_reported_and_the_rest_is_read() -> None:
    rows = [
        "1;7;baik;2025-05-30T09:15Z",
        '2;7;"tak ditutup;2025-05-30T09:15Z',
        "3;7;x",
        "",
        "4;7;baik;2025-05-30T09:15Z",
    ]
    page = read(records(), "\n".join([HEAD, *rows]).encode())
    assert [one.native_id for one in page.items] == ["1", "4"]
    assert page.problems[0].startswith("masuk/a: baris 3: tidak terbaca")
    assert page.problems[1].startswith("masuk/a: baris 4: 3 kolom, seharusnya 4")


def test_a_file_of_broken_quotes_ends() -> None:
    page = read(records(), (HEAD + "\n" + '1;7;"a"b;z\n' * 5000).encode())
    assert page.outcome is Outcome.SCHEMA_DRIFT
    assert len(page.problems) < 250


def test_empty_files_and_nonsense() -> None:
    assert read(records(), b"").outcome is Outcome.OK_EMPTY_PROVED
    assert read(records(), f"{HEAD}\n".encode()).outcome is Outcome.OK_EMPTY_PROVED
    assert read(records("jsonl"), b"\n\n").outcome is Outcome.OK_EMPTY_PROVED


@pytest.mark.parametrize("content", [b"{}\n{}\n", b"{}", b'{"a": 1}\n', b"[]\n"])
def test_lines_that_say_nothing_prove_nothing(content: bytes) -> None:
    assert read(records("jsonl"), content).outcome is Outcome.SCHEMA_DRIFT
    assert read(records("jsonl"), b"bukan json\n").outcome is Outcome.SCHEMA_DRIFT
    assert read(records("jsonl"), b"[" * 100_000).outcome is Outcome.SCHEMA_DRIFT
    assert read(records("jsonl"), b'{"id":' + b"9" * 5000 + b"}").outcome is Outcome.SCHEMA_DRIFT
    assert read(records(), b"\0\0PK\3\4\xff\xfe").outcome is Outcome.SCHEMA_DRIFT


def test_json_numbers_keep_their_digits_and_half_characters_do_no_harm() -> None:
    body = b'{"id": 12345678901234567890, "author_id": "7", "text": "a\\ud800", "time": "2025-05-30T09:15Z"}'
    (one,) = read(records("jsonl"), body).items
    assert (one.native_id, one.text) == ("12345678901234567890", "a?")


def test_without_files_the_pattern_is_asked_for_so_that_it_is_reported() -> None:
    config = FileSource(type="csv", id="berkas", path="masuk/*.csv")
    source = build_source(config, wanted=bool, list_files=lambda _: [])
    assert [request.url for request in source.start("")] == ["masuk/*.csv"]


def articles(site: str = "umum") -> Source:
    config = ArticleSource(type="articles", id="artikel", path="berita/*", site=site)
    return build_source(config, wanted=bool, list_files=lambda _: ["berita/a.txt"])


def test_text_articles_have_their_title_in_the_first_line() -> None:
    page = read(articles(), b"Judul  uji\r\n\r\nIsi satu.\r\nBaca juga: x\r\nIsi dua.", name="berita/a.txt")
    (one,) = page.items
    assert (one.title, one.text, one.native_id) == ("Judul uji", "Isi satu.\nIsi dua.", "artikel:berita/a.txt")
    assert one.happened_at is None
    assert page.problems == ("berita/a.txt: tanpa tanggal",)
    assert read(articles(), b" \n").outcome is Outcome.SCHEMA_DRIFT


def test_saved_pages_are_read_like_pages() -> None:
    golden = Path(__file__).parents[1] / "golden" / "page" / "detik.html"
    (one,) = read(articles("detik"), golden.read_bytes(), "text/html").items
    assert one.title == "Rapat netralitas di Contoh"
    assert one.happened_at == datetime(2025, 5, 30, 2, 15, tzinfo=UTC)


@pytest.mark.parametrize("platform", ["x", "meta", "tiktok", "telegram"])
def test_gated_platforms_stay_off_and_say_what_would_be_needed(platform: str, tmp_path: Path) -> None:
    config = GatedSource.model_validate({"type": platform, "id": "tertutup"})
    source = build_source(config, wanted=bool, list_files=lambda _: [])
    clock = FakeClock()
    fetcher = DispatchingFetcher(polite_client(), FileFetcher(tmp_path, [], clock), clock)
    (request,) = source.start("")
    response = fetcher.fetch(request)
    assert response.outcome is Outcome.LEGALLY_OFF
    page = source.read(response)
    assert page.outcome is Outcome.LEGALLY_OFF
    for word in ("keputusan hukum", "tanggal", "dasar", "masa berlaku", "ketentuan"):
        assert word in page.detail


@pytest.mark.real
def test_the_five_real_articles() -> None:
    if not (folder := os.environ.get("NETRA_REAL_DATA")):
        pytest.skip("NETRA_REAL_DATA tidak diisi")
    files = FileFetcher(Path(folder), ["news/*.txt"], FakeClock())
    config = ArticleSource(type="articles", id="artikel", path="news/*.txt")
    names = sorted(str(path.relative_to(folder)) for path in Path(folder).glob("news/*.txt"))
    source = build_source(config, wanted=bool, list_files=lambda _: names)
    for request in source.start(""):
        response = files.fetch(request)
        page = source.read(response)
        (one,) = page.items
        raw = [line for line in response.body.decode().splitlines() if line.strip()]
        assert one.title == " ".join(raw[0].split())
        words = " ".join(raw[1:]).split()
        assert len(one.text.split()) > 0.95 * len(words)
        assert one.happened_at is None
        assert page.problems
    assert len(names) == 5
