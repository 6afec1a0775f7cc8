from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.collectors import article, build_source, pages, sites, urls
from monitor.collectors.base import Source, Wanted
from monitor.config import FeedSource
from monitor.errors import ConfigError
from monitor.models import Item, Outcome, Page, Request, Response
from tests.collectors import families
from tests.collectors.families import AT, NAMES

INDEXES = sorted(path.name.split(".")[0] for path in families.FOLDER.glob("*.index.html"))


def news(name: str, *, wanted: Wanted = bool, **settings: object) -> Source:
    url = f"https://{urls.host(families.address(name))}/indeks"
    given = {"type": "feed", "id": "warta", "url": url, "site": name, "pages": "all", **settings}
    return build_source(FeedSource.model_validate(given), wanted=wanted, list_files=lambda _: [])


def answer(request: Request, body: bytes, content_type: str = "text/html; charset=utf-8") -> Response:
    return Response(request, AT, None, status=200, final_url=request.url, content_type=content_type, body=body)


def rss(url: str) -> bytes:
    return (
        f'<rss version="2.0"><channel><item><title>Judul feed</title><link>{url}</link><guid isPermaLink="false">1</guid>'
        "<description>Ringkasan feed.</description></item></channel></rss>"
    ).encode()


def walk(source: Source, name: str, fail: dict[int, Outcome] | None = None) -> tuple[list[Request], list[Page]]:
    """Ask as the pipeline does, with the golden pages as answers; `fail` says which page does not come."""
    asked: list[Request] = []
    read: list[Page] = [source.read(answer(source.start("")[0], rss(families.address(name)), "application/rss+xml"))]
    site = sites.named(name, "uji")
    waiting = list(read[0].follow)
    while waiting:
        request = waiting.pop(0)
        number = site.page_number(request.url)
        asked.append(request)
        outcome = (fail or {}).get(number)
        response = answer(request, families.page(name, number)) if outcome is None else replace(
            answer(request, b""), outcome=outcome, detail="kata situs"
        )  # fmt: skip
        read.append(source.read(response))
        waiting.extend(read[-1].follow)
    return asked, read


def items(read: list[Page]) -> list[Item]:
    return [item for page in read for item in page.items]


# ----------------------------------------------------------------------- quality


@pytest.mark.parametrize("name", NAMES)
def test_every_family_is_read_whole_and_without_what_is_no_news(name: str) -> None:
    truth, read = families.truth(name), families.parts(name)
    assert read[0].title == truth.title
    assert read[0].stamp.at == truth.at, read[0].stamp
    assert families.found_by_netra(name) == list(truth.paragraphs)
    assert all(one.partial == (name == "tempo") for one in read)


def test_there_are_ten_families_and_more_each_with_page_and_list() -> None:
    known = set(sites.load().sites)
    assert known == set(NAMES)
    assert known - {"umum"} == set(INDEXES)
    assert len(INDEXES) >= 10


def test_paragraphs_found_against_the_library_alone() -> None:
    """Kept as figures: what the selectors and the post-filter add to what trafilatura finds by itself."""
    figures = {}
    for who, find in (("netra", families.found_by_netra), ("trafilatura", families.found_by_trafilatura)):
        each = [families.quality(name, find(name)) for name in NAMES]
        figures[who] = (sum(one.precision for one in each) / len(each), sum(one.recall for one in each) / len(each))
    print(f"\nparagraphs (precision, recall): {figures}")
    assert min(figures["netra"]) >= 0.98
    assert figures["netra"][0] > figures["trafilatura"][0] + 0.1
    assert figures["netra"][1] >= figures["trafilatura"][1]


# ----------------------------------------------------------------------- pages of one article


@pytest.mark.parametrize("name", ["disway", "promedia", "inews"])
def test_an_article_in_pages_becomes_one_item(name: str) -> None:
    asked, read = walk(news(name), name)
    assert len(asked) == 2
    (item,) = items(read)
    assert item.text.split("\n") == list(families.truth(name).paragraphs)
    assert [page.outcome for page in read[1:]] == [Outcome.OK_ITEMS, Outcome.OK_ITEMS]


