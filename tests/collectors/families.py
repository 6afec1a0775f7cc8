"""The golden pages of every family of news sites, and how well their paragraphs are found.

`<family>.html` (further pages `<family>.2.html`) is a page in the family's shape with invented content; `<family>.txt`
says what it holds, written by hand: title, time in UTC, then one line a paragraph.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import trafilatura

from monitor.collectors import article, sites

FOLDER = Path(__file__).parents[1] / "golden" / "families"
AT = datetime(2025, 6, 1, 3, 0, tzinfo=UTC)
NAMES = sorted(path.stem for path in FOLDER.glob("*.txt"))
ADDRESSES = {
    "detik": "https://news.detik.com/berita/d-7000010/camat-contoh",
    "disway": "https://radarcontoh.disway.id/read/88201/kepala-dinas-pasar-bagikan-brosur",
    "promedia": "https://www.rbg.contoh.example/politik/94410246348/penyuluh-berorasi",
    "inews": "https://contoh.inews.id/read/507001/stiker-calon-menempel",
}


@dataclass(frozen=True)
class Truth:
    title: str
    at: datetime
    paragraphs: tuple[str, ...]


def truth(name: str) -> Truth:
    title, at, *paragraphs = (FOLDER / f"{name}.txt").read_text("utf-8").splitlines()
    return Truth(title, datetime.fromisoformat(at), tuple(paragraphs))


def address(name: str) -> str:
    return ADDRESSES.get(name, f"https://{name}.contoh.example/berita/1/judul")


def page(name: str, number: int = 1) -> bytes:
    return (FOLDER / (f"{name}.html" if number == 1 else f"{name}.{number}.html")).read_bytes()


def parts(name: str) -> list[article.Article]:
    """Read every page of a family's article, following the addresses that the pages name."""
    read, url, site = [], address(name), sites.named(name, "uji")
    while url:
        found = article.read(page(name, site.page_number(url)), "text/html", site, AT, url=url)
        read.append(found)
        url = found.next_page
    return read


def found_by_netra(name: str) -> list[str]:
    return [line for one in parts(name) for line in one.text.split("\n")]


def found_by_trafilatura(name: str) -> list[str]:
    """What the library finds by itself, page by page."""
    text = ""
    for number in range(1, len(parts(name)) + 1):
        text += (trafilatura.extract(page(name, number).decode(), include_comments=False) or "") + "\n"
    return [line for line in text.split("\n") if line.strip()]


@dataclass(frozen=True)
class Quality:
    """`precision`: share of found lines that are paragraphs of the article; `recall`: share of paragraphs found."""

    precision: float
    recall: float


def quality(name: str, found: list[str]) -> Quality:
    wanted = truth(name).paragraphs
    right = sum(1 for line in found if line in wanted)
    return Quality(right / max(1, len(found)), len(set(wanted) & set(found)) / len(wanted))
