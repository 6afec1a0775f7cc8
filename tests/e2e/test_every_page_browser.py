"""Every page there is, found in the routes: open to everybody, inside the window, in every theme, language and size.

Two runs meet every theme, language and size on every page; the two of the long campaign make every pair of them meet.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page

from tests.e2e.browser import NEEDS_BROWSER, context, judge, served, sign_in, watch
from tests.tour import EVERYTHING, Tour, pages

pytestmark = NEEDS_BROWSER

RUNS = [
    ("laptop", "light", "id"),
    ("ponsel", "dark", "en"),
    pytest.param("laptop", "dark", "en", marks=pytest.mark.long),
    pytest.param("ponsel", "light", "id", marks=pytest.mark.long),
]
_SIGNED_OUT = ("/masuk", "/masuk/kode", "/undangan/tidak-ada", "/tidak/ada")


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    made = Tour(tmp_path_factory.mktemp("kantor"))
    yield made
    made.close()


@pytest.mark.parametrize(("size", "theme", "language"), RUNS)
def test_every_page_is_open_to_all(browser: Browser, tour: Tour, size: str, theme: str, language: str) -> None:
    app = tour.app()
    with served(app) as site:
        page = context(browser, size, theme).new_page()
        complaints = watch(page)
        for path in _SIGNED_OUT:
            _look(page, site + path, complaints)
        sign_in(page, site, EVERYTHING)
        if language != "id":
            page.get_by_role("button", name="English").click()
        wrong = []
        for path in [*pages(app, tour.samples()), "/tidak/ada", "/antrean?cari=tidakada"]:
            try:
                _look(page, site + path, complaints)
            except AssertionError as error:
                wrong.append(f"{path}: {error}")
        page.context.close()
    assert not wrong, "\n\n".join(wrong)
    assert [one for one in complaints if "Failed to load resource" not in one] == []


def _look(page: Page, address: str, complaints: list[str]) -> None:
    """Judge a page; what is not HTML (pictures, files, pieces of a page) is none, and the browser's own view of it no
    business of ours."""
    before = len(complaints)
    try:
        answer = page.goto(address)
    except Error as refusal:
        if "Download is starting" not in str(refusal) and "net::ERR_ABORTED" not in str(refusal):
            raise
        return  # a file is no page
    if answer is None or not answer.headers.get("content-type", "").startswith("text/html"):
        page.goto("about:blank")
        del complaints[before:]
    elif page.locator("main").count():
        assert answer.status < 500, address
        judge(page)