@pytest.mark.parametrize("name", ["kompas", "detik", "radar", "tempo"])
def test_sites_that_can_are_asked_for_all_of_it_at_once(name: str) -> None:
    asked, _ = walk(news(name), name)
    assert [one.url for one in asked] == [f"{families.address(name)}?{sites.named(name, 'uji').whole_param}"]


@pytest.mark.parametrize(("outcome", "kept"), [(Outcome.GONE, 2), (Outcome.BLOCKED, 2), (Outcome.TRANSIENT, 0)])
def test_a_further_page_that_will_not_come_leaves_what_was_read_and_says_so(outcome: Outcome, kept: int) -> None:
    _, read = walk(news("inews"), "inews", {2: outcome})
    found = items(read)
    assert [len(item.text.split("\n")) for item in found] == ([kept] if kept else [])
    said = [problem for page in read for problem in page.problems]
    assert any("hanya halaman-halaman sebelumnya" in one for one in said) == bool(kept)


def test_a_site_that_names_pages_for_ever_is_asked_for_ten() -> None:
    source = news("promedia")
    url = families.address("promedia")
    page = source.read(answer(source.start("")[0], rss(url), "application/rss+xml"))
    asked = 0
    while page.follow:
        (request,) = page.follow
        asked += 1
        body = f'<article class="read__content"><p>Bagian {asked}</p></article><a href="?page={asked + 1}">lagi</a>'
        page = source.read(answer(request, f"<html><body>{body}</body></html>".encode()))
    assert asked == 10
    assert page.items[0].text.split("\n") == [f"Bagian {number}" for number in range(1, 11)]


@pytest.mark.parametrize(
    "twin",
    [
        "https://contoh.inews.id/amp/read/507001/stiker-calon-menempel",
        "https://contoh.inews.id/read/507001/stiker-calon-menempel/2",
        "https://m.contoh.inews.id/read/507001/stiker-calon-menempel/amp",
        "https://contoh.inews.id/read/507001/stiker-calon-menempel?utm_source=wa&_gl=1*a*b",
    ],
)
def test_twins_of_an_article_are_one(twin: str) -> None:
    site = sites.named("inews", "uji")
    assert site.canonical(twin) == site.canonical(families.address("inews"))


# ----------------------------------------------------------------------- what is kept


def test_only_paragraphs_that_match_are_kept() -> None:
    _, read = walk(news("kompas", wanted=lambda text: "Rudi" in text or "Hukum" in text), "kompas")
    (item,) = items(read)
    truth = families.truth("kompas").paragraphs
    assert item.text.split("\n") == [truth[0], pages.GAP, truth[2], pages.GAP, truth[5]]
    assert read[-1].kept == b""
    (whole,) = items(walk(news("kompas", wanted=lambda text: "Rudi" in text, text="whole"), "kompas")[1])
    assert whole.text.split("\n") == list(truth)


def test_where_no_paragraph_matches_the_summary_stays() -> None:
    (item,) = items(walk(news("kompas", wanted=lambda text: "Judul feed" in text), "kompas")[1])
    assert item.text == "Ringkasan feed."


def test_a_sealed_page_leaves_no_more_than_what_matched() -> None:
    source = news("kompas", wanted=lambda text: "Rudi Rekaan" in text, raw="matched")
    asked, read = walk(source, "kompas")
    assert all(one.sealed for one in asked)
    record = json.loads(read[-1].kept)
    assert record["paragraf"] == families.truth("kompas").paragraphs[0]
    assert record["alamat"] == families.address("kompas")
    assert "Simak" not in read[-1].kept.decode()


# ----------------------------------------------------------------------- index pages


@pytest.mark.parametrize("name", INDEXES)
def test_every_family_has_its_list_read(name: str) -> None:
    source = news(name, index=True, pages="none")
    (first,) = source.start("")
    assert first.purpose == "index"
    page = source.read(answer(first, (families.FOLDER / f"{name}.index.html").read_bytes()))
    assert page.outcome is Outcome.OK_ITEMS, page.detail
    assert page.problems == ()
    for item in page.items:
        assert item.title
        assert item.url.startswith("https://")
        assert item.happened_at is not None, item
        assert item.happened_rule in ("WIB", "sumber:WIB", "offset")


