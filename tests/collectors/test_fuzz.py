"""Every reader against changed answers: a thousand each here, a hundred thousand each in the long campaign."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from monitor.models import Item, ItemKind, Outcome, Page, Platform
from tests.collectors import fuzzing
from tests.collectors.fuzzing import Reader, Tally

READERS = fuzzing.readers()
MANY = int(os.environ.get("NETRA_FUZZ", "100000"))
LOG = os.environ.get("NETRA_FUZZ_LOG", "")
"""A folder in which the long campaign notes every thousand answers: one that was broken off goes on from there."""


@pytest.mark.parametrize("name", sorted(READERS))
def test_a_thousand_changed_answers(name: str) -> None:
    tally = fuzzing.campaign(READERS[name], 1000)
    assert tally.examples >= 500, "so many differed"


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(READERS))
def test_a_hundred_thousand_changed_answers(name: str) -> None:
    tally = fuzzing.campaign(READERS[name], MANY, 1_000_000, Path(LOG) if LOG else None)
    print("\n" + tally.line(name))
    assert tally.examples >= MANY // 2


def test_every_kind_of_reader_takes_part() -> None:
    assert set(READERS) >= {
        "robots", "sitemap", "feed", "feed.xml", "index", "article", "page.html", "records.csv", "records.jsonl", "clipping",
        "roster.csv", "roster.xlsx", "roster.xlsx-inside", "config.yaml", "sites.yaml", "rules.yaml", "rulebook",
        "calendar.yaml", "targets.yaml", "targets.json", "ambang.yaml", "keputusan.yaml", "regresi.jsonl", "tempelan",
        "mastodon-pegawai", "mastodon-pemenangan", "youtube-pemenangan", "bluesky-jalan", "mastodon-jalan", "youtube-jalan",
        "impor-zeeschuimer", "impor-ytdlp", "impor-ekspor", "tangkapan-gambar", "tangkapan-tautan", "kasus-lama.csv",
        "kasus-lama.xlsx-inside",
    }  # fmt: skip
    assert all(one.seeds for one in READERS.values())


def test_the_seeds_themselves_are_read() -> None:
    """A campaign over seeds that nobody can read would prove nothing."""
    for reader in READERS.values():
        for place, body in enumerate(reader.seeds):
            tally = Tally()
            fuzzing.judge(reader, body, place, tally)
            assert tally.refused == 0, (reader.name, place)
    for name in ("feed", "sitemap", "article", "index", "records.csv", "records.jsonl"):
        page = READERS[name].read(READERS[name].seeds[0], 0)
        assert page.outcome is Outcome.OK_ITEMS, name


def test_a_campaign_that_was_broken_off_goes_on_where_it_stood(tmp_path: Path) -> None:
    met: list[bytes] = []

    def read(body: bytes, _place: int) -> Page:
        met.append(body)
        assert body != b"jangan"
        return Page(Outcome.OK_EMPTY_PROVED)

    reader = Reader("uji", (b"<a>b</a>" * 9,), read)
    first = fuzzing.campaign(reader, 1000, log=tmp_path)
    log = tmp_path / "uji.jsonl"
    log.write_text(log.read_text("utf-8") + '{"block": 1000, "exam', "utf-8")
    before = len(met)
    whole = fuzzing.campaign(reader, 2000, log=tmp_path)
    assert len(met) - before == whole.examples - first.examples > 500
    assert whole.differing <= whole.examples
    said = [json.loads(line) for line in log.read_text("utf-8").splitlines()[-1:]]
    assert said[0]["block"] == 1000
    broken = Reader("rusak", (b"jangan",), read)
    with pytest.raises(AssertionError, match="rusak: seed 0"):
        fuzzing.campaign(broken, 2000, log=tmp_path)
    assert len((tmp_path / "rusak.jsonl").read_text("utf-8").splitlines()) == 2, "it goes on after a finding"


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
