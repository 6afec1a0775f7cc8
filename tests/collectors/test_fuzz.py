"""Every reader against changed answers: a thousand each here, a hundred thousand each in the long campaign."""

from __future__ import annotations

import os

import pytest

from monitor.models import Item, ItemKind, Outcome, Page, Platform
from tests.collectors import fuzzing
from tests.collectors.fuzzing import Reader, Tally

READERS = fuzzing.readers()
MANY = int(os.environ.get("NETRA_FUZZ", "100000"))


@pytest.mark.parametrize("name", sorted(READERS))
def test_a_thousand_changed_answers(name: str) -> None:
    tally = fuzzing.campaign(READERS[name], 1000)
    assert tally.examples >= 500, "so many differed"


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(READERS))
def test_a_hundred_thousand_changed_answers(name: str) -> None:
    tally = fuzzing.campaign(READERS[name], MANY, first_seed=1_000_000)
    print("\n" + tally.line(name))
    assert tally.examples >= MANY // 2


def test_every_kind_of_reader_takes_part() -> None:
    for name in (
        "feed",
        "sitemap",
        "robots",
        "article",
        "index",
        "roster.csv",
        "roster.xlsx",
        "rules.yaml",
    ):
        assert name in READERS
    assert {"feed.xml", "records.csv", "records.jsonl", "page.html"} <= set(READERS)
    assert {"mastodon-pegawai", "youtube-pemenangan", "impor-zeeschuimer", "impor-ytdlp", "impor-ekspor"} <= set(
        READERS
    )
    assert all(one.seeds for one in READERS.values())


def test_the_seeds_themselves_are_read() -> None:
    """A campaign over seeds that nobody can read would prove nothing."""
    for name in ("feed", "sitemap", "article", "index", "records.csv", "records.jsonl"):
        page = READERS[name].read(READERS[name].seeds[0], 0)
        assert page.outcome is Outcome.OK_ITEMS, name


@pytest.mark.parametrize(
    "bad",
    [
        Item("u", Platform.NEWS, "", ItemKind.ARTICLE, None, "a"),
        Item("u", Platform.NEWS, "1", ItemKind.ARTICLE, None, "a <script>"),
        Item("u", Platform.NEWS, "1", ItemKind.ARTICLE, None, "a", url="javascript:x"),
    ],
)
def test_the_harness_sees_what_it_looks_for(bad: Item) -> None:
    reader = Reader("uji", (b"x",), lambda _, __: Page(Outcome.OK_ITEMS, (bad,)), authors=(), markup=True)
    with pytest.raises(AssertionError):
        fuzzing.judge(reader, b"x", 0, Tally())
    with pytest.raises(AssertionError):
        fuzzing.campaign(reader, 10)


def test_a_crash_of_a_reader_is_found_and_shrunk() -> None:
    def read(body: bytes, _place: int) -> Page:
        if b"\x00" in body:
            raise KeyError("rusak")
        return Page(Outcome.OK_EMPTY_PROVED)

    with pytest.raises(KeyError) as caught:
        fuzzing.campaign(Reader("uji", (b"<a>b</a>" * 9,), read), 1000)
    (note,) = [one for one in caught.value.__notes__ if one.startswith("uji: seed 0, changes [(")]
    assert note.count("(") == 1