@pytest.mark.parametrize("name", INDEXES)
def test_a_list_without_its_mark_is_drift_and_an_empty_one_with_it_is_proved(name: str) -> None:
    source = news(name, index=True, pages="none")
    (first,) = source.start("")
    blank = b"<html><body><header>Warta</header><p>Maaf</p></body></html>"
    page = source.read(answer(first, blank))
    assert page.outcome is Outcome.SCHEMA_DRIFT
    assert "sites.yaml" in page.detail
    listing = sites.named(name, "uji").index
    assert listing is not None
    mark = listing.marker[0]
    open_tag = f'<div id="{mark[1:]}">' if mark.startswith("#") else f'<div class="{mark[1:]}">'
    empty = f"<html><body>{open_tag}</div></body></html>".encode()
    assert source.read(answer(first, empty)).outcome is Outcome.OK_EMPTY_PROVED


def test_lists_are_followed_until_nothing_is_new_and_no_further_than_the_setting_says() -> None:
    source = news("promedia", index=True, pages="none", index_pages=2)
    body = (families.FOLDER / "promedia.index.html").read_bytes()
    (first,) = source.start("")
    one = source.read(answer(first, body))
    (following,) = one.follow
    assert (following.paging, following.purpose) == (True, "index")
    fresh = body.replace(b"/9001/", b"/9003/").replace(b"page=2", b"page=3")
    two = source.read(answer(following, fresh))
    assert ([item.native_id[-9:-5] for item in two.items], two.follow) == (["9003"], ())
    again = news("promedia", index=True, pages="none", index_pages=9)
    (first,) = again.start(two.cursor)
    page = again.read(answer(first, body))
    assert (page.outcome, page.follow, page.items) == (Outcome.OK_EMPTY_PROVED, (), ())


def test_a_list_on_another_host_is_not_followed() -> None:
    source = news("promedia", index=True, pages="none")
    body = (families.FOLDER / "promedia.index.html").read_bytes().replace(b"rbg.contoh", b"lain.misal")
    assert source.read(answer(source.start("")[0], body)).follow == ()


def test_a_site_without_selectors_for_lists_is_refused() -> None:
    with pytest.raises(ConfigError, match="pilihan: antaranews, bawaslu, detik"):
        news("umum", index=True)


# ----------------------------------------------------------------------- the file of selectors

HEAD = "noise_starts: []\nnoise_contains: []\nnoise_pointers: []\nsites:\n"


def test_every_mistake_in_the_selectors_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "sites.yaml"
    path.write_text(
        HEAD + "  a:\n    body: ['div[']\n    titel: [h1]\n    zone: WIP\n  b:\n    index:\n      item: [li]\n"
    )
    with pytest.raises(ConfigError) as caught:
        sites.read(path)
    told = [(problem.line, problem.message) for problem in caught.value.problems]
    assert [line for line, _ in told] == [6, 7, 8, 10, 10]
    assert "pemilih CSS `div[` tidak terbaca" in told[0][1]
    assert "`titel` tidak dikenal" in told[1][1]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("noise_starts: [Baca juga]\nnoise_contains: []\nnoise_pointers: []\nsites: {a: {}}\n", 1),
        (HEAD + "  a:\n    whole_param: page=all\n", 6),
        (HEAD + "  a: {}\n  a: {}\n", 6),
    ],
)
def test_what_can_never_hold_is_told(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "sites.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        sites.read(path)
    assert [problem.line for problem in caught.value.problems] == [line]


def test_half_characters_in_the_json_of_a_page_do_no_harm() -> None:
    page = families.page("jawapos").decode().replace("Tangkapan layarnya", "Tangkapan \\ud800layarnya")
    found = article.read(page.encode(), "text/html", sites.named("jawapos", "uji"), AT)
    assert "Tangkapan ?layarnya" in found.text


@pytest.mark.parametrize("mark", ["\x0b", "&#11;"])
def test_a_control_character_behind_a_script_leaves_an_undated_page_readable(mark: str) -> None:
    page = f"<html><head><title>Contoh</title></head><body><p>{'Kalimat rekaan. ' * 30}</p><script>x</script>a{mark}</body>"
    found = article.read(page.encode(), "text/html", sites.named("jawapos", "uji"), AT)
    assert "Kalimat rekaan." in found.text
    assert found.stamp.at is None
